//! Paths: `data.videos.0.url` is the member `url` of the first element of the list `videos` of `data`. A number is a
//! place in a list where there is one, otherwise a name.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::{one_or_more, written_as_text};

/// How deep a path may lead.
const DEEPEST: usize = 12;

/// Where something stands in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<String>);

/// The first of several paths that leads to something.
#[derive(Clone, Debug, Default)]
pub(crate) struct First(Vec<Path>);

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        let steps: Vec<String> = text.trim().split('.').map(str::to_owned).collect();
        let fine = |step: &String| !step.is_empty() && step.chars().all(plain);
        if steps.len() > DEEPEST || !steps.iter().all(fine) {
            return Err(format!(
                "`{text}` is no path; write names divided by dots, such as data.videos.0.url"
            ));
        }
        Ok(Self(steps))
    }
}

written_as_text!(Path);

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("."))
    }
}

impl Path {
    /// What it leads to in `value`; nothing where that is null or an empty text.
    pub(crate) fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        let step = |value: &'a Value, step: &String| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            Value::Object(members) => members.get(step),
            _ => None,
        };
        let found = self.0.iter().try_fold(value, step)?;
        (!found.is_null() && found.as_str() != Some("")).then_some(found)
    }
}

impl<'de> serde::Deserialize<'de> for First {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        one_or_more(from).map(Self)
    }
}

impl First {
    /// Whether no path was given.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the first path leads to that leads anywhere.
    pub(crate) fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0.iter().find_map(|path| path.find(value))
    }

    /// The same as a text: a string as it is, a number or a truth as JSON writes it.
    pub(crate) fn text(&self, value: &Value) -> Option<String> {
        self.find(value).and_then(text)
    }
}

/// A plain value as a text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_through_members_and_lists() {
        let answer = json!({ "data": { "videos": [{ "url": "u" }], "n": 0, "none": null, "blank": "" } });
        let find = |path: &str| path.parse::<Path>().unwrap().find(&answer).cloned();
        assert_eq!(find("data.videos.0.url"), Some(json!("u")));
        assert_eq!(find("data.n"), Some(json!(0)));
        for nowhere in
            ["data.videos.1.url", "data.none", "data.blank", "data.n.x", "other", "data.videos.url"]
        {
            assert_eq!(find(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for wrong in ["", "a..b", "a b", "$.a", "a.b.", "a.b.c.d.e.f.g.h.i.j.k.l.m"] {
            assert!(wrong.parse::<Path>().is_err(), "{wrong}");
        }
    }
}
