//! The tree-table: tables, below them their columns, settings in place.
//!
//! The list of rows is made anew only when the filter, what is open, or the schema has changed; a frame touches the
//! rows in sight alone. Rows never vanish or move because of an edit: which tables are shown is decided when the
//! page is opened and when the filter is changed.

use std::{
    collections::HashSet,
    sync::{Arc, Weak},
};

use egui::{Event, EventFilter, Key, Modifiers, Ui, UiBuilder};
use syncwright_core::project::Schema;

use super::{
    drawing::{Cells, Drawing},
    flatten::{Lens, Row, View},
    selection::Selection,
};
use crate::ui::{
    button, list_row,
    rows::{RowsState, rows_ui},
    table::{self, Column},
    theme,
};

/// Name of the list, for people who hear it.
const NAME: &str = "Tables and columns";
/// With so few rows everything is open at first.
const FEW: usize = 150;

/// What somebody did to the list as a whole.
#[derive(Debug, Default)]
pub struct Done {
    /// The space bar was pressed on this row.
    pub toggled: Option<Row>,
    /// Ctrl+C was pressed with these columns selected.
    pub copied: Vec<(usize, usize)>,
}

/// What has to be made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stale {
    #[default]
    Tables,
    Rows,
    Nothing,
}

/// The state of a tree-table.
#[derive(Debug, Default)]
pub struct Tree {
    view: View,
    tables: Vec<usize>,
    rows: Vec<Row>,
    selection: Selection,
    list: RowsState,
    in_sight: f64,
    /// The schema that the rows were made of. A weak reference is enough to see every change: while there is one, a
    /// changed schema never stays where it was; and nothing is copied for its sake.
    seen: Weak<Schema>,
    types: usize,
    variant: u8,
    last_pass: u64,
    begun: bool,
    stale: Stale,
}

impl Tree {
    /// What is selected.
    #[must_use]
    pub const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Number of tables that are shown.
    #[must_use]
    pub const fn table_count(&self) -> usize {
        self.tables.len()
    }

    /// The filter, to change it; it takes effect with the next frame.
    pub const fn view_mut(&mut self) -> &mut View {
        self.stale = Stale::Tables;
        &mut self.view
    }

    /// What is chosen to be seen.
    #[must_use]
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// Opens or closes every table.
    pub fn set_all_open(&mut self, open: bool) {
        self.view.set_all_open(&self.tables, open);
        self.touch(Stale::Rows);
    }

    fn touch(&mut self, stale: Stale) {
        if self.stale == Stale::Nothing {
            self.stale = stale;
        }
    }

    /// Brings the rows up to date.
    pub fn prepare(&mut self, pass: u64, schema: &Arc<Schema>, lens: &Lens, selected: &mut Option<String>) {
        let entered = self.last_pass + 1 < pass || self.last_pass == 0;
        self.last_pass = pass;
        let changed = !std::ptr::eq(self.seen.as_ptr(), Arc::as_ptr(schema));
        if changed {
            self.seen = Arc::downgrade(schema);
            self.forget_positions_of_another(schema);
        }
        if entered || self.variant != lens.variant {
            self.stale = Stale::Tables;
        }
        if !changed && self.stale == Stale::Nothing {
            return;
        }
        let cursor = self.list.cursor.and_then(|at| self.rows.get(at as usize)).copied();
        self.variant = lens.variant;
        if self.stale == Stale::Tables {
            self.tables = self.view.tables(schema, lens);
            self.view.closed.clear();
        } else if changed {
            self.add_tables(schema, lens);
        }
        self.open_at_first(schema);
        self.rows = self.view.rows(schema, lens, &self.tables);
        self.stale = Stale::Nothing;
        self.selection.retain(&self.rows, schema, lens);
        self.list.cursor = cursor.and_then(|row| self.position(row)).map(|at| at as u64);
        self.choose(schema, entered, selected);
    }

    /// Another number of tables means another schema: positions say nothing about it.
    fn forget_positions_of_another(&mut self, schema: &Schema) {
        if self.types == schema.types.len() {
            return;
        }
        if self.types != 0 {
            let filter = std::mem::take(&mut self.view.filter);
            let hide_unconfigured = self.view.hide_unconfigured;
            self.view = View { filter, hide_unconfigured, ..View::default() };
            self.selection = Selection::default();
            self.begun = false;
        }
        self.types = schema.types.len();
        self.stale = Stale::Tables;
    }

    /// Tables that an edit brought in; none is taken out.
    fn add_tables(&mut self, schema: &Schema, lens: &Lens) {
        let known: HashSet<usize> = self.tables.iter().copied().collect();
        let new = self.view.tables(schema, lens).into_iter().filter(|table| !known.contains(table));
        self.tables.extend(new);
    }

