//! The rows of W12: what each column refers to, whether integrity is ensured, what the data says.

use std::collections::BTreeMap;

use egui::{Align, Key, Margin, Rect, TextEdit, Ui};
use syncwright_core::{
    project::{ForeignKey, Schema, SchemaType},
    schema::relations::RelationCheck,
};

use super::{Act, Draft, Edit, about, edit, question, words};
use crate::{
    ui::{Icon, field, text, theme, tokens},
    wizard::{
        loading::Loading,
        pages::tables::{Cells, Checks, Row, cells, qualified_names},
    },
};

/// Draws the cells of W12.
pub struct RelationCells<'a> {
    /// The tables.
    pub schema: &'a Schema,
    /// What is being typed.
    pub(super) drafts: &'a BTreeMap<(usize, usize), Draft>,
    /// What the data says.
    pub checks: &'a Checks<ForeignKey, RelationCheck>,
    /// What was done in the cells.
    pub(super) acts: &'a mut Vec<Act>,
}

impl Cells for RelationCells<'_> {
    fn cells_ui(&mut self, ui: &mut Ui, row: Row, rects: &[Rect]) {
        let [targets, integrity, data] = rects else { return };
        let Some(schema_type) = self.schema.types.get(row.table()) else { return };
        match row {
            Row::Table(_) => {
                let count = schema_type.foreign_keys.len() as u64;
                if count > 0 {
                    let words = text::count(count, "relation", "relations");
                    text::cell(ui, *targets, &words, theme::body(), tokens(ui).text_secondary, Align::Min);
                }
            }
            Row::Column(table, column) => {
                let Some(property) = schema_type.properties.get(column) else { return };
                self.targets_ui(ui, *targets, (table, column), schema_type, &property.name);
                self.integrity_ui(ui, *integrity, (table, column), schema_type, &property.name);
                self.data_ui(ui, *data, (table, column), schema_type, &property.name);
            }
            Row::Extra(table, extra) => {
                if let Some((at, relation)) = edit::composite(schema_type).nth(extra) {
                    self.composite_ui(ui, [*targets, *integrity, *data], table, at, schema_type, relation);
                }
            }
        }
    }

    fn extra(&self, schema_type: &SchemaType, extra: usize) -> String {
        edit::composite(schema_type)
            .nth(extra)
            .map(|(_, relation)| relation.properties.join(" + "))
            .unwrap_or_default()
    }

    fn icon(&self, schema_type: &SchemaType, column: usize) -> Option<Icon> {
        let property = schema_type.properties.get(column)?;
        let refers =
            schema_type.foreign_keys.iter().any(|relation| relation.properties.contains(&property.name));
        refers.then_some(Icon::ToRight)
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: Row) {
        match row {
            Row::Column(table, column) => {
                if ui.button("Copy fully qualified column name").clicked() {
                    self.acts.extend(qualified_names(self.schema, &[(table, column)]).map(Act::Copy));
                    ui.close();
                }
            }
            Row::Table(_) | Row::Extra(..) => {
                if ui.button("Suggest relations").clicked() {
                    self.acts.push(Act::Look { values: true });
                    ui.close();
                }
            }
        }
    }
}

