//! Key columns that an operation needs a value in.

use egui::Ui;
use syncwright_core::project::{DataOperation, SchemaType};

use super::{super::widgets::note_ui, State};
use crate::ui::{Icon, field, text, theme, tokens};

/// The choice of key columns that must have a value; gives the operation with another choice.
pub fn ui(ui: &mut Ui, schema_type: &SchemaType, operation: &DataOperation) -> Option<DataOperation> {
    ui.add_space(theme::S2);
    text::caption_ui(ui, "Required key columns: an object without a value there is in error");
    let choices = key_columns(schema_type, operation);
    if choices.is_empty() {
        text::hint_ui(ui, "The table has no key.");
        return None;
    }
    let mut changed = None;
    for (name, what) in choices {
        let on = operation.required_keys.contains(&name);
        if let Some(on) = field::switch_ui(ui, &format!("{name} ({what})"), on) {
            let mut operation = operation.clone();
            operation.required_keys.retain(|one| *one != name);
            if on {
                operation.required_keys.push(name);
            }
            changed = Some(operation);
        }
    }
    changed
}

/// What the check says of the shown operation beside what stands at its text already.
pub fn findings_ui(ui: &mut Ui, state: &State, schema_type: &SchemaType) {
    let colors = tokens(ui);
    let operation = format!("the {} operation of ", state.kind.id());
    let required = state.findings_of(&schema_type.name).filter(|found| found.code == "SW-C132");
    for found in required.filter(|found| found.text.contains(&operation)) {
        let fix = found.fix.as_deref().map_or_else(String::new, |fix| format!("\n{fix}"));
        note_ui(ui, Icon::Error, colors.danger, &format!("{}{fix}", found.text));
    }
}

/// Columns of keys, and those that are required although they are in none.
fn key_columns(schema_type: &SchemaType, operation: &DataOperation) -> Vec<(String, &'static str)> {
    let key = schema_type.key.iter().map(|name| (name, "key"));
    let unique = schema_type.unique_keys.iter().flatten().map(|name| (name, "unique"));
    let others = operation.required_keys.iter().map(|name| (name, "in no key"));
    let mut columns: Vec<(String, &'static str)> = Vec::new();
    for (name, what) in key.chain(unique).chain(others) {
        if columns.iter().all(|(known, _)| known != name) {
            columns.push((name.clone(), what));
        }
    }
    columns
}
