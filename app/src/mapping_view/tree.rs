//! One of the two trees of a mapping: the properties of a class.

use egui::{Align, Rect, Ui, UiBuilder, pos2, vec2};
use syncwright_core::project::{Mapping, Project, Side};

use super::{MappingState, model::Model};
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
        let rect = Rect::from_min_size(list.min + vec2(12.0, 8.0), vec2(list.width() - 24.0, 48.0));
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            let known = !model.known[index].is_empty();
            text::hint_ui(
                ui,
                if known { "No property matches the filter." } else { "The schema has no such class." },
            );
        });
        return None;
    }
    let mut hovered = None;
    let mut rows_state = view.trees[index];
    let name = if side == Side::Left { "Central properties" } else { "Target properties" };
    let output = ui
        .scope_builder(UiBuilder::new().max_rect(list), |ui| {
            rows::rows_ui(ui, name, &mut rows_state, properties.len() as u64, theme::ROW, |ui, row, rect, response| {
                let property = &properties[row as usize];
                let selected = matches!(selection, Selection::Property { side: at, class: of, property: name }
                    if *at == side && of == class && *name == property.name);
                list_row::background(ui, rect.shrink2(vec2(4.0, 0.0)), selected, response);
                if response.hovered() {
                    hovered = Some(property.name.clone());
                }
                paint_property(ui, rect, property, side);
                property.name.clone()
            })
        })
        .inner;
    view.trees[index] = rows_state;
    if let Some(row) = output.moved_to
        && let Some(property) = properties.get(row as usize)
    {
        actions.push(Action::Select(Selection::Property {
            side,
            class: class.clone(),
            property: property.name.clone(),
        }));
    }
    hovered
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
