//! Names: unique where they are keys, and leading somewhere where they refer.

use std::collections::HashSet;

use super::{Findings, Place, Severity};
use crate::{
    project::{Project, Schema, SchemaType, Side},
    schema::usage::{Need, UsedBy, settings_of},
};

pub(super) fn check(project: &Project, findings: &mut Findings) {
    unique(findings, "mappings", project.mappings.iter().map(|mapping| mapping.name.as_str()), |name| {
        Place::Mapping { mapping: name.to_owned(), rule: None }
    });
    unique(findings, "workflows", project.workflows.iter().map(|workflow| workflow.name.as_str()), |name| {
        Place::Workflow { workflow: name.to_owned(), step: None }
    });
    unique(
        findings,
        "start up configurations",
        project.start_ups.iter().map(|one| one.name.as_str()),
        |name| Place::StartUp { start_up: name.to_owned() },
    );
    for mapping in &project.mappings {
        let place =
            |rule: &str| Place::Mapping { mapping: mapping.name.clone(), rule: Some(rule.to_owned()) };
        unique(findings, "rules", mapping.rules.iter().map(|rule| rule.name.as_str()), place);
        unique(findings, "actions", mapping.actions.iter().map(|action| action.name.as_str()), |_| {
            Place::Mapping { mapping: mapping.name.clone(), rule: None }
        });
        unique(findings, "matching rules", mapping.matching.iter().map(|rule| rule.name.as_str()), place);
    }
    for workflow in &project.workflows {
        unique(findings, "steps", workflow.steps.iter().map(|step| step.name.as_str()), |name| {
            Place::Workflow { workflow: workflow.name.clone(), step: Some(name.to_owned()) }
        });
    }
    for start_up in &project.start_ups {
        if project.workflow(&start_up.workflow).is_none() {
            findings.add(
                Severity::Error,
                "SW-C102",
                Place::StartUp { start_up: start_up.name.clone() },
                format!("the workflow {:?} is not in the project", start_up.workflow),
                Some("choose a workflow"),
            );
        }
    }
    for side in [Side::Left, Side::Right] {
        schema(project, side, findings);
    }
    if project.central.connection.system_identifier == project.target.connection.system_identifier {
        findings.add(
            Severity::Error,
            "SW-C104",
            Place::System { side: Side::Right, schema_type: None },
            "both systems have the same system identifier".to_owned(),
            Some("give each system an identifier of its own"),
        );
    }
}

fn schema(project: &Project, side: Side, findings: &mut Findings) {
    let schema = &project.system(side).schema;
    let place = |name: &str| Place::System { side, schema_type: Some(name.to_owned()) };
    unique(findings, "schema types", schema.types.iter().map(|one| one.name.as_str()), place);
    unique(findings, "schema classes", schema.classes.iter().map(|one| one.name.as_str()), place);
    for schema_type in &schema.types {
        let names = schema_type.properties.iter().map(|property| property.name.as_str());
        unique(findings, "properties", names, |_| place(&schema_type.name));
        for key in &schema_type.key {
            if schema_type.property(key).is_none() {
                let text = format!("the key property {key:?} is not among the properties");
                findings.add(
                    Severity::Error,
                    "SW-C105",
                    place(&schema_type.name),
                    text,
                    Some("update the schema"),
                );
            }
        }
        settings(schema, schema_type, &place(&schema_type.name), findings);
    }
    for class in &schema.classes {
        if schema.schema_type(&class.schema_type).is_none() {
            let text = format!("the schema type {:?} is not in the schema", class.schema_type);
            findings.add(Severity::Error, "SW-C106", place(&class.name), text, Some("update the schema"));
        }
        let own = || class.virtual_properties.iter().map(|property| property.name.as_str());
        unique(findings, "virtual properties", own(), |_| place(&class.name));
        let columns = schema.schema_type(&class.schema_type);
        for name in own().filter(|name| columns.is_some_and(|columns| columns.property(name).is_some())) {
            let text = format!(
                "a virtual property has the name {name:?} of a column; nobody can tell which is meant"
            );
            findings.add(
                Severity::Error,
                "SW-C103",
                place(&class.name),
                text,
                Some("rename the virtual property"),
            );
        }
    }
}

/// What people have set on a type stays when its columns change: then it may name what is gone.
fn settings(schema: &Schema, schema_type: &SchemaType, place: &Place, findings: &mut Findings) {
    let classes = || schema.classes.iter().filter(|class| class.schema_type == schema_type.name);
    let is_virtual = |name: &str| {
        classes().any(|class| class.virtual_properties.iter().any(|property| property.name == name))
    };
    for (user, need) in settings_of(schema_type) {
        let Need::Property(name) = need else { continue };
        // Keys have a finding of their own; replaced operations are not effective yet.
        let severity = match user {
            UsedBy::DisplayTemplate { .. } | UsedBy::Relation { .. } => Severity::Error,
            UsedBy::ColumnGroup { .. } => Severity::Warning,
            _ => continue,
        };
        if schema_type.property(&name).is_none() && !is_virtual(&name) {
            let text = format!("the {user} names the property {name:?}, which is not there");
            let fix = "name another property, or update the schema if the database has it";
            findings.add(severity, "SW-C115", place.clone(), text, Some(fix));
        }
    }
}

fn unique<'a>(
    findings: &mut Findings,
    what: &str,
    names: impl Iterator<Item = &'a str>,
    place: impl Fn(&str) -> Place,
) {
    let mut seen = HashSet::new();
    for name in names {
        if name.trim().is_empty() {
            let text = format!("one of the {what} has no name");
            findings.add(Severity::Error, "SW-C103", place(name), text, Some("give it a name"));
        } else if !seen.insert(name) {
            let text = format!("two {what} have the name {name:?}");
            findings.add(Severity::Error, "SW-C103", place(name), text, Some("rename one of them"));
        }
    }
}
