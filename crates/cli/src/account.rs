//! `filmgate account`: who owns tasks, keys and money, and on what terms.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use filmgate_contract::report;
use filmgate_domain::account::{Account, Balance, Prices};
use filmgate_domain::limit::Limits;
use filmgate_domain::money::{Billing, Line, Micros};
use filmgate_gateway::AccountPatch;
use filmgate_gateway::office::NewAccount;
use serde_json::Value;

use crate::config::Sources;
use crate::desk::{Desk, LimitArgs, MOST_ROWS, all_of, amount, limits, shown};
use crate::output;
use crate::trouble::Trouble;

/// Create, change and pay accounts
#[derive(Args, Debug)]
pub(crate) struct AccountArgs {
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
    /// Make an account
    Create {
        /// Its id: letters, digits, `.`, `_` or `-`
        id: String,
        /// What to call it
        #[arg(long, default_value = "")]
        name: String,
        /// Whether it spends what was granted, or is only counted
        #[arg(long, value_enum, default_value_t = Pays::Prepaid)]
        billing: Pays,
        #[command(flatten)]
        limits: LimitArgs,
        /// What it is granted at once
        #[arg(long, value_name = "AMOUNT", value_parser = amount)]
        grant: Option<Micros>,
    },
    /// List accounts and what they have
    List,
    /// Show one account
    Show {
        /// Its id
        id: String,
    },
    /// Change an account; what is not said stays
    Update {
        /// Its id
        id: String,
        /// What to call it
        #[arg(long)]
        name: Option<String>,
        /// How it pays from now on
        #[arg(long, value_enum)]
        billing: Option<Pays>,
        #[command(flatten)]
        limits: LimitArgs,
        /// Prices instead of the catalogue's: a JSON file as the admin API takes it, or - for stdin
        #[arg(long, value_name = "FILE")]
        prices: Option<PathBuf>,
        /// Let it create nothing any more
        #[arg(long, conflicts_with = "resume")]
        suspend: bool,
        /// Let it create again
        #[arg(long)]
        resume: bool,
    },
    /// Give money to an account
    Grant {
        /// Its id
        id: String,
        /// How much, such as 25 or 0.125
        #[arg(value_parser = amount)]
        amount: Micros,
        /// Why
        #[arg(long, default_value = "")]
        note: String,
        /// Of several grants with one reference only the first counts
        #[arg(long, value_name = "TEXT")]
        reference: Option<String>,
    },
    /// Correct a balance, up or down
    Adjust {
        /// Its id
        id: String,
        /// How much; below zero takes away
        #[arg(allow_negative_numbers = true)]
        amount: Micros,
        /// Why
        #[arg(long)]
        reason: String,
        /// Of several adjustments with one reference only the first counts
        #[arg(long, value_name = "TEXT")]
        reference: Option<String>,
    },
}

/// How an account pays.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Pays {
    Prepaid,
    Postpaid,
}

impl From<Pays> for Billing {
    fn from(pays: Pays) -> Self {
        match pays {
            Pays::Prepaid => Self::Prepaid,
            Pays::Postpaid => Self::Postpaid,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &AccountArgs) -> Result<(), Trouble> {
    let desk = Desk::open(&args.sources)?;
    match &args.verb {
        Verb::Create { id, name, billing, limits, grant } => {
            let new = NewAccount {
                id: id.clone(),
                name: name.clone(),
                billing: (*billing).into(),
                limits: limits.over(Limits::default()),
                prices: Prices::new(),
            };
            desk.ask(async |office| office.account_create(new).await)?;
            if let Some(grant) = *grant {
                desk.ask(async |office| office.grant(id, grant, String::new(), None).await)?;
            }
            show(&desk, id, args.json)
        }
        Verb::List => list(&desk, args.json),
        Verb::Show { id } => show(&desk, id, args.json),
        Verb::Update { id, name, billing, limits, prices, suspend, resume } => {
            let (before, _) = desk.ask(async |office| office.account(id).await)?;
            let patch = AccountPatch {
                name: name.clone(),
                billing: billing.map(Billing::from),
                limits: limits.any().then(|| limits.over(before.limits)),
                prices: prices.as_ref().map(read_prices).transpose()?,
                suspended: (*suspend || *resume).then_some(*suspend),
            };
            desk.ask(async |office| office.account_change(id, patch).await)?;
            show(&desk, id, args.json)
        }
        Verb::Grant { id, amount, note, reference } => {
            let (note, reference) = (note.clone(), reference.clone());
            let line = desk.ask(async |office| office.grant(id, *amount, note, reference).await)?;
            moved(&desk, &line, args.json)
        }
        Verb::Adjust { id, amount, reason, reference } => {
            let (reason, reference) = (reason.clone(), reference.clone());
            let line = desk.ask(async |office| office.adjust(id, *amount, reason, reference).await)?;
            moved(&desk, &line, args.json)
        }
    }
}

fn read_prices(path: &PathBuf) -> Result<Prices, Trouble> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(path).map(|read| text = read)
    };
    let place = path.display();
    read.map_err(|why| Trouble::new(format!("the prices {place} cannot be read: {why}")))?;
    let example = r#"{"videos":{"price":250000,"rows":[{"duration":15,"price":600000}]}}"#;
    serde_json::from_str(&text).map_err(|why| {
        Trouble::new(format!("the prices {place} are wrong: {why}; write them like {example}"))
    })
}

fn list(desk: &Desk, json: bool) -> Result<(), Trouble> {
    let accounts = all_of(desk.ask(async |office| office.accounts(None, MOST_ROWS).await)?);
    if json {
        let all = accounts.iter().map(|(account, balance)| report::account(account, Some(*balance)));
        return output::json(&all.collect::<Value>());
    }
    let rows = accounts.iter().map(|(account, balance)| {
        [
            account.id.to_string(),
            account.name.clone(),
            account.billing.as_str().to_owned(),
            balance.available.to_string(),
            balance.held.to_string(),
            balance.in_flight.to_string(),
            standing(account),
        ]
    });
    let headings = ["id", "name", "billing", "available", "held", "in flight", "standing"];
    output::text(output::table(headings, rows))
}

fn standing(account: &Account) -> String {
    account.suspended.map_or("works".to_owned(), |since| format!("suspended {}", output::moment(since)))
}

fn show(desk: &Desk, id: &str, json: bool) -> Result<(), Trouble> {
    let (account, balance) = desk.ask(async |office| office.account(id).await)?;
    shown(json, &report::account(&account, Some(balance)), || told(&account, balance))
}

fn told(account: &Account, balance: Balance) -> String {
    let prices: Vec<_> = account.prices.keys().map(String::as_str).collect();
    let lines = [
        ("id", account.id.to_string()),
        ("name", account.name.clone()),
        ("billing", account.billing.as_str().to_owned()),
        ("available", balance.available.to_string()),
        ("held", balance.held.to_string()),
        ("in flight", balance.in_flight.to_string()),
        ("limits", limits(account.limits)),
        ("own prices", if prices.is_empty() { "none".to_owned() } else { prices.join(", ") }),
        ("standing", standing(account)),
    ];
    lines.map(|(name, text)| format!("{name:<12} {text}\n")).concat()
}

fn moved(desk: &Desk, line: &Line, json: bool) -> Result<(), Trouble> {
    let (_, balance) = desk.ask(async |office| office.account(line.account.as_str()).await)?;
    let text = || format!("{} has {} available, line {}\n", line.account, balance.available, line.seq);
    shown(json, &report::line(line), text)
}
