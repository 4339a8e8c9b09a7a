//! Values across systems: what one database holds is written into another and is the same there, for every
//! ordered pair of systems and every type that both have.

use proptest::{prelude::*, test_runner::TestRunner};
use syncwright_core::value::ValueType;
use syncwright_tests::servers::{System, or_skip};

use crate::{
    odbc_pair::{End, Kind, Pair},
    odbc_types::{any_value, numbered},
};

/// Longest texts and binaries: see `odbc_types`.
const LONGEST: usize = 200;

/// A table with a column of every type that all systems have, in the words of one.
fn table(kind: Kind) -> String {
    let (float, text, binary, time, timestamp, moment, guid, options) = match kind {
        Kind::Server(System::PostgreSql) => {
            ("double precision", "text", "bytea", "time", "timestamp", "timestamptz", "uuid", "")
        }
        Kind::Server(System::MariaDb) => (
            "double",
            "longtext",
            "longblob",
            "time(6)",
            "datetime(6)",
            "timestamp(6) NULL",
            "uuid",
            " CHARACTER SET utf8mb4",
        ),
        Kind::Embedded | Kind::SqliteDriver => {
            ("double", "text", "blob", "time", "timestamp", "timestamptz", "guid", "")
        }
    };
    format!(
        "CREATE TABLE everything (
            id bigint NOT NULL PRIMARY KEY, flag boolean, number bigint, small smallint, amount decimal(12,2),
            ratio {float}, name varchar(60), story {text}, code char(8), picture {binary}, born date, at {time},
            seen {timestamp}, logged {moment}, guid {guid}){options}"
    )
}

const TYPES: [(&str, ValueType); 14] = [
    ("flag", ValueType::Boolean),
    ("number", ValueType::Integer),
    ("small", ValueType::Integer),
    ("amount", ValueType::Decimal(12, 2)),
    ("ratio", ValueType::Float),
    ("name", ValueType::String),
    ("story", ValueType::String),
    ("code", ValueType::String),
    ("picture", ValueType::Binary),
    ("born", ValueType::Date),
    ("at", ValueType::Time),
    ("seen", ValueType::Timestamp),
    ("logged", ValueType::TimestampUtc),
    ("guid", ValueType::Guid),
];

/// Writes random rows into `kind` and from there into every other system.
fn from_each(kind: Kind) {
    let Some(from) = or_skip(End::new(kind, "everything", &table(kind))) else { return };
    for (name, value_type) in TYPES {
        assert_eq!(from.table.property(name).unwrap().value_type, value_type, "{kind:?} {name}");
    }
    let columns: Vec<_> =
        TYPES.iter().map(|(name, value_type)| any_value(name, *value_type, LONGEST)).collect();
    for other in Kind::ALL.into_iter().filter(|other| *other != kind) {
        let Some(to) = or_skip(End::new(other, "everything", &table(other))) else { continue };
        let pair = Pair::new(&from, &to);
        let config = ProptestConfig { cases: 3, failure_persistence: None, ..ProptestConfig::default() };
        let result = TestRunner::new(config).run(&prop::collection::vec(columns.clone(), 1..40), |rows| {
            let rows = numbered(rows);
            from.fill(&rows);
            prop_assert_eq!(&from.rows(), &rows, "written and read");
            pair.settle().map_err(TestCaseError::fail)?;
            prop_assert_eq!(&to.rows(), &rows, "written from the other system and read");
            Ok(())
        });
        if let Err(error) = result {
            panic!("{kind:?} → {other:?}: {error}");
        }
    }
}

#[test]
fn values_of_postgresql_are_the_same_elsewhere() {
    from_each(Kind::Server(System::PostgreSql));
}

#[test]
fn values_of_mariadb_are_the_same_elsewhere() {
    from_each(Kind::Server(System::MariaDb));
}

#[test]
fn values_behind_the_driver_of_sqlite_are_the_same_elsewhere() {
    from_each(Kind::SqliteDriver);
}

#[test]
fn values_of_the_embedded_database_are_the_same_elsewhere() {
    from_each(Kind::Embedded);
}
