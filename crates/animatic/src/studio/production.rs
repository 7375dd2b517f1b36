//! One film in the making: its pieces of work and what has come of them.

use super::chunk::{Chunk, Coded, Stop, draw_chunk, draw_reel};
use super::{Counter, Progress, Stage};
use crate::brief::{Brief, FPS, Film, RenderError};
use crate::shots::{self, Script, Shot};
use crate::sound::{self, Span};
use filmgate_media::aac;
use filmgate_media::h264::{ParameterSets, Sample};
use filmgate_media::mp4::{Movie, Tags};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bits per second of the sound.
const SOUND_BITRATE: u32 = 128_000;
/// Most frames of a chunk: two seconds, so that few frames have to be coded from nothing.
const CHUNK: u32 = 2 * FPS;
/// Most characters of the title.
const TITLE: usize = 200;

/// A piece of work.
pub(super) enum Work {
    /// Read the prompt and the references, plan the shots, queue the rest.
    Prepare,
    Sound(Arc<Script>),
    /// Chunk number and what to draw.
    Chunk(usize, Chunk, Arc<Script>),
    /// A run of chunks from one reel, which can only be drawn in order: the number of the first, and all of them.
    Reel(usize, Vec<Chunk>, Arc<Script>),
}

impl Work {
    /// Where it stands in its film's queue.
    pub(super) fn order(&self) -> u32 {
        match self {
            Self::Prepare => 0,
            Self::Sound(_) => 1,
            Self::Chunk(number, ..) | Self::Reel(number, ..) => *number as u32 + 2,
        }
    }
}

/// A film in the making.
pub(super) struct Production {
    brief: Brief,
    on_change: Box<dyn Fn() + Send + Sync>,
    canceled: AtomicBool,
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Default)]
struct State {
    stage: Option<Stage>,
    /// One slot a chunk.
    chunks: Vec<Option<Vec<Sample>>>,
    headers: Option<ParameterSets>,
    sound: Option<aac::Track>,
    result: Option<Result<Film, RenderError>>,
    over: bool,
}

impl State {
    fn complete(&self) -> bool {
        !self.over
            && !self.chunks.is_empty()
            && self.sound.is_some()
            && self.chunks.iter().all(Option::is_some)
    }
}

impl Production {
    pub(super) fn new(brief: Brief, on_change: Box<dyn Fn() + Send + Sync>) -> Self {
        let state = Mutex::new(State::default());
        Self { brief, on_change, canceled: AtomicBool::new(false), state, over: Condvar::new() }
    }

    pub(super) fn brief(&self) -> &Brief {
        &self.brief
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn progress(&self) -> Progress {
        let state = self.lock();
        if state.over {
            return Progress { stage: Stage::Done, percent: 100 };
        }
        let stage = state.stage.unwrap_or(Stage::Planning);
        let done = state.chunks.iter().filter(|chunk| chunk.is_some()).count();
        // The last percent is the muxing, for which the chunks have been taken.
        let percent = if stage == Stage::Muxing { 99 } else { done * 99 / state.chunks.len().max(1) };
        Progress { stage, percent: percent as u8 }
    }

    pub(super) fn cancel(&self) {
        self.canceled.store(true, Ordering::Relaxed);
        self.fail(RenderError::Canceled);
    }

    /// Ends the film without a picture; the first end counts.
    pub(super) fn fail(&self, error: RenderError) {
        self.canceled.store(true, Ordering::Relaxed);
        self.end(Err(error));
    }

    fn end(&self, result: Result<Film, RenderError>) {
        {
            let mut state = self.lock();
            if state.over {
                return;
            }
            // Frees the samples as well.
            *state = State { over: true, result: Some(result), ..State::default() };
        }
        self.over.notify_all();
        (self.on_change)();
    }

    pub(super) fn take(&self) -> Option<Result<Film, RenderError>> {
        self.lock().result.take()
    }

    pub(super) fn wait(&self) -> Result<Film, RenderError> {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.result.take() {
                return result;
            }
            state = self.over.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn stopped(&self) -> bool {
        self.canceled.load(Ordering::Relaxed)
    }

    /// Does one piece of work; whatever goes wrong ends this film and nothing else.
    pub(super) fn perform(self: &Arc<Self>, film: u64, work: Work, counter: &Counter) {
        if self.stopped() {
            return;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| self.step(film, work, counter)));
        let error = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error,
            Err(panic) => RenderError::Internal(words(panic.as_ref())),
        };
        // The listener may panic too.
        let _ = catch_unwind(AssertUnwindSafe(|| self.fail(error)));
    }

