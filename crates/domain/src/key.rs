//! Keys and callers: who may ask for what. The secret itself never comes here; the store keeps its hash.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::calendar::Day;
use crate::clock::Timestamp;
use crate::id::{AccountId, KeyId};
use crate::limit::{Bucket, Limits};
use crate::money::Micros;

/// What every key's secret begins with.
pub const SECRET_PREFIX: &str = "fg_";

/// One thing a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Create tasks.
    Create,
    /// Read tasks and lists.
    Read,
    /// Cancel unfinished and delete finished tasks.
    Cancel,
    /// See and do everything, on every account.
    Admin,
}

impl Scope {
    /// Every scope, in display order.
    pub const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Cancel, Self::Admin];

    /// The scope's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Cancel => "cancel",
            Self::Admin => "admin",
        }
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

/// A scope's name that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope `{0}`; allowed are create, read, cancel and admin")]
pub struct UnknownScope(pub String);

impl Scopes {
    /// What a client's key usually has: create, read, cancel.
    pub const CLIENT: Self = Self(0b0111);
    /// Everything.
    pub const ALL: Self = Self(0b1111);

    /// The set of `scopes`.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | 1 << scope as u8))
    }

    /// Whether the set allows `scope`; `admin` allows all.
    pub const fn allow(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8 | 1 << Scope::Admin as u8) != 0
    }

    /// Parses names divided by spaces or commas.
    pub fn parse(text: &str) -> Result<Self, UnknownScope> {
        let names = text.split([' ', ',']).filter(|name| !name.is_empty());
        names
            .map(|name| {
                let known = Scope::ALL.into_iter().find(|scope| scope.as_str() == name);
                known.ok_or_else(|| UnknownScope(name.to_owned()))
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Self::of)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = Scope::ALL.into_iter().filter(|scope| self.0 & (1 << *scope as u8) != 0);
        out.write_str(&held.map(Scope::as_str).collect::<Vec<_>>().join(" "))
    }
}

/// What a key may spend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Within a day (UTC), holds of unfinished tasks included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Micros>,
    /// Within a month (UTC), likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<Micros>,
}

/// A key as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its public name.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// What the operator calls it; may be empty.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The models it may create with; `None` for all.
    pub models: Option<Vec<String>>,
    /// What it may use.
    pub limits: Limits,
    /// What it may spend.
    pub budget: Budget,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked: Option<Timestamp>,
    /// What it is shown with, the newest last. After a rotation there are several for a while.
    pub secrets: Vec<Secret>,
}

/// A secret of a key, without the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its first characters, to recognise it by.
    pub hint: String,
    /// When it was made.
    pub created: Timestamp,
    /// When a rotation ends it, if one does.
    pub expires: Option<Timestamp>,
}

impl Key {
    /// Whether the key works at `now`.
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }

    /// Whether it may create with the model called `model`.
    pub fn may_use(&self, model: &str) -> bool {
        self.models.as_ref().is_none_or(|models| models.iter().any(|allowed| allowed == model))
    }
}

/// A key and what it has spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// The key.
    pub key: Key,
    /// How many of its tasks have not ended.
    pub in_flight: u32,
    /// What it spent on the day (UTC) that it last created on, holds included.
    pub day: (Day, Micros),
    /// What it spent in that day's month, which is named by its first day.
    pub month: (Day, Micros),
}

impl Spending {
    /// What it has spent on `today` and in its month.
    pub fn on(&self, today: Day) -> (Micros, Micros) {
        let current = |(day, spent): (Day, Micros), now: Day| if day == now { spent } else { Micros(0) };
        (current(self.day, today), current(self.month, today.month()))
    }
}

/// The buckets that a caller takes from.
#[derive(Debug, Default)]
pub struct Buckets {
    /// For creates.
    pub creates: Bucket,
    /// For everything else.
    pub polls: Bucket,
}

/// Who is asking, once the key has been checked. It never changes; when the key or its account does, another takes its
/// place, with the same buckets.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account that owns what is created and may see what is read.
    pub account: Arc<Account>,
    /// The key that was shown.
    pub key: Arc<Key>,
    /// When the secret that was shown stops working, if ever.
    pub ends: Option<Timestamp>,
    /// What the account's keys take from together.
    pub account_buckets: Arc<Buckets>,
    /// What the key takes from.
    pub key_buckets: Arc<Buckets>,
}

impl Caller {
    /// Whether the key may do what `scope` names.
    pub fn may(&self, scope: Scope) -> bool {
        self.key.scopes.allow(scope)
    }

    /// Whether the secret works at `now`.
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.key.works_at(now) && self.ends.is_none_or(|end| now < end)
    }

    /// The account whose things it sees; `None` when it sees everybody's.
    pub fn sees(&self) -> Option<&AccountId> {
        if self.may(Scope::Admin) { None } else { Some(&self.account.id) }
    }
}
