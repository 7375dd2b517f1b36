//! Who gets in, and what they see.

use std::time::Duration;

use filmgate_domain::id::AccountId;
use filmgate_domain::key::{Scope, Scopes};
use filmgate_domain::request::Guidance;
use filmgate_gateway::keys::{NewKey, check_secret, keep};
use filmgate_gateway::{Doors, Refusal};

use crate::bench::{Bench, SECRET, START, request};

async fn another_key(bench: &Bench, secret: &str, account: &str, scopes: Scopes, life: Option<Duration>) {
    let doors = Doors { clock: bench.clock.clone(), entropy: std::sync::Arc::new(Sevens) };
    let account = AccountId::from_text(account);
    let new = NewKey { name: String::new(), account, scopes, expires: life.map(|life| START + life) };
    keep(bench.gateway.store(), &doors, secret, new).await.unwrap();
}

struct Sevens;
impl filmgate_domain::id::Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

#[tokio::test]
async fn only_a_key_that_works_gets_in() {
    let bench = Bench::new().await;
    for wrong in [
        "",
        "fg_",
        "fg_wrong-secret-altogether",
        "a-secret-of-these-tests",
        &SECRET[..20],
        &"fg_x".repeat(99),
    ] {
        assert!(bench.gateway.authenticate(wrong).is_none(), "{wrong}");
    }
    another_key(&bench, "fg_for-one-minute", "main", Scopes::CLIENT, Some(Duration::from_mins(1))).await;
    let caller = bench.gateway.authenticate("fg_for-one-minute").unwrap();
    bench.clock.advance(Duration::from_mins(1));
    assert!(bench.gateway.authenticate("fg_for-one-minute").is_none(), "expired");
    assert!(bench.gateway.store().key_revoke(&bench.caller.key, bench.now()).await.unwrap());
    assert!(bench.gateway.authenticate(SECRET).is_none(), "revoked");
    assert_ne!(caller.key, bench.caller.key);
}

#[tokio::test]
async fn somebody_elses_task_is_like_none_and_an_administrator_sees_all() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    another_key(&bench, "fg_somebody-else", "other", Scopes::CLIENT, None).await;
    let other = bench.gateway.authenticate("fg_somebody-else").unwrap();
    assert!(bench.gateway.glance(&other, &id).is_none());
    assert!(matches!(bench.gateway.read(&other, &id).await, Err(Refusal::NotFound)));
    assert!(matches!(bench.gateway.end(&other, &id).await, Err(Refusal::NotFound)));
    assert!(
        bench
            .gateway
            .list(&other, filmgate_gateway::read::Listing { limit: 10, ..Default::default() })
            .await
            .unwrap()
            .is_empty()
    );
    let admin = filmgate_domain::key::Caller { scopes: Scopes::ALL, ..other };
    assert!(bench.gateway.read(&admin, &id).await.is_ok());
}

#[tokio::test]
async fn a_verb_needs_its_scope() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    let only = |scope| filmgate_domain::key::Caller { scopes: Scopes::of([scope]), ..bench.caller.clone() };
    let refused = bench.gateway.create(&only(Scope::Read), request("scripted", Guidance::Text), None).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Create))));
    assert!(matches!(
        bench.gateway.read(&only(Scope::Create), &id).await,
        Err(Refusal::Forbidden(Scope::Read))
    ));
    assert!(matches!(
        bench.gateway.end(&only(Scope::Read), &id).await,
        Err(Refusal::Forbidden(Scope::Cancel))
    ));
}

#[test]
fn a_secret_has_a_form() {
    for good in ["fg_test_key", "fg_0123456789ABCDEF-_"] {
        assert!(check_secret(good).is_ok(), "{good}");
    }
    for bad in ["", "fg_short", "sk_0123456789abcdef", "fg_with space in it", "fg_ümläute-und-mehr"] {
        assert!(check_secret(bad).is_err(), "{bad}");
    }
}
