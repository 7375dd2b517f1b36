//! The same create twice is one task.

use std::time::Duration;

use filmgate_domain::money::Billing;
use filmgate_domain::task::Status;
use filmgate_store::{Created, Denial, Idempotency, Terms};

use crate::bench::{Bench, of, task};

fn key(fingerprint: u8) -> Idempotency {
    Idempotency { key: "k".to_owned(), fingerprint: [fingerprint; 32] }
}

/// What became of it, in a word.
async fn ask(bench: &Bench, id: &str, fingerprint: u8) -> String {
    match bench.store.create(task(id, bench.now()), Some(key(fingerprint)), Terms::default()).await.unwrap() {
        Created::New(cell) => format!("new {}", cell.summary.id),
        Created::Replayed(cell) => format!("replayed {}", cell.summary.id),
        Created::Conflict => "conflict".to_owned(),
        Created::Denied(denial) => format!("{denial:?}"),
    }
}

#[tokio::test]
async fn a_key_stands_for_its_first_request_for_a_day() {
    let bench = Bench::new().await;
    assert_eq!(ask(&bench, "a", 1).await, "new a");
    assert_eq!(ask(&bench, "b", 1).await, "replayed a");
    assert_eq!(ask(&bench, "b", 2).await, "conflict");
    assert!(bench.store.cell("b").is_none());
    bench.clock.advance(Duration::from_hours(24) - Duration::from_millis(1));
    assert_eq!(ask(&bench, "b", 2).await, "conflict");
    bench.clock.advance(Duration::from_millis(1));
    assert_eq!(ask(&bench, "b", 2).await, "new b", "whether or not the sweep has come by");
    assert_eq!(ask(&bench, "c", 2).await, "replayed b");
}

#[tokio::test]
async fn a_replay_shows_the_task_as_it_is_now_also_after_a_restart() {
    let bench = Bench::new().await;
    ask(&bench, "a", 1).await;
    bench.store.cancel(&task("a", bench.now()).id, None, bench.now()).await.unwrap();
    let bench = bench.reopen().await;
    let again = bench.store.create(task("b", bench.now()), Some(key(1)), Terms::default()).await.unwrap();
    let Created::Replayed(cell) = again else { panic!("{again:?}") };
    assert_eq!((cell.summary.id.as_str(), &cell.summary.status), ("a", &Status::Canceled));
}

#[tokio::test]
async fn accounts_have_keys_of_their_own() {
    let bench = Bench::new().await;
    ask(&bench, "a", 1).await;
    bench.account("other", Billing::Postpaid).await;
    let other = of("other", task("b", bench.now()));
    assert!(matches!(bench.store.create(other, Some(key(2)), Terms::default()).await, Ok(Created::New(_))));
}

#[tokio::test]
async fn a_create_that_was_refused_is_not_remembered() {
    let bench = Bench::new().await;
    bench.account("poor", Billing::Prepaid).await;
    let broke =
        |id: &str| bench.store.create(of("poor", task(id, bench.now())), Some(key(1)), Terms::default());
    let denied = broke("a").await.unwrap();
    assert!(matches!(denied, Created::Denied(Denial::Balance { .. })), "{denied:?}");
    bench.grant("poor", 25_000).await;
    assert!(matches!(broke("b").await, Ok(Created::New(_))));
    assert!(matches!(broke("c").await, Ok(Created::Replayed(_))), "the balance is not asked again");
}

#[tokio::test]
async fn a_task_that_was_deleted_or_forgotten_leaves_its_key() {
    let bench = Bench::new().await;
    let id = task("a", bench.now()).id;
    ask(&bench, "a", 1).await;
    bench.store.cancel(&id, None, bench.now()).await.unwrap();
    bench.store.delete(&id).await.unwrap();
    assert_eq!(ask(&bench, "b", 2).await, "new b");
    bench.store.cancel(&task("b", bench.now()).id, None, bench.now()).await.unwrap();
    assert_eq!(bench.store.forget(bench.now() + Duration::from_millis(1), 9).await.unwrap(), 1);
    assert_eq!(ask(&bench, "c", 3).await, "new c");
}

#[tokio::test]
async fn of_creates_that_race_one_makes_the_task() {
    let bench = Bench::new().await;
    let racing: Vec<_> = (0..50)
        .map(|number| {
            let (store, task) = (bench.store.clone(), task(&format!("t{number}"), bench.now()));
            tokio::spawn(async move { store.create(task, Some(key(1)), Terms::default()).await.unwrap() })
        })
        .collect();
    let (mut made, mut ids) = (0, std::collections::BTreeSet::new());
    for create in racing {
        let (new, cell) = match create.await.unwrap() {
            Created::New(cell) => (1, cell),
            Created::Replayed(cell) => (0, cell),
            other => panic!("{other:?}"),
        };
        made += new;
        ids.insert(cell.summary.id.to_string());
    }
    assert_eq!((made, ids.len(), bench.store.counts().queued()), (1, 1, 1));
}
