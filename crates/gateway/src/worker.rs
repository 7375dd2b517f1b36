//! The worker: claims what is due and does one step of each, as many at once as the settings allow. No task has a
//! thread or a timer of its own; the store knows when the next one is due and rings when one becomes due at once.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::TaskId;
use filmgate_domain::lease::Claim;
use filmgate_domain::task::{State, Status, Waiting};
use filmgate_store::{Ask, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Gateway;
use crate::step::Abandoned;

/// The longest sleep between two looks: leases of a worker that died become due without a ring.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// How many tasks of a model that nobody makes are looked at once, to run out of patience.
const UNMADE: usize = 8;

/// A step that was under way: what it counted against, and its task if it was a submit.
type Done = (StepKind, Option<TaskId>);

/// Which budget a step counts against.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StepKind {
    Preparing,
    Running,
}

/// The steps that are under way.
#[derive(Default)]
struct Hands {
    steps: JoinSet<Done>,
    preparing: usize,
    running: usize,
    /// Submits, each with its model.
    submitting: HashMap<TaskId, String>,
}

impl Gateway {
    /// Works until `drain` says true, then lets the steps under way end for at most `grace`; what has not ended by
    /// then is handed back by its lease running out.
    pub async fn work(self, mut drain: watch::Receiver<bool>, grace: Duration) {
        let mut hands = Hands::default();
        while !*drain.borrow() {
            let rung = self.store().work().notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            let pause = match self.turn(&mut hands).await {
                Ok(next) => next.map_or(LONGEST_SLEEP, |due| due.since(self.now()).min(LONGEST_SLEEP)),
                Err(error) => {
                    tracing::error!(%error, "no task could be claimed");
                    LONGEST_SLEEP
                }
            };
            tokio::select! {
                () = &mut rung => {}
                () = tokio::time::sleep(pause) => {}
                Some(done) = hands.steps.join_next() => hands.free(done),
                _ = drain.changed() => {}
            }
        }
        let idle = async { while hands.steps.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, idle).await.is_err() {
            tracing::warn!("some steps did not end in time; their leases run out and they are done again");
        }
    }

    /// Does all steps that are due now, one after the other, and says how many there were: how tests drive the worker
    /// with a clock that they hold.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let claimed =
            self.store().claim(self.ask(usize::MAX >> 1, usize::MAX >> 1, &Hands::default())).await?;
        let count = claimed.claims.len();
        for claim in claimed.claims {
            self.step_logged(claim).await;
        }
        Ok(count)
    }

    /// Claims as much as there are hands for, and starts it.
    async fn turn(&self, hands: &mut Hands) -> Result<Option<Timestamp>, StoreError> {
        let settings = self.settings();
        let preparing = settings.preparing.saturating_sub(hands.preparing);
        let running = settings.running.saturating_sub(hands.running);
        let claimed = self.store().claim(self.ask(preparing, running, hands)).await?;
        for claim in claimed.claims {
            hands.start(self.clone(), claim);
        }
        Ok(claimed.next_due)
    }

    /// New submits only as far as the upstreams have room, and each model. What was claimed a moment ago and has not
    /// begun yet takes room as well.
    fn ask(&self, preparing: usize, running: usize, hands: &Hands) -> Ask {
        let now = self.now();
        let begun = |task: &TaskId| {
            self.store().cell(task.as_str()).is_none_or(|cell| cell.summary.status != Status::Queued)
        };
        let coming: Vec<_> =
            hands.submitting.iter().filter(|(task, _)| !begun(task)).map(|(_, model)| model).collect();
        let vacancies: BTreeMap<&str, usize> = self
            .parts
            .upstreams
            .iter()
            .map(|(name, upstream)| (name.as_str(), self.vacancy(name, upstream, now)))
            .collect();
        let total = vacancies.values().copied().fold(0, usize::saturating_add).saturating_sub(coming.len());
        let mut unmade = 0;
        let rooms: BTreeMap<_, _> = self
            .parts
            .models
            .values()
            .map(|model| {
                let coming = coming.iter().filter(|name| **name == &model.name).count();
                let own = model.concurrency.map_or(usize::MAX, |most| {
                    most.saturating_sub(self.store().running_of(&model.name) + coming)
                });
                let makers = model.route.upstreams.iter().filter_map(|name| vacancies.get(name.as_str()));
                let vacant = makers.copied().reduce(usize::saturating_add);
                unmade += usize::from(vacant.is_none()) * UNMADE;
                (model.name.clone(), own.min(vacant.unwrap_or(UNMADE).saturating_sub(coming)))
            })
            .collect();
        Ask {
            now,
            until: now + self.settings().lease,
            prepare: preparing,
            submit: total.saturating_add(unmade).min(running),
            running,
            rooms,
        }
    }

    async fn step_logged(&self, claim: Claim) {
        let (task, step) = (claim.task.id.clone(), claim.task.state.step().unwrap_or("none"));
        let begun = Instant::now();
        let end = self.step(claim).await;
        let took = begun.elapsed();
        metrics::histogram!("filmgate_step_seconds", "step" => step).record(took);
        let millis = took.as_secs_f64() * 1e3;
        match end {
            Ok(()) => tracing::info!(%task, step, millis, "step"),
            Err(lost @ Abandoned::LeaseLost) => tracing::info!(%task, step, millis, %lost, "step abandoned"),
            Err(error) => tracing::error!(%task, step, millis, %error, "step abandoned"),
        }
    }
}

impl Hands {
    fn start(&mut self, gateway: Gateway, claim: Claim) {
        let (state, task) = (&claim.task.state, claim.task.id.clone());
        let kind = if state.step() == Some("prepare") { StepKind::Preparing } else { StepKind::Running };
        let submit = matches!(state, State::Queued(Waiting::Upstream)).then_some(task);
        if let Some(task) = &submit {
            self.submitting.insert(task.clone(), claim.task.request.model.clone());
        }
        *self.count(kind) += 1;
        self.steps.spawn(async move {
            gateway.step_logged(claim).await;
            (kind, submit)
        });
    }

    fn free(&mut self, done: Result<Done, tokio::task::JoinError>) {
        // A step that panicked is counted as running: those are the many.
        let (kind, submit) = done.unwrap_or((StepKind::Running, None));
        if let Some(task) = submit {
            self.submitting.remove(&task);
        }
        let count = self.count(kind);
        *count = count.saturating_sub(1);
    }

    fn count(&mut self, kind: StepKind) -> &mut usize {
        match kind {
            StepKind::Preparing => &mut self.preparing,
            StepKind::Running => &mut self.running,
        }
    }
}
