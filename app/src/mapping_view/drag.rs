//! Dragging: a property onto one of the other tree makes a rule, onto the rules begins one; rules are put in order,
//! or become matching rules.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Key, Pos2, Rect, Response, Shape, Stroke, StrokeKind, Ui,
    epaint::CubicBezierShape, pos2, vec2,
};
use syncwright_core::project::{Mapping, Side};

use super::{
    MappingState,
    curves::Geometry,
    gestures::{self, Request},
    model::{Item, Model},
    new_rule::NewRule,
    rule_edits::{self, selection_of},
};
use crate::{
    action::{Action, Actions, Selection},
    ui::{rows::RowsState, theme, tokens},
};

/// What is being dragged.
#[derive(Debug, Clone, PartialEq)]
pub struct Drag {
    /// What it is; nothing once the drag is cancelled, until the button is let go.
    what: Option<Dragged>,
    /// Where it began.
    from: Pos2,
}

/// Something that can be dragged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dragged {
    /// A property of a tree.
    Property(Side, String),
    /// The selected rules, by the one under the pointer.
    Rules(Item),
}

/// Where something would be dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// On a property: a rule for both.
    Pair { left: String, right: String },
    /// Among the rules: a rule of which one side is known.
    Half { matching: bool, side: Side, name: String },
    /// Among the matching rules: a matching rule of each.
    Match,
    /// Before this place of its list.
    Before(Item),
}

/// The drag that begins at a row, if one does.
pub fn begun(ui: &Ui, response: &Response, what: impl FnOnce() -> Dragged) -> Option<Drag> {
    if !response.is_pointer_button_down_on() {
        return None;
    }
    let from = ui.input(|input| {
        let drags = input.pointer.primary_down() && input.pointer.is_decidedly_dragging();
        drags.then(|| input.pointer.press_origin()).flatten()
    })?;
    Some(Drag { what: Some(what()), from })
}

/// Goes on with a drag: shows where it would end, and ends it.
pub fn drag_ui(
    ui: &Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    geometry: &Geometry,
    actions: &mut Actions,
) {
    let Some(mut drag) = view.drag.take() else { return };
    let (pointer, held, escaped) = ui.input(|input| {
        (input.pointer.latest_pos(), input.pointer.primary_down(), input.key_pressed(Key::Escape))
    });
    let target = drag
        .what
        .as_ref()
        .zip(pointer)
        .and_then(|(what, pointer)| target(what, model, mapping, view, geometry, pointer));
    if !held {
        if let Some(target) = target {
            dropped(ui, mapping, model, view, selection, target, actions);
        }
        return;
    }
    if escaped {
        drag.what = None;
    }
    if let (Some(what), Some(pointer)) = (&drag.what, pointer) {
        scroll(ui, model, view, geometry, pointer);
        paint(ui, mapping, model, view, geometry, (what, drag.from, pointer), target.as_ref());
        let icon = if target.is_some() { CursorIcon::Grabbing } else { CursorIcon::NoDrop };
        ui.ctx().set_cursor_icon(icon);
    }
    view.drag = Some(drag);
}

/// Scrolls the list whose edge the pointer is near, so that what is out of sight can be reached.
fn scroll(ui: &Ui, model: &Model, view: &mut MappingState, geometry: &Geometry, pointer: Pos2) {
    const EDGE: f32 = 20.0;
    const ROWS_A_SECOND: f64 = 12.0;
    let [left, right] = &mut view.trees;
    let lists = [
        (geometry.lists[0], left, model.trees[0].len()),
        (geometry.lists[1], right, model.trees[1].len()),
        (geometry.rules, &mut view.rules, model.items.len()),
    ];
    for (list, state, count) in lists {
        if !list.contains(pointer) {
            continue;
        }
        let last_top = (count as f64 - f64::from(list.height() / theme::ROW)).max(0.0);
        let step = ROWS_A_SECOND * f64::from(ui.input(|input| input.stable_dt.min(0.1)));
        let top = if pointer.y < list.top() + EDGE {
            (state.top - step).max(0.0)
        } else if pointer.y > list.bottom() - EDGE {
            (state.top + step).min(last_top)
        } else {
            continue;
        };
        if (top - state.top).abs() > f64::EPSILON {
            state.top = top;
            ui.ctx().request_repaint();
        }
    }
}

