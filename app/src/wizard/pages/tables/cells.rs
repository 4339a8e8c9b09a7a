//! What stands in the cells of the tree-table: check boxes, switches, texts, buttons.

use egui::{
    Align, Color32, CornerRadius, Layout, Rect, Response, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::ui::{Icon, button, text, theme, tokens};

/// Side of a check box.
const BOX: f32 = 16.0;

/// A check box in the middle of a cell; true if it was clicked. With a reason it cannot be, and says why.
pub fn check_ui(ui: &Ui, cell: Rect, name: &str, on: bool, why_not: Option<&str>) -> bool {
    let colors = tokens(ui);
    let hit = Rect::from_center_size(cell.center(), vec2(cell.width().min(34.0), cell.height()));
    let enabled = why_not.is_none() && ui.is_enabled();
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(hit, ui.scope_id().with(("check", name)), sense);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, on, name));
    let square = Rect::from_center_size(hit.center(), vec2(BOX, BOX));
    let (fill, border) = match (on, enabled) {
        (true, true) => (colors.target, colors.target),
        (true, false) => (colors.border_strong, colors.border_strong),
        (false, true) if response.hovered() => (colors.hover, colors.text_secondary),
        (false, true) => (colors.raised, colors.border_strong),
        (false, false) => (Color32::TRANSPARENT, colors.border),
    };
    let radius = CornerRadius::same(4);
    ui.painter().rect(square, radius, fill, Stroke::new(1.0, border), StrokeKind::Inside);
    if on {
        let color = if enabled { colors.on_accent } else { colors.text };
        Icon::Check.paint_sized(ui, square, color, 12.0);
    }
    if response.has_focus() {
        button::focus_ring(ui, square);
    }
    let clicked = response.clicked();
    response.on_hover_text(why_not.unwrap_or(name));
    clicked
}

/// A check box with its words behind it; true if it was clicked.
pub fn labelled_check_ui(ui: &mut Ui, name: &str, label: &str, on: bool, why_not: Option<&str>) -> bool {
    let colors = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
    let slot = Rect::from_min_size(rect.min, vec2(26.0, rect.height()));
    let color = if why_not.is_none() && ui.is_enabled() { colors.text } else { colors.text_disabled };
    text::cell(ui, rect.with_min_x(slot.right() + 2.0), label, theme::body(), color, Align::Min);
    check_ui(ui, slot, name, on, why_not)
}

/// A few words in a cell, whole in the tooltip.
pub fn words_ui(ui: &Ui, cell: Rect, words: &str, color: Color32) {
    if words.is_empty() {
        return;
    }
    text::cell(ui, cell, words, theme::body(), color, Align::Min);
    let response = ui.interact(cell, ui.scope_id().with("words"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    response.on_hover_text(words);
}

/// An icon before a few words in a cell, whole in the tooltip.
pub fn status_ui(ui: &Ui, cell: Rect, icon: Icon, words: &str, color: Color32) {
    let slot = Rect::from_min_size(cell.min, vec2(16.0, cell.height()));
    icon.paint_sized(ui, slot, color, 13.0);
    words_ui(ui, cell.with_min_x(cell.left() + 20.0), words, color);
}

/// Any widgets in a cell, from left to right, in the middle of its height.
pub fn inside_ui<R>(ui: &mut Ui, cell: Rect, content: impl FnOnce(&mut Ui) -> R) -> R {
    let builder = UiBuilder::new().max_rect(cell).layout(Layout::left_to_right(Align::Center));
    let mut child = ui.new_child(builder);
    content(&mut child)
}

/// A quiet icon button at the right edge of a cell; true if it was clicked.
pub fn button_ui(ui: &Ui, cell: Rect, icon: Icon, name: &str) -> bool {
    let colors = tokens(ui);
    let slot = Rect::from_min_size(pos2(cell.right() - 24.0, cell.top()), vec2(24.0, cell.height()));
    let response = ui.interact(slot, ui.scope_id().with(("button", name)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if response.hovered() {
        ui.painter().rect_filled(slot.shrink(2.0), CornerRadius::same(theme::RADIUS), colors.hover);
    }
    icon.paint_sized(ui, slot, if response.hovered() { colors.text } else { colors.text_secondary }, 14.0);
    focus(ui, &response, slot);
    let clicked = response.clicked();
    response.on_hover_text(name);
    clicked
}

fn focus(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        button::focus_ring(ui, rect.shrink(3.0));
    }
}
