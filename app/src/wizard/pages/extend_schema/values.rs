//! The values of a virtual property on objects of the sample.

use egui::{Align, Sense, Ui, WidgetInfo, accesskit::Role, vec2};
use syncwright_core::{
    project::{ClassRef, SchemaType, VirtualProperty},
    schema::Sample,
    sync::preview::PreviewRow,
};

use super::{
    super::{Cx, tables, widgets::problem_ui},
    State,
    preview::{Key, Preview, Values},
};
use crate::{
    ui::{
        Button, Icon, code_edit, field,
        table::{self, Column},
        text, theme, tokens, value,
    },
    wizard::loading::Loading,
};

/// Draws the values.
pub fn ui(
    ui: &mut Ui,
    state: &State,
    tables: &mut tables::State,
    cx: &mut Cx<'_>,
    class: ClassRef<'_>,
    property: &VirtualProperty,
) {
    field::card_ui(ui, |ui| {
        text::heading_ui(ui, "On sample objects");
        if property.secret {
            text::hint_ui(ui, "The values are secret and are not shown.");
            return;
        }
        let name = &class.schema_type.name;
        let mut again = false;
        match tables.samples.of(cx, name) {
            Loading::Idle | Loading::Running(_) => {
                text::hint_ui(ui, "Reading a sample of the table…");
            }
            Loading::Failed(problem) => {
                problem_ui(ui, problem);
                again = ui.add(Button::new("Read the sample again").icon(Icon::Refresh)).clicked();
            }
            Loading::Done(sample) if sample.is_empty() => {
                text::hint_ui(ui, "The table has no objects to show it on.");
            }
            Loading::Done(sample) => worked_ui(ui, state, sample, class, property),
        }
        if again {
            tables.samples.forget(name);
        }
    });
}

fn worked_ui(ui: &mut Ui, state: &State, sample: &Sample, class: ClassRef<'_>, property: &VirtualProperty) {
    let same = |key: &Key| key.class == class.name && key.property.name == property.name;
    let Some(result) = state.preview.last(same) else {
        text::hint_ui(ui, "Working it out…");
        return;
    };
    match result {
        Err(problem) | Ok(Preview { values: Values::Failed(problem), .. }) => problem_ui(ui, problem),
        Ok(Preview { values: Values::None, .. }) => {
            text::hint_ui(ui, "Working it out…");
        }
        Ok(Preview { values: Values::Unfinished(words), .. }) => {
            text::hint_ui(ui, *words);
        }
        Ok(Preview { values: Values::Fault(fault), .. }) => code_edit::fault_ui(ui, fault),
        Ok(Preview { values: Values::Rows(rows), .. }) if rows.is_empty() => {
            text::hint_ui(ui, "None of the sample objects belongs to the class.");
        }
        Ok(Preview { values: Values::Rows(rows), .. }) => values_ui(ui, sample, class.schema_type, rows),
    }
}

const COLUMNS: [Column; 2] = [Column::share("Object", 120.0, 1.0), Column::share("Value", 160.0, 2.0)];

fn values_ui(ui: &mut Ui, sample: &Sample, schema_type: &SchemaType, values: &[PreviewRow]) {
    let colors = tokens(ui);
    table::header_ui(ui, &COLUMNS, false);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for PreviewRow { row, value: found } in values {
            let (rect, response) =
                ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
            let object = object_words(sample, schema_type, *row);
            let (words, color) = match found {
                Ok(found) if found.is_empty() => (value::plain(found, false), colors.text_secondary),
                Ok(found) => (value::plain(found, false), colors.text),
                Err(error) => (error.clone(), colors.danger),
            };
            response.widget_info(|| {
                WidgetInfo::labeled(Role::ListItem, true, format!("Object {object}: {words}"))
            });
            let cells = table::cells(&COLUMNS, rect);
            text::cell(ui, cells[0], &object, theme::body(), colors.text_secondary, Align::Min);
            text::cell(ui, cells[1], &words, theme::body(), color, Align::Min);
            table::row_line(ui, rect);
        }
    });
}

/// The key of an object, or its number.
fn object_words(sample: &Sample, schema_type: &SchemaType, row: usize) -> String {
    let value = |name: &String| value::plain(&sample.value(schema_type, name, row), false);
    let key: Vec<String> = schema_type.key.iter().map(value).collect();
    if key.is_empty() { (row + 1).to_string() } else { key.join(", ") }
}
