//! Callers: whoever shows a secret that is known, by the secret's SHA-256. Every account and key carries the number of
//! its last change; [`Callers::catch_up`] reads those that changed since it last did, whoever changed them. A caller
//! never changes; when its key or account does, another takes its place, with the same buckets.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use filmgate_domain::account::Account;
use filmgate_domain::id::AccountId;
use filmgate_domain::key::{Buckets, Caller, Key};
use rusqlite::{Connection, params};

use crate::reads::registry;
use crate::row;

/// Each account, and the buckets of all its keys together.
type Accounts = HashMap<AccountId, (Arc<Account>, Arc<Buckets>)>;

/// Everybody who may be asking.
#[derive(Debug, Default)]
pub(crate) struct Callers {
    by_hash: papaya::HashMap<[u8; 32], Arc<Caller>>,
    /// Only whoever catches up looks here.
    accounts: Mutex<Accounts>,
    /// The last change that is known.
    revision: AtomicI64,
}

impl Callers {
    /// The caller whose secret has this hash, and the hash as it is kept, to be compared in constant time.
    pub(crate) fn find(&self, hash: &[u8; 32]) -> Option<([u8; 32], Arc<Caller>)> {
        self.by_hash.pin().get_key_value(hash).map(|(kept, caller)| (*kept, Arc::clone(caller)))
    }

    /// Whether there is none at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }

    /// Reads what changed since the last time.
    pub(crate) fn catch_up(&self, db: &Connection) -> rusqlite::Result<()> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = self.revision.load(Ordering::Relaxed);
        let now: i64 = db
            .prepare_cached("SELECT value FROM counter WHERE name = 'revision'")?
            .query_row([], |row| row.get(0))?;
        if now == seen {
            return Ok(());
        }
        let mut changed = BTreeSet::new();
        let sql = "SELECT * FROM account INDEXED BY account_revision WHERE revision > ?1";
        let mut statement = db.prepare_cached(sql)?;
        for account in statement.query_map([seen], row::account)? {
            let account = account?;
            changed.insert(account.id.clone());
            let buckets =
                accounts.get(&account.id).map(|(_, buckets)| Arc::clone(buckets)).unwrap_or_default();
            accounts.insert(account.id.clone(), (Arc::new(account), buckets));
        }
        // At the first time every account has changed, and asking for the keys of each would take long.
        if seen == 0 {
            registry::each_key(db, "", params![], |key, hashes| self.keep(&accounts, key, hashes))?;
        } else {
            for account in changed {
                registry::each_key(db, "WHERE k.account = ?1", params![account.as_str()], |key, hashes| {
                    self.keep(&accounts, key, hashes);
                })?;
            }
            registry::each_key(db, "WHERE k.revision > ?1", params![seen], |key, hashes| {
                self.keep(&accounts, key, hashes);
            })?;
        }
        self.revision.store(now, Ordering::Relaxed);
        Ok(())
    }

    fn keep(&self, accounts: &Accounts, key: Key, hashes: &[[u8; 32]]) {
        let Some((account, account_buckets)) = accounts.get(&key.account) else { return };
        let by_hash = self.by_hash.pin();
        let known = hashes.iter().find_map(|hash| by_hash.get(hash));
        let key_buckets = known.map(|caller| Arc::clone(&caller.key_buckets)).unwrap_or_default();
        let key = Arc::new(key);
        for (hash, secret) in hashes.iter().zip(&key.secrets) {
            let caller = Caller {
                account: Arc::clone(account),
                key: Arc::clone(&key),
                ends: secret.expires,
                account_buckets: Arc::clone(account_buckets),
                key_buckets: Arc::clone(&key_buckets),
            };
            by_hash.insert(*hash, Arc::new(caller));
        }
    }
}
