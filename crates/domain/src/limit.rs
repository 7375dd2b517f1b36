//! Limits: how often, and how much at once. A [`Rate`] is a token bucket as its operator writes it, `600/m`: that many
//! at once, refilled evenly. A [`Bucket`] is one at work: a single atomic number, the moment at which it will be full
//! again (the generic cell rate algorithm), so that a poll pays one compare-and-swap for it.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// How often something may happen: a count within a span, or as often as one likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rate {
    /// 0 stands for no limit.
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Unit {
    const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    const fn letter(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }
}

/// A text that is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rate; write a count and s, m, h or d, such as 10/s or 600/m, or `none`")]
pub struct InvalidRate(String);

impl Rate {
    /// As often as one likes.
    pub const NONE: Self = Self { count: 0, unit: Unit::Second };

    /// How many at once, and within one [`window`](Self::window); `None` without a limit.
    pub const fn quota(self) -> Option<u32> {
        if self.count == 0 { None } else { Some(self.count) }
    }

    /// The span within which an empty bucket fills, in whole seconds.
    pub const fn window(self) -> i64 {
        self.unit.seconds()
    }

    const fn window_nanos(self) -> i64 {
        self.unit.seconds() * 1_000_000_000
    }
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let invalid = || InvalidRate(text.chars().take(40).collect());
        if text == "none" {
            return Ok(Self::NONE);
        }
        let (count, unit) = text.split_once('/').ok_or_else(invalid)?;
        let unit = Unit::ALL.into_iter().find(|known| known.letter() == unit).ok_or_else(invalid)?;
        let digits = count.bytes().all(|byte| byte.is_ascii_digit());
        let count = count.parse().ok().filter(|count| digits && *count > 0).ok_or_else(invalid)?;
        Ok(Self { count, unit })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quota() {
            Some(count) => write!(out, "{count}/{}", self.unit.letter()),
            None => out.write_str("none"),
        }
    }
}

impl TryFrom<String> for Rate {
    type Error = InvalidRate;

    fn try_from(text: String) -> Result<Self, InvalidRate> {
        text.parse()
    }
}

impl From<Rate> for String {
    fn from(rate: Rate) -> Self {
        rate.to_string()
    }
}

/// What a key or an account may use. What is not set is the configuration's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How often it may create.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creates: Option<Rate>,
    /// How often it may ask anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub polls: Option<Rate>,
    /// How many of its tasks may be unfinished; 0 for as many as it likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<u32>,
}

impl Limits {
    /// These, with the gaps filled from `defaults`.
    #[must_use]
    pub fn or(self, defaults: Self) -> Self {
        Self {
            creates: self.creates.or(defaults.creates),
            polls: self.polls.or(defaults.polls),
            in_flight: self.in_flight.or(defaults.in_flight),
        }
    }

    /// How many tasks may be unfinished, if that is limited.
    pub fn most_in_flight(self) -> Option<u32> {
        self.in_flight.filter(|most| *most > 0)
    }
}

/// How full a bucket is after something was taken from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many more may be taken now.
    pub remaining: u32,
    /// When the bucket will be full again.
    pub full_in: Duration,
}

/// A token bucket at work. Full when new.
#[derive(Debug, Default)]
pub struct Bucket {
    /// The moment at which it is full again, in nanoseconds since the epoch.
    full_at: AtomicI64,
}

impl Bucket {
    /// Takes one at `now`, or says after how long there will be one. `None` in the answer: `rate` sets no limit.
    pub fn take(&self, rate: Rate, now: Timestamp) -> Result<Option<Standing>, Duration> {
        let Some(quota) = rate.quota() else { return Ok(None) };
        let window = rate.window_nanos();
        let (now, each) = (now.millis().saturating_mul(1_000_000), window / i64::from(quota));
        let mut before = self.full_at.load(Ordering::Relaxed);
        loop {
            // A clock that went back must not lock anybody out for longer than one window.
            let from = before.clamp(now, now.saturating_add(window));
            let after = from + each;
            if after - now > window {
                return Err(Duration::from_nanos((after - now - window).unsigned_abs()));
            }
            match self.full_at.compare_exchange_weak(before, after, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => {
                    let left = (window - (after - now)).checked_div(each).unwrap_or(i64::from(quota));
                    let remaining = u32::try_from(left).unwrap_or(quota);
                    let full_in = Duration::from_nanos((after - now).unsigned_abs());
                    return Ok(Some(Standing { remaining, full_in }));
                }
                Err(seen) => before = seen,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn a_rate_is_written_as_it_is_read() {
        for text in ["10/s", "600/m", "5/h", "1/d", "none"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for wrong in ["", "10", "0/s", "/s", "10/", "10/w", "-1/s", "+1/s", "1.5/s", "10 / s", "4294967296/s"]
        {
            assert_eq!(wrong.parse::<Rate>(), Err(InvalidRate(wrong.to_owned())), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_gives_its_quota_at_once_and_then_as_it_fills() {
        let (bucket, rate) = (Bucket::default(), "3/m".parse().unwrap());
        let left: Vec<_> = (0..3).map(|_| bucket.take(rate, START).unwrap().unwrap().remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        assert_eq!(bucket.take(rate, START), Err(Duration::from_secs(20)));
        assert_eq!(bucket.take(rate, START + Duration::from_secs(19)), Err(Duration::from_secs(1)));
        let standing = bucket.take(rate, START + Duration::from_secs(20)).unwrap().unwrap();
        assert_eq!(standing, Standing { remaining: 0, full_in: Duration::from_mins(1) });
        let idle = START + Duration::from_hours(9);
        assert_eq!(bucket.take(rate, idle).unwrap().unwrap().remaining, 2, "it holds no more than its quota");
    }

    #[test]
    fn a_clock_that_goes_back_locks_nobody_out_for_longer_than_a_window() {
        let (bucket, rate) = (Bucket::default(), "1/m".parse().unwrap());
        bucket.take(rate, START + Duration::from_hours(1)).unwrap();
        assert_eq!(bucket.take(rate, START), Err(Duration::from_mins(1)));
    }

    #[test]
    fn no_limit_takes_nothing_and_a_rate_beyond_the_clock_is_none() {
        let bucket = Bucket::default();
        assert!((0..100).all(|_| bucket.take(Rate::NONE, START) == Ok(None)));
        let fast = "4294967295/s".parse().unwrap();
        assert!((0..100).all(|_| bucket.take(fast, START).is_ok()));
    }

    #[test]
    fn racing_takers_get_the_quota_between_them() {
        let (bucket, rate) = (Bucket::default(), "1000/d".parse().unwrap());
        let taken = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..500).filter(|_| bucket.take(rate, START).is_ok()).count()))
                .collect();
            takers.into_iter().map(|taker| taker.join().unwrap()).sum::<usize>()
        });
        assert_eq!(taken, 1000);
    }
}
