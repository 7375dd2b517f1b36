//! Sources and filters: white noise, a sine, a low-pass, a band-pass.
//!
//! Phases are whole numbers, so that the last second of a film is as pure as the first.

use super::RATE;
use crate::chance::{TURN, hash_text};

/// White noise, `-1.0..1.0`.
#[derive(Debug, Clone)]
pub(super) struct White(u32);

impl White {
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        Self(hash_text(seed, purpose) as u32 | 1)
    }

    pub(super) fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// An oscillator that begins at zero. Its phase is a whole turn of 2³² steps.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sine(u32);

impl Sine {
    /// The sample now; then one sample further at this pitch.
    pub(super) fn next(&mut self, hertz: f32) -> f32 {
        let half_turns = self.saw(hertz);
        let side = half_turns.abs();
        let arch = side * (1.0 - side);
        // A sine to the fifth digit.
        let sine = arch * (3.142_228_5 + arch * (3.126_428_8 + arch * 1.218_135_8));
        sine.copysign(half_turns)
    }

    /// The same, as a sawtooth.
    pub(super) fn saw(&mut self, hertz: f32) -> f32 {
        let half_turns = self.0.cast_signed() as f32 / 2_147_483_648.0;
        self.0 = self.0.wrapping_add((hertz * (4_294_967_296.0 / RATE as f32)) as u32);
        half_turns
    }
}

/// A low-pass of one pole.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Low(f32);

impl Low {
    /// `amount`: 0 lets nothing through, 1 everything.
    pub(super) fn pass(&mut self, sample: f32, amount: f32) -> f32 {
        self.0 += amount * (sample - self.0);
        self.0
    }
}

/// A band-pass of two poles.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Band {
    low: f32,
    band: f32,
}

impl Band {
    /// `width` is the band's width in parts of its middle.
    pub(super) fn pass(&mut self, sample: f32, hertz: f32, width: f32) -> f32 {
        let turn = hertz * (TURN / RATE as f32);
        self.low += turn * self.band;
        self.band += turn * (sample - self.low - width * self.band);
        self.band * width
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::wave;

    #[test]
    fn a_sine_is_one_to_the_fifth_digit() {
        let mut sine = Sine::default();
        for index in 0..4800u16 {
            let expected = wave(f32::from(index) * 10.0 / RATE as f32);
            assert!((sine.next(10.0) - expected).abs() < 2e-5, "sample {index}");
        }
    }
}
