//! JSON as it arrives: a reader that borrows. A request may carry forty megabytes of base-64 in one string; here that
//! string stays a slice of the body until somebody writes it to disk.
//!
//! Every document is bounded ([`MAX_DEPTH`], [`MAX_VALUES`], [`MAX_MEMBERS`]); every error says line and column. A key
//! that comes twice in one object is an error: readers disagree about which one counts, and one of them pays for it.
//!
//! Deliberately absent: writing JSON, turning numbers into floats, comments, trailing commas.

use std::borrow::Cow;
use std::fmt;

/// How deep arrays and objects may stand in each other.
pub const MAX_DEPTH: usize = 32;

/// How many values a document may hold, counted over all its arrays and objects.
pub const MAX_VALUES: usize = 10_000;

/// How many members one object may have.
pub const MAX_MEMBERS: usize = 256;

/// The members of an object, in the order they came.
pub type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// A JSON value that borrows from the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(&'a str),
    /// A string; owned only when it held escapes.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object; no key comes twice.
    Object(Members<'a>),
}

impl Json<'_> {
    /// What kind of value it is, with its article, for messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// Whether it counts as absent: `null`, `""`, `[]`, an array of such.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::Array(values) => values.iter().all(Self::is_empty),
            Self::Bool(_) | Self::Number(_) | Self::Object(_) => false,
        }
    }
}

/// A text that is not JSON, or more of it than we read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at line {line}, column {column}")]
pub struct WireError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: String,
}

/// Reads one document.
pub fn parse(body: &[u8]) -> Result<Json<'_>, WireError> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => {
            let valid = String::from_utf8_lossy(&body[..error.valid_up_to()]);
            return Err(located(&valid, valid.len(), "the text is not UTF-8".to_owned()));
        }
    };
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { text, at: start, values: 0 };
    let parsed = reader.document();
    parsed.map_err(|reason| located(text, reader.at, reason))
}

fn located(text: &str, at: usize, reason: String) -> WireError {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    WireError { line, column: before[line_start..].chars().count() + 1, reason }
}

/// The reader's place in the text. A failed step leaves `at` where the problem is.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
}

