//! Answers: bytes that stand ready, or a film in pieces. The few shapes every handler uses, and how a verb's refusal and
//! a contract problem become one of them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use filmgate_contract::problem::{Code, Problem};
use filmgate_contract::report;
use filmgate_gateway::Refusal;
use filmgate_gateway::limit::Allowance;
use hyper::body::{Frame, SizeHint};
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::piece::Film;

/// What a handler answers with.
pub(crate) type Response = hyper::Response<Body>;

/// Seconds after which a client may come back when we cannot serve now.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("2");
/// The same when too many tasks are unfinished: one may end at any time.
const RETRY_LATER: HeaderValue = HeaderValue::from_static("5");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The bytes of an answer.
pub(crate) enum Body {
    /// All of them, now; taken when sent.
    Ready(Bytes),
    /// As the disk gives them.
    Film(Film),
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Ready(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Ready(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Film(film) => film.poll_piece(cx).map(|piece| piece.map(|bytes| bytes.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}

impl Body {
    /// How many bytes are still to come.
    pub(crate) fn left(&self) -> u64 {
        match self {
            Self::Ready(bytes) => bytes.len() as u64,
            Self::Film(film) => film.left(),
        }
    }
}

/// `body`, said to be `kind`.
pub(crate) fn ready(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::Ready(body.into()));
    *response.status_mut() = status;
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    *response.headers_mut() = headers;
    response
}

/// 200 with JSON that belongs to one caller and to this moment.
pub(crate) fn json(body: impl Into<Bytes>) -> Response {
    private("application/json", body)
}

/// The same with what the contract reports.
pub(crate) fn shown(value: &Value) -> Response {
    json(report::bytes(value))
}

/// The same for what is said to be `kind`.
pub(crate) fn private(kind: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = ready(StatusCode::OK, kind, body);
    set(&mut response, CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// 304: the client has it already.
pub(crate) fn unchanged() -> Response {
    let mut response = Response::new(Body::Ready(Bytes::new()));
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    set(&mut response, CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Sets header `name` to `text`, if a header can hold it.
pub(crate) fn say(response: &mut Response, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        set(response, name, value);
    }
}

/// Says what is left of a limit (draft-ietf-httpapi-ratelimit-headers), and when to come back if nothing is.
pub(crate) fn allow(response: &mut Response, left: &Allowance) {
    let Allowance { quota, window, remaining, resets_in, .. } = left;
    let (name, seconds) = (left.of, resets_in.as_secs_f64().ceil());
    say(response, RATE_LIMIT_POLICY, &format!("\"{name}\";q={quota};w={window}"));
    say(response, RATE_LIMIT, &format!("\"{name}\";r={remaining};t={seconds}"));
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        say(response, RETRY_AFTER, &seconds.to_string());
    }
}

/// Sets one header.
pub(crate) fn set(response: &mut Response, name: HeaderName, value: HeaderValue) {
    response.headers_mut().insert(name, value);
}

/// A problem with the headers its status asks for.
pub(crate) fn problem(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = ready(status, "application/json", problem.body());
    set(&mut response, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match status {
        StatusCode::UNAUTHORIZED => {
            set(&mut response, WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"filmgate\""));
        }
        StatusCode::SERVICE_UNAVAILABLE => set(&mut response, RETRY_AFTER, RETRY_SECONDS),
        StatusCode::TOO_MANY_REQUESTS => set(&mut response, RETRY_AFTER, RETRY_LATER),
        _ => {}
    }
    response
}

/// A verb's "no" as clients see it. What they must not see goes to the log.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Forbidden(scope) => Problem::forbidden(scope.as_str()),
        Refusal::Model { model, allowed } => Problem::forbidden_model(&model, &allowed),
        Refusal::Suspended => Problem::suspended(),
        Refusal::NoKey => Problem::unauthorized(),
        Refusal::Balance { price, available } => Problem::insufficient_balance(price, available),
        Refusal::Budget { budget, left, renews } => Problem::over_budget(budget, left, renews),
        Refusal::InFlight { most, whose } => Problem::too_many_in_flight(most, whose.as_str()),
        Refusal::Invalid { field, why } => {
            Problem::new(Code::InvalidParameter, format!("`{field}` {why}.")).at(field)
        }
        Refusal::Missing { what, id } => Problem::missing(what, &id),
        Refusal::Conflict(why) => Problem::new(Code::Conflict, why),
        Refusal::NotFound => Problem::not_found_task(),
        Refusal::IdempotencyConflict => Problem::idempotency_conflict(),
        Refusal::ContentPolicy => Problem::content_policy(),
        Refusal::InvalidMedia(why) => Problem::new(Code::InvalidMedia, why),
        Refusal::BadSignature => Problem::new(
            Code::Forbidden,
            "This link is not one of ours, or was changed. Use `video_url` exactly as the result gives it.",
        ),
        Refusal::Expired => Problem::expired(),
        Refusal::Unavailable(why) => {
            tracing::error!(%why, "a request could not be served");
            Problem::unavailable()
        }
        Refusal::Internal(why) => {
            tracing::error!(%why, "a request failed by our own fault");
            Problem::internal()
        }
    }
}
