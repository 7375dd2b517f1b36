//! The configuration's file: a flat TOML table, read key by key so that every complaint can name its line, and behind
//! it the tables of upstreams and routes.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::upstreams::{self, TABLES, Tables};
use super::value::Raw;
use crate::trouble::Trouble;

/// One line of the file.
pub(super) struct Entry {
    /// The key.
    pub(super) name: String,
    /// Its line, from 1.
    pub(super) line: usize,
    /// Its value, or what it is that no key can be.
    pub(super) raw: Result<Raw, &'static str>,
}

/// A text that is not TOML.
#[derive(Debug)]
pub(crate) struct NotToml {
    pub(crate) line: usize,
    pub(crate) why: String,
}

/// Reads the file at `path`: its keys, and its tables.
pub(super) fn read(path: &Path) -> Result<(Vec<Entry>, Tables), Trouble> {
    let text = std::fs::read_to_string(path).map_err(|why| {
        Trouble::new(format!("the configuration {} cannot be read: {why}; check --config", path.display()))
    })?;
    let both = parse(&text).and_then(|entries| Ok((entries, upstreams::parse(&text)?)));
    both.map_err(|wrong| Trouble::new(format!("{}:{}: {}", path.display(), wrong.line, wrong.why)))
}

pub(super) fn parse(text: &str) -> Result<Vec<Entry>, NotToml> {
    let line = |at: usize| text.get(..at).unwrap_or(text).matches('\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| NotToml {
        line: line(error.span().map_or(0, |span| span.start.min(text.len()))),
        why: error.message().to_owned(),
    })?;
    let mut entries: Vec<Entry> = table
        .into_inner()
        .into_iter()
        .filter(|(key, _)| !TABLES.contains(&key.get_ref().as_ref()))
        .map(|(key, value)| Entry {
            line: line(key.span().start),
            name: key.into_inner().into_owned(),
            raw: raw(value.get_ref()),
        })
        .collect();
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

fn raw(value: &DeValue<'_>) -> Result<Raw, &'static str> {
    match value {
        DeValue::Array(items) => {
            items.iter().map(|item| word(item.get_ref())).collect::<Result<_, _>>().map(Raw::Many)
        }
        other => word(other).map(Raw::One),
    }
}

fn word(value: &DeValue<'_>) -> Result<String, &'static str> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.to_string().replace('_', "")),
        DeValue::Boolean(truth) => Ok(truth.to_string()),
        DeValue::Float(number) => Ok(number.to_string()),
        DeValue::Datetime(_) => Err("a date"),
        DeValue::Array(_) => Err("a list of lists"),
        DeValue::Table(_) => Err("a table"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_knows_its_line() {
        let entries = parse("# first\nrenders = 2\n\nmedia_allow = [\n \"::1\"]\nx = {y = 1}").unwrap();
        let lines: Vec<_> = entries.iter().map(|entry| (&*entry.name, entry.line)).collect();
        assert_eq!(lines, [("renders", 2), ("media_allow", 4), ("x", 6)]);
        assert_eq!(entries[0].raw, Ok(Raw::One("2".to_owned())));
        assert_eq!(entries[1].raw, Ok(Raw::Many(vec!["::1".to_owned()])));
        assert_eq!(entries[2].raw, Err("a table"));
    }

    #[test]
    fn broken_text_is_located() {
        assert_eq!(parse("a = 1\nb = \n").err().map(|wrong| wrong.line), Some(2));
    }
}
