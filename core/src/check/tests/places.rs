//! Findings about classes, steps, start up configurations and everything else that is no rule.

use super::*;
use crate::check::{ScriptKind, scripts};
use crate::project::{
    BaseObject, Condition, DataOperation, DependencyResolution, Direction, Formula, Lifecycle, Literal,
    MappingDirection, Method, OperationStrategy, Provider, Quota, ScriptLanguage, VirtualKind,
    VirtualProperty,
};
use crate::value::ValueType;

const DEPARTMENTS: &str = "workflow Import, step Departments";
const LEAVERS: &str = "central system, leavers";

fn quota(percent: Option<f64>, count: Option<u64>) -> Option<Quota> {
    Some(Quota { percent, count })
}

fn leaver(project: &mut Project, kind: VirtualKind) {
    project.central.schema.classes[1].virtual_properties[0].kind = kind;
}

fn snippet(project: &mut Project, code: &str) {
    let snippet = crate::project::Snippet { name: "shared".to_owned(), code: code.to_owned() };
    project.snippets.push(snippet);
}

fn base_object() -> BaseObject {
    BaseObject {
        name: "People".to_owned(),
        schema_type: "person".to_owned(),
        object: None,
        server: None,
        variable_set: None,
        start_ups: vec!["In".to_owned()],
    }
}

pub fn cases() -> Vec<Case> {
    let groups =
        [required(), classes(), virtual_properties(), filters(), quotas(), steps(), start_ups(), others()];
    groups.into_iter().flatten().collect()
}

fn required() -> Vec<Case> {
    vec![
        case(&[(W, "SW-C113", PERSON)], |project| {
            column(project, Side::Right, "employee", "alias").mandatory = true;
        }),
        case(&[(W, "SW-C113", PERSON)], |project| {
            project.target.schema.classes[0].virtual_properties[0].mandatory = true;
        }),
        case(&[(W, "SW-C113", PERSON)], |project| {
            column(project, Side::Left, "person", "department").mandatory = true;
            rule(project, "Department").lifecycle = Lifecycle::Off;
        }),
        case(&[(W, "SW-C175", PERSON)], |project| {
            project.target.schema.types[0].key = vec!["alias".to_owned()];
        }),
    ]
}

fn classes() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C103", LEAVERS)], |project| {
            project.central.schema.classes[1].virtual_properties[0].name = "note".to_owned();
        }),
        case(&[(W, "SW-C180", LEAVERS)], |project| {
            project.central.schema.classes[1].filter = Some("gone = 1".to_owned());
        }),
        case(&[(E, "SW-C183", "central system, person")], |project| {
            project.central.scope.insert("person".to_owned(), "gone = 1".to_owned());
        }),
        case(&[(E, "SW-C183", "target system, nowhere")], |project| {
            project.target.scope.insert("nowhere".to_owned(), "gone = 1".to_owned());
        }),
        case(&[], |project| {
            project.central.scope.insert("person".to_owned(), "active = true".to_owned());
        }),
    ]
}

fn virtual_properties() -> Vec<Case> {
    let gone = [(W, "SW-C180", LEAVERS)];
    vec![
        case(&gone, |project| leaver(project, VirtualKind::Pattern("%gone%".to_owned()))),
        case(&gone, |project| leaver(project, VirtualKind::Expression("upper(gone)".to_owned()))),
        case(&gone, |project| {
            leaver(
                project,
                VirtualKind::KeyResolution {
                    reference: vec!["department".to_owned()],
                    property: "gone".to_owned(),
                },
            );
        }),
        case(&gone, |project| {
            leaver(
                project,
                VirtualKind::ReferencedProperty {
                    path: vec![vec!["department".to_owned()], vec!["gone".to_owned()]],
                    property: "name".to_owned(),
                },
            );
        }),
        // The referenced type is gone.
        case(
            &[
                (W, "SW-C180", LEAVERS),
                (E, "SW-M002", "mapping Person, rule Department"),
                (E, "SW-M001", "mapping Department"),
            ],
            |project| {
                project.central.schema.types.retain(|one| one.name != "department");
            },
        ),
        // Virtual properties read others of their class, but not one another.
        case(&[], |project| leaver(project, VirtualKind::Expression("upper(vrtDepartment)".to_owned()))),
        case(&[], |project| leaver(project, VirtualKind::Pattern("${code} %vrtDepartment%".to_owned()))),
        case(&gone, |project| leaver(project, VirtualKind::Expression("upper(vrtText)".to_owned()))),
        case(&[(E, "SW-C126", LEAVERS)], |project| {
            leaver(project, VirtualKind::Fixed(Literal::String("abc".to_owned())));
            project.central.schema.classes[1].virtual_properties[0].value_type = ValueType::Integer;
        }),
        case(&[], |project| {
            leaver(project, VirtualKind::Fixed(Literal::String("7".to_owned())));
            project.central.schema.classes[1].virtual_properties[0].value_type = ValueType::Integer;
        }),
        case(&[(E, "SW-C139", LEAVERS)], |project| {
            leaver(project, VirtualKind::ColumnGroup("Gone".to_owned()));
        }),
        case(&gone, |project| {
            leaver(project, VirtualKind::CompositeKey(vec!["code".to_owned(), "gone".to_owned()]));
        }),
        case(&gone, |project| {
            leaver(
                project,
                VirtualKind::Members {
                    schema_type: "department".to_owned(),
                    own_reference: vec!["person".to_owned()],
                    member_reference: Vec::new(),
                    property: "name".to_owned(),
                },
            );
        }),
        case(&[], |project| {
            leaver(
                project,
                VirtualKind::Members {
                    schema_type: "tag".to_owned(),
                    own_reference: vec!["person".to_owned()],
                    member_reference: Vec::new(),
                    property: "text".to_owned(),
                },
            );
        }),
    ]
}

