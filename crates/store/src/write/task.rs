//! Writes that change, end and forget a task.

use filmgate_domain::audit::Deed;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{ArtifactId, TaskId};
use filmgate_domain::lease::Lease;
use filmgate_domain::media::Input;
use filmgate_domain::task::{State, Step};
use filmgate_domain::translation::Translation;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::money::{self, Ending};
use super::{Effect, Outcome, cell_of, json, note, told};
use crate::StoreError;
use crate::row::{self, Columns};

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

/// What an operator found out about a task, or wants of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The upstream had taken the job after all, and calls it so.
    Accepted(String),
    /// Back to the queue, for another attempt: the job never arrived, or is to be forgotten.
    PutBack,
    /// It ends as failed, with this failure, unbilled.
    Failed(filmgate_domain::failure::Failure),
}

/// What became of a verdict.
#[derive(Clone, Debug)]
pub enum Decided {
    /// It holds; this was the state before.
    Done(State),
    /// The task's state does not allow it.
    Invalid(String),
}

pub(crate) fn record(
    db: &Connection,
    lease: Lease,
    state: &State,
    kept: Kept<'_>,
    then: Then,
    now: Timestamp,
) -> Outcome<Lease> {
    let (until, parked) = match then {
        Then::Keep { until } => (until, true),
        Then::At(due) => (due, due > now),
    };
    let next = Next { state, due: until, parked, now };
    if !next.write(db, &lease.task, Some(lease.fence.0), kept)? {
        return Ok((Err(StoreError::LeaseLost), Vec::new()));
    }
    let mut effects: Vec<_> = cell_of(db, lease.task.as_str())?.map(Effect::Changed).into_iter().collect();
    if matches!(then, Then::At(due) if due <= now) && !state.is_final() {
        effects.push(Effect::Due);
    }
    told(Lease { until, ..lease }, effects)
}

/// What is written beside the state; what is not given stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept<'a> {
    /// The snapshots of the references.
    pub(crate) inputs: Option<&'a [Input]>,
    /// What the attempt is sent.
    pub(crate) translation: Option<&'a Translation>,
}

/// A state to be written.
struct Next<'a> {
    state: &'a State,
    due: Timestamp,
    /// Whether it may not be claimed before it is due, if it is to wait.
    parked: bool,
    now: Timestamp,
}

impl Next<'_> {
    /// Writes all columns of the state; under `fence` if one is given, and only while the task lives. With a task's end
    /// goes its money. Says whether it wrote.
    fn write(
        &self,
        db: &Connection,
        id: &TaskId,
        fence: Option<i64>,
        kept: Kept<'_>,
    ) -> rusqlite::Result<bool> {
        let inputs = kept.inputs.map(|inputs| json(&inputs)).transpose()?;
        let translation = kept.translation.map(json).transpose()?;
        let sql = "UPDATE task SET
                 retries = iif(step IS :step, retries + (state = 'running' AND :state = 'queued'), 0),
                 step_since = iif(step IS :step, step_since, :now),
                 attempts = attempts + (:attempt IS NOT NULL AND :attempt IS NOT attempt),
                 fence = fence + (:fence IS NULL),
                 version = version + (state IS NOT :state OR percent IS NOT :percent), due = :due,
                 parked = :parked, inputs = coalesce(:inputs, inputs),
                 translation = coalesce(:translation, translation),
                 state = :state, step = :step, began = :began, percent = :percent, attempt = :attempt,
                 attempt_no = :attempt_no, upstream = :upstream, handle = :handle, artifact = :artifact,
                 ended = :ended, expires = :expires, bytes = :bytes, duration_ms = :duration_ms, width = :width,
                 height = :height, failure_code = :failure_code, failure_text = :failure_text
               WHERE id = :id AND due IS NOT NULL AND (:fence IS NULL OR fence = :fence)
               RETURNING id, account, key, model, created, price, held_from";
        let (state, columns) = (self.state, Columns::from(self.state));
        let mut statement = db.prepare_cached(sql)?;
        let values = named_params! {
            ":id": id.as_str(), ":fence": fence, ":now": self.now.millis(), ":inputs": inputs,
            ":translation": translation,
            ":due": (!state.is_final()).then(|| self.due.millis()),
            ":parked": self.parked && columns.state == "queued",
            ":state": columns.state, ":step": columns.step, ":began": columns.began, ":percent": columns.percent,
            ":attempt": columns.attempt, ":attempt_no": columns.attempt_no, ":upstream": columns.upstream,
            ":handle": columns.handle, ":artifact": columns.artifact, ":ended": columns.ended,
            ":expires": columns.expires, ":bytes": columns.bytes, ":duration_ms": columns.duration_ms,
            ":width": columns.width, ":height": columns.height, ":failure_code": columns.failure_code,
            ":failure_text": columns.failure_text,
        };
        let ending = statement.query_row(values, ending).optional()?;
        drop(statement);
        if let (Some(ending), true) = (&ending, state.is_final()) {
            money::settle(db, ending, state, self.now)?;
        }
        Ok(ending.is_some())
    }
}

