//! A Filmgate server as the commands see it: the one file with an HTTP client. Answers are read as JSON and kept as
//! such, so that a newer server's additions reach `--json` untouched; errors are told with the server's code and text.
//!
//! Deliberately absent: retries of a create, since nothing would tell a second film from the first.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use futures_util::StreamExt;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::private;
use crate::trouble::Trouble;

/// How long a poll asks the server to wait for news, in seconds.
const WAIT: u32 = 20;

/// Which server, and as whom.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServerArgs {
    /// Base URL of the server
    #[arg(long, global = true, value_name = "URL", env = "FILMGATE_SERVER", hide_env_values = true)]
    pub(crate) server: Option<String>,
    /// Key to show; a local server's quickstart key is found without
    #[arg(long, global = true, value_name = "KEY", env = "FILMGATE_KEY", hide_env_values = true)]
    pub(crate) key: Option<String>,
    /// Data folder whose quickstart key is used [default: .filmgate]
    #[arg(long, global = true, value_name = "DIR", env = "FILMGATE_DATA", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,
}

impl ServerArgs {
    /// The server, without asking it anything.
    pub(crate) fn remote(&self) -> Result<Remote, Trouble> {
        let base = self.server.clone().unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
        let data = self.data.clone().unwrap_or_else(|| ".filmgate".into());
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
            .iter()
            .any(|local| base.starts_with(local));
        let key = self.key.clone().or_else(|| local.then(|| private::known_quickstart(&data)).flatten());
        let key = key.ok_or_else(|| {
            Trouble::usage("a key is needed: give --key or FILMGATE_KEY (`filmgate key create` makes one)")
        })?;
        Remote::new(&base, key)
    }
}

/// A server.
#[derive(Clone)]
pub(crate) struct Remote {
    base: String,
    key: String,
    client: Client,
}

/// A task as the server tells it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Told {
    /// Its id.
    pub(crate) id: String,
    /// `queued`, `processing`, `completed` or `failed`.
    pub(crate) status: String,
    /// 0 to 100.
    #[serde(default)]
    pub(crate) progress: u8,
    /// Where the film is, once it is completed.
    #[serde(default)]
    pub(crate) video_url: Option<String>,
    /// The film's length in seconds, once it is completed.
    #[serde(default, rename = "actualDuration")]
    pub(crate) actual_duration: Option<f64>,
    /// Why it failed.
    #[serde(default)]
    pub(crate) error: Option<String>,
    /// The failure's code.
    #[serde(default)]
    pub(crate) error_code: Option<String>,
    /// The whole answer.
    #[serde(skip)]
    pub(crate) whole: Value,
    /// What the server calls this answer; to be held against later ones.
    #[serde(skip)]
    etag: String,
}

impl Told {
    fn from(whole: Value) -> Result<Self, Trouble> {
        let told = Self::deserialize(&whole)
            .map_err(|why| Trouble::new(format!("the server's answer is odd: {why}")))?;
        Ok(Self { whole, etag: "\"\"".to_owned(), ..told })
    }

    /// Whether nothing will change any more.
    pub(crate) fn is_final(&self) -> bool {
        matches!(&*self.status, "completed" | "failed")
    }

    /// The failure as a person reads it.
    pub(crate) fn failure(&self) -> String {
        let code = self.error_code.as_deref().unwrap_or("failed");
        format!("{code}: {}", self.error.as_deref().unwrap_or("no reason was given"))
    }
}

