//! WHERE ROWS AND BYTES LIVE.
//!
//! Dramatis personae: the [`Store`], what the gateway holds; the *writer*, one thread that owns the connection and
//! groups whatever has queued up into one commit; [`Cell`]s, the tasks as memory has them, ready for readers; the
//! *callers*, whoever shows a key that is known; [`Blobs`], the bytes on disk.
//!
//! An async call that writes is answered after its commit. A call that reads a live or recent task touches memory only.
//! Money moves in the commit that makes or ends a task, and nowhere else; [`Store::prove`] proves it. No SQL is known outside
//! this crate, and within it only to `schema`, `row`, `write`, `reads` and `check`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::audit::Deed;
use filmgate_domain::clock::{Clock, Timestamp};
use filmgate_domain::id::{AccountId, ArtifactId, Entropy, TaskId};
use filmgate_domain::key::Caller;
use filmgate_domain::lease::Lease;
use filmgate_domain::media::{BlobKey, Input};
use filmgate_domain::task::{State, Task};
use filmgate_domain::translation::Translation;
use rusqlite::Connection;
use tokio::sync::Notify;

mod blobs;
mod callers;
mod cell;
mod check;
mod error;
mod incoming;
mod memory;
mod office;
mod reads;
mod row;
mod schema;
mod write;
mod writer;

pub use blobs::Blobs;
pub use cell::{Cell, Face};
pub use error::{Outage, StoreError};
pub use incoming::BlobWriter;
pub use memory::Counts;
pub use reads::Filter;
pub use reads::ledger::{Lines, UsageFilter};
pub use schema::OpenError;
pub use write::account::AccountPatch;
pub use write::claim::{Ask, Claimed};
pub use write::create::{Created, Denial, Idempotency, Terms};
pub use write::key::KeyPatch;
pub use write::money::{Transfer, Transferred};
pub use write::task::{Canceled, Decided, Then, Verdict};

use memory::Memory;
use reads::Readers;
use write::create::NewTask;
use write::task::Kept;
use write::{Effect, claim, create, task, told};
use writer::Writer;

/// Whether a commit reaches the disk before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does: what was answered survives a power cut.
    Full,
    /// It is left to the operating system: for benchmarks and throw-away stores.
    None,
}

/// Whether writes that wait at the same time share a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// They do.
    Grouped,
    /// Each has its own: the yardstick of the benchmark.
    OneByOne,
}

/// Where the store is and how it works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of rows and bytes.
    pub dir: PathBuf,
    /// What a commit promises.
    pub durability: Durability,
    /// Who shares a commit.
    pub grouping: Grouping,
    /// How many ended tasks are kept in memory.
    pub finished_in_memory: usize,
}

/// Rows and bytes. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    memory: Arc<Memory>,
    writer: Writer,
    readers: Readers,
    blobs: Blobs,
    clock: Arc<dyn Clock>,
}

impl Store {
    /// Opens the store in `settings.dir`, making it where there is none, and reads its live tasks into memory. The
    /// folder is locked for as long as the store is open.
    pub fn open(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let (lock, connection) = schema::open_alone(settings)?;
        Self::on(lock, connection, settings, clock, entropy)
    }

    fn on(
        lock: schema::Lock,
        connection: Connection,
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let memory = Arc::new(Memory::new(settings.finished_in_memory));
        claim::free_leases(&connection, clock.now())?;
        memory.load(&connection)?;
        let blobs = Blobs::new(&settings.dir, entropy)?;
        blobs.clear_incoming()?;
        let writer = Writer::start(connection, settings.grouping, memory.clone(), Some(lock));
        let readers = Readers::new(schema::file(&settings.dir), memory.clone());
        Ok(Self { memory, writer, readers, blobs, clock })
    }

    /// Opens the store beside the process that serves from it: for accounts, keys, money and single tasks. Tasks are not
    /// read into memory.
    pub fn open_beside(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let connection = schema::open_beside(settings)?;
        let memory = Arc::new(Memory::new(settings.finished_in_memory));
        memory.callers.catch_up(&connection)?;
        let blobs = Blobs::new(&settings.dir, entropy)?;
        let writer = Writer::start(connection, settings.grouping, memory.clone(), None);
        let readers = Readers::new(schema::file(&settings.dir), memory.clone());
        Ok(Self { memory, writer, readers, blobs, clock })
    }

