//! A store in a folder of its own, and tasks to put into it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use filmgate_domain::clock::{Clock, HeldClock, Timestamp};
use filmgate_domain::id::{AccountId, ArtifactId, AttemptId, Entropy, KeyId, TaskId};
use filmgate_domain::lease::Claim;
use filmgate_domain::media::{MediaSource, Size};
use filmgate_domain::money::Micros;
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
use filmgate_domain::task::{Artifact, Attempt, State, Task};
use filmgate_store::{Ask, Claimed, Created, Durability, Grouping, OpenError, Settings, Store, Then};
use tempfile::TempDir;

pub(crate) const START: Timestamp = Timestamp::from_millis(1_000_000);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);

/// Chance that counts.
pub(crate) struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(number.iter().cycle()).for_each(|(byte, chance)| *byte = *chance);
    }
}

pub(crate) fn entropy() -> Arc<Counting> {
    Arc::new(Counting(AtomicU64::new(0)))
}

pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) clock: Arc<HeldClock>,
    pub(crate) folder: TempDir,
}

pub(crate) fn settings(folder: &TempDir) -> Settings {
    Settings {
        dir: folder.path().to_owned(),
        durability: Durability::None,
        grouping: Grouping::Grouped,
        finished_in_memory: 100,
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap(), Arc::new(HeldClock::at(START)))
    }

    pub(crate) fn on(folder: TempDir, clock: Arc<HeldClock>) -> Self {
        let store = Store::open(&settings(&folder), clock.clone(), entropy()).unwrap();
        Self { store, clock, folder }
    }

    /// The same folder, closed and opened again.
    pub(crate) async fn reopen(self) -> Self {
        let Self { store, clock, folder } = self;
        store.close().await;
        Self::on(folder, clock)
    }

    pub(crate) fn beside(&self) -> Result<Store, OpenError> {
        Store::open_beside(&settings(&self.folder), self.clock.clone(), entropy())
    }

    /// A second look at the database, past the store.
    pub(crate) fn sql(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("filmgate.db")).unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn create(&self, id: &str) -> Task {
        self.keep(task(id, self.now())).await
    }

    pub(crate) async fn keep(&self, task: Task) -> Task {
        assert!(matches!(self.store.create(task.clone(), None).await, Ok(Created::New(_))));
        task
    }

    pub(crate) async fn claim(&self) -> Claimed {
        let now = self.now();
        let ask = Ask { now, until: now + MINUTE, prepare: 100, submit: 100, running: 100 };
        self.store.claim(ask).await.unwrap()
    }

    /// The only claim there is.
    pub(crate) async fn claim_one(&self) -> Claim {
        let mut claims = self.claim().await.claims;
        assert_eq!(claims.len(), 1);
        claims.remove(0)
    }

    /// Writes `state` under `claim`; the task is due again at once.
    pub(crate) async fn record(&self, claim: &Claim, state: State) {
        self.store.record(&claim.lease, state, None, Then::At(self.now())).await.unwrap();
    }

    /// Brings a new task to its good end.
    pub(crate) async fn finish(&self, id: &str) -> Task {
        let task = self.create(id).await;
        let lease = self.claim_one().await.lease;
        let state = succeeded(task.state.clone(), id, self.now());
        self.store.record(&lease, state, None, Then::At(self.now())).await.unwrap();
        task
    }
}

pub(crate) fn attempt(number: u32) -> Attempt {
    Attempt { id: AttemptId::from_text(format!("att_{number}")), number, upstream: "there".to_owned() }
}

/// All the way from the queue.
pub(crate) fn succeeded(queued: State, id: &str, now: Timestamp) -> State {
    let film = film(id);
    let made = queued.begin(attempt(1), now).unwrap().accepted("h".to_owned()).unwrap().made().unwrap();
    made.stored(film.id.clone()).unwrap().succeed(film, now, now + Duration::from_hours(24)).unwrap()
}

pub(crate) fn film(id: &str) -> Artifact {
    let id = ArtifactId::from_text(format!("film_{id}"));
    Artifact { id, bytes: 1_234, duration_ms: 4_000, size: Size::new(720, 1280) }
}

pub(crate) fn task(id: &str, created: Timestamp) -> Task {
    Task {
        id: TaskId::from_text(id),
        account: AccountId::from_text("main"),
        key: KeyId::from_text("key_a"),
        created,
        request: VideoRequest {
            dialect: Dialect::Sora,
            model: "openAiSora2Plus".to_owned(),
            prompt: "A cat in the rain".to_owned(),
            seconds: 4,
            size: Size::new(720, 1280),
            guidance: Guidance::Text,
        },
        price: Micros(25_000),
        seed: u64::MAX - 1,
        inputs: Vec::new(),
        state: State::new(false),
    }
}

/// A task that has a reference to prepare.
pub(crate) fn referring(id: &str, created: Timestamp) -> Task {
    let mut task = task(id, created);
    task.request.guidance = Guidance::Image(MediaSource::Url("https://example.com/cat.jpg".to_owned()));
    task.state = State::new(true);
    task
}
