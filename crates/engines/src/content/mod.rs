//! What may be made: a prompt is looked at before it is sent to an engine. [`Rules`] are the operator's own, words and
//! patterns from a file, and cost nothing to ask; a [`Moderator`] is a service that speaks the shape of OpenAI's
//! moderations, and is asked where waiting does not matter.
//!
//! Deliberately absent: a list of words of our own, looking at pictures and films (engines do, and say so), and any
//! copy of the prompt in what is said about it.

mod fold;
mod moderator;
mod rules;

use std::fmt;
use std::time::Duration;

pub use moderator::{InvalidModerator, Moderator};
pub use rules::{InvalidRules, Rules};

/// What decides about prompts. By default nothing is refused.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Asked when a task is created.
    pub rules: Rules,
    /// Asked before a task is sent to its engine.
    pub moderator: Option<Moderator>,
}

impl Content {
    /// What the rules of this machine say.
    pub fn local(&self, prompt: &str) -> Option<Refused> {
        self.rules.refuses(prompt).map(|line| Refused { by: By::Rule { line } })
    }

    /// What the moderator says, if there is one.
    pub async fn remote(&self, prompt: &str) -> Result<Option<Refused>, Unavailable> {
        let Some(moderator) = &self.moderator else { return Ok(None) };
        let categories = moderator.flags(prompt).await?;
        Ok(categories.map(|categories| Refused { by: By::Moderator { categories } }))
    }
}

/// A prompt that is not to be made. As text it is for the operator's log, and holds nothing of the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// By whom.
    pub by: By,
}

/// Who refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// A rule of the file.
    Rule {
        /// Its line, from 1.
        line: usize,
    },
    /// The moderator.
    Moderator {
        /// For what: names as the service calls them, sorted, at most twenty; possibly none.
        categories: Vec<String>,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            By::Rule { line } => write!(out, "the rule in line {line}"),
            By::Moderator { categories } if categories.is_empty() => out.write_str("the moderator"),
            By::Moderator { categories } => write!(out, "the moderator, for {}", categories.join(", ")),
        }
    }
}

/// The moderator could not be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unavailable {
    /// For the log: neither the prompt nor the credential.
    pub why: String,
    /// When it wants to be asked again, where it said so; an hour at most.
    pub after: Option<Duration>,
}
