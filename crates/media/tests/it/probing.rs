//! What a medium is: compared with how it was made and with what ffprobe says.

use std::fs;
use std::path::Path;

use filmgate_media::probe::{
    Container, ImageFormat, ImageInfo, Probe, ProbeError, VideoInfo, probe, probe_bytes,
};
use tempfile::TempDir;

use crate::ffmpeg;

fn video(path: &Path) -> VideoInfo {
    match probe(path).unwrap() {
        Probe::Video(info) => info,
        Probe::Image(info) => panic!("{info:?}"),
    }
}

fn refused(bytes: &[u8]) -> String {
    probe_bytes(bytes).unwrap_err().to_string()
}

#[test]
fn films_are_told_by_their_bytes_not_their_names() {
    let folder = TempDir::new().unwrap();
    for (name, codec, container, expected) in [
        ("a.mp4", "-c:v libx264 -bf 3 -c:a aac", Container::Mp4, "h264"),
        ("b.mov", "-c:v libx264 -an", Container::Mov, "h264"),
        ("c.mp4", "-c:v libx265 -x265-params log-level=none -tag:v hvc1 -c:a aac", Container::Mp4, "hevc"),
        ("d.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", Container::WebM, "vp9"),
        ("e.webm", "-c:v libvpx -deadline realtime -an", Container::WebM, "vp8"),
        ("f.mp4", "-c:v mpeg4 -an", Container::Mp4, "mpeg4"),
        ("g.mp4", "-c:v libx264 -movflags frag_keyframe+empty_moov -g 12 -c:a aac", Container::Mp4, "h264"),
        ("h.mp4", "-c:v libx264 -movflags faststart -an", Container::Mp4, "h264"),
    ] {
        let made = folder.path().join(name);
        ffmpeg::film("320x180", "1.5", codec, &made);
        let file = folder.path().join("medium.bin");
        fs::rename(&made, &file).unwrap();
        let info = video(&file);
        assert_eq!((info.container, info.codec.as_str()), (container, expected), "{name}");
        assert_eq!((info.width, info.height, info.frames), (320, 180, Some(36)), "{name}");
        assert_eq!(info.has_audio, !codec.contains("-an"), "{name}");
        assert_eq!(info.bytes, fs::metadata(&file).unwrap().len(), "{name}");
        assert!(info.duration_ms.abs_diff(1500) <= 10, "{name}: {} ms", info.duration_ms);
    }
}

#[test]
fn the_size_of_a_turned_film_is_the_one_that_is_seen() {
    let folder = TempDir::new().unwrap();
    let (flat, turned) = (folder.path().join("flat.mp4"), folder.path().join("turned.mov"));
    ffmpeg::film("320x180", "0.5", "-c:v libx264 -an", &flat);
    for (degrees, size) in [(90, (180, 320)), (180, (320, 180)), (270, (180, 320))] {
        let input = flat.display();
        ffmpeg::make(&format!("-i {input} -c copy -metadata:s:v:0 rotate={degrees}"), &turned);
        let info = video(&turned);
        assert_eq!((info.width, info.height), size, "{degrees} degrees");
    }
}

#[test]
fn a_trimmed_film_is_as_long_as_it_plays() {
    let folder = TempDir::new().unwrap();
    let (whole, cut) = (folder.path().join("whole.mp4"), folder.path().join("cut.mp4"));
    ffmpeg::film("160x90", "2", "-c:v libx264 -g 48 -an", &whole);
    ffmpeg::make(&format!("-ss 0.5 -i {} -c copy", whole.display()), &cut);
    let info = video(&cut);
    assert!(info.duration_ms.abs_diff(1500) <= 42, "{info:?}");
    let frames = info.frames.unwrap();
    assert!((35..=37).contains(&frames), "{info:?}");
}

