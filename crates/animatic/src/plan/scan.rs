//! From text to tokens to meanings: the longest phrase wins, a negation takes the next meaning away.
//!
//! A Latin word is one token, stemmed; a Chinese character is one token. So phrases of both languages are sequences
//! of tokens and are found the same way.

use super::lexicon::{self, Meaning};
use super::words;
use crate::scene::Age;

/// The phrases of a prompt in order, and the words nobody knew.
pub(super) struct Reading {
    pub(super) found: Vec<Found>,
    pub(super) unknown: Vec<String>,
}

/// One understood phrase.
pub(super) struct Found {
    pub(super) meaning: Meaning,
    /// The phrase as it was said, in lower case.
    pub(super) words: String,
    /// Token index.
    pub(super) at: usize,
    pub(super) negated: bool,
    /// Said in the plural (English).
    pub(super) plural: bool,
    /// The age that the word itself tells, as kitten does.
    pub(super) age: Option<Age>,
}

/// A piece of the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    /// Stem of a Latin word or a single other character; empty for a break between clauses.
    stem: String,
    word: String,
}

/// Words that take the next meaning away.
const NEGATIONS: &[&str] = &["no", "not", "without", "never", "没有", "没", "无", "不", "别"];
const OLD: &[&str] =
    &["grandfather", "grandmother", "grandpa", "grandma", "老人", "老爷爷", "老奶奶", "爷爷", "奶奶"];
const YOUNG: &[&str] = &["kitten", "kitty", "puppy", "foal", "chick", "小猫", "小狗", "猫咪", "小鸟", "幼猫"];

/// Reads a prompt.
pub(super) fn scan(prompt: &str) -> Reading {
    let listed = |words: &[&str]| words.iter().map(|word| tokens(word)).collect::<Vec<_>>();
    let [negations, young, old] = [NEGATIONS, YOUNG, OLD].map(listed);
    let (tokens, phrases) = (tokens(prompt), phrases());
    let (mut found, mut unknown) = (Vec::new(), Vec::<String>::new());
    let (mut at, mut negated_until, mut run) = (0, 0, String::new());
    while at < tokens.len() {
        let here = &tokens[at..];
        let best =
            phrases.iter().filter(|(phrase, _)| starts(here, phrase)).max_by_key(|(phrase, _)| phrase.len());
        if let Some((phrase, meaning)) = best {
            flush(&mut run, &mut unknown);
            let plural =
                phrase.len() == 1 && tokens[at].word.ends_with('s') && tokens[at].word != tokens[at].stem;
            let ages = [(&young, Age::Young), (&old, Age::Old)];
            let age = ages.into_iter().find(|(words, _)| words.contains(phrase)).map(|(_, age)| age);
            let (words, negated) = (joined(&here[..phrase.len()]), at < negated_until);
            found.push(Found { meaning: *meaning, words, at, negated, plural, age });
            at += phrase.len();
        } else if let Some(negation) =
            negations.iter().filter(|word| starts(here, word)).max_by_key(|w| w.len())
        {
            flush(&mut run, &mut unknown);
            at += negation.len();
            negated_until = at + 3;
        } else {
            let Token { stem, word } = &tokens[at];
            if stem.is_empty() {
                negated_until = at;
                flush(&mut run, &mut unknown);
            } else if stem.is_ascii() || word.chars().count() > 1 {
                unknown.push(word.clone());
            } else if words::PARTICLES.contains(&stem.as_str()) {
                flush(&mut run, &mut unknown);
            } else {
                run.push_str(stem);
            }
            at += 1;
        }
    }
    flush(&mut run, &mut unknown);
    Reading { found, unknown }
}

