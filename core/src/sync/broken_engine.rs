//! Scripts on which the script engine itself breaks down: a run leaves out the object and does the others (E5).
//!
//! The function that panics is there in tests only.

use rusqlite::Connection;
use tempfile::TempDir;

use super::{RunReport, RunStatus, run, test_project::test_project};
use crate::{
    progress::{CancelToken, Silent},
    project::{
        Action, ActionEvent, ActionTime, Direction, Lifecycle, Project, PropertyRule, SchemaClass,
        ScriptLanguage, Side, VirtualKind, VirtualProperty,
    },
    value::ValueType,
};

const PEOPLE: &str = "INSERT INTO p VALUES ('a', 'A'), ('b', 'B'), ('c', 'C')";

/// Scripts of a virtual property of central objects, and one before they are inserted.
#[derive(Clone, Copy)]
struct Texts<'a> {
    language: ScriptLanguage,
    read: &'a str,
    write: &'a str,
    before: &'a str,
}

fn scripted(direction: Direction, texts: &Texts<'_>) -> Project {
    let mut project = test_project();
    project.script_language = texts.language;
    let kind = VirtualKind::Script { read: Some(texts.read.to_owned()), write: Some(texts.write.to_owned()) };
    project.central.schema.classes.push(SchemaClass {
        name: "c".to_owned(),
        schema_type: "p".to_owned(),
        display_name: String::new(),
        filter: None,
        virtual_properties: vec![VirtualProperty {
            name: "vrt".to_owned(),
            value_type: ValueType::String,
            multi_valued: false,
            mandatory: false,
            secret: false,
            kind,
        }],
    });
    let mapping = &mut project.mappings[0];
    mapping.left = "c".to_owned();
    mapping.rules[1] = PropertyRule::new("vrt", "vrt", "name");
    mapping.actions.push(Action {
        name: "first".to_owned(),
        side: Side::Left,
        when: ActionTime::Before,
        on: ActionEvent::Insert,
        script: texts.before.to_owned(),
        lifecycle: Lifecycle::Active,
    });
    project.workflows[0].direction = direction;
    project.workflows[0].continue_on_error = true;
    project
}

/// Runs from the system with people into the empty one; gives the report and who is in there then.
fn people(direction: Direction, texts: &Texts<'_>) -> (RunReport, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let open = |file: &str| Connection::open(folder.path().join(file)).unwrap();
    for file in ["central.db", "target.db"] {
        open(file).execute_batch("CREATE TABLE p (id TEXT PRIMARY KEY, name TEXT)").unwrap();
    }
    let (from, to) = match direction {
        Direction::ToTarget => ("central.db", "target.db"),
        Direction::ToCentral => ("target.db", "central.db"),
    };
    open(from).execute_batch(PEOPLE).unwrap();
    let project = scripted(direction, texts);
    let report = run(&project, folder.path(), "go", &Silent, &CancelToken::default()).unwrap();
    assert_eq!(report.run.status, RunStatus::DoneWithErrors, "{:#}", report.to_json());
    let names = open(to)
        .prepare("SELECT id || name FROM p ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    (report, names)
}

fn told(report: &RunReport, code: &str) {
    let messages: Vec<_> = report.steps[0].messages.iter().filter(|message| message.code == code).collect();
    assert_eq!(messages.len(), 1, "{:?}", report.steps[0].messages);
    assert_eq!(messages[0].object.as_deref(), Some("b"));
    assert!(messages[0].text.contains("panicked"), "{}", messages[0].text);
}

#[test]
fn a_panic_concerns_its_object_only() {
    for (language, panics, read, nothing) in [
        (ScriptLanguage::Rhai, "if $id$ == \"b\" { panic_in_the_engine(); } ", "$name$", "()"),
        (ScriptLanguage::JavaScript, "if ($id$ === 'b') { panic_in_the_engine(); } ", "return $name$;", ";"),
    ] {
        let well = Texts { language, read, write: "$name$ = value;", before: nothing };
        let panics_before = |text: &str| format!("{panics}{text}");

        let (report, names) = people(Direction::ToTarget, &Texts { read: &panics_before(read), ..well });
        told(&report, "SW-R112");
        assert_eq!(names, ["aA", "cC"], "{language:?}");

        let (report, names) =
            people(Direction::ToCentral, &Texts { write: &panics_before(well.write), ..well });
        told(&report, "SW-R112");
        assert_eq!(names, ["aA", "cC"], "{language:?}");

        let (report, names) = people(Direction::ToCentral, &Texts { before: panics, ..well });
        told(&report, "SW-R125");
        assert_eq!(names, ["aA", "cC"], "{language:?}");
    }
}
