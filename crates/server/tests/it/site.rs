//! The site of these tests, and the small client that talks to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use filmgate_contract::catalogue::Catalogue;
use filmgate_domain::account::Prices;
use filmgate_domain::clock::{Clock, HeldClock, Timestamp};
use filmgate_domain::id::{ArtifactId, AttemptId, Entropy};
use filmgate_domain::key::Scopes;
use filmgate_domain::media::{BlobKey, Size};
use filmgate_domain::model::Models;
use filmgate_domain::money::{Billing, Micros};
use filmgate_domain::task::{Artifact, Attempt, State};
use filmgate_engines::address::Policy;
use filmgate_engines::content::{Content, Rules};
use filmgate_engines::guard::{Guard, Limits};
use filmgate_engines::port::Upstreams;
use filmgate_gateway::link::{Signer, SigningKey};
use filmgate_gateway::office::{self, NewAccount, NewKey, Office};
use filmgate_gateway::{Doors, Gateway, Parts};
use filmgate_server::Settings;
use filmgate_store::{Ask, Durability, Grouping, Store, Then};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(crate) const SECRET: &str = "fg_a-secret-of-these-tests";
pub(crate) const PLAIN: &str = r#"{"model":"openAiSora2Plus","prompt":"A lighthouse at dusk"}"#;
pub(crate) const MIB: usize = 1 << 20;

/// Chance that every run has the same: draw after draw, well mixed (splitmix64).
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            let mut mixed = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            piece.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes()[..piece.len()]);
        }
    }
}

