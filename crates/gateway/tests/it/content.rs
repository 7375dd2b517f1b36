//! What may not be made: refused before anything is written, or before anything is sent. The moderator is a real server
//! on the loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use filmgate_domain::failure::FailureCode;
use filmgate_domain::media::MediaSource;
use filmgate_domain::request::{Guidance, VideoRequest};
use filmgate_domain::task::{State, Status};
use filmgate_engines::content::{Content, Moderator, Rules};
use filmgate_gateway::Refusal;

use crate::bench::{Bench, request};

fn asking(prompt: &str) -> VideoRequest {
    VideoRequest { prompt: prompt.to_owned(), ..request("scripted", Guidance::Text) }
}

/// A moderator that flags knives, unless it is away.
async fn moderator(away: Arc<AtomicBool>) -> Content {
    let answer = move |body: String| async move {
        if away.load(Ordering::SeqCst) {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let flagged = body.contains("knife");
        format!(r#"{{"results":[{{"flagged":{flagged},"categories":{{"violence":{flagged}}}}}]}}"#)
            .into_response()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/moderations", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Content { moderator: Some(Moderator::new(&url).unwrap()), ..Content::default() }
}

#[tokio::test]
async fn a_rule_refuses_before_anything_is_written() {
    let rules = Rules::parse("forbidden fruit\n").unwrap();
    let bench = Bench::with(Content { rules, moderator: None }).await;
    let client = bench.client("acme", 1_000_000, |_| {}).await;
    let picture = Guidance::Image(MediaSource::Inline("aGVsbG8=".into()));
    let request = VideoRequest { prompt: "a FORBIDDEN, fruit".to_owned(), ..request("scripted", picture) };
    let refused = bench.gateway.create(&client, request.clone(), Some("key".to_owned())).await;
    assert!(matches!(refused, Err(Refusal::ContentPolicy)));
    assert!(matches!(bench.gateway.quote(&client, &request).await, Err(Refusal::ContentPolicy)));
    let (_, balance) = bench.office().account("acme").await.unwrap();
    assert_eq!((balance.available.0, balance.in_flight), (1_000_000, 0));
    let inputs = std::fs::read_dir(bench.folder.path().join("inputs")).map_or(0, Iterator::count);
    assert_eq!(inputs, 0, "no bytes of a refused request stay");
    bench.gateway.create(&client, asking("a forbidden vegetable"), Some("key".to_owned())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_moderator_flags_is_never_sent_and_costs_nothing() {
    let bench = Bench::with(moderator(Arc::default()).await).await;
    let client = bench.client("acme", 1_000_000, |_| {}).await;
    let flagged = bench.gateway.create(&client, asking("a knife"), None).await.unwrap().summary.id.clone();
    let passed = bench.gateway.create(&client, asking("a spoon"), None).await.unwrap().summary.id.clone();
    bench.gateway.run_due().await.unwrap();
    let status = async |id| bench.gateway.read(&client, id).await.unwrap().summary.status.clone();
    let Status::Failed(failure) = status(flagged.as_str()).await else { panic!() };
    assert_eq!(failure.code, FailureCode::ContentPolicy);
    assert!(matches!(status(passed.as_str()).await, Status::Running(_)));
    assert_eq!(bench.engine.asked(), ["submit"]);
    let (_, balance) = bench.office().account("acme").await.unwrap();
    assert_eq!((balance.held.0, balance.in_flight), (100_000, 1));
    assert_eq!(bench.office().prove().await.unwrap().findings, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_moderator_is_away_nothing_is_sent() {
    let away = Arc::new(AtomicBool::new(true));
    let bench = Bench::with(moderator(away.clone()).await).await;
    let id = bench.create(asking("a spoon")).await;
    bench.clock.advance(Duration::from_hours(2));
    for _ in 0..3 {
        bench.settle().await;
        bench.clock.advance(Duration::from_secs(30));
    }
    assert!(matches!(bench.state(&id).await, State::Queued(_)));
    assert_eq!(bench.engine.asked(), [""; 0]);
    away.store(false, Ordering::SeqCst);
    bench.gateway.run_due().await.unwrap();
    assert_eq!(bench.engine.asked()[0], "submit");
}
