//! Creating: a body becomes a [`VideoRequest`], or a [`Problem`] that names everything that is wrong with it.
//!
//! What clients may rely on, beyond the seeds' words:
//!
//! - `null`, `""`, `[]` (and arrays of nothing else) count as absent, and are not worth naming.
//! - Fields that the dialect does not have are ignored and named in [`Accepted::ignored`]; under
//!   [`Handling::Strict`] they are a problem.
//! - A whole number may come as text (`"8"`) or with an empty fraction (`8.0`); a single URL may stand for an array of
//!   one; `{"url": …}` or `{"image_url": …}` may stand for a URL.
//! - All problems are found in one pass. The text lists them in the order of the dialect's fields; `code` and `param`
//!   are those of the first. For two fields that exclude each other `param` is the one to leave out.
//! - When the model itself is the problem, the other fields are held against what any model of the route allows.
//!
//! Deliberately absent: fetching or decoding media. A `data:` URL is checked here and stays a slice of the body.

mod finding;
mod media;
mod reading;

use bytes::Bytes;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::TaskId;
use filmgate_domain::request::{Dialect, VideoRequest};
use serde::Serialize;

use crate::catalogue::{Catalogue, one_of};
use crate::field::speech;
use crate::problem::{Code, Problem};
use crate::wire::{self, Json, Members};
use reading::Reading;

/// What to do with fields that the dialect does not have: the `handling` of the `Prefer` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Handling {
    /// Ignore and name them.
    #[default]
    Lenient,
    /// Refuse them.
    Strict,
}

/// A request that can be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What is asked for.
    pub request: VideoRequest,
    /// Names of fields that were ignored, as they came.
    pub ignored: Vec<String>,
}

/// How many ignored names a header lists.
const MAX_LISTED: usize = 32;

/// How many bytes of an ignored name a header shows.
const MAX_NAME: usize = 64;

impl Accepted {
    /// The ignored names as a header value: visible ASCII, bounded, divided by commas; `None` when nothing was ignored.
    pub fn ignored_header(&self) -> Option<String> {
        let mut names: Vec<String> = self.ignored.iter().take(MAX_LISTED).map(|name| plain(name)).collect();
        if self.ignored.len() > MAX_LISTED {
            names.push("...".to_owned());
        }
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// `name` with everything that a header cannot hold, or that divides names, as `%XX`.
fn plain(name: &str) -> String {
    let bytes = name.bytes().take(MAX_NAME);
    bytes
        .map(|byte| match byte {
            b'%' | b',' => format!("%{byte:02X}"),
            b'!'..=b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Reads the body of a create call.
pub fn parse(
    dialect: Dialect,
    body: &Bytes,
    handling: Handling,
    catalogue: &Catalogue,
) -> Result<Accepted, Problem> {
    let members = members(body)?;
    let mut reading = Reading::new(dialect, body, &members, catalogue);
    let request = reading.request();
    let ignored = reading.unknown();
    if handling == Handling::Strict {
        reading.refuse(&ignored);
    }
    match request {
        Some(request) if reading.findings.is_empty() => {
            let strict = handling == Handling::Strict;
            Ok(Accepted { request: VideoRequest { strict, ..request }, ignored })
        }
        _ => Err(reading.findings.into_problem()),
    }
}

/// Reads a body as a create call would, on the route that its model has: what a quote is asked for.
pub fn parse_any(body: &Bytes, handling: Handling, catalogue: &Catalogue) -> Result<Accepted, Problem> {
    let members = members(body)?;
    let model = members.iter().find(|(name, _)| name == "model").map(|(_, value)| value);
    let known = match model {
        Some(Json::Text(name)) => catalogue.get(name),
        _ => None,
    };
    if let Some(known) = known {
        return parse(known.dialect, body, handling, catalogue);
    }
    let names: Vec<&str> = catalogue.models().iter().map(|model| model.name.as_str()).collect();
    let allowed = one_of(&names);
    match model.filter(|value| !value.is_empty()) {
        None => {
            Err(Problem::new(Code::MissingParameter, format!("`model` is required: {allowed}.")).at("model"))
        }
        Some(value) => {
            let text = format!("`model` must be {allowed}; received {value}.");
            Err(Problem::new(Code::UnknownModel, text).at("model"))
        }
    }
}

/// The members of the object that `body` is.
fn members(body: &[u8]) -> Result<Members<'_>, Problem> {
    let refused = |why: String| Problem::new(Code::InvalidJson, why);
    if body.trim_ascii().is_empty() {
        return Err(refused("The body is empty; send a JSON object.".to_owned()));
    }
    match wire::parse(body) {
        Ok(Json::Object(members)) => Ok(members),
        Ok(other) => Err(refused(format!("The body must be a JSON object; received {}.", other.kind()))),
        Err(error) => Err(refused(format!("The body is not valid JSON: {error}."))),
    }
}

/// The answer of the sora create call.
#[derive(Serialize)]
struct SoraAnswer<'a> {
    id: &'a str,
    object: &'a str,
    created: i64,
    model: &'a str,
    status: &'a str,
}

/// The answer of the videos create call: the same and a null.
#[derive(Serialize)]
struct VideosAnswer<'a> {
    #[serde(flatten)]
    task: SoraAnswer<'a>,
    error: Option<&'a str>,
}

/// What a create call answers with: the task has just been queued.
pub fn answer(dialect: Dialect, id: &TaskId, created: Timestamp, model: &str) -> Vec<u8> {
    let object = speech(dialect).object;
    let task = SoraAnswer { id: id.as_str(), object, created: created.seconds(), model, status: "queued" };
    match dialect {
        Dialect::Sora => crate::json(&task),
        Dialect::Videos => crate::json(&VideosAnswer { task, error: None }),
    }
}
