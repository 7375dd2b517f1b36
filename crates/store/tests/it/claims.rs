//! Claims, fences, leases: who may write, and who no more.

use std::time::Duration;

use filmgate_domain::lease::{Claim, Fence};
use filmgate_domain::task::State;
use filmgate_store::{StoreError, Then};

use crate::bench::{Bench, MINUTE, ask, attempt, referring, task};

fn ids(claims: &[Claim]) -> Vec<&str> {
    claims.iter().map(|claim| claim.task.id.as_str()).collect()
}

#[tokio::test]
async fn a_claim_gives_the_whole_task_under_a_rising_fence() {
    let bench = Bench::new().await;
    let task = bench.create("a").await;
    let claim = bench.claim_one().await;
    assert_eq!(claim.task, task);
    assert_eq!((claim.lease.fence, claim.lease.until), (Fence(1), bench.now() + MINUTE));
    assert_eq!((claim.step_since, claim.retries, claim.attempts), (task.created, 0, 0));
    let again = bench.claim().await;
    assert!(again.claims.is_empty(), "it is claimed");
    assert_eq!(again.next_due, Some(claim.lease.until));
}

#[tokio::test]
async fn a_lease_that_ran_out_is_claimed_again_and_its_worker_refused() {
    let bench = Bench::new().await;
    bench.create("a").await;
    let old = bench.claim_one().await;
    bench.clock.advance(MINUTE);
    let new = bench.claim_one().await;
    assert_eq!(new.lease.fence, Fence(2));
    let state = old.task.state.clone().begin(attempt(1), bench.now()).unwrap();
    let refused = bench.store.record(&old.lease, state.clone(), None, Then::At(bench.now())).await;
    assert_eq!(refused.unwrap_err(), StoreError::LeaseLost);
    assert_eq!(bench.store.snooze(&old.lease, bench.now()).await, Err(StoreError::LeaseLost));
    assert_eq!(bench.store.release(&old.lease, bench.now()).await, Err(StoreError::LeaseLost));
    assert_eq!(bench.store.task("a").await.unwrap().unwrap().state, old.task.state, "nothing was written");
    bench.record(&new, state.clone()).await;
    assert_eq!(bench.store.task("a").await.unwrap().unwrap().state, state);
}

#[tokio::test]
async fn a_late_worker_may_write_as_long_as_nobody_else_came() {
    let bench = Bench::new().await;
    bench.create("a").await;
    let claim = bench.claim_one().await;
    bench.clock.advance(2 * MINUTE);
    bench.record(&claim, claim.task.state.clone().begin(attempt(1), bench.now()).unwrap()).await;
}

#[tokio::test]
async fn a_kept_lease_goes_on_and_a_released_task_is_due_when_it_says() {
    let bench = Bench::new().await;
    bench.create("a").await;
    let claim = bench.claim_one().await;
    let state = claim.task.state.clone().begin(attempt(1), bench.now()).unwrap();
    let until = bench.now() + 3 * MINUTE;
    let lease = bench.store.record(&claim.lease, state.clone(), None, Then::Keep { until }).await.unwrap();
    assert_eq!((lease.fence, lease.until), (claim.lease.fence, until));
    bench.clock.advance(2 * MINUTE);
    assert!(bench.claim().await.claims.is_empty(), "it was kept for longer");
    let due = bench.now() + Duration::from_secs(5);
    bench.store.record(&lease, state.accepted("h".to_owned()).unwrap(), None, Then::At(due)).await.unwrap();
    assert_eq!(bench.claim().await.next_due, Some(due));
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.claim_one().await.attempts, 1);
}

#[tokio::test]
async fn a_snooze_counts_a_retry_a_release_does_not_and_a_new_step_begins_anew() {
    let bench = Bench::new().await;
    let task = bench.keep(referring("a", bench.now())).await;
    let later = bench.now() + MINUTE;
    bench.store.snooze(&bench.claim_one().await.lease, later).await.unwrap();
    bench.clock.advance(MINUTE);
    let claim = bench.claim_one().await;
    assert_eq!((claim.retries, claim.step_since), (1, task.created));
    bench.store.release(&claim.lease, bench.now()).await.unwrap();
    let claim = bench.claim_one().await;
    assert_eq!((claim.retries, claim.step_since), (1, task.created));
    bench.record(&claim, claim.task.state.clone().prepared().unwrap()).await;
    let claim = bench.claim_one().await;
    assert_eq!((claim.retries, claim.step_since), (0, bench.now()));
}

