//! Money: integer micro-units, never a float. A [`Line`] of the ledger moves an amount from one [`Book`] to another, so
//! the books of all lines sum to nothing by construction; what an account has is what its lines have brought it.
//!
//! ```text
//!              grant, adjust               hold                    capture
//!   Operator ◀──────────────▶ Available ─────────▶ Held ──────────────────▶ Revenue
//!                                 ▲                 │ │
//!                                 └──── release ────┘ │      a postpaid account's holds
//!                Credit ◀──────────────── release ────┘      come from Credit instead
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{AccountId, KeyId, TaskId};

/// An amount in millionths of the operator's currency unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

/// The largest amount that one line may move: a thousand million units. Sums of a million such lines still fit.
pub const LARGEST: Micros = Micros(1_000_000_000_000_000);

/// As people write money: `0.25`, `12`, `-3.5`.
impl fmt::Display for Micros {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if part == 0 {
            return write!(out, "{sign}{whole}");
        }
        let digits = format!("{part:06}");
        write!(out, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// A text that is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no amount; write a number of units with up to six decimals, such as 25 or 0.125")]
pub struct InvalidAmount(String);

impl FromStr for Micros {
    type Err = InvalidAmount;

    fn from_str(text: &str) -> Result<Self, InvalidAmount> {
        let invalid = || InvalidAmount(text.chars().take(40).collect());
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(part) || part.len() > 6 {
            return Err(invalid());
        }
        let whole: i64 = whole.parse().map_err(|_| invalid())?;
        let part: i64 = format!("{part:0<6}").parse().map_err(|_| invalid())?;
        let micros = whole.checked_mul(1_000_000).and_then(|micros| micros.checked_add(part));
        let micros = micros.filter(|micros| *micros <= LARGEST.0).ok_or_else(invalid)?;
        Ok(Self(if negative { -micros } else { micros }))
    }
}

/// How an account pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    /// From what was granted to it before: a create that it cannot pay for is refused.
    Prepaid,
    /// Later: holds and captures are written down, and no balance limits them. The operator's own account is one.
    Postpaid,
}

impl Billing {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Prepaid, Self::Postpaid];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepaid => "prepaid",
            Self::Postpaid => "postpaid",
        }
    }

    /// Where a hold takes the price from.
    pub const fn pays_from(self) -> Book {
        match self {
            Self::Prepaid => Book::Available,
            Self::Postpaid => Book::Credit,
        }
    }
}

/// Where money is. Each account has the four of its own; the operator's is the world outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// Outside: where grants come from.
    Operator,
    /// What the account may spend.
    Available,
    /// What a postpaid account has been lent for its holds.
    Credit,
    /// What is set aside for tasks that have not ended.
    Held,
    /// What finished films have earned.
    Revenue,
}

impl Book {
    /// Every book.
    pub const ALL: [Self; 5] = [Self::Operator, Self::Available, Self::Credit, Self::Held, Self::Revenue];

    /// The book's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Available => "available",
            Self::Credit => "credit",
            Self::Held => "held",
            Self::Revenue => "revenue",
        }
    }

    /// The book called `text`, if there is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|book| book.as_str() == text)
    }
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The operator gave it: a top-up.
    Grant,
    /// A task was created.
    Hold,
    /// Its film was made.
    Capture,
    /// It ended in any other way.
    Release,
    /// The operator corrected the balance, up or down, for a reason.
    Adjust,
}

impl LineKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Grant, Self::Hold, Self::Capture, Self::Release, Self::Adjust];

    /// The kind's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Release => "release",
            Self::Adjust => "adjust",
        }
    }

    /// The kind called `text`, if there is one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A line of the ledger. It is written once and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place in the ledger, rising.
    pub seq: i64,
    /// When it was written.
    pub at: Timestamp,
    /// Whose books it moves.
    pub account: AccountId,
    /// Why.
    pub kind: LineKind,
    /// From where.
    pub from: Book,
    /// To where.
    pub to: Book,
    /// How much; always above zero.
    pub micros: Micros,
    /// The task it is about, for holds, captures and releases.
    pub task: Option<TaskId>,
    /// The key that created the task.
    pub key: Option<KeyId>,
    /// Why the operator did it, for grants and adjustments.
    pub note: String,
    /// The operator's own name for it, such as a payment's: no account has two lines with the same.
    pub reference: Option<String>,
}

/// What becomes of the money held for a task when the task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The price is taken: the task succeeded.
    Capture,
    /// The price is given back: every other end.
    Release,
}

impl Settlement {
    /// The line it writes.
    pub const fn line(self) -> LineKind {
        match self {
            Self::Capture => LineKind::Capture,
            Self::Release => LineKind::Release,
        }
    }
}

/// What the ledger's proof found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Accounts looked at.
    pub accounts: u64,
    /// Lines looked at.
    pub lines: u64,
    /// Tasks looked at that cost something.
    pub tasks: u64,
    /// What operators gave, less what they took back.
    pub granted: Micros,
    /// What was charged.
    pub captured: Micros,
    /// What accounts may spend.
    pub available: Micros,
    /// What is set aside for unfinished tasks.
    pub held: Micros,
    /// What does not add up, one sentence each; bounded.
    pub findings: Vec<String>,
    /// How many more there are than are spelled out.
    pub more: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them_and_back() {
        for (text, micros) in
            [("0", 0), ("12", 12_000_000), ("0.25", 250_000), ("-3.5", -3_500_000), ("0.000001", 1)]
        {
            assert_eq!(text.parse(), Ok(Micros(micros)));
            assert_eq!(Micros(micros).to_string(), text);
        }
        assert_eq!("1.50".parse(), Ok(Micros(1_500_000)));
        for wrong in
            ["", "-", ".5", "1.", "1,5", "1.0000001", "1e3", "1000000000.1", "9999999999999999999", "+1"]
        {
            assert_eq!(wrong.parse::<Micros>(), Err(InvalidAmount(wrong.to_owned())), "{wrong}");
        }
        assert_eq!(Micros(i64::MIN).to_string(), "-9223372036854.775808");
    }

    #[test]
    fn names_read_back() {
        assert!(LineKind::ALL.into_iter().all(|kind| LineKind::parse(kind.as_str()) == Some(kind)));
        assert!(Book::ALL.into_iter().all(|book| Book::parse(book.as_str()) == Some(book)));
    }
}
