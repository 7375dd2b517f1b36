//! Chance without surprise: numbers that look random and are the same on every run.
//!
//! Everything that varies in a film (where a window is lit, when a drop falls) is a hash of a seed and an index, so
//! a frame can be drawn without knowing the frames before it. There is no generator shared between threads.

/// Mixes one word into a hash; the finaliser of the `SplitMix64` family.
pub(crate) fn mix(seed: u64, word: u64) -> u64 {
    let mut z = seed ^ word.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x632b_e59b_d9b4_e019);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Hashes text, byte by byte.
pub(crate) fn hash_text(seed: u64, text: &str) -> u64 {
    text.bytes().fold(mix(seed, text.len() as u64), |hash, byte| mix(hash, u64::from(byte)))
}

/// A number in `0.0..1.0` that belongs to this seed and index.
pub(crate) fn unit(seed: u64, index: u64) -> f32 {
    (mix(seed, index) >> 40) as f32 / 16_777_216.0
}

/// A stream of chance for painting: the order of the calls is the order of the numbers.
#[derive(Debug, Clone)]
pub(crate) struct Chance {
    seed: u64,
    index: u64,
}

impl Chance {
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        Self { seed: hash_text(seed, purpose), index: 0 }
    }

    /// The next number in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f32 {
        self.index += 1;
        unit(self.seed, self.index)
    }

    /// The next number in `low..high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// The next whole number in `0..count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f32) as usize).min(count - 1)
    }

    /// True this often.
    pub(crate) fn often(&mut self, share: f32) -> bool {
        self.unit() < share
    }
}

/// Smooth noise in `0.0..1.0` on a lattice that repeats every `period` cells along x, so that panoramas close on themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise {
    seed: u64,
    period: i64,
}

impl Noise {
    pub(crate) fn new(seed: u64, period: u32) -> Self {
        Self { seed, period: i64::from(period.max(1)) }
    }

    /// One octave at a point given in cells.
    pub(crate) fn at(&self, x: f32, y: f32) -> f32 {
        let (cell_x, cell_y) = (libm::floorf(x), libm::floorf(y));
        let (fx, fy) = (ease(x - cell_x), ease(y - cell_y));
        let (cx, cy) = (cell_x as i64, cell_y as i64);
        let top = lerp(self.lattice(cx, cy), self.lattice(cx + 1, cy), fx);
        let bottom = lerp(self.lattice(cx, cy + 1), self.lattice(cx + 1, cy + 1), fx);
        lerp(top, bottom, fy)
    }

    /// Several octaves, each half as strong and twice as fine as the one before.
    pub(crate) fn fractal(&self, x: f32, y: f32, octaves: u32) -> f32 {
        let (mut sum, mut weight, mut total) = (0.0, 0.5, 0.0);
        for octave in 0..octaves {
            let fine = (1u32 << octave) as f32;
            let noise = Self { seed: mix(self.seed, u64::from(octave)), period: self.period << octave };
            sum += weight * noise.at(x * fine, y * fine);
            total += weight;
            weight *= 0.5;
        }
        sum / total
    }

    fn lattice(&self, x: i64, y: i64) -> f32 {
        unit(self.seed, (x.rem_euclid(self.period) as u64) | ((y as u64 & 0xffff_ffff) << 32))
    }
}

/// From `a` to `b` by `t`.
pub(crate) fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// A smooth step: slow, fast, slow over `0.0..=1.0`, clamped outside.
pub(crate) fn ease(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A full turn, in radians.
pub(crate) const TURN: f32 = std::f32::consts::TAU;

/// A sine wave of turns rather than radians.
pub(crate) fn wave(turns: f32) -> f32 {
    libm::sinf((turns - libm::floorf(turns)) * TURN)
}