fn second_mapping(project: &mut Project) {
    let mut second = mapping(project, "Person").clone();
    second.name = "Second".to_owned();
    project.mappings.push(second);
    let mut other = step(project, "Import", "People").clone();
    (other.name, other.mapping) = ("Second".to_owned(), "Second".to_owned());
    project.workflows[0].steps.push(other);
}

fn filters() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C181", "workflow Import, step Second")], second_mapping),
        case(&[(W, "SW-C181", "workflow Import, step Second")], |project| {
            second_mapping(project);
            step(project, "Import", "People").methods.only_in_destination.clear();
        }),
        case(&[(W, "SW-C181", "workflow Import, step Second")], |project| {
            second_mapping(project);
            step(project, "Import", "Second").methods.only_in_destination[0].condition =
                Some(Condition::Expression("Left.active = true".to_owned()));
        }),
        // Filters that differ separate.
        case(&[], |project| {
            second_mapping(project);
            project.central.schema.classes[0].filter = Some("active = true".to_owned());
            mapping(project, "Second").left = "leavers".to_owned();
            mapping(project, "Second").rules.retain(|rule| rule.name != "Department");
        }),
        case(&[(W, "SW-C182", "mapping Person, rule Name")], |project| {
            project.central.schema.classes[0].filter = Some("name <> 'x'".to_owned());
        }),
        case(&[(W, "SW-C182", "mapping Person, rule Department")], |project| {
            project.central.schema.classes[0].filter = Some("department IS NOT NULL".to_owned());
        }),
        // The same for all: that is how new objects get into the class.
        case(&[], |project| {
            project.central.schema.classes[0].filter = Some("name <> 'x'".to_owned());
            rule(project, "Name").transformation.fixed_value = Some(Literal::String("y".to_owned()));
        }),
    ]
}

fn quotas() -> Vec<Case> {
    vec![
        case(&[(W, "SW-C124", OUT_PEOPLE)], |project| {
            step(project, "Export", "People").quotas.delete = quota(None, None);
        }),
        case(&[(W, "SW-C184", OUT_PEOPLE)], |project| {
            step(project, "Export", "People").quotas.delete = quota(None, Some(0));
        }),
        case(&[(W, "SW-C184", OUT_PEOPLE)], |project| {
            step(project, "Export", "People").quotas.insert = quota(Some(0.0), None);
        }),
        case(&[(W, "SW-C185", OUT_PEOPLE)], |project| {
            step(project, "Export", "People").quotas.update = quota(Some(101.0), Some(50));
        }),
        case(&[(W, "SW-C185", IN_PEOPLE)], |project| {
            step(project, "Import", "People").quotas.mark_outstanding = quota(Some(f64::INFINITY), None);
        }),
        case(&[], |project| step(project, "Export", "People").quotas.delete = quota(Some(100.0), Some(1))),
        case(&[(I, "SW-C186", OUT_PEOPLE)], |project| project.target.connection.production = true),
        case(&[], |project| {
            project.target.connection.production = true;
            step(project, "Export", "People").quotas.update = quota(None, Some(100));
        }),
    ]
}

