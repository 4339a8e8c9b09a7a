//! Reads a script just far enough to know code from texts and comments, and replaces `$…$` in code.

use super::{
    names::{Edit, Prepared, ScriptName},
    outline::{Item, Outline},
};
use crate::{
    project::{ScriptLanguage, Side},
    script::{ScriptError, error::Position},
};

/// The object that scripts read session variables from.
const VARIABLES: &str = "Variables";

/// What a `${` leaves on the stack of open brackets.
const INTERPOLATION: char = '$';

/// Operators that assign to what stands before them, longest first.
const ASSIGNMENTS: [&str; 18] = [
    ">>>=", "**=", "<<=", ">>=", "&&=", "||=", "??=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "++",
    "--", "=",
];

/// Words of JavaScript that have no place where a result is wanted at once.
const ASYNCHRONOUS: [&str; 3] = ["async", "await", "import"];

/// Replaces the names of properties in a script.
///
/// # Errors
///
/// A text, comment, bracket or name that is not closed, with its place.
pub fn prepare(place: &str, language: ScriptLanguage, text: &str) -> Result<Prepared, ScriptError> {
    let mut prefix = "sw_".to_owned();
    while text.contains(&prefix) {
        prefix.push('_');
    }
    let mut scan = Scan {
        place,
        language,
        rest: text,
        line: 1,
        column: 1,
        out_column: 1,
        brackets: Vec::new(),
        previous: Previous::Nothing,
        prepared: Prepared {
            place: place.to_owned(),
            code: String::with_capacity(text.len()),
            names: Vec::new(),
            assigned: Vec::new(),
            read: Vec::new(),
            outline: Outline::default(),
            gives_result: false,
            prefix,
            edits: Vec::new(),
        },
    };
    scan.run()?;
    Ok(scan.prepared)
}

/// What stood last in the code: decides whether `/` divides or begins a regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Previous {
    Nothing,
    /// A value, or the end of one.
    Value,
    /// An operator, an opening bracket, or a word such as `return`.
    Operator,
    /// The dot of a property access.
    Dot,
    /// `++` or `--`.
    Step,
}

struct Scan<'a> {
    place: &'a str,
    language: ScriptLanguage,
    rest: &'a str,
    line: usize,
    column: usize,
    out_column: usize,
    brackets: Vec<(char, Position)>,
    previous: Previous,
    prepared: Prepared,
}

