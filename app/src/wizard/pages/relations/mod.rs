//! W12: which columns refer to objects of other tables.

mod details;
mod edit;
mod jobs;
mod rows;
mod suggestions;
mod words;

use std::collections::BTreeMap;

use egui::{CentralPanel, TextEdit, Ui};
use syncwright_core::{
    project::{ForeignKey, Schema},
    schema::relations::RelationCheck,
};

use self::{edit::Edit, rows::RelationCells, suggestions::Suggestions};
use super::{
    Cx,
    tables::{self, Checks, Lens, Tab, bulk_ui, toolbar_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, button, field, state, table::Column, theme},
};

const COLUMNS: [Column; 4] = [
    Column::share("Table, column", 130.0, 3.0),
    Column::share("Refers to", 120.0, 3.0),
    Column::fixed("Integrity", 62.0),
    Column::share("Data", 70.0, 2.0),
];

/// What of the page is only of this window.
#[derive(Default)]
pub struct State {
    /// Targets that were typed and are not taken yet, by table and column.
    drafts: BTreeMap<(usize, usize), Draft>,
    checks: Checks<ForeignKey, RelationCheck>,
    suggestions: Suggestions,
    /// The suggestions are shown below the tables, not the chosen table.
    shows_suggestions: bool,
    problem: Option<Problem>,
    bulk: Bulk,
    bulk_targets: String,
    generation: u64,
}

/// Targets that are being typed, or cannot be taken.
#[derive(Debug, Default)]
struct Draft {
    text: String,
    problem: Option<Problem>,
}

/// What can be set on many columns at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Bulk {
    #[default]
    Ensured,
    NotEnsured,
    Targets,
}

/// What somebody did on the page.
#[derive(Debug)]
enum Act {
    /// Decided something.
    Edit(Edit),
    /// Typed in a field.
    Typed((usize, usize), String),
    /// Undid what was typed.
    Revert((usize, usize)),
    /// Wants a relation to be checked.
    Check(usize, usize),
    /// Wants every declared relation to be checked.
    CheckAll,
    /// Wants relations to be looked for; by names alone, or in the data too.
    Look {
        /// Values are looked at.
        values: bool,
    },
    /// Took a suggestion.
    Accept(usize),
    /// Does not want a suggestion.
    Dismiss(usize),
    /// Copies text.
    Copy(String),
}

