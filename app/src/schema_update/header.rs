//! Above the list: which system, what accepting comes to, and the buttons.

use egui::{Align, Layout, Ui};
use syncwright_core::{project::Side, schema::update::Update};

use super::proposal::Proposal;
use crate::{
    action::{Action, Actions, View},
    command::{Availability, Command},
    document::Document,
    ui::{Button, Icon, badge, button::Kind, field, text, theme, tokens},
};

/// Whether what is shown can be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Ready,
    /// It can, but it is not what was shown when *Accept* was pressed.
    Moved,
    /// It is being worked out again.
    Waits,
}

impl Readiness {
    /// Ready; `has_moved` if it is not what was shown when *Accept* was pressed.
    #[must_use]
    pub const fn ready(has_moved: bool) -> Self {
        if has_moved { Self::Moved } else { Self::Ready }
    }
}

/// Title, system, *Read again* and *Discard*.
pub fn title_ui(
    ui: &mut Ui,
    document: &Document,
    side: Side,
    update: Option<&Update>,
    available: &Availability,
    actions: &mut Actions,
) {
    let colors = tokens(ui);
    let command = Command::update_schema(side);
    ui.horizontal(|ui| {
        // The buttons first, so that a long name cannot push them out.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let has_changes = update.is_some_and(|update| !update.is_empty());
            let discard = Button::new(if has_changes { "Discard" } else { "Close" });
            let response = ui.add(discard.icon(Icon::Close));
            let words = "Leave the project as it is and close this tab";
            if response.on_hover_text(words).clicked() {
                actions.push(Action::Close(View::SchemaUpdate(side)));
            }
            let why = available.why_disabled(command);
            let again = Button::new("Read again").icon(Icon::Refresh).enabled(why.is_none());
            let response = ui.add(again).on_hover_text(command.tooltip());
            if response.on_disabled_hover_text(why.unwrap_or_default()).clicked() {
                actions.push(Action::Command(command));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Icon::Refresh.sized(colors.side(side), 20.0));
                let label = document.project().system(side).connection.label();
                badge::side_ui(ui, side);
                text::line_ui(ui, format!("Schema of {label}"), theme::title(), colors.text);
            });
        });
    });
}

/// What the update comes to, and *Accept*.
pub fn summary_ui(
    ui: &mut Ui,
    document: &Document,
    proposal: &Proposal,
    readiness: Readiness,
    actions: &mut Actions,
) {
    let colors = tokens(ui);
    let counts = &proposal.counts;
    let side = proposal.update.side;
    if proposal.update.is_empty() {
        field::callout_ui(ui, Icon::Ok, colors.success, |ui| {
            let words = format!("Nothing changed: the {} is as the project knows it.", side.system_name());
            text::label_ui(ui, words, theme::medium(), colors.text);
        });
        return;
    }
    let amounts = [counts.types.words("type", "types"), counts.properties.words("property", "properties")];
    let amounts: Vec<String> = amounts.into_iter().filter(|words| !words.is_empty()).collect();
    if !amounts.is_empty() {
        text::label_ui(ui, amounts.join(" · "), theme::medium(), colors.text);
    }
    consequences_ui(ui, proposal);
    if readiness == Readiness::Moved {
        field::callout_ui(ui, Icon::Warning, colors.warning, |ui| {
            text::body_ui(
                ui,
                "The project was edited meanwhile, and accepting comes to something else now. Look again.",
            );
        });
    }
    let kind = if counts.breaks.list().is_empty() { Kind::Primary } else { Kind::Danger };
    let waits = readiness == Readiness::Waits;
    let accept = Button::new(counts.accept_text(document.project().active)).kind(kind).icon(Icon::Check);
    let response = ui
        .add(accept.enabled(!waits))
        .on_hover_text("Take the changes over; one undo takes them back")
        .on_disabled_hover_text("The project was edited: the changes are being worked out again");
    if response.clicked() {
        actions.push(Action::AcceptSchema(side));
    }
}

/// What breaks, and what may.
fn consequences_ui(ui: &mut Ui, proposal: &Proposal) {
    let colors = tokens(ui);
    let counts = &proposal.counts;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::S1;
        let (breaks, may_break) = (counts.breaks.list(), counts.may_break.list());
        if breaks.is_empty() && may_break.is_empty() {
            badge::badge_with_icon_ui(ui, Some(Icon::Ok), "breaks nothing", colors.success);
        }
        for words in breaks {
            let words = format!("breaks {words}");
            badge::badge_with_icon_ui(ui, Some(Icon::Error), &words, colors.danger);
        }
        for words in may_break {
            let words = format!("may break {words}");
            badge::badge_with_icon_ui(ui, Some(Icon::Warning), &words, colors.warning);
        }
    });
}
