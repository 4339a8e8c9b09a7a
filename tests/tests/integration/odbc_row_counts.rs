//! Writing many objects at once: whoever is not there, or there twice, is told by its key, and the whole batch is
//! taken back. Drivers count the rows of a call with arrays in ways of their own.

use syncwright_core::{
    connect::{ConnectError, Connector, ErrorKind, OpenMode, open},
    value::Value,
};
use syncwright_tests::servers::{System, or_skip};

use crate::odbc_pair::{End, Kind};

const TABLE: &str = "CREATE TABLE people (id bigint NOT NULL PRIMARY KEY, name varchar(40))";
/// Nothing makes the key unique.
const WITHOUT_KEY: &str = "DROP TABLE people; CREATE TABLE people (id bigint, name varchar(40));";

fn ends() -> impl Iterator<Item = End> {
    let servers = System::ALL.into_iter().map(Kind::Server);
    let ends =
        servers.chain([Kind::SqliteDriver]).filter_map(|kind| or_skip(End::new(kind, "people", TABLE)));
    ends.inspect(|end| end.execute(WITHOUT_KEY))
}

fn ids(ids: &[i64]) -> Vec<Vec<Value>> {
    ids.iter().map(|id| vec![Value::Integer(*id)]).collect()
}

fn people(ids: impl IntoIterator<Item = i64>) -> Vec<Vec<Value>> {
    ids.into_iter().map(|id| vec![Value::Integer(id), Value::String(format!("person {id}"))]).collect()
}

fn names(count: usize) -> Vec<Vec<Value>> {
    vec![vec![Value::String("changed".to_owned())]; count]
}

/// The text of the error of writing in a transaction that is then taken back.
fn refused(end: &End, write: impl FnOnce(&mut dyn Connector) -> Result<(), ConnectError>) -> String {
    let mut connector = open(&end.connection, end.folder(), OpenMode::Write).unwrap();
    connector.begin().unwrap();
    let error = write(&mut *connector).unwrap_err();
    connector.rollback().unwrap();
    assert_eq!(error.kind, ErrorKind::NoSuchObject, "{error}");
    error.to_string()
}

/// MariaDB counts all rows of a call together; which one it is comes out when the batch is written in parts.
fn told(end: &End, id: i64) -> String {
    match end.kind {
        Kind::Server(System::MariaDb) => "were found in place of".to_owned(),
        _ => format!("with id \"{id}\" "),
    }
}

#[test]
fn the_object_that_is_gone_or_there_twice_is_named() {
    for end in ends() {
        let rows = people((0..500).filter(|id| *id != 321).chain([45]));
        end.fill(&rows);
        let before = end.rows();
        for (wanted, row) in [((100..400).collect::<Vec<_>>(), 321), ((0..100).collect(), 45)] {
            let keys = end.batch_of(&ids(&wanted), &["id"]);
            let changes = end.batch_of(&names(wanted.len()), &["name"]);
            let update = refused(&end, |connector| connector.update(&end.table, &keys, &changes));
            assert!(update.contains(&told(&end, row)), "{update}");
            let delete = refused(&end, |connector| connector.delete(&end.table, &keys));
            assert!(delete.contains(&told(&end, row)), "{delete}");
            assert_eq!(end.rows(), before);
        }
    }
}

#[test]
fn objects_that_are_there_once_are_written() {
    for end in ends() {
        end.fill(&people(0..2500));
        let mut connector = open(&end.connection, end.folder(), OpenMode::Write).unwrap();
        let keys = end.batch_of(&ids(&(0..2400).collect::<Vec<_>>()), &["id"]);
        // The same again: a row that is found counts, changed or not.
        for _ in 0..2 {
            connector.begin().unwrap();
            connector.update(&end.table, &keys, &end.batch_of(&names(2400), &["name"])).unwrap();
            connector.commit().unwrap();
        }
        connector.begin().unwrap();
        let gone = end.batch_of(&ids(&(0..2350).collect::<Vec<_>>()), &["id"]);
        connector.delete(&end.table, &gone).unwrap();
        connector.commit().unwrap();
        let changed = (2350..2400).map(|id| vec![Value::Integer(id), Value::String("changed".to_owned())]);
        assert_eq!(end.rows(), changed.chain(people(2400..2500)).collect::<Vec<_>>());
    }
}
