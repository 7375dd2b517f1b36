//! Creating: bodies, declarations, idempotency.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::site::{Heard, PLAIN, SECRET, Site};

const VIDEOS: &str = r#"{"model":"videos","prompt":"A kitten on a meadow","duration":5}"#;

#[tokio::test]
async fn both_dialects_answer_in_the_words_of_the_seeds() {
    let site = Site::new().await;
    let sora = site.ask_as_client("POST /v1/sora/videos", PLAIN).await;
    assert_eq!(
        sora.text(),
        r#"{"id":"sora_01mcc5rm00qvnrv8b5hvp6fy4k","object":"video.generation","created":1800000000,"model":"openAiSora2Plus","status":"queued"}"#
    );
    let videos = site.ask_as_client("POST /v1/videos/videos", VIDEOS).await.json();
    assert!(videos["id"].as_str().unwrap().starts_with("video_"));
    assert_eq!((&videos["object"], &videos["error"]), (&"video".into(), &serde_json::Value::Null));
}

#[tokio::test]
async fn what_is_ignored_is_named_and_strict_refuses_it() {
    let site = Site::new().await;
    let body = r#"{"model":"openAiSora2Plus","prompt":"x","style":"noir"}"#;
    let heard = site.ask_as_client("POST /v1/sora/videos", body).await;
    assert_eq!((heard.status, heard.header("filmgate-ignored")), (200, Some("style")), "{heard:?}");
    let strict = site.ask_as_client("POST /v1/sora/videos\nPrefer: handling=strict", body).await;
    assert_eq!((strict.status, &strict.json()["param"]), (400, &"style".into()), "{strict:?}");
    let plain = site.ask_as_client("POST /v1/sora/videos", PLAIN).await;
    assert_eq!(plain.header("filmgate-ignored"), None);
}

#[tokio::test]
async fn a_prompt_that_a_rule_refuses_makes_nothing() {
    let site = Site::new().await;
    let body = r#"{"model":"openAiSora2Plus","prompt":"Forbidden  FRUIT"}"#;
    for path in ["/v1/sora/videos", "/v1/quote"] {
        let heard = site.ask_as_client(&format!("POST {path}"), body).await;
        heard.is_problem(400, "content_policy");
        assert!(heard.json()["param"] == "prompt" && !heard.text().contains("fruit"), "{heard:?}");
    }
    let listed = site.ask_as_client("GET /v1/tasks", "").await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_body_may_be_declared_in_every_way_that_may_be_json() {
    let site = Site::new().await;
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "application/vnd.api+json",
        "application/x-www-form-urlencoded",
    ] {
        let heard = site.ask_as_client(&format!("POST /v1/sora/videos\nContent-Type: {kind}"), PLAIN).await;
        assert_eq!(heard.status, 200, "{kind}");
    }
    for kind in ["multipart/form-data; boundary=x", "application/xml"] {
        let heard = site.ask_as_client(&format!("POST /v1/sora/videos\nContent-Type: {kind}"), PLAIN).await;
        heard.is_problem(415, "unsupported_media_type");
    }
    let form = site
        .ask_as_client(
            "POST /v1/sora/videos\nContent-Type: application/x-www-form-urlencoded",
            "model=x&prompt=y",
        )
        .await;
    form.is_problem(400, "invalid_json");
    site.ask_as_client("POST /v1/sora/videos", "").await.is_problem(400, "invalid_json");
}

#[tokio::test]
async fn a_body_over_the_limit_is_a_413_however_it_comes() {
    let site = Site::with(|settings| settings.body_bytes = 1000).await;
    let fits = format!("{PLAIN}{}", " ".repeat(1000 - PLAIN.len()));
    assert_eq!(site.ask_as_client("POST /v1/sora/videos", &fits).await.status, 200);
    for size in [1001, 300_000] {
        let body = " ".repeat(size);
        site.ask_as_client("POST /v1/sora/videos", &body).await.is_problem(413, "payload_too_large");
        let heard = site.raw(chunked(body.as_bytes()).as_bytes()).await;
        heard.is_problem(413, "payload_too_large");
    }
}

fn chunked(body: &[u8]) -> String {
    let mut text = format!(
        "POST /v1/sora/videos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    for piece in body.chunks(700) {
        write!(text, "{:x}\r\n{}\r\n", piece.len(), std::str::from_utf8(piece).unwrap()).unwrap();
    }
    text + "0\r\n\r\n"
}

#[tokio::test]
async fn a_chunked_body_is_as_good_as_any() {
    let site = Site::new().await;
    let long = format!(r#"{{"model":"openAiSora2Plus","prompt":"{}"}}"#, "rain ".repeat(500));
    let heard = site.raw(chunked(long.as_bytes()).as_bytes()).await;
    assert_eq!(heard.status, 200, "{heard:?}");
}

#[tokio::test]
async fn a_body_that_ends_early_makes_nothing() {
    let site = Site::new().await;
    let mut stream = site.connect().await;
    let head = format!(
        "POST /v1/sora/videos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\nContent-Length: 500\r\n\r\n{PLAIN}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.unwrap();
    assert!(heard.is_empty() || Heard::parse(&heard).status == 400);
    assert_eq!(site.ask_as_client("GET /v1/tasks", "").await.json()["data"], serde_json::json!([]));
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let site = Site::with(|settings| settings.body_span = std::time::Duration::from_millis(30)).await;
    let head = format!(
        "POST /v1/sora/videos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\nContent-Length: 500\r\n\r\n{{"
    );
    site.raw(head.as_bytes()).await.is_problem(400, "invalid_json");
}

#[tokio::test]
async fn the_same_key_and_request_is_answered_with_the_first_task_again() {
    let site = Site::new().await;
    let ask = async |route: &str, key: &str, body: &str| {
        site.ask_as_client(&format!("POST {route}\nIdempotency-Key: {key}"), body).await
    };
    let first = ask("/v1/sora/videos", "k-1", PLAIN).await;
    let again = ask("/v1/sora/videos", "k-1", PLAIN).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let spaced = PLAIN.replace(',', " ,\n  ");
    assert_eq!(ask("/v1/sora/videos", "k-1", &spaced).await.body, first.body);
    let other = PLAIN.replace("dusk", "dawn");
    ask("/v1/sora/videos", "k-1", &other).await.is_problem(409, "idempotency_conflict");
    ask("/v1/videos/videos", "k-1", VIDEOS).await.is_problem(409, "idempotency_conflict");
    assert_ne!(ask("/v1/sora/videos", "k-2", PLAIN).await.body, first.body);
    for wrong in ["", "a b", &"k".repeat(256)] {
        let heard = ask("/v1/sora/videos", wrong, PLAIN).await;
        heard.is_problem(400, "invalid_parameter");
        assert_eq!(heard.json()["param"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn two_hundred_duplicates_at_once_make_one_task() {
    let site = Site::new().await;
    let asked = (0..200).map(|_| site.ask_as_client("POST /v1/sora/videos\nIdempotency-Key: once", PLAIN));
    let heard = join_all(asked).await;
    assert!(heard.iter().all(|heard| heard.status == 200));
    let bodies: BTreeSet<&[u8]> = heard.iter().map(|heard| heard.body.as_slice()).collect();
    assert_eq!(bodies.len(), 1);
    assert_eq!(site.ask_as_client("GET /v1/tasks", "").await.json()["data"].as_array().unwrap().len(), 1);
}
