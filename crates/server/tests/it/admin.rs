//! What operators do over HTTP: every deed, what it answers, and the line it leaves.

use filmgate_domain::key::Scopes;
use serde_json::{Value, json};

use crate::site::{Heard, PLAIN, Site, begun};

/// An operator at a site.
struct Operator {
    site: Site,
    secret: String,
}

impl Operator {
    async fn new() -> Self {
        let site = Site::new().await;
        let secret = site.key("main", Scopes::ALL).await;
        Self { site, secret }
    }

    async fn heard(&self, line: &str, body: &str) -> Heard {
        self.site.ask(&format!("{line}\nAuthorization: Bearer {}", self.secret), body.as_bytes()).await
    }

    async fn does(&self, line: &str, body: Value) -> Value {
        let heard = self.heard(line, &body.to_string()).await;
        assert_eq!(heard.status, 200, "{line}: {heard:?}");
        heard.json()
    }

    async fn sees(&self, path: &str) -> Value {
        let heard = self.heard(&format!("GET /v1/admin/{path}"), "").await;
        assert_eq!(heard.status, 200, "{path}: {heard:?}");
        heard.json()
    }

    /// Who asked for what, the oldest first.
    async fn deeds(&self) -> Vec<(String, String, Value)> {
        let page = self.sees("audit?limit=100").await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let all = page["data"].as_array().unwrap().iter().rev();
        all.map(|deed| (text(&deed["action"]), text(&deed["subject"]), deed["detail"].clone())).collect()
    }
}

fn column(page: &Value, name: &str) -> Vec<Value> {
    page["data"].as_array().unwrap().iter().map(|row| row[name].clone()).collect()
}

#[tokio::test]
async fn an_account_is_made_changed_paid_and_corrected() {
    let operator = Operator::new().await;
    let prices = json!({ "videos": { "price": 250_000, "rows": [{ "duration": 15, "price": 900_000 }] } });
    let body =
        json!({ "id": "acme", "name": "Acme, Inc.", "limits": { "creates": "10/s" }, "prices": prices });
    let made = operator.does("POST /v1/admin/accounts", body.clone()).await;
    insta::assert_snapshot!(format!("{made:#}"));
    operator.heard("POST /v1/admin/accounts", &body.to_string()).await.is_problem(409, "conflict");
    let grant = "POST /v1/admin/accounts/acme/grants\nIdempotency-Key: invoice-1";
    let first = operator.does(grant, json!({ "micros": 5_000_000, "note": "first month" })).await;
    let again = operator.does(grant, json!({ "micros": 5_000_000, "note": "first month" })).await;
    assert_eq!((&first, &first["kind"]), (&again, &json!("grant")));
    let other = operator.heard(grant, &json!({ "micros": 6_000_000 }).to_string()).await;
    other.is_problem(409, "idempotency_conflict");
    let adjust = "POST /v1/admin/accounts/acme/adjustments";
    operator.does(adjust, json!({ "micros": -1_000_000, "reason": "sent twice" })).await;
    let most =
        operator.heard(adjust, &json!({ "micros": -4_000_001, "reason": "too much" }).to_string()).await;
    most.is_problem(400, "invalid_parameter");
    assert!(most.text().contains("4 is available"), "{}", most.text());
    let changed = operator.does("PATCH /v1/admin/accounts/acme", json!({ "name": "Acme" })).await;
    assert_eq!((&changed["name"], &changed["available_micros"]), (&json!("Acme"), &json!(4_000_000)));
    assert_eq!(changed["prices"], prices, "what was not said stays");
    let secret = operator.site.key("acme", Scopes::CLIENT).await;
    let quote = json!({ "model": "videos", "prompt": "A cat", "duration": 15 }).to_string();
    let line = format!("POST /v1/quote\nAuthorization: Bearer {secret}");
    assert_eq!(operator.site.ask(&line, quote.as_bytes()).await.json()["price_micros"], 900_000);
    assert_eq!(column(&operator.sees("ledger?account=acme").await, "kind"), ["adjust", "grant"]);
    let deeds = operator.deeds().await;
    let actions: Vec<&str> = deeds.iter().map(|(action, ..)| action.as_str()).collect();
    let ours = ["account.create", "account.grant", "account.adjust", "account.update"];
    assert_eq!(actions, ["key.create", ours[0], ours[1], ours[2], ours[3], "key.create"]);
    assert_eq!(deeds[3].2, json!({ "micros": -1_000_000, "note": "sent twice" }));
}

