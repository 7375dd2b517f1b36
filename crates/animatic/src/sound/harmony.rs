//! Harmony: the mode a scene is set in, and four chords that come round.

use crate::chance::unit;
use crate::scene::{Scene, TimeOfDay};

/// What a scene's chords are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Major,
    Minor,
    /// Fifths without a third, for where there is no air.
    Open,
}

/// Degrees of the scale that a chord stands on, one for each bar.
type Progression = [usize; 4];

impl Mode {
    pub(super) fn of(scene: &Scene) -> Self {
        let weather = scene.weather.name();
        let dark = scene.time == TimeOfDay::Night
            || matches!(scene.style.name(), "noir" | "cyberpunk")
            || matches!(weather, "storm" | "fog");
        if scene.airless() {
            Self::Open
        } else if dark || (weather == "rain" && !scene.dances()) {
            Self::Minor
        } else {
            Self::Major
        }
    }

    /// Semitones of its seven degrees.
    const fn scale(self) -> [i32; 7] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
            Self::Open => [0, 2, 3, 5, 7, 9, 10],
        }
    }

    /// None of them holds a diminished chord.
    const fn progressions(self) -> [Progression; 3] {
        match self {
            Self::Major => [[0, 4, 5, 3], [0, 3, 5, 4], [0, 5, 3, 4]],
            Self::Minor => [[0, 5, 2, 6], [0, 3, 5, 4], [0, 6, 5, 6]],
            Self::Open => [[0, 3, 0, 6], [0, 4, 3, 0], [0, 6, 3, 4]],
        }
    }

    /// Semitones of a degree above the key note; degrees go on over the octave.
    fn semitones(self, degree: usize) -> i32 {
        self.scale()[degree % 7] + 12 * (degree / 7) as i32
    }
}

/// A chord of a mode.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chord {
    mode: Mode,
    degree: usize,
}

impl Chord {
    /// The chord of bar number `bar`.
    pub(super) fn of(mode: Mode, seed: u64, bar: usize) -> Self {
        let progressions = mode.progressions();
        let choice = (unit(seed, 1) * progressions.len() as f32) as usize;
        Self { mode, degree: progressions[choice.min(2)][bar % 4] }
    }

    /// Its notes in close position, semitones above the key note.
    pub(super) fn notes(self) -> [i32; 3] {
        if self.mode == Mode::Open {
            let root = self.root();
            return [root, root + 7, root + 12];
        }
        [0, 2, 4].map(|third| self.mode.semitones(self.degree + third).rem_euclid(12))
    }

    /// Its root near the key note.
    pub(super) fn root(self) -> i32 {
        let root = self.mode.semitones(self.degree);
        if root > 6 { root - 12 } else { root }
    }

    /// A step of a tune over it: 0 to 3 are notes of the chord from the root up, `passing` lies one degree above.
    pub(super) fn tune(self, step: usize, passing: bool) -> i32 {
        let steps = if self.mode == Mode::Open { [0, 4, 7, 8] } else { [0, 2, 4, 7] };
        let semitones = self.mode.semitones(self.degree + steps[step % 4] + usize::from(passing));
        // Not above an octave and a half.
        if semitones > 18 { semitones - 12 } else { semitones }
    }
}

/// The key note of a film, in hertz: G, A or B below middle C, or that.
pub(super) fn key(seed: u64) -> f32 {
    [195.998, 220.0, 246.942, 261.626][((unit(seed, 2) * 4.0) as usize).min(3)]
}

/// `semitones` above a pitch.
pub(super) fn above(hertz: f32, semitones: i32) -> f32 {
    hertz * libm::exp2f(semitones as f32 / 12.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::tests::scenes;

    #[test]
    fn the_mode_suits_the_scene() {
        for (prompt, mode) in [
            ("a dog in a meadow on a sunny day", Mode::Major),
            ("a street at night", Mode::Minor),
            ("a storm at sea", Mode::Minor),
            ("a man in the city, film noir", Mode::Minor),
            ("a rocket in space", Mode::Open),
            ("underwater", Mode::Open),
        ] {
            assert_eq!(Mode::of(&scenes(prompt)[0]), mode, "{prompt}");
        }
    }

    #[test]
    fn no_chord_is_diminished() {
        for mode in [Mode::Major, Mode::Minor, Mode::Open] {
            for degree in mode.progressions().into_iter().flatten() {
                let fifth = mode.semitones(degree + 4) - mode.semitones(degree);
                assert_eq!(fifth, 7, "{mode:?} {degree}");
            }
        }
    }
}
