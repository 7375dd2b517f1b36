//! Reading: the shape of answers, waiting, entity tags.

use std::cell::Cell;
use std::time::{Duration, Instant};

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::task::State;
use serde_json::Value;

use crate::site::{START, Site, begun};

/// No key of `body` looks like a URL or a second id, but for a null `video_url`.
fn is_plain(body: &Value) {
    for (key, value) in body.as_object().unwrap() {
        let suspicious = key == "url"
            || key.ends_with("_url")
            || ["request_id", "uuid", "job_id", "data"].contains(&key.as_str());
        assert!(!suspicious || (key == "video_url" && value.is_null()), "{key} in {body}");
    }
    let id = body["id"].as_str().unwrap();
    assert!(
        id.as_bytes()[0].is_ascii_alphanumeric()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    );
    assert!(body["created"].is_i64() && body.get("code").is_none_or(Value::is_string));
    assert!(body.get("error").is_none_or(|error| error.is_null() || error.is_string()));
}

#[tokio::test]
async fn a_task_is_told_in_flat_plain_words_through_its_whole_life() {
    let site = Site::new().await;
    let id = site.create().await;
    let read = async || site.ask_as_client(&format!("GET /v1/result/{id}"), "").await.json();
    let queued = read().await;
    is_plain(&queued);
    assert_eq!(
        (&queued["status"], &queued["video_url"], &queued["error"]),
        (&"queued".into(), &Value::Null, &Value::Null)
    );
    site.advance(|state| begun(state, START).accepted("job".to_owned()).unwrap().progressed(40).unwrap())
        .await;
    let running = read().await;
    is_plain(&running);
    assert_eq!((&running["status"], &running["progress"]), (&"processing".into(), &40.into()));
    site.advance(|state| {
        state.fail(Failure::new(FailureCode::TimedOut, "It took too long."), START).unwrap()
    })
    .await;
    let failed = read().await;
    is_plain(&failed);
    assert_eq!((&failed["status"], &failed["error"]), (&"failed".into(), &"It took too long.".into()));
    assert_eq!(failed["error_code"], "timed_out");
}

#[tokio::test]
async fn a_finished_task_has_its_link_until_the_day_is_over() {
    let site = Site::new().await;
    let id = site.create().await;
    site.finish(b"film").await;
    let read = async || site.ask_as_client(&format!("GET /v1/result/{id}"), "").await;
    let first = read().await;
    let body = first.json();
    assert_eq!((&body["status"], &body["actualDuration"]), (&"completed".into(), &4.into()));
    assert!(body["video_url"].as_str().unwrap().starts_with("http://films.test/files/film_"));
    assert_eq!(body["expires_at"], START.seconds() + 86_400);
    site.clock.advance(Duration::from_secs(86_399));
    assert_eq!(read().await.body, first.body);
    site.clock.advance(Duration::from_secs(1));
    let last = read().await;
    let body = last.json();
    assert_eq!((&body["status"], &body["video_url"]), (&"completed".into(), &Value::Null));
    assert_eq!(body["error_code"], "expired");
    assert_ne!(last.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn what_has_not_changed_is_a_304() {
    let site = Site::new().await;
    let id = site.create().await;
    let read = async |lines: &str| site.ask_as_client(&format!("GET /v1/result/{id}{lines}"), "").await;
    let first = read("").await;
    let etag = first.header("etag").unwrap().to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'));
    for tags in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
        let heard = read(&format!("\nIf-None-Match: {tags}")).await;
        assert_eq!(
            (heard.status, heard.body.len(), heard.header("etag")),
            (304, 0, Some(etag.as_str())),
            "{tags}"
        );
    }
    let head = site.ask_as_client(&format!("HEAD /v1/result/{id}"), "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), first.header("content-length"));
    site.finish(b"film").await;
    let changed = read(&format!("\nIf-None-Match: {etag}")).await;
    assert_eq!(changed.status, 200);
    let elsewhere = read("\nHost: elsewhere.test").await;
    assert_ne!(elsewhere.header("etag"), changed.header("etag"));
}

#[tokio::test]
async fn a_wait_is_answered_when_the_task_changes() {
    let site = Site::new().await;
    let id = site.create().await;
    for lines in ["?wait=60", "\nPrefer: wait=60"] {
        let answered = Cell::new(false);
        let asking = async {
            let heard = site.ask_as_client(&format!("GET /v1/result/{id}{lines}"), "").await;
            answered.set(true);
            heard
        };
        // The task goes to and fro, so whenever the wait begins there will be news.
        let changing = async {
            while !answered.get() {
                site.advance(|state| match state {
                    State::Queued(_) => begun(state, START).accepted("job".to_owned()).unwrap(),
                    running => running.put_back().unwrap(),
                })
                .await;
            }
        };
        let (heard, ()) = tokio::join!(asking, changing);
        assert_eq!(heard.status, 200);
        let applied = lines.contains("Prefer").then_some("wait=60");
        assert_eq!(heard.header("preference-applied"), applied);
    }
}

#[tokio::test]
async fn a_wait_ends_when_there_is_nothing_to_wait_for() {
    let site = Site::new().await;
    let id = site.create().await;
    let begun = Instant::now();
    let read = async |lines: &str| site.ask_as_client(&format!("GET /v1/result/{id}{lines}"), "").await;
    assert_eq!(read("?wait=60\nIf-None-Match: \"old\"").await.status, 200);
    assert_eq!(read("?wait=0").await.status, 200);
    let etag = read("").await.header("etag").unwrap().to_owned();
    assert_eq!(read(&format!("?wait=1\nIf-None-Match: {etag}")).await.status, 304);
    site.finish(b"film").await;
    assert_eq!(read("?wait=60").await.json()["status"], "completed");
    assert!(begun.elapsed() < Duration::from_secs(20));
    for wrong in ["61", "-1", "1.5", "soon"] {
        let heard = read(&format!("?wait={wrong}")).await;
        heard.is_problem(400, "invalid_parameter");
        assert_eq!(heard.json()["param"], "wait");
    }
}

#[tokio::test]
async fn a_task_is_cancelled_while_it_lives_and_deleted_once_it_has_ended() {
    let site = Site::new().await;
    let id = site.create().await;
    let delete = async || site.ask_as_client(&format!("DELETE /v1/result/{id}"), "").await;
    let cancelled = delete().await.json();
    assert_eq!((&cancelled["status"], &cancelled["error_code"]), (&"failed".into(), &"cancelled".into()));
    let deleted = delete().await.json();
    assert_eq!((&deleted["id"], &deleted["deleted"]), (&id.as_str().into(), &true.into()));
    delete().await.is_problem(404, "not_found");
}
