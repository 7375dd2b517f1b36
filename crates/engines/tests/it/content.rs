//! The moderator's client against a real server on the loopback: what it sends, what it understands, and everything
//! that a service can do wrong.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use filmgate_engines::content::{By, Content, Moderator, Unavailable};
use std::sync::{Arc, Mutex};

/// What was asked: the credential and the body.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

async fn moderate(State(asked): State<Asked>, headers: HeaderMap, body: Bytes) -> Response {
    let text = String::from_utf8_lossy(&body).into_owned();
    let credential = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    asked.lock().unwrap().push((credential.unwrap_or_default(), text.clone()));
    let flagged = text.contains("knife");
    format!(
        r#"{{"id":"modr-1","model":"m","results":[{{"flagged":{flagged},"categories":{{"violence":{flagged},"hate":false,"a b\n":{flagged}}}}}]}}"#
    )
    .into_response()
}

async fn busy() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "7")]).into_response()
}

async fn away() -> Response {
    let dates = [
        (header::DATE, "Fri, 27 Nov 2026 12:00:00 GMT"),
        (header::RETRY_AFTER, "Fri, 27 Nov 2026 12:00:30 GMT"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, dates).into_response()
}

async fn long() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "86400")]).into_response()
}

/// Flagged for more than is told, and by longer names.
async fn verbose() -> String {
    let names: Vec<_> = (10..40).map(|number| format!(r#""{number}{}":true"#, "x".repeat(100))).collect();
    format!(r#"{{"results":[{{"flagged":false}},{{"flagged":true,"categories":{{{}}}}}]}}"#, names.join(","))
}

async fn silent() -> Response {
    std::future::pending().await
}

async fn service() -> (String, Asked) {
    let asked = Asked::default();
    let router = Router::new()
        .route("/v1/moderations", post(moderate))
        .route("/busy", post(busy))
        .route("/away", post(away))
        .route("/long", post(long))
        .route("/verbose", post(verbose))
        .route("/broken", post(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/moved", post(|| async { Redirect::temporary("/v1/moderations") }))
        .route("/garbage", post(|| async { "<html>" }))
        .route("/empty", post(|| async { r#"{"results":[]}"# }))
        .route("/endless", post(|| async { "x".repeat(300_000) }))
        .route("/silent", post(silent))
        .with_state(asked.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), asked)
}

fn asking(moderator: Moderator) -> Content {
    Content { moderator: Some(moderator), ..Content::default() }
}

#[tokio::test]
async fn a_moderator_is_asked_in_the_shape_it_knows_and_names_its_categories() {
    let (base, asked) = service().await;
    let moderator = Moderator::new(&format!("{base}/v1/")).unwrap().with_model("m");
    let content = asking(moderator.with_credential("sk-secret").unwrap());
    assert!(!format!("{content:?}").contains("sk-secret"));
    let in_the_url = Moderator::new("http://user:sk-one@127.0.0.1/v1?key=sk-two").unwrap();
    assert!(!format!("{in_the_url:?}").contains("sk-"));
    assert_eq!(content.remote("a calm sea").await, Ok(None));
    let refused = content.remote("a knife").await.unwrap().unwrap();
    assert_eq!(refused.to_string(), "the moderator, for a b?, violence");
    let asked = asked.lock().unwrap().clone();
    let expected = r#"{"input":"a calm sea","model":"m"}"#;
    assert_eq!(asked[0], ("Bearer sk-secret".to_owned(), expected.to_owned()));
    assert_eq!(Content::default().remote("a knife").await, Ok(None), "nobody to ask");
}

#[tokio::test]
async fn of_many_long_categories_some_are_told_in_part() {
    let (base, _) = service().await;
    let refused = asking(Moderator::new(&format!("{base}/verbose")).unwrap()).remote("x").await;
    let By::Moderator { categories } = refused.unwrap().unwrap().by else { panic!("a moderator refused") };
    assert_eq!((categories.len(), categories[0].len(), &categories[19][..3]), (20, 64, "29x"));
}

#[tokio::test]
async fn whatever_is_no_answer_is_an_outage() {
    let (base, asked) = service().await;
    let mut told = Vec::new();
    for path in ["busy", "away", "long", "broken", "moved", "garbage", "empty", "endless", "silent"] {
        let moderator = Moderator::new(&format!("{base}/{path}")).unwrap();
        let patience = if path == "silent" { Duration::from_millis(400) } else { Duration::from_mins(1) };
        let content = asking(moderator.with_timeout(patience));
        let Unavailable { why, after } = content.remote("secret prompt").await.unwrap_err();
        assert!(!why.contains("secret") && !why.contains(&base), "{why}");
        told.push(format!("{path}: {why} {:?}", after.map(|pause| pause.as_secs())));
    }
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nobody = asking(Moderator::new(&format!("http://{closed}/v1")).unwrap());
    told.push(format!("nobody: {}", nobody.remote("x").await.unwrap_err()));
    insta::assert_snapshot!(told.join("\n"));
    assert!(asked.lock().unwrap().is_empty(), "a redirect is not followed");
}

#[test]
fn what_is_no_address_is_refused() {
    for wrong in ["", "moderation.example", "ftp://x/v1", "http://"] {
        assert!(Moderator::new(wrong).unwrap_err().to_string().contains("http or https URL"), "{wrong}");
    }
    assert!(Moderator::new("http://127.0.0.1/v1").unwrap().with_credential("a\nb").is_err());
}