    fn open_at_first(&mut self, schema: &Schema) {
        if self.begun || self.tables.is_empty() {
            return;
        }
        self.begun = true;
        let columns = |table: &usize| schema.types.get(*table).map_or(0, |one| one.properties.len() + 1);
        if self.tables.iter().map(columns).sum::<usize>() <= FEW {
            self.view.set_all_open(&self.tables, true);
        }
    }

    /// A table is always chosen, as long as there is one; a page that is opened begins with the chosen one.
    fn choose(&mut self, schema: &Schema, entered: bool, selected: &mut Option<String>) {
        let chosen = selected.as_ref().and_then(|name| schema.types.iter().position(|one| one.name == *name));
        match chosen {
            None => {
                let first = self.tables.first().and_then(|table| schema.types.get(*table));
                *selected = first.map(|one| one.name.clone());
            }
            Some(table) if entered && self.list.cursor.is_none_or(|_| self.cursor_table() != Some(table)) => {
                if let Some(at) = self.position(Row::Table(table)) {
                    self.go_to(at);
                }
            }
            Some(_) => {}
        }
    }

    fn cursor_table(&self) -> Option<usize> {
        self.list.cursor.and_then(|at| self.rows.get(at as usize)).map(|row| row.table())
    }

    fn position(&self, row: Row) -> Option<usize> {
        self.rows.iter().position(|one| *one == row)
    }

    /// Selects a row alone, if it is shown: what is set on a row is told about that row.
    pub fn select(&mut self, row: Row) {
        if let Some(at) = self.position(row) {
            self.go_to(at);
        }
    }

    /// Moves the cursor to a row and scrolls just so far that it can be seen.
    fn go_to(&mut self, at: usize) {
        let Some(row) = self.rows.get(at).copied() else { return };
        self.selection.only(row);
        self.list.cursor = Some(at as u64);
        let row = at as f64;
        if row < self.list.top {
            self.list.top = row;
        } else if row + 1.0 > self.list.top + self.in_sight.max(1.0) {
            self.list.top = (row + 1.0 - self.in_sight.max(1.0)).max(0.0);
        }
    }

