//! References: what is fetched and kept, and how a wrong one fails its task with a reason, unbilled and at once.

use bytes::Bytes;
use filmgate_domain::failure::FailureCode;
use filmgate_domain::media::{MediaSource, Size};
use filmgate_domain::money::Settlement;
use filmgate_domain::request::Guidance;
use filmgate_domain::task::{State, Status};
use filmgate_gateway::Refusal;
use filmgate_media::frame::Frame;

use crate::bench::{Bench, host, request};

fn png(width: u32, height: u32) -> Vec<u8> {
    filmgate_media::picture::png(&Frame::black(width, height)).unwrap()
}

fn image(source: MediaSource) -> Guidance {
    Guidance::Image(source)
}

fn images(urls: &[String]) -> Guidance {
    let images = urls.iter().map(|url| MediaSource::Url(url.clone())).collect();
    Guidance::References { images, videos: Vec::new() }
}

async fn failure(bench: &Bench, model: &str, guidance: Guidance) -> String {
    let id = bench.create(request(model, guidance)).await;
    bench.settle().await;
    let state = bench.state(&id).await;
    assert_eq!(state.settlement(), Some(Settlement::Release), "unbilled");
    let State::Failed { failure, .. } = state else { panic!("{state:?}") };
    assert_eq!(failure.code, FailureCode::InvalidMedia);
    assert!(bench.files("inputs").is_empty(), "nothing is left behind");
    failure.message
}

#[tokio::test(flavor = "multi_thread")]
async fn references_are_fetched_once_and_cut_in() {
    let bench = Bench::new().await;
    let host = host(vec![("/one.png", png(128, 128)), ("/two.png", png(64, 96))]).await;
    let urls = [format!("http://{host}/one.png"), format!("http://{host}/two.png")];
    let id = bench.create(request("real", images(&urls))).await;
    bench.gateway.run_due().await.unwrap();
    assert_eq!(bench.files("inputs").len(), 2, "snapshots are kept while the task lives");
    let task = bench.gateway.inspect(&bench.caller, &id).await.unwrap();
    assert_eq!(
        task.inputs.iter().map(|input| input.size).collect::<Vec<_>>(),
        [Size::new(128, 128), Size::new(64, 96)]
    );
    bench.settle().await;
    assert!(matches!(bench.status(&id).await, Status::Succeeded(_)), "{:?}", bench.status(&id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_url_is_a_reference_too() {
    use base64::Engine as _;
    let bench = Bench::new().await;
    let text = base64::engine::general_purpose::STANDARD.encode(png(128, 128));
    let id = bench.create(request("exact", image(MediaSource::Inline(Bytes::from(text))))).await;
    assert_eq!(bench.files("inputs").len(), 1, "bytes before rows");
    bench.settle().await;
    assert!(matches!(bench.status(&id).await, Status::Succeeded(_)), "{:?}", bench.status(&id).await);
    let broken = image(MediaSource::Inline(Bytes::from_static(b"no*base64")));
    let refused = bench.gateway.create(&bench.caller, request("exact", broken), None).await;
    assert!(matches!(refused, Err(Refusal::InvalidMedia(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_medium_fails_with_its_reason() {
    let bench = Bench::new().await;
    let host = host(vec![
        ("/small.png", png(64, 96)),
        ("/page.html", b"<!doctype html><title>not a picture</title>".to_vec()),
        ("/large", vec![0; 30_000]),
        ("/cut.png", png(128, 128)[..40].to_vec()),
        ("/empty", Vec::new()),
    ])
    .await;
    let url = |path: &str| MediaSource::Url(format!("http://{host}{path}"));
    let mut told = Vec::new();
    for path in ["/small.png", "/page.html", "/large", "/cut.png", "/empty", "/absent"] {
        told.push(format!("{path}: {}", failure(&bench, "exact", image(url(path))).await));
    }
    told.push(failure(&bench, "exact", image(MediaSource::Url("http://10.0.0.1/x.png".to_owned()))).await);
    let video = Guidance::References { images: Vec::new(), videos: vec![url("/small.png")] };
    told.push(failure(&bench, "real", video).await);
    insta::assert_snapshot!(told.join("\n"));
}
