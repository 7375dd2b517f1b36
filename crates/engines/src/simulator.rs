//! A VIDEO SERVICE THAT MAKES TROUBLE.
//!
//! It speaks the [`dialect`] of a real upstream, takes jobs, and delivers real films after a while, or does what its
//! [`script`] says: it is busy, breaks, hangs, hangs up after it took a job, says words nobody knows, delivers what is
//! no film. What goes wrong stands in the prompt, or is drawn by chance from a seed, so that the same run goes wrong in
//! the same way. Users test their clients with it (`filmgate simulate`), and our tests run on it.
//!
//! Its [`server`] keeps jobs in memory and forgets them when it ends, as some real ones do.

mod callback;
pub mod dialect;
pub mod script;
pub mod server;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use filmgate_domain::id::AttemptId;
use filmgate_domain::media::Size;
use filmgate_domain::request::{Dialect as WireDialect, Guidance, VideoRequest};
use futures_util::TryStreamExt;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use self::dialect::Dialect;
use self::script::{Script, Trouble};
use crate::animatic::Animatic;
use crate::port::{self as engine, Engine, EngineError, Progress};

/// How many jobs it remembers.
const MOST_JOBS: usize = 100_000;
/// How many different films it keeps.
const MOST_FILMS: usize = 64;

/// How a simulated service behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it speaks.
    pub dialect: Dialect,
    /// How long a job takes.
    pub takes: Duration,
    /// How many jobs of a hundred go wrong by chance.
    pub faults: u8,
    /// Decides which.
    pub seed: u64,
    /// What it delivers; without it, a film is rendered for every length and size.
    pub film: Option<Bytes>,
    /// Words for the first job, the second, and so on, and then from the first again.
    pub lines: Vec<Script>,
}

/// A film that is rendered once.
type Rendered = Arc<OnceCell<Bytes>>;

/// A job it took.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) prompt: String,
    seconds: u32,
    size: Size,
    script: Script,
    taken: Instant,
    polls: u32,
    fetches: u32,
    gone: bool,
}

/// What became of a job it took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What the service calls it.
    pub id: String,
    /// What it was asked for.
    pub prompt: String,
    /// How long ago it was taken.
    pub age: Duration,
    /// How often it was looked at.
    pub polls: u32,
    /// Whether it was canceled.
    pub canceled: bool,
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Queued,
    Working(u8),
    Done,
    Failed,
    Censored,
    Canceled,
    /// A word that no dialect has.
    Word(String),
}

/// A service.
pub struct Simulator {
    pub(crate) settings: Settings,
    jobs: Mutex<Jobs>,
    films: Mutex<HashMap<(u32, Size), Rendered>>,
    renderer: Animatic,
}

#[derive(Default)]
struct Jobs {
    by_id: HashMap<String, Job>,
    /// The job that was made under a key.
    by_key: HashMap<String, String>,
    /// How often a prompt came, and which of all prompts it is.
    tries: HashMap<String, (u32, usize)>,
    count: u64,
}

impl Simulator {
    /// A service that has no jobs yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, jobs: Mutex::default(), films: Mutex::default(), renderer: Animatic::new(1) }
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What happens to this submit before a job is made, if anything does.
    pub(crate) fn trouble(&self, prompt: &str) -> (Script, Option<Trouble>) {
        let mut jobs = self.jobs();
        let place = jobs.tries.len();
        let (tries, place) = jobs.tries.entry(prompt.to_owned()).or_insert((0, place));
        *tries += 1;
        let Settings { faults, seed, lines, .. } = &self.settings;
        let line = lines.get(*place % lines.len().max(1)).cloned().unwrap_or_default();
        let script = line.and(prompt, *faults, *seed);
        let trouble = script.at_submit(*tries);
        (script, trouble)
    }

    /// Takes a job; the one that was made under the same key, if there is one.
    pub(crate) fn take(
        &self,
        prompt: &str,
        seconds: u32,
        size: Size,
        script: Script,
        key: Option<&str>,
    ) -> Option<String> {
        let mut jobs = self.jobs();
        if let Some(known) = key.and_then(|key| jobs.by_key.get(key)) {
            return Some(known.clone());
        }
        if jobs.by_id.len() >= MOST_JOBS {
            return None;
        }
        jobs.count += 1;
        let id = self.settings.dialect.id(jobs.count);
        let (taken, prompt) = (Instant::now(), prompt.to_owned());
        let job =
            Job { id: id.clone(), prompt, seconds, size, script, taken, polls: 0, fetches: 0, gone: false };
        jobs.by_id.insert(id.clone(), job);
        if let Some(key) = key {
            jobs.by_key.insert(key.to_owned(), id.clone());
        }
        Some(id)
    }

