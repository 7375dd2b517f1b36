//! `POST /v1/sora/videos`, `POST /v1/videos/videos`: a body becomes a task. Whoever asks was let in before the body is
//! read, and the answer leaves after the task is durable.

use std::sync::Arc;

use filmgate_contract::create::{self, Handling};
use filmgate_domain::request::Dialect;
use hyper::header::{HeaderName, HeaderValue};

use crate::ask;
use crate::exchange::{Exchange, Outcome};
use crate::reply::{self, refused};

/// Names the fields that were not understood.
const IGNORED: HeaderName = HeaderName::from_static("filmgate-ignored");

/// Creates the task that the body asks for, or answers with the one its idempotency key has made already.
pub(crate) async fn create(exchange: &mut Exchange, dialect: Dialect) -> Outcome {
    let caller = exchange.caller()?;
    ask::accepts_json(exchange.headers())?;
    ask::sends_json(exchange.headers())?;
    let key = ask::idempotency_key(exchange.headers())?;
    let handling = if ask::strict(exchange.headers()) { Handling::Strict } else { Handling::Lenient };
    let body = exchange.upload().await?;
    let app = Arc::clone(&exchange.app);
    let accepted = create::parse(dialect, &body, handling, &app.catalogue)?;
    let ignored = accepted.ignored_header().and_then(|names| HeaderValue::try_from(names).ok());
    let cell = app.gateway.create(&caller, accepted.request, key).await.map_err(refused)?;
    let task = &cell.summary;
    exchange.made = Some(task.id.clone());
    let mut response = reply::json(create::answer(task.dialect, &task.id, task.created, &task.model));
    if let Some(names) = ignored {
        reply::set(&mut response, IGNORED, names);
    }
    Ok(response)
}
