//! Keys, made here and beside.

use filmgate_domain::id::{AccountId, KeyId};
use filmgate_domain::key::{Key, Scopes};
use filmgate_store::{OpenError, Store, StoreError};

use crate::bench::{Bench, entropy, settings};

fn key(bench: &Bench, id: &str) -> Key {
    Key {
        id: KeyId::from_text(id),
        account: AccountId::from_text("main"),
        name: "a name".to_owned(),
        hint: "fg_abc".to_owned(),
        scopes: Scopes::CLIENT,
        created: bench.now(),
        expires: Some(bench.now()),
        revoked: None,
    }
}

#[tokio::test]
async fn a_key_is_known_at_once_and_after_a_restart_until_it_is_revoked() {
    let bench = Bench::new();
    assert!(bench.store.keys().is_empty());
    let key = key(&bench, "key_a");
    bench.store.account_ensure(&key.account, "").await.unwrap();
    bench.store.account_ensure(&key.account, "twice is fine").await.unwrap();
    bench.store.key_create(key.clone(), [1; 32]).await.unwrap();
    assert_eq!(bench.store.keys().find(&[1; 32]), Some((&[1; 32], &key)));
    assert_eq!(bench.store.keys().find(&[2; 32]), None);
    let bench = bench.reopen().await;
    assert_eq!(bench.store.keys().iter().collect::<Vec<_>>(), [&key]);
    assert!(bench.store.key_revoke(&key.id, bench.now()).await.unwrap());
    assert_eq!(bench.store.keys().find(&[1; 32]).unwrap().1.revoked, Some(bench.now()));
    assert!(!bench.store.key_revoke(&key.id, bench.now()).await.unwrap(), "once is enough");
}

#[tokio::test]
async fn a_key_needs_an_account() {
    let bench = Bench::new();
    let refused = bench.store.key_create(key(&bench, "key_a"), [1; 32]).await;
    assert!(matches!(refused, Err(StoreError::Defect(_))), "{refused:?}");
}

#[tokio::test]
async fn what_another_process_does_to_keys_is_seen() {
    let bench = Bench::new();
    let beside = bench.beside().unwrap();
    let key = key(&bench, "key_a");
    beside.account_ensure(&key.account, "").await.unwrap();
    beside.key_create(key.clone(), [1; 32]).await.unwrap();
    // The writer looks twice a second by itself; asked whether it is ready, it looks at once.
    bench.store.ready().await.unwrap();
    assert_eq!(bench.store.keys().find(&[1; 32]).unwrap().1, &key);
    beside.key_revoke(&key.id, bench.now()).await.unwrap();
    bench.store.ready().await.unwrap();
    assert!(bench.store.keys().find(&[1; 32]).unwrap().1.revoked.is_some());
}

#[tokio::test]
async fn a_folder_is_served_by_one_process_and_closed_when_it_says_so() {
    let bench = Bench::new();
    let open = || Store::open(&settings(&bench.folder), bench.clock.clone(), entropy());
    let Err(OpenError::InUse(dir)) = open() else { panic!("it is in use") };
    assert_eq!(dir, bench.folder.path());
    for _ in 0..20 {
        bench.store.clone().close().await;
        assert_eq!(
            bench.store.ready().await,
            Err(StoreError::Unavailable(filmgate_store::Outage::Closed)),
            "it was closed"
        );
        open().expect("the lock was let go before close answered").close().await;
    }
}

#[tokio::test]
async fn tables_of_a_newer_version_are_left_alone() {
    let bench = Bench::new();
    bench.sql().pragma_update(None, "user_version", 99).unwrap();
    bench.store.close().await;
    let opened = Store::open(&settings(&bench.folder), bench.clock.clone(), entropy());
    assert!(matches!(opened, Err(OpenError::Newer { found: 99, .. })));
}
