//! What the store costs: memory with a hundred thousand queued tasks, creates a second grouped and one by one, opening
//! over a million ended tasks. `cargo run --release -p filmgate-store --example creates [FOLDER]`; the folder says
//! which disk is measured.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use filmgate_domain::account::Account;
use filmgate_domain::clock::{HeldClock, Timestamp};
use filmgate_domain::id::{AccountId, Entropy, KeyId, TaskId};
use filmgate_domain::key::{Budget, Key, Scopes, Secret};
use filmgate_domain::limit::Limits;
use filmgate_domain::media::Size;
use filmgate_domain::money::{Billing, Micros};
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
use filmgate_domain::task::{State, Task};
use filmgate_store::{Durability, Face, Grouping, Settings, Store, Terms};

const NOW: Timestamp = Timestamp::from_millis(1_780_000_000_000);
const KEY: &str = "key_01hf7yat00zzzzzzzzzzzzzzzz";
const CREATORS: usize = 64;
const QUEUED: usize = 100_000;
const ENDED: u32 = 1_000_000;
const SPAN: Duration = Duration::from_secs(4);

struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        let end = bytes.len();
        bytes[end - 8..].copy_from_slice(&number);
    }
}

fn main() {
    let parent = std::env::args().nth(1).unwrap_or_else(|| "target".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        memory(Path::new(&parent)).await;
        rates(Path::new(&parent)).await;
        opening(Path::new(&parent)).await;
    });
}

/// A store with one account, which pays later, and its key.
async fn open(dir: &Path, durability: Durability, grouping: Grouping) -> Store {
    let settings = Settings { dir: dir.to_owned(), durability, grouping, finished_in_memory: 50_000 };
    let store =
        Store::open(&settings, Arc::new(HeldClock::at(NOW)), Arc::new(Counting(AtomicU64::new(0)))).unwrap();
    let account = Account::new(AccountId::from_text("main"), Billing::Postpaid, NOW);
    if store.account_create(account, None).await.unwrap() {
        store.key_create(key(), [1; 32], None).await.unwrap();
    }
    store
}

fn key() -> Key {
    Key {
        id: KeyId::from_text(KEY),
        account: AccountId::from_text("main"),
        name: String::new(),
        scopes: Scopes::CLIENT,
        models: None,
        limits: Limits::default(),
        budget: Budget::default(),
        created: NOW,
        expires: None,
        revoked: None,
        secrets: vec![Secret { hint: "fg_abc".to_owned(), created: NOW, expires: None }],
    }
}

fn task(entropy: &dyn Entropy) -> Task {
    Task {
        id: TaskId::mint(Dialect::Sora, NOW, entropy),
        account: AccountId::from_text("main"),
        key: KeyId::from_text(KEY),
        created: NOW,
        request: VideoRequest {
            dialect: Dialect::Sora,
            model: "openAiSora2Plus".to_owned(),
            prompt: "A cat dancing in the rain, cinematic style, neon lights in the puddles".to_owned(),
            seconds: 8,
            size: Size::new(1280, 720),
            guidance: Guidance::Text,
            strict: false,
        },
        price: Micros(100_000),
        seed: 7,
        inputs: Vec::new(),
        state: State::new(false),
        translation: None,
    }
}

/// What the process holds of the machine's memory, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

