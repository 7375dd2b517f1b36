//! What is answered about money and to operators: accounts, keys, lines of the ledger, use, deeds. Amounts are whole
//! micro-units, moments Unix seconds, days `2026-11-26` in UTC. A secret stands in one answer only, the one that made it.

use std::fmt::Write as _;

use filmgate_domain::account::{Account, Balance};
use filmgate_domain::audit::AuditLine;
use filmgate_domain::calendar::Day;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::key::{Key, Spending};
use filmgate_domain::media::MediaSource;
use filmgate_domain::money::{Line, Micros, Proof};
use filmgate_domain::request::VideoRequest;
use filmgate_domain::task::{State, Step, Task};
use filmgate_domain::usage::{Dimension, Usage};
use serde_json::{Map, Value, json};

use crate::catalogue::Catalogue;

/// One page of a list. `next_cursor` asks for the next page; without it this is the last.
pub fn page(data: &[Value], next_cursor: Option<&str>) -> Value {
    json!({ "object": "list", "data": data, "has_more": next_cursor.is_some(), "next_cursor": next_cursor })
}

/// An account, with what it has when that is known.
pub fn account(account: &Account, balance: Option<Balance>) -> Value {
    let mut shown = json!({
        "object": "account",
        "id": account.id,
        "name": account.name,
        "created": account.created.seconds(),
        "billing": account.billing.as_str(),
        "limits": account.limits,
        "prices": account.prices,
        "suspended": account.suspended.map(Timestamp::seconds),
    });
    if let Some(balance) = balance {
        shown["available_micros"] = json!(balance.available);
        shown["held_micros"] = json!(balance.held);
        shown["in_flight"] = json!(balance.in_flight);
    }
    shown
}

/// A key, without its secrets.
pub fn key(key: &Key, now: Timestamp) -> Value {
    let secrets = key.secrets.iter().map(|secret| {
        json!({ "begins": secret.hint, "created": secret.created.seconds(), "expires": secret.expires.map(Timestamp::seconds) })
    });
    let scopes: Vec<String> = key.scopes.to_string().split(' ').map(str::to_owned).collect();
    json!({
        "object": "key",
        "id": key.id,
        "account": key.account,
        "name": key.name,
        "scopes": scopes,
        "models": key.models,
        "limits": key.limits,
        "budget": key.budget,
        "created": key.created.seconds(),
        "expires": key.expires.map(Timestamp::seconds),
        "revoked": key.revoked.map(Timestamp::seconds),
        "works": key.works_at(now),
        "secrets": secrets.collect::<Vec<_>>(),
    })
}

/// A key and the secret that was made for it just now.
pub fn key_with_secret(made: &Key, secret: &str, now: Timestamp) -> Value {
    let mut shown = key(made, now);
    shown["secret"] = json!(secret);
    shown
}

/// A key and what it has spent.
pub fn spending(spending: &Spending, now: Timestamp) -> Value {
    let mut shown = key(&spending.key, now);
    let (day, month) = spending.on(Day::of(now));
    shown["in_flight"] = json!(spending.in_flight);
    shown["spent_today_micros"] = json!(day);
    shown["spent_this_month_micros"] = json!(month);
    shown
}

/// What a caller has, and what is left of its key's budget.
pub fn balance(account: &Account, balance: Balance, key: &Spending, now: Timestamp) -> Value {
    let today = Day::of(now);
    let (day, month) = key.on(today);
    let left = |budget: Option<Micros>, spent: Micros, renews: Day| {
        budget.map(|budget| {
            json!({
                "micros": budget,
                "spent_micros": spent,
                "left_micros": Micros((budget.0 - spent.0).max(0)),
                "renews": renews.start().seconds(),
            })
        })
    };
    json!({
        "object": "balance",
        "account": account.id,
        "billing": account.billing.as_str(),
        "available_micros": balance.available,
        "held_micros": balance.held,
        "in_flight": balance.in_flight,
        "budget": {
            "day": left(key.key.budget.day, day, today.next()),
            "month": left(key.key.budget.month, month, today.next_month()),
        },
    })
}

/// What a create would cost and what would be made of its body.
#[derive(Clone, Debug)]
pub struct Quoted<'a> {
    /// What would be asked for.
    pub request: &'a VideoRequest,
    /// The picture's resolution by name.
    pub resolution: &'a str,
    /// What it costs.
    pub price: Micros,
    /// What the account may spend.
    pub available: Micros,
    /// Whether that is enough.
    pub affordable: bool,
    /// Names of fields that would be ignored.
    pub ignored: &'a [String],
}

/// The answer to a quote.
pub fn quote(quoted: &Quoted<'_>, catalogue: &Catalogue) -> Value {
    let request = quoted.request;
    let model = catalogue.get(&request.model);
    let picture = model.and_then(|model| model.pictures.iter().find(|picture| picture.size == request.size));
    let references = request.guidance.references();
    let references: Vec<_> = references
        .iter()
        .map(|(kind, role, source)| {
            let inline = matches!(source, MediaSource::Inline(_));
            json!({ "role": role, "kind": kind.to_string(), "inline": inline })
        })
        .collect();
    json!({
        "object": "quote",
        "model": request.model,
        "price_micros": quoted.price,
        "available_micros": quoted.available,
        "affordable": quoted.affordable,
        "resolved": {
            "dialect": request.dialect.as_str(),
            "seconds": request.seconds,
            "size": request.size.to_string(),
            "aspect_ratio": picture.map(|picture| &picture.ratio),
            "resolution": quoted.resolution,
            "prompt_characters": request.prompt.chars().count(),
            "references": references,
        },
        "ignored": quoted.ignored,
    })
}

