//! References on the way into a system: parents first, cycles in a second pass, missing ones by name.

use syncwright_core::{
    project::{
        AutoFill, Direction, Method, Project, PropertyRule, SchemaClass, VirtualKind, VirtualProperty,
    },
    sync::{Change, RunStatus},
    value::ValueType,
};

use crate::fixture::{Systems, by, changes, mapping, messages, pair, rows, rule};

/// Departments by code (left), into departments by a key of their own (right), references enforced.
fn systems(key: &str, departments: &[(&str, &str)]) -> Systems {
    let values: Vec<String> = departments
        .iter()
        .map(|(code, parent)| {
            format!(
                "('{code}', {})",
                if parent.is_empty() { "NULL".to_owned() } else { format!("'{parent}'") }
            )
        })
        .collect();
    Systems::new(
        &format!(
            "CREATE TABLE d (code TEXT PRIMARY KEY, parent TEXT); INSERT INTO d VALUES {};",
            values.join(", ")
        ),
        &format!(
            "CREATE TABLE department (id {key} PRIMARY KEY, code TEXT UNIQUE, parent {key} REFERENCES department (id));"
        ),
    )
}

fn project(systems: &Systems, batch: u32) -> Project {
    let rules = vec![rule("code", "code"), PropertyRule::new("parent", "parent", "vrtParent")];
    let mapping = mapping("d", "with parent", vec![by("code", pair("code", "code"))], rules);
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    let schema = &mut project.target.schema;
    let id = &mut schema.types[0].properties[0];
    if id.value_type == ValueType::Guid {
        id.auto_fill = AutoFill::Guid;
    }
    schema.classes.push(SchemaClass {
        name: "with parent".to_owned(),
        schema_type: "department".to_owned(),
        display_name: String::new(),
        filter: None,
        virtual_properties: vec![VirtualProperty {
            name: "vrtParent".to_owned(),
            value_type: ValueType::String,
            multi_valued: false,
            mandatory: false,
            secret: false,
            kind: VirtualKind::KeyResolution {
                reference: vec!["parent".to_owned()],
                property: "code".to_owned(),
            },
        }],
    });
    schema.types[0].display_template = Some("%code%".to_owned());
    project.start_ups[0].bulk_level = Some(batch);
    project
}

/// Code and parent's code of every department.
fn tree(systems: &Systems) -> Vec<String> {
    rows(
        &systems.right(),
        "SELECT d.code, p.code FROM department d LEFT JOIN department p ON p.id = d.parent ORDER BY d.code",
    )
}

const CHAIN: [(&str, &str); 5] = [("a", "b"), ("b", "c"), ("c", "d"), ("d", ""), ("e", "a")];

#[test]
fn parents_come_first_and_go_last() {
    for (key, batch) in [("GUID", 1), ("GUID", 2), ("GUID", 1000)] {
        let systems = systems(key, &CHAIN);
        let project = project(&systems, batch);
        let report = systems.run_well(&project);
        let order: Vec<String> =
            changes(&report).iter().map(|change| change.properties[1].new.to_string()).collect();
        assert_eq!(order, ["d", "c", "b", "a", "e"]);
        assert_eq!(tree(&systems), ["a|b", "b|c", "c|d", "d|∅", "e|a"]);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
        // Without the second pass: the same list written again changes nothing.
        systems.left().execute_batch("DELETE FROM d WHERE code <> 'd'").unwrap();
        assert_eq!(systems.run_well(&project).total_writes(), 4);
        assert_eq!(tree(&systems), ["d|∅"]);
    }
}

/// Many directories have a root that is its own parent.
#[test]
fn parents_come_first_and_go_last_below_a_root_that_is_its_own_parent() {
    for batch in [1, 1000] {
        let systems = systems("GUID", &[("a", "b"), ("b", "c"), ("c", "d"), ("d", "d"), ("e", "a")]);
        let project = project(&systems, batch);
        let code_of = |change: &Change| {
            let code = change.properties.iter().find(|property| property.property == "code");
            code.unwrap().new.to_string()
        };
        let order: Vec<String> = changes(&systems.run_well(&project)).iter().map(code_of).collect();
        assert_eq!(order, ["d", "c", "b", "a", "e"]);
        assert_eq!(tree(&systems), ["a|b", "b|c", "c|d", "d|d", "e|a"]);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
        systems.left().execute_batch("DELETE FROM d").unwrap();
        systems.left().execute_batch("INSERT INTO d VALUES ('x', NULL)").unwrap();
        let report = systems.run_well(&project);
        let order: Vec<String> = changes(&report)
            .iter()
            .filter(|change| change.method == Method::Delete)
            .map(|change| change.display.clone())
            .collect();
        assert_eq!(order, ["e", "a", "b", "c", "d"]);
        assert_eq!(tree(&systems), ["x|∅"]);
    }
}

#[test]
fn cycles_are_closed_in_a_second_pass() {
    for batch in [1, 1000] {
        let systems = systems("GUID", &[("a", "b"), ("b", "c"), ("c", "a"), ("s", "s"), ("x", "a")]);
        let project = project(&systems, batch);
        let report = systems.run_well(&project);
        assert_eq!(report.total_writes(), 5);
        assert_eq!(messages(&report, "SW-R104"), Vec::<String>::new());
        assert_eq!(tree(&systems), ["a|b", "b|c", "c|a", "s|s", "x|a"]);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

/// The database gives the keys, so no new object has one before it is written.
#[test]
fn references_to_objects_whose_keys_the_database_gives() {
    for batch in [1, 1000] {
        let systems = systems("INTEGER", &[("a", "b"), ("b", ""), ("c", "a"), ("s", "s")]);
        let project = project(&systems, batch);
        let report = systems.run_well(&project);
        assert_eq!(messages(&report, "SW-R104"), Vec::<String>::new());
        assert_eq!(tree(&systems), ["a|b", "b|∅", "c|a", "s|s"]);
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}

#[test]
fn missing_and_ambiguous_ones_are_named_and_the_rest_is_written() {
    let systems = systems("GUID", &[("a", "nowhere"), ("b", ""), ("c", "b")]);
    let project = project(&systems, 1000);
    for report in [systems.simulate(&project), systems.run(&project)] {
        assert_eq!(report.run.status, RunStatus::Done);
        let found: Vec<_> = report.steps[0]
            .messages
            .iter()
            .map(|one| {
                (one.code.as_str(), one.object.as_deref(), one.property.as_deref(), one.rule.as_deref())
            })
            .collect();
        assert_eq!(found, [("SW-R104", Some("a"), Some("vrtParent"), Some("parent"))]);
        assert!(report.steps[0].messages[0].text.contains("nowhere"));
    }
    assert_eq!(tree(&systems), ["a|∅", "b|∅", "c|b"]);
    // Once the object is there the reference is set, without anything else being written.
    systems.left().execute_batch("INSERT INTO d VALUES ('nowhere', NULL)").unwrap();
    let report = systems.run_well(&project);
    let methods: Vec<Method> = changes(&report).iter().map(|change| change.method).collect();
    assert_eq!(methods, [Method::Insert, Method::Update]);
    assert_eq!(tree(&systems), ["a|nowhere", "b|∅", "c|b", "nowhere|∅"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
    // Moving and emptying.
    systems
        .left()
        .execute_batch(
            "UPDATE d SET parent = NULL WHERE code = 'a'; UPDATE d SET parent = 'a' WHERE code = 'c'",
        )
        .unwrap();
    assert_eq!(systems.run_well(&project).total_writes(), 2);
    assert_eq!(tree(&systems), ["a|∅", "b|∅", "c|a", "nowhere|∅"]);
}
