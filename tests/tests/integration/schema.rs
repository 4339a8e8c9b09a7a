//! `syncwright schema`: show, update, compress, as a person or a pipeline uses them.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};
use syncwright::cli::{Console, main_with};
use syncwright_core::project::{self, Project};
use syncwright_tests::{Outcome, ProjectFolder, SMALL_PROJECT};

use crate::program;

const EMPLOYEES: &str = "CREATE TABLE employees (id INTEGER PRIMARY KEY, given_name TEXT, family_name TEXT);";

/// The small project with its target database.
fn folder(sql: &str) -> ProjectFolder {
    let folder = ProjectFolder::with(SMALL_PROJECT);
    execute(&folder, sql);
    folder
}

fn execute(folder: &ProjectFolder, sql: &str) {
    rusqlite::Connection::open(folder.path().join("hr.db")).unwrap().execute_batch(sql).unwrap();
}

fn schema(folder: &ProjectFolder, arguments: &[&str]) -> Outcome {
    program().run(["schema", folder.argument()].iter().chain(arguments))
}

fn as_json(folder: &ProjectFolder, arguments: &[&str]) -> Json {
    schema(folder, &[arguments, &["--format", "json"]].concat()).expect(0).json()
}

fn load(folder: &ProjectFolder) -> Project {
    project::load(folder.file()).unwrap()
}

fn set_active(folder: &ProjectFolder) {
    let mut project = load(folder);
    project.active = true;
    project::save(&project, folder.file()).unwrap();
}

fn texts(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(|one| one["text"].as_str()).collect()
}