fn steps() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C101", IN_PEOPLE)], |project| {
            step(project, "Import", "People").mapping = "Nobody".to_owned();
        }),
        case(&[(W, "SW-C121", DEPARTMENTS)], |project| {
            mapping(project, "Department").direction = MappingDirection::ToTarget;
        }),
        case(&[(E, "SW-C122", OUT_PEOPLE)], |project| {
            step(project, "Export", "People").methods.both_differ = vec![Method::Delete.into()];
        }),
        case(&[(I, "SW-C123", DEPARTMENTS)], |project| {
            step(project, "Import", "Departments").methods = crate::project::Methods::default();
        }),
        // Forced rules run without methods.
        case(&[], |project| {
            step(project, "Import", "People").methods = crate::project::Methods::default();
            rule(project, "Note").force_against_direction = true;
        }),
        case(&[(W, "SW-C187", OUT_PEOPLE)], |project| {
            step(project, "Export", "People").methods.only_in_destination =
                vec![Method::MarkOutstanding.into()];
        }),
        case(&[(W, "SW-C188", OUT_PEOPLE)], |project| {
            // The other step still runs.
            project.workflows[1].direction = Direction::ToCentral;
            step(project, "Export", "People").direction = Some(Direction::ToTarget);
            let other = step(project, "Import", "Departments").clone();
            project.workflows[1].steps.push(other);
        }),
        case(&[(W, "SW-C190", IN_PEOPLE)], |project| {
            project.workflows[0].dependency_resolution = DependencyResolution::Manual;
            project.workflows[0].steps.swap(0, 1);
        }),
        case(&[], |project| project.workflows[0].dependency_resolution = DependencyResolution::Manual),
        case(&[], |project| project.workflows[0].steps.swap(0, 1)),
        case(&[(W, "SW-C191", OUT_PEOPLE)], |project| project.target.connection.read_only = true),
    ]
}

fn start_ups() -> Vec<Case> {
    let nothing = [(W, "SW-C189", "start up configuration In")];
    vec![
        case(&[(I, "SW-C188", "workflow Import")], |project| {
            project.start_ups.remove(0);
        }),
        // Steps without a direction of their own turn with it, but the mapping of one does not permit it.
        case(&[(W, "SW-C121", DEPARTMENTS), (W, "SW-C187", IN_PEOPLE)], |project| {
            project.start_ups[0].direction = Some(Direction::ToTarget);
        }),
        case(&nothing, |project| {
            project.start_ups[0].direction = Some(Direction::ToTarget);
            for step in &mut project.workflows[0].steps {
                step.direction = Some(Direction::ToCentral);
            }
        }),
        case(&nothing, |project| {
            for step in &mut project.workflows[0].steps {
                step.lifecycle = Lifecycle::Proposed;
            }
        }),
        case(&nothing, |project| {
            for step in &mut project.workflows[0].steps {
                step.lifecycle = Lifecycle::Off;
            }
        }),
        case(&[(E, "SW-C102", "start up configuration In"), (I, "SW-C188", "workflow Import")], |project| {
            project.start_ups[0].workflow = "Nothing".to_owned();
        }),
    ]
}

fn others() -> Vec<Case> {
    vec![
        case(&[(E, "SW-C192", "start up configuration In")], |project| {
            project
                .variable_sets
                .push(crate::project::VariableSet { name: "Test".to_owned(), variables: Vec::new() });
            project.base_objects.push(BaseObject { variable_set: Some("Test".to_owned()), ..base_object() });
        }),
        case(&[], |project| project.base_objects.push(base_object())),
        case(&[(E, "SW-C193", "project")], |project| {
            project.base_objects.push(BaseObject { schema_type: "nowhere".to_owned(), ..base_object() });
        }),
        case(&[(E, "SW-C193", "project")], |project| {
            project.base_objects.push(BaseObject { start_ups: vec!["Gone".to_owned()], ..base_object() });
        }),
        case(&[(E, "SW-C193", "start up configuration In")], |project| {
            project.start_ups[0].variable_set = Some("Gone".to_owned());
        }),
        case(&[(E, "SW-C200", LEAVERS)], |project| {
            leaver(project, VirtualKind::Script { read: Some("$gone$".to_owned()), write: None });
        }),
        case(&[(W, "SW-C201", "mapping Department")], |project| {
            mapping(project, "Department").actions.push(crate::project::Action {
                name: "Never".to_owned(),
                side: Side::Right,
                when: crate::project::ActionTime::Before,
                on: crate::project::ActionEvent::Insert,
                script: "throw 1".to_owned(),
                lifecycle: Lifecycle::Active,
            });
        }),
        case(
            &[(E, "SW-C195", "mapping Person, rule Name"), (E, "SW-M012", "mapping Person, rule Name")],
            |project| {
                rule(project, "Name").condition = Some(Condition::Script(" ".to_owned()));
            },
        ),
        // Snippets are compiled without any script, too.
        case(&[(W, "SW-C194", "project")], |project| snippet(project, "fn twice(x) { x + }")),
        case(&[], |project| snippet(project, "fn twice(x) { x + x }")),
    ]
}

