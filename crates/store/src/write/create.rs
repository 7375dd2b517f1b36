//! The write that makes a task: the idempotency key is looked up, the price is held, the task takes its place in line,
//! all in the one commit that its id waits for.

use std::sync::Arc;

use filmgate_domain::calendar::Day;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::key::Budget;
use filmgate_domain::money::{Billing, Book, Micros};
use filmgate_domain::task::{Status, Summary, Task};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{Effect, Outcome, cell_of, money, told};
use crate::IDEMPOTENCY_LIFE;
use crate::cell::Cell;
use crate::memory::place;

/// A key that a client gave a create, and what it stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// SHA-256 of the request.
    pub fingerprint: [u8; 32],
}

/// What the task's owner may use and spend, besides the balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// How many tasks of the account may be unfinished.
    pub account_in_flight: Option<u32>,
    /// How many tasks of the key may be unfinished.
    pub key_in_flight: Option<u32>,
    /// What the key may spend.
    pub budget: Budget,
}

/// What became of a create.
#[derive(Clone, Debug)]
pub enum Created {
    /// A task.
    New(Arc<Cell>),
    /// The task that the same key and request made before.
    Replayed(Arc<Cell>),
    /// The key stands for another request.
    Conflict,
    /// The owner may not make it.
    Denied(Denial),
}

/// Why an owner may not make a task now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The key does not work any more, or never did.
    NoKey,
    /// The account may create nothing.
    Suspended,
    /// The account cannot pay.
    Balance {
        /// What the task costs.
        price: Micros,
        /// What the account may spend.
        available: Micros,
    },
    /// The key has spent what it may.
    Budget {
        /// What it may spend within the day, or the month.
        budget: Micros,
        /// What is left of it.
        left: Micros,
        /// When the next day, or month, begins.
        renews: Timestamp,
    },
    /// Too many tasks are unfinished.
    InFlight {
        /// How many may be.
        most: u32,
        /// Whether it is the key that may have no more, and not its account.
        of_key: bool,
    },
}

/// A new task with everything that can be made ready before the writer has its turn.
pub(crate) struct NewTask {
    task: Task,
    request: String,
    cell: Arc<Cell>,
}

impl NewTask {
    pub(crate) fn new(task: Task) -> Result<Self, serde_json::Error> {
        let request = serde_json::to_string(&task.request)?;
        let summary = Summary {
            id: task.id.clone(),
            account: task.account.clone(),
            dialect: task.request.dialect,
            model: Arc::from(task.request.model.as_str()),
            created: task.created,
            status: Status::from(&task.state),
        };
        let cell = Arc::new(Cell::new(summary, 1, place(&task.state), None));
        Ok(Self { task, request, cell })
    }
}

pub(crate) fn create(
    db: &Connection,
    new: &NewTask,
    idempotency: Option<&Idempotency>,
    terms: &Terms,
) -> Outcome<Created> {
    let task = &new.task;
    if let Some(idempotency) = idempotency
        && let Some(known) = replay(db, task, idempotency)?
    {
        return told(known, Vec::new());
    }
    let Some(owner) = Owner::of(db, task)? else { return told(Created::Denied(Denial::NoKey), Vec::new()) };
    if let Some(denial) = owner.denial(task, terms) {
        return told(Created::Denied(denial), Vec::new());
    }
    let turn = owner.turn.max(owner.served) + 1;
    let held_from = (task.price.0 > 0).then(|| owner.billing.pays_from());
    insert(db, new, turn, held_from, idempotency)?;
    money::hold(db, task, turn, held_from)?;
    told(Created::New(new.cell.clone()), vec![Effect::Changed(new.cell.clone()), Effect::Due])
}

/// What the key stands for already, if it is younger than a day. An older one is freed for what comes.
fn replay(db: &Connection, task: &Task, idempotency: &Idempotency) -> rusqlite::Result<Option<Created>> {
    let sql = "SELECT seq, id, fingerprint, created FROM task INDEXED BY task_idempotent
               WHERE account = ?1 AND idem_key = ?2";
    let mut statement = db.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let known: Option<(i64, String, [u8; 32], i64)> =
        statement.query_row(params![task.account.as_str(), idempotency.key], row).optional()?;
    let Some((seq, id, fingerprint, created)) = known else { return Ok(None) };
    if created <= (task.created - IDEMPOTENCY_LIFE).millis() {
        let free = "UPDATE task SET idem_key = NULL, fingerprint = NULL WHERE seq = ?1";
        db.prepare_cached(free)?.execute([seq])?;
        return Ok(None);
    }
    if fingerprint != idempotency.fingerprint {
        return Ok(Some(Created::Conflict));
    }
    Ok(cell_of(db, &id)?.map(Created::Replayed))
}

