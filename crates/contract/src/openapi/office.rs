//! The routes about money and the routes of operators, one row each. What their bodies hold stands in [`schema`].

pub(super) mod schema;

use filmgate_domain::key::Scope;
use filmgate_domain::usage::Dimension;
use serde_json::{Map, Value, json};

use super::{KEYED, UNDERSTOOD, answered, guarded, header, query, reference, responses, schema as common};
use crate::problem::Code;

/// One operation.
struct Row {
    path: &'static str,
    method: &'static str,
    /// Its `operationId`.
    id: &'static str,
    summary: &'static str,
    about: &'static str,
    scope: Scope,
    /// Names of the parameters that are not in the path.
    takes: &'static [&'static str],
    /// The schema of its body, if it has one.
    body: Option<&'static str>,
    /// The schema of its answer.
    answer: &'static str,
    /// What it can answer besides what every keyed route can.
    codes: &'static [Code],
}

const fn get(path: &'static str, id: &'static str, summary: &'static str, answer: &'static str) -> Row {
    let scope = Scope::Admin;
    Row { path, method: "get", id, summary, about: "", scope, takes: &[], body: None, answer, codes: &[] }
}

const fn send(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    body: &'static str,
    answer: &'static str,
) -> Row {
    Row { method, body: Some(body), codes: &WRITTEN, ..get(path, id, summary, answer) }
}

/// What a body can be refused for.
const WRITTEN: [Code; 5] = [
    Code::InvalidJson,
    Code::MissingParameter,
    Code::InvalidParameter,
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
];
const PAGED: &[&str] = &["after", "limit"];
const BAD: &[Code] = &[Code::InvalidParameter];
const GONE: &[Code] = &[Code::NotFound];
const USED: &[&str] = &["from", "to", "by", "format"];

impl Row {
    const fn for_clients(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    const fn takes(self, takes: &'static [&'static str], codes: &'static [Code]) -> Self {
        Self { takes, codes, ..self }
    }
}

const ABOUT_QUOTE: &str = "Takes the body of a create call, of either dialect, and tells what it would cost, what the server would make of it and which fields it would ignore. Creates nothing, holds nothing, fetches nothing.";
const ABOUT_BALANCE: &str = "What the account may spend, what is held for unfinished tasks, and what is left of the key's budget. Amounts are whole micro-units: 1,000,000 are one unit of the operator's currency.";
const ABOUT_USAGE: &str = "What ended within the days `from` to `to` (UTC, both included; without them this month until today), summed up by `by`.";
const ABOUT_GRANT: &str = "Adds to what the account may spend. With an `Idempotency-Key` it is added once, however often the request is repeated.";
const ABOUT_ADJUST: &str = "Adds to what the account may spend, or with an amount below zero takes away from what is available. With an `Idempotency-Key` once, however often the request is repeated.";
const ABOUT_ROTATE: &str =
    "Answers with the new secret, once. The former ones go on working for `overlap_seconds`.";
const ABOUT_REVOKE: &str =
    "The key stops working at once, in every process, and for good. Revoking it again changes nothing.";
const ABOUT_REQUEUE: &str = "Gives a task that runs, or whose submit is in doubt, back to the queue for another attempt. Its price stays held.";
const ABOUT_SETTLE: &str = "Says what became of a submit that is in doubt: `accepted` goes on with the upstream's job, `failed` fails the task and gives its price back.";
const ABOUT_CHECK: &str = "Reads all of it and proves that the lines of every account add up to its balance and that every task is settled once. `findings` says what does not.";

/// Every operation, in the order of the document.
const TABLE: [Row; 24] = [
    get("/v1/balance", "readBalance", "What is left to spend", "Balance")
        .for_clients(Scope::Read)
        .about(ABOUT_BALANCE),
    get("/v1/usage", "readUsage", "What was used", "Usage")
        .for_clients(Scope::Read)
        .about(ABOUT_USAGE)
        .takes(USED, BAD),
    send("post", "/v1/quote", "quote", "What a create would cost", "AnyCreate", "Quote")
        .for_clients(Scope::Create)
        .about(ABOUT_QUOTE)
        .takes(&[], &UNDERSTOOD),
    get("/v1/admin/accounts", "listAccounts", "List accounts", "AccountPage").takes(PAGED, BAD),
    send("post", "/v1/admin/accounts", "createAccount", "Create an account", "AccountCreate", "Account")
        .takes(&[], &CONFLICTING),
    get("/v1/admin/accounts/{id}", "readAccount", "Read an account", "Account").takes(&[], GONE),
    send(
        "patch",
        "/v1/admin/accounts/{id}",
        "updateAccount",
        "Change an account",
        "AccountUpdate",
        "Account",
    )
    .takes(&[], &CHANGED),
    send("post", "/v1/admin/accounts/{id}/grants", "grant", "Grant money", "Grant", "Line")
        .about(ABOUT_GRANT)
        .takes(&["Idempotency-Key"], &PAID),
    send("post", "/v1/admin/accounts/{id}/adjustments", "adjust", "Correct a balance", "Adjustment", "Line")
        .about(ABOUT_ADJUST)
        .takes(&["Idempotency-Key"], &PAID),
    get("/v1/admin/keys", "listKeys", "List keys", "KeyPage").takes(&["account", "after", "limit"], BAD),
    send("post", "/v1/admin/keys", "createKey", "Create a key", "KeyCreate", "KeyWithSecret")
        .about("Answers with the secret, once; only its hash is kept.")
        .takes(&[], &CHANGED),
    get("/v1/admin/keys/{id}", "readKey", "Read a key", "Key").takes(&[], GONE),
    send("patch", "/v1/admin/keys/{id}", "updateKey", "Change a key", "KeyUpdate", "Key")
        .takes(&[], &CHANGED),
    Row { method: "delete", ..get("/v1/admin/keys/{id}", "revokeKey", "Revoke a key", "Key") }
        .about(ABOUT_REVOKE)
        .takes(&[], GONE),
    send(
        "post",
        "/v1/admin/keys/{id}/rotate",
        "rotateKey",
        "Give a key another secret",
        "Rotate",
        "KeyWithSecret",
    )
    .about(ABOUT_ROTATE)
    .takes(&[], &CHANGED),
    get("/v1/admin/ledger", "listLines", "Lines of the ledger", "LinePage")
        .takes(&["account", "task", "after", "limit"], BAD),
    get("/v1/admin/ledger/check", "checkLedger", "Prove the ledger", "Proof").about(ABOUT_CHECK),
    get("/v1/admin/usage", "readAllUsage", "What everybody used", "Usage")
        .about(ABOUT_USAGE)
        .takes(&["from", "to", "by", "format", "account", "key"], BAD),
    get("/v1/admin/audit", "listDeeds", "What operators did", "DeedPage").takes(PAGED, BAD),
    get("/v1/admin/tasks", "searchTasks", "Search tasks", "TaskPage")
        .takes(&["account", "key", "model", "status?", "after", "limit"], BAD),
    get("/v1/admin/tasks/{id}", "inspectTask", "Everything about a task", "Task").takes(&[], GONE),
    send("post", "/v1/admin/tasks/{id}/settle", "settleTask", "Settle a submit in doubt", "Settle", "Task")
        .about(ABOUT_SETTLE)
        .takes(&[], &STANDING),
    send("post", "/v1/admin/tasks/{id}/cancel", "cancelTask", "Cancel a task", "Reasoned", "Task")
        .about("Cancels whatever the task is doing; nothing is charged.")
        .takes(&[], &STANDING),
    send("post", "/v1/admin/tasks/{id}/requeue", "requeueTask", "Try a task again", "Reasoned", "Task")
        .about(ABOUT_REQUEUE)
        .takes(&[], &STANDING),
];

