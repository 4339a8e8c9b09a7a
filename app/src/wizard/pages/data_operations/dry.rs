//! The dry render: statements and bound values for a sample object. Nothing is executed.

use egui::{Align, Sense, Ui, WidgetInfo, accesskit::Role, vec2};
use syncwright_core::{
    connect::odbc::{RenderedParameter, RenderedStatement},
    expr::OperationValue,
    project::{DataOperation, OperationStrategy, Schema, SchemaType},
    schema::Sample,
};

use super::{
    super::{Cx, tables, widgets::problem_ui},
    Key, State, findings,
    rendering::{Subject, render},
};
use crate::{
    ui::{
        Button, Icon,
        code_edit::{self, Fault, Language},
        field, icon_button_ui,
        table::{self, Column},
        text, theme, tokens,
    },
    wizard::loading::Loading,
};

impl State {
    /// What is wrong with the text of the shown operation, as far as that is known yet.
    pub(super) fn fault(&self, table: &str, strategy: &OperationStrategy) -> Option<&Fault> {
        match self.rendered.last(|key| self.is_shown(key, table, strategy))? {
            Ok(rendering) => rendering.fault.as_ref(),
            Err(_) => None,
        }
    }

    fn is_shown(&self, key: &Key, table: &str, strategy: &OperationStrategy) -> bool {
        let same = std::mem::discriminant(&key.strategy) == std::mem::discriminant(strategy);
        same && key.kind == self.kind && key.table == table
    }
}

/// Works the operation out again if it, or the sample object, has changed.
pub fn work(
    state: &mut State,
    tables: &mut tables::State,
    cx: &mut Cx<'_>,
    schema_type: &SchemaType,
    operation: &DataOperation,
) {
    if state.row_of.as_deref() != Some(&schema_type.name) {
        state.row_of = Some(schema_type.name.clone());
        state.row = 0;
    }
    let sample = tables.samples.of(cx, &schema_type.name).done().filter(|sample| !sample.is_empty());
    if let Some(sample) = sample {
        state.row = state.row.min(sample.len() - 1);
    }
    let row = sample.map(|_| state.row);
    let language = cx.draft.script_language;
    let strategy = operation.strategy.clone();
    let key = Key { table: schema_type.name.clone(), kind: state.kind, strategy, language, row };
    if !state.rendered.wants(&key) {
        return;
    }
    let subject = Subject {
        schema_type: schema_type.clone(),
        kind: state.kind,
        strategy: operation.strategy.clone(),
        project: findings::project_with(cx.draft, Schema::default()),
        dialect: cx.system().dialect().unwrap_or_default().to_owned(),
        object: sample.map(|sample| sample.object(state.row)),
    };
    match operation.strategy {
        // That takes no time.
        OperationStrategy::Pattern(_) => state.rendered.put(key, render(&subject)),
        OperationStrategy::Script(_) => {
            let job = cx.worker.spawn("Rendering a data operation", move |_| render(&subject));
            state.rendered.begin(key, job);
        }
    }
}

/// Draws the sample object and what becomes of it.
pub fn ui(
    ui: &mut Ui,
    state: &mut State,
    tables: &mut tables::State,
    cx: &mut Cx<'_>,
    schema_type: &SchemaType,
) {
    field::card_ui(ui, |ui| {
        text::heading_ui(ui, "Dry render");
        text::hint_ui(ui, "What becomes of an object of the database. Nothing is executed.");
        ui.add_space(theme::S1);
        let mut again = false;
        match tables.samples.of(cx, &schema_type.name) {
            Loading::Idle | Loading::Running(_) => {
                text::hint_ui(ui, "Reading a sample of the table…");
            }
            Loading::Failed(problem) => {
                problem_ui(ui, problem);
                again = ui.add(Button::new("Read the sample again").icon(Icon::Refresh)).clicked();
            }
            Loading::Done(sample) if sample.is_empty() => {
                text::hint_ui(ui, "The table has no objects to try it on.");
            }
            Loading::Done(sample) => {
                objects_ui(ui, state, sample, schema_type);
                rendered_ui(ui, state, schema_type);
            }
        }
        if again {
            tables.samples.forget(&schema_type.name);
        }
    });
}