/// Tokens as one would write them: Latin words with spaces between them, Chinese characters without.
fn joined(tokens: &[Token]) -> String {
    let mut text = String::new();
    for Token { word, .. } in tokens {
        if word.is_ascii() && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Ends a run of unknown characters: together they are one unknown word.
fn flush(run: &mut String, unknown: &mut Vec<String>) {
    if !run.is_empty() {
        unknown.push(std::mem::take(run));
    }
}

fn starts(here: &[Token], phrase: &[Token]) -> bool {
    here.len() >= phrase.len() && here.iter().zip(phrase).all(|(a, b)| a.stem == b.stem)
}

fn phrases() -> Vec<(Vec<Token>, Meaning)> {
    let mut all: Vec<(Vec<Token>, Meaning)> = Vec::new();
    lexicon::each(&mut |words, meaning| {
        all.extend(words.iter().map(|word| (tokens(word), meaning)));
    });
    all
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut word = String::new();
    let end = |word: &mut String, tokens: &mut Vec<Token>| {
        if !word.is_empty() {
            let word = std::mem::take(word);
            tokens.push(Token { stem: stem(&word), word });
        }
    };
    for c in text.chars().flat_map(char::to_lowercase) {
        let ideograph = matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
            && c.is_alphanumeric();
        if ideograph {
            end(&mut word, &mut tokens);
            tokens.push(Token { stem: c.to_string(), word: c.to_string() });
        } else if c.is_alphanumeric() {
            word.push(c);
        } else if !(c == '\'' || c == '’') {
            end(&mut word, &mut tokens);
            if ",.;!?\u{ff0c}\u{3002}\u{ff1b}\u{3001}\u{ff01}\u{ff1f}".contains(c) {
                tokens.push(Token { stem: String::new(), word: String::new() });
            }
        }
    }
    end(&mut word, &mut tokens);
    tokens
}

/// A crude English stem, enough to bring inflections together; applied to vocabulary and prompt alike.
fn stem(word: &str) -> String {
    const ODD: &[(&str, &str)] = &[
        ("flew", "fly"),
        ("flown", "fly"),
        ("flies", "fly"),
        ("swam", "swim"),
        ("swum", "swim"),
        ("sat", "sit"),
        ("ran", "run"),
        ("men", "man"),
        ("women", "woman"),
        ("children", "child"),
        ("people", "person"),
        ("wolves", "wolf"),
        ("leaves", "leaf"),
        ("kitties", "kitty"),
        ("puppies", "puppy"),
        ("cities", "city"),
        ("butterflies", "butterfly"),
        ("lying", "lie"),
        ("bus", "bus"),
        ("grass", "grass"),
        ("care", "caring"),
    ];
    if let Some((_, base)) = ODD.iter().find(|(form, _)| *form == word) {
        return (*base).to_owned();
    }
    let long = |base: &&str| base.len() >= 3;
    let base = ["ing", "ed", "es", "s"].iter().find_map(|ending| word.strip_suffix(ending).filter(long));
    let mut base = base.unwrap_or(word);
    // "running" → "runn" → "run"; "dance" → "danc" like "dancing".
    let tail = base.as_bytes();
    if tail.len() > 3 && tail[tail.len() - 1] == tail[tail.len() - 2] && !word.ends_with(base) {
        base = &base[..base.len() - 1];
    }
    base.strip_suffix('e').filter(long).unwrap_or(base).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_share_a_stem() {
        for group in [
            &["dance", "dances", "danced", "dancing"][..],
            &["run", "runs", "running", "ran"],
            &["rain", "rains", "raining", "rained"],
            &["cat", "cats"],
            &["horse", "horses"],
            &["play", "plays", "playing", "played"],
            &["swim", "swims", "swimming", "swam"],
        ] {
            for word in group {
                assert_eq!(stem(word), stem(group[0]), "{word}");
            }
        }
    }

    /// Of two phrases alike the last is found and the first never: a word must not stand in two places.
    #[test]
    fn no_phrase_has_two_meanings() {
        let (mut seen, mut doubled) = (Vec::<(Vec<String>, &str, _)>::new(), Vec::new());
        lexicon::each(&mut |words, meaning| {
            let kind = std::mem::discriminant(&meaning);
            for word in words {
                let stems: Vec<String> = tokens(word).into_iter().map(|token| token.stem).collect();
                let known = seen.iter().find(|(known, _, other)| *known == stems && *other != kind);
                doubled.extend(known.map(|(_, other, _)| format!("{word} and {other}")));
                seen.push((stems, word, kind));
            }
        });
        assert!(doubled.is_empty(), "{doubled:?}");
    }

    #[test]
    fn a_clause_ends_a_negation() {
        let reading = scan("no rain, night");
        let negated: Vec<bool> = reading.found.iter().map(|found| found.negated).collect();
        assert_eq!(negated, [true, false]);
    }
}
