//! Rows: how a task and its state stand in columns, and how they are read back. The two directions stand side by side,
//! and a property test holds them against each other. Accounts and lines of the ledger are read back here as well.

use std::sync::Arc;

use filmgate_domain::account::{Account, Balance};
use filmgate_domain::clock::Timestamp;
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::{AccountId, ArtifactId, AttemptId, KeyId, TaskId};
use filmgate_domain::lease::{Claim, Fence, Lease};
use filmgate_domain::media::Size;
use filmgate_domain::money::{Billing, Book, Line, LineKind, Micros};
use filmgate_domain::request::Dialect;
use filmgate_domain::task::{
    Artifact, Attempt, Running, State, Status, Step, Succeeded, Summary, Task, Waiting,
};
use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;

use crate::cell::Cell;
use crate::memory::place;

/// `SELECT` of everything that this file reads, with `tail` after `FROM task`.
pub(crate) fn select(tail: &str) -> String {
    format!("SELECT * FROM task {tail}")
}

/// A number of rows, as SQL takes it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A state, spread over its columns. What a state does not have is null.
#[derive(Default)]
pub(crate) struct Columns<'a> {
    pub(crate) state: &'static str,
    pub(crate) step: Option<&'static str>,
    pub(crate) began: Option<i64>,
    pub(crate) percent: Option<u8>,
    pub(crate) attempt: Option<&'a str>,
    pub(crate) attempt_no: Option<u32>,
    pub(crate) upstream: Option<&'a str>,
    pub(crate) handle: Option<&'a str>,
    pub(crate) artifact: Option<&'a str>,
    pub(crate) ended: Option<i64>,
    pub(crate) expires: Option<i64>,
    pub(crate) bytes: Option<i64>,
    pub(crate) duration_ms: Option<i64>,
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) failure_code: Option<&'static str>,
    pub(crate) failure_text: Option<&'a str>,
}

impl<'a> From<&'a State> for Columns<'a> {
    fn from(state: &'a State) -> Self {
        let named = Self { state: state.name(), step: state.step(), ..Self::default() };
        match state {
            State::Queued(_) => named,
            State::Running(running) => named.running(running),
            State::Succeeded(done) => Self {
                ended: Some(done.at.millis()),
                artifact: Some(done.artifact.id.as_str()),
                expires: Some(done.expires.millis()),
                bytes: Some(done.artifact.bytes.cast_signed()),
                duration_ms: Some(done.artifact.duration_ms.cast_signed()),
                width: Some(done.artifact.size.width),
                height: Some(done.artifact.size.height),
                ..named
            },
            State::Failed { at, failure } => Self {
                ended: Some(at.millis()),
                failure_code: Some(failure.code.as_str()),
                failure_text: Some(&failure.message),
                ..named
            },
            State::Canceled { at } | State::Expired { at } => Self { ended: Some(at.millis()), ..named },
        }
    }
}

impl<'a> Columns<'a> {
    fn running(self, running: &'a Running) -> Self {
        let (handle, artifact) = match &running.step {
            Step::Submit | Step::Uncertain => (None, None),
            Step::Poll { handle } | Step::Fetch { handle } => (Some(handle.as_str()), None),
            Step::Finish { artifact } => (None, Some(artifact.as_str())),
        };
        Self {
            began: Some(running.since.millis()),
            percent: Some(running.percent),
            attempt: Some(running.attempt.id.as_str()),
            attempt_no: Some(running.attempt.number),
            upstream: Some(&running.attempt.upstream),
            handle,
            artifact,
            ..self
        }
    }
}

fn text(row: &Row<'_>, column: &str) -> rusqlite::Result<String> {
    row.get(column)
}

fn moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// A row that says what no code of ours writes.
fn damaged(column: &str, value: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, format!("{column} is `{value}`").into())
}

pub(crate) fn json<T: DeserializeOwned>(column: &str, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|why| damaged(column, &why.to_string()))
}

/// The state as its columns say.
pub(crate) fn state(row: &Row<'_>) -> rusqlite::Result<State> {
    let name = text(row, "state")?;
    Ok(match name.as_str() {
        "queued" if text(row, "step")? == "prepare" => State::Queued(Waiting::Inputs),
        "queued" => State::Queued(Waiting::Upstream),
        "running" => State::Running(running(row)?),
        "succeeded" => State::Succeeded(succeeded(row)?),
        "failed" => State::Failed { at: moment(row, "ended")?, failure: failure(row)? },
        "canceled" => State::Canceled { at: moment(row, "ended")? },
        "expired" => State::Expired { at: moment(row, "ended")? },
        other => return Err(damaged("state", other)),
    })
}

fn running(row: &Row<'_>) -> rusqlite::Result<Running> {
    let name = text(row, "step")?;
    let step = match name.as_str() {
        "submit" => Step::Submit,
        "uncertain" => Step::Uncertain,
        "poll" => Step::Poll { handle: text(row, "handle")? },
        "fetch" => Step::Fetch { handle: text(row, "handle")? },
        "finish" => Step::Finish { artifact: ArtifactId::from_text(text(row, "artifact")?) },
        other => return Err(damaged("step", other)),
    };
    let id = AttemptId::from_text(text(row, "attempt")?);
    let attempt = Attempt { id, number: row.get("attempt_no")?, upstream: text(row, "upstream")? };
    Ok(Running { since: moment(row, "began")?, attempt, percent: row.get("percent")?, step })
}

