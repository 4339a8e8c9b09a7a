//! `syncwright lookup`: value lists of rules filled from their sources (R21).

use rusqlite::Connection;
use serde_json::{Value as Json, json};
use syncwright_core::project::{self, LookupEntry, Project};
use syncwright_tests::{Outcome, ProjectFolder};

use crate::program;

const PROJECT: &str = r#"(
    format: 1,
    name: "lookup",
    active: true,
    central: (
        connection: (system_identifier: "L", provider: Sqlite(file: "left.db")),
        schema: (types: [(name: "person", properties: [
            (name: "id", value_type: Integer, mandatory: true), (name: "country", value_type: String),
        ], key: ["id"])]),
    ),
    target: (
        connection: (system_identifier: "R", provider: Sqlite(file: "right.db")),
        schema: (types: [
            (name: "employee", properties: [
                (name: "id", value_type: Integer, mandatory: true), (name: "land", value_type: String),
            ], key: ["id"]),
            (name: "land", properties: [
                (name: "iso", value_type: String), (name: "name", value_type: String), (name: "active", value_type: Integer),
                (name: "pin", value_type: String, sensitive: true), (name: "n", value_type: Integer, mandatory: true),
            ], key: ["n"]),
        ], classes: [(name: "lands", schema_type: "land", filter: "iso <> 'XX'", virtual_properties: [
            (name: "vrtName", value_type: String, kind: Expression("upper(name)")),
        ])]),
    ),
    mappings: [(
        name: "people", left: "person", right: "employee", direction: ToTarget,
        matching: [(name: "id", on: Pair("id", "id"))],
        rules: [
            (name: "id", left: "id", right: "id"),
            (name: "country", left: "country", right: "land", flags: (
                lookup: [(code: "OLD", decode: "GONE"), (code: "CH", decode: "SWISS")],
                lookup_source: (side: Right, class: "lands", code: "iso", decode: "vrtName", condition: "active = 1"),
            )),
        ],
    )],
    workflows: [(name: "all", direction: ToTarget, steps: [(name: "people", mapping: "people",
        methods: (both_differ: [(method: Update)], only_in_source: [(method: Insert)]))])],
    start_ups: [(name: "go", workflow: "all")],
)"#;

fn folder(change: impl Fn(&str) -> String) -> ProjectFolder {
    let folder = ProjectFolder::with(change(PROJECT));
    execute(
        &folder,
        "left.db",
        "CREATE TABLE person (id INTEGER PRIMARY KEY, country TEXT); INSERT INTO person VALUES (1, 'AUSTRIA');",
    );
    execute(
        &folder,
        "right.db",
        "CREATE TABLE employee (id INTEGER PRIMARY KEY, land TEXT);
         CREATE TABLE land (iso TEXT, name TEXT, active INTEGER, pin TEXT, n INTEGER PRIMARY KEY);
         INSERT INTO land VALUES ('AT', 'Austria', 1, '1', 1), ('CH', 'Switzerland', 1, '2', 2), ('DD', 'GDR', 0, '3', 3),
             ('XX', 'Nowhere', 1, '4', 4), (NULL, 'Sealand', 1, '5', 5), ('', 'Petoria', 1, '6', 6);",
    );
    folder
}

fn execute(folder: &ProjectFolder, file: &str, sql: &str) {
    Connection::open(folder.path().join(file)).unwrap().execute_batch(sql).unwrap();
}

fn lookup(folder: &ProjectFolder, arguments: &[&str]) -> Outcome {
    program().run(["lookup", folder.argument()].iter().chain(arguments))
}

fn loaded(folder: &ProjectFolder) -> Project {
    project::load(std::path::Path::new(folder.argument())).unwrap()
}

fn list(folder: &ProjectFolder) -> Vec<String> {
    let project = loaded(folder);
    let shown = |entry: &LookupEntry| format!("{}={}", entry.code, entry.decode);
    project.mappings[0].rules[1].flags.lookup.iter().map(shown).collect()
}

