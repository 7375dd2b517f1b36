//! `/files/{artifact}`: films by signed link. Whoever has the link may have the film, whole or a range of it; no key is
//! asked for and one that is sent is ignored. Pages of any origin may play it.

use filmgate_contract::problem::{Code, Problem};
use filmgate_domain::clock::Timestamp;
use filmgate_gateway::link::{Opened, Signature};
use hyper::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL,
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderValue, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use hyper::{Method, StatusCode};

use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::piece::Film;
use crate::range::{self, Wanted};
use crate::reply::{self, Body, Response, refused, say};

/// What a page of another origin may read of the answer's head.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("Accept-Ranges, Content-Length, Content-Range, ETag, X-Request-Id");

/// Sends a film, a part of it, or word that the client has it already.
pub(crate) fn film(exchange: &Exchange) -> Outcome {
    let gateway = &exchange.app.gateway;
    let signature = signature(exchange);
    let Opened { file, mime } = gateway.open(exchange.id(), &signature).map_err(refused)?;
    let length = file.metadata().map_err(|error| refused(error.into()))?.len();
    let etag = format!("\"{}\"", exchange.id());
    let (status, start, end) = match choose(exchange, &etag, length) {
        Choice::Known => (StatusCode::NOT_MODIFIED, 0, 0),
        Choice::Whole => (StatusCode::OK, 0, length),
        Choice::Part(start, end) => (StatusCode::PARTIAL_CONTENT, start, end),
        Choice::Nothing => return Ok(unsatisfiable(length)),
    };
    let sends = exchange.head.method == Method::GET && end > start;
    let body = if sends { Body::Film(Film::new(file, start, end)) } else { Body::Ready(bytes::Bytes::new()) };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    describe(&mut response, exchange.id(), mime, signature.ends, gateway.now());
    if status != StatusCode::NOT_MODIFIED {
        reply::set(&mut response, CONTENT_LENGTH, HeaderValue::from(end - start));
    }
    if status == StatusCode::PARTIAL_CONTENT {
        say(&mut response, CONTENT_RANGE, &format!("bytes {start}-{}/{length}", end - 1));
    }
    Ok(response)
}

/// The query of the link, as it came; what is missing or no number makes a signature that matches nothing.
fn signature(exchange: &Exchange) -> Signature {
    let text = |name| exchange.parameter(name).unwrap_or_default().into_owned();
    Signature { ends: text("e").parse().unwrap_or_default(), key: text("k"), tag: text("s") }
}

enum Choice {
    Known,
    Whole,
    Part(u64, u64),
    Nothing,
}

/// What the conditions and the range of the request come to.
fn choose(exchange: &Exchange, etag: &str, length: u64) -> Choice {
    if exchange.header(&IF_NONE_MATCH).is_some_and(|tags| ask::names_etag(tags.as_bytes(), etag.as_bytes())) {
        return Choice::Known;
    }
    let same = exchange.header(&IF_RANGE).is_none_or(|tag| tag.trim() == etag);
    let ranged = same && exchange.head.method == Method::GET;
    match range::wanted(exchange.header(&RANGE).filter(|_| ranged), length) {
        Wanted::Whole => Choice::Whole,
        Wanted::Part(start, end) => Choice::Part(start, end),
        Wanted::Nothing => Choice::Nothing,
    }
}

/// The headers that say what the film is. It never changes; a cache may keep it as long as the link works.
fn describe(response: &mut Response, artifact: &str, mime: &'static str, ends: i64, now: Timestamp) {
    let fixed = [
        (hyper::header::CONTENT_TYPE, HeaderValue::from_static(mime)),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
        (hyper::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    response.headers_mut().reserve(12);
    response.headers_mut().extend(fixed.map(|(name, value)| (Some(name), value)));
    say(response, ETAG, &format!("\"{artifact}\""));
    say(response, CONTENT_DISPOSITION, &format!("inline; filename=\"{artifact}.{}\"", end(mime)));
    say(response, CACHE_CONTROL, &format!("private, max-age={}", (ends - now.seconds()).max(0)));
}

/// What a file of this type ends with.
fn end(mime: &str) -> &str {
    match mime.rsplit('/').next().unwrap_or_default() {
        "quicktime" => "mov",
        "jpeg" => "jpg",
        other => other,
    }
}

/// 416, with the length there is.
fn unsatisfiable(length: u64) -> Response {
    let mut problem = Problem::new(
        Code::InvalidParameter,
        format!("`Range` asks for bytes that are not there: the film has {length}."),
    )
    .at("Range");
    problem.status = StatusCode::RANGE_NOT_SATISFIABLE.as_u16();
    let mut response = reply::problem(&problem);
    say(&mut response, CONTENT_RANGE, &format!("bytes */{length}"));
    response
}