impl Remote {
    /// The server at `base`, spoken to with `key`.
    pub(crate) fn new(base: &str, key: String) -> Result<Self, Trouble> {
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(Trouble::usage(format!(
                "--server must begin with http:// or https://, got `{base}`"
            )));
        }
        // A second installation answers Err with the provider that is there already: just as good.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().connect_timeout(Duration::from_secs(10)).no_proxy().build();
        let client =
            client.map_err(|why| Trouble::new(format!("the HTTP client cannot be started: {why}")))?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), key, client })
    }

    /// Creates a task at `route`, such as `/v1/sora/videos`.
    pub(crate) async fn create(&self, route: &str, body: &Value) -> Result<Told, Trouble> {
        Told::from(self.json(self.ask(Method::POST, route).json(body)).await?)
    }

    /// The task as it is.
    pub(crate) async fn read(&self, id: &str) -> Result<Told, Trouble> {
        Told::from(self.json(self.ask(Method::GET, &format!("/v1/result/{id}"))).await?)
    }

    /// The task once it is no longer as `known`, or as known after a while.
    pub(crate) async fn wait(&self, known: Told) -> Result<Told, Trouble> {
        let path = format!("/v1/result/{}?wait={WAIT}", known.id);
        let response = self.send(self.ask(Method::GET, &path).header(IF_NONE_MATCH, &*known.etag)).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(known);
        }
        let etag =
            response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or("\"\"").to_owned();
        Ok(Told { etag, ..Told::from(self.read_json(response).await?)? })
    }

    /// Cancels the task, or deletes it when it has ended.
    pub(crate) async fn end(&self, id: &str) -> Result<Value, Trouble> {
        self.json(self.ask(Method::DELETE, &format!("/v1/result/{id}"))).await
    }

    /// A page of `path`, as `query` asks for it.
    pub(crate) async fn list(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Trouble> {
        let text: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.json(self.ask(Method::GET, &format!("{path}?{}", text.join("&")))).await
    }

    /// Does something to a task that only operators may.
    pub(crate) async fn overrule(&self, id: &str, verb: &str, body: &Value) -> Result<Value, Trouble> {
        self.json(self.ask(Method::POST, &format!("/v1/admin/tasks/{id}/{verb}")).json(body)).await
    }

    /// The bytes behind a film's link, piece by piece into `take`.
    pub(crate) async fn download(
        &self,
        link: &str,
        mut take: impl FnMut(&[u8]) -> Result<(), Trouble>,
    ) -> Result<u64, Trouble> {
        let response = self.send(self.client.get(link)).await?;
        let mut bytes = 0;
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            let piece =
                piece.map_err(|why| Trouble::new(format!("the download broke off: {}", root(&why))))?;
            bytes += piece.len() as u64;
            take(&piece)?;
        }
        Ok(bytes)
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key)
    }

    async fn json(&self, request: RequestBuilder) -> Result<Value, Trouble> {
        let response = self.send(request).await?;
        self.read_json(response).await
    }

    /// The answer, unless it is an error.
    async fn send(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let response = request.send().await.map_err(|why| self.unreachable(&why))?;
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            Ok(response)
        } else {
            Err(refused(response).await)
        }
    }

    async fn read_json(&self, response: Response) -> Result<Value, Trouble> {
        response
            .json()
            .await
            .map_err(|why| Trouble::new(format!("{} does not answer JSON: {}", self.base, root(&why))))
    }

    fn unreachable(&self, why: &reqwest::Error) -> Trouble {
        Trouble::new(format!(
            "{} cannot be reached: {}; is `filmgate serve` running there?",
            self.base,
            root(why)
        ))
    }
}

/// What the server said no with: its code and text.
async fn refused(response: Response) -> Trouble {
    let status = response.status();
    let body: Value = response.json().await.unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let hint = match status {
        StatusCode::UNAUTHORIZED => " (check --key or FILMGATE_KEY)",
        StatusCode::PAYLOAD_TOO_LARGE => " (give URLs instead of files, or raise `body_bytes` on the server)",
        _ => "",
    };
    match (text("code"), text("message")) {
        (Some(code), Some(message)) => Trouble::new(format!("{code}: {message}{hint}")),
        _ => Trouble::new(format!("the server answered HTTP {status}{hint}")),
    }
}

/// The innermost cause: the part that says something.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
