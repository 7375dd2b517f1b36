//! The OpenAPI 3.1 document, made from what validation itself reads: the dialects' fields, the model catalogue, the
//! list of codes. What the document says of a field is therefore what happens to it.
//!
//! Here stand the routes, one function each; [`schema`] says what goes over them. Deliberately absent: routes that only
//! people read (`/docs`), and anything about a single deployment but its usual base paths.

mod office;
mod schema;

use serde_json::{Map, Value, json};

use crate::catalogue::Catalogue;
use crate::field::speech;
use crate::problem::Code;
use filmgate_domain::key::Scope;
use filmgate_domain::request::Dialect;

/// What every route that asks for a key can answer besides its own problems.
const KEYED: [Code; 6] = [
    Code::Unauthorized,
    Code::Forbidden,
    Code::NotAcceptable,
    Code::RateLimited,
    Code::Internal,
    Code::Unavailable,
];

/// What the body of a create, or of a quote, can be refused for.
const UNDERSTOOD: [Code; 9] = [
    Code::InvalidJson,
    Code::MissingParameter,
    Code::InvalidParameter,
    Code::ParameterConflict,
    Code::UnknownModel,
    Code::InvalidMedia,
    Code::ContentPolicy,
    Code::PayloadTooLarge,
    Code::UnsupportedMediaType,
];

/// The document for `catalogue`, as pretty JSON with a newline at its end. `version` is the server's.
pub fn document(catalogue: &Catalogue, version: &str) -> String {
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Filmgate",
            "version": version,
            "summary": "Ask for a video, get a video.",
            "description": "Videos are made asynchronously: create a task, read its result until `status` is `completed` or `failed`, download `video_url` within 24 hours. Every error carries one text under three keys and a stable `code`.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "servers": [
            { "url": "/", "description": "This server" },
            { "url": "/kyyReactApiServer", "description": "The same, for clients of the hosted service" }
        ],
        "security": [{ "key": [] }],
        "tags": [
            { "name": "videos", "description": "Create, read, cancel." },
            { "name": "films", "description": "Download." },
            { "name": "money", "description": "What it costs, what is left, what was used." },
            { "name": "admin", "description": "For operators: accounts, keys, money, tasks. Keys need the scope `admin`." },
            { "name": "operation", "description": "For whoever runs the server." }
        ],
        "paths": paths(catalogue),
        "components": {
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "description": "A key that begins with `fg_`. The scope it needs stands beside each operation." }
            },
            "schemas": schemas(catalogue)
        }
    });
    format!("{document:#}\n")
}

fn schemas(catalogue: &Catalogue) -> Value {
    let mut all = schema::all(catalogue);
    office::schema::add(&mut all);
    Value::Object(all)
}

fn paths(catalogue: &Catalogue) -> Value {
    let mut paths = Map::new();
    for dialect in Dialect::ALL {
        paths.insert(speech(dialect).path.to_owned(), json!({ "post": create(dialect, catalogue) }));
    }
    paths.insert("/v1/result/{id}".to_owned(), json!({ "get": read(), "delete": end() }));
    paths.insert("/v1/tasks".to_owned(), json!({ "get": list() }));
    paths.insert("/files/{artifact}".to_owned(), json!({ "get": film("get"), "head": film("head") }));
    paths.insert("/callbacks/{task}".to_owned(), json!({ "post": callback() }));
    office::add(&mut paths);
    let open = [
        ("/healthz", "health", "Whether the process lives", "application/json", false),
        ("/readyz", "readiness", "Whether it can serve", "application/json", true),
        ("/metrics", "metrics", "Counters in the text form of Prometheus", "text/plain", false),
        ("/openapi.json", "openapi", "This document", "application/json", false),
        ("/llms.txt", "llms", "The index of the documentation, in Markdown", "text/plain", false),
        ("/llms-full.txt", "llmsFull", "The whole documentation, in Markdown", "text/plain", false),
    ];
    for (path, id, summary, kind, may_refuse) in open {
        paths.insert(path.to_owned(), json!({ "get": plain(id, summary, kind, may_refuse) }));
    }
    Value::Object(paths)
}

