//! The office: what operators do with accounts, keys and money. The same verbs serve the admin API and the command line;
//! each that changes something leaves an audit line in the commit that changes it, with whoever did it.

use std::time::Duration;

use filmgate_domain::account::{Account, Balance, Prices};
use filmgate_domain::audit::{AuditLine, Deed};
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, KeyId, well_formed};
use filmgate_domain::key::{Budget, Caller, Key, Scope, Scopes, Secret, Spending};
use filmgate_domain::limit::Limits;
use filmgate_domain::model::Models;
use filmgate_domain::money::{Billing, LARGEST, Line, LineKind, Micros, Proof};
use filmgate_domain::usage::Usage;
use filmgate_store::{AccountPatch, KeyPatch, Lines, Store, StoreError, Transfer, Transferred, UsageFilter};
use serde_json::{Value, json};

use crate::keys::{MAIN_ACCOUNT, hash, hint, new_secret};
use crate::read::require;
use crate::{Doors, Gateway, Refusal};

/// The longest name, note or reference, in bytes.
pub const LONGEST_TEXT: usize = 256;
/// The longest that a rotated secret may go on working.
pub const LONGEST_OVERLAP: Duration = Duration::from_hours(24 * 30);

/// What a new account is to be.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: String,
    /// What the operator calls it.
    pub name: String,
    /// How it pays.
    pub billing: Billing,
    /// What it may use.
    pub limits: Limits,
    /// Its own prices.
    pub prices: Prices,
}

/// What a new key is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What the operator calls it.
    pub name: String,
    /// Whose it is.
    pub account: AccountId,
    /// What it may do.
    pub scopes: Scopes,
    /// The models it may create with; `None` for all.
    pub models: Option<Vec<String>>,
    /// What it may use.
    pub limits: Limits,
    /// What it may spend.
    pub budget: Budget,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
}

impl NewKey {
    /// A key of `account` that may do what `scopes` say, without limits of its own.
    pub fn plain(account: &str, name: &str, scopes: Scopes) -> Self {
        Self {
            name: name.to_owned(),
            account: AccountId::from_text(account),
            scopes,
            models: None,
            limits: Limits::default(),
            budget: Budget::default(),
            expires: None,
        }
    }
}

/// What an operator may do, and in whose name.
pub struct Office<'a> {
    store: &'a Store,
    doors: &'a Doors,
    models: &'a Models,
    actor: String,
}

impl Gateway {
    /// The office, for an administrator.
    pub fn office(&self, caller: &Caller) -> Result<Office<'_>, Refusal> {
        require(caller, Scope::Admin)?;
        let parts = &self.parts;
        let actor = caller.key.id.to_string();
        Ok(Office { store: &parts.store, doors: &parts.doors, models: &parts.models, actor })
    }
}

impl<'a> Office<'a> {
    /// The office for whoever has the data folder: the command line.
    pub fn beside(store: &'a Store, doors: &'a Doors, models: &'a Models) -> Self {
        Self { store, doors, models, actor: "cli".to_owned() }
    }

    pub(crate) fn deed(actor: &str, action: &'static str, subject: &str, detail: &Value) -> Deed {
        Deed { actor: actor.to_owned(), action, subject: subject.to_owned(), detail: detail.to_string() }
    }

    fn does(&self, action: &'static str, subject: &str, detail: &Value) -> Deed {
        Self::deed(&self.actor, action, subject, detail)
    }

    fn now(&self) -> Timestamp {
        self.doors.clock.now()
    }

    /// Makes an account.
    pub async fn account_create(&self, new: NewAccount) -> Result<Account, Refusal> {
        let NewAccount { id, name, billing, limits, prices } = new;
        if !well_formed(&id) {
            let why = "must be 1 to 64 letters, digits, `.`, `_` or `-`, and begin with a letter or digit";
            return Err(invalid("id", why));
        }
        short("name", &name)?;
        self.payable(&prices)?;
        let detail = json!({ "name": name, "billing": billing.as_str(), "limits": limits, "prices": prices });
        let deed = self.does("account.create", &id, &detail);
        let account =
            Account { name, limits, prices, ..Account::new(AccountId::from_text(id), billing, self.now()) };
        if self.store.account_create(account.clone(), Some(deed)).await? {
            Ok(account)
        } else {
            Err(Refusal::Conflict(format!("There is an account `{}` already.", account.id)))
        }
    }

    /// Changes an account.
    pub async fn account_change(&self, id: &str, patch: AccountPatch) -> Result<Account, Refusal> {
        short("name", patch.name.as_deref().unwrap_or_default())?;
        self.payable(patch.prices.as_ref().unwrap_or(&Prices::new()))?;
        let detail = json!({
            "name": patch.name, "billing": patch.billing.map(Billing::as_str), "limits": patch.limits,
            "prices": patch.prices, "suspended": patch.suspended,
        });
        let deed = self.does("account.update", id, &said(detail));
        let changed = self.store.account_change(&AccountId::from_text(id), patch, deed).await?;
        changed.ok_or_else(|| missing("account", id))
    }

