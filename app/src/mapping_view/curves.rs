//! The curves between rules and properties: strong for the selected and hovered rule, faint for the others.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Ui, epaint::CubicBezierShape, pos2};
use syncwright_core::project::{Lifecycle, Mapping, MappingDirection};

use super::{
    MappingState,
    model::{Item, Model},
    rules::{effective_direction, is_selected},
};
use crate::{
    action::Selection,
    ui::{Tokens, rows::RowsState, theme, tokens},
};

/// Where the parts of the view stand.
pub struct Geometry {
    /// The left tree.
    pub left: Rect,
    /// The right tree.
    pub right: Rect,
    /// The rules.
    pub middle: Rect,
    /// The lists in the trees.
    pub lists: [Rect; 2],
    /// The list of rules.
    pub rules: Rect,
}

/// Paints all curves.
#[expect(clippy::too_many_arguments, reason = "one call, from the view that owns all of it")]
pub fn paint(
    ui: &Ui,
    mapping: &Mapping,
    model: &Model,
    view: &MappingState,
    selection: &Selection,
    hovered: Option<Item>,
    hovered_property: [Option<String>; 2],
    geometry: &Geometry,
) {
    let colors = tokens(ui);
    let painter = ui.painter();
    let mut strong = Vec::new();
    let first = view.rules.top.floor().max(0.0) as usize;
    let in_sight = (geometry.rules.height() / theme::ROW) as usize + 2;
    for (row, item) in model.items.iter().enumerate().skip(first).take(in_sight) {
        let (pairs, curve_colors) = match item {
            Item::Rule(index) => {
                let rule = &mapping.rules[*index];
                let off = rule.lifecycle == Lifecycle::Off;
                let direction =
                    if off { MappingDirection::DoNotMap } else { effective_direction(rule, mapping) };
                (vec![(rule.left.as_str(), rule.right.as_str())], both_halves(colors, direction))
            }
            Item::Matching(index) => {
                let pairs = mapping.matching[*index].on.pairs();
                let pairs = pairs.into_iter().map(|pair| (pair.left, pair.right)).collect();
                (pairs, [colors.text_secondary; 2])
            }
            Item::MatchingCaption | Item::RulesCaption => continue,
        };
        let chosen = is_selected(mapping, *item, selection) || hovered == Some(*item);
        for (left, right) in pairs {
            let touched = hovered_property[0].as_deref() == Some(left)
                || hovered_property[1].as_deref() == Some(right)
                || property_selected(selection, mapping, left, right);
            let emphasised = chosen || touched;
            let y = row_y(geometry.rules, &view.rules, row);
            for (side, name) in [left, right].into_iter().enumerate() {
                let Some(property) = model.rows[side].get(name) else { continue };
                let list = geometry.lists[side];
                let property_y = row_y(list, &view.trees[side], *property);
                let visible = list.y_range().contains(property_y);
                let property_y = property_y.clamp(list.top() + 3.0, list.bottom() - 3.0);
                let (from, to) = if side == 0 {
                    (pos2(geometry.left.right(), property_y), pos2(geometry.middle.left() + 2.0, y))
                } else {
                    (pos2(geometry.middle.right() - 2.0, y), pos2(geometry.right.left(), property_y))
                };
                let curve = Curve { from, to, color: curve_colors[side], visible };
                if emphasised {
                    strong.push(curve);
                } else {
                    curve.paint(painter, false, colors);
                }
            }
        }
    }
    for curve in strong {
        curve.paint(painter, true, colors);
    }
}

fn property_selected(selection: &Selection, mapping: &Mapping, left: &str, right: &str) -> bool {
    let Selection::Property { class, property, side } = selection else { return false };
    match side {
        syncwright_core::project::Side::Left => *class == mapping.left && property == left,
        syncwright_core::project::Side::Right => *class == mapping.right && property == right,
    }
}

fn row_y(list: Rect, state: &RowsState, row: usize) -> f32 {
    list.top() + ((row as f64 - state.top) as f32 + 0.5) * theme::ROW
}

/// Colours of the left and right half: each has the colour of the side that is written through it.
const fn both_halves(colors: &Tokens, direction: MappingDirection) -> [Color32; 2] {
    match direction {
        MappingDirection::Both | MappingDirection::FromMapping => [colors.central, colors.target],
        MappingDirection::ToTarget => [colors.target, colors.target],
        MappingDirection::ToCentral => [colors.central, colors.central],
        MappingDirection::DoNotMap => [colors.text_disabled, colors.text_disabled],
    }
}

struct Curve {
    from: Pos2,
    to: Pos2,
    color: Color32,
    visible: bool,
}

impl Curve {
    fn paint(&self, painter: &Painter, strong: bool, colors: &Tokens) {
        let bend = (self.to.x - self.from.x) * 0.5;
        let points =
            [self.from, pos2(self.from.x + bend, self.from.y), pos2(self.to.x - bend, self.to.y), self.to];
        let fade = match (strong, self.visible) {
            (true, true) => 1.0,
            (true, false) => 0.6,
            (false, true) => 0.38,
            (false, false) => 0.12,
        };
        let stroke = Stroke::new(if strong { 2.0 } else { 1.2 }, self.color.gamma_multiply(fade));
        painter.add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
        if strong && self.visible {
            for end in [self.from, self.to] {
                painter.add(Shape::circle_filled(end, 3.0, self.color));
                painter.add(Shape::circle_stroke(end, 3.0, Stroke::new(1.0, colors.panel)));
            }
        }
    }
}
