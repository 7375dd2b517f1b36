//! What a request says besides its body: the key, what it accepts and sends, what it prefers, how long it waits. All of
//! it comes from strangers; each reader is total and says which header or parameter is wrong.

use std::borrow::Cow;
use std::time::Duration;

use filmgate_contract::problem::{Code, Problem};
use hyper::HeaderMap;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use url::form_urlencoded;

/// Asks to wait, or to be strict.
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest wait that may be asked for, in seconds.
pub(crate) const LONGEST_WAIT: u64 = 60;

/// The secret of `Authorization: Bearer …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Refuses a request that would not take JSON.
pub(crate) fn accepts_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    let none = ranges.peek().is_none();
    let mut ranges = ranges.flat_map(|value| value.split(','));
    if none || ranges.any(takes_json) { Ok(()) } else { Err(Problem::not_acceptable()) }
}

fn takes_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let json = ["application/json", "application/*", "*/*", "*", ""]
        .iter()
        .any(|ours| kind.eq_ignore_ascii_case(ours));
    let weight = parts.find_map(|part| part.strip_prefix("q="));
    json && weight.is_none_or(|weight| weight.parse() != Ok(0.0_f32))
}

/// Refuses a body that is declared to be something else than JSON. No declaration and `text/plain` pass, and so does a
/// form: it is what curl declares when nobody told it, and the body shows soon enough whether it is an object.
pub(crate) fn sends_json(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(declared) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let declared = declared.to_str().unwrap_or("?");
    let kind = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = kind == "application/json" || kind.ends_with("+json");
    if json || matches!(kind.as_str(), "" | "text/json" | "text/plain" | "application/x-www-form-urlencoded")
    {
        return Ok(());
    }
    Err(Problem::unsupported_media_type(Some(declared)))
}

/// The `Idempotency-Key`: 1 to 255 visible ASCII characters.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let visible = value.as_bytes().iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(key) if visible && (1..=255).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(
            Code::InvalidParameter,
            "`Idempotency-Key` must have 1 to 255 visible ASCII characters, without spaces; a UUID is a good one.",
        )
        .at("Idempotency-Key")),
    }
}

/// Whether `Prefer` holds `handling=strict`.
pub(crate) fn strict(headers: &HeaderMap) -> bool {
    preference(headers, "handling").is_some_and(|value| value.eq_ignore_ascii_case("strict"))
}

/// How long to wait for news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// The span; zero answers at once.
    pub(crate) span: Duration,
    /// Whether it came as a preference, which the answer acknowledges.
    pub(crate) preferred: bool,
}

/// `?wait=N`, else `Prefer: wait=N`. The parameter must be right; a preference is taken as far as it can be.
pub(crate) fn patience(query: Option<&str>, headers: &HeaderMap) -> Result<Patience, Problem> {
    if let Some(asked) = parameter(query, "wait") {
        let seconds = asked.parse().ok().filter(|seconds| *seconds <= LONGEST_WAIT);
        let span = seconds.map(Duration::from_secs).ok_or_else(|| {
            invalid("wait", &asked, &format!("a whole number of seconds from 0 to {LONGEST_WAIT}"))
        })?;
        return Ok(Patience { span, preferred: false });
    }
    let preferred = preference(headers, "wait").and_then(|value| value.parse::<u64>().ok());
    let span = Duration::from_secs(preferred.unwrap_or(0).min(LONGEST_WAIT));
    Ok(Patience { span, preferred: preferred.is_some() })
}

