//! Data operations (W14): a table that may be changed by stored procedures only.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{Field, Schema as ArrowSchema},
};
use syncwright_core::{
    connect::ErrorKind,
    project::{DataOperation, OperationStrategy},
    sync::{ChangeStatus, RunReport, RunStatus},
    value::{Value, ValueType, array_of, value_at},
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::odbc_project::{Persons, users_table};

/// Procedures run with the rights of who made them. Updating gives rows back, on MariaDB before and after the
/// work, and fails behind the first of them.
fn procedures(system: System) -> &'static str {
    match system {
        System::PostgreSql => {
            r#"
            CREATE PROCEDURE create_user(p_uid varchar, p_first varchar, p_last text, p_born date, p_level integer, p_note text)
            LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                IF p_last = 'Forbidden' THEN RAISE EXCEPTION 'nobody may be called %', p_last; END IF;
                INSERT INTO users VALUES (p_uid, p_first, p_last, p_born, p_level, p_note);
            END $$;
            CREATE FUNCTION update_user(p_old varchar, p_new varchar, p_first varchar, p_last text, p_born date, p_level integer, p_note text)
            RETURNS SETOF integer LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                RETURN NEXT 1; RETURN NEXT 2;
                IF p_last = 'Forbidden' THEN RAISE EXCEPTION 'nobody may be called %', p_last; END IF;
                UPDATE users SET uid = p_new, "First Name" = p_first, last_name = p_last, born = p_born,
                    level = p_level, note = p_note WHERE uid = p_old;
                RETURN NEXT 3;
            END $$;
            CREATE FUNCTION delete_user(p_uid varchar) RETURNS void
            LANGUAGE sql SECURITY DEFINER AS $$ DELETE FROM users WHERE uid = p_uid $$;
            "#
        }
        System::MariaDb => {
            r"
            DELIMITER //
            CREATE PROCEDURE create_user(p_uid varchar(40), p_first varchar(60), p_last varchar(60), p_born date, p_level integer, p_note text)
            SQL SECURITY DEFINER BEGIN
                IF p_last = 'Forbidden' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'nobody may be called Forbidden'; END IF;
                INSERT INTO users VALUES (p_uid, p_first, p_last, p_born, p_level, p_note);
            END //
            CREATE PROCEDURE update_user(p_old varchar(40), p_new varchar(40), p_first varchar(60), p_last varchar(60), p_born date, p_level integer, p_note text)
            SQL SECURITY DEFINER BEGIN
                SELECT 1 UNION SELECT 2;
                IF p_last = 'Forbidden' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'nobody may be called Forbidden'; END IF;
                UPDATE users SET uid = p_new, `First Name` = p_first, last_name = p_last, born = p_born,
                    level = p_level, note = p_note WHERE uid = p_old;
                SELECT * FROM users;
            END //
            CREATE PROCEDURE delete_user(p_uid varchar(40))
            SQL SECURITY DEFINER BEGIN DELETE FROM users WHERE uid = p_uid; END //
            DELIMITER ;
            "
        }
    }
}

fn pattern(text: &str) -> Option<DataOperation> {
    Some(DataOperation {
        strategy: OperationStrategy::Pattern(text.to_owned()),
        required_keys: vec!["uid".to_owned()],
    })
}

/// A user who may read the table and call the procedures, and nothing else.
pub fn behind_procedures(system: System) -> Option<Persons> {
    let database = or_skip(Database::new(system))?;
    database.client().run(&(users_table(system) + procedures(system)));
    let guest = database.guest();
    database.administrator().run(&match system {
        System::PostgreSql => format!("GRANT SELECT ON users TO {guest};"),
        System::MariaDb => {
            let name = database.name();
            format!(
                "GRANT SELECT ON {name}.users TO {guest}@'127.0.0.1';\n\
                 GRANT EXECUTE ON {name}.* TO {guest}@'127.0.0.1';"
            )
        }
    });
    let mut persons = Persons::new(database, &guest);
    let operations = &mut persons.table_mut().operations;
    operations.insert =
        pattern("CALL create_user('%uid%', '%First_Name%', '%last_name%', %born%, %level%, '%note%')");
    let update =
        "update_user('%uid:old%', '%uid%', '%First_Name%', '%last_name%', %born%, %level%, \"%note%\")";
    operations.update = pattern(&match system {
        System::PostgreSql => format!("SELECT {update}"),
        System::MariaDb => format!("CALL {update};"),
    });
    operations.delete = pattern("{call delete_user('%uid%')}");
    Some(persons)
}

