//! What stands outside of all brackets: enough of a script's grammar to know that a snippet consists of
//! functions. A snippet with variables of its own could keep state from one object to the next.

use crate::{project::ScriptLanguage, script::error::Position};

/// Something outside of all brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Word(String),
    Group(char),
    Sign(char),
}

/// What stands outside of all brackets, in order.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    pub(super) items: Vec<(Item, Position)>,
}

/// A function that a snippet defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub(in crate::script) name: String,
    pub(in crate::script) position: Position,
}

impl Outline {
    pub(super) fn push(&mut self, item: Item, position: Position) {
        self.items.push((item, position));
    }

    /// The functions of a text that consists of nothing else.
    ///
    /// # Errors
    ///
    /// The place of the first thing that is no function.
    pub(in crate::script) fn functions(&self, language: ScriptLanguage) -> Result<Vec<Function>, Position> {
        let keyword = match language {
            ScriptLanguage::Rhai => "fn",
            ScriptLanguage::JavaScript => "function",
        };
        let mut functions = Vec::new();
        let mut items = self.items.iter().filter(|(item, _)| *item != Item::Sign(';')).peekable();
        while let Some((first, start)) = items.next() {
            let mut first = first;
            if language == ScriptLanguage::Rhai && *first == Item::Word("private".to_owned()) {
                first = &items.next().ok_or(*start)?.0;
            }
            if *first != Item::Word(keyword.to_owned()) {
                return Err(*start);
            }
            // A generator.
            let _star = items.next_if(|(item, _)| *item == Item::Sign('*'));
            let Some((Item::Word(name), position)) = items.next() else { return Err(*start) };
            for bracket in ['(', '{'] {
                items.next_if(|(item, _)| *item == Item::Group(bracket)).ok_or(*start)?;
            }
            functions.push(Function { name: name.clone(), position: *position });
        }
        Ok(functions)
    }
}
