//! `/v1/admin/`: what operators see and do. Each handler reads a body that the contract has checked, asks the office for
//! one thing, and shows what came of it; whoever got here has the scope `admin`, and the office asks again.

mod accounts;
mod books;
mod keys;
mod tasks;

use std::borrow::Cow;

use filmgate_contract::problem::Problem;
use filmgate_domain::clock::Timestamp;

use crate::ask::invalid;
use crate::exchange::{Exchange, Outcome};
use crate::routes::{Route, Verb};

/// The handler of each of an operator's routes.
pub(crate) async fn answer(exchange: &mut Exchange, verb: Verb) -> Outcome {
    match (exchange.found.route, verb) {
        (Route::Accounts, Verb::Post) => accounts::create(exchange).await,
        (Route::Accounts, _) => accounts::list(exchange).await,
        (Route::Account, Verb::Patch) => accounts::change(exchange).await,
        (Route::Account, _) => accounts::show(exchange).await,
        (Route::Grants, _) => accounts::grant(exchange).await,
        (Route::Adjustments, _) => accounts::adjust(exchange).await,
        (Route::Keys, Verb::Post) => keys::create(exchange).await,
        (Route::Keys, _) => keys::list(exchange).await,
        (Route::Key, Verb::Patch) => keys::change(exchange).await,
        (Route::Key, Verb::Delete) => keys::revoke(exchange).await,
        (Route::Key, _) => keys::show(exchange).await,
        (Route::Rotate, _) => keys::rotate(exchange).await,
        (Route::Ledger, _) => books::lines(exchange).await,
        (Route::LedgerCheck, _) => books::check(exchange).await,
        (Route::UsageOfAll, _) => books::usage(exchange).await,
        (Route::Audit, _) => books::audit(exchange).await,
        (Route::TasksOfAll, _) => tasks::search(exchange).await,
        (Route::TaskOfAny, _) => tasks::show(exchange).await,
        (Route::CancelAny, _) => tasks::cancel(exchange).await,
        (Route::Requeue, _) => tasks::requeue(exchange).await,
        (Route::Settle, _) => tasks::settle(exchange).await,
        _ => Err(Problem::not_found_route()),
    }
}

/// Parameter `name` as an id.
fn named<T>(exchange: &Exchange, name: &str, id: impl FnOnce(String) -> T) -> Option<T> {
    exchange.parameter(name).map(Cow::into_owned).map(id)
}

/// The moment that `field` says in Unix seconds.
fn moment(field: &str, seconds: i64) -> Result<Timestamp, Problem> {
    let millis = seconds.checked_mul(1000).filter(|millis| *millis >= 0);
    let allowed = "a moment in Unix seconds, or null";
    millis.map(Timestamp::from_millis).ok_or_else(|| invalid(field, &seconds.to_string(), allowed))
}
