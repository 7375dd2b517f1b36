//! The port every engine implements. Few methods, and what each guarantees:
//!
//! - `submit` may be repeated with the same attempt id only where [`Engine::dedupe`] says so;
//! - `find`, `poll`, `fetch`, `cancel` and `forget` may be repeated at will;
//! - no method parks a thread, and each ends in bounded time.
//!
//! Errors are sorted by remedy, not by cause: retry, wait, go elsewhere, reject, begin again, or leave alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use filmgate_domain::failure::Failure;
use filmgate_domain::id::AttemptId;
use filmgate_domain::limit::Rate;
use filmgate_domain::media::Input;
use filmgate_domain::money::Micros;
use filmgate_domain::request::VideoRequest;
use filmgate_domain::translation::Change;
use futures_util::stream::BoxStream;

/// What an engine is asked to make: the request with its references as files on this machine.
#[derive(Clone, Debug)]
pub struct Job {
    /// The try; engines that can, dedupe by it.
    pub attempt: AttemptId,
    /// What was asked for.
    pub request: VideoRequest,
    /// Decides what the request left open.
    pub seed: u64,
    /// Where the upstream may say that something has happened, if this server can be reached.
    pub callback: Option<String>,
    /// The references, in the order of `request.guidance.references()`.
    pub inputs: Vec<Snapshot>,
}

/// A reference as it was stored when the task was prepared.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What it is.
    pub input: Input,
    /// Its bytes on this machine.
    pub path: PathBuf,
    /// Where the world can fetch the same bytes, if this server can be reached.
    pub link: Option<String>,
}

/// How an upstream keeps a job from being made twice when the outcome of its submit is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dedupe {
    /// It does not.
    None,
    /// A second submit under the same attempt id makes no second job.
    Key,
    /// A job can be found by its attempt id.
    Lookup,
}

/// How often to ask after a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// From the submit to the first look, and between looks at the beginning.
    pub first: Duration,
    /// Between looks later on.
    pub most: Duration,
}

/// How far an upstream is with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Under way.
    Working {
        /// 0 to 99.
        percent: u8,
        /// When the upstream wants to be asked again, where it said so.
        after: Option<Duration>,
    },
    /// The film can be fetched.
    Done,
}

/// What went wrong, by what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Passing trouble: ask again later.
    #[error("retry: {why}")]
    Retry {
        /// For the log, not for clients.
        why: String,
        /// When the upstream wants to be asked again, where it said so.
        after: Option<Duration>,
    },
    /// It has enough to do, and did not take the job: a sign of health.
    #[error("busy: {why}")]
    Busy {
        /// For the log, not for clients.
        why: String,
        /// When it wants to be asked again, where it said so.
        after: Option<Duration>,
    },
    /// It takes nothing from us, whatever we send, until the operator has seen to it: a credential, money, an address.
    #[error("unusable: {why}")]
    Unusable {
        /// For the log, not for clients.
        why: String,
    },
    /// It will not be made, whoever asks again.
    #[error("rejected: {}", .0.message)]
    Reject(Failure),
    /// The upstream does not know the job any more: nothing will come of this attempt, and nothing was delivered.
    #[error("the job is lost")]
    Lost,
    /// Nobody knows whether the upstream has the job.
    #[error("uncertain: {why}")]
    Uncertain {
        /// For the log, not for clients.
        why: String,
    },
}

/// The bytes of a film as they come.
pub type Film = BoxStream<'static, Result<Bytes, EngineError>>;

/// Code for one protocol.
#[async_trait]
pub trait Engine: Send + Sync {
    /// What there is against a second job.
    fn dedupe(&self) -> Dedupe;

    /// How often it wants to be asked.
    fn pace(&self) -> Pace {
        Pace::default()
    }

    /// What `request` would become here, short of pictures that turn out wrong; or why it cannot be made here.
    fn fit(&self, _request: &VideoRequest) -> Result<Vec<Change>, String> {
        Ok(Vec::new())
    }

    /// Hands over the job; answers the upstream's own name for it.
    async fn submit(&self, job: Job) -> Result<String, EngineError>;

    /// The name of the job that was handed over under this attempt, if it was; only where it can be looked up.
    async fn find(&self, _job: &Job) -> Result<Option<String>, EngineError> {
        Ok(None)
    }

    /// Asks how far the job is. May wait a moment for news, never longer than ten seconds.
    async fn poll(&self, handle: &str) -> Result<Progress, EngineError>;

    /// Opens the film of a job that is done.
    async fn fetch(&self, handle: &str) -> Result<Film, EngineError>;

    /// Tells the upstream that nobody wants the job any more. Best effort.
    async fn cancel(&self, handle: &str) {
        self.forget(handle).await;
    }

    /// Tells the upstream that the film has been stored. Best effort.
    async fn forget(&self, handle: &str);
}

/// An engine under the name that routes use, with its limits.
#[derive(Clone)]
pub struct Upstream {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// How many jobs it is given at once.
    pub concurrency: usize,
    /// How often it is given one.
    pub rate: Rate,
    /// What a second of its films costs the operator.
    pub price: Micros,
    /// Whether a film that is longer than was asked for is cut to that.
    pub trim: bool,
}

/// Every upstream by name.
pub type Upstreams = BTreeMap<String, Upstream>;
