//! The operator's own rules, one a line: a word or phrase, or a pattern between slashes. Words match as words, whatever
//! their case, spacing and spelling tricks; in scripts without spaces they match anywhere. All words are one automaton
//! and all patterns one machine without backtracking, so asking costs time in proportion to the prompt.
//!
//! Patterns look at the folded prompt and are not folded themselves, since they are syntax: they are written in plain
//! letters, `ss` for `ß`. A `#` begins a comment only where a line begins, so that `c#` can be a rule.

use std::collections::HashSet;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use regex::{RegexBuilder, RegexSet, RegexSetBuilder};

use super::fold::{composed, fold, is_mark, is_unspaced, words};

/// The largest file of rules, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// The most rules of a file.
const MOST_RULES: usize = 10_000;
/// The most patterns among them.
const MOST_PATTERNS: usize = 500;
/// The longest rule, in characters.
const LONGEST_RULE: usize = 1_000;
/// What one pattern, and all of them together, may take when compiled, in bytes.
const PATTERN_BYTES: usize = 1 << 20;
const PATTERNS_BYTES: usize = 32 << 20;

/// Rules, ready to be asked. Cheap to clone. By default there are none.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    compiled: Option<Arc<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    /// How many rules the file holds, repeated ones included.
    count: usize,
    /// Each phrase once: every repetition would be found again at every place.
    phrases: AhoCorasick,
    /// The first line of each phrase.
    phrase_lines: Vec<usize>,
    patterns: RegexSet,
    /// The line of each pattern.
    pattern_lines: Vec<usize>,
}

/// A file of rules that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct InvalidRules {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it, and what is allowed.
    pub why: String,
}

fn invalid(line: usize, why: impl Into<String>) -> InvalidRules {
    InvalidRules { line, why: why.into() }
}

impl Rules {
    /// Reads a file of rules: one a line, `#` before comments, empty lines skipped.
    pub fn parse(text: &str) -> Result<Self, InvalidRules> {
        if text.len() > MOST_BYTES {
            return Err(invalid(
                1,
                format!("the file has {} bytes; at most {MOST_BYTES} are read", text.len()),
            ));
        }
        let (mut phrases, mut phrase_lines) = (Vec::new(), Vec::new());
        let (mut patterns, mut pattern_lines) = (Vec::new(), Vec::new());
        let (mut count, mut seen) = (0, HashSet::new());
        for (line, rule) in rules(text) {
            let length = rule.chars().count();
            if length > LONGEST_RULE {
                let most = format!("the rule has {length} characters; at most {LONGEST_RULE} are allowed");
                return Err(invalid(line, most));
            }
            count += 1;
            if let Some(pattern) = rule.strip_prefix('/') {
                patterns.push(pattern_of(line, pattern)?);
                pattern_lines.push(line);
            } else {
                let phrase = phrase_of(line, rule)?;
                if seen.insert(phrase.clone()) {
                    phrases.push(phrase);
                    phrase_lines.push(line);
                }
            }
            if count > MOST_RULES || patterns.len() > MOST_PATTERNS {
                let most = format!("a file has at most {MOST_RULES} rules, {MOST_PATTERNS} of them patterns");
                return Err(invalid(line, most));
            }
        }
        if phrases.is_empty() && patterns.is_empty() {
            return Ok(Self::default());
        }
        let last = pattern_lines.iter().chain(&phrase_lines).max().copied().unwrap_or(1);
        let too_large = |what: &str| invalid(last, format!("the {what} up to here are too large together"));
        let phrases = AhoCorasick::new(&phrases).map_err(|_| too_large("words"))?;
        let patterns =
            RegexSetBuilder::new(&patterns).case_insensitive(true).size_limit(PATTERNS_BYTES).build();
        let patterns = patterns.map_err(|_| too_large("patterns"))?;
        let compiled = Compiled { count, phrases, phrase_lines, patterns, pattern_lines };
        Ok(Self { compiled: Some(Arc::new(compiled)) })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.compiled.as_ref().map_or(0, |all| all.count)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.compiled.is_none()
    }

