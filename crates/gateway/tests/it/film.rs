//! From request to film with the built-in engine, and what a reader sees on the way.

use std::io::Read;
use std::time::Duration;

use filmgate_domain::media::Size;
use filmgate_domain::request::Guidance;
use filmgate_domain::task::Status;
use filmgate_gateway::Refusal;
use filmgate_gateway::link::Signature;

use crate::bench::{Bench, request};

fn parse(link: &str) -> (String, Signature) {
    let (path, query) = link.strip_prefix("/files/").unwrap().split_once('?').unwrap();
    let value = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)).unwrap().to_owned();
    (path.to_owned(), Signature { ends: value("e=").parse().unwrap(), key: value("k="), tag: value("s=") })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_becomes_a_film_that_can_be_downloaded_for_a_day() {
    let bench = Bench::new().await;
    let id = bench.create(request("real", Guidance::Text)).await;
    assert_eq!(bench.status(&id).await, Status::Queued);
    bench.settle().await;
    let Status::Succeeded(done) = bench.status(&id).await else { panic!("{:?}", bench.status(&id).await) };
    assert_eq!((done.artifact.duration_ms, done.artifact.size), (1000, Size::new(128, 128)));

    let link = bench.gateway.signer().link(&done.artifact.id, done.expires);
    let (artifact, signature) = parse(&link);
    let mut film = Vec::new();
    bench.gateway.open(&artifact, &signature).unwrap().read_to_end(&mut film).unwrap();
    assert_eq!(film.len() as u64, done.artifact.bytes);
    assert_eq!(&film[4..8], b"ftyp");

    bench.clock.advance(Duration::from_hours(24));
    assert!(matches!(bench.gateway.open(&artifact, &signature), Err(Refusal::Expired)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_makes_the_same_film() {
    let bench = Bench::new().await;
    let (one, two) = (
        bench.create(request("real", Guidance::Text)).await,
        bench.create(request("real", Guidance::Text)).await,
    );
    bench.settle().await;
    let files = bench.files("artifacts");
    assert_eq!(files.len(), 2, "{one} and {two} have a film each");
    let root = bench.gateway.store().blobs().root().join("artifacts");
    assert_eq!(std::fs::read(root.join(&files[0])).unwrap(), std::fs::read(root.join(&files[1])).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_when_the_task_changes() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    let (gateway, caller, waited) = (bench.gateway.clone(), bench.caller.clone(), id.clone());
    let waiting =
        tokio::spawn(async move { gateway.wait(&caller, &waited, Duration::from_secs(60)).await.unwrap() });
    while bench.status(&id).await == Status::Queued {
        bench.gateway.run_due().await.unwrap();
    }
    let seen = tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("the wait ends").unwrap();
    assert_ne!(seen.summary.status, Status::Queued);
}
