//! Writes that make, change and end a task.

use std::sync::Arc;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{ArtifactId, TaskId};
use filmgate_domain::lease::Lease;
use filmgate_domain::media::Input;
use filmgate_domain::task::{State, Status, Step, Summary, Task};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{Canceled, Created, Effect, Idempotency, Outcome, Then, cell_of, told};
use crate::cell::Cell;
use crate::memory::place;
use crate::row::{self, Columns};
use crate::{IDEMPOTENCY_LIFE, StoreError};

pub(super) fn create(db: &Connection, task: &Task, idempotency: Option<&Idempotency>) -> Outcome<Created> {
    if let Some(idempotency) = idempotency
        && let Some(known) = replay(db, task, idempotency)?
    {
        return told(known, Vec::new());
    }
    insert(db, task)?;
    if let Some(Idempotency { key, fingerprint }) = idempotency {
        // A former one is older than a day, or its task is no more.
        let sql = "INSERT OR REPLACE INTO idempotency (account, key, fingerprint, task, created)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![task.account.as_str(), key, fingerprint, task.id.as_str(), task.created.millis()];
        db.prepare_cached(sql)?.execute(row)?;
    }
    let cell = Arc::new(Cell::new(summary(task), 1, place(&task.state)));
    told(Created::New(cell.clone()), vec![Effect::Changed(cell), Effect::Due])
}

fn summary(task: &Task) -> Summary {
    Summary {
        id: task.id.clone(),
        account: task.account.clone(),
        dialect: task.request.dialect,
        model: Arc::from(task.request.model.as_str()),
        created: task.created,
        status: Status::from(&task.state),
    }
}

/// What the key stands for already, if it is younger than a day.
fn replay(db: &Connection, task: &Task, idempotency: &Idempotency) -> rusqlite::Result<Option<Created>> {
    let sql = "SELECT fingerprint, task FROM idempotency WHERE account = ?1 AND key = ?2 AND created > ?3";
    let mut statement = db.prepare_cached(sql)?;
    let since = (task.created - IDEMPOTENCY_LIFE).millis();
    let known: Option<([u8; 32], String)> = statement
        .query_row(params![task.account.as_str(), idempotency.key, since], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((fingerprint, id)) = known else { return Ok(None) };
    let Some(cell) = cell_of(db, &id)? else { return Ok(None) };
    Ok(Some(if fingerprint == idempotency.fingerprint { Created::Replayed(cell) } else { Created::Conflict }))
}

fn insert(db: &Connection, task: &Task) -> rusqlite::Result<()> {
    let sql = "INSERT INTO task (id, account, key, created, model, dialect, request, price, seed, state, step,
                                 step_since, due)
               VALUES (:id, :account, :key, :created, :model, :dialect, :request, :price, :seed, :state, :step,
                       :created, :created)";
    db.prepare_cached(sql)?.execute(named_params! {
        ":id": task.id.as_str(),
        ":account": task.account.as_str(),
        ":key": task.key.as_str(),
        ":created": task.created.millis(),
        ":model": task.request.model,
        ":dialect": task.request.dialect.as_str(),
        ":request": json(&task.request)?,
        ":price": task.price.0,
        ":seed": task.seed.cast_signed(),
        ":state": task.state.name(),
        ":step": task.state.step(),
    })?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))
}

pub(super) fn record(
    db: &Connection,
    lease: Lease,
    state: &State,
    inputs: Option<&[Input]>,
    then: Then,
    now: Timestamp,
) -> Outcome<Lease> {
    let until = match then {
        Then::Keep { until } | Then::At(until) => until,
    };
    let inputs = inputs.map(|inputs| json(&inputs)).transpose()?;
    if !write_state(db, state, &lease.task, Some(lease.fence.0), until, inputs.as_deref(), now)? {
        return Ok((Err(StoreError::LeaseLost), Vec::new()));
    }
    let mut effects: Vec<_> = cell_of(db, lease.task.as_str())?.map(Effect::Changed).into_iter().collect();
    if matches!(then, Then::At(due) if due <= now) && !state.is_final() {
        effects.push(Effect::Due);
    }
    told(Lease { until, ..lease }, effects)
}

