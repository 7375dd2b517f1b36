//! Reading: a task's [`Summary`] in the words of the dialect that created it.
//!
//! The seeds' keys come first and in their order. `actualDuration` is there only when completed. What we add comes
//! after: `progress` unless the task failed, `expires_at` once completed, `error_code` when there is something to say.
//! The only status words are `queued`, `processing`, `completed`, `failed`. When the 24 hours are over a film stays
//! `completed`, without its link and with `error_code` `expired`.

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::TaskId;
use filmgate_domain::request::Dialect;
use filmgate_domain::task::{Status, Summary};
use serde::Serialize;
use serde_json::Number;

use crate::field::speech;

/// What a cancelled task says.
const CANCELLED: &str = "The task was cancelled before it was finished; nothing was charged.";

/// What a task says that waited longer than it may.
const EXPIRED: &str = "The task waited in the queue for longer than it may and was never started; nothing was charged. Create it again.";

/// The keys of an answer, in this order.
#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    object: &'a str,
    created: i64,
    model: &'a str,
    status: &'a str,
    video_url: Option<&'a str>,
    #[serde(rename = "actualDuration", skip_serializing_if = "Option::is_none")]
    actual_duration: Option<Number>,
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
}

/// The answer to a read at `now`. `link` is the absolute, signed URL of the film; it is left out when it works no more.
pub fn render(summary: &Summary, link: Option<&str>, now: Timestamp) -> Vec<u8> {
    crate::json(&answer(summary, link, now))
}

fn answer<'a>(summary: &'a Summary, link: Option<&'a str>, now: Timestamp) -> Answer<'a> {
    let bare = Answer {
        id: summary.id.as_str(),
        object: speech(summary.dialect).object,
        created: summary.created.seconds(),
        model: &summary.model,
        status: word(&summary.status),
        video_url: None,
        actual_duration: None,
        error: None,
        progress: None,
        expires_at: None,
        error_code: None,
    };
    match &summary.status {
        Status::Queued => Answer { progress: Some(0), ..bare },
        Status::Running(percent) => Answer { progress: Some((*percent).min(99)), ..bare },
        Status::Succeeded(film) => {
            let over = now >= film.expires;
            Answer {
                video_url: link.filter(|_| !over),
                actual_duration: Some(seconds(film.artifact.duration_ms)),
                progress: Some(100),
                expires_at: Some(film.expires.seconds()),
                error_code: over.then_some("expired"),
                ..bare
            }
        }
        Status::Failed(failure) => {
            Answer { error: Some(&failure.message), error_code: Some(failure.code.as_str()), ..bare }
        }
        Status::Canceled => Answer { error: Some(CANCELLED), error_code: Some("cancelled"), ..bare },
        Status::Expired => Answer { error: Some(EXPIRED), error_code: Some("expired"), ..bare },
    }
}

/// The status words of the sora and videos dialects.
const fn word(status: &Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Running(_) => "processing",
        Status::Succeeded(_) => "completed",
        Status::Failed(_) | Status::Canceled | Status::Expired => "failed",
    }
}

/// Milliseconds as a JSON number of seconds: 8, 8.042.
fn seconds(millis: u64) -> Number {
    let whole = Number::from(millis / 1000);
    if millis.is_multiple_of(1000) {
        whole
    } else {
        Number::from_f64(millis as f64 / 1000.0).unwrap_or(whole)
    }
}

/// A page of answers.
#[derive(Serialize)]
struct Page<'a> {
    object: &'a str,
    data: Vec<Answer<'a>>,
    has_more: bool,
    next_cursor: Option<&'a str>,
}

/// One page of a list: each task with its link. `next_cursor` asks for the next page; without it this is the last.
pub fn render_page(
    tasks: &[(Summary, Option<String>)],
    next_cursor: Option<&str>,
    now: Timestamp,
) -> Vec<u8> {
    let data = tasks.iter().map(|(summary, link)| answer(summary, link.as_deref(), now)).collect();
    crate::json(&Page { object: "list", data, has_more: next_cursor.is_some(), next_cursor })
}

/// What is left of a task that was deleted.
#[derive(Serialize)]
struct Gone<'a> {
    id: &'a str,
    object: &'a str,
    deleted: bool,
}

/// The answer to the deletion of a finished task.
pub fn deleted(dialect: Dialect, id: &TaskId) -> Vec<u8> {
    crate::json(&Gone { id: id.as_str(), object: speech(dialect).object, deleted: true })
}
