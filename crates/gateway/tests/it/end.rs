//! Cancel and delete.

use filmgate_domain::request::Guidance;
use filmgate_domain::task::Status;
use filmgate_engines::port::Progress;
use filmgate_gateway::Refusal;
use filmgate_gateway::end::Ended;

use crate::bench::{Bench, request};

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_task_is_canceled_and_never_sent() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    assert!(matches!(bench.gateway.end(&bench.caller, &id).await, Ok(Ended::Canceled(_))));
    bench.settle().await;
    assert_eq!(bench.status(&id).await, Status::Canceled);
    assert!(bench.engine.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_task_is_canceled_and_the_upstream_is_told() {
    let bench = Bench::new().await;
    let again_in = std::time::Duration::from_secs(5);
    bench.engine.polls.lock().unwrap().push(Ok(Progress::Working { percent: 1, after: Some(again_in) }));
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    bench.gateway.end(&bench.caller, &id).await.unwrap();
    assert_eq!(bench.status(&id).await, Status::Canceled);
    assert_eq!(bench.engine.asked().last().unwrap(), "cancel job");
    bench.clock.advance(again_in);
    assert_eq!(bench.gateway.run_due().await.unwrap(), 0, "nothing is left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_task_is_deleted_with_its_film() {
    let bench = Bench::new().await;
    let id = bench.create(request("real", Guidance::Text)).await;
    bench.settle().await;
    assert_eq!(bench.files("artifacts").len(), 1);
    assert!(matches!(bench.gateway.end(&bench.caller, &id).await, Ok(Ended::Deleted(_))));
    assert!(bench.files("artifacts").is_empty());
    assert!(matches!(bench.gateway.read(&bench.caller, &id).await, Err(Refusal::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_makes_one_task() {
    let bench = Bench::new().await;
    let ask = |prompt: &str| {
        let mut request = request("scripted", Guidance::Text);
        prompt.clone_into(&mut request.prompt);
        bench.gateway.create(&bench.caller, request, Some("once".to_owned()))
    };
    let (one, two) = tokio::join!(ask("A red ball"), ask("A red ball"));
    assert_eq!(one.unwrap().summary.id, two.unwrap().summary.id);
    assert!(matches!(ask("A blue ball").await, Err(Refusal::IdempotencyConflict)));
}
