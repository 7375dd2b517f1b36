//! Buckets: a key's own, and its account's over all keys.

use std::time::Duration;

use filmgate_domain::limit::Limits;
use filmgate_domain::request::Guidance;
use filmgate_gateway::AccountPatch;
use filmgate_gateway::limit::{Use, Whose};
use filmgate_gateway::office::NewKey;

use crate::bench::{Bench, request};

fn creates(rate: &str) -> Limits {
    Limits { creates: Some(rate.parse().unwrap()), ..Limits::default() }
}

#[tokio::test]
async fn a_key_has_what_the_configuration_gives_unless_it_says_otherwise() {
    let bench = Bench::new().await;
    let plain = bench.gateway.admit(&bench.caller, Use::Create).unwrap().unwrap();
    assert_eq!((plain.quota, plain.window, plain.remaining), (1000, 60, 999));
    let polls = bench.gateway.admit(&bench.caller, Use::Poll).unwrap().unwrap();
    assert_eq!((polls.quota, polls.remaining), (30_000, 29_999), "polling has its own, wider one");
    let client = bench.client("a", 0, |key| key.limits = creates("2/m")).await;
    let left = |of| bench.gateway.admit(&client, of).map(|allowance| allowance.map(|one| one.remaining));
    assert_eq!((left(Use::Create), left(Use::Create)), (Ok(Some(1)), Ok(Some(0))));
    let spent = left(Use::Create).unwrap_err();
    assert_eq!((spent.whose, spent.allowance.resets_in), (Whose::Key, Duration::from_secs(30)));
    assert!(left(Use::Poll).is_ok());
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(left(Use::Create), Ok(Some(0)));
}

#[tokio::test]
async fn an_accounts_keys_share_what_it_has() {
    let bench = Bench::new().await;
    let one = bench.client("a", 0, |_| {}).await;
    let patch = AccountPatch { limits: Some(creates("3/m")), ..AccountPatch::default() };
    bench.office().account_change("a", patch).await.unwrap();
    let key = |name: &'static str| {
        let bench = &bench;
        async move {
            let new = NewKey::plain("a", name, filmgate_domain::key::Scopes::CLIENT);
            let (_, secret) = bench.office().key_create(new).await.unwrap();
            bench.gateway.authenticate(&secret).unwrap()
        }
    };
    let (two, three) = (key("two").await, key("three").await);
    for caller in [&two, &three, &two] {
        bench.gateway.admit(caller, Use::Create).unwrap();
    }
    assert_eq!(bench.gateway.admit(&three, Use::Create).unwrap_err().whose, Whose::Account);
    assert!(one.account.limits.creates.is_none(), "who was let in before keeps what held then");
    let other = bench.client("b", 0, |_| {}).await;
    assert!(bench.gateway.admit(&other, Use::Create).is_ok(), "another account has its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_runs_as_often_at_once_as_it_may() {
    let bench = Bench::new().await;
    for _ in 0..3 {
        bench.create(request("narrow", Guidance::Text)).await;
        bench.create(request("scripted", Guidance::Text)).await;
    }
    bench.gateway.run_due().await.unwrap();
    assert_eq!(bench.gateway.store().running_of("narrow"), 1);
    assert_eq!(bench.gateway.store().running_of("scripted"), 3);
}
