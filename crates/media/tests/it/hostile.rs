//! Bytes that mean harm. Whatever they are, the answer is an error or a film, never a panic, a hang or a huge allocation.

use std::fs;
use std::path::Path;

use filmgate_media::picture;
use filmgate_media::probe::{ProbeError, probe_bytes};
use filmgate_media::reader::{Limits, ReadError, VideoReader};
use tempfile::TempDir;

use crate::ffmpeg;

/// A small deterministic stream of numbers.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Probes and decodes everything; the result is how many pictures came out before an error.
pub(crate) fn devour(file: &Path, bytes: &[u8]) -> usize {
    fs::write(file, bytes).unwrap();
    _ = probe_bytes(bytes);
    _ = picture::decode(bytes, &picture::Limits { max_pixels: 1_000_000, ..picture::Limits::default() });
    let limits = Limits { max_pixels: 320 * 320, max_frames: 200 };
    let Ok(mut reader) = VideoReader::open(file, limits) else { return 0 };
    let mut pictures = 0;
    while let Ok(Some((frame, _))) = reader.next_frame() {
        assert!(frame.is_whole());
        pictures += 1;
        assert!(pictures <= 200);
    }
    pictures
}

fn films(folder: &Path) -> Vec<Vec<u8>> {
    [
        ("a.mp4", "-c:v libx264 -bf 2 -movflags faststart -c:a aac"),
        ("b.mp4", "-c:v libx265 -x265-params log-level=none -movflags faststart -an"),
        ("c.webm", "-c:v libvpx-vp9 -deadline realtime -an"),
        ("d.mp4", "-c:v libx264 -movflags frag_keyframe+empty_moov -an"),
        ("e.mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime -movflags faststart -an"),
    ]
    .map(|(name, codec)| {
        let file = folder.join(name);
        ffmpeg::film("96x64", "0.5", codec, &file);
        fs::read(file).unwrap()
    })
    .into()
}

#[test]
fn corrupted_films_never_panic() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bad.bin");
    let mut dice = Dice(1);
    let mut decoded = 0;
    for film in films(folder.path()) {
        assert_eq!(devour(&file, &film), 12, "the whole film is good");
        for round in 0..60 {
            let mut bytes = film.clone();
            // Half the rounds hit the tables at the front, half the pictures.
            let reach = if round % 2 == 0 { bytes.len().min(1200) } else { bytes.len() };
            for _ in 0..=dice.roll(20) {
                let at = dice.roll(reach);
                bytes[at] = dice.roll(256) as u8;
            }
            decoded += devour(&file, &bytes);
        }
    }
    assert!(decoded > 100, "most damage spares some pictures; {decoded} came out");
}

#[test]
fn films_cut_anywhere_never_panic() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("cut.bin");
    for film in films(folder.path()) {
        for part in 0..40 {
            devour(&file, &film[..film.len() * part / 40]);
        }
    }
}

#[test]
fn noise_behind_every_magic_never_panics() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("noise.bin");
    let mut dice = Dice(2);
    let magics: [&[u8]; 7] = [
        b"",
        b"\xFF\xD8\xFF\xE0",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x10\x00\x00WEBPVP8X",
        b"\0\0\0\x14ftypisom\0\0\0\0isom",
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\x02\0moov",
        b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    ];
    for magic in magics {
        for _ in 0..40 {
            let noise = (0..dice.roll(600)).map(|_| dice.roll(256) as u8);
            let bytes: Vec<u8> = magic.iter().copied().chain(noise).collect();
            assert_eq!(devour(&file, &bytes), 0);
        }
    }
}

