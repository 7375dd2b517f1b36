//! Writes that give a task to a worker and take it back. What waits stands in line by turns: a new task's turn is the
//! one after its account's last, or after the one that is being served, so a thousand tasks of one account are in
//! nobody's way (start-time fair queueing). Waiting for references, waiting for an upstream and running are lanes of
//! their own. A task that is claimed, or put off, is parked: out of the line until it is due.

use std::collections::BTreeMap;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::TaskId;
use filmgate_domain::lease::{Claim, Lease};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Effect, Outcome, told};
use crate::{StoreError, row};

/// How much to claim.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What is due by then.
    pub now: Timestamp,
    /// The end of the leases.
    pub until: Timestamp,
    /// At most this many tasks that wait for their references.
    pub prepare: usize,
    /// At most this many tasks that wait for an upstream.
    pub submit: usize,
    /// At most this many running tasks.
    pub running: usize,
    /// At most this many of those that wait for an upstream, by model; the others' number is not limited.
    pub rooms: BTreeMap<String, usize>,
}

/// What was claimed.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The tasks, each under a lease.
    pub claims: Vec<Claim>,
    /// When the next task becomes due that is not due yet.
    pub next_due: Option<Timestamp>,
}

/// A place in the line.
type Place = (i64, i64);

pub(crate) fn claim(db: &Connection, ask: &Ask) -> Outcome<Claimed> {
    unpark(db, ask.now)?;
    let mut chosen = in_line(db, "prepare", ask.prepare, &BTreeMap::new())?;
    let submits = in_line(db, "submit", ask.submit, &ask.rooms)?;
    serve(db, submits.last().copied())?;
    chosen.extend(submits);
    let mut seqs: Vec<i64> = chosen.into_iter().map(|(_, seq)| seq).collect();
    seqs.extend(due(db, ask)?);
    let mut raise = db.prepare_cached(
        "UPDATE task SET fence = fence + 1, due = ?2, parked = (state = 'queued'),
           step_since = iif(retries = 0, ?3, step_since) WHERE seq = ?1 RETURNING *",
    )?;
    let mut claimed = Claimed::default();
    for seq in seqs {
        claimed.claims.push(raise.query_row(params![seq, ask.until.millis(), ask.now.millis()], row::claim)?);
    }
    claimed.next_due = next_due(db, ask.now)?;
    told(claimed, Vec::new())
}

/// Lets back into the line whose time has come.
fn unpark(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let sql =
        "UPDATE task INDEXED BY task_due SET parked = 0 WHERE parked = 1 AND state = 'queued' AND due <= ?1";
    db.prepare_cached(sql)?.execute([now.millis()])?;
    Ok(())
}

/// The first `limit` places of a lane, at most as many of each model as it has room for.
fn in_line(
    db: &Connection,
    step: &str,
    limit: usize,
    rooms: &BTreeMap<String, usize>,
) -> rusqlite::Result<Vec<Place>> {
    let mut places = Vec::new();
    if limit == 0 {
        return Ok(places);
    }
    let sql = "SELECT turn, seq FROM task INDEXED BY task_ready
               WHERE step = ?1 AND model = ?2 AND state = 'queued' AND parked = 0 ORDER BY turn, seq LIMIT ?3";
    let mut first = db.prepare_cached(sql)?;
    let mut model = String::new();
    while let Some(next) = next_model(db, step, &model)? {
        let room = rooms.get(&next).copied().unwrap_or(limit).min(limit);
        let rows =
            first.query_map(params![step, next, row::limit(room)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        places.extend(rows.collect::<rusqlite::Result<Vec<Place>>>()?);
        model = next;
    }
    places.sort_unstable();
    places.truncate(limit);
    Ok(places)
}

/// The model after `model` that something in the lane waits for: one look into the index each.
fn next_model(db: &Connection, step: &str, model: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT model FROM task INDEXED BY task_ready
               WHERE step = ?1 AND model > ?2 AND state = 'queued' AND parked = 0 ORDER BY model LIMIT 1";
    db.prepare_cached(sql)?.query_row([step, model], |row| row.get(0)).optional()
}

/// The line has moved on to this place: whoever comes now stands behind it.
fn serve(db: &Connection, last: Option<Place>) -> rusqlite::Result<()> {
    if let Some((turn, _)) = last {
        let sql = "UPDATE counter SET value = ?1 WHERE name = 'turn' AND value < ?1";
        db.prepare_cached(sql)?.execute([turn])?;
    }
    Ok(())
}

/// Running tasks that are due, the longest due first.
fn due(db: &Connection, ask: &Ask) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT seq FROM task INDEXED BY task_due WHERE state = 'running' AND due <= ?1
               ORDER BY due, seq LIMIT ?2";
    let mut due = db.prepare_cached(sql)?;
    due.query_map(params![ask.now.millis(), row::limit(ask.running)], |row| row.get(0))?.collect()
}

fn next_due(db: &Connection, now: Timestamp) -> rusqlite::Result<Option<Timestamp>> {
    let sql = "SELECT min(due) FROM (
                 SELECT min(due) AS due FROM task INDEXED BY task_due WHERE state = 'running' AND due > ?1
                 UNION ALL
                 SELECT min(due) FROM task INDEXED BY task_due
                 WHERE parked = 1 AND state = 'queued' AND due > ?1)";
    let next: Option<i64> = db.prepare_cached(sql)?.query_row([now.millis()], |row| row.get(0))?;
    Ok(next.map(Timestamp::from_millis))
}

/// Whoever opens the folder alone knows that the holders of all leases are gone: their steps are due now. A step that
/// was put off is due as well, which costs one try before its time; a submit in doubt waits for its own.
pub(crate) fn free_leases(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE task INDEXED BY task_due SET due = ?1, parked = 0
               WHERE (state = 'running' OR parked = 1) AND due > ?1 AND step != 'uncertain'";
    db.execute(sql, [now.millis()])?;
    Ok(())
}

pub(crate) fn release(
    db: &Connection,
    lease: &Lease,
    due: Timestamp,
    retried: bool,
    now: Timestamp,
) -> Outcome<()> {
    let sql = "UPDATE task SET due = ?3, retries = retries + ?4, parked = (state = 'queued' AND ?5)
               WHERE id = ?1 AND fence = ?2 AND due IS NOT NULL";
    let released = db.prepare_cached(sql)?.execute(params![
        lease.task.as_str(),
        lease.fence.0,
        due.millis(),
        retried,
        due > now,
    ])?;
    if released == 0 {
        return Ok((Err(StoreError::LeaseLost), Vec::new()));
    }
    told((), if due <= now { vec![Effect::Due] } else { Vec::new() })
}

pub(crate) fn hasten(db: &Connection, id: &TaskId, now: Timestamp) -> Outcome<()> {
    let sql = "UPDATE task SET due = ?2 WHERE id = ?1 AND state = 'running' AND step = 'poll' AND due > ?2";
    let hastened = db.prepare_cached(sql)?.execute(params![id.as_str(), now.millis()])?;
    told((), if hastened > 0 { vec![Effect::Due] } else { Vec::new() })
}
