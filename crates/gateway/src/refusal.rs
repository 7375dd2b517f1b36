//! Why a verb did not do what was asked. The server gives each its status code and text.

use filmgate_domain::key::Scope;
use filmgate_store::StoreError;

/// A verb's "no".
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The key may not do this.
    #[error("the key lacks the scope `{}`", .0.as_str())]
    Forbidden(Scope),
    /// There is no such thing, or it is somebody else's: the same answer.
    #[error("no such task")]
    NotFound,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyConflict,
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