#[test]
fn shown_and_updated() {
    let folder = folder(str::to_owned);
    let before = std::fs::read_to_string(folder.argument()).unwrap();
    let shown = lookup(&folder, &["show"]).expect(0).out;
    for line in [
        "people, country: 2 entries",
        "+ AT = AUSTRIA",
        "- OLD = GONE",
        "~ CH = SWITZERLAND, was SWISS",
        "left out, without code or decode: 1",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert_eq!(std::fs::read_to_string(folder.argument()).unwrap(), before, "showing saves nothing");
    let json = lookup(&folder, &["update", "--format", "json"]).expect(0).json();
    assert_eq!(json["saved"], json!(true));
    let update: &Json = &json["lookups"][0];
    assert_eq!(update["added"], json!([{ "code": "AT", "decode": "AUSTRIA" }]));
    assert_eq!(update["removed"], json!([{ "code": "OLD", "decode": "GONE" }]));
    assert_eq!(update["changed"], json!([{ "code": "CH", "old": "SWISS", "new": "SWITZERLAND" }]));
    assert_eq!((&update["entries"], &update["left_out"]), (&json!(2), &json!(1)));
    assert_eq!(list(&folder), ["AT=AUSTRIA", "CH=SWITZERLAND"]);
    // The source stays where it is, and there is nothing more to do.
    let again = lookup(&folder, &["update", "--mapping", "people", "--rule", "country"]).expect(0).out;
    assert!(again.contains("nothing changes") && !again.contains("Saved"), "{again}");
    // The list is that of the next run.
    let _ = program().run(["run", folder.argument()]).expect(0);
    let right = Connection::open(folder.path().join("right.db")).unwrap();
    assert_eq!(
        right.query_row("SELECT land FROM employee", [], |row| row.get::<_, String>(0)).unwrap(),
        "AT"
    );
}

#[test]
fn what_cannot_be_a_list_changes_nothing() {
    let duplicate = "UPDATE land SET iso = 'AT' WHERE iso = 'CH'";
    let cases = [
        (duplicate, &["update"][..], 2, "SW-R402", "\"AT\""),
        ("UPDATE land SET active = 0", &["update"], 2, "SW-R403", "no entry"),
        ("DROP TABLE land", &["update"], 4, "SW-D", "land"),
        ("SELECT 1", &["update", "--rule", "nobody"], 2, "SW-R401", "nobody"),
        // Two codes for one decode: whoever writes codes could not tell which is meant.
        ("UPDATE land SET name = 'Austria'", &["update"], 2, "SW-C158", "AUSTRIA"),
    ];
    for (sql, arguments, code, expected, named) in cases {
        let folder = folder(str::to_owned);
        if sql != "SELECT 1" {
            execute(&folder, "right.db", sql);
        }
        let before = std::fs::read_to_string(folder.argument()).unwrap();
        let outcome = lookup(&folder, arguments).expect(code);
        let said = format!("{}{}", outcome.out, outcome.err);
        assert!(said.contains(expected) && said.contains(named), "{sql}: {said}");
        assert_eq!(std::fs::read_to_string(folder.argument()).unwrap(), before, "{sql}");
    }
}

#[test]
fn unusable_sources_are_found_by_the_check() {
    let cases = [
        ("class: \"lands\", code", "class: \"nowhere\", code", "SW-C207", "nowhere"),
        ("code: \"iso\"", "code: \"nothing\"", "SW-C207", "nothing"),
        ("code: \"iso\"", "code: \"pin\"", "SW-C207", "sensitive"),
        ("active = 1", "active =", "SW-C207", "condition"),
        (
            "lookup: [(code: \"OLD\", decode: \"GONE\"), (code: \"CH\", decode: \"SWISS\")],",
            "",
            "SW-C208",
            "no entry yet",
        ),
    ];
    for (from, to, code, named) in cases {
        let folder = folder(|text| text.replace(from, to));
        let out = program().run(["check", folder.argument(), "--format", "json"]).json();
        let findings = out["findings"].as_array().unwrap();
        let found = findings
            .iter()
            .find(|finding| finding["code"] == code)
            .unwrap_or_else(|| panic!("{to}: {out:#}"));
        assert!(named == "condition" || found["text"].as_str().unwrap().contains(named), "{found}");
        if code == "SW-C207" {
            let said = lookup(&folder, &["show"]).expect(2);
            assert!(!said.err.contains("'1'"), "{}", said.err);
        }
    }
    let good = folder(str::to_owned);
    assert_eq!(program().run(["check", good.argument(), "--format", "json"]).json()["findings"], json!([]));
}
