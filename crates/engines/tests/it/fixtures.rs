//! Every description file against answers in the shape that its service gives, and the requests it writes as snapshots:
//! what a change of a file changes on the wire is seen here. A new file needs a fixture of its name.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use filmgate_domain::media::MediaKind;
use filmgate_domain::request::Guidance;
use filmgate_engines::port::{Engine, EngineError, Job, Progress};
use filmgate_engines::remote::shipped::SHIPPED;
use futures_util::TryStreamExt;
use serde::Deserialize;

use crate::conformance::{engine, job, picture, shown};

/// What a service answers, and what it was asked.
#[derive(Default)]
pub(crate) struct Service {
    pub(crate) answers: Mutex<VecDeque<(u16, String)>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    case: Vec<Case>,
}

/// One thing that is done, what the service answers to each request of it, and what comes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "do")]
    act: String,
    #[serde(default)]
    handle: String,
    answers: Vec<(u16, String)>,
    is: String,
}

pub(crate) async fn serve() -> (SocketAddr, Arc<Service>) {
    let service = Arc::new(Service::default());
    let app = axum::Router::new().fallback(answer).with_state(service.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, service)
}

async fn answer(
    State(service): State<Arc<Service>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let mut told = format!("{method} {uri}\n");
    for (name, value) in &headers {
        if !["host", "accept", "user-agent", "content-length", "accept-encoding"].contains(&name.as_str()) {
            let _ = writeln!(told, "{name}: {}", value.to_str().unwrap());
        }
    }
    assert!(headers.get("content-length").is_none_or(|length| *length == *body.len().to_string()));
    let text = match serde_json::from_slice::<serde_json::Value>(&body) {
        Ok(value) => format!("{value:#}"),
        Err(_) => String::from_utf8_lossy(&body).replace('\r', ""),
    };
    let _ = writeln!(told, "\n{text}");
    service.asked.lock().unwrap().push(told);
    let host = headers["host"].to_str().unwrap();
    let next = service.answers.lock().unwrap().pop_front();
    let (status, body) = next.unwrap_or((404, "the fixture has no answer left".to_owned()));
    (StatusCode::from_u16(status).unwrap(), body.replace("{host}", host))
}

fn outcome(error: &EngineError) -> String {
    match error {
        EngineError::Retry { .. } => "retry".to_owned(),
        EngineError::Busy { .. } => "busy".to_owned(),
        EngineError::Unusable { .. } => "unusable".to_owned(),
        EngineError::Reject(failure) => format!("rejected {}", failure.code),
        EngineError::Lost => "lost".to_owned(),
        EngineError::Uncertain { .. } => "uncertain".to_owned(),
    }
}

async fn does(engine: &dyn Engine, case: &Case) -> String {
    match &*case.act {
        "submit" => match engine.submit(job("a cat", "att_1", Guidance::Text)).await {
            Ok(handle) => format!("taken {handle}"),
            Err(error) => outcome(&error),
        },
        "find" => match engine.find(&job("a cat", "att_1", Guidance::Text)).await {
            Ok(Some(handle)) => format!("found {handle}"),
            Ok(None) => "absent".to_owned(),
            Err(error) => outcome(&error),
        },
        "poll" => match engine.poll(&case.handle).await {
            Ok(Progress::Done) => "done".to_owned(),
            Ok(Progress::Working { percent, .. }) => format!("working {percent}"),
            Err(error) => outcome(&error),
        },
        "film" => match engine.fetch(&case.handle).await {
            Ok(film) => match film.try_collect::<Vec<_>>().await {
                Ok(pieces) => String::from_utf8(pieces.concat()).unwrap(),
                Err(error) => outcome(&error),
            },
            Err(error) => outcome(&error),
        },
        "cancel" => {
            engine.cancel(&case.handle).await;
            "told".to_owned()
        }
        other => panic!("a fixture does `{other}`"),
    }
}

#[tokio::test]
async fn every_file_reads_the_answers_of_its_service() {
    for (name, _) in SHIPPED {
        let path = format!("{}/tests/fixtures/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path}: {why}"));
        let fixture: Fixture = toml::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        let (address, service) = serve().await;
        let engine = engine(name, &format!("http://{address}"));
        for case in &fixture.case {
            *service.answers.lock().unwrap() = case.answers.iter().cloned().collect();
            let host = address.to_string();
            let case = Case {
                handle: case.handle.replace("{host}", &host),
                act: case.act.clone(),
                answers: Vec::new(),
                is: case.is.replace("{host}", &host),
            };
            let is = does(&engine, &case).await;
            let asked = service.asked.lock().unwrap().join("\n");
            assert_eq!(is, case.is, "{name}: {} was asked:\n{asked}", case.act);
            let left = service.answers.lock().unwrap().len();
            assert_eq!(left, 0, "{name}: {} left answers:\n{asked}", case.act);
            service.asked.lock().unwrap().clear();
        }
    }
}

/// What there is to be made: words alone, a picture, two, references.
fn jobs(folder: &std::path::Path) -> Vec<(&'static str, Job)> {
    let with = |guidance: Guidance, pictures: &[&str]| {
        let inputs = pictures.iter().map(|name| picture(folder, name, name.as_bytes())).collect();
        Job { inputs, ..job("a cat \"in\" the rain", "att_1", guidance) }
    };
    let frames = Guidance::Frames { first: shown("one"), last: shown("two") };
    let references =
        Guidance::References { images: vec![shown("one"), shown("two")], videos: vec![shown("film")] };
    let mut films = with(references, &["one", "two", "film"]);
    films.inputs[2].input.kind = MediaKind::Video;
    "mp4".clone_into(&mut films.inputs[2].input.format);
    vec![
        ("words", with(Guidance::Text, &[])),
        ("a picture", with(Guidance::Image(shown("one")), &["one"])),
        ("two frames", with(frames, &["one", "two"])),
        ("references", films),
    ]
}

#[tokio::test]
async fn every_file_writes_the_requests_of_its_service() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _) in SHIPPED {
        let (address, service) = serve().await;
        let engine = engine(name, &format!("http://{address}"));
        let mut page = String::new();
        for (what, job) in jobs(folder.path()) {
            let _ = writeln!(page, "## {what}\n");
            match engine.fit(&job.request) {
                Err(why) => {
                    let _ = writeln!(page, "{why}\n");
                }
                Ok(changes) => {
                    for change in changes {
                        let _ = writeln!(page, "{change}");
                    }
                    let _answered_with_nothing = engine.submit(job).await;
                    page.push_str(&service.asked.lock().unwrap().split_off(0).join("\n"));
                }
            }
        }
        insta::assert_snapshot!(format!("requests-{name}"), page);
    }
}
