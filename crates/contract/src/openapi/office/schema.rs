//! What goes over the routes about money and the routes of operators.

use filmgate_domain::key::Scope;
use filmgate_domain::money::{Book, LARGEST, LineKind};
use serde_json::{Map, Value, json};

use super::super::reference;

/// Adds every schema by name.
pub(in super::super) fn add(all: &mut Map<String, Value>) {
    for group in [shared(), asked(), told(), listed()] {
        if let Value::Object(ours) = group {
            all.extend(ours);
        }
    }
    for name in ["Account", "Key", "Line", "Deed", "Task"] {
        all.insert(format!("{name}Page"), page(name));
    }
}

fn micros() -> Value {
    json!({ "type": "integer", "description": "Whole micro-units." })
}

fn moment(about: &str) -> Value {
    json!({ "type": ["integer", "null"], "description": format!("{about}, in Unix seconds.") })
}

/// An object that has `properties`, all of them required but those whose name ends with `?`.
fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<&str> =
        properties.iter().map(|(name, _)| *name).filter(|name| !name.ends_with('?')).collect();
    let properties: Map<String, Value> = properties
        .iter()
        .map(|(name, schema)| (name.trim_end_matches('?').to_owned(), schema.clone()))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// The same for a body, where nothing else may stand.
fn body(properties: &[(&str, Value)]) -> Value {
    let mut schema = object(properties);
    schema["additionalProperties"] = false.into();
    schema
}