fn create(dialect: Dialect, catalogue: &Catalogue) -> Value {
    let (name, title) = match dialect {
        Dialect::Sora => ("Sora", "Create a video, sora dialect"),
        Dialect::Videos => ("Videos", "Create a video, videos dialect"),
    };
    let own = [Code::InsufficientBalance, Code::IdempotencyConflict];
    let answer = with_headers(
        answered("The task is queued and durable.", &format!("{name}Created")),
        &[
            ("Filmgate-Ignored", "Names of fields that were ignored, divided by commas."),
            ("RateLimit-Policy", "The tightest limit on creates, if there is one: `q` in `w` seconds."),
            ("RateLimit", "How many creates are left now (`r`), and the seconds until all are (`t`)."),
        ],
    );
    json!({
        "operationId": format!("create{name}"),
        "tags": ["videos"],
        "summary": title,
        "security": guarded(Scope::Create),
        "description": schema::models_told(dialect, catalogue),
        "parameters": [
            header("Idempotency-Key", "1 to 255 visible ASCII characters. The same key with the same body gives the first answer again; with another body it is a conflict."),
            header("Prefer", "`handling=strict` refuses fields that are otherwise ignored."),
        ],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": reference(&format!("{name}Create")) } }
        },
        "responses": responses(&[("200", answer)], &[&own[..], &UNDERSTOOD, &KEYED].concat()),
    })
}

fn read() -> Value {
    let answer = with_headers(
        answered("How the task stands.", "Video"),
        &[("ETag", "Changes whenever the answer does; send it as `If-None-Match`.")],
    );
    let unchanged = json!({ "description": "The answer is still the one that `If-None-Match` names." });
    json!({
        "operationId": "readResult",
        "tags": ["videos"],
        "summary": "Read a task",
        "security": guarded(Scope::Read),
        "description": "Reads a task of any dialect, in the words of the dialect that created it. Poll every few seconds, or wait for news with `wait`.",
        "parameters": [
            id(),
            query("wait", "Hold the answer until the state changes, for at most this many seconds.", &json!({ "type": "integer", "minimum": 0, "maximum": 60, "default": 0 })),
            header("Prefer", "`wait=N`: the same as the `wait` parameter."),
            header("If-None-Match", "The `ETag` of an earlier answer."),
        ],
        "responses": responses(&[("200", answer), ("304", unchanged)], &[&[Code::InvalidParameter, Code::NotFound][..], &KEYED].concat()),
    })
}

fn end() -> Value {
    let answer = json!({
        "description": "The cancelled task, or word that the finished one is deleted.",
        "content": { "application/json": { "schema": { "oneOf": [reference("Video"), reference("Deleted")] } } }
    });
    json!({
        "operationId": "endTask",
        "tags": ["videos"],
        "summary": "Cancel or delete a task",
        "security": guarded(Scope::Cancel),
        "description": "Cancels a task that has not finished; nothing is charged. Deletes one that has, with its film.",
        "parameters": [id()],
        "responses": responses(&[("200", answer)], &[&[Code::NotFound][..], &KEYED].concat()),
    })
}

fn list() -> Value {
    json!({
        "operationId": "listTasks",
        "tags": ["videos"],
        "summary": "List tasks",
        "security": guarded(Scope::Read),
        "description": "The account's tasks, newest first.",
        "parameters": [
            query("after", "The `next_cursor` of the page before.", &json!({ "type": "string" })),
            query("limit", "How many tasks a page has.", &json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 })),
            query("status", "Only tasks that stand so.", &json!({ "type": "string", "enum": schema::STATUSES })),
            query("model", "Only tasks of this model.", &json!({ "type": "string" })),
        ],
        "responses": responses(&[("200", answered("One page.", "Page"))], &[&[Code::InvalidParameter][..], &KEYED].concat()),
    })
}

