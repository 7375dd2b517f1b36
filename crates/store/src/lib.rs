//! WHERE ROWS AND BYTES LIVE.
//!
//! Dramatis personae: the [`Store`], what the gateway holds; the *writer*, one thread that owns the connection and
//! groups whatever has queued up into one commit; [`Cell`]s, the tasks as memory has them, ready for readers;
//! [`KeyRing`], the keys that are known; [`Blobs`], the bytes on disk.
//!
//! An async call that writes is answered after its commit. A call that reads a live or recent task touches memory only.
//! No SQL is known outside this crate, and within it only to `schema`, `row`, `write`, `reads` and `keys`.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::clock::{Clock, Timestamp};
use filmgate_domain::id::{AccountId, ArtifactId, Entropy, KeyId, TaskId};
use filmgate_domain::key::Key;
use filmgate_domain::lease::Lease;
use filmgate_domain::media::{BlobKey, Input};
use filmgate_domain::task::{State, Task};
use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

mod blobs;
mod cell;
mod error;
mod keys;
mod memory;
mod reads;
mod row;
mod schema;
mod write;
mod writer;

pub use blobs::{BlobWriter, Blobs};
pub use cell::{Cell, Face};
pub use error::{Outage, StoreError};
pub use keys::KeyRing;
pub use memory::Counts;
pub use reads::Filter;
pub use schema::OpenError;
pub use write::{Ask, Canceled, Claimed, Created, Idempotency, Then};

