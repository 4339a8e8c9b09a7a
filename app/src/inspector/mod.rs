//! The inspector: everything about what is selected, and what of it can be changed.

mod change;
mod property;
mod rule;
mod step;

use std::sync::Arc;

use egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};
use syncwright_core::journal::RunReport;

use crate::{
    action::{Action, Actions, Selection},
    document::Document,
    ui::{Icon, icon_button_ui, state, text, theme, tokens},
};

/// Shows what is selected; `report` finds the report of a result by its number.
pub fn inspector_ui(
    ui: &mut Ui,
    document: &Document,
    report: impl Fn(u64) -> Option<Arc<RunReport>>,
    selection: &Selection,
    actions: &mut Actions,
) {
    let area = ui.max_rect();
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 12)).show(ui, |ui| {
            let shown = match selection {
                Selection::Nothing => false,
                Selection::Rule { mapping, rule } => rule::rule_ui(ui, document, mapping, rule, actions),
                Selection::Matching { mapping, rule } => rule::matching_ui(ui, document, mapping, rule),
                Selection::Step { workflow, step } => step::step_ui(ui, document, workflow, step, actions),
                Selection::Property { side, class, property } => {
                    property::property_ui(ui, document, *side, class, property, actions)
                }
                Selection::Change { result, step, change } => {
                    report(*result).is_some_and(|report| change::change_ui(ui, &report, *step, *change))
                }
            };
            if !shown {
                state::empty_ui(
                    ui,
                    Icon::PanelRight,
                    "Nothing selected",
                    "Select a rule, property, step or change to see its details here.",
                );
            }
        });
    });
    // Above the page, not in it: it stays where it is while the page scrolls.
    let corner = Rect::from_min_size(pos2(area.right() - 38.0, area.top() + 4.0), vec2(32.0, theme::CONTROL));
    ui.scope_builder(UiBuilder::new().max_rect(corner), |ui| {
        if icon_button_ui(ui, Icon::Close, "Clear the selection").clicked() {
            actions.push(Action::Select(Selection::Nothing));
        }
    });
}

/// Shows the strip that stands for the inspector while nothing is selected.
pub fn nothing_ui(ui: &mut Ui) {
    let colors = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    Icon::PanelRight.paint(ui, rect, colors.text_secondary);
    response
        .on_hover_text("Nothing selected. Select a rule, property, step or change to see its details here.");
}

/// The head of an inspector page: what kind of thing, and its name.
fn head_ui(ui: &mut Ui, icon: Icon, color: egui::Color32, kind: &str, name: &str) {
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        // Room for the cross in the corner.
        ui.set_max_width((ui.available_width() - 24.0).max(40.0));
        ui.add(icon.sized(color, 14.0));
        text::line_ui(ui, kind, theme::caption(), colors.text_secondary);
    });
    text::label_ui(ui, name, theme::heading(), colors.text);
    ui.add_space(theme::S2);
}

/// A caption between groups.
fn group_ui(ui: &mut Ui, name: &str) {
    ui.add_space(theme::S2);
    let colors = tokens(ui);
    text::label_ui(ui, name, theme::semibold(), colors.text);
    ui.add_space(2.0);
}
