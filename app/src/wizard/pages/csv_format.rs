//! How CSV files are written (W4).

use egui::Ui;
use syncwright_core::project::{CsvFormat, Newline};

use super::widgets::text_ui;
use crate::ui::{field, theme};

/// Draws the settings.
pub fn ui(ui: &mut Ui, format: &mut CsvFormat) {
    if let Some(on) = field::switch_ui(ui, "The first line names the columns", format.header) {
        format.header = on;
    }
    ui.add_space(theme::S2);
    field::form_ui(ui, "Between two values", |ui| {
        let choices = [(',', "comma"), (';', "semicolon"), ('\t', "tab"), ('|', "bar")];
        if let Some(new) = field::choice_ui(ui, "Between two values", format.delimiter, &choices, 180.0) {
            format.delimiter = new;
        }
    });
    field::form_ui(ui, "Around a value", |ui| {
        let choices = [('"', "double quotes"), ('\'', "single quotes")];
        if let Some(new) = field::choice_ui(ui, "Around a value", format.quote, &choices, 180.0) {
            format.quote = new;
        }
    });
    field::form_ui(ui, "Before a quote inside a value", |ui| {
        let other = format.escape.map(|escape| escape.to_string()).unwrap_or_default();
        let mut choices = vec![(None, "the quote doubled"), (Some('\\'), "a backslash")];
        if choices.iter().all(|(escape, _)| *escape != format.escape) {
            choices.push((format.escape, &other));
        }
        if let Some(new) =
            field::choice_ui(ui, "Before a quote inside a value", format.escape, &choices, 180.0)
        {
            format.escape = new;
        }
    });
    field::form_ui(ui, "End of a line, when written", |ui| {
        let choices = [(Newline::Lf, "LF (Unix)"), (Newline::CrLf, "CR LF (Windows)")];
        if let Some(new) =
            field::choice_ui(ui, "End of a line, when written", format.newline, &choices, 180.0)
        {
            format.newline = new;
        }
    });
    text_ui(ui, "Encoding", "utf-8", &mut format.encoding);
    let mut uid = format.uid_column.clone().unwrap_or_default();
    if text_ui(ui, "Column that identifies a row", "found in the data", &mut uid) {
        format.uid_column = Some(uid).filter(|name| !name.trim().is_empty());
    }
    let mut null = format.null_value.clone().unwrap_or_default();
    if text_ui(ui, "Text that stands for no value", "an empty field", &mut null) {
        format.null_value = Some(null).filter(|text| !text.is_empty());
    }
}
