//! W1: what will be needed; default or expert mode.

use egui::Ui;

use super::{Cx, widgets::card_choice_ui};
use crate::ui::{Icon, field, text, theme};

/// Draws the page.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    field::card_ui(ui, |ui| {
        text::heading_ui(ui, "What you need");
        ui.add_space(theme::S1);
        for line in [
            "The address of the target database, and a user that may read it.",
            "The ODBC driver of that database; the wizard says which are installed. SQLite and CSV need none.",
            "Five minutes. Every page can be opened again later.",
        ] {
            ui.horizontal_top(|ui| {
                let color = crate::ui::tokens(ui).success;
                ui.add(Icon::Check.image(color));
                text::body_ui(ui, line);
            });
        }
    });
    ui.add_space(theme::S4);
    text::heading_ui(ui, "How much shall be asked?");
    ui.add_space(theme::S2);
    let default = "Only what has no default that fits. Good for most databases.";
    if card_choice_ui(ui, !cx.draft.expert, true, Icon::Run, "Default mode", default) {
        cx.draft.expert = false;
    }
    let expert = "Every page: access, time zone, initial SQL, keys, relations, columns, data operations, virtual \
                  properties.";
    if card_choice_ui(ui, cx.draft.expert, true, Icon::Variables, "Expert mode", expert) {
        cx.draft.expert = true;
    }
}
