//! Templates: texts with `{…}` in them, and trees of such texts. Inside the braces stands a name (`prompt`,
//! `options.mode`), a number, or a sum of them worked out from left to right (`seconds * 24 + 1`), and behind a bar what
//! to do with the outcome: `| text`, `| number`, `| truth`, or the name of a table of the file. A text that is one `{…}` alone
//! becomes the value itself, a number stays a number. Where a name has no value the whole text has none, and a member
//! without a value is left out.
//!
//! In a tree, a table with `each = "images"` stands for as many of it as there are images, `{it}` being the one; a table
//! with `when = "CONDITION"` is left out where that does not hold. Either may have a `value` in place of members.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::path::text;
use super::{Condition, Path, written_as_text};
use crate::remote::media::Media;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A plain value.
    Plain(serde_json::Value),
    /// Bytes that are written when they are sent.
    Media(Media),
}

/// Where names get their values.
pub(crate) trait Scope {
    /// What `name` stands for, if anything.
    fn value(&self, name: &str) -> Option<Value>;

    /// The members of a list.
    fn list(&self, name: &str) -> Vec<Media>;

    /// What `key` is in the file's table `table`.
    fn look_up(&self, table: &str, key: &str) -> Option<String>;
}

/// A text with values in it.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Value(Expression),
}

#[derive(Clone, Debug)]
struct Expression {
    first: Atom,
    rest: Vec<(char, Atom)>,
    filters: Vec<String>,
}

#[derive(Clone, Debug)]
enum Atom {
    Number(i64),
    Name(String),
}

/// A tree of templates.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A number or a truth, as it is.
    Plain(serde_json::Value),
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Table),
}

/// A table of a tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    each: Option<String>,
    when: Option<Condition>,
    members: BTreeMap<String, Node>,
}

/// What became of a tree.
#[derive(Clone, Debug)]
pub(crate) enum Made {
    /// A plain value.
    Plain(serde_json::Value),
    /// Bytes that are written when they are sent.
    Media(Media),
    /// A list.
    List(Vec<Made>),
    /// A table, in the order of names.
    Table(Vec<(String, Made)>),
}

impl FromStr for Template {
    type Err = String;

    fn from_str(whole: &str) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), whole);
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after
                .split_once('}')
                .ok_or_else(|| format!("`{whole}` opens a brace and does not close it"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Value(inside.parse()?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }
}

written_as_text!(Template);

impl FromStr for Expression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut filters = text.split('|').map(str::trim);
        let sum = filters.next().unwrap_or_default();
        let mut words = sum.split_whitespace();
        let first = atom(words.next().unwrap_or_default(), text)?;
        let mut rest = Vec::new();
        while let Some(sign) = words.next() {
            if !["+", "-", "*", "/"].contains(&sign) {
                return Err(format!("`{{{text}}}` has `{sign}` where one of + - * / is expected"));
            }
            rest.push((sign.chars().next().unwrap_or('+'), atom(words.next().unwrap_or_default(), text)?));
        }
        let filters: Vec<String> = filters.map(str::to_owned).collect();
        if filters.iter().any(String::is_empty) {
            return Err(format!("`{{{text}}}` has a bar and nothing behind it"));
        }
        Ok(Self { first, rest, filters })
    }
}

fn atom(word: &str, whole: &str) -> Result<Atom, String> {
    if let Ok(number) = word.parse() {
        return Ok(Atom::Number(number));
    }
    let _path: Path = word.parse().map_err(|_| format!("`{{{whole}}}` has no name where one is expected"))?;
    Ok(Atom::Name(word.to_owned()))
}

impl Template {
    /// Every name in it.
    pub(crate) fn names(&self) -> Vec<&str> {
        let values = self.0.iter().filter_map(|part| match part {
            Part::Value(value) => Some(value),
            Part::Text(_) => None,
        });
        let atoms = values
            .flat_map(|value| std::iter::once(&value.first).chain(value.rest.iter().map(|(_, atom)| atom)));
        atoms.filter_map(|atom| if let Atom::Name(name) = atom { Some(&**name) } else { None }).collect()
    }

    /// Every table it looks into.
    pub(crate) fn tables(&self) -> Vec<&str> {
        let filters = self.0.iter().flat_map(|part| match part {
            Part::Value(value) => &value.filters[..],
            Part::Text(_) => &[],
        });
        filters.map(String::as_str).filter(|filter| !["text", "number", "truth"].contains(filter)).collect()
    }

    /// What it says as a text; nothing where a name has no value or is media.
    pub(crate) fn text(&self, scope: &dyn Scope) -> Option<String> {
        match self.value(scope)? {
            Value::Plain(value) => text(&value),
            Value::Media(_) => None,
        }
    }

    pub(crate) fn value(&self, scope: &dyn Scope) -> Option<Value> {
        if let [Part::Value(only)] = &self.0[..] {
            return only.value(scope);
        }
        let mut whole = String::new();
        for part in &self.0 {
            match part {
                Part::Text(piece) => whole.push_str(piece),
                Part::Value(value) => match value.value(scope)? {
                    Value::Plain(value) => whole.push_str(&text(&value)?),
                    Value::Media(_) => return None,
                },
            }
        }
        Some(Value::Plain(whole.into()))
    }
}

