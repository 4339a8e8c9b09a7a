//! The list of tables at the left of a page: filter, only those with settings, any number of rows.

use egui::{Align, Rect, Ui, UiBuilder, pos2, vec2};

use crate::ui::{
    Icon, badge, field, list_row,
    rows::{self, RowsState},
    state, text, theme, tokens,
};

/// State of the list.
#[derive(Debug, Default)]
pub struct TableList {
    filter: String,
    only_set: bool,
    rows: RowsState,
}

/// A row of the list.
pub struct Listed<'a> {
    /// Name of the table or class.
    pub name: &'a str,
    /// Its icon.
    pub icon: Icon,
    /// What is set on it, in a word or two; empty if nothing is.
    pub remark: String,
    /// What is set on it is wrong.
    pub wrong: bool,
}

impl TableList {
    /// Shows the list; `selected` is the name of the chosen row.
    pub fn show<'a>(
        &mut self,
        ui: &mut Ui,
        only_set: &str,
        items: impl Iterator<Item = Listed<'a>>,
        selected: &mut Option<String>,
    ) {
        field::filter_ui(ui, &mut self.filter, "Filter tables", ui.available_width());
        if let Some(on) = field::switch_ui(ui, only_set, self.only_set) {
            self.only_set = on;
        }
        ui.add_space(theme::S1);
        let shown = self.shown(items);
        if shown.is_empty() {
            let hint = if self.only_set {
                "Switch the filters off to see every table."
            } else {
                "Type another name, or read the schema."
            };
            state::empty_ui(ui, Icon::Table, "No such tables", hint);
            return;
        }
        let place = shown.iter().position(|item| Some(item.name) == selected.as_deref());
        self.rows.cursor = place.map(|place| place as u64);
        let output = rows::rows_ui(
            ui,
            "Tables",
            &mut self.rows,
            shown.len() as u64,
            theme::ROW,
            |ui, row, rect, response| {
                let Some(item) = shown.get(row as usize) else { return String::new() };
                let chosen = Some(item.name) == selected.as_deref();
                list_row::background(ui, rect, chosen, response);
                row_ui(ui, rect, item);
                if item.remark.is_empty() {
                    item.name.to_owned()
                } else {
                    format!("{}: {}", item.name, item.remark)
                }
            },
        );
        if let Some(item) = output.moved_to.and_then(|row| shown.get(row as usize)) {
            *selected = Some(item.name.to_owned());
        }
    }

    fn shown<'a>(&self, items: impl Iterator<Item = Listed<'a>>) -> Vec<Listed<'a>> {
        let filter = self.filter.trim().to_lowercase();
        items
            .filter(|item| !self.only_set || !item.remark.is_empty())
            .filter(|item| filter.is_empty() || item.name.to_lowercase().contains(&filter))
            .collect()
    }
}

fn row_ui(ui: &Ui, rect: Rect, item: &Listed<'_>) {
    let colors = tokens(ui);
    let set = !item.remark.is_empty();
    let slot = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(16.0, rect.height()));
    let color = if set { colors.target } else { colors.text_secondary };
    item.icon.paint_sized(ui, slot, color, 14.0);
    let mut right = rect.right() - 8.0;
    if set {
        let color = if item.wrong { colors.danger } else { colors.target };
        let galley = text::line(ui.painter(), &item.remark, theme::caption(), color, rect.width() * 0.5);
        let width = galley.size().x + 16.0;
        let cell = Rect::from_min_max(pos2(right - width, rect.top()), pos2(right, rect.bottom()));
        badge::paint(ui, cell, &item.remark, color);
        right = cell.left() - 6.0;
    }
    let words = Rect::from_min_max(pos2(slot.right() + 8.0, rect.top()), pos2(right, rect.bottom()));
    let font = if set { theme::medium() } else { theme::body() };
    text::cell(ui, words, item.name, font, colors.text, Align::Min);
}

/// Shows a list at the left and what is chosen in it at the right.
pub fn beside_ui<T>(
    ui: &mut Ui,
    of: &mut T,
    list: impl FnOnce(&mut Ui, &mut T),
    detail: impl FnOnce(&mut Ui, &mut T),
) {
    let area = ui.available_rect_before_wrap();
    let width = (area.width() * 0.3).clamp(180.0, 280.0);
    let (left, right) = area.split_left_right_at_x(area.left() + width);
    ui.scope_builder(UiBuilder::new().id_salt("list").max_rect(left.with_max_x(left.right() - 8.0)), |ui| {
        list(ui, of);
    });
    let colors = tokens(ui);
    ui.painter().vline(left.right(), area.y_range(), egui::Stroke::new(1.0, colors.border));
    let right = right.with_min_x(right.left() + 16.0);
    ui.scope_builder(UiBuilder::new().id_salt("detail").max_rect(right), |ui| detail(ui, of));
    ui.advance_cursor_after_rect(area);
}