fn everywhere() -> impl Iterator<Item = Persons> {
    System::ALL.into_iter().filter_map(behind_procedures)
}

pub fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub fn batch(names: &[&str], rows: &[Vec<Value>]) -> RecordBatch {
    let value_type = |name: &str| match name {
        "born" => ValueType::Date,
        "level" => ValueType::Integer,
        _ => ValueType::String,
    };
    let fields: Vec<Field> =
        names.iter().map(|name| Field::new(*name, value_type(name).arrow(), true)).collect();
    let columns: Vec<ArrayRef> = names
        .iter()
        .enumerate()
        .map(|(column, name)| array_of(value_type(name), rows.iter().map(|row| &row[column])))
        .collect();
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns).unwrap()
}

/// Names that would do harm in a statement.
pub const NAMES: [&str; 12] = [
    "O'Brien",
    "'); DROP TABLE users; --",
    "100%",
    "%uid%",
    "%%",
    r"back\slash\",
    r"\'",
    "\"quoted\"",
    "what?",
    "Łódź 東京 😀",
    "{call delete_user('x')}",
    "",
];

pub const ALL: [&str; 6] = ["uid", "First Name", "last_name", "born", "level", "note"];

pub fn users() -> Vec<Vec<Value>> {
    (0..)
        .zip(NAMES)
        .map(|(number, name)| {
            let uid = text(&format!("{number:02}{name}"));
            vec![uid, text(name), text(name), Value::Date(number), Value::Integer(number.into()), Value::Null]
        })
        .collect()
}

pub fn objects(batch: &RecordBatch) -> Vec<Vec<Value>> {
    let mut rows: Vec<Vec<Value>> = (0..batch.num_rows())
        .map(|row| batch.columns().iter().map(|column| value_at(column, row)).collect())
        .collect();
    rows.sort_by_key(|row| row[0].to_string());
    rows
}

#[test]
fn values_arrive_as_they_are() {
    for persons in everywhere() {
        let system = persons.database.system();
        let (mut connector, table) = (persons.connector(), persons.table().clone());
        let mut expected = users();
        expected.sort_by_key(|row| row[0].to_string());
        connector.begin().unwrap();
        connector.insert(&table, &batch(&ALL, &expected)).unwrap();
        connector.commit().unwrap();
        let names = ALL.map(str::to_owned);
        let keys: Vec<Vec<Value>> = expected.iter().map(|row| vec![row[0].clone()]).collect();
        let keys = batch(&["uid"], &keys);
        assert_eq!(objects(&connector.get(&table, &keys, &names).unwrap()), expected, "{system:?}");

        // What is not written stays: the pattern gets it from the object.
        let changes: Vec<Vec<Value>> = expected
            .iter_mut()
            .map(|row| {
                (row[5], row[3]) = (row[1].clone(), Value::Null);
                vec![row[5].clone(), Value::Null]
            })
            .collect();
        connector.begin().unwrap();
        connector.update(&table, &keys, &batch(&["note", "born"], &changes)).unwrap();
        connector.commit().unwrap();
        assert_eq!(objects(&connector.get(&table, &keys, &names).unwrap()), expected, "{system:?}");

        let (some, rest) = (keys.slice(0, 5), keys.slice(5, keys.num_rows() - 5));
        connector.begin().unwrap();
        connector.delete(&table, &some).unwrap();
        connector.commit().unwrap();
        assert_eq!(objects(&connector.get(&table, &keys, &names).unwrap()), expected[5..], "{system:?}");
        connector.delete(&table, &rest).unwrap();
        assert_eq!(persons.users(), [""; 0], "{system:?}");
    }
}

#[test]
fn the_key_can_be_renamed() {
    for mut persons in everywhere() {
        let (mut connector, table) = (persons.connector(), persons.table().clone());
        connector.insert(&table, &batch(&["uid", "last_name"], &[vec![text("a"), text("A")]])).unwrap();
        let (old, new) = (batch(&["uid"], &[vec![text("a")]]), batch(&["uid"], &[vec![text("b")]]));
        connector.update(&table, &old, &new).unwrap();
        assert_eq!(persons.users(), ["b\tNULL\tA\tNULL\tNULL\tNULL"]);

        // A pattern that cannot tell which object is meant would change another one, or none.
        persons.table_mut().operations.update = pattern("CALL delete_user(%uid%)");
        let error = connector.update(persons.table(), &new, &old).unwrap_err();
        assert_eq!(error.kind, ErrorKind::IncompatibleData);
        assert!(error.help.unwrap().contains("%uid:old%"));
        assert_eq!(persons.users(), ["b\tNULL\tA\tNULL\tNULL\tNULL"]);
    }
}

