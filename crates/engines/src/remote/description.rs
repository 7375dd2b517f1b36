//! Description files: how one upstream speaks, as data. A file is read once, at start, and refused as a whole, with the
//! line and the reason, when a key is unknown, a template names what does not exist, or a part contradicts another: what
//! was read can be trusted. `docs/engines.md` shows how to write one.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::abilities::Abilities;
use super::body::Encoding;
use super::language::{AnyOf, Condition, First, Node, Template};
use super::media::Form;

/// Why a file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct DescriptionError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there and what is allowed.
    pub reason: String,
}

/// How one upstream speaks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// What it is, in a line.
    pub about: String,
    /// Where its words were looked up.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Where it is, when the configuration does not say.
    pub base_url: Option<String>,
    /// What it calls the model, when the configuration does not say.
    pub model: Option<String>,
    /// What it can do, when the configuration does not say.
    #[serde(default)]
    pub can: Abilities,
    /// What the configuration may set, with what it is otherwise; a blank is nothing.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) auth: Auth,
    #[serde(default)]
    pub(crate) media: Transports,
    /// Words for words, for templates.
    #[serde(default)]
    pub(crate) tables: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Template>,
    /// Query parameters of every request.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Template>,
    /// How a job is handed over; the first whose condition holds.
    #[serde(rename = "route")]
    pub(crate) routes: Vec<Route>,
    pub(crate) accept: Accept,
    pub(crate) poll: Poll,
    pub(crate) result: Delivery,
    /// What answers mean that are not plain success; the first that holds decides.
    #[serde(default, rename = "error")]
    pub(crate) errors: Vec<Rule>,
    pub(crate) dedupe: Option<Dedupe>,
    pub(crate) cancel: Option<Call>,
    pub(crate) forget: Option<Call>,
}

/// How it is shown who asks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Auth {
    /// `Authorization: Bearer SECRET`.
    #[default]
    Bearer,
    /// `Authorization: Key SECRET` and its like: the word before the secret.
    Scheme(String),
    /// A header that holds the secret alone.
    Header(String),
    /// A token signed with the second half of `ACCESS:SECRET`, as Kling has it; a secret without a colon is a bearer's.
    JwtHs256,
    /// Nothing.
    None,
}

/// How media are handed over, the best way first.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Transports {
    pub(crate) images: Vec<Form>,
    pub(crate) videos: Vec<Form>,
}

impl Default for Transports {
    fn default() -> Self {
        Self { images: vec![Form::DataUri], videos: vec![Form::Url] }
    }
}

/// One way to hand over a job.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// What polls may call it.
    #[serde(default)]
    pub(crate) name: String,
    pub(crate) when: Option<Condition>,
    pub(crate) path: Template,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Template>,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Template>,
    #[serde(default)]
    pub(crate) encoding: Encoding,
    pub(crate) body: Node,
}

/// What tells that a job was taken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accept {
    pub(crate) id: First,
    /// What else is kept for later requests, as `{kept.NAME}`.
    #[serde(default)]
    pub(crate) keep: BTreeMap<String, First>,
    /// When a job was not taken although the status says so.
    #[serde(default)]
    pub(crate) refused_when: AnyOf,
}

/// The word of a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    #[default]
    Get,
    Post,
    Put,
    Delete,
}

/// A request about a job.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    #[serde(default)]
    pub(crate) method: Method,
    pub(crate) path: Template,
    pub(crate) body: Option<Node>,
}

/// How a job is asked after.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Poll {
    #[serde(default)]
    pub(crate) method: Method,
    pub(crate) path: Template,
    pub(crate) body: Option<Node>,
    /// The word for how it stands.
    #[serde(default)]
    pub(crate) state: First,
    #[serde(default)]
    pub(crate) queued: Vec<String>,
    #[serde(default)]
    pub(crate) working: Vec<String>,
    #[serde(default)]
    pub(crate) done: Vec<String>,
    #[serde(default)]
    pub(crate) failed: Vec<String>,
    /// Where there is no word: when it is done.
    #[serde(default)]
    pub(crate) done_when: AnyOf,
    /// When it has failed, whatever the word.
    #[serde(default)]
    pub(crate) failed_when: AnyOf,
    #[serde(default)]
    pub(crate) progress: First,
    /// What stands for all of it: 100, or 1.
    #[serde(default = "hundred")]
    pub(crate) progress_of: f64,
    /// Seconds to the first look.
    #[serde(default = "five")]
    pub first: f64,
    /// Seconds between looks, at most.
    #[serde(default = "thirty")]
    pub most: f64,
}

const fn hundred() -> f64 {
    100.0
}

const fn five() -> f64 {
    5.0
}

const fn thirty() -> f64 {
    30.0
}

/// How the film is got.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    /// A request whose answer says where; without it the answer to a poll does.
    pub(crate) ask: Option<Template>,
    /// Where in the answer its URL stands.
    #[serde(default)]
    pub(crate) url: First,
    /// A path of the upstream itself that answers with the bytes; where `url` leads nowhere, if that is given too.
    pub(crate) content: Option<Template>,
    /// A request, made of what `from` finds, whose answer has the URL.
    pub(crate) hop: Option<Hop>,
    /// Whether the credential is shown when the film is at the upstream's own address. It is shown nowhere else.
    #[serde(default)]
    pub(crate) credential: bool,
}

/// One more request on the way to the film.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hop {
    pub(crate) from: First,
    /// `{found}` stands for what was found.
    pub(crate) path: Template,
    pub(crate) url: First,
}