/// A line of the ledger.
pub fn line(line: &Line) -> Value {
    json!({
        "object": "line",
        "seq": line.seq,
        "at": line.at.seconds(),
        "account": line.account,
        "kind": line.kind.as_str(),
        "from": line.from.as_str(),
        "to": line.to.as_str(),
        "micros": line.micros,
        "task": line.task,
        "key": line.key,
        "note": line.note,
        "reference": line.reference,
    })
}

/// What the ledger's proof found.
pub fn proof(proof: &Proof) -> Value {
    json!({
        "object": "proof",
        "clean": proof.findings.is_empty(),
        "accounts": proof.accounts,
        "lines": proof.lines,
        "tasks": proof.tasks,
        "granted_micros": proof.granted,
        "captured_micros": proof.captured,
        "available_micros": proof.available,
        "held_micros": proof.held,
        "findings": proof.findings,
        "more_findings": proof.more,
    })
}

/// A deed.
pub fn deed(line: &AuditLine) -> Value {
    let detail: Value = serde_json::from_str(&line.detail).unwrap_or_default();
    json!({
        "object": "deed",
        "seq": line.seq,
        "at": line.at.seconds(),
        "actor": line.actor,
        "action": line.action,
        "subject": line.subject,
        "detail": detail,
    })
}

fn named(usage: &Usage, dimension: Dimension) -> Option<String> {
    match dimension {
        Dimension::Day => usage.day.map(|day| day.to_string()),
        Dimension::Account => usage.account.as_ref().map(ToString::to_string),
        Dimension::Key => usage.key.as_ref().map(ToString::to_string),
        Dimension::Model => usage.model.clone(),
    }
}

/// What was used from one day to another, summed up by what was asked for.
pub fn usage(rows: &[Usage], from: Day, to: Day) -> Value {
    let data: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut shown = Map::new();
            for dimension in Dimension::ALL {
                if let Some(name) = named(row, dimension) {
                    shown.insert(dimension.as_str().to_owned(), name.into());
                }
            }
            shown.insert("succeeded".to_owned(), row.succeeded.into());
            shown.insert("failed".to_owned(), row.failed.into());
            shown.insert("canceled".to_owned(), row.canceled.into());
            shown.insert("film_seconds".to_owned(), json!(row.film_ms as f64 / 1000.0));
            shown.insert("charged_micros".to_owned(), row.charged.0.into());
            Value::Object(shown)
        })
        .collect();
    json!({ "object": "usage", "from": from.to_string(), "to": to.to_string(), "data": data })
}

/// The same as CSV with a heading. No name in it can hold a comma or a quote.
pub fn usage_csv(rows: &[Usage], by: &[Dimension]) -> String {
    let shown: Vec<Dimension> = Dimension::ALL.into_iter().filter(|one| by.contains(one)).collect();
    let counted = ["succeeded", "failed", "canceled", "film_seconds", "charged_micros"];
    let heading: Vec<&str> = shown.iter().map(|one| one.as_str()).chain(counted).collect();
    let mut page = heading.join(",") + "\n";
    for row in rows {
        for dimension in &shown {
            let _infallible = write!(page, "{},", named(row, *dimension).unwrap_or_default());
        }
        let Usage { succeeded, failed, canceled, film_ms, charged, .. } = row;
        let seconds = *film_ms as f64 / 1000.0;
        let _infallible = writeln!(page, "{succeeded},{failed},{canceled},{seconds},{}", charged.0);
    }
    page
}

/// Everything about a task, for operators: also where it is, and what an upstream calls it. Not its prompt.
pub fn task(task: &Task) -> Value {
    let mut shown = json!({
        "object": "task",
        "id": task.id,
        "account": task.account,
        "key": task.key,
        "created": task.created.seconds(),
        "model": task.request.model,
        "dialect": task.request.dialect.as_str(),
        "seconds": task.request.seconds,
        "size": task.request.size.to_string(),
        "references": task.request.guidance.references().len(),
        "price_micros": task.price,
        "state": task.state.name(),
        "step": task.state.step(),
    });
    if let Some(translation) = &task.translation {
        let changes: Vec<_> = translation
            .changes
            .iter()
            .map(|change| json!({ "field": change.field, "asked": change.asked, "sent": change.sent }))
            .collect();
        shown["translation"] = json!({ "upstream": translation.upstream, "changes": changes });
    }
    match &task.state {
        State::Running(running) => {
            shown["began"] = json!(running.since.seconds());
            shown["progress"] = json!(running.percent);
            shown["attempt"] = json!({
                "id": running.attempt.id, "number": running.attempt.number, "upstream": running.attempt.upstream,
            });
            if let Step::Poll { handle } | Step::Fetch { handle } = &running.step {
                shown["attempt"]["handle"] = json!(handle);
            }
        }
        State::Succeeded(film) => {
            shown["ended"] = json!(film.at.seconds());
            shown["film"] = json!({
                "id": film.artifact.id, "bytes": film.artifact.bytes, "duration_ms": film.artifact.duration_ms,
                "expires": film.expires.seconds(),
            });
        }
        State::Failed { at, failure } => {
            shown["ended"] = json!(at.seconds());
            shown["error_code"] = json!(failure.code.as_str());
            shown["error"] = json!(failure.message);
        }
        State::Canceled { at } | State::Expired { at } => shown["ended"] = json!(at.seconds()),
        State::Queued(_) => {}
    }
    shown
}

/// `value` as the bytes of an answer.
pub fn bytes(value: &Value) -> Vec<u8> {
    crate::json(value)
}
