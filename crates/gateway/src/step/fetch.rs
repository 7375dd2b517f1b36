//! Fetch: the film streams from the upstream into storage, under a fresh name, before any row knows of it. Where the
//! operator wants it, it ends when the client wanted it to.

use std::fs::File;

use filmgate_domain::id::ArtifactId;
use filmgate_domain::lease::Claim;
use filmgate_domain::media::BlobKey;
use filmgate_domain::task::State;
use filmgate_engines::port::{EngineError, Upstream};
use filmgate_media::cut::cut;
use futures_util::StreamExt;

use super::{Stepped, under};
use crate::Gateway;

impl Gateway {
    pub(super) async fn fetch(&self, claim: Claim, handle: &str) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let artifact = ArtifactId::mint(self.now(), self.entropy());
        let upstream = match self.upstream(&running.attempt.upstream) {
            Ok(upstream) => upstream.clone(),
            Err(error) => return self.remedy(&claim, error).await,
        };
        let stored = async {
            self.stream(&upstream, handle, &artifact).await?;
            if upstream.trim { self.trim(&artifact, claim.task.request.seconds).await } else { Ok(()) }
        };
        if let Err(error) = self.holding(&claim, stored).await {
            return self.remedy(&claim, error).await;
        }
        let state = claim.task.state.clone().stored(artifact.clone())?;
        let kept = self.store().record(&claim.lease, state.clone(), None, self.keep()).await;
        if kept.is_err() {
            self.discard(&[BlobKey::Artifact(artifact.clone())]).await;
        }
        let claim = under(claim, kept?, state);
        upstream.engine.forget(handle).await;
        self.finish(claim, artifact).await
    }

    async fn stream(
        &self,
        upstream: &Upstream,
        handle: &str,
        artifact: &ArtifactId,
    ) -> Result<(), EngineError> {
        let mut film = upstream.engine.fetch(handle).await?;
        let mut writer =
            self.store().blobs().create(&BlobKey::Artifact(artifact.clone())).await.map_err(disk)?;
        let mut room = self.settings().film_bytes;
        while let Some(piece) = film.next().await {
            let piece = piece?;
            room = room.checked_sub(piece.len() as u64).ok_or_else(super::finish::garbage)?;
            writer.write(piece).await.map_err(disk)?;
        }
        writer.finish().await.map_err(disk)?;
        Ok(())
    }
    /// Cuts a film that is longer than `seconds`. Its row does not know it yet, so nobody sees both lengths.
    async fn trim(&self, artifact: &ArtifactId, seconds: u32) -> Result<(), EngineError> {
        let path = self.store().blobs().path(&BlobKey::Artifact(artifact.clone()));
        let work = move || {
            let film = File::options().read(true).write(true).open(path)?;
            cut(&film, u64::from(seconds) * 1000)
        };
        tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other).flatten().map_err(disk)?;
        Ok(())
    }
}

/// What a disk says is no fault of the upstream's; it is tried again.
#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn disk(error: std::io::Error) -> EngineError {
    EngineError::Retry { why: format!("storage: {error}"), after: None }
}
