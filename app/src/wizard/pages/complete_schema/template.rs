//! The display template of a table: completion of column names, what it makes of the sample, its errors (W13).

use egui::{
    Id, TextEdit, Ui,
    text::{CCursor, CCursorRange},
};
use syncwright_core::{
    expr::{Part, pattern_text, resolve_pattern},
    project::SchemaType,
};

use crate::{
    ui::{Button, Icon, field, text, theme, tokens},
    wizard::pages::tables,
};

/// Columns that are offered at once.
const OFFERED: usize = 8;
/// Objects that the template is shown on; the sample beside shows all.
const SHOWN: usize = 4;

/// Draws the display template of a table; the new one if it was changed.
pub fn ui(ui: &mut Ui, tables: &tables::State, schema_type: &SchemaType) -> Option<String> {
    let before = schema_type.display_template.clone().unwrap_or_default();
    let mut template = before.clone();
    let name = format!("Display template of {}", schema_type.name);
    let id = ui.scope_id().with(("template", &schema_type.name));
    field::form_ui(ui, &name, |ui| {
        let edit = TextEdit::singleline(&mut template)
            .id(id)
            .hint_text("%LastName%, %FirstName%")
            .font(theme::mono())
            .desired_width(ui.available_width())
            .margin(egui::Margin::symmetric(8, 6));
        ui.add(edit).accessible_name(&name);
    });
    if let Some(completed) = offers_ui(ui, id, &template, schema_type) {
        template = completed;
    }
    result_ui(ui, tables, schema_type, &template);
    (template != before).then_some(template)
}

/// The columns that fit what was typed before the cursor; the template with the chosen one in it.
fn offers_ui(ui: &mut Ui, id: Id, template: &str, schema_type: &SchemaType) -> Option<String> {
    let cursor = cursor_in(ui, id, template);
    let (before, after) = template.split_at(cursor);
    let open = open_placeholder(before);
    let wanted = open.map_or("", |at| before.get(at + 1..).unwrap_or_default()).to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&wanted);
    let usable = schema_type.properties.iter().filter(|one| one.unusable.is_none() && fits(&one.name));
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        for property in usable.take(OFFERED) {
            let placeholder = pattern_text(&[Part::Property(property.name.clone())]);
            let button = ui.add(Button::new(&property.name));
            if button.accessible_name(format!("Insert {placeholder}")).clicked() {
                chosen = Some(placeholder);
            }
        }
    });
    let placeholder = chosen?;
    let kept = open.and_then(|at| before.get(..at)).unwrap_or(before);
    // A percent sign that was typed behind the cursor closed what is replaced now.
    let after = if open.is_some() { after.strip_prefix('%').unwrap_or(after) } else { after };
    put_cursor(ui, id, kept.chars().count() + placeholder.chars().count());
    Some(format!("{kept}{placeholder}{after}"))
}

/// Where the cursor stands, in bytes; at the end while the field has none.
fn cursor_in(ui: &Ui, id: Id, template: &str) -> usize {
    let range = TextEdit::load_state(ui.ctx(), id).and_then(|state| state.cursor.char_range());
    let at = range.and_then(|range| template.char_indices().nth(range.primary.index.0));
    at.map_or(template.len(), |(byte, _)| byte)
}

/// Goes on typing behind what was inserted.
fn put_cursor(ui: &Ui, id: Id, at: usize) {
    if let Some(mut state) = TextEdit::load_state(ui.ctx(), id) {
        state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(at))));
        state.store(ui.ctx(), id);
    }
    ui.memory_mut(|memory| memory.request_focus(id));
}

/// Where a placeholder begins that is not closed yet, in bytes. Two percent signs are one as text.
fn open_placeholder(text: &str) -> Option<usize> {
    let mut open = None;
    let mut signs = text.char_indices().filter(|(_, sign)| *sign == '%').peekable();
    while let Some((at, _)) = signs.next() {
        if open.is_some() {
            open = None;
        } else if signs.peek().is_some_and(|(next, _)| *next == at + 1) {
            signs.next();
        } else {
            open = Some(at);
        }
    }
    open
}

fn result_ui(ui: &mut Ui, tables: &tables::State, schema_type: &SchemaType, template: &str) {
    let colors = tokens(ui);
    ui.add_space(theme::S1);
    if template.is_empty() {
        text::hint_ui(
            ui,
            "Without a template objects are shown by their display values, or else by their key.",
        );
        return;
    }
    if let Err(error) = resolve_pattern(schema_type, template) {
        field::callout_ui(ui, Icon::Error, colors.danger, |ui| {
            // The place is part of the text.
            text::body_ui(ui, error.to_string());
            if let Some(help) = &error.help {
                text::hint_ui(ui, help);
            }
        });
        return;
    }
    let Some(values) = tables.display_values(schema_type) else {
        text::hint_ui(ui, "There is no sample to show it on.");
        return;
    };
    text::caption_ui(ui, "On the sample");
    // Beside each other, because the room below the tables is low.
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::S4;
        for value in values.iter().take(SHOWN) {
            let shown = if value.is_empty() { "(empty)" } else { value };
            text::line_ui(ui, shown, theme::body(), colors.text);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_open_until_its_second_percent_sign() {
        for (text, expected) in [
            ("", None),
            ("%", Some(0)),
            ("%Last", Some(0)),
            ("%Last%", None),
            ("%Last%, %", Some(8)),
            ("100 %% of %Pa", Some(10)),
            ("100 %%", None),
        ] {
            assert_eq!(open_placeholder(text), expected, "{text}");
        }
    }
}
