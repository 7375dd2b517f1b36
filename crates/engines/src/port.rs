//! The port every engine implements. Few methods, and what each guarantees:
//!
//! - `submit` may be repeated with the same attempt id only where [`Engine::dedupes`] says so;
//! - `poll`, `fetch` and `cancel` may be repeated at will;
//! - no method parks a thread, and each ends in bounded time.
//!
//! Errors are sorted by remedy, not by cause: retry, reject, begin again, or leave alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use filmgate_domain::failure::Failure;
use filmgate_domain::id::AttemptId;
use filmgate_domain::media::Input;
use filmgate_domain::request::VideoRequest;
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
    /// The snapshots of the references, in the order of `request.guidance.references()`.
    pub inputs: Vec<(Input, PathBuf)>,
}

/// How far an upstream is with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Under way.
    Working {
        /// 0 to 99.
        percent: u8,
        /// When it makes sense to ask again.
        again_in: Duration,
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
    /// Whether a second submit under the same attempt id makes no second job.
    fn dedupes(&self) -> bool;

    /// Hands over the job; answers the upstream's own name for it.
    async fn submit(&self, job: Job) -> Result<String, EngineError>;

    /// Asks how far the job is. May wait a moment for news, never longer than ten seconds.
    async fn poll(&self, handle: &str) -> Result<Progress, EngineError>;

    /// Opens the film of a job that is done.
    async fn fetch(&self, handle: &str) -> Result<Film, EngineError>;

    /// Tells the upstream that nobody wants the job any more, or that its film has been stored. Best effort.
    async fn forget(&self, handle: &str);
}

/// An engine under the name that routes use, with its limits.
#[derive(Clone)]
pub struct Upstream {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// How many jobs it is given at once.
    pub concurrency: usize,
}

/// Every upstream by name.
pub type Upstreams = BTreeMap<String, Upstream>;
