//! Below the tables of W12: the relations of the chosen one, with what the data says about each.

use egui::Ui;
use syncwright_core::project::{ForeignKey, Schema, SchemaType};

use super::{Act, Edit, State, about, question, words};
use crate::{
    ui::{Button, Icon, badge, bars, field, text, theme, tokens},
    wizard::{loading::Loading, pages::widgets},
};

/// Draws the relations of the chosen table.
pub fn ui(
    ui: &mut Ui,
    state: &State,
    schema: &Schema,
    chosen: Option<(usize, &SchemaType)>,
    acts: &mut Vec<Act>,
) {
    let Some((table, schema_type)) = chosen else {
        text::hint_ui(ui, "Select a table to see its relations.");
        return;
    };
    for ((_, column), draft) in state.drafts.range((table, 0)..=(table, usize::MAX)) {
        if let (Some(problem), Some(property)) = (&draft.problem, schema_type.properties.get(*column)) {
            text::caption_ui(ui, format!("{}: {}", property.name, draft.text));
            widgets::problem_ui(ui, problem);
        }
    }
    if schema_type.foreign_keys.is_empty() {
        text::hint_ui(
            ui,
            "This table refers to nothing. Type a target beside a column, or let relations be suggested.",
        );
    }
    for (at, relation) in schema_type.foreign_keys.iter().enumerate() {
        ui.push_id(at, |ui| relation_ui(ui, state, schema, (table, schema_type), at, relation, acts));
    }
}

fn relation_ui(
    ui: &mut Ui,
    state: &State,
    schema: &Schema,
    (table, schema_type): (usize, &SchemaType),
    at: usize,
    relation: &ForeignKey,
    acts: &mut Vec<Act>,
) {
    let colors = tokens(ui);
    let words = words::relation(relation);
    ui.horizontal_wrapped(|ui| {
        text::line_ui(ui, &words, theme::medium(), colors.text);
        let (origin, color) = if relation.declared {
            ("declared here", colors.target)
        } else {
            ("from the database", colors.text_secondary)
        };
        badge::badge_ui(ui, origin, color);
        if relation.integrity_ensured {
            badge::badge_ui(ui, "integrity ensured", colors.success);
        }
        let check = ui.add(Button::quiet("Check").icon(Icon::Run));
        if check.accessible_name(format!("Check relation {words}")).clicked() {
            acts.push(Act::Check(table, at));
        }
        if relation.declared {
            let remove = ui.add(Button::quiet("Remove").icon(Icon::Delete));
            if remove.accessible_name(format!("Remove relation {words}")).clicked() {
                acts.push(Act::Edit(Edit::Remove { table, at }));
            }
        }
    });
    match state.checks.answer(&about(&schema_type.name, relation), &question(relation)) {
        None => {}
        Some(Loading::Idle | Loading::Running(_)) => {
            ui.horizontal(|ui| {
                bars::progress_ui(ui, 90.0, None);
                text::line_ui(ui, "Counting dangling references", theme::body(), colors.text_secondary);
            });
            ui.request_repaint_after(std::time::Duration::from_millis(60));
        }
        Some(Loading::Failed(problem)) => widgets::problem_ui(ui, problem),
        Some(Loading::Done(check)) => {
            let sentence = words::sentence(schema, schema_type, relation, check);
            if check.dangling > 0 {
                field::callout_ui(ui, Icon::Warning, colors.warning, |ui| {
                    text::body_ui(ui, sentence);
                });
            } else {
                text::hint_ui(ui, sentence);
            }
        }
    }
    ui.add_space(theme::S1);
}
