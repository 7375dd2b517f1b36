//! The writer: one thread that owns the connection. It takes whatever has queued up, does it in one transaction, and
//! after the commit lets memory know and answers everybody. A commit that fails changes nothing and is told to all of
//! its callers; the thread lives on, and the next commit finds out whether the disk does too.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::is_defect;
use crate::memory::Memory;
use crate::schema::Lock;
use crate::write::{Applied, Effect, Reply, Write};
use crate::{Grouping, Outage, StoreError, write};

/// Writes that may wait; one more is told to come again later.
const WAITING: usize = 16_384;
/// Writes that share a commit at the most: beyond this the first of them would wait for the last for too long.
const GROUP: usize = 1_024;
/// How often it looks whether another process has changed accounts or keys. A create looks for itself, in its
/// transaction: nothing is spent with a key that somebody has revoked.
const LOOK: Duration = Duration::from_millis(50);

/// What waits for the writer.
pub(crate) enum Item {
    Write(Box<dyn Write>),
    /// It is to end; told once the folder is unlocked.
    Close(oneshot::Sender<()>),
}

/// The way to the writer. Cheap to clone; the thread ends when it is told to, or when the last of these is gone.
#[derive(Clone)]
pub(crate) struct Writer(SyncSender<Item>);

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        grouping: Grouping,
        memory: Arc<Memory>,
        lock: Option<Lock>,
    ) -> Self {
        let (sender, queue) = sync_channel(WAITING);
        let desk = Desk { connection, grouping, memory, seen: None, looked: Instant::now(), _lock: lock };
        let name = std::thread::Builder::new().name("store-writer".to_owned());
        name.spawn(move || desk.work(&queue)).expect("a thread can be started");
        Self(sender)
    }

    /// Has `work` done in a transaction, and answers after the commit.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> write::Outcome<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (write, answered) = write::ask(work);
        self.send(Item::Write(write))?;
        answered.await.map_err(|_| StoreError::Unavailable(Outage::Closed))?
    }

    fn send(&self, item: Item) -> Result<(), StoreError> {
        self.0.try_send(item).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Unavailable(Outage::Closed),
        })
    }

    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.send(Item::Close(answer)).is_ok() {
            // An answer that never comes means that it has stopped already.
            let _stopped = answered.await;
        }
    }
}

struct Desk {
    connection: Connection,
    grouping: Grouping,
    memory: Arc<Memory>,
    seen: Option<i64>,
    looked: Instant,
    _lock: Option<Lock>,
}

impl Desk {
    fn work(mut self, queue: &Receiver<Item>) {
        loop {
            self.look();
            let first = match queue.recv_timeout(LOOK) {
                Ok(item) => item,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return self.put_away(),
            };
            let more = if self.grouping == Grouping::Grouped { GROUP - 1 } else { 0 };
            let (mut group, mut closers) = (Vec::new(), Vec::new());
            for item in std::iter::once(first).chain(queue.try_iter().take(more)) {
                match item {
                    Item::Write(write) => group.push(write),
                    Item::Close(answer) => closers.push(answer),
                }
            }
            if !group.is_empty() {
                self.commit(group).into_iter().for_each(Answered::send);
            }
            if !closers.is_empty() {
                self.put_away();
                // The folder is unlocked before anybody is told that it is.
                drop(self);
                return closers.into_iter().for_each(|answer| answer.send(()).unwrap_or(()));
            }
        }
    }

    /// Does the group in one transaction, and tells memory. When the database fails, none is done, and all are told.
    fn commit(&mut self, group: Vec<Box<dyn Write>>) -> Vec<Answered> {
        let begun = Instant::now();
        metrics::histogram!("filmgate_store_batch_size").record(group.len() as f64);
        let (applied, result) = self.transact(group);
        metrics::histogram!("filmgate_store_commit_seconds").record(begun.elapsed());
        if let Err(error) = &result {
            tracing::error!(%error, writes = applied.len(), "a commit failed; its callers were told");
            metrics::counter!("filmgate_store_failed_commits_total").increment(1);
        }
        let committed = result.map_err(StoreError::from);
        if committed.is_ok() {
            self.tell(applied.iter().flat_map(|done| &done.effects));
        }
        let outcome = |defect: Option<StoreError>| committed.clone().and(defect.map_or(Ok(()), Err));
        applied.into_iter().map(|done| Answered(done.reply, outcome(done.defect))).collect()
    }

