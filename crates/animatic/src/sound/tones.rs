//! Tones: birds, crickets, a quiet pad, the pulse of a dance. Each note begins and ends at silence.

use super::RATE;
use crate::chance::{Chance, ease, wave};

/// Adds one note. `shape` gets the share of the note that has passed and answers loudness; `pitch` answers hertz.
fn note(
    mix: &mut [f32],
    start: f32,
    length: f32,
    pan: f32,
    pitch: impl Fn(f32) -> f32,
    shape: impl Fn(f32) -> f32,
) {
    let first = (start * RATE as f32) as usize;
    let count = (length * RATE as f32) as usize;
    let mut phase = 0.0f32;
    let (mut hertz, mut loud) = (pitch(0.0), 0.0);
    for index in 0..count {
        let Some(frame) = mix.get_mut((first + index) * 2..(first + index) * 2 + 2) else { return };
        if index % 32 == 0 {
            let share = index as f32 / count as f32;
            (hertz, loud) = (pitch(share), shape(share));
        }
        phase += hertz / RATE as f32;
        phase -= libm::floorf(phase);
        let sample = wave(phase) * loud;
        frame[0] += sample * (1.0 - pan);
        frame[1] += sample * pan;
    }
}

/// Rises fast, falls slowly.
fn pluck(share: f32) -> f32 {
    ease(share / 0.04) * (1.0 - share) * (1.0 - share)
}

/// Short calls that glide, in phrases, from several places.
pub(super) fn birds(seed: u64, level: f32, mix: &mut [f32]) {
    let seconds = mix.len() as f32 / 2.0 / RATE as f32;
    let mut chance = Chance::new(seed, "birds");
    let mut t = chance.between(0.1, 0.6);
    while t < seconds {
        let (pan, base) = (chance.between(0.1, 0.9), chance.between(2300.0, 4200.0));
        let (glide, calls) = (chance.between(-0.25, 0.35), 2 + chance.below(4));
        let (loud, length) = (chance.between(0.03, 0.09) * level, chance.between(0.07, 0.15));
        for call in 0..calls {
            let trill = chance.between(0.0, 0.05);
            let pitch = |share: f32| base * (1.0 + glide * share + trill * wave(share * 3.0));
            note(mix, t + call as f32 * length * 1.35, length, pan, pitch, |share| loud * wave(share * 0.5));
        }
        t += chance.between(0.5, 1.7);
    }
}

/// A steady trill.
pub(super) fn crickets(seed: u64, level: f32, mix: &mut [f32]) {
    let seconds = mix.len() as f32 / 2.0 / RATE as f32;
    let mut chance = Chance::new(seed, "crickets");
    for insect in 0..3u8 {
        let pitch = 3900.0 + 420.0 * f32::from(insect) + chance.between(-60.0, 60.0);
        let (pan, pause) = (chance.between(0.1, 0.9), chance.between(0.55, 0.95));
        let mut t = chance.between(0.0, 0.6);
        while t < seconds {
            for pulse in 0..4u8 {
                let start = t + f32::from(pulse) * 0.042;
                note(mix, start, 0.034, pan, |_| pitch, |share| 0.035 * level * wave(share * 0.5));
            }
            t += pause;
        }
    }
}

/// A chord that breathes: root, fifth, ninth, far below everything else.
pub(super) fn pad(seed: u64, level: f32, mix: &mut [f32]) {
    let seconds = mix.len() as f32 / 2.0 / RATE as f32;
    let root = [110.0, 98.0, 123.47, 130.81][(seed % 4) as usize];
    for (ratio, pan, loud) in [(1.0, 0.5, 0.10), (1.5, 0.3, 0.07), (2.25, 0.7, 0.045), (3.0, 0.45, 0.02)] {
        let breathe = move |share: f32| loud * level * (0.7 + 0.3 * wave(share * seconds * 0.06 + ratio));
        note(mix, 0.0, seconds, pan, move |_| root * ratio, breathe);
    }
}

/// Two soft knocks a second, and a tune above them that fits the pad.
pub(super) fn beat(seed: u64, level: f32, mix: &mut [f32]) {
    let seconds = mix.len() as f32 / 2.0 / RATE as f32;
    let root = [220.0, 196.0, 246.94, 261.63][(seed % 4) as usize];
    let scale = [1.0, 1.125, 1.25, 1.5, 1.667, 2.0];
    let mut chance = Chance::new(seed, "beat");
    let tune: Vec<usize> = (0..8).map(|_| chance.below(6)).collect();
    let mut beat = 0usize;
    while (beat as f32) * 0.25 < seconds {
        let t = beat as f32 * 0.25;
        if beat.is_multiple_of(2) {
            note(mix, t, 0.22, 0.5, |share| 95.0 - 45.0 * share, |share| 0.26 * level * pluck(share));
        }
        if beat % 8 != 5 {
            let hertz = root * scale[tune[beat % 8]];
            let pan = 0.35 + 0.3 * (beat % 2) as f32;
            note(mix, t, 0.42, pan, |_| hertz, |share| 0.10 * level * pluck(share));
            note(mix, t, 0.20, pan, |_| hertz * 3.0, |share| 0.022 * level * pluck(share));
        }
        beat += 1;
    }
}
