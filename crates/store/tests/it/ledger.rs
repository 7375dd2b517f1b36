//! Money: held, taken and given back in the commit that it belongs to, and proved afterwards.

use std::time::Duration;

use filmgate_domain::account::Balance;
use filmgate_domain::calendar::Day;
use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::AccountId;
use filmgate_domain::key::Budget;
use filmgate_domain::money::{Billing, LineKind, Micros};
use filmgate_domain::task::State;
use filmgate_domain::usage::Dimension;
use filmgate_store::{Created, Decided, Denial, Lines, Terms, Transfer, Transferred, UsageFilter, Verdict};

use crate::bench::{Bench, attempt, deed, of, referring, succeeded, task};

const PRICE: i64 = 25_000;

async fn balance(bench: &Bench, account: &str) -> (i64, i64, u32) {
    let found = bench.store.account(&AccountId::from_text(account)).await.unwrap().unwrap();
    let Balance { available, held, in_flight } = found.1;
    (available.0, held.0, in_flight)
}

async fn lines(bench: &Bench, account: &str) -> Vec<String> {
    let account = Some(AccountId::from_text(account));
    let lines = bench.store.lines(Lines { account, limit: 99, ..Lines::default() }).await.unwrap();
    let text = |line: &filmgate_domain::money::Line| {
        format!("{} {}→{} {}", line.kind.as_str(), line.from.as_str(), line.to.as_str(), line.micros.0)
    };
    lines.iter().rev().map(text).collect()
}

async fn clean(bench: &Bench) {
    let report = bench.store.prove().await.unwrap();
    assert_eq!(report.findings, [""; 0]);
}

#[tokio::test]
async fn a_create_holds_and_the_end_takes_or_gives_back() {
    let bench = Bench::new().await;
    bench.account("a", Billing::Prepaid).await;
    bench.grant("a", 60_000).await;
    bench.keep(of("a", task("good", bench.now()))).await;
    assert_eq!(balance(&bench, "a").await, (35_000, PRICE, 1));
    bench.keep(of("a", task("bad", bench.now()))).await;
    let claims = bench.claim().await.claims;
    let failure = Failure::new(FailureCode::TimedOut, "It took too long.");
    bench.record(&claims[1], claims[1].task.state.clone().fail(failure, bench.now()).unwrap()).await;
    assert_eq!(balance(&bench, "a").await, (35_000, PRICE, 1));
    bench.record(&claims[0], succeeded(claims[0].task.state.clone(), "good", bench.now())).await;
    assert_eq!(balance(&bench, "a").await, (35_000, 0, 0));
    let told = [
        "grant operator→available 60000",
        "hold available→held 25000",
        "hold available→held 25000",
        "release held→available 25000",
        "capture held→revenue 25000",
    ];
    assert_eq!(lines(&bench, "a").await, told);
    bench.store.delete(&claims[0].task.id).await.unwrap();
    assert_eq!(lines(&bench, "a").await, told, "a task goes, its lines stay");
    clean(&bench).await;
}

#[tokio::test]
async fn who_pays_later_has_credit_and_who_pays_nothing_no_lines() {
    let bench = Bench::new().await;
    bench.create("a").await;
    bench.store.cancel(&task("a", bench.now()).id, None, bench.now()).await.unwrap();
    assert_eq!(lines(&bench, "main").await, ["hold credit→held 25000", "release held→credit 25000"]);
    bench.keep(filmgate_domain::task::Task { price: Micros(0), ..task("free", bench.now()) }).await;
    assert_eq!(balance(&bench, "main").await, (0, 0, 1));
    assert_eq!(lines(&bench, "main").await.len(), 2);
    clean(&bench).await;
}

