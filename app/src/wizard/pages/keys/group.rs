//! The dialog for a new column group (W11).

use egui::{Context, Sense, Ui, UiBuilder, vec2};
use syncwright_core::{
    project::{ColumnGroup, Schema, SchemaProperty, SchemaType},
    schema::keys,
};

use super::edit::Edit;
use crate::{
    problem::Problem,
    ui::{
        Button, Icon, dialog, field, list_row,
        rows::{RowsState, rows_ui},
        text, theme, tokens,
    },
    wizard::pages::{tables::cells, widgets},
};

/// A column group that is put together.
#[derive(Debug, Default)]
pub struct NewGroup {
    /// The schema type that it becomes part of.
    schema_type: String,
    name: String,
    /// Columns in the order in which they were chosen.
    columns: Vec<String>,
    filter: String,
    list: RowsState,
    /// Adding it was tried, so that what is missing is told.
    tried: bool,
}

impl NewGroup {
    /// A group of these columns to begin with.
    #[must_use]
    pub fn of(schema_type: &SchemaType, columns: Vec<String>) -> Self {
        let suitable =
            |name: &String| schema_type.property(name).is_some_and(|property| why_not(property).is_none());
        let columns = columns.into_iter().filter(suitable).collect();
        Self { schema_type: schema_type.name.clone(), columns, ..Self::default() }
    }

    fn group(&self) -> ColumnGroup {
        ColumnGroup { name: self.name.trim().to_owned(), properties: self.columns.clone() }
    }

    /// What is wrong with the group; nothing if it can be added.
    fn problem(&self, schema_type: &SchemaType) -> Option<Problem> {
        // On a copy without columns of data: the names are all that is looked at.
        let mut copy = schema_type.clone();
        let declared = keys::declare_group(&mut copy, self.group());
        declared.err().map(|error| Problem::of("The column group cannot be added", &error))
    }
}

/// Why a column cannot be part of a group; nothing if it can.
fn why_not(property: &SchemaProperty) -> Option<String> {
    super::words::why_no_key(property)
}

/// Draws the dialog; gives what is to be done, and takes the group away when the dialog is closed.
pub fn dialog_ui(ctx: &Context, state: &mut Option<NewGroup>, schema: &Schema) -> Option<Edit> {
    let group = state.as_mut()?;
    let Some(table) = schema.types.iter().position(|one| one.name == group.schema_type) else {
        *state = None;
        return None;
    };
    let schema_type = schema.types.get(table)?;
    let title = format!("New column group of {}", schema_type.name);
    let (answer, dismissed) = dialog::dialog_ui(ctx, "column group", &title, 460.0, |ui| {
        content_ui(ui, group, schema_type);
        buttons_ui(ui, group, schema_type)
    });
    let edit = match answer {
        Some(true) => Some(Edit::AddGroup { table, group: group.group() }),
        Some(false) | None => None,
    };
    if answer.is_some() || dismissed {
        *state = None;
    }
    edit
}

fn content_ui(ui: &mut Ui, group: &mut NewGroup, schema_type: &SchemaType) {
    text::hint_ui(ui, "A composite key with a name: its values become one property that mappings can use.");
    ui.add_space(theme::S2);
    widgets::text_ui(ui, "Name of the column group", "Letters and underscores", &mut group.name);
    let property = group.group().property_name();
    field::fact_ui(ui, "Property", &property);
    let chosen = if group.columns.is_empty() { "none yet".to_owned() } else { group.columns.join(" + ") };
    field::fact_ui(ui, "Columns", &chosen);
    ui.add_space(theme::S1);
    field::filter_ui(ui, &mut group.filter, "Filter columns of the group", 250.0);
    ui.add_space(theme::S1);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 220.0), Sense::hover());
    let mut child = ui.new_child(UiBuilder::new().id_salt("group columns").max_rect(rect));
    columns_ui(&mut child, group, schema_type);
    if let Some(problem) = group.problem(schema_type).filter(|_| group.tried || !group.name.is_empty()) {
        ui.add_space(theme::S2);
        let colors = tokens(ui);
        field::callout_ui(ui, Icon::Warning, colors.warning, |ui| {
            text::body_ui(ui, &problem.text);
            if let Some(help) = &problem.help {
                text::hint_ui(ui, help);
            }
        });
    }
}

fn columns_ui(ui: &mut Ui, group: &mut NewGroup, schema_type: &SchemaType) {
    let wanted = group.filter.trim().to_lowercase();
    let called = |property: &&SchemaProperty| property.name.to_lowercase().contains(&wanted);
    let shown: Vec<&SchemaProperty> = schema_type.properties.iter().filter(called).collect();
    let mut clicked = None;
    let (mut list, columns) = (group.list, &group.columns);
    let output = rows_ui(
        ui,
        "Columns of the group",
        &mut list,
        shown.len() as u64,
        theme::ROW,
        |ui, at, rect, response| {
            let Some(property) = shown.get(at as usize) else { return String::new() };
            list_row::background(ui, rect, false, response);
            let mut child = ui.new_child(UiBuilder::new().id_salt(&property.name).max_rect(rect));
            let on = columns.contains(&property.name);
            let name = format!("In the group: {}", property.name);
            let reason = why_not(property);
            if cells::labelled_check_ui(&mut child, &name, &property.name, on, reason.as_deref()) {
                clicked = Some(property.name.clone());
            }
            property.name.clone()
        },
    );
    group.list = list;
    let opened = output.opened.and_then(|at| shown.get(at as usize));
    let opened = opened.filter(|property| why_not(property).is_none()).map(|property| property.name.clone());
    if let Some(name) = clicked.or(opened) {
        if group.columns.contains(&name) {
            group.columns.retain(|one| *one != name);
        } else {
            group.columns.push(name);
        }
    }
}

/// The buttons; tells whether to add the group or to give it up.
fn buttons_ui(ui: &mut Ui, group: &mut NewGroup, schema_type: &SchemaType) -> Option<bool> {
    let mut answer = None;
    dialog::buttons_ui(ui, |ui| {
        if ui.add(Button::primary("Add column group")).clicked() {
            group.tried = true;
            answer = group.problem(schema_type).is_none().then_some(true);
        }
        if ui.add(Button::new("Discard column group")).clicked() {
            answer = Some(false);
        }
    });
    answer
}