    fn transact(&mut self, group: Vec<Box<dyn Write>>) -> (Vec<Applied>, rusqlite::Result<()>) {
        let mut applied = Vec::with_capacity(group.len());
        let mut result = self.connection.execute_batch("BEGIN IMMEDIATE");
        for write in group {
            if result.is_err() {
                // Without a transaction it would be written all the same, and its caller told that it was not.
                applied.push(Applied::not(write.refuse(), None));
                continue;
            }
            let before = self.connection.total_changes();
            match write.apply(&self.connection) {
                Ok(done) => applied.push(done),
                // One write that the tables refuse is not the others' misfortune, as long as it has left no trace.
                Err((reply, error)) if is_defect(&error) && self.connection.total_changes() == before => {
                    tracing::error!(%error, "a write was refused by the tables");
                    applied.push(Applied::not(reply, Some(error.into())));
                }
                Err((reply, error)) => {
                    applied.push(Applied::not(reply, None));
                    result = Err(error);
                }
            }
        }
        let result = result.and_then(|()| self.connection.execute_batch("COMMIT"));
        if result.is_err() && !self.connection.is_autocommit() {
            // SQLite rolls back by itself on some errors; on the others this does.
            let _rolled_back = self.connection.execute_batch("ROLLBACK");
        }
        (applied, result)
    }

    fn tell<'a>(&self, effects: impl Iterator<Item = &'a Effect>) {
        let (mut registry, mut due) = (false, false);
        for effect in effects {
            match effect {
                Effect::Changed(cell) => self.memory.publish(cell.clone()),
                Effect::Removed(id) => self.memory.remove(id),
                Effect::Registry => registry = true,
                Effect::Due => due = true,
            }
        }
        if registry {
            self.catch_up();
        }
        if due {
            self.memory.work.notify_waiters();
        }
    }

    /// Looks at accounts and keys again when another process has written.
    fn look(&mut self) {
        if self.looked.elapsed() < LOOK && self.seen.is_some() {
            return;
        }
        self.looked = Instant::now();
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get(0)).ok();
        if version != self.seen {
            self.catch_up();
        }
        self.seen = version;
    }

    fn catch_up(&self) {
        if let Err(error) = self.memory.callers.catch_up(&self.connection) {
            tracing::error!(%error, "accounts and keys could not be read; the former ones stay in force");
        }
    }

    fn put_away(&self) {
        if let Err(error) = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%error, "the log could not be put into the database file; the next start reads it");
        }
    }
}

/// A reply whose time has come.
struct Answered(Reply, Result<(), StoreError>);

impl Answered {
    fn send(self) {
        (self.0)(self.1);
    }
}