const fn with(more: [Code; 2]) -> [Code; 7] {
    let [a, b, c, d, e] = WRITTEN;
    [a, b, c, d, e, more[0], more[1]]
}
const CHANGED: [Code; 7] = with([Code::NotFound, Code::NotFound]);
const CONFLICTING: [Code; 7] = with([Code::Conflict, Code::Conflict]);
const STANDING: [Code; 7] = with([Code::NotFound, Code::Conflict]);
const PAID: [Code; 7] = with([Code::NotFound, Code::IdempotencyConflict]);

/// Adds every operation to `paths`.
pub(super) fn add(paths: &mut Map<String, Value>) {
    for row in &TABLE {
        let operations = paths.entry(row.path).or_insert_with(|| json!({}));
        operations[row.method] = operation(row);
    }
}

fn operation(row: &Row) -> Value {
    let named = row.path.contains("{id}").then(|| {
        let what = if row.path.contains("/keys/") {
            "key"
        } else if row.path.contains("/tasks/") {
            "task"
        } else {
            "account"
        };
        json!({ "name": "id", "in": "path", "required": true, "description": format!("The {what}'s id."),
            "schema": { "type": "string", "pattern": common::ID } })
    });
    let parameters: Vec<Value> =
        named.into_iter().chain(row.takes.iter().map(|name| parameter(name))).collect();
    let mut answer = answered("Done, or as it stands.", row.answer);
    if row.takes.contains(&"format") {
        answer["content"]["text/csv"] = json!({ "schema": { "type": "string" } });
    }
    let mut operation = json!({
        "operationId": row.id,
        "tags": [if row.scope == Scope::Admin { "admin" } else { "money" }],
        "summary": row.summary,
        "security": guarded(row.scope),
        "parameters": parameters,
        "responses": responses(&[("200", answer)], &[row.codes, &KEYED].concat()),
    });
    if !row.about.is_empty() {
        operation["description"] = row.about.into();
    }
    if let Some(body) = row.body {
        let needed = !matches!(body, "Rotate" | "Reasoned");
        let content = json!({ "application/json": { "schema": reference(body) } });
        operation["requestBody"] = json!({ "required": needed, "content": content });
    }
    operation
}

fn parameter(name: &str) -> Value {
    let text = json!({ "type": "string" });
    let day = json!({ "type": "string", "format": "date" });
    let by: Vec<&str> = Dimension::ALL.iter().map(|one| one.as_str()).collect();
    match name {
        "after" => query(name, "The `next_cursor` of the page before.", &text),
        "limit" => query(
            name,
            "How many a page has.",
            &json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }),
        ),
        "account" => query(name, "Only this account's.", &text),
        "key" => query(name, "Only this key's.", &text),
        "task" => query(name, "Only this task's.", &text),
        "model" => query(name, "Only of this model.", &text),
        "status" => {
            query(name, "Only tasks that stand so.", &json!({ "type": "string", "enum": common::STATUSES }))
        }
        "status?" => {
            let words = [&common::STATUSES[..], &["uncertain"]].concat();
            let about =
                "Only tasks that stand so; `uncertain`: nobody knows whether the upstream has the job.";
            query("status", about, &json!({ "type": "string", "enum": words }))
        }
        "from" => query(name, "The first day, in UTC.", &day),
        "to" => query(name, "The last day, in UTC.", &day),
        "by" => query(
            name,
            &format!("What to sum up by, divided by commas: {}.", by.join(", ")),
            &json!({ "type": "string", "default": "day" }),
        ),
        "format" => query(
            name,
            "`csv` for a table with a heading.",
            &json!({ "type": "string", "enum": ["json", "csv"], "default": "json" }),
        ),
        _ => header(name, "1 to 255 visible ASCII characters. The same key does the same once."),
    }
}
