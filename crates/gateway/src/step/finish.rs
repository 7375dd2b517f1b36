//! Finish: the stored bytes are parsed, and only if they are a film does the row say so. The numbers a client reads
//! are measured here, not believed.

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::ArtifactId;
use filmgate_domain::lease::Claim;
use filmgate_domain::media::{BlobKey, Size};
use filmgate_domain::task::{Artifact, State};
use filmgate_engines::port::EngineError;
use filmgate_media::probe::{Probe, probe};

use super::Stepped;
use crate::Gateway;

impl Gateway {
    pub(super) async fn finish(&self, claim: Claim, artifact: ArtifactId) -> Stepped {
        let blob = BlobKey::Artifact(artifact.clone());
        let path = self.store().blobs().path(&blob);
        let parsed = tokio::task::spawn_blocking(move || probe(&path)).await;
        let film = match parsed {
            Ok(Ok(Probe::Video(video))) if video.duration_ms > 0 => Some(video),
            _ => None,
        };
        let Some(video) = film else {
            tracing::warn!(task = %claim.task.id, "what the upstream delivered is no film");
            self.discard(&[blob]).await;
            return self.remedy(&claim, garbage()).await;
        };
        let artifact = Artifact {
            id: artifact,
            bytes: video.bytes,
            duration_ms: video.duration_ms,
            size: Size::new(video.width, video.height),
        };
        let now = self.now();
        let state = claim.task.state.clone().succeed(artifact, now, now + self.settings().link_life)?;
        let took = now.since(claim.task.created);
        self.advance(&claim, state).await?;
        metrics::histogram!("filmgate_task_seconds").record(took);
        self.cost(&claim, video.duration_ms);
        tracing::info!(task = %claim.task.id, seconds = took.as_secs_f64(), bytes = video.bytes, "task succeeded");
        Ok(())
    }
}

impl Gateway {
    /// Counts what the film costs the operator.
    fn cost(&self, claim: &Claim, millis: u64) {
        let State::Running(running) = &claim.task.state else { return };
        let name = &running.attempt.upstream;
        let price = self.parts.upstreams.get(name).map_or(0, |upstream| upstream.price.0.unsigned_abs());
        let count = metrics::counter!("filmgate_upstream_cost_micros_total", "upstream" => name.clone());
        count.increment(price.saturating_mul(millis) / 1000);
    }
}

/// The upstream said it was done and gave something else than a film.
pub(super) fn garbage() -> EngineError {
    EngineError::Reject(Failure::new(
        FailureCode::UpstreamRejected,
        "The engine delivered something that is not a film. Nothing was charged; create the task again.",
    ))
}