    /// Keeps a new task and holds its price, in one commit with its idempotency key; or finds the task that the key has
    /// made already. A key is remembered for 24 hours, for each account by itself.
    pub async fn create(
        &self,
        task: Task,
        idempotency: Option<Idempotency>,
        terms: Terms,
    ) -> Result<Created, StoreError> {
        let new = NewTask::new(task).map_err(|why| StoreError::Defect(why.to_string()))?;
        self.writer.write(move |db| create::create(db, &new, idempotency.as_ref(), &terms)).await
    }

    /// Claims what may be worked on: of waiting tasks the first in line, of running ones the longest due. Raises each
    /// task's fence, and makes it due again at the lease's end.
    pub async fn claim(&self, ask: Ask) -> Result<Claimed, StoreError> {
        self.writer.write(move |db| claim::claim(db, &ask)).await
    }

    /// Writes the outcome of a step, if the lease still holds; with a task's end goes its money. With [`Then::Keep`]
    /// the answer is the lease to go on under.
    pub async fn record(
        &self,
        lease: &Lease,
        state: State,
        inputs: Option<Vec<Input>>,
        then: Then,
    ) -> Result<Lease, StoreError> {
        let (lease, now) = (lease.clone(), self.clock.now());
        let write = move |db: &Connection| {
            let kept = Kept { inputs: inputs.as_deref(), ..Kept::default() };
            task::record(db, lease, &state, kept, then, now)
        };
        self.writer.write(write).await
    }

    /// Writes that an attempt begins, and what it is sent, before it is sent.
    pub async fn begin(
        &self,
        lease: &Lease,
        state: State,
        translation: Translation,
        until: Timestamp,
    ) -> Result<Lease, StoreError> {
        let (lease, now) = (lease.clone(), self.clock.now());
        let write = move |db: &Connection| {
            let kept = Kept { translation: Some(&translation), ..Kept::default() };
            task::record(db, lease, &state, kept, Then::Keep { until }, now)
        };
        self.writer.write(write).await
    }

    /// Puts the step off until `due` after an error: one retry more.
    pub async fn snooze(&self, lease: &Lease, due: Timestamp) -> Result<(), StoreError> {
        let (lease, now) = (lease.clone(), self.clock.now());
        self.writer.write(move |db| claim::release(db, &lease, due, true, now)).await
    }

    /// Hands the task back as it was, to be claimed from `due` on.
    pub async fn release(&self, lease: &Lease, due: Timestamp) -> Result<(), StoreError> {
        let (lease, now) = (lease.clone(), self.clock.now());
        self.writer.write(move |db| claim::release(db, &lease, due, false, now)).await
    }

    /// Makes a task that waits to be asked after due at once; any other stays as it is.
    pub async fn hasten(&self, id: &TaskId, now: Timestamp) -> Result<(), StoreError> {
        let id = id.clone();
        self.writer.write(move |db| claim::hasten(db, &id, now)).await
    }

    /// Cancels a live task and takes it from its worker; an ended one stays as it is. An operator's `deed` is written
    /// down if it changed something. `None`: there is no such task.
    pub async fn cancel(
        &self,
        id: &TaskId,
        deed: Option<Deed>,
        now: Timestamp,
    ) -> Result<Option<Canceled>, StoreError> {
        let id = id.clone();
        self.writer.write(move |db| task::cancel(db, &id, deed.as_ref(), now)).await
    }

    /// Does what an operator decided about a task. `None`: there is no such task.
    pub async fn decide(
        &self,
        id: &TaskId,
        verdict: Verdict,
        deed: Deed,
        now: Timestamp,
    ) -> Result<Option<Decided>, StoreError> {
        let id = id.clone();
        self.writer.write(move |db| task::decide(db, &id, verdict, &deed, now)).await
    }

    /// Forgets an ended task; answers the film that nothing refers to now.
    pub async fn delete(&self, id: &TaskId) -> Result<Option<ArtifactId>, StoreError> {
        let id = id.clone();
        self.writer.write(move |db| task::delete(db, &id)).await
    }

