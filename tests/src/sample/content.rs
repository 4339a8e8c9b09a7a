//! What a database holds, as texts that can be compared whatever system it is in.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, types::Value};

use super::tables::{Column, Kind, Table, tables};
use crate::servers::{Database, System};

/// Every row of every table as a text, by table; rows in order.
pub type Dump = BTreeMap<String, Vec<String>>;

/// Columns that say when and by which run something was written.
const NOT_COMPARED: &[&str] = &["Revision", "marked_at", "run_id"];

/// Tables that are compared: all but the journal; labels of outstanding objects are.
fn is_compared(table: &Table) -> bool {
    !table.name.starts_with("sw_") || table.name == "sw_outstanding"
}

fn compared_columns(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| !NOT_COMPARED.contains(&column.name.as_str()))
}

/// What a SQLite file holds.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
pub fn content_of_file(file: &Path) -> Dump {
    let database = Connection::open(file).expect("the file is a database");
    let read = |table: Table| {
        let columns: Vec<&Column> = compared_columns(&table).collect();
        let names =
            columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ");
        let mut statement =
            database.prepare(&format!("SELECT {names} FROM \"{}\"", table.name)).expect("tables can be read");
        let rows = statement.query_map([], |row| {
            let cells = columns.iter().enumerate().map(|(place, column)| {
                let text = match row.get(place)? {
                    Value::Null => None,
                    Value::Integer(number) => Some(number.to_string()),
                    Value::Real(number) => Some(number.to_string()),
                    Value::Text(text) => Some(text),
                    Value::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
                };
                Ok(canonical(column.declared.kind, text))
            });
            cells.collect::<rusqlite::Result<Vec<_>>>()
        });
        let rows: rusqlite::Result<Vec<_>> = rows.and_then(Iterator::collect);
        (table.name.clone(), sorted(rows.expect("tables can be read")))
    };
    tables(&database).into_iter().filter(is_compared).map(read).collect()
}

/// What a database on a server holds of the tables that a SQLite file has.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
pub fn content_of_database(database: &Database, like: &Path) -> Dump {
    let like = Connection::open(like).expect("the file is a database");
    let read = |table: Table| {
        let columns: Vec<&Column> = compared_columns(&table).collect();
        // In hexadecimal, so that neither a line break nor the text NULL in a value can be mistaken.
        let selected = columns.iter().map(|column| {
            let name = database.system().quote(&column.name);
            match (database.system(), column.declared.kind) {
                (System::PostgreSql, Kind::Binary) => format!("encode({name}, 'hex')"),
                (System::PostgreSql, _) => {
                    format!("encode(convert_to(CAST({name} AS text), 'UTF8'), 'hex')")
                }
                (System::MariaDb, Kind::Binary) => format!("HEX({name})"),
                (System::MariaDb, _) => format!("HEX(CONVERT({name} USING utf8mb4))"),
            }
        });
        let selected = selected.collect::<Vec<_>>().join(", ");
        let from = database.system().quote(&table.name);
        let lines = database.client().lines(&format!("SELECT {selected} FROM {from};"));
        let rows = lines.iter().map(|line| {
            let cells = columns.iter().zip(line.split('\t')).map(|(column, cell)| {
                let text = (cell != "NULL").then(|| match column.declared.kind {
                    Kind::Binary => cell.to_ascii_lowercase(),
                    _ => decoded(cell),
                });
                canonical(column.declared.kind, text)
            });
            cells.collect()
        });
        (table.name.clone(), sorted(rows.collect()))
    };
    tables(&like).into_iter().filter(is_compared).map(read).collect()
}

fn sorted(rows: Vec<Vec<String>>) -> Vec<String> {
    let mut rows: Vec<String> = rows.into_iter().map(|cells| cells.join(" | ")).collect();
    rows.sort();
    rows
}

fn decoded(hexadecimal: &str) -> String {
    let bytes = hexadecimal.as_bytes().chunks(2).map(|digits| {
        let digits = std::str::from_utf8(digits).expect("digits are ASCII");
        u8::from_str_radix(digits, 16).expect("digits are hexadecimal")
    });
    String::from_utf8(bytes.collect()).expect("texts are UTF-8")
}

/// The same text for the same value, however a system writes it.
fn canonical(kind: Kind, text: Option<String>) -> String {
    let Some(text) = text else { return "NULL".to_owned() };
    match kind {
        Kind::Boolean => matches!(text.as_str(), "1" | "t" | "true").to_string(),
        Kind::Decimal | Kind::Timestamp if text.contains('.') => {
            text.replace('T', " ").trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Kind::Timestamp => text.replace('T', " "),
        Kind::Float => text.parse::<f64>().expect("floats are numbers").to_string(),
        Kind::Decimal | Kind::Date | Kind::Guid | Kind::Integer => text,
        Kind::Binary | Kind::Fixed | Kind::LongText | Kind::Text => format!("'{text}'"),
    }
}

/// Fails with the rows that differ, not with everything.
///
/// # Panics
///
/// If something differs.
#[track_caller]
pub fn assert_same(found: &Dump, expected: &Dump) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (table, rows) in expected {
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|row| those.binary_search(row).is_err()).take(5).cloned().collect()
        };
        let (missing, more) = (only(rows, &found[table]), only(&found[table], rows));
        assert!(*rows == found[table], "{table}: missing {missing:#?}, too many {more:#?}");
    }
}
