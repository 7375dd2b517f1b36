//! Keys and callers: who may ask for what. The secret itself never comes here; the store keeps its hash.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{AccountId, KeyId};

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

/// A key as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its public name.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// What the operator calls it; may be empty.
    pub name: String,
    /// The first characters of the secret, to recognise it by.
    pub hint: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked: Option<Timestamp>,
}

impl Key {
    /// Whether the key works at `now`.
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }
}

/// Who is asking, once the key has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account that owns what is created and may see what is read.
    pub account: AccountId,
    /// The key that was shown.
    pub key: KeyId,
    /// What the key may do.
    pub scopes: Scopes,
}

impl Caller {
    /// Whether the caller may see things of `owner`.
    pub fn sees(&self, owner: &AccountId) -> bool {
        self.account == *owner || self.scopes.allow(Scope::Admin)
    }
}
