//! Fields: text with a draft, filters, choices, switches, and the rows of a form.

use egui::{
    Align, CornerRadius, Key, Layout, Margin, Response, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use super::{Icon, button, text, theme, tokens};

/// A field for filtering: a magnifying glass, a hint, and a cross that empties it. True if it changed.
pub fn filter_ui(ui: &mut Ui, filter: &mut String, hint: &str, width: f32) -> bool {
    let colors = tokens(ui);
    let suffix = if filter.is_empty() { 0 } else { 22 };
    let response = ui.add(
        TextEdit::singleline(filter)
            .hint_text(hint)
            .desired_width(width)
            .margin(Margin { left: 28, right: 8 + suffix as i8, top: 5, bottom: 5 })
            .min_size(vec2(0.0, theme::CONTROL)),
    );
    let response = response.accessible_name(hint);
    let glass = egui::Rect::from_min_size(response.rect.min, vec2(28.0, response.rect.height()));
    Icon::Search.paint_sized(ui, glass, colors.text_secondary, 14.0);
    let mut changed = response.changed();
    if !filter.is_empty() {
        let slot = egui::Rect::from_min_max(
            egui::pos2(response.rect.right() - 24.0, response.rect.top()),
            response.rect.max,
        );
        let clear = ui.interact(slot, response.id.with("clear"), Sense::click());
        clear.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Clear filter"));
        let color = if clear.hovered() { colors.text } else { colors.text_secondary };
        Icon::Close.paint_sized(ui, slot, color, 12.0);
        if clear.clicked() {
            filter.clear();
            changed = true;
        }
    }
    changed
}

/// A text field that keeps a draft while it has the focus; returns the text when it is left or Enter is
/// pressed, nothing when Esc is.
pub fn draft_ui(ui: &mut Ui, name: &str, value: &str, multiline: bool, mono: bool) -> Option<String> {
    let id = ui.scope_id().with(("draft", name));
    let mut draft: String = ui.data(|data| data.get_temp(id)).unwrap_or_else(|| value.to_owned());
    let edit = if multiline {
        TextEdit::multiline(&mut draft).desired_rows(3)
    } else {
        TextEdit::singleline(&mut draft)
    };
    let font = if mono { theme::mono() } else { theme::body() };
    let edit =
        edit.id(id.with("field")).font(font).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 6));
    let response = ui.add(edit).accessible_name(name);
    let reverted = ui.input(|input| input.key_pressed(Key::Escape));
    if response.has_focus() || response.changed() {
        ui.data_mut(|data| data.insert_temp(id, draft.clone()));
    }
    if response.lost_focus() {
        ui.data_mut(|data| data.remove_temp::<String>(id));
        if !reverted && draft != value {
            return Some(draft);
        }
    } else if !response.has_focus() {
        ui.data_mut(|data| data.remove_temp::<String>(id));
    }
    None
}

/// Label above, field below, over the whole width.
pub fn form_ui<R>(ui: &mut Ui, label: &str, field: impl FnOnce(&mut Ui) -> R) -> R {
    ui.spacing_mut().item_spacing.y = 3.0;
    text::caption_ui(ui, label);
    let result = field(ui);
    ui.add_space(theme::S2);
    result
}

/// Label at the left, a value at the right: a line of facts.
pub fn fact_ui(ui: &mut Ui, label: &str, value: &str) {
    let colors = tokens(ui);
    fact_with_ui(ui, label, |ui| {
        let shown = if value.is_empty() { "–" } else { value };
        text::label_ui(ui, shown, theme::body(), colors.text);
    });
}

/// Label at the left, anything at the right.
pub fn fact_with_ui(ui: &mut Ui, label: &str, value: impl FnOnce(&mut Ui)) {
    let colors = tokens(ui);
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(vec2(128.0, 20.0), Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(128.0);
            text::label_ui(ui, label, theme::body(), colors.text_secondary);
        });
        ui.vertical(value);
    });
}

