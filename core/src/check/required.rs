//! What new objects need: mandatory properties, keys, references (M5, S9, F2).

use super::{Findings, Severity, view::View};
use crate::{
    mapping::{Arm, CompiledMapping},
    project::{SchemaProperty, SchemaType, Side},
};

/// New objects need a value in every mandatory property and in their key.
pub(super) fn check(view: &View<'_>, compiled: &CompiledMapping, findings: &mut Findings) {
    let destination = compiled.destination();
    let system = destination.side.system_name();
    let schema_type = &destination.schema_type;
    for property in schema_type.properties.iter().filter(|property| !property.is_filled()) {
        if is_written(compiled, &property.name) {
            continue;
        }
        if property.mandatory {
            findings.add(
                Severity::Warning,
                "SW-C113",
                view.place(None),
                format!(
                    "{} of the {system} is mandatory but no rule gives it a value; the database will refuse new objects",
                    property.name
                ),
                Some(&fix(schema_type, property)),
            );
        } else if schema_type.is_key(&property.name) {
            findings.add(
                Severity::Warning,
                "SW-C175",
                view.place(None),
                format!(
                    "{} is in the key of {} in the {system}, but neither a rule nor the database gives it a value; \
                     new objects would have no key",
                    property.name, schema_type.name
                ),
                Some(&fix(schema_type, property)),
            );
        }
    }
    let virtual_properties =
        view.class(destination.side).and_then(|class| class.class).map(|class| &class.virtual_properties);
    for property in virtual_properties.into_iter().flatten().filter(|property| property.mandatory) {
        if !is_mapped(view, compiled, &property.name) {
            findings.add(
                Severity::Warning,
                "SW-C113",
                view.place(None),
                format!(
                    "the virtual property {} of the {system} is mandatory but no rule gives it a value in new objects",
                    property.name
                ),
                Some("add a rule for it, or do not demand it"),
            );
        }
    }
}

/// Whether a rule writes a virtual property; by a script it writes columns in its place.
fn is_mapped(view: &View<'_>, compiled: &CompiledMapping, name: &str) -> bool {
    let is_of_rule = |arm: &Arm| {
        let rule = view.mapping.rules.get(usize::from(arm.rule));
        rule.is_some_and(|rule| match compiled.destination().side {
            Side::Left => rule.left == name,
            Side::Right => rule.right == name,
        })
    };
    compiled.inserts.iter().any(|target| target.property == name || target.arms.iter().any(is_of_rule))
}

fn is_written(compiled: &CompiledMapping, name: &str) -> bool {
    compiled.inserts.iter().any(|target| target.write_as.columns(&target.property).contains(&name))
}

/// A referring column wants the key of another object, which a key resolution finds.
fn fix(schema_type: &SchemaType, property: &SchemaProperty) -> String {
    let relation = schema_type.foreign_keys.iter().find(|one| one.properties.contains(&property.name));
    match relation {
        Some(relation) => format!(
            "it refers to {}: map a virtual property that resolves the reference, or set auto fill",
            relation.references
        ),
        None => "add a rule for it, or set auto fill on the property".to_owned(),
    }
}
