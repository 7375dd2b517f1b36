//! Every write there is: a closed list, each variant with the caller who waits for it. A write finds its refusals
//! before it changes anything, so a "no" to one caller leaves the others of the same commit alone. What memory must
//! learn of it is put down as an [`Effect`] and happens after the commit, or not at all.

use std::sync::Arc;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, ArtifactId, KeyId, TaskId};
use filmgate_domain::key::Key;
use filmgate_domain::lease::{Claim, Lease};
use filmgate_domain::media::Input;
use filmgate_domain::task::{State, Task};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use crate::cell::Cell;
use crate::{Outage, StoreError, row};

mod claim;
mod task;

pub(crate) use claim::free_leases;

/// A key that a client gave a create, and what it stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// SHA-256 of the request.
    pub fingerprint: [u8; 32],
}

/// What became of a create.
#[derive(Clone, Debug)]
pub enum Created {
    /// A task.
    New(Arc<Cell>),
    /// The task that the same key and request made before.
    Replayed(Arc<Cell>),
    /// The key stands for another request.
    Conflict,
}

/// How much to claim.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// What is due by then.
    pub now: Timestamp,
    /// The end of the leases.
    pub until: Timestamp,
    /// At most this many tasks that wait for their references.
    pub prepare: usize,
    /// At most this many tasks that wait for an upstream.
    pub submit: usize,
    /// At most this many running tasks.
    pub running: usize,
}

/// What was claimed.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The tasks, each under a lease.
    pub claims: Vec<Claim>,
    /// When the next task becomes due that is not due yet.
    pub next_due: Option<Timestamp>,
}

/// What happens to the lease after a step was recorded.
#[derive(Clone, Copy, Debug)]
pub enum Then {
    /// It goes on until then: the same worker does the next step.
    Keep {
        /// The new end.
        until: Timestamp,
    },
    /// It ends, and the task is due at this moment.
    At(Timestamp),
}

/// What became of a cancel.
#[derive(Clone, Debug)]
pub struct Canceled {
    /// How the task stands now.
    pub state: State,
    /// Whether this changed it.
    pub changed: bool,
    /// The upstream that had its job, and that upstream's name for it.
    pub at: Option<(String, String)>,
}

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// A write and who waits for it.
pub(crate) enum Write {
    Create {
        task: Box<Task>,
        idempotency: Option<Idempotency>,
        answer: Answer<Created>,
    },
    Claim {
        ask: Ask,
        answer: Answer<Claimed>,
    },
    Record {
        lease: Lease,
        state: Box<State>,
        inputs: Option<Vec<Input>>,
        then: Then,
        now: Timestamp,
        answer: Answer<Lease>,
    },
    Release {
        lease: Lease,
        due: Timestamp,
        retried: bool,
        now: Timestamp,
        answer: Answer<()>,
    },
    Cancel {
        id: TaskId,
        now: Timestamp,
        answer: Answer<Option<Canceled>>,
    },
    Delete {
        id: TaskId,
        answer: Answer<Option<ArtifactId>>,
    },
    Expire {
        created_before: Timestamp,
        now: Timestamp,
        limit: usize,
        answer: Answer<Vec<TaskId>>,
    },
    FilmGone {
        tasks: Vec<TaskId>,
        answer: Answer<()>,
    },
    InputsGone {
        tasks: Vec<TaskId>,
        answer: Answer<()>,
    },
    Forget {
        ended_before: Timestamp,
        keys_before: Timestamp,
        limit: usize,
        answer: Answer<usize>,
    },
    Account {
        id: AccountId,
        name: String,
        now: Timestamp,
        answer: Answer<()>,
    },
    KeyCreate {
        key: Box<Key>,
        hash: [u8; 32],
        answer: Answer<()>,
    },
    KeyRevoke {
        id: KeyId,
        now: Timestamp,
        answer: Answer<bool>,
    },
    Nothing {
        answer: Answer<()>,
    },
    Close {
        answer: Answer<()>,
    },
}

/// What memory must learn once the commit is made.
pub(crate) enum Effect {
    /// A task changed.
    Changed(Arc<Cell>),
    /// A task has no row any more.
    Removed(TaskId),
    /// A key changed.
    Keys,
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
type Outcome<T> = rusqlite::Result<(Result<T, StoreError>, Vec<Effect>)>;

#[expect(clippy::unnecessary_wraps, reason = "an outcome is what every write ends with")]
const fn told<T>(value: T, effects: Vec<Effect>) -> Outcome<T> {
    Ok((Ok(value), effects))
}

fn settle<T: Send + 'static>(
    answer: Answer<T>,
    outcome: Outcome<T>,
) -> Result<Applied, (Reply, rusqlite::Error)> {
    match outcome {
        Ok((value, effects)) => {
            // A caller who has gone away needs no answer.
            let reply = move |committed: Result<(), StoreError>| drop(answer.send(committed.and(value)));
            Ok(Applied { effects, reply: Box::new(reply), defect: None })
        }
        Err(error) => Err((refusal(answer), error)),
    }
}

