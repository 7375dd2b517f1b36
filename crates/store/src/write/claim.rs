//! Writes that give a task to a worker and take it back. Work stands in three lanes, so that a thousand waiting films
//! are in nobody's way who wants to fetch a reference or ask after a running one.

use filmgate_domain::clock::Timestamp;
use filmgate_domain::lease::Lease;
use rusqlite::{Connection, params};

use super::task::count;
use super::{Ask, Claimed, Effect, Outcome, told};
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
    let sql = "SELECT seq FROM task INDEXED BY task_due
               WHERE iif(state = 'running', state, step) = ?1 AND due IS NOT NULL AND due <= ?2
               ORDER BY due, seq LIMIT ?3";
    let mut due = db.prepare_cached(sql)?;
    let due = due.query_map(params![lane, ask.now.millis(), count(limit)], |row| row.get(0))?;
    let due = due.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut raise = db.prepare_cached(
        "UPDATE task SET fence = fence + 1, due = ?2, step_since = iif(retries = 0, ?3, step_since)
                           WHERE seq = ?1 RETURNING *",
    )?;
    for seq in due {
        claimed.claims.push(raise.query_row(params![seq, ask.until.millis(), ask.now.millis()], row::claim)?);
    }
    Ok(())
}

/// Whoever opens the folder alone knows that the holders of all leases are gone: their steps are due now. A step that
/// was put off is due as well, which costs one try before its time.
pub(crate) fn free_leases(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE task INDEXED BY task_due SET due = ?1
               WHERE iif(state = 'running', state, step) IN ('running', 'prepare') AND due IS NOT NULL AND due > ?1";
    db.execute(sql, [now.millis()])?;
    Ok(())
}

fn next_due(db: &Connection, lane: &str, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT min(due) FROM task INDEXED BY task_due
               WHERE iif(state = 'running', state, step) = ?1 AND due IS NOT NULL AND due > ?2";
    let next: Option<i64> =
        db.prepare_cached(sql)?.query_row(params![lane, now.millis()], |row| row.get(0))?;
    Ok(next.map(Timestamp::from_millis))
}

pub(super) fn release(
    db: &Connection,
    lease: &Lease,
    due: Timestamp,
    retried: bool,
    now: Timestamp,
) -> Outcome<()> {
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
    told((), if due <= now { vec![Effect::Due] } else { Vec::new() })
}
