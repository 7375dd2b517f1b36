//! What it costs, what is left, what was used, as clients and operators see it.

use std::time::Duration;

use filmgate_domain::key::{Budget, Scopes};
use filmgate_domain::limit::Limits;
use filmgate_domain::money::Micros;
use filmgate_gateway::office::NewKey;
use serde_json::{Value, json};

use crate::site::{Heard, PLAIN, Site};

/// What the model of [`PLAIN`] costs, in micro-units.
const PRICE: i64 = 200_000;

async fn send(site: &Site, line: &str, secret: &str, body: &Value) -> Heard {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    site.ask(&format!("{line}\nAuthorization: Bearer {secret}"), body.as_bytes()).await
}

async fn get(site: &Site, path: &str, secret: &str) -> Value {
    let heard = send(site, &format!("GET {path}"), secret, &Value::Null).await;
    assert_eq!(heard.status, 200, "{path}: {heard:?}");
    heard.json()
}

async fn create(site: &Site, secret: &str) -> Heard {
    site.ask(&format!("POST /v1/sora/videos\nAuthorization: Bearer {secret}"), PLAIN.as_bytes()).await
}

/// How many of `heard` had each status, and whether the ledger adds up afterwards.
async fn tally(site: &Site, heard: &[Heard]) -> (usize, usize) {
    let proof = site.office().prove().await.unwrap();
    assert_eq!(proof.findings, [""; 0]);
    let of = |status: u16| heard.iter().filter(|heard| heard.status == status).count();
    (of(200), of(402))
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_clients_race_an_account_that_can_pay_for_ten() {
    let site = Site::new().await;
    site.account("racer", 10 * PRICE + PRICE / 2).await;
    let secret = site.key("racer", Scopes::CLIENT).await;
    let heard = futures_util::future::join_all((0..64).map(|_| create(&site, &secret))).await;
    assert_eq!(tally(&site, &heard).await, (10, 54));
    let refused = heard.iter().find(|heard| heard.status == 402).unwrap();
    refused.is_problem(402, "insufficient_balance");
    assert!(refused.text().contains("This costs 0.2, and 0.1 is available"), "{}", refused.text());
    let balance = get(&site, "/v1/balance", &secret).await;
    assert_eq!((&balance["available_micros"], &balance["held_micros"]), (&json!(100_000), &json!(2_000_000)));
    assert_eq!(balance["in_flight"], 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_creates_with_one_idempotency_key_make_one_task() {
    let site = Site::new().await;
    site.account("hasty", 10 * PRICE).await;
    let secret = site.key("hasty", Scopes::CLIENT).await;
    let line = "POST /v1/sora/videos\nIdempotency-Key: order-17";
    let body: Value = serde_json::from_str(PLAIN).unwrap();
    let heard = futures_util::future::join_all((0..200).map(|_| send(&site, line, &secret, &body))).await;
    assert!(heard.iter().all(|one| (one.status, &one.body) == (200, &heard[0].body)));
    let other = json!({ "model": "openAiSora2Plus", "prompt": "Another film" });
    send(&site, line, &secret, &other).await.is_problem(409, "idempotency_conflict");
    let balance = get(&site, "/v1/balance", &secret).await;
    assert_eq!((&balance["held_micros"], &balance["in_flight"]), (&json!(PRICE), &json!(1)));
}

#[tokio::test]
async fn what_is_made_is_charged_and_what_is_not_is_given_back() {
    let site = Site::new().await;
    site.account("acme", 3 * PRICE).await;
    let secret = site.key("acme", Scopes::CLIENT).await;
    let admin = site.key("main", Scopes::ALL).await;
    let made = create(&site, &secret).await.json()["id"].as_str().unwrap().to_owned();
    site.finish(b"a film").await;
    let canceled = create(&site, &secret).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        send(&site, &format!("DELETE /v1/result/{canceled}"), &secret, &Value::Null).await.status,
        200
    );
    let balance = get(&site, "/v1/balance", &secret).await;
    assert_eq!((&balance["available_micros"], &balance["held_micros"]), (&json!(2 * PRICE), &json!(0)));
    let usage = get(&site, "/v1/usage?by=day%2Cmodel", &secret).await;
    let expected = json!({
        "day": "2027-01-15", "model": "openAiSora2Plus", "succeeded": 1, "failed": 0, "canceled": 1,
        "film_seconds": 4.0, "charged_micros": PRICE,
    });
    assert_eq!(usage["data"], json!([expected]));
    let csv = send(&site, "GET /v1/admin/usage?by=account,key&format=csv", &admin, &Value::Null).await;
    let key = site.gateway.authenticate(&secret).unwrap().key.id.clone();
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let heading = "account,key,succeeded,failed,canceled,film_seconds,charged_micros";
    assert_eq!(csv.text(), format!("{heading}\nacme,{key},1,0,1,4,{PRICE}\n"));
    let lines = get(&site, &format!("/v1/admin/ledger?task={made}"), &admin).await;
    let kinds: Vec<&str> =
        lines["data"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["capture", "hold"]);
    let proof = get(&site, "/v1/admin/ledger/check", &admin).await;
    assert!(proof["clean"] == true && proof["captured_micros"] == PRICE, "{proof}");
}

#[tokio::test]
async fn a_quote_says_what_a_create_would_cost_and_creates_nothing() {
    let site = Site::new().await;
    site.account("acme", PRICE - 1).await;
    let secret = site.key("acme", Scopes::CLIENT).await;
    let body = json!({
        "model": "openAiSora2Plus", "prompt": "A lighthouse", "seconds": "8", "aspect_ratio": "16:9", "fps": 60,
    });
    let quote = send(&site, "POST /v1/quote", &secret, &body).await;
    insta::assert_snapshot!(format!("{:#}", quote.json()));
    assert_eq!(get(&site, "/v1/tasks", &secret).await["data"], json!([]));
    let wrong = json!({ "model": "openAiSora2Plus", "prompt": "A lighthouse", "seconds": 5 });
    send(&site, "POST /v1/quote", &secret, &wrong).await.is_problem(400, "invalid_parameter");
    send(&site, "POST /v1/quote", &secret, &json!({ "model": "x" })).await.is_problem(400, "unknown_model");
    let videos = json!({ "model": "videos", "prompt": "A lighthouse", "duration": 4 });
    assert_eq!(send(&site, "POST /v1/quote", &secret, &videos).await.json()["price_micros"], 300_000);
}

#[tokio::test]
async fn a_budget_ends_with_the_day_and_gives_back_what_was_not_made() {
    let site = Site::new().await;
    let budget = Budget { day: Some(Micros(2 * PRICE)), month: Some(Micros(3 * PRICE)) };
    let (_, secret) = site.key_with(NewKey { budget, ..NewKey::plain("main", "", Scopes::CLIENT) }).await;
    let first = create(&site, &secret).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(create(&site, &secret).await.status, 200);
    let heard = create(&site, &secret).await;
    heard.is_problem(402, "insufficient_balance");
    assert!(heard.text().contains("2027-01-16 00:00 UTC"), "{}", heard.text());
    let left = get(&site, "/v1/balance", &secret).await["budget"]["day"]["left_micros"].clone();
    assert_eq!(left, 0);
    send(&site, &format!("DELETE /v1/result/{first}"), &secret, &Value::Null).await;
    assert_eq!(create(&site, &secret).await.status, 200);
    site.clock.advance(Duration::from_hours(24));
    assert_eq!(create(&site, &secret).await.status, 200, "the third of the month");
    let heard = create(&site, &secret).await;
    assert!(heard.status == 402 && heard.text().contains("2027-02-01 00:00 UTC"), "{}", heard.text());
}

#[tokio::test]
async fn unfinished_tasks_are_counted_and_a_suspended_account_creates_nothing() {
    let site = Site::new().await;
    let limits = Limits { in_flight: Some(2), ..Limits::default() };
    let (_, secret) = site.key_with(NewKey { limits, ..NewKey::plain("main", "", Scopes::CLIENT) }).await;
    assert!(create(&site, &secret).await.status == 200 && create(&site, &secret).await.status == 200);
    let heard = create(&site, &secret).await;
    heard.is_problem(429, "rate_limited");
    assert!(heard.header("retry-after").is_some() && heard.text().contains("2 unfinished"), "{heard:?}");
    site.finish(b"a film").await;
    let id = create(&site, &secret).await.json()["id"].as_str().unwrap().to_owned();
    let admin = site.key("main", Scopes::ALL).await;
    let account = send(&site, "PATCH /v1/admin/accounts/main", &admin, &json!({ "suspended": true })).await;
    assert_eq!(account.json()["suspended"], 1_800_000_000);
    create(&site, &secret).await.is_problem(403, "forbidden");
    assert_eq!(get(&site, &format!("/v1/result/{id}"), &secret).await["status"], "queued");
    send(&site, "PATCH /v1/admin/accounts/main", &admin, &json!({ "suspended": false })).await;
    assert_eq!(get(&site, "/v1/balance", &secret).await["in_flight"], 1);
}
