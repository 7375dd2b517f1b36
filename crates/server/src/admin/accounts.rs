//! Accounts: who owns tasks, keys and money.

use std::sync::Arc;

use filmgate_contract::admin::{AccountCreate, AccountUpdate, Adjustment, Grant};
use filmgate_contract::report;
use filmgate_gateway::AccountPatch;
use filmgate_gateway::office::NewAccount;

use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::page;
use crate::reply::{refused, shown};

/// A page of accounts.
pub(super) async fn list(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let asked = page::asked(exchange)?;
    let after = asked.after(|id| Some(id.to_owned()))?;
    let office = exchange.app.gateway.office(&caller).map_err(refused)?;
    let rows = office.accounts(after, asked.fetch()).await.map_err(refused)?;
    Ok(asked.answer(rows, |(one, has)| report::account(one, Some(*has)), |(one, _)| one.id.to_string()))
}

/// A new account.
pub(super) async fn create(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let AccountCreate { id, name, billing, limits, prices } = exchange.said().await?;
    let app = Arc::clone(&exchange.app);
    let office = app.gateway.office(&caller).map_err(refused)?;
    let new = NewAccount { id, name, billing, limits, prices };
    let account = office.account_create(new).await.map_err(refused)?;
    Ok(shown(&report::account(&account, Some(filmgate_domain::account::Balance::default()))))
}

/// One account.
pub(super) async fn show(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let office = exchange.app.gateway.office(&caller).map_err(refused)?;
    let (account, balance) = office.account(exchange.id()).await.map_err(refused)?;
    Ok(shown(&report::account(&account, Some(balance))))
}

/// Another name, other terms.
pub(super) async fn change(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let AccountUpdate { name, billing, limits, prices, suspended } = exchange.said().await?;
    let app = Arc::clone(&exchange.app);
    let office = app.gateway.office(&caller).map_err(refused)?;
    let patch = AccountPatch { name, billing, limits, prices, suspended };
    office.account_change(exchange.id(), patch).await.map_err(refused)?;
    show(exchange).await
}

/// Money for it.
pub(super) async fn grant(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let reference = ask::idempotency_key(exchange.headers())?;
    let Grant { micros, note } = exchange.said().await?;
    let app = Arc::clone(&exchange.app);
    let office = app.gateway.office(&caller).map_err(refused)?;
    let line = office.grant(exchange.id(), micros, note, reference).await.map_err(refused)?;
    Ok(shown(&report::line(&line)))
}

/// A correction.
pub(super) async fn adjust(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let reference = ask::idempotency_key(exchange.headers())?;
    let Adjustment { micros, reason } = exchange.said().await?;
    let app = Arc::clone(&exchange.app);
    let office = app.gateway.office(&caller).map_err(refused)?;
    let line = office.adjust(exchange.id(), micros, reason, reference).await.map_err(refused)?;
    Ok(shown(&report::line(&line)))
}