#[test]
fn show_prints_the_file_and_opens_nothing() {
    let folder = ProjectFolder::with(SMALL_PROJECT);
    let text = schema(&folder, &["show"]).expect(0).out;
    for part in ["Central system “identities”", "as the project file has it", "persons", "uid", "employees"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let one = schema(&folder, &["show", "--type", "persons"]).expect(0).out;
    for part in ["personnel_number", "string", "GUID", "mandatory"] {
        assert!(one.contains(part), "{part}: {one}");
    }
    let json = as_json(&folder, &["show", "--system", "target"]);
    assert_eq!(json["systems"].as_array().unwrap().len(), 1);
    let system = &json["systems"][0];
    assert_eq!((&system["system"], &system["detected"]), (&json!("target"), &json!(false)));
    assert_eq!(system["types"][0]["key"], json!(["id"]));
    assert_eq!(system["types"][0]["properties"][1]["name"], "given_name");
    assert!(system.get("keys").is_none());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no database was made");
    let unknown = schema(&folder, &["show", "--type", "employes"]).expect(2);
    assert!(unknown.err.starts_with("error[SW-S001]"), "{unknown:?}");
    assert!(unknown.err.contains("did you mean \"employees\"?"), "{unknown:?}");
}

#[test]
fn show_proposes_keys_and_relations_from_the_data() {
    let folder = folder(
        "CREATE TABLE employees (id INTEGER PRIMARY KEY, given_name TEXT, family_name TEXT);
         CREATE TABLE badges (badge_code TEXT, employee_id INTEGER, shape geometry);
         INSERT INTO employees VALUES (1, 'Ann', 'Ash'), (2, 'Bob', 'Birch');
         INSERT INTO badges VALUES ('a', 1, NULL), ('b', 1, NULL), ('b', 9, NULL), (NULL, 2, NULL);",
    );
    let arguments = ["show", "--system", "target", "--detect", "--keys", "--relations"];
    let text = schema(&folder, &arguments).expect(0).out;
    for part in [
        "as the database has it now",
        "1 type without key",
        "badges.shape: the declared type \"geometry\" is not known",
        "badge_code: no key: 2 share 1 values, 1 row with NULL",
        "\"b\" in 2 rows",
        "badge_code = NULL",
        "badges.employee_id → employees.id: 1 of 4 references lead nowhere",
        "\"9\" in 1 row",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    let json = as_json(&folder, &arguments);
    let system = &json["systems"][0];
    assert_eq!(system["without_key"], json!(["badges"]));
    assert_eq!(system["unusable"][0]["property"], "shape");
    let key =
        system["keys"].as_array().unwrap().iter().find(|one| one["properties"] == json!(["badge_code"]));
    let key = key.unwrap();
    assert_eq!((&key["is_key"], &key["rows"], &key["null_rows"]), (&json!(false), &json!(4), &json!(1)));
    assert_eq!(key["duplicates"], json!([{ "key": { "badge_code": "b" }, "rows": 2 }]));
    let relation = &system["relations"][0];
    assert_eq!((&relation["dangling"], &relation["integrity_ensured"]), (&json!(1), &json!(false)));
    assert_eq!(relation["examples"], json!([{ "values": ["9"], "rows": 1 }]));
    assert_eq!(load(&folder), project::from_text("small", SMALL_PROJECT).unwrap(), "show changes nothing");
}

#[test]
fn update_shows_what_breaks_and_saves_only_when_accepted() {
    let folder = folder(EMPLOYEES);
    schema(&folder, &["update", "--system", "target", "--accept"]).expect(0);
    let settled = fs::read(folder.file()).unwrap();
    let again = schema(&folder, &["update", "--system", "target", "--accept"]).expect(0);
    assert!(again.out.contains("Nothing changed"), "{}", again.out);
    execute(
        &folder,
        "ALTER TABLE employees DROP COLUMN given_name; CREATE TABLE sites (id INTEGER PRIMARY KEY);",
    );
    let looked = schema(&folder, &["update", "--system", "target"]).expect(0);
    for part in [
        "- given_name",
        "breaks mapping Person, rule First name",
        "breaks workflow Import, step Persons",
        "+ sites (1 column)",
        "error[SW-M002]",
        "Nothing is saved; with --accept the check finds 1 error",
    ] {
        assert!(looked.out.contains(part), "{part}:\n{}", looked.out);
    }
    assert_eq!(fs::read(folder.file()).unwrap(), settled, "nobody accepted");
    let json = as_json(&folder, &["update", "--system", "target", "-y"]);
    assert_eq!((&json["saved"], &json["errors"]), (&json!(true), &json!(1)));
    let update = &json["updates"][0];
    assert_eq!(update["changed"][0]["removed"][0]["name"], "given_name");
    assert_eq!(update["added"], json!([{ "name": "sites", "properties": 1, "has_key": true }]));
    assert_eq!(
        texts(&update["breaks"]),
        ["mapping Person, rule First name", "mapping Person", "workflow Import, step Persons"]
    );
    assert_eq!(json["findings"][0]["code"], "SW-M002");
    let target = load(&folder).target.schema;
    assert!(target.schema_type("sites").is_some() && target.types[0].property("given_name").is_none());
    assert_eq!(fs::read(folder.path().join("project.ron.bak")).unwrap(), settled);
}

#[test]
fn accepting_deactivates_unless_the_check_agrees() {
    let folder = folder(EMPLOYEES);
    let accept = ["update", "--system", "target", "--accept"];
    schema(&folder, &accept).expect(0);
    set_active(&folder);
    schema(&folder, &accept).expect(0);
    assert!(load(&folder).active, "nothing changed");
    execute(&folder, "ALTER TABLE employees ADD COLUMN note TEXT");
    let told = schema(&folder, &accept).expect(0);
    assert!(told.out.contains("The project is no longer active"), "{}", told.out);
    assert!(!load(&folder).active);
    set_active(&folder);
    execute(&folder, "ALTER TABLE employees ADD COLUMN hat TEXT");
    schema(&folder, &[&accept[..], &["--activate"]].concat()).expect(0);
    assert!(load(&folder).active, "the check finds no errors");
    execute(&folder, "ALTER TABLE employees DROP COLUMN family_name");
    let broken = schema(&folder, &[&accept[..], &["--activate", "--format=json"]].concat()).expect(2);
    assert_eq!(broken.json()["active"], false);
    assert!(!load(&folder).active);
}

#[test]
fn compress_drops_what_update_brings_back() {
    let folder = folder(&format!("{EMPLOYEES} CREATE TABLE canteen (id INTEGER PRIMARY KEY, soup TEXT);"));
    execute(&folder, "ALTER TABLE employees ADD COLUMN note TEXT");
    let update = ["update", "--system", "target", "--accept"];
    schema(&folder, &update).expect(0);
    set_active(&folder);
    let whole = load(&folder);
    let dry = schema(&folder, &["compress", "--dry-run"]).expect(0);
    assert!(dry.out.contains("not used, dropped: canteen"), "{}", dry.out);
    assert!(dry.out.contains("employees: 1 column dropped: note"), "{}", dry.out);
    assert_eq!(load(&folder), whole);
    let json = as_json(&folder, &["compress"]);
    assert_eq!(json["saved"], true);
    assert_eq!(json["systems"][1]["dropped_types"], json!(["canteen"]));
    assert_eq!(
        json["systems"][1]["dropped_properties"],
        json!([{ "schema_type": "employees", "properties": ["note"] }])
    );
    let small = load(&folder);
    assert!(small.active, "it runs as before");
    assert!(small.target.schema.schema_type("canteen").is_none());
    let again = schema(&folder, &["compress"]).expect(0);
    assert!(again.out.contains("Everything is used"), "{}", again.out);
    let nothing = schema(&folder, &[&update[..], &["--compress"]].concat()).expect(0);
    assert!(nothing.out.contains("Nothing changed"), "{}", nothing.out);
    schema(&folder, &[&update[..], &["--activate"]].concat()).expect(0);
    assert_eq!(load(&folder), whole);
}

#[test]
fn trouble_has_its_exit_code() {
    let nothing_there = ProjectFolder::with(SMALL_PROJECT);
    let missing = schema(&nothing_there, &["update", "--system", "target", "--accept"]).expect(4);
    assert!(missing.err.starts_with("error[SW-D001]"), "{missing:?}");
    let json = schema(&nothing_there, &["show", "--detect", "--system=target", "--format=json"]).expect(4);
    assert_eq!(json.json()["error"]["code"], "SW-D001");
    let folder = folder(EMPLOYEES);
    let owner = schema(&folder, &["update", "--system", "target", "--owner", "HR"]).expect(2);
    assert!(owner.err.starts_with("error[SW-S010]"), "{owner:?}");
    // Of which system?
    assert!(schema(&folder, &["update", "--owner", "HR"]).expect(2).err.contains("--system"));
    assert!(schema(&folder, &[]).expect(2).err.contains("show"));
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), SMALL_PROJECT);
    let mut permissions = fs::metadata(folder.file()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.file(), permissions).unwrap();
    let read_only = schema(&folder, &["update", "--system", "target", "--accept"]).expect(4);
    assert!(read_only.err.starts_with("error[SW-P006]"), "{read_only:?}");
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), SMALL_PROJECT);
}

