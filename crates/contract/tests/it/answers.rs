//! Every answer and every problem, whole.

use std::sync::Arc;
use std::time::Duration;

use filmgate_contract::problem::{Code, Problem};
use filmgate_contract::result::{deleted, render, render_page};
use filmgate_domain::clock::Timestamp;
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::{AccountId, ArtifactId, Entropy, TaskId};
use filmgate_domain::media::Size;
use filmgate_domain::money::Micros;
use filmgate_domain::request::Dialect;
use filmgate_domain::task::{Artifact, Status, Succeeded, Summary};
use serde_json::Value;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const LINK: &str = "https://films.example/files/film_1?sig=1";

struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn task(dialect: Dialect, status: Status) -> Summary {
    let model = match dialect {
        Dialect::Sora => "openAiSora2Pro",
        Dialect::Videos => "videos",
    };
    Summary {
        id: TaskId::mint(dialect, NOW, &Zeros),
        account: AccountId::from_text("acct_1"),
        dialect,
        model: Arc::from(model),
        created: NOW,
        status,
    }
}

fn film(duration_ms: u64) -> Status {
    let artifact =
        Artifact { id: ArtifactId::from_text("film_1"), bytes: 9, duration_ms, size: Size::new(720, 1280) };
    Status::Succeeded(Box::new(Succeeded { at: NOW, artifact, expires: NOW + Duration::from_hours(24) }))
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

#[test]
fn reads_in_every_state() {
    let failure = Failure::new(FailureCode::InvalidMedia, "The image is 1x1; it must be 1280x720.");
    let states = [
        Status::Queued,
        Status::Running(0),
        Status::Running(200),
        film(8000),
        film(8042),
        Status::Failed(Box::new(failure)),
        Status::Canceled,
        Status::Expired,
    ];
    let mut shown = String::new();
    for dialect in Dialect::ALL {
        for status in &states {
            shown.push_str(&text(render(&task(dialect, status.clone()), Some(LINK), NOW)));
            shown.push('\n');
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_film_loses_its_link_after_24_hours_and_stays_completed() {
    let task = task(Dialect::Sora, film(4000));
    let read = |after: Duration| -> Value {
        serde_json::from_slice(&render(&task, Some(LINK), NOW + after)).unwrap()
    };
    let before = read(Duration::from_hours(24) - Duration::from_millis(1));
    assert_eq!(before["video_url"], LINK);
    assert_eq!(before.get("error_code"), None);
    let after = read(Duration::from_hours(24));
    assert_eq!(after["status"], "completed");
    assert_eq!(after["video_url"], Value::Null);
    assert_eq!(after["error"], Value::Null);
    assert_eq!(after["error_code"], "expired");
    assert_eq!(after["actualDuration"], 4);
}

#[test]
fn pages_and_deletions() {
    let tasks = [
        (task(Dialect::Sora, film(4000)), Some(LINK.to_owned())),
        (task(Dialect::Videos, Status::Queued), None),
    ];
    let more = text(render_page(&tasks, Some("c2"), NOW));
    let last = text(render_page(&[], None, NOW));
    let gone = text(deleted(Dialect::Videos, &tasks[1].0.id));
    insta::assert_snapshot!(format!("{more}\n{last}\n{gone}"));
}

#[test]
fn before_completion_no_key_looks_like_a_link_or_a_second_id() {
    for status in [Status::Queued, Status::Running(7)] {
        let value: Value =
            serde_json::from_slice(&render(&task(Dialect::Sora, status), Some(LINK), NOW)).unwrap();
        for (key, value) in value.as_object().unwrap() {
            let link = key == "url" || key.ends_with("_url") || key.ends_with("_urls");
            assert!(!link || (key == "video_url" && value.is_null()), "{key}");
            assert!(!matches!(key.as_str(), "request_id" | "uuid" | "job_id" | "data" | "code"), "{key}");
        }
        assert!(filmgate_domain::id::well_formed(value["id"].as_str().unwrap()));
        assert!(value["created"].is_i64() && value["progress"].is_u64());
    }
}

#[test]
fn problems_in_full() {
    let problems = [
        Problem::unauthorized(),
        Problem::forbidden("create"),
        Problem::not_found_task(),
        Problem::not_found_route(),
        Problem::method_not_allowed("GET, HEAD"),
        Problem::not_acceptable(),
        Problem::idempotency_conflict(),
        Problem::expired(),
        Problem::payload_too_large(1_000_000),
        Problem::unsupported_media_type(Some("text/plain")),
        Problem::unsupported_media_type(None),
        Problem::rate_limited("creates", "key", 600, 60),
        Problem::too_many_in_flight(3, "account"),
        Problem::too_many_failures(),
        Problem::forbidden_model("sora", &["a".to_owned(), "b".to_owned()]),
        Problem::suspended(),
        Problem::content_policy(),
        Problem::insufficient_balance(Micros(1_500_000), Micros(20)),
        Problem::over_budget(Micros(5_000_000), Micros(0), Timestamp::from_millis(1_800_057_600_000)),
        Problem::missing("account", "nobody"),
        Problem::internal(),
        Problem::unavailable(),
    ];
    let shown: Vec<String> =
        problems.iter().map(|problem| format!("{} {}", problem.status, text(problem.body()))).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn the_codes_are_those_of_the_contract() {
    let shown: Vec<String> =
        Code::ALL.iter().map(|code| format!("{} {code}: {}", code.status(), code.meaning())).collect();
    insta::assert_snapshot!(shown.join("\n"));
}
