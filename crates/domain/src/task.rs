//! The lifecycle. A task is queued, runs, and ends in one of four ways; the enum [`State`] carries what is true in
//! each, and the transitions below are the only way from one to the next. They consume the old state, take the moment
//! from outside, and answer [`InvalidTransition`] when asked for what cannot be.
//!
//! ```text
//!            prepared            begin             accepted      made       stored        succeed
//! Queued/Inputs ──▶ Queued/Upstream ──▶ Running/Submit ──▶ Poll ──▶ Fetch ──▶ Finish ──▶ Succeeded
//!       │                  │  ▲               │ put_back     │        │         │
//!       ├─ expire ─────────┤  └───────────────┴──────────────┘        │         │
//!       └─ fail, cancel ───┴──────────────────────────────────────────┴─────────┘──▶ Failed, Canceled, Expired
//!
//!                    doubt             accepted, put_back, fail
//! Running/Submit ──▶ Running/Uncertain ──▶ Poll, Queued/Upstream, Failed
//! ```
//!
//! The database repeats these rules as CHECKs.

use crate::clock::Timestamp;
use crate::failure::Failure;
use crate::id::{AccountId, ArtifactId, AttemptId, KeyId, TaskId};
use crate::media::{Input, Size};
use crate::money::{Micros, Settlement};
use crate::request::{Dialect, VideoRequest};
use crate::translation::Translation;

/// One request and everything that became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its name, as the client knows it.
    pub id: TaskId,
    /// Who owns it.
    pub account: AccountId,
    /// The key it was created with.
    pub key: KeyId,
    /// When it was created.
    pub created: Timestamp,
    /// What was asked for.
    pub request: VideoRequest,
    /// What it costs when it succeeds.
    pub price: Micros,
    /// Decides every choice the request left open.
    pub seed: u64,
    /// The snapshots of its references, in the order of [`Guidance::references`](crate::request::Guidance::references);
    /// empty until they are prepared.
    pub inputs: Vec<Input>,
    /// Where it is in its life.
    pub state: State,
    /// What its last attempt was sent; nothing before the first.
    pub translation: Option<Translation>,
}

/// Where a task is in its life, with what is true there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Acknowledged and durable; nothing was sent anywhere yet.
    Queued(Waiting),
    /// At an upstream, or on the way to or from it.
    Running(Running),
    /// The film is stored. It can be downloaded until it expires.
    Succeeded(Succeeded),
    /// It will not be made.
    Failed {
        /// When it failed.
        at: Timestamp,
        /// Why.
        failure: Failure,
    },
    /// The client or the operator stopped it.
    Canceled {
        /// When.
        at: Timestamp,
    },
    /// It waited longer than it may, and never ran.
    Expired {
        /// When.
        at: Timestamp,
    },
}

/// What a queued task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For its reference media to be fetched, checked and stored.
    Inputs,
    /// For room at an upstream.
    Upstream,
}

/// A task that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// When it first left the queue.
    pub since: Timestamp,
    /// The try that is under way.
    pub attempt: Attempt,
    /// How much is done, 0 to 100; never falls within an attempt.
    pub percent: u8,
    /// What is to be done next.
    pub step: Step,
}

/// One try at one upstream. It is durable before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its name; upstreams that can, dedupe by it.
    pub id: AttemptId,
    /// 1 for the first.
    pub number: u32,
    /// The name of the upstream that the task is pinned to.
    pub upstream: String,
}

/// The step a running task is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The job is being handed to the upstream. A claim that finds this was interrupted in the middle of it.
    Submit,
    /// Nobody knows whether the upstream has the job. It is not sent again; the price stays held until somebody finds
    /// out, or the time for that is over.
    Uncertain,
    /// The upstream has the job.
    Poll {
        /// The upstream's own name for it.
        handle: String,
    },
    /// The upstream is done.
    Fetch {
        /// The upstream's own name for the job.
        handle: String,
    },
    /// The bytes are stored, and not yet parsed.
    Finish {
        /// Where they are.
        artifact: ArtifactId,
    },
}

