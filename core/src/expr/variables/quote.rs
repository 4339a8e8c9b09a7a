//! How the value of a variable is written where it stands: inside or outside of quotes.
//!
//! Follows the text up to each variable the way the parser of that text does. Where parsers disagree
//! (comments, backslashes, quotes with a prefix) a variable is refused instead of guessed about.

use super::Quoting;
use crate::expr::{ExprError, icf, position::position_of};

/// Why a value cannot stand where its variable does.
#[derive(Debug)]
pub(super) struct Fault {
    text: &'static str,
    help: &'static str,
}

impl Fault {
    pub(super) fn into_error(self, text: &str, at: usize, name: &str) -> ExprError {
        ExprError {
            text: format!("in “{text}”: the variable ${name}$ {}", self.text),
            position: Some(position_of(text, at)),
            help: Some(self.help.to_owned()),
        }
    }
}

const COMMENT: Fault = Fault {
    text: "stands in a text with comments",
    help: "remove the comments: where they end is not the same everywhere",
};
const PREFIX: Fault = Fault {
    text: "stands in quotes with a prefix",
    help: "use plain single quotes; what a backslash means in the others depends",
};
const GLUED: Fault = Fault {
    text: "stands directly beside other text",
    help: "put blanks around it, or put it into quotes together with the text",
};
const UNSAFE: Fault = Fault {
    text: "has a value that not every database would read as one value",
    help: "in statements values may hold no backslash, dollar sign or control character",
};
const BRACKETS: Fault = Fault {
    text: "stands in square brackets and its value is no plain name or number",
    help: "between square brackets only letters, digits and _ are written",
};
const BACKSLASH: Fault = Fault {
    text: "stands in a text with a backslash in front of a quote",
    help: "double the quote instead; databases disagree about the backslash",
};

/// Which language the text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Plain,
    Sql,
    Icf,
    Statement,
}

/// Where in the text we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Quotes { quote: char, has_prefix: bool },
    Brackets,
}

impl Inside {
    fn begins_with(self, letter: char) -> bool {
        matches!(self, Self::Quotes { quote, .. } if quote == letter)
    }
}

/// The reader's state while it walks through a text.
pub(super) struct Context {
    language: Language,
    inside: Inside,
    /// Quotes that the last character closed: the same quote again only continues them.
    closed: Option<Inside>,
    /// The character before the current one; `None` at the beginning.
    last: Option<char>,
    /// A variable came directly before.
    after_value: bool,
    /// In ICF: the character before was a backslash that escapes the next one.
    escaped: bool,
    has_comment: bool,
    has_backslash_quote: bool,
}

impl Context {
    pub(super) fn new(text: &str, how: Quoting) -> Self {
        let language = match how {
            Quoting::Text => Language::Plain,
            Quoting::Condition if icf::is_icf(text) => Language::Icf,
            Quoting::Condition => Language::Sql,
            Quoting::Statement => Language::Statement,
        };
        let has_backslash_quote = ["\\'", "\\\"", "\\`"].iter().any(|pair| text.contains(pair));
        Self {
            language,
            inside: Inside::Nothing,
            closed: None,
            last: None,
            after_value: false,
            escaped: false,
            has_comment: has_comment(text, language),
            has_backslash_quote: language == Language::Statement && has_backslash_quote,
        }
    }

    /// Goes over a character of the text.
    pub(super) fn pass(&mut self, letter: char) {
        if self.language != Language::Plain {
            let before = self.inside;
            self.inside = self.next_inside(letter);
            self.closed = (before != Inside::Nothing && self.inside == Inside::Nothing).then_some(before);
        }
        self.escaped = self.language == Language::Icf && letter == '\\' && !self.escaped;
        self.last = Some(letter);
        self.after_value = false;
    }

    /// Goes over a variable.
    pub(super) fn pass_value(&mut self) {
        self.closed = None;
        self.last = None;
        self.after_value = true;
        self.escaped = false;
    }

