//! What a value of the configuration may be, and how it reads in a file, in the environment and behind a flag: the
//! same text in all three. Reading what was written gives the same value again.
//!
//! Spans are written like `24h` or `1h30m`, sizes like `64MiB` or `20MB`, lists as TOML arrays or divided by commas.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use filmgate_domain::address::Block;
use filmgate_domain::limit::Rate;

/// A value as it came: one text, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Raw {
    /// A TOML string, number or boolean, or the text of a flag or an environment variable.
    One(String),
    /// A TOML array of those.
    Many(Vec<String>),
}

/// The type of a key.
pub(crate) trait Setting: Sized {
    /// Reads it, or says what is wrong and what is allowed.
    fn read(raw: &Raw) -> Result<Self, String>;

    /// Writes it as TOML.
    fn write(&self) -> String;
}

/// A type that is one text.
pub(crate) trait Word: Sized {
    /// What is allowed, to complete "expected …".
    const ALLOWED: &'static str;

    /// Reads it; `None` when it is not one.
    fn parse(text: &str) -> Option<Self>;

    /// Writes it as [`parse`](Self::parse) reads it.
    fn text(&self) -> String;

    /// Whether TOML writes it without quotes.
    const BARE: bool = false;
}

impl<T: Word> Setting for T {
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::One(text) => T::parse(text).ok_or_else(|| format!("got `{text}`, expected {}", T::ALLOWED)),
            Raw::Many(_) => Err(format!("got a list, expected {}", T::ALLOWED)),
        }
    }

    fn write(&self) -> String {
        if T::BARE { self.text() } else { quoted(&self.text()) }
    }
}

impl<T: Word> Setting for Vec<T> {
    fn read(raw: &Raw) -> Result<Self, String> {
        let items: Vec<&str> = match raw {
            Raw::One(text) if text.trim().is_empty() => Vec::new(),
            Raw::One(text) => text.split(',').map(str::trim).collect(),
            Raw::Many(items) => items.iter().map(String::as_str).collect(),
        };
        let read =
            |item: &&str| T::parse(item).ok_or_else(|| format!("got `{item}`, expected {}", T::ALLOWED));
        items.iter().map(read).collect()
    }

    fn write(&self) -> String {
        let items: Vec<String> = self.iter().map(Setting::write).collect();
        format!("[{}]", items.join(", "))
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text that is printed as dots.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

/// A number, or one per processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// As many as the machine has processors.
    Auto,
    /// This many, at least one.
    Exactly(usize),
}

impl Count {
    /// The number on this machine.
    pub(crate) fn resolve(self) -> usize {
        match self {
            Self::Auto => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            Self::Exactly(count) => count,
        }
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How sure a commit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// On the disk before the answer.
    Full,
    /// Left to the operating system: for benchmarks only.
    None,
}

impl Word for SocketAddr {
    const ALLOWED: &'static str = "an address with a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080";
    fn parse(text: &str) -> Option<Self> {
        text.trim().replace("localhost:", "127.0.0.1:").parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Word for PathBuf {
    const ALLOWED: &'static str = "a path";
    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
    fn text(&self) -> String {
        self.display().to_string()
    }
}

impl Word for String {
    const ALLOWED: &'static str = "a text";
    fn parse(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
    fn text(&self) -> String {
        self.clone()
    }
}

impl Word for Secret {
    const ALLOWED: &'static str = "a text";
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.trim().to_owned()))
    }
    fn text(&self) -> String {
        self.0.clone()
    }
}

impl<T: Word> Word for Option<T> {
    const ALLOWED: &'static str = T::ALLOWED;
    fn parse(text: &str) -> Option<Self> {
        if text.trim().is_empty() { Some(None) } else { T::parse(text).map(Some) }
    }
    fn text(&self) -> String {
        self.as_ref().map(Word::text).unwrap_or_default()
    }
}

impl Word for Block {
    const ALLOWED: &'static str = "an address or a block such as 127.0.0.1, 10.0.0.0/8 or fd00::/8";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Word for Rate {
    const ALLOWED: &'static str = "a count and s, m, h or d, such as 10/s or 600/m, or none";
    fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Word for bool {
    const ALLOWED: &'static str = "true or false";
    const BARE: bool = true;
    fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Word for usize {
    const ALLOWED: &'static str = "a whole number, 1 or more";
    const BARE: bool = true;
    fn parse(text: &str) -> Option<Self> {
        text.trim().replace('_', "").parse().ok().filter(|count| *count >= 1)
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

/// A number that may be none at all.
impl Word for u32 {
    const ALLOWED: &'static str = "a whole number, 0 or more";
    const BARE: bool = true;
    fn parse(text: &str) -> Option<Self> {
        text.trim().replace('_', "").parse().ok()
    }
    fn text(&self) -> String {
        self.to_string()
    }
}

impl Word for Count {
    const ALLOWED: &'static str = "auto, or a whole number from 1 to 1024";
    fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "auto" => Some(Self::Auto),
            number => number.parse().ok().filter(|count| (1..=1024).contains(count)).map(Self::Exactly),
        }
    }
    fn text(&self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::Exactly(count) => count.to_string(),
        }
    }
}

impl Word for LogFormat {
    const ALLOWED: &'static str = "text or json";
    fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
    fn text(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Json => "json".to_owned(),
        }
    }
}

impl Word for Durability {
    const ALLOWED: &'static str = "full or none";
    fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "full" => Some(Self::Full),
            "none" => Some(Self::None),
            _ => None,
        }
    }
    fn text(&self) -> String {
        match self {
            Self::Full => "full".to_owned(),
            Self::None => "none".to_owned(),
        }
    }
}