impl Scan<'_> {
    fn run(&mut self) -> Result<(), ScriptError> {
        while let Some(next) = self.rest.chars().next() {
            self.token(next)?;
        }
        match self.brackets.pop() {
            Some((bracket, position)) => Err(self.error(
                position,
                &format!("“{bracket}” is not closed"),
                "write the closing bracket, or remove the opening one",
            )),
            None => Ok(()),
        }
    }

    fn token(&mut self, next: char) -> Result<(), ScriptError> {
        let rhai = self.language == ScriptLanguage::Rhai;
        match next {
            _ if self.rest.starts_with("//") => {
                self.copy(self.rest.find('\n').unwrap_or(self.rest.len()));
            }
            _ if self.rest.starts_with("/*") => self.comment()?,
            '/' if !rhai && self.previous != Previous::Value => self.regular_expression()?,
            '"' | '\'' => self.text(next)?,
            '`' => self.template(1)?,
            '#' if rhai && self.rest.trim_start_matches('#').starts_with('"') => self.raw_text()?,
            '$' => self.dollar()?,
            '(' | '[' | '{' => self.open(next),
            ')' | ']' | '}' => self.close(next)?,
            _ if next.is_alphabetic() || next == '_' => self.word()?,
            _ if next.is_numeric() => {
                self.outline(|| Item::Sign('0'));
                self.copy(self.length_of(|letter| letter.is_alphanumeric() || letter == '_'));
                self.previous = Previous::Value;
            }
            _ if next.is_whitespace() => self.copy(next.len_utf8()),
            _ if self.rest.starts_with("++") || self.rest.starts_with("--") => {
                self.outline(|| Item::Sign(next));
                self.copy(2);
                // Behind a value it belongs to that, and the value stays one.
                if self.previous != Previous::Value {
                    self.previous = Previous::Step;
                }
            }
            _ => {
                self.outline(|| Item::Sign(next));
                self.copy(next.len_utf8());
                self.previous = if next == '.' { Previous::Dot } else { Previous::Operator };
            }
        }
        Ok(())
    }

    /// Comments of Rhai may hold others.
    fn comment(&mut self) -> Result<(), ScriptError> {
        let start = self.position();
        let mut depth = 0;
        let mut at = 0;
        let bytes = self.rest.as_bytes();
        while at < bytes.len() {
            match bytes.get(at..at + 2) {
                Some(b"/*") if depth == 0 || self.language == ScriptLanguage::Rhai => {
                    (depth, at) = (depth + 1, at + 2);
                }
                Some(b"*/") => (depth, at) = (depth - 1, at + 2),
                _ => at += 1,
            }
            if depth == 0 {
                self.copy(at);
                return Ok(());
            }
        }
        Err(self.error(start, "a comment is not closed", "write */ where it ends"))
    }

    fn text(&mut self, quote: char) -> Result<(), ScriptError> {
        let start = self.position();
        self.outline(|| Item::Sign(quote));
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => drop(letters.next()),
                '\n' => break,
                _ if letter == quote => {
                    self.copy(at + 1);
                    self.previous = Previous::Value;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.error(start, "a text is not closed", format!("write {quote} where it ends")))
    }

    /// `#"…"#` of Rhai, with any number of `#`.
    fn raw_text(&mut self) -> Result<(), ScriptError> {
        let start = self.position();
        self.outline(|| Item::Sign('"'));
        let signs = self.length_of(|letter| letter == '#');
        let end = format!("\"{}", "#".repeat(signs));
        match self.rest[signs + 1..].find(&end) {
            Some(at) => {
                self.copy(signs + 1 + at + end.len());
                self.previous = Previous::Value;
                Ok(())
            }
            None => Err(self.error(start, "a text is not closed", format!("write {end} where it ends"))),
        }
    }

    /// The rest of a template, up to its end or to the next piece of code; `skip` bytes are its opening.
    fn template(&mut self, skip: usize) -> Result<(), ScriptError> {
        let start = self.position();
        self.outline(|| Item::Sign('`'));
        let escapes = self.language == ScriptLanguage::JavaScript;
        let mut letters = self.rest.char_indices().skip(skip).peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' if escapes => drop(letters.next()),
                '`' if !escapes && letters.next_if(|(_, next)| *next == '`').is_some() => {}
                '`' => {
                    self.copy(at + 1);
                    self.previous = Previous::Value;
                    return Ok(());
                }
                '$' if letters.next_if(|(_, next)| *next == '{').is_some() => {
                    self.copy(at + 2);
                    self.brackets.push((INTERPOLATION, start));
                    self.previous = Previous::Operator;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.error(start, "a text is not closed", "write ` where it ends"))
    }

    fn regular_expression(&mut self) -> Result<(), ScriptError> {
        let start = self.position();
        self.outline(|| Item::Sign('/'));
        let mut in_class = false;
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => drop(letters.next()),
                '\n' => break,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => {
                    self.copy(at + 1);
                    self.copy(self.length_of(char::is_alphanumeric));
                    self.previous = Previous::Value;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(self.error(start, "a regular expression is not closed", "write / where it ends"))
    }

    fn word(&mut self) -> Result<(), ScriptError> {
        let length = self.length_of(|letter| letter.is_alphanumeric() || letter == '_');
        let word = &self.rest[..length];
        self.outline(|| Item::Word(word.to_owned()));
        self.prepared.gives_result |= matches!(word, "return" | "throw");
        let after_dot = self.previous == Previous::Dot;
        match self.language {
            ScriptLanguage::JavaScript if !after_dot && ASYNCHRONOUS.contains(&word) => {
                return Err(self.error(
                    self.position(),
                    &format!("“{word}” is not there in scripts"),
                    "a script gives its result at once and has no modules; remove the word",
                ));
            }
            // In functions of Rhai nothing but the functions outside is visible, so the object is one.
            ScriptLanguage::Rhai if !after_dot && word == VARIABLES => self.replace(length, "Variables()"),
            ScriptLanguage::Rhai | ScriptLanguage::JavaScript => self.copy(length),
        }
        let expects_value =
            ["return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "new", "throw"];
        self.previous =
            if !after_dot && expects_value.contains(&word) { Previous::Operator } else { Previous::Value };
        Ok(())
    }

    fn open(&mut self, bracket: char) {
        self.brackets.push((bracket, self.position()));
        self.copy(1);
        self.previous = Previous::Operator;
    }

    fn close(&mut self, bracket: char) -> Result<(), ScriptError> {
        let (open, position) = match self.brackets.pop() {
            Some((INTERPOLATION, _)) if bracket == '}' => return self.template(1),
            Some(open) => open,
            None => (' ', self.position()),
        };
        if !matches!((open, bracket), ('(', ')') | ('[', ']') | ('{', '}')) {
            return Err(self.error(
                self.position(),
                &format!("“{bracket}” closes nothing"),
                "remove it, or write the opening bracket",
            ));
        }
        if self.brackets.is_empty() {
            self.prepared.outline.push(Item::Group(open), position);
        }
        self.copy(1);
        // After the braces of a block a regular expression may begin; one after a value is rare.
        self.previous = if bracket == '}' { Previous::Operator } else { Previous::Value };
        Ok(())
    }

    fn dollar(&mut self) -> Result<(), ScriptError> {
        let start = self.position();
        self.outline(|| Item::Sign('$'));
        if self.rest.starts_with("$$") {
            self.replace(2, "$");
            return Ok(());
        }
        let line = self.rest[1..].lines().next().unwrap_or_default();
        let Some(end) = line.find('$') else {
            return Err(self.error(
                start,
                "the name of a property is not closed",
                "write $Property$, $Left::Property$ or $Right::Property$; a dollar sign is written $$",
            ));
        };
        let name = self.name(&line[..end], start)?;
        let index = self.prepared.names.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.prepared.names.push(name);
            self.prepared.names.len() - 1
        });
        let slot = self.prepared.slot(index);
        let after_step = self.previous == Previous::Step;
        self.replace(end + 2, &slot);
        self.previous = Previous::Value;
        if (after_step || self.is_assigned()) && !self.prepared.assigned.contains(&index) {
            self.prepared.assigned.push(index);
        }
        if !self.is_replaced() && !self.prepared.read.contains(&index) {
            self.prepared.read.push(index);
        }
        Ok(())
    }

    fn name(&self, text: &str, position: Position) -> Result<ScriptName, ScriptError> {
        let (side, property) = match text.split_once("::") {
            None => (None, text),
            Some(("Left", property)) => (Some(Side::Left), property),
            Some(("Right", property)) => (Some(Side::Right), property),
            Some((side, _)) => {
                return Err(self.error(
                    position,
                    &format!("there is no side “{side}”"),
                    "write $Left::Property$ or $Right::Property$",
                ));
            }
        };
        if property.trim().is_empty() {
            return Err(self.error(position, "the name of a property is missing", "write $Left::Property$"));
        }
        Ok(ScriptName { side, property: property.to_owned() })
    }

    /// Whether what follows assigns to what was just read.
    fn is_assigned(&self) -> bool {
        let rest = self.rest.trim_start();
        let compares = rest.starts_with("==") || rest.starts_with("=>");
        !compares && ASSIGNMENTS.iter().any(|operator| rest.starts_with(operator))
    }

    /// Whether what follows replaces what was just named, so that its value does not count.
    fn is_replaced(&self) -> bool {
        let rest = self.rest.trim_start();
        rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>")
    }

    fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }

    fn error(&self, position: Position, text: &str, help: impl Into<String>) -> ScriptError {
        ScriptError::compile(self.place, text, Some(position), help)
    }

    fn outline(&mut self, item: impl FnOnce() -> Item) {
        if self.brackets.is_empty() {
            let position = self.position();
            self.prepared.outline.push(item(), position);
        }
    }

    fn length_of(&self, is_part: impl Fn(char) -> bool) -> usize {
        self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len())
    }

    /// Copies the next `length` bytes as they are.
    fn copy(&mut self, length: usize) {
        let (piece, rest) = self.rest.split_at(length);
        for letter in piece.chars() {
            if letter == '\n' {
                (self.line, self.column, self.out_column) = (self.line + 1, 1, 1);
            } else {
                (self.column, self.out_column) = (self.column + 1, self.out_column + 1);
            }
        }
        self.prepared.code.push_str(piece);
        self.rest = rest;
    }

    /// Puts `text` in place of the next `length` bytes; both are without line ends.
    fn replace(&mut self, length: usize, text: &str) {
        let (piece, rest) = self.rest.split_at(length);
        let (source_length, length) = (piece.chars().count(), text.chars().count());
        self.prepared.edits.push(Edit {
            line: self.line,
            column: self.out_column,
            length,
            source_column: self.column,
            source_length,
        });
        self.column += source_length;
        self.out_column += length;
        self.prepared.code.push_str(text);
        self.rest = rest;
    }
}
