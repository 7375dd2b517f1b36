//! Money in the transactions: the hold of a create, the settlement of an end, and what operators give and take. Each
//! writes its line and moves the balance that the line is about; the schema refuses a second hold or a second
//! settlement of the same task.

use filmgate_domain::audit::Deed;
use filmgate_domain::calendar::Day;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::AccountId;
use filmgate_domain::money::{Book, LineKind, Micros, Settlement};
use filmgate_domain::task::{State, Task};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Outcome, account_exists, note, told};
use crate::row;

/// The task is in flight from now on, and its price is held; takes its turn.
pub(super) fn hold(db: &Connection, task: &Task, turn: i64, from: Option<Book>) -> rusqlite::Result<()> {
    let (price, taken) = (task.price.0, if from == Some(Book::Available) { task.price.0 } else { 0 });
    let account = "UPDATE account SET available = available - ?2, held = held + ?3, in_flight = in_flight + 1, turn = ?4
                   WHERE id = ?1";
    db.prepare_cached(account)?.execute(params![task.account.as_str(), taken, price, turn])?;
    let today = Day::of(task.created);
    let key = "UPDATE api_key SET in_flight = in_flight + 1, day_spent = iif(day = ?2, day_spent, 0) + ?4, day = ?2,
                 month_spent = iif(month = ?3, month_spent, 0) + ?4, month = ?3 WHERE id = ?1";
    db.prepare_cached(key)?.execute(params![task.key.as_str(), today.0, today.month().0, price])?;
    if let Some(from) = from {
        let line = Entry { kind: LineKind::Hold, from, to: Book::Held, micros: task.price };
        line.of_task(db, task.created, task.account.as_str(), task.key.as_str(), task.id.as_str())?;
    }
    Ok(())
}

/// What a task's end needs to know of its row.
pub(super) struct Ending {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) key: String,
    pub(super) model: String,
    pub(super) created: i64,
    pub(super) price: i64,
    pub(super) held_from: Option<String>,
}

/// The task is no longer in flight; its price is taken or given back, and its end is counted.
pub(super) fn settle(db: &Connection, task: &Ending, state: &State, now: Timestamp) -> rusqlite::Result<()> {
    let Some(settlement) = state.settlement() else { return Ok(()) };
    let from = task.held_from.as_deref().and_then(Book::parse);
    let held = if from.is_some() { task.price } else { 0 };
    let (taken, back) = match settlement {
        Settlement::Capture => (held, 0),
        Settlement::Release => (0, held),
    };
    let returned = if from == Some(Book::Available) { back } else { 0 };
    let account = "UPDATE account SET available = available + ?2, held = held - ?3, in_flight = in_flight - 1
                   WHERE id = ?1";
    db.prepare_cached(account)?.execute(params![task.account, returned, held])?;
    // What is given back counts for the budget of the day and month it was held in.
    let held_on = Day::of(Timestamp::from_millis(task.created));
    let key = "UPDATE api_key SET in_flight = in_flight - 1,
                 day_spent = day_spent - iif(day = ?2, min(?4, day_spent), 0),
                 month_spent = month_spent - iif(month = ?3, min(?4, month_spent), 0) WHERE id = ?1";
    db.prepare_cached(key)?.execute(params![task.key, held_on.0, held_on.month().0, back])?;
    if let Some(from) = from {
        let to = if settlement == Settlement::Capture { Book::Revenue } else { from };
        let line = Entry { kind: settlement.line(), from: Book::Held, to, micros: Micros(task.price) };
        line.of_task(db, now, &task.account, &task.key, &task.id)?;
    }
    count(db, task, state, taken, now)
}

/// Adds the end to the day's sums.
fn count(db: &Connection, task: &Ending, state: &State, taken: i64, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "INSERT INTO usage (day, account, key, model, succeeded, failed, canceled, film_ms, micros)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT (day, account, key, model) DO UPDATE SET
                 succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed,
                 canceled = canceled + excluded.canceled, film_ms = film_ms + excluded.film_ms,
                 micros = micros + excluded.micros";
    // Whatever a film says of itself, the sum must stay a number: it counts for 49 days at most.
    let film_ms = match state {
        State::Succeeded(film) => u32::try_from(film.artifact.duration_ms).unwrap_or(u32::MAX),
        _ => 0,
    };
    let (succeeded, failed) = (matches!(state, State::Succeeded(_)), matches!(state, State::Failed { .. }));
    db.prepare_cached(sql)?.execute(params![
        Day::of(now).0,
        task.account,
        task.key,
        task.model,
        succeeded,
        failed,
        !succeeded && !failed,
        film_ms,
        taken
    ])?;
    Ok(())
}

