//! Text: labels in the fonts and colours of the theme, and single lines that end in … where they do not fit.

use std::sync::Arc;

use egui::{
    Align, Color32, FontId, Galley, Label, Painter, Rect, Response, RichText, Ui, pos2, text::LayoutJob,
};

use super::{theme, tokens};

/// `text` with signs that the bundled fonts have, so that it looks the same on every machine.
fn drawable(text: String) -> String {
    if text.contains('⇄') { text.replace('⇄', "↔") } else { text }
}

/// A label in a font and colour; long text wraps.
pub fn label_ui(ui: &mut Ui, text: impl Into<String>, font: FontId, color: Color32) -> Response {
    ui.add(Label::new(RichText::new(drawable(text.into())).font(font).color(color)).wrap())
}

/// A label on one line, cut with … where it does not fit; the tooltip has it whole.
pub fn line_ui(ui: &mut Ui, text: impl Into<String>, font: FontId, color: Color32) -> Response {
    ui.add(Label::new(RichText::new(drawable(text.into())).font(font).color(color)).truncate())
}

/// Running text.
pub fn body_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = tokens(ui).text;
    label_ui(ui, text, theme::body(), color)
}

/// A hint: running text in the secondary colour.
pub fn hint_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = tokens(ui).text_secondary;
    label_ui(ui, text, theme::body(), color)
}

/// A heading inside a document.
pub fn heading_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = tokens(ui).text;
    label_ui(ui, text, theme::heading(), color)
}

/// A caption above a group of rows or fields.
pub fn caption_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let color = tokens(ui).text_secondary;
    label_ui(ui, text, theme::caption(), color)
}

/// A job of one line that is cut with … at `width`.
#[must_use]
pub fn one_line(mut job: LayoutJob, width: f32) -> LayoutJob {
    job.wrap.max_width = width.max(0.0);
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    job
}

/// One line of text, laid out for a width.
#[must_use]
pub fn line(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    // A cell never shows more than its width; laying out a megabyte of text for it would cost a frame.
    let shown = text.char_indices().nth(400).map_or(text, |(end, _)| &text[..end]);
    let shown = shown.split('\n').next().unwrap_or(shown);
    let job = LayoutJob::simple_singleline(drawable(shown.to_owned()), font, color);
    painter.layout_job(one_line(job, width))
}

/// Paints one line of text into a cell, vertically centred, cut with … where it does not fit.
pub fn cell(ui: &Ui, rect: Rect, text: &str, font: FontId, color: Color32, align: Align) {
    if text.is_empty() || rect.width() <= 0.0 {
        return;
    }
    let galley = line(ui.painter(), text, font, color, rect.width());
    paint_line(ui, rect, galley, color, align);
}

/// Paints a laid out line into a cell, vertically centred.
pub fn paint_line(ui: &Ui, rect: Rect, galley: Arc<Galley>, color: Color32, align: Align) {
    let size = galley.size();
    let x = match align {
        Align::Min => rect.left(),
        Align::Center => rect.center().x - size.x / 2.0,
        Align::Max => rect.right() - size.x,
    };
    ui.painter().galley(pos2(x, rect.center().y - size.y / 2.0), galley, color);
}

/// A number with thin spaces between groups of three digits.
#[must_use]
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// `1 object`, `2 objects`.
#[must_use]
pub fn count(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_000), "1\u{a0}000");
        assert_eq!(number(12_345_678), "12\u{a0}345\u{a0}678");
        assert_eq!(count(1, "object", "objects"), "1 object");
        assert_eq!(count(2, "object", "objects"), "2 objects");
    }
}
