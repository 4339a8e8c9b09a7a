//! Virtual properties of objects whose columns rules write: what these columns make of them once they are written decides
//! what the next run finds, whether it matches the objects again, and which rules run.

use syncwright_core::{
    check::{Severity, check},
    project::{
        CharacterConversion, Condition, Direction, Mapping, MappingDirection, Method, Project,
        ScriptLanguage, VirtualKind, VirtualProperty,
    },
    sync::RunReport,
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, changes, mapping, messages, pair, rows, rule},
    virtual_properties::{class, property},
};

/// Central objects have the address by which they are matched, and the one that is written.
fn systems() -> Systems {
    Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, wanted TEXT, mail TEXT, name TEXT);
         INSERT INTO p VALUES (1, 'ann@x', 'Ann@X', 'ann'), (2, 'bob@x', 'bob@y', 'bob'), (3, 'cy@x', NULL, 'cy'),
                              (4, 'dee@x', 'DEE@X', 'dee'), (5, 'eve@x', 'eve@y', 'eve'), (6, 'fay@x', 'fay@x', 'fay');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, mail TEXT, name TEXT);
         INSERT INTO q VALUES (11, 'dee@x', 'old'), (12, 'Eve@X', 'old'), (13, 'Fay@X', 'fay');",
    )
}

fn project(systems: &Systems, language: Option<ScriptLanguage>, matched: Vec<VirtualProperty>) -> Project {
    let last = matched.last().unwrap().name.clone();
    let to_target = Mapping {
        direction: MappingDirection::ToTarget,
        ..mapping(
            "l",
            "r",
            vec![by("address", pair("wanted", &last))],
            vec![rule("mail", "mail"), rule("name", "name")],
        )
    };
    let mut project = systems.project(Direction::ToTarget, vec![to_target]);
    project.central.schema.classes.push(class("l", "p", Vec::new()));
    project.target.schema.classes.push(class("r", "q", matched));
    project.script_language = language.unwrap_or_default();
    let found = check(&project);
    assert!(found.iter().all(|finding| finding.severity != Severity::Error), "{found:?}");
    project
}

fn text(name: &str, kind: VirtualKind) -> VirtualProperty {
    property(name, ValueType::String, kind)
}

/// What happens to whom, and who is left out.
fn fates(report: &RunReport) -> (Vec<(Method, String)>, usize) {
    let mut fates: Vec<_> =
        changes(report).into_iter().map(|change| (change.method, change.display)).collect();
    fates.sort();
    (fates, messages(report, "SW-R120").len())
}

#[test]
fn what_the_next_run_would_not_find_is_not_written() {
    let lower = |from: &str| VirtualKind::Convert {
        property: from.to_owned(),
        conversion: CharacterConversion::LowerCase,
    };
    let script = |read: &str| VirtualKind::Script { read: Some(read.to_owned()), write: None };
    let kinds = [
        (None, vec![text("address", lower("mail"))]),
        (None, vec![text("address", VirtualKind::Expression("lower(mail)".to_owned()))]),
        // One that reads another one.
        (
            None,
            vec![text("inner", VirtualKind::Pattern("%mail%".to_owned())), text("address", lower("inner"))],
        ),
        (
            Some(ScriptLanguage::Rhai),
            vec![text("address", script("if $mail$ == () { () } else { $mail$.to_lower() }"))],
        ),
        (
            Some(ScriptLanguage::JavaScript),
            vec![text("address", script("$mail$ === null ? null : $mail$.toLowerCase()"))],
        ),
    ];
    for (language, matched) in kinds {
        let systems = systems();
        let project = project(&systems, language, matched);
        let planned = fates(&systems.simulate(&project));
        let expected = [
            (Method::Insert, "1".to_owned()),
            (Method::Update, "11".to_owned()),
            (Method::Update, "13".to_owned()),
        ];
        // Two new ones that nobody would find, and one that would get an address by which it is not found.
        assert_eq!(planned, (expected.to_vec(), 3));
        let first = systems.run(&project);
        assert_eq!((fates(&first), first.total_writes()), (planned, 3));
        let found = rows(&systems.right(), "SELECT mail, name FROM q ORDER BY 2, 1");
        assert_eq!(found, ["Ann@X|ann", "DEE@X|dee", "fay@x|fay", "Eve@X|old"]);
        let again = systems.run(&project);
        assert_eq!((fates(&again), again.total_writes()), ((Vec::new(), 3), 0));
    }
}

