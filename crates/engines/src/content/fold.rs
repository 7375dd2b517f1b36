//! One spelling for what reads the same: full-width and styled letters become plain ones (NFKC), case goes, and with it
//! what cannot be seen (zero-width joiners and the like) and marks laid over letters they do not belong to. Marks that
//! spell, such as a Thai tone or a Hindi vowel, stay and are part of their word. Rules and prompts are folded alike
//! before they are compared.

use icu_normalizer::ComposingNormalizer;
use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, EnumeratedProperty, GeneralCategory, GeneralCategoryGroup,
    Script,
};
use icu_properties::script::ScriptWithExtensions;

/// `text`, folded; punctuation stays.
pub(super) fn fold(text: &str) -> String {
    let seen: String = text.chars().filter(|letter| !DefaultIgnorableCodePoint::for_char(*letter)).collect();
    let plain = ComposingNormalizer::new_nfkc();
    let plain = plain.normalize(&seen);
    // Upper case first: that is where ß, ſ and ς meet the letters they stand for.
    let small = plain.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let mut under = None;
    let folded: String = small
        .filter(|letter| {
            if is_mark(*letter) {
                return under.is_some_and(|under| spells(*letter, under));
            }
            under = Some(*letter);
            true
        })
        .collect();
    ComposingNormalizer::new_nfkc().normalize(&folded).into_owned()
}

/// `pattern` with its accents composed as those of folded text are. Nothing else of it may be folded: it is syntax.
pub(super) fn composed(pattern: &str) -> String {
    ComposingNormalizer::new_nfc().normalize(pattern).into_owned()
}

/// The words of folded text, one space between them; everything that is no letter, digit or mark divides words.
pub(super) fn words(folded: &str) -> String {
    let mut words = String::with_capacity(folded.len());
    let divides = |letter: char| !letter.is_alphanumeric() && !is_mark(letter);
    for word in folded.split(divides).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Whether `letter` stands on the letter before it and is none by itself.
pub(super) fn is_mark(letter: char) -> bool {
    !letter.is_ascii() && GeneralCategoryGroup::Mark.contains(GeneralCategory::for_char(letter))
}

/// Whether `mark` is of the script of the letter `under` it. The accents of Latin, Greek and Cyrillic that do not
/// compose with their letter never are: they are how letters are struck out.
fn spells(mark: char, under: char) -> bool {
    let scripts = ScriptWithExtensions::new();
    !matches!(mark, '\u{300}'..='\u{36f}') && scripts.has_script(mark, scripts.get_script_val(under))
}

/// Whether words of the letter's script are written without spaces between them.
pub(super) fn is_unspaced(letter: char) -> bool {
    const UNSPACED: [Script; 8] = [
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Hangul,
        Script::Thai,
        Script::Lao,
        Script::Khmer,
        Script::Myanmar,
    ];
    // With its extensions, for what several scripts share, such as the long vowel ー.
    let scripts = ScriptWithExtensions::new();
    !letter.is_ascii() && UNSPACED.iter().any(|script| scripts.has_script(letter, *script))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_same_is_folded_to_the_same() {
        for (text, folded) in [
            ("Straße", "strasse"),
            ("ＦＵＬＬ　width", "full width"),
            ("z\u{200d}e\u{200b}ro\u{ad}", "zero"),
            ("s\u{336}t\u{336}r\u{336}uck", "struck"),
            ("Café", "café"),
            ("cafe\u{301}", "café"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("e\u{20dd}n\u{94d}d\u{e48}", "end"),
            ("\u{e49}a \u{301}b", "a b"),
            ("हिन्दी", "हिन्दी"),
            ("ไม้", "ไม้"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
        assert_eq!(words("  a-b,, c!  d\n"), "a b c d");
        assert_eq!(words("हिन्दी, ต้นไม้"), "हिन्दी ต้นไม้", "marks divide no word");
        for letter in "猫ネー々แ".chars() {
            assert!(is_unspaced(letter), "{letter}");
        }
        assert!(!is_unspaced('ж') && !is_unspaced('न') && !is_unspaced('٣'));
    }
}
