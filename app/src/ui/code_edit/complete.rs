//! What can be meant by what stands before the cursor: names of properties after their sign, or while a word is
//! typed.

use super::{
    Language,
    highlight::{Kind, pieces},
};

/// A name that can be put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The name, as it is shown and as people type it.
    pub name: String,
    /// What is put in, with its signs.
    pub insert: String,
    /// What it is.
    pub detail: String,
}

impl Offer {
    /// A name between two signs; `spelled` is how it is written there.
    #[must_use]
    pub fn between(sign: char, name: &str, spelled: &str, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), insert: format!("{sign}{spelled}{sign}"), detail: detail.into() }
    }

    /// A name that is put in as it is.
    #[must_use]
    pub fn plain(name: &str, insert: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), insert: insert.into(), detail: detail.into() }
    }
}

/// The beginning of a name before the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    /// The sign in front of it, or the one that belongs there.
    pub sign: Option<char>,
    /// Where it begins in the line, sign and all, in bytes.
    pub start: usize,
    /// What is typed of the name.
    pub typed: String,
}

/// Offers of a list are not more than somebody looks through.
const MOST: usize = 40;
/// A word of one letter begins too many names.
const SHORTEST: usize = 2;

/// What can be begun before the cursor, the likeliest first; `line` is the line up to the cursor, which stands at
/// byte `at` of `text`.
pub(super) fn begun(language: Language, text: &str, at: usize, line: &str) -> Vec<Begun> {
    let mut found: Vec<Begun> = language.signs().iter().filter_map(|sign| after_sign(line, *sign)).collect();
    found.sort_by_key(|begun| std::cmp::Reverse(begun.start));
    found.extend(word(language, text, at, line));
    found
}

/// A sign that nothing closes.
fn after_sign(line: &str, sign: char) -> Option<Begun> {
    let is_open = line.matches(sign).count() % 2 == 1;
    let start = line.rfind(sign).filter(|_| is_open)?;
    let typed = line.get(start + sign.len_utf8()..)?;
    let is_name = !typed.contains(['\'', '"', '`', '(', ')', ',', ';']) && !typed.starts_with(' ');
    is_name.then(|| Begun { sign: Some(sign), start, typed: typed.to_owned() })
}

fn word(language: Language, text: &str, at: usize, line: &str) -> Option<Begun> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let start = line.char_indices().rev().take_while(|(_, letter)| is_part(*letter)).last()?.0;
    let typed = line.get(start..)?;
    if typed.chars().count() < SHORTEST || language.is_keyword(typed) {
        return None;
    }
    let sign = match (language, kind_at(language, text, at)) {
        // Free text: every word could begin a name.
        (Language::Template, _) | (_, Kind::Comment | Kind::Number) => return None,
        (Language::Pattern, _) => Some('%'),
        (Language::Expression, Kind::Text) => return None,
        (Language::Expression, _) => None,
        (Language::Rhai | Language::JavaScript, Kind::Text) => Some('%'),
        (Language::Rhai | Language::JavaScript, _) => Some('$'),
    };
    Some(Begun { sign, start, typed: typed.to_owned() })
}

/// What the character before a place is.
fn kind_at(language: Language, text: &str, at: usize) -> Kind {
    let piece = pieces(language, text).into_iter().find(|piece| piece.end >= at);
    piece.map_or(Kind::Plain, |piece| piece.kind)
}

/// Those of the offers that fit what is typed: names that begin so, then names that have it in them.
pub(super) fn fitting(offers: Vec<Offer>, typed: &str) -> Vec<Offer> {
    let typed = typed.to_lowercase();
    let mut ranked: Vec<(bool, Offer)> = offers
        .into_iter()
        .filter_map(|offer| {
            let name = offer.name.to_lowercase();
            name.contains(&typed).then(|| (!name.starts_with(&typed), offer))
        })
        .collect();
    ranked.sort_by_key(|(inside, _)| *inside);
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, offer)| offer).collect()
}

/// True if the sign behind the cursor closes the name that was put in before it.
pub(super) fn closes(rest_of_line: &str, sign: char) -> bool {
    rest_of_line.starts_with(sign) && rest_of_line.matches(sign).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(language: Language, line: &str) -> Option<(Option<char>, usize, String)> {
        let begun = begun(language, line, line.len(), line).into_iter().next()?;
        Some((begun.sign, begun.start, begun.typed))
    }

    #[test]
    fn a_name_begins_behind_its_sign() {
        let found = |language, line| first(language, line);
        assert_eq!(found(Language::Pattern, "exec p('%UI"), Some((Some('%'), 8, "UI".to_owned())));
        assert_eq!(found(Language::Pattern, "exec p(%A%, %"), Some((Some('%'), 12, String::new())));
        assert_eq!(found(Language::JavaScript, "$First Na"), Some((Some('$'), 0, "First Na".to_owned())));
        assert_eq!(found(Language::Pattern, "a = '%x', "), None);
    }

    #[test]
    fn a_word_gets_the_sign_of_its_place() {
        assert_eq!(first(Language::Rhai, "let x = Na"), Some((Some('$'), 8, "Na".to_owned())));
        assert_eq!(first(Language::Rhai, "let x = \"Na"), Some((Some('%'), 9, "Na".to_owned())));
        assert_eq!(first(Language::Expression, "lower(Na"), Some((None, 6, "Na".to_owned())));
        assert_eq!(first(Language::Template, "Mr Na"), None);
        assert_eq!(first(Language::Rhai, "return"), None);
        assert_eq!(first(Language::Rhai, "x"), None);
    }

    #[test]
    fn names_that_begin_so_come_first() {
        let offers = ["LastName", "Name", "Key"].map(|name| Offer::between('%', name, name, ""));
        let names: Vec<String> =
            fitting(offers.to_vec(), "name").into_iter().map(|offer| offer.insert).collect();
        assert_eq!(names, ["%Name%", "%LastName%"]);
    }

    #[test]
    fn a_sign_that_is_there_already_is_not_doubled() {
        assert!(closes("%'", '%'));
        assert!(!closes("%Last%", '%'));
        assert!(!closes("'", '%'));
    }
}
