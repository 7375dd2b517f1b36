//! The promise that everything else stands on: an id that was given out is a task that survives `kill -9`.
//!
//! The real process is loaded with creates of every kind and killed [`KILLS`] times at random instants, spread over
//! its start, creating, rendering and finishing; each time it is started again on the same folder. At the end it may
//! run, and everything that was ever acknowledged must have ended as it should, with nothing lost and nothing left
//! over. Real engine, real files, small pictures. After every kill the ledger must add up, and at the end exactly the
//! films are paid for.
//!
//! The instants are chance by nature; `CRASH_SEED=n` repeats a run's choices as far as a machine can.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::hosted::{Hosted, png};
use crate::http;
use crate::process::{KEY, LONG, Server, Starting, run, said};

/// How often the process is killed.
const KILLS: u64 = 60;
/// Clients that create at the same time, and how much each creates between two kills.
const CLIENTS: u64 = 4;
const CREATES: u64 = 4;

/// One small and cheap model of each dialect.
pub(crate) const CATALOGUE: &str = r#"
[[model]]
name = "tiny"
dialect = "sora"
description = "One second, the smallest picture"
price = 1
upstreams = ["animatic"]
prompt_max = 100
durations = [1]
default_duration = 1
default_ratio = "1:1"
default_resolution = "small"
pictures = [{ ratio = "1:1", resolution = "small", size = "64x64" }]
[model.images]
references = 1
frames = false
exact_size = false
bytes_below = 1_000_000

[[model]]
name = "tiny_frames"
dialect = "videos"
description = "The same from two frames"
price = 1
upstreams = ["animatic"]
prompt_max = 100
durations = [1]
default_duration = 1
default_ratio = "1:1"
default_resolution = "small"
pictures = [{ ratio = "1:1", resolution = "small", size = "64x64" }]
[model.images]
references = 4
frames = true
exact_size = false
bytes_below = 1_000_000
"#;

/// Chance that can be repeated: xorshift.
pub(crate) struct Chance(pub(crate) AtomicU64);

impl Chance {
    /// A number from 0 up to and without `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let step = |mut x: u64| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^ x << 17
        };
        let before = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |x| Some(step(x)));
        step(before.unwrap_or(1)) % end
    }
}

/// How a task must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Film,
    InvalidMedia,
}

/// A create with an idempotency key: the same key and body must give the same id for ever.
struct Keyed {
    key: String,
    body: Value,
    id: Option<String>,
}

/// What the tiny models cost, in micro-units.
const PRICE: usize = 1;

/// What the clients remember across all lives of the server.
struct Ledger {
    chance: Chance,
    hosted: Hosted,
    /// Every id that was given out.
    acknowledged: Mutex<BTreeMap<String, End>>,
    keyed: Mutex<Vec<Keyed>>,
    /// The key of an account that pays before.
    prepaid: String,
    /// Creates without a key whose answer did not come: each may have made a task or not.
    unanswered: AtomicUsize,
}

impl Ledger {
    fn new(seed: u64, prepaid: String) -> Self {
        let files = [("/good.png", png(80, 60)), ("/wrong.png", b"<html>this is no picture</html>".to_vec())];
        Self {
            chance: Chance(AtomicU64::new(seed | 1)),
            hosted: Hosted::new(files),
            acknowledged: Mutex::default(),
            keyed: Mutex::default(),
            prepaid,
            unanswered: AtomicUsize::new(0),
        }
    }

    /// Creates until there is enough, or the server is gone.
    fn client(&self, address: SocketAddr) {
        let all = (0..CREATES)
            .all(|_| if self.chance.below(5) == 0 { self.keyed(address) } else { self.plain(address) });
        let _enough = all && self.retry_one(address);
    }

    /// One create of a random kind. False: the server is gone.
    fn plain(&self, address: SocketAddr) -> bool {
        let inline = || format!("data:image/png;base64,{}", STANDARD.encode(png(64, 64)));
        let sora = |end, image: Option<String>| {
            ("/v1/sora/videos", end, json!({ "model": "tiny", "prompt": "a lake", "image_urls": image }))
        };
        let (route, end, body) = match self.chance.below(10) {
            0 => sora(End::Film, Some(self.hosted.url("/good.png"))),
            1 => sora(End::Film, Some(inline())),
            2 => sora(End::InvalidMedia, Some(self.hosted.url("/wrong.png"))),
            3 => sora(End::InvalidMedia, Some(self.hosted.url("/missing.png"))),
            4 => {
                let frames = json!({ "model": "tiny_frames", "prompt": "fog", "duration": 1,
                    "first_image": self.hosted.url("/good.png"), "last_image": inline() });
                ("/v1/videos/videos", End::Film, frames)
            }
            _ => sora(End::Film, None),
        };
        let secret = if self.chance.below(2) == 0 { KEY } else { &self.prepaid };
        let id = create(address, route, &body, secret, None);
        let answered = id.is_some();
        self.acknowledged.lock().unwrap().extend(id.map(|id| (id, end)));
        self.unanswered.fetch_add(usize::from(!answered), Ordering::SeqCst);
        answered
    }