async fn memory(parent: &Path) {
    let folder = tempfile::tempdir_in(parent).unwrap();
    let store = open(folder.path(), Durability::None, Grouping::Grouped).await;
    let before = resident();
    let entropy = Arc::new(Counting(AtomicU64::new(1)));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CREATORS {
        let (store, entropy) = (store.clone(), entropy.clone());
        tasks.spawn(async move {
            let mut ids = Vec::new();
            for _ in 0..QUEUED / CREATORS {
                let task = task(&*entropy);
                ids.push(task.id.clone());
                store.create(task, None, Terms::default()).await.unwrap();
            }
            ids
        });
    }
    let ids: Vec<_> = tasks.join_all().await.concat();
    let queued = resident();
    show("process before", before);
    show(&format!("process with {} queued tasks", ids.len()), queued);
    println!("{:>12} bytes a queued task, the database's caches included", (queued - before) / ids.len());
    for id in &ids {
        let body = vec![b'x'; 220].into();
        let face = Face { body, etag: "\"0123456789abcdef\"".into(), valid_until: None };
        store.cell(id.as_str()).unwrap().face("http://127.0.0.1:8080", NOW, || face);
    }
    show("… all of them polled once", resident());
    drop(ids);
    store.close().await;
    let began = Instant::now();
    let store = open(folder.path(), Durability::None, Grouping::Grouped).await;
    println!("{:>12.0?} to open it again", began.elapsed());
    store.close().await;
}

fn show(what: &str, bytes: usize) {
    println!("{:>9.1} MB {what}", bytes as f64 / 1e6);
}

async fn rates(parent: &Path) {
    for (name, grouping) in
        [("one by one", Grouping::OneByOne), ("grouped", Grouping::Grouped)].into_iter().cycle().take(6)
    {
        let folder = tempfile::tempdir_in(parent).unwrap();
        let store = open(folder.path(), Durability::Full, grouping).await;
        let entropy = Arc::new(Counting(AtomicU64::new(1)));
        let end = Instant::now() + SPAN;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..CREATORS {
            let (store, entropy) = (store.clone(), entropy.clone());
            tasks.spawn(async move {
                let mut took = Vec::new();
                while Instant::now() < end {
                    let began = Instant::now();
                    store.create(task(&*entropy), None, Terms::default()).await.unwrap();
                    took.push(began.elapsed());
                }
                took
            });
        }
        let mut took = tasks.join_all().await.concat();
        took.sort();
        let rate = took.len() as f64 / SPAN.as_secs_f64();
        let (middle, late) = (took[took.len() / 2], took[took.len() * 99 / 100]);
        println!("{rate:>12.0} creates/s {name}, half in {middle:.1?}, 99 of 100 in {late:.1?}");
        store.close().await;
    }
}

async fn opening(parent: &Path) {
    let folder = tempfile::tempdir_in(parent).unwrap();
    open(folder.path(), Durability::None, Grouping::Grouped).await.close().await;
    let sql = rusqlite::Connection::open(folder.path().join("filmgate.db")).unwrap();
    sql.execute_batch("PRAGMA synchronous = OFF").unwrap();
    let request = serde_json::to_string(&task(&Counting(AtomicU64::new(1))).request).unwrap();
    sql.execute(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
         INSERT INTO task (id, account, key, created, model, dialect, request, price, seed, turn, state, step_since, ended,
                           artifact, expires, bytes, duration_ms, width, height, film_gone)
         SELECT printf('sora_%026d', n), 'main', 'key', ?2, 'openAiSora2Plus', 'sora', ?3, 1, n, 0, 'succeeded', ?2, ?2,
                printf('film_%026d', n), ?2, 1000000, 8000, 1280, 720, 1 FROM n",
        rusqlite::params![ENDED, NOW.millis(), request],
    )
    .unwrap();
    drop(sql);
    let began = Instant::now();
    let store = open(folder.path(), Durability::Full, Grouping::Grouped).await;
    println!("{:>12.1?} to open over {ENDED} ended tasks", began.elapsed());
    let began = Instant::now();
    store.find(&format!("sora_{:026}", ENDED / 2), None).await.unwrap().unwrap();
    println!("{:>12.1?} to find one of them first", began.elapsed());
    let began = Instant::now();
    for number in 0..1_000 {
        store.find(&format!("sora_{:026}", ENDED / 2 + 7 * number), None).await.unwrap().unwrap();
    }
    println!("{:>12.1?} to find each of a thousand more", began.elapsed() / 1_000);
    store.close().await;
}