    /// The line of the first rule that refuses `prompt`.
    pub(super) fn refuses(&self, prompt: &str) -> Option<usize> {
        let all = self.compiled.as_ref()?;
        let folded = fold(prompt);
        let pattern = all.patterns.matches(&folded).iter().map(|place| all.pattern_lines[place]).min();
        let text = words(&folded);
        let phrases = all
            .phrases
            .find_overlapping_iter(&text)
            .filter(|found| is_whole(&text, found.start(), found.end()));
        let phrase = phrases.map(|found| all.phrase_lines[found.pattern().as_usize()]).min();
        pattern.into_iter().chain(phrase).min()
    }
}

/// The lines that hold a rule, with their numbers.
fn rules(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(place, line)| (place + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn phrase_of(line: usize, rule: &str) -> Result<String, InvalidRules> {
    let phrase = words(&fold(rule));
    if phrase.is_empty() {
        return Err(invalid(
            line,
            format!("`{rule}` has no letter or digit; write a pattern between slashes"),
        ));
    }
    Ok(phrase)
}

fn pattern_of(line: usize, rule: &str) -> Result<String, InvalidRules> {
    let pattern = rule.strip_suffix('/').filter(|pattern| !pattern.is_empty());
    let pattern = pattern
        .ok_or_else(|| invalid(line, "a pattern stands between two slashes, such as /gun(shot)?s?/"))?;
    let pattern = composed(pattern);
    let compiled = RegexBuilder::new(&pattern).case_insensitive(true).size_limit(PATTERN_BYTES).build();
    let compiled = compiled.map_err(|wrong| match wrong {
        regex::Error::CompiledTooBig(_) => invalid(line, "the pattern is too large; use smaller repetitions"),
        other => {
            let why = other.to_string();
            invalid(line, format!("the pattern is wrong: {}", why.lines().last().unwrap_or_default()))
        }
    })?;
    if compiled.is_match("") {
        return Err(invalid(line, format!("/{pattern}/ matches every prompt")));
    }
    Ok(pattern)
}

/// Whether what stands from `start` to `end` of `text` begins and ends where a word may.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let divides = |before: Option<char>, after: Option<char>| match (before, after) {
        (Some(before), Some(after)) => {
            before == ' ' || after == ' ' || !is_mark(after) && (is_unspaced(before) || is_unspaced(after))
        }
        _ => true,
    };
    let (left, found, right) = (&text[..start], &text[start..end], &text[end..]);
    divides(left.chars().next_back(), found.chars().next())
        && divides(found.chars().next_back(), right.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuses(rules: &str, prompt: &str) -> Option<usize> {
        Rules::parse(rules).unwrap().refuses(prompt)
    }

    #[test]
    fn words_match_as_words_however_they_are_written() {
        let rules = "# a comment\n\nbad word\n  Grün \n禁止\nнельзя";
        for prompt in [
            "a BAD   word!",
            "bad-word",
            "bad\u{200b} word",
            "b\u{200d}ad word",
            "ｂａｄ　ｗｏｒｄ",
            "(bad\nword)",
            "b\u{336}ad word",
        ] {
            assert_eq!(refuses(rules, prompt), Some(3), "{prompt}");
        }
        for prompt in ["badword", "a bad sword", "words bad", "embad word", "", "greenish"] {
            assert_eq!(refuses(rules, prompt), None, "{prompt}");
        }
        assert_eq!(refuses(rules, "im GRÜNEN? nein, grün"), Some(4));
        assert_eq!(refuses(rules, "这是禁止的"), Some(5));
        assert_eq!(refuses(rules, "Нельзя."), Some(6));
    }

    #[test]
    fn marks_belong_to_their_words_in_every_script() {
        for (rule, prompt, found) in [
            ("ไม้", "ต้นไม้สวย", true),
            ("ไม้", "ฉันไม่รู้", false),
            ("ไม", "ต้นไม้สวย", false),
            ("हिन्दी", "एक हिन्दी फिल्म", true),
            ("हिन", "एक हिन्दी फिल्म", false),
            ("コーヒー", "コーヒー2杯", true),
            ("コーヒー", "熱いコーヒーcup", true),
            ("bad word", "bad\u{94d} wo\u{20dd}rd", true),
            ("bad word", "bad゛word", true),
            ("/cafe\u{301}s?/", "two CAFÉS", true),
            ("/\\p{L}\\d/", "a1", true),
        ] {
            assert_eq!(refuses(rule, prompt).is_some(), found, "{rule} in {prompt}");
        }
    }

    #[test]
    fn a_repeated_rule_counts_and_is_known_by_its_first_line() {
        let rules = Rules::parse("a\nbad word\nBAD-WORD\na").unwrap();
        assert_eq!((rules.len(), rules.refuses("bad word")), (4, Some(2)));
    }

    #[test]
    fn the_first_line_that_refuses_is_named_patterns_and_words_alike() {
        let rules = "zebra\n/gun(shot)?s?\\b/\ngunshots";
        assert_eq!(refuses(rules, "two GUNSHOTS and a zebra"), Some(1));
        assert_eq!(refuses(rules, "two gunshots"), Some(2));
        assert_eq!(refuses(rules, "the gunner"), None);
        assert_eq!(refuses("/\\$\\d+/", "costs $5"), Some(1), "patterns see punctuation");
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        let wrong = |text: &str| Rules::parse(text).unwrap_err().to_string();
        for (text, told) in [
            ("ok\n/(/", "line 2: the pattern is wrong"),
            ("/open", "line 1: a pattern stands between two slashes"),
            ("//", "line 1: a pattern stands between two slashes"),
            ("/a*/", "line 1: /a*/ matches every prompt"),
            ("/(a{1000}){1000}/", "line 1: the pattern is too large"),
            ("!!!", "line 1: `!!!` has no letter or digit"),
            (&"x".repeat(1_001), "line 1: the rule has 1001 characters; at most 1000"),
            (&"x\n".repeat(10_001), "line 10001: a file has at most"),
            (&"x\n".repeat(600_000), "line 1: the file has"),
        ] {
            assert!(wrong(text).starts_with(told), "{}", wrong(text));
        }
        assert!(Rules::parse("").unwrap().is_empty() && Rules::parse("# nothing\n").unwrap().is_empty());
    }

    #[test]
    fn ten_thousand_words_are_asked_in_one_pass() {
        let many: Vec<String> = (0..10_000).map(|number| format!("word{number}")).collect();
        let rules = Rules::parse(&many.join("\n")).unwrap();
        assert_eq!(rules.len(), 10_000);
        assert_eq!(rules.refuses(&"word99999 ".repeat(1_000)), None);
        assert_eq!(rules.refuses("a word9999 here"), Some(10_000));
    }

    proptest::proptest! {
        #[test]
        fn no_file_and_no_prompt_makes_it_panic(file in "(\\PC{0,20}\n){0,8}", prompt in "\\PC{0,80}") {
            if let Ok(rules) = Rules::parse(&file) {
                rules.refuses(&prompt);
            }
        }

        #[test]
        fn a_word_is_found_between_any_other_words(
            word in "[a-z]{3,9}", before in "[A-Z ,.!]{0,20}", after in "[A-Z ,.!]{0,20}",
        ) {
            let rules = Rules::parse(&word).unwrap();
            let prompt = format!("{before} {} {after}", word.to_uppercase());
            proptest::prop_assert_eq!(rules.refuses(&prompt), Some(1));
        }

        #[test]
        fn a_phrase_is_found_however_its_letters_are_dressed(
            phrase in "[a-z]{2,8} [a-z]{2,8}",
            dress in proptest::collection::vec(0..7_u8, 17),
            gap in "[ \t\u{3000}.,_-]{1,4}",
        ) {
            let dressed = |(letter, dress): (char, &u8)| match (letter, dress) {
                (' ', _) => gap.clone(),
                (_, 0) => letter.to_uppercase().to_string(),
                (_, 1) => format!("{letter}\u{200d}"),
                (_, 2) => format!("\u{200b}{letter}"),
                (_, 3) => format!("{letter}\u{336}"),
                (_, 4) => char::from_u32(letter as u32 + 0xfee0).unwrap().to_string(),
                (_, 5) => char::from_u32(letter as u32 - 'a' as u32 + 0x1d41a).unwrap().to_string(),
                _ => letter.to_string(),
            };
            let prompt: String = phrase.chars().zip(&dress).map(dressed).collect();
            proptest::prop_assert_eq!(Rules::parse(&phrase).unwrap().refuses(&prompt), Some(1), "{}", prompt);
        }
    }
}