/// A switch with its label; returns the new state when it is flipped.
pub fn switch_ui(ui: &mut Ui, label: &str, on: bool) -> Option<bool> {
    let colors = tokens(ui);
    let galley = text::line(ui.painter(), label, theme::body(), colors.text, ui.available_width() - 44.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), on, label));
    paint_switch(ui, &response, rect, on);
    let words = egui::Rect::from_min_max(egui::pos2(rect.left() + 42.0, rect.top()), rect.max);
    let color = if ui.is_enabled() { colors.text } else { colors.text_secondary };
    text::paint_line(ui, words, galley, color, Align::Min);
    response.clicked().then_some(!on)
}

/// A switch without a visible label; `name` is its accessible name.
pub fn bare_switch_ui(ui: &mut Ui, name: &str, on: bool) -> Option<bool> {
    let (rect, response) = ui.allocate_exact_size(vec2(34.0, theme::CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), on, name));
    paint_switch(ui, &response, rect, on);
    let response = response.on_hover_text(name);
    response.clicked().then_some(!on)
}

fn paint_switch(ui: &Ui, response: &Response, rect: egui::Rect, on: bool) {
    let colors = tokens(ui);
    let track =
        egui::Rect::from_min_size(egui::pos2(rect.left() + 2.0, rect.center().y - 8.0), vec2(30.0, 16.0));
    let part = ui.ctx().animate_bool_responsive(response.id, on);
    let fill = if on { colors.target } else { colors.hover };
    let border = if on {
        colors.target
    } else if response.hovered() {
        colors.text_secondary
    } else {
        colors.border_strong
    };
    ui.painter().rect(track, CornerRadius::same(8), fill, Stroke::new(1.0, border), StrokeKind::Inside);
    let x = egui::lerp((track.left() + 8.0)..=(track.right() - 8.0), part);
    let knob = if on { colors.on_accent } else { colors.text_secondary };
    ui.painter().circle_filled(egui::pos2(x, track.center().y), 5.0, knob);
    if response.has_focus() {
        button::focus_ring(ui, track);
    }
}

/// A choice among a few values in a drop-down; returns the chosen one.
pub fn choice_ui<T: PartialEq + Copy>(
    ui: &mut Ui,
    name: &str,
    value: T,
    choices: &[(T, &str)],
    width: f32,
) -> Option<T> {
    let current = choices.iter().find(|(choice, _)| *choice == value).map_or("", |(_, label)| label);
    let mut chosen = None;
    let combo = egui::ComboBox::from_id_salt(name).selected_text(current).width(width).truncate().icon(
        |ui, rect, _, _| {
            Icon::ChevronDown.paint_sized(ui, rect, tokens(ui).text_secondary, 12.0);
        },
    );
    let response = combo.show_ui(ui, |ui| {
        for (choice, label) in choices {
            if option_ui(ui, label, *choice == value).clicked() {
                chosen = Some(*choice);
                ui.close();
            }
        }
    });
    response.response.accessible_name(name);
    chosen.filter(|chosen| *chosen != value)
}

/// A row of a drop-down, with a check mark if it is the chosen one.
fn option_ui(ui: &mut Ui, label: &str, chosen: bool) -> Response {
    let colors = tokens(ui);
    let galley = text::line(ui.painter(), label, theme::body(), colors.text, f32::INFINITY);
    let size = vec2((galley.size().x + 36.0).max(ui.available_width()), theme::CONTROL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), chosen, label));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS - 1), colors.hover);
    }
    let words = egui::Rect::from_min_max(egui::pos2(rect.left() + 8.0, rect.top()), rect.max);
    text::paint_line(ui, words, galley, colors.text, Align::Min);
    if chosen {
        let slot = egui::Rect::from_min_max(egui::pos2(rect.right() - 24.0, rect.top()), rect.max);
        Icon::Check.paint_sized(ui, slot, colors.target, 14.0);
    }
    response
}

/// A card: content on a raised surface with a border.
pub fn card_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let colors = tokens(ui);
    egui::Frame::new()
        .fill(colors.raised)
        .stroke(Stroke::new(1.0, colors.border))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::same(16))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui)
        })
        .inner
}

/// A box that says something important in `color`.
pub fn callout_ui(ui: &mut Ui, icon: Icon, color: egui::Color32, content: impl FnOnce(&mut Ui)) {
    egui::Frame::new()
        .fill(theme::Tokens::wash(color))
        .stroke(Stroke::new(1.0, color.gamma_multiply(0.5)))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                ui.add(icon.image(color));
                ui.vertical(content);
            });
        });
}
