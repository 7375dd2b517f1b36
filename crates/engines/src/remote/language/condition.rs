//! Conditions: `http = 404`, `code present and code != 0`, `error.code = Input*Sensitive* | *Risk*`, `code in 1000..1004`,
//! `message has sensitive`. Values are compared as texts, so the number 0 and the text "0" are the same. A comparison
//! with what is absent does not hold, `!=` included. `http` is the status of the answer.

use std::str::FromStr;

use serde_json::Value;

use super::path::text;
use super::{Path, one_or_more, written_as_text};

/// Clauses that must all hold.
#[derive(Clone, Debug)]
pub(crate) struct Condition(Vec<Clause>);

/// Conditions of which one must hold; with none, nothing does.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnyOf(Vec<Condition>);

#[derive(Clone, Debug)]
struct Clause {
    subject: Path,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Present,
    Absent,
    /// One of these, each with `*` for any letters.
    Is(Vec<String>),
    /// None of these.
    IsNot(Vec<String>),
    /// Holds one of these texts, in whatever case.
    Has(Vec<String>),
    /// A number from the first to the second.
    Between(i64, i64),
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(" and ").map(clause).collect::<Result<_, _>>().map(Self)
    }
}

fn clause(text: &str) -> Result<Clause, String> {
    let wrong = || {
        format!(
            "`{}` is no condition; write PATH present, PATH absent, PATH = A | B, PATH != A, PATH has TEXT, or PATH in 1..9",
            text.trim()
        )
    };
    let (subject, rest) = text.trim().split_once(' ').ok_or_else(wrong)?;
    let (word, values) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    let list = || -> Result<Vec<String>, String> {
        let values: Vec<String> = values.split('|').map(|value| value.trim().to_owned()).collect();
        if values.iter().any(String::is_empty) { Err(wrong()) } else { Ok(values) }
    };
    let test = match word {
        "present" if values.is_empty() => Test::Present,
        "absent" if values.is_empty() => Test::Absent,
        "=" => Test::Is(list()?),
        "!=" => Test::IsNot(list()?),
        "has" => Test::Has(list()?.iter().map(|value| value.to_lowercase()).collect()),
        "in" => {
            let ends = values
                .trim()
                .split_once("..")
                .and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
            ends.map(|(low, high)| Test::Between(low, high)).ok_or_else(wrong)?
        }
        _ => return Err(wrong()),
    };
    Ok(Clause { subject: subject.parse()?, test })
}

written_as_text!(Condition);

impl Condition {
    /// Whether it holds of `value`.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        self.0.iter().all(|clause| clause.holds(value))
    }

    /// The same, where `find` knows what a path leads to.
    pub(crate) fn holds_of(&self, find: &dyn Fn(&Path) -> Option<String>) -> bool {
        self.0.iter().all(|clause| clause.test.holds(find(&clause.subject).as_deref()))
    }
}

impl Clause {
    fn holds(&self, value: &Value) -> bool {
        let found = self.subject.find(value);
        // What is no plain value, such as an object, can be present but is equal to nothing.
        let plain = found.map(|found| text(found).unwrap_or_default());
        self.test.holds(plain.as_deref())
    }
}

impl Test {
    fn holds(&self, found: Option<&str>) -> bool {
        match (self, found) {
            (Self::Absent, found) => found.is_none(),
            (_, None) => false,
            (Self::Present, Some(_)) => true,
            (Self::Is(values), Some(found)) => values.iter().any(|value| matches(value, found)),
            (Self::IsNot(values), Some(found)) => !values.iter().any(|value| matches(value, found)),
            (Self::Has(values), Some(found)) => {
                let found = found.to_lowercase();
                values.iter().any(|value| found.contains(value))
            }
            (Self::Between(low, high), Some(found)) => {
                found.parse().is_ok_and(|number: i64| (*low..=*high).contains(&number))
            }
        }
    }
}

/// Whether `text` is `pattern`, in which `*` stands for any letters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some((_, after)) = rest.split_once(middle) else { return false };
            rest = after;
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

impl<'de> serde::Deserialize<'de> for AnyOf {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        one_or_more(from).map(Self)
    }
}

impl AnyOf {
    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them holds of `value`.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        self.0.iter().any(|condition| condition.holds(value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(condition: &str, value: &Value) -> bool {
        condition.parse::<Condition>().unwrap().holds(value)
    }

    #[test]
    fn values_are_compared_as_texts() {
        let answer =
            json!({ "http": 200, "code": "0", "n": 1003, "ok": true, "why": "Output SENSITIVE", "o": {} });
        for yes in [
            "http = 200",
            "code = 0",
            "code = 1 | 0",
            "n in 1000..1004",
            "ok = true",
            "why has sensitive",
            "why = Output*",
            "why = *put*TIVE",
            "o present",
            "x absent and code = 0",
            "n != 0",
        ] {
            assert!(holds(yes, &answer), "{yes}");
        }
        for no in [
            "code != 0",
            "x != 0",
            "x = 0",
            "n in 1..9",
            "why = output*",
            "why = *put",
            "o = x",
            "code present and n = 1",
        ] {
            assert!(!holds(no, &answer), "{no}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for wrong in
            ["", "code", "code is 0", "code =", "code = 1 |", "code in 1", "present", "code present 1"]
        {
            assert!(wrong.parse::<Condition>().is_err(), "{wrong}");
        }
    }
}
