//! Writes that give a task to a worker and take it back. Work stands in three lanes, so that a thousand waiting films
//! are in nobody's way who wants to fetch a reference or ask after a running one.

use filmgate_domain::clock::Timestamp;
use filmgate_domain::lease::Lease;
use rusqlite::{Connection, params};

use super::task::count;
use super::{Ask, Claimed, Outcome, told};
use crate::{StoreError, row};

const LANES: [&str; 3] = ["prepare", "submit", "running"];

pub(super) fn claim(db: &Connection, ask: &Ask) -> Outcome<Claimed> {
    let mut claimed = Claimed::default();
    for (lane, limit) in LANES.into_iter().zip([ask.prepare, ask.submit, ask.running]) {
        if limit > 0 {
            take(db, lane, limit, ask, &mut claimed)?;
        }
        let next = next_due(db, lane, ask.now)?;
        claimed.next_due = claimed.next_due.into_iter().chain(next).min();
    }
    told(claimed, Vec::new())
}

fn take(db: &Connection, lane: &str, limit: usize, ask: &Ask, claimed: &mut Claimed) -> rusqlite::Result<()> {
    let sql = "UPDATE task SET fence = fence + 1, due = ?4 WHERE seq IN (
                 SELECT seq FROM task WHERE iif(state = 'running', state, step) = ?1 AND due IS NOT NULL AND due <= ?2
                 ORDER BY due, seq LIMIT ?3)
               RETURNING *";
    let mut statement = db.prepare_cached(sql)?;
    let rows =
        statement.query_map(params![lane, ask.now.millis(), count(limit), ask.until.millis()], row::claim)?;
    let first = claimed.claims.len();
    for claim in rows {
        claimed.claims.push(claim?);
    }
    claimed.claims[first..].sort_by_key(|claim| claim.task.created);
    Ok(())
}

fn next_due(db: &Connection, lane: &str, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT min(due) FROM task
               WHERE iif(state = 'running', state, step) = ?1 AND due IS NOT NULL AND due > ?2";
    let next: Option<i64> =
        db.prepare_cached(sql)?.query_row(params![lane, now.millis()], |row| row.get(0))?;
    Ok(next.map(Timestamp::from_millis))
}

pub(super) fn release(db: &Connection, lease: &Lease, due: Timestamp, retried: bool) -> Outcome<()> {
    let sql =
        "UPDATE task SET due = ?3, retries = retries + ?4 WHERE id = ?1 AND fence = ?2 AND due IS NOT NULL";
    let released = db.prepare_cached(sql)?.execute(params![
        lease.task.as_str(),
        lease.fence.0,
        due.millis(),
        retried
    ])?;
    if released == 0 {
        return Ok((Err(StoreError::LeaseLost), Vec::new()));
    }
    told((), Vec::new())
}
