//! What a view shows instead of content: nothing there yet, loading, or an error with its details.

use egui::{Align, Layout, Ui, UiBuilder, vec2};

use super::{Button, Icon, text, theme, tokens};

/// Centres content of about `height` points in the rest of `ui`.
pub fn centred_ui<R>(ui: &mut Ui, height: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let area = ui.available_rect_before_wrap();
    let size = vec2((area.width() - 32.0).clamp(120.0, 460.0), height);
    let center =
        egui::pos2(area.center().x, (area.top() + area.height() * 0.45).max(area.top() + height / 2.0));
    let rect = egui::Rect::from_center_size(center, size);
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Center));
    let result = ui.scope_builder(builder, content).inner;
    ui.advance_cursor_after_rect(area);
    result
}

/// Nothing there: says so, and what to do next.
pub fn empty_ui(ui: &mut Ui, icon: Icon, title: &str, hint: &str) {
    let colors = tokens(ui);
    centred_ui(ui, 96.0, |ui| {
        ui.add(icon.sized(colors.text_disabled, 28.0));
        ui.add_space(theme::S1);
        text::label_ui(ui, title, theme::medium(), colors.text);
        text::label_ui(ui, hint, theme::body(), colors.text_secondary);
    });
}

/// Loading: what is being done.
pub fn loading_ui(ui: &mut Ui, what: &str) {
    let colors = tokens(ui);
    centred_ui(ui, 60.0, |ui| {
        super::bars::progress_ui(ui, 160.0, None);
        ui.add_space(theme::S2);
        text::label_ui(ui, what, theme::body(), colors.text_secondary);
    });
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(60));
}

/// An error: what failed, the details, and how to get them out.
pub fn error_ui(ui: &mut Ui, title: &str, details: &str, help: Option<&str>) {
    let colors = tokens(ui);
    centred_ui(ui, 150.0, |ui| {
        ui.add(Icon::Error.sized(colors.danger, 28.0));
        ui.add_space(theme::S1);
        text::label_ui(ui, title, theme::medium(), colors.text);
        text::label_ui(ui, details, theme::body(), colors.text_secondary);
        if let Some(help) = help {
            text::label_ui(ui, help, theme::body(), colors.text);
        }
        ui.add_space(theme::S1);
        if ui.add(Button::new("Copy details").icon(Icon::Copy)).clicked() {
            ui.ctx().copy_text(format!("{title}\n{details}\n{}", help.unwrap_or_default()));
        }
    });
}
