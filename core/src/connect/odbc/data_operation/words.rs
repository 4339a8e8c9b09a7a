//! The words that people wrote into a project: a statement that a script gives consists of nothing else (W14).
//!
//! A value that a script joins to the text of a statement is no bound value any more. It is found out because
//! its words, or what stands in its quotes, are nowhere in the script. That protects from mistakes, not from
//! authors: who wants to can write a script all of whose words a value may have.

use std::collections::HashSet;

/// Quotes of texts and names in SQL.
const QUOTES: [char; 3] = ['\'', '"', '`'];

/// What a script and all that it shares with others is written with.
#[derive(Debug, Clone, Default)]
pub struct Words {
    texts: Vec<String>,
    /// In lower case.
    words: HashSet<String>,
}

impl Words {
    /// The words of these texts, also as they are once a language has understood its escapes.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for text in texts {
            for text in [text.to_owned(), understood(text)] {
                all.words.extend(words(&text).map(str::to_lowercase));
                all.texts.push(text);
            }
        }
        all
    }

    /// True if the word, whatever its case, stands somewhere.
    pub fn contains(&self, word: &str) -> bool {
        self.words.contains(&word.to_lowercase())
    }

    /// True if the text stands somewhere as it is, and neither begins nor ends within a word.
    pub fn contains_text(&self, wanted: &str) -> bool {
        self.texts.iter().any(|text| {
            text.match_indices(wanted).any(|(start, _)| {
                let (before, after) = (text.get(..start), text.get(start + wanted.len()..));
                let before = before.and_then(|before| before.chars().next_back());
                let after = after.and_then(|after| after.chars().next());
                !is_within(before, wanted.chars().next()) && !is_within(wanted.chars().next_back(), after)
            })
        })
    }

    /// Where a statement begins to be something else than these words: a character, counted from 1.
    pub fn first_foreign(&self, statement: &str) -> Option<usize> {
        let mut rest = statement;
        while let Some(next) = rest.chars().next() {
            let (length, is_known) = match next {
                quote if QUOTES.contains(&quote) => self.quoted(rest, quote),
                letter if is_of_word(letter) => {
                    let word = words(rest).next().unwrap_or_default();
                    (word.len(), self.contains(word))
                }
                other => (other.len_utf8(), true),
            };
            if !is_known {
                let before = statement.get(..statement.len() - rest.len()).unwrap_or_default();
                return Some(before.chars().count() + 1);
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        None
    }

    /// How long the text in quotes at the beginning of `rest` is, and whether it is known as a whole; a
    /// placeholder may be put together from its words.
    fn quoted(&self, rest: &str, quote: char) -> (usize, bool) {
        let behind = rest.get(1..).unwrap_or_default();
        let mut end = 0;
        while let Some(found) = behind.get(end..).and_then(|behind| behind.find(quote)) {
            end += found;
            if !behind.get(end + 1..).is_some_and(|behind| behind.starts_with(quote)) {
                let inner = behind.get(..end).unwrap_or_default();
                return (end + 2, self.contains_text(inner) || self.is_known_placeholder(inner));
            }
            end += 2;
        }
        // Not closed, which is refused elsewhere.
        (rest.len(), self.contains_text(behind))
    }

    fn is_known_placeholder(&self, text: &str) -> bool {
        let name = text.strip_prefix('%').and_then(|text| text.strip_suffix('%'));
        name.is_some_and(|name| !name.contains('%') && words(name).all(|word| self.contains(word)))
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_within(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(is_of_word) && after.is_some_and(is_of_word)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter| !is_of_word(letter)).filter(|word| !word.is_empty())
}

/// A text without the escapes that both script languages know.
fn understood(text: &str) -> String {
    let mut understood = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        understood.push_str(before);
        let mut letters = behind.chars();
        match letters.next() {
            Some('n' | 'r' | 't') => understood.push(' '),
            Some(kind @ ('x' | 'u' | 'U')) => letters = code_point(kind, letters.as_str(), &mut understood),
            Some(other) => understood.push(other),
            None => {}
        }
        rest = letters.as_str();
    }
    understood.push_str(rest);
    understood
}

/// Reads the digits behind `\x`, `\u` or `\U`; gives what follows.
fn code_point<'a>(kind: char, text: &'a str, out: &mut String) -> std::str::Chars<'a> {
    let (digits, rest) = match text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        Some(both) => both,
        None => {
            let length = match kind {
                'x' => 2,
                'u' => 4,
                _ => 8,
            };
            text.split_at_checked(length).unwrap_or((text, ""))
        }
    };
    out.extend(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32));
    rest.chars()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = r#"
        let verb = if $Level$ > 1 { "raise" } else { "lower" };
        "CALL " + verb + "_level('%uid%', 'by script', \"Last Name\",\n%%, 7, 'Stra\u00dfe O''Brien')"
    "#;

    #[test]
    fn what_the_author_wrote_is_known() {
        let words = Words::of([SCRIPT, "sales"]);
        for statement in [
            "CALL raise('%uid%', 'by script')",
            "call LOWER(%uid%,%%) -- 7",
            "CALL sales.raise(\"Last Name\", 'Straße O''Brien', '')",
            "CALL lower('%level%', `%Last Name%`)",
        ] {
            assert_eq!(words.first_foreign(statement), None, "{statement}");
        }
        assert!(words.contains("RAISE") && !words.contains("rais"));
        assert!(words.contains_text("%uid%") && !words.contains_text("%ui"));
    }

    #[test]
    fn values_are_foreign() {
        let words = Words::of([SCRIPT]);
        for (statement, character) in [
            ("CALL raise('O''Connor', 7)", 12),
            ("CALL raise('x'); DROP TABLE users; --')", 12),
            ("CALL raise(8)", 12),
            ("CALL raise('7', 77)", 17),
            ("CALL raise('%surname%')", 12),
            ("CALL lower(%uid%) OR uid = uid", 19),
            // Words that are known, but not one after the other.
            ("CALL raise('script by')", 12),
            ("CALL raise('by script, 7", 12),
            ("CALL raisé(7)", 6),
        ] {
            assert_eq!(words.first_foreign(statement), Some(character), "{statement}");
        }
    }
}
