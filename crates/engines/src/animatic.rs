//! The built-in engine as an upstream: jobs go to the studio's render threads, progress comes back as it is made, the
//! film stays in memory until it is fetched. Nothing here outlives the process: a job from before a restart is
//! [`Lost`](EngineError::Lost), and making it again costs nobody anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
/// Which encoder is compiled in, for example `openh264 2.7.0 with assembler`.
pub use filmgate_animatic::ENCODER;
use filmgate_animatic::{Brief, Guidance as Shown, Render, RenderError, Studio};
/// How it reads a prompt, for showing.
pub use filmgate_animatic::{Heard, Member, Planned, Understanding, understand};
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::request::Guidance;
use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use crate::port::{Dedupe, Engine, EngineError, Film, Job, Progress};

/// How long a poll waits for news of a render.
const PATIENCE: Duration = Duration::from_secs(2);
/// A film is handed on in pieces of this size.
const PIECE: usize = 256 * 1024;

/// The engine that renders on this machine.
pub struct Animatic {
    studio: Arc<Studio>,
    jobs: Mutex<HashMap<String, Arc<Running>>>,
}

/// A job at the studio.
struct Running {
    render: Render,
    news: watch::Receiver<()>,
    outcome: Mutex<Option<Outcome>>,
    begun: Instant,
    /// The film's length.
    seconds: u32,
}

#[derive(Clone)]
enum Outcome {
    Made(Bytes),
    Refused(Failure),
    Broken(String),
    /// Nobody wants it any more.
    Forgotten,
}

impl Animatic {
    /// An engine with `threads` render threads.
    pub fn new(threads: usize) -> Self {
        Self { studio: Studio::new(threads), jobs: Mutex::default() }
    }

    fn running(&self, handle: &str) -> Option<Arc<Running>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).get(handle).cloned()
    }

    fn start(&self, job: &Job) -> Running {
        let (news, heard) = watch::channel(());
        let on_change = Box::new(move || news.send_replace(()));
        Running {
            render: self.studio.start(brief(job), on_change),
            news: heard,
            outcome: Mutex::default(),
            begun: Instant::now(),
            seconds: job.request.seconds,
        }
    }
}

impl Running {
    fn outcome(&self) -> Option<Outcome> {
        let mut kept = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            *kept = self.render.take().map(Outcome::from);
            if let Some(Outcome::Made(_)) = &*kept {
                let speed = f64::from(self.seconds) / self.begun.elapsed().as_secs_f64();
                metrics::histogram!("filmgate_render_speed").record(speed);
            }
        }
        kept.clone()
    }
}

impl From<Result<filmgate_animatic::Film, RenderError>> for Outcome {
    fn from(end: Result<filmgate_animatic::Film, RenderError>) -> Self {
        match end {
            Ok(film) => Self::Made(Bytes::from(film.mp4)),
            Err(RenderError::Reference { index, why }) => Self::Refused(Failure::new(
                FailureCode::InvalidMedia,
                format!("reference {} could not be used: {why}. Send another file.", index + 1),
            )),
            Err(RenderError::Canceled) => Self::Forgotten,
            Err(RenderError::Internal(why)) => Self::Broken(why),
        }
    }
}

#[async_trait]
impl Engine for Animatic {
    fn dedupe(&self) -> Dedupe {
        Dedupe::Key
    }

    async fn submit(&self, job: Job) -> Result<String, EngineError> {
        let handle = job.attempt.to_string();
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.entry(handle.clone()).or_insert_with(|| Arc::new(self.start(&job)));
        Ok(handle)
    }

    async fn poll(&self, handle: &str) -> Result<Progress, EngineError> {
        let Some(running) = self.running(handle) else { return Err(EngineError::Lost) };
        let mut news = running.news.clone();
        news.mark_unchanged();
        if running.outcome().is_none() {
            // Whether news came, the time ran out or the studio closed: what matters is how the job stands now.
            let _any = tokio::time::timeout(PATIENCE, news.changed()).await;
        }
        match running.outcome() {
            None => Ok(Progress::Working { percent: running.render.progress().percent.min(99), after: None }),
            Some(Outcome::Made(_)) => Ok(Progress::Done),
            Some(Outcome::Forgotten) => Err(EngineError::Lost),
            Some(Outcome::Refused(failure)) => Err(EngineError::Reject(failure)),
            Some(Outcome::Broken(why)) => {
                tracing::error!(handle, why, "a render broke");
                Err(EngineError::Reject(Failure::new(
                    FailureCode::Internal,
                    "The film could not be rendered. This is our fault; the operator's log says more.",
                )))
            }
        }
    }

    async fn fetch(&self, handle: &str) -> Result<Film, EngineError> {
        match self.running(handle).and_then(|running| running.outcome()) {
            Some(Outcome::Made(film)) => Ok(pieces(film)),
            _ => Err(EngineError::Lost),
        }
    }

    async fn forget(&self, handle: &str) {
        if let Some(running) = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).remove(handle) {
            running.render.cancel();
        }
    }
}

fn pieces(film: Bytes) -> Film {
    let count = film.len().div_ceil(PIECE);
    stream::iter(
        (0..count).map(move |piece| Ok(film.slice(piece * PIECE..film.len().min((piece + 1) * PIECE)))),
    )
    .boxed()
}

fn brief(job: &Job) -> Brief {
    let mut files = job.inputs.iter().map(|snapshot| snapshot.path.clone());
    let mut next = || files.next().unwrap_or_default();
    let guidance = match &job.request.guidance {
        Guidance::Text => Shown::Text,
        Guidance::Image(_) => Shown::Image(next()),
        Guidance::Frames { .. } => Shown::Frames { first: next(), last: next() },
        Guidance::References { images, videos } => Shown::References {
            images: images.iter().map(|_| next()).collect(),
            videos: videos.iter().map(|_| next()).collect(),
        },
    };
    Brief {
        prompt: job.request.prompt.clone(),
        width: job.request.size.width,
        height: job.request.size.height,
        seconds: job.request.seconds,
        seed: job.seed,
        guidance,
    }
}