/// Outages, made with a connection that is set so before the store gets it.
#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use filmgate_domain::clock::{HeldClock, Timestamp};
    use filmgate_domain::id::{AccountId, Entropy, KeyId, TaskId};
    use filmgate_domain::media::Size;
    use filmgate_domain::money::Micros;
    use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
    use filmgate_domain::task::{State, Task};

    use super::*;
    use crate::write::create::{self, NewTask};
    use crate::{Created, Durability, Settings, Store, Terms, schema};

    struct Counting(AtomicU64);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            bytes.iter_mut().zip(number.iter().cycle()).for_each(|(byte, chance)| *byte = *chance);
        }
    }

    const OWNER: &str = "
        INSERT INTO account (id, name, created, billing, limits, prices, revision)
        VALUES ('main', '', 0, 'postpaid', '{}', '{}', 1);
        INSERT INTO api_key (id, account, name, scopes, limits, budget, created, revision)
        VALUES ('key_a', 'main', '', 'create', '{}', '{}', 0, 1);";

    fn open(folder: &tempfile::TempDir, set: impl FnOnce(&Connection)) -> Store {
        let settings = Settings {
            dir: folder.path().to_owned(),
            durability: Durability::None,
            grouping: Grouping::Grouped,
            finished_in_memory: 10,
        };
        let (lock, connection) = schema::open_alone(&settings).unwrap();
        connection.execute_batch(OWNER).unwrap();
        set(&connection);
        let clock = Arc::new(HeldClock::at(Timestamp::from_millis(1_000)));
        Store::on(lock, connection, &settings, clock, Arc::new(Counting(AtomicU64::new(0)))).unwrap()
    }

    fn desk(connection: Connection, memory: &Arc<Memory>) -> Desk {
        connection.execute_batch(&schema::MIGRATIONS.concat()).unwrap();
        connection.execute_batch(OWNER).unwrap();
        let (grouping, memory, looked) = (Grouping::Grouped, memory.clone(), Instant::now());
        Desk { connection, grouping, memory, seen: None, looked, _lock: None }
    }

    fn task(id: &str, prompt: usize) -> Task {
        Task {
            id: TaskId::from_text(id),
            account: AccountId::from_text("main"),
            key: KeyId::from_text("key_a"),
            created: Timestamp::from_millis(1_000),
            request: VideoRequest {
                dialect: Dialect::Sora,
                model: "model".to_owned(),
                prompt: "p".repeat(prompt),
                seconds: 4,
                size: Size::new(720, 1280),
                guidance: Guidance::Text,
                strict: false,
            },
            price: Micros(1),
            seed: 1,
            inputs: Vec::new(),
            state: State::new(false),
            translation: None,
        }
    }

    type Answers = Vec<oneshot::Receiver<Result<Created, StoreError>>>;

    fn creates(tasks: [(&str, usize); 3]) -> (Vec<Box<dyn Write>>, Answers) {
        let create = |(id, prompt): (&str, usize)| {
            let new = NewTask::new(task(id, prompt)).unwrap();
            write::ask(move |db| create::create(db, &new, None, &Terms::default()))
        };
        tasks.into_iter().map(create).unzip()
    }

    #[tokio::test]
    async fn a_full_disk_refuses_and_recovers() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, |connection| {
            connection.query_row("PRAGMA max_page_count(64)", [], |_| Ok(())).unwrap();
        });
        let now = store.clock.now();
        let first = task("first", 20_000);
        store.create(first.clone(), None, Terms::default()).await.unwrap();
        store.cancel(&first.id, None, now).await.unwrap();
        let mut kept = Vec::new();
        let refused = loop {
            let id = format!("task_{}", kept.len());
            match store.create(task(&id, 20_000), None, Terms::default()).await {
                Ok(_) => kept.push(id),
                Err(refused) => break (id, refused),
            }
        };
        assert_eq!(refused.1, StoreError::Unavailable(Outage::DiskFull));
        assert!(!kept.is_empty());
        assert!(store.cell(&refused.0).is_none() && store.find(&refused.0, None).await.unwrap().is_none());
        assert_eq!(store.counts().queued(), kept.len());
        store.delete(&first.id).await.unwrap();
        store.create(task(&refused.0, 20_000), None, Terms::default()).await.expect("there is room again");
        kept.push(refused.0);
        for id in kept {
            assert!(store.task(&id).await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn nothing_is_written_without_a_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, |connection| connection.busy_timeout(Duration::ZERO).unwrap());
        let other = Connection::open(schema::file(folder.path())).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let refused = store.create(task("a", 1), None, Terms::default()).await;
        assert_eq!(refused.unwrap_err(), StoreError::Unavailable(Outage::Locked));
        other.execute_batch("ROLLBACK").unwrap();
        assert!(store.task("a").await.unwrap().is_none());
        assert!(matches!(store.create(task("a", 1), None, Terms::default()).await, Ok(Created::New(_))));
    }

    #[test]
    fn what_follows_a_failure_in_a_group_is_not_written() {
        let memory = Arc::new(Memory::new(1));
        let mut desk = desk(Connection::open_in_memory().unwrap(), &memory);
        desk.connection.query_row("PRAGMA max_page_count(40)", [], |_| Ok(())).unwrap();
        // The second fills the disk, which ends the transaction; the third would fit without one.
        let (writes, mut answers) = creates([("a", 1), ("b", 1_000_000), ("c", 1)]);
        desk.commit(writes).into_iter().for_each(Answered::send);
        for answer in &mut answers {
            assert_eq!(answer.try_recv().unwrap().unwrap_err(), StoreError::Unavailable(Outage::DiskFull));
        }
        let rows: u32 = desk.connection.query_row("SELECT count(*) FROM task", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0);
        assert!(["a", "b", "c"].into_iter().all(|id| memory.cell(id).is_none()));
    }

    #[test]
    fn a_write_that_the_tables_refuse_is_alone_in_that() {
        let memory = Arc::new(Memory::new(1));
        let mut desk = desk(Connection::open_in_memory().unwrap(), &memory);
        let (writes, mut answers) = creates([("a", 1), ("a", 1), ("b", 1)]);
        desk.commit(writes).into_iter().for_each(Answered::send);
        let told: Vec<_> = answers.iter_mut().map(|answer| answer.try_recv().unwrap()).collect();
        assert!(matches!(&told[..], [Ok(_), Err(StoreError::Defect(_)), Ok(_)]), "{told:?}");
        assert!(memory.cell("a").is_some() && memory.cell("b").is_some());
    }
}