    /// Whether a job was made under `key`.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.jobs().by_key.contains_key(key)
    }

    /// How job `id` stands, after one more look at it; nothing when there is none, or none any more.
    pub(crate) fn look(&self, id: &str) -> Option<(Standing, u32)> {
        let mut jobs = self.jobs();
        let job = jobs.by_id.get_mut(id)?;
        job.polls += 1;
        let standing = job.standing(self.settings.takes)?;
        Some((standing, job.polls))
    }

    /// When job `id` is over by its time, and how often that is said.
    pub(crate) fn ready(&self, id: &str) -> Option<(Instant, u32)> {
        let jobs = self.jobs();
        let job = jobs.by_id.get(id)?;
        Some((job.taken + job.script.takes.unwrap_or(self.settings.takes), job.script.callbacks()))
    }

    /// How job `id` stands, without anybody looking.
    pub(crate) fn standing(&self, id: &str) -> Option<Standing> {
        self.jobs().by_id.get(id)?.standing(self.settings.takes)
    }

    /// What happens to this look, if anything does.
    pub(crate) fn trouble_at_poll(&self, id: &str) -> Option<Trouble> {
        let jobs = self.jobs();
        let job = jobs.by_id.get(id)?;
        job.script.at_poll(job.polls + 1)
    }

    /// What happens to this fetch, if anything does.
    pub(crate) fn trouble_at_fetch(&self, id: &str) -> Option<Trouble> {
        let mut jobs = self.jobs();
        let job = jobs.by_id.get_mut(id)?;
        job.fetches += 1;
        job.script.at_fetch(job.fetches)
    }

    pub(crate) fn cancel(&self, id: &str) -> bool {
        let mut jobs = self.jobs();
        jobs.by_id.get_mut(id).is_some_and(|job| !std::mem::replace(&mut job.gone, true))
    }

    /// Every job.
    pub fn taken(&self) -> Vec<Taken> {
        let jobs = self.jobs();
        let told = |job: &Job| Taken {
            id: job.id.clone(),
            prompt: job.prompt.clone(),
            age: job.taken.elapsed(),
            polls: job.polls,
            canceled: job.gone,
        };
        jobs.by_id.values().map(told).collect()
    }

    /// The film of a job that is done.
    pub(crate) async fn film(&self, id: &str) -> Option<Bytes> {
        if let Some(film) = &self.settings.film {
            return Some(film.clone());
        }
        let (seconds, size) = {
            let jobs = self.jobs();
            let job = jobs.by_id.get(id)?;
            (job.seconds, job.size)
        };
        let cell = {
            let mut films = self.films.lock().unwrap_or_else(PoisonError::into_inner);
            if films.len() >= MOST_FILMS {
                films.clear();
            }
            films.entry((seconds, size)).or_default().clone()
        };
        let film = cell.get_or_try_init(|| self.render(seconds, size)).await;
        film.ok().cloned()
    }

    async fn render(&self, seconds: u32, size: Size) -> Result<Bytes, EngineError> {
        let request = VideoRequest {
            dialect: WireDialect::Videos,
            model: String::new(),
            prompt: "A test card of a simulated service".to_owned(),
            seconds,
            size,
            guidance: Guidance::Text,
            strict: false,
        };
        let attempt = AttemptId::from_text(format!("{seconds}.{size}"));
        let handle = self
            .renderer
            .submit(engine::Job { attempt, request, seed: 1, callback: None, inputs: Vec::new() })
            .await?;
        while self.renderer.poll(&handle).await? != Progress::Done {}
        let pieces: Vec<Bytes> = self.renderer.fetch(&handle).await?.try_collect().await?;
        self.renderer.forget(&handle).await;
        Ok(Bytes::from(pieces.concat()))
    }
}

impl Job {
    fn standing(&self, takes: Duration) -> Option<Standing> {
        if self.gone {
            return Some(Standing::Canceled);
        }
        if self.script.forgotten && self.polls > 1 {
            return None;
        }
        if let Some(word) = &self.script.word
            && self.polls == 2
        {
            return Some(Standing::Word(word.clone()));
        }
        let takes = self.script.takes.unwrap_or(takes);
        let passed = self.taken.elapsed();
        // With a number of looks instead of a time, every look is a step.
        let part = match self.script.looks {
            Some(looks) => f64::from(self.polls.saturating_sub(1)) / f64::from(looks.max(1)),
            None if takes.is_zero() => 1.0,
            None => passed.as_secs_f64() / takes.as_secs_f64(),
        };
        Some(if part >= 1.0 {
            match (self.script.fails, self.script.censored) {
                (true, _) => Standing::Failed,
                (_, true) => Standing::Censored,
                _ => Standing::Done,
            }
        } else if part < 0.2 {
            Standing::Queued
        } else {
            Standing::Working((part * 100.0) as u8)
        })
    }
}
