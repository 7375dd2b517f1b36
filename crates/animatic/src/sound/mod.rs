//! Sound: the ambience of a scene, synthesised voice by voice and mixed to stereo at 48 kHz.
//!
//! Deterministic like the picture: noise comes from a seeded generator, tones from recurrences. The mix is faded
//! at both ends and brought to one loudness, softly limited so that nothing clips.

mod loudness;
mod tones;
mod weather;

use crate::chance::hash_text;
use crate::scene::{Action, Scene};

/// Samples per second and channel.
pub(crate) const RATE: u32 = 48_000;

/// Something that can be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    Rain,
    Wind,
    Sea,
    City,
    Birds,
    Crickets,
    Room,
    Underwater,
    Thunder,
    Pad,
    /// A soft pulse at the tempo of the dance.
    Beat,
}

/// White noise, `-1.0..1.0`.
#[derive(Debug, Clone)]
struct White(u32);

impl White {
    fn new(seed: u64, purpose: &str) -> Self {
        Self(hash_text(seed, purpose) as u32 | 1)
    }

    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// A low-pass of one pole.
#[derive(Debug, Clone, Copy, Default)]
struct Low(f32);

impl Low {
    /// `amount`: 0 lets nothing through, 1 everything.
    fn pass(&mut self, sample: f32, amount: f32) -> f32 {
        self.0 += amount * (sample - self.0);
        self.0
    }
}

/// The sound of a scene: interleaved stereo, exactly `seconds` long.
pub(crate) fn ambience(scene: &Scene, seconds: u32) -> Vec<f32> {
    let mut mix = vec![0.0; seconds as usize * RATE as usize * 2];
    for (voice, level) in voices(scene) {
        speak(voice, scene.seed_for("sound"), level, &mut mix);
    }
    fade(&mut mix);
    loudness::level(&mut mix);
    mix
}

/// What is heard, each voice once.
fn voices(scene: &Scene) -> Vec<(Voice, f32)> {
    let night = matches!(scene.time, crate::scene::TimeOfDay::Night | crate::scene::TimeOfDay::Dusk);
    let mut voices: Vec<(Voice, f32)> = Vec::new();
    let mut add = |voice: Voice, level: f32| match voices.iter_mut().find(|(known, _)| *known == voice) {
        Some((_, known)) => *known = known.max(level),
        None => voices.push((voice, level)),
    };
    let falling = matches!(scene.weather.name(), "rain" | "storm" | "snow");
    for (voice, level) in scene.setting.sounds(night) {
        // Birds and crickets keep quiet in bad weather.
        if !(falling && matches!(voice, Voice::Birds | Voice::Crickets)) {
            add(*voice, *level);
        }
    }
    scene.weather.sounds().iter().for_each(|(voice, level)| add(*voice, *level));
    if scene.cast.iter().any(|role| role.action == Action::Dance) {
        add(Voice::Beat, 0.5);
    }
    add(Voice::Pad, 0.22);
    voices
}

fn speak(voice: Voice, seed: u64, level: f32, mix: &mut [f32]) {
    match voice {
        Voice::Rain => weather::rain(seed, level, mix),
        Voice::Wind => weather::wind(seed, level, mix),
        Voice::Sea => weather::sea(seed, level, mix),
        Voice::Thunder => weather::thunder(seed, level, mix),
        Voice::City => weather::city(seed, level, mix),
        Voice::Room => weather::rumble(seed, level * 0.35, 0.010, mix),
        Voice::Underwater => weather::underwater(seed, level, mix),
        Voice::Birds => tones::birds(seed, level, mix),
        Voice::Crickets => tones::crickets(seed, level, mix),
        Voice::Pad => tones::pad(seed, level, mix),
        Voice::Beat => tones::beat(seed, level, mix),
    }
}

/// Silence, rise; fall, silence.
fn fade(mix: &mut [f32]) {
    let frames = mix.len() / 2;
    let span = (RATE as usize * 35 / 100).min(frames / 2).max(1);
    for index in 0..span {
        let gain = crate::chance::ease(index as f32 / span as f32);
        for channel in 0..2 {
            mix[index * 2 + channel] *= gain;
            mix[(frames - 1 - index) * 2 + channel] *= gain;
        }
    }
}
