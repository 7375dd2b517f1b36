//! The books: lines of the ledger and their proof, use summed up, what operators did.

use filmgate_contract::report;
use filmgate_domain::id::{AccountId, KeyId, TaskId};
use filmgate_gateway::Lines;

use super::named;
use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::money::Sums;
use crate::page;
use crate::reply::{refused, shown};

/// A page of the ledger, the newest line first.
pub(super) async fn lines(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let asked = page::asked(exchange)?;
    let lines = Lines {
        account: named(exchange, "account", AccountId::from_text),
        task: named(exchange, "task", TaskId::from_text),
        before: asked.after(|seq| seq.parse().ok())?,
        limit: asked.fetch(),
    };
    let office = exchange.app.gateway.office(&caller).map_err(refused)?;
    let rows = office.lines(lines).await.map_err(refused)?;
    Ok(asked.answer(rows, report::line, |line| line.seq.to_string()))
}

/// The proof that it adds up.
pub(super) async fn check(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let office = exchange.app.gateway.office(&caller).map_err(refused)?;
    Ok(shown(&report::proof(&office.prove().await.map_err(refused)?)))
}

/// What everybody used.
pub(super) async fn usage(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let asked = Sums::of(exchange)?;
    let account = named(exchange, "account", AccountId::from_text);
    let key = named(exchange, "key", KeyId::from_text);
    let office = exchange.app.gateway.office(&caller).map_err(refused)?;
    let rows = office.usage(asked.filter(account, key)).await.map_err(refused)?;
    asked.answer(&rows)
}

/// A page of what operators did, the newest first.
pub(super) async fn audit(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let asked = page::asked(exchange)?;
    let before = asked.after(|seq| seq.parse().ok())?;
    let office = exchange.app.gateway.office(&caller).map_err(refused)?;
    let rows = office.audit(before, asked.fetch()).await.map_err(refused)?;
    Ok(asked.answer(rows, report::deed, |line| line.seq.to_string()))
}
