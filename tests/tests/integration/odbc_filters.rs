//! Filters that a database evaluates mean there what they mean here (E4): the same objects either way, for
//! random filters over values that databases like to call equal.

use std::{path::Path, sync::Arc};

use arrow::{
    array::{Array as _, AsArray as _, RecordBatch},
    compute::concat_batches,
    datatypes::Int64Type,
};
use datafusion::{
    datasource::MemTable,
    logical_expr::{Expr, ident, lit},
    prelude::SessionContext,
    scalar::ScalarValue,
};
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use syncwright_core::{
    connect::{Connector, ErrorKind, Flow, OpenMode, SearchRequest, open},
    expr::three_valued,
    progress::{CancelToken, Silent},
    project::{Connection, SchemaType},
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::odbc_types::connection;

/// Texts that some collation calls equal, or orders otherwise than by code point.
const TEXTS: &[&str] = &[
    "a", "A", "ä", "Ä", "a ", " a", "ss", "ß", "Ø", "o", "高", "高橋", "b", "B", "", "%", "_", "'", "\\",
    "a\tb", "😀", "ｆ",
];
const DECIMALS: &[&str] = &["0.10", "0.1", "-0.10", "12345678.90", "0.00"];

/// Values of the rows of the table, as SQL.
fn rows_of_values() -> Vec<[String; 7]> {
    let mut all = Vec::new();
    for number in 0_usize..66 {
        let pick = |values: &[&str], step: usize| match (number * step) % (values.len() + 1) {
            0 => "NULL".to_owned(),
            index => format!("'{}'", values[index - 1].replace('\'', "''")),
        };
        let flag = match number % 3 {
            0 => "NULL",
            1 => "TRUE",
            _ => "FALSE",
        };
        let day =
            if number % 5 == 0 { "NULL".to_owned() } else { format!("'2024-02-{:02}'", number % 28 + 1) };
        let count = if number % 7 == 0 { "NULL".to_owned() } else { (number % 9).to_string() };
        all.push([
            number.to_string(),
            pick(TEXTS, 1),
            pick(TEXTS, 5),
            count,
            pick(DECIMALS, 1),
            flag.to_owned(),
            day,
        ]);
    }
    all
}

/// The same as one text.
fn rows() -> String {
    let rows: Vec<String> = rows_of_values().iter().map(|row| format!("({})", row.join(", "))).collect();
    rows.join(", ")
}

fn table(system: System) -> Option<(Database, Box<dyn Connector>, SchemaType)> {
    let database = or_skip(Database::new(system))?;
    // Backslashes are themselves in all texts; the padded column loses blanks at its end.
    let (mode, charset) = match system {
        System::PostgreSql => ("", ""),
        System::MariaDb => ("SET sql_mode = 'NO_BACKSLASH_ESCAPES';", "CHARACTER SET utf8mb4"),
    };
    database.client().run(&format!(
        "{mode} CREATE TABLE t (id integer PRIMARY KEY, name varchar(20), code char(10), number integer, \
         amount decimal(12,2), flag boolean, day date) {charset}; INSERT INTO t VALUES {}",
        rows()
    ));
    let dialect = match system {
        System::PostgreSql => "postgresql",
        System::MariaDb => "mariadb",
    };
    let connection = connection(&database, dialect);
    let mut connector = open(&connection, Path::new("."), OpenMode::Read).unwrap();
    let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
    let [table] = schema.types.as_slice() else { panic!("{schema:?}") };
    let table = table.clone();
    Some((database, connector, table))
}

fn read(connector: &mut dyn Connector, table: &SchemaType, filters: &[Expr]) -> RecordBatch {
    let names: Vec<String> = table.properties.iter().map(|property| property.name.clone()).collect();
    let request = SearchRequest { filters, ..SearchRequest::all(table, &names) };
    let mut batches = Vec::new();
    connector
        .search(&request, &CancelToken::default(), &mut |batch| {
            batches.push(batch);
            Flow::Continue
        })
        .unwrap_or_else(|error| panic!("{error}: {filters:?}"));
    concat_batches(&batches[0].schema(), &batches).unwrap()
}

fn ids(batches: &[RecordBatch]) -> Vec<i64> {
    let mut ids: Vec<i64> = batches
        .iter()
        .flat_map(|batch| {
            let column = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>();
            assert_eq!(column.null_count(), 0);
            column.values().to_vec()
        })
        .collect();
    ids.sort_unstable();
    ids
}

/// What the engine finds among all objects.
fn found_here(all: &RecordBatch, filter: &Expr) -> Vec<i64> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let table = MemTable::try_new(all.schema(), vec![vec![all.clone()]]).unwrap();
        let frame =
            SessionContext::new().read_table(Arc::new(table)).unwrap().filter(filter.clone()).unwrap();
        ids(&frame.collect().await.unwrap())
    })
}

fn literal(column: &'static str) -> BoxedStrategy<Expr> {
    match column {
        "name" | "code" => select(TEXTS).prop_map(lit).boxed(),
        "number" | "id" => (-1_i64..12).prop_map(lit).boxed(),
        "amount" => select(vec![0_i128, 10, -10, 1, 1_234_567_890])
            .prop_map(|unscaled| lit(ScalarValue::Decimal128(Some(unscaled), 12, 2)))
            .boxed(),
        "day" => (19_750_i32..19_790).prop_map(|days| lit(ScalarValue::Date32(Some(days)))).boxed(),
        _ => any::<bool>().prop_map(lit).boxed(),
    }
}

