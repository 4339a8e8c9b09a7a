//! Undo and redo: a line of inverse edits with a place in it.

use syncwright_core::project::Project;

use super::Edit;

/// What was done, and what was taken back.
#[derive(Debug, Default)]
pub struct History {
    undo: Vec<(String, Edit)>,
    redo: Vec<(String, Edit)>,
}

impl History {
    /// Remembers that something was done, with the edit that takes it back.
    pub fn done(&mut self, label: String, inverse: Edit) {
        self.undo.push((label, inverse));
        self.redo.clear();
    }

    /// Takes the last edit back.
    pub fn undo(&mut self, project: &mut Project) -> bool {
        Self::step(&mut self.undo, &mut self.redo, project)
    }

    /// Does the edit again that was taken back last.
    pub fn redo(&mut self, project: &mut Project) -> bool {
        Self::step(&mut self.redo, &mut self.undo, project)
    }

    fn step(from: &mut Vec<(String, Edit)>, to: &mut Vec<(String, Edit)>, project: &mut Project) -> bool {
        let Some((label, edit)) = from.pop() else { return false };
        if let Some(inverse) = edit.apply(project) {
            to.push((label, inverse));
        }
        true
    }

    /// What undo would take back.
    #[must_use]
    pub fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|(label, _)| label.as_str())
    }

    /// What redo would do again.
    #[must_use]
    pub fn redo_label(&self) -> Option<&str> {
        self.redo.last().map(|(label, _)| label.as_str())
    }

    /// Number of edits that can be taken back.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.undo.len()
    }
}
