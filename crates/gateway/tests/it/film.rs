//! From request to film with the built-in engine, and what a reader sees on the way.

use std::io::Read;
use std::time::Duration;

use filmgate_domain::failure::FailureCode;
use filmgate_domain::media::Size;
use filmgate_domain::request::{Guidance, VideoRequest};
use filmgate_domain::task::Status;
use filmgate_engines::port::Progress;
use filmgate_gateway::Refusal;
use filmgate_gateway::link::Signature;
use filmgate_gateway::read::News;

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
    bench.gateway.open(&artifact, &signature).unwrap().file.read_to_end(&mut film).unwrap();
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

/// A film of two seconds, in storage and in memory.
async fn two_seconds(bench: &Bench) -> Vec<u8> {
    bench.create(VideoRequest { seconds: 2, ..request("real", Guidance::Text) }).await;
    bench.settle().await;
    std::fs::read(bench.gateway.store().blobs().root().join("artifacts").join(&bench.files("artifacts")[0]))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_that_is_longer_than_asked_is_cut_where_the_operator_wants_it() {
    let bench = Bench::new().await;
    *bench.engine.film.lock().unwrap() = two_seconds(&bench).await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    let Status::Succeeded(done) = bench.status(&id).await else { panic!("{:?}", bench.status(&id).await) };
    assert_eq!(done.artifact.duration_ms, 1000);

    let id = bench.create(VideoRequest { seconds: 3, ..request("scripted", Guidance::Text) }).await;
    bench.settle().await;
    let Status::Succeeded(done) = bench.status(&id).await else { panic!("{:?}", bench.status(&id).await) };
    assert_eq!(done.artifact.duration_ms, 2000, "a shorter one stays as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_that_takes_no_time_is_none() {
    let bench = Bench::new().await;
    let mut film = two_seconds(&bench).await;
    let times = film.windows(4).position(|kind| kind == b"stts").unwrap();
    assert_eq!(film[times + 8..times + 12], [0, 0, 0, 1], "all frames last equally long");
    film[times + 16..times + 20].fill(0);
    *bench.engine.film.lock().unwrap() = film;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    bench.settle().await;
    let Status::Failed(failure) = bench.status(&id).await else { panic!("{:?}", bench.status(&id).await) };
    assert_eq!(failure.code, FailureCode::UpstreamRejected);
}

async fn seen_by(bench: &Bench, id: &str, news: News) -> tokio::task::JoinHandle<Status> {
    let (gateway, caller) = (bench.gateway.clone(), bench.caller.clone());
    let cell = gateway.read(&caller, id).await.unwrap();
    tokio::spawn(async move {
        let patience = Duration::from_mins(1);
        gateway.wait(&caller, cell, news, patience).await.unwrap().summary.status.clone()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_with_the_news_it_waits_for() {
    let bench = Bench::new().await;
    let again_in = Duration::from_secs(5);
    let working = |percent| Ok(Progress::Working { percent, after: Some(again_in) });
    bench.engine.polls.lock().unwrap().extend([working(10), working(20)]);
    let id = bench.create(request("scripted", Guidance::Text)).await;
    let state = seen_by(&bench, &id, News::State).await;
    bench.settle().await;
    assert!(matches!(state.await.unwrap(), Status::Running(_)), "another state");

    let (state, anything) =
        (seen_by(&bench, &id, News::State).await, seen_by(&bench, &id, News::Anything).await);
    bench.clock.advance(again_in);
    bench.settle().await;
    assert_eq!(anything.await.unwrap(), Status::Running(20), "progress is news to one");
    assert!(!state.is_finished(), "and not to the other");
    bench.gateway.end(&bench.caller, &id).await.unwrap();
    assert_eq!(state.await.unwrap(), Status::Canceled);
}
