//! Films that end early: ffmpeg finds the frames and the sound that were to stay, and nothing to complain of.

use std::fs::File;

use filmgate_media::cut::cut;
use filmgate_media::probe::{Probe, probe};

use crate::ffmpeg;

const CODECS: [(&str, &str); 3] = [
    ("front", "-c:v libx264 -bf 2 -g 48 -c:a aac -movflags +faststart -f mp4"),
    ("back", "-c:v libx264 -bf 0 -c:a aac -f mp4"),
    ("many chunks", "-c:v libx264 -bf 3 -c:a aac -min_frag_duration 0 -f mov"),
];

fn open(path: &std::path::Path) -> File {
    File::options().read(true).write(true).open(path).unwrap()
}

#[test]
fn a_film_ends_where_it_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    for (name, codec) in CODECS {
        let path = folder.path().join("film.mp4");
        ffmpeg::film("320x180", "6", codec, &path);
        let whole = ffmpeg::frames(&path, 320, 180, "");
        let bytes = std::fs::metadata(&path).unwrap().len();
        assert!(cut(&open(&path), 4000).unwrap(), "{name}");
        assert_eq!(std::fs::metadata(&path).unwrap().len(), bytes, "{name}: nothing has moved");
        let short = ffmpeg::frames(&path, 320, 180, "");
        assert!((96..=99).contains(&short.len()), "{name}: {} frames", short.len());
        assert!(short[..96] == whole[..96], "{name}: the frames are the same");
        let sound = ffmpeg::sound(&path).len();
        assert!((4 * 44_100 * 2 / 2..4 * 48_000 * 2 + 9000).contains(&sound), "{name}: {sound} samples");
        let seconds = ffmpeg::probe(&path, "format=duration");
        let seconds: f64 = seconds.trim().split('=').nth(1).unwrap().parse().unwrap();
        assert!((3.95..4.13).contains(&seconds), "{name}: {seconds}");
        let Probe::Video(video) = probe(&path).unwrap() else { panic!("{name}") };
        assert!((3950..4130).contains(&video.duration_ms), "{name}: {}", video.duration_ms);
        assert!(!cut(&open(&path), 4200).unwrap(), "{name}: it is no longer");
    }
}

#[test]
fn what_cannot_be_cut_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    ffmpeg::film("320x180", "3", "-c:v libx264 -c:a aac -movflags +frag_keyframe+empty_moov -f mp4", &path);
    let before = std::fs::read(&path).unwrap();
    assert!(!cut(&open(&path), 1000).unwrap(), "a film in fragments");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    for hostile in
        [&b""[..], b"ftyp", b"\0\0\0\x08moov", b"\xff\xff\xff\xffmoov", b"\0\0\0\x10moov\0\0\0\x08mvhd"]
    {
        std::fs::write(&path, hostile).unwrap();
        assert!(!cut(&open(&path), 1000).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), hostile);
    }
}

/// Whatever is changed in an index, cutting it ends, and never panics.
#[test]
fn a_lying_index_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    ffmpeg::film("64x64", "2", "-c:v libx264 -bf 2 -c:a aac -movflags +faststart -f mp4", &path);
    let good = std::fs::read(&path).unwrap();
    let moov = good.windows(4).position(|four| four == b"moov").unwrap();
    let mut chance = 1_u64;
    for _ in 0..2000 {
        let mut bad = good.clone();
        for _ in 0..3 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = moov + (chance >> 33) as usize % 2500;
            bad[at.min(good.len() - 1)] = (chance >> 17) as u8;
        }
        std::fs::write(&path, &bad).unwrap();
        let _changed_or_not = cut(&open(&path), 1000);
    }
}
