//! The score: four chords that come round, held by a soft pad, with a bass below and a sparse tune above.
//!
//! It runs through the whole film. A bar begins at the beat nearest to every cut, and the bars of a scene are in its mode; where somebody
//! dances, a soft knock marks the beat. Notes begin and end at silence, the last of them with the film.

use super::harmony::{Chord, Mode, above, key};
use super::tempo::Tempo;
use super::tones::{note, pluck};
use super::{RATE, Span};
use crate::chance::{ease, unit};
use crate::scene::Scene;

/// Beats of a bar, where no cut comes in between.
const BAR: u32 = 4;

/// A bar: which beats it takes, of which scene.
struct Bar<'s> {
    from: u32,
    beats: u32,
    scene: &'s Scene,
}

/// The bars of a film. One begins at the beat nearest to every cut; what is too short for a bar belongs to its neighbour.
fn bars<'s>(spans: &[Span<'s>], tempo: Tempo) -> Vec<Bar<'s>> {
    let mut bars = Vec::new();
    let (mut frames, mut from) = (0, 0);
    for (index, span) in spans.iter().enumerate() {
        frames += span.frames;
        let last = index + 1 == spans.len();
        let until = if last { frames.div_ceil(tempo.beat) } else { (frames + tempo.beat / 2) / tempo.beat };
        while from < until {
            let left = until - from;
            let beats = if left < BAR + BAR / 2 { left } else { BAR };
            bars.push(Bar { from, beats, scene: span.scene });
            from += beats;
        }
    }
    bars
}

/// What plays: the key, and where the notes go.
struct Band<'m> {
    seed: u64,
    key: f32,
    /// Seconds of a beat.
    beat: f32,
    /// Seconds of the film.
    end: f32,
    mix: &'m mut [f32],
}

/// Adds the score of a film.
pub(super) fn play(spans: &[Span], seed: u64, mix: &mut [f32]) {
    let tempo = Tempo::of(spans.iter().map(|span| span.scene));
    let end = (mix.len() / 2) as f32 / RATE as f32;
    let mut band = Band { seed, key: key(seed), beat: tempo.seconds(), end, mix };
    for (number, bar) in bars(spans, tempo).iter().enumerate() {
        let chord = Chord::of(Mode::of(bar.scene), seed, number);
        band.pad(bar, chord);
        band.bass(bar, chord);
        band.tune(bar, chord, number);
        if bar.scene.dances() {
            band.knock(bar);
        }
    }
}

