//! Keys, made here and beside.

use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::account::Account;
use filmgate_domain::id::{AccountId, KeyId};
use filmgate_domain::key::{Budget, Caller, Secret};
use filmgate_domain::money::{Billing, Micros};
use filmgate_store::{AccountPatch, Created, Denial, KeyPatch, OpenError, Store, StoreError, Terms};

use crate::bench::{Bench, deed, entropy, key, of, secret_hash, settings, task};

/// The key shown with the secret that stands for `account`, as memory knows it.
fn known(store: &Store, account: &str) -> Option<Arc<Caller>> {
    store.caller(&secret_hash(account)).map(|(_, caller)| caller)
}

#[tokio::test]
async fn a_key_is_known_at_once_and_after_a_restart_until_it_is_revoked() {
    let bench = Bench::new().await;
    assert!(!bench.store.has_no_key());
    let main = Account::new(AccountId::from_text("main"), Billing::Prepaid, bench.now());
    assert!(!bench.store.account_create(main, None).await.unwrap(), "it is there");
    let key = key("main", bench.now());
    assert_eq!(*known(&bench.store, "main").unwrap().key, key);
    assert!(known(&bench.store, "other").is_none());
    let bench = bench.reopen().await;
    let caller = known(&bench.store, "main").unwrap();
    assert_eq!((&*caller.key, caller.account.billing), (&key, Billing::Postpaid));
    assert_eq!(bench.store.key_revoke(&key.id, deed("key.revoke")).await, Ok(Some(true)));
    assert_eq!(known(&bench.store, "main").unwrap().key.revoked, Some(bench.now()));
    assert_eq!(bench.store.key_revoke(&key.id, deed("key.revoke")).await, Ok(Some(false)), "once is enough");
    assert_eq!(bench.store.key_revoke(&KeyId::from_text("none"), deed("key.revoke")).await, Ok(None));
    assert_eq!(bench.store.audit(None, 9).await.unwrap().len(), 1, "what changed nothing was not done");
}

#[tokio::test]
async fn a_key_needs_an_account() {
    let bench = Bench::new().await;
    let refused = bench.store.key_create(key("nobody", bench.now()), [1; 32], None).await;
    assert!(matches!(refused, Err(StoreError::Defect(_))), "{refused:?}");
}

#[tokio::test]
async fn what_another_process_does_is_seen_and_spends_nothing_before_it_is() {
    let bench = Bench::new().await;
    let beside = bench.beside().unwrap();
    beside.key_create(key("x", bench.now()), secret_hash("x"), None).await.unwrap_err();
    let account = Account::new(AccountId::from_text("x"), Billing::Postpaid, bench.now());
    beside.account_create(account, None).await.unwrap();
    let key = key("x", bench.now());
    beside.key_create(key.clone(), secret_hash("x"), None).await.unwrap();
    // The writer looks often by itself; asked whether it is ready, it looks at once.
    bench.store.ready().await.unwrap();
    assert_eq!(*known(&bench.store, "x").unwrap().key, key);
    beside.key_revoke(&key.id, deed("key.revoke")).await.unwrap();
    let refused = bench.store.create(of("x", task("a", bench.now())), None, Terms::default()).await;
    assert!(matches!(refused, Ok(Created::Denied(Denial::NoKey))), "{refused:?}");
    bench.store.ready().await.unwrap();
    assert!(known(&bench.store, "x").unwrap().key.revoked.is_some());
}

#[tokio::test]
async fn a_rotated_key_has_two_secrets_for_a_while_and_one_bucket() {
    let bench = Bench::new().await;
    let id = key("main", bench.now()).id;
    let secret = |now| Secret { hint: "fg_new".to_owned(), created: now, expires: None };
    let hour = Duration::from_hours(1);
    bench.clock.advance(hour);
    let until = bench.now() + hour;
    let rotated = bench.store.key_rotate(&id, [2; 32], secret(bench.now()), until, deed("key.rotate")).await;
    assert_eq!(rotated.unwrap().unwrap().secrets.len(), 2);
    let (old, new) = (known(&bench.store, "main").unwrap(), bench.store.caller(&[2; 32]).unwrap().1);
    assert_eq!((old.ends, new.ends, &old.key), (Some(until), None, &new.key));
    assert!(Arc::ptr_eq(&old.key_buckets, &new.key_buckets));
    assert!(old.works_at(until - Duration::from_millis(1)) && !old.works_at(until) && new.works_at(until));
    // Another rotation ends both at its own overlap, and gives none a longer life.
    let later = until + hour;
    bench.store.key_rotate(&id, [3; 32], secret(bench.now()), later, deed("key.rotate")).await.unwrap();
    let ends = |hash: [u8; 32]| bench.store.caller(&hash).unwrap().1.ends;
    assert_eq!((ends(secret_hash("main")), ends([2; 32]), ends([3; 32])), (Some(until), Some(later), None));
    let bench = bench.reopen().await;
    assert!(!known(&bench.store, "main").unwrap().works_at(until));
    bench.store.key_revoke(&id, deed("key.revoke")).await.unwrap();
    assert!([[2; 32], [3; 32]].iter().all(|hash| !bench.store.caller(hash).unwrap().1.works_at(bench.now())));
    let late = bench.store.key_rotate(&id, [4; 32], secret(bench.now()), later, deed("key.rotate")).await;
    assert_eq!(late, Ok(None), "a revoked key is not brought back");
}

#[tokio::test]
async fn what_is_changed_about_an_account_or_key_holds_for_its_callers_and_their_buckets_stay() {
    let bench = Bench::new().await;
    let before = known(&bench.store, "main").unwrap();
    let patch = AccountPatch { suspended: Some(true), ..AccountPatch::default() };
    let id = AccountId::from_text("main");
    bench.store.account_change(&id, patch, deed("account.change")).await.unwrap().unwrap();
    let budget = Some(Budget { day: Some(Micros(7)), month: None });
    let patch = KeyPatch { budget, models: Some(Some(vec!["m".to_owned()])), ..KeyPatch::default() };
    bench.store.key_change(&before.key.id, patch, deed("key.change")).await.unwrap().unwrap();
    let after = known(&bench.store, "main").unwrap();
    assert_eq!(after.account.suspended, Some(bench.now()));
    assert!(after.key.may_use("m") && !after.key.may_use("n"));
    assert_eq!(after.key.budget.day, Some(Micros(7)));
    assert!(Arc::ptr_eq(&before.account_buckets, &after.account_buckets));
    assert!(Arc::ptr_eq(&before.key_buckets, &after.key_buckets));
    let refused = bench.store.create(task("a", bench.now()), None, Terms::default()).await;
    assert!(matches!(refused, Ok(Created::Denied(Denial::Suspended))), "{refused:?}");
    let audit = bench.store.audit(None, 9).await.unwrap();
    assert_eq!(audit.iter().map(|line| &*line.action).collect::<Vec<_>>(), ["key.change", "account.change"]);
}

#[tokio::test]
async fn a_folder_is_served_by_one_process_and_closed_when_it_says_so() {
    let bench = Bench::new().await;
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
    let bench = Bench::new().await;
    bench.sql().pragma_update(None, "user_version", 99).unwrap();
    bench.store.close().await;
    let opened = Store::open(&settings(&bench.folder), bench.clock.clone(), entropy());
    assert!(matches!(opened, Err(OpenError::Newer { found: 99, .. })));
}
