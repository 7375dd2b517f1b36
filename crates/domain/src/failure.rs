//! Why a task failed: one code of a closed list, and a text that says what happened and what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The closed list of reasons, stable on the wire as `error_code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The prompt or a reference was refused by a content rule.
    ContentPolicy,
    /// A reference was not what the request needs, as its bytes show.
    InvalidMedia,
    /// The upstream refused the job; trying again will not help.
    UpstreamRejected,
    /// The upstream could not be reached for as long as we were willing to try.
    UpstreamUnavailable,
    /// The task took longer than it may.
    TimedOut,
    /// A submit whose outcome nobody knows; it was not repeated.
    SubmitUncertain,
    /// The client or the operator stopped it.
    Cancelled,
    /// Our own fault.
    Internal,
}

impl FailureCode {
    /// Every code, in the order of the contract.
    pub const ALL: [Self; 8] = [
        Self::ContentPolicy,
        Self::InvalidMedia,
        Self::UpstreamRejected,
        Self::UpstreamUnavailable,
        Self::TimedOut,
        Self::SubmitUncertain,
        Self::Cancelled,
        Self::Internal,
    ];

    /// The code as the wire and the database spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContentPolicy => "content_policy",
            Self::InvalidMedia => "invalid_media",
            Self::UpstreamRejected => "upstream_rejected",
            Self::UpstreamUnavailable => "upstream_unavailable",
            Self::TimedOut => "timed_out",
            Self::SubmitUncertain => "submit_uncertain",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }

    /// The code spelled `text`, if there is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A failure: what a client is told. Never a path, a key, an upstream's name or a stack trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which of the known reasons.
    pub code: FailureCode,
    /// What happened and what to do, in English.
    pub message: String,
}

impl Failure {
    /// A failure with `code` and `message`.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
