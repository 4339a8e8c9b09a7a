//! W14: statements of the project in place of plain INSERT, UPDATE and DELETE.

mod dry;
mod editor;
pub mod findings;
mod proposal;
pub mod rendering;
mod required;
pub mod table_list;
pub mod worked;

use std::collections::HashMap;

use egui::Ui;
use syncwright_core::{
    expr::OperationKind,
    project::{DataOperation, DataOperations, OperationStrategy, Schema, SchemaType, ScriptLanguage},
};

use self::{
    findings::Found,
    rendering::Rendering,
    table_list::{Listed, TableList, beside_ui},
    worked::Worked,
};
use super::{Cx, tables};
use crate::{
    problem::Problem,
    ui::{Icon, state},
    wizard::{Draft, found_out::Known},
};

/// What the window remembers of the page.
pub struct State {
    list: TableList,
    kind: OperationKind,
    row: usize,
    row_of: Option<String>,
    /// Texts of operations that were put aside, by table, operation and strategy.
    aside: HashMap<(String, &'static str, bool), String>,
    rendered: Worked<Key, Rendering>,
    findings: Worked<AllOperations, Vec<Found>>,
    drawn_in: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: TableList::default(),
            kind: OperationKind::Insert,
            row: 0,
            row_of: None,
            aside: HashMap::new(),
            rendered: Worked::default(),
            findings: Worked::default(),
            drawn_in: 0,
        }
    }
}

/// All operations by table, and the language of their scripts.
type AllOperations = (Vec<(String, DataOperations)>, ScriptLanguage);

/// What a rendering depends on.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    table: String,
    kind: OperationKind,
    strategy: OperationStrategy,
    language: ScriptLanguage,
    row: Option<usize>,
}

impl State {
    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        self.rendered.poll();
        self.findings.poll();
    }

    /// What the check says of the operations of a table.
    fn findings_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a Found> {
        let all = self.findings.last(|_| true).and_then(|result| result.as_ref().ok());
        all.into_iter().flatten().filter(move |found| found.class == table)
    }

    /// Forgets what was worked out before other pages were shown: they change tables.
    fn notice_absence(&mut self, ui: &Ui) {
        if was_away(ui, &mut self.drawn_in) {
            self.rendered.forget();
            self.findings.forget();
        }
    }
}

/// True if a page was not drawn in the frame before.
pub fn was_away(ui: &Ui, drawn_in: &mut u64) -> bool {
    let now = ui.ctx().cumulative_frame_nr();
    let away = now > *drawn_in + 1;
    *drawn_in = now;
    away
}

/// A change of an operation of a table; no operation is the plain statement.
struct Change {
    table: String,
    kind: OperationKind,
    operation: Option<DataOperation>,
}

impl Change {
    fn apply(self, schema: &mut Schema) {
        let found = schema.types.iter_mut().find(|one| one.name == self.table);
        let Some(schema_type) = found else { return };
        *place(&mut schema_type.operations, self.kind) = self.operation;
    }
}

const fn place(operations: &mut DataOperations, kind: OperationKind) -> &mut Option<DataOperation> {
    match kind {
        OperationKind::Insert => &mut operations.insert,
        OperationKind::Update => &mut operations.update,
        OperationKind::Delete => &mut operations.delete,
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, tables: &mut tables::State, cx: &mut Cx<'_>) {
    state.notice_absence(ui);
    if cx.system().dialect().is_none() {
        state::empty_ui(
            ui,
            Icon::Database,
            "Plain statements",
            "Only databases behind ODBC take other statements than plain ones.",
        );
        return;
    }
    let schema = cx.system().schema.share();
    if schema.types.is_empty() {
        state::empty_ui(ui, Icon::Table, "No tables", "Read the schema of the database first.");
        return;
    }
    choose_first(&mut tables.selected, |name| schema.schema_type(name).is_some(), &schema.types[0].name);
    begin_check(state, cx, &schema);
    let mut change = None;
    beside_ui(
        ui,
        &mut (&mut *state, &mut *tables),
        |ui, (state, tables)| {
            let items: Vec<Listed<'_>> = schema.types.iter().map(|one| listed(state, one)).collect();
            state.list.show(ui, "Only tables with operations", items.into_iter(), &mut tables.selected);
        },
        |ui, (state, tables)| {
            let chosen = tables.selected.as_deref().and_then(|name| schema.schema_type(name));
            if let Some(schema_type) = chosen {
                change = editor::ui(ui, state, tables, cx, schema_type);
            }
        },
    );
    // Jobs and this page share the schema; it is copied if somebody still looks at it while it is changed.
    drop(schema);
    if let Some(change) = change {
        change.apply(cx.system_mut().schema_mut());
    }
}

/// Chooses the first row if the chosen one is not there.
pub fn choose_first(selected: &mut Option<String>, is_there: impl Fn(&str) -> bool, first: &str) {
    if !selected.as_deref().is_some_and(is_there) {
        *selected = Some(first.to_owned());
    }
}

/// Lets the core check what is there now, in the background.
fn begin_check(state: &mut State, cx: &Cx<'_>, schema: &Schema) {
    let set = schema.types.iter().filter(|one| one.operations != DataOperations::default());
    let operations = set.map(|one| (one.name.clone(), one.operations.clone())).collect();
    let key = (operations, cx.draft.script_language);
    if state.findings.wants(&key) {
        let draft = cx.draft.clone();
        let job = cx.worker.spawn("Checking data operations", move |_| findings::of_operations(&draft));
        state.findings.begin(key, job);
    }
}

fn listed<'a>(state: &State, schema_type: &'a SchemaType) -> Listed<'a> {
    let set = OperationKind::ALL.into_iter().filter(|kind| kind.of(&schema_type.operations).is_some());
    let names: Vec<&str> = set.map(OperationKind::id).collect();
    Listed {
        name: &schema_type.name,
        icon: if schema_type.view { Icon::View } else { Icon::Table },
        remark: names.join(", "),
        wrong: state.findings_of(&schema_type.name).next().is_some(),
    }
}

/// What must be put right before going on: every operation can be understood, as far as that is known.
///
/// # Errors
///
/// The first one that cannot.
pub fn check(draft: &Draft, known: &Known) -> Result<(), Problem> {
    known.wrong_operation(draft).map_or(Ok(()), |problem| Err(problem.clone()))
}

/// The first operation that cannot be understood. Takes its time: for jobs.
pub fn verdict(draft: &Draft) -> Option<Problem> {
    draft.system().dialect()?;
    let found = findings::of_operations(draft).into_iter().next()?;
    Some(Problem {
        help: found.fix,
        code: Some(found.code.to_owned()),
        ..Problem::new(format!("A data operation of {} cannot be used", found.class), found.text)
    })
}
