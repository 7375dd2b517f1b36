//! Damage without end: every format that is read, bent in every way that has ever broken a parser, for as long as is
//! asked. `make fuzz` runs it for an hour; what is read lies in a file of the target folder,
//! so that whatever ends the process can be looked at.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::ffmpeg;
use crate::hostile::{Dice, devour};

/// What a single input may take: the limits of the readers keep honest ones far below.
const MOST_TIME: Duration = Duration::from_secs(10);
/// What the process may hold at its worst, kilobytes.
const MOST_MEMORY_KB: u64 = 400_000;

#[test]
#[ignore = "runs for FUZZ_SECONDS; `make fuzz` sets an hour"]
fn damaged_media_never_crash() {
    #[expect(clippy::disallowed_methods, reason = "a test may be asked to run longer")]
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse().expect("a whole number"))
    };
    let (seconds, seed) = (number("FUZZ_SECONDS", 20), number("FUZZ_SEED", 1));
    let folder = TempDir::new().unwrap();
    let corpus = corpus(folder.path());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-input.bin");
    let (begun, mut dice) = (Instant::now(), Dice(seed));
    let (mut inputs, mut pictures, mut slowest) = (0_u64, 0_u64, Duration::ZERO);
    while begun.elapsed().as_secs() < seconds {
        let bytes = bend(&corpus, &mut dice);
        let one = Instant::now();
        pictures += devour(&file, &bytes) as u64;
        slowest = slowest.max(one.elapsed());
        assert!(slowest < MOST_TIME, "{} took {slowest:?}", file.display());
        inputs += 1;
    }
    let peak = peak_kb();
    println!("{inputs} inputs, {pictures} pictures, slowest {slowest:?}, peak {} MB", peak / 1000);
    assert!(peak < MOST_MEMORY_KB, "{peak} kB");
    assert!(inputs == 0 || pictures > 0, "some damage spares a picture");
}

/// One good file of everything that is read: each codec in each container, each picture format and its odd kinds.
fn corpus(folder: &Path) -> Vec<Vec<u8>> {
    let films = [
        ("a.mp4", "-c:v libx264 -bf 2 -movflags faststart -c:a aac"),
        ("b.mp4", "-c:v libx265 -x265-params log-level=none -movflags faststart -an"),
        ("c.webm", "-c:v libvpx-vp9 -deadline realtime -an"),
        ("d.mp4", "-c:v libx264 -movflags frag_keyframe+empty_moov -an"),
        ("e.mov", "-c:v libx264 -profile:v baseline -an"),
        ("f.mp4", "-c:v libvpx-vp9 -deadline realtime -an"),
        ("g.mov", "-c:v libx265 -x265-params log-level=none -tag:v hvc1 -an"),
        ("h.mp4", "-c:v libx264 -x264-params interlaced=1:cabac=0 -an"),
        ("i.mp4", "-c:v libaom-av1 -cpu-used 8 -lag-in-frames 4 -an"),
        ("j.webm", "-c:v libaom-av1 -cpu-used 8 -usage realtime -an"),
    ];
    let pictures = [
        ("a.jpg", "-pix_fmt yuvj420p"),
        ("b.jpg", "-pix_fmt gray"),
        ("c.png", "-pix_fmt rgba"),
        ("d.png", "-pix_fmt pal8"),
        ("e.png", "-pix_fmt rgb48be"),
        ("f.webp", "-lossless 1"),
        ("g.webp", "-quality 60"),
    ];
    let mut corpus = Vec::new();
    for (name, codec) in films {
        let file = folder.join(name);
        ffmpeg::film("96x64", "0.5", codec, &file);
        corpus.push(fs::read(file).unwrap());
    }
    for (name, format) in pictures {
        let file = folder.join(name);
        ffmpeg::make(&format!("-f lavfi -i testsrc2=size=96x64,format=rgba -frames:v 1 {format}"), &file);
        corpus.push(fs::read(file).unwrap());
    }
    let animated = folder.join("h.webp");
    ffmpeg::make("-f lavfi -i testsrc2=size=48x32:rate=5 -t 1 -c:v libwebp_anim", &animated);
    corpus.push(fs::read(animated).unwrap());
    corpus
}

/// A file of the corpus after a few misfortunes.
fn bend(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = corpus[dice.roll(corpus.len())].clone();
    for _ in 0..=dice.roll(6) {
        if bytes.is_empty() {
            break;
        }
        // Tables and headers stand at the front or at the end; pictures are everywhere.
        let reach = match dice.roll(3) {
            0 => bytes.len(),
            1 => bytes.len().min(64),
            _ => bytes.len().min(1500),
        };
        let at = if dice.roll(4) == 0 { bytes.len() - 1 - dice.roll(reach) } else { dice.roll(reach) };
        match dice.roll(8) {
            0 => bytes[at] = dice.roll(256) as u8,
            1 => bytes[at] ^= 1 << dice.roll(8),
            2 => number(&mut bytes, at, dice),
            3 => drop(bytes.drain(at..(at + 1 + dice.roll(40)).min(bytes.len()))),
            4 => {
                let copy = bytes[at..(at + 1 + dice.roll(60)).min(bytes.len())].to_vec();
                let to = dice.roll(bytes.len());
                bytes.splice(to..to, copy);
            }
            5 => {
                let other = &corpus[dice.roll(corpus.len())];
                let from = dice.roll(other.len());
                let piece = &other[from..(from + 1 + dice.roll(200)).min(other.len())];
                let end = (at + piece.len()).min(bytes.len());
                bytes[at..end].copy_from_slice(&piece[..end - at]);
            }
            6 if dice.roll(6) == 0 => bytes.truncate(at),
            _ => {
                let end = (at + 1 + dice.roll(16)).min(bytes.len());
                bytes[at..end].fill([0, 0xFF, 0x80, 0x7F][dice.roll(4)]);
            }
        }
    }
    bytes
}

/// Writes one of the numbers that arithmetic stumbles over, in either order of bytes.
fn number(bytes: &mut [u8], at: usize, dice: &mut Dice) {
    let odd: [u64; 10] =
        [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, u64::MAX];
    let (value, width) = (odd[dice.roll(odd.len())], [1, 2, 4, 8][dice.roll(4)]);
    let end = (at + width).min(bytes.len());
    let (big, little) = (value.to_be_bytes(), value.to_le_bytes());
    let piece = if dice.roll(4) == 0 { &little[..width] } else { &big[8 - width..] };
    bytes[at..end].copy_from_slice(&piece[..end - at]);
}

fn peak_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
