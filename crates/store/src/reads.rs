//! Reads from the database: for what memory does not have. A few connections, used on blocking threads; a poll of a
//! live or recent task never comes here.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, ArtifactId, TaskId};
use filmgate_domain::media::{BlobKey, Input};
use filmgate_domain::task::Task;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::cell::Cell;
use crate::memory::Memory;
use crate::{Outage, StoreError, row};

/// Connections that are kept for the next read.
const KEPT: usize = 4;

/// Which tasks to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only tasks of this account.
    pub account: Option<AccountId>,
    /// Only tasks in this state, by its name inside.
    pub state: Option<String>,
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
    memory: Arc<Memory>,
}

impl Readers {
    pub(crate) fn new(file: PathBuf, memory: Arc<Memory>) -> Self {
        Self { file, idle: Arc::default(), memory }
    }

    async fn read<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (file, idle) = (self.file.clone(), self.idle.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = kept.map_or_else(|| connect(&file), Ok)?;
            let found = what(&connection)?;
            let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < KEPT {
                idle.push(connection);
            }
            Ok::<_, rusqlite::Error>(found)
        });
        let found = reading.await.map_err(|_| StoreError::Unavailable(Outage::Other))?;
        Ok(found?)
    }

    pub(crate) async fn find(&self, id: &str) -> Result<Option<Arc<Cell>>, StoreError> {
        let (id, mark) = (id.to_owned(), self.memory.mark());
        let found = self.read(move |db| one(db, &id, row::cell)).await?.map(Arc::new);
        if let Some(cell) = &found {
            self.memory.keep(cell, mark);
        }
        Ok(found)
    }

    pub(crate) async fn task(&self, id: &str) -> Result<Option<Task>, StoreError> {
        let id = id.to_owned();
        self.read(move |db| one(db, &id, row::task)).await
    }

    pub(crate) async fn list(&self, filter: Filter) -> Result<Vec<Arc<Cell>>, StoreError> {
        self.read(move |db| {
            let mut newest = db.prepare_cached(&row::select(
                "WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR model = ?3)
                   AND (?4 IS NULL OR seq < (SELECT seq FROM task WHERE id = ?4))
                 ORDER BY seq DESC LIMIT ?5",
            ))?;
            let account = filter.account.as_ref().map(AccountId::as_str);
            let before = filter.before.as_ref().map(TaskId::as_str);
            let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
            let rows = newest.query_map(params![account, filter.state, filter.model, before, limit], row::cell)?;
            rows.map(|cell| cell.map(Arc::new)).collect()
        })
        .await
    }

    pub(crate) async fn artifacts_past(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TaskId, ArtifactId)>, StoreError> {
        self.read(move |db| {
            let sql = "SELECT id, artifact FROM task
                       WHERE expires IS NOT NULL AND film_gone = 0 AND expires <= ?1 LIMIT ?2";
            let mut past = db.prepare_cached(sql)?;
            let rows =
                past.query_map(params![now.millis(), i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                    let (task, film): (String, String) = (row.get(0)?, row.get(1)?);
                    Ok((TaskId::from_text(task), ArtifactId::from_text(film)))
                })?;
            rows.collect()
        })
        .await
    }

    pub(crate) async fn inputs_done(&self, limit: usize) -> Result<Vec<(TaskId, Vec<BlobKey>)>, StoreError> {
        self.read(move |db| {
            let sql = "SELECT id, inputs FROM task WHERE inputs IS NOT NULL AND ended IS NOT NULL LIMIT ?1";
            let mut done = db.prepare_cached(sql)?;
            let rows = done.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
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

/// Whether a row knows these bytes. A live task may still come to refer to any snapshot made for it.
fn referenced(db: &Connection, blob: &BlobKey) -> rusqlite::Result<bool> {
    match blob {
        BlobKey::Input { task, tail, .. } => {
            let sql = "SELECT 1 FROM task WHERE id = ?1 AND (due IS NOT NULL OR instr(inputs, ?2) > 0)";
            db.prepare_cached(sql)?.exists(params![task.as_str(), tail])
        }
        BlobKey::Artifact(id) => {
            let sql = "SELECT 1 FROM task WHERE artifact = ?1 AND film_gone = 0";
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
