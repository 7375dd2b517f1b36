//! Sound: the ambience of every shot and a score through all of them, synthesised and mixed to stereo at 48 kHz.
//!
//! Deterministic like the picture: noise comes from a seeded generator, tones from whole-numbered phases. The mix is
//! faded at both ends and brought to one loudness, softly limited so that nothing clips.

#[cfg(test)]
mod clicks;
mod crossfade;
mod harmony;
mod loudness;
mod score;
mod source;
mod tempo;
mod textures;
mod tones;
mod weather;

pub(crate) use tempo::Tempo;

use crate::scene::{Scene, TimeOfDay};
use crate::settings::Shelter;
use harmony::Mode;

/// Samples per second and channel.
pub(crate) const RATE: u32 = 48_000;

/// Something that can be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    Rain,
    Wind,
    Sea,
    City,
    Crowd,
    Birds,
    Woodpecker,
    Leaves,
    Crickets,
    Room,
    Hum,
    Fire,
    Underwater,
    Thunder,
}

/// A stretch of film between two cuts, and the scene that is heard in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span<'s> {
    pub(crate) scene: &'s Scene,
    pub(crate) frames: u32,
}

/// The sound of a film: interleaved stereo, exactly `seconds` long.
pub(crate) fn ambience(spans: &[Span], seconds: u32) -> Vec<f32> {
    let mut mix = vec![0.0; seconds as usize * RATE as usize * 2];
    let Some(first) = spans.first().map(|span| span.scene) else { return mix };
    let mut spare = vec![0.0; mix.len()];
    crossfade::play(spans, first.seed_for("sound"), &mut mix, &mut spare);
    spare.fill(0.0);
    score::play(spans, first.seed_for("score"), &mut spare);
    loudness::add(&mut mix, &spare, under(spans));
    drop(spare);
    fade(&mut mix);
    loudness::level(&mut mix);
    mix
}

/// How much quieter than the ambience the score is, LU: near where a place is quiet or somebody dances.
fn under(spans: &[Span]) -> f64 {
    let under = |scene: &Scene| match scene.setting.shelter() {
        _ if scene.dances() => 3.0,
        Shelter::Open if Mode::of(scene) != Mode::Open => 8.0,
        _ => 2.0,
    };
    let (sum, frames) = spans.iter().fold((0.0, 0.0), |(sum, frames), span| {
        (sum + under(span.scene) * f64::from(span.frames), frames + f64::from(span.frames))
    });
    sum / frames.max(1.0)
}

/// What is heard in a scene, each voice once.
fn voices(scene: &Scene) -> Vec<(Voice, f32)> {
    let night = matches!(scene.time, TimeOfDay::Night | TimeOfDay::Dusk);
    let mut voices: Vec<(Voice, f32)> = Vec::new();
    let mut add = |voice: Voice, level: f32| match voices.iter_mut().find(|(known, _)| *known == voice) {
        Some((_, known)) => *known = known.max(level),
        None => voices.push((voice, level)),
    };
    let falling = matches!(scene.weather.name(), "rain" | "storm" | "snow");
    for (voice, level) in scene.setting.sounds(night) {
        if !(falling && shy(*voice)) {
            add(*voice, *level);
        }
    }
    let outside = match scene.setting.shelter() {
        Shelter::Open => 1.0,
        Shelter::Indoors => 0.45,
        Shelter::Sealed => 0.0,
    };
    for (voice, level) in scene.weather.sounds().iter().filter(|_| outside > 0.0) {
        add(*voice, level * outside);
    }
    for role in &scene.cast {
        match role.subject.name() {
            "fire" => add(Voice::Fire, 0.8),
            "robot" => add(Voice::Hum, 0.2),
            _ => {}
        }
    }
    voices
}

/// Who keeps quiet or goes home in bad weather.
fn shy(voice: Voice) -> bool {
    matches!(voice, Voice::Birds | Voice::Crickets | Voice::Woodpecker | Voice::Crowd)
}

fn speak(voice: Voice, seed: u64, mix: &mut [f32]) {
    match voice {
        Voice::Rain => weather::rain(seed, mix),
        Voice::Wind => weather::wind(seed, mix),
        Voice::Sea => weather::sea(seed, mix),
        Voice::Thunder => weather::thunder(seed, mix),
        Voice::City => weather::city(seed, mix),
        Voice::Room => weather::rumble(seed, 0.35, 0.010, mix),
        Voice::Underwater => weather::underwater(seed, mix),
        Voice::Crowd => textures::crowd(seed, mix),
        Voice::Leaves => textures::leaves(seed, mix),
        Voice::Fire => textures::fire(seed, mix),
        Voice::Hum => textures::hum(seed, mix),
        Voice::Birds => tones::birds(seed, mix),
        Voice::Crickets => tones::crickets(seed, mix),
        Voice::Woodpecker => tones::woodpecker(seed, mix),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::{Brief, FPS, Guidance};

    /// The scenes of a prompt.
    pub(super) fn scenes(prompt: &str) -> Vec<Scene> {
        let prompt = prompt.into();
        let brief = Brief { prompt, width: 64, height: 64, seconds: 8, seed: 7, guidance: Guidance::Text };
        crate::plan::plan_shots(&brief)
    }

    /// The sound of a prompt whose scenes are all equally long.
    pub(super) fn heard(prompt: &str, seconds: u32) -> Vec<f32> {
        let scenes = scenes(prompt);
        let frames = seconds * FPS / scenes.len() as u32;
        let spans: Vec<Span> = scenes.iter().map(|scene| Span { scene, frames }).collect();
        ambience(&spans, seconds)
    }

    #[test]
    fn the_same_film_sounds_the_same() {
        let prompt = "a cat dancing in the rain, then a robot in space";
        assert_eq!(heard(prompt, 4), heard(prompt, 4));
    }
}