/// The reply to a write that was not done.
fn refusal<T: Send + 'static>(answer: Answer<T>) -> Reply {
    Box::new(move |failed: Result<(), StoreError>| {
        let reason = failed.err().unwrap_or(StoreError::Unavailable(Outage::Other));
        drop(answer.send(Err(reason)));
    })
}

impl Write {
    /// Does it within the transaction that `db` has open.
    pub(crate) fn apply(self, db: &Connection) -> Result<Applied, (Reply, rusqlite::Error)> {
        match self {
            Self::Create { task, idempotency, answer } => {
                settle(answer, task::create(db, &task, idempotency.as_ref()))
            }
            Self::Claim { ask, answer } => settle(answer, claim::claim(db, &ask)),
            Self::Record { lease, state, inputs, then, now, answer } => {
                settle(answer, task::record(db, lease, &state, inputs.as_deref(), then, now))
            }
            Self::Release { lease, due, retried, now, answer } => {
                settle(answer, claim::release(db, &lease, due, retried, now))
            }
            Self::Cancel { id, now, answer } => settle(answer, task::cancel(db, &id, now)),
            Self::Delete { id, answer } => settle(answer, task::delete(db, &id)),
            Self::Expire { created_before, now, limit, answer } => {
                settle(answer, task::expire(db, created_before, now, limit))
            }
            Self::FilmGone { tasks, answer } => {
                settle(answer, each(db, "UPDATE task SET film_gone = 1 WHERE id = ?1", &tasks))
            }
            Self::InputsGone { tasks, answer } => settle(
                answer,
                each(db, "UPDATE task SET inputs = NULL WHERE id = ?1 AND due IS NULL", &tasks),
            ),
            Self::Forget { ended_before, keys_before, limit, answer } => {
                settle(answer, task::forget(db, ended_before, keys_before, limit))
            }
            Self::Account { id, name, now, answer } => settle(answer, account(db, &id, &name, now)),
            Self::KeyCreate { key, hash, answer } => settle(answer, key_create(db, &key, &hash)),
            Self::KeyRevoke { id, now, answer } => settle(answer, key_revoke(db, &id, now)),
            Self::Nothing { answer } => settle(answer, told((), vec![Effect::Keys])),
            Self::Close { answer } => settle(answer, told((), Vec::new())),
        }
    }

    /// Does not do it.
    pub(crate) fn refuse(self) -> Reply {
        match self {
            Self::Create { answer, .. } => refusal(answer),
            Self::Claim { answer, .. } => refusal(answer),
            Self::Record { answer, .. } => refusal(answer),
            Self::Cancel { answer, .. } => refusal(answer),
            Self::Delete { answer, .. } => refusal(answer),
            Self::Expire { answer, .. } => refusal(answer),
            Self::Forget { answer, .. } => refusal(answer),
            Self::KeyRevoke { answer, .. } => refusal(answer),
            Self::Release { answer, .. }
            | Self::FilmGone { answer, .. }
            | Self::InputsGone { answer, .. }
            | Self::Account { answer, .. }
            | Self::KeyCreate { answer, .. }
            | Self::Nothing { answer }
            | Self::Close { answer } => refusal(answer),
        }
    }
}

fn each(db: &Connection, sql: &str, tasks: &[TaskId]) -> Outcome<()> {
    let mut statement = db.prepare_cached(sql)?;
    for task in tasks {
        statement.execute([task.as_str()])?;
    }
    told((), Vec::new())
}

fn account(db: &Connection, id: &AccountId, name: &str, now: Timestamp) -> Outcome<()> {
    let sql = "INSERT INTO account (id, name, created) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
    db.prepare_cached(sql)?.execute(params![id.as_str(), name, now.millis()])?;
    told((), Vec::new())
}

fn key_create(db: &Connection, key: &Key, hash: &[u8; 32]) -> Outcome<()> {
    let sql = "INSERT INTO api_key (id, account, hash, name, hint, scopes, created, expires, revoked)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (hash) DO NOTHING";
    let moment = |moment: Option<Timestamp>| moment.map(Timestamp::millis);
    db.prepare_cached(sql)?.execute(params![
        key.id.as_str(),
        key.account.as_str(),
        hash,
        key.name,
        key.hint,
        key.scopes.to_string(),
        key.created.millis(),
        moment(key.expires),
        moment(key.revoked),
    ])?;
    told((), vec![Effect::Keys])
}

fn key_revoke(db: &Connection, id: &KeyId, now: Timestamp) -> Outcome<bool> {
    let sql = "UPDATE api_key SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL";
    let revoked = db.prepare_cached(sql)?.execute(params![id.as_str(), now.millis()])? > 0;
    told(revoked, vec![Effect::Keys])
}

/// The cell of the row `id` as it stands in the transaction.
fn cell_of(db: &Connection, id: &str) -> rusqlite::Result<Option<Arc<Cell>>> {
    let mut statement = db.prepare_cached(&row::select("WHERE id = ?1"))?;
    statement.query_row([id], row::cell).optional().map(|cell| cell.map(Arc::new))
}
