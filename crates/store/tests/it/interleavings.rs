//! Everything that moves money, in any order, over several accounts, with crashes in between: no balance is ever below
//! zero, the ledger always adds up, and every task is settled once. A few lines of arithmetic beside the store say what
//! the balances must be.

use std::collections::BTreeMap;

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::id::AccountId;
use filmgate_domain::lease::Claim;
use filmgate_domain::money::{Billing, LineKind, Micros, Settlement};
use filmgate_domain::task::{State, Task};
use filmgate_store::{Created, Denial, Idempotency, StoreError, Terms, Then, Transfer, Transferred, Verdict};
use proptest::prelude::*;

use crate::bench::{Bench, MINUTE, ask, attempt, deed, of, succeeded, task};

/// Three that pay beforehand and one that pays later.
const ACCOUNTS: [&str; 4] = ["a", "b", "c", "main"];

#[derive(Clone, Debug)]
enum Act {
    Create {
        account: usize,
        price: i64,
        key: Option<u8>,
    },
    Grant {
        account: usize,
        micros: i64,
    },
    Refund {
        account: usize,
        micros: i64,
    },
    Claim(usize),
    /// What the holder of some claim does; it may have lost its lease long ago.
    Begin(usize),
    Doubt(usize),
    Finish(usize),
    Fail(usize),
    PutBack(usize),
    Retry(usize),
    Cancel(usize),
    Settle(usize, bool),
    Requeue(usize),
    Delete(usize),
    Wait,
    Crash,
}

fn act() -> impl Strategy<Value = Act> {
    let account = 0..ACCOUNTS.len();
    let some = 0..64_usize;
    prop_oneof![
        5 => (account.clone(), 0..40_i64, proptest::option::of(0..4_u8))
            .prop_map(|(account, price, key)| Act::Create { account, price, key }),
        2 => (account.clone(), 1..60_i64).prop_map(|(account, micros)| Act::Grant { account, micros }),
        1 => (account, 1..60_i64).prop_map(|(account, micros)| Act::Refund { account, micros }),
        3 => (1..5_usize).prop_map(Act::Claim),
        3 => some.clone().prop_map(Act::Begin),
        1 => some.clone().prop_map(Act::Doubt),
        3 => some.clone().prop_map(Act::Finish),
        2 => some.clone().prop_map(Act::Fail),
        1 => some.clone().prop_map(Act::PutBack),
        1 => some.clone().prop_map(Act::Retry),
        2 => some.clone().prop_map(Act::Cancel),
        1 => (some.clone(), any::<bool>()).prop_map(|(task, failed)| Act::Settle(task, failed)),
        1 => some.clone().prop_map(Act::Requeue),
        1 => some.prop_map(Act::Delete),
        1 => Just(Act::Wait),
        1 => Just(Act::Crash),
    ]
}

/// What the balances must be.
#[derive(Default)]
struct Book {
    available: BTreeMap<String, i64>,
    held: BTreeMap<String, i64>,
}

impl Book {
    fn hold(&mut self, task: &Task) {
        if task.account.as_str() != "main" {
            *self.available.entry(task.account.to_string()).or_default() -= task.price.0;
        }
        *self.held.entry(task.account.to_string()).or_default() += task.price.0;
    }

    fn settle(&mut self, task: &Task, settlement: Settlement) {
        *self.held.entry(task.account.to_string()).or_default() -= task.price.0;
        if settlement == Settlement::Release && task.account.as_str() != "main" {
            *self.available.entry(task.account.to_string()).or_default() += task.price.0;
        }
    }
}

struct Play {
    bench: Bench,
    book: Book,
    tasks: Vec<Task>,
    claims: Vec<Claim>,
}

impl Play {
    async fn new() -> Self {
        let bench = Bench::new().await;
        for account in &ACCOUNTS[..3] {
            bench.account(account, Billing::Prepaid).await;
        }
        Self { bench, book: Book::default(), tasks: Vec::new(), claims: Vec::new() }
    }

    async fn act(mut self, act: Act) -> Self {
        match act {
            Act::Create { account, price, key } => self.create(ACCOUNTS[account], price, key).await,
            Act::Grant { account, micros } => self.transfer(ACCOUNTS[account], LineKind::Grant, micros).await,
            Act::Refund { account, micros } => {
                self.transfer(ACCOUNTS[account], LineKind::Adjust, -micros).await;
            }
            Act::Claim(most) => {
                let claimed = self.bench.store.claim(ask(self.bench.now(), most, most, most)).await.unwrap();
                self.claims.extend(claimed.claims);
            }
            Act::Begin(of) => self.write(of, |state, now| state.begin(attempt(1), now).ok()).await,
            Act::Doubt(of) => {
                self.write(of, |state, now| begun(state, now)?.doubt().ok()).await;
            }
            Act::Finish(of) => {
                let good =
                    |state: State, now| matches!(state, State::Queued(_)).then(|| succeeded(state, "f", now));
                self.write(of, good).await;
            }
            Act::Fail(of) => self.write(of, |state, now| state.fail(failure(), now).ok()).await,
            Act::PutBack(of) => self.write(of, |state, now| begun(state, now)?.put_back().ok()).await,
            Act::Retry(of) => {
                if let Some(claim) = self.claim(of) {
                    let later = self.bench.now() + MINUTE;
                    let snoozed = self.bench.store.snooze(&claim.lease, later).await;
                    assert!(matches!(snoozed, Ok(()) | Err(StoreError::LeaseLost)), "{snoozed:?}");
                }
            }
            Act::Cancel(of) => self.overrule(of, None).await,
            Act::Settle(of, true) => self.overrule(of, Some(Verdict::Failed(failure()))).await,
            Act::Settle(of, false) => self.overrule(of, Some(Verdict::Accepted("h".to_owned()))).await,
            Act::Requeue(of) => self.overrule(of, Some(Verdict::PutBack)).await,
            Act::Delete(of) => {
                if let Some(task) = pick(&self.tasks, of) {
                    self.bench.store.delete(&task.id).await.unwrap();
                }
            }
            Act::Wait => self.bench.clock.advance(MINUTE),
            Act::Crash => self.bench = self.bench.reopen().await,
        }
        self
    }

