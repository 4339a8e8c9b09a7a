//! Relations that the catalog does not know, checked against the data (W12).

use proptest::prelude::*;
use syncwright_core::{
    progress::{CancelToken, Silent},
    project::{ForeignKey, Schema},
    schema::{
        Limits,
        relations::{
            DanglingReference, NameEvidence, RelationCandidate, RelationCheck, Sample, check_relation,
            suggest,
        },
    },
    value::MASK,
};

use super::{Database, list};

fn found(database: &Database, schema: &Schema) -> Vec<RelationCandidate> {
    let limits = Limits::default();
    suggest(database.connect().as_mut(), schema, &[], limits, &Silent, &CancelToken::default()).unwrap()
}

fn written(candidates: &[RelationCandidate]) -> Vec<String> {
    candidates
        .iter()
        .map(|one| {
            let (from, to) = (one.properties.join("+"), one.referenced_properties.join("+"));
            format!("{}.{from} -> {}.{to}", one.schema_type, one.references)
        })
        .collect()
}

const COMPANY: &str = "
    CREATE TABLE departments (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, parent_id INTEGER);
    CREATE TABLE employees (number TEXT PRIMARY KEY, department_id INTEGER, manager TEXT, hat_size_id INTEGER);
    CREATE TABLE hat_sizes (id INTEGER PRIMARY KEY);
    CREATE TABLE badges (badge TEXT PRIMARY KEY, bearer TEXT);
    INSERT INTO departments VALUES (1, 'A', NULL), (2, 'B', 1), (3, 'C', 1);
    INSERT INTO hat_sizes VALUES (90), (91);
    INSERT INTO employees VALUES
      ('e1', 1, NULL, 1), ('e2', 2, 'e1', 2), ('e3', 2, 'e1', 3), ('e4', 3, 'e2', 4), ('e5', 3, 'gone', 5);
    INSERT INTO badges VALUES ('b1', 'e1'), ('b2', 'e2'), ('b3', 'e3'), ('b4', 'e4'), ('b5', 'e5');";

#[test]
fn names_and_values_together_propose_relations() {
    let database = Database::new(COMPANY);
    let candidates = found(&database, &database.schema());
    assert_eq!(
        written(&candidates),
        [
            "employees.department_id -> departments.id",
            "departments.parent_id -> departments.id",
            "employees.manager -> employees.number",
            // No name says so, but all values are there.
            "badges.bearer -> employees.number",
        ]
    );
    // `hat_size_id` is called right, but its values are others.
    let evidence: Vec<Option<NameEvidence>> = candidates.iter().map(|one| one.evidence).collect();
    assert_eq!(
        evidence,
        [Some(NameEvidence::TypeIdentifier), Some(NameEvidence::Parent), Some(NameEvidence::Role), None]
    );
    assert_eq!(candidates[2].sample, Some(Sample { values: 3, found: 2 }));
    assert_eq!(candidates[3].sample, Some(Sample { values: 5, found: 5 }));
}

#[test]
fn only_the_wanted_types_are_looked_at() {
    let database = Database::new(COMPANY);
    let only = list(&["badges"]);
    let schema = database.schema();
    let limits = Limits::default();
    let cancel = CancelToken::default();
    let found = suggest(database.connect().as_mut(), &schema, &only, limits, &Silent, &cancel).unwrap();
    assert_eq!(written(&found), ["badges.bearer -> employees.number"]);
}

#[test]
fn guids_and_texts_compare_by_meaning() {
    let database = Database::new(
        "CREATE TABLE Person (UID_Person GUID PRIMARY KEY);
         CREATE TABLE Account (login TEXT PRIMARY KEY, UID_Person TEXT);
         INSERT INTO Person VALUES ('6f9619ff-8b86-d011-b42d-00c04fc964ff');
         INSERT INTO Account VALUES ('a', '{6F9619FF-8B86-D011-B42D-00C04FC964FF}');",
    );
    let schema = database.schema();
    let candidates = found(&database, &schema);
    assert_eq!(written(&candidates), ["Account.UID_Person -> Person.UID_Person"]);
    assert_eq!(candidates[0].sample, Some(Sample { values: 1, found: 1 }));
    let relation = candidates[0].to_foreign_key(false);
    let check = check(&database, &schema, "Account", &relation, Limits::default());
    assert!(check.shows_integrity(), "{check:?}");
}

fn check(
    database: &Database,
    schema: &Schema,
    own: &str,
    relation: &ForeignKey,
    limits: Limits,
) -> RelationCheck {
    let mut connector = database.connect_in_blocks(3);
    check_relation(connector.as_mut(), schema, own, relation, limits, &Silent, &CancelToken::default())
        .unwrap()
}

