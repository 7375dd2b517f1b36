//! The office: accounts, keys, money, and what operators did. What is asked here is asked now and then; tasks are the
//! store's daily business and stand with it.

use filmgate_domain::account::{Account, Balance};
use filmgate_domain::audit::{AuditLine, Deed};
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, KeyId};
use filmgate_domain::key::{Key, Secret, Spending};
use filmgate_domain::money::{Line, Proof};
use filmgate_domain::usage::Usage;

use crate::check;
use crate::reads::{ledger, registry};
use crate::write::{account, key, money};
use crate::{AccountPatch, KeyPatch, Lines, Store, StoreError, Transfer, Transferred, UsageFilter};

impl Store {
    /// Makes the account unless one with its id is there; says whether it did. Without a `deed` the program does it for
    /// itself.
    pub async fn account_create(&self, account: Account, deed: Option<Deed>) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.writer.write(move |db| account::create(db, &account, deed.as_ref(), now)).await
    }

    /// Changes an account; answers how it is now. `None`: there is none.
    pub async fn account_change(
        &self,
        id: &AccountId,
        patch: AccountPatch,
        deed: Deed,
    ) -> Result<Option<Account>, StoreError> {
        let (id, now) = (id.clone(), self.clock.now());
        self.writer.write(move |db| account::change(db, &id, patch, &deed, now)).await
    }

    /// An account and what it has.
    pub async fn account(&self, id: &AccountId) -> Result<Option<(Account, Balance)>, StoreError> {
        let id = id.clone();
        self.readers.read(move |db| registry::account(db, id.as_str())).await
    }

    /// Accounts by id, those after `after`, at most `limit`.
    pub async fn accounts(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<(Account, Balance)>, StoreError> {
        self.readers.read(move |db| registry::accounts(db, after.as_deref().unwrap_or(""), limit)).await
    }

    /// Keeps a key whose one secret has the SHA-256 `hash`. Nothing happens when a key has that secret already.
    pub async fn key_create(&self, key: Key, hash: [u8; 32], deed: Option<Deed>) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.writer.write(move |db| key::create(db, &key, &hash, deed.as_ref(), now)).await
    }

    /// Changes a key; answers how it is now. `None`: there is none.
    pub async fn key_change(
        &self,
        id: &KeyId,
        patch: KeyPatch,
        deed: Deed,
    ) -> Result<Option<Key>, StoreError> {
        let (id, now) = (id.clone(), self.clock.now());
        self.writer.write(move |db| key::change(db, &id, patch, &deed, now)).await
    }

    /// Gives a key another secret with the SHA-256 `hash`; the others end at `overlap_until`. `None`: there is no such
    /// key, or it does not work any more.
    pub async fn key_rotate(
        &self,
        id: &KeyId,
        hash: [u8; 32],
        secret: Secret,
        overlap_until: Timestamp,
        deed: Deed,
    ) -> Result<Option<Key>, StoreError> {
        let id = id.clone();
        self.writer.write(move |db| key::rotate(db, &id, &hash, &secret, overlap_until, &deed)).await
    }

    /// Revokes a key; says whether that changed anything. `None`: there is none.
    pub async fn key_revoke(&self, id: &KeyId, deed: Deed) -> Result<Option<bool>, StoreError> {
        let (id, now) = (id.clone(), self.clock.now());
        self.writer.write(move |db| key::revoke(db, &id, &deed, now)).await
    }

    /// A key and what it has spent.
    pub async fn key(&self, id: &KeyId) -> Result<Option<Spending>, StoreError> {
        let id = id.clone();
        self.readers.read(move |db| registry::spending(db, id.as_str())).await
    }

    /// Keys by id, those after `after`, at most `limit`; of one account, or of all.
    pub async fn keys(
        &self,
        account: Option<AccountId>,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Spending>, StoreError> {
        let after = after.unwrap_or_default();
        self.readers
            .read(move |db| registry::keys(db, account.as_ref().map(AccountId::as_str), &after, limit))
            .await
    }

    /// Gives money to an account, or corrects what it has.
    pub async fn transfer(&self, transfer: Transfer, deed: Deed) -> Result<Transferred, StoreError> {
        let now = self.clock.now();
        self.writer.write(move |db| money::transfer(db, &transfer, &deed, now)).await
    }

    /// Lines of the ledger, newest first.
    pub async fn lines(&self, asked: Lines) -> Result<Vec<Line>, StoreError> {
        self.readers.read(move |db| ledger::lines(db, &asked)).await
    }

    /// What was used, summed up as asked.
    pub async fn usage(&self, asked: UsageFilter) -> Result<Vec<Usage>, StoreError> {
        self.readers.read(move |db| ledger::usage(db, &asked)).await
    }

    /// What operators did, newest first: what came before the line `before`, at most `limit`.
    pub async fn audit(&self, before: Option<i64>, limit: usize) -> Result<Vec<AuditLine>, StoreError> {
        self.readers.read(move |db| ledger::audit(db, before, limit)).await
    }

    /// Proves that the ledger adds up, or says what does not.
    pub async fn prove(&self) -> Result<Proof, StoreError> {
        self.readers.read(check::prove).await
    }
}