/// Units of spans, the longest first, in milliseconds.
const SPANS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl Word for Duration {
    const ALLOWED: &'static str = "a span such as 500ms, 20s, 10m, 24h, 30d or 1h30m";

    fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let mut total = 0_u64;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let (number, tail) = leading_number(rest)?;
            let unit = tail.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (_, millis) = SPANS.into_iter().find(|(name, _)| *name == &tail[..unit])?;
            total = total.checked_add(number.checked_mul(millis)?)?;
            rest = &tail[unit..];
        }
        Some(Self::from_millis(total))
    }

    fn text(&self) -> String {
        let mut millis = u64::try_from(self.as_millis()).unwrap_or(u64::MAX);
        let mut text = String::new();
        for (unit, size) in SPANS {
            let count = millis / size;
            // 24h reads better than 1d; days begin at two.
            if count > 0 && !(unit == "d" && count < 2) {
                text = format!("{text}{count}{unit}");
                millis -= count * size;
            }
        }
        if text.is_empty() { "0s".to_owned() } else { text }
    }
}

/// Units of sizes, the largest first.
const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

impl Word for Bytes {
    const ALLOWED: &'static str = "a size such as 65536, 64KiB, 20MB, 64MiB or 2GiB";

    fn parse(text: &str) -> Option<Self> {
        let (number, unit) = leading_number(text.trim())?;
        let unit = unit.trim();
        let size = if unit.is_empty() {
            1
        } else {
            SIZES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, size)| size)?
        };
        number.checked_mul(size).filter(|bytes| *bytes > 0).map(Self)
    }

    fn text(&self) -> String {
        let fits = SIZES.into_iter().find(|(_, size)| self.0.is_multiple_of(*size)).unwrap_or(("B", 1));
        format!("{}{}", self.0 / fits.1, fits.0)
    }
}

/// Splits `90min` into 90 and `min`.
fn leading_number(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_write_them_and_come_back_the_same() {
        let read = |text: &str| <Duration as Word>::parse(text);
        for (text, millis) in [("500ms", 500), ("90s", 90_000), ("1h30m", 5_400_000), ("30d", 2_592_000_000)]
        {
            assert_eq!(read(text), Some(Duration::from_millis(millis)), "{text}");
            let written = Duration::from_millis(millis).text();
            assert_eq!(read(&written), Some(Duration::from_millis(millis)), "{written}");
        }
        for text in ["", "5", "h", "5x", "-1s", "1.5h", "99999999999999999999d", "9999999999999999d"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_read_as_people_write_them_and_come_back_the_same() {
        let read = |text: &str| <Bytes as Word>::parse(text).map(|bytes| bytes.0);
        for (text, bytes) in [("1024", 1024), ("64MiB", 64 << 20), ("20mb", 20_000_000), ("3 GiB", 3 << 30)] {
            assert_eq!(read(text), Some(bytes), "{text}");
            assert_eq!(read(&Bytes(bytes).text()), Some(bytes));
        }
        for text in ["", "0", "x", "5 horses", "99999999999GiB"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn lists_are_arrays_or_divided_by_commas() {
        let blocks = <Vec<Block>>::read(&Raw::One("127.0.0.1, 10.0.0.0/8".to_owned())).unwrap();
        assert_eq!(blocks.write(), r#"["127.0.0.1/32", "10.0.0.0/8"]"#);
        assert_eq!(<Vec<Block>>::read(&Raw::One(String::new())).unwrap(), []);
        let wrong = <Vec<Block>>::read(&Raw::Many(vec!["::1".to_owned(), "here".to_owned()]));
        assert!(wrong.unwrap_err().starts_with("got `here`, expected an address or a block"));
    }
}
