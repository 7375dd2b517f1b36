//! Writes that make and change accounts.

use filmgate_domain::account::{Account, Prices};
use filmgate_domain::audit::Deed;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::AccountId;
use filmgate_domain::limit::Limits;
use filmgate_domain::money::Billing;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Effect, Outcome, json, next_revision, note, told};
use crate::row;

/// What is to be different about an account; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPatch {
    /// What the operator calls it.
    pub name: Option<String>,
    /// How it pays. Holds of unfinished tasks go back to where they came from.
    pub billing: Option<Billing>,
    /// What it may use.
    pub limits: Option<Limits>,
    /// Its own prices.
    pub prices: Option<Prices>,
    /// Whether it may create nothing.
    pub suspended: Option<bool>,
}

/// Makes the account unless one with its id is there; says whether it did.
pub(crate) fn create(
    db: &Connection,
    account: &Account,
    deed: Option<&Deed>,
    now: Timestamp,
) -> Outcome<bool> {
    if super::account_exists(db, &account.id)? {
        return told(false, Vec::new());
    }
    let sql = "INSERT INTO account (id, name, created, billing, limits, prices, suspended, revision)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    db.prepare_cached(sql)?.execute(params![
        account.id.as_str(),
        account.name,
        account.created.millis(),
        account.billing.as_str(),
        json(&account.limits)?,
        json(&account.prices)?,
        account.suspended.map(Timestamp::millis),
        next_revision(db)?,
    ])?;
    if let Some(deed) = deed {
        note(db, deed, now)?;
    }
    told(true, vec![Effect::Registry])
}

/// Changes the account; answers how it is now. `None`: there is none.
pub(crate) fn change(
    db: &Connection,
    id: &AccountId,
    patch: AccountPatch,
    deed: &Deed,
    now: Timestamp,
) -> Outcome<Option<Account>> {
    let found = "SELECT * FROM account WHERE id = ?1";
    let known = db.prepare_cached(found)?.query_row([id.as_str()], row::account).optional()?;
    let Some(known) = known else { return told(None, Vec::new()) };
    let suspended = match patch.suspended {
        Some(true) => known.suspended.or(Some(now)),
        Some(false) => None,
        None => known.suspended,
    };
    let account = Account {
        name: patch.name.unwrap_or(known.name),
        billing: patch.billing.unwrap_or(known.billing),
        limits: patch.limits.unwrap_or(known.limits),
        prices: patch.prices.unwrap_or(known.prices),
        suspended,
        id: known.id,
        created: known.created,
    };
    let sql =
        "UPDATE account SET name = ?2, billing = ?3, limits = ?4, prices = ?5, suspended = ?6, revision = ?7
               WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![
        account.id.as_str(),
        account.name,
        account.billing.as_str(),
        json(&account.limits)?,
        json(&account.prices)?,
        account.suspended.map(Timestamp::millis),
        next_revision(db)?,
    ])?;
    note(db, deed, now)?;
    told(Some(account), vec![Effect::Registry])
}
