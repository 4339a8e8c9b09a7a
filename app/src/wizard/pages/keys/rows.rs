//! The rows of W11: a check box per column, what is to be said about the key, the column groups.

use egui::{Rect, Ui};
use syncwright_core::{
    project::{ColumnGroup, Generated, Schema, SchemaProperty, SchemaType},
    schema::keys::KeyCheck,
};

use super::{Act, Edit, edit, words};
use crate::{
    ui::{Icon, tokens},
    wizard::{
        loading::Loading,
        pages::tables::{Cells, Checks, Row, cells, qualified_names},
    },
};

/// Draws the cells of W11.
pub struct KeyCells<'a> {
    /// The tables.
    pub schema: &'a Schema,
    /// What is known of their keys.
    pub checks: &'a Checks<Vec<String>, KeyCheck>,
    /// What was done in the cells.
    pub acts: &'a mut Vec<Act>,
}

impl Cells for KeyCells<'_> {
    fn cells_ui(&mut self, ui: &mut Ui, row: Row, rects: &[Rect]) {
        let [mark, remarks] = rects else { return };
        let Some(schema_type) = self.schema.types.get(row.table()) else { return };
        match row {
            Row::Table(_) => table_status(ui, *remarks, schema_type, self.checks),
            Row::Column(table, column) => {
                let Some(property) = schema_type.properties.get(column) else { return };
                self.mark_ui(ui, *mark, table, schema_type, column, property);
                cells::words_ui(
                    ui,
                    *remarks,
                    &column_remarks(schema_type, property),
                    tokens(ui).text_secondary,
                );
            }
            Row::Extra(table, at) => {
                let Some(group) = schema_type.column_groups.get(at) else { return };
                let name = format!("Remove column group {} of {}", group.name, schema_type.name);
                if cells::button_ui(ui, *remarks, Icon::Delete, &name) {
                    self.acts.push(Act::Edit(Edit::RemoveGroup { table, at }));
                }
                let words = remarks.with_max_x(remarks.right() - 28.0);
                cells::words_ui(ui, words, &group.properties.join(" + "), tokens(ui).text_secondary);
            }
        }
    }

    fn extra(&self, schema_type: &SchemaType, extra: usize) -> String {
        schema_type.column_groups.get(extra).map(ColumnGroup::property_name).unwrap_or_default()
    }

    fn icon(&self, schema_type: &SchemaType, column: usize) -> Option<Icon> {
        let property = schema_type.properties.get(column)?;
        schema_type.is_key(&property.name).then_some(Icon::Key)
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: Row) {
        if ui.button("Suggest keys").clicked() {
            self.acts.push(Act::Suggest(row.table()));
            ui.close();
        }
        if ui.button("New column group…").clicked() {
            self.acts.push(Act::NewGroup(row.table(), Vec::new()));
            ui.close();
        }
        if let Row::Column(table, column) = row
            && ui.button("Copy fully qualified column name").clicked()
        {
            self.acts.extend(qualified_names(self.schema, &[(table, column)]).map(Act::Copy));
            ui.close();
        }
    }
}

impl KeyCells<'_> {
    fn mark_ui(
        &mut self,
        ui: &Ui,
        cell: Rect,
        table: usize,
        schema_type: &SchemaType,
        column: usize,
        property: &SchemaProperty,
    ) {
        let name = format!("Key: {}.{}", schema_type.name, property.name);
        let on = schema_type.is_key(&property.name);
        let why_not = edit::why_not(schema_type, column);
        if cells::check_ui(ui, cell, &name, on, why_not.as_deref()) {
            let edit = edit::with_columns(table, schema_type, &[&property.name], !on);
            self.acts.extend(edit.map(Act::Edit));
        }
    }
}

/// What is to be said about the key of a table, in its row.
fn table_status(ui: &Ui, cell: Rect, schema_type: &SchemaType, checks: &Checks<Vec<String>, KeyCheck>) {
    let colors = tokens(ui);
    if schema_type.key.is_empty() {
        let words = "no key: excluded from synchronization";
        cells::status_ui(ui, cell, Icon::Warning, words, colors.warning);
        return;
    }
    let key = schema_type.key.join(" + ");
    match checks.answer(&schema_type.name, &schema_type.key) {
        Some(Loading::Idle | Loading::Running(_)) => {
            cells::words_ui(ui, cell, &format!("key {key}, being checked"), colors.text_secondary);
        }
        Some(Loading::Done(check)) if check.is_key() => {
            let words = format!("key {key}: {}", words::short(check));
            cells::status_ui(ui, cell, Icon::Ok, &words, colors.success);
        }
        Some(Loading::Done(check)) => {
            let words = format!("key {key}: {}", words::short(check));
            cells::status_ui(ui, cell, Icon::Error, &words, colors.danger);
        }
        Some(Loading::Failed(problem)) => {
            let words = format!("key {key}, not checked: {}", problem.text);
            cells::status_ui(ui, cell, Icon::Warning, &words, colors.warning);
        }
        None => cells::words_ui(ui, cell, &format!("key {key}"), colors.text_secondary),
    }
}

fn column_remarks(schema_type: &SchemaType, property: &SchemaProperty) -> String {
    let unique = schema_type.unique_keys.iter().any(|key| key.as_slice() == [property.name.clone()]);
    let remarks = [
        property.unusable.as_ref().map(|why| format!("cannot be used: {why}")),
        (!property.native_type.is_empty()).then(|| property.native_type.clone()),
        unique.then(|| "unique".to_owned()),
        (property.generated == Generated::Identity).then(|| "filled if empty".to_owned()),
        (property.generated == Generated::Always).then(|| "computed".to_owned()),
        (!property.mandatory).then(|| "may be empty".to_owned()),
    ];
    remarks.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
