//! `filmgate usage`, `filmgate ledger`, `filmgate audit`: what was used, where the money went, who did what. They only
//! read, beside a server or without one.

use clap::{Args, Subcommand};
use filmgate_contract::report;
use filmgate_domain::calendar::Day;
use filmgate_domain::id::{AccountId, KeyId, TaskId};
use filmgate_domain::money::Proof;
use filmgate_domain::usage::{Dimension, Usage};
use filmgate_gateway::{Lines, UsageFilter};
use serde_json::Value;

use crate::config::Sources;
use crate::desk::{Desk, MOST_ROWS, all_of, paged, shown};
use crate::output;
use crate::trouble::Trouble;

/// Sum up what was used
#[derive(Args, Debug)]
pub(crate) struct UsageArgs {
    /// The first day, in UTC [default: the first of the month]
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// The last day, in UTC [default: today]
    #[arg(long, value_name = "DAY")]
    to: Option<Day>,
    /// What to sum up by: day, account, key, model
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "account", value_parser = dimension)]
    by: Vec<Dimension>,
    /// Only this account's
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only this key's
    #[arg(long, value_name = "ID")]
    key: Option<String>,
    /// Print CSV, amounts in micro-units
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

/// List the ledger's lines, or prove that they add up
#[derive(Args, Debug)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    verb: LedgerVerb,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Debug, Subcommand)]
enum LedgerVerb {
    /// List lines, the newest first
    List {
        /// Only lines of this account
        #[arg(long, value_name = "ID")]
        account: Option<String>,
        /// Only lines about this task
        #[arg(long, value_name = "ID")]
        task: Option<String>,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u16,
        /// Only lines before the one with this number
        #[arg(long, value_name = "SEQ")]
        after: Option<i64>,
    },
    /// Prove that every balance is the sum of its lines and every task is settled once
    Check,
}

/// List what operators did, the newest first
#[derive(Args, Debug)]
pub(crate) struct AuditArgs {
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u16,
    /// Only deeds before the one with this number
    #[arg(long, value_name = "SEQ")]
    after: Option<i64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

fn dimension(text: &str) -> Result<Dimension, String> {
    let known = Dimension::ALL.map(Dimension::as_str).join(", ");
    Dimension::parse(text).ok_or_else(|| format!("one of {known}"))
}

/// Runs `filmgate usage`.
pub(crate) fn usage(args: &UsageArgs) -> Result<(), Trouble> {
    let desk = Desk::open(&args.sources)?;
    let to = args.to.unwrap_or_else(|| Day::of(desk.now()));
    let from = args.from.unwrap_or_else(|| to.month());
    if from > to {
        return Err(Trouble::usage(format!("--from {from} is after --to {to}")));
    }
    let asked = UsageFilter {
        from,
        to,
        account: args.account.clone().map(AccountId::from_text),
        key: args.key.clone().map(KeyId::from_text),
        by: args.by.clone(),
        limit: MOST_ROWS,
    };
    let rows = all_of(desk.ask(async |office| office.usage(asked).await)?);
    if args.csv {
        return output::text(report::usage_csv(&rows, &args.by));
    }
    shown(args.json, &report::usage(&rows, from, to), || sums(&rows))
}

fn sums(rows: &[Usage]) -> String {
    let rows = rows.iter().map(|row| {
        let names = [
            row.day.map(|day| day.to_string()),
            row.account.as_ref().map(ToString::to_string),
            row.key.as_ref().map(ToString::to_string),
            row.model.clone(),
        ];
        [
            names.into_iter().flatten().collect::<Vec<_>>().join("  "),
            row.succeeded.to_string(),
            row.failed.to_string(),
            row.canceled.to_string(),
            format!("{}", row.film_ms as f64 / 1000.0),
            row.charged.to_string(),
        ]
    });
    output::table(["what", "succeeded", "failed", "canceled", "seconds", "charged"], rows)
}

/// Runs `filmgate ledger`.
pub(crate) fn ledger(args: &LedgerArgs) -> Result<(), Trouble> {
    let desk = Desk::open(&args.sources)?;
    match &args.verb {
        LedgerVerb::Check => {
            let proof = desk.ask(async |office| office.prove().await)?;
            shown(args.json, &report::proof(&proof), || proven(&proof))?;
            if proof.findings.is_empty() {
                return Ok(());
            }
            Err(Trouble::new(
                "the ledger does not add up; stop handing out money and look at the lines above",
            ))
        }
        LedgerVerb::List { account, task, limit, after } => {
            let asked = Lines {
                account: account.clone().map(AccountId::from_text),
                task: task.clone().map(TaskId::from_text),
                before: *after,
                limit: (*limit).into(),
            };
            let lines = desk.ask(async |office| office.lines(asked).await)?;
            if args.json {
                return output::json(&lines.iter().map(report::line).collect::<Value>());
            }
            let next =
                lines.last().filter(|_| lines.len() == usize::from(*limit)).map(|line| line.seq.to_string());
            let rows = lines.iter().map(|line| {
                [
                    line.seq.to_string(),
                    output::moment(line.at),
                    line.account.to_string(),
                    line.kind.as_str().to_owned(),
                    format!("{} to {}", line.from.as_str(), line.to.as_str()),
                    line.micros.to_string(),
                    line.task.as_ref().map_or_else(|| line.note.clone(), ToString::to_string),
                ]
            });
            let headings = ["seq", "at", "account", "kind", "moved", "amount", "task or note"];
            paged(output::table(headings, rows), next.as_deref())
        }
    }
}

fn proven(proof: &Proof) -> String {
    let Proof { accounts, lines, tasks, granted, captured, available, held, findings, more } = proof;
    let head = format!(
        "{accounts} accounts, {lines} lines, {tasks} tasks that cost something\n\
         granted {granted}, captured {captured}, available {available}, held {held}\n",
    );
    let mut lines = vec![head];
    lines.extend(findings.iter().map(|finding| format!("WRONG {finding}\n")));
    if *more > 0 {
        lines.push(format!("and {more} more\n"));
    }
    if findings.is_empty() {
        lines.push("Everything adds up.\n".to_owned());
    }
    lines.concat()
}

/// Runs `filmgate audit`.
pub(crate) fn audit(args: &AuditArgs) -> Result<(), Trouble> {
    let desk = Desk::open(&args.sources)?;
    let (before, limit) = (args.after, usize::from(args.limit));
    let deeds = desk.ask(async |office| office.audit(before, limit).await)?;
    if args.json {
        return output::json(&deeds.iter().map(report::deed).collect::<Value>());
    }
    let next = deeds.last().filter(|_| deeds.len() == limit).map(|deed| deed.seq.to_string());
    let rows = deeds.iter().map(|deed| {
        [
            deed.seq.to_string(),
            output::moment(deed.at),
            deed.actor.clone(),
            deed.action.clone(),
            deed.subject.clone(),
            deed.detail.clone(),
        ]
    });
    paged(output::table(["seq", "at", "who", "what", "on", "detail"], rows), next.as_deref())
}
