//! The wire to one upstream. It tells what was never sent from what may have arrived, reads answers to a cap, shows the
//! credential to the upstream's own address and to nobody else, and follows no redirect of an API.
//!
//! A submit goes out on a connection of its own. On one that was kept open the other side may just be hanging up, and
//! then nobody could say whether the job arrived; a handshake is cheap beside that.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use filmgate_domain::clock::Clock;
use futures_util::{StreamExt, TryStreamExt};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;
use url::Url;

use super::answer::Answer;
use super::body::Body;
use super::description::{Auth, Method};
use crate::address::Policy;
use crate::guard::{FetchError, Guard, Limits};
use crate::pause;
use crate::port::{EngineError, Film};

/// The largest answer that is read.
const MOST_BYTES: usize = 1 << 20;
/// How long a submit may take, references included.
const SUBMIT: Duration = Duration::from_secs(45);
/// How long any other question may take.
const ASK: Duration = Duration::from_secs(10);
/// To reach the upstream.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a film may come without a byte.
const STALL: Duration = Duration::from_secs(30);
/// How long a film may take in all.
const WHOLE: Duration = Duration::from_mins(30);
/// Redirects from the upstream's own address before the film must come.
const HOPS: usize = 5;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// Nothing was sent.
    #[error("{0}")]
    NotSent(String),
    /// It may have arrived.
    #[error("{0}")]
    Broken(String),
    /// The request may not be made.
    #[error("{0}")]
    Refused(String),
}

/// A request to the upstream.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
}

pub(crate) struct Wire {
    base: Url,
    auth: Auth,
    secret: Option<String>,
    clock: Arc<dyn Clock>,
    /// For submits.
    fresh: reqwest::Client,
    /// For everything else.
    kept: reqwest::Client,
    guard: Guard,
}

