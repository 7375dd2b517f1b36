//! Tasks as operators see them: everybody's, with everything about them, and what can be done with one that is stuck.

use std::borrow::Cow;
use std::sync::Arc;

use filmgate_contract::admin::{Reasoned, Settle, SettleOutcome};
use filmgate_contract::report;
use filmgate_domain::id::{AccountId, KeyId, TaskId, well_formed};
use filmgate_gateway::overrule::Finding;
use filmgate_gateway::read::Listing;

use super::named;
use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::page;
use crate::reply::{refused, shown};
use crate::tasks::states;

/// What `status` may be here besides what clients know: tasks whose submit is in doubt.
const UNCERTAIN: &str = "uncertain";

/// A page of tasks.
pub(super) async fn search(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let asked = page::asked(exchange)?;
    let uncertain = exchange.parameter("status").as_deref() == Some(UNCERTAIN);
    let listing = Listing {
        account: named(exchange, "account", AccountId::from_text),
        key: named(exchange, "key", KeyId::from_text),
        states: if uncertain { Vec::new() } else { states(exchange)? },
        step: uncertain.then_some(UNCERTAIN),
        model: exchange.parameter("model").map(Cow::into_owned),
        before: asked.after(|id| well_formed(id).then(|| TaskId::from_text(id)))?,
        limit: asked.fetch(),
    };
    let rows = exchange.app.gateway.search(&caller, listing).await.map_err(refused)?;
    Ok(asked.answer(rows, report::task, |task| task.id.to_string()))
}

/// Everything about one.
pub(super) async fn show(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let task = exchange.app.gateway.inspect(&caller, exchange.id()).await.map_err(refused)?;
    Ok(shown(&report::task(&task)))
}

/// The end of one.
pub(super) async fn cancel(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let Reasoned { reason } = exchange.said().await?;
    let app = Arc::clone(&exchange.app);
    app.gateway.cancel_for(&caller, exchange.id(), &reason).await.map_err(refused)?;
    show(exchange).await
}

/// Another attempt.
pub(super) async fn requeue(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let Reasoned { reason } = exchange.said().await?;
    let app = Arc::clone(&exchange.app);
    app.gateway.requeue(&caller, exchange.id(), &reason).await.map_err(refused)?;
    show(exchange).await
}

/// What became of a submit.
pub(super) async fn settle(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let Settle { outcome, handle, reason } = exchange.said().await?;
    let finding = match outcome {
        SettleOutcome::Accepted => Finding::Accepted(handle.unwrap_or_default()),
        SettleOutcome::Failed => Finding::Failed,
    };
    let app = Arc::clone(&exchange.app);
    app.gateway.settle(&caller, exchange.id(), finding, &reason).await.map_err(refused)?;
    show(exchange).await
}
