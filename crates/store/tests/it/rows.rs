//! Rows say what states say: every state can be written and read back, and no row can say what no state does.

use filmgate_domain::clock::Timestamp;
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::{ArtifactId, AttemptId};
use filmgate_domain::media::{BlobKey, Input, MediaKind, MediaSource, Size};
use filmgate_domain::request::Guidance;
use filmgate_domain::task::{Artifact, Attempt, Running, State, Status, Step, Succeeded, Waiting};
use filmgate_store::Then;
use proptest::prelude::*;

use crate::bench::{Bench, MINUTE, succeeded, task};

fn moments() -> impl Strategy<Value = Timestamp> {
    any::<i64>().prop_map(Timestamp::from_millis)
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Submit),
        ".{0,20}".prop_map(|handle| Step::Poll { handle }),
        ".{0,20}".prop_map(|handle| Step::Fetch { handle }),
        "[a-z0-9_]{1,20}".prop_map(|id| Step::Finish { artifact: ArtifactId::from_text(id) }),
    ]
}

fn running() -> impl Strategy<Value = State> {
    (moments(), "[a-z0-9_]{1,20}", any::<u32>(), ".{0,20}", 0_u8..=99, steps()).prop_map(
        |(since, id, number, upstream, percent, step)| {
            let attempt = Attempt { id: AttemptId::from_text(id), number, upstream };
            State::Running(Running { since, attempt, percent, step })
        },
    )
}

fn films() -> impl Strategy<Value = State> {
    let sizes = (any::<u32>(), any::<u32>());
    (moments(), moments(), "[a-z0-9_]{1,20}", any::<u64>(), any::<u64>(), sizes).prop_map(
        |(at, expires, id, bytes, duration_ms, (width, height))| {
            let (id, size) = (ArtifactId::from_text(id), Size::new(width, height));
            State::Succeeded(Succeeded { at, artifact: Artifact { id, bytes, duration_ms, size }, expires })
        },
    )
}

fn states() -> impl Strategy<Value = State> {
    let failures = (moments(), prop::sample::select(FailureCode::ALL.to_vec()), ".{0,40}");
    prop_oneof![
        Just(State::Queued(Waiting::Inputs)),
        Just(State::Queued(Waiting::Upstream)),
        running(),
        films(),
        failures.prop_map(|(at, code, message)| State::Failed { at, failure: Failure { code, message } }),
        moments().prop_map(|at| State::Canceled { at }),
        moments().prop_map(|at| State::Expired { at }),
    ]
}

fn guidances() -> impl Strategy<Value = Guidance> {
    let stored = ("[a-z0-9_]{1,20}", any::<u16>(), "[a-z0-9]{1,9}").prop_map(|(task, place, tail)| {
        let task = filmgate_domain::id::TaskId::from_text(task);
        MediaSource::Stored(BlobKey::Input { task, place, tail: tail.into() })
    });
    let source = prop_oneof![".{0,30}".prop_map(MediaSource::Url), stored];
    let many = || prop::collection::vec(source.clone(), 0..3);
    prop_oneof![
        Just(Guidance::Text),
        source.clone().prop_map(Guidance::Image),
        (source.clone(), source.clone()).prop_map(|(first, last)| Guidance::Frames { first, last }),
        (many(), many()).prop_map(|(images, videos)| Guidance::References { images, videos }),
    ]
}

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    let one = ("[a-z0-9]{1,9}", any::<bool>(), any::<(u32, u32, u64, u64)>()).prop_map(
        |(format, film, (width, height, duration_ms, bytes))| Input {
            blob: BlobKey::Artifact(ArtifactId::from_text(format.clone())),
            kind: if film { MediaKind::Video } else { MediaKind::Image },
            format,
            size: Size::new(width, height),
            duration_ms,
            bytes,
        },
    );
    prop::collection::vec(one, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_task_reads_back_as_it_was_written(
        cases in prop::collection::vec((states(), guidances(), inputs(), ".{0,200}", any::<u64>()), 1..16)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut bench = Bench::new().await;
            let mut written = Vec::new();
            for (number, (state, guidance, inputs, prompt, seed)) in cases.into_iter().enumerate() {
                let mut task = task(&format!("t{number}"), bench.now());
                (task.request.guidance, task.request.prompt, task.seed) = (guidance, prompt, seed);
                bench.keep(task.clone()).await;
                let lease = bench.claim_one().await.lease;
                let then = Then::At(bench.now() + MINUTE);
                bench.store.record(&lease, state.clone(), Some(inputs.clone()), then).await.unwrap();
                (task.state, task.inputs) = (state, inputs);
                written.push(task);
            }
            for reopened in [false, true] {
                if reopened {
                    bench = bench.reopen().await;
                }
                for task in &written {
                    let read = bench.store.task(task.id.as_str()).await.unwrap().unwrap();
                    assert_eq!(&read, task);
                    let cell = bench.store.find(task.id.as_str(), None).await.unwrap().unwrap();
                    assert_eq!(cell.summary.status, Status::from(&task.state));
                }
            }
        });
    }
}

type End = fn(State, Timestamp) -> State;

