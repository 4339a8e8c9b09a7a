//! Columns: how the width of a table is shared out, its header, its cells.

use egui::{Align, Rect, Stroke, Ui, pos2, vec2};

use super::{text, theme, tokens};

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its title.
    pub title: &'static str,
    /// Least width in points.
    pub width: f32,
    /// Share of the width that is left over.
    pub share: f32,
    /// Where its text stands; numbers stand right.
    pub align: Align,
}

impl Column {
    /// A column of fixed width.
    #[must_use]
    pub const fn fixed(title: &'static str, width: f32) -> Self {
        Self { title, width, share: 0.0, align: Align::Min }
    }

    /// A column that takes a share of the width that is left over.
    #[must_use]
    pub const fn share(title: &'static str, width: f32, share: f32) -> Self {
        Self { title, width, share, align: Align::Min }
    }

    /// The column with its text at the right.
    #[must_use]
    pub const fn right(self) -> Self {
        Self { align: Align::Max, ..self }
    }
}

const PADDING: f32 = 8.0;
/// Height of a table header.
pub const HEADER: f32 = 28.0;

/// Where the cells of a row stand.
#[must_use]
pub fn cells(columns: &[Column], row: Rect) -> Vec<Rect> {
    let least: f32 = columns.iter().map(|column| column.width).sum();
    let shares: f32 = columns.iter().map(|column| column.share).sum();
    let spare = (row.width() - 2.0 * PADDING - least).max(0.0);
    let squeeze = ((row.width() - 2.0 * PADDING) / least.max(1.0)).min(1.0);
    let mut x = row.left() + PADDING;
    columns
        .iter()
        .map(|column| {
            let extra = if shares > 0.0 { spare * column.share / shares } else { 0.0 };
            let width = column.width * squeeze + extra;
            let cell =
                Rect::from_min_size(pos2(x, row.top()), vec2((width - PADDING).max(0.0), row.height()));
            x += width;
            cell
        })
        .collect()
}

/// Shows the titles of the columns with a line below; `scroll_bar` leaves room for one at the right.
pub fn header_ui(ui: &mut Ui, columns: &[Column], scroll_bar: bool) {
    let colors = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), egui::Sense::hover());
    let right = if scroll_bar { rect.right() - 10.0 } else { rect.right() };
    let row = Rect::from_min_max(rect.min, pos2(right, rect.bottom()));
    for (column, cell) in columns.iter().zip(cells(columns, row)) {
        text::cell(ui, cell, column.title, theme::caption(), colors.text_secondary, column.align);
    }
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, colors.border));
    ui.add_space(-ui.spacing().item_spacing.y);
}

/// A thin line between two rows.
pub fn row_line(ui: &Ui, rect: Rect) {
    let colors = tokens(ui);
    ui.painter().hline(
        rect.x_range(),
        rect.bottom() - 0.5,
        Stroke::new(1.0, colors.border.gamma_multiply(0.6)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_row_and_never_overlap() {
        let columns =
            [Column::fixed("a", 60.0), Column::share("b", 80.0, 1.0), Column::share("c", 80.0, 3.0).right()];
        for width in [100.0, 236.0, 900.0] {
            let row = Rect::from_min_size(pos2(0.0, 0.0), vec2(width, 24.0));
            let cells = cells(&columns, row);
            for pair in cells.windows(2) {
                assert!(pair[0].right() <= pair[1].left(), "{width}: {cells:?}");
            }
            assert!(cells[2].right() <= row.right(), "{width}: {cells:?}");
        }
    }
}
