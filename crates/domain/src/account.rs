//! Accounts: who owns tasks, keys and money, and on what terms. The balance itself is not here: it changes with every
//! task, and only the store's transactions know it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::AccountId;
use crate::limit::Limits;
use crate::model::{Model, Tariff};
use crate::money::{Billing, Micros};

/// Prices that an account has instead of the catalogue's, by model.
pub type Prices = BTreeMap<String, Tariff>;

/// An account, without its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name in ids.
    pub id: AccountId,
    /// What the operator calls it; may be empty.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// How it pays.
    pub billing: Billing,
    /// What it may use, all its keys together.
    pub limits: Limits,
    /// Its own prices.
    pub prices: Prices,
    /// Since when it may create nothing, if it may not. It can still read what it has.
    pub suspended: Option<Timestamp>,
}

impl Account {
    /// A new account that pays as `billing` says, with nothing set.
    pub fn new(id: AccountId, billing: Billing, created: Timestamp) -> Self {
        Self {
            id,
            name: String::new(),
            created,
            billing,
            limits: Limits::default(),
            prices: Prices::new(),
            suspended: None,
        }
    }

    /// What a film of `seconds` at `resolution` costs this account.
    pub fn price(&self, model: &Model, seconds: u32, resolution: &str) -> Micros {
        self.prices.get(&model.name).unwrap_or(&model.tariff).price(seconds, resolution)
    }
}

/// What an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// What it may spend.
    pub available: Micros,
    /// What is set aside for tasks that have not ended.
    pub held: Micros,
    /// How many tasks have not ended.
    pub in_flight: u32,
}
