//! `GET /v1/tasks`: a caller's tasks, newest first, a page at a time. `DELETE /v1/result/{id}`: the end of one.

use std::borrow::Cow;
use std::sync::Arc;

use filmgate_contract::problem::Problem;
use filmgate_contract::result;
use filmgate_domain::id::{TaskId, well_formed};
use filmgate_gateway::end::Ended;
use filmgate_gateway::read::Listing;

use crate::ask::{self, invalid};
use crate::exchange::{Exchange, Outcome};
use crate::page;
use crate::poll::link;
use crate::reply::{self, refused};

/// What `status` may be on the wire, and the states that each word stands for.
const STATUSES: [(&str, &[&str]); 4] = [
    ("queued", &["queued"]),
    ("processing", &["running"]),
    ("completed", &["succeeded"]),
    ("failed", &["failed", "canceled", "expired"]),
];

/// A page of tasks.
pub(crate) async fn list(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let base = exchange.base_url()?;
    let asked = Asked::of(exchange)?;
    let gateway = &exchange.app.gateway;
    let limit = asked.limit;
    let mut tasks = gateway.list(&caller, asked.listing()).await.map_err(refused)?;
    let more = tasks.len() > limit;
    tasks.truncate(limit);
    let now = gateway.now();
    let linked = tasks.iter().map(|cell| (cell.summary.clone(), link(gateway, &cell.summary, &base, now)));
    let page: Vec<_> = linked.collect();
    let next = page.last().filter(|_| more).map(|(task, _)| task.id.as_str());
    Ok(reply::json(result::render_page(&page, next, now)))
}

/// The states that `status` asks for; none when it asks for no particular one.
pub(crate) fn states(exchange: &Exchange) -> Result<Vec<String>, Problem> {
    let Some(asked) = exchange.parameter("status") else { return Ok(Vec::new()) };
    let known = STATUSES.into_iter().find(|(word, _)| *word == asked).map(|(_, states)| states);
    let known = known.ok_or_else(|| invalid("status", &asked, "queued, processing, completed or failed"))?;
    Ok(known.iter().map(|state| (*state).to_owned()).collect())
}

/// A page as it was asked for.
struct Asked {
    limit: usize,
    states: Vec<String>,
    model: Option<String>,
    before: Option<TaskId>,
}

impl Asked {
    fn of(exchange: &Exchange) -> Result<Self, Problem> {
        let page = page::asked(exchange)?;
        let states = states(exchange)?;
        let before = page.after(|id| well_formed(id).then(|| TaskId::from_text(id)))?;
        let model = exchange.parameter("model").map(Cow::into_owned);
        Ok(Self { limit: page.limit, states, model, before })
    }

    /// One task more than asked for, which shows whether there is a next page.
    fn listing(self) -> Listing {
        let Self { limit, states, model, before } = self;
        Listing { states, model, before, limit: limit + 1, ..Listing::default() }
    }
}

/// Cancels an unfinished task, deletes an ended one; answers with how it stands, or that it is gone.
pub(crate) async fn end(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let app = Arc::clone(&exchange.app);
    let ended = app.gateway.end(&caller, exchange.id()).await.map_err(refused)?;
    let body = match ended {
        Ended::Canceled(cell) => result::render(&cell.summary, None, app.gateway.now()),
        Ended::Deleted(cell) => result::deleted(cell.summary.dialect, &cell.summary.id),
    };
    Ok(reply::json(body))
}
