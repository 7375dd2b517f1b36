//! Which sample lies where in the file, and how long each track is.
//!
//! The plan is arithmetic on counts alone; it moves no bytes. Half a second of video and the sound that belongs to it
//! alternate, each such run being one *chunk* of its track.

use std::ops::Range;

use super::Movie;
use crate::aac::{FRAME_SAMPLES, SAMPLE_RATE};

/// Samples of one track that lie next to each other, in file order.
pub(super) enum Run {
    Video(Range<usize>),
    Audio(Range<usize>),
}

/// One chunk of a track.
#[derive(Clone, Copy)]
pub(super) struct Chunk {
    pub(super) samples: u32,
    /// From the first byte of the samples.
    pub(super) offset: u64,
}

/// How the sound lies in time.
pub(super) struct Sound {
    /// AAC frames that are stored; those that begin after the end of the film are not.
    pub(super) frames: usize,
    /// Samples that are heard.
    pub(super) audible: u64,
    /// The same, in ticks of the movie.
    pub(super) ticks: u32,
}

/// The arrangement of one movie.
pub(super) struct Plan {
    /// Ticks a second of the movie and of its video track; a frame is 1000 ticks.
    pub(super) timescale: u32,
    /// Length of the film in ticks.
    pub(super) ticks: u32,
    pub(super) sound: Option<Sound>,
    pub(super) runs: Vec<Run>,
    pub(super) video_chunks: Vec<Chunk>,
    pub(super) audio_chunks: Vec<Chunk>,
    /// Bytes of all samples together.
    pub(super) payload: u64,
}

/// Ticks of one video frame.
pub(super) const FRAME_TICKS: u32 = 1000;

impl Plan {
    pub(super) fn new(movie: &Movie) -> Self {
        let fps = movie.fps.max(1);
        let timescale = fps * FRAME_TICKS;
        let ticks = movie.video.len() as u32 * FRAME_TICKS;
        let mut plan = Self {
            timescale,
            ticks,
            sound: sound(movie, fps, timescale, ticks),
            runs: Vec::new(),
            video_chunks: Vec::new(),
            audio_chunks: Vec::new(),
            payload: 0,
        };
        plan.interleave(movie, fps);
        plan
    }

    /// True when 32 bits do not reach to the end of the file (with ample room for the header).
    pub(super) fn wide(&self) -> bool {
        self.payload > u64::from(u32::MAX) - (64 << 20)
    }

    fn interleave(&mut self, movie: &Movie, fps: u32) {
        let step = (fps as usize / 2).max(1);
        let sound_frames = self.sound.as_ref().map_or(0, |sound| sound.frames);
        let priming = movie.audio.as_ref().map_or(0, |track| u64::from(track.priming));
        let mut heard = 0;
        for first in (0..movie.video.len()).step_by(step) {
            let end = (first + step).min(movie.video.len());
            self.push_video(movie, first..end);
            let until = if end == movie.video.len() {
                sound_frames
            } else {
                let sample = end as u64 * u64::from(SAMPLE_RATE) / u64::from(fps) + priming;
                (sample.div_ceil(u64::from(FRAME_SAMPLES)) as usize).min(sound_frames)
            };
            if until > heard {
                self.push_audio(movie, heard..until);
                heard = until;
            }
        }
    }

    fn push_video(&mut self, movie: &Movie, frames: Range<usize>) {
        self.video_chunks.push(Chunk { samples: frames.len() as u32, offset: self.payload });
        self.payload +=
            movie.video[frames.clone()].iter().map(|sample| sample.data.len() as u64).sum::<u64>();
        self.runs.push(Run::Video(frames));
    }

    fn push_audio(&mut self, movie: &Movie, frames: Range<usize>) {
        self.audio_chunks.push(Chunk { samples: frames.len() as u32, offset: self.payload });
        let sound = movie.audio.as_ref().map_or(&[][..], |track| &track.frames[frames.clone()]);
        self.payload += sound.iter().map(|frame| frame.len() as u64).sum::<u64>();
        self.runs.push(Run::Audio(frames));
    }
}

fn sound(movie: &Movie, fps: u32, timescale: u32, ticks: u32) -> Option<Sound> {
    let track = movie.audio.as_ref()?;
    let film = (movie.video.len() as u64 * u64::from(SAMPLE_RATE)).div_ceil(u64::from(fps));
    let decodable =
        (track.frames.len() as u64 * u64::from(FRAME_SAMPLES)).saturating_sub(track.priming.into());
    let audible = film.min(track.samples).min(decodable);
    let needed = (audible + u64::from(track.priming)).div_ceil(u64::from(FRAME_SAMPLES)) as usize;
    let ticks = if audible == film {
        ticks
    } else {
        (audible * u64::from(timescale) / u64::from(SAMPLE_RATE)) as u32
    };
    (audible > 0).then_some(Sound { frames: needed, audible, ticks })
}
