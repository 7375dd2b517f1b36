//! What became of a request on its way to an upstream: which upstream, and what it was sent instead of what was asked
//! for. It is kept with the task, so that nobody has to guess why a film is longer than was asked.

use serde::{Deserialize, Serialize};

/// One value that an upstream could not take as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which value, in our own words: `seconds`, `size`, `seed`.
    pub field: String,
    /// What was asked for.
    pub asked: String,
    /// What was sent; nothing where it was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
}

impl Change {
    /// `field` was `asked` and became `sent`.
    pub fn new(field: &str, asked: &impl ToString, sent: Option<String>) -> Self {
        Self { field: field.to_owned(), asked: asked.to_string(), sent }
    }
}

/// `seconds 5 became 6`, `seed 7 was left out`.
impl std::fmt::Display for Change {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.sent {
            Some(sent) => write!(out, "{} {} became {sent}", self.field, self.asked),
            None => write!(out, "{} {} was left out", self.field, self.asked),
        }
    }
}

/// The last attempt's way to its upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// The upstream's name.
    pub upstream: String,
    /// What was changed; mostly nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}