fn page(of: &str) -> Value {
    object(&[
        ("object", json!({ "const": "list" })),
        ("data", json!({ "type": "array", "items": reference(of) })),
        ("has_more", json!({ "type": "boolean" })),
        (
            "next_cursor",
            json!({ "type": ["string", "null"], "description": "Send it as `after` for the next page." }),
        ),
    ])
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn name() -> Value {
    json!({ "type": "string", "maxLength": 256 })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn or_null(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn scopes() -> Value {
    json!({ "type": "array", "items": { "type": "string", "enum": Scope::ALL.map(Scope::as_str) } })
}

fn models() -> Value {
    json!({ "type": ["array", "null"], "items": text(), "description": "The models it may create with; null for all." })
}

fn billing() -> Value {
    json!({ "type": "string", "enum": ["prepaid", "postpaid"], "description": "`prepaid` spends what was granted; `postpaid` is only counted." })
}

/// An amount that a body may hold, from `least` to the largest.
fn amount(least: i64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": LARGEST.0, "description": "Whole micro-units." })
}

/// What stands in bodies and in answers.
fn shared() -> Value {
    json!({
        "AnyCreate": { "anyOf": [reference("SoraCreate"), reference("VideosCreate")] },
        "Limits": body(&[
            ("creates?", json!({ "type": "string", "pattern": RATE, "description": "How often it may create, such as `10/s` or `600/m`; `none` for no limit." })),
            ("polls?", json!({ "type": "string", "pattern": RATE, "description": "How often it may ask anything else." })),
            ("in_flight?", json!({ "type": "integer", "minimum": 0, "description": "How many of its tasks may be unfinished; 0 for as many as it likes." })),
        ]),
        "Budget": body(&[("day?", or_null("integer")), ("month?", or_null("integer"))]),
        "Tariff": body(&[
            ("price", amount(0)),
            ("rows?", json!({ "type": "array", "description": "Other prices; the first that fits decides.",
                "items": body(&[("duration?", or_null("integer")), ("resolution?", or_null("string")), ("price", amount(0))]) })),
        ]),
        "Prices": { "type": "object", "description": "Prices instead of the catalogue's, by model.", "additionalProperties": reference("Tariff") },
    })
}

/// Bodies.
fn asked() -> Value {
    json!({
        "AccountCreate": body(&[
            ("id", json!({ "type": "string", "pattern": super::super::schema::ID, "maxLength": 64 })),
            ("name?", name()),
            ("billing?", billing()),
            ("limits?", reference("Limits")),
            ("prices?", reference("Prices")),
        ]),
        "AccountUpdate": body(&[
            ("name?", name()),
            ("billing?", billing()),
            ("limits?", reference("Limits")),
            ("prices?", reference("Prices")),
            ("suspended?", json!({ "type": "boolean" })),
        ]),
        "Grant": body(&[("micros", amount(1)), ("note?", name())]),
        "Adjustment": body(&[("micros", amount(-LARGEST.0)), ("reason", json!({ "type": "string", "minLength": 1, "maxLength": 256 }))]),
        "KeyCreate": body(&[
            ("account", text()),
            ("name?", name()),
            ("scopes?", scopes()),
            ("models?", models()),
            ("limits?", reference("Limits")),
            ("budget?", reference("Budget")),
            ("expires?", moment("When it stops working")),
        ]),
        "KeyUpdate": body(&[
            ("name?", name()),
            ("scopes?", scopes()),
            ("models?", models()),
            ("limits?", reference("Limits")),
            ("budget?", reference("Budget")),
            ("expires?", moment("When it stops working")),
        ]),
        "Rotate": body(&[("overlap_seconds?", json!({ "type": "integer", "minimum": 0, "maximum": 2_592_000, "default": 86_400 }))]),
        "Reasoned": body(&[("reason?", name())]),
        "Settle": body(&[
            ("outcome", json!({ "type": "string", "enum": ["accepted", "failed"] })),
            ("handle?", json!({ "type": ["string", "null"], "description": "What the upstream calls the job; needed with `accepted`." })),
            ("reason?", name()),
        ]),
    })
}

/// Answers, to clients and to operators.
fn told() -> Value {
    json!({
        "Account": object(&[
            ("object", json!({ "const": "account" })),
            ("id", text()),
            ("name", text()),
            ("created", json!({ "type": "integer" })),
            ("billing", billing()),
            ("limits", reference("Limits")),
            ("prices", reference("Prices")),
            ("suspended", moment("Since when it may create nothing")),
            ("available_micros?", micros()),
            ("held_micros?", micros()),
            ("in_flight?", count()),
        ]),
        "Secret": object(&[
            ("begins", json!({ "type": "string", "description": "Its first characters." })),
            ("created", json!({ "type": "integer" })),
            ("expires", moment("When a rotation ends it")),
        ]),
        "Key": key(&[]),
        "KeyWithSecret": key(&[("secret", json!({ "type": "string", "description": "Shown this once." }))]),
        "Balance": object(&[
            ("object", json!({ "const": "balance" })),
            ("account", text()),
            ("billing", text()),
            ("available_micros", micros()),
            ("held_micros", micros()),
            ("in_flight", count()),
            ("budget", object(&[("day", left()), ("month", left())])),
        ]),
        "Quote": quote(),
        "Usage": object(&[
            ("object", json!({ "const": "usage" })),
            ("from", json!({ "type": "string", "format": "date" })),
            ("to", json!({ "type": "string", "format": "date" })),
            ("data", json!({ "type": "array", "items": object(&[
                ("day?", text()), ("account?", text()), ("key?", text()), ("model?", text()),
                ("succeeded", count()), ("failed", count()), ("canceled", count()),
                ("film_seconds", json!({ "type": "number" })), ("charged_micros", micros()),
            ]) })),
        ]),
        "Proof": object(&[
            ("object", json!({ "const": "proof" })),
            ("clean", json!({ "type": "boolean" })),
            ("accounts", count()),
            ("lines", count()),
            ("tasks", count()),
            ("granted_micros", micros()),
            ("captured_micros", micros()),
            ("available_micros", micros()),
            ("held_micros", micros()),
            ("findings", json!({ "type": "array", "items": text() })),
            ("more_findings", count()),
        ]),
    })
}

/// What lists hold.
fn listed() -> Value {
    json!({
        "Line": object(&[
            ("object", json!({ "const": "line" })),
            ("seq", json!({ "type": "integer" })),
            ("at", json!({ "type": "integer" })),
            ("account", text()),
            ("kind", json!({ "type": "string", "enum": LineKind::ALL.map(LineKind::as_str) })),
            ("from", json!({ "type": "string", "enum": Book::ALL.map(Book::as_str) })),
            ("to", json!({ "type": "string", "enum": Book::ALL.map(Book::as_str) })),
            ("micros", micros()),
            ("task", or_null("string")),
            ("key", or_null("string")),
            ("note", text()),
            ("reference", or_null("string")),
        ]),
        "Deed": object(&[
            ("object", json!({ "const": "deed" })),
            ("seq", json!({ "type": "integer" })),
            ("at", json!({ "type": "integer" })),
            ("actor", json!({ "type": "string", "description": "The key that asked, or `cli`." })),
            ("action", text()),
            ("subject", text()),
            ("detail", json!({ "type": "object" })),
        ]),
        "Task": task(),
    })
}

/// What rates look like.
const RATE: &str = "^([1-9][0-9]*/[smhd]|none)$";

fn key(more: &[(&str, Value)]) -> Value {
    let all = [
        ("object", json!({ "const": "key" })),
        ("id", text()),
        ("account", text()),
        ("name", text()),
        ("scopes", scopes()),
        ("models", models()),
        ("limits", reference("Limits")),
        ("budget", reference("Budget")),
        ("created", json!({ "type": "integer" })),
        ("expires", moment("When it stops working")),
        ("revoked", moment("When it was revoked")),
        ("works", json!({ "type": "boolean" })),
        ("secrets", json!({ "type": "array", "items": reference("Secret") })),
        ("in_flight?", count()),
        ("spent_today_micros?", micros()),
        ("spent_this_month_micros?", micros()),
    ];
    object(&[&all[..], more].concat())
}

fn left() -> Value {
    let mut schema = object(&[
        ("micros", micros()),
        ("spent_micros", micros()),
        ("left_micros", micros()),
        ("renews", json!({ "type": "integer" })),
    ]);
    schema["type"] = json!(["object", "null"]);
    schema
}

fn quote() -> Value {
    let references = object(&[("role", text()), ("kind", text()), ("inline", json!({ "type": "boolean" }))]);
    let resolved = object(&[
        ("dialect", text()),
        ("seconds", count()),
        ("size", text()),
        ("aspect_ratio", json!({ "type": ["string", "null"] })),
        ("resolution", text()),
        ("prompt_characters", count()),
        ("references", json!({ "type": "array", "items": references })),
    ]);
    object(&[
        ("object", json!({ "const": "quote" })),
        ("model", text()),
        ("price_micros", micros()),
        ("available_micros", micros()),
        ("affordable", json!({ "type": "boolean" })),
        ("resolved", resolved),
        ("ignored", json!({ "type": "array", "items": text() })),
    ])
}

fn task() -> Value {
    let attempt = object(&[
        ("id", text()),
        ("number", count()),
        ("upstream", text()),
        ("handle?", json!({ "type": "string", "description": "What the upstream calls the job." })),
    ]);
    let film = object(&[
        ("id", text()),
        ("bytes", count()),
        ("duration_ms", count()),
        ("expires", json!({ "type": "integer" })),
    ]);
    object(&[
        ("object", json!({ "const": "task" })),
        ("id", text()),
        ("account", text()),
        ("key", text()),
        ("created", json!({ "type": "integer" })),
        ("model", text()),
        ("dialect", text()),
        ("seconds", count()),
        ("size", text()),
        ("references", count()),
        ("price_micros", micros()),
        (
            "state",
            json!({ "type": "string", "description": "Where it stands, more closely than clients are told." }),
        ),
        ("step", json!({ "type": ["string", "null"], "description": "What is being done, if anything." })),
        ("began?", json!({ "type": "integer" })),
        ("progress?", count()),
        ("attempt?", attempt),
        ("ended?", json!({ "type": "integer" })),
        ("film?", film),
        ("error_code?", text()),
        ("error?", text()),
    ])
}