impl RelationCells<'_> {
    fn targets_ui(
        &mut self,
        ui: &mut Ui,
        cell: Rect,
        place: (usize, usize),
        schema_type: &SchemaType,
        property: &str,
    ) {
        let stored = edit::targets_text(self.schema, schema_type, property);
        let draft = self.drafts.get(&place);
        let mut typed = draft.map_or_else(|| stored.clone(), |draft| draft.text.clone());
        let failed = draft.is_some_and(|draft| draft.problem.is_some());
        let color = if failed { tokens(ui).danger } else { tokens(ui).text };
        let name = format!("Refers to: {}.{property}", schema_type.name);
        let response = cells::inside_ui(ui, cell.shrink2(egui::vec2(0.0, 2.0)), |ui| {
            // Fields elsewhere are higher than a row.
            ui.spacing_mut().interact_size.y = cell.height() - 4.0;
            let edit = TextEdit::singleline(&mut typed)
                .id_salt("targets")
                .font(theme::body())
                .text_color(color)
                .desired_width(cell.width())
                .margin(Margin::symmetric(6, 2));
            ui.add(edit).accessible_name(&name)
        });
        if response.changed() {
            self.acts.push(Act::Typed(place, typed.clone()));
        }
        if response.lost_focus() {
            if ui.input(|input| input.key_pressed(Key::Escape)) {
                self.acts.push(Act::Revert(place));
            } else if typed != stored {
                let (table, column) = place;
                self.acts.push(Act::Edit(Edit::Targets { table, column, text: typed }));
            } else if draft.is_some() {
                self.acts.push(Act::Revert(place));
            }
        } else if !response.has_focus() && draft.is_some_and(|draft| draft.problem.is_none()) {
            // It was scrolled out of sight while it was typed in, which takes the focus without a word.
            let (table, column) = place;
            self.acts.push(Act::Edit(Edit::Targets { table, column, text: typed }));
        }
        match draft.and_then(|draft| draft.problem.as_ref()) {
            Some(problem) => response.on_hover_text(&problem.text),
            None => response.on_hover_text("schema.table.column, several with commas"),
        };
    }

    fn integrity_ui(
        &mut self,
        ui: &mut Ui,
        cell: Rect,
        place: (usize, usize),
        schema_type: &SchemaType,
        property: &str,
    ) {
        let own = || schema_type.foreign_keys.iter().filter(|relation| edit::is_of(relation, property));
        if own().next().is_none() {
            return;
        }
        let declared = own().any(|relation| relation.declared);
        let ensured = own().all(|relation| relation.integrity_ensured);
        let name = format!("Referential integrity is ensured: {}.{property}", schema_type.name);
        let (table, column) = place;
        if let Some(ensured) = switch_ui(ui, cell, &name, ensured, declared) {
            self.acts.push(Act::Edit(Edit::ColumnIntegrity { table, column, ensured }));
        }
    }

    /// What is wrong with what was typed, where the relation is from, or what the data says about it.
    fn data_ui(
        &mut self,
        ui: &Ui,
        cell: Rect,
        place: (usize, usize),
        schema_type: &SchemaType,
        property: &str,
    ) {
        let problem = self.drafts.get(&place).and_then(|draft| draft.problem.as_ref());
        if let Some(problem) = problem {
            cells::status_ui(ui, cell, Icon::Error, &problem.text, tokens(ui).danger);
            return;
        }
        let own: Vec<&ForeignKey> =
            schema_type.foreign_keys.iter().filter(|relation| edit::is_of(relation, property)).collect();
        // Of several, the one that says most.
        let known = |one: &&&ForeignKey| self.answer(schema_type, one).is_some();
        if let Some(relation) = own.iter().find(known).or(own.first()) {
            self.status_ui(ui, cell, schema_type, relation);
        }
    }

    fn answer(&self, schema_type: &SchemaType, relation: &ForeignKey) -> Option<&Loading<RelationCheck>> {
        self.checks.answer(&about(&schema_type.name, relation), &question(relation))
    }

    fn status_ui(&self, ui: &Ui, cell: Rect, schema_type: &SchemaType, relation: &ForeignKey) {
        let colors = tokens(ui);
        match self.answer(schema_type, relation) {
            None => {
                let origin = if relation.declared { "declared here" } else { "from the database" };
                cells::words_ui(ui, cell, origin, colors.text_secondary);
            }
            Some(Loading::Idle | Loading::Running(_)) => {
                cells::words_ui(ui, cell, "being checked", colors.text_secondary);
            }
            Some(Loading::Failed(problem)) => {
                cells::status_ui(ui, cell, Icon::Warning, &problem.text, colors.warning);
            }
            Some(Loading::Done(check)) => {
                let (icon, color) = match (check.references, check.dangling) {
                    (0, _) => (Icon::Info, colors.text_secondary),
                    (_, 0) => (Icon::Ok, colors.success),
                    _ => (Icon::Warning, colors.warning),
                };
                cells::status_ui(ui, cell, icon, &words::short(check), color);
            }
        }
    }

    fn composite_ui(
        &mut self,
        ui: &mut Ui,
        [targets, integrity, data]: [Rect; 3],
        table: usize,
        at: usize,
        schema_type: &SchemaType,
        relation: &ForeignKey,
    ) {
        let to = format!("{}: {}", relation.references, relation.referenced_properties.join(" + "));
        text::cell(ui, targets, &to, theme::body(), tokens(ui).text, Align::Min);
        let columns = relation.properties.join(" + ");
        let name = format!("Referential integrity is ensured: {}: {columns}", schema_type.name);
        if let Some(ensured) = switch_ui(ui, integrity, &name, relation.integrity_ensured, relation.declared)
        {
            self.acts.push(Act::Edit(Edit::Integrity { table, at, ensured }));
        }
        let mut words = data;
        if relation.declared {
            let name = format!("Remove relation {}: {columns}", schema_type.name);
            if cells::button_ui(ui, data, Icon::Delete, &name) {
                self.acts.push(Act::Edit(Edit::Remove { table, at }));
            }
            words = data.with_max_x(data.right() - 28.0);
        }
        self.status_ui(ui, words, schema_type, relation);
    }
}

/// A switch in a cell; relations of the database cannot be changed.
fn switch_ui(ui: &mut Ui, cell: Rect, name: &str, on: bool, declared: bool) -> Option<bool> {
    cells::inside_ui(ui, cell, |ui| {
        let switch = ui.add_enabled_ui(declared, |ui| field::bare_switch_ui(ui, name, on));
        if !declared {
            switch.response.on_hover_text("The relation is from the database, which knows");
        }
        switch.inner
    })
}
