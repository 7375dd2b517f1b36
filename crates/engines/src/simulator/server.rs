//! The simulated service's door: plain HTTP/1.1 on one address. It goes down to the connection, because that is where
//! real services misbehave: an answer that never comes, a connection that is cut.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::callback::Caller;
use super::dialect::{Ask, Dialect};
use super::script::{Script, Trouble};
use super::{Settings, Simulator, Standing, Taken};

/// The largest request that is read.
const MOST_BYTES: usize = 512 << 20;
/// How long a service that hangs does so.
const HANGS: Duration = Duration::from_mins(10);

type Body = BoxBody<Bytes, std::io::Error>;

/// The connection is cut without a word.
#[derive(Debug, thiserror::Error)]
#[error("cut, as the script says")]
struct Cut;

/// A service that listens.
pub struct Server {
    simulator: Arc<Simulator>,
    caller: Caller,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens on `address`; port 0 takes a free one.
    pub async fn bind(address: SocketAddr, settings: Settings) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { simulator: Arc::new(Simulator::new(settings)), caller: Caller::new(), listener, address })
    }

    /// Serves on a socket that listens already. Needs a runtime around it.
    pub fn on(listener: std::net::TcpListener, settings: Settings) -> std::io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        Ok(Self { simulator: Arc::new(Simulator::new(settings)), caller: Caller::new(), listener, address })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has been asked for.
    pub fn simulator(&self) -> Arc<Simulator> {
        self.simulator.clone()
    }

    /// Serves for as long as it is awaited.
    pub async fn run(self) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else { continue };
            let (simulator, caller) = (self.simulator.clone(), self.caller.clone());
            // Small answers, and clients that wait for each.
            let _not_vital = stream.set_nodelay(true);
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(simulator.clone(), caller.clone(), request));
                let mut http = hyper::server::conn::http1::Builder::new();
                // A connection that ends badly is what it is for.
                let _ended =
                    http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }
}

async fn answer(
    simulator: Arc<Simulator>,
    caller: Caller,
    request: Request<Incoming>,
) -> Result<Response<Body>, Cut> {
    let dialect = simulator.settings.dialect;
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let base = base(&request);
    if path == "/simulated/jobs" {
        return Ok(reply(200, &jobs(&simulator)));
    }
    match dialect.ask(&method, &path) {
        Some(Ask::Submit) => submit(&simulator, &caller, request, &base).await,
        Some(Ask::Look(id)) => Ok(look(&simulator, &id, &base, false)),
        Some(Ask::Result(id)) => Ok(look(&simulator, &id, &base, true)),
        Some(Ask::Film(id)) => Ok(film(&simulator, &id).await),
        Some(Ask::Cancel(id)) if simulator.cancel(&id) => {
            Ok(reply(200, &json!({ "id": id, "deleted": true })))
        }
        Some(Ask::Cancel(_)) | None => Ok(refuse(dialect, Trouble::LinkDead)),
    }
}

/// What the client called this service, so that links lead back here.
fn base(request: &Request<Incoming>) -> String {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    format!("http://{host}")
}

fn jobs(simulator: &Simulator) -> Value {
    let taken = simulator.taken();
    let job = |Taken { id, prompt, age, polls, canceled }: &Taken| json!({ "id": id, "prompt": prompt, "age_ms": age.as_millis() as u64, "polls": polls, "canceled": canceled });
    json!({ "count": taken.len(), "jobs": taken.iter().map(job).collect::<Vec<_>>() })
}

async fn submit(
    simulator: &Arc<Simulator>,
    caller: &Caller,
    request: Request<Incoming>,
    base: &str,
) -> Result<Response<Body>, Cut> {
    let dialect = simulator.settings.dialect;
    let text =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (kind, key) = (text("content-type").unwrap_or_default(), text("idempotency-key"));
    let query = request.uri().query().unwrap_or_default().to_owned();
    let Ok(body) = Limited::new(request.into_body(), MOST_BYTES).collect().await else {
        return Ok(refuse(dialect, Trouble::Invalid));
    };
    let body = body.to_bytes();
    let said = match kind.split_once("boundary=") {
        Some((_, boundary)) => form(&body, boundary.trim_matches('"')),
        None => serde_json::from_slice(&body).unwrap_or_default(),
    };
    let Some((prompt, seconds, size)) = dialect.read(&said) else {
        return Ok(refuse(dialect, Trouble::Invalid));
    };
    let (script, trouble) = simulator.trouble(&prompt);
    if let Some(trouble) = trouble {
        return Ok(refuse(dialect, trouble));
    }
    let after = first_answer(simulator, &script, key.as_deref());
    match simulator.take(&prompt, seconds, size, script, key.as_deref()) {
        Some(id) => {
            if let Some(address) = dialect.callback(&said, &query) {
                caller.tell(simulator.clone(), id.clone(), address, base.to_owned());
            }
            after_taking(dialect, after, &id, base).await
        }
        None => Ok(refuse(dialect, Trouble::Overloaded)),
    }
}

/// What happens to the answer: the first time only, where a second submit finds the same job.
fn first_answer(simulator: &Simulator, script: &Script, key: Option<&str>) -> Option<Trouble> {
    let again = key.is_some_and(|key| simulator.knows(key));
    script.after_submit().filter(|_| !again)
}

