//! Letters without accents, for login names and comparisons (S9).

use std::sync::LazyLock;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

static DECOMPOSE: LazyLock<DecomposingNormalizerBorrowed<'static>> =
    LazyLock::new(DecomposingNormalizerBorrowed::new_nfd);
static COMPOSE: LazyLock<ComposingNormalizerBorrowed<'static>> =
    LazyLock::new(ComposingNormalizerBorrowed::new_nfc);

/// The text without accents: `Łódź` → `Lodz`, `Straße` → `Strasse`.
///
/// Marks go from Latin, Greek and Cyrillic letters. Other scripts keep theirs, which make other letters there
/// and not the same ones with an accent.
pub(super) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let bare: String = DECOMPOSE.normalize(text).chars().filter(|letter| !is_accent(*letter)).collect();
    let mut plain = String::with_capacity(bare.len());
    for letter in COMPOSE.normalize(&bare).chars() {
        match undecomposed(letter) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    plain
}

/// The blocks of combining diacritical marks.
const fn is_accent(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters that Unicode does not take for a plain one with an accent, though people do.
const fn undecomposed(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ħ' => "h",
        'Ħ' => "H",
        'ı' => "i",
        'ŀ' => "l",
        'Ŀ' => "L",
        'ŋ' => "n",
        'Ŋ' => "N",
        'ŧ' => "t",
        'Ŧ' => "T",
        'ĸ' => "k",
        'ĳ' => "ij",
        'Ĳ' => "IJ",
        'ŉ' => "'n",
        'ſ' => "s",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_go_and_other_scripts_stay() {
        let cases = [
            ("Zażółć gęślą jaźń", "Zazolc gesla jazn"),
            ("Ångström Øre Ærø", "Angstrom Ore AEro"),
            ("Straße Þór Đỗ ıŒ", "Strasse Thor Do iOE"),
            ("Nguye\u{302}\u{303}n", "Nguyen"),
            ("Άρης Ёлка", "Αρης Елка"),
            ("ガード 한글 हिन्दी עִבְרִית", "ガード 한글 हिन्दी עִבְרִית"),
            ("plain", "plain"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected);
        }
    }
}
