//! End a task: cancel it while it lives, delete it once it has ended.

use std::sync::Arc;

use filmgate_domain::audit::Deed;
use filmgate_domain::id::TaskId;
use filmgate_domain::key::{Caller, Scope};
use filmgate_domain::media::BlobKey;
use filmgate_store::Cell;

use crate::read::require;
use crate::{Gateway, Refusal};

/// What became of the task.
#[derive(Debug)]
pub enum Ended {
    /// It was unfinished, and is canceled now.
    Canceled(Arc<Cell>),
    /// It had ended, and is gone now with its film. This is how it stood.
    Deleted(Arc<Cell>),
}

impl Gateway {
    /// Cancels an unfinished task, deletes an ended one.
    pub async fn end(&self, caller: &Caller, id: &str) -> Result<Ended, Refusal> {
        require(caller, Scope::Cancel)?;
        let cell = self.find(caller, id).await?;
        if cell.summary.status.is_final() {
            self.delete(&cell).await?;
            return Ok(Ended::Deleted(cell));
        }
        self.cancel(&cell.summary.id, None).await?;
        Ok(Ended::Canceled(self.find(caller, id).await?))
    }

    async fn delete(&self, cell: &Cell) -> Result<(), Refusal> {
        if let Some(artifact) = self.store().delete(&cell.summary.id).await? {
            self.discard(&[BlobKey::Artifact(artifact)]).await;
        }
        Ok(())
    }

    /// Ends the task in the store first; then tells the upstream that has it, if one does. Says whether it had not ended
    /// before.
    pub(crate) async fn cancel(&self, id: &TaskId, deed: Option<Deed>) -> Result<bool, Refusal> {
        let canceled = self.store().cancel(id, deed, self.now()).await?.ok_or(Refusal::NotFound)?;
        if let Some((upstream, handle)) = canceled.at
            && let Some(upstream) = self.parts.upstreams.get(&upstream)
        {
            upstream.engine.cancel(&handle).await;
        }
        Ok(canceled.changed)
    }
}
