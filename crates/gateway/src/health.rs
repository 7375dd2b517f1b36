//! How the upstreams do, as far as this process has seen: who is given jobs, who is left alone for a while, how long
//! their films usually take. Only what an upstream does wrong counts against it; that it has enough to do, or refuses a
//! request for what the request says, does not. Nothing here is written down: a restart begins with trust.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use filmgate_domain::clock::Timestamp;
use filmgate_domain::limit::{Bucket, Rate};
use filmgate_engines::port::Pace;

/// For how long it is left alone after a single fault: long enough for another to be chosen.
const BREATH: Duration = Duration::from_millis(500);
/// After so many faults in a row an upstream is left alone.
const TOLERATED: u32 = 3;
/// For how long at first; doubled with each further fault.
const ALONE: Duration = Duration::from_secs(5);
/// And for how long at most.
const ALONE_AT_MOST: Duration = Duration::from_mins(1);
/// How long one that is busy is left alone when it does not say.
const BUSY: Duration = Duration::from_secs(2);
/// And for how long at most when it does.
const BUSY_AT_MOST: Duration = Duration::from_mins(5);

/// How every upstream does, by name.
#[derive(Default)]
pub(crate) struct Board(BTreeMap<String, Health>);

/// How one upstream does.
#[derive(Default)]
pub(crate) struct Health {
    seen: Mutex<Seen>,
    submits: Bucket,
    /// Jobs that are about to be sent and do not stand in the store yet.
    coming: AtomicUsize,
    /// Questions under way.
    asked: AtomicUsize,
}

#[derive(Default)]
struct Seen {
    faults: u32,
    failing_since: Option<Timestamp>,
    alone_until: Option<Timestamp>,
    busy_until: Option<Timestamp>,
    /// Since when one job is out to see if it works again.
    trial: Option<Timestamp>,
    /// How long its films usually take.
    usual: Option<Duration>,
}

/// A place that is held until it is dropped.
pub(crate) struct Held<'a>(&'a AtomicUsize);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Board {
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a String>) -> Self {
        Self(names.map(|name| (name.clone(), Health::default())).collect())
    }

    pub(crate) fn health(&self, name: &str) -> Option<&Health> {
        self.0.get(name)
    }
}

impl Health {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it has said that it has enough to do.
    pub(crate) fn is_busy(&self, now: Timestamp) -> bool {
        self.seen().busy_until.is_some_and(|until| now < until)
    }

    /// Whether it may be given a job now. After its time alone it is given one job, and more once that was taken.
    pub(crate) fn admits(&self, now: Timestamp) -> bool {
        let seen = self.seen();
        let waits = |until: Option<Timestamp>| until.is_some_and(|until| now < until);
        let tried = seen.faults >= TOLERATED && seen.trial.is_some_and(|since| now < since + ALONE_AT_MOST);
        !(tried || waits(seen.busy_until) || waits(seen.alone_until))
    }

    /// Takes a place for one more job where `room` are left, and one of `rate`'s.
    pub(crate) fn take(&self, room: usize, rate: Rate, now: Timestamp) -> Option<Held<'_>> {
        let before = self.coming.fetch_add(1, Ordering::Relaxed);
        let held = Held(&self.coming);
        if before >= room {
            return None;
        }
        if let Err(wait) = self.submits.take(rate, now) {
            self.seen().busy_until = Some(now + wait);
            return None;
        }
        let mut seen = self.seen();
        seen.trial = (seen.faults >= TOLERATED).then_some(now);
        Some(held)
    }

    /// A hand for a question, if fewer than `most` are under way.
    pub(crate) fn hand(&self, most: usize) -> Option<Held<'_>> {
        let before = self.asked.fetch_add(1, Ordering::Relaxed);
        let held = Held(&self.asked);
        (before < most).then_some(held)
    }

    /// It took a job, or refused one for what it says.
    pub(crate) fn well(&self) {
        let mut seen = self.seen();
        (seen.faults, seen.failing_since, seen.alone_until, seen.trial) = (0, None, None, None);
    }

    /// It has enough to do.
    pub(crate) fn busy(&self, after: Option<Duration>, now: Timestamp) {
        let mut seen = self.seen();
        seen.busy_until = Some(now + after.unwrap_or(BUSY).min(BUSY_AT_MOST));
        seen.trial = None;
    }

    /// It did something wrong. Says for how long it is left alone now, if it was not the first time.
    pub(crate) fn fault(&self, after: Option<Duration>, now: Timestamp) -> Option<Duration> {
        let mut seen = self.seen();
        seen.faults = seen.faults.saturating_add(1);
        seen.failing_since.get_or_insert(now);
        seen.trial = None;
        let beyond = seen.faults.checked_sub(TOLERATED);
        let alone = beyond.map_or(BREATH, |beyond| ALONE.saturating_mul(1 << beyond.min(8)));
        let alone = alone.max(after.unwrap_or_default()).min(ALONE_AT_MOST);
        seen.alone_until = Some(now + alone);
        beyond.map(|_| alone)
    }

    /// It takes nothing from us until somebody has seen to it.
    pub(crate) fn unusable(&self, now: Timestamp) {
        let mut seen = self.seen();
        seen.faults = seen.faults.max(TOLERATED);
        seen.failing_since.get_or_insert(now);
        (seen.alone_until, seen.trial) = (Some(now + ALONE_AT_MOST), None);
    }

    /// Since when it has done nothing right.
    pub(crate) fn failing_since(&self) -> Option<Timestamp> {
        self.seen().failing_since
    }

    /// A film took so long.
    pub(crate) fn made_in(&self, took: Duration) {
        let mut seen = self.seen();
        seen.usual = Some(seen.usual.map_or(took, |usual| (usual * 7 + took) / 8));
    }

    /// When to look for the first time after a job was taken: shortly before its like were ready so far.
    pub(crate) fn first_look(&self, pace: Pace) -> Duration {
        let usual = self.seen().usual.unwrap_or_default();
        (usual * 4 / 5).clamp(pace.first, pace.most.max(pace.first))
    }
}

