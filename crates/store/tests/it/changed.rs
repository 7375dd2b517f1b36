//! Waiting for news: none is missed, and none is waited for that cannot come.

use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::task::{State, Status};
use filmgate_store::{Cell, Then};

use crate::bench::{Bench, MINUTE, attempt, referring};

/// Whether `changed` has resolved without waiting.
async fn news(bench: &Bench, seen: &Arc<Cell>) -> bool {
    let changed = bench.store.changed(seen);
    tokio::pin!(changed);
    std::future::poll_fn(|cx| std::task::Poll::Ready(changed.as_mut().poll(cx).is_ready())).await
}

#[tokio::test]
async fn only_what_a_reader_can_see_is_news() {
    let bench = Bench::new().await;
    bench.keep(referring("a", bench.now())).await;
    let seen = bench.store.cell("a").unwrap();
    let claim = bench.claim_one().await;
    assert!(!news(&bench, &seen).await, "a claim");
    bench.record(&claim, claim.task.state.clone().prepared().unwrap()).await;
    assert!(!news(&bench, &seen).await, "still queued");
    let claim = bench.claim_one().await;
    bench.record(&claim, claim.task.state.clone().begin(attempt(1), bench.now()).unwrap()).await;
    assert!(news(&bench, &seen).await, "running");
    let seen = bench.store.cell("a").unwrap();
    bench.store.cancel(&claim.task.id, None, bench.now()).await.unwrap();
    assert!(news(&bench, &seen).await, "canceled");
    let seen = bench.store.cell("a").unwrap();
    bench.store.delete(&claim.task.id).await.unwrap();
    assert!(news(&bench, &seen).await, "gone");
}

/// Readers that do nothing but wait for the next change see the last one, whatever the interleaving.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_change_is_missed() {
    let bench = Arc::new(Bench::new().await);
    let tasks: Vec<String> = (0..8).map(|number| format!("t{number}")).collect();
    for id in &tasks {
        bench.create(id).await;
    }
    let follow = |id: String| {
        let bench = bench.clone();
        tokio::spawn(async move {
            let mut seen = bench.store.find(&id, None).await.unwrap().unwrap();
            while !seen.summary.status.is_final() {
                bench.store.changed(&seen).await;
                let now = bench.store.find(&id, None).await.unwrap().unwrap();
                assert!(now.version > seen.version, "it was called in vain");
                seen = now;
            }
            seen.summary.status.clone()
        })
    };
    let readers: Vec<_> = tasks.iter().flat_map(|id| (0..8).map(|_| follow(id.clone()))).collect();
    let claims = bench.claim().await.claims;
    let writers: Vec<_> = claims
        .into_iter()
        .map(|claim| {
            let bench = bench.clone();
            tokio::spawn(async move {
                let until = Then::Keep { until: bench.now() + MINUTE };
                let begun = claim.task.state.begin(attempt(1), bench.now()).unwrap();
                let mut state: State = begun.accepted("h".to_owned()).unwrap();
                for percent in 0..60 {
                    state = state.progressed(percent).unwrap();
                    bench.store.record(&claim.lease, state.clone(), None, until).await.unwrap();
                }
                bench
                    .store
                    .record(&claim.lease, state.cancel(bench.now()).unwrap(), None, until)
                    .await
                    .unwrap();
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for reader in readers {
        let last = tokio::time::timeout(Duration::from_secs(20), reader).await.expect("it hears of the end");
        assert_eq!(last.unwrap(), Status::Canceled);
    }
}
