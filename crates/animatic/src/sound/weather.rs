//! Noise, shaped: rain, wind, sea, thunder, the hum of a city, water around the ears.

use super::RATE;
use super::source::{Low, Sine, White};
use crate::chance::{unit, wave};

/// Something slow, evaluated every 64 samples and followed smoothly.
pub(super) fn slowly(
    mix: &mut [f32],
    mut shape: impl FnMut(f32) -> f32,
    mut play: impl FnMut(f32) -> [f32; 2],
) {
    let mut level = Low::default();
    let mut target = 0.0;
    for (index, frame) in mix.chunks_exact_mut(2).enumerate() {
        if index % 64 == 0 {
            target = shape(index as f32 / RATE as f32);
        }
        let [left, right] = play(level.pass(target, 0.002));
        frame[0] += left;
        frame[1] += right;
    }
}

/// Steady hiss with drops close by.
pub(super) fn rain(seed: u64, mix: &mut [f32]) {
    let (mut left, mut right, mut drops) =
        (White::new(seed, "rain left"), White::new(seed, "rain right"), White::new(seed, "drops"));
    let (mut a, mut b, mut low_a, mut low_b) =
        (Low::default(), Low::default(), Low::default(), Low::default());
    let (mut ring, mut pan, mut tone, mut drop) = (0.0f32, 0.5f32, 2000.0f32, Sine::default());
    let (mut rise, mut side) = (Low::default(), Low::default());
    slowly(
        mix,
        |t| 0.85 + 0.15 * wave(t * 0.11),
        |gust| {
            let (l, r) = (left.next(), right.next());
            let hiss = |noise: f32, bright: &mut Low, dark: &mut Low| {
                let bright = bright.pass(noise, 0.55);
                (bright - dark.pass(noise, 0.06)) * 0.30
            };
            let (l, r) = (hiss(l, &mut a, &mut low_a), hiss(r, &mut b, &mut low_b));
            let dice = drops.next();
            if dice > 0.9994 {
                ring = 0.16 + 0.2 * (dice - 0.9994) * 1600.0;
                pan = 0.5 + 0.5 * drops.next();
                tone = 1680.0 + 1440.0 * (drops.next() + 1.0);
            }
            ring *= 0.9975;
            let drop = rise.pass(ring, 0.25) * drop.next(tone);
            let pan = side.pass(pan, 0.25);
            [l * gust + drop * (1.0 - pan), r * gust + drop * pan]
        },
    );
}

/// Air moving: dark noise that swells.
pub(super) fn wind(seed: u64, mix: &mut [f32]) {
    let (mut left, mut right) = (White::new(seed, "wind left"), White::new(seed, "wind right"));
    let mut poles = [Low::default(); 4];
    let shift = unit(seed, 9);
    slowly(
        mix,
        |t| 0.5 + 0.3 * wave(t * 0.09 + shift) + 0.2 * wave(t * 0.23),
        |gust| {
            let cut = 0.012 + 0.03 * gust;
            let [a, b, c, d] = &mut poles;
            let (l, r) = (a.pass(left.next(), cut), b.pass(right.next(), cut));
            [c.pass(l, cut) * 5.0 * gust, d.pass(r, cut) * 5.0 * gust]
        },
    );
}

/// Waves that come in, break and run out, every seven seconds.
pub(super) fn sea(seed: u64, mix: &mut [f32]) {
    let (mut left, mut right) = (White::new(seed, "sea left"), White::new(seed, "sea right"));
    let mut poles = [Low::default(); 4];
    let swell = |t: f32| {
        let turn = t / 7.0 + 0.35 - libm::floorf(t / 7.0 + 0.35);
        if turn < 0.35 {
            turn / 0.35
        } else {
            let fall = 1.0 - (turn - 0.35) / 0.65;
            fall * fall
        }
    };
    slowly(
        mix,
        |t| 0.3 + 0.7 * swell(t),
        |wash| {
            let [a, b, c, d] = &mut poles;
            let (l, r) = (left.next(), right.next());
            let foam = 0.05 + 0.25 * wash * wash;
            let (deep_l, deep_r) = (c.pass(l, 0.02), d.pass(r, 0.02));
            [(a.pass(l, foam) * 0.4 + deep_l * 1.6) * wash, (b.pass(r, foam) * 0.4 + deep_r * 1.6) * wash]
        },
    );
}