/// Of a value that is looked up elsewhere nobody knows before what it will be: such objects are written.
#[test]
fn what_is_looked_up_in_other_tables_is_not_foreseen() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, office TEXT); INSERT INTO p VALUES (1, 'Rome');",
        "CREATE TABLE office (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE q (id INTEGER PRIMARY KEY, office INTEGER REFERENCES office (id), name TEXT);
         INSERT INTO office VALUES (7, 'Rome');",
    );
    let office =
        VirtualKind::KeyResolution { reference: vec!["office".to_owned()], property: "name".to_owned() };
    let mut project = project_by_office(&systems);
    project.target.schema.classes.push(class("r", "q", vec![text("vrtOffice", office)]));
    let report = systems.run_well(&project);
    assert_eq!((report.steps[0].writes.insert, messages(&report, "SW-R120").len()), (1, 0));
    assert_eq!(rows(&systems.right(), "SELECT office FROM q"), ["7"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// A property made of a composite key that a rule writes: its columns are known only when they are written.
#[test]
fn what_is_written_through_a_composite_key_is_not_foreseen() {
    for matched in ["vrtLow", "tenant"] {
        let systems = Systems::new(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, place TEXT, low TEXT, tenant TEXT);
             INSERT INTO p VALUES (1, 'A|1', 'a|1', 'A');",
            "CREATE TABLE q (id INTEGER PRIMARY KEY, tenant TEXT, no TEXT);",
        );
        let place = VirtualKind::CompositeKey(vec!["tenant".to_owned(), "no".to_owned()]);
        let low = VirtualKind::Convert {
            property: "vrtPlace".to_owned(),
            conversion: CharacterConversion::LowerCase,
        };
        let on = if matched == "vrtLow" { pair("low", "vrtLow") } else { pair("tenant", "tenant") };
        let to_target = Mapping {
            direction: MappingDirection::ToTarget,
            ..mapping("l", "r", vec![by("key", on)], vec![rule("place", "vrtPlace")])
        };
        let mut project = systems.project(Direction::ToTarget, vec![to_target]);
        project.central.schema.classes.push(class("l", "p", Vec::new()));
        let properties = vec![text("vrtPlace", place), text("vrtLow", low)];
        project.target.schema.classes.push(class("r", "q", properties));
        let written = systems.simulate(&project);
        let lost = messages(&written, "SW-R120");
        assert_eq!(lost, [""; 0], "{matched}");
    }
}

/// What the database fills in is not known before: a condition on it is not decided on an empty one.
#[test]
fn what_the_database_fills_in_is_not_foreseen() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO p VALUES (1, 'n');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, status TEXT DEFAULT 'active', note TEXT);",
    );
    let state = VirtualKind::Expression("coalesce(status, 'none')".to_owned());
    let mut rules = vec![rule("id", "id"), rule("note", "note")];
    rules[1].condition = Some(Condition::Expression("Right.state = 'none'".to_owned()));
    let to_target = Mapping {
        direction: MappingDirection::ToTarget,
        ..mapping("l", "r", vec![by("id", pair("id", "id"))], rules)
    };
    let mut project = systems.project(Direction::ToTarget, vec![to_target]);
    project.central.schema.classes.push(class("l", "p", Vec::new()));
    project.target.schema.classes.push(class("r", "q", vec![text("state", state)]));
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT status, note FROM q"), ["active|∅"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

fn project_by_office(systems: &Systems) -> Project {
    let to_target = Mapping {
        direction: MappingDirection::ToTarget,
        ..mapping(
            "l",
            "r",
            vec![by("office", pair("office", "vrtOffice"))],
            vec![rule("office", "vrtOffice")],
        )
    };
    let mut project = systems.project(Direction::ToTarget, vec![to_target]);
    project.central.schema.classes.push(class("l", "p", Vec::new()));
    project
}

/// Conditions on what rules write are decided on the object as it is and as it will be, whether they name the columns or
/// properties that are made of them.
#[test]
fn rules_that_read_what_others_write_come_to_rest_at_once() {
    let lower =
        VirtualKind::Convert { property: "mail".to_owned(), conversion: CharacterConversion::LowerCase };
    let read = "if $mail$ == () { () } else { $mail$.to_lower() }".to_owned();
    let write = "$mail$ = value;".to_owned();
    let script = VirtualKind::Script { read: Some(read), write: Some(write) };
    // The address is written as a column, or by the property itself.
    for (kind, written, condition) in [
        (lower.clone(), "mail", "Right.mail LIKE '%@x'"),
        (lower, "mail", "Right.address LIKE '%@x'"),
        (script.clone(), "mail", "Right.address LIKE '%@x'"),
        (script, "address", "Right.address LIKE '%@x'"),
    ] {
        let systems = Systems::new(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, mail TEXT, name TEXT);
             INSERT INTO p VALUES (1, 'ann@x', 'new'), (2, 'bob@y', 'new'), (3, 'cy@x', 'new'), (4, 'dee@x', 'new');",
            "CREATE TABLE q (id INTEGER PRIMARY KEY, mail TEXT, name TEXT);
             INSERT INTO q VALUES (1, 'Ann@Y', 'old'), (2, 'Bob@x', 'old'), (3, 'cy@x', 'old');",
        );
        let mut rules = vec![rule("id", "id"), rule("mail", written), rule("name", "name")];
        rules[2].condition = Some(Condition::Expression(condition.to_owned()));
        let to_target = Mapping {
            direction: MappingDirection::ToTarget,
            ..mapping("l", "r", vec![by("id", pair("id", "id"))], rules)
        };
        let mut project = systems.project(Direction::ToTarget, vec![to_target]);
        project.central.schema.classes.push(class("l", "p", Vec::new()));
        project.target.schema.classes.push(class("r", "q", vec![text("address", kind)]));
        systems.run_well(&project);
        let found = rows(&systems.right(), "SELECT mail, name FROM q ORDER BY id");
        assert_eq!(found, ["ann@x|new", "bob@y|new", "cy@x|new", "dee@x|new"], "{written}, {condition}");
        assert_eq!(systems.run_well(&project).total_writes(), 0, "{written}, {condition}");
    }
}
