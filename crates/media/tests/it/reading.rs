//! Films of others, decoded by us and by ffmpeg: the pictures must be the same, to the bit.

use std::path::Path;

use filmgate_media::frame::Frame;
use filmgate_media::reader::{Limits, ReadError, VideoReader};
use tempfile::TempDir;

use crate::{ffmpeg, patterns};

fn read(file: &Path) -> Vec<(Frame, u64)> {
    let mut reader = VideoReader::open(file, Limits::default()).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        frames.push(frame);
    }
    assert_eq!(reader.info().frames, Some(frames.len() as u64), "as many pictures as the probe says");
    frames
}

/// Compares with ffmpeg; odd sizes are grown by a column or row here, so only their common part counts.
fn compare(file: &Path, width: u32, height: u32, name: &str) {
    let ours = read(file);
    let theirs = ffmpeg::frames(file, width, height, "");
    assert_eq!(ours.len(), theirs.len(), "{name}");
    let mut before = None;
    for (index, ((ours, pts), theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert!(ours.is_whole(), "{name}");
        assert!(ours.u == theirs.u && ours.v == theirs.v, "{name}: chroma of picture {index}");
        for (row, expected) in ours.luma().zip(theirs.luma()) {
            assert!(row[..width as usize] == *expected, "{name}: luma of picture {index}");
        }
        assert!(before.is_none_or(|before| before < *pts), "{name}: times must rise");
        before = Some(*pts);
    }
}

#[test]
fn every_codec_and_container_decodes_to_the_bit() {
    let folder = TempDir::new().unwrap();
    for (name, size, codec) in [
        ("b-frames.mp4", (320, 180), "-c:v libx264 -bf 3 -refs 4 -preset medium -g 20 -an"),
        ("baseline.mov", (176, 144), "-c:v libx264 -profile:v baseline -an"),
        ("slices.mp4", (320, 180), "-c:v libx264 -slices 4 -c:a aac"),
        ("fragments.mp4", (160, 90), "-c:v libx264 -bf 2 -g 12 -movflags frag_keyframe+empty_moov -an"),
        ("hevc.mp4", (320, 180), "-c:v libx265 -x265-params log-level=none -tag:v hvc1 -an"),
        ("hev1.mov", (162, 90), "-c:v libx265 -x265-params log-level=none:bframes=4 -an"),
        (
            "vp9.webm",
            (320, 180),
            "-c:v libvpx-vp9 -deadline good -cpu-used 4 -auto-alt-ref 1 -lag-in-frames 12 -an",
        ),
        ("vp9.mp4", (160, 90), "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -an"),
        ("av1.mp4", (320, 180), "-c:v libaom-av1 -cpu-used 8 -lag-in-frames 12 -crf 40 -an"),
        ("av1.webm", (160, 90), "-c:v libaom-av1 -cpu-used 8 -usage realtime -an"),
    ] {
        let file = folder.path().join(name);
        ffmpeg::film(&format!("{}x{}", size.0, size.1), "1.5", codec, &file);
        compare(&file, size.0, size.1, name);
    }
}

#[test]
fn odd_sizes_grow_by_one_and_keep_every_sample() {
    let folder = TempDir::new().unwrap();
    for codec in ["libvpx-vp9 -deadline realtime", "libaom-av1 -cpu-used 8 -usage realtime"] {
        let file = folder.path().join("odd.webm");
        ffmpeg::film("161x91", "0.3", &format!("-c:v {codec} -an"), &file);
        compare(&file, 161, 91, "odd");
        let (first, _) = &read(&file)[0];
        assert_eq!((first.width, first.height), (162, 92));
        assert_eq!(first.y[160], first.y[161]);
    }
}

#[test]
fn turned_films_come_upright() {
    let folder = TempDir::new().unwrap();
    let (flat, turned) = (folder.path().join("flat.mp4"), folder.path().join("turned.mp4"));
    ffmpeg::film("160x96", "0.4", "-c:v libx264 -an", &flat);
    for (degrees, (width, height)) in [(90, (96, 160)), (180, (160, 96)), (270, (96, 160))] {
        ffmpeg::make(&format!("-i {} -c copy -metadata:s:v:0 rotate={degrees}", flat.display()), &turned);
        compare(&turned, width, height, &format!("{degrees} degrees"));
    }
}

#[test]
fn full_range_and_bt601_become_bt709_limited() {
    let folder = TempDir::new().unwrap();
    let source = "-f lavfi -i testsrc2=size=320x180:rate=24 -t 0.2 -c:v libx264 -qp 4";
    for (name, command, filter) in [
        (
            "full.mp4",
            "-vf scale=out_color_matrix=bt709:out_range=full,format=yuvj420p -color_range pc -colorspace bt709",
            "-vf scale=in_range=full:out_range=limited:in_color_matrix=bt709:out_color_matrix=bt709,format=yuv420p",
        ),
        (
            "sd.mp4",
            "-vf scale=out_color_matrix=bt601:out_range=limited,format=yuv420p -color_range tv -colorspace smpte170m",
            "-vf scale=in_range=limited:out_range=limited:in_color_matrix=bt601:out_color_matrix=bt709,format=yuv420p",
        ),
    ] {
        let file = folder.path().join(name);
        ffmpeg::make(&format!("{source} {command} -color_primaries bt709 -color_trc bt709"), &file);
        let theirs = ffmpeg::frames(&file, 320, 180, filter);
        for ((ours, _), theirs) in read(&file).iter().zip(&theirs) {
            for (plane, expected) in [(&ours.y, &theirs.y), (&ours.u, &theirs.u), (&ours.v, &theirs.v)] {
                let near = patterns::psnr(plane, expected);
                assert!(near > 38.0, "{name}: {near:.1} dB");
            }
        }
    }
}

#[test]
fn only_what_the_edit_list_shows_is_shown() {
    let folder = TempDir::new().unwrap();
    let (whole, cut) = (folder.path().join("whole.mp4"), folder.path().join("cut.mp4"));
    ffmpeg::film("160x90", "2", "-c:v libx264 -g 48 -bf 2 -an", &whole);
    ffmpeg::make(&format!("-ss 0.5 -i {} -c copy", whole.display()), &cut);
    let all = read(&whole);
    let part = read(&cut);
    assert_eq!(part[0].1, 0);
    let first = all.iter().position(|(frame, _)| *frame == part[0].0);
    assert_eq!(first, Some(12), "half a second in");
    assert!(part.iter().zip(&all[12..]).all(|(part, all)| part.0 == all.0));
}

#[test]
fn codecs_that_cannot_be_read_are_named() {
    let folder = TempDir::new().unwrap();
    for (name, codec, expected) in [
        ("a.webm", "-c:v libvpx -deadline realtime -an", "vp8"),
        ("b.mp4", "-c:v mpeg4 -an", "mpeg4"),
        ("c.mp4", "-c:v libx264 -pix_fmt yuv422p10le -an", "H.264 with"),
        ("d.mp4", "-c:v libx264 -flags +ildct+ilme -x264opts interlaced -an", "H.264 with"),
        ("e.mp4", "-c:v libx265 -pix_fmt yuv420p10le -x265-params log-level=none -an", "HEVC with 10 bits"),
        (
            "f.mp4",
            "-c:v libaom-av1 -cpu-used 8 -usage realtime -pix_fmt yuv420p10le -an",
            "AV1 with 10 bits, 4:2:0",
        ),
        (
            "g.mp4",
            "-c:v libaom-av1 -cpu-used 8 -usage realtime -pix_fmt yuv444p -an",
            "AV1 with 8 bits, 4:4:4",
        ),
    ] {
        let file = folder.path().join(name);
        ffmpeg::film("320x192", "0.3", codec, &file);
        let outcome = VideoReader::open(&file, Limits::default()).and_then(|mut reader| reader.next_frame());
        match outcome {
            Err(ReadError::Codec { codec }) => assert!(codec.starts_with(expected), "{name}: {codec}"),
            other => panic!("{name}: {:?}", other.map(|frame| frame.is_some())),
        }
    }
}

#[test]
fn limits_hold_before_anything_is_decoded() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("film.mp4");
    ffmpeg::film("320x180", "1", "-c:v libx264 -an", &file);
    for (limits, text) in [
        (
            Limits { max_pixels: 57_599, ..Limits::default() },
            "57600 pixels in a picture, at most 57599 are allowed",
        ),
        (Limits { max_frames: 23, ..Limits::default() }, "24 pictures in the video, at most 23 are allowed"),
    ] {
        let error = VideoReader::open(&file, limits).err().unwrap().to_string();
        assert!(error.ends_with(text), "{error}");
    }
}
