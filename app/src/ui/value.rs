//! Values: NULL drawn unlike the empty text, secrets as ••••, old → new in one line.

use egui::{Align, Color32, Rect, TextFormat, Ui, text::LayoutJob, vec2};
use syncwright_core::value::Value;

pub use syncwright_core::value::MASK;

use super::{Icon, Tokens, text, theme, tokens};

/// A value as plain text, for accessible names, filters and the clipboard.
#[must_use]
pub fn plain(value: &Value, secret: bool) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        _ if secret => MASK.to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        other => other.to_string(),
    }
}

/// Appends a value to a line in `color`.
pub fn append(job: &mut LayoutJob, value: &Value, secret: bool, color: Color32, colors: &Tokens) {
    let (text, quiet) = match value {
        Value::Null => ("NULL".to_owned(), true),
        _ if secret => (MASK.to_owned(), false),
        Value::String(text) if text.is_empty() => ("empty".to_owned(), true),
        other => (shortened(&other.to_string()), false),
    };
    let format = if quiet {
        TextFormat {
            font_id: theme::body(),
            color: colors.text_secondary,
            italics: true,
            ..TextFormat::default()
        }
    } else {
        TextFormat { font_id: theme::body(), color, ..TextFormat::default() }
    };
    job.append(&text, 0.0, format);
}

/// Paints `old → new` into a cell, the new value in the colour of the side that is written. If both do not
/// fit, the old one gives way first, so that the new one can always be seen.
pub fn paint_old_to_new(ui: &Ui, cell: Rect, old: &Value, new: &Value, secret: bool, written: Color32) {
    const ARROW: f32 = 30.0;
    let colors = tokens(ui);
    let lay_out = |value: &Value, color, width: f32| {
        let mut job = LayoutJob::default();
        append(&mut job, value, secret, color, colors);
        ui.painter().layout_job(text::one_line(job, width))
    };
    let room = (cell.width() - ARROW).max(0.0);
    let new_wants = lay_out(new, written, f32::INFINITY).size().x;
    let old = lay_out(old, colors.text_secondary, (room - new_wants).max(room * 0.4));
    let old_width = old.size().x;
    text::paint_line(ui, cell, old, colors.text_secondary, Align::Min);
    let arrow = Rect::from_min_size(cell.min + vec2(old_width, 0.0), vec2(ARROW, cell.height()));
    Icon::ToRight.paint_sized(ui, arrow, colors.text_secondary, 13.0);
    let new = lay_out(new, written, room - old_width);
    let rest = Rect::from_min_max(arrow.right_top(), cell.max);
    text::paint_line(ui, rest, new, written, Align::Min);
}

/// Text cut to what a cell can show, on one line.
fn shortened(text: &str) -> String {
    text.chars().take(200).map(|c| if c == '\n' || c == '\r' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_empty_and_secrets_are_told_apart() {
        assert_eq!(plain(&Value::Null, false), "NULL");
        assert_eq!(plain(&Value::Null, true), "NULL");
        assert_eq!(plain(&Value::String(String::new()), false), "(empty)");
        assert_eq!(plain(&Value::String("x".to_owned()), true), MASK);
        assert_eq!(plain(&Value::Integer(7), false), "7");
    }
}