#[tokio::test]
async fn a_key_is_made_changed_and_revoked() {
    let operator = Operator::new().await;
    operator.site.account("acme", 0).await;
    let body = json!({
        "account": "acme", "name": "shop", "scopes": ["create", "read"], "models": ["videos"],
        "limits": { "in_flight": 3 }, "budget": { "day": 1_000_000 }, "expires": 1_800_086_400,
    });
    let mut made = operator.does("POST /v1/admin/keys", body).await;
    let (id, secret) = (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned());
    assert!(secret.starts_with("fg_") && secret.starts_with(made["secrets"][0]["begins"].as_str().unwrap()));
    made.as_object_mut().unwrap().remove("secret");
    let shown = operator.sees(&format!("keys/{id}")).await;
    assert!(!shown.to_string().contains(&secret), "a secret is shown once");
    assert_eq!(shown["spent_today_micros"], 0);
    for (name, value) in made.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    let path = format!("PATCH /v1/admin/keys/{id}");
    let changed = operator.does(&path, json!({ "models": null, "expires": null, "scopes": ["read"] })).await;
    assert_eq!((&changed["models"], &changed["expires"]), (&Value::Null, &Value::Null));
    assert_eq!((&changed["scopes"], &changed["budget"]), (&json!(["read"]), &json!({ "day": 1_000_000 })));
    assert_eq!(operator.does(&format!("DELETE /v1/admin/keys/{id}"), Value::Null).await["works"], false);
    let refused = operator.site.ask(&format!("GET /v1/tasks\nAuthorization: Bearer {secret}"), b"").await;
    refused.is_problem(401, "unauthorized");
    assert_eq!(column(&operator.sees("keys?account=acme").await, "id"), [json!(id)]);
    let rotated = operator.heard(&format!("POST /v1/admin/keys/{id}/rotate"), "").await;
    rotated.is_problem(404, "not_found");
    let actions: Vec<_> = operator.deeds().await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(actions[2..], ["key.create", "key.update", "key.revoke"]);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let operator = Operator::new().await;
    for name in ["a", "b", "c", "d"] {
        operator.site.account(name, 1).await;
    }
    for (path, name, expected) in [
        ("accounts", "id", vec![json!("a"), json!("b"), json!("c"), json!("d"), json!("main")]),
        ("ledger", "account", vec![json!("d"), json!("c"), json!("b"), json!("a")]),
    ] {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = operator.sees(&format!("{path}?limit=2{after}")).await;
            seen.extend(column(&page, name));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            after = format!("&after={cursor}");
        }
        assert_eq!(seen, expected, "{path}");
    }
    operator.heard("GET /v1/admin/ledger?after=x", "").await.is_problem(400, "invalid_parameter");
}

