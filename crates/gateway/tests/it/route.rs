//! Which upstream gets a job: in order, elsewhere only before one has taken it, never where it cannot be made.

use std::sync::Arc;
use std::time::Duration;

use filmgate_domain::failure::FailureCode;
use filmgate_domain::request::{Guidance, VideoRequest};
use filmgate_domain::task::{State, Status, Step};
use filmgate_engines::port::{Dedupe, EngineError, Progress};
use filmgate_gateway::Refusal;

use crate::bench::{Bench, Scripted, request};

fn down() -> EngineError {
    EngineError::Retry { why: "503".to_owned(), after: None }
}

fn lost() -> EngineError {
    EngineError::Uncertain { why: "the answer was lost".to_owned() }
}

fn two() -> VideoRequest {
    request("two", Guidance::Text)
}

async fn upstream(bench: &Bench, id: &str) -> (String, Step) {
    let State::Running(running) = bench.state(id).await else { panic!("{:?}", bench.state(id).await) };
    (running.attempt.upstream, running.step)
}

fn answers(engine: &Arc<Scripted>, end: EngineError) {
    engine.submits.lock().unwrap().push(Err(end));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_that_can_gets_the_job_and_the_second_when_it_fails() {
    let bench = Bench::new().await;
    let id = bench.create(two()).await;
    bench.gateway.run_due().await.unwrap();
    assert_eq!(upstream(&bench, &id).await.0, "scripted");
    for end in [
        down(),
        EngineError::Busy { why: "429".to_owned(), after: Some(Duration::from_mins(1)) },
        EngineError::Unusable { why: "401".to_owned() },
    ] {
        let bench = Bench::new().await;
        answers(&bench.engine, end);
        let id = bench.create(two()).await;
        bench.gateway.run_due().await.unwrap();
        assert_eq!(bench.status(&id).await, Status::Queued);
        bench.gateway.run_due().await.unwrap();
        assert_eq!(upstream(&bench, &id).await.0, "second", "at once, no time has passed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_taken_or_may_have_been_goes_nowhere_else() {
    let bench = Bench::new().await;
    answers(&bench.engine, lost());
    let id = bench.create(two()).await;
    bench.settle().await;
    assert_eq!(upstream(&bench, &id).await, ("scripted".to_owned(), Step::Uncertain));
    let taken = bench.create(two()).await;
    bench.engine.polls.lock().unwrap().extend((0..40).map(|_| Err(down())));
    bench.clock.advance(Duration::from_mins(2));
    for _ in 0..30 {
        bench.settle().await;
        bench.clock.advance(Duration::from_mins(1));
    }
    let (name, step) = upstream(&bench, &taken).await;
    assert!(
        name == "scripted" && matches!(step, Step::Poll { .. }),
        "half an hour of trouble: {name} {step:?}"
    );
    assert!(bench.second.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_again_and_again_is_left_alone_and_tried_with_one_job() {
    let bench = Bench::new().await;
    for _ in 0..3 {
        answers(&bench.engine, down());
        bench.create(two()).await;
        bench.settle().await;
        bench.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(bench.engine.asked().iter().filter(|asked| *asked == "submit").count(), 3);
    bench.create(two()).await;
    bench.settle().await;
    assert_eq!(
        bench.engine.asked().iter().filter(|asked| *asked == "submit").count(),
        3,
        "it was left alone"
    );
    bench.clock.advance(Duration::from_secs(10));
    let id = bench.create(two()).await;
    bench.gateway.run_due().await.unwrap();
    assert_eq!(upstream(&bench, &id).await.0, "scripted", "after a while it is tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_what_was_asked_is_no_fault() {
    let bench = Bench::new().await;
    for _ in 0..6 {
        let failure = filmgate_domain::failure::Failure::new(FailureCode::ContentPolicy, "no");
        answers(&bench.engine, EngineError::Reject(failure));
        bench.create(two()).await;
        bench.settle().await;
    }
    assert!(bench.second.asked().is_empty());
    assert_eq!(bench.engine.asked().len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_make_is_refused_and_strictness_with_it() {
    let bench = Bench::new().await;
    *bench.engine.longest.lock().unwrap() = Some(3);
    *bench.second.longest.lock().unwrap() = Some(5);
    let long = |seconds, strict| VideoRequest { seconds, strict, ..two() };
    let refused = bench.gateway.create(&bench.caller, long(9, false), None).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Invalid { field: "model", .. }), "{refused}");
    // The scripted engine makes whole threes.
    let id = bench.create(long(2, false)).await;
    bench.gateway.run_due().await.unwrap();
    let task = bench.gateway.inspect(&bench.caller, &id).await.unwrap();
    let translation = task.translation.unwrap();
    assert_eq!(translation.changes[0].to_string(), "seconds 2 became 3");
    let refused = bench.gateway.create(&bench.caller, long(2, true), None).await.unwrap_err();
    assert!(refused.to_string().contains("handling=strict"), "{refused}");
    let id = bench.create(long(5, false)).await;
    bench.gateway.run_due().await.unwrap();
    assert_eq!(upstream(&bench, &id).await.0, "second", "the first makes no five");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_sent_again_where_that_is_safe() {
    let bench = Bench::new().await;
    *bench.engine.dedupe.lock().unwrap() = Dedupe::Key;
    answers(&bench.engine, lost());
    let id = bench.create(two()).await;
    bench.settle().await;
    let State::Running(before) = bench.state(&id).await else { panic!() };
    assert_eq!(before.step, Step::Submit);
    bench.clock.advance(Duration::from_secs(1));
    bench.gateway.run_due().await.unwrap();
    let State::Running(after) = bench.state(&id).await else { panic!() };
    assert_eq!(before.attempt, after.attempt, "the same attempt");
    assert!(matches!(after.step, Step::Poll { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_looked_up_where_that_is_possible() {
    for (found, step) in [(Some("job".to_owned()), "poll"), (None, "submit")] {
        let bench = Bench::new().await;
        *bench.engine.dedupe.lock().unwrap() = Dedupe::Lookup;
        *bench.engine.found.lock().unwrap() = found;
        answers(&bench.engine, lost());
        let id = bench.create(two()).await;
        bench.settle().await;
        bench.clock.advance(Duration::from_secs(1));
        bench.gateway.run_due().await.unwrap();
        assert_eq!(bench.state(&id).await.step(), Some(step));
        assert!(bench.engine.asked().contains(&"find".to_owned()));
        let submits = bench.engine.asked().iter().filter(|asked| *asked == "submit").count();
        assert_eq!(submits, 1, "it is not sent again before it is known");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_has_a_job_asked_after_at_once_and_only_by_its_address() {
    let bench = Bench::new().await;
    let working = Progress::Working { percent: 5, after: Some(Duration::from_mins(4)) };
    bench.engine.polls.lock().unwrap().push(Ok(working));
    let id = bench.create(two()).await;
    bench.settle().await;
    let link = bench.gateway.signer().hint_link(&filmgate_domain::id::TaskId::from_text(id.as_str()));
    let name = link.strip_prefix("/callbacks/").unwrap().to_owned();
    assert!(!bench.gateway.hint(&name.replace(&id, "video_other")).await.unwrap());
    assert_eq!(bench.gateway.run_due().await.unwrap(), 0, "nobody has said anything");
    assert!(bench.gateway.hint(&name).await.unwrap());
    assert_eq!(bench.gateway.run_due().await.unwrap(), 1);
    bench.settle().await;
    assert!(bench.gateway.hint(&name).await.unwrap(), "a late one is heard and changes nothing");
}
