//! W7: the zone that zone-less dates and times of the database are meant in.

use egui::{Align, Ui};

use super::{
    Cx,
    widgets::{card_choice_ui, note_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, field, list_row, rows, rows::RowsState, text, theme, tokens},
    wizard::Draft,
};

/// Height of the list if it is long.
const HIGHEST: f32 = 300.0;

/// What is only of this window.
#[derive(Default)]
pub struct State {
    filter: String,
    rows: RowsState,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    let zone = cx.system().connection.time_zone.clone();
    let words = "Dates with a time are compared and shown as they stand.";
    if card_choice_ui(ui, zone.is_none(), true, Icon::NotMapped, "No time zone", words) {
        cx.system_mut().connection.time_zone = None;
    }
    let local = cx.facts.local_zone.clone().unwrap_or_else(|| "UTC".to_owned());
    let title = zone.clone().unwrap_or_else(|| "A time zone".to_owned());
    let words = "They are points in time, written in the clock of this zone. Shown in local time.";
    if card_choice_ui(ui, zone.is_some(), true, Icon::Logs, &title, words) && zone.is_none() {
        cx.system_mut().connection.time_zone = Some(local.clone());
    }
    if zone.is_none() {
        return;
    }
    if field::filter_ui(ui, &mut state.filter, "Filter time zones", 280.0) {
        state.rows = RowsState::default();
    }
    ui.add_space(theme::S1);
    let filter = state.filter.to_lowercase();
    let names: Vec<&String> =
        cx.facts.time_zones.iter().filter(|name| name.to_lowercase().contains(&filter)).collect();
    if names.is_empty() {
        text::hint_ui(ui, "No time zone has this in its name.");
        return;
    }
    let mut chosen: Option<String> = None;
    let height = (names.len() as f32 * theme::ROW).min(HIGHEST);
    ui.allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
        let current = zone.as_deref();
        let output = rows::rows_ui(
            ui,
            "Time zones",
            &mut state.rows,
            names.len() as u64,
            theme::ROW,
            |ui, row, rect, response| {
                let name = names[row as usize];
                let colors = tokens(ui);
                list_row::background(ui, rect, current == Some(name.as_str()), response);
                let words = rect.shrink2(egui::vec2(10.0, 0.0));
                text::cell(ui, words, name, theme::body(), colors.text, Align::Min);
                if *name == local {
                    text::cell(
                        ui,
                        words,
                        "this machine",
                        theme::caption(),
                        colors.text_secondary,
                        Align::Max,
                    );
                }
                name.clone()
            },
        );
        // By click and by the arrow keys.
        chosen = output.moved_to.or(output.opened).and_then(|row| names.get(row as usize)).copied().cloned();
    });
    if let Some(name) = chosen {
        cx.system_mut().connection.time_zone = Some(name);
    }
    if let Some(zone) = zone.as_deref().and_then(|zone| jiff::tz::TimeZone::get(zone).ok()) {
        let now = jiff::Timestamp::now().to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string();
        ui.add_space(theme::S2);
        let color = tokens(ui).text_secondary;
        note_ui(ui, Icon::Info, color, &format!("Its clocks show {now} now."));
    }
}

/// What must be put right before going on.
///
/// # Errors
///
/// There is no zone of that name.
pub fn check(draft: &Draft) -> Result<(), Problem> {
    match &draft.system().connection.time_zone {
        Some(name) if jiff::tz::TimeZone::get(name).is_err() => Err(Problem {
            help: Some("choose one of the list".to_owned()),
            ..Problem::new("The time zone is not known", format!("there is no time zone {name}"))
        }),
        _ => Ok(()),
    }
}
