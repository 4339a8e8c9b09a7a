//! `syncwright pairs`: remembered pairs listed, made and broken from the command line.

use rusqlite::Connection;
use serde_json::{Value as Json, json};
use syncwright_tests::{Outcome, ProjectFolder};

use crate::program;

const PROJECT: &str = r#"(
    format: 1,
    name: "pairs",
    active: true,
    central: (
        connection: (system_identifier: "L", provider: Sqlite(file: "left.db")),
        schema: (types: [(name: "person", properties: [
            (name: "id", value_type: Integer, mandatory: true), (name: "number", value_type: String),
        ], key: ["id"])]),
    ),
    target: (
        connection: (system_identifier: "R", provider: Sqlite(file: "right.db")),
        schema: (types: [(name: "employee", properties: [
            (name: "company", value_type: String, mandatory: true), (name: "number", value_type: String, mandatory: true),
        ], key: ["company", "number"])]),
    ),
    mappings: [(
        name: "people", left: "person", right: "employee", remember_pairs: true,
        matching: [(name: "number", on: Pair("number", "number"))],
        rules: [(name: "number", left: "number", right: "number")],
    )],
    workflows: [(name: "all", direction: ToTarget, steps: [(name: "people", mapping: "people",
        methods: (both_differ: [(method: Update)]))])],
    start_ups: [(name: "go", workflow: "all")],
)"#;

fn project() -> ProjectFolder {
    let folder = ProjectFolder::with(PROJECT);
    let execute = |file: &str, sql: &str| {
        Connection::open(folder.path().join(file)).unwrap().execute_batch(sql).unwrap();
    };
    execute(
        "left.db",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, number TEXT);
         INSERT INTO person VALUES (1, 'a'), (2, 'b'), (3, 'c');",
    );
    execute(
        "right.db",
        "CREATE TABLE employee (company TEXT, number TEXT, PRIMARY KEY (company, number));
         INSERT INTO employee VALUES ('x', 'a'), ('x', 'b'), ('y', 'z');",
    );
    folder
}

fn pairs(folder: &ProjectFolder, arguments: &[&str]) -> Outcome {
    program().run(["pairs", folder.argument()].iter().chain(arguments))
}

fn listed(folder: &ProjectFolder) -> Vec<(Json, Json, Json)> {
    let json = pairs(folder, &["list", "--mapping", "people", "--format", "json"]).expect(0).json();
    let pair = |pair: &Json| (pair["left_key"].clone(), pair["right_key"].clone(), pair["how"].clone());
    json["pairs"].as_array().unwrap().iter().map(pair).collect()
}

#[test]
fn listed_made_and_broken() {
    let folder = project();
    assert_eq!(pairs(&folder, &["list"]).expect(0).out, "No remembered pairs\n");
    let _ = program().run(["run", folder.argument()]).expect(0);
    let employee = |company: &str, number: &str| json!({"company": company, "number": number});
    let first = (json!({"id": "1"}), employee("x", "a"), json!("matched"));
    let second = (json!({"id": "2"}), employee("x", "b"), json!("matched"));
    assert_eq!(listed(&folder), [first.clone(), second.clone()]);

    // By hand: the two have nothing in common but that a person says so.
    let key = r#"{"number": "z", "company": "y"}"#;
    let made = pairs(&folder, &["make", "--mapping", "people", "--left", " 3", "--right", key]).expect(0);
    assert_eq!(made.out, "Remembered: 3 ↔ {\"company\":\"y\",\"number\":\"z\"}\n");
    let third = (json!({"id": "3"}), employee("y", "z"), json!("by_hand"));
    assert_eq!(listed(&folder), [first, second.clone(), third]);
    let table = pairs(&folder, &["list"]).expect(0).out;
    assert!(table.contains("by hand") && table.lines().count() == 5, "{table}");

    // The run takes it for a rename.
    let report = program().run(["run", folder.argument(), "--format", "json"]).expect(0).json();
    assert_eq!(report["steps"][0]["writes"]["update"], 1, "{report:#}");
    let renamed = (json!({"id": "3"}), employee("y", "c"), json!("by_hand"));
    assert_eq!(listed(&folder)[2], renamed);

    let broken = pairs(&folder, &["break", "--mapping", "people", "--left", "1", "--format", "json"]);
    assert_eq!(broken.expect(0).json()["pairs"][0]["right_key"], employee("x", "a"));
    assert_eq!(listed(&folder), [second, renamed]);
}

#[test]
fn what_stands_against_a_pair() {
    let folder = project();
    let _ = program().run(["run", folder.argument()]).expect(0);
    let before = listed(&folder);
    let free = r#"{"company": "y", "number": "z"}"#;
    let taken = r#"{"company": "x", "number": "a"}"#;
    let make = |mapping: &str, left: &str, right: &str| {
        pairs(&folder, &["make", "--mapping", mapping, "--left", left, "--right", right])
    };
    for (outcome, code, part) in [
        (make("nobody", "3", free), "SW-R301", "the project has: people"),
        (make("people", "three", free), "SW-R303", "the key is id, a integer"),
        (make("people", "3", "z"), "SW-R303", r#"{"company": "…", "number": "…"}"#),
        (make("people", "3", r#"{"company": "y"}"#), "SW-R303", "written as JSON"),
        (make("people", "4", free), "SW-R304", "person of the central system has no object 4"),
        (
            make("people", "3", r#"{"company": "y", "number": "q"}"#),
            "SW-R304",
            "employee of the target system",
        ),
        (make("people", "3", taken), "SW-R305", "break that pair first"),
        (make("people", "1", free), "SW-R305", "1 is in another pair already"),
        (
            pairs(&folder, &["break", "--mapping", "people", "--left", "3"]),
            "SW-R306",
            "remembers no such pair",
        ),
        (
            pairs(&folder, &["break", "--mapping", "people", "--left", "2", "--right", taken]),
            "SW-R306",
            "remembers no such pair",
        ),
    ] {
        let outcome = outcome.expect(2);
        assert!(outcome.err.contains(code) && outcome.err.contains(part), "{code}: {outcome:?}");
    }
    let no_key = pairs(&folder, &["break", "--mapping", "people", "--format", "json"]).expect(2).json();
    assert_eq!(no_key["error"]["code"], "SW-A001", "{no_key:#}");
    assert_eq!(listed(&folder), before);
}
