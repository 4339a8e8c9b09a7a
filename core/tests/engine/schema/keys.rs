//! Keys for tables without one, checked against the data (W11).

use proptest::prelude::*;
use rusqlite::params;
use syncwright_core::{
    connect::ErrorKind,
    progress::{CancelToken, Silent},
    schema::{
        Limits, SchemaError,
        keys::{DuplicateKey, EXAMPLES, KeyCheck, KeyEvidence, RowExample, check_key, propose_keys},
    },
    value::{MASK, Value},
};

use super::{Database, list};

fn check(database: &Database, table: &str, properties: &[&str], limits: Limits) -> KeyCheck {
    let schema = database.schema();
    let schema_type = schema.schema_type(table).unwrap();
    // Small blocks: what belongs together must be found across them.
    let mut connector = database.connect_in_blocks(3);
    check_key(connector.as_mut(), schema_type, &list(properties), limits, &Silent, &CancelToken::default())
        .unwrap()
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

#[test]
fn duplicates_and_nulls_are_counted_and_shown() {
    let database = Database::new(
        "CREATE TABLE people (number TEXT, name TEXT, year INTEGER);
         INSERT INTO people VALUES ('1', 'Ann', 1980), ('2', 'Bob', 1981), ('2', 'Bert', 1982),
           ('2', 'Bill', 1983), ('3', 'Cid', 1984), ('3', 'Cleo', 1985), (NULL, 'Dan', 1986), ('', 'Eva', 1987);",
    );
    let found = check(&database, "people", &["number"], Limits::default());
    assert_eq!(
        found,
        KeyCheck {
            properties: list(&["number"]),
            rows: 8,
            null_rows: 1,
            duplicate_keys: 2,
            duplicate_rows: 5,
            nulls: vec![RowExample(vec![
                ("number".to_owned(), Value::Null),
                ("name".to_owned(), text("Dan")),
                ("year".to_owned(), Value::Integer(1986)),
            ])],
            duplicates: vec![
                DuplicateKey { key: vec![text("2")], rows: 3 },
                DuplicateKey { key: vec![text("3")], rows: 2 },
            ],
        }
    );
    assert!(!found.is_key());
    let whole = check(&database, "people", &["number", "name"], Limits::default());
    assert_eq!((whole.null_rows, whole.duplicate_rows), (1, 0));
    assert!(check(&database, "people", &["name"], Limits::default()).is_key());
}

#[test]
fn values_count_by_what_they_mean() {
    let database = Database::new(
        "CREATE TABLE people (uid GUID);
         INSERT INTO people VALUES ('6F9619FF-8B86-D011-B42D-00C04FC964FF'),
           ('{6f9619ff-8b86-d011-b42d-00c04fc964ff}');",
    );
    let found = check(&database, "people", &["uid"], Limits::default());
    assert_eq!((found.duplicate_keys, found.duplicate_rows), (1, 2));
}

#[test]
fn examples_are_few_and_sensitive_values_masked() {
    let database = Database::new(
        "CREATE TABLE people (pin TEXT, name TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
         INSERT INTO people SELECT i / 2, 'x' FROM n;
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
         INSERT INTO people SELECT NULL, 'y' || i FROM n;",
    );
    let mut schema = database.schema();
    let schema_type = &mut schema.types[0];
    schema_type.properties[0].sensitive = true;
    let mut connector = database.connect();
    let found = check_key(
        connector.as_mut(),
        schema_type,
        &list(&["pin"]),
        Limits::default(),
        &Silent,
        &CancelToken::default(),
    )
    .unwrap();
    assert_eq!((found.duplicates.len(), found.nulls.len()), (EXAMPLES, EXAMPLES));
    assert!(found.duplicates.iter().all(|one| one.key == [text(MASK)]), "{found:?}");
    assert_eq!(found.null_rows, 20);
}

#[test]
fn candidates_that_hold_come_first() {
    let database = Database::new(
        "CREATE TABLE staff (name TEXT, staff_id INTEGER, email TEXT, badge_code TEXT);
         INSERT INTO staff VALUES ('Ann', 1, 'ann@x', 'a'), ('Bob', 1, 'bob@x', 'b'), ('Cid', 2, NULL, 'c');",
    );
    let schema = database.schema();
    let mut connector = database.connect();
    let proposed = propose_keys(
        connector.as_mut(),
        &schema.types[0],
        Limits::default(),
        &Silent,
        &CancelToken::default(),
    )
    .unwrap();
    let shown: Vec<(&str, bool)> = proposed
        .iter()
        .map(|(candidate, check)| (candidate.properties[0].as_str(), check.is_key()))
        .collect();
    assert_eq!(shown, [("badge_code", true), ("name", true), ("staff_id", false), ("email", false)]);
    assert_eq!(proposed[2].0.evidence, KeyEvidence::OwnIdentifier);
}

#[test]
fn an_empty_table_proves_nothing_but_is_no_error() {
    let database = Database::new("CREATE TABLE staff (id INTEGER)");
    let found = check(&database, "staff", &["id"], Limits::default());
    assert!(found.is_key() && found.rows == 0);
}

#[test]
fn what_cannot_be_a_key_is_refused() {
    let database = Database::new("CREATE TABLE staff (share REAL, photo BLOB, shape geometry)");
    let schema = database.schema();
    for column in ["share", "photo", "shape", "nobody"] {
        let mut connector = database.connect();
        let error = check_key(
            connector.as_mut(),
            &schema.types[0],
            &list(&[column]),
            Limits::default(),
            &Silent,
            &CancelToken::default(),
        )
        .unwrap_err();
        let expected = matches!(
            (column, &error),
            ("nobody", SchemaError::UnknownProperty { .. }) | (_, SchemaError::NotForKeys { .. })
        );
        assert!(expected, "{column}: {error}");
    }
}

#[test]
fn cancel_stops_reading() {
    let database = Database::new(
        "CREATE TABLE staff (id INTEGER); INSERT INTO staff VALUES (1), (2), (3), (4), (5), (6), (7);",
    );
    let schema = database.schema();
    let cancel = CancelToken::default();
    cancel.cancel();
    let mut connector = database.connect_in_blocks(2);
    let limits = Limits::default();
    let error = check_key(connector.as_mut(), &schema.types[0], &list(&["id"]), limits, &Silent, &cancel)
        .unwrap_err();
    assert!(matches!(&error, SchemaError::Connect(error) if error.kind == ErrorKind::Cancelled), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Counted here and by SQL, whatever the memory.
    #[test]
    fn counts_are_those_of_the_database(
        rows in proptest::collection::vec((proptest::option::of(0_i64..6), proptest::option::of("[ab]{0,2}")), 0..60),
        memory in 0_usize..4000,
    ) {
        let database = Database::new("CREATE TABLE t (a INTEGER, b TEXT)");
        let sqlite = rusqlite::Connection::open(database.folder().join("data.db")).unwrap();
        for (a, b) in &rows {
            sqlite.execute("INSERT INTO t VALUES (?1, ?2)", params![a, b]).unwrap();
        }
        let count = |sql: &str| sqlite.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs();
        let found = check(&database, "t", &["a", "b"], Limits { memory, ..Limits::default() });
        let groups = "SELECT count(*) AS n FROM t WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY a, b HAVING n > 1";
        prop_assert_eq!(found.rows, count("SELECT count(*) FROM t"));
        prop_assert_eq!(found.null_rows, count("SELECT count(*) FROM t WHERE a IS NULL OR b IS NULL"));
        prop_assert_eq!(found.duplicate_keys, count(&format!("SELECT count(*) FROM ({groups})")));
        prop_assert_eq!(found.duplicate_rows, count(&format!("SELECT coalesce(sum(n), 0) FROM ({groups})")));
        // The examples do not depend on how often the table was read.
        let at_once = check(&database, "t", &["a", "b"], Limits::default());
        prop_assert_eq!(found, at_once);
    }
}
