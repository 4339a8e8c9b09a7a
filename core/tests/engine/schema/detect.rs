//! Reading the schema of a system (S1, S2, W9–W11).

use std::sync::Mutex;

use syncwright_core::{
    connect::{ConnectError, ErrorKind},
    progress::{CancelToken, Progress, Silent},
    project::{Schema, SchemaType},
    schema::{OwnerCount, SchemaError, detect, unusable, without_key},
};

use super::{Database, fake::Fake, list};

#[test]
fn tables_views_keys_and_what_cannot_be_used() {
    let database = Database::new(
        "CREATE TABLE People (Id INTEGER PRIMARY KEY, Name TEXT NOT NULL, Shape geometry, Any);
         CREATE TABLE accounts (login TEXT NOT NULL UNIQUE, owner INTEGER REFERENCES people (ID));
         CREATE TABLE notes (text TEXT, maybe TEXT UNIQUE);
         CREATE VIEW names AS SELECT Name FROM People;",
    );
    let schema = database.schema();
    let keyless: Vec<&str> = without_key(&schema).iter().map(|one| one.name.as_str()).collect();
    assert_eq!(keyless, ["names", "notes"]);
    let accounts = schema.schema_type("accounts").unwrap();
    assert_eq!(accounts.key, ["login"], "a unique key of mandatory columns identifies the rows");
    assert_eq!(accounts.foreign_keys[0].references, "People", "as the table is spelled");
    assert_eq!(accounts.foreign_keys[0].referenced_properties, ["Id"]);
    let columns: Vec<(String, String)> =
        unusable(&schema).into_iter().map(|column| (column.property, column.reason)).collect();
    assert_eq!(columns.len(), 2, "{columns:?}");
    assert!(columns[0].0 == "Shape" && columns[0].1.contains("geometry"), "{columns:?}");
    assert!(schema.schema_type("names").unwrap().view);
}

fn owned(owner: &str, name: &str, view: bool) -> SchemaType {
    SchemaType { name: name.to_owned(), owner: Some(owner.to_owned()), view, ..SchemaType::default() }
}

#[test]
fn owners_are_counted_and_selected() {
    let schema = Schema {
        types: vec![owned("HR", "people", false), owned("HR", "v", true), owned("IT", "people", false)],
        ..Schema::default()
    };
    let count = |owner: &str, tables, views| OwnerCount { owner: owner.to_owned(), tables, views };
    let find = |owners: &[&str]| {
        detect(&mut Fake(Ok(schema.clone())), &list(owners), &Silent, &CancelToken::default())
    };
    let names = |schema: &Schema| schema.types.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let all = find(&[]).unwrap();
    assert_eq!(all.owners, [count("HR", 1, 1), count("IT", 1, 0)]);
    assert_eq!(names(&all.schema), ["HR.people", "HR.v", "IT.people"]);
    assert!(all.schema.owners.is_empty());
    let one = find(&["it"]).unwrap();
    assert_eq!((names(&one.schema), one.schema.owners.clone()), (list(&["people"]), list(&["IT"])));
    assert_eq!(one.owners, all.owners, "what is not loaded is counted, too");
    match find(&["sales"]) {
        Err(error @ SchemaError::UnknownOwner { .. }) => {
            let help = miette::Diagnostic::help(&error).unwrap().to_string();
            assert_eq!(help, "the owners are: HR, IT");
        }
        other => panic!("{other:?}"),
    }
}

/// Notes what it is told.
#[derive(Default)]
struct Told(Mutex<Vec<(u64, Option<u64>)>>);

impl Progress for Told {
    fn phase(&self, _: &str) {}

    fn advance(&self, done: u64, total: Option<u64>) {
        self.0.lock().unwrap().push((done, total));
    }
}

#[test]
fn progress_is_told_and_cancel_stops() {
    let tables: String = (0..20).map(|n| format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY);")).collect();
    let database = Database::new(&tables);
    let told = Told::default();
    detect(database.connect().as_mut(), &[], &told, &CancelToken::default()).unwrap();
    let told = told.0.into_inner().unwrap();
    assert!(told.contains(&(10, Some(20))), "{told:?}");
    let cancel = CancelToken::default();
    cancel.cancel();
    let error = detect(database.connect().as_mut(), &[], &Silent, &cancel).unwrap_err();
    assert_eq!(error.exit_code(), 130);
}

#[test]
fn trouble_of_the_connector_stays_what_it_is() {
    let trouble = ConnectError::new(ErrorKind::Permission, "HR", "may not read the catalog");
    let error = detect(&mut Fake(Err(trouble)), &[], &Silent, &CancelToken::default()).unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert_eq!(miette::Diagnostic::code(&error).unwrap().to_string(), "SW-D005");
}