/// What an answer means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) when: AnyOf,
    pub(crate) class: Class,
    /// Only for answers to this; for all without it.
    pub(crate) on: Option<Stage>,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    Submit,
    Poll,
    Find,
}

/// What kind of trouble an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Class {
    /// No trouble.
    Fine,
    /// The request is wrong.
    Invalid,
    /// A reference is wrong, or could not be fetched.
    InvalidMedia,
    /// Its rules forbid what was asked for.
    ModerationInput,
    /// Its rules forbid what came out.
    ModerationOutput,
    /// It does not know us.
    Auth,
    /// There is no money left, or no quota.
    Balance,
    /// Too much at once; later.
    Busy,
    /// Trouble of its own, and the job was not taken.
    Overloaded,
    /// Nobody knows whether the job was taken.
    Uncertain,
    /// It has forgotten the job, and will not deliver.
    Lost,
    /// It failed, and would fail again.
    Failed,
}

/// How a second job is avoided when the outcome of a submit is unknown.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Dedupe {
    /// The same `{attempt}` again makes no second job.
    Key {},
    /// The job can be looked up by `{attempt}`.
    Lookup(Template),
}

/// The names that templates may use.
const NAMES: [&str; 22] = [
    "callback",
    "prompt",
    "model",
    "seconds",
    "width",
    "height",
    "size",
    "ratio",
    "resolution",
    "seed",
    "attempt",
    "first",
    "last",
    "image",
    "images",
    "videos",
    "it",
    "id",
    "route",
    "found",
    "options",
    "kept",
];

impl Description {
    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self, DescriptionError> {
        let line = |at: usize| text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        let read: Self = toml::from_str(text).map_err(|error| DescriptionError {
            line: line(error.span().map_or(0, |span| span.start)),
            reason: error.message().replace('\n', " "),
        })?;
        read.check()
            .map_err(|(at, reason)| DescriptionError { line: text.find(&at).map_or(1, line), reason })?;
        Ok(read)
    }

    /// What is wrong, and a text near it.
    fn check(&self) -> Result<(), (String, String)> {
        let wrong = |at: &str, reason: String| Err((at.to_owned(), reason));
        if self.routes.is_empty() {
            return wrong("[[route]]", "there is no [[route]]".to_owned());
        }
        self.can.check().map_err(|why| ("[can]".to_owned(), why))?;
        if (self.poll.state.is_empty() || self.poll.done.is_empty()) && self.poll.done_when.is_empty() {
            return wrong("[poll]", "[poll] needs `state` and `done`, or `done_when`".to_owned());
        }
        let ways = [!self.result.url.is_empty(), self.result.content.is_some(), self.result.hop.is_some()];
        if ways == [false; 3] {
            return wrong("[result]", "[result] needs `url`, `content` or `hop`".to_owned());
        }
        if !(0.0..=3600.0).contains(&self.poll.first) || !(self.poll.first..=3600.0).contains(&self.poll.most)
        {
            return wrong("[poll]", "`first` and `most` must be 0 to 3600 seconds, and rise".to_owned());
        }
        for list in self.nodes().into_iter().flat_map(Node::lists) {
            if !["images", "videos"].contains(&list) {
                return wrong(list, format!("`each` is `{list}`; there are images and videos"));
            }
        }
        self.templates().into_iter().try_for_each(|template| self.check_template(template))
    }

    fn check_template(&self, template: &Template) -> Result<(), (String, String)> {
        for name in template.names() {
            let (root, member) = name.split_once('.').unwrap_or((name, ""));
            let known: Option<Vec<&String>> = match root {
                "options" => Some(self.options.keys().collect()),
                "kept" => Some(self.accept.keep.keys().collect()),
                _ => None,
            };
            if !NAMES.contains(&root) {
                return Err((
                    name.to_owned(),
                    format!("there is no `{{{name}}}`; there are {}", NAMES.join(", ")),
                ));
            }
            if let Some(known) = known
                && !known.iter().any(|known| *known == member)
            {
                let names: Vec<&str> = known.into_iter().map(String::as_str).collect();
                return Err((
                    name.to_owned(),
                    format!("there is no `{{{name}}}`; {root} has: {}", names.join(", ")),
                ));
            }
        }
        for table in template.tables() {
            if !self.tables.contains_key(table) {
                return Err((
                    format!("| {table}"),
                    format!("there is no table `{table}`, and no `| {table}`"),
                ));
            }
        }
        Ok(())
    }

    fn nodes(&self) -> Vec<&Node> {
        let bodies = self.routes.iter().map(|route| &route.body).chain(&self.poll.body);
        bodies
            .chain([&self.cancel, &self.forget].into_iter().flatten().filter_map(|call| call.body.as_ref()))
            .collect()
    }

    fn templates(&self) -> Vec<&Template> {
        let mut all: Vec<&Template> = self.nodes().into_iter().flat_map(Node::templates).collect();
        all.extend(self.headers.values().chain(self.query.values()));
        all.extend(
            self.routes
                .iter()
                .flat_map(|route| route.headers.values().chain(route.query.values()).chain([&route.path])),
        );
        all.push(&self.poll.path);
        all.extend(self.result.ask.iter().chain(&self.result.content));
        all.extend(self.result.hop.iter().map(|hop| &hop.path));
        all.extend(self.cancel.iter().chain(&self.forget).map(|call| &call.path));
        if let Some(Dedupe::Lookup(path)) = &self.dedupe {
            all.push(path);
        }
        all
    }
}
