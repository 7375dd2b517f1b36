//! A folder from before there was money: what is in it stays, works on, and owes nothing.

use std::sync::Arc;

use filmgate_domain::clock::HeldClock;
use filmgate_domain::id::AccountId;
use filmgate_domain::money::Billing;
use filmgate_store::{Created, Idempotency, OpenError, Store, Terms};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::bench::{Bench, START, entropy, secret_hash, settings, succeeded, task};

const FIRST: &str = include_str!("../../src/schema/1.sql");

/// A folder of the first layout with an account, its key, a queued task that was created under an idempotency key, and
/// a finished one. The rows are those of today, in the columns of then.
async fn old_folder() -> TempDir {
    let today = Bench::new().await;
    today.finish("made").await;
    today.create("waiting").await;
    let file = today.folder.path().join("filmgate.db");
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join("filmgate.db")).unwrap();
    old.execute_batch(FIRST).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.execute("ATTACH ? AS today", [file.to_str().unwrap()]).unwrap();
    let mut columns = old.prepare("SELECT name FROM pragma_table_info('task')").unwrap();
    let columns: Vec<String> = columns.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let columns = columns.join(", ");
    let hash = secret_hash("main");
    old.execute("INSERT INTO account (id, name, created) VALUES ('main', 'm', 1)", []).unwrap();
    old.execute(
        "INSERT INTO api_key VALUES ('key_main', 'main', ?, 'a name', 'fg_abc', 'create read', 1, NULL, NULL)",
        [&hash[..]],
    )
    .unwrap();
    old.execute(&format!("INSERT INTO task ({columns}) SELECT {columns} FROM today.task"), []).unwrap();
    old.execute("INSERT INTO idempotency VALUES ('main', 'again', ?, 'waiting', 1)", [&[7_u8; 32][..]])
        .unwrap();
    folder
}

#[tokio::test]
async fn a_folder_of_the_first_layout_is_taken_over() {
    let bench = Bench::on(old_folder().await, Arc::new(HeldClock::at(START)));
    let (_, caller) = bench.store.caller(&secret_hash("main")).expect("its key works");
    assert_eq!((caller.key.name.as_str(), caller.account.billing), ("a name", Billing::Postpaid));
    let (_, balance) = bench.store.account(&AccountId::from_text("main")).await.unwrap().unwrap();
    assert_eq!((balance.available.0, balance.held.0, balance.in_flight), (0, 0, 1));
    let idempotency = Idempotency { key: "again".to_owned(), fingerprint: [7; 32] };
    let again =
        bench.store.create(task("another", START), Some(idempotency), Terms::default()).await.unwrap();
    assert!(matches!(&again, Created::Replayed(cell) if cell.summary.id.as_str() == "waiting"), "{again:?}");
    assert!(bench.store.find("made", None).await.unwrap().unwrap().summary.status.is_final());
    let claim = bench.claim_one().await;
    bench.record(&claim, succeeded(claim.task.state.clone(), "waiting", START)).await;
    let proof = bench.store.prove().await.unwrap();
    assert_eq!(
        (proof.findings, proof.lines, proof.captured.0),
        (Vec::new(), 0, 0),
        "nothing was held for it"
    );
    bench.finish("new").await;
    assert_eq!(bench.store.prove().await.unwrap().captured.0, 25_000);
}

#[tokio::test]
async fn nobody_changes_the_layout_under_a_server() {
    let folder = old_folder().await;
    let lock = std::fs::File::create(folder.path().join("filmgate.lock")).unwrap();
    lock.lock().unwrap();
    let beside = || Store::open_beside(&settings(&folder), Arc::new(HeldClock::at(START)), entropy());
    assert!(matches!(beside(), Err(OpenError::InUse(_))));
    lock.unlock().unwrap();
    beside().unwrap();
}
