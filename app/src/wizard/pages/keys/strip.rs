//! Below the tables of W11: the key of the chosen one, what the data says about it, possible keys, column groups.

use egui::{Align, Layout, Ui};
use syncwright_core::{
    project::{Schema, SchemaType},
    schema::keys::{KeyCandidate, KeyCheck},
};

use super::{Act, Edit, State, words};
use crate::{
    problem::Problem,
    ui::{Button, Icon, bars, field, text, theme, tokens},
    wizard::{
        loading::Loading,
        pages::{tables, widgets},
    },
};

/// Draws the details of the chosen table.
pub fn ui(ui: &mut Ui, state: &State, tables: &tables::State, schema: &Schema, acts: &mut Vec<Act>) {
    let chosen = schema.types.iter().enumerate().find(|(_, one)| Some(&one.name) == tables.selected.as_ref());
    let Some((table, schema_type)) = chosen else {
        text::hint_ui(ui, "Select a table to see its key and what could be one.");
        return;
    };
    title_ui(ui, table, schema_type, acts);
    if let Some((_, problem)) = state.problem.as_ref().filter(|(name, _)| *name == schema_type.name) {
        widgets::problem_ui(ui, problem);
    }
    key_ui(ui, state, table, schema_type, acts);
    proposals_ui(ui, state, table, schema_type, acts);
    groups_ui(ui, table, schema_type, acts);
}

fn title_ui(ui: &mut Ui, table: usize, schema_type: &SchemaType, acts: &mut Vec<Act>) {
    let colors = tokens(ui);
    ui.horizontal_wrapped(|ui| {
        text::line_ui(ui, &schema_type.name, theme::semibold(), colors.text);
        if ui.add(Button::new("Suggest keys").icon(Icon::Search)).clicked() {
            acts.push(Act::Suggest(table));
        }
        let clears = Button::new("Clear key").icon(Icon::Reset).enabled(schema_type.key_declared);
        let why = "Only a key that was chosen here can be cleared; the key of the database stays";
        if ui.add(clears).on_disabled_hover_text(why).clicked() {
            acts.push(Act::Edit(Edit::Clear { table }));
        }
        if ui.add(Button::new("New column group…").icon(Icon::Insert)).clicked() {
            acts.push(Act::NewGroup(table, Vec::new()));
        }
    });
}

fn key_ui(ui: &mut Ui, state: &State, table: usize, schema_type: &SchemaType, acts: &mut Vec<Act>) {
    let colors = tokens(ui);
    if schema_type.key.is_empty() {
        let words = "This table has no key, so its rows cannot be told apart: it is excluded from synchronization. \
                     Tick the columns that make the key.";
        line_ui(ui, Icon::Warning, colors.warning, words);
        return;
    }
    let origin = if schema_type.key_declared { "chosen here" } else { "from the database" };
    field::fact_ui(ui, "Key", &format!("{} ({origin})", schema_type.key.join(" + ")));
    match state.checks.answer(&schema_type.name, &schema_type.key) {
        None => {
            if ui.add(Button::new("Check the key").icon(Icon::Run)).clicked() {
                acts.push(Act::Check(table));
            }
        }
        Some(Loading::Idle) => waiting_ui(ui, "Waiting to check the key", table, acts),
        Some(Loading::Running(job)) => {
            let progress = job.progress();
            let words = format!("Checking the key, {}", text::count(progress.done, "row", "rows"));
            waiting_ui(ui, &words, table, acts);
        }
        Some(Loading::Failed(problem)) => failed_ui(ui, problem, table, acts),
        Some(Loading::Done(check)) => checked_ui(ui, schema_type, check),
    }
}

fn checked_ui(ui: &mut Ui, schema_type: &SchemaType, check: &KeyCheck) {
    let colors = tokens(ui);
    let (icon, color) = match (check.is_key(), check.rows) {
        (true, 0) => (Icon::Info, colors.text_secondary),
        (true, _) => (Icon::Ok, colors.success),
        (false, _) => (Icon::Error, colors.danger),
    };
    line_ui(ui, icon, color, &words::sentence(schema_type, check));
}

