//! `syncwright provision`: single objects, and what imports have changed, from the command line (O6, D5).

use rusqlite::Connection;
use serde_json::json;
use syncwright_tests::{Outcome, ProjectFolder};

use crate::program;

const PROJECT: &str = r#"(
    format: 1,
    name: "provision",
    active: true,
    central: (
        connection: (system_identifier: "L", provider: Sqlite(file: "left.db")),
        schema: (types: [(name: "person", properties: [
            (name: "id", value_type: Integer, mandatory: true), (name: "name", value_type: String),
        ], key: ["id"])]),
    ),
    target: (
        connection: (system_identifier: "R", provider: Sqlite(file: "right.db")),
        schema: (types: [(name: "employee", properties: [
            (name: "id", value_type: Integer, mandatory: true), (name: "name", value_type: String),
        ], key: ["id"])]),
    ),
    mappings: [(
        name: "people", left: "person", right: "employee",
        matching: [(name: "id", on: Pair("id", "id"))],
        rules: [(name: "id", left: "id", right: "id"), (name: "name", left: "name", right: "name")],
    )],
    workflows: [
        (name: "out", direction: ToTarget, steps: [(name: "people", mapping: "people",
            methods: (both_differ: [(method: Update)], only_in_source: [(method: Insert)], only_in_destination: [(method: Delete)]))]),
        (name: "in", direction: ToCentral, steps: [(name: "people", mapping: "people", data_import: true,
            methods: (both_differ: [(method: Update)], only_in_source: [(method: Insert)]))]),
    ],
    start_ups: [(name: "out", workflow: "out"), (name: "in", workflow: "in")],
)"#;

fn folder() -> ProjectFolder {
    let folder = ProjectFolder::with(PROJECT);
    execute(
        &folder,
        "left.db",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO person VALUES (1, 'a'), (2, 'b');",
    );
    execute(
        &folder,
        "right.db",
        "CREATE TABLE employee (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO employee VALUES (2, 'old'), (3, 'c');",
    );
    folder
}

fn execute(folder: &ProjectFolder, file: &str, sql: &str) {
    Connection::open(folder.path().join(file)).unwrap().execute_batch(sql).unwrap();
}

fn employees(folder: &ProjectFolder) -> String {
    let right = Connection::open(folder.path().join("right.db")).unwrap();
    right
        .query_row(
            "SELECT group_concat(id || name, ' ') FROM (SELECT * FROM employee ORDER BY id)",
            [],
            |row| row.get(0),
        )
        .unwrap()
}

fn provision(folder: &ProjectFolder, arguments: &[&str]) -> Outcome {
    program().run(["provision", folder.argument()].iter().chain(arguments))
}

#[test]
fn named_objects() {
    let folder = folder();
    let shown =
        provision(&folder, &["--mapping", "people", "--key", "1", "--simulate", "--changes"]).expect(0).out;
    assert!(shown.contains("insert 1"), "{shown}");
    assert_eq!(employees(&folder), "2old 3c");
    let json =
        provision(&folder, &["--mapping", "people", "--key", "1", "--format", "json"]).expect(0).json();
    assert_eq!((&json["run"]["status"], &json["steps"][0]["writes"]["insert"]), (&json!("done"), &json!(1)));
    assert_eq!(employees(&folder), "1a 2old 3c");
    let missing =
        provision(&folder, &["--mapping", "people", "--key", "9", "--format", "json"]).expect(1).json();
    assert_eq!(missing["steps"][0]["writes"]["failed"], json!(1));
    let bad = provision(&folder, &["--mapping", "people", "--key", "x"]).expect(2).err;
    assert!(bad.contains("SW-R503"), "{bad}");
    for arguments in [&["--mapping", "people"][..], &[], &["--pending", "--key", "1", "--mapping", "people"]]
    {
        let _ = provision(&folder, arguments).expect(2);
    }
}

/// The project imports and writes back: a run provisions at once; --pending finds nothing left.
#[test]
fn what_is_imported() {
    let folder = folder();
    execute(&folder, "left.db", "DELETE FROM person WHERE id = 1");
    let json =
        program().run(["run", folder.argument(), "--start-up", "in", "--format", "json"]).expect(0).json();
    assert_eq!(json["provisioned"][0]["run"]["start_up"], json!("out"), "{json:#}");
    assert_eq!(json["provisioned"][0]["run"]["status"], json!("done"));
    let json = provision(&folder, &["--pending", "--format", "json"]).expect(0).json();
    assert_eq!(json["schema_types"], json!(["person"]));
    assert_eq!((&json["runs"], &json["done"], &json["waiting"]), (&json!([]), &json!(0), &json!([])));
    let text = provision(&folder, &["--pending"]).expect(0).out;
    assert!(text.contains("Provisioned: 0, waiting: 0"), "{text}");
}