fn preference<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).find_map(|one| {
        let (key, value) = one.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// The first value of parameter `name` in `query` that is not empty.
pub(crate) fn parameter<'a>(query: Option<&'a str>, name: &str) -> Option<Cow<'a, str>> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

/// 400: parameter `name` was `got` and must be `allowed`.
pub(crate) fn invalid(name: &str, got: &str, allowed: &str) -> Problem {
    let got: String = got.chars().take(40).collect();
    Problem::new(Code::InvalidParameter, format!("`{name}` must be {allowed}; received \"{got}\".")).at(name)
}

/// Whether the entity tags in `header` name `etag`, comparing weakly.
pub(crate) fn names_etag(header: &[u8], etag: &[u8]) -> bool {
    let tags = header.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    tags.map(|tag| tag.strip_prefix(b"W/").unwrap_or(tag)).any(|tag| tag == b"*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(sent: &[(&'static str, &str)]) -> HeaderMap {
        sent.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_bearer_is_the_scheme_a_space_and_a_secret() {
        let of = |value: &str| bearer(&headers(&[("authorization", value)])).map(str::to_owned);
        assert_eq!(of("Bearer fg_x").as_deref(), Some("fg_x"));
        assert_eq!(of("bearer  fg_x ").as_deref(), Some("fg_x"));
        assert_eq!(of("Basic fg_x"), None);
        assert_eq!(of("fg_x"), None);
        assert_eq!(bearer(&headers(&[])), None);
    }

    #[test]
    fn json_is_acceptable_unless_everything_said_excludes_it() {
        let ok = |value: &str| accepts_json(&headers(&[("accept", value)])).is_ok();
        assert!(accepts_json(&headers(&[])).is_ok());
        for value in [
            "*/*",
            "text/html, */*;q=0.1",
            "application/json",
            "APPLICATION/*",
            "text/html,application/json",
            "",
        ] {
            assert!(ok(value), "{value}");
        }
        for value in ["text/html", "application/json;q=0", "image/*, */*; q=0.0"] {
            assert!(!ok(value), "{value}");
        }
    }

    #[test]
    fn json_and_what_may_turn_out_to_be_json_is_read() {
        let ok = |value: &str| sends_json(&headers(&[("content-type", value)])).is_ok();
        for value in [
            "application/json; charset=utf-8",
            "application/vnd.x+json",
            "text/plain",
            "application/x-www-form-urlencoded",
        ] {
            assert!(ok(value), "{value}");
        }
        assert!(sends_json(&headers(&[])).is_ok());
        for value in ["multipart/form-data; boundary=x", "text/xml", "application/octet-stream", "json"] {
            assert!(!ok(value), "{value}");
        }
    }

    #[test]
    fn preferences_are_taken_as_far_as_they_can_be_and_parameters_must_be_right() {
        let prefer = headers(&[("prefer", "respond-async, Wait=500; x, handling=\"strict\"")]);
        assert!(strict(&prefer) && !strict(&headers(&[])));
        let span =
            |query, headers: &HeaderMap| patience(query, headers).map(|patience| patience.span.as_secs());
        assert_eq!(span(None, &prefer), Ok(60));
        assert_eq!(span(Some("wait=5&x"), &prefer), Ok(5));
        assert_eq!(span(Some("wait="), &headers(&[("prefer", "wait=x")])), Ok(0));
        for wrong in ["wait=61", "wait=-1", "wait=1.5", "wait=a"] {
            assert_eq!(span(Some(wrong), &prefer).unwrap_err().param.as_deref(), Some("wait"), "{wrong}");
        }
    }

    #[test]
    fn an_idempotency_key_is_visible_and_bounded() {
        let key = |value: &str| idempotency_key(&headers(&[("idempotency-key", value)]));
        assert_eq!(key("a-1").unwrap().as_deref(), Some("a-1"));
        assert!(key(&"k".repeat(255)).is_ok());
        for wrong in ["", "a b", &"k".repeat(256)] {
            assert_eq!(key(wrong).unwrap_err().param.as_deref(), Some("Idempotency-Key"));
        }
    }

    #[test]
    fn entity_tags_are_compared_weakly() {
        let names = |header: &str| names_etag(header.as_bytes(), b"\"b\"");
        assert!(names("\"a\", W/\"b\"") && names("*"));
        assert!(!names("\"a\"") && !names(""));
    }
}
