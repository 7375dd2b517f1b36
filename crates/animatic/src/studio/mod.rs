//! The studio: worker threads that draw and encode films, two seconds at a time.
//!
//! - Work is queued by film and then by chunk, so films are finished in the order they were ordered, and the memory of
//!   at most as many films as there are workers is in use.
//! - A chunk is drawn and encoded frame after frame on one core by an encoder of its own: nothing is handed over, and
//!   the bytes do not depend on how many workers there are.
//! - Workers run at lower priority, so that whoever shares the machine with them is served first.
//! - A panic ends the film, never the worker. Cancelling is noticed between frames.

mod chunk;
mod production;

use crate::brief::{Brief, Film, RenderError};
use production::{Production, Work};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// How much lower than normal the workers' priority is (`nice`).
const NICE: i32 = 19;

/// Draws films on its own threads. Dropping it cancels what is not finished and joins the threads.
pub struct Studio {
    desk: Arc<Counter>,
    next: AtomicU64,
    workers: Vec<JoinHandle<()>>,
}

/// The queue all workers take from.
#[derive(Default)]
pub(crate) struct Counter {
    queue: Mutex<Queue>,
    wake: Condvar,
}

/// Film number and step within the film.
type Ticket = (u64, u32);

#[derive(Default)]
struct Queue {
    work: BTreeMap<Ticket, (Arc<Production>, Work)>,
    closed: bool,
}

/// How far a film is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Share of the work that is done, 0..=100.
    pub percent: u8,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The prompt is read, references are decoded, the shots are planned; or it waits for a worker.
    Planning,
    /// Frames are drawn and encoded.
    Drawing,
    /// Picture and sound are put into one file.
    Muxing,
    /// The film, or the reason why there is none, can be taken.
    Done,
}

impl Studio {
    /// Opens a studio with this many worker threads (at least one).
    pub fn new(threads: usize) -> Arc<Self> {
        let desk = Arc::new(Counter::default());
        let workers = (0..threads.max(1))
            .map(|number| {
                let desk = Arc::clone(&desk);
                let body = move || {
                    // Only this thread; if the system refuses, it works at normal priority.
                    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE);
                    while let Some((ticket, production, work)) = desk.take() {
                        production.perform(ticket.0, work, &desk);
                    }
                };
                std::thread::Builder::new().name(format!("film-{number}")).spawn(body)
            })
            .filter_map(Result::ok)
            .collect();
        Arc::new(Self { desk, next: AtomicU64::new(0), workers })
    }

    /// Orders a film. `on_change` is called from a worker whenever a chunk is done and once at the end.
    pub fn start(&self, brief: Brief, on_change: Box<dyn Fn() + Send + Sync>) -> Render {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let production = Arc::new(Production::new(brief, on_change));
        match production.brief().check() {
            Ok(()) => self.desk.put(number, &production, [Work::Prepare]),
            Err(error) => production.fail(error),
        }
        Render { production }
    }

    /// Makes a film and waits for it.
    pub fn render(&self, brief: Brief) -> Result<Film, RenderError> {
        let render = self.start(brief, Box::new(|| {}));
        render.production.wait()
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let abandoned = {
            let mut queue = self.desk.lock();
            queue.closed = true;
            std::mem::take(&mut queue.work)
        };
        for (production, _) in abandoned.into_values() {
            production.fail(RenderError::Canceled);
        }
        self.desk.wake.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl Counter {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues work of a film.
    fn put(&self, film: u64, production: &Arc<Production>, work: impl IntoIterator<Item = Work>) {
        let mut queue = self.lock();
        if queue.closed {
            drop(queue);
            production.fail(RenderError::Canceled);
            return;
        }
        for work in work {
            queue.work.insert((film, work.order()), (Arc::clone(production), work));
        }
        drop(queue);
        self.wake.notify_all();
    }

    /// Waits for the next piece of work; none when the studio closes.
    fn take(&self) -> Option<(Ticket, Arc<Production>, Work)> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            if let Some((ticket, (production, work))) = queue.work.pop_first() {
                return Some((ticket, production, work));
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A film in the making. Dropping it cancels the film: nobody could take it any more.
pub struct Render {
    production: Arc<Production>,
}

impl Render {
    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.production.progress()
    }

    /// Asks to stop; takes effect between two frames. A film that is done stays done.
    pub fn cancel(&self) {
        self.production.cancel();
    }

    /// The film or the reason why there is none; `None` while it is being made and after it has been taken.
    pub fn take(&self) -> Option<Result<Film, RenderError>> {
        self.production.take()
    }
}

impl Drop for Render {
    fn drop(&mut self) {
        self.production.cancel();
    }
}