impl State {
    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        self.checks.poll();
        self.suggestions.poll();
    }

    /// What belonged to another schema goes; what waits is begun.
    fn begin(&mut self, tables: &tables::State, cx: &mut Cx<'_>, schema: &Schema) {
        if self.generation != tables.generation() {
            *self = Self { generation: tables.generation(), ..Self::default() };
        }
        self.checks.pump(|about, relation| {
            let (own, _) = about.split_once('\n')?;
            jobs::check(cx, schema, own, relation)
        });
    }

    fn perform(&mut self, ui: &Ui, act: Act, tables: &mut tables::State, cx: &mut Cx<'_>) {
        match act {
            Act::Edit(edit) => {
                self.edit(&edit, tables, cx);
            }
            Act::Typed(place, text) => {
                // An error stays until another text was tried.
                self.drafts.entry(place).or_default().text = text;
            }
            Act::Revert(place) => {
                self.drafts.remove(&place);
            }
            Act::Check(table, at) => {
                let schema_type = cx.system().schema.types.get(table);
                if let Some((schema_type, relation)) =
                    schema_type.and_then(|one| Some((one, one.foreign_keys.get(at)?)))
                {
                    self.checks.ask(&about(&schema_type.name, relation), question(relation));
                }
            }
            Act::CheckAll => self.check_declared(&cx.system().schema.share(), None),
            Act::Look { values } => {
                let schema = cx.system().schema.share();
                let job = if values { jobs::look(cx, schema) } else { jobs::look_at_names(cx, schema) };
                self.suggestions.look(job);
                self.shows_suggestions = true;
            }
            Act::Accept(at) => self.accept(at, tables, cx),
            Act::Dismiss(at) => self.suggestions.dismiss(at),
            Act::Copy(text) => ui.ctx().copy_text(text),
        }
    }

    /// Takes a decision into the schema, and looks at once whether the data agrees. False if it cannot be taken.
    fn edit(&mut self, edit: &Edit, tables: &mut tables::State, cx: &mut Cx<'_>) -> bool {
        // What is refused must not count as a change of the schema.
        let applied = match edit {
            Edit::Targets { .. } => {
                let mut changed = Schema::clone(&cx.system().schema);
                edit.apply(&mut changed).map(|()| cx.system_mut().schema = changed.into())
            }
            _ => edit.apply(cx.system_mut().schema_mut()),
        };
        let table = edit.table();
        tables.selected = cx.system().schema.types.get(table).map(|one| one.name.clone());
        self.problem = None;
        match (applied, edit) {
            (Ok(()), Edit::Targets { column, .. }) => {
                self.drafts.remove(&(table, *column));
            }
            (Ok(()), _) => {}
            (Err(problem), Edit::Targets { column, text, .. }) => {
                self.drafts.insert((table, *column), Draft { text: text.clone(), problem: Some(problem) });
                return false;
            }
            (Err(problem), _) => {
                self.problem = Some(problem);
                return false;
            }
        }
        self.check_declared(&cx.system().schema.share(), Some(table));
        true
    }

    /// Takes the targets that were typed and not taken yet; what cannot be taken stays, with the reason.
    pub fn take_typed(&mut self, tables: &mut tables::State, cx: &mut Cx<'_>) {
        if self.generation != tables.generation() {
            return;
        }
        let typed: Vec<Edit> = self
            .drafts
            .iter()
            .map(|(&(table, column), draft)| Edit::Targets { table, column, text: draft.text.clone() })
            .collect();
        let selected = tables.selected.clone();
        for edit in typed {
            self.edit(&edit, tables, cx);
        }
        tables.selected = selected;
    }

    /// The first text that cannot be taken: its table and column, and why.
    fn refused(&self) -> Option<(usize, usize, &Draft, &Problem)> {
        self.drafts
            .iter()
            .find_map(|(&(table, column), draft)| Some((table, column, draft, draft.problem.as_ref()?)))
    }

    fn accept(&mut self, at: usize, tables: &mut tables::State, cx: &mut Cx<'_>) {
        let Some(candidate) = self.suggestions.get(at).cloned() else { return };
        let schema = &cx.system().schema;
        let Some(table) = schema.types.iter().position(|one| one.name == candidate.schema_type) else {
            return;
        };
        let relation = candidate.to_foreign_key(false);
        if self.edit(&Edit::Accept { table, relation }, tables, cx) {
            self.suggestions.dismiss(at);
        }
    }

    /// Asks the data about declared relations that nothing is known of.
    fn check_declared(&mut self, schema: &Schema, table: Option<usize>) {
        for (at, schema_type) in schema.types.iter().enumerate() {
            if table.is_some_and(|table| table != at) {
                continue;
            }
            for relation in schema_type.foreign_keys.iter().filter(|relation| relation.declared) {
                let (about, question) = (about(&schema_type.name, relation), question(relation));
                if self.checks.answer(&about, &question).is_none() {
                    self.checks.ask(&about, question);
                }
            }
        }
    }
}

/// What a check is about, by a text of its own.
fn about(schema_type: &str, relation: &ForeignKey) -> String {
    format!("{schema_type}\n{}", words::relation(relation))
}

/// Checks do not depend on what is said about integrity.
fn question(relation: &ForeignKey) -> ForeignKey {
    ForeignKey { integrity_ensured: false, ..relation.clone() }
}

/// What must be put right before going on: nothing that was typed is refused.
///
/// # Errors
///
/// The first text that is, and why.
pub fn check(schema: &Schema, state: &State, tables: &tables::State) -> Result<(), Problem> {
    let refused = state.refused().filter(|_| state.generation == tables.generation());
    let Some((table, column, draft, problem)) = refused else { return Ok(()) };
    let own = schema.types.get(table);
    let name = own.and_then(|own| Some(format!("{}.{}", own.name, own.properties.get(column)?.name)));
    Err(Problem {
        title: format!("{} cannot refer to “{}”", name.as_deref().unwrap_or("A column"), draft.text.trim()),
        help: Some(problem.help.clone().unwrap_or_else(|| {
            "correct it, or empty the field to leave the column without what was typed".to_owned()
        })),
        ..problem.clone()
    })
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, tables: &mut tables::State, cx: &mut Cx<'_>) {
    let schema = cx.system().schema.share();
    if schema.types.is_empty() {
        state::empty_ui(ui, Icon::Table, "No tables", "Read the schema of the database first.");
        return;
    }
    state.begin(tables, cx, &schema);
    tables.prepare(ui, Tab::Relations, &schema, &LENS);
    let mut acts = Vec::new();
    tables::details_ui(ui, 210.0, |ui| below_ui(ui, state, tables, &schema, &mut acts));
    tables::panel_ui(ui, tables, cx);
    CentralPanel::no_frame().show(ui, |ui| tree_ui(ui, state, tables, &schema, &mut acts));
    // While it is held here, every change would copy the whole schema.
    drop(schema);
    if !acts.is_empty() {
        ui.request_repaint();
    }
    for act in acts {
        state.perform(ui, act, tables, cx);
    }
}

