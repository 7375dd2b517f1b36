//! Reads of accounts and keys, for operators and for whoever keeps the callers in memory.

use filmgate_domain::account::{Account, Balance};
use filmgate_domain::calendar::Day;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, KeyId};
use filmgate_domain::key::{Key, Scopes, Secret, Spending};
use filmgate_domain::money::Micros;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use crate::row;

/// An account and what it has.
pub(crate) fn account(db: &Connection, id: &str) -> rusqlite::Result<Option<(Account, Balance)>> {
    let mut statement = db.prepare_cached("SELECT * FROM account WHERE id = ?1")?;
    statement.query_row([id], |row| Ok((row::account(row)?, row::balance(row)?))).optional()
}

/// Accounts after `after`, by id.
pub(crate) fn accounts(
    db: &Connection,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Vec<(Account, Balance)>> {
    let mut statement = db.prepare_cached("SELECT * FROM account WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let rows = statement
        .query_map(params![after, row::limit(limit)], |row| Ok((row::account(row)?, row::balance(row)?)))?;
    rows.collect()
}

/// The key called `id`.
pub(crate) fn key(db: &Connection, id: &str) -> rusqlite::Result<Option<Key>> {
    let mut found = None;
    each_key(db, "WHERE k.id = ?1", params![id], |key, _| found = Some(key))?;
    Ok(found)
}

/// Keys after `after`, by id, with what they have spent.
pub(crate) fn keys(
    db: &Connection,
    account: Option<&str>,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Vec<Spending>> {
    let (index, of_account) = match account {
        Some(_) => ("INDEXED BY api_key_of_account", "account = ?3 AND "),
        None => ("", "?3 IS NULL AND "),
    };
    let sql = format!("SELECT id FROM api_key {index} WHERE {of_account}id > ?1 ORDER BY id LIMIT ?2");
    let mut statement = db.prepare_cached(&sql)?;
    let ids: Vec<String> = statement
        .query_map(params![after, row::limit(limit), account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ids.iter().filter_map(|id| spending(db, id).transpose()).collect()
}

/// The key called `id`, with what it has spent.
pub(crate) fn spending(db: &Connection, id: &str) -> rusqlite::Result<Option<Spending>> {
    let Some(key) = key(db, id)? else { return Ok(None) };
    let sql = "SELECT in_flight, day, day_spent, month, month_spent FROM api_key WHERE id = ?1";
    db.prepare_cached(sql)?
        .query_row([id], |row| {
            let sum = |day: &str, spent: &str| {
                Ok::<_, rusqlite::Error>((Day(row.get(day)?), Micros(row.get(spent)?)))
            };
            let (day, month) = (sum("day", "day_spent")?, sum("month", "month_spent")?);
            Ok(Spending { key, in_flight: row.get(0)?, day, month })
        })
        .optional()
}

/// Gives every key that `filter` lets through to `take`, with the hashes of its secrets in their order.
pub(crate) fn each_key(
    db: &Connection,
    filter: &str,
    values: &[&dyn ToSql],
    mut take: impl FnMut(Key, &[[u8; 32]]),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT k.*, s.hash, s.hint, s.created AS secret_created, s.expires AS secret_expires
         FROM api_key AS k JOIN key_secret AS s ON s.key = k.id {filter} ORDER BY k.id, s.created"
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows = statement.query(values)?;
    let mut current: Option<(Key, Vec<[u8; 32]>)> = None;
    while let Some(row) = rows.next()? {
        let id: String = row.get("id")?;
        if current.as_ref().is_some_and(|(key, _)| key.id.as_str() != id)
            && let Some((key, hashes)) = current.take()
        {
            take(key, &hashes);
        }
        let (key, hashes) = match &mut current {
            Some(current) => current,
            none => none.insert((bare(row, id)?, Vec::new())),
        };
        hashes.push(row.get("hash")?);
        key.secrets.push(secret(row)?);
    }
    if let Some((key, hashes)) = current {
        take(key, &hashes);
    }
    Ok(())
}

fn secret(row: &Row<'_>) -> rusqlite::Result<Secret> {
    Ok(Secret {
        hint: row.get("hint")?,
        created: Timestamp::from_millis(row.get("secret_created")?),
        expires: row.get::<_, Option<i64>>("secret_expires")?.map(Timestamp::from_millis),
    })
}

/// The key without its secrets.
fn bare(row: &Row<'_>, id: String) -> rusqlite::Result<Key> {
    let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let scopes: String = row.get("scopes")?;
    let models: Option<String> = row.get("models")?;
    let models = models.map(|models| row::json("models", &models)).transpose()?;
    Ok(Key {
        id: KeyId::from_text(id),
        account: AccountId::from_text(row.get::<_, String>("account")?),
        name: row.get("name")?,
        scopes: Scopes::parse(&scopes).unwrap_or_else(|_| Scopes::of([])),
        models,
        limits: row::json("limits", &row.get::<_, String>("limits")?)?,
        budget: row::json("budget", &row.get::<_, String>("budget")?)?,
        created: Timestamp::from_millis(row.get("created")?),
        expires: moment(row.get("expires")?),
        revoked: moment(row.get("revoked")?),
        secrets: Vec::new(),
    })
}