#[test]
fn stills_are_told_by_their_bytes_and_turned_as_exif_says() {
    let folder = TempDir::new().unwrap();
    for (name, format) in
        [("a.jpg", ImageFormat::Jpeg), ("b.png", ImageFormat::Png), ("c.webp", ImageFormat::WebP)]
    {
        let file = folder.path().join(name);
        ffmpeg::make("-f lavfi -i testsrc2=size=123x77,format=rgb24 -frames:v 1", &file);
        let bytes = fs::read(&file).unwrap().len() as u64;
        let expected = ImageInfo { format, width: 123, height: 77, bytes };
        assert_eq!(probe(&file).unwrap(), Probe::Image(expected), "{name}");
    }
    let jpeg = fs::read(folder.path().join("a.jpg")).unwrap();
    for (orientation, size) in [(1, (123, 77)), (3, (123, 77)), (6, (77, 123)), (8, (77, 123))] {
        let Probe::Image(info) = probe_bytes(&with_orientation(&jpeg, orientation)).unwrap() else {
            panic!()
        };
        assert_eq!((info.width, info.height), size, "orientation {orientation}");
    }
}

/// A JPEG with an EXIF segment that holds one entry, the orientation.
pub(crate) fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    let mut segment = tiff.to_vec();
    segment.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    let length = (segment.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &segment, &jpeg[2..]].concat()
}

#[test]
fn what_is_no_medium_is_called_by_its_name() {
    for (bytes, found) in [
        (&b""[..], "an empty file"),
        (b"<!DOCTYPE html><html>", "an HTML page"),
        (b"\n<HTML><body>", "an HTML page"),
        (b"{\"error\":\"no such file\"}", "JSON text"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"just some words", "text"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07\x08", "data of an unknown kind"),
    ] {
        let text = refused(bytes);
        let expected =
            format!("this is {found}, not an image or a video; send JPEG, PNG, WebP, MP4, MOV or WebM");
        assert_eq!(text, expected);
    }
}

#[test]
fn media_of_other_kinds_are_refused_by_name() {
    for (bytes, what) in [
        (&b"GIF89a\x01\0\x01\0"[..], "a GIF image"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC image"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "an MP4 sound file"),
        (b"RIFF\x10\0\0\0AVI LIST", "an AVI video"),
        (b"ID3\x04\0", "an MP3 sound file"),
    ] {
        assert!(refused(bytes).starts_with(&format!("this is {what}, which is not accepted")), "{what}");
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("film.mkv");
    ffmpeg::film("64x64", "0.2", "-c:v libx264 -an", &file);
    assert!(matches!(probe(&file), Err(ProbeError::Unsupported { what }) if what == "a Matroska (MKV) file"));
    let file = folder.path().join("sound.mp4");
    ffmpeg::make("-f lavfi -i sine=duration=0.2 -c:a aac", &file);
    assert!(
        matches!(probe(&file), Err(ProbeError::Unsupported { what }) if what.contains("without a video track"))
    );
}

#[test]
fn a_file_without_its_end_is_said_to_be_cut_off() {
    let folder = TempDir::new().unwrap();
    for (name, command) in [
        ("late.mp4", "-f lavfi -i testsrc2=size=160x90:duration=1 -c:v libx264 -pix_fmt yuv420p"),
        (
            "early.mp4",
            "-f lavfi -i testsrc2=size=160x90:duration=1 -c:v libx264 -pix_fmt yuv420p -movflags faststart",
        ),
        (
            "a.webm",
            "-f lavfi -i testsrc2=size=160x90:duration=1 -c:v libvpx-vp9 -deadline realtime -pix_fmt yuv420p",
        ),
        ("a.png", "-f lavfi -i testsrc2=size=160x90 -frames:v 1"),
        ("a.webp", "-f lavfi -i testsrc2=size=160x90 -frames:v 1"),
        ("a.jpg", "-f lavfi -i testsrc2=size=160x90 -frames:v 1"),
    ] {
        let file = folder.path().join(name);
        ffmpeg::make(command, &file);
        let bytes = fs::read(&file).unwrap();
        let error = probe_bytes(&bytes[..bytes.len() * 2 / 3]).unwrap_err();
        assert!(matches!(error, ProbeError::Truncated { .. }), "{name}: {error}");
        assert!(error.to_string().ends_with("upload it again, whole"), "{name}: {error}");
    }
}
