//! Memory: live tasks in a concurrent map, ended ones in a bounded cache, the callers, the bells. Only the writer changes
//! it, after its commits; everybody reads it without waiting.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::TaskId;
use filmgate_domain::task::State;
use quick_cache::sync::Cache;
use rusqlite::Connection;
use tokio::sync::Notify;

use crate::callers::Callers;
use crate::cell::Cell;
use crate::row;

/// The places a live task can be at, in the order of [`Counts`]'s fields.
const PLACES: [(&str, &str); 7] = [
    ("queued", "prepare"),
    ("queued", "submit"),
    ("running", "submit"),
    ("running", "uncertain"),
    ("running", "poll"),
    ("running", "fetch"),
    ("running", "finish"),
];

/// How many bells there are.
const BELLS: usize = 512;

/// Where a live task is: an index into [`PLACES`]; `None` once it has ended.
pub(crate) type Place = Option<usize>;

pub(crate) fn place(state: &State) -> Place {
    let step = state.step()?;
    PLACES.iter().position(|place| *place == (state.name(), step))
}

/// Whether a task at this place takes room at an upstream.
fn takes_room(place: usize) -> bool {
    PLACES[place].0 == "running" && PLACES[place].1 != "uncertain"
}

/// How many live tasks are at each place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([usize; PLACES.len()]);

impl Counts {
    /// Each place as state, step and count.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, usize)> {
        PLACES.into_iter().zip(self.0).map(|((state, step), count)| (state, step, count))
    }

    /// Tasks that wait.
    pub fn queued(&self) -> usize {
        self.0[..2].iter().sum()
    }

    /// Tasks at an upstream, or on the way to or from it, as far as is known: not those whose submit is in doubt.
    pub fn running(&self) -> usize {
        self.0.iter().enumerate().filter(|(place, _)| takes_room(*place)).map(|(_, count)| count).sum()
    }
}

/// Counts by name.
#[derive(Default)]
struct Tally(Mutex<HashMap<Arc<str>, usize>>);

impl Tally {
    fn add(&self, name: &Arc<str>, by: i64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(Arc::clone(name)).or_default();
        *count = count.saturating_add_signed(by as isize);
    }

    fn of(&self, name: &str) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied().unwrap_or(0)
    }
}

pub(crate) struct Memory {
    live: papaya::HashMap<TaskId, Arc<Cell>>,
    ended: Cache<TaskId, Arc<Cell>>,
    counts: [AtomicI64; PLACES.len()],
    /// A task rings one of these when it changes. That several share a bell wakes a reader in vain now and then, and
    /// spares every task one of its own.
    bells: Box<[Notify]>,
    /// How many tasks were removed. Held while one is, and while a row that was read is put into memory: a task cannot
    /// come back by way of a reader who saw it before.
    removals: Mutex<u64>,
    /// How many tasks of each model are running.
    running: Tally,
    /// How many tasks each upstream has.
    at: Tally,
    pub(crate) callers: Callers,
    pub(crate) work: Notify,
}

impl Memory {
    pub(crate) fn new(ended: usize) -> Self {
        Self {
            live: papaya::HashMap::new(),
            ended: Cache::new(ended.max(1)),
            counts: Default::default(),
            bells: (0..BELLS).map(|_| Notify::new()).collect(),
            removals: Mutex::default(),
            running: Tally::default(),
            at: Tally::default(),
            callers: Callers::default(),
            work: Notify::new(),
        }
    }

    /// Reads the callers and every live task.
    pub(crate) fn load(&self, connection: &Connection) -> rusqlite::Result<()> {
        self.callers.catch_up(connection)?;
        // The indexes hold live tasks only: however many ended ones there are, none is read.
        for live in [
            "INDEXED BY task_ready WHERE state = 'queued' AND parked = 0",
            "INDEXED BY task_due WHERE state = 'running' OR parked = 1",
        ] {
            let mut live = connection.prepare(&row::select(live))?;
            let mut rows = live.query([])?;
            while let Some(row) = rows.next()? {
                self.publish(Arc::new(row::cell(row)?));
            }
        }
        Ok(())
    }

