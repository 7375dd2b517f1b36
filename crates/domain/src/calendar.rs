//! Days and months as budgets and reports count them: in UTC, by the proleptic Gregorian calendar.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

const MILLIS: i64 = 24 * 60 * 60 * 1000;

/// A day in UTC: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i64);

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day; write it as 2026-11-26")]
pub struct InvalidDay(String);

impl Day {
    /// The day that `moment` lies in.
    pub const fn of(moment: Timestamp) -> Self {
        Self(moment.millis().div_euclid(MILLIS))
    }

    /// Its first moment.
    pub const fn start(self) -> Timestamp {
        Timestamp::from_millis(self.0 * MILLIS)
    }

    /// The day after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The first day of its month.
    #[must_use]
    pub const fn month(self) -> Self {
        let (_, _, day) = self.date();
        Self(self.0 - day as i64 + 1)
    }

    /// The first day of the month after it.
    #[must_use]
    pub const fn next_month(self) -> Self {
        // The 32nd day from the first lies in the next month, whatever this one's length.
        Self(self.month().0 + 31).month()
    }

    /// Year, month from 1 and day from 1.
    pub const fn date(self) -> (i64, u32, u32) {
        // Years that begin in March put the leap day at their end; 146,097 days are 400 of them.
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        (year_of_era + era * 400 + (month <= 2) as i64, month as u32, day as u32)
    }

    const fn from_date(year: i64, month: u32, day: u32) -> Self {
        let shifted = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
        let shifted_month = (month as i64 + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + day as i64 - 1;
        Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
    }
}

/// As `2026-11-26`.
impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let invalid = || InvalidDay(text.chars().take(20).collect());
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else { return Err(invalid()) };
        let shaped = [(year, 4), (month, 2), (day, 2)]
            .iter()
            .all(|(part, digits)| part.len() == *digits && part.bytes().all(|byte| byte.is_ascii_digit()));
        if !shaped {
            return Err(invalid());
        }
        let number = |part: &str| part.parse::<u32>().map_err(|_| invalid());
        let (year, month, day) = (number(year)?, number(month)?, number(day)?);
        let parsed = Self::from_date(i64::from(year), month, day);
        // A day that the calendar does not have comes back as another.
        if parsed.date() == (i64::from(year), month, day) { Ok(parsed) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_are_those_of_the_calendar() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("1970-01-01"), Day(0));
        assert_eq!(Day::of(Timestamp::from_millis(1_795_219_200_000)).to_string(), "2026-11-21");
        assert_eq!(Day::of(Timestamp::from_millis(-1)).to_string(), "1969-12-31");
        assert_eq!(day("2024-02-29").month(), day("2024-02-01"));
        assert_eq!(day("2024-02-29").next_month(), day("2024-03-01"));
        assert_eq!(day("2026-12-31").next_month(), day("2027-01-01"));
        assert_eq!(day("2026-01-31").next_month(), day("2026-02-01"));
        for number in (-800_000..800_000).step_by(97) {
            let (year, month, date) = Day(number).date();
            assert_eq!(Day::from_date(year, month, date), Day(number));
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for wrong in
            ["", "2026", "2026-13-01", "2026-02-29", "2026-00-10", "26-1-1", "2026-11-26T00", "2026-1a-01"]
        {
            assert_eq!(wrong.parse::<Day>(), Err(InvalidDay(wrong.to_owned())), "{wrong}");
        }
    }
}
