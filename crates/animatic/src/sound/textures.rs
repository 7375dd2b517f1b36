//! Textures: a crowd, leaves, a fire, machines. Each is many small sounds that an ear takes for one.

use super::RATE;
use super::source::{Band, Low, Sine, White};
use super::weather::{rumble, slowly};
use crate::chance::{Chance, unit, wave};

/// How many people of a crowd are told apart.
const TALKERS: u64 = 6;

/// A murmur: people who talk in phrases, each from a place, none to be understood.
pub(super) fn crowd(seed: u64, mix: &mut [f32]) {
    for talker in 0..TALKERS {
        let mut chance = Chance::new(seed.wrapping_add(talker), "talker");
        let pan = 0.1 + 0.8 * (talker as f32 + chance.unit()) / TALKERS as f32;
        talk(&mut chance, White::new(seed.wrapping_add(talker), "breath"), pan, mix);
    }
}

/// One of them: syllables, and now and then a breath.
fn talk(chance: &mut Chance, mut noise: White, pan: f32, mix: &mut [f32]) {
    let (voice, loud) = (chance.between(95.0, 210.0), chance.between(0.75, 1.5));
    let (mut band, mut cords) = (Band::default(), Sine::default());
    let (mut at, mut left) = ((chance.unit() * 0.8 * RATE as f32) as usize, 0usize);
    while at * 2 < mix.len() {
        if left == 0 {
            left = 4 + chance.below(7);
            at += (chance.between(0.25, 1.3) * RATE as f32) as usize;
            continue;
        }
        left -= 1;
        let length = (chance.between(0.11, 0.25) * RATE as f32) as usize;
        // A vowel: where the mouth lets most through.
        let (vowel, loud) = (chance.between(230.0, 860.0), loud * chance.between(0.5, 1.0));
        let pitch = voice * chance.between(0.9, 1.15);
        let Some(rest) = mix.get_mut(at * 2..) else { return };
        for (index, frame) in rest.chunks_exact_mut(2).take(length).enumerate() {
            let share = index as f32 / length as f32;
            let arch = 4.0 * share * (1.0 - share);
            let sound = cords.saw(pitch) * 0.6 + noise.next() * 0.8;
            let sample = band.pass(sound, vowel, 0.35) * arch * arch * loud;
            frame[0] += sample * (1.0 - pan);
            frame[1] += sample * pan;
        }
        at += length;
    }
}

/// Leaves that rustle as the air goes through them.
pub(super) fn leaves(seed: u64, mix: &mut [f32]) {
    let (mut left, mut right) = (White::new(seed, "leaves left"), White::new(seed, "leaves right"));
    let mut dice = White::new(seed, "flutter");
    let mut poles = [Low::default(); 4];
    let shift = unit(seed, 31);
    slowly(
        mix,
        |t| {
            let gust = 0.5 + 0.3 * wave(t * 0.13 + shift) + 0.2 * wave(t * 0.31);
            let flutter = dice.next();
            gust * (0.25 + 0.75 * flutter * flutter)
        },
        |rustle| {
            let [a, b, c, d] = &mut poles;
            let leaf = |noise: f32, bright: &mut Low, dark: &mut Low| {
                let bright = bright.pass(noise, 0.5);
                (bright - dark.pass(bright, 0.2)) * 0.5 * rustle
            };
            [leaf(left.next(), a, c), leaf(right.next(), b, d)]
        },
    );
}

/// A low roar, and wood that cracks.
pub(super) fn fire(seed: u64, mix: &mut [f32]) {
    rumble(seed, 0.5, 0.03, mix);
    let (mut noise, mut dice) = (White::new(seed, "embers"), White::new(seed, "cracks"));
    let (mut ring, mut rise, mut band) = (0.0f32, Low::default(), Band::default());
    let (mut pan, mut side, mut tone) = (0.5f32, Low::default(), 1500.0f32);
    slowly(
        mix,
        |_| 1.0,
        |_| {
            // A dozen a second, few of them loud.
            if dice.next() > 0.9995 {
                let strength = dice.next();
                ring = 0.1 + 1.1 * strength * strength * strength.abs();
                tone = 2200.0 + 1300.0 * dice.next();
                pan = 0.5 + 0.3 * dice.next();
            }
            ring *= 0.994;
            let sample = band.pass(noise.next(), tone, 0.9) * rise.pass(ring, 0.08);
            let pan = side.pass(pan, 0.08);
            [sample * (1.0 - pan), sample * pan]
        },
    );
}

/// Machines that run: a low steady note, its overtones doubled and a little apart, so that they beat faintly.
pub(super) fn hum(seed: u64, mix: &mut [f32]) {
    let base = 52.0 + 8.0 * unit(seed, 41);
    let mut air = White::new(seed, "vents");
    let (mut low, mut tones) = (Low::default(), [Sine::default(); 6]);
    slowly(
        mix,
        |t| 0.9 + 0.1 * wave(t * 0.17),
        |level| {
            let [a, b, c, d, e, f] = &mut tones;
            let left = a.next(base) * 0.12 + b.next(base * 2.0) * 0.09 + c.next(base * 3.0) * 0.04;
            let right = d.next(base + 0.31) * 0.12
                + e.next(base * 2.0 + 0.43) * 0.09
                + f.next(base * 3.0 - 0.37) * 0.04;
            let vents = low.pass(air.next(), 0.05) * 0.08;
            [(left * 0.8 + right * 0.45 + vents) * level, (right * 0.8 + left * 0.45 + vents) * level]
        },
    );
}
