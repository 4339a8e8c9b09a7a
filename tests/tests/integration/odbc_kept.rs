//! Columns that keep less than the other side has: a second run finds nothing to do.

use std::cell::RefCell;

use proptest::{prelude::*, test_runner::TestRunner};
use syncwright_core::{
    project::Kept,
    value::{Value, ValueType},
};
use syncwright_tests::servers::{System, or_skip};

use crate::{
    odbc_pair::{End, Kind, Pair},
    odbc_types::numbered,
};

/// What the source holds: everything finer than the destination can keep.
const FINE: &str = "CREATE TABLE fine (
    id BIGINT PRIMARY KEY NOT NULL, whole_seconds TIMESTAMP, milliseconds TIMESTAMP, moment TIMESTAMPTZ, at TIME,
    ratio DOUBLE, code TEXT, name TEXT, amount DECIMAL(14,6), settings TEXT, address TEXT, hardware TEXT,
    colour TEXT, rights TEXT, bytes BLOB)";

/// The same in a server's words, as coarse as it has it.
fn coarse(kind: Kind) -> &'static str {
    match kind {
        Kind::Server(System::PostgreSql) => {
            "CREATE TABLE coarse (
                id bigint PRIMARY KEY, whole_seconds timestamp(0), milliseconds timestamp(3),
                moment timestamptz(2), at time(1), ratio real, code char(8), name varchar(5),
                amount numeric(8,2), settings jsonb, address inet, hardware macaddr)"
        }
        Kind::Server(System::MariaDb) => {
            "CREATE TABLE coarse (
                id bigint PRIMARY KEY, whole_seconds datetime, milliseconds datetime(3),
                moment timestamp(2) NULL, at time(1), ratio float, code char(8), name varchar(5),
                amount decimal(8,2), settings json, address inet6, colour enum('Red','green','it''s'),
                rights set('read','Write','x'), bytes binary(6)) CHARACTER SET utf8mb4"
        }
        Kind::Embedded | Kind::SqliteDriver => {
            "CREATE TABLE coarse (
                id BIGINT PRIMARY KEY NOT NULL, whole_seconds TIMESTAMP(0), milliseconds TIMESTAMP(3),
                moment TIMESTAMPTZ, at TIME, ratio REAL, code CHAR(8), name VARCHAR(5), amount DECIMAL(8,2),
                settings JSON, bytes BLOB)"
        }
    }
}

fn texts(texts: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::select(texts).prop_map(|text| Value::String(text.to_owned())).boxed()
}

/// A value for a column of the source that the destination accepts, but does not keep as it is.
fn any_value(name: &str, value_type: ValueType) -> BoxedStrategy<Value> {
    let value = match (name, value_type) {
        ("code", _) => "[a-zŁ東]{0,6} {0,5}".prop_map(Value::String).boxed(),
        ("name", _) => "[a-zŁ東 ]{0,5} {0,3}".prop_map(Value::String).boxed(),
        ("settings", _) => texts(&[
            r#"{"b": 1.0, "a": [true , null]}"#,
            r#"{"a":[true,null],"b":1}"#,
            "1e2",
            "-0.50",
            r#"{"ä\u00e4": "\u0041\n", "x": {"zz": 1, "y": 2}}"#,
            "[12345678901234567890123.10]",
        ]),
        ("address", _) => texts(&["2001:DB8:0:0::1", "::1", "fe80:0:0:0:1::A"]),
        ("hardware", _) => texts(&["08-00-2B-01-02-03", "0800.2b01.0203", "08:00:2b:01:02:03"]),
        ("colour", _) => texts(&["RED", "red", "Green", "IT'S", "green  "]),
        ("rights", _) => texts(&["write,READ", "x,x,read", "", "Write"]),
        ("bytes", _) => prop::collection::vec(any::<u8>(), 0..6).prop_map(Value::Binary).boxed(),
        ("amount", ValueType::Decimal(_, scale)) => (-999_999_000_000_i128..999_999_000_000)
            .prop_map(move |unscaled| Value::Decimal { unscaled, scale })
            .boxed(),
        (_, ValueType::Timestamp) => {
            (-30_000_000_000_000_000_i64..200_000_000_000_000_000).prop_map(Value::Timestamp).boxed()
        }
        (_, ValueType::TimestampUtc) => {
            (86_400_000_000_i64..2_100_000_000_000_000).prop_map(Value::TimestampUtc).boxed()
        }
        (_, ValueType::Time) => prop_oneof![0_i64..86_400_000_000, 86_399_900_000_i64..86_400_000_000]
            .prop_map(Value::Time)
            .boxed(),
        (_, ValueType::Float) => prop_oneof![-1e37..1e37, -1.0..1.0, Just(-0.0), Just(0.1), -1e-30..1e-30]
            .prop_map(Value::Float)
            .boxed(),
        other => panic!("no values for {other:?}"),
    };
    prop_oneof![1 => Just(Value::Null), 6 => value].boxed()
}