/// A film that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succeeded {
    /// When.
    pub at: Timestamp,
    /// The film as parsed from its own bytes.
    pub artifact: Artifact,
    /// When its link stops working and its bytes may go.
    pub expires: Timestamp,
}

/// A stored result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name.
    pub id: ArtifactId,
    /// Size in bytes.
    pub bytes: u64,
    /// Length as measured in the MP4, in milliseconds.
    pub duration_ms: u64,
    /// Picture size as measured in the MP4.
    pub size: Size,
}

/// A transition was asked for that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a task that is {from} cannot {verb}")]
pub struct InvalidTransition {
    from: &'static str,
    verb: &'static str,
}

type Next = Result<State, InvalidTransition>;

impl State {
    /// The state of a new task.
    pub const fn new(has_references: bool) -> Self {
        Self::Queued(if has_references { Waiting::Inputs } else { Waiting::Upstream })
    }

    /// The state's name inside.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued(_) => "queued",
            Self::Running(_) => "running",
            Self::Succeeded(_) => "succeeded",
            Self::Failed { .. } => "failed",
            Self::Canceled { .. } => "canceled",
            Self::Expired { .. } => "expired",
        }
    }

    /// The name of the step that a worker would do next; `None` when the task has ended.
    pub const fn step(&self) -> Option<&'static str> {
        match self {
            Self::Queued(Waiting::Inputs) => Some("prepare"),
            Self::Queued(Waiting::Upstream) => Some("submit"),
            Self::Running(running) => Some(running.step.name()),
            _ => None,
        }
    }

    /// Whether nothing can change any more.
    pub const fn is_final(&self) -> bool {
        self.step().is_none()
    }

    /// What becomes of the held price; `None` while the task lives.
    pub const fn settlement(&self) -> Option<Settlement> {
        match self {
            Self::Queued(_) | Self::Running(_) => None,
            Self::Succeeded(_) => Some(Settlement::Capture),
            Self::Failed { .. } | Self::Canceled { .. } | Self::Expired { .. } => Some(Settlement::Release),
        }
    }

    /// The references are stored.
    pub fn prepared(self) -> Next {
        match self {
            Self::Queued(Waiting::Inputs) => Ok(Self::Queued(Waiting::Upstream)),
            other => Err(other.cannot("be prepared")),
        }
    }

    /// An upstream has room: a first attempt, or one more after [`put_back`](Self::put_back).
    pub fn begin(self, attempt: Attempt, now: Timestamp) -> Next {
        match self {
            Self::Queued(Waiting::Upstream) => {
                Ok(Self::Running(Running { since: now, attempt, percent: 0, step: Step::Submit }))
            }
            other => Err(other.cannot("begin")),
        }
    }

    /// The upstream took the job and calls it `handle`; or it turned out that it had.
    pub fn accepted(self, handle: String) -> Next {
        self.advance("be accepted", |step| {
            matches!(step, Step::Submit | Step::Uncertain).then_some(Step::Poll { handle })
        })
    }

    /// The submit was sent, and what became of it is unknown.
    pub fn doubt(self) -> Next {
        self.advance("be doubted", |step| matches!(step, Step::Submit).then_some(Step::Uncertain))
    }

    /// The upstream says how far it is; less than before counts as before, more than 99 as 99.
    pub fn progressed(self, percent: u8) -> Next {
        match self {
            Self::Running(running) if matches!(running.step, Step::Poll { .. }) => {
                let percent = running.percent.max(percent.min(99));
                Ok(Self::Running(Running { percent, ..running }))
            }
            other => Err(other.cannot("progress")),
        }
    }

    /// The upstream is done.
    pub fn made(self) -> Next {
        match self {
            Self::Running(Running { since, attempt, step: Step::Poll { handle }, .. }) => {
                Ok(Self::Running(Running { since, attempt, percent: 99, step: Step::Fetch { handle } }))
            }
            other => Err(other.cannot("be made")),
        }
    }

    /// The bytes are in storage.
    pub fn stored(self, artifact: ArtifactId) -> Next {
        self.advance("be stored", |step| {
            matches!(step, Step::Fetch { .. }).then_some(Step::Finish { artifact })
        })
    }

    /// The bytes were parsed and are a film.
    pub fn succeed(self, artifact: Artifact, now: Timestamp, expires: Timestamp) -> Next {
        match self {
            Self::Running(running) if matches!(&running.step, Step::Finish { artifact: id } if *id == artifact.id) => {
                Ok(Self::Succeeded(Succeeded { at: now, artifact, expires }))
            }
            other => Err(other.cannot("succeed")),
        }
    }

    /// The upstream lost the job, or it never arrived, and it is safe to try again: back to the queue.
    pub fn put_back(self) -> Next {
        match self {
            Self::Running(Running {
                step: Step::Submit | Step::Uncertain | Step::Poll { .. } | Step::Fetch { .. },
                ..
            }) => Ok(Self::Queued(Waiting::Upstream)),
            other => Err(other.cannot("be put back")),
        }
    }

    /// It will not be made.
    pub fn fail(self, failure: Failure, now: Timestamp) -> Next {
        if self.is_final() { Err(self.cannot("fail")) } else { Ok(Self::Failed { at: now, failure }) }
    }

    /// Somebody stopped it.
    pub fn cancel(self, now: Timestamp) -> Next {
        if self.is_final() { Err(self.cannot("be canceled")) } else { Ok(Self::Canceled { at: now }) }
    }

    /// It waited longer than it may.
    pub fn expire(self, now: Timestamp) -> Next {
        match self {
            Self::Queued(_) => Ok(Self::Expired { at: now }),
            other => Err(other.cannot("expire")),
        }
    }

    fn advance(self, verb: &'static str, next: impl FnOnce(&Step) -> Option<Step>) -> Next {
        match self {
            Self::Running(running) => match next(&running.step) {
                Some(step) => Ok(Self::Running(Running { step, ..running })),
                None => Err(Self::Running(running).cannot(verb)),
            },
            other => Err(other.cannot(verb)),
        }
    }

    const fn cannot(&self, verb: &'static str) -> InvalidTransition {
        InvalidTransition { from: self.name(), verb }
    }
}