const LENS: Lens = Lens {
    variant: 0,
    shown: |_| true,
    first: |_| false,
    configured: |one| !one.foreign_keys.is_empty(),
    extras: |one| edit::composite(one).count(),
};

fn below_ui(ui: &mut Ui, state: &mut State, tables: &tables::State, schema: &Schema, acts: &mut Vec<Act>) {
    let chosen = schema.types.iter().enumerate().find(|(_, one)| Some(&one.name) == tables.selected.as_ref());
    ui.horizontal_wrapped(|ui| {
        let name =
            chosen.map_or_else(|| "Chosen table".to_owned(), |(_, one)| format!("Relations of {}", one.name));
        if button::segment_ui(ui, !state.shows_suggestions, &name) {
            state.shows_suggestions = false;
        }
        let suggestions = format!("Suggestions ({})", state.suggestions.len());
        if button::segment_ui(ui, state.shows_suggestions, &suggestions) {
            state.shows_suggestions = true;
        }
        state.suggestions.buttons_ui(ui, acts);
    });
    ui.add_space(theme::S1);
    if let Some(problem) = &state.problem {
        super::widgets::problem_ui(ui, problem);
    }
    if state.shows_suggestions {
        state.suggestions.list_ui(ui, acts);
    } else {
        tables::scrolled_ui(ui, "relations", |ui| details::ui(ui, state, schema, chosen, acts));
    }
}

fn tree_ui(ui: &mut Ui, state: &mut State, tables: &mut tables::State, schema: &Schema, acts: &mut Vec<Act>) {
    toolbar_ui(ui, tables, Tab::Relations, |_| {});
    bulk_edit_ui(ui, state, tables, acts);
    if tables.tree(Tab::Relations).table_count() == 0 {
        let hint = "Empty the filter, or show unconfigured tables too.";
        state::empty_ui(ui, Icon::Search, "No table is like that", hint);
        return;
    }
    let mut cells = RelationCells { schema, drafts: &state.drafts, checks: &state.checks, acts };
    let done = tables.show(ui, Tab::Relations, schema, &COLUMNS, &mut cells);
    acts.extend(tables::qualified_names(schema, &done.copied).map(Act::Copy));
}

fn bulk_edit_ui(ui: &mut Ui, state: &mut State, tables: &tables::State, acts: &mut Vec<Act>) {
    let columns = tables.tree(Tab::Relations).selection().columns();
    let settings = [(false, "Integrity"), (true, "Refers to")];
    let mut targets = state.bulk == Bulk::Targets;
    let (mut bulk, text) = (state.bulk, &mut state.bulk_targets);
    let apply = bulk_ui(ui, columns.len(), &mut targets, &settings, |ui, targets| {
        bulk = match (targets, bulk) {
            (true, _) => Bulk::Targets,
            (false, Bulk::Targets) => Bulk::Ensured,
            (false, other) => other,
        };
        if targets {
            let edit = TextEdit::singleline(text).hint_text("schema.table.column").desired_width(200.0);
            ui.add(edit).accessible_name("Value for the selected columns");
        } else {
            let values = [(Bulk::Ensured, "is ensured"), (Bulk::NotEnsured, "is not ensured")];
            let chosen = field::choice_ui(ui, "Value for the selected columns", bulk, &values, 120.0);
            bulk = chosen.unwrap_or(bulk);
        }
    });
    state.bulk = bulk;
    if !apply {
        return;
    }
    acts.extend(columns.iter().copied().map(|(table, column)| {
        Act::Edit(match state.bulk {
            Bulk::Targets => Edit::Targets { table, column, text: state.bulk_targets.clone() },
            Bulk::Ensured => Edit::ColumnIntegrity { table, column, ensured: true },
            Bulk::NotEnsured => Edit::ColumnIntegrity { table, column, ensured: false },
        })
    }));
}