#[test]
fn a_table_that_lies_about_its_length_is_not_believed() {
    let folder = TempDir::new().unwrap();
    let film = &films(folder.path())[0];
    // `stsz`: all samples of one byte, four billion of them.
    let mut bytes = film.clone();
    let at = bytes.windows(4).position(|kind| kind == b"stsz").unwrap() + 8;
    bytes[at..at + 8].copy_from_slice(&[0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]);
    let error = probe_bytes(&bytes).unwrap_err();
    assert!(matches!(error, ProbeError::TooLarge { found: 0xFFFF_FFFF, .. }), "{error}");
    // A sample far behind the end of the file.
    let mut bytes = film.clone();
    let at = bytes.windows(4).position(|kind| kind == b"stco").unwrap() + 12;
    bytes[at..at + 4].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF]);
    let error = probe_bytes(&bytes).unwrap_err();
    assert!(matches!(error, ProbeError::Truncated { .. }), "{error}");
}

/// The container says 96x64, the headers inside its pictures say far more: the decoder must never see them.
#[test]
fn a_picture_larger_than_its_container_says_is_refused() {
    let folder = TempDir::new().unwrap();
    let small = folder.path().join("small.bin");
    for (name, codec, entry, skip) in [
        ("a.mp4", "-c:v libx264", &b"avc1"[..], 28),
        ("b.mp4", "-c:v libx265 -x265-params log-level=none", b"hev1", 28),
        ("c.webm", "-c:v libvpx-vp9 -deadline realtime", b"\xB0\x82\x02\x80", 2),
        ("d.mp4", "-c:v libaom-av1 -cpu-used 8 -usage realtime", b"av01", 28),
    ] {
        let large = folder.path().join(name);
        ffmpeg::film("640x480", "0.2", &format!("{codec} -an"), &large);
        let mut bytes = fs::read(&large).unwrap();
        let at = bytes.windows(4).rposition(|kind| kind == entry).unwrap() + skip;
        let height = at + if name == "c.webm" { 4 } else { 2 };
        assert_eq!(
            (&bytes[at..at + 2], &bytes[height..height + 2]),
            (&[2, 128][..], &[1, 224][..]),
            "{name}"
        );
        bytes[at..at + 2].copy_from_slice(&[0, 96]);
        bytes[height..height + 2].copy_from_slice(&[0, 64]);
        fs::write(&small, &bytes).unwrap();
        let limits = Limits { max_pixels: 96 * 64, ..Limits::default() };
        let outcome = VideoReader::open(&small, limits).and_then(|mut reader| reader.next_frame());
        let refused = match &outcome {
            Err(ReadError::Probe(ProbeError::TooLarge { .. })) => true,
            // AV1's decoder compares by itself, and does not tell what it found.
            Err(ReadError::Damaged { why, .. }) => why == "a picture has more than 6144 pixels",
            _ => false,
        };
        assert!(refused, "{name}: {:?}", outcome.err());
    }
}

#[test]
fn a_file_of_nothing_but_headers_is_refused() {
    let boxes = [&b"\0\0\0\x14ftypisom\0\0\0\0isom"[..], &b"\0\0\0\x08free".repeat(1_000_001)].concat();
    let elements = [&b"\x1A\x45\xDF\xA3\x87\x42\x82\x84webm"[..], &b"\xEC\x80".repeat(1_000_001)].concat();
    for bytes in [boxes, elements] {
        let error = probe_bytes(&bytes).unwrap_err();
        assert!(matches!(error, ProbeError::TooLarge { what: "parts in the file", .. }), "{error}");
    }
}

#[test]
fn the_smallest_media_are_media() {
    let folder = TempDir::new().unwrap();
    for name in ["dot.png", "dot.jpg", "dot.webp"] {
        let file = folder.path().join(name);
        ffmpeg::make("-f lavfi -i color=white:size=2x2,format=rgb24,crop=1:1 -frames:v 1", &file);
        let picture = picture::decode(&fs::read(&file).unwrap(), &picture::Limits::default()).unwrap();
        assert_eq!((picture.width, picture.height), (1, 1), "{name}");
        assert_eq!(picture.cover(1280, 720).width, 1280, "{name}");
    }
}