#[test]
fn cancelled_commands_save_nothing() {
    let folder = folder(EMPLOYEES);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    for action in [&["update", "--accept"][..], &["show", "--detect"]] {
        let mut console = Console::new(&mut out, &mut err);
        console.cancel.cancel();
        let arguments = ["syncwright", "schema", folder.argument()].into_iter().chain(action.iter().copied());
        let arguments = arguments.chain(["--system", "target"]).map(Into::into);
        assert_eq!(main_with(arguments, &mut console), 130);
    }
    assert!(String::from_utf8(err).unwrap().contains("SW-D012"));
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), SMALL_PROJECT);
}

#[test]
fn the_sample_is_up_to_date_and_its_store_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    program().run(["demo", "--no-gui", "--dir", folder.path().to_str().unwrap()]).expect(0);
    let file = folder.path().join("hr-to-identity.ron");
    let run = |arguments: &[&str]| {
        program()
            .run([Path::new("schema"), &file].into_iter().chain(arguments.iter().map(Path::new)))
            .expect(0)
    };
    let update = run(&["update"]);
    assert!(update.out.contains("Nothing changed"), "{}", update.out);
    let shown = run(&["show", "--system", "central", "--format", "json"]).json();
    assert_eq!(shown["systems"][0]["known"][0]["name"], "identity-store");
}
