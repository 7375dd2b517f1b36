//! What is wrong with a request, collected: one finding is one English sentence about one parameter.

use std::fmt::Display;

use crate::problem::{Code, Problem};
use crate::wire::Json;

/// One thing that is wrong.
struct Finding {
    code: Code,
    param: String,
    text: String,
}

/// The field of a place such as `referenceImages[1]`. Only a dialect's own fields are asked for; none holds a bracket.
pub(super) fn field_of(place: &str) -> &str {
    place.split('[').next().unwrap_or(place)
}

/// Everything that is wrong, in the order it was found.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A finding whose `text` is a whole sentence without its stop.
    pub(super) fn add(&mut self, code: Code, param: &str, text: String) {
        self.0.push(Finding { code, param: param.to_owned(), text });
    }

    /// `param` is required and was not sent.
    pub(super) fn missing(&mut self, param: &str, allowed: impl Display) {
        self.add(Code::MissingParameter, param, format!("`{param}` is required: {allowed}"));
    }

    /// At `place` stands a value of the right kind that is not allowed.
    pub(super) fn invalid(&mut self, place: &str, allowed: impl Display, received: impl Display) {
        let text = format!("`{place}` must be {allowed}; received {received}");
        self.add(Code::InvalidParameter, field_of(place), text);
    }

    /// At `place` stands a value of the wrong kind.
    pub(super) fn mistyped(&mut self, place: &str, allowed: impl Display, received: &Json<'_>) {
        let received = match received {
            Json::Array(_) | Json::Object(_) | Json::Null => received.kind().to_owned(),
            scalar => format!("{}, {scalar}", scalar.kind()),
        };
        self.invalid(place, allowed, received);
    }

    /// `param` and `other` exclude each other; `remedy` says what to do.
    pub(super) fn conflict(&mut self, param: &str, other: &str, remedy: &str) {
        let text = format!("`{other}` and `{param}` cannot be combined: {remedy}");
        self.add(Code::ParameterConflict, param, text);
    }

    /// One problem that says it all.
    pub(super) fn into_problem(self) -> Problem {
        let sentences: Vec<String> = self.0.iter().map(|finding| format!("{}.", finding.text)).collect();
        match self.0.into_iter().next() {
            Some(first) => Problem::new(first.code, sentences.join(" ")).at(first.param),
            None => Problem::internal(),
        }
    }
}
