//! The sweep: what time makes superfluous goes away. Films past their link, snapshots of ended tasks, tasks that
//! waited too long, rows past their retention, bytes that no row knows. Each round does a bounded amount and leaves
//! the rest to the next; doing it twice, or being killed in the middle, does no harm.

use std::time::Duration;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::media::BlobKey;
use tokio::sync::watch;

use crate::{Gateway, Refusal};

/// At most this many of each kind a round.
const ROUND: usize = 1_000;
/// Bytes younger than this may belong to a write that is under way.
const YOUNG: Duration = Duration::from_hours(1);

/// What a round removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Tasks that waited too long.
    pub expired: usize,
    /// Films past their link.
    pub films: usize,
    /// Snapshots of ended tasks.
    pub inputs: usize,
    /// Rows past their retention.
    pub rows: usize,
    /// Bytes without a row.
    pub orphans: usize,
}

/// A file system may date a file this much too early.
const COARSE: Duration = Duration::from_millis(100);

impl Gateway {
    /// Sweeps now and at every interval until `drain` says true. The first round takes every orphan that an earlier
    /// process left, however young; those of this one may belong to a create that is not committed yet.
    pub async fn keep_sweeping(self, mut drain: watch::Receiver<bool>) {
        let mut orphans_before = self.born - COARSE;
        while !*drain.borrow() {
            match self.sweep(orphans_before).await {
                Ok(swept) if swept != Swept::default() => tracing::info!(?swept, "swept"),
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the sweep was cut short"),
            }
            tokio::select! {
                () = tokio::time::sleep(self.settings().sweep_every) => {}
                _ = drain.changed() => {}
            }
            orphans_before = self.now() - YOUNG;
        }
    }

    /// One round; only orphans written before `orphans_before` are taken.
    pub async fn sweep(&self, orphans_before: Timestamp) -> Result<Swept, Refusal> {
        let (store, settings, now) = (self.store(), self.settings(), self.now());
        let expired = store.expire(now - settings.queue_life, now, ROUND).await?.len();
        let films = self.sweep_films().await?;
        let inputs = self.sweep_inputs().await?;
        let rows = store.forget(now - settings.task_life, ROUND).await?;
        let orphans = self.sweep_orphans(orphans_before).await?;
        Ok(Swept { expired, films, inputs, rows, orphans })
    }

    async fn sweep_films(&self) -> Result<usize, Refusal> {
        let past = self.store().artifacts_past(self.now(), ROUND).await?;
        let blobs: Vec<_> = past.iter().map(|(_, artifact)| BlobKey::Artifact(artifact.clone())).collect();
        self.discard(&blobs).await;
        let tasks: Vec<_> = past.into_iter().map(|(task, _)| task).collect();
        let count = tasks.len();
        self.store().artifact_gone(tasks).await?;
        Ok(count)
    }

    async fn sweep_inputs(&self) -> Result<usize, Refusal> {
        let ended = self.store().inputs_done(ROUND).await?;
        let blobs: Vec<_> = ended.iter().flat_map(|(_, blobs)| blobs.clone()).collect();
        self.discard(&blobs).await;
        self.store().inputs_gone(ended.into_iter().map(|(task, _)| task).collect()).await?;
        Ok(blobs.len())
    }

    async fn sweep_orphans(&self, before: Timestamp) -> Result<usize, Refusal> {
        let found = self.store().blobs().list(before).await?;
        let blobs: Vec<_> = found.into_iter().map(|(blob, _)| blob).collect();
        let known = self.store().referenced(&blobs).await?;
        let lost: Vec<_> =
            blobs.into_iter().zip(known).filter(|(_, known)| !known).map(|(blob, _)| blob).collect();
        self.discard(&lost).await;
        Ok(lost.len())
    }
}
