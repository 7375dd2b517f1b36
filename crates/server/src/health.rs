//! What an operator's machines ask: does the process live, can it serve, what was counted.

use bytes::Bytes;
use filmgate_contract::problem::Problem;
use hyper::StatusCode;

use crate::app::App;
use crate::exchange::Outcome;
use crate::reply::{self, Response};

/// The process lives.
pub(crate) fn health() -> Response {
    reply::json(Bytes::from_static(b"{\"status\":\"ok\"}"))
}

/// The store takes writes, and the server is not about to stop.
pub(crate) async fn ready(app: &App) -> Outcome {
    let writes = app.gateway.store().ready().await.is_ok();
    if writes && !*app.stopping.borrow() {
        Ok(reply::json(Bytes::from_static(b"{\"status\":\"ready\"}")))
    } else {
        Err(Problem::unavailable())
    }
}

/// Everything that was counted, in the text form of Prometheus.
pub(crate) fn metrics(app: &App) -> Response {
    for (state, step, count) in app.gateway.store().counts().iter() {
        metrics::gauge!("filmgate_tasks", "state" => state, "step" => step).set(count as f64);
    }
    reply::ready(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", app.metrics.render())
}
