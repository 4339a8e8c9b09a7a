//! W11: how the rows of each table are told apart.

mod edit;
mod group;
mod jobs;
mod rows;
mod strip;
mod words;

use egui::{CentralPanel, Ui};
use syncwright_core::{
    project::{Schema, SchemaType},
    schema::keys::KeyCheck,
};

use self::{edit::Edit, group::NewGroup, jobs::Proposals, rows::KeyCells};
use super::{
    Cx,
    tables::{self, Checks, Done, Lens, Row, Tab, bulk_ui, short_switch_ui, toolbar_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, field, state, table::Column},
};

const COLUMNS: [Column; 3] = [
    Column::share("Table, column", 150.0, 3.0),
    Column::fixed("Is key", 56.0),
    Column::share("Remarks", 90.0, 4.0),
];

/// What of the page is only of this window.
#[derive(Default)]
pub struct State {
    /// Tables with a key are shown too; as in expert mode if nobody chose.
    show_all: Option<bool>,
    checks: Checks<Vec<String>, KeyCheck>,
    proposals: Checks<Vec<String>, Proposals>,
    new_group: Option<NewGroup>,
    problem: Option<(String, Problem)>,
    bulk: Bulk,
    generation: u64,
}

/// What can be set on many columns at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Bulk {
    #[default]
    IsKey,
    IsNoKey,
    Group,
}

/// What somebody did on the page.
#[derive(Debug)]
enum Act {
    /// Decided something.
    Edit(Edit),
    /// Wants keys to be looked for.
    Suggest(usize),
    /// Wants the key to be checked.
    Check(usize),
    /// Gives a running check or search up.
    Stop(usize),
    /// Wants a column group.
    NewGroup(usize, Vec<String>),
    /// Copies text.
    Copy(String),
}

impl State {
    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        self.checks.poll();
        self.proposals.poll();
    }

    /// What belonged to another schema goes; what waits is begun.
    fn begin(&mut self, tables: &tables::State, cx: &mut Cx<'_>, schema: &Schema) {
        if self.generation != tables.generation() {
            *self = Self { show_all: self.show_all, generation: tables.generation(), ..Self::default() };
        }
        self.checks.pump(|name, columns| Some(jobs::check(cx, schema.schema_type(name)?, columns)));
        self.proposals.pump(|name, _| Some(jobs::propose(cx, schema.schema_type(name)?)));
    }

    fn perform(&mut self, ui: &Ui, act: Act, tables: &mut tables::State, cx: &mut Cx<'_>) {
        let named = |cx: &Cx<'_>, table: usize| {
            cx.system().schema.types.get(table).map(|one| (one.name.clone(), one.key.clone()))
        };
        match act {
            Act::Edit(edit) => self.edit(edit, tables, cx),
            Act::Suggest(table) => {
                if let Some((name, key)) = named(cx, table) {
                    self.proposals.ask(&name, key);
                    tables.selected = Some(name);
                }
            }
            Act::Check(table) => {
                if let Some((name, key)) = named(cx, table) {
                    self.checks.ask(&name, key);
                }
            }
            Act::Stop(table) => {
                if let Some((name, _)) = named(cx, table) {
                    self.checks.forget(&name);
                    self.proposals.forget(&name);
                }
            }
            Act::NewGroup(table, mut columns) => {
                let schema = &cx.system().schema;
                let schema_type = schema.types.get(table);
                if columns.is_empty() {
                    let selected = tables.tree(Tab::Keys).selection().columns();
                    let of_table = tables::by_table(schema, selected).remove(&table).unwrap_or_default();
                    columns = of_table.into_iter().map(str::to_owned).collect();
                }
                self.new_group = schema_type.map(|one| NewGroup::of(one, columns));
            }
            Act::Copy(text) => ui.ctx().copy_text(text),
        }
    }

    /// Takes a decision into the schema, and looks at once whether the data agrees.
    fn edit(&mut self, edit: Edit, tables: &mut tables::State, cx: &mut Cx<'_>) {
        let table = edit.table();
        let is_key = matches!(edit, Edit::Key { .. } | Edit::Clear { .. });
        let applied = edit.apply(cx.system_mut().schema_mut());
        let Some(schema_type) = cx.system().schema.types.get(table) else { return };
        let (name, key) = (schema_type.name.clone(), schema_type.key.clone());
        self.problem = None;
        if let Err(error) = applied {
            self.problem = Some((name.clone(), Problem::of("That cannot be the key", &error)));
        } else if is_key && key.is_empty() {
            self.checks.forget(&name);
        } else if is_key {
            self.checks.ask(&name, key);
        }
        tables.selected = Some(name);
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, tables: &mut tables::State, cx: &mut Cx<'_>) {
    let schema = cx.system().schema.share();
    if schema.types.is_empty() {
        state::empty_ui(ui, Icon::Table, "No tables", "Read the schema of the database first.");
        return;
    }
    state.begin(tables, cx, &schema);
    let all = state.show_all.unwrap_or(cx.draft.expert);
    tables.prepare(ui, Tab::Keys, &schema, &lens(all));
    let mut acts = Vec::new();
    tables::details_ui(ui, 200.0, |ui| {
        tables::scrolled_ui(ui, "key", |ui| strip::ui(ui, state, tables, &schema, &mut acts));
    });
    tables::panel_ui(ui, tables, cx);
    CentralPanel::no_frame().show(ui, |ui| {
        tree_ui(ui, state, tables, &schema, all, &mut acts);
    });
    if let Some(edit) = group::dialog_ui(ui.ctx(), &mut state.new_group, &schema) {
        acts.push(Act::Edit(edit));
    }
    // While it is held here, every change would copy the whole schema.
    drop(schema);
    if !acts.is_empty() {
        ui.request_repaint();
    }
    for act in acts {
        state.perform(ui, act, tables, cx);
    }
}

