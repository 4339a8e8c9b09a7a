//! The editor of a virtual property: name, kind, data type, marks, and what its kind needs.

use egui::Ui;
use syncwright_core::{
    project::{ClassRef, VirtualProperty},
    value::ValueType,
};

use super::{
    super::{
        Cx, tables,
        widgets::{bare_text_ui, note_ui},
    },
    Change, State, home,
    kinds::KindChoice,
    preview, references, texts, values,
};
use crate::ui::{Button, Icon, field, text, theme, tokens};

/// Draws the editor; gives what is changed.
pub fn ui(
    ui: &mut Ui,
    state: &mut State,
    tables: &mut tables::State,
    cx: &mut Cx<'_>,
    class: ClassRef<'_>,
    property: &VirtualProperty,
) -> Option<Change> {
    let place = state.chosen;
    let mut edited = property.clone();
    preview::work(state, tables, cx, class, property);
    let removed = field::card_ui(ui, |ui| {
        name_ui(ui, state, class, &mut edited);
        kind_ui(ui, state, cx, class, &mut edited);
        ui.add_space(theme::S1);
        settings_ui(ui, state, cx, class, &mut edited);
        ui.add_space(theme::S2);
        type_ui(ui, &mut edited);
        marks_ui(ui, &mut edited);
        findings_ui(ui, state, class, property);
        ui.add(Button::quiet("Remove virtual property").icon(Icon::Delete)).clicked()
    });
    ui.add_space(theme::S3);
    values::ui(ui, state, tables, cx, class, property);
    if removed {
        return Some(Change::Remove(place));
    }
    (edited != *property).then_some(Change::Set(place, edited))
}

/// The name, which is taken over while it is one that the class does not have.
fn name_ui(ui: &mut Ui, state: &mut State, class: ClassRef<'_>, property: &mut VirtualProperty) {
    let mut typed = state.name.clone().unwrap_or_else(|| property.name.clone());
    let changed = field::form_ui(ui, "Name of the property", |ui| {
        bare_text_ui(ui, "Name of the property", "vrtName", &mut typed, true).changed()
    });
    let name = typed.trim();
    let problem = home::name_problem(class, state.chosen, name);
    if let Some(problem) = &problem {
        let colors = tokens(ui);
        text::label_ui(ui, problem, theme::caption(), colors.danger);
    } else if !name.starts_with("vrt") {
        text::caption_ui(ui, "By custom, names of virtual properties begin with vrt.");
    }
    if changed {
        if problem.is_none() {
            property.name = name.to_owned();
        }
        state.name = Some(typed);
    }
}

fn kind_ui(ui: &mut Ui, state: &mut State, cx: &Cx<'_>, class: ClassRef<'_>, property: &mut VirtualProperty) {
    let current = KindChoice::of(&property.kind);
    let mut choices: Vec<(KindChoice, &str)> =
        KindChoice::OFFERED.into_iter().map(|kind| (kind, kind.label())).collect();
    if current == KindChoice::ColumnGroup {
        choices.push((current, current.label()));
    }
    let chosen = field::form_ui(ui, "Kind", |ui| {
        field::choice_ui(ui, "Kind of the property", current, &choices, ui.available_width())
    });
    text::hint_ui(ui, current.explanation());
    let Some(chosen) = chosen else { return };
    let key = |kind: KindChoice| (class.name.to_owned(), property.name.clone(), kind);
    let kept = state.aside.get(&key(chosen)).cloned();
    state.aside.insert(key(current), property.kind.clone());
    property.kind = kept.unwrap_or_else(|| chosen.begin(&cx.system().schema, class.schema_type));
    if !chosen.can_be_list() {
        property.multi_valued = false;
    }
}

/// What the kind needs to be told.
fn settings_ui(ui: &mut Ui, state: &State, cx: &Cx<'_>, class: ClassRef<'_>, property: &mut VirtualProperty) {
    if texts::ui(ui, state, cx, class, property) {
        return;
    }
    references::ui(ui, &cx.system().schema, class, property);
}

const TYPES: [ValueType; 10] = [
    ValueType::String,
    ValueType::Integer,
    ValueType::Boolean,
    ValueType::Float,
    ValueType::Date,
    ValueType::Time,
    ValueType::Timestamp,
    ValueType::TimestampUtc,
    ValueType::Guid,
    ValueType::Binary,
];

fn type_ui(ui: &mut Ui, property: &mut VirtualProperty) {
    let decimal = match property.value_type {
        decimal @ ValueType::Decimal(..) => decimal,
        _ => ValueType::Decimal(18, 2),
    };
    let labels: Vec<(ValueType, String)> =
        TYPES.into_iter().chain([decimal]).map(|one| (one, one.label())).collect();
    let choices: Vec<(ValueType, &str)> = labels.iter().map(|(one, label)| (*one, label.as_str())).collect();
    let chosen = field::form_ui(ui, "Data type", |ui| {
        field::choice_ui(ui, "Data type", property.value_type, &choices, 200.0)
    });
    if let Some(chosen) = chosen {
        property.value_type = chosen;
    }
    if let ValueType::Decimal(precision, scale) = property.value_type {
        decimal_ui(ui, property, precision, scale);
    }
}

fn decimal_ui(ui: &mut Ui, property: &mut VirtualProperty, precision: u8, scale: i8) {
    let (mut digits, mut behind) = (precision, scale);
    ui.horizontal(|ui| {
        text::caption_ui(ui, "Digits");
        ui.add(egui::DragValue::new(&mut digits).range(1..=38)).accessible_name("Digits");
        text::caption_ui(ui, "of them behind the point");
        ui.add(egui::DragValue::new(&mut behind).range(0..=38)).accessible_name("Digits behind the point");
    });
    let most = i8::try_from(digits).unwrap_or(38);
    property.value_type = ValueType::Decimal(digits, behind.min(most));
}

fn marks_ui(ui: &mut Ui, property: &mut VirtualProperty) {
    let kind = KindChoice::of(&property.kind);
    if kind == KindChoice::Members {
        text::hint_ui(ui, "Members always are a list of values.");
    } else {
        ui.add_enabled_ui(kind.can_be_list(), |ui| {
            if let Some(on) =
                field::switch_ui(ui, "Multi-valued: holds a list of values", property.multi_valued)
            {
                property.multi_valued = on;
            }
        });
    }
    if let Some(on) = field::switch_ui(ui, "Mandatory: new objects need a value", property.mandatory) {
        property.mandatory = on;
    }
    if let Some(on) = field::switch_ui(ui, "Secret: never displayed, logged or exported", property.secret) {
        property.secret = on;
    }
}

/// What the consistency check says, unless it stands at its place in the text already.
fn findings_ui(ui: &mut Ui, state: &State, class: ClassRef<'_>, property: &VirtualProperty) {
    let colors = tokens(ui);
    let told = texts::faults(state, class, property);
    for found in state.findings_of(class.name, &property.name) {
        if told.iter().any(|fault| found.text.contains(&fault.text)) {
            continue;
        }
        let (icon, color) =
            if found.error { (Icon::Error, colors.danger) } else { (Icon::Warning, colors.warning) };
        let fix = found.fix.as_deref().map_or_else(String::new, |fix| format!("\n{fix}"));
        note_ui(ui, icon, color, &format!("{}{fix}", found.text));
    }
}
