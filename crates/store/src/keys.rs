//! The keys that are known, by the SHA-256 of their secrets. A ring never changes; when a key does, another ring takes
//! its place.

use std::collections::HashMap;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, KeyId};
use filmgate_domain::key::{Key, Scopes};
use rusqlite::{Connection, Row};

/// Every key that was ever made, revoked and expired ones included.
#[derive(Debug, Default)]
pub struct KeyRing(HashMap<[u8; 32], Key>);

impl KeyRing {
    /// The key with this hash, and the hash as it is kept, to be compared in constant time.
    pub fn find(&self, hash: &[u8; 32]) -> Option<(&[u8; 32], &Key)> {
        self.0.get_key_value(hash)
    }

    /// Every key, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.values()
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut all = connection.prepare(
            "SELECT hash, id, account, name, hint, scopes, created, expires, revoked FROM api_key",
        )?;
        let ring = all.query_map([], |row| Ok((row.get("hash")?, key(row)?)))?.collect::<Result<_, _>>()?;
        Ok(Self(ring))
    }
}

fn key(row: &Row<'_>) -> rusqlite::Result<Key> {
    let scopes: String = row.get("scopes")?;
    let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    Ok(Key {
        id: KeyId::from_text(row.get::<_, String>("id")?),
        account: AccountId::from_text(row.get::<_, String>("account")?),
        name: row.get("name")?,
        hint: row.get("hint")?,
        scopes: Scopes::parse(&scopes).unwrap_or_else(|_| Scopes::of([])),
        created: Timestamp::from_millis(row.get("created")?),
        expires: moment(row.get("expires")?),
        revoked: moment(row.get("revoked")?),
    })
}
