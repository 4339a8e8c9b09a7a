//! Column groups and virtual properties of both schemas, whether a mapping uses them or not (W11, S9).

use miette::Diagnostic as _;

use super::{Findings, Place, Severity};
use crate::{
    mapping::literal_value,
    project::{Project, SchemaType, Side, VirtualKind, VirtualProperty},
    schema::{SchemaError, keys::validate_group},
};

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        let schema = &project.system(side).schema;
        for schema_type in &schema.types {
            let place = Place::System { side, schema_type: Some(schema_type.name.clone()) };
            for group in &schema_type.column_groups {
                if let Err(error) = validate_group(schema_type, group) {
                    add_error(&error, &place, findings);
                }
            }
        }
        for class in &schema.classes {
            let Some(schema_type) = schema.schema_type(&class.schema_type) else { continue };
            let place = Place::System { side, schema_type: Some(class.name.clone()) };
            for property in &class.virtual_properties {
                misplaced_list(property, &place, findings);
                unknown_group(schema_type, property, &place, findings);
                fixed_value(property, &place, findings);
            }
        }
    }
}

fn add_error(error: &SchemaError, place: &Place, findings: &mut Findings) {
    // Columns that are gone have a finding of their own (SW-C115).
    let code = match error {
        SchemaError::GroupName { .. } => "SW-S003",
        SchemaError::FixedWidth { .. } => "SW-S004",
        SchemaError::NotForKeys { .. } => "SW-S005",
        SchemaError::ColumnCount { .. } => "SW-S006",
        _ => return,
    };
    let help = error.help().map(|help| help.to_string());
    findings.add(Severity::Error, code, place.clone(), error.to_string(), help.as_deref());
}

/// Only some kinds can give a list.
fn misplaced_list(property: &VirtualProperty, place: &Place, findings: &mut Findings) {
    let can_be_list = matches!(
        property.kind,
        VirtualKind::Expression(_) | VirtualKind::Members { .. } | VirtualKind::Script { .. }
    );
    if property.multi_valued && !can_be_list {
        findings.add(
            Severity::Error,
            "SW-C138",
            place.clone(),
            format!("the virtual property {} is multi-valued, but its kind gives one value", property.name),
            Some("remove multi_valued, or make the list with an expression or as members"),
        );
    }
}

/// A fixed value that the declared type does not have: no object could ever have it.
fn fixed_value(property: &VirtualProperty, place: &Place, findings: &mut Findings) {
    let VirtualKind::Fixed(literal) = &property.kind else { return };
    if literal_value(property.value_type, literal).is_none() {
        findings.add(
            Severity::Error,
            "SW-C126",
            place.clone(),
            format!(
                "the fixed value of the virtual property {} is “{}”, which is no {}",
                property.name,
                literal.to_text(),
                property.value_type.label()
            ),
            Some("write a value of the type, or give the property another type"),
        );
    }
}

fn unknown_group(
    schema_type: &SchemaType,
    property: &VirtualProperty,
    place: &Place,
    findings: &mut Findings,
) {
    let VirtualKind::ColumnGroup(name) = &property.kind else { return };
    if schema_type.column_groups.iter().all(|group| group.name != *name) {
        findings.add(
            Severity::Error,
            "SW-C139",
            place.clone(),
            format!(
                "the virtual property {} stands for the column group {name:?}, which {} does not have",
                property.name, schema_type.name
            ),
            Some("declare the group, or name another one"),
        );
    }
}