    fn next_inside(&self, letter: char) -> Inside {
        match self.inside {
            Inside::Quotes { quote, .. } if letter == quote && !self.escaped => Inside::Nothing,
            Inside::Brackets if letter == ']' => Inside::Nothing,
            Inside::Nothing => match letter {
                _ if self.closed.is_some_and(|closed| closed.begins_with(letter)) => {
                    self.closed.unwrap_or(Inside::Nothing)
                }
                '\'' | '"' => Inside::Quotes { quote: letter, has_prefix: self.last.is_some_and(is_word) },
                '`' if self.language != Language::Icf => Inside::Quotes { quote: letter, has_prefix: false },
                '[' if self.language == Language::Statement => Inside::Brackets,
                _ => Inside::Nothing,
            },
            same => same,
        }
    }

    /// A value as it is written here; `after` is the character behind the variable.
    pub(super) fn written(&self, value: &str, after: Option<char>) -> Result<String, Fault> {
        match self.language {
            Language::Plain => return Ok(value.to_owned()),
            Language::Icf => return self.in_icf(value, after),
            Language::Sql | Language::Statement => {}
        }
        if self.has_comment {
            return Err(COMMENT);
        }
        if self.has_backslash_quote {
            return Err(BACKSLASH);
        }
        let is_statement = self.language == Language::Statement;
        let is_unsafe = value
            .chars()
            .any(|letter| letter == '\0' || is_statement && (letter.is_control() || "\\$".contains(letter)));
        if is_unsafe {
            return Err(UNSAFE);
        }
        match self.inside {
            Inside::Quotes { has_prefix: true, .. } => Err(PREFIX),
            Inside::Quotes { quote, .. } => Ok(doubled(value, quote)),
            Inside::Brackets if is_plain_word(value) || is_number(value) => Ok(value.to_owned()),
            Inside::Brackets => Err(BRACKETS),
            Inside::Nothing => {
                self.alone(after)?;
                Ok(if is_statement && is_plain_word(value) { value.to_owned() } else { literal(value) })
            }
        }
    }

    fn in_icf(&self, value: &str, after: Option<char>) -> Result<String, Fault> {
        if self.escaped {
            return Err(GLUED);
        }
        if let Inside::Quotes { .. } = self.inside {
            return Ok(escaped(value));
        }
        self.alone(after)?;
        let is_plain = is_number(value) || matches!(value, "true" | "false");
        Ok(if is_plain { value.to_owned() } else { format!("'{}'", escaped(value)) })
    }

    /// A value outside of quotes must not run together with what stands beside it.
    fn alone(&self, after: Option<char>) -> Result<(), Fault> {
        let touches = |letter: char| is_word(letter) || "'\"`.$@#[]{}\\:".contains(letter);
        // Square brackets around values are lists in ICF.
        let touches =
            |letter: char| touches(letter) && !(self.language == Language::Icf && "[]".contains(letter));
        if self.after_value || self.last.is_some_and(touches) || after.is_some_and(touches) {
            return Err(GLUED);
        }
        Ok(())
    }
}

/// True if there is a comment outside of quotes, or something that could be taken for one.
fn has_comment(text: &str, language: Language) -> bool {
    let marks: &[&str] = match language {
        Language::Plain | Language::Icf => &[],
        Language::Sql => &["--", "/*"],
        Language::Statement => &["--", "/*", "#"],
    };
    marks.iter().any(|mark| text.contains(mark))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '&'
}

fn is_plain_word(value: &str) -> bool {
    value.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && value.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Digits with an optional fraction and minus sign.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()))
}

/// A value as a literal of SQL. Brackets keep the sign of a negative number from meeting another one.
fn literal(value: &str) -> String {
    if is_number(value) {
        return if value.starts_with('-') { format!("({value})") } else { value.to_owned() };
    }
    if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") {
        return value.to_uppercase();
    }
    format!("'{}'", doubled(value, '\''))
}

fn doubled(value: &str, quote: char) -> String {
    let mut twice = String::new();
    twice.extend([quote, quote]);
    value.replace(quote, &twice)
}

/// A value inside the quotes of an ICF filter.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        if matches!(letter, '\\' | '\'' | '"') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