    /// One create with a new idempotency key.
    fn keyed(&self, address: SocketAddr) -> bool {
        let key = format!("crash-{}", self.chance.below(u64::MAX));
        let body = json!({ "model": "tiny", "prompt": format!("a boat, {key}") });
        let id = create(address, "/v1/sora/videos", &body, KEY, Some(&key));
        self.acknowledged.lock().unwrap().extend(id.clone().map(|id| (id, End::Film)));
        let answered = id.is_some();
        self.keyed.lock().unwrap().push(Keyed { key, body, id });
        answered
    }

    /// Repeats a create that was made, or tried, in an earlier life or this one.
    fn retry_one(&self, address: SocketAddr) -> bool {
        let count = self.keyed.lock().unwrap().len();
        count == 0 || self.retry(address, self.chance.below(count as u64) as usize)
    }

    fn retry(&self, address: SocketAddr, place: usize) -> bool {
        let (key, body) = {
            let keyed = &self.keyed.lock().unwrap()[place];
            (keyed.key.clone(), keyed.body.clone())
        };
        let Some(id) = create(address, "/v1/sora/videos", &body, KEY, Some(&key)) else { return false };
        let known = self.keyed.lock().unwrap()[place].id.get_or_insert_with(|| id.clone()).clone();
        assert_eq!(known, id, "one idempotency key gave two tasks");
        self.acknowledged.lock().unwrap().insert(id, End::Film);
        true
    }
}

/// The id that was given out; `None` when no answer came.
fn create(address: SocketAddr, route: &str, body: &Value, secret: &str, key: Option<&str>) -> Option<String> {
    let mut headers =
        vec![format!("Authorization: Bearer {secret}"), "Content-Type: application/json".to_owned()];
    headers.extend(key.map(|key| format!("Idempotency-Key: {key}")));
    let answer = http::ask(address, "POST", route, &headers, &body.to_string()).ok()?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    Some(answer.json()["id"].as_str().expect("an id").to_owned())
}

/// Lets `span` pass: the instant of a kill is the one thing here that is a time and no event.
pub(crate) fn pass(span: Duration) {
    let (_sender, never) = channel::<()>();
    let _timeout = never.recv_timeout(span);
}

fn start(folder: &Path) -> Starting {
    let variables = [
        ("FILMGATE_BOOTSTRAP_KEY", KEY),
        ("FILMGATE_CATALOGUE", "tiny.toml"),
        ("FILMGATE_MEDIA_ALLOW", "127.0.0.0/8"),
        ("FILMGATE_LEASE", "2s"),
        ("FILMGATE_SWEEP_EVERY", "200ms"),
        ("FILMGATE_LOG", "error"),
    ];
    Starting::new(folder, &[], &variables)
}

/// One life: start, load, kill at an instant that the number of the life spreads over what there is to interrupt.
fn live_and_die(folder: &Path, ledger: &Ledger, life: u64) {
    let starting = start(folder);
    if life.is_multiple_of(5) {
        pass(Duration::from_millis(ledger.chance.below(80)));
        return starting.kill();
    }
    let server =
        starting.ready(KEY).unwrap_or_else(|status| panic!("life {life} ended by itself with {status}"));
    let address = server.address;
    let longest = if life % 5 == 1 { 40 } else { 900 };
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(move || ledger.client(address));
        }
        pass(Duration::from_millis(ledger.chance.below(longest)));
        server.kill();
    });
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tiny.toml"), CATALOGUE).unwrap();
    let given = std::env::var_os("CRASH_SEED").and_then(|seed| seed.to_str()?.parse().ok());
    let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    println!("CRASH_SEED={seed} repeats this run");
    let ledger = Ledger::new(seed, prepaid(folder.path()));
    for life in 0..KILLS {
        live_and_die(folder.path(), &ledger, life);
        adds_up(folder.path());
    }
    let server = start(folder.path()).ready(KEY).expect("it starts after all that");
    let keyed = ledger.keyed.lock().unwrap().len();
    assert!((0..keyed).all(|place| ledger.retry(server.address, place)), "the server is gone");
    let films = every_task_ended_as_it_should(&server, &ledger);
    stop(server);
    // The first sweep of a life takes what earlier lives left.
    let server = start(folder.path()).ready(KEY).expect("it starts once more");
    nothing_is_left_over(&folder.path().join("data"), &films);
    stop(server);
    let proof = adds_up(folder.path());
    let of = |name: &str| usize::try_from(proof[name].as_i64().unwrap()).unwrap();
    assert_eq!(
        (of("captured_micros"), of("held_micros")),
        (films.len() * PRICE, 0),
        "films paid, nothing held"
    );
}

