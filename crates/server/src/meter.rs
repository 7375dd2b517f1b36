//! Counting and logging: each exchange once, when it ends. Counters and histograms are looked up by name when they are
//! first used and kept by route, method and status, so that a poll costs two atomic additions.
//!
//! Deliberately absent from the log: queries (a film's signature is one), `Authorization`, bodies.

use std::sync::OnceLock;
use std::time::Instant;

use filmgate_domain::id::{KeyId, TaskId};
use hyper::header::HeaderValue;
use hyper::{Method, StatusCode};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusRecorder};

use crate::routes::Route;

/// Upper bounds of the buckets of everything that is measured in seconds.
const SECONDS: [f64; 16] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0,
    60.0,
];

/// The methods and statuses that have counters of their own; everything else shares the last.
const METHODS: [&str; 6] = ["GET", "POST", "HEAD", "PATCH", "DELETE", "other"];
const STATUSES: [u16; 20] =
    [200, 304, 401, 404, 206, 400, 402, 403, 405, 406, 409, 410, 413, 415, 416, 429, 500, 503, 431, 0];

/// A recorder for the whole process whose histograms of seconds have buckets. Install it before anything is counted.
pub fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?;
    Ok(builder.build_recorder())
}

/// What counts exchanges.
pub(crate) struct Meters {
    routes: [PerRoute; Route::COUNT],
}

struct PerRoute {
    requests: [[OnceLock<Counter>; STATUSES.len()]; METHODS.len()],
    seconds: OnceLock<Histogram>,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            routes: std::array::from_fn(|_| PerRoute {
                requests: std::array::from_fn(|_| std::array::from_fn(|_| OnceLock::new())),
                seconds: OnceLock::new(),
            }),
        }
    }

    fn count(&self, route: Route, method: &Method, status: StatusCode, seconds: f64) {
        let meters = &self.routes[route as usize];
        let place = |found: Option<usize>, last: usize| found.unwrap_or(last - 1);
        let row = place(METHODS.iter().position(|known| method == known), METHODS.len());
        let column = place(STATUSES.iter().position(|known| status == *known), STATUSES.len());
        let counter = meters.requests[row][column].get_or_init(|| {
            let status = status.as_str().to_owned();
            metrics::counter!("filmgate_http_requests_total",
                "route" => route.template(), "method" => METHODS[row], "status" => status)
        });
        counter.increment(1);
        let histogram = meters.seconds.get_or_init(
            || metrics::histogram!("filmgate_http_request_seconds", "route" => route.template()),
        );
        histogram.record(seconds);
    }
}

/// An exchange that is about to end.
pub(crate) struct Line {
    /// What it was for.
    pub(crate) route: Route,
    /// Its method.
    pub(crate) method: Method,
    /// When it began.
    pub(crate) begun: Instant,
    /// What the log says besides, if it says anything.
    pub(crate) told: Option<Told>,
}

/// What the log says about an exchange.
pub(crate) struct Told {
    /// Its id.
    pub(crate) id: HeaderValue,
    /// The key it came with, if that was one.
    pub(crate) key: Option<KeyId>,
    /// The task it was about, if it was about one.
    pub(crate) task: Option<TaskId>,
}

impl Line {
    /// Counts and logs the exchange, which ended at `now` with `status` and `bytes` of body.
    pub(crate) fn end(self, now: Instant, meters: &Meters, status: StatusCode, bytes: u64) {
        let took = (now - self.begun).as_secs_f64();
        meters.count(self.route, &self.method, status, took);
        let Some(told) = self.told else { return };
        macro_rules! tell {
            ($level:ident) => {
                tracing::$level!(
                    method = self.method.as_str(),
                    route = self.route.template(),
                    status = status.as_u16(),
                    millis = took * 1e3,
                    request = told.id.to_str().unwrap_or_default(),
                    key = told.key.as_ref().map(KeyId::as_str),
                    task = told.task.as_ref().map(TaskId::as_str),
                    bytes,
                    "request"
                )
            };
        }
        if self.route == Route::Result && status.is_success() { tell!(debug) } else { tell!(info) }
    }
}
