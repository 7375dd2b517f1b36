//! Submit: the attempt is durable before the job is sent, so there is never a job upstream that we do not know of.
//! The same claim that begins the attempt sends it; whoever finds a begun and unsent attempt later cannot know whether
//! it arrived, and sends it again only where the engine dedupes.

use filmgate_domain::id::AttemptId;
use filmgate_domain::lease::Claim;
use filmgate_domain::task::{Attempt, State};
use filmgate_engines::content::Unavailable;
use filmgate_engines::port::{EngineError, Job, Upstream};
use filmgate_store::Then;

use super::{Stepped, under};
use crate::{Gateway, content};

impl Gateway {
    pub(super) async fn submit(&self, claim: Claim) -> Stepped {
        let task = &claim.task;
        match self.parts.content.remote(&task.request.prompt).await {
            Ok(None) => {}
            Ok(Some(refused)) => {
                self.note(&refused, task.id.as_str(), &task.request.prompt);
                return self.fail(&claim, content::failure()).await;
            }
            // Nothing is sent that nobody has looked at.
            Err(Unavailable { why, after }) => {
                return self.remedy(&claim, EngineError::Retry { why, after }).await;
            }
        }
        let (name, upstream) = match self.choose(&claim) {
            Ok(chosen) => chosen,
            Err(error) => return self.remedy(&claim, error).await,
        };
        let now = self.now();
        let attempt =
            Attempt { id: AttemptId::mint(now, self.entropy()), number: claim.attempts + 1, upstream: name };
        let state = claim.task.state.clone().begin(attempt, now)?;
        let lease = self.store().record(&claim.lease, state.clone(), None, self.keep()).await?;
        self.send(under(claim, lease, state), &upstream).await
    }

    /// The process that began this attempt ended before it wrote what became of it.
    pub(super) async fn resume_submit(&self, claim: Claim) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        match self.upstream(&running.attempt.upstream).cloned() {
            Ok(upstream) if upstream.engine.dedupes() => self.send(claim, &upstream).await,
            Ok(_) => {
                let why = "the process ended while the job was being sent".to_owned();
                self.remedy(&claim, EngineError::Uncertain { why }).await
            }
            Err(error) => self.remedy(&claim, error).await,
        }
    }

    /// The first upstream of the model's route that is configured.
    fn choose(&self, claim: &Claim) -> Result<(String, Upstream), EngineError> {
        let route = self.parts.models.get(&claim.task.request.model).map(|model| &model.route.upstreams[..]);
        let name = route.unwrap_or_default().iter().find(|name| self.parts.upstreams.contains_key(*name));
        let name = name.or_else(|| route?.first()).cloned().unwrap_or_default();
        let upstream = self.upstream(&name)?.clone();
        Ok((name, upstream))
    }

    async fn send(&self, claim: Claim, upstream: &Upstream) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let task = &claim.task;
        let path = |blob| self.store().blobs().path(blob);
        let job = Job {
            attempt: running.attempt.id.clone(),
            request: task.request.clone(),
            seed: task.seed,
            inputs: task.inputs.iter().map(|input| (input.clone(), path(&input.blob))).collect(),
        };
        match upstream.engine.submit(job).await {
            Ok(handle) => self.advance(&claim, task.state.clone().accepted(handle)?).await,
            Err(EngineError::Retry { why, after }) => self.unsent(claim, &why, after).await,
            Err(error) => self.remedy(&claim, error).await,
        }
    }

    /// The upstream does not have the job: back to the queue, for a later attempt.
    async fn unsent(&self, claim: Claim, why: &str, after: Option<std::time::Duration>) -> Stepped {
        if !self.patient(claim.step_since, self.settings().upstream_patience) {
            return self.fail(&claim, super::unavailable()).await;
        }
        tracing::warn!(task = %claim.task.id, why, "not accepted; back to the queue");
        let due = self.now() + after.unwrap_or_else(|| super::backoff(claim.attempts));
        self.store().record(&claim.lease, claim.task.state.clone().put_back()?, None, Then::At(due)).await?;
        Ok(())
    }
}
