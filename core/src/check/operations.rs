//! Data operations (W14): patterns that can be understood, and that write what the rules say.

use std::collections::BTreeSet;

use miette::Diagnostic as _;

use super::{Findings, Place, Severity};
use crate::{
    expr::{OperationKind, OperationPatternError, OperationStatement, placeholder_name},
    mapping::{CompiledMapping, Target},
    project::{DataOperation, Mapping, OperationStrategy, Project, Provider, SchemaType, Side},
};

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        let system = project.system(side);
        // Elsewhere they are not effective at all, and reported as such.
        if !matches!(system.connection.provider, Provider::Odbc { .. }) {
            continue;
        }
        for schema_type in &system.schema.types {
            let place = Place::System { side, schema_type: Some(schema_type.name.clone()) };
            for kind in OperationKind::ALL {
                if let Some(operation) = kind.of(&schema_type.operations) {
                    check_operation(schema_type, kind, operation, &place, findings);
                }
            }
        }
    }
}

fn check_operation(
    schema_type: &SchemaType,
    kind: OperationKind,
    operation: &DataOperation,
    place: &Place,
    findings: &mut Findings,
) {
    if let OperationStrategy::Pattern(pattern) = &operation.strategy
        && let Err(error) = OperationStatement::compile(schema_type, kind, pattern)
    {
        let code = match error {
            OperationPatternError::UnknownPlaceholder { .. } => "SW-C131",
            OperationPatternError::NotOneStatement { .. } => "SW-C133",
        };
        let help = error.help().map(|help| help.to_string());
        findings.add(Severity::Error, code, place.clone(), error.to_string(), help.as_deref());
    }
    for name in &operation.required_keys {
        let why = match schema_type.property(name) {
            None => "is no column of the table",
            Some(_) if is_in_a_key(schema_type, name) => continue,
            Some(_) => "is in no key of the table",
        };
        findings.add(
            Severity::Error,
            "SW-C132",
            place.clone(),
            format!("the {} operation of {} requires {name:?}, which {why}", kind.id(), schema_type.name),
            Some("name columns of the key, or of another unique key"),
        );
    }
}

fn is_in_a_key(schema_type: &SchemaType, name: &str) -> bool {
    schema_type.is_key(name) || schema_type.unique_keys.iter().flatten().any(|key| key == name)
}

/// Rules that write columns which the pattern leaves out: the object would differ again in every run.
pub(super) fn check_written(mapping: &Mapping, compiled: &CompiledMapping, findings: &mut Findings) {
    let schema_type = &compiled.destination().schema_type;
    let written = [(OperationKind::Insert, &compiled.inserts), (OperationKind::Update, &compiled.updates)];
    for (kind, targets) in written {
        let Some(DataOperation { strategy: OperationStrategy::Pattern(pattern), .. }) =
            kind.of(&schema_type.operations)
        else {
            continue;
        };
        // What is wrong with the pattern itself is told of the schema type.
        let Ok(statement) = OperationStatement::compile(schema_type, kind, pattern) else { continue };
        let passed: BTreeSet<&str> = statement
            .parameters()
            .iter()
            .filter(|parameter| !parameter.old)
            .map(|parameter| parameter.property.as_str())
            .collect();
        let left_out: BTreeSet<&str> =
            targets.iter().flat_map(columns).filter(|column| !passed.contains(column)).collect();
        for column in left_out {
            findings.add(
                Severity::Warning,
                "SW-C134",
                Place::Mapping { mapping: mapping.name.clone(), rule: None },
                format!(
                    "rules write {column}, but the {} pattern of {} does not pass it on; unless the database \
                     sets it by itself, it differs again in every run",
                    kind.id(),
                    schema_type.name
                ),
                Some(&format!("add %{}% to the pattern, or remove the rule", placeholder_name(column))),
            );
        }
    }
}

/// The columns that a target writes.
fn columns(target: &Target) -> Vec<&str> {
    target.write_as.columns(&target.property)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        check::check as check_all,
        project::{SchemaProperty, from_text},
        value::ValueType,
    };

    const SMALL: &str = include_str!("../../../tests/src/small.ron");

    /// The small project whose central system is a database server with these operations.
    fn project(odbc: bool, change: impl FnOnce(&mut SchemaType)) -> Project {
        let mut project = from_text("small", SMALL).unwrap();
        if odbc {
            project.central.connection.provider =
                Provider::Odbc { dialect: "postgresql".to_owned(), attributes: BTreeMap::new() };
        }
        let persons = &mut project.central.schema.types[0];
        persons.properties.push(SchemaProperty::new("E-Mail", ValueType::String));
        change(persons);
        project
    }

    fn pattern(text: &str, required: &[&str]) -> Option<DataOperation> {
        Some(DataOperation {
            strategy: OperationStrategy::Pattern(text.to_owned()),
            required_keys: required.iter().map(|name| (*name).to_owned()).collect(),
        })
    }

    fn codes(project: &Project) -> Vec<(Severity, &'static str)> {
        check_all(project).into_iter().map(|finding| (finding.severity, finding.code)).collect()
    }

    const INSERT: &str = "CALL p('%uid%', '%personnel_number%', '%first_name%', '%last_name%', '%E_Mail%')";

    #[test]
    fn good_patterns_have_no_findings() {
        let project = project(true, |persons| {
            persons.operations.insert = pattern(INSERT, &["uid"]);
            persons.operations.update = pattern(INSERT, &[]);
            persons.operations.delete = pattern("CALL d(%uid%)", &[]);
        });
        assert_eq!(codes(&project), []);
    }

    #[test]
    fn what_cannot_work_is_found_before_a_run() {
        let error = |code| vec![(Severity::Error, code)];
        let cases = [
            (pattern("CALL d(%Uid%)", &[]), "SW-C131"),
            (pattern("CALL d(%uid%); DELETE FROM persons", &[]), "SW-C133"),
            (pattern("CALL d(%uid%)", &["last_name"]), "SW-C132"),
            (pattern("CALL d(%uid%)", &["nobody"]), "SW-C132"),
        ];
        for (operation, code) in cases {
            let project = project(true, |persons| persons.operations.delete = operation);
            assert_eq!(codes(&project), error(code));
        }
    }

    #[test]
    fn other_unique_keys_can_be_required_too() {
        let project = project(true, |persons| {
            persons.unique_keys = vec![vec!["personnel_number".to_owned()]];
            persons.operations.delete = pattern("CALL d(%uid%)", &["personnel_number"]);
        });
        assert_eq!(codes(&project), []);
    }

    #[test]
    fn rules_whose_values_go_nowhere_are_doubtful() {
        let project = project(true, |persons| {
            persons.operations.update =
                pattern("CALL u(%uid%, %first_name%, %last_name:old%, %personnel_number%)", &[]);
        });
        let findings = check_all(&project);
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!((finding.severity, finding.code), (Severity::Warning, "SW-C134"));
        assert!(finding.text.contains("last_name"), "{finding:?}");
        assert_eq!(finding.fix.as_deref(), Some("add %last_name% to the pattern, or remove the rule"));
    }

    #[test]
    fn scripts_and_other_connections_are_not_effective_yet() {
        let script =
            DataOperation { strategy: OperationStrategy::Script("1".to_owned()), required_keys: Vec::new() };
        let scripted = project(true, |persons| persons.operations.insert = Some(script));
        assert_eq!(codes(&scripted), [(Severity::Error, "SW-C900")]);
        let embedded = project(false, |persons| persons.operations.insert = pattern(INSERT, &[]));
        assert_eq!(codes(&embedded), [(Severity::Error, "SW-C900")]);
    }
}