#[test]
fn objects_that_are_gone_are_told() {
    for persons in everywhere() {
        let (mut connector, table) = (persons.connector(), persons.table().clone());
        connector.insert(&table, &batch(&["uid", "last_name"], &[vec![text("a"), text("A")]])).unwrap();
        let keys = batch(&["uid"], &[vec![text("a")], vec![text("gone")]]);
        let changes = batch(&["last_name"], &[vec![text("B")], vec![text("B")]]);
        for error in [connector.update(&table, &keys, &changes), connector.delete(&table, &keys)] {
            let error = error.unwrap_err();
            assert_eq!(error.kind, ErrorKind::NoSuchObject);
            assert!(error.text.contains("with uid \"gone\" is no longer there"), "{error}");
        }
        assert_eq!(persons.users(), ["a\tNULL\tA\tNULL\tNULL\tNULL"]);
    }
}

#[test]
fn required_keys_must_have_a_value() {
    for persons in everywhere() {
        let (mut connector, table) = (persons.connector(), persons.table().clone());
        for uid in [Value::Null, text("")] {
            let error =
                connector.insert(&table, &batch(&["uid", "last_name"], &[vec![uid, text("A")]])).unwrap_err();
            assert_eq!(error.kind, ErrorKind::IncompatibleData, "{error}");
            assert!(error.text.contains("uid"), "{error}");
        }
        assert_eq!(persons.users(), [""; 0]);
    }
}

#[test]
fn nothing_but_the_procedures_is_permitted() {
    for mut persons in everywhere() {
        persons.table_mut().operations = syncwright_core::project::DataOperations::default();
        let row = batch(&["uid", "last_name"], &[vec![text("a"), text("A")]]);
        let error = persons.connector().insert(persons.table(), &row).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Permission, "{error}");
    }
}

/// Plain statements go with arrays where the system takes them.
#[test]
fn patterns_can_be_plain_statements() {
    for system in System::ALL {
        let Some(database) = or_skip(Database::new(system)) else { continue };
        database.client().run(&users_table(system));
        let owner = database.user().to_owned();
        let mut persons = Persons::new(database, &owner);
        let operations = &mut persons.table_mut().operations;
        operations.insert = pattern("INSERT INTO users (uid, last_name) VALUES ('%uid%', '%last_name%')");
        operations.update = pattern(
            "UPDATE users SET note = concat('was ', '%last_name:old%'), last_name = '%last_name%' WHERE uid = '%uid%'",
        );
        operations.delete = pattern("DELETE FROM users WHERE uid = '%uid%'");
        let (mut connector, table) = (persons.connector(), persons.table().clone());
        let number = |number: i32| vec![text(&format!("u{number:05}")), text(&format!("n{number}"))];
        let rows: Vec<Vec<Value>> = (0..2500).map(number).collect();
        connector.begin().unwrap();
        connector.insert(&table, &batch(&["uid", "last_name"], &rows)).unwrap();
        let keys: Vec<Vec<Value>> = rows.iter().map(|row| vec![row[0].clone()]).collect();
        let (keys, names) = (batch(&["uid"], &keys), vec![vec![text("new")]; 2500]);
        connector.update(&table, &keys, &batch(&["last_name"], &names)).unwrap();
        connector.commit().unwrap();
        let users = persons.users();
        assert_eq!(users.len(), 2500, "{system:?}");
        assert_eq!(users[2499], "u02499\tNULL\tnew\tNULL\tNULL\twas n2499", "{system:?}");

        // One row among many that the database refuses.
        let mut more = vec![vec![text("x1"), text("x")], vec![text("u00007"), text("twice")]];
        more.extend((0..50).map(|number| vec![text(&format!("y{number}")), text("y")]));
        connector.begin().unwrap();
        let error = connector.insert(&table, &batch(&["uid", "last_name"], &more)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Constraint, "{system:?}: {error}");
        connector.rollback().unwrap();

        connector.begin().unwrap();
        connector.delete(&table, &keys).unwrap();
        connector.commit().unwrap();
        assert_eq!(persons.users(), [""; 0], "{system:?}");
    }
}

