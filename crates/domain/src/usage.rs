//! Use: what ended, counted by day, account, key and model. What is charged is a sum of captures and never more.

use crate::calendar::Day;
use crate::id::{AccountId, KeyId};
use crate::money::Micros;

/// What use is summed up by. What is not asked for is summed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Each day (UTC) by itself.
    Day,
    /// Each account by itself.
    Account,
    /// Each key by itself.
    Key,
    /// Each model by itself.
    Model,
}

impl Dimension {
    /// All of them, in the order that sums are sorted by.
    pub const ALL: [Self; 4] = [Self::Day, Self::Account, Self::Key, Self::Model];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Account => "account",
            Self::Key => "key",
            Self::Model => "model",
        }
    }

    /// The dimension of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What ended, summed up. A dimension that was not asked for is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// On which day.
    pub day: Option<Day>,
    /// For which account.
    pub account: Option<AccountId>,
    /// By which key.
    pub key: Option<KeyId>,
    /// With which model.
    pub model: Option<String>,
    /// Tasks that succeeded.
    pub succeeded: u64,
    /// Tasks that failed.
    pub failed: u64,
    /// Tasks that were canceled or expired.
    pub canceled: u64,
    /// How long the films are together, in milliseconds.
    pub film_ms: u64,
    /// What was charged.
    pub charged: Micros,
}