fn succeeded(row: &Row<'_>) -> rusqlite::Result<Succeeded> {
    let artifact = Artifact {
        id: ArtifactId::from_text(text(row, "artifact")?),
        bytes: row.get::<_, i64>("bytes")?.cast_unsigned(),
        duration_ms: row.get::<_, i64>("duration_ms")?.cast_unsigned(),
        size: Size::new(row.get("width")?, row.get("height")?),
    };
    Ok(Succeeded { at: moment(row, "ended")?, artifact, expires: moment(row, "expires")? })
}

fn failure(row: &Row<'_>) -> rusqlite::Result<Failure> {
    let code = text(row, "failure_code")?;
    let known = FailureCode::parse(&code).ok_or_else(|| damaged("failure_code", &code))?;
    Ok(Failure::new(known, text(row, "failure_text")?))
}

/// The whole task.
pub(crate) fn task(row: &Row<'_>) -> rusqlite::Result<Task> {
    let inputs: Option<String> = row.get("inputs")?;
    let translation: Option<String> = row.get("translation")?;
    Ok(Task {
        id: TaskId::from_text(text(row, "id")?),
        account: AccountId::from_text(text(row, "account")?),
        key: KeyId::from_text(text(row, "key")?),
        created: moment(row, "created")?,
        request: json("request", &text(row, "request")?)?,
        price: Micros(row.get("price")?),
        seed: row.get::<_, i64>("seed")?.cast_unsigned(),
        inputs: inputs.map_or(Ok(Vec::new()), |inputs| json("inputs", &inputs))?,
        state: state(row)?,
        translation: translation.map(|text| json("translation", &text)).transpose()?,
    })
}

/// The task under the lease that the row says it was just given.
pub(crate) fn claim(row: &Row<'_>) -> rusqlite::Result<Claim> {
    let task = task(row)?;
    let lease = Lease { task: task.id.clone(), fence: Fence(row.get("fence")?), until: moment(row, "due")? };
    let step_since = moment(row, "step_since")?;
    Ok(Claim { lease, task, step_since, retries: row.get("retries")?, attempts: row.get("attempts")? })
}

/// The task as readers see it.
pub(crate) fn cell(row: &Row<'_>) -> rusqlite::Result<Cell> {
    let dialect = text(row, "dialect")?;
    let known = Dialect::ALL.into_iter().find(|known| known.as_str() == dialect);
    let state = state(row)?;
    let summary = Summary {
        id: TaskId::from_text(text(row, "id")?),
        account: AccountId::from_text(text(row, "account")?),
        dialect: known.ok_or_else(|| damaged("dialect", &dialect))?,
        model: Arc::from(text(row, "model")?),
        created: moment(row, "created")?,
        status: Status::from(&state),
    };
    let upstream = row.get::<_, Option<String>>("upstream")?.map(Arc::from);
    Ok(Cell::new(summary, row.get::<_, i64>("version")?.cast_unsigned(), place(&state), upstream))
}

/// An account's terms.
pub(crate) fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let billing = text(row, "billing")?;
    let known = Billing::ALL.into_iter().find(|known| known.as_str() == billing);
    Ok(Account {
        id: AccountId::from_text(text(row, "id")?),
        name: text(row, "name")?,
        created: moment(row, "created")?,
        billing: known.ok_or_else(|| damaged("billing", &billing))?,
        limits: json("limits", &text(row, "limits")?)?,
        prices: json("prices", &text(row, "prices")?)?,
        suspended: row.get::<_, Option<i64>>("suspended")?.map(Timestamp::from_millis),
    })
}

/// What the account has.
pub(crate) fn balance(row: &Row<'_>) -> rusqlite::Result<Balance> {
    let (available, held) = (Micros(row.get("available")?), Micros(row.get("held")?));
    Ok(Balance { available, held, in_flight: row.get("in_flight")? })
}

/// A line of the ledger.
pub(crate) fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let book = |column: &str| {
        let name = text(row, column)?;
        Book::parse(&name).ok_or_else(|| damaged(column, &name))
    };
    let kind = text(row, "kind")?;
    Ok(Line {
        seq: row.get("seq")?,
        at: moment(row, "at")?,
        account: AccountId::from_text(text(row, "account")?),
        kind: LineKind::parse(&kind).ok_or_else(|| damaged("kind", &kind))?,
        from: book("source")?,
        to: book("target")?,
        micros: Micros(row.get("micros")?),
        task: row.get::<_, Option<String>>("task")?.map(TaskId::from_text),
        key: row.get::<_, Option<String>>("key")?.map(KeyId::from_text),
        note: text(row, "note")?,
        reference: row.get("reference")?,
    })
}
