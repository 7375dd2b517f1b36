//! One spelling for what reads the same: full-width and styled letters become plain ones (NFKC), case goes, and with it
//! what cannot be seen (zero-width joiners and the like) and strokes laid over letters. Rules and prompts are folded
//! alike before they are compared.

use icu_normalizer::ComposingNormalizer;
use icu_properties::props::{BinaryProperty, DefaultIgnorableCodePoint, Script};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed};

/// `text`, folded; punctuation stays.
pub(super) fn fold(text: &str) -> String {
    let seen: String = text.chars().filter(|letter| !DefaultIgnorableCodePoint::for_char(*letter)).collect();
    let plain = ComposingNormalizer::new_nfkc();
    let plain = plain.normalize(&seen);
    // Upper case first: that is where ß, ſ and ς meet the letters they stand for.
    let folded: String = plain
        .chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|letter| !is_laid_over(*letter))
        .collect();
    ComposingNormalizer::new_nfkc().normalize(&folded).into_owned()
}

/// The words of folded text, one space between them; everything that is neither letter nor digit divides words.
pub(super) fn words(folded: &str) -> String {
    let mut words = String::with_capacity(folded.len());
    for word in folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Marks that are drawn over the letter before them and are not part of a letter of their own.
const fn is_laid_over(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Whether words of the letter's script are written without spaces between them.
pub(super) fn is_unspaced(letter: char) -> bool {
    const SCRIPTS: CodePointMapDataBorrowed<'static, Script> = CodePointMapData::<Script>::new();
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
    !letter.is_ascii() && UNSPACED.contains(&SCRIPTS.get(letter))
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
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
        assert_eq!(words("  a-b,, c!  d\n"), "a b c d");
        assert!(is_unspaced('猫') && is_unspaced('ネ') && is_unspaced('แ') && !is_unspaced('ж'));
    }
}