/// A line about to be written.
struct Entry {
    kind: LineKind,
    from: Book,
    to: Book,
    micros: Micros,
}

impl Entry {
    fn of_task(
        &self,
        db: &Connection,
        at: Timestamp,
        account: &str,
        key: &str,
        task: &str,
    ) -> rusqlite::Result<()> {
        let sql = "INSERT INTO ledger_line (at, account, kind, source, target, micros, task, key)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (kind, from, to) = (self.kind.as_str(), self.from.as_str(), self.to.as_str());
        let line = params![at.millis(), account, kind, from, to, self.micros.0, task, key];
        db.prepare_cached(sql)?.execute(line)?;
        Ok(())
    }
}

/// Money that an operator gives, or a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// To or from which account.
    pub account: AccountId,
    /// [`LineKind::Grant`] or [`LineKind::Adjust`].
    pub kind: LineKind,
    /// How much; below zero takes it away, which only an adjustment may.
    pub micros: Micros,
    /// Why.
    pub note: String,
    /// The operator's own name for it. A second transfer with the same is not made.
    pub reference: Option<String>,
}

/// What became of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transferred {
    /// It is made.
    New(filmgate_domain::money::Line),
    /// The one that the same reference made before.
    Replayed(filmgate_domain::money::Line),
    /// The reference stands for another one.
    Conflict,
    /// There is no such account.
    NoAccount,
    /// More would be taken than there is.
    Short {
        /// What there is.
        available: Micros,
    },
    /// The account would have more than can be counted.
    TooMuch,
}

/// The most that an account may have: with [`LARGEST`](filmgate_domain::money::LARGEST) on top it can still be counted.
const MOST: i64 = i64::MAX / 4;

pub(crate) fn transfer(
    db: &Connection,
    asked: &Transfer,
    deed: &Deed,
    now: Timestamp,
) -> Outcome<Transferred> {
    let refused = |why| told(why, Vec::new());
    if !account_exists(db, &asked.account)? {
        return refused(Transferred::NoAccount);
    }
    let id = asked.account.as_str();
    if let Some(reference) = &asked.reference {
        let sql = "SELECT * FROM ledger_line WHERE account = ?1 AND reference = ?2";
        let known = db.prepare_cached(sql)?.query_row([id, reference], row::line).optional()?;
        if let Some(line) = known {
            let signed = if line.to == Book::Available { line.micros.0 } else { -line.micros.0 };
            let same = line.kind == asked.kind && signed == asked.micros.0 && line.note == asked.note;
            return refused(if same { Transferred::Replayed(line) } else { Transferred::Conflict });
        }
    }
    let available: i64 = db
        .prepare_cached("SELECT available FROM account WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    let after = available.saturating_add(asked.micros.0);
    if after < 0 {
        return refused(Transferred::Short { available: Micros(available) });
    }
    if after > MOST {
        return refused(Transferred::TooMuch);
    }
    let (from, to) = if asked.micros.0 < 0 {
        (Book::Available, Book::Operator)
    } else {
        (Book::Operator, Book::Available)
    };
    db.prepare_cached("UPDATE account SET available = ?2 WHERE id = ?1")?.execute(params![id, after])?;
    let sql = "INSERT INTO ledger_line (at, account, kind, source, target, micros, note, reference)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING *";
    let (kind, micros) = (asked.kind.as_str(), asked.micros.0.abs());
    let line = db.prepare_cached(sql)?.query_row(
        params![now.millis(), id, kind, from.as_str(), to.as_str(), micros, asked.note, asked.reference],
        row::line,
    )?;
    note(db, deed, now)?;
    told(Transferred::New(line), Vec::new())
}
