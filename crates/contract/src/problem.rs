//! Problems: every way an HTTP request can fail, each with a stable code.
//!
//! The list of codes is closed; [`Code`]'s table holds status and meaning, and documentation reads the same table. A
//! body is flat and says its text under three keys, because the clients in the world read three different ones. A
//! problem is written for the caller: it never holds a path, a key, an upstream's name or a stack trace.
//!
//! Deliberately absent: headers (`Retry-After`, `Allow`, `WWW-Authenticate` are the server's), and the reasons why a
//! *task* failed, which are the domain's.

use std::fmt;

use filmgate_domain::calendar::Day;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::money::Micros;
use serde::Serialize;

/// What went wrong, from a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// `invalid_json`
    InvalidJson,
    /// `missing_parameter`
    MissingParameter,
    /// `invalid_parameter`
    InvalidParameter,
    /// `parameter_conflict`
    ParameterConflict,
    /// `unknown_model`
    UnknownModel,
    /// `invalid_media`
    InvalidMedia,
    /// `content_policy`
    ContentPolicy,
    /// `unauthorized`
    Unauthorized,
    /// `insufficient_balance`
    InsufficientBalance,
    /// `forbidden`
    Forbidden,
    /// `not_found`
    NotFound,
    /// `method_not_allowed`
    MethodNotAllowed,
    /// `not_acceptable`
    NotAcceptable,
    /// `idempotency_conflict`
    IdempotencyConflict,
    /// `conflict`
    Conflict,
    /// `expired`
    Expired,
    /// `payload_too_large`
    PayloadTooLarge,
    /// `unsupported_media_type`
    UnsupportedMediaType,
    /// `rate_limited`
    RateLimited,
    /// `internal`
    Internal,
    /// `unavailable`
    Unavailable,
}

use Code as C;

/// Code, spelling, HTTP status, meaning; by status, in the order of the enum.
const TABLE: [(Code, &str, u16, &str); 21] = [
    (C::InvalidJson, "invalid_json", 400, "The body is not a JSON object; the text says where it breaks."),
    (C::MissingParameter, "missing_parameter", 400, "A required parameter is absent, null or empty."),
    (C::InvalidParameter, "invalid_parameter", 400, "A parameter has a value that is not allowed."),
    (C::ParameterConflict, "parameter_conflict", 400, "Two parameters exclude each other."),
    (C::UnknownModel, "unknown_model", 400, "This route serves no model of that name."),
    (C::InvalidMedia, "invalid_media", 400, "A media URL or data URL is malformed."),
    (C::ContentPolicy, "content_policy", 400, "The prompt or a reference was refused by a content rule."),
    (
        C::Unauthorized,
        "unauthorized",
        401,
        "No key was sent, or one that is malformed, unknown or no longer valid.",
    ),
    (C::InsufficientBalance, "insufficient_balance", 402, "The price cannot be held on the account."),
    (C::Forbidden, "forbidden", 403, "The key may not do this."),
    (C::NotFound, "not_found", 404, "There is no such task for this caller, or no such route."),
    (C::MethodNotAllowed, "method_not_allowed", 405, "The route exists, the method does not."),
    (C::NotAcceptable, "not_acceptable", 406, "The `Accept` header excludes what the route answers with."),
    (C::IdempotencyConflict, "idempotency_conflict", 409, "The idempotency key was used with another body."),
    (C::Conflict, "conflict", 409, "What is there does not allow this; for operators only."),
    (C::Expired, "expired", 410, "The link is older than 24 hours and the film is gone."),
    (C::PayloadTooLarge, "payload_too_large", 413, "The body is larger than the server reads."),
    (C::UnsupportedMediaType, "unsupported_media_type", 415, "The body is not declared as JSON."),
    (C::RateLimited, "rate_limited", 429, "Too many requests; `Retry-After` says when to come back."),
    (C::Internal, "internal", 500, "A fault of the server; the request may be repeated."),
    (
        C::Unavailable,
        "unavailable",
        503,
        "The server cannot serve now; `Retry-After` says when to come back.",
    ),
];

impl Code {
    /// Every code, by status.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::InvalidJson; TABLE.len()];
        let mut place = 0;
        while place < TABLE.len() {
            all[place] = TABLE[place].0;
            place += 1;
        }
        all
    };

    /// The code as the wire spells it.
    pub const fn as_str(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The HTTP status it comes with.
    pub const fn status(self) -> u16 {
        TABLE[self as usize].2
    }

    /// What it means, in one English sentence.
    pub const fn meaning(self) -> &'static str {
        TABLE[self as usize].3
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// An HTTP error as the caller sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub struct Problem {
    /// The HTTP status: that of `code`, unless the server knows a narrower one (416).
    pub status: u16,
    /// What went wrong.
    pub code: Code,
    /// The same for people: what was received, what is allowed, what to do.
    pub message: String,
    /// The parameter or header to look at first, if one is to blame.
    pub param: Option<String>,
}

/// The keys of a body, in this order.
#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    msg: &'a str,
    error: &'a str,
    param: Option<&'a str>,
}

