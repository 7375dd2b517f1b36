//! What time makes superfluous goes away, and nothing else.

use std::time::Duration;

use filmgate_domain::id::ArtifactId;
use filmgate_domain::media::BlobKey;
use filmgate_domain::request::Guidance;
use filmgate_domain::task::Status;
use filmgate_gateway::Refusal;
use filmgate_gateway::sweep::Swept;

use crate::bench::{Bench, request};

#[tokio::test(flavor = "multi_thread")]
async fn a_film_goes_after_a_day_and_its_row_after_a_month() {
    let bench = Bench::new().await;
    let id = bench.create(request("real", Guidance::Text)).await;
    bench.settle().await;
    bench.clock.advance(Duration::from_hours(23));
    assert_eq!(bench.gateway.sweep(bench.now()).await.unwrap(), Swept::default());
    bench.clock.advance(Duration::from_hours(1));
    assert_eq!(bench.gateway.sweep(bench.now()).await.unwrap(), Swept { films: 1, ..Swept::default() });
    assert!(bench.files("artifacts").is_empty());
    assert!(matches!(bench.status(&id).await, Status::Succeeded(_)), "the task stays completed");
    assert_eq!(bench.gateway.sweep(bench.now()).await.unwrap(), Swept::default(), "once is enough");
    bench.clock.advance(Duration::from_hours(30 * 24));
    assert_eq!(bench.gateway.sweep(bench.now()).await.unwrap(), Swept { rows: 1, ..Swept::default() });
    assert!(matches!(bench.gateway.read(&bench.caller, &id).await, Err(Refusal::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_waited_too_long_expires() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.clock.advance(Duration::from_hours(25));
    assert_eq!(bench.gateway.sweep(bench.now()).await.unwrap(), Swept { expired: 1, ..Swept::default() });
    assert_eq!(bench.status(&id).await, Status::Expired);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_without_a_row_go_and_others_stay() {
    let bench = Bench::new().await;
    let id = bench.create(request("real", Guidance::Text)).await;
    bench.settle().await;
    let orphan = BlobKey::Artifact(ArtifactId::from_text("film_orphan"));
    bench.gateway.store().blobs().create(&orphan).await.unwrap().finish().await.unwrap();
    let long_from_now = filmgate_domain::clock::Timestamp::from_millis(i64::MAX >> 8);
    assert_eq!(bench.gateway.sweep(long_from_now).await.unwrap(), Swept { orphans: 1, ..Swept::default() });
    let Status::Succeeded(done) = bench.status(&id).await else { panic!() };
    assert_eq!(bench.files("artifacts"), [format!("{}.mp4", done.artifact.id)]);
}