fn any_row(end: &End) -> BoxedStrategy<Vec<Value>> {
    let columns = end.table.properties[1..].iter();
    columns.map(|column| any_value(&column.name, column.value_type)).collect::<Vec<_>>().boxed()
}

/// Inserts, then updates; after each a run finds nothing to do.
#[track_caller]
fn expect_settled(kind: Kind) {
    let Some(to) = or_skip(End::new(kind, "coarse", coarse(kind))) else { return };
    let from = End::new(Kind::Embedded, "fine", FINE).unwrap();
    let pair = Pair::new(&from, &to);
    let row = any_row(&from);
    let rows = prop::collection::vec((row.clone(), row), 1..40);
    let config = ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() };
    let inserted = RefCell::new(0);
    let result = TestRunner::new(config).run(&rows, |pairs| {
        let (first, second): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        to.execute("DELETE FROM coarse");
        for rows in [numbered(first), numbered(second)] {
            from.fill(&rows);
            pair.settle().map_err(TestCaseError::fail)?;
            prop_assert_eq!(to.rows().len(), rows.len());
            *inserted.borrow_mut() += rows.len();
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{kind:?}: {error}");
    }
    assert!(*inserted.borrow() > 0);
}

#[test]
fn values_finer_than_a_column_of_postgresql_settle() {
    expect_settled(Kind::Server(System::PostgreSql));
}

#[test]
fn values_finer_than_a_column_of_mariadb_settle() {
    expect_settled(Kind::Server(System::MariaDb));
}

#[test]
fn values_finer_than_a_column_of_sqlite_settle() {
    expect_settled(Kind::SqliteDriver);
    expect_settled(Kind::Embedded);
}

/// What stands in the database is the beginning of the fraction, not what the server would round it to.
#[test]
fn what_a_column_does_not_keep_is_cut_off_before_it_is_written() {
    for system in System::ALL {
        let kind = Kind::Server(system);
        let Some(to) = or_skip(End::new(kind, "coarse", coarse(kind))) else { continue };
        assert_eq!(to.table.property("milliseconds").unwrap().keeps, Kept::FractionDigits(3));
        assert_eq!(to.table.property("ratio").unwrap().keeps, Kept::SinglePrecision);
        let from = End::new(Kind::Embedded, "fine", FINE).unwrap();
        from.execute(
            "INSERT INTO fine (id, whole_seconds, milliseconds, at, ratio, code)
             VALUES (1, '2024-12-31 23:59:59.999999', '1969-12-31 23:59:59.999900', '23:59:59.99', 0.1, 'ab  ')",
        );
        Pair::new(&from, &to).settle().unwrap();
        let database = to.database.as_ref().unwrap();
        let found =
            database.client().lines("SELECT whole_seconds, milliseconds, at, ratio, code FROM coarse");
        let padded = if system == System::PostgreSql { "ab      " } else { "ab" };
        let expected = format!("2024-12-31 23:59:59\t1969-12-31 23:59:59.999\t23:59:59.9\t0.1\t{padded}");
        assert_eq!(found, [expected], "{system:?}");
    }
}

/// What does not fit is never cut: the object is in error, and nothing of it is written.
#[test]
fn what_is_too_long_or_too_large_is_still_an_error() {
    for system in System::ALL {
        let kind = Kind::Server(system);
        let Some(to) = or_skip(End::new(kind, "coarse", coarse(kind))) else { continue };
        let from = End::new(Kind::Embedded, "fine", FINE).unwrap();
        from.execute(
            "INSERT INTO fine (id, name, ratio, amount) VALUES
             (1, 'abcdef', NULL, NULL), (2, 'abcde ', NULL, NULL), (3, NULL, 1e39, NULL), (4, NULL, 0.5, 1.005)",
        );
        let report = Pair::new(&from, &to).run();
        let json = report.to_json();
        assert_eq!(json["steps"][0]["writes"]["failed"], 2, "{system:?}: {json:#}");
        let database = to.database.as_ref().unwrap();
        let found = database.client().lines("SELECT id, name, ratio, amount FROM coarse ORDER BY id");
        assert_eq!(found, ["2\tabcde\tNULL\tNULL", "4\tNULL\t0.5\t1.01"], "{system:?}: half away from zero");
    }
}