impl Wire {
    pub(crate) fn new(
        base: Url,
        auth: Auth,
        secret: Option<String>,
        policy: Policy,
        clock: Arc<dyn Clock>,
    ) -> Self {
        // A second installation answers Err with the provider that is there already: just as good.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = |idle| {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT)
                .pool_max_idle_per_host(idle)
                .pool_idle_timeout(Duration::from_secs(4))
                .tcp_nodelay(true)
                .no_proxy()
                .user_agent(concat!("Filmgate/", env!("CARGO_PKG_VERSION")))
                .build()
                .expect("a client with these constant settings can be built")
        };
        let guard = Guard::new(policy, Limits { hops: HOPS, connect: CONNECT, whole: WHOLE });
        Self { base, auth, secret, clock, fresh: client(0), kept: client(64), guard }
    }

    /// Hands over a job.
    pub(crate) async fn submit(&self, request: Request) -> Result<Answer, WireError> {
        self.exchange(&self.fresh, request, SUBMIT).await
    }

    /// Asks something that may be asked again.
    pub(crate) async fn ask(&self, request: Request) -> Result<Answer, WireError> {
        self.exchange(&self.kept, request, ASK).await
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        request: Request,
        most: Duration,
    ) -> Result<Answer, WireError> {
        let url = self.own(&request.target, &request.query).map_err(WireError::Refused)?;
        let mut headers = self.credential()?;
        for (name, value) in &request.headers {
            let pair = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
            let (name, value) =
                pair.ok_or_else(|| WireError::Refused(format!("the header {name} cannot be sent")))?;
            headers.insert(name, value);
        }
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut asked = client.request(method, url).headers(headers);
        if let Some(body) = request.body {
            body.check().await.map_err(|why| WireError::NotSent(format!("storage: {why}")))?;
            asked = asked.header("content-type", &body.content_type).header("content-length", body.length());
            asked = asked.body(reqwest::Body::wrap_stream(body.stream()));
        }
        let slow = |_| WireError::Broken(format!("no answer within {} s", most.as_secs()));
        tokio::time::timeout(most, read(asked)).await.map_err(slow)?
    }

    /// The URL of `target`: a path under the base, or a URL of the same origin.
    fn own(&self, target: &str, query: &[(String, String)]) -> Result<Url, String> {
        let whole = if target.contains("://") {
            target.to_owned()
        } else {
            format!("{}/{}", self.base.as_str().trim_end_matches('/'), target.trim_start_matches('/'))
        };
        let mut url = Url::parse(&whole).map_err(|why| format!("a request has no URL: {why}"))?;
        if !self.is_own(&url) {
            return Err("the upstream named an address for later requests that is not its own".to_owned());
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin() && url.origin().is_tuple()
    }

    fn credential(&self) -> Result<HeaderMap, WireError> {
        let mut headers = HeaderMap::new();
        let Some(secret) = &self.secret else { return Ok(headers) };
        let (name, value) = match &self.auth {
            Auth::None => return Ok(headers),
            Auth::Bearer => (AUTHORIZATION, format!("Bearer {secret}")),
            Auth::Scheme(word) => (AUTHORIZATION, format!("{word} {secret}")),
            Auth::JwtHs256 => (AUTHORIZATION, format!("Bearer {}", self.token(secret))),
            Auth::Header(name) => {
                let name = HeaderName::try_from(name);
                (
                    name.map_err(|_| {
                        WireError::Refused("the credential's header has no possible name".to_owned())
                    })?,
                    secret.clone(),
                )
            }
        };
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| WireError::Refused("the credential has letters no header can".to_owned()))?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(headers)
    }

    /// A token of half an hour, signed with what stands behind the colon.
    fn token(&self, secret: &str) -> String {
        let Some((access, key)) = secret.split_once(':') else { return secret.to_owned() };
        let now = self.clock.now().seconds();
        let claims = serde_json::json!({ "iss": access, "exp": now + 1800, "nbf": now - 5 });
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        let head = encode(r#"{"alg":"HS256","typ":"JWT"}"#.to_owned());
        let signed = format!("{head}.{}", encode(claims.to_string()));
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Opens the film at `target`. At the upstream's own address the credential goes with it if `shown`; at any other
    /// none does, and only public addresses, and those the operator allows, are gone to.
    pub(crate) async fn film(&self, target: &str, shown: bool) -> Result<Film, EngineError> {
        let wrong = |why: String| retry(format!("the film's URL: {why}"));
        let whole = if target.contains("://") {
            target.to_owned()
        } else {
            self.own(target, &[]).map_err(wrong)?.into()
        };
        let mut url =
            Url::parse(&whole).map_err(|why| retry(format!("the film's URL is malformed: {why}")))?;
        for _ in 0..=HOPS {
            if !self.is_own(&url) {
                return self.foreign(url.as_str()).await;
            }
            let headers = if shown {
                self.credential().map_err(|why| retry(why.to_string()))?
            } else {
                HeaderMap::new()
            };
            let asked = self.kept.get(url.clone()).headers(headers).header("accept", "video/mp4, */*;q=0.5");
            let answer = tokio::time::timeout(STALL, asked.send()).await;
            let answer = answer.map_err(|_| retry("the film did not begin in time".to_owned()))?;
            let answer = answer.map_err(|error| retry(format!("the film: {}", explain(&error))))?;
            let status = answer.status();
            if status.is_redirection() {
                let target = answer.headers().get("location").and_then(|target| target.to_str().ok());
                let next = target.and_then(|target| url.join(target).ok());
                url = next.ok_or_else(|| retry("the film's address redirects nowhere".to_owned()))?;
            } else if status.is_success() {
                return Ok(bounded(answer));
            } else {
                let why = format!("the film's address answered HTTP {}", status.as_u16());
                return Err(EngineError::Retry { why, after: pause::asked_for(answer.headers()) });
            }
        }
        Err(retry(format!("the film's address redirects more than {HOPS} times")))
    }

    async fn foreign(&self, url: &str) -> Result<Film, EngineError> {
        let told = |error: FetchError| match error {
            FetchError::Refused(why) => EngineError::Reject(super::verdict::unreachable_film(&why)),
            other => retry(format!("the film: {other}")),
        };
        let body = self.guard.fetch(url, u64::MAX).await.map_err(told)?;
        let pieces = futures_util::stream::try_unfold(body, |mut body| async move {
            let next = tokio::time::timeout(STALL, body.next()).await;
            let next = next.map_err(|_| retry("the film stopped coming".to_owned()))?;
            Ok(next.map_err(|why| retry(format!("the film: {why}")))?.map(|piece| (piece, body)))
        });
        Ok(pieces.boxed())
    }
}

/// The bytes of an answer, for as long as they come.
fn bounded(answer: reqwest::Response) -> Film {
    let deadline = tokio::time::Instant::now() + WHOLE;
    let pieces =
        answer.bytes_stream().map_err(|error| retry(format!("the film: {}", explain(&error)))).boxed();
    let next = move |mut pieces: futures_util::stream::BoxStream<
        'static,
        Result<bytes::Bytes, EngineError>,
    >| async move {
        let stall = tokio::time::Instant::now() + STALL;
        let piece = tokio::time::timeout_at(stall.min(deadline), pieces.try_next()).await;
        let piece = piece.map_err(|_| retry("the film stopped coming".to_owned()))??;
        Ok(piece.map(|piece| (piece, pieces)))
    };
    futures_util::stream::try_unfold(pieces, next).boxed()
}

async fn read(asked: reqwest::RequestBuilder) -> Result<Answer, WireError> {
    let broken = |error: reqwest::Error| {
        let told = explain(&error);
        if error.is_connect() || error.is_builder() {
            WireError::NotSent(told)
        } else {
            WireError::Broken(told)
        }
    };
    let mut answer = asked.send().await.map_err(broken)?;
    let (http, after) = (answer.status().as_u16(), pause::asked_for(answer.headers()));
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| WireError::Broken(explain(&error)))? {
        body.extend_from_slice(&piece);
        if body.len() > MOST_BYTES {
            return Err(WireError::Broken(format!("an answer of more than {MOST_BYTES} bytes")));
        }
    }
    Ok(Answer::new(http, &body, after))
}

fn retry(why: String) -> EngineError {
    EngineError::Retry { why, after: None }
}

/// What went wrong, without the URL, which may hold a secret.
fn explain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "it did not answer in time".to_owned()
    } else if error.is_connect() {
        "it could not be reached".to_owned()
    } else {
        "the connection broke off".to_owned()
    }
}
