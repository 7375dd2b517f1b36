//! Tones: notes, birds, crickets, a woodpecker. Each note begins and ends at silence.

use super::RATE;
use super::source::Sine;
use crate::chance::{Chance, ease, wave};

/// Samples between two looks at the shape of a note.
const BLOCK: usize = 32;

/// Adds one note. `shape` gets the share of the note that has passed and answers loudness; `pitch` answers hertz.
pub(super) fn note(
    mix: &mut [f32],
    start: f32,
    length: f32,
    pan: f32,
    pitch: impl Fn(f32) -> f32,
    shape: impl Fn(f32) -> f32,
) {
    let first = (start * RATE as f32 + 0.5) as usize;
    let count = (length * RATE as f32) as usize;
    let mut sine = Sine::default();
    let mut loud = shape(0.0);
    let rest = mix.get_mut(first * 2..).unwrap_or_default();
    let end = rest.len().min(count * 2);
    for (number, block) in rest[..end].chunks_mut(BLOCK * 2).enumerate() {
        let share = |block: usize| ((block * BLOCK) as f32 / count as f32).min(1.0);
        let (hertz, next) = (pitch(share(number)), shape(share(number + 1)));
        let rise = (next - loud) * 2.0 / block.len() as f32;
        for frame in block.chunks_exact_mut(2) {
            let sample = sine.next(hertz) * loud;
            loud += rise;
            frame[0] += sample * (1.0 - pan);
            frame[1] += sample * pan;
        }
        loud = next;
    }
}

/// Rises fast, falls slowly.
pub(super) fn pluck(share: f32) -> f32 {
    ease(share / 0.04) * (1.0 - share) * (1.0 - share)
}

/// Short calls that glide, in phrases, from several places.
pub(super) fn birds(seed: u64, mix: &mut [f32]) {
    let seconds = mix.len() as f32 / 2.0 / RATE as f32;
    let mut chance = Chance::new(seed, "birds");
    let mut t = chance.between(0.1, 0.6);
    while t < seconds {
        let (pan, base) = (chance.between(0.1, 0.9), chance.between(2300.0, 4200.0));
        let (glide, calls) = (chance.between(-0.25, 0.35), 2 + chance.below(4));
        let (loud, length) = (chance.between(0.03, 0.09), chance.between(0.07, 0.15));
        for call in 0..calls {
            let trill = chance.between(0.0, 0.05);
            let pitch = |share: f32| base * (1.0 + glide * share + trill * wave(share * 3.0));
            note(mix, t + call as f32 * length * 1.35, length, pan, pitch, |share| loud * wave(share * 0.5));
        }
        t += chance.between(0.5, 1.7);
    }
}

/// A steady trill.
pub(super) fn crickets(seed: u64, mix: &mut [f32]) {
    let seconds = mix.len() as f32 / 2.0 / RATE as f32;
    let mut chance = Chance::new(seed, "crickets");
    for insect in 0..3u8 {
        let pitch = 3900.0 + 420.0 * f32::from(insect) + chance.between(-60.0, 60.0);
        let (pan, pause) = (chance.between(0.1, 0.9), chance.between(0.55, 0.95));
        let mut t = chance.between(0.0, 0.6);
        while t < seconds {
            for pulse in 0..4u8 {
                let start = t + f32::from(pulse) * 0.042;
                note(mix, start, 0.034, pan, |_| pitch, |share| 0.035 * wave(share * 0.5));
            }
            t += pause;
        }
    }
}

/// Rolls of knocks on a trunk, far apart.
pub(super) fn woodpecker(seed: u64, mix: &mut [f32]) {
    let seconds = mix.len() as f32 / 2.0 / RATE as f32;
    let mut chance = Chance::new(seed, "woodpecker");
    let pan = chance.between(0.15, 0.85);
    let mut t = chance.between(0.8, 3.0);
    while t < seconds {
        let (knocks, pace) = (9 + chance.below(7), chance.between(0.05, 0.06));
        let (wood, loud) = (chance.between(950.0, 1250.0), chance.between(0.10, 0.18));
        for knock in 0..knocks {
            let fade = 1.0 - 0.6 * knock as f32 / knocks as f32;
            let start = t + knock as f32 * pace;
            note(mix, start, 0.035, pan, |share| wood - 250.0 * share, |share| loud * fade * pluck(share));
            note(mix, start, 0.02, pan, |_| wood * 2.4, |share| 0.4 * loud * fade * pluck(share));
        }
        t += chance.between(3.5, 8.0);
    }
}
