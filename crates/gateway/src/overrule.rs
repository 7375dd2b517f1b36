//! What operators do with a task, whoever works on it: cancel, send back to the queue, settle one whose submit is in
//! doubt. Each leaves an audit line.

use std::sync::Arc;

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::{TaskId, well_formed};
use filmgate_domain::key::{Caller, Scope};
use filmgate_domain::task::{State, Step};
use filmgate_store::{Cell, Decided, Verdict};
use serde_json::json;

use crate::office::{LONGEST_TEXT, Office, invalid, short};
use crate::read::require;
use crate::{Gateway, Refusal};

/// How a task whose submit is in doubt is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The upstream has the job after all, and calls it so.
    Accepted(String),
    /// It has not, or whatever it has is of no use.
    Failed,
}

impl Gateway {
    /// Cancels a task in an operator's name; one that has ended stays as it is, which is a conflict.
    pub async fn cancel_for(&self, caller: &Caller, id: &str, reason: &str) -> Result<Arc<Cell>, Refusal> {
        let id = Self::operated(caller, id, reason)?;
        let deed =
            Office::deed(caller.key.id.as_str(), "task.cancel", id.as_str(), &json!({ "reason": reason }));
        if self.cancel(&id, Some(deed)).await? {
            return self.read(caller, id.as_str()).await;
        }
        Err(Refusal::Conflict(format!("The task `{id}` has ended already.")))
    }

    /// Sends a task that runs, or is in doubt, back to the queue, for another attempt. Its upstream is told to forget it.
    pub async fn requeue(&self, caller: &Caller, id: &str, reason: &str) -> Result<Arc<Cell>, Refusal> {
        let detail = json!({ "reason": reason });
        let id = Self::operated(caller, id, reason)?;
        let before = self.decide(caller, &id, Verdict::PutBack, "task.requeue", &detail).await?;
        if let State::Running(running) = before
            && let Step::Poll { handle } | Step::Fetch { handle } = running.step
            && let Some(upstream) = self.parts.upstreams.get(&running.attempt.upstream)
        {
            upstream.engine.cancel(&handle).await;
        }
        self.read(caller, id.as_str()).await
    }

    /// Settles a task whose submit is in doubt.
    pub async fn settle(
        &self,
        caller: &Caller,
        id: &str,
        finding: Finding,
        reason: &str,
    ) -> Result<Arc<Cell>, Refusal> {
        let id = Self::operated(caller, id, reason)?;
        let task = self.store().task(id.as_str()).await?.ok_or(Refusal::NotFound)?;
        if !matches!(&task.state, State::Running(running) if running.step == Step::Uncertain) {
            let (id, state) = (&task.id, task.state.name());
            let why = format!(
                "The task `{id}` is {state}, and its submit is not in doubt; there is nothing to settle."
            );
            return Err(Refusal::Conflict(why));
        }
        let detail = match &finding {
            Finding::Accepted(handle) => json!({ "outcome": "accepted", "handle": handle, "reason": reason }),
            Finding::Failed => json!({ "outcome": "failed", "reason": reason }),
        };
        let verdict = match finding {
            Finding::Accepted(handle) if (1..=LONGEST_TEXT).contains(&handle.len()) => {
                Verdict::Accepted(handle)
            }
            Finding::Accepted(_) => {
                let why = format!("must be the upstream's name for the job, 1 to {LONGEST_TEXT} bytes");
                return Err(invalid("handle", &why));
            }
            Finding::Failed => Verdict::Failed(unsent()),
        };
        self.decide(caller, &id, verdict, "task.settle", &detail).await?;
        self.read(caller, id.as_str()).await
    }

    async fn decide(
        &self,
        caller: &Caller,
        id: &TaskId,
        verdict: Verdict,
        action: &'static str,
        detail: &serde_json::Value,
    ) -> Result<State, Refusal> {
        let deed = Office::deed(caller.key.id.as_str(), action, id.as_str(), detail);
        match self.store().decide(id, verdict, deed, self.now()).await?.ok_or(Refusal::NotFound)? {
            Decided::Done(before) => Ok(before),
            Decided::Invalid(why) => {
                Err(Refusal::Conflict(format!("The task `{id}` does not allow this: {why}.")))
            }
        }
    }

    fn operated(caller: &Caller, id: &str, reason: &str) -> Result<TaskId, Refusal> {
        require(caller, Scope::Admin)?;
        short("reason", reason)?;
        if well_formed(id) { Ok(TaskId::from_text(id)) } else { Err(Refusal::NotFound) }
    }
}

fn unsent() -> Failure {
    Failure::new(
        FailureCode::SubmitUncertain,
        "The job did not reach the engine, or was lost there. Nothing was charged; create the task again if you still \
         want it.",
    )
}
