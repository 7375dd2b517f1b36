//! Writes that make, change, rotate and revoke keys.

use filmgate_domain::audit::Deed;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::KeyId;
use filmgate_domain::key::{Budget, Key, Scopes, Secret};
use filmgate_domain::limit::Limits;
use rusqlite::{Connection, params};

use super::{Effect, Outcome, json, key_exists, next_revision, note, told};
use crate::reads::registry;

/// What is to be different about a key; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPatch {
    /// What the operator calls it.
    pub name: Option<String>,
    /// What it may do.
    pub scopes: Option<Scopes>,
    /// The models it may create with.
    pub models: Option<Option<Vec<String>>>,
    /// What it may use.
    pub limits: Option<Limits>,
    /// What it may spend.
    pub budget: Option<Budget>,
    /// When it stops working.
    pub expires: Option<Option<Timestamp>>,
}

/// Keeps a key whose one secret has this hash. Nothing happens when a key has that secret already.
pub(crate) fn create(
    db: &Connection,
    key: &Key,
    hash: &[u8; 32],
    deed: Option<&Deed>,
    now: Timestamp,
) -> Outcome<()> {
    let known = "SELECT 1 FROM key_secret WHERE hash = ?1";
    if db.prepare_cached(known)?.exists([hash])? {
        return told((), Vec::new());
    }
    let sql =
        "INSERT INTO api_key (id, account, name, scopes, models, limits, budget, created, expires, revoked,
                                    revision)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let moment = |moment: Option<Timestamp>| moment.map(Timestamp::millis);
    // The number of the change is taken last: a key without an account is refused before anything is written.
    let revision: i64 = db
        .prepare_cached("SELECT value + 1 FROM counter WHERE name = 'revision'")?
        .query_row([], |row| row.get(0))?;
    db.prepare_cached(sql)?.execute(params![
        key.id.as_str(),
        key.account.as_str(),
        key.name,
        key.scopes.to_string(),
        key.models.as_ref().map(json).transpose()?,
        json(&key.limits)?,
        json(&key.budget)?,
        key.created.millis(),
        moment(key.expires),
        moment(key.revoked),
        revision,
    ])?;
    next_revision(db)?;
    let hint = key.secrets.first().map_or("", |secret| &secret.hint);
    keep_secret(db, &key.id, hash, hint, now)?;
    if let Some(deed) = deed {
        note(db, deed, now)?;
    }
    told((), vec![Effect::Registry])
}

fn keep_secret(
    db: &Connection,
    key: &KeyId,
    hash: &[u8; 32],
    hint: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO key_secret (hash, key, hint, created) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute(params![hash, key.as_str(), hint, now.millis()])?;
    Ok(())
}

/// Changes the key; answers how it is now. `None`: there is none.
pub(crate) fn change(
    db: &Connection,
    id: &KeyId,
    patch: KeyPatch,
    deed: &Deed,
    now: Timestamp,
) -> Outcome<Option<Key>> {
    let Some(known) = registry::key(db, id.as_str())? else { return told(None, Vec::new()) };
    let key = Key {
        name: patch.name.unwrap_or(known.name),
        scopes: patch.scopes.unwrap_or(known.scopes),
        models: patch.models.unwrap_or(known.models),
        limits: patch.limits.unwrap_or(known.limits),
        budget: patch.budget.unwrap_or(known.budget),
        expires: patch.expires.unwrap_or(known.expires),
        ..known
    };
    let sql =
        "UPDATE api_key SET name = ?2, scopes = ?3, models = ?4, limits = ?5, budget = ?6, expires = ?7,
                 revision = ?8 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![
        key.id.as_str(),
        key.name,
        key.scopes.to_string(),
        key.models.as_ref().map(json).transpose()?,
        json(&key.limits)?,
        json(&key.budget)?,
        key.expires.map(Timestamp::millis),
        next_revision(db)?,
    ])?;
    note(db, deed, now)?;
    told(Some(key), vec![Effect::Registry])
}

/// Gives the key another secret; those it has end at `overlap_until`, or when they would have anyway. Answers how the
/// key is now; `None`: there is none that works.
pub(crate) fn rotate(
    db: &Connection,
    id: &KeyId,
    hash: &[u8; 32],
    secret: &Secret,
    overlap_until: Timestamp,
    deed: &Deed,
) -> Outcome<Option<Key>> {
    let now = secret.created;
    let known = registry::key(db, id.as_str())?;
    if !known.is_some_and(|key| key.works_at(now)) {
        return told(None, Vec::new());
    }
    let end = "UPDATE key_secret SET expires = min(ifnull(expires, ?2), ?2) WHERE key = ?1";
    db.prepare_cached(end)?.execute(params![id.as_str(), overlap_until.millis()])?;
    keep_secret(db, id, hash, &secret.hint, now)?;
    touch(db, id)?;
    note(db, deed, now)?;
    told(registry::key(db, id.as_str())?, vec![Effect::Registry])
}

/// Revokes the key; says whether that changed anything. `None`: there is none.
pub(crate) fn revoke(db: &Connection, id: &KeyId, deed: &Deed, now: Timestamp) -> Outcome<Option<bool>> {
    if !key_exists(db, id)? {
        return told(None, Vec::new());
    }
    let sql = "UPDATE api_key SET revoked = ?2 WHERE id = ?1 AND revoked IS NULL";
    if db.prepare_cached(sql)?.execute(params![id.as_str(), now.millis()])? == 0 {
        return told(Some(false), Vec::new());
    }
    touch(db, id)?;
    note(db, deed, now)?;
    told(Some(true), vec![Effect::Registry])
}

fn touch(db: &Connection, id: &KeyId) -> rusqlite::Result<()> {
    let sql = "UPDATE api_key SET revision = ?2 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id.as_str(), next_revision(db)?])?;
    Ok(())
}
