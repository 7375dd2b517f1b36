//! The whole life of a task, printed after each step: what the row says, what readers see, what is counted.

use std::fmt::Write as _;
use std::time::Duration;

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::media::{BlobKey, Input, MediaKind, Size};
use filmgate_domain::task::State;
use filmgate_store::Then;

use crate::bench::{Bench, attempt, film, referring};

/// Columns that are null, or never change here, are left out.
fn row(bench: &Bench) -> String {
    let sql = bench.sql();
    let mut statement = sql.prepare("SELECT * FROM task").unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let constant = ["seq", "id", "account", "key", "created", "model", "dialect", "request", "price", "seed"];
    statement
        .query_row([], |row| {
            let mut text = String::new();
            for (place, name) in names.iter().enumerate() {
                let value: rusqlite::types::Value = row.get(place)?;
                let shown = match value {
                    _ if constant.contains(&name.as_str()) => continue,
                    rusqlite::types::Value::Null => continue,
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    rusqlite::types::Value::Text(_) if name == "inputs" => "…".to_owned(),
                    rusqlite::types::Value::Text(text) => text,
                    other => format!("{other:?}"),
                };
                let _infallible = write!(text, "{name}={shown} ");
            }
            Ok(text)
        })
        .unwrap()
}

async fn show(story: &mut String, bench: &Bench, step: &str) {
    let cell = bench.store.find("a", None).await.unwrap().unwrap();
    let counts: Vec<_> = bench
        .store
        .counts()
        .iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(state, step, _)| format!("{state}/{step}"))
        .collect();
    let _infallible = writeln!(
        story,
        "{step}\n  row:     {}\n  readers: version {} {:?}\n  counted: {}",
        row(bench).trim_end(),
        cell.version,
        cell.summary.status,
        counts.join(" ")
    );
}

async fn step(story: &mut String, bench: &Bench, what: &str, next: impl FnOnce(State) -> State) {
    bench.clock.advance(Duration::from_secs(1));
    let claim = bench.claim_one().await;
    let state = next(claim.task.state.clone());
    bench.record(&claim, state).await;
    show(story, bench, what).await;
}

#[tokio::test]
async fn the_life_of_a_film() {
    let (bench, story) = (Bench::new().await, &mut String::new());
    bench.keep(referring("a", bench.now())).await;
    show(story, &bench, "created with a reference").await;
    let claim = bench.claim_one().await;
    show(story, &bench, "claimed").await;
    let blob = BlobKey::Input { task: claim.task.id.clone(), place: 0, tail: "x".into() };
    let (kind, format, size) = (MediaKind::Image, "jpeg".to_owned(), Size::new(720, 1280));
    let inputs = vec![Input { blob, kind, format, size, duration_ms: 0, bytes: 9 }];
    let prepared = claim.task.state.clone().prepared().unwrap();
    bench.store.record(&claim.lease, prepared, Some(inputs), Then::At(bench.now())).await.unwrap();
    show(story, &bench, "prepared").await;
    let now = bench.now();
    step(story, &bench, "begun", |state| state.begin(attempt(1), now).unwrap()).await;
    step(story, &bench, "put back", |state| state.put_back().unwrap()).await;
    step(story, &bench, "begun again", |state| state.begin(attempt(2), now).unwrap()).await;
    step(story, &bench, "accepted", |state| state.accepted("theirs".to_owned()).unwrap()).await;
    step(story, &bench, "progressed", |state| state.progressed(40).unwrap()).await;
    step(story, &bench, "no news", |state| state.progressed(40).unwrap()).await;
    step(story, &bench, "made", |state| state.made().unwrap()).await;
    step(story, &bench, "stored", |state| state.stored(film("a").id).unwrap()).await;
    let expires = now + Duration::from_hours(24);
    step(story, &bench, "succeeded", |state| state.succeed(film("a"), now, expires).unwrap()).await;
    bench.store.inputs_gone(vec![claim.task.id.clone()]).await.unwrap();
    bench.store.artifact_gone(vec![claim.task.id.clone()]).await.unwrap();
    show(story, &bench, "swept").await;
    insta::assert_snapshot!(story);
}

#[tokio::test]
async fn the_other_ends() {
    let story = &mut String::new();
    for end in ["failed", "canceled", "expired"] {
        let bench = Bench::new().await;
        let task = bench.create("a").await;
        let now = bench.now() + Duration::from_secs(1);
        bench.clock.advance(Duration::from_secs(1));
        match end {
            "failed" => {
                let failure = Failure::new(FailureCode::TimedOut, "It took too long.");
                let claim = bench.claim_one().await;
                bench.record(&claim, claim.task.state.clone().fail(failure, now).unwrap()).await;
            }
            "canceled" => drop(bench.store.cancel(&task.id, None, now).await.unwrap()),
            _ => assert_eq!(bench.store.expire(now, now, 9).await.unwrap(), [task.id]),
        }
        show(story, &bench, end).await;
    }
    insta::assert_snapshot!(story);
}
