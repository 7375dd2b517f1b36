//! Reading: from memory, from the database, and both alike.

use std::time::Duration;

use filmgate_domain::id::{AccountId, KeyId, TaskId};
use filmgate_domain::money::Billing;
use filmgate_domain::task::Status;
use filmgate_store::Filter;

use crate::bench::{Bench, attempt, of, task};

async fn list(bench: &Bench, filter: Filter) -> Vec<String> {
    let cells = bench.store.list(Filter { limit: filter.limit.max(1), ..filter }).await.unwrap();
    cells.iter().map(|cell| cell.summary.id.to_string()).collect()
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let bench = Bench::new().await;
    let done = bench.finish("done").await;
    let waits = bench.create("waits").await;
    let counts = bench.store.counts();
    let bench = bench.reopen().await;
    assert_eq!(bench.store.task("waits").await.unwrap(), Some(waits.clone()));
    assert_eq!(bench.store.counts(), counts);
    let cell = bench.store.cell("waits").expect("live tasks are in memory from the start");
    assert_eq!((&cell.summary.id, &cell.summary.status), (&waits.id, &Status::Queued));
    assert!(bench.store.cell("done").is_none(), "ended ones are not");
    let cell = bench.store.find("done", None).await.unwrap().unwrap();
    assert_eq!((&cell.summary.id, cell.summary.status.is_final()), (&done.id, true));
    assert!(bench.store.cell("done").is_some(), "until they are asked for");
    assert!(bench.store.find("never", None).await.unwrap().is_none());
    assert_eq!(bench.claim_one().await.task, waits);
}

#[tokio::test]
async fn a_claim_ends_with_the_process_that_made_it() {
    let bench = Bench::new().await;
    bench.create("a").await;
    let claim = bench.claim_one().await;
    assert!(bench.claim().await.claims.is_empty());
    let bench = bench.reopen().await;
    assert_eq!(bench.claim_one().await.lease.fence.0, claim.lease.fence.0 + 1);
}

#[tokio::test]
async fn lists_are_newest_first_and_hold_what_is_asked_for() {
    let bench = Bench::new().await;
    bench.account("a", Billing::Postpaid).await;
    bench.account("b", Billing::Postpaid).await;
    for (number, (account, model)) in [("a", "m"), ("b", "m"), ("a", "n"), ("a", "m")].into_iter().enumerate()
    {
        let mut task = of(account, task(&format!("t{number}"), bench.now()));
        model.clone_into(&mut task.request.model);
        bench.keep(task).await;
    }
    bench.store.cancel(&TaskId::from_text("t3"), None, bench.now()).await.unwrap();
    let all = Filter { limit: 9, ..Filter::default() };
    assert_eq!(list(&bench, all.clone()).await, ["t3", "t2", "t1", "t0"]);
    assert_eq!(list(&bench, Filter { limit: 2, ..all.clone() }).await, ["t3", "t2"]);
    let before = |id: &str| Some(TaskId::from_text(id));
    assert_eq!(list(&bench, Filter { before: before("t2"), ..all.clone() }).await, ["t1", "t0"]);
    assert_eq!(list(&bench, Filter { before: before("never"), ..all.clone() }).await, [""; 0]);
    let account = Some(AccountId::from_text("a"));
    let of_a = Filter { account, ..all.clone() };
    assert_eq!(list(&bench, of_a.clone()).await, ["t3", "t2", "t0"]);
    let by_key = Filter { key: Some(KeyId::from_text("key_b")), ..all.clone() };
    assert_eq!(list(&bench, by_key).await, ["t1"]);
    let narrow = Filter {
        states: vec!["queued".to_owned(), "failed".to_owned()],
        model: Some("m".to_owned()),
        ..of_a
    };
    assert_eq!(list(&bench, narrow).await, ["t0"]);
}

#[tokio::test]
async fn memory_holds_so_many_ended_tasks_and_the_database_the_rest() {
    let bench = Bench::new().await;
    for number in 0..300 {
        let task = bench.create(&format!("t{number}")).await;
        bench.store.cancel(&task.id, None, bench.now()).await.unwrap();
    }
    let held = (0..300).filter(|number| bench.store.cell(&format!("t{number}")).is_some()).count();
    assert!((1..=110).contains(&held), "{held}");
    for number in 0..300 {
        assert!(bench.store.find(&format!("t{number}"), None).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_deleted_task_stays_deleted_for_readers() {
    let bench = Bench::new().await;
    bench.finish("a").await;
    bench.store.delete(&TaskId::from_text("a")).await.unwrap();
    assert!(bench.store.cell("a").is_none() && bench.store.find("a", None).await.unwrap().is_none());
    let live = bench.create("b").await;
    assert_eq!(bench.store.delete(&live.id).await.unwrap(), None, "a live one is not deleted");
    assert!(bench.store.cell("b").is_some());
}

#[tokio::test]
async fn counts_follow_the_states() {
    let bench = Bench::new().await;
    bench.create("a").await;
    bench.create("b").await;
    let claims = bench.claim().await.claims;
    let begun = claims[0].task.state.clone().begin(attempt(1), bench.now()).unwrap();
    bench.record(&claims[0], begun).await;
    assert_eq!((bench.store.counts().queued(), bench.store.counts().running()), (1, 1));
    bench.clock.advance(Duration::from_secs(1));
    for claim in claims {
        bench.store.cancel(&claim.task.id, None, bench.now()).await.unwrap();
    }
    assert!(bench.store.counts().iter().all(|(_, _, count)| count == 0));
}

#[tokio::test]
async fn somebody_elses_task_is_not_found_by_the_same_way_as_none() {
    let bench = Bench::new().await;
    let task = bench.create("a").await;
    let found = async |id: &str, owner: &str| {
        bench
            .store
            .find(id, Some(&AccountId::from_text(owner)))
            .await
            .unwrap()
            .map(|cell| cell.summary.id.to_string())
    };
    assert_eq!(found("a", "main").await, Some("a".to_owned()));
    assert_eq!(found("a", "other").await, None);
    bench.store.cancel(&task.id, None, bench.now()).await.unwrap();
    let bench = bench.reopen().await;
    let of_main = Some(&AccountId::from_text("main"));
    assert!(bench.store.find("a", Some(&AccountId::from_text("other"))).await.unwrap().is_none());
    assert!(bench.store.cell("a").is_none(), "nor has it been read into memory");
    assert!(bench.store.find("a", of_main).await.unwrap().is_some());
}
