//! The work bench of these tests: a gateway on a temporary folder, a held clock, a counting entropy, an engine that
//! does what its script says, and the built-in engine for real films.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use filmgate_domain::clock::{Clock, HeldClock, Timestamp};
use filmgate_domain::id::{AttemptId, Entropy};
use filmgate_domain::key::{Caller, Scopes};
use filmgate_domain::limit::{Limits as UseLimits, Rate};
use filmgate_domain::media::Size;
use filmgate_domain::model::{MediaRules, Model, Models, Route, Tariff, TariffRow};
use filmgate_domain::money::{Billing, Micros};
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
use filmgate_domain::task::{Attempt, State, Status};
use filmgate_domain::translation::Change;
use filmgate_engines::address::Policy;
use filmgate_engines::animatic::Animatic;
use filmgate_engines::content::Content;
use filmgate_engines::guard::{Guard, Limits};
use filmgate_engines::port::{Dedupe, Engine, EngineError, Film, Job, Progress, Upstream, Upstreams};
use filmgate_gateway::link::{Signer, SigningKey};
use filmgate_gateway::office::{NewAccount, NewKey, Office, keep};
use filmgate_gateway::{Doors, Gateway, Parts, Settings};
use filmgate_store::{Ask, Durability, Grouping, Store, Then};
use futures_util::{StreamExt, stream};
use tempfile::TempDir;

pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(crate) const SECRET: &str = "fg_a-secret-of-these-tests";

/// Chance that counts: every draw differs, every run draws the same.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (place, byte) in bytes.iter_mut().rev().enumerate() {
            *byte = count[7 - place % 8];
        }
    }
}

/// An engine that answers what its script says, in order, and remembers what it was asked.
pub(crate) struct Scripted {
    pub(crate) submits: Mutex<Vec<Result<String, EngineError>>>,
    pub(crate) polls: Mutex<Vec<Result<Progress, EngineError>>>,
    pub(crate) film: Mutex<Vec<u8>>,
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) dedupe: Mutex<Dedupe>,
    pub(crate) found: Mutex<Option<String>>,
    /// The longest film it makes, in whole threes of seconds where it is not that; any without it.
    pub(crate) longest: Mutex<Option<u32>>,
}

impl Default for Scripted {
    fn default() -> Self {
        Self {
            submits: Mutex::default(),
            polls: Mutex::default(),
            film: Mutex::default(),
            asked: Mutex::default(),
            dedupe: Mutex::new(Dedupe::None),
            found: Mutex::default(),
            longest: Mutex::default(),
        }
    }
}

impl Scripted {
    fn note(&self, what: impl Into<String>) {
        self.asked.lock().unwrap().push(what.into());
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Engine for Scripted {
    fn dedupe(&self) -> Dedupe {
        *self.dedupe.lock().unwrap()
    }

    fn fit(&self, request: &VideoRequest) -> Result<Vec<Change>, String> {
        let Some(longest) = *self.longest.lock().unwrap() else { return Ok(Vec::new()) };
        let sent = request.seconds.next_multiple_of(3).min(longest);
        match () {
            () if request.seconds > longest => Err(format!("it makes no film of {} s", request.seconds)),
            () if sent == request.seconds => Ok(Vec::new()),
            () => Ok(vec![Change::new("seconds", &request.seconds, Some(sent.to_string()))]),
        }
    }

    async fn find(&self, _job: &Job) -> Result<Option<String>, EngineError> {
        self.note("find");
        Ok(self.found.lock().unwrap().clone())
    }

    async fn cancel(&self, handle: &str) {
        self.note(format!("cancel {handle}"));
    }

    async fn submit(&self, _job: Job) -> Result<String, EngineError> {
        self.note("submit");
        let mut script = self.submits.lock().unwrap();
        if script.is_empty() { Ok("job".to_owned()) } else { script.remove(0) }
    }

    async fn poll(&self, handle: &str) -> Result<Progress, EngineError> {
        self.note(format!("poll {handle}"));
        let mut script = self.polls.lock().unwrap();
        if script.is_empty() { Ok(Progress::Done) } else { script.remove(0) }
    }

    async fn fetch(&self, handle: &str) -> Result<Film, EngineError> {
        self.note(format!("fetch {handle}"));
        let film = Bytes::from(self.film.lock().unwrap().clone());
        Ok(stream::iter([Ok(film)]).boxed())
    }

    async fn forget(&self, handle: &str) {
        self.note(format!("forget {handle}"));
    }
}

pub(crate) struct Bench {
    pub(crate) gateway: Gateway,
    pub(crate) clock: Arc<HeldClock>,
    pub(crate) engine: Arc<Scripted>,
    /// Where the model `two` goes when the first does not take it.
    pub(crate) second: Arc<Scripted>,
    pub(crate) caller: Arc<Caller>,
    pub(crate) doors: Doors,
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap()).await
    }

