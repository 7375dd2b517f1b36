//! `GET /v1/tasks`: a caller's tasks, newest first, a page at a time. `DELETE /v1/result/{id}`: the end of one.

use std::sync::Arc;

use filmgate_contract::problem::Problem;
use filmgate_contract::result;
use filmgate_domain::id::{TaskId, well_formed};
use filmgate_gateway::end::Ended;
use filmgate_gateway::read::Listing;

use crate::ask::{self, invalid};
use crate::exchange::{Exchange, Outcome};
use crate::poll::link;
use crate::reply::{self, refused};

/// How many tasks a page has when nobody says, and at most.
const PAGE: usize = 20;
const LONGEST_PAGE: usize = 100;

/// What `status` may be on the wire, and the states that each word stands for.
const STATUSES: [(&str, &[&str]); 4] = [
    ("queued", &["queued"]),
    ("processing", &["running"]),
    ("completed", &["succeeded"]),
    ("failed", &["failed", "canceled", "expired"]),
];

/// A page of tasks.
pub(crate) async fn list(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.authenticate()?;
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

/// A page as it was asked for.
struct Asked {
    limit: usize,
    states: &'static [&'static str],
    model: Option<String>,
    before: Option<TaskId>,
}

impl Asked {
    fn of(exchange: &Exchange) -> Result<Self, Problem> {
        let limit = exchange.parameter("limit").map_or(Ok(PAGE), |asked| {
            let limit = asked.parse().ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit));
            limit.ok_or_else(|| invalid("limit", asked, &format!("a whole number from 1 to {LONGEST_PAGE}")))
        })?;
        let states = exchange.parameter("status").map_or(Ok(&[][..]), |asked| {
            let known = STATUSES.into_iter().find(|(word, _)| *word == asked).map(|(_, states)| states);
            known.ok_or_else(|| invalid("status", asked, "queued, processing, completed or failed"))
        })?;
        let before = exchange.parameter("after").map(|asked| {
            let id = well_formed(asked).then(|| TaskId::from_text(asked));
            id.ok_or_else(|| invalid("after", asked, "the `next_cursor` of the page before"))
        });
        let model = exchange.parameter("model").map(str::to_owned);
        Ok(Self { limit, states, model, before: before.transpose()? })
    }

    /// One task more than asked for, which shows whether there is a next page.
    fn listing(self) -> Listing {
        let states = self.states.iter().map(|state| (*state).to_owned()).collect();
        Listing { states, model: self.model, before: self.before, limit: self.limit + 1 }
    }
}

/// Cancels an unfinished task, deletes an ended one; answers with how it stands, or that it is gone.
pub(crate) async fn end(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.authenticate()?;
    ask::accepts_json(exchange.headers())?;
    let app = Arc::clone(&exchange.app);
    let ended = app.gateway.end(&caller, exchange.tail()).await.map_err(refused)?;
    let body = match ended {
        Ended::Canceled(cell) => result::render(&cell.summary, None, app.gateway.now()),
        Ended::Deleted(cell) => result::deleted(cell.summary.dialect, &cell.summary.id),
    };
    Ok(reply::json(body))
}
