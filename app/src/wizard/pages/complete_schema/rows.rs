//! The rows of W13: check boxes for the settings that are used often, the others in words.

use egui::{Rect, Ui};
use syncwright_core::project::{Schema, SchemaType};

use super::{Act, Change, IN_ROWS, settings};
use crate::{
    ui::{Icon, tokens},
    wizard::pages::tables::{Cells, Row, cells, qualified_names},
};

/// Draws the cells of W13.
pub struct SettingCells<'a> {
    /// The tables.
    pub schema: &'a Schema,
    /// What was done in the cells.
    pub(super) acts: &'a mut Vec<Act>,
    /// The table whose display template is wanted.
    pub template: Option<usize>,
}

impl Cells for SettingCells<'_> {
    fn cells_ui(&mut self, ui: &mut Ui, row: Row, rects: &[Rect]) {
        let Some(schema_type) = self.schema.types.get(row.table()) else { return };
        match row {
            Row::Table(table) => self.table_ui(ui, rects, table, schema_type),
            Row::Column(table, column) => self.column_ui(ui, rects, (table, column), schema_type),
            Row::Extra(..) => {}
        }
    }

    fn extra(&self, _: &SchemaType, _: usize) -> String {
        String::new()
    }

    fn icon(&self, schema_type: &SchemaType, column: usize) -> Option<Icon> {
        let property = schema_type.properties.get(column)?;
        schema_type.is_key(&property.name).then_some(Icon::Key)
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: Row) {
        if ui.button("Edit the display template").clicked() {
            self.template = Some(row.table());
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

impl SettingCells<'_> {
    fn table_ui(&mut self, ui: &Ui, rects: &[Rect], table: usize, schema_type: &SchemaType) {
        let (Some(first), Some(last)) = (rects.first(), rects.last()) else { return };
        let cell = first.union(*last);
        let colors = tokens(ui);
        let name = format!("Edit the display template of {}", schema_type.name);
        if cells::button_ui(ui, cell, Icon::Variables, &name) {
            self.template = Some(table);
        }
        let words = cell.with_max_x(cell.right() - 28.0);
        match &schema_type.display_template {
            Some(template) => cells::words_ui(ui, words, template, colors.text),
            None => cells::words_ui(ui, words, "no display template", colors.text_secondary),
        }
    }

    fn column_ui(&mut self, ui: &Ui, rects: &[Rect], place: (usize, usize), schema_type: &SchemaType) {
        let Some(property) = schema_type.properties.get(place.1) else { return };
        for (flag, cell) in IN_ROWS.into_iter().zip(rects) {
            let name = format!("{}: {}.{}", flag.label(), schema_type.name, property.name);
            let on = flag.is_on(property);
            let why_not = flag.why_not(schema_type, property);
            if cells::check_ui(ui, *cell, &name, on, why_not.as_deref()) {
                self.acts.push(Act::Set(vec![place], Change::Flag(flag, !on)));
            }
        }
        if let Some(cell) = rects.last() {
            cells::words_ui(ui, *cell, &settings::others(property), tokens(ui).text_secondary);
        }
    }
}
