//! `GET /v1/balance`, `GET /v1/usage`, `POST /v1/quote`: what a client has, what it used, what something would cost.

use std::borrow::Cow;
use std::sync::Arc;

use filmgate_contract::create::{self, Handling};
use filmgate_contract::problem::Problem;
use filmgate_contract::report::{self, Quoted};
use filmgate_domain::calendar::Day;
use filmgate_domain::id::{AccountId, KeyId};
use filmgate_domain::usage::{Dimension, Usage};
use filmgate_gateway::UsageFilter;

use crate::ask::{self, invalid};
use crate::exchange::{Exchange, Outcome};
use crate::reply::{self, refused, shown};

/// The most sums that one answer holds.
const MOST_SUMS: usize = 10_000;

/// What is left to spend.
pub(crate) async fn balance(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let gateway = &exchange.app.gateway;
    let standing = gateway.standing(&caller).await.map_err(refused)?;
    Ok(shown(&report::balance(&standing.account, standing.balance, &standing.key, gateway.now())))
}

/// What the caller's account used.
pub(crate) async fn usage(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    let asked = Sums::of(exchange)?;
    let rows = exchange.app.gateway.usage(&caller, asked.filter(None, None)).await.map_err(refused)?;
    asked.answer(&rows)
}

/// What a create would cost, and what would be made of its body.
pub(crate) async fn quote(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    ask::sends_json(exchange.headers())?;
    let handling = if ask::strict(exchange.headers()) { Handling::Strict } else { Handling::Lenient };
    let body = exchange.upload().await?;
    let app = Arc::clone(&exchange.app);
    let accepted = create::parse_any(&body, handling, &app.catalogue)?;
    let quote = app.gateway.quote(&caller, &accepted.request).await.map_err(refused)?;
    let quoted = Quoted {
        request: &accepted.request,
        resolution: &quote.resolution,
        price: quote.price,
        available: quote.available,
        affordable: quote.affordable,
        ignored: &accepted.ignored,
    };
    Ok(shown(&report::quote(&quoted, &app.catalogue)))
}

/// Which sums of use are asked for, and how to show them.
pub(crate) struct Sums {
    from: Day,
    to: Day,
    by: Vec<Dimension>,
    csv: bool,
}

impl Sums {
    /// What the query says; this month by day if it says nothing.
    pub(crate) fn of(exchange: &Exchange) -> Result<Self, Problem> {
        let today = Day::of(exchange.app.gateway.now());
        let day = |name: &'static str, default: Day| {
            let asked = exchange.parameter(name);
            asked.map_or(Ok(default), |asked| {
                asked.parse().map_err(|_| invalid(name, &asked, "a day such as 2026-11-26"))
            })
        };
        let to = day("to", today)?;
        let from = day("from", to.month())?;
        if from > to {
            return Err(invalid("from", &from.to_string(), "a day that is not after `to`"));
        }
        let csv = match exchange.parameter("format").as_deref() {
            None | Some("json") => false,
            Some("csv") => true,
            Some(other) => return Err(invalid("format", other, "json or csv")),
        };
        if !csv {
            ask::accepts_json(exchange.headers())?;
        }
        Ok(Self { from, to, by: by(exchange)?, csv })
    }

    /// The same for the gateway.
    pub(crate) fn filter(&self, account: Option<AccountId>, key: Option<KeyId>) -> UsageFilter {
        let (from, to, by) = (self.from, self.to, self.by.clone());
        UsageFilter { from, to, account, key, by, limit: MOST_SUMS + 1 }
    }

    /// The sums, as JSON or CSV.
    pub(crate) fn answer(&self, rows: &[Usage]) -> Outcome {
        if rows.len() > MOST_SUMS {
            let span = format!("{} to {}", self.from, self.to);
            return Err(invalid(
                "from",
                &span,
                &format!("so near to `to` that there are at most {MOST_SUMS} sums"),
            ));
        }
        if self.csv {
            let page = report::usage_csv(rows, &self.by);
            return Ok(reply::private("text/csv; charset=utf-8", page));
        }
        Ok(shown(&report::usage(rows, self.from, self.to)))
    }
}

/// What `by` names.
fn by(exchange: &Exchange) -> Result<Vec<Dimension>, Problem> {
    let asked = exchange.parameter("by").unwrap_or(Cow::Borrowed("day"));
    let names = asked.split(',').map(str::trim);
    let all = names.map(Dimension::parse).collect::<Option<Vec<_>>>();
    all.ok_or_else(|| {
        let known = Dimension::ALL.map(Dimension::as_str).join(", ");
        invalid("by", &asked, &format!("names out of {known}, divided by commas"))
    })
}
