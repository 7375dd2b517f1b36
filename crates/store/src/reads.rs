//! Reads from the database: for what memory does not have. A few connections, used on blocking threads; a poll of a
//! live or recent task never comes here. Statements name the index they are to use: without it, a sweep would read a
//! million rows to find none.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, ArtifactId, KeyId, TaskId};
use filmgate_domain::media::{BlobKey, Input};
use filmgate_domain::task::Task;
use rusqlite::{Connection, OpenFlags, OptionalExtension, ToSql, params};
use tokio::sync::Semaphore;

pub(crate) mod ledger;
pub(crate) mod registry;

use crate::cell::Cell;
use crate::memory::Memory;
use crate::{Outage, StoreError, row};

/// Connections, and so reads at the same time; more wait for their turn.
const CONNECTIONS: usize = 4;

/// Which tasks to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only tasks of this account.
    pub account: Option<AccountId>,
    /// Only tasks that this key made.
    pub key: Option<KeyId>,
    /// Only tasks in one of these states, by their names inside; all when there is none.
    pub states: Vec<String>,
    /// Only tasks that are at this step, by its name inside.
    pub step: Option<&'static str>,
    /// Only tasks of this model.
    pub model: Option<String>,
    /// Only tasks older than this one.
    pub before: Option<TaskId>,
    /// At most this many.
    pub limit: usize,
}

#[derive(Clone)]
pub(crate) struct Readers {
    file: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
    memory: Arc<Memory>,
}

impl Readers {
    pub(crate) fn new(file: PathBuf, memory: Arc<Memory>) -> Self {
        Self { file, idle: Arc::default(), turns: Arc::new(Semaphore::new(CONNECTIONS)), memory }
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = self.turns.clone().acquire_owned().await;
        let (file, idle) = (self.file.clone(), self.idle.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = kept.map_or_else(|| connect(&file), Ok)?;
            let found = what(&connection)?;
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(turn);
            Ok::<_, rusqlite::Error>(found)
        });
        let found = reading.await.map_err(|_| StoreError::Unavailable(Outage::Other))?;
        Ok(found?)
    }

    pub(crate) async fn find(
        &self,
        id: &str,
        owner: Option<&AccountId>,
    ) -> Result<Option<Arc<Cell>>, StoreError> {
        let (id, owner, mark) = (id.to_owned(), owner.cloned(), self.memory.mark());
        let sql = row::select("WHERE id = ?1 AND account = ifnull(?2, account)");
        let found = self
            .read(move |db| {
                let values = params![id, owner.as_ref().map(AccountId::as_str)];
                db.prepare_cached(&sql)?.query_row(values, row::cell).optional()
            })
            .await?;
        Ok(found.map(|cell| self.memory.keep(Arc::new(cell), mark)))
    }

    pub(crate) async fn task(&self, id: &str) -> Result<Option<Task>, StoreError> {
        let id = id.to_owned();
        self.read(move |db| one(db, &id, row::task)).await
    }

    pub(crate) async fn list(&self, filter: Filter) -> Result<Vec<Arc<Cell>>, StoreError> {
        self.read(move |db| list(db, &filter)).await
    }

    pub(crate) async fn artifacts_past(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TaskId, ArtifactId)>, StoreError> {
        self.read(move |db| {
            let sql = "SELECT id, artifact FROM task INDEXED BY task_film
                       WHERE expires IS NOT NULL AND film_gone = 0 AND expires <= ?1 LIMIT ?2";
            let mut past = db.prepare_cached(sql)?;
            let rows = past.query_map(params![now.millis(), row::limit(limit)], |row| {
                let (task, film): (String, String) = (row.get(0)?, row.get(1)?);
                Ok((TaskId::from_text(task), ArtifactId::from_text(film)))
            })?;
            rows.collect()
        })
        .await
    }

    pub(crate) async fn inputs_done(&self, limit: usize) -> Result<Vec<(TaskId, Vec<BlobKey>)>, StoreError> {
        self.read(move |db| {
            let sql = "SELECT id, inputs FROM task INDEXED BY task_inputs
                       WHERE inputs IS NOT NULL AND ended IS NOT NULL LIMIT ?1";
            let mut done = db.prepare_cached(sql)?;
            let rows = done.query_map([row::limit(limit)], |row| {
                let (task, inputs): (String, String) = (row.get(0)?, row.get(1)?);
                let inputs: Vec<Input> = serde_json::from_str(&inputs).unwrap_or_default();
                Ok((TaskId::from_text(task), inputs.into_iter().map(|input| input.blob).collect()))
            })?;
            rows.collect()
        })
        .await
    }

    pub(crate) async fn referenced(&self, blobs: Vec<BlobKey>) -> Result<Vec<bool>, StoreError> {
        self.read(move |db| blobs.iter().map(|blob| referenced(db, blob)).collect()).await
    }
}

/// Only the conditions that are asked for stand in the statement, so that the index of what is asked for can be used.
fn list(db: &Connection, filter: &Filter) -> rusqlite::Result<Vec<Arc<Cell>>> {
    let (account, before) =
        (filter.account.as_ref().map(AccountId::as_str), filter.before.as_ref().map(TaskId::as_str));
    let limit = row::limit(filter.limit);
    let states = (!filter.states.is_empty()).then(|| serde_json::json!(filter.states).to_string());
    let key = filter.key.as_ref().map(KeyId::as_str);
    let conditions: [(&str, Option<&dyn ToSql>); 6] = [
        ("account = ?", account.as_ref().map(|value| value as _)),
        ("key = ?", key.as_ref().map(|value| value as _)),
        ("state IN (SELECT value FROM json_each(?))", states.as_ref().map(|value| value as _)),
        ("step = ?", filter.step.as_ref().map(|value| value as _)),
        ("model = ?", filter.model.as_ref().map(|value| value as _)),
        ("seq < (SELECT seq FROM task WHERE id = ?)", before.as_ref().map(|value| value as _)),
    ];
    let index = if account.is_some() { "INDEXED BY task_of_account " } else { "" };
    let mut tail = index.to_owned() + "WHERE true";
    let mut values: Vec<&dyn ToSql> = Vec::new();
    for (condition, value) in conditions {
        if let Some(value) = value {
            tail = tail + " AND " + condition;
            values.push(value);
        }
    }
    values.push(&limit);
    let mut newest = db.prepare_cached(&row::select(&(tail + " ORDER BY seq DESC LIMIT ?")))?;
    let rows = newest.query_map(&values[..], row::cell)?;
    rows.map(|cell| cell.map(Arc::new)).collect()
}

/// Whether a row knows these bytes. A live task may still come to refer to any snapshot made for it.
fn referenced(db: &Connection, blob: &BlobKey) -> rusqlite::Result<bool> {
    match blob {
        BlobKey::Input { task, tail, .. } => {
            let sql = "SELECT 1 FROM task WHERE id = ?1 AND (due IS NOT NULL OR instr(inputs, ?2) > 0)";
            db.prepare_cached(sql)?.exists(params![task.as_str(), tail])
        }
        BlobKey::Artifact(id) => {
            let sql = "SELECT 1 FROM task INDEXED BY task_artifact WHERE artifact = ?1 AND film_gone = 0";
            db.prepare_cached(sql)?.exists([id.as_str()])
        }
    }
}

fn one<T>(
    db: &Connection,
    id: &str,
    read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    db.prepare_cached(&row::select("WHERE id = ?1"))?.query_row([id], read).optional()
}

fn connect(file: &PathBuf) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}