/// MariaDB's driver takes the refusal of a value that an enum does not have for a warning.
#[test]
fn a_refusal_that_looks_like_a_warning_is_an_error() {
    let Some(database) = or_skip(Database::new(System::MariaDb)) else { return };
    database.client().run(&(users_table(System::MariaDb)
        + "CREATE TABLE kinds (uid varchar(40) PRIMARY KEY, kind enum('a', 'b'));
           CREATE PROCEDURE create_kind(p_uid varchar(40), p_kind varchar(60)) INSERT INTO kinds VALUES (p_uid, p_kind);"));
    let owner = database.user().to_owned();
    let mut persons = Persons::new(database, &owner);
    for insert in ["CALL create_kind(%uid%, %last_name%)", "INSERT INTO kinds VALUES (%uid%, %last_name%)"] {
        persons.table_mut().operations.insert = pattern(insert);
        let mut connector = persons.connector();
        connector.begin().unwrap();
        let rows: Vec<Vec<Value>> =
            ["a", "none", "b"].iter().map(|kind| vec![text(&format!("u{kind}")), text(kind)]).collect();
        let error = connector.insert(persons.table(), &batch(&["uid", "last_name"], &rows));
        assert!(error.is_err(), "{insert}");
        connector.rollback().unwrap();
        assert_eq!(persons.database.client().lines("SELECT * FROM kinds"), [""; 0], "{insert}");
    }
}

pub fn statuses(report: &RunReport) -> Vec<ChangeStatus> {
    report.steps[0].changes.iter().map(|change| change.status).collect()
}

/// The only error of a run is about this object and says what the procedure said.
#[track_caller]
fn expect_forbidden(report: &RunReport, object: &str, done: usize) {
    assert_eq!(report.run.status, RunStatus::DoneWithErrors, "{:#}", report.to_json());
    let [message] = report.steps[0].messages.as_slice() else { panic!("{:?}", report.steps[0].messages) };
    assert_eq!(message.code, "SW-D010", "{message:?}");
    assert!(message.object.as_deref().is_some_and(|name| name.contains(object)), "{message:?}");
    assert!(message.text.contains("nobody may be called Forbidden"), "{message:?}");
    let statuses = statuses(report);
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((count(ChangeStatus::Done), count(ChangeStatus::Failed)), (done, 1), "{statuses:?}");
}

#[test]
fn a_run_keeps_the_good_ones_and_names_the_bad_one() {
    for persons in everywhere() {
        let system = persons.database.system();
        for (number, name) in (0..).zip(NAMES) {
            persons.add(&format!("u{number:02}"), (number % 3 > 0).then_some(name), name, Some(name));
        }
        persons.add("u50", Some("Bad"), "Forbidden", None);
        expect_forbidden(&persons.run(), "u50", NAMES.len());
        assert_eq!(persons.users().len(), NAMES.len(), "{system:?}");
        let sql = "UPDATE persons SET last = 'Good' WHERE uid = 'u50'";
        persons.central().execute_batch(sql).unwrap();
        let report = persons.run_well();
        assert_eq!(statuses(&report), [ChangeStatus::Done], "{system:?}");
        persons.expect_equal();

        // Changed, of which one is refused behind the first rows that the procedure gives; deleted.
        let sql = "UPDATE persons SET note = note || ' changed', born = NULL WHERE uid < 'u05'; \
                   UPDATE persons SET last = 'Forbidden' WHERE uid = 'u50'; DELETE FROM persons WHERE uid = 'u06'";
        persons.central().execute_batch(sql).unwrap();
        expect_forbidden(&persons.run(), "u50", 6);
        let users = persons.users();
        assert_eq!(users.len(), NAMES.len(), "{system:?}");
        assert_eq!(users[0], "u00\tNULL\tO'Brien\tNULL\t7\tO'Brien changed", "{system:?}");
        assert_eq!(users[11].split('\t').nth(2), Some("Good"), "{system:?}");
        persons.central().execute_batch("UPDATE persons SET last = 'Good' WHERE uid = 'u50'").unwrap();
        persons.expect_equal();
    }
}
