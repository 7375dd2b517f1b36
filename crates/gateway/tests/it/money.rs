//! What a task costs whom, and what becomes of the money.

use std::collections::BTreeMap;

use filmgate_domain::account::Balance;
use filmgate_domain::key::Budget;
use filmgate_domain::limit::Limits;
use filmgate_domain::model::Tariff;
use filmgate_domain::money::{Billing, Micros};
use filmgate_domain::request::{Guidance, VideoRequest};
use filmgate_domain::task::Status;
use filmgate_engines::port::EngineError;
use filmgate_gateway::limit::Whose;
use filmgate_gateway::office::NewAccount;
use filmgate_gateway::overrule::Finding;
use filmgate_gateway::{AccountPatch, Refusal};

use crate::bench::{Bench, request};

fn film(seconds: u32) -> VideoRequest {
    VideoRequest { seconds, ..request("scripted", Guidance::Text) }
}

async fn balance(bench: &Bench, account: &str) -> (i64, i64) {
    let (_, Balance { available, held, .. }) = bench.office().account(account).await.unwrap();
    (available.0, held.0)
}

async fn clean(bench: &Bench) {
    assert_eq!(bench.office().prove().await.unwrap().findings, [""; 0]);
}

#[tokio::test]
async fn a_price_depends_on_the_film_and_the_account() {
    let bench = Bench::new().await;
    let client = bench.client("a", 400_000, |_| {}).await;
    let price = async |seconds| bench.gateway.quote(&client, &film(seconds)).await.unwrap();
    assert_eq!((price(1).await.price, price(2).await.price), (Micros(100_000), Micros(300_000)));
    let quote = price(1).await;
    assert_eq!(
        (quote.resolution.as_str(), quote.available, quote.affordable),
        ("tiny", Micros(400_000), true)
    );
    let own = BTreeMap::from([("scripted".to_owned(), Tariff::flat(Micros(7)))]);
    let new = NewAccount {
        id: "b".to_owned(),
        name: String::new(),
        billing: Billing::Prepaid,
        limits: Limits::default(),
        prices: BTreeMap::new(),
    };
    bench.office().account_create(new.clone()).await.unwrap();
    assert!(matches!(bench.office().account_create(new).await, Err(Refusal::Conflict(_))), "once");
    bench
        .office()
        .account_change("a", AccountPatch { prices: Some(own), ..Default::default() })
        .await
        .unwrap();
    let again = bench.gateway.store().caller(&[0; 32]);
    assert!(again.is_none());
    let wrong = BTreeMap::from([("no-such-model".to_owned(), Tariff::flat(Micros(7)))]);
    let refused =
        bench.office().account_change("a", AccountPatch { prices: Some(wrong), ..Default::default() }).await;
    assert!(matches!(refused, Err(Refusal::Invalid { field: "prices", .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_task_gives_its_price_back_and_a_good_one_keeps_it() {
    let bench = Bench::new().await;
    let client = bench.client("a", 250_000, |_| {}).await;
    let real = VideoRequest { model: "real".to_owned(), ..film(1) };
    let good = bench.gateway.create(&client, real, None).await.unwrap();
    let bad = bench.gateway.create(&client, film(1), None).await.unwrap();
    assert_eq!(balance(&bench, "a").await, (50_000, 200_000));
    let refused = bench.gateway.create(&client, film(1), None).await;
    let Err(Refusal::Balance { price, available }) = refused else { panic!("{refused:?}") };
    assert_eq!((price, available), (Micros(100_000), Micros(50_000)));
    *bench.engine.film.lock().unwrap() = b"no film".to_vec();
    bench.settle().await;
    let status = async |id: &str| bench.gateway.read(&client, id).await.unwrap().summary.status.clone();
    assert!(matches!(status(good.summary.id.as_str()).await, Status::Succeeded(_)));
    assert!(matches!(status(bad.summary.id.as_str()).await, Status::Failed(_)));
    assert_eq!(balance(&bench, "a").await, (150_000, 0));
    clean(&bench).await;
}

#[tokio::test]
async fn a_key_creates_with_its_models_within_its_budget_and_its_limits() {
    let bench = Bench::new().await;
    let narrow = bench.client("a", 900_000, |key| key.models = Some(vec!["narrow".to_owned()])).await;
    let refused = bench.gateway.create(&narrow, film(1), None).await;
    let Err(Refusal::Model { model, allowed }) = refused else { panic!("{refused:?}") };
    assert_eq!((model.as_str(), &*allowed), ("scripted", &["narrow".to_owned()][..]));
    let frugal = bench
        .client("b", 900_000, |key| key.budget = Budget { day: Some(Micros(100_000)), month: None })
        .await;
    bench.gateway.create(&frugal, film(1), None).await.unwrap();
    let refused = bench.gateway.create(&frugal, film(1), None).await;
    assert!(matches!(refused, Err(Refusal::Budget { left: Micros(0), .. })), "{refused:?}");
    let spent = bench.gateway.standing(&frugal).await.unwrap().key;
    assert_eq!(spent.on(filmgate_domain::calendar::Day::of(bench.now())).0, Micros(100_000));
    let one = bench.client("c", 900_000, |key| key.limits.in_flight = Some(1)).await;
    bench.gateway.create(&one, film(1), None).await.unwrap();
    let refused = bench.gateway.create(&one, film(1), None).await;
    assert!(matches!(refused, Err(Refusal::InFlight { most: 1, whose: Whose::Key })), "{refused:?}");
    clean(&bench).await;
}

#[tokio::test]
async fn a_suspended_account_creates_nothing_and_reads_what_it_has() {
    let bench = Bench::new().await;
    let client = bench.client("a", 900_000, |_| {}).await;
    let task = bench.gateway.create(&client, film(1), None).await.unwrap();
    let patch = AccountPatch { suspended: Some(true), ..Default::default() };
    bench.office().account_change("a", patch).await.unwrap();
    let refused = bench.gateway.create(&client, film(1), None).await;
    assert!(matches!(refused, Err(Refusal::Suspended)), "{refused:?}");
    assert!(bench.gateway.read(&client, task.summary.id.as_str()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_in_doubt_stays_held_until_an_operator_settles_it() {
    for finding in [Finding::Accepted("job".to_owned()), Finding::Failed] {
        let bench = Bench::new().await;
        let client = bench.client("a", 100_000, |_| {}).await;
        let admin = bench.admin().await;
        let unknown = || EngineError::Uncertain { why: "the answer was lost".to_owned() };
        bench.engine.submits.lock().unwrap().push(Err(unknown()));
        let task = bench.gateway.create(&client, film(1), None).await.unwrap();
        let id = task.summary.id.as_str();
        let early = bench.gateway.settle(&admin, id, finding.clone(), "too early").await;
        assert!(matches!(early, Err(Refusal::Conflict(_))), "{early:?}");
        bench.settle().await;
        assert_eq!(balance(&bench, "a").await, (0, 100_000));
        bench.gateway.settle(&admin, id, finding.clone(), "their dashboard says so").await.unwrap();
        if finding == Finding::Failed {
            assert_eq!(balance(&bench, "a").await, (100_000, 0));
        } else {
            bench.gateway.run_due().await.unwrap();
            assert_eq!(bench.engine.asked(), ["submit", "poll job"]);
        }
        let audit = bench.office().audit(None, 1).await.unwrap().remove(0);
        assert_eq!((audit.actor.as_str(), audit.action.as_str()), (admin.key.id.as_str(), "task.settle"));
        assert!(audit.detail.contains("their dashboard says so"));
        clean(&bench).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requeued_task_is_sent_again_and_its_upstream_told_to_cancel() {
    let bench = Bench::new().await;
    let admin = bench.admin().await;
    let id = bench.create(film(1)).await;
    let early = bench.gateway.requeue(&admin, &id, "x").await;
    assert!(matches!(early, Err(Refusal::Conflict(_))), "it waits already: {early:?}");
    bench.gateway.run_due().await.unwrap();
    let cell = bench.gateway.requeue(&admin, &id, "stuck").await.unwrap();
    assert_eq!(cell.summary.status, Status::Queued);
    bench.gateway.run_due().await.unwrap();
    assert_eq!(bench.engine.asked(), ["submit", "cancel job", "submit"]);
    bench.gateway.cancel_for(&admin, &id, "enough").await.unwrap();
    let late = bench.gateway.cancel_for(&admin, &id, "again").await;
    assert!(matches!(late, Err(Refusal::Conflict(_))), "{late:?}");
    clean(&bench).await;
}
