//! Badges: a word on a wash of its colour; and the mark of a direction.

use egui::{
    Align, Color32, CornerRadius, Rect, Response, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use syncwright_core::project::{Direction, MappingDirection, Side};

use super::{Icon, Tokens, text, theme, tokens};

/// A word on a wash of `color`.
pub fn badge_ui(ui: &mut Ui, word: &str, color: Color32) -> Response {
    badge_with_icon_ui(ui, None, word, color)
}

/// An icon and a word on a wash of `color`.
pub fn badge_with_icon_ui(ui: &mut Ui, icon: Option<Icon>, word: &str, color: Color32) -> Response {
    let galley = text::line(ui.painter(), word, theme::caption(), color, f32::INFINITY);
    let icon_width = if icon.is_some() { 17.0 } else { 0.0 };
    let size = vec2(galley.size().x + icon_width + 14.0, 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    ui.painter().rect_filled(rect, CornerRadius::same(10), Tokens::wash(color));
    if let Some(icon) = icon {
        let slot = Rect::from_min_size(pos2(rect.left() + 7.0, rect.top()), vec2(13.0, rect.height()));
        icon.paint_sized(ui, slot, color, 13.0);
    }
    let words = Rect::from_min_max(pos2(rect.left() + 7.0 + icon_width, rect.top()), rect.max);
    text::paint_line(ui, words, galley, color, Align::Min);
    response
}

/// Paints a word on a wash of `color` at the left of a cell; returns where it ends.
pub fn paint(ui: &Ui, cell: Rect, word: &str, color: Color32) -> f32 {
    let galley = text::line(ui.painter(), word, theme::caption(), color, (cell.width() - 14.0).max(8.0));
    let size = vec2(galley.size().x + 14.0, 18.0);
    let rect = Rect::from_min_size(pos2(cell.left(), cell.center().y - 9.0), size);
    ui.painter().rect_filled(rect, CornerRadius::same(9), Tokens::wash(color));
    text::paint_line(ui, rect.shrink2(vec2(7.0, 0.0)), galley, color, Align::Min);
    rect.right()
}

/// Icon and colour of a direction of synchronization: it has the colour of the side that it writes.
#[must_use]
pub const fn direction(colors: &Tokens, direction: Direction) -> (Icon, Color32, &'static str) {
    match direction {
        Direction::ToTarget => (Icon::ToRight, colors.target, "to target"),
        Direction::ToCentral => (Icon::ToLeft, colors.central, "to central"),
    }
}

/// Icon, colour and words of a mapping direction.
#[must_use]
pub const fn mapping_direction(
    colors: &Tokens,
    direction: MappingDirection,
) -> (Icon, Color32, &'static str) {
    match direction {
        MappingDirection::FromMapping => (Icon::BothWays, colors.text_secondary, "as the mapping"),
        MappingDirection::Both => (Icon::BothWays, colors.text, "both directions"),
        MappingDirection::ToTarget => (Icon::ToRight, colors.target, "to target"),
        MappingDirection::ToCentral => (Icon::ToLeft, colors.central, "to central"),
        MappingDirection::DoNotMap => (Icon::NotMapped, colors.text_disabled, "not mapped"),
    }
}

/// A badge that names a side.
pub fn side_ui(ui: &mut Ui, side: Side) -> Response {
    let color = tokens(ui).side(side);
    badge_ui(ui, if side == Side::Left { "central" } else { "target" }, color)
}
