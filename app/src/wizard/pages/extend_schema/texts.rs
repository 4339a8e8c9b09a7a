//! Kinds that are typed: fixed values, patterns, expressions, scripts.

use egui::Ui;
use syncwright_core::{
    expr::{FUNCTIONS, resolve_pattern},
    project::{ClassRef, Literal, VirtualKind, VirtualProperty},
    value::ValueType,
};

use super::{
    super::{
        Cx,
        data_operations::rendering::fault_of,
        widgets::{mono_ui, password_ui},
    },
    State,
};
use crate::ui::{
    code_edit::{CodeEdit, Fault, Language, Offer},
    field, text,
};

/// Draws what a kind that is typed needs; false for other kinds.
pub fn ui(
    ui: &mut Ui,
    state: &State,
    cx: &Cx<'_>,
    class: ClassRef<'_>,
    property: &mut VirtualProperty,
) -> bool {
    let (value_type, secret) = (property.value_type, property.secret);
    let own = property.name.clone();
    match &mut property.kind {
        VirtualKind::Fixed(literal) => fixed_ui(ui, literal, value_type, secret),
        VirtualKind::Pattern(text) => pattern_ui(ui, class, &own, text),
        VirtualKind::Expression(text) => expression_ui(ui, class, &own, text),
        VirtualKind::Script { read, write } => {
            let language = Language::of_scripts(cx.draft.script_language);
            let faults = state.script_faults(class.name, &own);
            part_ui(ui, class, language, "Read part", faults[0].as_ref(), read);
            part_ui(ui, class, language, "Write part", faults[1].as_ref(), write);
        }
        _ => return false,
    }
    true
}

fn fixed_ui(ui: &mut Ui, literal: &mut Literal, value_type: ValueType, secret: bool) {
    if let Some(none) = field::switch_ui(ui, "No value (NULL)", *literal == Literal::Null) {
        *literal = if none { Literal::Null } else { Literal::String(String::new()) };
    }
    if *literal == Literal::Null {
        return;
    }
    let mut typed = literal.to_text();
    let hint = value_type.label();
    let changed = if secret {
        password_ui(ui, "Value", &hint, &mut typed)
    } else {
        mono_ui(ui, "Value", &hint, &mut typed)
    };
    if changed {
        *literal = literal_of(value_type, typed);
    }
}

/// A typed value in the form that files hold it: exactly what was typed, whatever it is.
fn literal_of(value_type: ValueType, typed: String) -> Literal {
    let literal = match value_type {
        ValueType::Boolean => typed.parse().ok().map(Literal::Boolean),
        ValueType::Integer => typed.parse().ok().map(Literal::Integer),
        _ => None,
    };
    literal.filter(|literal| literal.to_text() == typed).unwrap_or(Literal::String(typed))
}

fn pattern_ui(ui: &mut Ui, class: ClassRef<'_>, own: &str, text: &mut String) {
    let fault = pattern_fault(class, text);
    let names = |sign: Option<char>| match sign {
        Some(sign) => offers(class, own, |name, detail| Offer::between(sign, name, name, detail)),
        None => Vec::new(),
    };
    let edit = CodeEdit::new("Pattern of the property", Language::Template, text);
    edit.rows(2).hint("%FirstName%.%LastName%").names(&names).fault(fault.as_ref()).show(ui);
    text::hint_ui(
        ui,
        "%Property% and ${Property} stand for values, %% for a percent sign. Type % for a list.",
    );
}

fn pattern_fault(class: ClassRef<'_>, text: &str) -> Option<Fault> {
    let error = resolve_pattern(class.schema_type, text).err()?;
    Some(Fault { position: error.position, text: error.text, help: error.help })
}

/// What is shown at the texts of a property already.
pub fn faults(state: &State, class: ClassRef<'_>, property: &VirtualProperty) -> Vec<Fault> {
    match &property.kind {
        VirtualKind::Pattern(text) => pattern_fault(class, text).into_iter().collect(),
        VirtualKind::Script { .. } => {
            state.script_faults(class.name, &property.name).into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

fn expression_ui(ui: &mut Ui, class: ClassRef<'_>, own: &str, text: &mut String) {
    let names = |sign: Option<char>| {
        if sign.is_some() {
            return Vec::new();
        }
        let mut all = offers(class, own, |name, detail| Offer::plain(name, quoted(name), detail));
        for group in FUNCTIONS {
            let functions = group.names.iter();
            all.extend(functions.map(|name| Offer::plain(name, format!("{name}("), group.title)));
        }
        all
    };
    let edit = CodeEdit::new("Expression of the property", Language::Expression, text);
    edit.rows(3).hint("lower(FirstName) || '.' || lower(LastName)").names(&names).show(ui);
    text::hint_ui(
        ui,
        "SQL over the properties of the table; names with special characters stand in double quotes. Properties and \
         functions are offered while you type.",
    );
}

/// A name as expressions write it.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit());
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn part_ui(
    ui: &mut Ui,
    class: ClassRef<'_>,
    language: Language,
    label: &str,
    fault: Option<&Fault>,
    part: &mut Option<String>,
) {
    if let Some(on) = field::switch_ui(ui, label, part.is_some()) {
        *part = on.then(String::new);
    }
    let Some(text) = part else { return };
    let names = |sign: Option<char>| columns(class, sign);
    let name = format!("Script of the {}", label.to_lowercase());
    let hint = match (label, language) {
        ("Read part", _) => "$FirstName$ + \".\" + $LastName$",
        (_, Language::JavaScript) => "[$FirstName$, $LastName$] = value.split(\".\")",
        _ => "$FirstName$ = value",
    };
    CodeEdit::new(&name, language, text).rows(4).hint(hint).names(&names).fault(fault).show(ui);
}

/// Columns for scripts, which see no other virtual properties.
fn columns(class: ClassRef<'_>, sign: Option<char>) -> Vec<Offer> {
    if sign != Some('$') {
        return Vec::new();
    }
    let usable = class.schema_type.properties.iter().filter(|column| column.unusable.is_none());
    usable.map(|column| Offer::between('$', &column.name, &column.name, column.value_type.label())).collect()
}

/// Columns and virtual properties other than the one that is edited.
fn offers(class: ClassRef<'_>, own: &str, offer: impl Fn(&str, String) -> Offer) -> Vec<Offer> {
    class
        .properties()
        .filter(|property| property.name() != own)
        .map(|property| offer(property.name(), property.value_type().label()))
        .collect()
}

/// A fault of a script, at its place.
pub fn script_fault(error: &syncwright_core::script::ScriptError) -> Fault {
    fault_of(error, error.position().map(|at| (at.line, at.column)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stays_as_it_is() {
        let text = |typed: &str| Literal::String(typed.to_owned());
        assert_eq!(literal_of(ValueType::Integer, "7".to_owned()), Literal::Integer(7));
        assert_eq!(literal_of(ValueType::Integer, "007".to_owned()), text("007"));
        assert_eq!(literal_of(ValueType::Boolean, "true".to_owned()), Literal::Boolean(true));
        assert_eq!(literal_of(ValueType::Float, "1.".to_owned()), text("1."));
    }

    #[test]
    fn special_names_stand_in_quotes() {
        assert_eq!(quoted("FirstName"), "FirstName");
        assert_eq!(quoted("E-Mail"), "\"E-Mail\"");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
