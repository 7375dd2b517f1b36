//! `GET /v1/result/{id}`: how a task stands. Most requests of this product are polls, and most polls can be answered
//! from memory with bytes that stand ready: [`at_once`] does that before anything waits or is boxed. What memory does not
//! hold, and whoever wants to wait for news, goes through [`result()`].
//!
//! The entity tag of an answer names its bytes; a client that sends it back hears 304 as long as nothing has changed,
//! and together with `wait` hears nothing until something has. `wait` alone ends with another state.

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use filmgate_contract::problem::Problem;
use filmgate_contract::result;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::key::{Caller, Scope};
use filmgate_domain::task::{Status, Summary};
use filmgate_gateway::limit::Use;
use filmgate_gateway::read::News;
use filmgate_gateway::{Cell, Face, Gateway, Refusal};
use hyper::Method;
use hyper::header::{ETAG, HeaderName, HeaderValue, IF_NONE_MATCH};

use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::reply::{self, refused};
use crate::routes::{Need, Route};

/// What a poll needs, as the table of routes says it too.
const POLL: Need = Need::Key(Scope::Read, Use::Poll);
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Answers a plain poll whose task is in memory; `None` for everything else.
pub(crate) fn at_once(exchange: &mut Exchange) -> Option<Outcome> {
    let plain = exchange.found.route == Route::Result
        && matches!(exchange.head.method, Method::GET | Method::HEAD)
        && exchange.head.uri.query().is_none()
        && !exchange.head.headers.contains_key(ask::PREFER);
    if !plain {
        return None;
    }
    if let Err(problem) = exchange.admit(POLL) {
        return Some(Err(problem));
    }
    let caller = exchange.caller.as_deref()?;
    let cell = exchange.app.gateway.glance(caller, exchange.id());
    cell.map(|cell| ask::accepts_json(exchange.headers()).and_then(|()| shown(exchange, &cell)))
}

/// Answers a poll from memory or from the database, at once or when there is news.
pub(crate) async fn result(exchange: &mut Exchange) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    let patience = ask::patience(exchange.head.uri.query(), exchange.headers())?;
    let app = Arc::clone(&exchange.app);
    let mut cell = app.gateway.read(&caller, exchange.id()).await.map_err(refused)?;
    if !patience.span.is_zero() && is_current(exchange, &cell)? {
        cell = news(exchange, &caller, cell, patience.span).await.map_err(refused)?;
    }
    let mut response = shown(exchange, &cell)?;
    if patience.preferred {
        let applied = HeaderValue::from_str(&format!("wait={}", patience.span.as_secs()));
        reply::set(&mut response, PREFERENCE_APPLIED, applied.unwrap_or(HeaderValue::from_static("wait")));
    }
    Ok(response)
}

/// Whether what the client says it has, if it says so, is how the task stands.
fn is_current(exchange: &Exchange, cell: &Cell) -> Result<bool, Problem> {
    let Some(tags) = exchange.header(&IF_NONE_MATCH) else { return Ok(true) };
    let face = face(&exchange.app.gateway, cell, &exchange.base_url()?);
    Ok(ask::names_etag(tags.as_bytes(), &face.etag))
}

/// The task once there is news, the patience is over, or the server is to stop. To a client that says what it has,
/// progress is news; to the others only another state is.
async fn news(
    exchange: &Exchange,
    caller: &Caller,
    cell: Arc<Cell>,
    patience: Duration,
) -> Result<Arc<Cell>, Refusal> {
    let news = if exchange.header(&IF_NONE_MATCH).is_some() { News::Anything } else { News::State };
    let mut stopping = exchange.app.stopping.clone();
    tokio::select! {
        waited = exchange.app.gateway.wait(caller, Arc::clone(&cell), news, patience) => waited,
        _ = stopping.changed() => Ok(cell),
    }
}

/// The task as bytes that stand ready, or 304 when the client has them.
fn shown(exchange: &Exchange, cell: &Cell) -> Outcome {
    let face = face(&exchange.app.gateway, cell, &exchange.base_url()?);
    let known =
        exchange.header(&IF_NONE_MATCH).is_some_and(|tags| ask::names_etag(tags.as_bytes(), &face.etag));
    let mut response = if known { reply::unchanged() } else { reply::json(face.body) };
    reply::set(
        &mut response,
        ETAG,
        HeaderValue::from_maybe_shared(face.etag).unwrap_or(HeaderValue::from_static("\"?\"")),
    );
    Ok(response)
}

/// The task's answer for clients that reach us at `base`; made when it is first asked for, and again when the link in it
/// has come to its end.
fn face(gateway: &Gateway, cell: &Cell, base: &str) -> Face {
    let now = gateway.now();
    cell.face(base, now, || {
        let link = link(gateway, &cell.summary, base, now);
        let body = result::render(&cell.summary, link.as_deref(), now);
        let valid_until = match &cell.summary.status {
            Status::Succeeded(film) if link.is_some() => Some(film.expires),
            _ => None,
        };
        let mut hash = DefaultHasher::new();
        hash.write(&body);
        let etag = format!("\"{:016x}\"", hash.finish());
        Face { body: body.into(), etag: etag.into(), valid_until }
    })
}

/// The link to the task's film, as long as there is one.
pub(crate) fn link(gateway: &Gateway, task: &Summary, base: &str, now: Timestamp) -> Option<String> {
    match &task.status {
        Status::Succeeded(film) if now < film.expires => {
            Some(format!("{base}{}", gateway.signer().link(&film.artifact.id, film.expires)))
        }
        _ => None,
    }
}
