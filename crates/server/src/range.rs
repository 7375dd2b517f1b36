//! Byte ranges of RFC 9110: one range of a film, or all of it. Several ranges at once are answered with the whole, as
//! the standard allows; a header that is not understood is ignored, as it demands.

/// Which bytes to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of them.
    Whole,
    /// From the first up to and without the second.
    Part(u64, u64),
    /// Bytes that are not there.
    Nothing,
}

/// What `header`, the value of `Range`, wants of `length` bytes.
pub(crate) fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let parsed = header.and_then(|text| text.trim().strip_prefix("bytes=")).and_then(|range| {
        let (first, last) = range.trim().split_once('-')?;
        match (end(first)?, end(last)?) {
            (End::Open, End::Open) => None,
            (End::Open, End::At(suffix)) => Some((length.saturating_sub(suffix), length)),
            (End::At(first), End::Open) => Some((first, length)),
            (End::At(first), End::At(last)) if last < first => None,
            (End::At(first), End::At(last)) => Some((first, length.min(last.saturating_add(1)))),
        }
    });
    match parsed {
        None => Wanted::Whole,
        Some((start, end)) if start < end => Wanted::Part(start, end),
        Some(_) => Wanted::Nothing,
    }
}

/// An end of a range.
enum End {
    At(u64),
    Open,
}

/// `None` for what is no end at all. A number too large to hold is as good as the largest.
fn end(text: &str) -> Option<End> {
    let text = text.trim();
    if text.is_empty() {
        return Some(End::Open);
    }
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| End::At(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_range() {
        let of_ten = |header: &str| wanted(Some(header), 10);
        assert_eq!(wanted(None, 10), Wanted::Whole);
        assert_eq!(of_ten("bytes=0-3"), Wanted::Part(0, 4));
        assert_eq!(of_ten("bytes=4-"), Wanted::Part(4, 10));
        assert_eq!(of_ten("bytes=-3"), Wanted::Part(7, 10));
        assert_eq!(of_ten("bytes=-30"), Wanted::Part(0, 10));
        assert_eq!(of_ten("bytes=9-99999999999999999999999"), Wanted::Part(9, 10));
        for nothing in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(of_ten(nothing), Wanted::Nothing, "{nothing}");
        }
        for ignored in ["bytes=3-1", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,4-5", "bytes=+1-2", ""] {
            assert_eq!(of_ten(ignored), Wanted::Whole, "{ignored}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
    }
}