fn condition() -> BoxedStrategy<Expr> {
    let columns = select(vec!["name", "code", "number", "id", "amount", "day", "flag"]);
    columns
        .prop_flat_map(|column| {
            let compare =
                (literal(column), 0..6_usize, any::<bool>()).prop_map(move |(value, operator, turned)| {
                    let (left, right) = if turned { (value, ident(column)) } else { (ident(column), value) };
                    match operator {
                        0 => left.eq(right),
                        1 => left.not_eq(right),
                        2 => left.lt(right),
                        3 => left.lt_eq(right),
                        4 => left.gt(right),
                        _ => left.gt_eq(right),
                    }
                });
            let list = (prop::collection::vec(literal(column), 1..5), any::<bool>())
                .prop_map(move |(values, negated)| ident(column).in_list(values, negated));
            let null = any::<bool>().prop_map(move |negated| {
                if negated { ident(column).is_not_null() } else { ident(column).is_null() }
            });
            prop_oneof![6 => compare, 2 => list, 1 => null]
        })
        .boxed()
}

fn filter() -> impl Strategy<Value = Expr> {
    condition().prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.and(other)),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| one.or(other)),
            inner.prop_map(|one| !one),
        ]
    })
}

/// The same table in an embedded SQLite file: columns with collations, and values in all the spellings that are
/// read there.
fn embedded(folder: &Path) -> (Box<dyn Connector>, SchemaType) {
    let flags = ["NULL", "1", "0", "'true'", "'F'", "'Yes'", "'n'", "'t'"];
    let mut rows = Vec::new();
    for (number, row) in rows_of_values().into_iter().enumerate() {
        let [id, name, code, count, amount, _, day] = row;
        let day = match number % 4 {
            1 if day != "NULL" => format!("{day} || ' 00:00:00'"),
            2 if day != "NULL" => format!("{day} || 'T00:00'"),
            _ => day,
        };
        // A column of integers makes integers of texts and of whole numbers.
        let count = match number % 3 {
            1 if count != "NULL" => format!("' {count}'"),
            2 if count != "NULL" => format!("{count}.0"),
            _ => count,
        };
        let flag = flags[number % flags.len()];
        rows.push(format!("({id}, {name}, {code}, {count}, {amount}, {flag}, {day})"));
    }
    let sql = format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20) COLLATE NOCASE, code TEXT COLLATE RTRIM, \
         number INTEGER, amount DECIMAL(12,2), flag BOOLEAN, day DATE); INSERT INTO t VALUES {}",
        rows.join(", ")
    );
    rusqlite::Connection::open(folder.join("t.db")).unwrap().execute_batch(&sql).unwrap();
    let text = serde_json::json!({ "system_identifier": "T", "provider": { "Sqlite": { "file": "t.db" } } });
    let connection: Connection = serde_json::from_value(text).unwrap();
    let mut connector = open(&connection, folder, OpenMode::Read).unwrap();
    let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
    let [table] = schema.types.as_slice() else { panic!("{schema:?}") };
    let table = table.clone();
    (connector, table)
}

/// Compares random filters; fails if fewer than `least` of 400 were evaluated there.
fn compare(what: &str, connector: Box<dyn Connector>, table: &SchemaType, least: u32) {
    let connector = std::cell::RefCell::new(connector);
    let all = read(&mut **connector.borrow_mut(), table, &[]);
    assert_eq!(all.num_rows(), 66);
    let taken = std::cell::Cell::new(0);
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    // In the form that parsed conditions have: in others the engine loses NULL in negated lists.
    let filters = filter().prop_map(three_valued);
    let result = TestRunner::new(config).run(&filters, |filter| {
        let mut connector = connector.borrow_mut();
        if connector.takes_filter(table, &filter) {
            taken.set(taken.get() + 1);
            let there = ids(&[read(&mut **connector, table, std::slice::from_ref(&filter))]);
            prop_assert_eq!(there, found_here(&all, &filter), "{}: {}", what, filter);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(taken.get() > least, "{what} took only {} of 400 filters", taken.get());
}

#[test]
fn a_filter_finds_the_same_objects_here_and_there() {
    for system in System::ALL {
        let Some((_database, connector, table)) = table(system) else { continue };
        compare(&format!("{system:?}"), connector, &table, 300);
    }
}

#[test]
fn a_filter_finds_the_same_objects_in_an_embedded_database() {
    let folder = tempfile::tempdir().unwrap();
    let (connector, table) = embedded(folder.path());
    // Decimals are compared here.
    compare("SQLite", connector, &table, 200);
}

/// Where a condition meets a value of another type, nobody is told that the object is not in scope.
#[test]
fn a_filter_on_a_value_of_another_type_fails_in_an_embedded_database() {
    for (column, value, filter) in [
        ("flag", "'maybe'", ident("flag").eq(lit(true))),
        ("flag", "2", !ident("flag")),
        ("number", "'n/a'", ident("number").lt(lit(3_i64))),
        ("number", "1.5", ident("number").in_list(vec![lit(1_i64)], false)),
        ("day", "'01.02.2024'", ident("day").gt(lit(ScalarValue::Date32(Some(0))))),
        ("day", "'2024-02-01 12:00:00'", ident("day").eq(lit(ScalarValue::Date32(Some(19_754))))),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (mut connector, table) = embedded(folder.path());
        let sql = format!("UPDATE t SET {column} = {value} WHERE id = 40");
        rusqlite::Connection::open(folder.path().join("t.db")).unwrap().execute_batch(&sql).unwrap();
        assert!(connector.takes_filter(&table, &filter), "{filter}");
        let names = ["id".to_owned()];
        let filters = [filter];
        let request = SearchRequest { filters: &filters, ..SearchRequest::all(&table, &names) };
        let error = connector
            .search(&request, &CancelToken::default(), &mut |_| Flow::Continue)
            .expect_err("the value is not of the type");
        assert_eq!(error.kind, ErrorKind::IncompatibleData, "{error}");
        assert!(error.text.contains(&format!("t.{column}")), "{error}");
    }
}
