//! Lists, a page at a time. One row more than was asked for is fetched, which shows whether there is a next page; the
//! cursor of a page is what its last row is called.

use filmgate_contract::problem::Problem;
use filmgate_contract::report;
use serde_json::Value;

use crate::ask::invalid;
use crate::exchange::Exchange;
use crate::reply::{self, Response};

/// How many rows a page has when nobody says, and at most.
const PAGE: usize = 20;
const LONGEST_PAGE: usize = 100;

/// Which page is asked for.
pub(crate) struct Asked {
    /// How many rows it may have.
    pub(crate) limit: usize,
    after: Option<String>,
}

/// What `limit` and `after` say.
pub(crate) fn asked(exchange: &Exchange) -> Result<Asked, Problem> {
    let limit = exchange.parameter("limit").map_or(Ok(PAGE), |asked| {
        let limit = asked.parse().ok().filter(|limit| (1..=LONGEST_PAGE).contains(limit));
        limit.ok_or_else(|| invalid("limit", &asked, &format!("a whole number from 1 to {LONGEST_PAGE}")))
    })?;
    Ok(Asked { limit, after: exchange.parameter("after").map(std::borrow::Cow::into_owned) })
}

impl Asked {
    /// The cursor, as `read` reads it.
    pub(crate) fn after<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        let Some(after) = &self.after else { return Ok(None) };
        let cursor =
            read(after).ok_or_else(|| invalid("after", after, "the `next_cursor` of the page before"));
        cursor.map(Some)
    }

    /// How many rows to fetch.
    pub(crate) fn fetch(&self) -> usize {
        self.limit + 1
    }

    /// The page that `rows` make; `named` is a row's cursor.
    pub(crate) fn answer<T>(
        &self,
        mut rows: Vec<T>,
        shown: impl Fn(&T) -> Value,
        named: impl Fn(&T) -> String,
    ) -> Response {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(named);
        let data: Vec<Value> = rows.iter().map(shown).collect();
        reply::shown(&report::page(&data, next.as_deref()))
    }
}
