//! The guarded client against a real server on the loopback: what it fetches, what it refuses, where it stops.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use filmgate_engines::address::Policy;
use filmgate_engines::guard::{FetchError, Guard, Limits};
use futures_util::{StreamExt, stream};

async fn endless() -> Response {
    let pieces = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0_u8; 1024]));
    Body::from_stream(pieces.boxed()).into_response()
}

async fn silent() -> Response {
    std::future::pending().await
}

async fn stalls() -> Response {
    let first = stream::once(async { Ok::<_, std::io::Error>(vec![1_u8; 10]) });
    Body::from_stream(first.chain(stream::pending())).into_response()
}

/// A host with everything that can go wrong; answers its address.
async fn host() -> String {
    let router = Router::new()
        .route("/picture", get(|| async { "bytes of a picture" }))
        .route("/moved", get(|| async { Redirect::temporary("/picture") }))
        .route("/inside", get(|| async { Redirect::temporary("http://10.0.0.1/secret") }))
        .route("/file", get(|| async { Redirect::temporary("file:///etc/passwd") }))
        .route("/loop", get(|| async { Redirect::temporary("/loop") }))
        .route("/nowhere", get(|| async { (StatusCode::FOUND, [(header::AGE, "0")]) }))
        .route("/busy", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/endless", get(endless))
        .route("/silent", get(silent))
        .route("/stalls", get(stalls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn guard(allowed: &[&str]) -> Guard {
    let limits = Limits { hops: 3, connect: Duration::from_millis(500), whole: Duration::from_millis(500) };
    Guard::new(Policy::new(allowed.iter().map(|block| block.parse().unwrap()).collect()), limits)
}

async fn fetch(guard: &Guard, url: &str, cap: u64) -> Result<Vec<u8>, FetchError> {
    let mut body = guard.fetch(url, cap).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[tokio::test]
async fn what_is_allowed_is_fetched_redirects_included() {
    let (host, guard) = (host().await, guard(&["127.0.0.0/8"]));
    assert_eq!(fetch(&guard, &format!("{host}/picture"), 100).await.unwrap(), b"bytes of a picture");
    assert_eq!(fetch(&guard, &format!("{host}/moved"), 100).await.unwrap(), b"bytes of a picture");
}

#[tokio::test]
async fn private_addresses_are_refused_as_literals_as_names_and_behind_redirects() {
    let host = host().await;
    let port = host.rsplit(':').next().unwrap();
    let closed = guard(&[]);
    for url in [
        format!("{host}/picture"),
        format!("http://localhost:{port}/picture"),
        format!("http://[::1]:{port}/picture"),
        format!("http://[::ffff:127.0.0.1]:{port}/picture"),
        format!("http://2130706433:{port}/picture"),
        format!("http://0x7f.1:{port}/picture"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let refused = fetch(&closed, &url, 100).await.unwrap_err();
        assert_eq!(refused, FetchError::Refused("its address is not public".to_owned()), "{url}");
    }
    let refused = fetch(&guard(&["127.0.0.0/8"]), &format!("{host}/inside"), 100).await.unwrap_err();
    assert_eq!(refused, FetchError::Refused("its address is not public".to_owned()));
}

#[tokio::test]
async fn what_does_not_end_well_says_why() {
    let (host, guard) = (host().await, guard(&["127.0.0.0/8"]));
    let refused = |why: &str| FetchError::Refused(why.to_owned());
    let unavailable = |why: &str| FetchError::Unavailable(why.to_owned());
    for (path, expected) in [
        ("/file", refused("only http and https URLs are fetched")),
        ("/loop", refused("it redirects more than 3 times")),
        ("/nowhere", refused("it answered a redirect that leads nowhere")),
        ("/absent", FetchError::Answered(404)),
        ("/busy", unavailable("its host answered HTTP 503")),
        ("/endless", FetchError::TooLarge(10_000)),
        ("/silent", unavailable("it took longer than 0 s")),
        ("/stalls", unavailable("it took longer than 0 s")),
    ] {
        assert_eq!(fetch(&guard, &format!("{host}{path}"), 10_000).await.unwrap_err(), expected, "{path}");
    }
    let unreachable = fetch(&guard, "http://127.0.0.1:1/", 10).await.unwrap_err();
    assert_eq!(unreachable, unavailable("its host could not be reached"));
    let announced = fetch(&guard, &format!("{host}/picture"), 5).await.unwrap_err();
    assert_eq!(announced, FetchError::TooLarge(5));
}
