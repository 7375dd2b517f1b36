//! Keys: what clients show. A secret stands in the answer that made it and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use filmgate_contract::admin::{KeyCreate, KeyUpdate, Rotate};
use filmgate_contract::problem::{Code, Problem};
use filmgate_contract::report;
use filmgate_domain::id::AccountId;
use filmgate_domain::key::{Scope, Scopes};
use filmgate_gateway::KeyPatch;
use filmgate_gateway::office::NewKey;

use super::{moment, named};
use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::page;
use crate::reply::{refused, shown};

/// A page of keys.
pub(super) async fn list(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let asked = page::asked(exchange)?;
    let after = asked.after(|id| Some(id.to_owned()))?;
    let account = named(exchange, "account", AccountId::from_text);
    let gateway = &exchange.app.gateway;
    let office = gateway.office(&caller).map_err(refused)?;
    let rows = office.keys(account, after, asked.fetch()).await.map_err(refused)?;
    let now = gateway.now();
    Ok(asked.answer(rows, |one| report::spending(one, now), |one| one.key.id.to_string()))
}

/// A new key, with its secret.
pub(super) async fn create(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let KeyCreate { account, name, scopes, models, limits, budget, expires } = exchange.said().await?;
    let new = NewKey {
        name,
        account: AccountId::from_text(account),
        scopes: some(scopes)?,
        models,
        limits,
        budget,
        expires: expires.map(|seconds| moment("expires", seconds)).transpose()?,
    };
    let app = Arc::clone(&exchange.app);
    let office = app.gateway.office(&caller).map_err(refused)?;
    let (key, secret) = office.key_create(new).await.map_err(refused)?;
    Ok(shown(&report::key_with_secret(&key, &secret, app.gateway.now())))
}

/// One key and what it has spent.
pub(super) async fn show(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let gateway = &exchange.app.gateway;
    let office = gateway.office(&caller).map_err(refused)?;
    let spending = office.key(exchange.id()).await.map_err(refused)?;
    Ok(shown(&report::spending(&spending, gateway.now())))
}

/// Another name, other terms.
pub(super) async fn change(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let KeyUpdate { name, scopes, models, limits, budget, expires } = exchange.said().await?;
    let expires = expires.map(|end| end.map(|seconds| moment("expires", seconds)).transpose()).transpose()?;
    let scopes = scopes.map(some).transpose()?;
    let app = Arc::clone(&exchange.app);
    let office = app.gateway.office(&caller).map_err(refused)?;
    let patch = KeyPatch { name, scopes, models, limits, budget, expires };
    office.key_change(exchange.id(), patch).await.map_err(refused)?;
    show(exchange).await
}

/// The end of a key.
pub(super) async fn revoke(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let office = exchange.app.gateway.office(&caller).map_err(refused)?;
    office.key_revoke(exchange.id()).await.map_err(refused)?;
    show(exchange).await
}

/// Another secret.
pub(super) async fn rotate(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let Rotate { overlap_seconds } = exchange.said().await?;
    let app = Arc::clone(&exchange.app);
    let office = app.gateway.office(&caller).map_err(refused)?;
    let overlap = Duration::from_secs(overlap_seconds.into());
    let (key, secret) = office.key_rotate(exchange.id(), overlap).await.map_err(refused)?;
    Ok(shown(&report::key_with_secret(&key, &secret, app.gateway.now())))
}

/// The set of `scopes`; a key that may do nothing is a mistake.
fn some(scopes: Vec<Scope>) -> Result<Scopes, Problem> {
    if scopes.is_empty() {
        let text = "`scopes` must name at least one of create, read, cancel, admin; received none.";
        return Err(Problem::new(Code::InvalidParameter, text).at("scopes"));
    }
    Ok(Scopes::of(scopes))
}