async fn after_taking(
    dialect: Dialect,
    after: Option<Trouble>,
    id: &str,
    base: &str,
) -> Result<Response<Body>, Cut> {
    match after {
        Some(Trouble::Reset) => Err(Cut),
        Some(Trouble::Hang) => {
            tokio::time::sleep(HANGS).await;
            Err(Cut)
        }
        Some(Trouble::Garbled) => Ok(raw(200, "application/json", Bytes::from_static(b"{\"id\": \"vid"))),
        Some(Trouble::Huge) => Ok(raw(200, "application/json", Bytes::from(vec![b' '; 3 << 20]))),
        Some(Trouble::Broken) => Ok(refuse(dialect, Trouble::Broken)),
        _ => Ok(reply(200, &dialect.accepted(id, base))),
    }
}

fn look(simulator: &Simulator, id: &str, base: &str, result: bool) -> Response<Body> {
    let dialect = simulator.settings.dialect;
    if let Some(trouble) = simulator.trouble_at_poll(id) {
        simulator.look(id);
        return refuse(dialect, trouble);
    }
    match simulator.look(id) {
        None => refuse(dialect, Trouble::LinkDead),
        Some((Standing::Done, _)) if result => reply(200, &Dialect::result(id, base)),
        Some(_) if result => reply(400, &json!({ "detail": "Request is still in progress" })),
        Some((standing, _)) => reply(200, &dialect.told(id, &standing, base)),
    }
}

async fn film(simulator: &Simulator, id: &str) -> Response<Body> {
    let dialect = simulator.settings.dialect;
    let trouble = simulator.trouble_at_fetch(id);
    if trouble == Some(Trouble::LinkDead) {
        return refuse(dialect, Trouble::LinkDead);
    }
    let Some(film) = simulator.film(id).await else { return refuse(dialect, Trouble::LinkDead) };
    let half = film.slice(..film.len() / 2);
    match trouble {
        Some(Trouble::NotAFilm) => raw(200, "video/mp4", Bytes::from_static(b"{\"error\":\"not a film\"}")),
        Some(Trouble::HalfAFilm) => raw(200, "video/mp4", half),
        Some(Trouble::Empty) => raw(200, "video/mp4", Bytes::new()),
        Some(Trouble::Cut) => {
            let pieces = [Ok(Frame::data(half)), Err(std::io::Error::other("cut"))];
            streamed(film.len(), StreamBody::new(stream::iter(pieces)).boxed())
        }
        Some(Trouble::Stall) => {
            let pieces = stream::unfold(Some(half), |half| async move {
                let Some(half) = half else {
                    tokio::time::sleep(HANGS).await;
                    return None;
                };
                Some((Ok(Frame::data(half)), None))
            });
            streamed(film.len(), BodyExt::boxed(StreamBody::new(sync(pieces))))
        }
        _ => raw(200, "video/mp4", film),
    }
}

/// A stream that one task at a time looks at, as a body must be.
fn sync(
    pieces: impl futures_util::Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Send + 'static,
) -> impl futures_util::Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Send + Sync + 'static {
    let (forward, received) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let mut pieces = std::pin::pin!(pieces);
        while let Some(piece) = futures_util::StreamExt::next(&mut pieces).await {
            if forward.send(piece).await.is_err() {
                return;
            }
        }
    });
    stream::unfold(received, |mut received| async move { Some((received.recv().await?, received)) })
}

fn streamed(length: usize, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert("content-type", "video/mp4".parse().expect("a constant header"));
    headers.insert("content-length", length.into());
    response
}

fn refuse(dialect: Dialect, trouble: Trouble) -> Response<Body> {
    let (http, value) = dialect.refusal(trouble);
    let mut response = reply(http, &value);
    if trouble == Trouble::Busy {
        response.headers_mut().insert("retry-after", 1.into());
    }
    response
}

fn reply(http: u16, value: &Value) -> Response<Body> {
    raw(http, "application/json", value.to_string().into())
}

fn raw(http: u16, kind: &'static str, body: Bytes) -> Response<Body> {
    let body = Full::new(body).map_err(|never: Infallible| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() =
        hyper::StatusCode::from_u16(http).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", kind.parse().expect("a constant header"));
    response
}

/// The text fields of a multipart form; a file's field says how long it was.
fn form(body: &Bytes, boundary: &str) -> Value {
    let mut fields = serde_json::Map::new();
    let mark = format!("--{boundary}");
    let mut rest = BytesMut::from(&body[..]).freeze();
    while let Some(at) = find(&rest, mark.as_bytes()) {
        rest = rest.slice(at + mark.len()..);
        let Some(head) = find(&rest, b"\r\n\r\n") else { break };
        let end = find(&rest, format!("\r\n{mark}").as_bytes()).unwrap_or(rest.len());
        let words = String::from_utf8_lossy(&rest[..head]).into_owned();
        let named = |mark: &str| Some(words.split_once(mark)?.1.split_once('"')?.0.to_owned());
        let Some(name) = named(" name=\"") else { break };
        let value = rest.slice((head + 4).min(end)..end);
        let said = match named("filename=\"") {
            Some(file) => json!({ "file": file, "bytes": value.len() }),
            None => String::from_utf8_lossy(&value).into_owned().into(),
        };
        fields.insert(name, said);
        rest = rest.slice(end..);
    }
    Value::Object(fields)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