/// What no code of ours writes, and none may.
const WRONG: [&str; 22] = [
"UPDATE task SET state = 'asleep' WHERE id = 'queued'",
    "UPDATE task SET step = 'fetch' WHERE id = 'queued'",
    "UPDATE task SET step = 'prepare' WHERE id = 'submit'",
    "UPDATE task SET state = 'running' WHERE id = 'queued'",
    "UPDATE task SET state = 'succeeded' WHERE id = 'canceled'",
    "UPDATE task SET percent = 100 WHERE id = 'poll'",
    "UPDATE task SET dialect = 'latin' WHERE id = 'queued'",
    "UPDATE task SET due = 'soon' WHERE id = 'queued'",
    "UPDATE task SET idem_key = 'k' WHERE id = 'queued'",
    "UPDATE task SET parked = 1 WHERE id = 'poll'",
    "UPDATE task SET held_from = 'revenue' WHERE id = 'queued'",
    "UPDATE account SET available = -1",
    "UPDATE account SET held = -1",
    "UPDATE api_key SET in_flight = -1",
    "UPDATE ledger_line SET micros = 1",
    "DELETE FROM ledger_line",
    "INSERT INTO key_secret VALUES (x'00', 'key_main', '', 1, NULL)",
    "INSERT INTO ledger_line (at, account, kind, source, target, micros)
     VALUES (1, 'main', 'gift', 'operator', 'available', 1)",
    "INSERT INTO ledger_line (at, account, kind, source, target, micros)
     VALUES (1, 'main', 'grant', 'operator', 'revenue', 1)",
    "INSERT INTO ledger_line (at, account, kind, source, target, micros)
     VALUES (1, 'main', 'grant', 'operator', 'available', 0)",
    "INSERT INTO ledger_line (at, account, kind, source, target, micros, task, key)
     SELECT at, account, kind, source, target, micros, task, key FROM ledger_line WHERE kind = 'hold' LIMIT 1",
    "INSERT INTO ledger_line (at, account, kind, source, target, micros, task, key)
     SELECT at, account, 'release', 'held', 'credit', micros, task, key FROM ledger_line
     WHERE kind = 'capture' LIMIT 1",
];

/// One thing wrong each, beginning from a row that is right.
#[tokio::test]
async fn the_tables_refuse_what_cannot_be() {
    let bench = Bench::new().await;
    let begun = |claim: &filmgate_domain::lease::Claim| {
        claim.task.state.clone().begin(crate::bench::attempt(1), bench.now()).unwrap()
    };
    let ends: [(&str, End); 3] = [
        ("succeeded", |state, now| succeeded(state, "succeeded", now)),
        ("failed", |state, now| state.fail(Failure::new(FailureCode::Internal, "x"), now).unwrap()),
        ("canceled", |state, now| state.cancel(now).unwrap()),
    ];
    for (id, end) in ends {
        bench.create(id).await;
        let claim = bench.claim_one().await;
        bench.record(&claim, end(claim.task.state.clone(), bench.now())).await;
    }
    for id in ["submit", "poll", "finish"] {
        bench.create(id).await;
        let claim = bench.claim_one().await;
        let mut state = begun(&claim);
        if id != "submit" {
            state = state.accepted("h".to_owned()).unwrap();
        }
        if id == "finish" {
            state = state.made().unwrap().stored(ArtifactId::from_text("film_x")).unwrap();
        }
        bench.store.record(&claim.lease, state, None, Then::At(bench.now() + MINUTE)).await.unwrap();
    }
    bench.create("queued").await;
    let sql = bench.sql();
    let all = "SELECT group_concat(name) FROM pragma_table_info('task')";
    let columns: String = sql.query_row(all, [], |row| row.get(0)).unwrap();
    // What each kind of row has, beyond what all have; every other column of these must be null in it.
    let lifecycle = [
        "step",
        "due",
        "began",
        "percent",
        "attempt",
        "attempt_no",
        "upstream",
        "handle",
        "artifact",
        "ended",
        "expires",
        "bytes",
        "duration_ms",
        "width",
        "height",
        "failure_code",
        "failure_text",
    ];
    assert!(lifecycle.iter().all(|column| columns.split(',').any(|known| known == *column)));
    let running = "step due began percent attempt attempt_no upstream";
    let rows = [
        ("queued", "step due".to_owned()),
        ("submit", running.to_owned()),
        ("poll", format!("{running} handle")),
        ("finish", format!("{running} artifact")),
        ("succeeded", "artifact ended expires bytes duration_ms width height".to_owned()),
        ("failed", "ended failure_code failure_text".to_owned()),
        ("canceled", "ended".to_owned()),
    ];
    for (id, has) in rows {
        for column in lifecycle {
            let present = has.split(' ').any(|name| name == column);
            let text = matches!(
                column,
                "step" | "attempt" | "upstream" | "handle" | "artifact" | "failure_code" | "failure_text"
            );
            let value = match (present, text) {
                (true, _) => "NULL",
                (false, true) => "'poll'",
                (false, false) => "1",
            };
            let wrong = format!("UPDATE task SET {column} = {value} WHERE id = '{id}'");
            let refused = sql.execute(&wrong, []).unwrap_err();
            assert!(refused.to_string().contains("CHECK constraint failed"), "{wrong}: {refused}");
        }
    }
    for wrong in WRONG {
        let refused = sql.execute(wrong, []).unwrap_err().to_string();
        assert!(
            refused.contains("constraint failed")
                || refused.contains("is never")
                || refused.contains("cannot store TEXT"),
            "{wrong}: {refused}"
        );
    }
}
