//! The guarded client: fetches what a stranger's URL points at, and nothing that is not public. Every hop of a
//! redirect is checked, every address a name resolves to is checked, and the connection is made to the very addresses
//! that were checked. Time and bytes are capped; no proxy, cookie or credential takes part.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::address::Policy;

/// How far a fetch may go.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Redirects to follow.
    pub hops: usize,
    /// To reach the host.
    pub connect: Duration,
    /// For the whole fetch, body included.
    pub whole: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { hops: 5, connect: Duration::from_secs(10), whole: Duration::from_mins(2) }
    }
}

/// Why something could not be fetched. The texts are for the client who gave the URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL, or one it redirects to, may not be fetched, whoever asks again.
    #[error("{0}")]
    Refused(String),
    /// The host says that there is none.
    #[error("its host answered HTTP {0}")]
    Answered(u16),
    /// The host did not give it this time.
    #[error("{0}")]
    Unavailable(String),
    /// There is more of it than is allowed.
    #[error("it is larger than the {0} bytes that are allowed")]
    TooLarge(u64),
}

/// The guarded client. Cheap to clone; the connection machinery is made at the first fetch.
#[derive(Clone)]
pub struct Guard {
    policy: Arc<Policy>,
    limits: Limits,
    client: Arc<OnceLock<reqwest::Client>>,
}

impl Guard {
    /// A client that connects to what `policy` permits, within `limits`.
    pub fn new(policy: Policy, limits: Limits) -> Self {
        Self { policy: Arc::new(policy), limits, client: Arc::default() }
    }

    /// Opens `url` and streams its body, at most `cap` bytes of it.
    pub async fn fetch(&self, url: &str, cap: u64) -> Result<Body, FetchError> {
        let deadline = tokio::time::Instant::now() + self.limits.whole;
        let slow =
            || FetchError::Unavailable(format!("it took longer than {} s", self.limits.whole.as_secs()));
        let response = tokio::time::timeout_at(deadline, self.follow(url)).await.map_err(|_| slow())??;
        let length = response.content_length();
        if length.is_some_and(|length| length > cap) {
            return Err(FetchError::TooLarge(cap));
        }
        Ok(Body {
            stream: response.bytes_stream().boxed(),
            deadline,
            whole: self.limits.whole,
            left: cap,
            cap,
        })
    }

    async fn follow(&self, url: &str) -> Result<reqwest::Response, FetchError> {
        let mut url =
            Url::parse(url).map_err(|why| FetchError::Refused(format!("the URL is malformed: {why}")))?;
        for _ in 0..=self.limits.hops {
            self.check(&url)?;
            let request = self.client().get(url.clone()).header("accept", "image/*, video/*, */*;q=0.1");
            let response = request.send().await.map_err(|error| explain(&error))?;
            let status = response.status();
            if status.is_redirection() {
                let target = response.headers().get("location").and_then(|target| target.to_str().ok());
                let target = target.and_then(|target| url.join(target).ok());
                url = target.ok_or_else(|| refused("it answered a redirect that leads nowhere"))?;
            } else if status.is_success() {
                return Ok(response);
            } else if status.is_server_error() || status.as_u16() == 429 {
                return Err(FetchError::Unavailable(format!("its host answered HTTP {}", status.as_u16())));
            } else {
                return Err(FetchError::Answered(status.as_u16()));
            }
        }
        Err(FetchError::Refused(format!("it redirects more than {} times", self.limits.hops)))
    }

    /// Scheme and literal addresses; names are checked as they resolve.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("only http and https URLs are fetched"));
        }
        let literal = match url.host() {
            None => return Err(refused("the URL has no host")),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
        };
        if self.policy.permits(literal) { Ok(()) } else { Err(refused(NOT_PUBLIC)) }
    }

    fn client(&self) -> &reqwest::Client {
        self.client.get_or_init(|| {
            // A second installation answers Err with the provider that is there already: just as good.
            let _already = rustls::crypto::ring::default_provider().install_default();
            reqwest::Client::builder()
                .dns_resolver(Checked(self.policy.clone()))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(self.limits.connect)
                .pool_max_idle_per_host(0)
                .no_proxy()
                .user_agent(concat!("Filmgate/", env!("CARGO_PKG_VERSION")))
                .build()
                .expect("a client with these constant settings can be built")
        })
    }
}

/// A body as it arrives, within its caps.
pub struct Body {
    stream: BoxStream<'static, Result<Bytes, reqwest::Error>>,
    deadline: tokio::time::Instant,
    whole: Duration,
    left: u64,
    cap: u64,
}

impl Body {
    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        let slow = |_| FetchError::Unavailable(format!("it took longer than {} s", self.whole.as_secs()));
        let Some(chunk) = tokio::time::timeout_at(self.deadline, self.stream.next()).await.map_err(slow)?
        else {
            return Ok(None);
        };
        let chunk = chunk.map_err(|error| explain(&error))?;
        self.left = self.left.checked_sub(chunk.len() as u64).ok_or(FetchError::TooLarge(self.cap))?;
        Ok(Some(chunk))
    }
}

const NOT_PUBLIC: &str = "its address is not public";

fn refused(why: &str) -> FetchError {
    FetchError::Refused(why.to_owned())
}

/// Resolves names to permitted addresses; a name with any other address is refused whole.
struct Checked(Arc<Policy>);

#[derive(Debug, thiserror::Error)]
#[error("{NOT_PUBLIC}")]
struct NotPublic;

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().all(|address| policy.permits(address.ip())) {
                Ok(Box::new(found.into_iter()) as Addrs)
            } else {
                Err(NotPublic.into())
            }
        })
    }
}

/// Says what happened without repeating the URL, which may carry a stranger's signature.
fn explain(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return refused(NOT_PUBLIC);
        }
        cause = inner.source();
    }
    FetchError::Unavailable(if error.is_timeout() {
        "its host did not answer in time".to_owned()
    } else if error.is_connect() {
        "its host could not be reached".to_owned()
    } else {
        "the connection broke off".to_owned()
    })
}
