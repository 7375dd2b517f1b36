//! The tempo: how fast the score of a film goes, and where its cuts may fall.
//!
//! A beat is a whole number of frames and of samples, so a cut can fall on it exactly.

use crate::brief::FPS;
use crate::chance::unit;
use crate::scene::{Action, Scene};

/// How fast a score goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tempo {
    /// Frames of film to a beat.
    pub(crate) beat: u32,
}

/// 120 beats a minute: the tempo the dancers move at.
const LIVELY: u32 = FPS / 2;
/// 96 and 90.
const ORDINARY: [u32; 2] = [15, 16];
/// 72 and 60.
const CALM: [u32; 2] = [20, 24];

impl Tempo {
    /// The one tempo of a film: its liveliest scene leads, so that a dance finds its beat.
    pub(crate) fn of<'s>(scenes: impl IntoIterator<Item = &'s Scene>) -> Self {
        let beat = scenes.into_iter().map(beat).min().unwrap_or(ORDINARY[0]);
        Self { beat }
    }

    /// Seconds of a beat.
    pub(super) fn seconds(self) -> f32 {
        self.beat as f32 / FPS as f32
    }
}

/// Frames of a beat that suits a scene.
fn beat(scene: &Scene) -> u32 {
    let lively = |action: Action| matches!(action, Action::Dance | Action::Play | Action::Run);
    if scene.weather.name() == "storm" || scene.cast.iter().any(|role| lively(role.action)) {
        return LIVELY;
    }
    let rests = scene.cast.iter().all(|role| matches!(role.action, Action::Idle | Action::Sit));
    let quiet = scene.airless() || matches!(scene.weather.name(), "fog" | "snow" | "aurora");
    let busy = matches!(scene.setting.name(), "street" | "city");
    let choice = usize::from(unit(scene.seed_for("tempo"), 0) < 0.5);
    if quiet || (rests && !busy) { CALM[choice] } else { ORDINARY[choice] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::tests::scenes;

    /// Beats per minute.
    fn per_minute(tempo: Tempo) -> u32 {
        FPS * 60 / tempo.beat
    }

    #[test]
    fn the_tempo_suits_what_happens() {
        for (prompt, range) in [
            ("a cat dancing in the rain", 120..=120),
            ("a horse running across a desert", 112..=126),
            ("a storm at sea", 112..=126),
            ("a man walking in the city", 84..=96),
            ("a bowl of fruit on the table", 60..=72),
            ("an astronaut in space", 60..=72),
            ("a woman sitting in a room, then she dances", 120..=120),
        ] {
            let tempo = per_minute(Tempo::of(&scenes(prompt)));
            assert!(range.contains(&tempo), "{prompt}: {tempo}");
        }
    }

    #[test]
    fn every_beat_is_a_whole_number_of_frames() {
        for beat in ORDINARY.into_iter().chain(CALM).chain([LIVELY]) {
            assert_eq!(per_minute(Tempo { beat }) * beat, FPS * 60);
        }
    }
}
