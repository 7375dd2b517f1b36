//! The front: every request comes in here, is let in or not, and every answer leaves here. Polls that memory can answer are answered on the
//! spot; everything else becomes a future of its own, and a panic in it becomes a 500.

use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use filmgate_contract::problem::Problem;
use filmgate_domain::request::Dialect;
use futures_util::FutureExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;

use crate::app::App;
use crate::exchange::{Exchange, Outcome};
use crate::listen::Pulse;
use crate::origin::Ends;
use crate::reply::Response;
use crate::routes::{Route, Verb};
use crate::{admin, callbacks, create, docs, films, health, money, poll, tasks};

/// The service of one connection.
pub(crate) struct Front {
    /// What every loop shares.
    pub(crate) app: Arc<App>,
    /// Who is connected to what.
    pub(crate) ends: Ends,
    /// Whether something happens on the connection.
    pub(crate) pulse: Arc<Pulse>,
}

impl Service<Request<Incoming>> for Front {
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, request: Request<Incoming>) -> Answer {
        let mut exchange = Exchange::new(Arc::clone(&self.app), self.ends, Arc::clone(&self.pulse), request);
        match catch_unwind(AssertUnwindSafe(|| poll::at_once(&mut exchange))) {
            Ok(Some(outcome)) => Answer::Now(Some(exchange.close(outcome))),
            Ok(None) => Answer::Later(Box::pin(answer(exchange))),
            Err(_) => Answer::Now(Some(exchange.close(Err(Problem::internal())))),
        }
    }
}

async fn answer(mut exchange: Exchange) -> Response {
    let outcome = AssertUnwindSafe(dispatch(&mut exchange)).catch_unwind().await;
    exchange.close(outcome.unwrap_or_else(|_| Err(Problem::internal())))
}

/// The handler of each route. HEAD is answered like GET; the connection leaves the body out.
async fn dispatch(exchange: &mut Exchange) -> Outcome {
    let route = exchange.found.route;
    if route == Route::Unknown {
        return Err(Problem::not_found_route());
    }
    let Some((verb, need)) = route.asked(&exchange.head.method) else {
        return Err(Problem::method_not_allowed(&route.allow()));
    };
    exchange.admit(need)?;
    match route {
        Route::Result if verb == Verb::Delete => tasks::end(exchange).await,
        Route::Result => poll::result(exchange).await,
        Route::CreateSora => create::create(exchange, Dialect::Sora).await,
        Route::CreateVideos => create::create(exchange, Dialect::Videos).await,
        Route::Tasks => tasks::list(exchange).await,
        Route::Balance => money::balance(exchange).await,
        Route::Usage => money::usage(exchange).await,
        Route::Quote => money::quote(exchange).await,
        Route::Film => films::film(exchange),
        Route::Callback => callbacks::hint(exchange).await,
        Route::OpenApi => Ok(docs::openapi(exchange)),
        Route::Llms => docs::llms(exchange),
        Route::LlmsFull => Ok(docs::llms_full()),
        Route::Docs => docs::index(exchange),
        Route::DocsPage => docs::page(exchange),
        Route::Health => Ok(health::health()),
        Route::Ready => health::ready(&exchange.app).await,
        Route::Metrics => Ok(health::metrics(&exchange.app)),
        Route::Unknown => Err(Problem::not_found_route()),
        _ => admin::answer(exchange, verb).await,
    }
}

/// An answer that is there, or one that will be. The first kind costs no allocation.
#[expect(clippy::large_enum_variant, reason = "the large one is the frequent one")]
pub(crate) enum Answer {
    Now(Option<Response>),
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

impl Future for Answer {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Now(response) => {
                response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
            }
            Self::Later(response) => response.as_mut().poll(cx).map(Ok),
        }
    }
}
