//! Mappings: whether they compile, and what about them is doubtful.

use std::sync::LazyLock;

use datafusion::prelude::SessionContext;
use miette::Diagnostic as _;

use super::{Findings, Place, Severity, kept, operations};
use crate::{
    expr,
    mapping::{CompiledMapping, MappingError, compile},
    project::{
        AutoFill, Direction, Generated, Lifecycle, Mapping, MappingDirection, MatchExpression, Project, Step,
    },
};

/// Making a session registers every function of the engine; once is enough.
static SESSION: LazyLock<SessionContext> = LazyLock::new(expr::session);

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for mapping in project.mappings.iter().filter(|mapping| mapping.lifecycle != Lifecycle::Off) {
        if mapping.matching.iter().any(|rule| has_any(&rule.on)) {
            findings.add(
                Severity::Warning,
                "SW-C111",
                Place::Mapping { mapping: mapping.name.clone(), rule: None },
                "a matching rule with OR compares every object with every other and is slow".to_owned(),
                Some("make an alternative rule, or a virtual property that both sides share"),
            );
        }
        for direction in [Direction::ToTarget, Direction::ToCentral] {
            if mapping.direction.permits(direction) && mapping.direction != MappingDirection::DoNotMap {
                check_direction(project, mapping, direction, findings);
            }
        }
    }
}

fn check_direction(project: &Project, mapping: &Mapping, direction: Direction, findings: &mut Findings) {
    // Steps first: their conditions belong to the compiled mapping; without one the rules alone are checked.
    let steps: Vec<(&str, &Step)> = project
        .workflows
        .iter()
        .flat_map(|workflow| workflow.steps.iter().map(move |step| (workflow, step)))
        .filter(|(workflow, step)| step.mapping == mapping.name && workflow.step_direction(step) == direction)
        .map(|(workflow, step)| (workflow.name.as_str(), step))
        .collect();
    match compile(&SESSION, project, mapping, None, direction, true) {
        Ok(compiled) => {
            conflicts(mapping, &compiled, findings);
            operations::check_written(mapping, &compiled, findings);
            kept::check(mapping, &compiled, findings);
            if steps.iter().any(|(_, step)| !step.methods.only_in_source.is_empty())
                && !mapping.only_for_updates
            {
                missing_mandatory(mapping, &compiled, findings);
            }
            for (workflow, step) in steps {
                if let Err(error) = compile(&SESSION, project, mapping, Some(step), direction, true) {
                    let place =
                        Place::Workflow { workflow: workflow.to_owned(), step: Some(step.name.clone()) };
                    add_error(&error, place, findings);
                }
            }
        }
        Err(error) => add_error(&error, place_of(mapping, &error), findings),
    }
}

fn add_error(error: &MappingError, place: Place, findings: &mut Findings) {
    let help = error.help().map(|help| help.to_string());
    findings.add(Severity::Error, code_of(error), place, error.to_string(), help.as_deref());
}

const fn code_of(error: &MappingError) -> &'static str {
    match error {
        MappingError::UnknownClass { .. } => "SW-M001",
        MappingError::UnknownProperty { .. } => "SW-M002",
        MappingError::NotConvertible { .. } => "SW-M003",
        MappingError::NotWritable { .. } => "SW-M004",
        MappingError::Expression { .. } => "SW-M005",
        MappingError::NotYet { .. } => "SW-M006",
        MappingError::NoMatching { .. } => "SW-M007",
        MappingError::NoKey { .. } => "SW-M008",
        MappingError::Engine { .. } => "SW-M009",
        MappingError::BadValue { .. } => "SW-M010",
        MappingError::BadPattern { .. } => "SW-M011",
        MappingError::Script { .. } => "SW-M012",
        MappingError::WhichSide { .. } => "SW-M013",
    }
}

fn place_of(mapping: &Mapping, error: &MappingError) -> Place {
    let place = match error {
        MappingError::UnknownProperty { place, .. }
        | MappingError::NotConvertible { place, .. }
        | MappingError::NotWritable { place, .. }
        | MappingError::Expression { place, .. }
        | MappingError::BadValue { place, .. }
        | MappingError::BadPattern { place, .. }
        | MappingError::Script { place, .. }
        | MappingError::WhichSide { place, .. }
        | MappingError::NotYet { place, .. } => place.as_str(),
        _ => "",
    };
    let names =
        mapping.rules.iter().map(|rule| &rule.name).chain(mapping.matching.iter().map(|rule| &rule.name));
    let rule = names.filter(|name| place.contains(name.as_str())).max_by_key(|name| name.len()).cloned();
    Place::Mapping { mapping: mapping.name.clone(), rule }
}

fn has_any(expression: &MatchExpression) -> bool {
    match expression {
        MatchExpression::Pair(..) => false,
        MatchExpression::All(parts) => parts.iter().any(has_any),
        MatchExpression::Any(parts) => parts.len() > 1 || parts.iter().any(has_any),
    }
}

/// R23: several rules can write one property; the later wins.
fn conflicts(mapping: &Mapping, compiled: &CompiledMapping, findings: &mut Findings) {
    for target in compiled.updates.iter().filter(|target| target.arms.len() > 1) {
        let names: Vec<&str> = target
            .arms
            .iter()
            .filter_map(|arm| compiled.rule_names.get(usize::from(arm.rule)))
            .map(String::as_str)
            .collect();
        findings.add(
            Severity::Warning,
            "SW-C112",
            Place::Mapping {
                mapping: mapping.name.clone(),
                rule: names.last().map(|name| (*name).to_owned()),
            },
            format!(
                "the rules {} can write {} in the same direction; the last one that applies wins",
                names.join(", "),
                target.property
            ),
            Some("give them conditions that exclude each other, or remove one"),
        );
        // It would win while the property is empty and lose as soon as it is not: two runs, two results.
        let is_late = |arm: &&crate::mapping::Arm| {
            mapping.rules.get(usize::from(arm.rule)).is_some_and(|rule| rule.do_not_overwrite)
        };
        if let Some(late) = target.arms.iter().skip(1).find(is_late) {
            let name = compiled.rule_names.get(usize::from(late.rule));
            findings.add(
                Severity::Error,
                "SW-C114",
                Place::Mapping { mapping: mapping.name.clone(), rule: name.cloned() },
                format!(
                    "a rule with “do not overwrite” stands behind another rule for {}: the first run would write one value, the next run the other",
                    target.property
                ),
                Some("move the rule before the others, or remove “do not overwrite”"),
            );
        }
    }
}

/// New objects need a value in every mandatory property.
fn missing_mandatory(mapping: &Mapping, compiled: &CompiledMapping, findings: &mut Findings) {
    let destination = compiled.destination();
    let written = |name: &str| {
        compiled.inserts.iter().any(|target| target.write_as.columns(&target.property).contains(&name))
    };
    for property in &destination.schema_type.properties {
        let filled = property.default_value.is_some()
            || property.generated != Generated::No
            || property.auto_fill != AutoFill::None;
        if property.mandatory && !filled && !written(&property.name) {
            findings.add(
                Severity::Warning,
                "SW-C113",
                Place::Mapping { mapping: mapping.name.clone(), rule: None },
                format!(
                    "{} of the {} is mandatory but no rule gives it a value; the database will refuse new objects",
                    property.name,
                    destination.side.system_name()
                ),
                Some("add a rule for it, or set auto fill on the property"),
            );
        }
    }
}