/// A roll of thunder now and then, after the lightning of the picture at its latest.
pub(super) fn thunder(seed: u64, mix: &mut [f32]) {
    let mut noise = White::new(seed, "thunder");
    let (mut a, mut b) = (Low::default(), Low::default());
    slowly(
        mix,
        |t| {
            let run = t / 3.7 + 0.135;
            let age = (run - libm::floorf(run)) * 3.7;
            libm::expf(-age * 1.1) * (0.7 + 0.3 * wave(age * 3.1))
        },
        |roll| {
            let sample = b.pass(a.pass(noise.next(), 0.02), 0.03) * 9.0 * roll;
            [sample, sample * 0.9]
        },
    );
}

/// Far traffic: a rumble that wanders, and cars that pass.
pub(super) fn city(seed: u64, mix: &mut [f32]) {
    rumble(seed, 0.8, 0.012, mix);
    let (mut left, mut right) = (White::new(seed, "cars left"), White::new(seed, "cars right"));
    let (mut a, mut b) = (Low::default(), Low::default());
    let pass = |t: f32, shift: f32| {
        let turn = (t + shift * 9.0) / 6.1;
        let near = (turn - libm::floorf(turn) - 0.5) * 5.0;
        libm::expf(-near * near)
    };
    let (shift, mut way) = (unit(seed, 21), Sine::default());
    slowly(
        mix,
        |t| pass(t, shift) + 0.6 * pass(t * 0.71, shift + 0.4),
        |near| {
            let side = 0.5 + 0.4 * way.next(1.0 / 12.2);
            let (l, r) = (a.pass(left.next(), 0.05 + 0.05 * near), b.pass(right.next(), 0.05 + 0.05 * near));
            [l * near * 0.35 * side, r * near * 0.35 * (1.0 - side)]
        },
    );
}

/// Something far and dark; `cut` says how dark.
pub(super) fn rumble(seed: u64, level: f32, cut: f32, mix: &mut [f32]) {
    let (mut left, mut right) = (White::new(seed, "rumble left"), White::new(seed, "rumble right"));
    let mut poles = [Low::default(); 4];
    slowly(
        mix,
        |t| 0.8 + 0.2 * wave(t * 0.07),
        |slow| {
            let [a, b, c, d] = &mut poles;
            let (l, r) = (a.pass(left.next(), cut), b.pass(right.next(), cut));
            [c.pass(l, cut) * 8.0 * slow * level, d.pass(r, cut) * 8.0 * slow * level]
        },
    );
}

/// Water around the ears, and bubbles.
pub(super) fn underwater(seed: u64, mix: &mut [f32]) {
    rumble(seed, 1.0, 0.02, mix);
    let mut dice = White::new(seed, "bubbles");
    let (mut ring, mut pitch, mut bubble, mut pan) = (0.0f32, 0.0f32, Sine::default(), 0.5f32);
    let (mut rise, mut side) = (Low::default(), Low::default());
    slowly(
        mix,
        |_| 1.0,
        |_| {
            if dice.next() > 0.999_93 {
                ring = 0.12;
                pitch = 288.0 + 192.0 * (dice.next() + 1.0);
                pan = 0.5 + 0.4 * dice.next();
            }
            ring *= 0.9994;
            // Bubbles rise, and so does their note.
            pitch *= 1.000_04;
            let sample = rise.pass(ring, 0.02) * bubble.next(pitch);
            let pan = side.pass(pan, 0.02);
            [sample * (1.0 - pan), sample * pan]
        },
    );
}
