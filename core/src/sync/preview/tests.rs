use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::{connect, project::from_text, schema};

const TABLES: &str = "
    CREATE TABLE departments (id INTEGER PRIMARY KEY, name TEXT, head INTEGER);
    CREATE TABLE people (id INTEGER PRIMARY KEY, given TEXT, family TEXT, salary INTEGER, department INTEGER,
      boss INTEGER, pin TEXT);
    CREATE TABLE teams (id INTEGER PRIMARY KEY, title TEXT);
    CREATE TABLE memberships (person INTEGER, team INTEGER);
    INSERT INTO departments VALUES (1, 'Sales', 2), (2, 'Research', 3), (3, 'Nobody''s', NULL);
    INSERT INTO people VALUES (1, 'Ana', 'Álvarez', 10, 1, 2, '4711'), (2, 'Mei', 'Chen', 0, 2, NULL, '4712'),
      (3, 'Luca', NULL, 4, NULL, 7, '4713'), (7, 'Eve', 'Young', 5, 1, NULL, '4714');
    INSERT INTO teams VALUES (1, 'Chess'), (2, 'Choir'), (3, 'Empty');
    INSERT INTO memberships VALUES (1, 2), (1, 1), (2, 1), (9, 2);";

const PROJECT: &str = r#"(
  format: 1, name: "preview",
  central: (connection: (system_identifier: "C", provider: Sqlite(file: "none.db")), schema: ()),
  target: (
    connection: (system_identifier: "preview-test", provider: Sqlite(file: "hr.db")),
    schema: (
      types: [
        (name: "people", key: ["id"],
         properties: [
           (name: "id", value_type: Integer, native_type: "INTEGER"), (name: "given", value_type: String), (name: "family", value_type: String),
           (name: "salary", value_type: Integer, native_type: "INTEGER"), (name: "department", value_type: Integer, native_type: "INTEGER"),
           (name: "boss", value_type: Integer, native_type: "INTEGER"), (name: "pin", value_type: String, sensitive: true)],
         foreign_keys: [
           (properties: ["department"], references: "departments", referenced_properties: ["id"]),
           (properties: ["boss"], references: "people", referenced_properties: ["id"])]),
        (name: "departments", key: ["id"],
         properties: [(name: "id", value_type: Integer, native_type: "INTEGER"), (name: "name", value_type: String), (name: "head", value_type: Integer, native_type: "INTEGER")],
         foreign_keys: [(properties: ["head"], references: "people", referenced_properties: ["id"])]),
        (name: "teams", key: ["id"], properties: [(name: "id", value_type: Integer, native_type: "INTEGER"), (name: "title", value_type: String)]),
        (name: "memberships", key: ["person", "team"],
         properties: [(name: "person", value_type: Integer, native_type: "INTEGER"), (name: "team", value_type: Integer, native_type: "INTEGER")],
         foreign_keys: [
           (properties: ["person"], references: "people", referenced_properties: ["id"]),
           (properties: ["team"], references: "teams", referenced_properties: ["id"])]),
      ],
      classes: [(name: "people", schema_type: "people", virtual_properties: [
        (name: "vrtExpression", value_type: Integer, kind: Expression("100 / salary")),
        (name: "vrtConvert", value_type: String, kind: Convert(property: "family", conversion: WithoutAccents)),
        (name: "vrtFixed", value_type: Integer, kind: Fixed(7)),
        (name: "vrtBadFixed", value_type: Integer, kind: Fixed("seven")),
        (name: "vrtDepartment", value_type: String, kind: KeyResolution(reference: ["department"], property: "name")),
        (name: "vrtBoss", value_type: String, kind: KeyResolution(reference: ["boss"], property: "given")),
        (name: "vrtHead", value_type: String, kind: ReferencedProperty(path: [["department"], ["head"]], property: "given")),
        (name: "vrtTeams", value_type: String, multi_valued: true, kind: Members(schema_type: "memberships",
          own_reference: ["person"], member_reference: ["team"], property: "title")),
        (name: "vrtRows", value_type: Integer, multi_valued: true, kind: Members(schema_type: "memberships",
          own_reference: ["person"], member_reference: [], property: "team")),
        (name: "vrtPin", value_type: String, kind: Pattern("PIN %pin%")),
        (name: "vrtBossPin", value_type: String, kind: KeyResolution(reference: ["boss"], property: "pin")),
        (name: "vrtSnippet", value_type: String, kind: Script(read: Some("shout($given$)"))),
        (name: "vrtFails", value_type: String, kind: Script(read: Some("if $id$ == 2 { throw \"no\" } $given$"))),
        (name: "vrtOfVirtual", value_type: String, kind: Expression("upper(\"vrtDepartment\")")),
      ]), (name: "paid", schema_type: "people", filter: "salary > 4", virtual_properties: [
        (name: "vrtName", value_type: String, kind: Pattern("%given%")),
      ])],
    ),
  ),
  snippets: [(name: "shout", code: "fn shout(text) { text.to_upper() + \"!\" }")],
  mappings: [], workflows: [], start_ups: [],
)"#;

struct Bed {
    project: Project,
    folder: TempDir,
}

