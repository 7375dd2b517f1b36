//! What something would cost, what a caller has, what it used: reads about money, for clients.

use filmgate_domain::account::{Account, Balance};
use filmgate_domain::key::{Caller, Scope, Spending};
use filmgate_domain::money::{Billing, Micros};
use filmgate_domain::request::VideoRequest;
use filmgate_domain::usage::Usage;
use filmgate_store::UsageFilter;

use crate::read::require;
use crate::{Gateway, Refusal};

/// What a task would cost, and whether it could be paid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What it costs this caller.
    pub price: Micros,
    /// The picture's resolution by name, which the price depends on.
    pub resolution: String,
    /// How the account pays.
    pub billing: Billing,
    /// What the account may spend.
    pub available: Micros,
    /// Whether a create would be paid for at this moment, as far as the balance goes.
    pub affordable: bool,
}

/// What a caller has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its account.
    pub account: Account,
    /// What the account has.
    pub balance: Balance,
    /// The key, and what it has spent.
    pub key: Spending,
}

impl Gateway {
    /// What a create of `request` would cost. Nothing is made, held or fetched.
    pub async fn quote(&self, caller: &Caller, request: &VideoRequest) -> Result<Quote, Refusal> {
        let price = self.price(caller, request)?;
        self.permit(caller, request)?;
        self.possible(request)?;
        let (account, balance) = self.own_account(caller).await?;
        let model = self.parts.models.get(&request.model);
        Ok(Quote {
            price,
            resolution: model.map_or("", |model| model.resolution(request.size)).to_owned(),
            billing: account.billing,
            available: balance.available,
            affordable: account.billing == Billing::Postpaid || price <= balance.available,
        })
    }

    /// What the caller's account has, and what its key may still spend.
    pub async fn standing(&self, caller: &Caller) -> Result<Standing, Refusal> {
        require(caller, Scope::Read)?;
        let (account, balance) = self.own_account(caller).await?;
        let key = self.store().key(&caller.key.id).await?.ok_or(Refusal::NoKey)?;
        Ok(Standing { account, balance, key })
    }

    /// What the caller's account used.
    pub async fn usage(&self, caller: &Caller, asked: UsageFilter) -> Result<Vec<Usage>, Refusal> {
        require(caller, Scope::Read)?;
        let account = Some(caller.account.id.clone());
        Ok(self.store().usage(UsageFilter { account, ..asked }).await?)
    }

    async fn own_account(&self, caller: &Caller) -> Result<(Account, Balance), Refusal> {
        self.store().account(&caller.account.id).await?.ok_or(Refusal::NoKey)
    }
}