type Read<T> = Result<T, String>;

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Json<'a>> {
        let value = self.value(0)?;
        self.skip_space();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(format!("{} after the end of the document", self.found())),
        }
    }

    fn value(&mut self, depth: usize) -> Read<Json<'a>> {
        self.skip_space();
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(format!("more than {MAX_VALUES} values"));
        }
        match self.peek() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => Err(format!("more than {MAX_DEPTH} levels")),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => Err(format!("expected a value, found {}", self.found())),
        }
    }

    fn object(&mut self, depth: usize) -> Read<Json<'a>> {
        self.at += 1;
        let mut members: Members<'a> = Vec::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(format!("expected a key in double quotes, found {}", self.found()));
            }
            let key = self.string()?;
            if members.len() == MAX_MEMBERS {
                return Err(format!("more than {MAX_MEMBERS} members in one object"));
            }
            if members.iter().any(|(other, _)| *other == key) {
                self.at = start;
                return Err(format!("the key {} comes twice", Cut(&key)));
            }
            self.skip_space();
            if !self.eat(b':') {
                return Err(format!("expected `:`, found {}", self.found()));
            }
            let value = self.value(depth)?;
            members.push((key, value));
            if self.ends_with(b'}')? {
                return Ok(Json::Object(members));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Read<Json<'a>> {
        self.at += 1;
        let mut values = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Json::Array(values));
        }
        loop {
            values.push(self.value(depth)?);
            if self.ends_with(b']')? {
                return Ok(Json::Array(values));
            }
        }
    }

    /// After a member: `,` goes on, `end` ends.
    fn ends_with(&mut self, end: u8) -> Read<bool> {
        self.skip_space();
        if self.eat(end) {
            return Ok(true);
        }
        if self.eat(b',') {
            return Ok(false);
        }
        Err(format!("expected `,` or `{}`, found {}", char::from(end), self.found()))
    }

    fn string(&mut self) -> Read<Cow<'a, str>> {
        self.at += 1;
        let mut unescaped = String::new();
        loop {
            let start = self.at;
            let rest = &self.text.as_bytes()[start..];
            let Some(run) = plain_run(rest) else {
                self.at = self.text.len();
                return Err("a string without an end".to_owned());
            };
            self.at += run;
            let plain = &self.text[start..self.at];
            match rest[run] {
                b'"' => {
                    self.at += 1;
                    if unescaped.is_empty() {
                        return Ok(Cow::Borrowed(plain));
                    }
                    unescaped.push_str(plain);
                    return Ok(Cow::Owned(unescaped));
                }
                b'\\' => {
                    unescaped.push_str(plain);
                    unescaped.push(self.escape()?);
                }
                control => {
                    return Err(format!("a bare control character (0x{control:02x}) in a string"));
                }
            }
        }
    }

    /// Reads one escape; `at` stands on its backslash.
    fn escape(&mut self) -> Read<char> {
        let letter = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match letter {
            Some(b'u') => return self.unicode(),
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err("an escape that JSON does not have".to_owned()),
        };
        self.at += 2;
        Ok(plain)
    }

    /// Reads `\uXXXX`, or two of them that form one character.
    fn unicode(&mut self) -> Read<char> {
        let first = self.four_digits(self.at)?;
        if let Some(character) = char::from_u32(first) {
            self.at += 6;
            return Ok(character);
        }
        let pair = match self.text.as_bytes().get(self.at + 6..self.at + 8) {
            Some(b"\\u") if first < 0xdc00 => self.four_digits(self.at + 6)?,
            _ => 0,
        };
        if !(0xdc00..0xe000).contains(&pair) {
            return Err("half of a surrogate pair".to_owned());
        }
        self.at += 12;
        let character = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (pair - 0xdc00));
        character.ok_or_else(|| "half of a surrogate pair".to_owned())
    }

    /// The number written in the four hexadecimal digits of the `\u` at `backslash`.
    fn four_digits(&self, backslash: usize) -> Read<u32> {
        let digits = self.text.get(backslash + 2..backslash + 6);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        number.ok_or_else(|| "`\\u` without four hexadecimal digits".to_owned())
    }

    fn number(&mut self) -> Read<&'a str> {
        let start = self.at;
        self.eat(b'-');
        let whole = self.at;
        self.digits()?;
        if self.text.as_bytes()[whole] == b'0' && self.at - whole > 1 {
            self.at = whole;
            return Err("a number with a leading zero".to_owned());
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    /// One digit or more.
    fn digits(&mut self) -> Read<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let run = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if run == 0 {
            return Err(format!("expected a digit, found {}", self.found()));
        }
        self.at += run;
        Ok(())
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Read<Json<'a>> {
        if !self.text[self.at..].starts_with(word) {
            return Err(format!("expected a value, found {}", self.found()));
        }
        self.at += word.len();
        Ok(value)
    }

    fn skip_space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// What stands here, for messages.
    fn found(&self) -> String {
        match self.text[self.at..].chars().next() {
            None => "the end".to_owned(),
            Some(character) if character.is_control() => format!("the character U+{:04X}", character as u32),
            Some(character) => format!("`{character}`"),
        }
    }
}

/// How many bytes stand before the next one that is not plain text in a string; `None` when none is left. Whole blocks
/// are looked at without a branch, which compilers turn into vector instructions: strings here can be 40 MB long.
fn plain_run(rest: &[u8]) -> Option<usize> {
    const BLOCK: usize = 64;
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let plain = |block: &&[u8]| !block.iter().fold(false, |any, byte| any | ends(byte));
    let skipped = rest.chunks_exact(BLOCK).take_while(plain).count() * BLOCK;
    rest[skipped..].iter().position(ends).map(|place| skipped + place)
}

/// How many characters of a received value a message repeats.
const SHOWN: usize = 60;

/// A text as messages quote it: in double quotes, on one line, cut to [`SHOWN`] characters.
pub(crate) struct Cut<'a>(pub(crate) &'a str);

