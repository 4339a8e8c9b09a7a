//! One of the two trees of a mapping: the properties of a class.

use egui::{Align, Rect, Ui, UiBuilder, pos2, vec2};
use syncwright_core::project::{Mapping, Project, Side};

use super::{
    MappingState,
    drag::{self, Dragged},
    gestures,
    model::Model,
    rule_edits,
};
use crate::{
    action::{Action, Actions, Selection},
    ui::{Icon, badge, field, list_row, rows, text, theme, tokens},
};

/// Shows a tree; gives the name of the property under the pointer.
#[expect(clippy::too_many_arguments, reason = "one call, from the view that owns all of it")]
pub fn tree_ui(
    ui: &mut Ui,
    project: &Project,
    mapping: &Mapping,
    side: Side,
    model: &Model,
    view: &mut MappingState,
    selection: &Selection,
    actions: &mut Actions,
    list: Rect,
) -> Option<String> {
    let colors = tokens(ui);
    let index = usize::from(side == Side::Right);
    let class = if side == Side::Left { &mapping.left } else { &mapping.right };
    let area = ui.max_rect();
    let title = Rect::from_min_max(area.min + vec2(12.0, 8.0), pos2(area.right() - 12.0, area.top() + 30.0));
    let strip = Rect::from_min_max(area.min, pos2(area.right(), area.top() + 2.0));
    ui.painter().rect_filled(strip, 0.0, colors.side(side));
    ui.scope_builder(UiBuilder::new().max_rect(title), |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            ui.add(Icon::Table.image(colors.side(side)));
            let system = project.system(side).connection.label().to_owned();
            text::line_ui(ui, class.as_str(), theme::semibold(), colors.text).on_hover_text(system);
            badge::side_ui(ui, side);
        });
    });
    let filter = Rect::from_min_max(
        pos2(area.left() + 12.0, area.top() + 34.0),
        pos2(area.right() - 12.0, area.top() + 62.0),
    );
    ui.scope_builder(UiBuilder::new().max_rect(filter), |ui| {
        let hint = if side == Side::Left { "Filter central" } else { "Filter target" };
        field::filter_ui(ui, &mut view.filters[index], hint, filter.width());
    });

    let properties = &model.trees[index];
    if properties.is_empty() {
        view.focus = view.focus.filter(|focus| *focus != side);
        let rect = Rect::from_min_size(list.min + vec2(12.0, 8.0), vec2(list.width() - 24.0, 48.0));
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            let words = if model.known[index].is_empty() {
                "The schema has no such class."
            } else if view.unmapped_only && view.filters[index].is_empty() {
                "Every property is mapped."
            } else {
                "No property matches the filter."
            };
            text::hint_ui(ui, words);
        });
        return None;
    }
    let mut hovered = None;
    let mut rows_state = view.trees[index];
    let name = if side == Side::Left { "Central properties" } else { "Target properties" };
    let takes_focus = view.focus == Some(side);
    if takes_focus {
        view.focus = None;
        let row = rows_state.cursor.unwrap_or(0).min(properties.len() as u64 - 1);
        rows_state.cursor = Some(row);
        rows::reveal(&mut rows_state, row, f64::from(list.height() / theme::ROW));
    }
    let (picked, mut begun) = (view.picked[index].clone(), None);
    let output = ui
        .scope_builder(UiBuilder::new().max_rect(list), |ui| {
            if takes_focus {
                let id = rows::list_id(ui, name);
                ui.memory_mut(|memory| memory.request_focus(id));
            }
            rows::rows_ui(
                ui,
                name,
                &mut rows_state,
                properties.len() as u64,
                theme::ROW,
                |ui, row, rect, response| {
                    let property = &properties[row as usize];
                    let selected = picked.as_ref() == Some(&property.name)
                        || matches!(selection, Selection::Property { side: at, class: of, property: name }
                    if *at == side && of == class && *name == property.name);
                    list_row::background(ui, rect.shrink2(vec2(4.0, 0.0)), selected, response);
                    if response.hovered() {
                        hovered = Some(property.name.clone());
                    }
                    if begun.is_none() {
                        begun = drag::begun(ui, response, || Dragged::Property(side, property.name.clone()));
                    }
                    paint_property(ui, rect, property, side);
                    property.name.clone()
                },
            )
        })
        .inner;
    view.trees[index] = rows_state;
    view.drag = view.drag.take().or(begun);
    if let Some(property) = output.moved_to.and_then(|row| properties.get(row as usize)) {
        view.picked[index] = Some(property.name.clone());
        actions.push(Action::Select(Selection::Property {
            side,
            class: class.clone(),
            property: property.name.clone(),
        }));
    }
    if let Some(property) = output.opened.and_then(|row| properties.get(row as usize)) {
        // The other list shall not take the same key.
        ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Enter));
        view.picked[index] = Some(property.name.clone());
        enter(mapping, side, model, view, actions);
    }
    hovered
}

/// A property of each side is a rule; with one side only, the other tree is next.
fn enter(mapping: &Mapping, side: Side, model: &Model, view: &mut MappingState, actions: &mut Actions) {
    if let [Some(left), Some(right)] = &view.picked {
        let made = rule_edits::new_rule(mapping, model, left, right);
        gestures::done(view, made, actions);
        view.focus = Some(Side::Left);
        return;
    }
    let other = side.other();
    view.focus = Some(other);
    let index = usize::from(other == Side::Right);
    let row = view.trees[index].cursor.unwrap_or(0) as usize;
    let rows = &model.trees[index];
    view.picked[index] = rows.get(row).or(rows.last()).map(|property| property.name.clone());
}

fn paint_property(ui: &Ui, rect: Rect, property: &super::model::Property, side: Side) {
    let colors = tokens(ui);
    let dot = Rect::from_min_size(rect.min + vec2(10.0, 0.0), vec2(16.0, rect.height()));
    let color = colors.side(side);
    if property.key {
        Icon::Key.paint_sized(ui, dot, color, 14.0);
    } else if property.computed {
        Icon::Virtual.paint_sized(ui, dot, color, 14.0);
    } else if property.mapped {
        ui.painter().circle_filled(dot.center(), 3.5, color);
    } else {
        ui.painter().circle_stroke(dot.center(), 3.5, egui::Stroke::new(1.2, colors.border_strong));
    }
    let mut right = rect.right() - 8.0;
    let mut mark = |icon: Icon, color| {
        let slot = Rect::from_min_max(pos2(right - 14.0, rect.top()), pos2(right, rect.bottom()));
        icon.paint_sized(ui, slot, color, 12.0);
        right -= 18.0;
    };
    if property.missing {
        mark(Icon::Warning, colors.warning);
    } else if property.required {
        mark(Icon::Required, colors.text_secondary);
    }
    if property.secret {
        mark(Icon::Lock, colors.text_secondary);
    }
    let kind = text::line(ui.painter(), &property.kind, theme::caption(), colors.text_secondary, 90.0);
    let name_left = dot.right() + 8.0;
    let color = if property.mapped { colors.text } else { colors.text_secondary };
    let font = if property.key { theme::medium() } else { theme::body() };
    let name = text::line(ui.painter(), &property.name, font, color, right - name_left);
    let end = name_left + name.size().x;
    text::paint_line(ui, Rect::from_min_max(pos2(name_left, rect.top()), rect.max), name, color, Align::Min);
    if end + 10.0 + kind.size().x < right {
        let slot = Rect::from_min_max(pos2(end, rect.top()), pos2(right, rect.bottom()));
        text::paint_line(ui, slot, kind, colors.text_secondary, Align::Max);
    }
}
