//! How the pages with tables are laid out: data at the right, details below, the tree-table in the middle.

use egui::{Frame, Margin, Panel, ScrollArea, Ui};

use crate::ui::theme;

/// Shows details of what is selected below the tree-table, in a part whose height can be changed.
pub fn details_ui<R>(ui: &mut Ui, height: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    let most = (ui.available_height() * 0.7).max(140.0);
    let frame = Frame::new().inner_margin(Margin { left: 0, right: 0, top: 8, bottom: 0 });
    Panel::bottom("details")
        .frame(frame)
        .resizable(true)
        .default_size(height.min(most))
        .size_range(96.0..=most)
        .show(ui, |ui| {
            // Pages share the panel: a short content must not leave little room to a long one.
            ui.take_available_height();
            content(ui)
        })
        .inner
}

/// Content of the details that may be longer than they are high.
pub fn scrolled_ui<R>(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    ScrollArea::vertical()
        .id_salt(name)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::S1;
            // The scroll bar stands beside the content, not on it.
            ui.set_max_width(ui.available_width() - 12.0);
            content(ui)
        })
        .inner
}