/// A running server with everything behind it.
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) gateway: Gateway,
    pub(crate) clock: Arc<HeldClock>,
    pub(crate) doors: Doors,
    models: Models,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) serving: tokio::task::JoinHandle<std::io::Result<()>>,
    _folder: TempDir,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A site whose settings were changed by `change`.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HeldClock::at(START));
        let doors = Doors { clock: clock.clone(), entropy: Arc::new(Counting(AtomicU64::new(1))) };
        let store = filmgate_store::Settings {
            dir: folder.path().to_owned(),
            durability: Durability::None,
            grouping: Grouping::Grouped,
            finished_in_memory: 100,
        };
        let catalogue = Catalogue::builtin();
        let models = catalogue.domain_models();
        let gateway = Gateway::new(Parts {
            store: Store::open(&store, doors.clock.clone(), doors.entropy.clone()).unwrap(),
            upstreams: Upstreams::new(),
            models: models.clone(),
            guard: Guard::new(Policy::new(Vec::new()), Limits::default()),
            content: Content {
                rules: Rules::parse("# of these tests\nforbidden fruit").unwrap(),
                moderator: None,
            },
            signer: Signer::new(vec![SigningKey::new(b"a signing key of tests").unwrap()]).unwrap(),
            settings: filmgate_gateway::Settings::default(),
            doors: doors.clone(),
        });
        let mut settings = Settings { loops: 2, ..Settings::default() };
        change(&mut settings);
        let nowhere = "127.0.0.1:0".parse().unwrap();
        let bound = filmgate_server::bind(nowhere, settings, gateway.clone(), catalogue, recorder()).unwrap();
        let (stop, stopping) = watch::channel(false);
        let (address, serving) = (bound.address(), tokio::spawn(bound.run(stopping)));
        let site = Self { address, gateway, clock, doors, models, stop, serving, _folder: folder };
        office::keep(site.gateway.store(), &site.doors, SECRET, "", Scopes::CLIENT).await.unwrap();
        site
    }

    /// The office, beside the server.
    pub(crate) fn office(&self) -> Office<'_> {
        Office::beside(self.gateway.store(), &self.doors, &self.models)
    }

    /// Makes an account that has been granted `micros`.
    pub(crate) async fn account(&self, id: &str, micros: i64) {
        let new = NewAccount {
            id: id.to_owned(),
            name: String::new(),
            billing: Billing::Prepaid,
            limits: filmgate_domain::limit::Limits::default(),
            prices: Prices::new(),
        };
        self.office().account_create(new).await.unwrap();
        if micros > 0 {
            self.office().grant(id, Micros(micros), String::new(), None).await.unwrap();
        }
    }

    /// Makes a key; says its secret.
    pub(crate) async fn key(&self, account: &str, scopes: Scopes) -> String {
        self.key_with(NewKey::plain(account, "", scopes)).await.1
    }

    /// Makes a key; says its id and secret.
    pub(crate) async fn key_with(&self, new: NewKey) -> (String, String) {
        let (key, secret) = self.office().key_create(new).await.unwrap();
        (key.id.to_string(), secret)
    }

    /// Sends one request on a connection of its own. `head` is method and path, then header lines; `Host`,
    /// `Content-Length` and `Connection: close` are added.
    pub(crate) async fn ask(&self, head: &str, body: &[u8]) -> Heard {
        let (first, lines) = head.split_once('\n').unwrap_or((head, ""));
        let mut text = format!("{first} HTTP/1.1\r\n");
        if !lines.to_ascii_lowercase().contains("host:") {
            text.push_str("Host: films.test\r\n");
        }
        for line in lines.lines() {
            text += line;
            text += "\r\n";
        }
        write!(text, "Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()).unwrap();
        self.raw(&[text.as_bytes(), body].concat()).await
    }

    /// The same with the key of these tests.
    pub(crate) async fn ask_as_client(&self, head: &str, body: &str) -> Heard {
        self.ask(&format!("{head}\nAuthorization: Bearer {SECRET}"), body.as_bytes()).await
    }

    /// Writes `bytes` to a connection of its own and reads until the server closes it.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Heard {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        Heard::parse(&heard)
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Creates a task and says its id.
    pub(crate) async fn create(&self) -> String {
        let heard = self.ask_as_client("POST /v1/sora/videos", PLAIN).await;
        assert_eq!(heard.status, 200, "{heard:?}");
        heard.json()["id"].as_str().unwrap().to_owned()
    }

    /// Moves every task that waits for an upstream through `change`.
    pub(crate) async fn advance(&self, change: impl Fn(State) -> State) {
        let (store, now) = (self.gateway.store(), self.clock.now());
        let until = now + std::time::Duration::from_mins(1);
        let ask = Ask { now, until, prepare: 0, submit: 100, running: 100, rooms: BTreeMap::new() };
        for claim in store.claim(ask).await.unwrap().claims {
            let state = change(claim.task.state);
            store.record(&claim.lease, state, None, Then::At(now)).await.unwrap();
        }
    }

    /// Lets every task that waits for an upstream have been made, as a film of these `bytes`.
    pub(crate) async fn finish(&self, bytes: &[u8]) {
        let id = ArtifactId::mint(self.clock.now(), &*self.doors.entropy);
        let mut writer = self.gateway.store().blobs().create(&BlobKey::Artifact(id.clone())).await.unwrap();
        writer.write(bytes.to_vec().into()).await.unwrap();
        writer.finish().await.unwrap();
        let (now, length) = (self.clock.now(), bytes.len() as u64);
        self.advance(|state| {
            let film =
                Artifact { id: id.clone(), bytes: length, duration_ms: 4000, size: Size::new(720, 1280) };
            let stored =
                begun(state, now).accepted("job".to_owned()).unwrap().made().unwrap().stored(id.clone());
            stored.unwrap().succeed(film, now, now + std::time::Duration::from_hours(24)).unwrap()
        })
        .await;
    }

    /// A finished task's path and query, as its link says them.
    pub(crate) async fn film(&self, bytes: &[u8]) -> String {
        let id = self.create().await;
        self.finish(bytes).await;
        let heard = self.ask_as_client(&format!("GET /v1/result/{id}"), "").await.json();
        let link = heard["video_url"].as_str().unwrap();
        link.strip_prefix("http://films.test").unwrap().to_owned()
    }
}

/// A task that an upstream has just been chosen for.
pub(crate) fn begun(state: State, now: Timestamp) -> State {
    let attempt = Attempt { id: AttemptId::from_text("att_1"), number: 1, upstream: "animatic".to_owned() };
    state.begin(attempt, now).unwrap()
}

/// The recorder is the process's; whichever test comes first installs it.
fn recorder() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    let install = || {
        let recorder = filmgate_server::recorder().unwrap();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).unwrap();
        handle
    };
    HANDLE.get_or_init(install).clone()
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap();
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    /// Header `name`, in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Asserts that this is a problem of `status` with `code`, in the shape that clients read.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, Some("application/json")),
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(body["message"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
        assert_eq!((&body["msg"], &body["error"]), (&body["message"], &body["message"]));
        assert!(self.header("x-request-id").is_some(), "{self:?}");
    }
}
