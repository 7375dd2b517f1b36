//! One request and its answer. A handler gets the exchange, reads what it needs, and notes who asked and which task it
//! was about; the front closes it: request id, counters, one line in the log.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use filmgate_contract::admin;
use filmgate_contract::problem::Problem;
use filmgate_domain::id::{TaskId, well_formed};
use filmgate_domain::key::Caller;
use filmgate_gateway::limit::Allowance;
use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request, StatusCode};
use serde::de::DeserializeOwned;

use crate::app::{App, REQUEST_ID};
use crate::listen::Pulse;
use crate::meter::{Line, Told};
use crate::origin::{self, Ends};
use crate::reply::{self, Body, Response};
use crate::routes::{self, Found, Route};
use crate::{ask, upload};

/// The largest body of an operator's request, in bytes.
const OPERATORS_BYTES: usize = 256 << 10;

/// What a handler comes to.
pub(crate) type Outcome = Result<Response, Problem>;

/// One request and its answer.
pub(crate) struct Exchange {
    /// What every loop shares.
    pub(crate) app: Arc<App>,
    /// Method, path and headers.
    pub(crate) head: Parts,
    /// Where the path leads.
    pub(crate) found: Found,
    /// Who asks, once that is known.
    pub(crate) caller: Option<Arc<Caller>>,
    /// What is left of the limit that it took from, if the answer is to say so.
    pub(crate) allowance: Option<Allowance>,
    /// The task it made, if it made one.
    pub(crate) made: Option<TaskId>,
    /// Tells the connection that something happens.
    pub(crate) pulse: Arc<Pulse>,
    ends: Ends,
    body: Option<Incoming>,
    begun: Instant,
}

impl Exchange {
    pub(crate) fn new(app: Arc<App>, ends: Ends, pulse: Arc<Pulse>, request: Request<Incoming>) -> Self {
        let begun = pulse.begin();
        let (head, body) = request.into_parts();
        let found = routes::find(head.uri.path(), &app.settings.base_paths);
        let body = Some(body);
        Self { app, head, found, caller: None, allowance: None, made: None, pulse, ends, body, begun }
    }

    /// The base path the request came under.
    pub(crate) fn base(&self) -> &str {
        &self.head.uri.path()[..self.found.base]
    }

    /// The path's parameter.
    pub(crate) fn id(&self) -> &str {
        &self.head.uri.path()[self.found.id.clone()]
    }

    /// The request's headers.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Header `name`, if it is there and text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// Parameter `name` of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        ask::parameter(self.head.uri.query(), name)
    }

    /// What absolute links in the answer begin with.
    pub(crate) fn base_url(&self) -> Result<String, Problem> {
        origin::base_url(&self.app.settings, self.ends, &self.head.uri, &self.head.headers, self.base())
    }

    /// The address of whoever asks.
    pub(crate) fn address(&self) -> IpAddr {
        origin::client(&self.app.settings, self.ends, &self.head.headers)
    }

    /// Who asks. Whoever got past the front to a handler that wants to know has been let in.
    pub(crate) fn caller(&self) -> Result<Arc<Caller>, Problem> {
        self.caller.clone().ok_or_else(Problem::unauthorized)
    }

    /// The body, bounded in bytes and time.
    pub(crate) async fn upload(&mut self) -> Result<Bytes, Problem> {
        let most = self.app.settings.body_bytes;
        self.upload_at_most(most).await
    }

    /// What an upstream has to say.
    pub(crate) async fn hint(&mut self) -> Result<Bytes, Problem> {
        self.upload_at_most(OPERATORS_BYTES).await
    }

    /// An operator's body.
    pub(crate) async fn said<T: DeserializeOwned>(&mut self) -> Result<T, Problem> {
        ask::accepts_json(self.headers())?;
        ask::sends_json(self.headers())?;
        admin::parse(&self.upload_at_most(OPERATORS_BYTES).await?)
    }

    async fn upload_at_most(&mut self, most: usize) -> Result<Bytes, Problem> {
        match self.body.take() {
            Some(body) => upload::read(body, most, self.app.settings.body_span).await,
            None => Ok(Bytes::new()),
        }
    }

    /// Closes the exchange with `outcome`.
    pub(crate) fn close(self, outcome: Outcome) -> Response {
        let mut response = outcome.unwrap_or_else(|problem| reply::problem(&problem));
        let id = self.app.request_id(&self.head.headers);
        let status = response.status();
        if status == StatusCode::METHOD_NOT_ALLOWED {
            reply::say(&mut response, ALLOW, &self.found.route.allow());
        }
        if let Some(allowance) = &self.allowance {
            reply::allow(&mut response, allowance);
        }
        let told = self.is_told(status).then(|| self.told(&id));
        reply::set(&mut response, HeaderName::from_static(REQUEST_ID), id);
        let line = Line { route: self.found.route, method: self.head.method, begun: self.begun, told };
        let now = self.pulse.end();
        match response.body_mut() {
            Body::Film(film) => film.log_at_end(line, status, self.app, self.pulse),
            Body::Ready(bytes) => line.end(now, &self.app.meters, status, bytes.len() as u64),
        }
        response
    }

    /// Polls that succeed are so many that they are told at debug level only.
    fn is_told(&self, status: StatusCode) -> bool {
        let quiet = self.found.route == Route::Result && status.is_success();
        !quiet || tracing::enabled!(tracing::Level::DEBUG)
    }

    fn told(&self, id: &HeaderValue) -> Told {
        let named = self.found.route == Route::Result && well_formed(self.id());
        let task = self.made.clone().or_else(|| named.then(|| TaskId::from_text(self.id())));
        Told { id: id.clone(), key: self.caller.as_ref().map(|caller| caller.key.id.clone()), task }
    }
}