/// Makes the account that pays before, and a key of it; says its secret.
fn prepaid(folder: &Path) -> String {
    let json = |arguments: &[&str]| -> Value {
        let output = run(folder, &[arguments, &["--data", "data", "--json"]].concat());
        assert!(output.status.success(), "{}", said(folder, &output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    json(&["account", "create", "acme", "--grant", "1"]);
    json(&["key", "create", "--account", "acme"])["secret"].as_str().expect("a secret").to_owned()
}

/// The ledger's proof, which finds nothing wrong.
pub(crate) fn adds_up(folder: &Path) -> Value {
    let output = run(folder, &["ledger", "check", "--data", "data", "--json"]);
    assert!(output.status.success(), "{}", said(folder, &output));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn stop(server: Server) {
    server.signal(Signal::TERM);
    let (status, _, took) = server.end();
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");
}

/// Answers the names of all films.
fn every_task_ended_as_it_should(server: &Server, ledger: &Ledger) -> BTreeSet<String> {
    let acknowledged = ledger.acknowledged.lock().unwrap();
    let unanswered = ledger.unanswered.load(Ordering::SeqCst);
    for (id, end) in acknowledged.iter() {
        let told = server.ended(id);
        match end {
            End::Film => assert_eq!(told["status"], "completed", "{told}"),
            End::InvalidMedia => assert_eq!(told["error_code"], "invalid_media", "{told}"),
        }
    }
    let listed = list(server);
    let unknown: Vec<_> = listed.iter().filter(|id| !acknowledged.contains_key(*id)).collect();
    println!(
        "{} acknowledged, {unanswered} unanswered, {} of them created",
        acknowledged.len(),
        unknown.len()
    );
    assert_eq!(listed.len(), acknowledged.len() + unknown.len(), "every acknowledged task is listed, once");
    assert!(unknown.len() <= unanswered, "{} tasks that nobody asked for", unknown.len() - unanswered);
    let ended = listed.iter().map(|id| server.ended(id));
    ended.filter(|told| told["status"] == "completed").map(|told| download(server, &told)).collect()
}

/// Fetches the film and says its name.
fn download(server: &Server, told: &Value) -> String {
    let link = told["video_url"].as_str().unwrap_or_else(|| panic!("no link: {told}"));
    let path = link.strip_prefix(&format!("http://{}", server.address)).expect("the link leads here");
    let film = http::ask(server.address, "GET", path, &[], "").expect("the server answers");
    assert_eq!(film.status, 200, "{told}");
    let holds = |name: &[u8]| film.body.windows(4).any(|four| four == name);
    assert!(&film.body[4..8] == b"ftyp" && holds(b"moov") && holds(b"mdat"), "{told}");
    path.trim_start_matches("/files/").split('?').next().expect("a name").to_owned()
}

/// Every task's id, page by page.
fn list(server: &Server) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let page = server.get(&format!("/v1/tasks?limit=100{after}")).json();
        let tasks = page["data"].as_array().expect("a page");
        ids.extend(tasks.iter().map(|task| task["id"].as_str().expect("an id").to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids,
        }
    }
}

/// After a sweep the folder holds the films and no other bytes. The sweep is waited for by looking at what it does.
fn nothing_is_left_over(data: &Path, films: &BTreeSet<String>) {
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(data.join(folder)).expect("the folder is there").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".mp4").to_owned()).collect()
    };
    let begun = Instant::now();
    while begun.elapsed() < LONG && !(names("inputs").is_empty() && names("artifacts") == *films) {
        pass(Duration::from_millis(50));
    }
    assert_eq!(names("inputs"), BTreeSet::new(), "inputs of ended tasks");
    assert_eq!(names("artifacts"), *films, "left: on disk; right: films that tasks have");
    assert_eq!(names("incoming"), BTreeSet::new(), "half-written files");
}
