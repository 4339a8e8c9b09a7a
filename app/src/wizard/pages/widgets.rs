//! Parts that several pages have: fields of a form, a text field with its name, choices with explanations.

use egui::{
    Align, CornerRadius, Rect, Response, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use crate::ui::{Icon, button, field, text, theme, tokens};

/// Widest a form gets, so that lines stay readable.
pub const FORM: f32 = 620.0;

/// A labelled text field that writes through; true if it changed.
pub fn text_ui(ui: &mut Ui, label: &str, hint: &str, value: &mut String) -> bool {
    field::form_ui(ui, label, |ui| bare_text_ui(ui, label, hint, value, false).changed())
}

/// A labelled field for something typed exactly: a path, a number, an expression.
pub fn mono_ui(ui: &mut Ui, label: &str, hint: &str, value: &mut String) -> bool {
    field::form_ui(ui, label, |ui| bare_text_ui(ui, label, hint, value, true).changed())
}

/// A text field without a visible label.
pub fn bare_text_ui(ui: &mut Ui, name: &str, hint: &str, value: &mut String, mono: bool) -> Response {
    let font = if mono { theme::mono() } else { theme::body() };
    let edit = TextEdit::singleline(value)
        .id_salt(name)
        .hint_text(hint)
        .font(font)
        .desired_width(ui.available_width())
        .margin(egui::Margin::symmetric(8, 6));
    ui.add(edit).accessible_name(name)
}

/// A labelled field of a password. What is typed is shown as dots.
pub fn password_ui(ui: &mut Ui, label: &str, hint: &str, value: &mut String) -> bool {
    field::form_ui(ui, label, |ui| {
        let edit = TextEdit::singleline(value)
            .id_salt(label)
            .password(true)
            .hint_text(hint)
            .desired_width(ui.available_width())
            .margin(egui::Margin::symmetric(8, 6));
        ui.add(edit).accessible_name(label).changed()
    })
}

/// A labelled number that may be left out; true if it changed. What is no number is not taken.
pub fn number_ui(ui: &mut Ui, label: &str, hint: &str, value: &mut Option<u32>) -> bool {
    let id = ui.scope_id().with(("number", label));
    let mut typed = value.map(|value| value.to_string()).unwrap_or_default();
    let drafted: Option<String> = ui.data(|data| data.get_temp(id));
    if let Some(drafted) = drafted {
        typed = drafted;
    }
    field::form_ui(ui, label, |ui| {
        let response = bare_text_ui(ui, label, hint, &mut typed, false);
        let parsed = if typed.trim().is_empty() { Some(None) } else { typed.trim().parse().ok().map(Some) };
        if response.has_focus() || response.changed() {
            ui.data_mut(|data| data.insert_temp(id, typed.clone()));
        } else {
            ui.data_mut(|data| data.remove_temp::<String>(id));
        }
        if parsed.is_none() {
            let colors = tokens(ui);
            text::label_ui(ui, "A whole number is needed here.", theme::caption(), colors.danger);
        }
        match parsed {
            Some(new) if response.changed() && new != *value => {
                *value = new;
                true
            }
            _ => false,
        }
    })
}

/// A choice as a card: a title, an explanation, and a mark if it is chosen; true if it was clicked.
pub fn card_choice_ui(
    ui: &mut Ui,
    chosen: bool,
    enabled: bool,
    icon: Icon,
    title: &str,
    explanation: &str,
) -> bool {
    let colors = tokens(ui);
    let width = ui.available_width();
    let words = width - 92.0;
    let font = theme::body();
    let color = if enabled { colors.text_secondary } else { colors.text_disabled };
    let explained = ui.painter().layout(explanation.to_owned(), font, color, words);
    let height = (explained.size().y + 42.0).max(56.0);
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, chosen, title));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(explanation));
    let fill = if chosen {
        colors.selected
    } else if response.hovered() && enabled {
        colors.hover
    } else {
        colors.raised
    };
    let border = if chosen { colors.target } else { colors.border };
    let radius = CornerRadius::same(8);
    ui.painter().rect(rect, radius, fill, Stroke::new(1.0, border), StrokeKind::Inside);
    if response.has_focus() {
        button::focus_ring(ui, rect);
    }
    let slot = Rect::from_center_size(pos2(rect.left() + 26.0, rect.center().y), vec2(20.0, 20.0));
    icon.paint_sized(ui, slot, if enabled { colors.target } else { colors.text_disabled }, 20.0);
    let title_rect = Rect::from_min_size(pos2(rect.left() + 52.0, rect.top() + 10.0), vec2(words, 20.0));
    let title_color = if enabled { colors.text } else { colors.text_secondary };
    text::cell(ui, title_rect, title, theme::medium(), title_color, Align::Min);
    ui.painter().galley(pos2(rect.left() + 52.0, rect.top() + 31.0), explained, color);
    if chosen {
        let mark = Rect::from_center_size(pos2(rect.right() - 22.0, rect.center().y), vec2(16.0, 16.0));
        Icon::Check.paint_sized(ui, mark, colors.target, 16.0);
    }
    ui.add_space(theme::S2);
    response.clicked()
}

/// A note in the colour of its weight.
pub fn note_ui(ui: &mut Ui, icon: Icon, color: egui::Color32, words: &str) {
    field::callout_ui(ui, icon, color, |ui| {
        text::body_ui(ui, words);
    });
    ui.add_space(theme::S2);
}

/// An error in full: what happened, what to do, its code, and how to get it out.
pub fn problem_ui(ui: &mut Ui, problem: &crate::problem::Problem) {
    let colors = tokens(ui);
    field::callout_ui(ui, Icon::Error, colors.danger, |ui| {
        text::label_ui(ui, &problem.title, theme::medium(), colors.text);
        text::body_ui(ui, &problem.text);
        if let Some(help) = &problem.help {
            text::hint_ui(ui, help);
        }
        ui.horizontal(|ui| {
            if ui.add(crate::ui::Button::quiet("Copy details").icon(Icon::Copy)).clicked() {
                ui.ctx().copy_text(problem.details());
            }
            if let Some(code) = &problem.code {
                text::line_ui(ui, code, theme::mono(), colors.text_secondary);
            }
        });
    });
    ui.add_space(theme::S2);
}
