//! Submit: the attempt is durable before the job is sent, so there is never a job upstream that we do not know of.
//! The same claim that begins the attempt sends it; whoever finds a begun and unsent attempt later cannot know whether
//! it arrived. Where the upstream dedupes it is sent again, where jobs can be looked up it is looked up, and everywhere
//! else it stays in doubt.

use std::time::Duration;

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::AttemptId;
use filmgate_domain::lease::Claim;
use filmgate_domain::media::{BlobKey, Input, MediaSource};
use filmgate_domain::task::{Attempt, State, Task};
use filmgate_engines::content::Unavailable;
use filmgate_engines::port::{Dedupe, EngineError, Job, Snapshot, Upstream};
use filmgate_store::Then;

use super::{Stepped, under};
use crate::route::{Chosen, Unrouted};
use crate::{Gateway, content};

/// When to look again for room.
const FULL: Duration = Duration::from_millis(200);

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
        match self.choose(&claim) {
            Ok(chosen) => self.begin(claim, chosen).await,
            Err(unrouted) => self.unrouted(&claim, unrouted).await,
        }
    }

    async fn begin(&self, claim: Claim, chosen: Chosen<'_>) -> Stepped {
        let now = self.now();
        let Chosen { upstream, translation, held } = chosen;
        let name = translation.upstream.clone();
        let attempt =
            Attempt { id: AttemptId::mint(now, self.entropy()), number: claim.attempts + 1, upstream: name };
        let state = claim.task.state.clone().begin(attempt, now)?;
        let until = now + self.settings().lease;
        let lease = self.store().begin(&claim.lease, state.clone(), translation, until).await?;
        // From here on it counts in the store.
        drop(held);
        self.send(under(claim, lease, state), upstream).await
    }

    async fn unrouted(&self, claim: &Claim, unrouted: Unrouted) -> Stepped {
        match unrouted {
            Unrouted::Full => Ok(self.store().release(&claim.lease, self.now() + FULL).await?),
            Unrouted::Impossible(why) => {
                tracing::warn!(task = %claim.task.id, why, "no upstream can make it");
                self.fail(claim, impossible()).await
            }
            Unrouted::Down => {
                let why = "the upstreams that can make it do not work at the moment".to_owned();
                self.remedy(claim, EngineError::Retry { why, after: None }).await
            }
            Unrouted::Absent(names) => {
                let why = format!("the upstream `{names}` is not configured");
                self.remedy(claim, EngineError::Retry { why, after: Some(Duration::from_secs(30)) }).await
            }
        }
    }

    /// The process that began this attempt ended before it wrote what became of it, or could not find out.
    pub(super) async fn resume_submit(&self, claim: Claim) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let upstream = match self.upstream(&running.attempt.upstream) {
            Ok(upstream) => upstream,
            Err(error) => return self.remedy(&claim, error).await,
        };
        match upstream.engine.dedupe() {
            Dedupe::Key => self.send(claim, upstream).await,
            Dedupe::Lookup => self.look_up(claim, upstream).await,
            Dedupe::None => {
                let why = "the process ended while the job was being sent".to_owned();
                self.remedy(&claim, EngineError::Uncertain { why }).await
            }
        }
    }

    async fn look_up(&self, claim: Claim, upstream: &Upstream) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let job = self.job(&claim.task, &running.attempt);
        match self.holding(&claim, upstream.engine.find(&job)).await {
            Ok(Some(handle)) => self.taken(&claim, upstream, handle).await,
            Ok(None) => self.unsent(&claim, EngineError::Lost).await,
            Err(error) if self.patient(claim.step_since, self.settings().upstream_patience) => {
                tracing::warn!(task = %claim.task.id, %error, "a job could not be looked up yet");
                self.put_off(&claim, None).await
            }
            Err(error) => self.remedy(&claim, EngineError::Uncertain { why: error.to_string() }).await,
        }
    }

    async fn send(&self, claim: Claim, upstream: &Upstream) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let job = self.job(&claim.task, &running.attempt);
        let sent = self.holding(&claim, upstream.engine.submit(job)).await;
        let name = &running.attempt.upstream;
        self.learn(name, sent.as_ref().err());
        match sent {
            Ok(handle) => self.taken(&claim, upstream, handle).await,
            Err(EngineError::Uncertain { why }) if upstream.engine.dedupe() != Dedupe::None => {
                self.find_out(&claim, why).await
            }
            Err(
                error @ (EngineError::Retry { .. } | EngineError::Busy { .. } | EngineError::Unusable { .. }),
            ) => self.unsent(&claim, error).await,
            Err(error) => self.remedy(&claim, error).await,
        }
    }

    fn job(&self, task: &Task, attempt: &Attempt) -> Job {
        let references = task.request.guidance.references();
        let snapshot = |(input, (_, _, source)): (&Input, (_, _, &MediaSource))| Snapshot {
            path: self.store().blobs().path(&input.blob),
            link: self.reference_link(input, source),
            input: input.clone(),
        };
        Job {
            attempt: attempt.id.clone(),
            request: task.request.clone(),
            seed: task.seed,
            callback: self.callback(task),
            inputs: task.inputs.iter().zip(references).map(snapshot).collect(),
        }
    }

    /// Where an upstream may say that something has happened, if this server is reached by the world.
    fn callback(&self, task: &Task) -> Option<String> {
        let url = self.settings().public_url.as_deref()?.trim_end_matches('/');
        Some(format!("{url}{}", self.signer().hint_link(&task.id)))
    }

    /// Where the world can fetch a reference: here, if this server is reached by the world, or else where the client
    /// said that it is.
    fn reference_link(&self, input: &Input, source: &MediaSource) -> Option<String> {
        match (&self.settings().public_url, &input.blob, source) {
            (Some(url), BlobKey::Input { task, place, tail }, _) => {
                let ends = self.now() + self.settings().run_life;
                let link = self.signer().input_link(task, *place, tail, ends);
                Some(format!("{}{link}", url.trim_end_matches('/')))
            }
            (_, _, MediaSource::Url(url)) => Some(url.clone()),
            _ => None,
        }
    }

    /// The upstream has the job.
    async fn taken(&self, claim: &Claim, upstream: &Upstream, handle: String) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let pace = upstream.engine.pace();
        let first =
            self.board.health(&running.attempt.upstream).map_or(pace.first, |health| health.first_look(pace));
        let state = claim.task.state.clone().accepted(handle)?;
        self.store().record(&claim.lease, state, None, Then::At(self.now() + first)).await?;
        Ok(())
    }

    /// Whether the job arrived is unknown, and can be found out: the step is done again.
    async fn find_out(&self, claim: &Claim, why: String) -> Stepped {
        if self.patient(claim.step_since, self.settings().upstream_patience) {
            tracing::warn!(task = %claim.task.id, why, "a submit's answer was lost; it will be found out");
            return self.put_off(claim, None).await;
        }
        self.remedy(claim, EngineError::Uncertain { why }).await
    }

    /// The upstream does not have the job: back to the queue, for a later attempt, there or elsewhere.
    async fn unsent(&self, claim: &Claim, error: EngineError) -> Stepped {
        let State::Running(running) = &claim.task.state else { return Ok(()) };
        let health = self.board.health(&running.attempt.upstream);
        // A long wait before it failed is not held against it.
        let since = health.and_then(crate::health::Health::failing_since).unwrap_or(self.now());
        let patient = self.patient(since.max(claim.step_since), self.settings().upstream_patience);
        let elsewhere = self.elsewhere(claim, &running.attempt.upstream);
        let (after, blamed) = match &error {
            EngineError::Busy { .. } => (Duration::ZERO, false),
            EngineError::Retry { after, .. } => {
                (after.unwrap_or_else(|| super::backoff(claim.attempts)), true)
            }
            _ => (super::backoff(claim.attempts), true),
        };
        if blamed && !elsewhere && !patient {
            return self.fail(claim, super::unavailable()).await;
        }
        tracing::warn!(task = %claim.task.id, upstream = running.attempt.upstream, %error, "not accepted; back to the queue");
        let due = self.now() + if elsewhere { Duration::ZERO } else { after };
        self.store().record(&claim.lease, claim.task.state.clone().put_back()?, None, Then::At(due)).await?;
        Ok(())
    }
}

fn impossible() -> Failure {
    Failure::new(
        FailureCode::UpstreamRejected,
        "No engine that is available can make what was asked for. Nothing was charged; ask for less, or another model.",
    )
}