    fn claim(&self, of: usize) -> Option<Claim> {
        pick(&self.claims, of).cloned()
    }

    async fn create(&mut self, account: &str, price: i64, key: Option<u8>) {
        let id = format!("t{}", self.tasks.len());
        let task = Task { price: Micros(price), ..of(account, task(&id, self.bench.now())) };
        let idempotency =
            key.map(|key| Idempotency { key: format!("{account}{key}"), fingerprint: [key; 32] });
        let available = self.book.available.get(account).copied().unwrap_or(0);
        match self.bench.store.create(task.clone(), idempotency, Terms::default()).await.unwrap() {
            Created::New(_) => {
                assert!(account == "main" || price <= available);
                self.book.hold(&task);
                self.tasks.push(task);
            }
            Created::Denied(Denial::Balance { .. }) => assert!(account != "main" && price > available),
            Created::Replayed(_) => assert!(key.is_some()),
            other => panic!("{other:?}"),
        }
    }

    async fn transfer(&mut self, account: &str, kind: LineKind, micros: i64) {
        let transfer = Transfer {
            account: AccountId::from_text(account),
            kind,
            micros: Micros(micros),
            note: "n".to_owned(),
            reference: None,
        };
        let known = self.book.available.entry(account.to_owned()).or_default();
        match self.bench.store.transfer(transfer, deed("account.grant")).await.unwrap() {
            Transferred::New(_) => *known += micros,
            Transferred::Short { available } => assert!(available.0 == *known && *known + micros < 0),
            other => panic!("{other:?}"),
        }
    }

    /// The holder of a claim writes what it thinks comes next.
    async fn write(
        &mut self,
        of: usize,
        next: impl FnOnce(State, filmgate_domain::clock::Timestamp) -> Option<State>,
    ) {
        let Some(claim) = self.claim(of) else { return };
        let now = self.bench.now();
        let Some(state) = next(claim.task.state.clone(), now) else { return };
        match self.bench.store.record(&claim.lease, state.clone(), None, Then::At(now)).await {
            Ok(_) => self.settled(&claim.task, &state),
            Err(StoreError::LeaseLost) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// Somebody with authority writes, whoever holds the task. No verdict is a cancel.
    async fn overrule(&mut self, of: usize, verdict: Option<Verdict>) {
        let Some(task) = pick(&self.tasks, of).cloned() else { return };
        let before = self.bench.store.task(task.id.as_str()).await.unwrap();
        let (store, now) = (&self.bench.store, self.bench.now());
        match verdict {
            None => drop(store.cancel(&task.id, None, now).await.unwrap()),
            Some(verdict) => drop(store.decide(&task.id, verdict, deed("task.settle"), now).await.unwrap()),
        }
        let after = self.bench.store.task(task.id.as_str()).await.unwrap();
        if let (Some(before), Some(after)) = (before, after)
            && !before.state.is_final()
        {
            self.settled(&task, &after.state);
        }
    }

    fn settled(&mut self, task: &Task, state: &State) {
        if let Some(settlement) = state.settlement() {
            self.book.settle(task, settlement);
        }
    }

    async fn check(&self) {
        for account in ACCOUNTS {
            let (_, balance) =
                self.bench.store.account(&AccountId::from_text(account)).await.unwrap().unwrap();
            let kept = |book: &BTreeMap<String, i64>| book.get(account).copied().unwrap_or(0);
            assert_eq!(balance.available.0, kept(&self.book.available), "{account}");
            assert_eq!(balance.held.0, kept(&self.book.held), "{account}");
        }
        assert_eq!(self.bench.store.prove().await.unwrap().findings, [""; 0]);
    }
}

fn pick<T>(from: &[T], which: usize) -> Option<&T> {
    from.get(which.checked_rem(from.len())?)
}

fn begun(state: State, now: filmgate_domain::clock::Timestamp) -> Option<State> {
    if state.step() == Some("submit") && matches!(state, State::Running(_)) {
        return Some(state);
    }
    state.begin(attempt(1), now).ok()
}

fn failure() -> Failure {
    Failure::new(FailureCode::TimedOut, "It took too long.")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn money_is_never_lost_nor_doubled(acts in prop::collection::vec(act(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut play = Play::new().await;
            for (number, act) in acts.into_iter().enumerate() {
                play = play.act(act).await;
                if number % 16 == 0 {
                    play.check().await;
                }
            }
            play.check().await;
            // Whatever is left is ended: then nothing is held.
            for task in play.tasks.clone() {
                play.bench.store.cancel(&task.id, None, play.bench.now()).await.unwrap();
            }
            let report = play.bench.store.prove().await.unwrap();
            assert_eq!((report.held, report.findings), (Micros(0), Vec::new()));
        });
    }
}