    pub(crate) async fn on(folder: TempDir) -> Self {
        Self::made_of(folder, Content::default()).await
    }

    pub(crate) async fn with(content: Content) -> Self {
        Self::made_of(tempfile::tempdir().unwrap(), content).await
    }

    async fn made_of(folder: TempDir, content: Content) -> Self {
        let clock = Arc::new(HeldClock::at(START));
        let doors = Doors { clock: clock.clone(), entropy: Arc::new(Counting(AtomicU64::new(1))) };
        let settings = filmgate_store::Settings {
            dir: folder.path().to_owned(),
            durability: Durability::Full,
            grouping: Grouping::Grouped,
            finished_in_memory: 100,
        };
        let store = Store::open(&settings, doors.clock.clone(), doors.entropy.clone()).unwrap();
        keep(&store, &doors, SECRET, "test", Scopes::CLIENT).await.unwrap();
        let (engine, second) = (Arc::new(Scripted::default()), Arc::new(Scripted::default()));
        let gateway = Gateway::new(Parts {
            store,
            upstreams: upstreams(engine.clone(), second.clone()),
            models: models(),
            guard: Guard::new(Policy::new(vec!["127.0.0.0/8".parse().unwrap()]), Limits::default()),
            content,
            signer: Signer::new(vec![SigningKey::new(b"a signing key of tests").unwrap()]).unwrap(),
            settings: Settings::default(),
            doors: doors.clone(),
        });
        let caller = gateway.authenticate(SECRET).expect("the key that was just kept works");
        Self { gateway, clock, engine, second, caller, doors, folder }
    }