/// Which of the sample objects, and the way to the others.
fn objects_ui(ui: &mut Ui, state: &mut State, sample: &Sample, schema_type: &SchemaType) {
    let colors = tokens(ui);
    let last = sample.len() - 1;
    ui.horizontal(|ui| {
        let before = Button::quiet("Previous object").icon(Icon::ToLeft).only_icon().enabled(state.row > 0);
        if ui.add(before).on_hover_text("Previous object").clicked() {
            state.row = state.row.saturating_sub(1);
        }
        let after = Button::quiet("Next object").icon(Icon::ToRight).only_icon().enabled(state.row < last);
        if ui.add(after).on_hover_text("Next object").clicked() {
            state.row = (state.row + 1).min(last);
        }
        let words = format!("Object {} of {}", state.row + 1, sample.len());
        text::line_ui(ui, words, theme::medium(), colors.text);
        text::line_ui(ui, key_words(sample, schema_type, state.row), theme::body(), colors.text_secondary);
    });
}

fn key_words(sample: &Sample, schema_type: &SchemaType, row: usize) -> String {
    let value = |name: &String| {
        format!("{name} = {}", crate::ui::value::plain(&sample.value(schema_type, name, row), false))
    };
    schema_type.key.iter().map(value).collect::<Vec<_>>().join(", ")
}

fn rendered_ui(ui: &mut Ui, state: &State, schema_type: &SchemaType) {
    let shown = state.rendered.last(|key| key.kind == state.kind && key.table == schema_type.name);
    let Some(result) = shown else {
        text::hint_ui(ui, "Working it out…");
        return;
    };
    let statements = match result {
        Err(problem) => return problem_ui(ui, problem),
        Ok(rendering) if rendering.fault.is_some() => {
            text::hint_ui(ui, "The text cannot be used yet; see above.");
            return;
        }
        Ok(rendering) => &rendering.statements,
    };
    match statements {
        None => {}
        Some(Err(fault)) => code_edit::fault_ui(ui, fault),
        Some(Ok(statements)) if statements.is_empty() => {
            text::body_ui(ui, "Nothing is done for this object: the script gives an empty list.");
        }
        Some(Ok(statements)) => {
            for (place, statement) in statements.iter().enumerate() {
                let of = if statements.len() > 1 {
                    format!("Statement {}", place + 1)
                } else {
                    "Statement".to_owned()
                };
                statement_ui(ui, &of, statement);
            }
        }
    }
}

const COLUMNS: [Column; 4] = [
    Column::share("Bound value", 120.0, 1.0),
    Column::fixed("Which", 60.0),
    Column::fixed("Type", 110.0),
    Column::share("Value", 140.0, 2.0),
];

fn statement_ui(ui: &mut Ui, title: &str, statement: &RenderedStatement) {
    ui.add_space(theme::S2);
    ui.horizontal(|ui| {
        text::caption_ui(ui, title);
        if icon_button_ui(ui, Icon::Copy, &format!("Copy {}", title.to_lowercase())).clicked() {
            ui.ctx().copy_text(statement.sql.clone());
        }
    });
    code_edit::code_ui(ui, Language::Pattern, &statement.sql);
    if statement.parameters.is_empty() {
        return;
    }
    ui.add_space(theme::S1);
    table::header_ui(ui, &COLUMNS, false);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (place, parameter) in statement.parameters.iter().enumerate() {
            parameter_ui(ui, place + 1, parameter);
        }
    });
}

fn parameter_ui(ui: &mut Ui, number: usize, parameter: &RenderedParameter) {
    let colors = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
    let which = match parameter.which {
        OperationValue::New => "new",
        OperationValue::Old => "old",
        OperationValue::Option => "option",
    };
    let (value, color) = match parameter.value.as_deref() {
        None => ("NULL", colors.text_secondary),
        Some("") => ("(empty)", colors.text_secondary),
        Some(value) => (value, colors.text),
    };
    let type_label = parameter.value_type.label();
    let name = format!("Bound value {number}: {}, {which}, {type_label}, {value}", parameter.name);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &name));
    let cells = table::cells(&COLUMNS, rect);
    let which_color =
        if parameter.which == OperationValue::Old { colors.warning } else { colors.text_secondary };
    let shown = [
        (parameter.name.as_str(), theme::mono(), colors.text),
        (which, theme::body(), which_color),
        (type_label.as_str(), theme::body(), colors.text_secondary),
        (value, theme::body(), color),
    ];
    for (cell, (words, font, color)) in cells.into_iter().zip(shown) {
        text::cell(ui, cell, words, font, color, Align::Min);
    }
    table::row_line(ui, rect);
}
