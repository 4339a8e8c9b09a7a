//! Below the tables of W13: every setting of the selected columns.

use egui::{Key, TextEdit, Ui};
use syncwright_core::project::{AutoFill, Schema, SchemaProperty, SchemaType};

use super::{Act, Change, DefaultDraft, FILLS, Flag, Handling, State, settings};
use crate::{
    ui::{field, text, theme, tokens},
    wizard::pages::tables::cells,
};

/// Selected columns that can be looked at in every frame.
const MANY: usize = 2_000;

/// What the settings are about: the name of the column, or how many.
#[must_use]
pub fn title(schema: &Schema, columns: &[(usize, usize)]) -> String {
    match columns {
        [] => "Settings".to_owned(),
        [only] => {
            let name = resolve(schema, only)
                .map(|(schema_type, column)| format!("{}.{}", schema_type.name, column.name));
            format!("Settings of {}", name.unwrap_or_default())
        }
        many => format!("Settings of {}", text::count(many.len() as u64, "column", "columns")),
    }
}

fn resolve<'a>(
    schema: &'a Schema,
    (table, column): &(usize, usize),
) -> Option<(&'a SchemaType, &'a SchemaProperty)> {
    let schema_type = schema.types.get(*table)?;
    Some((schema_type, schema_type.properties.get(*column)?))
}

/// Draws the settings of the selected columns.
pub fn ui(ui: &mut Ui, state: &State, schema: &Schema, columns: &[(usize, usize)], acts: &mut Vec<Act>) {
    if columns.len() > MANY {
        text::hint_ui(
            ui,
            "So many columns are selected that only the bar above the tables sets something on them.",
        );
        return;
    }
    let resolved: Vec<(&SchemaType, &SchemaProperty)> =
        columns.iter().filter_map(|column| resolve(schema, column)).collect();
    let Some((first_type, first)) = resolved.first() else {
        text::hint_ui(ui, "Select one or more columns to see all of their settings.");
        return;
    };
    let of = match resolved.as_slice() {
        [_] => format!("{}.{}", first_type.name, first.name),
        _ => "the selected columns".to_owned(),
    };
    for flag in Flag::ALL {
        let on = resolved.iter().all(|(_, property)| flag.is_on(property));
        // Of several columns it is enough that one can have it.
        let refusals = resolved.iter().map(|(schema_type, property)| flag.why_not(schema_type, property));
        let why_not = refusals.reduce(Option::and).flatten();
        let label = format!("{}: {}", flag.label(), flag.explanation());
        let name = format!("{} of {of}", flag.label());
        if cells::labelled_check_ui(ui, &name, &label, on, why_not.as_deref()) {
            acts.push(Act::Set(columns.to_vec(), Change::Flag(flag, !on)));
        }
    }
    ui.add_space(theme::S1);
    fill_ui(ui, first, &of, columns, acts);
    incompatible_ui(ui, state, first, &resolved, &of, columns, acts);
}

fn fill_ui(ui: &mut Ui, first: &SchemaProperty, of: &str, columns: &[(usize, usize)], acts: &mut Vec<Act>) {
    field::fact_with_ui(ui, "Auto-fill", |ui| {
        let why_not = settings::why_no_guid(first).filter(|_| first.auto_fill == AutoFill::None);
        ui.add_enabled_ui(why_not.is_none(), |ui| {
            let name = format!("Auto-fill of {of}");
            if let Some(fill) = field::choice_ui(ui, &name, first.auto_fill, &FILLS, 150.0) {
                acts.push(Act::Set(columns.to_vec(), Change::AutoFill(fill)));
            }
        });
        match why_not {
            Some(why) => text::hint_ui(ui, why),
            None => text::hint_ui(ui, "What a new object gets if no rule gives a value."),
        };
    });
}

fn incompatible_ui(
    ui: &mut Ui,
    state: &State,
    first: &SchemaProperty,
    resolved: &[(&SchemaType, &SchemaProperty)],
    of: &str,
    columns: &[(usize, usize)],
    acts: &mut Vec<Act>,
) {
    let draft = state.default_draft.as_ref().filter(|draft| draft.columns == columns);
    let stored = Handling::of(first);
    let shown = if draft.is_some() { Handling::Default } else { stored };
    field::fact_with_ui(ui, "Incompatible data", |ui| {
        let name = format!("Incompatible data of {of}");
        match field::choice_ui(ui, &name, shown, &Handling::ALL, 150.0) {
            // A default is taken once there is a value for it.
            Some(Handling::Default) => {
                acts.push(Act::Draft(DefaultDraft { columns: columns.to_vec(), ..DefaultDraft::default() }));
            }
            Some(handling) => {
                acts.push(Act::Set(columns.to_vec(), Change::Incompatible(handling, String::new())));
            }
            None => {}
        }
        if shown == Handling::Default {
            default_ui(ui, draft, first, resolved, of, columns, acts);
        }
        text::hint_ui(ui, "What becomes of a value that the type cannot hold.");
    });
}

fn default_ui(
    ui: &mut Ui,
    draft: Option<&DefaultDraft>,
    first: &SchemaProperty,
    resolved: &[(&SchemaType, &SchemaProperty)],
    of: &str,
    columns: &[(usize, usize)],
    acts: &mut Vec<Act>,
) {
    let mut typed = draft.map_or_else(|| settings::default_text(first), |draft| draft.text.clone());
    let name = format!("Default value of {of}");
    let edit = TextEdit::singleline(&mut typed)
        .id_salt(&name)
        .hint_text(first.value_type.label())
        .desired_width(220.0);
    let response = ui.add(edit).accessible_name(&name);
    let change = Change::Incompatible(Handling::Default, typed.clone());
    let refusal =
        || resolved.iter().find_map(|(schema_type, property)| change.why_not(schema_type, property));
    if response.changed() {
        let problem = refusal();
        acts.push(Act::Draft(DefaultDraft { columns: columns.to_vec(), text: typed, problem }));
    } else if response.lost_focus() && !ui.input(|input| input.key_pressed(Key::Escape)) && draft.is_some() {
        match refusal() {
            None => acts.push(Act::Set(columns.to_vec(), change)),
            problem => {
                acts.push(Act::Draft(DefaultDraft { columns: columns.to_vec(), text: typed, problem }));
            }
        }
    }
    if let Some(problem) = draft.and_then(|draft| draft.problem.as_ref()) {
        let color = tokens(ui).danger;
        text::label_ui(ui, problem, theme::body(), color);
    }
}
