//! Who gets in, and what they see.

use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::key::{Caller, Scope, Scopes};
use filmgate_domain::request::Guidance;
use filmgate_gateway::Refusal;
use filmgate_gateway::keys::check_secret;
use filmgate_gateway::office::NewKey;
use filmgate_gateway::read::Listing;

use crate::bench::{Bench, SECRET, START, request};

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
    let new =
        NewKey { expires: Some(START + Duration::from_mins(1)), ..NewKey::plain("main", "", Scopes::CLIENT) };
    let (key, secret) = bench.office().key_create(new).await.unwrap();
    assert_eq!(bench.gateway.authenticate(&secret).unwrap().key.id, key.id);
    bench.clock.advance(Duration::from_mins(1));
    assert!(bench.gateway.authenticate(&secret).is_none(), "expired");
    assert!(bench.office().key_revoke(bench.caller.key.id.as_str()).await.unwrap());
    assert!(bench.gateway.authenticate(SECRET).is_none(), "revoked");
    let late = bench.gateway.create(&bench.caller, request("scripted", Guidance::Text), None).await;
    assert!(matches!(late, Err(Refusal::NoKey)), "also for a request that was let in before: {late:?}");
}

#[tokio::test]
async fn a_rotated_key_is_shown_by_either_secret_until_the_overlap_ends() {
    let bench = Bench::new().await;
    let (key, old) = bench.office().key_create(NewKey::plain("main", "", Scopes::CLIENT)).await.unwrap();
    let hour = Duration::from_hours(1);
    let (rotated, new) = bench.office().key_rotate(key.id.as_str(), hour).await.unwrap();
    assert_eq!(rotated.id, key.id);
    let works = |secret: &str| bench.gateway.authenticate(secret).is_some();
    assert!(works(&old) && works(&new));
    bench.clock.advance(hour);
    assert!(!works(&old) && works(&new));
    let (_, newest) = bench.office().key_rotate(key.id.as_str(), Duration::ZERO).await.unwrap();
    assert!(!works(&new) && works(&newest), "without an overlap the others end at once");
    bench.office().key_revoke(key.id.as_str()).await.unwrap();
    assert!(!works(&newest));
}

#[tokio::test]
async fn somebody_elses_task_is_like_none_and_an_administrator_sees_all() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    let other = bench.client("other", 0, |_| {}).await;
    assert!(bench.gateway.glance(&other, &id).is_none());
    assert!(matches!(bench.gateway.read(&other, &id).await, Err(Refusal::NotFound)));
    assert!(matches!(bench.gateway.end(&other, &id).await, Err(Refusal::NotFound)));
    let mine = async |caller: &Caller| {
        bench.gateway.list(caller, Listing { limit: 10, ..Listing::default() }).await.unwrap().len()
    };
    assert_eq!(mine(&other).await, 0);
    let account = Some(bench.caller.account.id.clone());
    let theirs = Listing { account, limit: 10, ..Listing::default() };
    assert!(bench.gateway.list(&other, theirs).await.unwrap().is_empty(), "whatever it asks for");
    let admin = bench.admin().await;
    assert!(bench.gateway.read(&admin, &id).await.is_ok());
    assert_eq!(mine(&admin).await, 1);
}

#[tokio::test]
async fn a_verb_needs_its_scope() {
    let bench = Bench::new().await;
    let id = bench.create(request("scripted", Guidance::Text)).await;
    let only = |scope| {
        let mut key = (*bench.caller.key).clone();
        key.scopes = Scopes::of([scope]);
        Caller { key: Arc::new(key), ..(*bench.caller).clone() }
    };
    let refused = bench.gateway.create(&only(Scope::Read), request("scripted", Guidance::Text), None).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Create))));
    let refused = bench.gateway.quote(&only(Scope::Read), &request("scripted", Guidance::Text)).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Create))));
    let refused = bench.gateway.read(&only(Scope::Create), &id).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Read))));
    let refused = bench.gateway.standing(&only(Scope::Create)).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Read))));
    let refused = bench.gateway.end(&only(Scope::Read), &id).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Cancel))));
    for scope in [Scope::Create, Scope::Read, Scope::Cancel] {
        assert!(matches!(bench.gateway.office(&only(scope)), Err(Refusal::Forbidden(Scope::Admin))));
        let refused = bench.gateway.cancel_for(&only(scope), &id, "").await;
        assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Admin))));
        let refused = bench.gateway.requeue(&only(scope), &id, "").await;
        assert!(matches!(refused, Err(Refusal::Forbidden(Scope::Admin))));
    }
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