/// The account and the key as they stand in the transaction.
struct Owner {
    billing: Billing,
    available: i64,
    suspended: bool,
    in_flight: u32,
    turn: i64,
    served: i64,
    key_works: bool,
    key_in_flight: u32,
    day: i64,
    day_spent: i64,
    month: i64,
    month_spent: i64,
}

impl Owner {
    fn of(db: &Connection, task: &Task) -> rusqlite::Result<Option<Self>> {
        let sql = "SELECT a.billing = 'prepaid', a.available, a.suspended IS NOT NULL, a.in_flight, a.turn,
                          (SELECT value FROM counter WHERE name = 'turn'),
                          k.revoked IS NULL AND (k.expires IS NULL OR k.expires > ?3), k.in_flight,
                          k.day, k.day_spent, k.month, k.month_spent
                   FROM api_key AS k, account AS a WHERE k.id = ?1 AND k.account = ?2 AND a.id = ?2";
        let owner = params![task.key.as_str(), task.account.as_str(), task.created.millis()];
        let mut statement = db.prepare_cached(sql)?;
        statement
            .query_row(owner, |row| {
                let billing = if row.get(0)? { Billing::Prepaid } else { Billing::Postpaid };
                Ok(Self {
                    billing,
                    available: row.get(1)?,
                    suspended: row.get(2)?,
                    in_flight: row.get(3)?,
                    turn: row.get(4)?,
                    served: row.get(5)?,
                    key_works: row.get(6)?,
                    key_in_flight: row.get(7)?,
                    day: row.get(8)?,
                    day_spent: row.get(9)?,
                    month: row.get(10)?,
                    month_spent: row.get(11)?,
                })
            })
            .optional()
    }

    fn denial(&self, task: &Task, terms: &Terms) -> Option<Denial> {
        if !self.key_works {
            return Some(Denial::NoKey);
        }
        if self.suspended {
            return Some(Denial::Suspended);
        }
        let over = |most: Option<u32>, now: u32| most.filter(|most| now >= *most);
        if let Some(most) = over(terms.account_in_flight, self.in_flight) {
            return Some(Denial::InFlight { most, of_key: false });
        }
        if let Some(most) = over(terms.key_in_flight, self.key_in_flight) {
            return Some(Denial::InFlight { most, of_key: true });
        }
        self.over_budget(task, terms.budget).or_else(|| {
            let price = task.price;
            let short = self.billing == Billing::Prepaid && price.0 > self.available;
            short.then_some(Denial::Balance { price, available: Micros(self.available) })
        })
    }

    /// The budget that the price would break, the month's before the day's: it is the longer wait.
    fn over_budget(&self, task: &Task, budget: Budget) -> Option<Denial> {
        let today = Day::of(task.created);
        let spent = |counted: i64, current: i64, spent: i64| if counted == current { spent } else { 0 };
        let month = spent(self.month, today.month().0, self.month_spent);
        let day = spent(self.day, today.0, self.day_spent);
        let over = |budget: Option<Micros>, spent: i64, renews: Day| {
            let budget = budget.filter(|budget| spent.saturating_add(task.price.0) > budget.0)?;
            let left = Micros((budget.0 - spent).max(0));
            Some(Denial::Budget { budget, left, renews: renews.start() })
        };
        over(budget.month, month, today.next_month()).or_else(|| over(budget.day, day, today.next()))
    }
}

fn insert(
    db: &Connection,
    new: &NewTask,
    turn: i64,
    held_from: Option<Book>,
    idempotency: Option<&Idempotency>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO task (id, account, key, created, model, dialect, request, price, held_from, seed, idem_key,
                                 fingerprint, turn, state, step, step_since, due)
               VALUES (:id, :account, :key, :created, :model, :dialect, :request, :price, :held_from, :seed, :idem_key,
                       :fingerprint, :turn, :state, :step, :created, :created)";
    let task = &new.task;
    db.prepare_cached(sql)?.execute(named_params! {
        ":id": task.id.as_str(),
        ":account": task.account.as_str(),
        ":key": task.key.as_str(),
        ":created": task.created.millis(),
        ":model": task.request.model,
        ":dialect": task.request.dialect.as_str(),
        ":request": new.request,
        ":price": task.price.0,
        ":held_from": held_from.map(Book::as_str),
        ":seed": task.seed.cast_signed(),
        ":idem_key": idempotency.map(|idempotency| &*idempotency.key),
        ":fingerprint": idempotency.map(|idempotency| idempotency.fingerprint),
        ":turn": turn,
        ":state": task.state.name(),
        ":step": task.state.step(),
    })?;
    Ok(())
}