impl Bed {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Connection::open(folder.path().join("hr.db")).unwrap().execute_batch(TABLES).unwrap();
        Self { project: from_text("preview", PROJECT).unwrap(), folder }
    }

    fn rows(
        &self,
        class: &str,
        property: &str,
        of: usize,
        limit: usize,
    ) -> Result<Vec<PreviewRow>, PreviewError> {
        let (sample, cancel) = (self.sample(of), CancelToken::default());
        let subject = Subject { side: Side::Right, class, property };
        preview(&self.project, self.folder.path(), subject, &sample, limit, &cancel)
    }

    fn sample(&self, of: usize) -> Sample {
        let (target, cancel) = (&self.project.target, CancelToken::default());
        let mut connector =
            connect::open(&target.connection, self.folder.path(), connect::OpenMode::Read).unwrap();
        schema::sample(connector.as_mut(), &target.schema.types[0], of, &cancel).unwrap()
    }

    /// Values in words, errors in brackets.
    fn shown(&self, property: &str) -> Vec<String> {
        let rows = self.rows("people", property, 3, 8).unwrap();
        rows.into_iter().map(|row| row.value.map_or_else(|error| format!("({error})"), words)).collect()
    }
}

fn words(value: Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        value => value.to_string(),
    }
}

#[test]
fn every_kind_is_what_a_run_would_read() {
    let bed = Bed::new();
    for (property, values) in [
        ("vrtConvert", ["Alvarez", "Chen", "NULL"]),
        ("vrtFixed", ["7", "7", "7"]),
        ("vrtDepartment", ["Sales", "Research", "NULL"]),
        // Eve is not in the sample, but she is in the table.
        ("vrtBoss", ["Mei", "NULL", "Eve"]),
        ("vrtHead", ["Mei", "Luca", "NULL"]),
        ("vrtOfVirtual", ["SALES", "RESEARCH", "NULL"]),
        ("vrtSnippet", ["ANA!", "MEI!", "LUCA!"]),
        ("given", ["Ana", "Mei", "Luca"]),
    ] {
        assert_eq!(bed.shown(property), values, "{property}");
    }
    let list = |property: &str| -> Vec<Value> {
        bed.rows("people", property, 3, 8).unwrap().into_iter().map(|row| row.value.unwrap()).collect()
    };
    let texts = |of: &[&str]| Value::List(of.iter().map(|one| Value::String((*one).to_owned())).collect());
    assert_eq!(list("vrtTeams"), [texts(&["Chess", "Choir"]), texts(&["Chess"]), texts(&[])]);
    let numbers = |of: &[i64]| Value::List(of.iter().map(|one| Value::Integer(*one)).collect());
    assert_eq!(list("vrtRows"), [numbers(&[1, 2]), numbers(&[1]), numbers(&[])]);
}

#[test]
fn what_fails_concerns_its_object() {
    let bed = Bed::new();
    let shown = bed.shown("vrtExpression");
    assert_eq!((shown[0].as_str(), shown[2].as_str()), ("10", "25"));
    assert!(shown[1].contains("zero"), "{shown:?}");
    let shown = bed.shown("vrtFails");
    assert_eq!((shown[0].as_str(), shown[2].as_str()), ("Ana", "Luca"));
    assert!(shown[1].starts_with('(') && shown[1].contains("no"), "{shown:?}");
}

#[test]
fn what_cannot_be_used_is_told_without_a_mapping() {
    let error = Bed::new().rows("people", "vrtBadFixed", 3, 8).unwrap_err();
    let PreviewError::Mapping(error) = error else { panic!("{error:?}") };
    assert!(error.to_string().starts_with("mapping "), "{error}");
    assert_eq!(error.reason(), "“seven” is no integer");
}

#[test]
fn sensitive_values_are_masked_wherever_they_come_from() {
    let bed = Bed::new();
    assert_eq!(bed.shown("vrtPin"), [MASK, MASK, MASK]);
    assert_eq!(bed.shown("vrtBossPin"), [MASK, "NULL", MASK]);
}

#[test]
fn only_objects_of_the_class_are_shown_and_no_more_than_asked_for() {
    let bed = Bed::new();
    let places = |limit: usize| -> Vec<usize> {
        bed.rows("paid", "vrtName", 50, limit).unwrap().into_iter().map(|row| row.row).collect()
    };
    assert_eq!(places(8), [0, 3]);
    assert_eq!(places(1), [0]);
}

#[test]
fn of_other_tables_no_more_is_read_than_the_sample_needs() {
    let bed = Bed::new();
    Connection::open(bed.folder.path().join("hr.db"))
        .unwrap()
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO departments SELECT i, 'Department ' || i, i FROM n;
             WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO memberships SELECT i, 1 FROM n;",
        )
        .unwrap();
    let (session, cancel) = (session(1), CancelToken::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for property in ["vrtDepartment", "vrtHead", "vrtTeams", "vrtRows"] {
        let compiled = compile_property(&session, &bed.project, Side::Right, "people", property).unwrap();
        let read = Arc::new(AtomicU64::new(0));
        let mut tables = PreviewTables::new(
            &bed.project,
            bed.folder.path(),
            &compiled.class,
            &bed.sample(3),
            &cancel,
            &read,
        )
        .unwrap();
        runtime.block_on(tables.narrow(&session, &compiled.class)).unwrap();
        let subject = Subject { side: Side::Right, class: "people", property };
        let bench = Bench { session: &session, runtime: &runtime, compiled: &compiled, subject };
        assert_eq!(bench.rows(&tables, 8).unwrap().len(), 3, "{property}");
        let read = read.load(std::sync::atomic::Ordering::Relaxed);
        assert!((1..20).contains(&read), "{property}: {read} rows");
    }
}
