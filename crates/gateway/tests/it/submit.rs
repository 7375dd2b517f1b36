//! The attempt: durable before the submit, sent again only where that is safe, put back when it was lost.

use std::time::Duration;

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::request::Guidance;
use filmgate_domain::task::{State, Status, Step};
use filmgate_engines::port::{EngineError, Progress};

use crate::bench::{Bench, request};

fn busy() -> EngineError {
    EngineError::Retry { why: "busy".to_owned(), after: Some(Duration::from_secs(7)) }
}

async fn code(bench: &Bench, id: &str) -> FailureCode {
    let state = bench.state(id).await;
    let State::Failed { failure, .. } = state else { panic!("{state:?}") };
    failure.code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_upstream_ends_the_task() {
    let bench = Bench::new().await;
    let failure = Failure::new(FailureCode::ContentPolicy, "no");
    bench.engine.submits.lock().unwrap().push(Err(EngineError::Reject(failure)));
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    assert_eq!(code(&bench, &id).await, FailureCode::ContentPolicy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_upstream_is_tried_again_when_it_said() {
    let bench = Bench::new().await;
    bench.engine.submits.lock().unwrap().push(Err(busy()));
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    assert_eq!(bench.status(&id).await, Status::Queued);
    bench.clock.advance(Duration::from_secs(6));
    assert_eq!(bench.gateway.run_due().await.unwrap(), 0, "not yet");
    bench.clock.advance(Duration::from_secs(1));
    bench.gateway.run_due().await.unwrap();
    let State::Running(running) = bench.state(&id).await else { panic!() };
    assert_eq!((running.attempt.number, running.step), (2, Step::Poll { handle: "job".to_owned() }));
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_with_an_upstream_ends() {
    let bench = Bench::new().await;
    let id = bench.create(request("nowhere", Guidance::Text)).await;
    for _ in 0..30 {
        bench.settle().await;
        bench.clock.advance(Duration::from_secs(30));
    }
    assert_eq!(code(&bench, &id).await, FailureCode::UpstreamUnavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_begins_with_the_first_refusal_not_with_the_wait_before_it() {
    let bench = Bench::new().await;
    bench.engine.submits.lock().unwrap().extend([Err(busy()), Err(busy())]);
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.clock.advance(Duration::from_hours(2));
    for _ in 0..2 {
        bench.settle().await;
        assert_eq!(bench.status(&id).await, Status::Queued);
        bench.clock.advance(Duration::from_secs(7));
    }
    bench.gateway.run_due().await.unwrap();
    assert!(matches!(bench.status(&id).await, Status::Running(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uncertain_submit_is_never_sent_again() {
    let bench = Bench::new().await;
    let unknown = EngineError::Uncertain { why: "the answer was lost".to_owned() };
    bench.engine.submits.lock().unwrap().push(Err(unknown));
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    assert_eq!(bench.status(&id).await, Status::Running(0), "in doubt");
    bench.clock.advance(Duration::from_hours(24) - Duration::from_millis(1));
    bench.settle().await;
    assert_eq!(bench.status(&id).await, Status::Running(0), "its own time counts, not that of a run");
    bench.clock.advance(Duration::from_millis(1));
    bench.settle().await;
    assert_eq!(code(&bench, &id).await, FailureCode::SubmitUncertain);
    assert_eq!(bench.engine.asked(), ["submit"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_job_goes_back_to_the_queue_and_is_made() {
    let bench = Bench::new().await;
    bench.engine.polls.lock().unwrap().push(Err(EngineError::Lost));
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.gateway.run_due().await.unwrap();
    bench.gateway.run_due().await.unwrap();
    assert_eq!(bench.status(&id).await, Status::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_that_was_made_but_not_fetched_before_a_restart_is_made_again() {
    let bench = Bench::new().await;
    let id = bench.create(request("real", Guidance::Text)).await;
    let step =
        |state: &State| if let State::Running(running) = state { Some(running.step.name()) } else { None };
    while step(&bench.state(&id).await) != Some("fetch") {
        bench.gateway.run_due().await.unwrap();
    }
    let bench = bench.restart().await;
    bench.settle().await;
    assert!(matches!(bench.status(&id).await, Status::Succeeded(_)), "{:?}", bench.status(&id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_film_is_refused_and_removed() {
    let bench = Bench::new().await;
    *bench.engine.film.lock().unwrap() = br#"{"error":"not a film"}"#.to_vec();
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    assert_eq!(code(&bench, &id).await, FailureCode::UpstreamRejected);
    assert!(bench.files("artifacts").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_that_takes_too_long_times_out_and_the_upstream_is_told() {
    let bench = Bench::new().await;
    let again_in = Duration::from_mins(50);
    bench.engine.polls.lock().unwrap().push(Ok(Progress::Working { percent: 10, after: Some(again_in) }));
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    assert_eq!(bench.status(&id).await, Status::Running(10));
    bench.clock.advance(Duration::from_mins(61));
    bench.settle().await;
    assert_eq!(code(&bench, &id).await, FailureCode::TimedOut);
    assert_eq!(bench.engine.asked().last().unwrap(), "cancel job");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_between_begin_and_answer_leaves_the_submit_uncertain() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.begin_without_sending(&id).await;
    let bench = bench.restart().await;
    bench.settle().await;
    assert_eq!(bench.status(&id).await, Status::Running(0), "in doubt");
    let bench = bench.restart().await;
    bench.settle().await;
    assert_eq!(bench.status(&id).await, Status::Running(0), "another start changes nothing about that");
    bench.clock.advance(Duration::from_hours(24));
    bench.settle().await;
    assert_eq!(code(&bench, &id).await, FailureCode::SubmitUncertain);
    assert!(bench.engine.asked().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_engine_makes_the_film_after_a_restart() {
    let bench = Bench::new().await;
    let id = bench.create(request("real", Guidance::Text)).await;
    bench.gateway.run_due().await.unwrap();
    assert!(matches!(bench.status(&id).await, Status::Running(_)));
    let bench = bench.restart().await;
    bench.settle().await;
    assert!(matches!(bench.status(&id).await, Status::Succeeded(_)), "{:?}", bench.status(&id).await);
}
