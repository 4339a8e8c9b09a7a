//! How a row of the tree-table is drawn: its name here, its other cells by the page.

use egui::{Align, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use syncwright_core::project::{Schema, SchemaType};

use super::flatten::Row;
use crate::ui::{
    Icon,
    table::{self, Column},
    text, theme, tokens,
};

/// What a page puts into the rows.
pub trait Cells {
    /// Draws the cells behind the first one.
    fn cells_ui(&mut self, ui: &mut Ui, row: Row, cells: &[Rect]);
    /// What a row is called that is neither table nor column.
    fn extra(&self, schema_type: &SchemaType, extra: usize) -> String;
    /// The icon of a column.
    fn icon(&self, schema_type: &SchemaType, column: usize) -> Option<Icon>;
    /// The context menu of a row.
    fn menu_ui(&mut self, ui: &mut Ui, row: Row);
}

/// A row while it is drawn.
pub struct Drawing<'a> {
    /// The tables.
    pub schema: &'a Schema,
    /// The row.
    pub row: Row,
    /// Where it is drawn.
    pub rect: Rect,
    /// Its columns.
    pub columns: &'a [Column],
    /// What is below it is shown.
    pub open: bool,
}

impl Drawing<'_> {
    fn schema_type(&self) -> Option<&SchemaType> {
        self.schema.types.get(self.row.table())
    }

    /// What the row is called, for people who hear it.
    #[must_use]
    pub fn name(&self, cells: &dyn Cells) -> String {
        let Some(schema_type) = self.schema_type() else { return String::new() };
        match self.row {
            Row::Table(_) => schema_type.name.clone(),
            Row::Column(_, column) => {
                let property = schema_type.properties.get(column);
                format!("{}.{}", schema_type.name, property.map_or("", |one| one.name.as_str()))
            }
            Row::Extra(_, extra) => format!("{}: {}", schema_type.name, cells.extra(schema_type, extra)),
        }
    }

    /// Draws the row; true if its triangle was clicked.
    pub fn show(&self, ui: &mut Ui, cells: &mut dyn Cells) -> bool {
        let Some(schema_type) = self.schema_type() else { return false };
        let rects = table::cells(self.columns, self.rect);
        let Some((first, rest)) = rects.split_first() else { return false };
        let clicked = match self.row {
            Row::Table(_) => self.table_ui(ui, *first, schema_type),
            Row::Column(_, column) => {
                if let Some(property) = schema_type.properties.get(column) {
                    let icon = cells.icon(schema_type, column);
                    below_ui(ui, *first, icon, &property.name, &property.value_type.label());
                }
                false
            }
            Row::Extra(_, extra) => {
                below_ui(ui, *first, Some(Icon::Virtual), &cells.extra(schema_type, extra), "");
                false
            }
        };
        cells.cells_ui(ui, self.row, rest);
        clicked
    }

    fn table_ui(&self, ui: &Ui, cell: Rect, schema_type: &SchemaType) -> bool {
        let colors = tokens(ui);
        let slot = Rect::from_min_size(cell.min, vec2(18.0, cell.height()));
        let response = ui.interact(slot, ui.scope_id().with("triangle"), Sense::CLICK);
        let name = format!("{} {}", if self.open { "Collapse" } else { "Expand" }, schema_type.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &name));
        let (icon, color) = match (self.open, response.hovered()) {
            (true, hovered) => (Icon::ChevronDown, if hovered { colors.text } else { colors.text_secondary }),
            (false, hovered) => {
                (Icon::ChevronRight, if hovered { colors.text } else { colors.text_secondary })
            }
        };
        icon.paint_sized(ui, slot, color, 12.0);
        let slot = Rect::from_min_size(pos2(cell.left() + 18.0, cell.top()), vec2(20.0, cell.height()));
        let icon = if schema_type.view { Icon::View } else { Icon::Table };
        icon.paint_sized(ui, slot, colors.text_secondary, 14.0);
        let words = cell.with_min_x(cell.left() + 42.0);
        let count = schema_type.properties.len() as u64;
        let counted = text::count(count, "column", "columns");
        name_ui(ui, words, &schema_type.name, theme::medium(), &counted);
        response.clicked()
    }
}

/// A name below a table, with what is said about it if there is room.
fn below_ui(ui: &Ui, cell: Rect, icon: Option<Icon>, name: &str, about: &str) {
    let slot = Rect::from_min_size(pos2(cell.left() + 22.0, cell.top()), vec2(18.0, cell.height()));
    if let Some(icon) = icon {
        icon.paint_sized(ui, slot, tokens(ui).target, 13.0);
    }
    name_ui(ui, cell.with_min_x(cell.left() + 42.0), name, theme::body(), about);
}

fn name_ui(ui: &Ui, cell: Rect, name: &str, font: egui::FontId, about: &str) {
    let colors = tokens(ui);
    let galley = text::line(ui.painter(), name, font, colors.text, cell.width());
    let end = cell.left() + galley.size().x + 8.0;
    text::paint_line(ui, cell, galley, colors.text, Align::Min);
    if end + 28.0 < cell.right() {
        text::cell(ui, cell.with_min_x(end), about, theme::caption(), colors.text_secondary, Align::Min);
    }
}
