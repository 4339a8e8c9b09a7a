//! Small stacked bars and progress bars.

use egui::{Color32, CornerRadius, Rect, Sense, Ui, pos2, vec2};

use super::tokens;

/// Paints parts of a whole side by side; small parts keep a visible width.
pub fn stacked(ui: &Ui, rect: Rect, parts: &[(u64, Color32)]) {
    let total: u64 = parts.iter().map(|(count, _)| count).sum();
    let colors = tokens(ui);
    let radius = CornerRadius::same(3);
    if total == 0 {
        ui.painter().rect_filled(rect, radius, colors.hover);
        return;
    }
    let shown = parts.iter().filter(|(count, _)| *count > 0).count();
    let gaps = 2.0 * shown.saturating_sub(1) as f32;
    let least = 3.0;
    let room = (rect.width() - gaps - least * shown as f32).max(0.0);
    let mut x = rect.left();
    for (count, color) in parts.iter().filter(|(count, _)| *count > 0) {
        let width = least + room * (*count as f64 / total as f64) as f32;
        let part = Rect::from_min_size(pos2(x, rect.top()), vec2(width, rect.height()));
        ui.painter().rect_filled(part, radius, *color);
        x += width + 2.0;
    }
}

/// A progress bar; `part` is `None` while the end is not known.
pub fn progress_ui(ui: &mut Ui, width: f32, part: Option<f32>) {
    let colors = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 6.0), Sense::hover());
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(rect, radius, colors.hover);
    let filled = match part {
        Some(part) => Rect::from_min_size(rect.min, vec2(rect.width() * part.clamp(0.0, 1.0), rect.height())),
        None => {
            let time = ui.input(|input| input.time);
            let start = rect.left() + rect.width() * ((time * 0.8).fract() as f32 * 1.4 - 0.4);
            Rect::from_min_size(pos2(start, rect.top()), vec2(rect.width() * 0.4, rect.height()))
                .intersect(rect)
        }
    };
    if filled.is_positive() {
        ui.painter().rect_filled(filled, radius, colors.target);
    }
}
