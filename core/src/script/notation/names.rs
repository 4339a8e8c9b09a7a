//! The text that an engine sees, and the way back to the text that the author wrote.

use super::outline::Outline;
use crate::{
    project::Side,
    script::{ScriptError, error::Position},
};

/// A property that a script names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScriptName {
    /// Side, if the script says one: `$Left::Name$`, `$Right::Name$`.
    pub side: Option<Side>,
    /// Name of the property.
    pub property: String,
}

impl ScriptName {
    /// The name as it stands in a script.
    #[must_use]
    pub fn notation(&self) -> String {
        let property = &self.property;
        match self.side {
            Some(Side::Left) => format!("$Left::{property}$"),
            Some(Side::Right) => format!("$Right::{property}$"),
            None => format!("${property}$"),
        }
    }
}

/// A piece of a line that was replaced; columns count characters from 1.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) length: usize,
    pub(super) source_column: usize,
    pub(super) source_length: usize,
}

/// A script whose names are replaced.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Which script, for messages.
    pub(in crate::script) place: String,
    /// The text for the engine; it has the lines of the source.
    pub(in crate::script) code: String,
    /// Properties in order of first appearance.
    pub(in crate::script) names: Vec<ScriptName>,
    /// Indexes into `names` of those that the script assigns, in order of first assignment.
    pub(in crate::script) assigned: Vec<usize>,
    /// Indexes into `names` of those whose values it reads.
    pub(in crate::script) read: Vec<usize>,
    /// What stands outside of all brackets.
    pub(in crate::script) outline: Outline,
    /// The word `return` or `throw` stands somewhere.
    pub(in crate::script) gives_result: bool,
    pub(super) prefix: String,
    pub(super) edits: Vec<Edit>,
}

impl Prepared {
    /// The name in the script's own language of property `index`.
    pub(in crate::script) fn slot(&self, index: usize) -> String {
        format!("{}{index}", self.prefix)
    }

    /// Where the author sees what the engine saw at `position`.
    pub(in crate::script) fn source_position(&self, position: Position) -> Position {
        let mut column = position.column;
        for edit in self.edits.iter().filter(|edit| edit.line == position.line) {
            if position.column >= edit.column + edit.length {
                column = column + edit.source_length - edit.length;
            } else if position.column >= edit.column {
                column = edit.source_column;
            }
        }
        Position { line: position.line, column }
    }

    /// A message of the engine in the author's notation.
    pub(in crate::script) fn source_text(&self, message: &str) -> String {
        // From the last: `sw_12` would else be read as `sw_1` and a 2.
        self.names
            .iter()
            .enumerate()
            .rev()
            .fold(message.to_owned(), |text, (index, name)| text.replace(&self.slot(index), &name.notation()))
    }

    /// A compile error at a place that the engine saw.
    pub(in crate::script) fn error(
        &self,
        text: &str,
        position: Option<Position>,
        help: impl Into<String>,
    ) -> ScriptError {
        let position = position.map(|position| self.source_position(position));
        ScriptError::compile(&self.place, self.source_text(text), position, help)
    }
}