/// When to look again at a job that has been waited for so long already: the longer, the later. `chance` spreads looks
/// by a tenth either way, so that jobs of one moment are not asked after at one moment.
pub(crate) fn next_look(pace: Pace, waited: Duration, after: Option<Duration>, chance: u8) -> Duration {
    let wanted = (waited * 3 / 10).clamp(pace.first, pace.most.max(pace.first));
    let spread = wanted * (230 + u32::from(chance) / 5) / 256;
    after.map_or(spread, |after| spread.max(after.min(BUSY_AT_MOST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn faults_in_a_row_leave_it_alone_and_one_job_tries_it_again() {
        let health = Health::default();
        assert_eq!([health.fault(None, NOW), health.fault(None, NOW)], [None, None]);
        assert!(!health.admits(NOW) && health.admits(NOW + BREATH));
        assert_eq!(health.fault(None, NOW), Some(ALONE));
        assert!(!health.admits(NOW + ALONE / 2));
        let later = NOW + ALONE;
        assert!(health.admits(later));
        let trial = health.take(9, Rate::NONE, later);
        assert!(trial.is_some() && !health.admits(later), "one job is out");
        assert_eq!(health.fault(None, later), Some(ALONE * 2));
        health.well();
        assert!(health.admits(later) && health.failing_since().is_none());
    }

    #[test]
    fn being_busy_is_no_fault() {
        let health = Health::default();
        for _ in 0..10 {
            health.busy(Some(Duration::from_secs(7)), NOW);
        }
        assert!(!health.admits(NOW + Duration::from_secs(6)) && health.admits(NOW + Duration::from_secs(7)));
        assert_eq!(health.failing_since(), None);
    }

    #[test]
    fn rooms_and_rates_are_kept() {
        let health = Health::default();
        let rate = "2/m".parse().unwrap();
        let one = health.take(1, rate, NOW);
        assert!(one.is_some() && health.take(1, rate, NOW).is_none(), "there was room for one");
        drop(one);
        assert!(health.take(1, rate, NOW).is_some());
        assert!(health.take(1, rate, NOW).is_none() && health.is_busy(NOW + Duration::from_secs(29)));
        assert!(health.take(1, rate, NOW + Duration::from_secs(30)).is_some());
    }

    #[test]
    fn looks_come_later_the_longer_a_job_takes() {
        let seconds = Duration::from_secs;
        let pace = Pace { first: seconds(5), most: seconds(30) };
        let look = |waited| next_look(pace, seconds(waited), None, 128).as_secs_f64();
        assert!(
            (look(0) - 5.0).abs() < 0.1 && (look(60) - 18.0).abs() < 0.3 && (look(900) - 30.0).abs() < 0.5
        );
        assert!(next_look(pace, seconds(0), None, 0) < next_look(pace, seconds(0), None, 255));
        assert_eq!(next_look(pace, seconds(0), Some(seconds(12)), 0), seconds(12), "it said so");
        let health = Health::default();
        assert_eq!(health.first_look(pace), seconds(5));
        health.made_in(seconds(20));
        assert_eq!(health.first_look(pace), seconds(16));
        assert_eq!(
            next_look(Pace::default(), seconds(9), None, 7),
            Duration::ZERO,
            "who waits itself is asked at once"
        );
    }
}