    /// An account and what it has.
    pub async fn account(&self, id: &str) -> Result<(Account, Balance), Refusal> {
        self.store.account(&AccountId::from_text(id)).await?.ok_or_else(|| missing("account", id))
    }

    /// Accounts by id, those after `after`.
    pub async fn accounts(
        &self,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<(Account, Balance)>, Refusal> {
        Ok(self.store.accounts(after, limit).await?)
    }

    /// Gives money to an account. The same `reference` gives it once.
    pub async fn grant(
        &self,
        account: &str,
        micros: Micros,
        note: String,
        reference: Option<String>,
    ) -> Result<Line, Refusal> {
        if !(1..=LARGEST.0).contains(&micros.0) {
            return Err(invalid(
                "micros",
                &format!("must be 1 to {LARGEST_MICROS}", LARGEST_MICROS = LARGEST.0),
            ));
        }
        self.transfer(account, LineKind::Grant, micros, note, reference).await
    }

    /// Corrects what an account has: below zero takes away. It needs a reason.
    pub async fn adjust(
        &self,
        account: &str,
        micros: Micros,
        reason: String,
        reference: Option<String>,
    ) -> Result<Line, Refusal> {
        if micros.0 == 0 || micros.0.abs() > LARGEST.0 {
            return Err(invalid(
                "micros",
                &format!("must be 1 to {most}, or below zero, -1 to -{most}", most = LARGEST.0),
            ));
        }
        if reason.trim().is_empty() {
            return Err(invalid("reason", "must say why the balance is corrected"));
        }
        self.transfer(account, LineKind::Adjust, micros, reason, reference).await
    }

    async fn transfer(
        &self,
        account: &str,
        kind: LineKind,
        micros: Micros,
        note: String,
        reference: Option<String>,
    ) -> Result<Line, Refusal> {
        short(if kind == LineKind::Grant { "note" } else { "reason" }, &note)?;
        short("reference", reference.as_deref().unwrap_or_default())?;
        let detail = json!({ "micros": micros, "note": note, "reference": reference });
        let action = if kind == LineKind::Grant { "account.grant" } else { "account.adjust" };
        let deed = self.does(action, account, &said(detail));
        let transfer = Transfer { account: AccountId::from_text(account), kind, micros, note, reference };
        match self.store.transfer(transfer, deed).await? {
            Transferred::New(line) | Transferred::Replayed(line) => Ok(line),
            Transferred::Conflict => Err(Refusal::IdempotencyConflict),
            Transferred::NoAccount => Err(missing("account", account)),
            Transferred::Short { available } => {
                let why = format!("would take more than there is: {available} is available");
                Err(invalid("micros", &why))
            }
            Transferred::TooMuch => Err(invalid("micros", "would give the account more than can be counted")),
        }
    }

    /// Makes a key; answers with it and its secret, which nobody can ask for later.
    pub async fn key_create(&self, new: NewKey) -> Result<(Key, String), Refusal> {
        short("name", &new.name)?;
        self.known(new.models.as_deref().unwrap_or_default())?;
        if new.account.as_str() == MAIN_ACCOUNT {
            open_main(self.store, self.now()).await?;
        } else if self.store.account(&new.account).await?.is_none() {
            return Err(missing("account", new.account.as_str()));
        }
        let secret = new_secret(&*self.doors.entropy);
        let key = key(self.doors, &secret, new);
        let detail = json!({
            "account": key.account, "name": key.name, "scopes": key.scopes.to_string(), "models": key.models,
            "limits": key.limits, "budget": key.budget, "expires": key.expires.map(Timestamp::seconds),
        });
        let deed = self.does("key.create", key.id.as_str(), &said(detail));
        self.store.key_create(key.clone(), hash(&secret), Some(deed)).await?;
        Ok((key, secret))
    }

    /// Changes a key.
    pub async fn key_change(&self, id: &str, patch: KeyPatch) -> Result<Key, Refusal> {
        short("name", patch.name.as_deref().unwrap_or_default())?;
        self.known(patch.models.as_ref().and_then(Option::as_deref).unwrap_or_default())?;
        let detail = json!({
            "name": patch.name, "scopes": patch.scopes.map(|scopes| scopes.to_string()), "models": patch.models,
            "limits": patch.limits, "budget": patch.budget,
            "expires": patch.expires.map(|at| at.map(Timestamp::seconds)),
        });
        let deed = self.does("key.update", id, &said(detail));
        let changed = self.store.key_change(&KeyId::from_text(id), patch, deed).await?;
        changed.ok_or_else(|| missing("key", id))
    }

    /// Gives a key another secret; those it has go on working for `overlap`.
    pub async fn key_rotate(&self, id: &str, overlap: Duration) -> Result<(Key, String), Refusal> {
        if overlap > LONGEST_OVERLAP {
            let most = LONGEST_OVERLAP.as_secs();
            return Err(invalid("overlap_seconds", &format!("must be 0 to {most}")));
        }
        let (now, plain) = (self.now(), new_secret(&*self.doors.entropy));
        let secret = Secret { hint: hint(&plain), created: now, expires: None };
        let until = now + overlap;
        let deed = self.does("key.rotate", id, &json!({ "overlap_seconds": overlap.as_secs() }));
        let rotated = self.store.key_rotate(&KeyId::from_text(id), hash(&plain), secret, until, deed).await?;
        Ok((rotated.ok_or_else(|| missing("working key", id))?, plain))
    }

    /// Revokes a key at once and for good; says whether it was not before.
    pub async fn key_revoke(&self, id: &str) -> Result<bool, Refusal> {
        let deed = self.does("key.revoke", id, &json!({}));
        self.store.key_revoke(&KeyId::from_text(id), deed).await?.ok_or_else(|| missing("key", id))
    }

    /// A key and what it has spent.
    pub async fn key(&self, id: &str) -> Result<Spending, Refusal> {
        self.store.key(&KeyId::from_text(id)).await?.ok_or_else(|| missing("key", id))
    }

    /// Keys by id, those after `after`; of one account, or of all.
    pub async fn keys(
        &self,
        account: Option<AccountId>,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Spending>, Refusal> {
        Ok(self.store.keys(account, after, limit).await?)
    }

    /// Lines of the ledger, newest first.
    pub async fn lines(&self, asked: Lines) -> Result<Vec<Line>, Refusal> {
        Ok(self.store.lines(asked).await?)
    }

    /// What was used, summed up as asked.
    pub async fn usage(&self, asked: UsageFilter) -> Result<Vec<Usage>, Refusal> {
        Ok(self.store.usage(asked).await?)
    }

    /// What operators did, newest first.
    pub async fn audit(&self, before: Option<i64>, limit: usize) -> Result<Vec<AuditLine>, Refusal> {
        Ok(self.store.audit(before, limit).await?)
    }

    /// Proves that the ledger adds up, or says what does not.
    pub async fn prove(&self) -> Result<Proof, Refusal> {
        Ok(self.store.prove().await?)
    }

    fn known(&self, models: &[String]) -> Result<(), Refusal> {
        let unknown = models.iter().find(|name| !self.models.contains_key(*name));
        unknown.map_or(Ok(()), |name| {
            let all: Vec<_> = self.models.keys().map(String::as_str).collect();
            Err(invalid("models", &format!("must be of {}; received {name:.64}", all.join(", "))))
        })
    }

    fn payable(&self, prices: &Prices) -> Result<(), Refusal> {
        self.known(&prices.keys().cloned().collect::<Vec<_>>()).map_err(|refusal| match refusal {
            Refusal::Invalid { why, .. } => invalid("prices", &why),
            other => other,
        })?;
        let mut all = prices
            .values()
            .flat_map(|tariff| std::iter::once(tariff.price).chain(tariff.rows.iter().map(|row| row.price)));
        match all.find(|price| !(0..=LARGEST.0).contains(&price.0)) {
            Some(price) => {
                Err(invalid("prices", &format!("must be 0 to {} each; received {}", LARGEST.0, price.0)))
            }
            None => Ok(()),
        }
    }
}

/// Keeps a key of the account `main`, which pays later, whose secret is `secret`, unless one with that secret is kept
/// already: what the program does for itself when it starts.
pub async fn keep(
    store: &Store,
    doors: &Doors,
    secret: &str,
    name: &str,
    scopes: Scopes,
) -> Result<(), StoreError> {
    let hash = hash(secret);
    if store.caller(&hash).is_some() {
        return Ok(());
    }
    let key = key(doors, secret, NewKey::plain(MAIN_ACCOUNT, name, scopes));
    open_main(store, key.created).await?;
    store.key_create(key, hash, None).await
}

/// Makes the account `main`, unless it is there.
async fn open_main(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let account = Account::new(AccountId::from_text(MAIN_ACCOUNT), Billing::Postpaid, now);
    store.account_create(account, None).await.map(drop)
}

fn key(doors: &Doors, secret: &str, new: NewKey) -> Key {
    let now = doors.clock.now();
    Key {
        id: KeyId::mint(now, &*doors.entropy),
        account: new.account,
        name: new.name,
        scopes: new.scopes,
        models: new.models,
        limits: new.limits,
        budget: new.budget,
        created: now,
        expires: new.expires,
        revoked: None,
        secrets: vec![Secret { hint: hint(secret), created: now, expires: None }],
    }
}

pub(crate) fn short(field: &'static str, text: &str) -> Result<(), Refusal> {
    if text.len() > LONGEST_TEXT || text.chars().any(char::is_control) {
        let why =
            format!("must be at most {LONGEST_TEXT} bytes, without line breaks and other control characters");
        return Err(invalid(field, &why));
    }
    Ok(())
}

pub(crate) fn invalid(field: &'static str, why: &str) -> Refusal {
    Refusal::Invalid { field, why: why.to_owned() }
}

pub(crate) fn missing(what: &'static str, id: &str) -> Refusal {
    Refusal::Missing { what, id: id.chars().take(64).collect() }
}

/// The object without what was not said.
fn said(detail: Value) -> Value {
    match detail {
        Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}
