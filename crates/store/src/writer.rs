//! The writer: one thread that owns the connection. It takes whatever has queued up, does it in one transaction, and
//! after the commit lets memory know and answers everybody. A commit that fails changes nothing and is told to all of
//! its callers; the thread lives on.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::memory::Memory;
use crate::write::{Applied, Effect, Reply, Write};
use crate::{Grouping, StoreError};

/// Writes that may wait; one more is told to come again later.
const WAITING: usize = 16_384;
/// Writes that share a commit at the most: beyond this the first of them would wait for the last for too long.
const GROUP: usize = 1_024;
/// How often it looks whether another process has changed the keys.
const LOOK: Duration = Duration::from_millis(500);

/// The way to the writer. Cheap to clone; the thread ends when it is told to, or when the last of these is gone.
#[derive(Clone)]
pub(crate) struct Writer(SyncSender<Write>);

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        grouping: Grouping,
        memory: Arc<Memory>,
        lock: Option<File>,
    ) -> Self {
        let (sender, queue) = sync_channel(WAITING);
        let desk = Desk { connection, grouping, memory, seen: None, looked: Instant::now(), _lock: lock };
        let name = std::thread::Builder::new().name("store-writer".to_owned());
        name.spawn(move || desk.work(&queue)).expect("a thread can be started");
        Self(sender)
    }

    pub(crate) fn send(&self, write: Write) -> Result<(), StoreError> {
        self.0.try_send(write).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Unavailable("the writer has stopped".to_owned()),
        })
    }

    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.send(Write::Close { answer }).is_ok() {
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
    _lock: Option<File>,
}

impl Desk {
    fn work(mut self, queue: &Receiver<Write>) {
        loop {
            self.look();
            let first = match queue.recv_timeout(LOOK) {
                Ok(write) => write,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return self.put_away(),
            };
            let mut group = vec![first];
            if self.grouping == Grouping::Grouped {
                group.extend(queue.try_iter().take(GROUP - 1));
            }
            let closing = group.iter().any(|write| matches!(write, Write::Close { .. }));
            let replies = self.commit(group);
            if closing {
                self.put_away();
                return replies.into_iter().for_each(Answered::send);
            }
            replies.into_iter().for_each(Answered::send);
        }
    }

    /// Does the group in one transaction. When one of them cannot be done, none is, and all are told.
    fn commit(&mut self, group: Vec<Write>) -> Vec<Answered> {
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
        applied.into_iter().map(|done| Answered(done.reply, committed.clone())).collect()
    }

    fn transact(&mut self, group: Vec<Write>) -> (Vec<Applied>, rusqlite::Result<()>) {
        let mut applied = Vec::with_capacity(group.len());
        let mut result = self.connection.execute_batch("BEGIN IMMEDIATE");
        for write in group {
            match write.apply(&self.connection) {
                Ok(done) => applied.push(done),
                Err((reply, error)) => {
                    applied.push(Applied { effects: Vec::new(), reply });
                    result = result.and(Err(error));
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
        let (mut keys, mut due) = (false, false);
        for effect in effects {
            match effect {
                Effect::Changed(cell) => self.memory.publish(cell.clone()),
                Effect::Removed(id) => self.memory.remove(id),
                Effect::Keys => keys = true,
                Effect::Due => due = true,
            }
        }
        if keys {
            self.load_keys();
        }
        if due {
            self.memory.work.notify_waiters();
        }
    }

    /// Reads the keys again when another process has written: its `key create` and `key revoke` hold within a second.
    fn look(&mut self) {
        if self.looked.elapsed() < LOOK && self.seen.is_some() {
            return;
        }
        self.looked = Instant::now();
        let version = self.connection.pragma_query_value(None, "data_version", |row| row.get(0)).ok();
        if version != self.seen && self.seen.is_some() {
            self.load_keys();
        }
        self.seen = version;
    }

    fn load_keys(&self) {
        if let Err(error) = self.memory.load_keys(&self.connection) {
            tracing::error!(%error, "the keys could not be read; the former ones stay in force");
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
