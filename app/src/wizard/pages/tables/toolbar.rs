//! Above the tree-table: filter, what to hide, opening all; and the bar that sets something on many columns.

use egui::{Align, Frame, Layout, Margin, Ui};

use super::{State, sample, tree::Tree};
use crate::ui::{Button, Icon, field, icon_button_ui, text, theme, tokens};

/// Draws the tool bar of a tree-table; `more` adds what only one page has.
pub fn toolbar_ui(ui: &mut Ui, tables: &mut State, page: super::Tab, more: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::S2;
        let tree = tables.tree_mut(page);
        let mut filter = tree.view().filter.clone();
        let width = (ui.available_width() * 0.4).clamp(120.0, 260.0);
        if field::filter_ui(ui, &mut filter, "Filter tables and columns", width) {
            tree.view_mut().filter = filter;
        }
        if icon_button_ui(ui, Icon::ChevronDown, "Expand all tables").clicked() {
            tree.set_all_open(true);
        }
        if icon_button_ui(ui, Icon::ChevronRight, "Collapse all tables").clicked() {
            tree.set_all_open(false);
        }
        hide_ui(ui, tree);
        tree.repaint_if_stale(ui);
        more(ui);
        sample::show_button_ui(ui, tables);
    });
    ui.add_space(theme::S1);
}

fn hide_ui(ui: &mut Ui, tree: &mut Tree) {
    let hides = tree.view().hide_unconfigured;
    if let Some(on) = short_switch_ui(ui, "Hide unconfigured tables", hides) {
        tree.view_mut().hide_unconfigured = on;
    }
}

/// A switch as wide as its words, for tool bars.
pub fn short_switch_ui(ui: &mut Ui, label: &str, on: bool) -> Option<bool> {
    let galley = text::line(ui.painter(), label, theme::body(), tokens(ui).text, f32::INFINITY);
    let width = galley.size().x + 46.0;
    let layout = Layout::top_down(Align::Min);
    ui.allocate_ui_with_layout(egui::vec2(width, theme::CONTROL), layout, |ui| {
        field::switch_ui(ui, label, on)
    })
    .inner
}

/// The bar over the table while several columns are selected: `[setting ▾] [value] Apply`. True if what `value`
/// chose is to be set.
pub fn bulk_ui<S: PartialEq + Copy>(
    ui: &mut Ui,
    selected: usize,
    setting: &mut S,
    settings: &[(S, &str)],
    value: impl FnOnce(&mut Ui, S),
) -> bool {
    if selected < 2 {
        return false;
    }
    let colors = tokens(ui);
    let frame = Frame::new()
        .fill(colors.selected)
        .corner_radius(theme::RADIUS)
        .inner_margin(Margin::symmetric(10, 4));
    let mut apply = false;
    frame.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let words = format!("{} selected:", text::count(selected as u64, "column", "columns"));
            text::line_ui(ui, words, theme::medium(), colors.text);
            if let Some(chosen) =
                field::choice_ui(ui, "Setting of the selected columns", *setting, settings, 150.0)
            {
                *setting = chosen;
            }
            value(ui, *setting);
            apply = ui.add(Button::new("Apply").icon(Icon::Check)).clicked();
        });
    });
    ui.add_space(theme::S1);
    apply
}