/// Writes all columns of `state`; under `fence` if one is given, and only while the task lives. Says whether it did.
fn write_state(
    db: &Connection,
    state: &State,
    id: &TaskId,
    fence: Option<i64>,
    due: Timestamp,
    inputs: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE task SET
                 retries = iif(step IS :step, retries + (state = 'running' AND :state = 'queued'), 0),
                 step_since = iif(step IS :step, step_since, :now),
                 attempts = attempts + (:attempt IS NOT NULL AND :attempt IS NOT attempt),
                 fence = fence + (:fence IS NULL),
                 version = version + (state IS NOT :state OR percent IS NOT :percent), due = :due, inputs = coalesce(:inputs, inputs),
                 state = :state, step = :step, began = :began, percent = :percent, attempt = :attempt,
                 attempt_no = :attempt_no, upstream = :upstream, handle = :handle, artifact = :artifact,
                 ended = :ended, expires = :expires, bytes = :bytes, duration_ms = :duration_ms, width = :width,
                 height = :height, failure_code = :failure_code, failure_text = :failure_text
               WHERE id = :id AND due IS NOT NULL AND (:fence IS NULL OR fence = :fence)";
    let columns = Columns::from(state);
    let changed = db.prepare_cached(sql)?.execute(named_params! {
        ":id": id.as_str(), ":fence": fence, ":now": now.millis(), ":inputs": inputs,
        ":due": (!state.is_final()).then(|| due.millis()),
        ":state": columns.state, ":step": columns.step, ":began": columns.began, ":percent": columns.percent,
        ":attempt": columns.attempt, ":attempt_no": columns.attempt_no, ":upstream": columns.upstream,
        ":handle": columns.handle, ":artifact": columns.artifact, ":ended": columns.ended,
        ":expires": columns.expires, ":bytes": columns.bytes, ":duration_ms": columns.duration_ms,
        ":width": columns.width, ":height": columns.height, ":failure_code": columns.failure_code,
        ":failure_text": columns.failure_text,
    })?;
    Ok(changed > 0)
}

/// Ends the task whoever has it: the fence rises, so its worker's next write is refused.
fn end(db: &Connection, id: &TaskId, state: &State, now: Timestamp) -> rusqlite::Result<Vec<Effect>> {
    write_state(db, state, id, None, now, None, now)?;
    Ok(cell_of(db, id.as_str())?.map(Effect::Changed).into_iter().collect())
}

fn state_of(db: &Connection, id: &TaskId) -> rusqlite::Result<Option<State>> {
    db.prepare_cached(&row::select("WHERE id = ?1"))?.query_row([id.as_str()], row::state).optional()
}

pub(super) fn cancel(db: &Connection, id: &TaskId, now: Timestamp) -> Outcome<Option<Canceled>> {
    let Some(former) = state_of(db, id)? else { return told(None, Vec::new()) };
    let Ok(state) = former.clone().cancel(now) else {
        return told(Some(Canceled { state: former, changed: false, at: None }), Vec::new());
    };
    let effects = end(db, id, &state, now)?;
    let at = match former {
        State::Running(running) => match running.step {
            Step::Poll { handle } | Step::Fetch { handle } => Some((running.attempt.upstream, handle)),
            Step::Submit | Step::Finish { .. } => None,
        },
        _ => None,
    };
    told(Some(Canceled { state, changed: true, at }), effects)
}

pub(super) fn expire(
    db: &Connection,
    created_before: Timestamp,
    now: Timestamp,
    limit: usize,
) -> Outcome<Vec<TaskId>> {
    let sql = "SELECT id FROM task INDEXED BY task_due
               WHERE iif(state = 'running', state, step) IN ('prepare', 'submit') AND due IS NOT NULL
                 AND created < ?1 LIMIT ?2";
    let mut waiting = db.prepare_cached(sql)?;
    let old: Vec<TaskId> = waiting
        .query_map(params![created_before.millis(), count(limit)], |row| {
            row.get::<_, String>(0).map(TaskId::from_text)
        })?
        .collect::<Result<_, _>>()?;
    let mut effects = Vec::new();
    for id in &old {
        effects.extend(end(db, id, &State::Expired { at: now }, now)?);
    }
    told(old, effects)
}

pub(super) fn delete(db: &Connection, id: &TaskId) -> Outcome<Option<ArtifactId>> {
    let sql = "DELETE FROM task WHERE id = ?1 AND due IS NULL RETURNING artifact, film_gone";
    let mut statement = db.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, bool>(1)?));
    let Some((artifact, gone)) = statement.query_row([id.as_str()], row).optional()? else {
        return told(None, Vec::new());
    };
    db.prepare_cached("DELETE FROM idempotency WHERE task = ?1")?.execute([id.as_str()])?;
    told(artifact.filter(|_| !gone).map(ArtifactId::from_text), vec![Effect::Removed(id.clone())])
}

pub(super) fn forget(
    db: &Connection,
    ended_before: Timestamp,
    keys_before: Timestamp,
    limit: usize,
) -> Outcome<usize> {
    let sql = "DELETE FROM task WHERE seq IN (
                 SELECT seq FROM task INDEXED BY task_ended WHERE ended IS NOT NULL AND ended < ?1 AND inputs IS NULL
                   AND (artifact IS NULL OR film_gone = 1) LIMIT ?2)
               RETURNING id";
    let mut statement = db.prepare_cached(sql)?;
    let gone: Vec<TaskId> = statement
        .query_map(params![ended_before.millis(), count(limit)], |row| {
            row.get::<_, String>(0).map(TaskId::from_text)
        })?
        .collect::<Result<_, _>>()?;
    let keys = "DELETE FROM idempotency WHERE (account, key) IN (
                  SELECT account, key FROM idempotency WHERE created < ?1 LIMIT ?2)";
    db.prepare_cached(keys)?.execute(params![keys_before.millis(), count(limit.saturating_mul(10))])?;
    told(gone.len(), gone.into_iter().map(Effect::Removed).collect())
}

pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