    pub(crate) fn cell(&self, id: &str) -> Option<Arc<Cell>> {
        self.live.pin().get(id).cloned().or_else(|| self.ended.get(id))
    }

    /// Lets readers see `cell` from now on, and wakes those who wait for it.
    pub(crate) fn publish(&self, cell: Arc<Cell>) {
        let id = cell.summary.id.clone();
        let live = self.live.pin();
        if let Some(former) = live.get(&id) {
            self.count(former, -1);
        }
        self.count(&cell, 1);
        if cell.place.is_some() {
            live.insert(id.clone(), cell);
        } else {
            self.ended.insert(id.clone(), cell);
            live.remove(&id);
        }
        self.bell(&id).notify_waiters();
    }

    /// Forgets a task that has no row any more.
    pub(crate) fn remove(&self, id: &TaskId) {
        let mut removals = self.removals.lock().unwrap_or_else(PoisonError::into_inner);
        *removals += 1;
        if let Some(former) = self.live.pin().remove(id) {
            self.count(former, -1);
        }
        self.ended.remove(id);
        drop(removals);
        self.bell(id).notify_waiters();
    }

    /// How many tasks were removed so far: the mark to take before a row is read.
    pub(crate) fn mark(&self) -> u64 {
        *self.removals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an ended task that was read from the database, unless something was removed since `mark`. Answers what
    /// readers are to see: what memory had by now, or the cell that was read.
    pub(crate) fn keep(&self, cell: Arc<Cell>, mark: u64) -> Arc<Cell> {
        let removals = self.removals.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.cell(cell.summary.id.as_str()) {
            return known;
        }
        if cell.place.is_none() && *removals == mark {
            self.ended.insert(cell.summary.id.clone(), cell.clone());
        }
        cell
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (count, kept) in counts.0.iter_mut().zip(&self.counts) {
            *count = usize::try_from(kept.load(Ordering::Relaxed)).unwrap_or(0);
        }
        counts
    }

    /// How many tasks of `model` are at an upstream, or on the way to or from it.
    pub(crate) fn running_of(&self, model: &str) -> usize {
        self.running.of(model)
    }

    /// How many tasks `upstream` has, or is about to have.
    pub(crate) fn running_at(&self, upstream: &str) -> usize {
        self.at.of(upstream)
    }

    /// Waiting tasks created before `moment`, at most `limit` of them.
    pub(crate) fn waiting_since(&self, moment: Timestamp, limit: usize) -> Vec<TaskId> {
        let waits =
            |cell: &&Arc<Cell>| cell.place.is_some_and(|place| place < 2) && cell.summary.created < moment;
        self.live.pin().values().filter(waits).take(limit).map(|cell| cell.summary.id.clone()).collect()
    }

    fn count(&self, cell: &Cell, by: i64) {
        let Some(place) = cell.place else { return };
        self.counts[place].fetch_add(by, Ordering::Relaxed);
        if takes_room(place) {
            self.running.add(&cell.summary.model, by);
            if let Some(upstream) = &cell.upstream {
                self.at.add(upstream, by);
            }
        }
    }

    /// Resolves once memory has something newer than `cell`. Registers before it looks.
    pub(crate) async fn changed(&self, cell: &Arc<Cell>) {
        let id = &cell.summary.id;
        loop {
            let rung = self.bell(id).notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            if self.cell(id.as_str()).is_none_or(|now| now.version > cell.version) {
                return;
            }
            rung.await;
        }
    }

    fn bell(&self, id: &TaskId) -> &Notify {
        let mut hash = DefaultHasher::new();
        id.hash(&mut hash);
        &self.bells[hash.finish() as usize % BELLS]
    }
}