impl fmt::Display for Cut<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        let shown: String = characters.by_ref().take(SHOWN).map(visible).collect();
        let rest = if characters.next().is_some() { "…" } else { "" };
        write!(out, "\"{shown}{rest}\"")
    }
}

fn visible(character: char) -> char {
    if character.is_control() { '\u{fffd}' } else { character }
}

/// The value as messages repeat it: scalars as they came, arrays and objects by kind.
impl fmt::Display for Json<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(text) if text.len() > SHOWN => write!(out, "{}…", &text[..SHOWN]),
            Self::Number(text) => out.write_str(text),
            Self::Text(text) => Cut(text).fmt(out),
            Self::Array(_) | Self::Object(_) => out.write_str(self.kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_strings_are_slices_of_the_body() {
        let body = br#"{"image":"data:image/png;base64,AAAA"}"#;
        let Ok(Json::Object(members)) = parse(body) else { panic!("not an object") };
        let Json::Text(Cow::Borrowed(text)) = &members[0].1 else { panic!("not borrowed") };
        assert!(body.as_ptr_range().contains(&text.as_ptr()));
    }

    #[test]
    fn escapes_become_what_they_stand_for() {
        let read = parse(br#""a\/\u00e9\ud83c\udfac\n\"""#).unwrap();
        assert_eq!(read, Json::Text("a/é🎬\n\"".into()));
        assert_eq!(parse(br#""\u0041""#).unwrap(), Json::Text("A".into()));
    }

    #[test]
    fn errors_say_where() {
        let shown = |text: &[u8]| parse(text).unwrap_err().to_string();
        assert_eq!(shown(b""), "expected a value, found the end at line 1, column 1");
        assert_eq!(shown("{\n  \"é\": tru}".as_bytes()), "expected a value, found `t` at line 2, column 8");
        assert_eq!(shown(b"{\"a\":1,}"), "expected a key in double quotes, found `}` at line 1, column 8");
        assert_eq!(shown(b"{\"a\":1,\"a\":2}"), "the key \"a\" comes twice at line 1, column 8");
        assert_eq!(shown(b"[1 2]"), "expected `,` or `]`, found `2` at line 1, column 4");
        assert_eq!(shown(b"[01]"), "a number with a leading zero at line 1, column 2");
        assert_eq!(shown(b"[1.]"), "expected a digit, found `]` at line 1, column 4");
        assert_eq!(shown(b"\"abc"), "a string without an end at line 1, column 5");
        assert_eq!(shown(b"\"a\nb\""), "a bare control character (0x0a) in a string at line 1, column 3");
        assert_eq!(shown(br#""\ud800x""#), "half of a surrogate pair at line 1, column 2");
        assert_eq!(shown(br#""\u12""#), "`\\u` without four hexadecimal digits at line 1, column 2");
        assert_eq!(shown(br#""\x""#), "an escape that JSON does not have at line 1, column 2");
        assert_eq!(shown(b"{} x"), "`x` after the end of the document at line 1, column 4");
        assert_eq!(shown(b"[\"\xff\"]"), "the text is not UTF-8 at line 1, column 3");
    }

    #[test]
    fn strings_end_where_they_end_whatever_their_length() {
        for length in 0..200 {
            let text = "x".repeat(length);
            assert_eq!(parse(format!("[\"{text}\",\"{text}\\n\"]").as_bytes()).unwrap(), {
                Json::Array(vec![Json::Text(text.as_str().into()), Json::Text(format!("{text}\n").into())])
            });
        }
    }

    #[test]
    fn documents_are_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err().reason.contains("32 levels"));
        let flat = format!("[{}1]", "1,".repeat(MAX_VALUES));
        assert!(parse(flat.as_bytes()).unwrap_err().reason.contains("10000 values"));
        let members: Vec<String> = (0..=MAX_MEMBERS).map(|number| format!("\"{number}\":1")).collect();
        let wide = format!("{{{}}}", members.join(","));
        assert!(parse(wide.as_bytes()).unwrap_err().reason.contains("256 members"));
    }
}
