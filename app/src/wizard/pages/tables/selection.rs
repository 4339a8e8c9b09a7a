//! Which rows are selected, and where the cursor is: click, Shift, Ctrl, and all of them.

use std::collections::HashSet;

use egui::Modifiers;
use syncwright_core::project::Schema;

use super::flatten::{Lens, Row};

/// The selected rows of a tree-table.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    rows: HashSet<Row>,
    /// The columns among them, in the order of the schema: asked for in every frame, and there can be many.
    columns: Vec<(usize, usize)>,
    anchor: Option<Row>,
}

impl Selection {
    /// True if a row is selected.
    #[must_use]
    pub fn has(&self, row: Row) -> bool {
        self.rows.contains(&row)
    }

    /// Moves to a row of `shown`: alone, with Shift everything from the last one, with Ctrl beside the others.
    pub fn move_to(&mut self, shown: &[Row], index: usize, modifiers: Modifiers) {
        let Some(row) = shown.get(index).copied() else { return };
        let anchor = self.anchor.and_then(|anchor| shown.iter().position(|one| *one == anchor));
        match anchor {
            Some(anchor) if modifiers.shift => {
                if !modifiers.command {
                    self.rows.clear();
                }
                let range = anchor.min(index)..=anchor.max(index);
                self.rows.extend(shown.get(range).unwrap_or_default());
            }
            _ if modifiers.command => {
                if !self.rows.remove(&row) {
                    self.rows.insert(row);
                }
                self.anchor = Some(row);
            }
            _ => self.only(row),
        }
        self.sort();
    }

    /// Selects one row alone.
    pub fn only(&mut self, row: Row) {
        self.rows.clear();
        self.rows.insert(row);
        self.anchor = Some(row);
        self.sort();
    }

    /// Selects all columns that are shown; all rows if there are none.
    pub fn all(&mut self, shown: &[Row]) {
        self.rows = shown.iter().filter(|row| row.column().is_some()).copied().collect();
        if self.rows.is_empty() {
            self.rows.extend(shown);
        }
        self.sort();
    }

    /// Forgets rows that are not shown any more: nobody can see what would be changed.
    pub fn retain(&mut self, shown: &[Row], schema: &Schema, lens: &Lens) {
        if self.rows.is_empty() {
            return;
        }
        let rows = shown.iter().filter(|row| self.rows.contains(row) && row.is_in(schema, lens));
        self.rows = rows.copied().collect();
        self.anchor = self.anchor.filter(|row| shown.contains(row));
        self.sort();
    }

    fn sort(&mut self) {
        self.columns = self.rows.iter().filter_map(|row| row.column()).collect();
        self.columns.sort_unstable();
    }

    /// The selected columns as table and column, in the order of the schema.
    #[must_use]
    pub fn columns(&self) -> &[(usize, usize)] {
        &self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: [Row; 5] =
        [Row::Table(0), Row::Column(0, 0), Row::Column(0, 1), Row::Table(1), Row::Column(1, 0)];

    #[test]
    fn rows_are_selected_as_everywhere() {
        let mut selection = Selection::default();
        selection.move_to(&SHOWN, 1, Modifiers::NONE);
        assert_eq!(selection.columns(), [(0, 0)]);
        selection.move_to(&SHOWN, 4, Modifiers::SHIFT);
        assert!(selection.has(Row::Table(1)), "tables between them too");
        assert_eq!(selection.columns(), [(0, 0), (0, 1), (1, 0)]);
        // The other end moves, the anchor stays.
        selection.move_to(&SHOWN, 2, Modifiers::SHIFT);
        assert_eq!(selection.columns(), [(0, 0), (0, 1)]);
        selection.move_to(&SHOWN, 1, Modifiers::COMMAND);
        assert_eq!(selection.columns(), [(0, 1)]);
        selection.move_to(&SHOWN, 4, Modifiers::COMMAND);
        assert_eq!(selection.columns(), [(0, 1), (1, 0)]);
        selection.all(&SHOWN);
        assert_eq!(selection.columns().len(), 3);
        selection.move_to(&SHOWN, 0, Modifiers::NONE);
        assert!(selection.columns().is_empty() && selection.has(Row::Table(0)));
    }
}
