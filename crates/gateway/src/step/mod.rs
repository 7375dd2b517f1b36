//! One step: one claim, one action, one fenced write. Each step is a file; this one chooses it and sees to what they
//! have in common: a task past its time fails before anything else is done, a lost lease is nobody's error, and an
//! engine's error becomes what its remedy says.

mod fetch;
mod finish;
mod poll;
mod prepare;
mod submit;

use std::time::Duration;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::lease::{Claim, Lease};
use filmgate_domain::task::{State, Step, Waiting};
use filmgate_engines::port::{EngineError, Upstream};
use filmgate_store::{StoreError, Then};

use crate::Gateway;

/// A step's end that is not its result: the claim is of no use any more.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Abandoned {
    /// Somebody else has the task now.
    #[error("the lease was lost")]
    LeaseLost,
    /// The store could not write; the lease runs out and the step is done again.
    #[error("the store is unavailable: {0}")]
    Store(StoreError),
    /// The state did not allow what the step did: a defect.
    #[error(transparent)]
    Invalid(#[from] filmgate_domain::task::InvalidTransition),
}

impl From<StoreError> for Abandoned {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost => Self::LeaseLost,
            other => Self::Store(other),
        }
    }
}

type Stepped = Result<(), Abandoned>;

impl Gateway {
    /// Does the step that `claim` was made for.
    pub(crate) async fn step(&self, claim: Claim) -> Stepped {
        if let Some(failure) = self.overdue(&claim) {
            return self.fail(&claim, failure).await;
        }
        match &claim.task.state {
            State::Queued(Waiting::Inputs) => self.prepare(claim).await,
            State::Queued(Waiting::Upstream) => self.submit(claim).await,
            State::Running(running) => match running.step.clone() {
                Step::Submit => self.resume_submit(claim).await,
                Step::Uncertain => self.fail(&claim, uncertain()).await,
                Step::Poll { handle } => self.poll(claim, &handle).await,
                Step::Fetch { handle } => self.fetch(claim, &handle).await,
                Step::Finish { artifact } => self.finish(claim, artifact).await,
            },
            _ => Ok(()),
        }
    }

    fn overdue(&self, claim: &Claim) -> Option<Failure> {
        let State::Running(running) = &claim.task.state else { return None };
        if running.step == Step::Uncertain {
            return None;
        }
        let limit = self.settings().run_life;
        (self.now().since(running.since) > limit).then(|| {
            let minutes = limit.as_secs().div_ceil(60);
            Failure::new(
                FailureCode::TimedOut,
                format!("The film was not ready after {minutes} minutes. Create the task again; nothing was charged."),
            )
        })
    }

    /// Writes the next state and lets the task go; it is due at once.
    async fn advance(&self, claim: &Claim, state: State) -> Stepped {
        self.store().record(&claim.lease, state, None, Then::At(self.now())).await?;
        Ok(())
    }

    async fn fail(&self, claim: &Claim, failure: Failure) -> Stepped {
        tracing::info!(task = %claim.task.id, code = %failure.code, message = failure.message, "task failed");
        let held = self.job_of(claim);
        self.advance(claim, claim.task.state.clone().fail(failure, self.now())?).await?;
        if let Some((upstream, handle)) = held {
            upstream.engine.cancel(&handle).await;
        }
        Ok(())
    }

    /// The upstream that has the task's job, and its name for it.
    fn job_of(&self, claim: &Claim) -> Option<(Upstream, String)> {
        let State::Running(running) = &claim.task.state else { return None };
        if running.step == Step::Uncertain {
            return None;
        }
        let (Step::Poll { handle } | Step::Fetch { handle }) = &running.step else { return None };
        Some((self.parts.upstreams.get(&running.attempt.upstream)?.clone(), handle.clone()))
    }

    /// Puts the step off: longer each time, up to half a minute, or as long as the other side asked for.
    async fn put_off(&self, claim: &Claim, after: Option<Duration>) -> Stepped {
        let pause = after.unwrap_or_else(|| backoff(claim.retries)).min(Duration::from_mins(5));
        self.store().snooze(&claim.lease, self.now() + pause).await?;
        Ok(())
    }

