//! The sample project with its databases behind ODBC drivers, in every combination: the same change list and
//! the same end as with both in embedded SQLite files.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use syncwright_core::{
    connect::{self, Flow, OpenMode, SearchRequest, secrets},
    progress::{CancelToken, Silent},
    project::{Connection, Project, SchemaProperty, SchemaType},
    sample::{IMPORT, PROVISION},
    value::{Value, ValueType, array_of, value_at},
};
use syncwright_tests::{
    sample::{Dump, assert_same},
    servers::{Database, System, or_skip},
};

use crate::{
    faults::writes,
    odbc::{Place, Sample},
};

const POSTGRESQL: Place = Place::Server(System::PostgreSql);
const MARIADB: Place = Place::Server(System::MariaDb);

/// What is the same whatever system the databases are in: all but times, identifiers and users of runs.
fn steps(report: &Json) -> &Vec<Json> {
    assert_eq!(report["failure"], Json::Null, "{report:#}");
    report["steps"].as_array().unwrap()
}

/// Fails with the first difference, not with both reports.
#[track_caller]
fn assert_same_steps(found: &Json, expected: &Json, what: &str) {
    let (found, expected) = (steps(found), steps(expected));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        for (field, expected) in expected.as_object().unwrap() {
            let found = &found[field];
            if let (Some(found), Some(expected)) = (found.as_array(), expected.as_array()) {
                for (found, expected) in found.iter().zip(expected) {
                    assert_eq!(found, expected, "{what}: {field}");
                }
                assert_eq!(found.len(), expected.len(), "{what}: number of {field}");
            } else {
                assert_eq!(found, expected, "{what}: {field}");
            }
        }
    }
}

/// Simulates, runs, and runs again in both directions; gives the reports of the simulations.
#[track_caller]
fn all_runs(sample: &Sample) -> Vec<(String, Json, Dump)> {
    let mut all = Vec::new();
    for start_up in [IMPORT, PROVISION] {
        let before = sample.content();
        let simulation = sample.simulate(start_up);
        let code = simulation.code.unwrap();
        let simulation = simulation.json();
        assert_eq!(simulation["failure"], Json::Null, "{simulation:#}");
        assert_same(&sample.content(), &before);
        let run = sample.run(start_up).expect(code).json();
        assert_eq!(writes(&run), writes(&simulation), "a run writes what was simulated");
        let content = sample.content();
        let again = sample.run(start_up).expect(code).json();
        let changes =
            again["steps"].as_array().unwrap().iter().flat_map(|step| step["changes"].as_array().unwrap());
        assert_eq!(
            writes(&again),
            0,
            "a second run writes nothing, but: {:#?}",
            changes.take(3).collect::<Vec<_>>()
        );
        assert_same(&sample.content(), &content);
        all.push((format!("simulation of {start_up}"), simulation, content));
    }
    all
}

#[track_caller]
fn same_as_in_files(hr: Place, identity: Place) {
    let Some(sample) = Sample::new(hr, identity) else { return };
    let files = Sample::new(Place::File, Place::File).unwrap();
    assert_same(&sample.content(), &files.content());
    for ((what, found, content), (_, expected, expected_content)) in
        all_runs(&sample).into_iter().zip(all_runs(&files))
    {
        assert_same_steps(&found, &expected, &what);
        assert_same(&content, &expected_content);
    }
}

#[test]
fn postgresql_to_mariadb() {
    same_as_in_files(POSTGRESQL, MARIADB);
}

#[test]
fn mariadb_to_postgresql() {
    same_as_in_files(MARIADB, POSTGRESQL);
}

#[test]
fn postgresql_to_a_file() {
    same_as_in_files(POSTGRESQL, Place::File);
}

#[test]
fn a_file_to_mariadb() {
    same_as_in_files(Place::File, MARIADB);
}

#[test]
fn a_file_behind_its_driver_to_a_file() {
    same_as_in_files(Place::FileBehindDriver, Place::File);
}

#[test]
fn postgresql_to_a_file_behind_its_driver() {
    same_as_in_files(POSTGRESQL, Place::FileBehindDriver);
}

/// Every object of a type as a connector reads it, as texts in order.
fn read_all(connection: &Connection, schema_type: &SchemaType, folder: &Path) -> Vec<String> {
    let mut connector = connect::open(connection, folder, OpenMode::Read).unwrap();
    let names: Vec<String> = schema_type.properties.iter().map(|property| property.name.clone()).collect();
    let mut rows = Vec::new();
    let mut read = |batch: RecordBatch| {
        rows.extend((0..batch.num_rows()).map(|row| {
            let cells = batch.columns().iter().map(|column| format!("{:?}", value_at(column, row)));
            cells.collect::<Vec<_>>().join(" | ")
        }));
        Flow::Continue
    };
    let request = SearchRequest::all(schema_type, &names);
    connector.search(&request, &CancelToken::default(), &mut read).unwrap();
    rows.sort();
    rows
}

/// Gives this process the passwords of a sample; only one of each name in one process.
fn remember_passwords(project: &mut Project, sample: &Sample) {
    for (side, database) in [(&mut project.target, sample.hr()), (&mut project.central, sample.identity())] {
        // Tests that share a process must not share passwords.
        side.connection.system_identifier = database.name().to_owned();
        secrets::set_password(database.name(), SecretString::from(database.password()));
    }
}

