//! A moderator: a service of the operator's choice that speaks the shape of OpenAI's moderations. The prompt goes there
//! and nothing else; redirects are not followed, and what comes back is bounded in bytes and time.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::Unavailable;
use crate::pause;

/// The largest answer that is read, in bytes.
const MOST_BYTES: usize = 256 << 10;
/// How many categories are told, and how long each may be.
const MOST_CATEGORIES: usize = 20;
const LONGEST_CATEGORY: usize = 64;

/// The service. Cheap to clone. Its debug text leaves out all of the URL but the host, since a URL can hold a key.
#[derive(Clone)]
pub struct Moderator {
    client: reqwest::Client,
    url: Url,
    model: Option<String>,
    credential: Option<HeaderValue>,
    timeout: Duration,
}

impl fmt::Debug for Moderator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("Moderator");
        let out = out.field("host", &self.url.host_str()).field("model", &self.model);
        out.field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Settings that make no moderator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidModerator {
    /// The address is none.
    #[error("`{0}` must be an http or https URL such as https://moderation.example/v1/moderations")]
    Url(String),
    /// The credential cannot stand in a header.
    #[error("the moderator's key holds characters that a header cannot")]
    Credential,
    /// The client cannot be made.
    #[error("the moderator's client cannot be made: {0}")]
    Client(String),
}

/// What comes back.
#[derive(Deserialize)]
struct Answer {
    results: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    flagged: bool,
    #[serde(default)]
    categories: serde_json::Map<String, serde_json::Value>,
}

impl Moderator {
    /// The moderator at `url`: the endpoint itself, or a base that ends in `/v1`. It may stand on a private address,
    /// since the operator names it.
    pub fn new(url: &str) -> Result<Self, InvalidModerator> {
        let wrong = || InvalidModerator::Url(url.chars().take(100).collect());
        let mut endpoint = Url::parse(url).map_err(|_| wrong())?;
        if !matches!(endpoint.scheme(), "http" | "https") || endpoint.host().is_none() {
            return Err(wrong());
        }
        if endpoint.path().trim_end_matches('/').ends_with("/v1") {
            let path = format!("{}/moderations", endpoint.path().trim_end_matches('/'));
            endpoint.set_path(&path);
        }
        // A second installation answers Err with the provider that is there already: just as good.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.user_agent(concat!("Filmgate/", env!("CARGO_PKG_VERSION"))).build();
        let client = client.map_err(|why| InvalidModerator::Client(why.to_string()))?;
        let timeout = Duration::from_secs(10);
        Ok(Self { client, url: endpoint, model: None, credential: None, timeout })
    }

    /// The same, asking for `model`.
    #[must_use]
    pub fn with_model(self, model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..self }
    }

    /// The same, showing `secret` as a bearer token.
    pub fn with_credential(self, secret: &str) -> Result<Self, InvalidModerator> {
        let mut value = HeaderValue::try_from(format!("Bearer {secret}"));
        if let Ok(value) = &mut value {
            value.set_sensitive(true);
        }
        let credential = Some(value.map_err(|_| InvalidModerator::Credential)?);
        Ok(Self { credential, ..self })
    }

    /// The same, waiting for `timeout` at most.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The categories that `prompt` is flagged for; `None` when it is not.
    pub(super) async fn flags(&self, prompt: &str) -> Result<Option<Vec<String>>, Unavailable> {
        let asked = tokio::time::timeout(self.timeout, self.ask(prompt)).await;
        let slow = || unavailable(format!("the moderator did not answer within {:?}", self.timeout));
        let answer = asked.map_err(|_| slow())??;
        let flagged: Vec<_> = answer.results.into_iter().filter(|finding| finding.flagged).collect();
        if flagged.is_empty() {
            return Ok(None);
        }
        let named = flagged.into_iter().flat_map(|finding| finding.categories);
        let mut names: Vec<_> =
            named.filter(|(_, set)| set.as_bool() == Some(true)).map(|(name, _)| plain(&name)).collect();
        names.sort();
        names.dedup();
        names.truncate(MOST_CATEGORIES);
        Ok(Some(names))
    }

    async fn ask(&self, prompt: &str) -> Result<Answer, Unavailable> {
        let mut body = json!({ "input": prompt });
        if let Some(model) = &self.model {
            body["model"] = model.as_str().into();
        }
        let mut request = self.client.post(self.url.clone()).json(&body);
        if let Some(credential) = &self.credential {
            request = request.header(AUTHORIZATION, credential.clone());
        }
        let mut response = request.send().await.map_err(|error| explain(&error))?;
        let status = response.status();
        if status.as_u16() != 200 {
            let why = format!("the moderator answered HTTP {}", status.as_u16());
            return Err(Unavailable { why, after: pause::asked_for(response.headers()) });
        }
        let mut whole = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| explain(&error))? {
            whole.extend_from_slice(&piece);
            if whole.len() > MOST_BYTES {
                return Err(unavailable(format!("the moderator's answer is larger than {MOST_BYTES} bytes")));
            }
        }
        let answer: Result<Answer, _> = serde_json::from_slice(&whole);
        let answer = answer.ok().filter(|answer| !answer.results.is_empty());
        answer
            .ok_or_else(|| unavailable("the moderator's answer has not the shape of moderations".to_owned()))
    }
}

fn unavailable(why: String) -> Unavailable {
    Unavailable { why, after: None }
}

/// What went wrong, without the URL, which may hold a secret.
fn explain(error: &reqwest::Error) -> Unavailable {
    unavailable(if error.is_connect() {
        "the moderator cannot be reached".to_owned()
    } else {
        "the connection to the moderator broke off".to_owned()
    })
}

/// A name that may stand in a log.
fn plain(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_/. ".contains(letter);
    name.chars().map(|letter| if plain(letter) { letter } else { '?' }).take(LONGEST_CATEGORY).collect()
}