    /// What an engine's error asks for: put the step off while there is patience, fail the task otherwise.
    async fn remedy(&self, claim: &Claim, error: EngineError) -> Stepped {
        match error {
            EngineError::Reject(failure) => self.fail(claim, failure).await,
            EngineError::Lost => {
                tracing::info!(task = %claim.task.id, "the upstream has lost the job; back to the queue");
                self.advance(claim, claim.task.state.clone().put_back()?).await
            }
            EngineError::Uncertain { why } => {
                let until = self.now() + self.settings().uncertain_life;
                tracing::warn!(task = %claim.task.id, why, "the outcome of a submit is unknown; it stays held");
                metrics::counter!("filmgate_submits_uncertain_total").increment(1);
                let state = claim.task.state.clone().doubt()?;
                self.store().record(&claim.lease, state, None, Then::At(until)).await?;
                Ok(())
            }
            EngineError::Retry { why, after } | EngineError::Busy { why, after } => {
                self.again(claim, &why, after).await
            }
            EngineError::Unusable { why } => self.again(claim, &why, None).await,
        }
    }

    /// Puts the step off. What an upstream has taken is not given up before the task's time is over: it may have been
    /// paid for there.
    async fn again(&self, claim: &Claim, why: &str, after: Option<Duration>) -> Stepped {
        tracing::warn!(task = %claim.task.id, step = claim.task.state.step(), why, "put off");
        let taken = self.job_of(claim).is_some();
        if taken || self.patient(claim.step_since, self.settings().upstream_patience) {
            self.put_off(claim, after).await
        } else {
            self.fail(claim, unavailable()).await
        }
    }

    /// What a submit has shown of its upstream.
    fn learn(&self, name: &str, error: Option<&EngineError>) {
        let Some(health) = self.board.health(name) else { return };
        let outcome = match error {
            None => "taken",
            Some(EngineError::Busy { after, .. }) => {
                health.busy(*after, self.now());
                "busy"
            }
            Some(EngineError::Retry { after, .. }) => {
                faulty(name, health.fault(*after, self.now()));
                "fault"
            }
            Some(EngineError::Uncertain { .. }) => {
                faulty(name, health.fault(None, self.now()));
                "uncertain"
            }
            Some(EngineError::Unusable { why }) => {
                health.unusable(self.now());
                tracing::error!(
                    upstream = name,
                    why,
                    "an upstream takes nothing from us: see to its credential, quota or address"
                );
                "unusable"
            }
            Some(EngineError::Reject(_) | EngineError::Lost) => "refused",
        };
        if matches!(outcome, "taken" | "refused") {
            health.well();
        }
        metrics::counter!("filmgate_upstream_submits_total", "upstream" => name.to_owned(), "outcome" => outcome).increment(1);
    }

    /// Does `work`, and keeps the lease for as long as it takes.
    async fn holding<T>(&self, claim: &Claim, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        let lease = self.settings().lease;
        loop {
            match tokio::time::timeout(lease / 3, &mut work).await {
                Ok(done) => return done,
                // Should it be lost, the next write says so.
                Err(_) => drop(self.store().release(&claim.lease, self.now() + lease).await),
            }
        }
    }

    fn patient(&self, since: Timestamp, patience: Duration) -> bool {
        self.now().since(since) < patience
    }

    fn upstream(&self, name: &str) -> Result<&Upstream, EngineError> {
        self.parts.upstreams.get(name).ok_or_else(|| EngineError::Retry {
            why: format!("the upstream `{name}` is not configured"),
            after: Some(Duration::from_secs(30)),
        })
    }

    /// Extends the lease over what comes next within the same step.
    fn keep(&self) -> Then {
        Then::Keep { until: self.now() + self.settings().lease }
    }
}

fn faulty(name: &str, alone: Option<Duration>) {
    if let Some(alone) = alone {
        tracing::warn!(
            upstream = name,
            seconds = alone.as_secs(),
            "an upstream fails again and again; it is left alone"
        );
    }
}

/// A claim under the lease that its last write brought.
fn under(claim: Claim, lease: Lease, state: State) -> Claim {
    Claim { lease, task: filmgate_domain::task::Task { state, ..claim.task }, ..claim }
}

/// Half a second, doubled with every retry, half a minute at most.
fn backoff(retries: u32) -> Duration {
    Duration::from_millis(500).saturating_mul(1 << retries.min(6)).min(Duration::from_secs(30))
}

fn uncertain() -> Failure {
    Failure::new(
        FailureCode::SubmitUncertain,
        "It is not known whether the upstream took the job, so it was not sent again. Nothing was charged; create the \
         task again if you still want it.",
    )
}

fn unavailable() -> Failure {
    Failure::new(
        FailureCode::UpstreamUnavailable,
        "The engine, or the moderator before it, could not be reached for too long. Nothing was charged; create the task again later.",
    )
}
