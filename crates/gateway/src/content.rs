//! What may not be made. The operator's rules are asked when a task is created or quoted, the moderator right before a
//! task is sent to its engine. A refusal costs nothing. The log names the rule, and the prompt only if the operator
//! wants that.

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::key::Caller;
use filmgate_domain::request::VideoRequest;
use filmgate_engines::content::{By, Refused};

use crate::{Gateway, Refusal};

impl Gateway {
    /// Refuses what the rules of this machine do not allow.
    pub(crate) fn permit(&self, caller: &Caller, request: &VideoRequest) -> Result<(), Refusal> {
        let Some(refused) = self.parts.content.local(&request.prompt) else { return Ok(()) };
        self.note(&refused, caller.key.id.as_str(), &request.prompt);
        Err(Refusal::ContentPolicy)
    }

    /// Writes a refusal down; `of` is the key or the task.
    pub(crate) fn note(&self, refused: &Refused, of: &str, prompt: &str) {
        let by = if matches!(refused.by, By::Rule { .. }) { "rule" } else { "moderator" };
        metrics::counter!("filmgate_content_refusals_total", "by" => by).increment(1);
        let prompt = self.settings().log_refused_prompts.then_some(prompt);
        tracing::info!(of, by = %refused, prompt, "a prompt was refused");
    }
}

/// What becomes of a task that the moderator refuses.
pub(crate) fn failure() -> Failure {
    Failure::new(
        FailureCode::ContentPolicy,
        "The prompt was refused by this server's content rules. Nothing was charged; change the prompt.",
    )
}
