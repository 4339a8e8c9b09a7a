//! Faults: what the log of a killed run says is what the databases held when it was killed.

use std::fs;

use rusqlite::Connection;
use serde_json::Value as Json;
use syncwright_core::{
    project::{self, Direction, Project, SchemaType},
    sample::{IMPORT, PROVISION},
};

use crate::{faults::Sample, program};

/// The databases as the killed run left them.
struct Left {
    folder: tempfile::TempDir,
}

impl Left {
    fn of(sample: &Sample) -> Self {
        let left = Self { folder: tempfile::tempdir().unwrap() };
        for file in fs::read_dir(sample.path()).unwrap().map(|file| file.unwrap().path()) {
            if file.is_file() {
                fs::copy(&file, left.folder.path().join(file.file_name().unwrap())).unwrap();
            }
        }
        left
    }

    fn database(&self, direction: Direction) -> Connection {
        let file = match direction {
            Direction::ToCentral => "identity.db",
            Direction::ToTarget => "hr.db",
        };
        Connection::open(self.folder.path().join(file)).unwrap()
    }
}

/// What became of the changes of a step, as found by looking.
#[derive(Debug, Default)]
struct Looked {
    done: u64,
    not_written: u64,
}

/// Text of a value in a report, as SQLite gives it; `None` where the two write values differently.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) if number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// The value of a column of the object with this key; none if it is not there.
fn look(
    database: &Connection,
    schema_type: &SchemaType,
    key: &[(String, String)],
    column: &str,
) -> Option<Option<String>> {
    let conditions: Vec<String> =
        key.iter().map(|(name, _)| format!("CAST(\"{name}\" AS TEXT) = ?")).collect();
    let sql = format!(
        "SELECT CAST(\"{column}\" AS TEXT) FROM \"{}\" WHERE {}",
        schema_type.table_name(),
        conditions.join(" AND ")
    );
    let values = key.iter().map(|(_, value)| value);
    database.query_row(&sql, rusqlite::params_from_iter(values), |row| row.get(0)).ok()
}

/// Whether the database says that a change was written; none if it cannot be told this simply.
fn is_written(database: &Connection, schema_type: &SchemaType, side: &str, change: &Json) -> Option<bool> {
    let properties = change["properties"].as_array().unwrap();
    let written =
        |name: &str| properties.iter().find(|one| one["property"] == name).map(|one| text(&one["new"]));
    let own = |name: &str| text(&change[format!("{side}_key")][name]);
    let key = |value: &dyn Fn(&str) -> Option<String>| -> Option<Vec<(String, String)>> {
        schema_type.key.iter().map(|name| Some((name.clone(), value(name)?))).collect()
    };
    let first = schema_type.key.first()?;
    match change["method"].as_str().unwrap() {
        "insert" => {
            let key = key(&|name| written(name).flatten())?;
            Some(look(database, schema_type, &key, first).is_some())
        }
        "delete" => Some(look(database, schema_type, &key(&own)?, first).is_none()),
        "update" => {
            let key = key(&own)?;
            properties.iter().find_map(|one| {
                let name = one["property"].as_str()?;
                schema_type.property(name)?;
                let (old, new) = (text(&one["old"])?, text(&one["new"])?);
                match look(database, schema_type, &key, name)?? {
                    found if found == new => Some(true),
                    found if found == old => Some(false),
                    _ => None,
                }
            })
        }
        _ => None,
    }
}

fn destination<'a>(project: &'a Project, step: &Json) -> (Direction, &'static str, &'a SchemaType) {
    let mapping = project.mapping(step["mapping"].as_str().unwrap()).unwrap();
    let (direction, side, class) = match step["direction"].as_str().unwrap() {
        "to_target" => (Direction::ToTarget, "right", &mapping.right),
        _ => (Direction::ToCentral, "left", &mapping.left),
    };
    (direction, side, project.system(direction.destination()).schema.class(class).unwrap().schema_type)
}

/// Kills a run, lets the next one find out, and compares with what was there in between.
fn log_is_true(start_up: &str, bulk_level: u32, batches: usize) -> Looked {
    let sample = Sample::with_bulk_level(bulk_level);
    sample.start(start_up, batches).kill();
    let left = Left::of(&sample);
    let _ = sample.run(start_up).expect(0);
    let runs = sample.runs();
    assert_eq!(runs[1]["status"], "interrupted");
    let (file, id) = (sample.project_file(), runs[1]["id"].as_str().unwrap().to_owned());
    let log =
        program().run(["log", file.to_str().unwrap(), "--run", &id, "--format", "json"]).expect(0).json();

    let project = project::load(&file).unwrap();
    let mut looked = Looked::default();
    for step in log["steps"].as_array().unwrap() {
        let (direction, side, schema_type) = destination(&project, step);
        let database = left.database(direction);
        let changes = step["changes"].as_array().unwrap();
        for change in changes {
            let status = change["status"].as_str().unwrap();
            // References may wait for the end of the step.
            let is_reference = |one: &Json| schema_type.property(one["property"].as_str().unwrap()).is_none();
            let refers = change["properties"].as_array().unwrap().iter().any(is_reference);
            let known = ["done", "not_written"].contains(&status);
            assert!(known || (refers && status == "partly_written"), "{change:#}");
            let Some(written) = is_written(&database, schema_type, side, change) else { continue };
            assert_eq!(status != "not_written", written, "{change:#}");
            if written { looked.done += 1 } else { looked.not_written += 1 }
        }
        let count = |status: &str| changes.iter().filter(|change| change["status"] == status).count() as u64;
        let writes = step["writes"].as_object().unwrap();
        let written: u64 =
            writes.iter().filter(|one| one.0 != "failed").map(|one| one.1.as_u64().unwrap()).sum();
        assert_eq!(written, count("done") + count("partly_written"), "{}", step["step"]);
    }
    assert!(looked.done > 0, "{start_up}, {batches}: {looked:?}");
    looked
}

/// Some kills fall between two steps, where nothing is left unwritten; not all of them. When a kill comes depends
/// on the machine, so they are repeated until one has fallen within a step.
fn logs_are_true(start_up: &str, kills: [(u32, usize); 3]) {
    const ROUNDS: usize = 5;
    let is_within_a_step = |_: usize| {
        let looked = kills.map(|(bulk_level, batches)| log_is_true(start_up, bulk_level, batches));
        println!("{start_up}: {looked:?}");
        looked.iter().any(|looked| looked.not_written > 0)
    };
    assert!((0..ROUNDS).any(is_within_a_step), "{start_up}: no kill left anything unwritten");
}

#[test]
fn log_of_a_killed_import() {
    logs_are_true(IMPORT, [(1, 70), (7, 9), (50, 9)]);
}

#[test]
fn log_of_a_killed_provisioning() {
    logs_are_true(PROVISION, [(1, 150), (7, 11), (20, 6)]);
}