    /// The office, as the command line has it.
    pub(crate) fn office(&self) -> Office<'_> {
        Office::beside(self.gateway.store(), &self.doors, MODELS.get_or_init(models))
    }

    /// A caller of a new account that has so many micros, with a key that `set` may change.
    pub(crate) async fn client(&self, id: &str, micros: i64, set: impl FnOnce(&mut NewKey)) -> Arc<Caller> {
        let (limits, prices, billing) = (UseLimits::default(), BTreeMap::new(), Billing::Prepaid);
        let new = NewAccount { id: id.to_owned(), name: String::new(), billing, limits, prices };
        self.office().account_create(new).await.unwrap();
        if micros > 0 {
            self.office().grant(id, Micros(micros), "a gift".to_owned(), None).await.unwrap();
        }
        let mut new = NewKey::plain(id, "a key", Scopes::CLIENT);
        set(&mut new);
        let (_, secret) = self.office().key_create(new).await.unwrap();
        self.gateway.authenticate(&secret).expect("the key that was just made works")
    }

    /// An administrator.
    pub(crate) async fn admin(&self) -> Arc<Caller> {
        let (_, secret) =
            self.office().key_create(NewKey::plain("main", "an admin", Scopes::ALL)).await.unwrap();
        self.gateway.authenticate(&secret).unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn create(&self, request: VideoRequest) -> String {
        let cell = self.gateway.create(&self.caller, request, None).await.unwrap();
        cell.summary.id.to_string()
    }

    pub(crate) async fn status(&self, id: &str) -> Status {
        self.gateway.read(&self.caller, id).await.unwrap().summary.status.clone()
    }

    pub(crate) async fn state(&self, id: &str) -> State {
        self.gateway.inspect(&self.caller, id).await.unwrap().state
    }

    /// What a process leaves behind that dies after the attempt is durable and before the answer of the upstream is.
    pub(crate) async fn begin_without_sending(&self, id: &str) {
        let (now, store) = (self.now(), self.gateway.store());
        let until = now + Duration::from_mins(1);
        let ask = Ask { now, until, prepare: 0, submit: 1, running: 0, rooms: BTreeMap::new() };
        let claim = store.claim(ask).await.unwrap().claims.remove(0);
        assert_eq!(claim.task.id.as_str(), id);
        let attempt =
            Attempt { id: AttemptId::from_text("att_1"), number: 1, upstream: "scripted".to_owned() };
        let begun = claim.task.state.begin(attempt, now).unwrap();
        store.record(&claim.lease, begun, None, Then::Keep { until }).await.unwrap();
    }

    /// Does every step that is due, again and again, until none is; real films take a while.
    pub(crate) async fn settle(&self) {
        while self.gateway.run_due().await.unwrap() > 0 {}
    }

    /// The same folder after the process died and came back.
    pub(crate) async fn restart(self) -> Self {
        let Self { gateway, folder, clock, .. } = self;
        gateway.store().clone().close().await;
        drop(gateway);
        let again = Self::on(folder).await;
        again.clock.advance(clock.now().since(START) + Duration::from_mins(2));
        again
    }

    pub(crate) fn files(&self, under: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.gateway.store().blobs().root().join(under)) else {
            return Vec::new();
        };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

static MODELS: std::sync::OnceLock<Models> = std::sync::OnceLock::new();

fn upstreams(scripted: Arc<Scripted>, second: Arc<Scripted>) -> Upstreams {
    let mut upstreams: BTreeMap<_, _> = Upstreams::new();
    upstreams.insert("second".to_owned(), upstream(second));
    upstreams.insert("scripted".to_owned(), Upstream { trim: true, ..upstream(scripted) });
    upstreams.insert("animatic".to_owned(), upstream(Arc::new(Animatic::new(2))));
    upstreams
}

fn upstream(engine: Arc<dyn Engine>) -> Upstream {
    Upstream { engine, concurrency: 4, rate: Rate::NONE, price: Micros(0), trim: false }
}

fn models() -> Models {
    let media = MediaRules {
        image_exact: false,
        image_bytes_below: 20_000,
        videos_total_ms: 15_000,
        videos_total_bytes: 200_000,
        video_side_min: 64,
        video_side_max: 2160,
    };
    let model = |name: &str, upstream: &str, image_exact: bool| {
        let upstreams = upstream.split(' ').map(str::to_owned).collect();
        let route = Route { upstreams, weights: Vec::new() };
        let media = MediaRules { image_exact, ..media.clone() };
        let row = TariffRow { duration: Some(2), resolution: None, price: Micros(300_000) };
        let model = Model {
            name: name.to_owned(),
            tariff: Tariff { price: Micros(100_000), rows: vec![row] },
            resolutions: vec![(Size::new(128, 128), "tiny".to_owned())],
            concurrency: (name == "narrow").then_some(1),
            route,
            media,
        };
        (name.to_owned(), model)
    };
    Models::from([
        model("real", "animatic", false),
        model("exact", "animatic", true),
        model("scripted", "scripted", false),
        model("narrow", "scripted", false),
        model("nowhere", "absent", false),
        model("two", "scripted second", false),
    ])
}

pub(crate) fn request(model: &str, guidance: Guidance) -> VideoRequest {
    VideoRequest {
        dialect: Dialect::Videos,
        model: model.to_owned(),
        prompt: "A red ball in the rain".to_owned(),
        seconds: 1,
        size: Size::new(128, 128),
        guidance,
        strict: false,
    }
}

/// A host on the loopback that answers every path with what `files` has for it, 404 otherwise.
pub(crate) async fn host(files: Vec<(&'static str, Vec<u8>)>) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let files: Arc<BTreeMap<_, _>> = Arc::new(files.into_iter().collect());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, files.clone()));
        }
    });
    address
}

async fn answer(mut stream: tokio::net::TcpStream, files: Arc<BTreeMap<&'static str, Vec<u8>>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut head = [0_u8; 4096];
    let read = stream.read(&mut head).await.unwrap_or(0);
    let head = String::from_utf8_lossy(&head[..read]).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (status, body) = files.get(path).map_or(("404 Not Found", &b""[..]), |body| ("200 OK", body));
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    // The reader may hang up at its cap; that is its right.
    if stream.write_all(head.as_bytes()).await.is_ok() {
        let _hung_up = stream.write_all(body).await;
    }
}
