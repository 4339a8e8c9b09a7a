//! Data operations (W14): patterns and scripts that can be understood, and that write what the rules say.

use std::{cell::OnceCell, collections::BTreeSet};

use miette::Diagnostic as _;

use super::{Findings, Place, Severity};
use crate::{
    connect::odbc::{OperationScript, OperationScriptError},
    expr::{OperationKind, OperationPatternError, OperationStatement, OperationValue, placeholder_name},
    mapping::{CompiledMapping, Target, scripts_of},
    project::{DataOperation, Mapping, OperationStrategy, Project, Provider, SchemaType, Side},
    script::{ScriptError, Scripts},
};

/// The project's scripts, once they are needed.
type ProjectScripts = OnceCell<Result<Scripts, ScriptError>>;

pub(super) fn check(project: &Project, findings: &mut Findings) {
    let scripts = ProjectScripts::new();
    for side in [Side::Left, Side::Right] {
        let system = project.system(side);
        // Elsewhere they are not effective at all, and reported as such.
        if !matches!(system.connection.provider, Provider::Odbc { .. }) {
            continue;
        }
        for schema_type in &system.schema.types {
            let place = Place::System { side, schema_type: Some(schema_type.name.clone()) };
            for kind in OperationKind::ALL {
                let Some(operation) = kind.of(&schema_type.operations) else { continue };
                match &operation.strategy {
                    OperationStrategy::Pattern(pattern) => {
                        check_pattern(schema_type, kind, pattern, &place, findings);
                    }
                    // Without any code it is reported with all other scripts.
                    OperationStrategy::Script(text) if text.trim().is_empty() => {}
                    OperationStrategy::Script(text) => {
                        let scripts = scripts.get_or_init(|| scripts_of(project, false));
                        check_script(scripts, schema_type, kind, text, &place, findings);
                    }
                }
                check_required(schema_type, kind, operation, &place, findings);
            }
        }
    }
}

fn check_pattern(
    schema_type: &SchemaType,
    kind: OperationKind,
    pattern: &str,
    place: &Place,
    findings: &mut Findings,
) {
    let Err(error) = OperationStatement::compile(schema_type, kind, pattern) else { return };
    let code = match error {
        OperationPatternError::UnknownPlaceholder { .. } => "SW-C131",
        OperationPatternError::NotOneStatement { .. } => "SW-C133",
    };
    let help = error.help().map(|help| help.to_string());
    findings.add(Severity::Error, code, place.clone(), error.to_string(), help.as_deref());
}

fn check_script(
    scripts: &Result<Scripts, ScriptError>,
    schema_type: &SchemaType,
    kind: OperationKind,
    text: &str,
    place: &Place,
    findings: &mut Findings,
) {
    let compiled = scripts
        .as_ref()
        .map_err(|error| OperationScriptError::Script(error.clone()))
        .and_then(|scripts| OperationScript::compile(scripts, schema_type, kind, text));
    let Err(error) = compiled else { return };
    let code = match error {
        OperationScriptError::UnknownColumn { .. } => "SW-C136",
        _ => "SW-C135",
    };
    let help = error.help().map(|help| help.to_string());
    findings.add(Severity::Error, code, place.clone(), error.to_string(), help.as_deref());
}

fn check_required(
    schema_type: &SchemaType,
    kind: OperationKind,
    operation: &DataOperation,
    place: &Place,
    findings: &mut Findings,
) {
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

/// Rules that write columns which the statements leave out: the object would differ again in every run.
pub(super) fn check_written(
    project: &Project,
    mapping: &Mapping,
    compiled: &CompiledMapping,
    findings: &mut Findings,
) {
    let schema_type = &compiled.destination().schema_type;
    let written = [(OperationKind::Insert, &compiled.inserts), (OperationKind::Update, &compiled.updates)];
    for (kind, targets) in written {
        let Some(operation) = kind.of(&schema_type.operations) else { continue };
        let written = targets.iter().flat_map(columns).collect();
        for column in left_out(project, schema_type, kind, &operation.strategy, written) {
            findings.add(
                Severity::Warning,
                "SW-C134",
                Place::Mapping { mapping: mapping.name.clone(), rule: None },
                format!(
                    "rules write {column}, but the {} {} of {} does not pass it on; unless the database \
                     sets it by itself, it differs again in every run",
                    kind.id(),
                    strategy(operation),
                    schema_type.name
                ),
                Some(&format!(
                    "add %{}% to the {}, or remove the rule",
                    placeholder_name(column),
                    strategy(operation)
                )),
            );
        }
    }
}

const fn strategy(operation: &DataOperation) -> &'static str {
    match operation.strategy {
        OperationStrategy::Pattern(_) => "pattern",
        OperationStrategy::Script(_) => "script",
    }
}