fn film(method: &str) -> Value {
    let text = json!({ "type": "string" });
    let whole = |what: &str| match method {
        "get" => json!({ "description": what, "content": { "video/mp4": {} } }),
        _ => json!({ "description": what }),
    };
    let answers = [
        ("200", whole("The whole film.")),
        ("206", whole("The part that `Range` asks for.")),
        ("304", json!({ "description": "`If-None-Match` names this film." })),
        ("416", problem("`invalid_parameter`: `Range` asks for bytes that are not there.")),
    ];
    let answers = if method == "get" { &answers[..] } else { &answers[..1] };
    json!({
        "operationId": format!("{method}Film"),
        "tags": ["films"],
        "summary": "Download a film",
        "description": "What `video_url` points to; use that URL as it is. No key is needed: the link is signed, and works for 24 hours after completion.",
        "security": [],
        "parameters": [
            { "name": "artifact", "in": "path", "required": true, "description": "The film.", "schema": text },
            query("e", "When the link ends, in Unix seconds.", &json!({ "type": "integer" })),
            query("k", "Which signing key was used.", &text),
            query("s", "The signature.", &text),
            header("Range", "`bytes=FROM-TO`."),
        ],
        "responses": responses(answers, &[Code::Forbidden, Code::NotFound, Code::Expired, Code::Internal, Code::Unavailable]),
    })
}

fn callback() -> Value {
    let answer = json!({ "description": "It was heard. A `challenge` is sent back.", "content": { "application/json": {} } });
    json!({
        "operationId": "hint",
        "tags": ["operation"],
        "summary": "Say that something has happened to a job",
        "description": "For upstreams. The address is given to them with the job and cannot be guessed; what they say is not believed, the job is asked after at once.",
        "security": [],
        "parameters": [{ "name": "task", "in": "path", "required": true, "description": "As it was given.", "schema": { "type": "string" } }],
        "responses": responses(&[("200", answer)], &[Code::NotFound, Code::PayloadTooLarge, Code::Unavailable]),
    })
}

/// What a key must be allowed to use the operation.
fn guarded(scope: Scope) -> Value {
    json!([{ "key": [scope.as_str()] }])
}

fn plain(id: &str, summary: &str, kind: &str, may_refuse: bool) -> Value {
    let mut content = Map::new();
    content.insert(kind.to_owned(), json!({}));
    let answer = json!({ "description": summary, "content": content });
    let codes: &[Code] = if may_refuse { &[Code::Unavailable] } else { &[] };
    json!({
        "operationId": id,
        "tags": ["operation"],
        "summary": summary,
        "security": [],
        "responses": responses(&[("200", answer)], codes),
    })
}

/// The good answers and, by status, the problems.
fn responses(good: &[(&str, Value)], codes: &[Code]) -> Value {
    let mut all: Map<String, Value> =
        good.iter().map(|(status, answer)| ((*status).to_owned(), answer.clone())).collect();
    for code in Code::ALL {
        let status = code.status().to_string();
        if !codes.contains(&code) || all.contains_key(&status) {
            continue;
        }
        let same = Code::ALL.iter().filter(|other| other.status() == code.status() && codes.contains(other));
        let told: Vec<String> = same.map(|code| format!("`{code}`: {}", code.meaning())).collect();
        all.insert(status, problem(&told.join("\n\n")));
    }
    Value::Object(all)
}

fn problem(description: &str) -> Value {
    answered(description, "Problem")
}

fn answered(description: &str, schema: &str) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": reference(schema) } } })
}

fn with_headers(mut answer: Value, headers: &[(&str, &str)]) -> Value {
    let text = json!({ "type": "string" });
    let described = headers
        .iter()
        .map(|(name, about)| ((*name).to_owned(), json!({ "description": about, "schema": text })));
    answer["headers"] = Value::Object(described.collect());
    answer
}

fn id() -> Value {
    json!({
        "name": "id",
        "in": "path",
        "required": true,
        "description": "The `id` that the create call answered with.",
        "schema": { "type": "string", "pattern": schema::ID }
    })
}

fn query(name: &str, about: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "description": about, "schema": schema })
}

fn header(name: &str, about: &str) -> Value {
    json!({ "name": name, "in": "header", "description": about, "schema": { "type": "string" } })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}
