//! The yardstick: ffmpeg and ffprobe as child processes. A missing yardstick fails the test; it never skips it.

use std::path::Path;
use std::process::{Command, Output};

use filmgate_media::frame::Frame;

fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| {
        panic!(
            "`{program}` did not start ({error}). These tests compare with it: run `make deps` to install it."
        )
    });
    assert!(
        output.status.success(),
        "{program} {} failed:\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Runs ffmpeg; the words of `command` are its arguments, `to` is what it writes.
pub(crate) fn make(command: &str, to: &Path) {
    let mut arguments = vec!["-v", "error", "-nostdin", "-y"];
    arguments.extend(command.split_whitespace());
    arguments.push(text(to));
    run("ffmpeg", &arguments);
}

/// A moving test picture with a tone, in the given codec.
pub(crate) fn film(size: &str, seconds: &str, codec: &str, to: &Path) {
    let colours = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv";
    let sources =
        format!("-f lavfi -i testsrc2=size={size}:rate=24,format=rgb24 -f lavfi -i sine=frequency=440");
    make(&format!("{sources} -t {seconds} -pix_fmt yuv420p {colours} {codec}"), to);
}

/// What ffprobe prints for `entries` (in its `-show_entries` language), one `key=value` a line.
pub(crate) fn probe(file: &Path, entries: &str) -> String {
    let arguments =
        ["-v", "error", "-of", "default=noprint_wrappers=1", "-show_entries", entries, text(file)];
    String::from_utf8(run("ffprobe", &arguments).stdout).unwrap()
}

/// Every frame that ffmpeg decodes, as I420 of the given size. Any complaint of the decoder fails the test.
pub(crate) fn frames(file: &Path, width: u32, height: u32, more: &str) -> Vec<Frame> {
    // Its scaler warns of things that are meant.
    let level = if more.is_empty() { "warning" } else { "error" };
    let mut arguments = vec!["-v", level, "-nostdin", "-xerror", "-i", text(file)];
    arguments.extend(more.split_whitespace());
    arguments.extend(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-"]);
    let output = run("ffmpeg", &arguments);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let (luma, chroma) = ((width * height) as usize, (width.div_ceil(2) * height.div_ceil(2)) as usize);
    assert_eq!(output.stdout.len() % (luma + 2 * chroma), 0, "whole frames of {width}x{height}");
    output
        .stdout
        .chunks_exact(luma + 2 * chroma)
        .map(|planes| Frame {
            width,
            height,
            y: planes[..luma].to_vec(),
            u: planes[luma..luma + chroma].to_vec(),
            v: planes[luma + chroma..].to_vec(),
        })
        .collect()
}

/// The sound as ffmpeg hears it: interleaved stereo at 48 kHz.
pub(crate) fn sound(file: &Path) -> Vec<f32> {
    let arguments = ["-v", "warning", "-nostdin", "-i", text(file), "-map", "0:a:0", "-f", "f32le", "-"];
    let output = run("ffmpeg", &arguments);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are plain text")
}
