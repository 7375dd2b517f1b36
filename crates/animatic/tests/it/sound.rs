//! Films, heard: cuts on the beat, and every shot with its own ambience.

use crate::{brief, film, psnr};
use filmgate_animatic::{Brief, Guidance, frames};
use filmgate_media::frame::Frame;
use filmgate_media::picture::write_png;
use std::path::Path;
use std::process::Command;

/// Samples per second.
const RATE: usize = 48_000;

/// The left channel of a film, as an independent reader decodes it.
fn hear(asked: &Brief, dir: &Path) -> Vec<f32> {
    let path = dir.join("heard.mp4");
    std::fs::write(&path, film(asked).mp4).expect("the folder is writable");
    let raw = ["-map", "0:a", "-af", "pan=mono|c0=c0", "-f", "f32le", "-"];
    let output = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&path).args(raw).output();
    let output = output.expect("ffmpeg is the reader; `make test` installs it");
    assert!(output.status.success(), "{output:?}");
    let samples = output.stdout.as_chunks::<4>().0;
    samples.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// How much of a stretch of sound is hiss: the power of its differences in parts of its own.
fn hiss(samples: &[f32]) -> f32 {
    let power: f32 = samples.iter().map(|sample| sample * sample).sum();
    let differences: f32 = samples.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    differences / power.max(1e-9)
}

#[test]
fn every_shot_has_its_own_ambience() {
    let folder = tempfile::tempdir().expect("a folder");
    let prompt = "a fish underwater, then a bird in the forest";
    let asked = Brief { width: 64, height: 64, seconds: 6, ..brief(prompt, Guidance::Text) };
    let heard = hear(&asked, folder.path());
    let (water, leaves) = (hiss(&heard[RATE..RATE * 2]), hiss(&heard[RATE * 4..RATE * 5]));
    assert!(leaves > water * 10.0, "{water} {leaves}");
}

#[test]
fn references_keep_the_ambience_of_the_prompt() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("grey.png");
    write_png(&path, &Frame::black(64, 64)).expect("the folder is writable");
    let guidance = Guidance::References { images: vec![path], videos: vec![] };
    let asked = Brief { width: 64, height: 64, seconds: 6, ..brief("a cat in the rain", guidance) };
    let heard = hear(&asked, folder.path());
    let (scene, picture) = (hiss(&heard[RATE..RATE * 2]), hiss(&heard[RATE * 4..RATE * 5]));
    assert!((0.5..2.0).contains(&(picture / scene)), "{scene} {picture}");
}

/// A dance has two beats a second; the even thirds of the film fall on none.
#[test]
fn cuts_fall_on_the_beat_of_a_dance() {
    let prompt = "a robot dancing in space, then a cat in a room, then a horse running in the desert";
    let asked = Brief { width: 64, height: 64, seconds: 7, ..brief(prompt, Guidance::Text) };
    let (mut before, mut likeness) = (None::<Frame>, Vec::new());
    frames(&asked, |index, frame| {
        if let Some(before) = &before {
            likeness.push((psnr(before, frame), index));
        }
        before = Some(frame.clone());
    })
    .expect("the brief is fine");
    likeness.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut cuts = [likeness[0].1, likeness[1].1];
    cuts.sort_unstable();
    assert_eq!(cuts, [60, 108]);
}
