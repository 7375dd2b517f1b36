//! Five services that go wrong with every fifth job, and a server that is killed again and again: every task ends, no
//! service that cannot dedupe makes a job twice, the ledger adds up.
//!
//! `CHAOS_TASKS` and `CHAOS_KILLS` make it longer or shorter. Which jobs go wrong depends on the
//! prompt and is the same in every run; when the server is killed is chance (`CHAOS_SEED`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::crash::{CATALOGUE, Chance, adds_up, pass, stop};
use crate::http;
use crate::process::{KEY, Server, Starting, run};
use crate::simulated::Simulated;

/// Engine, dialect, path of the service.
const SERVICES: [(&str, &str, &str); 5] = [
    ("openai", "openai", "/v1"),
    ("ark", "ark", "/api/v3"),
    ("google", "google", "/v1beta"),
    ("fal", "fal", ""),
    ("filmgate", "kyy", ""),
];

const CLIENTS: usize = 4;

fn number(name: &str, default: u64) -> u64 {
    std::env::var_os(name).and_then(|value| value.to_str()?.parse().ok()).unwrap_or(default)
}

/// The folder's configuration: the shipped engines with looks that come soon, each a fifth of the work.
fn configure(folder: &Path, services: &[Simulated]) {
    let mut config = String::new();
    for ((name, _, path), service) in SERVICES.iter().zip(services) {
        let shown = run(folder, &["engine", "show", name]);
        let text = String::from_utf8(shown.stdout).unwrap();
        let lines = text.lines().map(|line| match line.split_once(" = ") {
            Some(("first", _)) => "first = 0.2\n".to_owned(),
            Some(("most", _)) => "most = 1\n".to_owned(),
            // The small films of this test.
            Some(("sizes" | "ratios" | "seconds", _)) => String::new(),
            _ => format!("{line}\n"),
        });
        std::fs::write(folder.join(format!("{name}.toml")), lines.collect::<String>()).unwrap();
        let base = format!("http://{}{path}", service.address);
        let _ = writeln!(
            config,
            "[[upstream]]\nname = \"{name}\"\nengine = \"{name}.toml\"\nbase_url = \"{base}\""
        );
        let _ = writeln!(config, "secret_env = \"SERVICE_KEY\"\nconcurrency = 100\n");
    }
    let names: Vec<_> = SERVICES.iter().map(|(name, ..)| format!("{name:?}")).collect();
    let _ = writeln!(
        config,
        "[[route]]\nmodels = [\"tiny\", \"tiny_frames\"]\nupstreams = [{}]",
        names.join(", ")
    );
    let _ = writeln!(config, "weights = [1, 1, 1, 1, 1]");
    std::fs::write(folder.join("config.toml"), config).unwrap();
    std::fs::write(folder.join("tiny.toml"), CATALOGUE).unwrap();
}

fn start(folder: &Path) -> Server {
    let variables = [
        ("FILMGATE_BOOTSTRAP_KEY", KEY),
        ("SERVICE_KEY", "a-secret"),
        ("FILMGATE_CATALOGUE", "tiny.toml"),
        ("FILMGATE_CONFIG", "config.toml"),
        ("FILMGATE_MEDIA_ALLOW", "127.0.0.0/8"),
        ("FILMGATE_UNCERTAIN_LIFE", "3s"),
        ("FILMGATE_KEY_CREATES", "none"),
        ("FILMGATE_LEASE", "3s"),
        ("FILMGATE_LOG", "error"),
    ];
    Starting::new(folder, &[], &variables).ready(KEY).expect("it starts")
}

/// A film for the services: the smallest there is.
fn small_film(folder: &Path) {
    let made = Server::start(folder, &[("FILMGATE_CATALOGUE", "tiny.toml")]);
    let body = json!({ "model": "tiny", "prompt": "a boat" });
    let id = made.post("/v1/sora/videos", &body).unwrap().json()["id"].as_str().unwrap().to_owned();
    let told = made.ended(&id);
    let path =
        told["video_url"].as_str().unwrap().split_once(&made.address.to_string()).unwrap().1.to_owned();
    let film = http::ask(made.address, "GET", &path, &[], "").unwrap().body;
    std::fs::write(folder.join("film.mp4"), film).unwrap();
}