/// Those of the columns that no statement can pass on. What is wrong with the operation itself is told of the
/// schema type.
fn left_out<'c>(
    project: &Project,
    schema_type: &SchemaType,
    kind: OperationKind,
    strategy: &OperationStrategy,
    mut written: BTreeSet<&'c str>,
) -> BTreeSet<&'c str> {
    match strategy {
        OperationStrategy::Pattern(pattern) => {
            let Ok(statement) = OperationStatement::compile(schema_type, kind, pattern) else {
                return BTreeSet::new();
            };
            for parameter in statement.parameters().iter().filter(|one| one.value == OperationValue::New) {
                written.remove(parameter.property.as_str());
            }
        }
        OperationStrategy::Script(text) => {
            let scripts = scripts_of(project, false).ok();
            let script =
                scripts.and_then(|scripts| OperationScript::compile(&scripts, schema_type, kind, text).ok());
            let Some(script) = script else { return BTreeSet::new() };
            written.retain(|column| !script.can_name(column));
        }
    }
    written
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
        check::{Finding, check as check_all},
        project::{SchemaProperty, ScriptLanguage, from_text},
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

    fn script(text: &str, required: &[&str]) -> Option<DataOperation> {
        Some(DataOperation {
            strategy: OperationStrategy::Script(text.to_owned()),
            ..pattern("", required).unwrap()
        })
    }

    /// The only finding, of a project whose updates of persons are a script.
    fn finding_of(language: ScriptLanguage, text: &str, required: &[&str]) -> Option<Finding> {
        let mut project = project(true, |persons| persons.operations.update = script(text, required));
        project.script_language = language;
        let mut findings = check_all(&project);
        assert!(findings.len() < 2, "{findings:?}");
        findings.pop()
    }

    const SCRIPT: &str = "if ($uid:old$ == $uid$) {
            return \"CALL u(%uid%, '%personnel_number%', '%first_name%', '%last_name%', '%E_Mail%')\";
        } else {
            return [];
        }";

    #[test]
    fn good_scripts_have_no_findings() {
        for language in [ScriptLanguage::JavaScript, ScriptLanguage::Rhai] {
            assert_eq!(finding_of(language, SCRIPT, &["uid"]), None, "{language:?}");
        }
    }

    #[test]
    fn scripts_that_cannot_work_are_found_before_a_run() {
        let found = |text: &str| finding_of(ScriptLanguage::JavaScript, text, &[]).expect("a finding");
        let broken = found("const a = 1;\nreturn a +;");
        assert_eq!((broken.severity, broken.code), (Severity::Error, "SW-C135"));
        assert!(broken.text.contains("the update operation of persons"), "{broken:?}");
        assert!(broken.text.contains("line 2, column 11"), "{broken:?}");

        for name in ["first_nam", "Right::uid", "first_nam:old"] {
            let unknown = found(&SCRIPT.replace("$uid$", &format!("${name}$")));
            assert_eq!((unknown.severity, unknown.code), (Severity::Error, "SW-C136"), "{name}");
            assert!(unknown.text.contains(&format!("names ${name}$")), "{unknown:?}");
            assert!(unknown.fix.is_some_and(|fix| fix.contains("$first_name$")), "{name}");
        }
        let required = finding_of(ScriptLanguage::JavaScript, SCRIPT, &["last_name"]).expect("a finding");
        assert_eq!((required.severity, required.code), (Severity::Error, "SW-C132"));
    }

    #[test]
    fn new_objects_have_no_old_values() {
        let mut project = project(true, |persons| persons.operations.insert = script(SCRIPT, &[]));
        project.script_language = ScriptLanguage::JavaScript;
        let findings = check_all(&project);
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(finding.code, "SW-C136");
        assert!(finding.text.contains("no old values"), "{finding:?}");
    }

    #[test]
    fn columns_that_a_script_never_names_are_doubtful() {
        let text = SCRIPT.replace("'%last_name%', ", "");
        let finding = finding_of(ScriptLanguage::JavaScript, &text, &[]).expect("a finding");
        assert_eq!((finding.severity, finding.code), (Severity::Warning, "SW-C134"));
        assert_eq!(finding.fix.as_deref(), Some("add %last_name% to the script, or remove the rule"));
    }

    #[test]
    fn operations_of_other_connections_are_not_effective_yet() {
        for operation in [pattern(INSERT, &[]), script(&format!("\"{INSERT}\""), &[])] {
            let embedded = project(false, |persons| persons.operations.insert = operation);
            assert_eq!(codes(&embedded), [(Severity::Error, "SW-C900")]);
        }
    }
}