impl Step {
    /// The step's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Uncertain => "uncertain",
            Self::Poll { .. } => "poll",
            Self::Fetch { .. } => "fetch",
            Self::Finish { .. } => "finish",
        }
    }
}

/// What a reader may know of a task: small enough to keep a hundred thousand of them in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The task.
    pub id: TaskId,
    /// Who owns it.
    pub account: AccountId,
    /// How it was asked for.
    pub dialect: Dialect,
    /// The public model's name.
    pub model: std::sync::Arc<str>,
    /// When it was created.
    pub created: Timestamp,
    /// How it stands.
    pub status: Status,
}

/// How a task stands, to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Waiting.
    Queued,
    /// Being made; percent from 0 to 99.
    Running(u8),
    /// Made.
    Succeeded(Box<Succeeded>),
    /// Not made, and why.
    Failed(Box<Failure>),
    /// Stopped.
    Canceled,
    /// Waited too long.
    Expired,
}

impl Status {
    /// Whether nothing can change any more.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Queued | Self::Running(_))
    }
}

impl From<&State> for Status {
    fn from(state: &State) -> Self {
        match state {
            State::Queued(_) => Self::Queued,
            State::Running(running) => Self::Running(running.percent),
            State::Succeeded(succeeded) => Self::Succeeded(Box::new(succeeded.clone())),
            State::Failed { failure, .. } => Self::Failed(Box::new(failure.clone())),
            State::Canceled { .. } => Self::Canceled,
            State::Expired { .. } => Self::Expired,
        }
    }
}
