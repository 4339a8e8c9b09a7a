//! The messages of a result, in order, with what they are about.

use egui::{Align, Rect, Ui, pos2, vec2};
use syncwright_core::journal::{Message, StepReport};

use super::ResultState;
use crate::{
    ui::{Icon, list_row, rows, state, table, table::Column, text, theme, tokens},
    words,
};

const COLUMNS: [Column; 5] = [
    Column::share("Step", 112.0, 0.3),
    Column::share("Object", 150.0, 0.6),
    Column::share("Message", 220.0, 3.0),
    Column::share("Rule", 80.0, 0.4),
    Column::fixed("Code", 90.0),
];

/// Shows the messages; a click copies nothing and opens nothing, the tooltip has the whole text.
pub fn messages_ui(ui: &mut Ui, view: &mut ResultState) {
    let filter = view.message_filter.to_lowercase();
    let shown: Vec<(&StepReport, &Message)> = view
        .report
        .steps
        .iter()
        .flat_map(|step| step.messages.iter().map(move |message| (step, message)))
        .filter(|(step, message)| passes(step, message, &filter))
        .collect();
    if shown.is_empty() {
        let hint = if filter.is_empty() {
            "The log of this result is empty."
        } else {
            "No message passes the filter."
        };
        state::empty_ui(ui, Icon::Info, "No messages", hint);
        return;
    }
    table::header_ui(ui, &COLUMNS, true);
    let mut rows_state = view.messages;
    let cursor = rows_state.cursor;
    rows::rows_ui(
        ui,
        "Messages of the result",
        &mut rows_state,
        shown.len() as u64,
        theme::ROW,
        |ui, row, rect, response| {
            let (step, message) = shown[row as usize];
            list_row::background(ui, rect, cursor == Some(row), response);
            if response.hovered() {
                response.clone().on_hover_text(message.text.as_str());
            }
            let colors = tokens(ui);
            let cells = table::cells(&COLUMNS, rect);
            let (icon, color) = words::severity(colors, words::level(message.level));
            let slot = Rect::from_min_size(cells[0].min, vec2(16.0, rect.height()));
            icon.paint_sized(ui, slot, color, 14.0);
            let name = Rect::from_min_max(pos2(slot.right() + 6.0, rect.top()), cells[0].max);
            text::cell(ui, name, &step.title(), theme::body(), colors.text_secondary, Align::Min);
            text::cell(
                ui,
                cells[1],
                message.object.as_deref().unwrap_or_default(),
                theme::medium(),
                colors.text,
                Align::Min,
            );
            text::cell(ui, cells[2], &message.text, theme::body(), colors.text, Align::Min);
            let rule = message.rule.as_deref().or(message.property.as_deref()).unwrap_or_default();
            text::cell(ui, cells[3], rule, theme::body(), colors.text_secondary, Align::Min);
            text::cell(ui, cells[4], &message.code, theme::mono(), colors.text_secondary, Align::Min);
            message.text.clone()
        },
    );
    view.messages = rows_state;
}

fn passes(step: &StepReport, message: &Message, filter: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(filter);
    filter.is_empty()
        || has(&message.text)
        || has(&message.code)
        || has(&step.step)
        || message.object.as_deref().is_some_and(has)
        || message.rule.as_deref().is_some_and(has)
}
