//! Where a reference comes from, as text: an absolute http(s) URL, or a base-64 `data:` URL.
//!
//! Only syntax is judged here. A `data:` URL's text is decoded piece by piece into a small buffer that is thrown away,
//! so that whoever decodes it later (standard alphabet, padding optional) cannot fail. Its media type is not believed
//! and not checked: the bytes decide, later.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use url::Url;

use crate::wire::Json;

/// The longest http(s) URL taken, in bytes.
pub(super) const MAX_URL: usize = 8192;

/// What a malformed reference is told.
pub(super) const ALLOWED: &str = "an absolute http or https URL, or a base-64 data: URL";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A reference whose syntax is right.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Link<'a> {
    /// An http(s) URL, in its normal form.
    Url(String),
    /// The base-64 text of a `data:` URL, and how many bytes it stands for.
    Inline { text: &'a str, bytes: u64 },
}

/// The URL text in a value: a string, or an object that holds one as `url`, `image_url` or `video_url`.
pub(super) fn link_text<'j>(value: &'j Json<'_>) -> Option<&'j str> {
    match value {
        Json::Text(text) => Some(text),
        Json::Object(members) => {
            let held = members.iter().find(|(key, _)| matches!(&**key, "url" | "image_url" | "video_url"));
            held.and_then(|(_, value)| link_text(value))
        }
        _ => None,
    }
}

/// Judges a reference's text; the error says what is wrong with it, to stand in brackets.
pub(super) fn link(text: &str) -> Result<Link<'_>, String> {
    match text.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("data:") => inline(&text[5..]),
        _ => remote(text).map(Link::Url),
    }
}

fn remote(text: &str) -> Result<String, String> {
    if text.len() > MAX_URL {
        return Err(format!("{} bytes long, more than {MAX_URL}", text.len()));
    }
    let url = Url::parse(text).map_err(|_| "not an absolute URL".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("the scheme is {}", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password, and such a URL is not fetched".to_owned());
    }
    Ok(url.into())
}

/// `text` for a message: a user name or password in it is nobody's business, and messages are logged.
pub(super) fn presentable(text: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = text.split_once("://") else { return Cow::Borrowed(text) };
    let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://…{}", &rest[at..])),
        None => Cow::Borrowed(text),
    }
}

/// Judges what follows `data:`.
fn inline(rest: &str) -> Result<Link<'_>, String> {
    let (head, text) = rest.split_once(',').ok_or("it has no comma")?;
    let encoded = head.rsplit(';').next().is_some_and(|last| last.eq_ignore_ascii_case("base64"));
    if !encoded {
        return Err("it is not marked `;base64`".to_owned());
    }
    if text.is_empty() {
        return Err("there is nothing after its comma".to_owned());
    }
    let bytes = decoded_length(text.as_bytes())?;
    Ok(Link::Inline { text, bytes })
}

/// How many bytes the base-64 `text` stands for; an error when it is not base-64.
fn decoded_length(text: &[u8]) -> Result<u64, String> {
    const PIECE: usize = 4096;
    let mut buffer = [0_u8; PIECE];
    let mut bytes = 0;
    for (place, piece) in text.chunks(PIECE).enumerate() {
        let last = (place + 1) * PIECE >= text.len();
        if !last && piece.contains(&b'=') {
            return Err("the base-64 text goes on after its padding".to_owned());
        }
        let decoded = BASE64.decode_slice(piece, &mut buffer);
        bytes += decoded.map_err(|error| flaw(&error, place * PIECE))? as u64;
    }
    Ok(bytes)
}

fn flaw(error: &base64::DecodeSliceError, before: usize) -> String {
    use base64::{DecodeError, DecodeSliceError};
    match error {
        DecodeSliceError::DecodeError(DecodeError::InvalidByte(place, byte)) => {
            let character = char::from(*byte).escape_default();
            format!("the base-64 text has `{character}` at position {}", before + place + 1)
        }
        _ => "the base-64 text is cut short".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_texts_are_judged_across_pieces() {
        let text = "A".repeat(4096 * 3);
        assert_eq!(decoded_length(text.as_bytes()), Ok(4096 / 4 * 3 * 3));
        let broken = format!("{}!{text}", "A".repeat(4099));
        assert_eq!(
            decoded_length(broken.as_bytes()).unwrap_err(),
            "the base-64 text has `!` at position 4100"
        );
        let padded = format!("{}AA=={text}", "A".repeat(4092));
        assert_eq!(
            decoded_length(padded.as_bytes()).unwrap_err(),
            "the base-64 text goes on after its padding"
        );
    }

    proptest! {
        #[test]
        fn what_is_accepted_decodes_as_a_whole(text in "[A-Za-z0-9+/]{0,40}={0,3}|[ -~]{0,8}") {
            let whole = BASE64.decode(&text).ok().map(|bytes| bytes.len() as u64);
            prop_assert_eq!(decoded_length(text.as_bytes()).ok(), whole);
        }
    }
}
