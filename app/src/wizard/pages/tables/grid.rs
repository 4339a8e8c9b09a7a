//! The objects of a sample as a grid that shows what is in sight only.

use egui::{
    Align, CornerRadius, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2,
    text::LayoutJob, vec2,
};
use syncwright_core::{
    project::SchemaType,
    schema::Sample,
    value::{Value, ValueType},
};

use super::shown::Display;
use crate::ui::{table, text, theme, tokens, value};

/// Space at both sides of a cell.
const PADDING: f32 = 8.0;
/// Width of a character on average.
const CHARACTER: f32 = 7.2;

/// A column of the grid.
struct GridColumn<'a> {
    /// Nothing for what the display template makes.
    property: Option<&'a str>,
    title: &'a str,
    width: f32,
    right: bool,
}

fn grid_columns<'a>(
    schema_type: &'a SchemaType,
    sample: &'a Sample,
    display: &Display,
) -> Vec<GridColumn<'a>> {
    let mut columns = Vec::with_capacity(sample.properties().len() + 1);
    if display.values(schema_type).is_some() {
        columns.push(GridColumn { property: None, title: "Display", width: 180.0, right: false });
    }
    for name in sample.properties() {
        let value_type = schema_type.type_of(name);
        let least = name.chars().count() as f32 * CHARACTER + 2.0 * PADDING;
        let width = least.max(typical_width(value_type)).min(260.0);
        let right = value_type.is_numeric();
        columns.push(GridColumn { property: Some(name), title: name, width, right });
    }
    columns
}

/// Widths depend on types alone, so that they stand still while data comes in.
const fn typical_width(value_type: ValueType) -> f32 {
    match value_type {
        ValueType::Boolean => 64.0,
        ValueType::Integer | ValueType::Decimal(..) | ValueType::Float | ValueType::Time => 84.0,
        ValueType::Date => 92.0,
        ValueType::String | ValueType::Binary => 140.0,
        ValueType::Timestamp | ValueType::TimestampUtc => 176.0,
        ValueType::Guid => 250.0,
    }
}

/// Draws the objects of a sample, in both directions only those in sight.
pub fn grid_ui(ui: &mut Ui, schema_type: &SchemaType, sample: &Sample, display: &Display) {
    let columns = grid_columns(schema_type, sample, display);
    let width: f32 = columns.iter().map(|column| column.width).sum();
    let height = table::HEADER + sample.len() as f32 * theme::ROW;
    ScrollArea::both().id_salt(("sample", &schema_type.name)).auto_shrink([false, false]).show_viewport(
        ui,
        |ui, viewport| {
            let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
            let grid = Grid { schema_type, sample, display, columns: &columns, rect, viewport };
            grid.rows_ui(ui);
            grid.header_ui(ui);
        },
    );
}

/// The grid while it is drawn: only what is in sight.
struct Grid<'a> {
    schema_type: &'a SchemaType,
    sample: &'a Sample,
    display: &'a Display,
    columns: &'a [GridColumn<'a>],
    rect: Rect,
    viewport: Rect,
}

impl<'a> Grid<'a> {
    /// The columns in sight and where they begin and end.
    fn in_sight(&self) -> impl Iterator<Item = (&'a GridColumn<'a>, f32)> {
        let (viewport, left) = (self.viewport, self.rect.left());
        let mut x = 0.0;
        self.columns.iter().filter_map(move |column| {
            let begin = x;
            x += column.width;
            (x >= viewport.left() && begin <= viewport.right()).then_some((column, left + begin))
        })
    }

    fn rows_ui(&self, ui: &Ui) {
        let first = ((self.viewport.top() / theme::ROW).floor().max(0.0)) as usize;
        let count = (self.viewport.height() / theme::ROW).ceil() as usize + 1;
        for row in first..(first + count).min(self.sample.len()) {
            self.row_ui(ui, row);
        }
    }

    fn row_ui(&self, ui: &Ui, row: usize) {
        let top = self.rect.top() + table::HEADER + row as f32 * theme::ROW;
        let line = Rect::from_min_size(pos2(self.rect.left(), top), vec2(self.rect.width(), theme::ROW));
        let response = ui.interact(line, ui.scope_id().with(("sample row", row)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Row, true, self.row_name(row)));
        if response.hovered() {
            ui.painter().rect_filled(line, CornerRadius::ZERO, tokens(ui).hover);
        }
        for (column, left) in self.in_sight() {
            let cell = Rect::from_min_size(pos2(left, top), vec2(column.width, theme::ROW));
            self.cell(ui, column, row, cell.shrink2(vec2(PADDING, 0.0)));
        }
        table::row_line(ui, line);
    }

    fn cell(&self, ui: &Ui, column: &GridColumn<'_>, row: usize, cell: Rect) {
        let colors = tokens(ui);
        let align = if column.right { Align::Max } else { Align::Min };
        let Some(property) = column.property else {
            let values = self.display.values(self.schema_type).unwrap_or_default();
            let shown = values.get(row).map_or("", String::as_str);
            text::cell(ui, cell, shown, theme::medium(), colors.text, align);
            return;
        };
        let mut job = LayoutJob::default();
        value::append(&mut job, &self.value(property, row), false, colors.text, colors);
        let galley = ui.painter().layout_job(text::one_line(job, cell.width()));
        text::paint_line(ui, cell, galley, colors.text, align);
    }

    /// The value, with a sensitive one masked already.
    fn value(&self, property: &str, row: usize) -> Value {
        self.sample.value(self.schema_type, property, row)
    }

    /// The row in words, with as many columns as somebody listens to.
    fn row_name(&self, row: usize) -> String {
        let named = self.sample.properties().iter().take(12);
        let parts: Vec<String> =
            named.map(|name| format!("{name} {}", value::plain(&self.value(name, row), false))).collect();
        parts.join(", ")
    }

    /// The titles stay in sight while the rows scroll below them.
    fn header_ui(&self, ui: &Ui) {
        let colors = tokens(ui);
        let top = self.rect.top() + self.viewport.top();
        let line = Rect::from_min_size(pos2(self.rect.left(), top), vec2(self.rect.width(), table::HEADER));
        ui.painter().rect_filled(line, CornerRadius::ZERO, colors.panel);
        for (column, left) in self.in_sight() {
            let cell = Rect::from_min_size(pos2(left, top), vec2(column.width, table::HEADER));
            let cell = cell.shrink2(vec2(PADDING, 0.0));
            let align = if column.right { Align::Max } else { Align::Min };
            text::cell(ui, cell, column.title, theme::caption(), colors.text_secondary, align);
        }
        ui.painter().hline(line.x_range(), line.bottom() - 0.5, Stroke::new(1.0, colors.border));
    }
}