fn ending(row: &rusqlite::Row<'_>) -> rusqlite::Result<Ending> {
    Ok(Ending {
        id: row.get(0)?,
        account: row.get(1)?,
        key: row.get(2)?,
        model: row.get(3)?,
        created: row.get(4)?,
        price: row.get(5)?,
        held_from: row.get(6)?,
    })
}

/// Writes `state` whoever has the task: the fence rises, so its worker's next write is refused.
fn overrule(db: &Connection, id: &TaskId, state: &State, now: Timestamp) -> rusqlite::Result<Vec<Effect>> {
    Next { state, due: now, parked: false, now }.write(db, id, None, Kept::default())?;
    Ok(cell_of(db, id.as_str())?.map(Effect::Changed).into_iter().collect())
}

fn state_of(db: &Connection, id: &TaskId) -> rusqlite::Result<Option<State>> {
    db.prepare_cached(&row::select("WHERE id = ?1"))?.query_row([id.as_str()], row::state).optional()
}

pub(crate) fn cancel(
    db: &Connection,
    id: &TaskId,
    deed: Option<&Deed>,
    now: Timestamp,
) -> Outcome<Option<Canceled>> {
    let Some(former) = state_of(db, id)? else { return told(None, Vec::new()) };
    let Ok(state) = former.clone().cancel(now) else {
        return told(Some(Canceled { state: former, changed: false, at: None }), Vec::new());
    };
    let effects = overrule(db, id, &state, now)?;
    if let Some(deed) = deed {
        note(db, deed, now)?;
    }
    let at = match former {
        State::Running(running) => match running.step {
            Step::Poll { handle } | Step::Fetch { handle } => Some((running.attempt.upstream, handle)),
            Step::Submit | Step::Uncertain | Step::Finish { .. } => None,
        },
        _ => None,
    };
    told(Some(Canceled { state, changed: true, at }), effects)
}

/// Does what an operator decided. `None`: there is no such task.
pub(crate) fn decide(
    db: &Connection,
    id: &TaskId,
    verdict: Verdict,
    deed: &Deed,
    now: Timestamp,
) -> Outcome<Option<Decided>> {
    let Some(former) = state_of(db, id)? else { return told(None, Vec::new()) };
    let next = match verdict {
        Verdict::Accepted(handle) => former.clone().accepted(handle),
        Verdict::PutBack => former.clone().put_back(),
        Verdict::Failed(failure) => former.clone().fail(failure, now),
    };
    let state = match next {
        Ok(state) => state,
        Err(invalid) => return told(Some(Decided::Invalid(invalid.to_string())), Vec::new()),
    };
    let mut effects = overrule(db, id, &state, now)?;
    effects.push(Effect::Due);
    note(db, deed, now)?;
    told(Some(Decided::Done(former)), effects)
}

/// Ends those of the tasks that still wait.
pub(crate) fn expire(db: &Connection, tasks: Vec<TaskId>, now: Timestamp) -> Outcome<Vec<TaskId>> {
    let (mut expired, mut effects) = (Vec::new(), Vec::new());
    for id in tasks {
        if let Some(state) = state_of(db, &id)?.and_then(|state| state.expire(now).ok()) {
            effects.extend(overrule(db, &id, &state, now)?);
            expired.push(id);
        }
    }
    told(expired, effects)
}

/// Forgets an ended task. Its lines in the ledger stay.
pub(crate) fn delete(db: &Connection, id: &TaskId) -> Outcome<Option<ArtifactId>> {
    let sql = "DELETE FROM task WHERE id = ?1 AND due IS NULL RETURNING artifact, film_gone";
    let mut statement = db.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, bool>(1)?));
    let Some((artifact, gone)) = statement.query_row([id.as_str()], row).optional()? else {
        return told(None, Vec::new());
    };
    told(artifact.filter(|_| !gone).map(ArtifactId::from_text), vec![Effect::Removed(id.clone())])
}

pub(crate) fn forget(db: &Connection, ended_before: Timestamp, limit: usize) -> Outcome<usize> {
    let sql = "DELETE FROM task WHERE seq IN (
                 SELECT seq FROM task INDEXED BY task_ended WHERE ended IS NOT NULL AND ended < ?1 AND inputs IS NULL
                   AND (artifact IS NULL OR film_gone = 1) LIMIT ?2)
               RETURNING id";
    let mut statement = db.prepare_cached(sql)?;
    let gone: Vec<TaskId> = statement
        .query_map(params![ended_before.millis(), row::limit(limit)], |row| {
            row.get::<_, String>(0).map(TaskId::from_text)
        })?
        .collect::<Result<_, _>>()?;
    told(gone.len(), gone.into_iter().map(Effect::Removed).collect())
}

/// Does the same statement for each of the tasks.
pub(crate) fn each(db: &Connection, sql: &str, tasks: &[TaskId]) -> Outcome<()> {
    let mut statement = db.prepare_cached(sql)?;
    for task in tasks {
        statement.execute([task.as_str()])?;
    }
    told((), Vec::new())
}
