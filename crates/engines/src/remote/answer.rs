//! Answers of an upstream: read to a cap, as JSON where they are JSON, with the status beside the body's members as
//! `http` so that conditions can ask for both. What is said of an answer in a log is short and plain.

use std::time::Duration;

use serde_json::{Value, json};

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) http: u16,
    /// The body's members and `http`; `text` where the body is no JSON.
    pub(crate) value: Value,
    /// Whether the body was JSON.
    pub(crate) readable: bool,
    /// When the upstream wants to be asked again, where it said so.
    pub(crate) after: Option<Duration>,
}

/// How much of a body a log line tells.
const TOLD: usize = 300;

impl Answer {
    /// The answer with this status and body.
    pub(crate) fn new(http: u16, body: &[u8], after: Option<Duration>) -> Self {
        let read = serde_json::from_slice::<Value>(body);
        let readable = read.is_ok();
        let value = match read {
            Ok(Value::Object(mut members)) => {
                members.insert("http".to_owned(), http.into());
                Value::Object(members)
            }
            Ok(other) => json!({ "http": http, "body": other }),
            Err(_) => json!({ "http": http, "text": String::from_utf8_lossy(&body[..body.len().min(4096)]) }),
        };
        Self { http, value, readable, after }
    }

    /// Whether the status is one of success.
    pub(crate) const fn is_success(&self) -> bool {
        self.http >= 200 && self.http < 300
    }

    /// What it says, for the log.
    pub(crate) fn told(&self) -> String {
        let whole = self.value.to_string();
        let plain = whole.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        plain.take(TOLD).collect()
    }
}
