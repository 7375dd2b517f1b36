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

/// What `status` may be on the wire, and the states it stands for.
const STATUSES: [(&str, &str); 4] =
    [("queued", "queued"), ("processing", "running"), ("completed", "succeeded"), ("failed", "failed")];

/// A page of tasks.
pub(crate) async fn list(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.authenticate()?;
    ask::accepts_json(exchange.headers())?;
    let base = exchange.base_url()?;
    let mut listing = listing(exchange)?;
    let limit = listing.limit;
    // One more than asked for shows whether there is a next page.
    listing.limit += 1;
    let mut cells = exchange.app.gateway.list(&caller, listing).await.map_err(refused)?;
    let more = cells.len() > limit;
    cells.truncate(limit);
    let now = exchange.app.gateway.now();
    let page: Vec<_> = cells
        .iter()
        .map(|cell| (cell.summary.clone(), link(&exchange.app.gateway, &cell.summary, &base, now)))
        .collect();
    let next = page.last().filter(|_| more).map(|(task, _)| task.id.as_str());
    Ok(reply::json(result::render_page(&page, next, now)))
}

fn listing(exchange: &Exchange) -> Result<Listing, Problem> {
    let limit = exchange.parameter("limit").map_or(Ok(PAGE), |asked| {
        let limit = asked.parse().ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit));
        limit.ok_or_else(|| invalid("limit", asked, &format!("a whole number from 1 to {LONGEST_PAGE}")))
    })?;
    let state = exchange.parameter("status").map(|asked| {
        let known = STATUSES.into_iter().find(|(word, _)| *word == asked).map(|(_, state)| state.to_owned());
        known.ok_or_else(|| invalid("status", asked, "queued, processing, completed or failed"))
    });
    let before = exchange.parameter("after").map(|asked| {
        let id = well_formed(asked).then(|| TaskId::from_text(asked));
        id.ok_or_else(|| invalid("after", asked, "the `next` of the page before"))
    });
    let model = exchange.parameter("model").map(str::to_owned);
    Ok(Listing { state: state.transpose()?, model, before: before.transpose()?, limit })
}

/// Cancels an unfinished task, deletes an ended one; answers with how it stands, or stood.
pub(crate) async fn end(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.authenticate()?;
    ask::accepts_json(exchange.headers())?;
    let app = Arc::clone(&exchange.app);
    let ended = app.gateway.end(&caller, exchange.tail()).await.map_err(refused)?;
    let (Ended::Canceled(cell) | Ended::Deleted(cell)) = ended;
    Ok(reply::json(result::render(&cell.summary, None, app.gateway.now())))
}
