//! What an answer that is no success means, and what a client is told of it: never the upstream's own text, which may
//! name accounts, hosts and ids. That text goes to the log.

use filmgate_domain::failure::{Failure, FailureCode};

use super::answer::Answer;
use super::description::{Class, Description, Stage};
use crate::port::EngineError;

/// The class of `answer` to a question at `stage`; nothing when it is a success as far as its status and the file's
/// rules say.
pub(crate) fn class(description: &Description, answer: &Answer, stage: Stage) -> Option<Class> {
    let here = |on: Option<Stage>| on.is_none_or(|on| on == stage);
    let mut rules = description.errors.iter().filter(|rule| here(rule.on));
    if let Some(rule) = rules.find(|rule| rule.when.holds(&answer.value)) {
        return (rule.class != Class::Fine).then_some(rule.class);
    }
    if answer.is_success() { None } else { Some(by_status(answer.http)) }
}

/// What a status means where no rule says more. A 5xx leaves open whether a job was taken, unless it says it was too
/// busy to look.
const fn by_status(http: u16) -> Class {
    match http {
        401 | 403 | 300..=399 => Class::Auth,
        402 => Class::Balance,
        429 => Class::Busy,
        451 => Class::ModerationInput,
        503 | 529 => Class::Overloaded,
        408 | 500..=599 => Class::Uncertain,
        _ => Class::Invalid,
    }
}

/// The error that `class` is, at `stage`.
pub(crate) fn error(class: Class, answer: &Answer, stage: Stage) -> EngineError {
    let (why, after) = (answer.told(), answer.after);
    match class {
        Class::Busy => EngineError::Busy { why, after },
        Class::Auth | Class::Balance if stage == Stage::Submit => EngineError::Unusable { why },
        Class::Uncertain if stage == Stage::Submit => EngineError::Uncertain { why },
        Class::Fine | Class::Auth | Class::Balance | Class::Overloaded | Class::Uncertain => {
            EngineError::Retry { why, after }
        }
        // About a job that was taken, "no such job" may be a moment's forgetfulness of a large service.
        Class::Invalid if stage != Stage::Submit && !answer.is_success() => EngineError::Retry { why, after },
        Class::Lost => EngineError::Lost,
        Class::Invalid => rejected(FailureCode::UpstreamRejected, INVALID, &why),
        Class::InvalidMedia => rejected(FailureCode::InvalidMedia, MEDIA, &why),
        Class::ModerationInput => rejected(FailureCode::ContentPolicy, INPUT, &why),
        Class::ModerationOutput => rejected(FailureCode::ContentPolicy, OUTPUT, &why),
        Class::Failed => rejected(FailureCode::UpstreamRejected, FAILED, &why),
    }
}

const INVALID: &str =
    "The engine does not take the request as it is. Nothing was charged; the operator's log says more.";
const MEDIA: &str = "The engine could not use a reference. Nothing was charged; send another file.";
const INPUT: &str = "The engine's content rules forbid what was asked for. Nothing was charged; change the prompt or the references.";
const OUTPUT: &str =
    "The engine's content rules forbid what came out. Nothing was charged; change the prompt, or try again.";
const FAILED: &str = "The engine could not make the film. Nothing was charged; create the task again.";

fn rejected(code: FailureCode, message: &str, why: &str) -> EngineError {
    tracing::warn!(%code, why, "an upstream refused a job");
    EngineError::Reject(Failure::new(code, message))
}

/// The film is where it may not be fetched from.
pub(crate) fn unreachable_film(why: &str) -> Failure {
    tracing::error!(
        why,
        "an upstream delivered an address that may not be fetched; `media_allow` could allow it"
    );
    Failure::new(
        FailureCode::UpstreamRejected,
        "The engine's film could not be fetched. Nothing was charged; the operator's log says more.",
    )
}