/// The row of a list under a pointer.
fn row_at(list: Rect, state: &RowsState, pointer: Pos2) -> Option<usize> {
    if !list.contains(pointer) {
        return None;
    }
    Some((state.top + f64::from((pointer.y - list.top()) / theme::ROW)).floor().max(0.0) as usize)
}

fn row_rect(list: Rect, state: &RowsState, row: usize) -> Rect {
    let top = list.top() + (row as f64 - state.top) as f32 * theme::ROW;
    Rect::from_min_size(pos2(list.left(), top), vec2(list.width(), theme::ROW))
}

fn target(
    what: &Dragged,
    model: &Model,
    mapping: &Mapping,
    view: &MappingState,
    geometry: &Geometry,
    pointer: Pos2,
) -> Option<Target> {
    let row = row_at(geometry.rules, &view.rules, pointer);
    match what {
        Dragged::Property(side, name) => {
            let other = usize::from(*side == Side::Left);
            let under = row_at(geometry.lists[other], &view.trees[other], pointer);
            if let Some(property) = under.and_then(|row| model.trees[other].get(row)) {
                let (own, other) = (name.clone(), property.name.clone());
                return Some(match side {
                    Side::Left => Target::Pair { left: own, right: other },
                    Side::Right => Target::Pair { left: other, right: own },
                });
            }
            let item = model.items.get(row?.min(model.items.len() - 1));
            let matching = matches!(item, Some(Item::MatchingCaption | Item::Matching(_)));
            Some(Target::Half { matching, side: *side, name: name.clone() })
        }
        Dragged::Rules(grabbed) => {
            let row = row?;
            let among_matching =
                matches!(model.items.get(row), Some(Item::MatchingCaption | Item::Matching(_)));
            if matches!(grabbed, Item::Rule(_)) && among_matching {
                return Some(Target::Match);
            }
            let position = view.rules.top + f64::from((pointer.y - geometry.rules.top()) / theme::ROW);
            let gap = position.round().max(0.0) as usize;
            let (first, count) = match grabbed {
                Item::Matching(_) => (1, mapping.matching.len()),
                _ => (mapping.matching.len() + 2, mapping.rules.len()),
            };
            let place = gap.saturating_sub(first).min(count);
            Some(Target::Before(match grabbed {
                Item::Matching(_) => Item::Matching(place),
                _ => Item::Rule(place),
            }))
        }
    }
}

fn dropped(
    ui: &Ui,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    target: Target,
    actions: &mut Actions,
) {
    match target {
        Target::Pair { left, right } => {
            gestures::done(view, rule_edits::new_rule(mapping, model, &left, &right), actions);
        }
        Target::Half { matching, side, name } => {
            // The other side may be selected already.
            let other = view.picked[usize::from(side == Side::Left)].clone();
            let mut draft = NewRule::new(matching, Some((side, name)));
            if let (true, Some(other)) = (matching, other) {
                draft.names[usize::from(side == Side::Left)] = other;
            }
            view.draft = Some(draft);
        }
        Target::Match => gestures::perform(ui, mapping, model, view, selection, Request::Match, actions),
        Target::Before(place) => {
            let items = gestures::selected_items(mapping, model, view, selection);
            if let Some(made) = rule_edits::move_to(mapping, &items, place) {
                gestures::done(view, made, actions);
            }
        }
    }
}

/// Selects the rule that a drag begins at, unless it is among the selected ones.
pub fn grab(
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    item: Item,
    actions: &mut Actions,
) {
    if gestures::selected_items(mapping, model, view, selection).contains(&item) {
        return;
    }
    view.chosen.clear();
    if let Some(own) = selection_of(mapping, item) {
        actions.push(Action::Select(own));
    }
}