impl Band<'_> {
    /// When a bar begins and how long it is, seconds.
    fn time(&self, bar: &Bar) -> (f32, f32) {
        (bar.from as f32 * self.beat, bar.beats as f32 * self.beat)
    }

    /// A note of `length` seconds, or shorter where the film ends.
    fn note(&mut self, start: f32, length: f32, pan: f32, hertz: f32, shape: impl Fn(f32) -> f32) {
        let length = length.min(self.end - start);
        if length > 0.1 {
            note(self.mix, start, length, pan, |_| hertz, shape);
        }
    }

    /// Three voices that rise together and hand over to the next chord; each is two, a little out of tune.
    fn pad(&mut self, bar: &Bar, chord: Chord) {
        let (start, length) = self.time(bar);
        let length = (length + 0.45).min(self.end - start);
        let shape = |share: f32| {
            let (t, left) = (share * length, (1.0 - share) * length);
            ease(t / 0.45) * ease(left / 0.6)
        };
        for (semitones, pan) in chord.notes().into_iter().zip([0.35, 0.65, 0.5]) {
            let hertz = above(self.key, semitones);
            for (partial, side, loud) in
                [(0.9985, -0.2, 0.075), (1.0015, 0.2, 0.075), (2.0, 0.1, 0.022), (3.0, -0.1, 0.009)]
            {
                self.note(start, length, pan + side, hertz * partial, |share| loud * shape(share));
            }
        }
    }

    /// The root, below everything: on the first beat, and again on the third.
    fn bass(&mut self, bar: &Bar, chord: Chord) {
        let (start, _) = self.time(bar);
        let hertz = above(self.key / 2.0, chord.root());
        for beat in (0..bar.beats).step_by(2) {
            let (at, length) = (start + beat as f32 * self.beat, 2.1 * self.beat);
            let loud = if beat == 0 { 0.16 } else { 0.10 };
            let shape = |share: f32| loud * ease(share / 0.06) * (1.0 - share) * (1.0 - share);
            self.note(at, length, 0.5, hertz, shape);
            self.note(at, length * 0.6, 0.5, hertz * 2.0, |share| 0.35 * shape(share));
        }
    }

    /// A tune of two bars that comes round over other chords: plucked where something happens, bells where nothing does.
    fn tune(&mut self, bar: &Bar, chord: Chord, number: usize) {
        let (start, _) = self.time(bar);
        let dense = if bar.scene.dances() { 0.75 } else { 0.42 };
        for half in 0..bar.beats * 2 {
            let slot = u64::from(half) + 16 * (number as u64 % 2);
            let off = half % 2 == 1;
            let chance = if off { dense * 0.45 } else { dense };
            // The first bar of two begins on its beat.
            if slot != 0 && unit(self.seed, 100 + slot) >= chance {
                continue;
            }
            let step = (unit(self.seed, 200 + slot) * 4.0) as usize;
            let hertz = above(self.key * 2.0, chord.tune(step, off));
            let pan = 0.3 + 0.4 * unit(self.seed, 300 + slot);
            self.strike(start + half as f32 * 0.5 * self.beat, hertz, pan, if off { 0.6 } else { 1.0 });
        }
    }

    /// One note of the tune: a pluck in a quick film, a bell in a slow one.
    fn strike(&mut self, start: f32, hertz: f32, pan: f32, loud: f32) {
        let (length, partials) = if self.beat < 0.7 {
            (0.75, [(1.0, 0.15, 1.0), (2.0, 0.05, 0.6), (3.0, 0.025, 0.35)])
        } else {
            (2.4, [(1.0, 0.12, 1.0), (2.756, 0.035, 0.5), (5.404, 0.012, 0.25)])
        };
        for (partial, part, lasts) in partials {
            let length = length * lasts;
            let rise = 0.008 / length;
            let shape = |share: f32| {
                let fall = 1.0 - share;
                loud * part * ease(share / rise) * fall * fall * fall
            };
            self.note(start, length, pan, hertz * partial, shape);
        }
    }

    /// A soft knock on each beat.
    fn knock(&mut self, bar: &Bar) {
        for beat in 0..bar.beats {
            let start = (bar.from + beat) as f32 * self.beat;
            let length = 0.22f32.min(self.end - start);
            let fall = |share: f32| 95.0 - 45.0 * share;
            note(self.mix, start, length, 0.5, fall, |share| 0.5 * pluck(share));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::tests::scenes;

    #[test]
    fn every_cut_begins_a_bar_and_no_beat_is_left_out() {
        let scenes = scenes("a man walking in the city, then a woman sitting in a room");
        let tempo = Tempo { beat: 15 };
        let spans =
            [Span { scene: &scenes[0], frames: 15 * 9 }, Span { scene: &scenes[1], frames: 15 * 7 + 8 }];
        let bars = bars(&spans, tempo);
        let beats: Vec<_> = bars.iter().map(|bar| (bar.from, bar.beats)).collect();
        assert_eq!(beats, [(0, 4), (4, 5), (9, 4), (13, 4)]);
    }

    #[test]
    fn notes_end_with_the_film() {
        let scenes = scenes("a cat dancing in the rain");
        let mut mix = vec![0.0; RATE as usize * 5 * 2];
        play(&[Span { scene: &scenes[0], frames: 120 }], 7, &mut mix);
        let loudest = |part: &[f32]| part.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
        assert!(loudest(&mix) > 0.1);
        assert!(loudest(&mix[..4]) < 1e-3 && loudest(&mix[mix.len() - 4..]) < 1e-3);
    }
}
