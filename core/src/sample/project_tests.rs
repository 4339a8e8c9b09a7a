//! The sample project fits the sample databases, as far as can be told without the engine.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{IMPORT, PROVISION, SampleParameters, create_human_resources, create_identity_store, expected};
use crate::project::{Project, Provider, SampleDatabase, Side, WhenMissing, load, to_text};

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../projects/hr-to-identity/hr-to-identity.ron")
}

fn project() -> Project {
    load(&file()).unwrap()
}

#[test]
fn the_file_is_written_as_the_program_writes_it() {
    assert_eq!(to_text(&project()).unwrap(), std::fs::read_to_string(file()).unwrap());
}

#[test]
fn the_databases_are_generated_when_they_are_missing() {
    for (side, sample) in
        [(Side::Left, SampleDatabase::IdentityStore), (Side::Right, SampleDatabase::HumanResources)]
    {
        let project = project();
        let Provider::Sqlite { when_missing, .. } = &project.system(side).connection.provider else {
            panic!("not SQLite");
        };
        assert_eq!(*when_missing, WhenMissing::CreateSample(sample));
    }
}

#[test]
fn the_schema_is_that_of_the_databases() {
    let folder = tempfile::tempdir().unwrap();
    let [central, hr] = ["identity.db", "hr.db"].map(|name| folder.path().join(name));
    create_identity_store(&central, &SampleParameters::default()).unwrap();
    create_human_resources(&hr, &SampleParameters::default()).unwrap();
    let project = project();
    for (side, path) in [(Side::Left, central), (Side::Right, hr)] {
        let connection = Connection::open(path).unwrap();
        let mut tables = connection
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sw\\_%' ESCAPE '\\'
                 ORDER BY rowid",
            )
            .unwrap();
        let tables: Vec<String> =
            tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let schema = &project.system(side).schema;
        let mut listed: Vec<&str> =
            schema.types.iter().map(|schema_type| schema_type.name.as_str()).collect();
        listed.sort_unstable();
        let mut sorted = tables.clone();
        sorted.sort();
        assert_eq!(listed, sorted);
        for table in tables {
            let mut columns = connection
                .prepare("SELECT name, type, \"notnull\" FROM pragma_table_info(?1) ORDER BY cid")
                .unwrap();
            let columns: Vec<(String, String, bool)> = columns
                .query_map([&table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let listed: Vec<_> = schema
                .schema_type(&table)
                .unwrap()
                .properties
                .iter()
                .map(|property| (property.name.clone(), property.native_type.clone(), property.mandatory))
                .collect();
            assert_eq!(listed, columns, "{table}");
        }
        // The filters of the classes name the target system by its key.
        for class in schema.classes.iter().filter(|class| side == Side::Left && class.filter.is_some()) {
            let sql = format!(
                "SELECT count(*) FROM \"TargetSystem\" WHERE \"Identifier\" = 'HR' AND {}",
                class.filter.as_deref().unwrap()
            );
            let found: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(found, 1, "{}", class.name);
        }
    }
}

#[test]
fn every_name_leads_somewhere() {
    let project = project();
    for mapping in &project.mappings {
        let left = project.central.schema.class(&mapping.left).unwrap();
        let right = project.target.schema.class(&mapping.right).unwrap();
        for rule in &mapping.rules {
            assert!(left.property(&rule.left).is_some(), "{}: {}", mapping.name, rule.left);
            assert!(right.property(&rule.right).is_some(), "{}: {}", mapping.name, rule.right);
        }
        for pair in mapping.matching.iter().flat_map(|rule| rule.on.pairs()) {
            assert!(left.property(pair.left).is_some(), "{}: {}", mapping.name, pair.left);
            assert!(right.property(pair.right).is_some(), "{}: {}", mapping.name, pair.right);
        }
    }
    for step in project.workflows.iter().flat_map(|workflow| &workflow.steps) {
        assert!(project.mapping(&step.mapping).is_some(), "{}", step.name);
    }
}

#[test]
fn expected_steps_are_those_of_the_workflows() {
    let project = project();
    let names: Vec<&str> = project.start_ups.iter().map(|start_up| start_up.name.as_str()).collect();
    assert_eq!(names, [IMPORT, PROVISION]);
    for start_up in &project.start_ups {
        let workflow = project.workflow(&start_up.workflow).unwrap();
        let steps: Vec<&str> = workflow.steps.iter().map(|step| step.name.as_str()).collect();
        let expected: Vec<&str> =
            expected(&SampleParameters::default(), &start_up.name).iter().map(|step| step.step).collect();
        assert_eq!(steps, expected, "{}", start_up.name);
    }
}