/// What the clients have asked for: the id of each prompt that was answered.
struct Asked {
    tasks: usize,
    next: AtomicUsize,
    ids: Mutex<BTreeMap<usize, String>>,
}

impl Asked {
    /// Creates until all were created, or the server is gone. A create whose answer did not come is repeated under its
    /// key, by whoever comes next.
    fn client(&self, address: SocketAddr) {
        loop {
            let count = self.next.fetch_add(1, Ordering::SeqCst);
            let lost = if count < self.tasks { Some(count) } else { self.unanswered() };
            let Some(count) = lost else { return };
            let headers = [
                format!("Authorization: Bearer {KEY}"),
                "Content-Type: application/json".to_owned(),
                format!("Idempotency-Key: chaos-{count}"),
            ];
            let body = json!({ "model": "tiny", "prompt": format!("boat {count}") }).to_string();
            let Ok(answer) = http::ask(address, "POST", "/v1/sora/videos", &headers, &body) else { return };
            assert_eq!(answer.status, 200, "{}", answer.text());
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let former = self.ids.lock().unwrap().insert(count, id.clone());
            assert!(former.is_none_or(|former| former == id));
        }
    }

    fn unanswered(&self) -> Option<usize> {
        let ids = self.ids.lock().unwrap();
        (0..self.tasks).find(|count| !ids.contains_key(count))
    }
}

#[test]
fn every_task_ends_and_none_is_made_twice() {
    let (tasks, kills) = (number("CHAOS_TASKS", 2000) as usize, number("CHAOS_KILLS", 20));
    let seed = number("CHAOS_SEED", RandomState::new().build_hasher().finish() | 1);
    println!("CHAOS_SEED={seed} repeats this run's kills");
    let chance = Chance(seed.into());
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(elsewhere.path().join("tiny.toml"), CATALOGUE).unwrap();
    small_film(elsewhere.path());
    let arguments = ["--faults", "20", "--takes", "300ms", "--film", "film.mp4"];
    let services = SERVICES.map(|(_, dialect, _)| Simulated::start(elsewhere.path(), dialect, &arguments));
    configure(folder.path(), &services);
    let asked = Asked { tasks, next: 0.into(), ids: Mutex::default() };
    for _ in 0..kills {
        let server = start(folder.path());
        let address = server.address;
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| asked.client(address));
            }
            pass(Duration::from_millis(50 + chance.below(900)));
            server.kill();
        });
        adds_up(folder.path());
    }
    let server = start(folder.path());
    asked.client(server.address);
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for id in asked.ids.lock().unwrap().values() {
        let told = server.ended(id);
        *ends.entry(told["error_code"].as_str().unwrap_or("completed").to_owned()).or_default() += 1;
    }
    println!("{ends:?}");
    assert_eq!(ends.values().sum::<usize>(), tasks);
    assert!(ends["completed"] > tasks / 2, "{ends:?}");
    let mut jobs: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for ((name, ..), service) in SERVICES.iter().zip(&services) {
        for job in service.jobs() {
            jobs.entry(job["prompt"].as_str().unwrap().to_owned()).or_default().push(name);
        }
    }
    let twice: Vec<_> = jobs.iter().filter(|(_, at)| at.len() > 1).collect();
    assert!(twice.is_empty(), "made twice: {twice:?}");
    println!("{} jobs of {tasks} tasks reached a service, none twice", jobs.len());
    stop(server);
    let proof = adds_up(folder.path());
    assert_eq!(proof["captured_micros"].as_u64(), Some(ends["completed"] as u64));
    assert_eq!(proof["held_micros"], 0);
}
