//! `filmgate key`: keys of the data folder, also while a server uses it. A secret is printed when it is made and never
//! again; a running server knows within a moment.

use std::time::Duration;

use clap::{Args, Subcommand};
use filmgate_contract::report;
use filmgate_domain::calendar::Day;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, well_formed};
use filmgate_domain::key::{Budget, Key, Scopes, Spending};
use filmgate_domain::limit::Limits;
use filmgate_domain::money::Micros;
use filmgate_gateway::KeyPatch;
use filmgate_gateway::keys::MAIN_ACCOUNT;
use filmgate_gateway::office::NewKey;
use serde_json::Value;

use crate::config::Sources;
use crate::desk::{Desk, LimitArgs, MOST_ROWS, all_of, amount, limits, shown, span};
use crate::output;
use crate::trouble::Trouble;

/// Create, change, rotate and revoke keys
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    verb: Verb,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a key; its secret is shown this once
    Create {
        /// What to call it
        #[arg(long, default_value = "")]
        name: String,
        /// What it may do: create, read, cancel, admin
        #[arg(long, value_name = "SCOPES", default_value = "create,read,cancel", value_parser = scopes)]
        scopes: Scopes,
        /// When it stops working, such as 30d or 12h [default: never]
        #[arg(long, value_name = "SPAN", value_parser = span)]
        expires: Option<Duration>,
        /// Whose tasks it sees and whose money it spends
        #[arg(long, default_value = MAIN_ACCOUNT, value_parser = account)]
        account: AccountId,
        #[command(flatten)]
        terms: Terms,
    },
    /// List keys, without their secrets
    List {
        /// Only keys of this account
        #[arg(long, value_name = "ID")]
        account: Option<String>,
    },
    /// Show one key and what it has spent
    Show {
        /// Its id, as `key list` shows it
        id: String,
    },
    /// Change a key; what is not said stays
    Update {
        /// Its id
        id: String,
        /// What to call it
        #[arg(long)]
        name: Option<String>,
        /// What it may do: create, read, cancel, admin
        #[arg(long, value_name = "SCOPES", value_parser = scopes)]
        scopes: Option<Scopes>,
        /// When it stops working, counted from now, such as 30d; or never
        #[arg(long, value_name = "SPAN", value_parser = end)]
        expires: Option<End>,
        #[command(flatten)]
        terms: Terms,
    },
    /// Give a key another secret, shown this once
    Rotate {
        /// Its id
        id: String,
        /// How long the former secrets go on working
        #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = span)]
        overlap: Duration,
    },
    /// Make a key stop working, at once and for good
    Revoke {
        /// Its id
        id: String,
    },
}

/// What a key may create, use and spend.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What it may use and spend")]
struct Terms {
    /// Models it may create with, divided by commas; all for every one
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    models: Option<Vec<String>>,
    #[command(flatten)]
    limits: LimitArgs,
    /// What it may spend within a day (UTC), such as 2.5; none for no limit
    #[arg(long, value_name = "AMOUNT", value_parser = cap)]
    budget_day: Option<Cap>,
    /// What it may spend within a month (UTC)
    #[arg(long, value_name = "AMOUNT", value_parser = cap)]
    budget_month: Option<Cap>,
}

impl Terms {
    #[expect(clippy::option_option, reason = "not said, or said to be all of them")]
    fn models(&self) -> Option<Option<Vec<String>>> {
        let names = self.models.clone()?;
        Some(if names == ["all"] { None } else { Some(names) })
    }

    fn budget_over(&self, before: Budget) -> Budget {
        let day = self.budget_day.map_or(before.day, |cap| cap.0);
        Budget { day, month: self.budget_month.map_or(before.month, |cap| cap.0) }
    }
}

/// A limit on an amount, or none.
#[derive(Clone, Copy, Debug)]
struct Cap(Option<Micros>);

/// A span until the end, or none.
#[derive(Clone, Copy, Debug)]
struct End(Option<Duration>);

fn cap(text: &str) -> Result<Cap, String> {
    if text == "none" { Ok(Cap(None)) } else { amount(text).map(|amount| Cap(Some(amount))) }
}

fn end(text: &str) -> Result<End, String> {
    if text == "never" { Ok(End(None)) } else { span(text).map(|span| End(Some(span))) }
}

fn scopes(text: &str) -> Result<Scopes, String> {
    match Scopes::parse(text) {
        Ok(none) if none == Scopes::of([]) => {
            Err("at least one of create, read, cancel and admin".to_owned())
        }
        parsed => parsed.map_err(|wrong| wrong.to_string()),
    }
}

