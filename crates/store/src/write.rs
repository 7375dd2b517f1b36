//! Writes: a function of the open transaction, and who waits for its answer. A write finds its refusals before it
//! changes anything, so a "no" to one caller leaves the others of the same commit alone. What memory must learn of it is
//! put down as an [`Effect`] and happens after the commit, or not at all.

use std::sync::Arc;

use filmgate_domain::audit::Deed;
use filmgate_domain::id::{AccountId, KeyId, TaskId};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use crate::cell::Cell;
use crate::{Outage, StoreError, row};

pub(crate) mod account;
pub(crate) mod claim;
pub(crate) mod create;
pub(crate) mod key;
pub(crate) mod money;
pub(crate) mod task;

/// What memory must learn once the commit is made.
pub(crate) enum Effect {
    /// A task changed.
    Changed(Arc<Cell>),
    /// A task has no row any more.
    Removed(TaskId),
    /// Accounts or keys changed.
    Registry,
    /// Something became due.
    Due,
}

/// The answer that a caller gets when the commit is made, or the error instead.
pub(crate) type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A write that was tried in the transaction.
pub(crate) struct Applied {
    pub(crate) effects: Vec<Effect>,
    pub(crate) reply: Reply,
    /// Why this one is not done though the others may be.
    pub(crate) defect: Option<StoreError>,
}

impl Applied {
    /// It is not done.
    pub(crate) const fn not(reply: Reply, defect: Option<StoreError>) -> Self {
        Self { effects: Vec::new(), reply, defect }
    }
}

/// What a write found out: its answer, which may be a refusal, and what it changed.
pub(crate) type Outcome<T> = rusqlite::Result<(Result<T, StoreError>, Vec<Effect>)>;

#[expect(clippy::unnecessary_wraps, reason = "an outcome is what every write ends with")]
pub(crate) const fn told<T>(value: T, effects: Vec<Effect>) -> Outcome<T> {
    Ok((Ok(value), effects))
}

/// Something to be written.
pub(crate) trait Write: Send {
    /// Does it within the transaction that `db` has open.
    fn apply(self: Box<Self>, db: &Connection) -> Result<Applied, (Reply, rusqlite::Error)>;
    /// Does not do it.
    fn refuse(self: Box<Self>) -> Reply;
}

struct Asked<T, F> {
    work: F,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

/// `work` as a write, and where its answer will be.
pub(crate) fn ask<T, F>(work: F) -> (Box<dyn Write>, oneshot::Receiver<Result<T, StoreError>>)
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    (Box::new(Asked { work, answer }), answered)
}

impl<T, F> Write for Asked<T, F>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Outcome<T> + Send,
{
    fn apply(self: Box<Self>, db: &Connection) -> Result<Applied, (Reply, rusqlite::Error)> {
        let Self { work, answer } = *self;
        match work(db) {
            Ok((value, effects)) => {
                // A caller who has gone away needs no answer.
                let reply = move |committed: Result<(), StoreError>| drop(answer.send(committed.and(value)));
                Ok(Applied { effects, reply: Box::new(reply), defect: None })
            }
            Err(error) => Err((refusal(answer), error)),
        }
    }

    fn refuse(self: Box<Self>) -> Reply {
        refusal(self.answer)
    }
}

/// The reply to a write that was not done.
fn refusal<T: Send + 'static>(answer: oneshot::Sender<Result<T, StoreError>>) -> Reply {
    Box::new(move |failed: Result<(), StoreError>| {
        let reason = failed.err().unwrap_or(StoreError::Unavailable(Outage::Other));
        drop(answer.send(Err(reason)));
    })
}

/// The cell of the row `id` as it stands in the transaction.
fn cell_of(db: &Connection, id: &str) -> rusqlite::Result<Option<Arc<Cell>>> {
    let mut statement = db.prepare_cached(&row::select("WHERE id = ?1"))?;
    statement.query_row([id], row::cell).optional().map(|cell| cell.map(Arc::new))
}

/// Writes down what an operator did.
pub(crate) fn note(
    db: &Connection,
    deed: &Deed,
    now: filmgate_domain::clock::Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)";
    let Deed { actor, action, subject, detail } = deed;
    db.prepare_cached(sql)?.execute(params![now.millis(), actor, action, subject, detail])?;
    Ok(())
}

/// The number of the change that is being written.
fn next_revision(db: &Connection) -> rusqlite::Result<i64> {
    let sql = "UPDATE counter SET value = value + 1 WHERE name = 'revision' RETURNING value";
    db.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))
}

fn account_exists(db: &Connection, id: &AccountId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM account WHERE id = ?1")?.exists([id.as_str()])
}

fn key_exists(db: &Connection, id: &KeyId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM api_key WHERE id = ?1")?.exists([id.as_str()])
}