    /// Ends queued tasks created before `created_before` as expired, at most `limit` of them.
    pub async fn expire(
        &self,
        created_before: Timestamp,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<TaskId>, StoreError> {
        let waiting = self.memory.waiting_since(created_before, limit);
        if waiting.is_empty() {
            return Ok(waiting);
        }
        self.writer.write(move |db| task::expire(db, waiting, now)).await
    }

    /// Films whose links have ended and whose bytes are still there.
    pub async fn artifacts_past(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TaskId, ArtifactId)>, StoreError> {
        self.readers.artifacts_past(now, limit).await
    }

    /// The films of these tasks are deleted.
    pub async fn artifact_gone(&self, tasks: Vec<TaskId>) -> Result<(), StoreError> {
        let sql = "UPDATE task SET film_gone = 1 WHERE id = ?1";
        self.writer.write(move |db| task::each(db, sql, &tasks)).await
    }

    /// Ended tasks that still have snapshots of references.
    pub async fn inputs_done(&self, limit: usize) -> Result<Vec<(TaskId, Vec<BlobKey>)>, StoreError> {
        self.readers.inputs_done(limit).await
    }

    /// The snapshots of these tasks are deleted.
    pub async fn inputs_gone(&self, tasks: Vec<TaskId>) -> Result<(), StoreError> {
        let sql = "UPDATE task SET inputs = NULL WHERE id = ?1 AND due IS NULL";
        self.writer.write(move |db| task::each(db, sql, &tasks)).await
    }

    /// Forgets tasks that ended before `ended_before` and whose bytes are gone, at most `limit` of them; answers how
    /// many.
    pub async fn forget(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.writer.write(move |db| task::forget(db, ended_before, limit)).await
    }

    /// The task as memory has it. Never waits.
    pub fn cell(&self, id: &str) -> Option<Arc<Cell>> {
        self.memory.cell(id)
    }

    /// The task, from memory or from the database; with an `owner`, only if it is that account's. One that is not is
    /// looked for exactly as one that does not exist.
    pub async fn find(&self, id: &str, owner: Option<&AccountId>) -> Result<Option<Arc<Cell>>, StoreError> {
        match self.memory.cell(id) {
            Some(cell) if owner.is_none_or(|owner| cell.summary.account == *owner) => Ok(Some(cell)),
            _ => self.readers.find(id, owner).await,
        }
    }

    /// Everything about the task.
    pub async fn task(&self, id: &str) -> Result<Option<Task>, StoreError> {
        self.readers.task(id).await
    }

    /// Tasks, newest first.
    pub async fn list(&self, filter: Filter) -> Result<Vec<Arc<Cell>>, StoreError> {
        self.readers.list(filter).await
    }

    /// Resolves once memory has something newer for this task than `cell`, or nothing.
    pub async fn changed(&self, cell: &Arc<Cell>) {
        self.memory.changed(cell).await;
    }

    /// Rings when a task became due at once.
    pub fn work(&self) -> &Notify {
        &self.memory.work
    }

    /// How many tasks are at which step.
    pub fn counts(&self) -> Counts {
        self.memory.counts()
    }

    /// Which of these blobs a row refers to, in their order.
    pub async fn referenced(&self, blobs: &[BlobKey]) -> Result<Vec<bool>, StoreError> {
        self.readers.referenced(blobs.to_vec()).await
    }

    /// How many tasks of `model` are at an upstream, or on the way to or from it.
    pub fn running_of(&self, model: &str) -> usize {
        self.memory.running_of(model)
    }

    /// How many tasks `upstream` has, or is about to have.
    pub fn running_at(&self, upstream: &str) -> usize {
        self.memory.running_at(upstream)
    }

    /// The caller whose secret has this SHA-256, and the hash as it is kept, to be compared in constant time.
    pub fn caller(&self, hash: &[u8; 32]) -> Option<([u8; 32], Arc<Caller>)> {
        self.memory.callers.find(hash)
    }

    /// Whether there is no key at all.
    pub fn has_no_key(&self) -> bool {
        self.memory.callers.is_empty()
    }

    /// The bytes.
    pub const fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Answers when the writer does, and has accounts and keys looked at again.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.writer.write(|_| told((), vec![Effect::Registry])).await
    }

    /// Lets the writer end what it has, puts the log into the database file, and unlocks the folder.
    pub async fn close(self) {
        self.writer.close().await;
    }
}

/// How long an idempotency key is remembered.
pub(crate) const IDEMPOTENCY_LIFE: Duration = Duration::from_hours(24);
