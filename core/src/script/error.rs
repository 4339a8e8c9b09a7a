//! Why a script cannot be used, or failed on an object.
//!
//! Texts never hold the values that a script worked on: they end in logs. What a script throws itself is
//! its author's text and is shown.

use std::fmt;

use miette::Diagnostic;
use thiserror::Error;

/// A place in the text of a script, as the author wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}", self.line, self.column)
    }
}

/// Why a script cannot be used, or failed on one object (E5).
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ScriptError {
    /// The text is not a script of the project's language.
    #[error("the script of {place} cannot be read{}: {text}", at(*position))]
    #[diagnostic(code("SW-T001"), help("{help}"))]
    Compile {
        /// Which script.
        place: String,
        /// What is wrong.
        text: String,
        /// Where.
        position: Option<Position>,
        /// What to do.
        help: String,
    },
    /// An operation of the script failed on this object.
    #[error("the script of {place} failed{}: {text}", at(*position))]
    #[diagnostic(
        code("SW-T002"),
        help("try the script on this object; a property without value is null in JavaScript, () in Rhai")
    )]
    Failed {
        /// Which script.
        place: String,
        /// What failed.
        text: String,
        /// Where.
        position: Option<Position>,
    },
    /// The script took too long for one object.
    #[error("the script of {place} was stopped after {milliseconds} ms on one object")]
    #[diagnostic(code("SW-T003"), help("look for a loop that does not end on this object"))]
    Time {
        /// Which script.
        place: String,
        /// The limit in milliseconds.
        milliseconds: u128,
    },
    /// The script took too much memory for one object.
    #[error("the script of {place} needs more memory than the {bytes} bytes that one object may take")]
    #[diagnostic(code("SW-T004"), help("look for a text or list that grows without end on this object"))]
    Memory {
        /// Which script.
        place: String,
        /// The limit in bytes.
        bytes: usize,
    },
    /// Functions call each other too deeply.
    #[error("the script of {place} calls functions too deeply{}", at(*position))]
    #[diagnostic(code("SW-T005"), help("look for a function that calls itself without end, or use a loop"))]
    Depth {
        /// Which script.
        place: String,
        /// Where.
        position: Option<Position>,
    },
    /// The result is no value of the type that is wanted.
    #[error("the result of the script of {place}, {found}, is no {wanted}")]
    #[diagnostic(
        code("SW-T006"),
        help("convert the result in the script; dates and times are texts as in ISO 8601")
    )]
    WrongType {
        /// Which script.
        place: String,
        /// What the script gave, without the value itself.
        found: &'static str,
        /// What is wanted.
        wanted: String,
    },
    /// The script engine could not start, or broke down.
    #[error("the script engine broke down in the script of {place}: {text}")]
    #[diagnostic(
        code("SW-T007"),
        help("the object was left as it is; please report this with the text of the script")
    )]
    Engine {
        /// Which script.
        place: String,
        /// What happened.
        text: String,
    },
    /// The script itself refused the object.
    #[error("the script of {place} refused the object{}: {text}", at(*position))]
    #[diagnostic(code("SW-T008"), help("the script says so itself; correct the object, or the script"))]
    Thrown {
        /// Which script.
        place: String,
        /// What the script threw.
        text: String,
        /// Where.
        position: Option<Position>,
    },
    /// A script was called with another number of arguments than it names properties.
    #[error("the script of {place} names {expected} properties and was given {found}")]
    #[diagnostic(code("SW-T009"), help("this is a mistake of the program; please report it"))]
    Arguments {
        /// Which script.
        place: String,
        /// How many properties it names.
        expected: usize,
        /// How many values there were.
        found: usize,
    },
}

impl ScriptError {
    pub(super) fn compile(
        place: &str,
        text: impl Into<String>,
        position: Option<Position>,
        help: impl Into<String>,
    ) -> Self {
        Self::Compile { place: place.to_owned(), text: text.into(), position, help: help.into() }
    }

    /// Where in the script it happened, if that is known.
    #[must_use]
    pub const fn position(&self) -> Option<Position> {
        match self {
            Self::Compile { position, .. }
            | Self::Failed { position, .. }
            | Self::Depth { position, .. }
            | Self::Thrown { position, .. } => *position,
            Self::Time { .. }
            | Self::Memory { .. }
            | Self::WrongType { .. }
            | Self::Engine { .. }
            | Self::Arguments { .. } => None,
        }
    }
}

fn at(position: Option<Position>) -> String {
    position.map_or_else(String::new, |position| format!(" at {position}"))
}
