//! Modal dialogs: title, content, buttons at the bottom right; Esc cancels.

use egui::{Align, Context, CornerRadius, Frame, Id, Layout, Margin, Modal, Stroke, Ui};

use super::{text, theme};

/// Shows a modal dialog of a width; true in the second part if it was dismissed.
pub fn dialog_ui<R>(
    ctx: &Context,
    name: &str,
    title: &str,
    width: f32,
    content: impl FnOnce(&mut Ui) -> R,
) -> (R, bool) {
    let colors = theme::tokens_of(ctx);
    let frame = Frame::new()
        .fill(colors.raised)
        .stroke(Stroke::new(1.0, colors.border))
        .corner_radius(CornerRadius::same(10))
        .shadow(ctx.global_style().visuals.popup_shadow)
        .inner_margin(Margin::same(20));
    let response = Modal::new(Id::unique(("dialog", name)))
        .frame(frame)
        .backdrop_color(colors.backdrop)
        .show(ctx, |ui| {
            ui.set_width(width);
            if !title.is_empty() {
                text::heading_ui(ui, title);
                ui.add_space(theme::S1);
            }
            content(ui)
        });
    let dismissed = response.should_close();
    (response.inner, dismissed)
}

/// The row of buttons at the bottom of a dialog; the first one added stands at the right.
pub fn buttons_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    ui.add_space(theme::S3);
    ui.allocate_ui_with_layout(
        egui::vec2(ui.available_width(), theme::CONTROL),
        Layout::right_to_left(Align::Center),
        content,
    );
}
