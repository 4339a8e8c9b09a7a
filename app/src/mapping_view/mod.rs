//! A mapping: the two classes as trees, the rules between them, and curves from the rules to the properties.

mod clipboard;
mod curves;
mod drag;
mod gestures;
mod model;
mod new_rule;
mod rule_edits;
mod rules;
mod tree;

use std::collections::HashSet;

use egui::{Rect, Stroke, Ui, UiBuilder, pos2, vec2};
use syncwright_core::project::{Mapping, Project, Side};

use self::model::Model;
use crate::{
    action::{Actions, Selection},
    document::Document,
    ui::{Icon, badge, field, rows::RowsState, state, text, theme, tokens},
    words,
};

/// View state of a mapping tab.
#[derive(Debug, Default)]
pub struct MappingState {
    filters: [String; 2],
    unmapped_only: bool,
    trees: [RowsState; 2],
    rules: RowsState,
    /// The property that is selected in each tree.
    picked: [Option<String>; 2],
    /// Rules that are selected together, while the one in the inspector is among them.
    chosen: HashSet<Selection>,
    /// The row that a selection with Shift begins at.
    anchor: Option<usize>,
    /// The rule that the cursor goes to once it is selected.
    follows: Option<Selection>,
    /// The tree that gets the keyboard focus next.
    focus: Option<Side>,
    /// The rules get the keyboard focus next.
    takes_focus: bool,
    draft: Option<new_rule::NewRule>,
    drag: Option<drag::Drag>,
    cache: Option<(Key, Model)>,
}

/// What the cached model was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    revision: u64,
    filters: [String; 2],
    unmapped_only: bool,
}

const HEADER: f32 = 60.0;
const TREE_HEAD: f32 = 68.0;
/// Width of the switch in the header.
const SWITCH: f32 = 146.0;
/// Height of the strip above the rules.
const STRIP: f32 = 44.0;

/// Shows a mapping.
pub fn mapping_ui(
    ui: &mut Ui,
    document: &Document,
    name: &str,
    view: &mut MappingState,
    selection: &Selection,
    actions: &mut Actions,
) {
    let project = document.project();
    let Some(mapping) = project.mapping(name) else {
        state::empty_ui(ui, Icon::Mapping, "This mapping is not there any more", "Undo brings it back.");
        return;
    };
    let key = Key {
        revision: document.revision(),
        filters: view.filters.clone(),
        unmapped_only: view.unmapped_only,
    };
    let model = match view.cache.take() {
        Some((cached, model)) if cached == key => model,
        _ => Model::new(project, mapping, &key.filters, key.unmapped_only),
    };
    show(ui, project, mapping, &model, view, selection, actions);
    view.cache = Some((key, model));
}

fn show(
    ui: &mut Ui,
    project: &Project,
    mapping: &Mapping,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    actions: &mut Actions,
) {
    let area = ui.available_rect_before_wrap();
    let header = Rect::from_min_max(area.min, pos2(area.right(), area.top() + HEADER));
    let inner = header.shrink2(vec2(16.0, 10.0));
    let (words, switch) = inner.split_left_right_at_x((inner.right() - SWITCH).max(inner.left()));
    inside(ui, words.with_max_x(words.right() - 8.0), |ui| header_ui(ui, mapping, model));
    inside(ui, switch, |ui| {
        ui.horizontal_centered(|ui| {
            let flipped = field::switch_ui(ui, "Unmapped only", view.unmapped_only);
            view.unmapped_only = flipped.unwrap_or(view.unmapped_only);
        });
    });

    let body = Rect::from_min_max(pos2(area.left(), header.bottom()), area.max);
    let colors = tokens(ui);
    ui.painter().hline(body.x_range(), body.top(), Stroke::new(1.0, colors.border));
    let tree_width = (body.width() * 0.25).clamp(120.0, 340.0);
    let gutter = (body.width() * 0.042).clamp(28.0, 110.0);
    let left = Rect::from_min_max(body.min, pos2(body.left() + tree_width, body.bottom()));
    let right = Rect::from_min_max(pos2(body.right() - tree_width, body.top()), body.max);
    let middle = Rect::from_min_max(
        pos2(left.right() + gutter, body.top()),
        pos2(right.left() - gutter, body.bottom()),
    );
    for tree in [left, right] {
        ui.painter().rect_filled(tree, 0.0, colors.canvas);
    }
    ui.painter().vline(left.right(), body.y_range(), Stroke::new(1.0, colors.border));
    ui.painter().vline(right.left(), body.y_range(), Stroke::new(1.0, colors.border));

    let lists = [left, right].map(|tree| below_head(tree, TREE_HEAD));
    let hovered_property = [Side::Left, Side::Right].map(|side| {
        let index = usize::from(side == Side::Right);
        let rect = if side == Side::Left { left } else { right };
        inside(ui, rect, |ui| {
            tree::tree_ui(ui, project, mapping, side, model, view, selection, actions, lists[index])
        })
    });
    let strip = Rect::from_min_max(middle.min, pos2(middle.right(), middle.top() + STRIP));
    inside(ui, strip, |ui| new_rule::strip_ui(ui, mapping, model, view, selection, actions));
    let rules_list = below_head(middle, STRIP);
    let hovered = inside(ui, rules_list, |ui| rules::rules_ui(ui, mapping, model, view, selection, actions));
    let geometry = curves::Geometry { left, right, middle, lists, rules: rules_list };
    curves::paint(ui, mapping, model, view, selection, hovered, hovered_property, &geometry);
    drag::drag_ui(ui, mapping, model, view, selection, &geometry, actions);
    ui.advance_cursor_after_rect(area);
}

fn below_head(rect: Rect, head: f32) -> Rect {
    Rect::from_min_max(pos2(rect.left(), rect.top() + head), rect.max)
}

fn inside<R>(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().max_rect(rect), content).inner
}

fn header_ui(ui: &mut Ui, mapping: &Mapping, model: &Model) {
    let colors = tokens(ui);
    ui.horizontal_centered(|ui| {
        ui.add(Icon::Mapping.sized(colors.text_secondary, 20.0));
        text::line_ui(ui, mapping.label(), theme::title(), colors.text);
        ui.add_space(theme::S2);
        let (icon, color, label) = badge::mapping_direction(colors, mapping.direction);
        let label = if label == "as the mapping" { "both directions" } else { label };
        badge::badge_with_icon_ui(ui, Some(icon), label, color);
        if mapping.lifecycle != syncwright_core::project::Lifecycle::Active {
            badge::badge_ui(ui, words::lifecycle(mapping.lifecycle), colors.warning);
        }
        if mapping.only_for_updates {
            badge::badge_ui(ui, "only for updates", colors.text_secondary);
        }
        if model.required_unmapped > 0 {
            let words = text::count(
                model.required_unmapped as u64,
                "required property without a rule",
                "required properties without a rule",
            );
            badge::badge_with_icon_ui(ui, Some(Icon::Warning), &words, colors.warning);
        }
    });
}