#[tokio::test]
async fn each_lane_gives_what_was_asked_first_in_line_first() {
    let bench = Bench::new().await;
    let now = bench.now();
    for id in ["older", "old", "new"] {
        bench.keep(task(id, now)).await;
    }
    bench.keep(referring("refers", now - MINUTE)).await;
    let claimed = bench.store.claim(ask(now, 0, 2, 9)).await.unwrap();
    assert_eq!(ids(&claimed.claims), ["older", "old"]);
    for claim in &claimed.claims {
        bench.record(claim, claim.task.state.clone().begin(attempt(1), now).unwrap()).await;
    }
    let claimed = bench.store.claim(ask(now, 9, 0, 9)).await.unwrap();
    let mut got = ids(&claimed.claims);
    got.sort_unstable();
    assert_eq!(
        got,
        ["old", "older", "refers"],
        "running at any step, and references; not what waits for an upstream"
    );
    bench.clock.advance(MINUTE);
    let early = ask(bench.now() - Duration::from_millis(1), 0, 0, 9);
    assert_eq!(ids(&bench.store.claim(early).await.unwrap().claims), [""; 0]);
}

#[tokio::test]
async fn every_task_is_claimed_once_by_workers_that_race() {
    let bench = Bench::new().await;
    for number in 0..40 {
        bench.create(&format!("t{number}")).await;
    }
    let now = bench.now();
    let workers: Vec<_> = (0..12)
        .map(|_| {
            let store = bench.store.clone();
            tokio::spawn(async move { store.claim(ask(now, 0, 7, 0)).await.unwrap().claims })
        })
        .collect();
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap().into_iter().map(|claim| claim.task.id.to_string()));
    }
    claimed.sort();
    let mut all: Vec<_> = (0..40).map(|number| format!("t{number}")).collect();
    all.sort();
    assert_eq!(claimed, all);
}

#[tokio::test]
async fn a_cancel_takes_the_task_from_its_worker_and_says_whom_to_tell() {
    let bench = Bench::new().await;
    let task = bench.create("a").await;
    let claim = bench.claim_one().await;
    let polled =
        claim.task.state.clone().begin(attempt(1), bench.now()).unwrap().accepted("h".to_owned()).unwrap();
    let until = bench.now() + MINUTE;
    let lease = bench.store.record(&claim.lease, polled.clone(), None, Then::Keep { until }).await.unwrap();
    let canceled = bench.store.cancel(&task.id, None, bench.now()).await.unwrap().unwrap();
    assert_eq!(canceled.state, State::Canceled { at: bench.now() });
    assert!(canceled.changed);
    assert_eq!(canceled.at, Some(("there".to_owned(), "h".to_owned())));
    let late = bench.store.record(&lease, polled.made().unwrap(), None, Then::At(until)).await;
    assert_eq!(late.unwrap_err(), StoreError::LeaseLost);
    bench.clock.advance(MINUTE);
    let again = bench.store.cancel(&task.id, None, bench.now()).await.unwrap().unwrap();
    assert_eq!((again.state, again.changed, again.at), (canceled.state, false, None));
    let unknown = filmgate_domain::id::TaskId::from_text("b");
    assert!(bench.store.cancel(&unknown, None, bench.now()).await.unwrap().is_none());
}

#[tokio::test]
async fn work_is_rung_when_something_is_due_at_once() {
    let bench = Bench::new().await;
    let mut rings = Vec::new();
    for write in ["create", "release", "snooze until later", "record"] {
        let rung = bench.store.work().notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        let now = bench.now();
        match write {
            "create" => drop(bench.create("a").await),
            "release" => bench.store.release(&bench.claim_one().await.lease, now).await.unwrap(),
            "record" => {
                bench.clock.advance(MINUTE);
                let claim = bench.claim_one().await;
                bench.record(&claim, claim.task.state.clone().begin(attempt(1), now).unwrap()).await;
            }
            _ => bench.store.snooze(&bench.claim_one().await.lease, now + MINUTE).await.unwrap(),
        }
        rings.push((
            write,
            std::future::poll_fn(|cx| std::task::Poll::Ready(rung.as_mut().poll(cx).is_ready())).await,
        ));
    }
    assert_eq!(rings, [("create", true), ("release", true), ("snooze until later", false), ("record", true)]);
}