    /// Draws header and rows over the rest of `ui`.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        schema: &Schema,
        columns: &[Column],
        cells: &mut dyn Cells,
        selected: &mut Option<String>,
    ) -> Done {
        table::header_ui(ui, columns, true);
        let id = ui.scope_id().with(("rows", NAME));
        self.in_sight = f64::from(ui.available_height() / theme::ROW);
        let mut done = Done::default();
        let focused = ui.memory(|memory| memory.has_focus(id));
        if focused {
            self.keyboard(ui, schema, &mut done);
        }
        let mut toggled = None;
        let mut drawn = Vec::new();
        let cursor = self.list.cursor;
        let (mut list, rows, selection, view) = (self.list, &self.rows, &self.selection, &self.view);
        let output =
            rows_ui(ui, NAME, &mut list, rows.len() as u64, theme::ROW, |ui, index, rect, response| {
                let Some(row) = rows.get(index as usize).copied() else { return String::new() };
                drawn.push((response.id, selection.has(row)));
                let selected = selection.has(row);
                list_row::background(ui, rect, selected, response);
                if focused && cursor == Some(index) {
                    button::focus_ring(ui, rect.shrink(2.0));
                }
                let mut child = ui.new_child(UiBuilder::new().id_salt(row).max_rect(rect));
                let open = matches!(row, Row::Table(_)) && view.is_open(schema, row.table());
                let drawing = Drawing { schema, row, rect, columns, open };
                if drawing.show(&mut child, cells) {
                    toggled = Some(row.table());
                }
                response.context_menu(|ui| cells.menu_ui(ui, row));
                drawing.name(cells)
            });
        self.list = list;
        for (id, selected) in drawn {
            ui.ctx().accesskit_node_builder(id, |node| node.set_selected(selected));
        }
        if focused {
            // The arrows to the sides open and close tables here.
            let filter =
                EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }
        if let Some(index) = output.moved_to {
            let modifiers = ui.input(|input| input.modifiers);
            self.selection.move_to(&self.rows, index as usize, modifiers);
            let row = self.rows.get(index as usize);
            if let Some(schema_type) = row.and_then(|row| schema.types.get(row.table())) {
                *selected = Some(schema_type.name.clone());
            }
        }
        let opened = output.opened.and_then(|at| self.rows.get(at as usize)).copied();
        if let Some(table) = toggled.or(opened.filter(|row| matches!(row, Row::Table(_))).map(Row::table)) {
            self.toggle(schema, table);
        }
        self.repaint_if_stale(ui);
        done
    }

    /// What was changed in this frame shows in the next one.
    pub fn repaint_if_stale(&self, ui: &Ui) {
        if self.stale != Stale::Nothing {
            ui.request_repaint();
        }
    }

    fn toggle(&mut self, schema: &Schema, table: usize) {
        let open = !self.view.is_open(schema, table);
        self.view.set_open(table, open);
        self.touch(Stale::Rows);
    }

    /// The keys that the list itself does not know.
    fn keyboard(&mut self, ui: &Ui, schema: &Schema, done: &mut Done) {
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        if pressed(Modifiers::COMMAND, Key::A) {
            self.selection.all(&self.rows);
        }
        if ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy))) {
            done.copied = self.selection.columns().to_vec();
        }
        if pressed(Modifiers::SHIFT, Key::ArrowRight) {
            self.set_all_open(true);
        }
        if pressed(Modifiers::SHIFT, Key::ArrowLeft) {
            self.set_all_open(false);
        }
        let Some(at) = self.list.cursor.map(|at| at as usize) else { return };
        let Some(row) = self.rows.get(at).copied() else { return };
        if pressed(Modifiers::NONE, Key::Space) {
            done.toggled = Some(row);
        }
        let open = self.view.is_open(schema, row.table());
        if pressed(Modifiers::NONE, Key::ArrowRight) && matches!(row, Row::Table(_)) {
            if open {
                self.go_to(at + 1);
            } else {
                self.toggle(schema, row.table());
            }
        }
        if pressed(Modifiers::NONE, Key::ArrowLeft) {
            match row {
                Row::Table(table) if open => self.toggle(schema, table),
                Row::Table(_) => {}
                Row::Column(table, _) | Row::Extra(table, _) => {
                    if let Some(at) = self.position(Row::Table(table)) {
                        self.go_to(at);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::{
        project::{ColumnGroup, SchemaProperty, SchemaType},
        value::ValueType,
    };

    use super::*;

    const LENS: Lens = Lens {
        variant: 0,
        shown: |_| true,
        first: |one| one.key.is_empty(),
        configured: |one| one.key_declared,
        extras: |one| one.column_groups.len(),
    };

    fn schema() -> Arc<Schema> {
        let table = |name: &str, key: &[&str]| SchemaType {
            name: name.to_owned(),
            key: key.iter().map(|name| (*name).to_owned()).collect(),
            properties: vec![
                SchemaProperty::new("Id", ValueType::Integer),
                SchemaProperty::new("Text", ValueType::String),
            ],
            ..SchemaType::default()
        };
        let types = vec![table("Person", &["Id"]), table("Department", &["Id"]), table("Log", &[])];
        Arc::new(Schema { types, ..Schema::default() })
    }

    #[test]
    fn a_change_is_seen_at_once_and_moves_no_row() {
        let (mut schema, mut tree, mut selected) = (schema(), Tree::default(), None);
        tree.prepare(1, &schema, &LENS, &mut selected);
        assert_eq!(selected.as_deref(), Some("Log"), "what needs attention comes first");
        assert_eq!(tree.rows.len(), 9, "few rows are open at first");
        let before = tree.rows.clone();
        // A key makes the table one like the others, but it stays under the pointer.
        Arc::make_mut(&mut schema).types[2].key.push("Id".to_owned());
        tree.prepare(2, &schema, &LENS, &mut selected);
        assert_eq!(tree.rows, before);
        let group = ColumnGroup { name: "Both".to_owned(), properties: vec!["Id".into(), "Text".into()] };
        Arc::make_mut(&mut schema).types[0].column_groups.push(group);
        tree.prepare(3, &schema, &LENS, &mut selected);
        assert_eq!(tree.rows.len(), 10);
        assert!(tree.rows.contains(&Row::Extra(0, 0)));
        // Whoever comes back to the page finds the order of then.
        tree.prepare(9, &schema, &LENS, &mut selected);
        assert_eq!(tree.tables, [0, 1, 2]);
        assert_eq!(selected.as_deref(), Some("Log"), "what was chosen stays chosen");
    }

    #[test]
    fn the_rows_are_made_anew_only_when_something_has_changed() {
        let (schema, mut tree, mut selected) = (schema(), Tree::default(), None);
        tree.prepare(1, &schema, &LENS, &mut selected);
        tree.rows.clear();
        tree.prepare(2, &schema, &LENS, &mut selected);
        assert!(tree.rows.is_empty(), "nothing has changed");
        tree.set_all_open(false);
        tree.prepare(3, &schema, &LENS, &mut selected);
        assert_eq!(tree.rows.len(), 3);
        tree.view_mut().filter = "depart".to_owned();
        tree.prepare(4, &schema, &LENS, &mut selected);
        assert_eq!(tree.rows, [Row::Table(1)]);
    }
}