    fn step(self: &Arc<Self>, film: u64, work: Work, counter: &Counter) -> Result<(), RenderError> {
        match work {
            Work::Prepare => {
                let script = Arc::new(shots::write(&self.brief)?);
                let work = self.divide(&script);
                counter.put(film, self, work);
                return Ok(());
            }
            Work::Sound(script) => {
                let pcm = sound::ambience(&spans(&script), self.brief.seconds);
                let track = aac::encode(&pcm, SOUND_BITRATE).map_err(|error| internal(&error))?;
                self.lock().sound = Some(track);
            }
            Work::Chunk(number, chunk, script) => {
                let coded = draw_chunk(&self.brief, &script, chunk, &|| self.stopped()).map_err(stop)?;
                self.keep(number, coded)?;
            }
            Work::Reel(first, chunks, script) => {
                let mut number = first;
                let mut keep = |coded: Coded| {
                    number += 1;
                    self.keep(number - 1, coded)
                };
                draw_reel(&self.brief, &script, &chunks, &|| self.stopped(), &mut keep).map_err(stop)?;
            }
        }
        let complete = self.lock().complete();
        if complete { self.mux() } else { Ok(()) }
    }

    /// Cuts the script into chunks.
    fn divide(&self, script: &Arc<Script>) -> Vec<Work> {
        let mut work = vec![Work::Sound(Arc::clone(script))];
        let mut number = 0;
        for (index, cut) in script.cuts.iter().enumerate() {
            let chunks: Vec<Chunk> = (0..cut.frames)
                .step_by(CHUNK as usize)
                .map(|from| Chunk { cut: index, from, count: CHUNK.min(cut.frames - from) })
                .collect();
            let first = number;
            number += chunks.len();
            if matches!(cut.shot, Shot::Reel(_)) {
                work.push(Work::Reel(first, chunks, Arc::clone(script)));
            } else {
                let each = chunks.into_iter().enumerate();
                work.extend(each.map(|(step, chunk)| Work::Chunk(first + step, chunk, Arc::clone(script))));
            }
        }
        let mut state = self.lock();
        state.stage = Some(Stage::Drawing);
        state.chunks = (0..number).map(|_| None).collect();
        work
    }

    fn keep(&self, number: usize, coded: Coded) -> Result<(), RenderError> {
        {
            let mut state = self.lock();
            if state.over {
                return Ok(());
            }
            if state.headers.get_or_insert_with(|| coded.headers.clone()) != &coded.headers {
                return Err(RenderError::Internal("the encoder changed its headers within a film".into()));
            }
            state.chunks[number] = Some(coded.samples);
        }
        (self.on_change)();
        Ok(())
    }

    fn mux(&self) -> Result<(), RenderError> {
        let (chunks, headers, sound) = {
            let mut state = self.lock();
            // Two workers may find the film complete; the first takes it.
            let Some(headers) = state.headers.take() else { return Ok(()) };
            state.stage = Some(Stage::Muxing);
            (std::mem::take(&mut state.chunks), headers, state.sound.take())
        };
        let movie = Movie {
            width: self.brief.width,
            height: self.brief.height,
            fps: FPS,
            video: chunks.into_iter().flatten().flatten().collect(),
            parameter_sets: headers,
            audio: sound,
            tags: Tags {
                title: self.brief.prompt.chars().take(TITLE).collect(),
                comment: "procedural animatic preview, no generative model".into(),
                encoder: concat!("Filmgate ", env!("CARGO_PKG_VERSION")).into(),
            },
        };
        let frames = movie.video.len() as u32;
        if frames != self.brief.frames() {
            return Err(RenderError::Internal(format!("{frames} frames instead of {}", self.brief.frames())));
        }
        let film = Film { frames, fps: FPS, duration_ms: movie.duration_ms(), mp4: movie.write() };
        self.end(Ok(film));
        Ok(())
    }
}

/// What is heard in each cut: the scene that is seen, or the prompt's where the picture comes from elsewhere.
fn spans(script: &Script) -> Vec<Span<'_>> {
    let cuts = script.cuts.iter();
    cuts.map(|cut| match &cut.shot {
        Shot::Scene(scene) => Span { scene, frames: cut.frames },
        _ => Span { scene: &script.scene, frames: cut.frames },
    })
    .collect()
}

fn stop(stop: Stop) -> RenderError {
    match stop {
        Stop::Canceled => RenderError::Canceled,
        Stop::Failed(error) => error,
    }
}

fn internal(error: &dyn std::fmt::Display) -> RenderError {
    RenderError::Internal(error.to_string())
}

/// What a panic said.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a worker panicked".into())
}
