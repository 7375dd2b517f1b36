//! Cuts, heard: every voice sounds for as long as its scenes are seen, and neighbours cross with equal power.
//!
//! A voice that both sides of a cut share goes on through it, and only its level moves.

use super::{RATE, Span, Voice, speak, voices};
use crate::brief::FPS;

/// Samples of a channel in a frame of film.
const FRAME: usize = (RATE / FPS) as usize;
/// How long a crossfade takes, samples of a channel.
const FADE: usize = RATE as usize / 4;

/// Adds every voice of a film; `spare` is as long as the mix.
pub(super) fn play(spans: &[Span], seed: u64, mix: &mut [f32], spare: &mut [f32]) {
    let cuts = cuts(spans, mix.len() / 2);
    let heard: Vec<_> = spans.iter().map(|span| voices(span.scene)).collect();
    let mut known = Vec::new();
    for (voice, _) in heard.iter().flatten() {
        if known.contains(voice) {
            continue;
        }
        known.push(*voice);
        let level = |(other, level): &(Voice, f32)| (other == voice).then_some(*level);
        let levels: Vec<f32> = heard.iter().map(|all| all.iter().find_map(level).unwrap_or(0.0)).collect();
        for (from, until) in runs(&levels, *voice) {
            let end = cuts[until] + fade_at(&cuts, until);
            let part = &mut spare[..(end - cuts[from]) * 2];
            part.fill(0.0);
            speak(*voice, seed, part);
            lay(part, &cuts, &levels, from..until, mix);
        }
    }
}

/// Where each span begins, and the end of the film, in samples of a channel.
fn cuts(spans: &[Span], end: usize) -> Vec<usize> {
    let mut cuts = vec![0];
    for span in spans {
        cuts.push((cuts[cuts.len() - 1] + span.frames as usize * FRAME).min(end));
    }
    cuts
}

/// How long the crossfade at a cut is: a quarter of a second, or less in a shorter span.
fn fade_at(cuts: &[usize], cut: usize) -> usize {
    cuts.get(cut + 1).map_or(0, |next| FADE.min(next - cuts[cut]))
}

/// Spans in a row in which a voice is heard: the first, and the one after the last.
fn runs(levels: &[f32], voice: Voice) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        if *level <= 0.0 {
            continue;
        }
        match runs.last_mut() {
            // Thunder follows the lightning, and that begins anew with every shot.
            Some((_, until)) if *until == index && voice != Voice::Thunder => *until = index + 1,
            _ => runs.push((index, index + 1)),
        }
    }
    runs
}

/// Adds a run of one voice to the mix, each span at its level.
fn lay(part: &[f32], cuts: &[usize], levels: &[f32], run: std::ops::Range<usize>, mix: &mut [f32]) {
    let level = |span: usize| if run.contains(&span) { levels[span] } else { 0.0 };
    for span in run.start..=run.end {
        let fade = fade_at(cuts, span);
        let end = if span == run.end { cuts[span] + fade } else { cuts[span + 1] };
        let before = if span > 0 { level(span - 1) } else { level(span) };
        for frame in cuts[span]..end {
            let gain = blend(before, level(span), frame - cuts[span], fade);
            let at = (frame - cuts[run.start]) * 2;
            mix[frame * 2] += part[at] * gain;
            mix[frame * 2 + 1] += part[at + 1] * gain;
        }
    }
}

/// The level `at` samples after a cut. Powers cross, so that two voices together stay as loud as one.
fn blend(before: f32, after: f32, at: usize, fade: usize) -> f32 {
    if at >= fade || before.to_bits() == after.to_bits() {
        return after;
    }
    let turn = at as f32 / fade as f32 * std::f32::consts::FRAC_PI_2;
    let (old, new) = (before * libm::cosf(turn), after * libm::sinf(turn));
    libm::sqrtf(old * old + new * new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_voices_add_up_to_one_through_a_cut() {
        for at in 0..=100 {
            let (out, into) = (blend(0.5, 0.0, at, 100), blend(0.0, 0.5, at, 100));
            assert!((out * out + into * into - 0.25).abs() < 1e-5, "{at}");
            assert!((blend(0.5, 0.5, at, 100) - 0.5).abs() < 1e-5);
        }
    }

    #[test]
    fn a_voice_goes_on_through_a_cut_and_thunder_begins_anew() {
        let levels = [0.5, 1.0, 0.0, 0.3];
        assert_eq!(runs(&levels, Voice::Rain), [(0, 2), (3, 4)]);
        assert_eq!(runs(&levels, Voice::Thunder), [(0, 1), (1, 2), (3, 4)]);
    }
}
