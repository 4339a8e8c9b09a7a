//! Scripts on which the script engine itself breaks down: a run leaves out the object and does the others (E5).
//!
//! The function that panics is there in tests only.

use rusqlite::Connection;
use tempfile::TempDir;

use super::{RunReport, RunStatus, run};
use crate::{
    progress::{CancelToken, Silent},
    project::from_text,
};

const PROJECT: &str = r#"(
  format: 1,
  name: "test",
  active: true,
  script_language: LANGUAGE,
  central: (
    connection: (system_identifier: "C", provider: Sqlite(file: "central.db")),
    schema: (
      types: [
        (
          name: "p",
          properties: [(name: "id", value_type: String, mandatory: true), (name: "name", value_type: String)],
          key: ["id"],
        ),
      ],
      classes: [
        (
          name: "c",
          schema_type: "p",
          virtual_properties: [
            (name: "vrt", value_type: String, kind: Script(read: "READ", write: "WRITE")),
          ],
        ),
      ],
    ),
  ),
  target: (
    connection: (system_identifier: "T", provider: Sqlite(file: "target.db")),
    schema: (
      types: [
        (
          name: "p",
          properties: [(name: "id", value_type: String, mandatory: true), (name: "name", value_type: String)],
          key: ["id"],
        ),
      ],
    ),
  ),
  mappings: [
    (
      name: "p",
      left: "c",
      right: "p",
      matching: [(name: "id", on: Pair("id", "id"))],
      rules: [(name: "id", left: "id", right: "id"), (name: "vrt", left: "vrt", right: "name")],
      actions: [(name: "first", side: Left, when: Before, on: Insert, script: "BEFORE")],
    ),
  ],
  workflows: [
    (
      name: "all",
      direction: DIRECTION,
      continue_on_error: true,
      steps: [(name: "p", mapping: "p", methods: (only_in_source: [(method: Insert)]))],
    ),
  ],
  start_ups: [(name: "go", workflow: "all")],
)"#;

const PEOPLE: &str = "INSERT INTO p VALUES ('a', 'A'), ('b', 'B'), ('c', 'C')";

/// Runs from the system with people into the empty one; gives the report and who is in there then.
fn people(
    to_target: bool,
    language: &str,
    read: &str,
    write: &str,
    before: &str,
) -> (RunReport, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let open = |file: &str| Connection::open(folder.path().join(file)).unwrap();
    for file in ["central.db", "target.db"] {
        open(file).execute_batch("CREATE TABLE p (id TEXT PRIMARY KEY, name TEXT)").unwrap();
    }
    let (direction, from, to) = if to_target {
        ("ToTarget", "central.db", "target.db")
    } else {
        ("ToCentral", "target.db", "central.db")
    };
    open(from).execute_batch(PEOPLE).unwrap();
    let text = PROJECT
        .replace("LANGUAGE", language)
        .replace("DIRECTION", direction)
        .replace("READ", read)
        .replace("WRITE", write)
        .replace("BEFORE", before);
    let project = from_text("test", &text).unwrap();
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
    for language in ["Rhai", "JavaScript"] {
        let rhai = language == "Rhai";
        let panics = if rhai {
            "if $id$ == 'b' { panic_in_the_engine(); } "
        } else {
            "if ($id$ === 'b') { panic_in_the_engine(); } "
        };
        // In Rhai one letter in single quotes is a character.
        let panics = if rhai { panics.replace("'b'", "\\\"b\\\"") } else { panics.to_owned() };
        let read = if rhai { "$name$" } else { "return $name$;" };
        let (write, nothing) = ("$name$ = value;", if rhai { "()" } else { ";" });

        let (report, names) = people(true, language, &format!("{panics}{read}"), write, nothing);
        told(&report, "SW-R112");
        assert_eq!(names, ["aA", "cC"], "{language}");

        let (report, names) = people(false, language, read, &format!("{panics}{write}"), nothing);
        told(&report, "SW-R112");
        assert_eq!(names, ["aA", "cC"], "{language}");

        let (report, names) = people(false, language, read, write, &panics);
        told(&report, "SW-R125");
        assert_eq!(names, ["aA", "cC"], "{language}");
    }
}