fn failed_ui(ui: &mut Ui, problem: &Problem, table: usize, acts: &mut Vec<Act>) {
    widgets::problem_ui(ui, problem);
    if ui.add(Button::new("Check again").icon(Icon::Refresh)).clicked() {
        acts.push(Act::Check(table));
    }
}

fn waiting_ui(ui: &mut Ui, words: &str, table: usize, acts: &mut Vec<Act>) {
    let color = tokens(ui).text_secondary;
    ui.horizontal(|ui| {
        bars::progress_ui(ui, 90.0, None);
        text::line_ui(ui, words, theme::body(), color);
        if ui.add(Button::quiet("Stop checking").icon(Icon::Cancel)).clicked() {
            acts.push(Act::Stop(table));
        }
    });
    ui.request_repaint_after(std::time::Duration::from_millis(60));
}

/// An icon and a sentence.
fn line_ui(ui: &mut Ui, icon: Icon, color: egui::Color32, words: &str) {
    ui.horizontal_top(|ui| {
        ui.add(icon.image(color));
        let text_color = tokens(ui).text;
        text::label_ui(ui, words, theme::body(), text_color);
    });
}

fn proposals_ui(ui: &mut Ui, state: &State, table: usize, schema_type: &SchemaType, acts: &mut Vec<Act>) {
    // Proposals were made for the key of then; another key does not make them wrong.
    match state.proposals.latest(&schema_type.name) {
        None => {}
        Some(Loading::Idle | Loading::Running(_)) => {
            waiting_ui(ui, "Looking for keys, and counting what speaks against each", table, acts);
        }
        Some(Loading::Failed(problem)) => widgets::problem_ui(ui, problem),
        Some(Loading::Done(proposed)) => {
            ui.add_space(theme::S2);
            text::caption_ui(ui, "Possible keys");
            if proposed.is_empty() {
                text::hint_ui(ui, "No column of this table looks like a key.");
            }
            for (candidate, check) in proposed {
                candidate_ui(ui, table, schema_type, candidate, check, acts);
            }
        }
    }
}

fn candidate_ui(
    ui: &mut Ui,
    table: usize,
    schema_type: &SchemaType,
    candidate: &KeyCandidate,
    check: &KeyCheck,
    acts: &mut Vec<Act>,
) {
    let colors = tokens(ui);
    let columns = candidate.properties.join(" + ");
    let refused =
        candidate.properties.iter().filter_map(|name| schema_type.property(name)).find_map(words::why_no_key);
    let chosen = schema_type.key == candidate.properties;
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        let label = if chosen { "Is the key" } else { "Use this key" };
        let button = ui.add(Button::new(label).enabled(refused.is_none() && !chosen));
        let button = button.accessible_name(format!("{label}: {columns}"));
        let button = match &refused {
            Some(why) => button.on_disabled_hover_text(why),
            None => button,
        };
        if button.clicked() {
            acts.push(Act::Edit(Edit::Key { table, columns: candidate.properties.clone() }));
        }
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            let (icon, color) = match (check.is_key(), check.rows) {
                (true, 0) => (Icon::Info, colors.text_secondary),
                (true, _) => (Icon::Ok, colors.success),
                (false, _) => (Icon::Error, colors.danger),
            };
            line_ui(ui, icon, color, &format!("{columns}: {}", candidate.evidence));
            text::hint_ui(ui, words::sentence(schema_type, check));
        });
    });
}

fn groups_ui(ui: &mut Ui, table: usize, schema_type: &SchemaType, acts: &mut Vec<Act>) {
    if schema_type.column_groups.is_empty() {
        return;
    }
    ui.add_space(theme::S2);
    text::caption_ui(ui, "Column groups");
    for (at, group) in schema_type.column_groups.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.add(Icon::Virtual.image(tokens(ui).target));
            text::body_ui(ui, format!("{}: {}", group.property_name(), group.properties.join(" + ")));
            let remove = ui.add(Button::quiet("Remove").icon(Icon::Delete));
            let remove = remove.accessible_name(format!("Remove column group {}", group.name));
            if remove.clicked() {
                acts.push(Act::Edit(Edit::RemoveGroup { table, at }));
            }
        });
    }
}
