//! The engine from outside: words in, films out, judged by an independent reader.

mod depth;
mod films;
mod guided;
mod hostile;
mod sound;
mod words;

use filmgate_animatic::{Brief, Film, Guidance, Studio};
use filmgate_media::frame::Frame;
use filmgate_media::reader::{Limits, VideoReader};
use std::path::Path;

/// A small brief.
fn brief(prompt: &str, guidance: Guidance) -> Brief {
    Brief { prompt: prompt.into(), width: 256, height: 144, seconds: 1, seed: 7, guidance }
}

fn film(brief: &Brief) -> Film {
    Studio::new(2).render(brief.clone()).expect("the brief is fine")
}

/// The film's frames, decoded.
fn decode(film: &Film, dir: &Path) -> Vec<Frame> {
    let path = dir.join("film.mp4");
    std::fs::write(&path, &film.mp4).expect("the folder is writable");
    let mut reader = VideoReader::open(&path, Limits::default()).expect("our own film can be read");
    let mut frames = Vec::new();
    while let Some((frame, _)) = reader.next_frame().expect("our own film can be decoded") {
        frames.push(frame);
    }
    frames
}

/// Peak signal-to-noise ratio of the brightness, in decibels.
fn psnr(a: &Frame, b: &Frame) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let sum: f64 = a.y.iter().zip(&b.y).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 / (sum / a.y.len() as f64).max(1e-9)).log10()
}

/// How alike two pictures are, whatever their brightness and contrast: -1 to 1.
fn correlation(a: &Frame, b: &Frame) -> f64 {
    let mean = |f: &Frame| f.y.iter().map(|y| f64::from(*y)).sum::<f64>() / f.y.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.y.iter().zip(&b.y) {
        let (x, y) = (f64::from(*x) - ma, f64::from(*y) - mb);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt().max(1e-9)
}
