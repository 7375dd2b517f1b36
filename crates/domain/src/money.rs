//! Money: integer micro-units, never a float.

use serde::{Deserialize, Serialize};

/// An amount in millionths of the operator's currency unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

/// What becomes of the money held for a task when the task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The price is taken: the task succeeded.
    Capture,
    /// The price is given back: every other end.
    Release,
}