fn relation(properties: &[&str], references: &str, referenced: &[&str]) -> ForeignKey {
    ForeignKey {
        properties: list(properties),
        references: references.to_owned(),
        referenced_properties: list(referenced),
        integrity_ensured: false,
        declared: true,
    }
}

#[test]
fn dangling_references_are_counted_and_shown() {
    let database = Database::new(
        "CREATE TABLE groups (system TEXT, name TEXT, PRIMARY KEY (system, name));
         CREATE TABLE members (id INTEGER PRIMARY KEY, system TEXT, name TEXT);
         INSERT INTO groups VALUES ('a', 'x'), ('a', 'y');
         INSERT INTO members (system, name) VALUES
           ('a', 'x'), ('a', 'y'), ('a', NULL), ('b', 'x'), ('b', 'x'), ('ax', ''), (NULL, NULL);",
    );
    let schema = database.schema();
    let found = check(
        &database,
        &schema,
        "members",
        &relation(&["system", "name"], "groups", &["system", "name"]),
        Limits::default(),
    );
    assert_eq!(
        found,
        RelationCheck {
            rows: 7,
            references: 5,
            dangling: 3,
            dangling_values: 2,
            examples: vec![
                DanglingReference { values: list(&["b", "x"]), rows: 2 },
                DanglingReference { values: list(&["ax", ""]), rows: 1 },
            ],
        }
    );
    assert!(!found.shows_integrity());
}

#[test]
fn sensitive_values_are_masked() {
    let database = Database::new(
        "CREATE TABLE cards (pin TEXT PRIMARY KEY);
         CREATE TABLE uses (id INTEGER PRIMARY KEY, pin TEXT);
         INSERT INTO uses (pin) VALUES ('1234');",
    );
    let mut schema = database.schema();
    schema.types[0].properties[0].sensitive = true;
    let found = check(&database, &schema, "uses", &relation(&["pin"], "cards", &["pin"]), Limits::default());
    assert_eq!(found.examples, [DanglingReference { values: list(&[MASK]), rows: 1 }]);
}

#[test]
fn cancel_stops_and_unknown_names_are_explained() {
    let database = Database::new(COMPANY);
    let schema = database.schema();
    let cancel = CancelToken::default();
    cancel.cancel();
    let limits = Limits::default();
    let error =
        suggest(database.connect_in_blocks(1).as_mut(), &schema, &[], limits, &Silent, &cancel).unwrap_err();
    assert_eq!(error.exit_code(), 130);
    let gone = relation(&["bearer"], "employes", &["number"]);
    let mut connector = database.connect();
    let error = check_relation(
        connector.as_mut(),
        &schema,
        "badges",
        &gone,
        limits,
        &Silent,
        &CancelToken::default(),
    )
    .unwrap_err();
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert_eq!(help, "did you mean \"employees\"?");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Counted here and by SQL, whatever the memory.
    #[test]
    fn counts_are_those_of_the_database(
        keys in proptest::collection::btree_set(0_i64..20, 0..20),
        references in proptest::collection::vec(proptest::option::of(0_i64..20), 0..60),
        memory in 0_usize..2000,
    ) {
        let database = Database::new("CREATE TABLE k (id INTEGER PRIMARY KEY); CREATE TABLE r (x TEXT, k INTEGER);");
        let sqlite = rusqlite::Connection::open(database.folder().join("data.db")).unwrap();
        for key in &keys {
            sqlite.execute("INSERT INTO k VALUES (?1)", [key]).unwrap();
        }
        for reference in &references {
            sqlite.execute("INSERT INTO r (k) VALUES (?1)", [reference]).unwrap();
        }
        let count = |sql: &str| sqlite.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs();
        let schema = database.schema();
        let to = relation(&["k"], "k", &["id"]);
        let found = check(&database, &schema, "r", &to, Limits { memory, ..Limits::default() });
        let lost = "FROM r WHERE k IS NOT NULL AND k NOT IN (SELECT id FROM k)";
        prop_assert_eq!(found.references, count("SELECT count(k) FROM r"));
        prop_assert_eq!(found.dangling, count(&format!("SELECT count(*) {lost}")));
        prop_assert_eq!(found.dangling_values, count(&format!("SELECT count(DISTINCT k) {lost}")));
        prop_assert_eq!(found, check(&database, &schema, "r", &to, Limits::default()));
    }
}
