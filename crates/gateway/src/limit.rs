//! Limits: before anything is done for a request, it takes one from the buckets of its key and of its account. How many
//! tasks may be unfinished is counted where tasks are made, in the store's transaction.

use std::time::Duration;

use filmgate_domain::key::{Buckets, Caller};
use filmgate_domain::limit::{Bucket, Limits, Rate, Standing};

use crate::Gateway;

/// What a request is, to the buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It asks for work.
    Create,
    /// It asks anything else; of these there are many more.
    Poll,
}

impl Use {
    /// Its name in headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Poll => "poll",
        }
    }

    const fn rate(self, limits: Limits) -> Option<Rate> {
        match self {
            Self::Create => limits.creates,
            Self::Poll => limits.polls,
        }
    }

    const fn bucket(self, buckets: &Buckets) -> &Bucket {
        match self {
            Self::Create => &buckets.creates,
            Self::Poll => &buckets.polls,
        }
    }
}

/// What is left of the tightest limit that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Of which, by its name in headers.
    pub of: &'static str,
    /// How many at once, and within one window.
    pub quota: u32,
    /// The window, in seconds.
    pub window: i64,
    /// How many are left now.
    pub remaining: u32,
    /// After how long the whole quota is there again; for one that is used up, when the next one is.
    pub resets_in: Duration,
}

impl Allowance {
    fn after(of: Use, rate: Rate, standing: Standing) -> Option<Self> {
        let Standing { remaining, full_in: resets_in } = standing;
        Some(Self { of: of.as_str(), quota: rate.quota()?, window: rate.window(), remaining, resets_in })
    }
}

/// Whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The key's own.
    Key,
    /// That of all the account's keys together.
    Account,
}

impl Whose {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Account => "account",
        }
    }
}

/// A limit that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// What there is of it: nothing, for a while.
    pub allowance: Allowance,
    /// Whose it is.
    pub whose: Whose,
}

impl Gateway {
    /// Takes one for a request of `caller`. A key that has none left takes nothing from its account.
    pub fn admit(&self, caller: &Caller, of: Use) -> Result<Option<Allowance>, Exhausted> {
        let settings = self.settings();
        let key = (Whose::Key, caller.key.limits.or(settings.key_limits), &caller.key_buckets);
        let account =
            (Whose::Account, caller.account.limits.or(settings.account_limits), &caller.account_buckets);
        let mut tightest: Option<Allowance> = None;
        for (whose, limits, buckets) in [key, account] {
            let rate = of.rate(limits).unwrap_or(Rate::NONE);
            let taken = of.bucket(buckets).take(rate, self.now());
            let standing = taken.map_err(|wait| exhausted(of, rate, whose, wait))?;
            let allowance = standing.and_then(|standing| Allowance::after(of, rate, standing));
            if let Some(one) = allowance
                && tightest.is_none_or(|other| one.remaining < other.remaining)
            {
                tightest = Some(one);
            }
        }
        Ok(tightest)
    }
}

fn exhausted(of: Use, rate: Rate, whose: Whose, resets_in: Duration) -> Exhausted {
    let quota = rate.quota().unwrap_or_default();
    Exhausted {
        allowance: Allowance { of: of.as_str(), quota, window: rate.window(), remaining: 0, resets_in },
        whose,
    }
}
