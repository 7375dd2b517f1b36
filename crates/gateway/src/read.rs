//! Read tasks. A poll is one look into memory; only tasks that ended long ago are asked of the database. Reading
//! never touches an upstream. Somebody else's task answers exactly like one that does not exist.

use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::id::{AccountId, KeyId, TaskId, well_formed};
use filmgate_domain::key::{Caller, Scope};
use filmgate_domain::task::Task;
use filmgate_store::{Cell, Filter};

use crate::{Gateway, Refusal};

/// The longest that a read may wait for news.
pub const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What ends a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Another state.
    State,
    /// Anything: progress too.
    Anything,
}

impl News {
    fn is_in(self, seen: &Cell, latest: &Cell) -> bool {
        let state = |cell: &Cell| std::mem::discriminant(&cell.summary.status);
        state(seen) != state(latest) || self == Self::Anything && seen.version != latest.version
    }
}

/// Which tasks to list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Only tasks of this account; who sees one account only sees no other.
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

impl Gateway {
    /// The task as memory has it: no waiting, no I/O. `None` says nothing yet; ask [`read`](Self::read).
    pub fn glance(&self, caller: &Caller, id: &str) -> Option<Arc<Cell>> {
        self.store().cell(id).filter(|cell| caller.may(Scope::Read) && sees(caller, cell))
    }

    /// The task, from memory or from the database.
    pub async fn read(&self, caller: &Caller, id: &str) -> Result<Arc<Cell>, Refusal> {
        require(caller, Scope::Read)?;
        self.find(caller, id).await
    }

    /// The task, if the caller may know of it.
    pub(crate) async fn find(&self, caller: &Caller, id: &str) -> Result<Arc<Cell>, Refusal> {
        if !well_formed(id) {
            return Err(Refusal::NotFound);
        }
        self.store().find(id, caller.sees()).await?.ok_or(Refusal::NotFound)
    }

    /// The task once it is news compared to `seen`, or as it is after `patience` (at most [`LONGEST_WAIT`]). A task
    /// that has ended is answered at once.
    pub async fn wait(
        &self,
        caller: &Caller,
        seen: Arc<Cell>,
        news: News,
        patience: Duration,
    ) -> Result<Arc<Cell>, Refusal> {
        let end = tokio::time::Instant::now() + patience.min(LONGEST_WAIT);
        let mut latest = seen.clone();
        while !latest.summary.status.is_final() && !news.is_in(&seen, &latest) {
            if tokio::time::timeout_at(end, self.store().changed(&latest)).await.is_err() {
                break;
            }
            latest = self.read(caller, seen.summary.id.as_str()).await?;
        }
        Ok(latest)
    }

    /// Everything about the task.
    pub async fn inspect(&self, caller: &Caller, id: &str) -> Result<Task, Refusal> {
        self.read(caller, id).await?;
        self.store().task(id).await?.ok_or(Refusal::NotFound)
    }

    /// The caller's tasks, newest first; an administrator's are everybody's.
    pub async fn list(&self, caller: &Caller, listing: Listing) -> Result<Vec<Arc<Cell>>, Refusal> {
        require(caller, Scope::Read)?;
        let Listing { account, key, states, step, model, before, limit } = listing;
        let account = caller.sees().cloned().or(account);
        Ok(self.store().list(Filter { account, key, states, step, model, before, limit }).await?)
    }

    /// The same with everything about each task. One that is deleted meanwhile is left out.
    pub async fn search(&self, caller: &Caller, listing: Listing) -> Result<Vec<Task>, Refusal> {
        require(caller, Scope::Admin)?;
        let mut found = Vec::new();
        for cell in self.list(caller, listing).await? {
            found.extend(self.store().task(cell.summary.id.as_str()).await?);
        }
        Ok(found)
    }
}

fn sees(caller: &Caller, cell: &Cell) -> bool {
    caller.sees().is_none_or(|account| *account == cell.summary.account)
}

pub(crate) fn require(caller: &Caller, scope: Scope) -> Result<(), Refusal> {
    if caller.may(scope) { Ok(()) } else { Err(Refusal::Forbidden(scope)) }
}