fn paint(
    ui: &Ui,
    mapping: &Mapping,
    model: &Model,
    view: &MappingState,
    geometry: &Geometry,
    (what, from, pointer): (&Dragged, Pos2, Pos2),
    target: Option<&Target>,
) {
    let colors = tokens(ui);
    let painter = ui.painter();
    let outline = |rect: Rect, color: Color32| {
        let stroke = Stroke::new(1.5, color);
        painter.rect_stroke(rect.shrink2(vec2(4.0, 1.0)), CornerRadius::same(5), stroke, StrokeKind::Inside);
    };
    match target {
        Some(Target::Pair { left, right }) => {
            for (side, name) in [left, right].into_iter().enumerate() {
                let Some(row) = model.rows[side].get(name) else { continue };
                let rect = row_rect(geometry.lists[side], &view.trees[side], *row);
                outline(rect.intersect(geometry.lists[side]), colors.target);
            }
        }
        Some(Target::Half { matching, .. }) => {
            let caption = if *matching { Item::MatchingCaption } else { Item::RulesCaption };
            outline_caption(model, view, geometry, caption, &outline, colors.target);
        }
        Some(Target::Match) => {
            outline_caption(model, view, geometry, Item::MatchingCaption, &outline, colors.target);
        }
        Some(Target::Before(item)) => {
            let row = match item {
                Item::Matching(place) => place + 1,
                Item::Rule(place) => mapping.matching.len() + 2 + place,
                Item::MatchingCaption | Item::RulesCaption => return,
            };
            let y = row_rect(geometry.rules, &view.rules, row).top();
            let y = y.clamp(geometry.rules.top() + 1.0, geometry.rules.bottom() - 1.0);
            painter.hline(geometry.rules.x_range(), y, Stroke::new(2.0, colors.target));
        }
        None => {}
    }
    if let Dragged::Property(side, name) = what {
        let color = if target.is_some() { colors.side(*side) } else { colors.text_disabled };
        let edges = [geometry.left.right(), geometry.right.left()];
        let own = usize::from(*side == Side::Right);
        let end = match target {
            Some(Target::Pair { left, right }) => {
                let other = 1 - own;
                let row = model.rows[other].get([left, right][other]);
                let rect = row.map(|row| row_rect(geometry.lists[other], &view.trees[other], *row));
                pos2(edges[other], rect.map_or(pointer.y, |rect| rect.center().y))
            }
            _ => pointer,
        };
        line(ui, pos2(edges[own], from.y), end, color);
        label(ui, pointer, name);
    }
}

fn outline_caption(
    model: &Model,
    view: &MappingState,
    geometry: &Geometry,
    caption: Item,
    outline: &impl Fn(Rect, Color32),
    color: Color32,
) {
    if let Some(row) = model.items.iter().position(|item| *item == caption) {
        outline(row_rect(geometry.rules, &view.rules, row).intersect(geometry.rules), color);
    }
}

fn line(ui: &Ui, from: Pos2, to: Pos2, color: Color32) {
    let bend = (to.x - from.x) * 0.5;
    let points = [from, pos2(from.x + bend, from.y), pos2(to.x - bend, to.y), to];
    let stroke = Stroke::new(2.0, color);
    ui.painter().add(CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke));
    ui.painter().add(Shape::circle_filled(from, 3.0, color));
}

/// The name beside the pointer, on a ground of its own: it flies over everything.
fn label(ui: &Ui, pointer: Pos2, words: &str) {
    let colors = tokens(ui);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), theme::caption(), colors.text);
    let at = pointer + vec2(14.0, 10.0);
    let rect = Align2::LEFT_TOP.anchor_size(at, galley.size() + vec2(12.0, 6.0));
    let stroke = Stroke::new(1.0, colors.border_strong);
    ui.painter().rect(rect, CornerRadius::same(5), colors.raised, stroke, StrokeKind::Inside);
    ui.painter().galley(rect.min + vec2(6.0, 3.0), galley, colors.text);
}