/// The connector reads exactly what the SQLite connector reads of the same rows.
#[test]
fn everything_is_read_as_from_files() {
    let files = Sample::new(Place::File, Place::File).unwrap();
    let as_in_files = files.project();
    for place in [POSTGRESQL, MARIADB] {
        let Some(sample) = Sample::new(place, place) else { return };
        let mut project = sample.project();
        remember_passwords(&mut project, &sample);
        for (side, as_in_files) in
            [(&project.central, &as_in_files.central), (&project.target, &as_in_files.target)]
        {
            for (schema_type, as_in_files_type) in side.schema.types.iter().zip(&as_in_files.schema.types) {
                let found = read_all(&side.connection, schema_type, sample.path());
                let expected = read_all(&as_in_files.connection, as_in_files_type, files.path());
                assert!(!expected.is_empty());
                for (found, expected) in found.iter().zip(&expected) {
                    assert_eq!(found, expected, "{place:?} {}", schema_type.name);
                }
                assert_eq!(found.len(), expected.len(), "{place:?} {}", schema_type.name);
            }
        }
    }
}

/// What the catalog tells of the sample is what the project knows of it.
#[test]
fn catalog_describes_the_sample() {
    for place in [POSTGRESQL, MARIADB] {
        let Some(sample) = Sample::new(place, place) else { return };
        let mut project = sample.project();
        remember_passwords(&mut project, &sample);
        for side in [&project.central, &project.target] {
            let mut connector = connect::open(&side.connection, sample.path(), OpenMode::Read).unwrap();
            let found = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
            let names = |types: &[SchemaType]| -> Vec<String> {
                let mut names: Vec<String> =
                    types.iter().map(|schema_type| schema_type.name.clone()).collect();
                names.sort();
                names
            };
            assert_eq!(names(&found.types), names(&side.schema.types), "{place:?}");
            for known in &side.schema.types {
                let found = found.types.iter().find(|found| found.name == known.name).unwrap();
                assert_eq!(described(found), described(known), "{place:?} {}", known.name);
            }
        }
    }
}

/// What a catalog can tell of a type: all but what people decide.
fn described(schema_type: &SchemaType) -> Vec<String> {
    let properties = schema_type.properties.iter().map(|property| {
        let SchemaProperty { name, value_type, native_type, mandatory, max_length, default_value, .. } =
            property;
        // MariaDB gives its text types a length of their own.
        let max_length = max_length.filter(|length| *length < 65_535);
        format!("{name} {value_type:?} {native_type:?} {mandatory} {max_length:?} {default_value:?}")
    });
    let mut relations: Vec<String> = schema_type
        .foreign_keys
        .iter()
        .map(|key| format!("{:?} {} {:?}", key.properties, key.references, key.referenced_properties))
        .collect();
    relations.sort();
    let mut all: Vec<String> = properties.collect();
    all.push(format!("{:?} {:?}", schema_type.owner, schema_type.key));
    all.push(format!("{:?}", schema_type.unique_keys));
    all.extend(relations);
    all
}

/// Characters whose UTF-16 has bytes that some driver takes for something else, in values and in names: found
/// as they were written, whichever way they went.
#[test]
fn no_character_is_lost() {
    const TEXTS: [&str; 6] = ["Øystein", "ØÙÚÛÜ", "高橋, 太郎", "Øst\u{0}x", "😀Ø😀", "Úrsula Ûber"];
    for place in System::ALL {
        let Some(database) = or_skip(Database::new(place)) else { return };
        let quoted = place.quote("Ø 高");
        let (key, text) = (place.quote("Ø"), place.quote("Ú"));
        database.client().run(&format!("CREATE TABLE {quoted} ({key} int PRIMARY KEY, {text} varchar(40));"));
        let connection = connection_to(&database);
        let mut connector = connect::open(&connection, Path::new("/"), OpenMode::Write).unwrap();
        let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
        let [table] = schema.types.as_slice() else { panic!("{schema:?}") };
        assert_eq!(table.name, "Ø 高");
        assert_eq!(table.key, ["Ø"]);
        // PostgreSQL has no texts with the character 0.
        let texts: Vec<&str> =
            TEXTS.into_iter().filter(|text| place == System::MariaDb || !text.contains('\0')).collect();
        let keys = (0..).take(texts.len()).map(Value::Integer).collect::<Vec<_>>();
        let rows = RecordBatch::try_from_iter([
            ("Ø", array_of(ValueType::Integer, keys.iter())),
            ("Ú", Arc::new(StringArray::from(texts.clone())) as ArrayRef),
        ])
        .unwrap();
        connector.insert(table, &rows).unwrap();
        let hexadecimal = match place {
            System::PostgreSql => format!("encode(convert_to({text}, 'UTF8'), 'hex')"),
            System::MariaDb => format!("LOWER(HEX({text}))"),
        };
        let written = database.client().lines(&format!("SELECT {hexadecimal} FROM {quoted} ORDER BY {key};"));
        let expected = texts.iter().map(|text| text.bytes().map(|byte| format!("{byte:02x}")).collect());
        assert_eq!(written, expected.collect::<Vec<String>>(), "{place:?}");
        drop(connector);
        let found = read_all(&connection, table, Path::new("/"));
        let expected =
            texts.iter().enumerate().map(|(row, text)| format!("Integer({row}) | String({text:?})"));
        assert_eq!(found, expected.collect::<Vec<String>>(), "{place:?}");
    }
}

/// A connection to a database for connectors in this process.
fn connection_to(database: &Database) -> Connection {
    let attributes: BTreeMap<String, String> = database.attributes().into_iter().collect();
    secrets::set_password(database.name(), SecretString::from(database.password()));
    serde_json::from_value(json!({
        "system_identifier": database.name(),
        "provider": { "Odbc": { "dialect": database.system().dialect(), "attributes": attributes } },
    }))
    .unwrap()
}
