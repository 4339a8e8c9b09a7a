//! Values: NULL drawn unlike the empty text, secrets as ••••, old → new in one line.

use egui::{Color32, Stroke, TextFormat, text::LayoutJob};
use syncwright_core::value::Value;

use super::{Tokens, theme};

/// What secrets are shown as.
pub const SECRET: &str = "••••";

/// A value as plain text, for accessible names, filters and the clipboard.
#[must_use]
pub fn plain(value: &Value, secret: bool) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        _ if secret => SECRET.to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        other => other.to_string(),
    }
}

/// Appends a value to a line in `color`.
pub fn append(job: &mut LayoutJob, value: &Value, secret: bool, color: Color32, colors: &Tokens) {
    let (text, quiet) = match value {
        Value::Null => ("NULL".to_owned(), true),
        _ if secret => (SECRET.to_owned(), false),
        Value::String(text) if text.is_empty() => ("empty".to_owned(), true),
        other => (shortened(&other.to_string()), false),
    };
    let format = if quiet {
        TextFormat { font_id: theme::body(), color: colors.text_secondary, italics: true, ..TextFormat::default() }
    } else {
        TextFormat { font_id: theme::body(), color, ..TextFormat::default() }
    };
    job.append(&text, 0.0, format);
}

/// `old → new`, the new value in the colour of the side that is written.
#[must_use]
pub fn old_to_new(old: &Value, new: &Value, secret: bool, written: Color32, colors: &Tokens) -> LayoutJob {
    let mut job = LayoutJob::default();
    append(&mut job, old, secret, colors.text_secondary, colors);
    let arrow = TextFormat {
        font_id: theme::body(),
        color: colors.text_secondary,
        underline: Stroke::NONE,
        ..TextFormat::default()
    };
    job.append("  →  ", 0.0, arrow);
    append(&mut job, new, secret, written, colors);
    job
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
        assert_eq!(plain(&Value::String("x".to_owned()), true), SECRET);
        assert_eq!(plain(&Value::Integer(7), false), "7");
    }
}
