//! What the sweep asks of the store.

use std::time::Duration;

use filmgate_domain::id::{ArtifactId, TaskId};
use filmgate_domain::media::{BlobKey, Input, MediaKind, Size};
use filmgate_store::Then;

use crate::bench::{Bench, MINUTE, attempt, film, referring, task};

fn input(task: &TaskId, tail: &str) -> Input {
    let blob = BlobKey::Input { task: task.clone(), place: 0, tail: tail.into() };
    let (kind, format, size) = (MediaKind::Image, "png".to_owned(), Size::new(1, 1));
    Input { blob, kind, format, size, duration_ms: 0, bytes: 1 }
}

#[tokio::test]
async fn a_film_is_past_when_its_link_is_and_its_row_goes_after_its_bytes() {
    let bench = Bench::new().await;
    let task = bench.finish("a").await;
    let (day, film) = (Duration::from_hours(24), film("a").id);
    let past = |now| bench.store.artifacts_past(now, 9);
    assert!(past(bench.now() + day - Duration::from_millis(1)).await.unwrap().is_empty());
    assert_eq!(past(bench.now() + day).await.unwrap(), [(task.id.clone(), film.clone())]);
    let ever = bench.now() + 100 * day;
    assert_eq!(bench.store.forget(ever, 9).await.unwrap(), 0, "its bytes are there");
    assert_eq!(bench.store.referenced(&[BlobKey::Artifact(film.clone())]).await.unwrap(), [true]);
    bench.store.artifact_gone(vec![task.id.clone()]).await.unwrap();
    assert!(past(ever).await.unwrap().is_empty());
    assert_eq!(bench.store.referenced(&[BlobKey::Artifact(film)]).await.unwrap(), [false]);
    assert_eq!(bench.store.delete(&task.id).await.unwrap(), None, "there is no film to delete");
}

#[tokio::test]
async fn a_deleted_task_gives_its_film_back() {
    let bench = Bench::new().await;
    let task = bench.finish("a").await;
    assert_eq!(bench.store.delete(&task.id).await.unwrap(), Some(film("a").id));
}

#[tokio::test]
async fn snapshots_are_done_when_their_task_is() {
    let bench = Bench::new().await;
    let task = bench.keep(referring("a", bench.now())).await;
    let (kept, stray) = (input(&task.id, "kept"), input(&TaskId::from_text("b"), "stray"));
    let claim = bench.claim_one().await;
    let prepared = claim.task.state.clone().prepared().unwrap();
    bench
        .store
        .record(&claim.lease, prepared, Some(vec![kept.clone()]), Then::At(bench.now()))
        .await
        .unwrap();
    let blobs = [kept.blob.clone(), stray.blob];
    assert_eq!(bench.store.referenced(&blobs).await.unwrap(), [true, false]);
    assert!(bench.store.inputs_done(9).await.unwrap().is_empty(), "it lives");
    bench.store.cancel(&task.id, None, bench.now()).await.unwrap();
    assert_eq!(bench.store.inputs_done(9).await.unwrap(), [(task.id.clone(), vec![kept.blob])]);
    let later = bench.now() + MINUTE;
    assert_eq!(bench.store.forget(later, 9).await.unwrap(), 0, "its snapshots are there");
    bench.store.inputs_gone(vec![task.id]).await.unwrap();
    assert!(bench.store.inputs_done(9).await.unwrap().is_empty());
    assert_eq!(bench.store.referenced(&blobs).await.unwrap(), [false, false]);
    assert_eq!(bench.store.forget(later, 9).await.unwrap(), 1);
    assert!(bench.store.find("a", None).await.unwrap().is_none());
}

/// A film whose task ended between storing and parsing is nobody's: the orphan sweep may have it.
#[tokio::test]
async fn a_film_of_a_canceled_task_is_an_orphan() {
    let bench = Bench::new().await;
    bench.create("a").await;
    let claim = bench.claim_one().await;
    let id = ArtifactId::from_text("film_x");
    let fetched =
        claim.task.state.clone().begin(attempt(1), bench.now()).unwrap().accepted("h".to_owned()).unwrap();
    bench.record(&claim, fetched.made().unwrap().stored(id.clone()).unwrap()).await;
    let blob = [BlobKey::Artifact(id)];
    assert_eq!(bench.store.referenced(&blob).await.unwrap(), [true]);
    bench.store.cancel(&claim.task.id, None, bench.now()).await.unwrap();
    assert_eq!(bench.store.referenced(&blob).await.unwrap(), [false]);
}

#[tokio::test]
async fn what_waited_too_long_expires_and_what_runs_does_not() {
    let bench = Bench::new().await;
    bench.create("runs").await;
    let claim = bench.claim_one().await;
    bench.record(&claim, claim.task.state.clone().begin(attempt(1), bench.now()).unwrap()).await;
    bench.create("waits").await;
    bench.keep(referring("refers", bench.now())).await;
    let held = bench.claim().await.claims;
    bench.clock.advance(MINUTE);
    bench.keep(task("young", bench.now())).await;
    let mut expired = bench.store.expire(bench.now(), bench.now(), 9).await.unwrap();
    expired.sort();
    assert_eq!(expired.iter().map(TaskId::as_str).collect::<Vec<_>>(), ["refers", "waits"]);
    for claim in held.iter().filter(|claim| claim.task.id.as_str() != "runs") {
        let late = bench.store.release(&claim.lease, bench.now()).await;
        assert_eq!(late, Err(filmgate_store::StoreError::LeaseLost));
    }
    assert!(bench.store.expire(bench.now(), bench.now(), 9).await.unwrap().is_empty());
}