#[test]
fn limits_for_kinds_that_there_are_not_are_found() {
    let mut project = base();
    let limits = crate::project::OperationLimits { timeout_ms: 100, rate: None };
    let connection = &mut project.target.connection;
    connection.provider =
        Provider::Odbc { dialect: "postgresql".to_owned(), attributes: std::collections::BTreeMap::new() };
    for kind in ["create", "search", "insert", "Create"] {
        connection.operation_limits.insert(kind.to_owned(), limits.clone());
    }
    let found: Vec<(Severity, String)> = findings(&project)
        .into_iter()
        .filter(|one| one.code == "SW-C117")
        .map(|one| (one.severity, one.text))
        .collect();
    let text = |kind: &str| format!("operation limits are set for {kind:?}, which is no kind of operation");
    assert_eq!(found, [(Severity::Error, text("Create")), (Severity::Error, text("insert"))]);
}

#[test]
fn passwords_in_the_initial_sql_are_found_and_not_repeated() {
    let mut project = base();
    let statements =
        ["SET x = 1", "ALTER USER me IDENTIFIED BY 's3cret'", "ALTER USER me IDENTIFIED BY '$Key$'"];
    project.central.connection.initial_sql = statements.map(str::to_owned).to_vec();
    let found: Vec<(Severity, String)> = findings(&project)
        .into_iter()
        .filter(|one| one.code == "SW-C118")
        .map(|one| (one.severity, one.text))
        .collect();
    let [(Severity::Error, text)] = &found[..] else { panic!("{found:?}") };
    assert!(text.starts_with("statement 2 of the initial SQL") && !text.contains("s3cret"), "{text}");
}

#[test]
fn every_script_is_listed_with_its_place() {
    let mut project = base();
    project.script_language = ScriptLanguage::JavaScript;
    let name = rule(&mut project, "Name");
    name.condition = Some(Condition::Script("c".to_owned()));
    name.transformation.to_central = Some(Formula::Script("f".to_owned()));
    name.transformation.when_empty = crate::project::EmptySource::UseDefault(Formula::Script("d".to_owned()));
    name.validation = Some(crate::project::Validation {
        accept: Condition::Script("v".to_owned()),
        message: String::new(),
    });
    project.central.schema.classes[0].virtual_properties.push(VirtualProperty {
        name: "vrtScript".to_owned(),
        value_type: ValueType::String,
        multi_valued: false,
        mandatory: false,
        secret: false,
        kind: VirtualKind::Script { read: Some("r".to_owned()), write: Some("w".to_owned()) },
    });
    project.target.connection.provider =
        Provider::Odbc { dialect: "postgresql".to_owned(), attributes: std::collections::BTreeMap::new() };
    project.target.schema.types[0].operations.delete = Some(DataOperation {
        strategy: OperationStrategy::Script("o".to_owned()),
        required_keys: Vec::new(),
    });
    step(&mut project, "Import", "People").methods.both_differ[0].condition =
        Some(Condition::Script("s".to_owned()));
    project.snippets.push(crate::project::Snippet { name: "shared".to_owned(), code: "n".to_owned() });
    let found: Vec<String> = scripts(&project)
        .into_iter()
        .map(|one| format!("{} | {} | {} | {:?}", one.text, one.place, one.what, one.kind))
        .collect();
    let rule = "mapping Person, rule Name";
    assert_eq!(
        found,
        [
            "$name$ = value | central system, persons | write part of vrtWriteOnly | Write".to_owned(),
            "r | central system, persons | read part of vrtScript | Read".to_owned(),
            "w | central system, persons | write part of vrtScript | Write".to_owned(),
            format!(
                "o | target system, employee | delete operation | {:?}",
                ScriptKind::Operation(crate::expr::OperationKind::Delete)
            ),
            format!("c | {rule} | condition | Condition"),
            format!("f | {rule} | transformation to the central system | Formula"),
            format!("d | {rule} | default of an empty source | Formula"),
            format!("v | {rule} | validation | Validation"),
            format!("s | {IN_PEOPLE} | condition of update | Condition"),
            "n | project | snippet shared | Snippet".to_owned(),
        ]
    );
}
