//! The office at the data folder: what the commands about accounts, keys and money share. They open the folder beside
//! whatever server uses it, ask the office for one thing, and say what came of it; a running server knows within a
//! moment.

use std::time::Duration;

use clap::Args;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::limit::{Limits, Rate};
use filmgate_domain::model::Models;
use filmgate_domain::money::Micros;
use filmgate_gateway::office::Office;
use filmgate_gateway::{Doors, Refusal};
use filmgate_store::Store;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::config::Sources;
use crate::config::value::Word;
use crate::trouble::Trouble;
use crate::{compose, doors, output};

/// The most rows that a table shows.
pub(crate) const MOST_ROWS: usize = 10_000;

/// The office and what it stands on.
pub(crate) struct Desk {
    store: Store,
    doors: Doors,
    models: Models,
    runtime: Runtime,
}

impl Desk {
    /// Opens the data folder, also while a server uses it.
    pub(crate) fn open(sources: &Sources) -> Result<Self, Trouble> {
        let config = sources.load()?.config;
        let models = compose::catalogue(&config)?.domain_models();
        let doors = doors::system();
        let settings = compose::store_settings(&config);
        let store = Store::open_beside(&settings, doors.clock.clone(), doors.entropy.clone());
        let store = store.map_err(|why| compose::unopened(&why))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|why| Trouble::new(format!("the program cannot be started: {why}")))?;
        Ok(Self { store, doors, models, runtime })
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.doors.clock.now()
    }

    /// Asks the office for one thing.
    pub(crate) fn ask<'a, T, F>(&'a self, asked: impl FnOnce(Office<'a>) -> F) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let office = Office::beside(&self.store, &self.doors, &self.models);
        self.runtime.block_on(asked(office)).map_err(|refusal| refused(&refusal))
    }
}

fn refused(refusal: &Refusal) -> Trouble {
    let hint = match refusal {
        Refusal::Missing { what: "account", .. } => "; `filmgate account list` shows them",
        Refusal::Missing { .. } => "; `filmgate key list` shows them",
        Refusal::IdempotencyConflict => "; this --reference stands for another amount, take a new one",
        _ => "",
    };
    Trouble::new(format!("{refusal}{hint}"))
}

/// What a key or an account may use.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "What it may use and spend")]
pub(crate) struct LimitArgs {
    /// How often it may create, such as 10/s or 600/m; none for no limit
    #[arg(long, value_name = "RATE")]
    creates: Option<Rate>,
    /// How often it may ask anything else
    #[arg(long, value_name = "RATE")]
    polls: Option<Rate>,
    /// How many unfinished tasks it may have; 0 for as many as it likes
    #[arg(long, value_name = "N")]
    in_flight: Option<u32>,
}

impl LimitArgs {
    /// `before` with what was said instead.
    pub(crate) fn over(self, before: Limits) -> Limits {
        Limits { creates: self.creates, polls: self.polls, in_flight: self.in_flight }.or(before)
    }

    /// Whether anything was said.
    pub(crate) const fn any(self) -> bool {
        self.creates.is_some() || self.polls.is_some() || self.in_flight.is_some()
    }
}

/// Limits as people read them.
pub(crate) fn limits(limits: Limits) -> String {
    let told = [
        limits.creates.map(|rate| format!("{rate} creates")),
        limits.polls.map(|rate| format!("{rate} other requests")),
        limits.in_flight.map(|most| format!("{most} in flight")),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    if told.is_empty() { "the configuration's".to_owned() } else { told.join(", ") }
}

/// An amount above zero.
pub(crate) fn amount(text: &str) -> Result<Micros, String> {
    let amount: Micros = text.parse().map_err(|wrong| format!("{wrong}"))?;
    if amount.0 > 0 { Ok(amount) } else { Err("an amount above 0, such as 25 or 0.125".to_owned()) }
}

/// A span.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    <Duration as Word>::parse(text).ok_or_else(|| format!("expected {}", <Duration as Word>::ALLOWED))
}

/// Says so when there are more rows than are shown.
pub(crate) fn all_of<T>(rows: Vec<T>) -> Vec<T> {
    if rows.len() >= MOST_ROWS {
        eprintln!("filmgate: only the first {MOST_ROWS} are shown");
    }
    rows
}

/// A page that may go on.
pub(crate) fn paged(page: String, next: Option<&str>) -> Result<(), Trouble> {
    output::text(page)?;
    next.map_or(Ok(()), |next| output::text(format!("\nMore: --after {next}\n")))
}

/// `value` as JSON if that was asked for, else what `text` makes of it.
pub(crate) fn shown(json: bool, value: &Value, text: impl FnOnce() -> String) -> Result<(), Trouble> {
    if json { output::json(value) } else { output::text(text()) }
}