impl Expression {
    fn value(&self, scope: &dyn Scope) -> Option<Value> {
        let mut value = self.first.value(scope)?;
        for (sign, atom) in &self.rest {
            let (left, right) = (number(&value)?, number(&atom.value(scope)?)?);
            let outcome = match sign {
                '+' => left.checked_add(right),
                '-' => left.checked_sub(right),
                '*' => left.checked_mul(right),
                _ => left.checked_div(right),
            };
            value = Value::Plain(outcome?.into());
        }
        self.filters.iter().try_fold(value, |value, filter| {
            let Value::Plain(plain) = value else { return None };
            let word = text(&plain)?;
            Some(Value::Plain(match &**filter {
                "text" => word.into(),
                "number" => word.parse::<i64>().ok()?.into(),
                "truth" => word.parse::<bool>().ok()?.into(),
                table => scope.look_up(table, &word)?.into(),
            }))
        })
    }
}

impl Atom {
    fn value(&self, scope: &dyn Scope) -> Option<Value> {
        match self {
            Self::Number(number) => Some(Value::Plain((*number).into())),
            Self::Name(name) => scope.value(name),
        }
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Plain(value) => value.as_i64().or_else(|| value.as_str()?.parse().ok()),
        Value::Media(_) => None,
    }
}

/// What names stand for, as conditions ask for it.
pub(crate) fn plain(scope: &dyn Scope) -> impl Fn(&Path) -> Option<String> {
    move |path| match scope.value(&path.to_string())? {
        Value::Plain(value) => text(&value),
        Value::Media(_) => Some("media".to_owned()),
    }
}

/// A scope in which `it` is one of a list.
struct Within<'a> {
    outer: &'a dyn Scope,
    it: &'a Media,
}

impl Scope for Within<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        match name.strip_prefix("it") {
            Some(form) if form.is_empty() || form.starts_with('.') => {
                self.it.form(form.trim_start_matches('.'))
            }
            _ => self.outer.value(name),
        }
    }

    fn list(&self, name: &str) -> Vec<Media> {
        self.outer.list(name)
    }

    fn look_up(&self, table: &str, key: &str) -> Option<String> {
        self.outer.look_up(table, key)
    }
}

impl Node {
    /// Every template in it.
    pub(crate) fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Text(template) => vec![template],
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Table(table) => table.members.values().flat_map(Self::templates).collect(),
        }
    }

    /// Every list that something in it stands for.
    pub(crate) fn lists(&self) -> Vec<&str> {
        match self {
            Self::Plain(_) | Self::Text(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::lists).collect(),
            Self::Table(table) => {
                let inner = table.members.values().flat_map(Self::lists);
                table.each.as_deref().into_iter().chain(inner).collect()
            }
        }
    }

    /// What it becomes in `scope`; nothing where it has no value.
    pub(crate) fn make(&self, scope: &dyn Scope) -> Option<Made> {
        match self {
            Self::Plain(value) => Some(Made::Plain(value.clone())),
            Self::Text(template) => Some(match template.value(scope)? {
                Value::Plain(value) => Made::Plain(value),
                Value::Media(media) => Made::Media(media),
            }),
            Self::List(items) => {
                let made: Vec<Made> = items.iter().flat_map(|item| item.make_each(scope)).collect();
                (!made.is_empty()).then_some(Made::List(made))
            }
            Self::Table(table) => table.make(scope),
        }
    }

    fn make_each(&self, scope: &dyn Scope) -> Vec<Made> {
        let (each, node) = match self {
            Self::Table(table) => (table.each.as_deref(), self),
            other => (None, other),
        };
        let Some(list) = each else { return node.make(scope).into_iter().collect() };
        let media = scope.list(list);
        media.iter().filter_map(|it| node.make(&Within { outer: scope, it })).collect()
    }
}

impl Table {
    fn make(&self, scope: &dyn Scope) -> Option<Made> {
        if self.when.as_ref().is_some_and(|when| !when.holds_of(&plain(scope))) {
            return None;
        }
        // A table may stand for a value alone, under a condition or for each of a list.
        if let (true, Some(only)) = (self.each.is_some() || self.when.is_some(), self.members.get("value")) {
            return only.make(scope);
        }
        let made = self.members.iter().filter_map(|(name, node)| Some((name.clone(), node.make(scope)?)));
        let made: Vec<_> = made.collect();
        (!made.is_empty()).then_some(Made::Table(made))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string, a number, true, false, a list or a table")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Node, E> {
        text.parse().map(Node::Text).map_err(E::custom)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Plain(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Plain(number.into()))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::Plain(truth.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut table = Table::default();
        while let Some(name) = map.next_key::<String>()? {
            match &*name {
                "each" => table.each = Some(map.next_value()?),
                "when" => table.when = Some(map.next_value()?),
                _ => {
                    if table.members.insert(name, map.next_value()?).is_some() {
                        return Err(A::Error::custom("a name stands twice"));
                    }
                }
            }
        }
        Ok(Node::Table(table))
    }
}
