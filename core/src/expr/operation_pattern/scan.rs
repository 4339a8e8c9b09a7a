//! From the text of a pattern to pieces: SQL as it is, and placeholders.
//!
//! Quotes matter, because what stands in them is no parameter. The scanner follows the SQL standard; where
//! database systems disagree about where a text ends (backslashes, comments) it refuses instead of guessing.

use super::Fault;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// SQL, to be passed on as it is.
    Sql(String),
    /// What stands between two percent signs.
    Placeholder(String),
}

const ONE_STATEMENT: &str =
    "write one statement; put several into a procedure of the database and call that one";
const QUOTES: &str = "close every quote; inside quotes, double a quote to mean the character";
const PERCENT: &str = "placeholders look like %Column%; write %% for a percent sign";
const ALONE: &str =
    "let the placeholder stand alone ('%Column%'), and join texts with || or concat() around it";
const COMMENT: &str = "remove the comment";
const QUESTION: &str = "question marks stand for bound values; use a placeholder, or put it into quotes";
const BACKSLASH: &str =
    "database systems disagree about a backslash in front of a quote; double the quote instead";

/// Splits a pattern into its pieces.
pub(super) fn scan(pattern: &str) -> Result<Vec<Piece>, Fault> {
    let mut scanner = Scanner { rest: pattern, sql: String::new(), pieces: Vec::new() };
    scanner.statement()?;
    scanner.flush();
    Ok(scanner.pieces)
}

struct Scanner<'a> {
    rest: &'a str,
    sql: String,
    pieces: Vec<Piece>,
}

impl<'a> Scanner<'a> {
    fn statement(&mut self) -> Result<(), Fault> {
        while let Some(next) = self.rest.chars().next() {
            match next {
                '\'' | '"' | '`' => self.quoted(next)?,
                '%' => self.percent()?,
                ';' => return self.end(),
                '?' => return Err(fault("there is a question mark outside of quotes", QUESTION)),
                '\0' => return Err(fault("it contains the character 0", "remove it")),
                _ if self.rest.starts_with("--") || self.rest.starts_with("/*") => {
                    return Err(fault("it contains a comment", COMMENT));
                }
                _ => self.take(next),
            }
        }
        Ok(())
    }

    /// A semicolon may end the statement; nothing may follow.
    fn end(&mut self) -> Result<(), Fault> {
        if self.rest.chars().all(|character| character == ';' || character.is_whitespace()) {
            self.rest = "";
            return Ok(());
        }
        Err(fault("there is more than one statement", ONE_STATEMENT))
    }

    /// Takes over the next character.
    fn take(&mut self, next: char) {
        self.sql.push(next);
        self.skip(next.len_utf8());
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn flush(&mut self) {
        if !self.sql.is_empty() {
            self.pieces.push(Piece::Sql(std::mem::take(&mut self.sql)));
        }
    }

    fn placeholder(&mut self, name: &str) {
        self.flush();
        self.pieces.push(Piece::Placeholder(name.to_owned()));
    }

    /// A percent sign outside of quotes.
    fn percent(&mut self) -> Result<(), Fault> {
        if self.rest.starts_with("%%") {
            self.sql.push('%');
            self.skip(2);
            return Ok(());
        }
        let Some(name) = between_percents(self.rest) else {
            return Err(fault("a placeholder is not closed", PERCENT));
        };
        self.placeholder(name);
        self.skip(name.len() + 2);
        Ok(())
    }

    /// A text or name in quotes, or a placeholder in quotes that are its own.
    fn quoted(&mut self, quote: char) -> Result<(), Fault> {
        if let Some(name) = self.quoted_placeholder(quote) {
            self.drop_prefix();
            self.placeholder(name);
            self.skip(name.len() + 4);
            return Ok(());
        }
        self.take(quote);
        while let Some(next) = self.rest.chars().next() {
            match next {
                _ if next == quote => {
                    self.take(quote);
                    if !self.rest.starts_with(quote) {
                        return Ok(());
                    }
                    self.take(quote);
                }
                '%' if self.rest.starts_with("%%") => {
                    self.sql.push('%');
                    self.skip(2);
                }
                '%' => return Err(self.inner_percent()),
                '\\' if self.rest.get(1..).is_some_and(|rest| rest.starts_with(quote)) => {
                    return Err(fault("there is a backslash in front of a quote", BACKSLASH));
                }
                '\0' => return Err(fault("it contains the character 0", "remove it")),
                _ => self.take(next),
            }
        }
        Err(fault("a quote is not closed", QUOTES))
    }

    /// The name in `'%name%'`, if that is all that stands in the quotes.
    fn quoted_placeholder(&self, quote: char) -> Option<&'a str> {
        // Backticks are quotes of names, which cannot be bound.
        if quote == '`' {
            return None;
        }
        let inner = self.rest.strip_prefix(quote)?;
        let name = between_percents(inner)?;
        let after = inner.get(name.len() + 2..)?.strip_prefix(quote)?;
        (!name.is_empty() && !after.starts_with(quote)).then_some(name)
    }

    /// `N'%UId%'` and `E'%UId%'` are texts like any other once they are bound: takes the letter away.
    fn drop_prefix(&mut self) {
        let mut before = self.sql.chars().rev();
        let is_prefix = before.next().is_some_and(|letter| matches!(letter, 'N' | 'n' | 'E' | 'e'));
        let is_alone = before.next().is_none_or(|other| !(other.is_alphanumeric() || "_$@#".contains(other)));
        if is_prefix && is_alone {
            self.sql.pop();
        }
    }

    /// What is wrong with a percent sign inside quotes.
    fn inner_percent(&self) -> Fault {
        match between_percents(self.rest) {
            Some(name) => Fault {
                text: format!("the placeholder %{name}% stands in quotes together with other text"),
                advice: ALONE,
            },
            None => fault("a percent sign in quotes begins no placeholder", PERCENT),
        }
    }
}

/// What stands between the percent sign at the beginning of `text` and the next one.
fn between_percents(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('%')?;
    inner.get(..inner.find('%')?)
}

fn fault(text: &str, advice: &'static str) -> Fault {
    Fault { text: text.to_owned(), advice }
}