fn account(text: &str) -> Result<AccountId, String> {
    let fits = well_formed(text);
    fits.then(|| AccountId::from_text(text))
        .ok_or_else(|| "1 to 64 letters, digits, `.`, `_` or `-`".to_owned())
}

/// Runs the command.
pub(crate) fn run(args: &KeyArgs) -> Result<(), Trouble> {
    let desk = Desk::open(&args.sources)?;
    let now = desk.now();
    match &args.verb {
        Verb::Create { name, scopes, expires, account, terms } => {
            let new = NewKey {
                name: name.clone(),
                account: account.clone(),
                scopes: *scopes,
                models: terms.models().flatten(),
                limits: terms.limits.over(Limits::default()),
                budget: terms.budget_over(Budget::default()),
                expires: expires.map(|span| now + span),
            };
            let (key, secret) = desk.ask(async |office| office.key_create(new).await)?;
            secret_of(&key, &secret, now, args.json)
        }
        Verb::List { account } => {
            let account = account.clone().map(AccountId::from_text);
            let keys = desk.ask(async |office| office.keys(account, None, MOST_ROWS).await)?;
            list(&all_of(keys), now, args.json)
        }
        Verb::Show { id } => show(&desk, id, args.json),
        Verb::Update { id, name, scopes, expires, terms } => {
            let before = desk.ask(async |office| office.key(id).await)?.key;
            let budget = terms.budget_over(before.budget);
            let patch = KeyPatch {
                name: name.clone(),
                scopes: *scopes,
                models: terms.models(),
                limits: terms.limits.any().then(|| terms.limits.over(before.limits)),
                budget: (budget != before.budget).then_some(budget),
                expires: expires.map(|end| end.0.map(|span| now + span)),
            };
            desk.ask(async |office| office.key_change(id, patch).await)?;
            show(&desk, id, args.json)
        }
        Verb::Rotate { id, overlap } => {
            let (key, secret) = desk.ask(async |office| office.key_rotate(id, *overlap).await)?;
            secret_of(&key, &secret, now, args.json)
        }
        Verb::Revoke { id } => {
            desk.ask(async |office| office.key_revoke(id).await)?;
            let spending = desk.ask(async |office| office.key(id).await)?;
            shown(args.json, &report::spending(&spending, now), || format!("revoked {id}\n"))
        }
    }
}

fn secret_of(key: &Key, secret: &str, now: Timestamp, json: bool) -> Result<(), Trouble> {
    if json {
        return output::json(&report::key_with_secret(key, secret, now));
    }
    output::text(format!("{secret}\n"))?;
    eprintln!("This is the secret of {}. It is shown this once.", key.id);
    Ok(())
}

fn list(keys: &[Spending], now: Timestamp, json: bool) -> Result<(), Trouble> {
    if json {
        return output::json(&keys.iter().map(|key| report::spending(key, now)).collect::<Value>());
    }
    let rows = keys.iter().map(|Spending { key, .. }| {
        let hints: Vec<_> = key.secrets.iter().map(|secret| format!("{}…", secret.hint)).collect();
        [
            key.id.to_string(),
            hints.join(" "),
            key.name.clone(),
            key.account.to_string(),
            key.scopes.to_string(),
            output::moment(key.created),
            standing(key, now),
        ]
    });
    output::text(output::table(["id", "begins", "name", "account", "scopes", "created", "standing"], rows))
}

fn show(desk: &Desk, id: &str, json: bool) -> Result<(), Trouble> {
    let now = desk.now();
    let spending = desk.ask(async |office| office.key(id).await)?;
    shown(json, &report::spending(&spending, now), || {
        let key = &spending.key;
        let (day, month) = spending.on(Day::of(now));
        let of = |spent: Micros, budget: Option<Micros>| {
            budget.map_or(spent.to_string(), |budget| format!("{spent} of {budget}"))
        };
        let lines = [
            ("id", key.id.to_string()),
            ("name", key.name.clone()),
            ("account", key.account.to_string()),
            ("scopes", key.scopes.to_string()),
            ("models", key.models.as_ref().map_or("all".to_owned(), |models| models.join(", "))),
            ("limits", limits(key.limits)),
            ("today", of(day, key.budget.day)),
            ("this month", of(month, key.budget.month)),
            ("in flight", spending.in_flight.to_string()),
            ("standing", standing(key, now)),
        ];
        lines.map(|(name, text)| format!("{name:<12} {text}\n")).concat()
    })
}

fn standing(key: &Key, now: Timestamp) -> String {
    match (key.revoked, key.expires) {
        (Some(at), _) => format!("revoked {}", output::moment(at)),
        (None, Some(end)) if now >= end => format!("expired {}", output::moment(end)),
        (None, Some(end)) => format!("works until {}", output::moment(end)),
        (None, None) => "works".to_owned(),
    }
}
