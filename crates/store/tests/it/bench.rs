//! A store in a folder of its own, and tasks to put into it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use filmgate_domain::account::Account;
use filmgate_domain::audit::Deed;
use filmgate_domain::clock::{Clock, HeldClock, Timestamp};
use filmgate_domain::id::{AccountId, ArtifactId, AttemptId, Entropy, KeyId, TaskId};
use filmgate_domain::key::{Budget, Key, Scopes, Secret};
use filmgate_domain::lease::Claim;
use filmgate_domain::limit::Limits;
use filmgate_domain::media::{MediaSource, Size};
use filmgate_domain::money::{Billing, LineKind, Micros};
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
use filmgate_domain::task::{Artifact, Attempt, State, Task};
use filmgate_store::{
    Ask, Claimed, Created, Durability, Grouping, OpenError, Settings, Store, Terms, Then, Transfer,
    Transferred,
};
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

/// So many of each lane, whatever their models.
pub(crate) fn ask(now: Timestamp, prepare: usize, submit: usize, running: usize) -> Ask {
    Ask { now, until: now + MINUTE, prepare, submit, running, rooms: BTreeMap::new() }
}

impl Bench {
    /// With one account, `main`, that pays later, and its key `key_main`.
    pub(crate) async fn new() -> Self {
        let bench = Self::on(tempfile::tempdir().unwrap(), Arc::new(HeldClock::at(START)));
        bench.account("main", Billing::Postpaid).await;
        bench
    }

    /// Another account, with a key of its own: `key_x` of `x`.
    pub(crate) async fn account(&self, id: &str, billing: Billing) {
        let account = Account::new(AccountId::from_text(id), billing, self.now());
        assert!(self.store.account_create(account, None).await.unwrap());
        self.store.key_create(key(id, self.now()), secret_hash(id), None).await.unwrap();
    }

    pub(crate) fn on(folder: TempDir, clock: Arc<HeldClock>) -> Self {
        let store = Store::open(&settings(&folder), clock.clone(), entropy()).unwrap();
        Self { store, clock, folder }
    }

    /// Gives the account so many micros.
    pub(crate) async fn grant(&self, account: &str, micros: i64) {
        let (account, kind, micros) = (AccountId::from_text(account), LineKind::Grant, Micros(micros));
        let transfer = Transfer { account, kind, micros, note: "a gift".to_owned(), reference: None };
        let made = self.store.transfer(transfer, deed("account.grant")).await;
        assert!(matches!(made, Ok(Transferred::New(_))), "{made:?}");
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
        let created = self.store.create(task.clone(), None, Terms::default()).await;
        assert!(matches!(created, Ok(Created::New(_))), "{created:?}");
        task
    }

    pub(crate) async fn claim(&self) -> Claimed {
        self.store.claim(ask(self.now(), 100, 100, 100)).await.unwrap()
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

/// The key that [`Bench::account`] makes.
pub(crate) fn key(account: &str, now: Timestamp) -> Key {
    Key {
        id: KeyId::from_text(format!("key_{account}")),
        account: AccountId::from_text(account),
        name: "a name".to_owned(),
        scopes: Scopes::CLIENT,
        models: None,
        limits: Limits::default(),
        budget: Budget::default(),
        created: now,
        expires: None,
        revoked: None,
        secrets: vec![Secret { hint: "fg_abc".to_owned(), created: now, expires: None }],
    }
}

/// Something that an operator did.
pub(crate) fn deed(action: &'static str) -> Deed {
    Deed { actor: "test".to_owned(), action, subject: "main".to_owned(), detail: "{}".to_owned() }
}

/// What stands for the SHA-256 of its secret.
pub(crate) fn secret_hash(account: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.iter_mut().zip(account.bytes().cycle()).for_each(|(byte, letter)| *byte = letter);
    hash
}

/// A task of that account, by its key.
pub(crate) fn of(account: &str, task: Task) -> Task {
    let key = key(account, task.created);
    Task { account: key.account, key: key.id, ..task }
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
        key: KeyId::from_text("key_main"),
        created,
        request: VideoRequest {
            dialect: Dialect::Sora,
            model: "openAiSora2Plus".to_owned(),
            prompt: "A cat in the rain".to_owned(),
            seconds: 4,
            size: Size::new(720, 1280),
            guidance: Guidance::Text,
            strict: false,
        },
        price: Micros(25_000),
        seed: u64::MAX - 1,
        inputs: Vec::new(),
        state: State::new(false),
        translation: None,
    }
}

/// A task that has a reference to prepare.
pub(crate) fn referring(id: &str, created: Timestamp) -> Task {
    let mut task = task(id, created);
    task.request.guidance = Guidance::Image(MediaSource::Url("https://example.com/cat.jpg".to_owned()));
    task.state = State::new(true);
    task
}