use memory::Memory;
use reads::Readers;
use write::Write;
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
        lock: File,
        connection: Connection,
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let memory = Arc::new(Memory::new(settings.finished_in_memory));
        write::free_leases(&connection, clock.now())?;
        memory.load(&connection)?;
        let blobs = Blobs::new(&settings.dir, entropy)?;
        blobs.clear_incoming()?;
        let writer = Writer::start(connection, settings.grouping, memory.clone(), Some(lock));
        let readers = Readers::new(schema::file(&settings.dir), memory.clone());
        Ok(Self { memory, writer, readers, blobs, clock })
    }

    /// Opens the store beside the process that serves from it: for keys only. Tasks are not read into memory.
    pub fn open_beside(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, OpenError> {
        let connection = schema::open_beside(settings)?;
        let memory = Arc::new(Memory::new(settings.finished_in_memory));
        memory.load_keys(&connection)?;
        let blobs = Blobs::new(&settings.dir, entropy)?;
        let writer = Writer::start(connection, settings.grouping, memory.clone(), None);
        let readers = Readers::new(schema::file(&settings.dir), memory.clone());
        Ok(Self { memory, writer, readers, blobs, clock })
    }

    async fn write<T>(
        &self,
        write: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Write,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.writer.send(write(answer))?;
        answered.await.map_err(|_| StoreError::Unavailable(Outage::Closed))?
    }

    /// Keeps a new task, in one commit with its idempotency key; or finds the task that the key has made already.
    /// A key is remembered for 24 hours, for each account by itself.
    pub async fn create(&self, task: Task, idempotency: Option<Idempotency>) -> Result<Created, StoreError> {
        self.write(|answer| Write::Create { task: Box::new(task), idempotency, answer }).await
    }

    /// Claims what is due, in each lane the longest due first, then the first created: raises each task's fence, and makes it due again at the lease's end.
    pub async fn claim(&self, ask: Ask) -> Result<Claimed, StoreError> {
        self.write(|answer| Write::Claim { ask, answer }).await
    }

    /// Writes the outcome of a step, if the lease still holds. With [`Then::Keep`] the answer is the lease to go on
    /// under.
    pub async fn record(
        &self,
        lease: &Lease,
        state: State,
        inputs: Option<Vec<Input>>,
        then: Then,
    ) -> Result<Lease, StoreError> {
        let (lease, now, state) = (lease.clone(), self.clock.now(), Box::new(state));
        self.write(|answer| Write::Record { lease, state, inputs, then, now, answer }).await
    }

    /// Puts the step off until `due` after an error: one retry more.
    pub async fn snooze(&self, lease: &Lease, due: Timestamp) -> Result<(), StoreError> {
        let (lease, now) = (lease.clone(), self.clock.now());
        self.write(|answer| Write::Release { lease, due, retried: true, now, answer }).await
    }

    /// Hands the task back as it was, to be claimed from `due` on.
    pub async fn release(&self, lease: &Lease, due: Timestamp) -> Result<(), StoreError> {
        let (lease, now) = (lease.clone(), self.clock.now());
        self.write(|answer| Write::Release { lease, due, retried: false, now, answer }).await
    }

    /// Cancels a live task and takes it from its worker; an ended one stays as it is. `None`: there is no such task.
    pub async fn cancel(&self, id: &TaskId, now: Timestamp) -> Result<Option<Canceled>, StoreError> {
        self.write(|answer| Write::Cancel { id: id.clone(), now, answer }).await
    }

    /// Forgets an ended task; answers the film that nothing refers to now.
    pub async fn delete(&self, id: &TaskId) -> Result<Option<ArtifactId>, StoreError> {
        self.write(|answer| Write::Delete { id: id.clone(), answer }).await
    }

    /// Ends queued tasks created before `created_before` as expired, at most `limit` of them.
    pub async fn expire(
        &self,
        created_before: Timestamp,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<TaskId>, StoreError> {
        self.write(|answer| Write::Expire { created_before, now, limit, answer }).await
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
        self.write(|answer| Write::FilmGone { tasks, answer }).await
    }

    /// Ended tasks that still have snapshots of references.
    pub async fn inputs_done(&self, limit: usize) -> Result<Vec<(TaskId, Vec<BlobKey>)>, StoreError> {
        self.readers.inputs_done(limit).await
    }

    /// The snapshots of these tasks are deleted.
    pub async fn inputs_gone(&self, tasks: Vec<TaskId>) -> Result<(), StoreError> {
        self.write(|answer| Write::InputsGone { tasks, answer }).await
    }

    /// Forgets tasks that ended before `ended_before` and whose bytes are gone, at most `limit` of them, and
    /// idempotency keys older than 24 hours; answers the number of tasks.
    pub async fn forget(&self, ended_before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let keys_before = self.clock.now() - IDEMPOTENCY_LIFE;
        self.write(|answer| Write::Forget { ended_before, keys_before, limit, answer }).await
    }

    /// The task as memory has it. Never waits.
    pub fn cell(&self, id: &str) -> Option<Arc<Cell>> {
        self.memory.cell(id)
    }

    /// The task, from memory or from the database.
    pub async fn find(&self, id: &str) -> Result<Option<Arc<Cell>>, StoreError> {
        match self.memory.cell(id) {
            Some(cell) => Ok(Some(cell)),
            None => self.readers.find(id).await,
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

    /// The keys as they are known now.
    pub fn keys(&self) -> Arc<KeyRing> {
        self.memory.keys()
    }

    /// Makes sure that the account is there.
    pub async fn account_ensure(&self, id: &AccountId, name: &str) -> Result<(), StoreError> {
        let (id, name, now) = (id.clone(), name.to_owned(), self.clock.now());
        self.write(|answer| Write::Account { id, name, now, answer }).await
    }

    /// Keeps a key, known by the SHA-256 of its secret.
    pub async fn key_create(&self, key: Key, secret_hash: [u8; 32]) -> Result<(), StoreError> {
        self.write(|answer| Write::KeyCreate { key: Box::new(key), hash: secret_hash, answer }).await
    }

    /// Revokes a key; false when there is none that works.
    pub async fn key_revoke(&self, id: &KeyId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(|answer| Write::KeyRevoke { id: id.clone(), now, answer }).await
    }

    /// The bytes.
    pub const fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Answers when the writer does, and has the keys read again.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.write(|answer| Write::Nothing { answer }).await
    }

    /// Lets the writer end what it has, puts the log into the database file, and unlocks the folder.
    pub async fn close(self) {
        self.writer.close().await;
    }
}

/// How long an idempotency key is remembered.
const IDEMPOTENCY_LIFE: Duration = Duration::from_hours(24);