#[tokio::test]
async fn tasks_are_found_cancelled_requeued_and_settled() {
    let operator = Operator::new().await;
    let site = &operator.site;
    site.account("acme", 1_000_000).await;
    let secret = site.key("acme", Scopes::CLIENT).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let line = format!("POST /v1/sora/videos\nAuthorization: Bearer {secret}");
        ids.push(site.ask(&line, PLAIN.as_bytes()).await.json()["id"].as_str().unwrap().to_owned());
    }
    let cancel = format!("POST /v1/admin/tasks/{}/cancel", ids[0]);
    assert_eq!(operator.does(&cancel, json!({ "reason": "abuse" })).await["state"], "canceled");
    let again = operator.heard(&cancel, "").await;
    again.is_problem(409, "conflict");
    let now = site.gateway.now();
    site.advance(|state| begun(state, now).doubt().unwrap()).await;
    let found = operator.sees("tasks?account=acme&status=uncertain").await;
    assert_eq!(column(&found, "id"), [ids[2].clone(), ids[1].clone()]);
    assert_eq!(column(&found, "step"), ["uncertain", "uncertain"]);
    let client = site.ask(&format!("GET /v1/result/{}\nAuthorization: Bearer {secret}", ids[1]), b"").await;
    assert_eq!(client.json()["status"], "processing", "clients wait");
    let settle = format!("POST /v1/admin/tasks/{}/settle", ids[1]);
    operator.heard(&settle, r#"{"outcome":"accepted"}"#).await.is_problem(400, "invalid_parameter");
    let failed = operator.does(&settle, json!({ "outcome": "failed", "reason": "not in their list" })).await;
    assert_eq!((&failed["state"], &failed["error_code"]), (&json!("failed"), &json!("submit_uncertain")));
    let accepted = format!("POST /v1/admin/tasks/{}/settle", ids[2]);
    let accepted = operator.does(&accepted, json!({ "outcome": "accepted", "handle": "job-9" })).await;
    assert_eq!((&accepted["step"], &accepted["attempt"]["handle"]), (&json!("poll"), &json!("job-9")));
    let requeued = operator.does(&format!("POST /v1/admin/tasks/{}/requeue", ids[2]), json!({})).await;
    assert_eq!((&requeued["state"], &requeued["step"]), (&json!("queued"), &json!("submit")));
    let account = operator.sees("accounts/acme").await;
    assert_eq!((&account["held_micros"], &account["in_flight"]), (&json!(200_000), &json!(1)));
    assert!(operator.sees("ledger/check").await["clean"] == true);
    let deeds = operator.deeds().await;
    let actions: Vec<&str> = deeds.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions[4..], ["task.cancel", "task.settle", "task.settle", "task.requeue"]);
    assert_eq!(deeds[4].2["reason"], "abuse");
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let operator = Operator::new().await;
    for (line, body, code, part) in [
        ("POST /v1/admin/accounts", r#"{"id":"a b"}"#, "invalid_parameter", "`id` must be"),
        (
            "POST /v1/admin/accounts",
            r#"{"id":"a","prices":{"x":{"price":1}}}"#,
            "invalid_parameter",
            "`prices`",
        ),
        ("POST /v1/admin/accounts", r#"{"id":"a","limit":{}}"#, "invalid_parameter", "limit"),
        ("POST /v1/admin/accounts", "{}", "missing_parameter", "id"),
        ("POST /v1/admin/accounts", "[]", "invalid_parameter", "body"),
        ("POST /v1/admin/accounts/main/grants", r#"{"micros":0}"#, "invalid_parameter", "`micros`"),
        ("POST /v1/admin/accounts/main/adjustments", r#"{"micros":5}"#, "missing_parameter", "reason"),
        ("POST /v1/admin/accounts/none/grants", r#"{"micros":5}"#, "not_found", "account with the id"),
        ("POST /v1/admin/keys", r#"{"account":"none"}"#, "not_found", "none"),
        ("POST /v1/admin/keys", r#"{"account":"main","scopes":[]}"#, "invalid_parameter", "`scopes`"),
        ("POST /v1/admin/keys", r#"{"account":"main","models":["x"]}"#, "invalid_parameter", "videos_fast"),
        ("POST /v1/admin/keys", r#"{"account":"main","expires":-5}"#, "invalid_parameter", "`expires`"),
        ("PATCH /v1/admin/keys/none", "{}", "not_found", "none"),
        ("GET /v1/admin/usage?by=weather", "", "invalid_parameter", "day, account, key, model"),
        ("GET /v1/admin/usage?from=2027-02-30", "", "invalid_parameter", "`from`"),
        ("GET /v1/admin/usage?from=2027-02-01&to=2027-01-01", "", "invalid_parameter", "`to`"),
        ("GET /v1/admin/tasks?status=lost", "", "invalid_parameter", "`status`"),
        ("GET /v1/admin/tasks/none", "", "not_found", "task"),
        ("POST /v1/admin/tasks/none/requeue", "", "not_found", "task"),
    ] {
        let heard = operator.heard(line, body).await;
        assert_eq!(heard.json()["code"], code, "{line} {body}: {}", heard.text());
        assert!(heard.text().contains(part), "{line} {body}: {}", heard.text());
    }
    let id = operator.site.create().await;
    let long = format!(r#"{{"reason":"{}"}}"#, "x".repeat(257));
    let settle = format!(r#"{{"outcome":"failed","reason":"{}"}}"#, "x".repeat(257));
    for (verb, body) in [("cancel", &long), ("requeue", &long), ("settle", &settle)] {
        let heard = operator.heard(&format!("POST /v1/admin/tasks/{id}/{verb}"), body).await;
        heard.is_problem(400, "invalid_parameter");
        assert!(heard.text().contains("`reason` must be at most 256 bytes"), "{verb}: {}", heard.text());
    }
    let large = format!(r#"{{"id":"{}"}}"#, "x".repeat(300_000));
    operator.heard("POST /v1/admin/accounts", &large).await.is_problem(413, "payload_too_large");
}
