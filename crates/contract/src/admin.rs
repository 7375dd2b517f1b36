//! What operators send: the bodies of the admin API. They are programs of the operator's own, so nothing is guessed: an
//! unknown field, a wrong type, a value out of range is refused by its name.

use filmgate_domain::account::Prices;
use filmgate_domain::key::{Budget, Scope};
use filmgate_domain::limit::Limits;
use filmgate_domain::money::{Billing, Micros};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::problem::{Code, Problem};

/// `POST /v1/admin/accounts`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountCreate {
    /// Its id.
    pub id: String,
    /// What to call it.
    #[serde(default)]
    pub name: String,
    /// How it pays.
    #[serde(default = "prepaid")]
    pub billing: Billing,
    /// What it may use, all its keys together.
    #[serde(default)]
    pub limits: Limits,
    /// Its own prices.
    #[serde(default)]
    pub prices: Prices,
}

const fn prepaid() -> Billing {
    Billing::Prepaid
}

/// `PATCH /v1/admin/accounts/{id}`: what is not said stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountUpdate {
    /// What to call it.
    pub name: Option<String>,
    /// How it pays from now on.
    pub billing: Option<Billing>,
    /// What it may use, instead of what it might.
    pub limits: Option<Limits>,
    /// Its own prices, instead of those it had.
    pub prices: Option<Prices>,
    /// Whether it may create nothing.
    pub suspended: Option<bool>,
}

/// `POST /v1/admin/accounts/{id}/grants`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// How much.
    pub micros: Micros,
    /// Why.
    #[serde(default)]
    pub note: String,
}

/// `POST /v1/admin/accounts/{id}/adjustments`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// How much; below zero takes it away.
    pub micros: Micros,
    /// Why.
    pub reason: String,
}

/// `POST /v1/admin/keys`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyCreate {
    /// Whose it is.
    pub account: String,
    /// What to call it.
    #[serde(default)]
    pub name: String,
    /// What it may do.
    #[serde(default = "client")]
    pub scopes: Vec<Scope>,
    /// The models it may create with; all when it is not said.
    #[serde(default)]
    pub models: Option<Vec<String>>,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// What it may spend.
    #[serde(default)]
    pub budget: Budget,
    /// When it stops working, in Unix seconds.
    #[serde(default)]
    pub expires: Option<i64>,
}

fn client() -> Vec<Scope> {
    vec![Scope::Create, Scope::Read, Scope::Cancel]
}

/// `PATCH /v1/admin/keys/{id}`: what is not said stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyUpdate {
    /// What to call it.
    pub name: Option<String>,
    /// What it may do.
    pub scopes: Option<Vec<Scope>>,
    /// The models it may create with; `null` for all.
    #[serde(deserialize_with = "said")]
    pub models: Option<Option<Vec<String>>>,
    /// What it may use.
    pub limits: Option<Limits>,
    /// What it may spend.
    pub budget: Option<Budget>,
    /// When it stops working, in Unix seconds; `null` for never.
    #[serde(deserialize_with = "said")]
    pub expires: Option<Option<i64>>,
}

/// A field that was said, be it as `null`.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// `POST /v1/admin/keys/{id}/rotate`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rotate {
    /// How long the former secrets go on working.
    pub overlap_seconds: u32,
}

impl Default for Rotate {
    fn default() -> Self {
        Self { overlap_seconds: 24 * 60 * 60 }
    }
}

/// `POST /v1/admin/tasks/{id}/cancel` and `/requeue`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reasoned {
    /// Why.
    pub reason: String,
}

/// `POST /v1/admin/tasks/{id}/settle`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    /// What became of the submit.
    pub outcome: SettleOutcome,
    /// The upstream's name for the job, if it has one.
    #[serde(default)]
    pub handle: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// What became of a submit that was in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettleOutcome {
    /// The upstream has the job.
    Accepted,
    /// It has not.
    Failed,
}

/// Reads an operator's body. An empty one counts as `{}`.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    let mut reader = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| refused(&error))?;
    reader
        .end()
        .map_err(|why| Problem::new(Code::InvalidJson, format!("The body is not valid JSON: {why}.")))?;
    Ok(parsed)
}

fn refused(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let (path, why) = (error.path().to_string(), error.inner());
    if !why.is_data() {
        return Problem::new(Code::InvalidJson, format!("The body is not valid JSON: {why}."));
    }
    let why = why.to_string();
    let code = if why.starts_with("missing field") { Code::MissingParameter } else { Code::InvalidParameter };
    let place = if path == "." { "The body".to_owned() } else { format!("`{path}`") };
    let problem = Problem::new(code, format!("{place} is not as it must be: {why}."));
    if path == "." { problem } else { problem.at(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> (Code, String, Option<String>) {
        let problem = parse::<T>(body.as_bytes()).unwrap_err();
        (problem.code, problem.message, problem.param)
    }

    #[test]
    fn what_is_wrong_is_named() {
        let (code, text, param) = refused::<Grant>(r#"{"micros":"5"}"#);
        assert_eq!((code, param.as_deref()), (Code::InvalidParameter, Some("micros")), "{text}");
        let (code, text, _) = refused::<Grant>("{}");
        assert!(code == Code::MissingParameter && text.contains("micros"), "{text}");
        let (code, text, _) = refused::<Grant>(r#"{"micros":5,"gift":true}"#);
        assert!(code == Code::InvalidParameter && text.contains("gift") && text.contains("note"), "{text}");
        let (_, text, param) = refused::<KeyCreate>(r#"{"account":"a","limits":{"creates":"often"}}"#);
        assert!(text.contains("600/m") && param.as_deref() == Some("limits.creates"), "{text} {param:?}");
        let (_, text, param) = refused::<KeyCreate>(r#"{"account":"a","scopes":["read","fly"]}"#);
        assert!(text.contains("fly") && param.as_deref() == Some("scopes[1]"), "{text} {param:?}");
        for broken in ["{", "[1", "{\"micros\":5} x", "nonsense"] {
            assert_eq!(refused::<Grant>(broken).0, Code::InvalidJson, "{broken}");
        }
    }

    #[test]
    fn null_and_nothing_are_not_the_same_where_that_matters() {
        let update = |body: &str| parse::<KeyUpdate>(body.as_bytes()).unwrap();
        assert_eq!(update("{}").expires, None);
        assert_eq!(update(r#"{"expires":null,"models":null}"#).expires, Some(None));
        assert_eq!(update(r#"{"expires":5,"models":["m"]}"#).models, Some(Some(vec!["m".to_owned()])));
        assert_eq!(parse::<Rotate>(b"").unwrap().overlap_seconds, 86_400);
    }
}
