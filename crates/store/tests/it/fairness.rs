//! Who is next: turns between accounts, and room for each model.

use std::collections::BTreeMap;

use filmgate_domain::money::Billing;
use filmgate_domain::task::Task;
use filmgate_store::Ask;

use crate::bench::{Bench, MINUTE, ask, attempt, of, task};

async fn submit(bench: &Bench, asked: Ask) -> Vec<String> {
    let claims = bench.store.claim(asked).await.unwrap().claims;
    for claim in &claims {
        bench.record(claim, claim.task.state.clone().begin(attempt(1), bench.now()).unwrap()).await;
    }
    claims.into_iter().map(|claim| claim.task.id.to_string()).collect()
}

async fn next(bench: &Bench, how_many: usize) -> Vec<String> {
    submit(bench, ask(bench.now(), 0, how_many, 0)).await
}

#[tokio::test]
async fn a_thousand_tasks_of_one_account_do_not_delay_anothers_first() {
    let bench = Bench::new().await;
    for account in ["few", "late"] {
        bench.account(account, Billing::Postpaid).await;
    }
    for number in 0..1_000 {
        bench.create(&format!("many{number}")).await;
    }
    for number in 0..3 {
        bench.keep(of("few", task(&format!("few{number}"), bench.now()))).await;
    }
    assert_eq!(next(&bench, 3).await, ["many0", "few0", "many1"]);
    bench.keep(of("late", task("late0", bench.now()))).await;
    assert_eq!(
        next(&bench, 4).await,
        ["few1", "many2", "few2", "late0"],
        "nobody gains by coming late, either"
    );
    assert_eq!(next(&bench, 2).await, ["many3", "many4"]);
}

#[tokio::test]
async fn an_account_that_was_away_has_no_turns_saved_up() {
    let bench = Bench::new().await;
    bench.account("back", Billing::Postpaid).await;
    for number in 0..20 {
        bench.create(&format!("many{number}")).await;
    }
    next(&bench, 10).await;
    for number in 0..10 {
        bench.keep(of("back", task(&format!("back{number}"), bench.now()))).await;
    }
    let served = next(&bench, 10).await;
    assert_eq!(served.iter().filter(|id| id.starts_with("back")).count(), 5, "{served:?}");
}

#[tokio::test]
async fn what_is_put_back_keeps_its_place_once_it_is_due() {
    let bench = Bench::new().await;
    for id in ["a", "b", "c"] {
        bench.create(id).await;
    }
    let claim = bench.store.claim(ask(bench.now(), 0, 1, 0)).await.unwrap().claims.remove(0);
    bench.store.release(&claim.lease, bench.now() + MINUTE).await.unwrap();
    assert_eq!(next(&bench, 1).await, ["b"], "it is put off");
    bench.clock.advance(MINUTE);
    assert_eq!(next(&bench, 2).await, ["a", "c"]);
}

#[tokio::test]
async fn a_model_without_room_lets_the_others_pass() {
    let bench = Bench::new().await;
    for (id, model) in [("s1", "slow"), ("s2", "slow"), ("f1", "fast"), ("s3", "slow"), ("f2", "fast")] {
        let plain = task(id, bench.now());
        let request = filmgate_domain::request::VideoRequest { model: model.to_owned(), ..plain.request };
        bench.keep(Task { request, ..plain }).await;
    }
    let rooms = |slow| BTreeMap::from([("slow".to_owned(), slow)]);
    let with = |slow| Ask { rooms: rooms(slow), ..ask(bench.now(), 0, 9, 0) };
    assert_eq!(submit(&bench, with(1)).await, ["s1", "f1", "f2"]);
    assert_eq!(bench.store.running_of("slow"), 1);
    assert_eq!(submit(&bench, with(0)).await, [""; 0]);
    assert_eq!(submit(&bench, with(9)).await, ["s2", "s3"]);
    assert_eq!((bench.store.running_of("slow"), bench.store.running_of("fast")), (3, 2));
    bench.store.cancel(&task("s1", bench.now()).id, None, bench.now()).await.unwrap();
    assert_eq!(bench.store.running_of("slow"), 2);
}