impl Problem {
    /// A problem with `code` and `message` that no parameter is to blame for.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { status: code.status(), code, message: message.into(), param: None }
    }

    /// The same, to be looked for at `param`.
    #[must_use]
    pub fn at(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }

    /// The JSON body.
    pub fn body(&self) -> Vec<u8> {
        let text = self.message.as_str();
        let body = Body {
            code: self.code.as_str(),
            message: text,
            msg: text,
            error: text,
            param: self.param.as_deref(),
        };
        crate::json(&body)
    }

    /// 401. One text for every cause, so that nobody learns which keys exist.
    pub fn unauthorized() -> Self {
        Self::new(
            Code::Unauthorized,
            "A valid API key is required: send it as `Authorization: Bearer fg_…`. The key may be missing, mistyped, revoked or expired.",
        )
    }

    /// 400: a content rule refuses the prompt. Which one stays the operator's.
    pub fn content_policy() -> Self {
        let text = "The prompt was refused by this server's content rules. Change the prompt.";
        Self::new(Code::ContentPolicy, text).at("prompt")
    }

    /// 403: the key lacks `scope`.
    pub fn forbidden(scope: &str) -> Self {
        Self::new(
            Code::Forbidden,
            format!(
                "This key may not do that: it lacks the scope `{scope}`. Ask the operator for a key that has it."
            ),
        )
    }

    /// 403: the key may not create with `model`.
    pub fn forbidden_model(model: &str, allowed: &[String]) -> Self {
        let allowed = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
        let text = format!(
            "This key may not use the model {model}; it may use: {allowed}. Ask the operator for more."
        );
        Self::new(Code::Forbidden, text).at("model")
    }

    /// 403: the account may create nothing.
    pub fn suspended() -> Self {
        Self::new(
            Code::Forbidden,
            "This account is suspended: it can read what it has and create nothing. Ask the operator.",
        )
    }

    /// 402: the account has less than the price.
    pub fn insufficient_balance(price: Micros, available: Micros) -> Self {
        let text = format!(
            "This costs {price}, and {available} is available. Ask the operator to top the account up, or wait until tasks \
             in flight give back what they hold."
        );
        Self::new(Code::InsufficientBalance, text)
    }

    /// 402: the key has spent its budget; `renews` is when the next day or month begins.
    pub fn over_budget(budget: Micros, left: Micros, renews: Timestamp) -> Self {
        let day = Day::of(renews);
        let text = format!(
            "This costs more than the {left} that is left of the key's budget of {budget}. The budget renews at {day} 00:00 \
             UTC; the operator can raise it."
        );
        Self::new(Code::InsufficientBalance, text)
    }

    /// 404 for what only operators ask for: `what` is `account` or `key`.
    pub fn missing(what: &str, id: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no {what} with the id {}.", crate::wire::Cut(id)))
    }

    /// 404 for an id, whether it never was or belongs to somebody else.
    pub fn not_found_task() -> Self {
        Self::new(
            Code::NotFound,
            "There is no task with this id. Ids are shown once, in the answer of the create call.",
        )
        .at("id")
    }

    /// 404 for a path.
    pub fn not_found_route() -> Self {
        Self::new(Code::NotFound, "There is nothing at this path. `/openapi.json` lists every route.")
    }

    /// 405; `allowed` is what the `Allow` header says, e.g. `GET, HEAD`.
    pub fn method_not_allowed(allowed: &str) -> Self {
        Self::new(Code::MethodNotAllowed, format!("This path does not know this method; allowed: {allowed}."))
    }

    /// 406.
    pub fn not_acceptable() -> Self {
        Self::new(
            Code::NotAcceptable,
            "The `Accept` header excludes application/json, which is what this route answers with.",
        )
        .at("Accept")
    }

    /// 409.
    pub fn idempotency_conflict() -> Self {
        Self::new(
            Code::IdempotencyConflict,
            "This `Idempotency-Key` was used before with another body. Send the same body, or a new key.",
        )
        .at("Idempotency-Key")
    }

    /// 410 for a film whose time is over.
    pub fn expired() -> Self {
        Self::new(
            Code::Expired,
            "This link has expired: films are kept for 24 hours. Create the video again.",
        )
    }

    /// 413; `limit` in bytes.
    pub fn payload_too_large(limit: u64) -> Self {
        Self::new(
            Code::PayloadTooLarge,
            format!("The body is larger than {limit} bytes. Send media as a URL instead of a data URL."),
        )
    }

    /// 415; `got` is the `Content-Type` received, `None` when there was none.
    pub fn unsupported_media_type(got: Option<&str>) -> Self {
        let received = got.map_or_else(|| "none".to_owned(), |got| crate::wire::Cut(got).to_string());
        Self::new(
            Code::UnsupportedMediaType,
            format!("`Content-Type` must be application/json; received {received}."),
        )
        .at("Content-Type")
    }

    /// 429: `quota` of `what` (creates, requests) in `window` seconds are used up; `whose` is key or account.
    pub fn rate_limited(what: &str, whose: &str, quota: u32, window: i64) -> Self {
        let text = format!(
            "Too many {what}: this {whose} may send {quota} in {window} seconds. Wait as long as `Retry-After` says."
        );
        Self::new(Code::RateLimited, text)
    }

    /// 429: as many tasks are unfinished as may be; `whose` is key or account.
    pub fn too_many_in_flight(most: u32, whose: &str) -> Self {
        let text = format!(
            "This {whose} has {most} unfinished tasks, and may have no more. Create again when one has ended."
        );
        Self::new(Code::RateLimited, text)
    }

    /// 429 for an address that has shown too many keys that do not work.
    pub fn too_many_failures() -> Self {
        Self::new(
            Code::RateLimited,
            "Too many requests from this address came without a key that works. Check the key, and wait as long as \
             `Retry-After` says.",
        )
    }

    /// 500. What happened is in the log, not here.
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            "Something went wrong in the server. Repeat the request with the same `Idempotency-Key`.",
        )
    }

    /// 503.
    pub fn unavailable() -> Self {
        Self::new(
            Code::Unavailable,
            "The server cannot take this request now. Repeat it after the seconds in `Retry-After`.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum_and_of_the_statuses() {
        for (place, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, place);
        }
        assert!(Code::ALL.is_sorted_by_key(|code| code.status()));
    }
}
