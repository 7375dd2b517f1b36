//! Why a verb did not do what was asked. The server gives each its status code and text.

use filmgate_domain::clock::Timestamp;
use filmgate_domain::key::Scope;
use filmgate_domain::money::Micros;
use filmgate_store::{Denial, StoreError};

use crate::limit::Whose;

/// A verb's "no".
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The key may not do this.
    #[error("the key lacks the scope `{}`", .0.as_str())]
    Forbidden(Scope),
    /// The key may not use the model.
    #[error("the key may not use the model {model}")]
    Model {
        /// The model.
        model: String,
        /// Those it may use.
        allowed: Vec<String>,
    },
    /// The account may create nothing.
    #[error("the account is suspended")]
    Suspended,
    /// The key stopped working while it was used.
    #[error("the key does not work any more")]
    NoKey,
    /// The account cannot pay.
    #[error("{price} is more than the {available} that the account has")]
    Balance {
        /// What the task costs.
        price: Micros,
        /// What the account may spend.
        available: Micros,
    },
    /// The key has spent what it may.
    #[error("the key has {left} left of its budget of {budget}")]
    Budget {
        /// What it may spend within the day, or the month.
        budget: Micros,
        /// What is left of it.
        left: Micros,
        /// When the next day, or month, begins.
        renews: Timestamp,
    },
    /// Too many tasks are unfinished.
    #[error("{most} tasks are unfinished, and no more may be")]
    InFlight {
        /// How many may be.
        most: u32,
        /// Whose limit it is.
        whose: Whose,
    },
    /// An operator's request has a value that is not allowed.
    #[error("{field} {why}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is allowed.
        why: String,
    },
    /// There is no such account or key. Only operators are told so.
    #[error("there is no {what} `{id}`")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// By which id.
        id: String,
    },
    /// What is there does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// There is no such thing, or it is somebody else's: the same answer.
    #[error("no such task")]
    NotFound,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyConflict,
    /// A content rule refuses the prompt.
    #[error("the prompt is refused by a content rule")]
    ContentPolicy,
    /// An inline reference is broken.
    #[error("{0}")]
    InvalidMedia(String),
    /// The link's signature is not ours.
    #[error("the link's signature does not match")]
    BadSignature,
    /// The link, or what it led to, is past its time.
    #[error("the link has expired")]
    Expired,
    /// Not now: the store cannot take it. Ask again later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Our own fault.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NoKey => Self::NoKey,
            Denial::Suspended => Self::Suspended,
            Denial::Balance { price, available } => Self::Balance { price, available },
            Denial::Budget { budget, left, renews } => Self::Budget { budget, left, renews },
            Denial::InFlight { most, of_key } => {
                Self::InFlight { most, whose: if of_key { Whose::Key } else { Whose::Account } }
            }
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