fn lens(all: bool) -> Lens {
    // One that was given a key on this page stays, so that it can be seen and changed.
    let concerns = |one: &SchemaType| one.key.is_empty() || one.key_declared || !one.column_groups.is_empty();
    Lens {
        variant: u8::from(all),
        shown: if all { |_| true } else { concerns },
        first: |one| one.key.is_empty(),
        configured: |one| one.key_declared || !one.column_groups.is_empty(),
        extras: |one| one.column_groups.len(),
    }
}

fn tree_ui(
    ui: &mut Ui,
    state: &mut State,
    tables: &mut tables::State,
    schema: &Schema,
    all: bool,
    acts: &mut Vec<Act>,
) {
    toolbar_ui(ui, tables, Tab::Keys, |ui| {
        if let Some(on) = short_switch_ui(ui, "Show all tables", all) {
            state.show_all = Some(on);
        }
    });
    bulk_edit_ui(ui, state, tables, schema, acts);
    if tables.tree(Tab::Keys).table_count() == 0 {
        nothing_ui(ui, tables, all);
        return;
    }
    let mut cells = KeyCells { schema, checks: &state.checks, acts };
    let done = tables.show(ui, Tab::Keys, schema, &COLUMNS, &mut cells);
    by_key(schema, &done, acts);
}

fn nothing_ui(ui: &mut Ui, tables: &tables::State, all: bool) {
    let view = tables.tree(Tab::Keys).view();
    if !view.filter.trim().is_empty() || view.hide_unconfigured {
        let hint = "Empty the filter, or show unconfigured tables too.";
        state::empty_ui(ui, Icon::Search, "No table is like that", hint);
    } else if !all {
        let hint = "Show all tables to choose another key, or to add column groups.";
        state::empty_ui(ui, Icon::Key, "Every table has a key", hint);
    }
}

/// Space ticks the column at the cursor, Ctrl+C copies names.
fn by_key(schema: &Schema, done: &Done, acts: &mut Vec<Act>) {
    if let Some(Row::Column(table, column)) = done.toggled
        && let Some(schema_type) = schema.types.get(table)
        && let Some(property) = schema_type.properties.get(column)
        && edit::why_not(schema_type, column).is_none()
    {
        let into = !schema_type.is_key(&property.name);
        acts.extend(edit::with_columns(table, schema_type, &[&property.name], into).map(Act::Edit));
    }
    acts.extend(tables::qualified_names(schema, &done.copied).map(Act::Copy));
}

fn bulk_edit_ui(
    ui: &mut Ui,
    state: &mut State,
    tables: &tables::State,
    schema: &Schema,
    acts: &mut Vec<Act>,
) {
    let columns = tables.tree(Tab::Keys).selection().columns();
    let settings = [(true, "Is key"), (false, "Column group")];
    let mut is_key = state.bulk != Bulk::Group;
    let mut bulk = state.bulk;
    let apply = bulk_ui(ui, columns.len(), &mut is_key, &settings, |ui, is_key| {
        bulk = match (is_key, bulk) {
            (false, _) => Bulk::Group,
            (true, Bulk::Group) => Bulk::IsKey,
            (true, other) => other,
        };
        if is_key {
            let values = [(Bulk::IsKey, "yes"), (Bulk::IsNoKey, "no")];
            let chosen = field::choice_ui(ui, "Value for the selected columns", bulk, &values, 70.0);
            bulk = chosen.unwrap_or(bulk);
        }
    });
    state.bulk = bulk;
    if !apply {
        return;
    }
    for (table, names) in tables::by_table(schema, columns) {
        let Some(schema_type) = schema.types.get(table) else { continue };
        if bulk == Bulk::Group {
            // One dialog at a time: a group belongs to one table.
            acts.push(Act::NewGroup(table, names.into_iter().map(str::to_owned).collect()));
            return;
        }
        let edit = edit::with_columns(table, schema_type, &names, bulk == Bulk::IsKey);
        acts.extend(edit.map(Act::Edit));
    }
}