#[tokio::test]
async fn sixty_four_that_race_for_ten_are_ten() {
    let bench = Bench::new().await;
    bench.account("a", Billing::Prepaid).await;
    bench.grant("a", 10 * PRICE + 1).await;
    let racing: Vec<_> = (0..64)
        .map(|number| {
            let (store, task) = (bench.store.clone(), of("a", task(&format!("t{number}"), bench.now())));
            tokio::spawn(async move { store.create(task, None, Terms::default()).await.unwrap() })
        })
        .collect();
    let (mut made, mut denied) = (0, 0);
    for create in racing {
        match create.await.unwrap() {
            Created::New(_) => made += 1,
            Created::Denied(denial) => {
                let (price, available) = (Micros(PRICE), Micros(1));
                assert_eq!(denial, Denial::Balance { price, available });
                denied += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((made, denied, balance(&bench, "a").await), (10, 54, (1, 10 * PRICE, 10)));
    clean(&bench).await;
}

#[tokio::test]
async fn a_budget_counts_what_is_held_and_spent_within_its_day_and_month() {
    let bench = Bench::new().await;
    let budget = Budget { day: Some(Micros(2 * PRICE)), month: Some(Micros(3 * PRICE)) };
    let terms = Terms { budget, ..Terms::default() };
    let create = async |id: &str| bench.store.create(task(id, bench.now()), None, terms).await.unwrap();
    assert!(matches!(create("a").await, Created::New(_)));
    assert!(matches!(create("b").await, Created::New(_)));
    let today = Day::of(bench.now());
    let over = |budget: i64, left: i64, renews: Day| {
        let (budget, left) = (Micros(budget * PRICE), Micros(left * PRICE));
        Denial::Budget { budget, left, renews: renews.start() }
    };
    let denied = |created: Created| match created {
        Created::Denied(denial) => denial,
        other => panic!("{other:?}"),
    };
    assert_eq!(denied(create("c").await), over(2, 0, today.next()));
    bench.store.cancel(&task("a", bench.now()).id, None, bench.now()).await.unwrap();
    assert!(matches!(create("c").await, Created::New(_)), "what is given back may be spent again");
    bench.clock.advance(today.next().start().since(bench.now()));
    bench.store.cancel(&task("b", bench.now()).id, None, bench.now()).await.unwrap();
    assert!(matches!(create("d").await, Created::New(_)), "another day; b was given back to the first");
    assert!(matches!(create("e").await, Created::New(_)));
    assert_eq!(
        denied(create("f").await),
        over(3, 0, today.next_month()),
        "the month's wait is the longer one"
    );
    clean(&bench).await;
}

#[tokio::test]
async fn so_many_are_in_flight_and_no_more() {
    let bench = Bench::new().await;
    let create = async |id: &str, account_in_flight, key_in_flight| {
        let terms = Terms { account_in_flight, key_in_flight, ..Terms::default() };
        bench.store.create(task(id, bench.now()), None, terms).await.unwrap()
    };
    assert!(matches!(create("a", Some(1), None).await, Created::New(_)));
    let denied = create("b", Some(1), None).await;
    assert!(matches!(denied, Created::Denied(Denial::InFlight { most: 1, of_key: false })), "{denied:?}");
    let denied = create("b", Some(9), Some(1)).await;
    assert!(matches!(denied, Created::Denied(Denial::InFlight { most: 1, of_key: true })), "{denied:?}");
    bench.store.cancel(&task("a", bench.now()).id, None, bench.now()).await.unwrap();
    assert!(matches!(create("b", Some(1), Some(1)).await, Created::New(_)));
}

fn give(micros: i64, reference: Option<&str>) -> Transfer {
    let kind = if micros < 0 { LineKind::Adjust } else { LineKind::Grant };
    Transfer {
        account: AccountId::from_text("main"),
        kind,
        micros: Micros(micros),
        note: "why".to_owned(),
        reference: reference.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_transfer_is_made_once_and_takes_no_more_than_there_is() {
    let bench = Bench::new().await;
    let transfer =
        async |transfer: Transfer| bench.store.transfer(transfer, deed("account.grant")).await.unwrap();
    let Transferred::New(line) = transfer(give(500, Some("invoice 1"))).await else { panic!("it is new") };
    let again = transfer(give(500, Some("invoice 1"))).await;
    assert_eq!(again, Transferred::Replayed(line));
    assert_eq!(transfer(give(501, Some("invoice 1"))).await, Transferred::Conflict);
    assert_eq!(transfer(give(-501, None)).await, Transferred::Short { available: Micros(500) });
    assert!(matches!(transfer(give(-200, None)).await, Transferred::New(_)));
    assert_eq!(transfer(give(i64::MAX / 2, None)).await, Transferred::TooMuch);
    let nobody = Transfer { account: AccountId::from_text("nobody"), ..give(1, None) };
    assert_eq!(transfer(nobody).await, Transferred::NoAccount);
    assert_eq!(balance(&bench, "main").await, (300, 0, 0));
    assert_eq!(bench.store.audit(None, 9).await.unwrap().len(), 2, "what was refused was not done");
    clean(&bench).await;
}

#[tokio::test]
async fn an_operator_decides_what_nobody_knows() {
    let bench = Bench::new().await;
    bench.account("a", Billing::Prepaid).await;
    bench.grant("a", PRICE).await;
    let id = bench.keep(of("a", task("t", bench.now()))).await.id;
    let decide =
        async |verdict| bench.store.decide(&id, verdict, deed("task.settle"), bench.now()).await.unwrap();
    let doubtful = async || {
        let claim = bench.claim_one().await;
        let state = claim.task.state.clone().begin(attempt(1), bench.now()).unwrap().doubt().unwrap();
        bench.record(&claim, state).await;
    };
    let early = decide(Verdict::Accepted("theirs".to_owned())).await;
    assert!(matches!(early, Some(Decided::Invalid(_))), "{early:?}");
    doubtful().await;
    assert_eq!(balance(&bench, "a").await, (0, PRICE, 1), "in doubt, it stays held");
    assert!(matches!(decide(Verdict::PutBack).await, Some(Decided::Done(State::Running(_)))));
    doubtful().await;
    assert!(matches!(decide(Verdict::Accepted("theirs".to_owned())).await, Some(Decided::Done(_))));
    assert_eq!(bench.claim_one().await.task.state.step(), Some("poll"));
    let failure = Failure::new(FailureCode::SubmitUncertain, "It never came.");
    assert!(matches!(decide(Verdict::Failed(failure.clone())).await, Some(Decided::Done(_))));
    assert_eq!(balance(&bench, "a").await, (PRICE, 0, 0));
    assert!(matches!(decide(Verdict::Failed(failure)).await, Some(Decided::Invalid(_))), "once");
    assert_eq!(bench.store.audit(None, 9).await.unwrap().len(), 4, "the grant and three verdicts");
    clean(&bench).await;
}

#[tokio::test]
async fn use_is_summed_up_by_what_is_asked() {
    let bench = Bench::new().await;
    bench.account("a", Billing::Postpaid).await;
    bench.finish("x").await;
    bench.keep(of("a", task("y", bench.now()))).await;
    bench.store.cancel(&task("y", bench.now()).id, None, bench.now()).await.unwrap();
    let first = Day::of(bench.now());
    bench.clock.advance(Duration::from_hours(24));
    bench.finish("z").await;
    let usage = async |by, account: Option<&str>| {
        let (from, to, account) = (first, first.next(), account.map(AccountId::from_text));
        let filter = UsageFilter { from, to, account, key: None, by, limit: 99 };
        let rows = bench.store.usage(filter).await.unwrap();
        let text = |row: &filmgate_domain::usage::Usage| {
            let of = row.account.as_ref().map_or("-", AccountId::as_str);
            format!(
                "{of} {}/{}/{} {} {}",
                row.succeeded, row.failed, row.canceled, row.film_ms, row.charged.0
            )
        };
        rows.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(usage(vec![], None).await, ["- 2/0/1 8000 50000"]);
    assert_eq!(usage(vec![Dimension::Account], None).await, ["a 0/0/1 0 0", "main 2/0/0 8000 50000"]);
    assert_eq!(usage(vec![Dimension::Day], Some("main")).await, ["- 1/0/0 4000 25000"; 2]);
    assert_eq!(usage(vec![Dimension::Day], Some("nobody")).await, [""; 0]);
    clean(&bench).await;
}

#[tokio::test]
async fn the_proof_finds_what_was_tampered_with() {
    for (tampering, finding) in [
        ("UPDATE account SET available = 5", "account main: 5 is available, its lines add up to 0"),
        ("UPDATE account SET held = 5", "account main: 5 is held, its lines add up to 25000"),
        ("UPDATE task SET price = 5 WHERE id = 'lives'", "task lives costs 5 and has no hold of that"),
        (
            "UPDATE task SET held_from = NULL WHERE id = 'lives'",
            "task lives holds nothing and has a hold of 25000",
        ),
        ("DELETE FROM task WHERE id = 'lives'", "25000 is held for task lives, which is gone"),
        ("UPDATE account SET in_flight = 5", "account main: 5 tasks are said to be in flight, 1 are"),
        ("UPDATE usage SET micros = 5", "account main, day 1970-01-01: 25000 was charged, its usage says 5"),
        (
            "DROP TRIGGER ledger_line_remains; DELETE FROM ledger_line WHERE kind = 'capture'",
            "task done is succeeded and settled by nothing",
        ),
        (
            "DROP TRIGGER ledger_line_stays; UPDATE ledger_line SET micros = 5 WHERE kind = 'capture'",
            "the capture of task done is not of what was held",
        ),
        ("PRAGMA foreign_keys = OFF; DELETE FROM account", "there is no account main"),
    ] {
        let bench = Bench::new().await;
        bench.finish("done").await;
        bench.keep(referring("lives", bench.now())).await;
        clean(&bench).await;
        bench.sql().execute_batch(tampering).unwrap();
        let report = bench.store.prove().await.unwrap();
        assert!(
            report.findings.iter().any(|found| found.contains(finding)),
            "{tampering}: {:?}",
            report.findings
        );
    }
}
