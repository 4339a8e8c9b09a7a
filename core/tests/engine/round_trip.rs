//! Every type through the SQLite connector: what is written is read back equal, whatever it is called.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{Field, Schema as ArrowSchema},
};
use proptest::{collection::vec, prelude::*, sample::select};
use syncwright_core::{
    connect::{Connector, Flow, OpenMode, OrderBy, SearchRequest, open},
    progress::{CancelToken, Silent},
    project::SchemaType,
    value::{Value, ValueType, array_of, value_at},
};

use crate::fixture::connection;

/// Every type as SQLite declares it.
const TYPES: [(&str, ValueType); 13] = [
    ("BOOLEAN", ValueType::Boolean),
    ("BIGINT", ValueType::Integer),
    ("DECIMAL(15,2)", ValueType::Decimal(15, 2)),
    ("NUMERIC(9,9)", ValueType::Decimal(9, 9)),
    ("DECIMAL(15)", ValueType::Decimal(15, 0)),
    ("REAL", ValueType::Float),
    ("VARCHAR(50)", ValueType::String),
    ("BLOB", ValueType::Binary),
    ("DATE", ValueType::Date),
    ("TIME", ValueType::Time),
    ("DATETIME", ValueType::Timestamp),
    ("TIMESTAMPTZ", ValueType::TimestampUtc),
    ("UNIQUEIDENTIFIER", ValueType::Guid),
];

/// Names that need quoting, mean something to SQL, or are not ASCII.
const NAMES: [&str; 20] = [
    "a b",
    "say \"hi\"",
    "select",
    "Ärger",
    "東京",
    "it's",
    "order",
    "x.y",
    "[b]",
    "%p%",
    "; DROP TABLE x --",
    "a,b",
    "?1",
    "rowid",
    "\"",
    "`",
    "Left",
    " lead",
    "🦀",
    "CamelCase",
];

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Microseconds of the years 0 to 9999.
const MICROS: std::ops::Range<i64> = -62_167_219_200_000_000..253_402_207_200_000_000;

fn value(value_type: ValueType) -> BoxedStrategy<Value> {
    match value_type {
        ValueType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        ValueType::Integer => any::<i64>().prop_map(Value::Integer).boxed(),
        ValueType::Decimal(precision, scale) => {
            let limit = 10_i64.pow(precision.into());
            (1 - limit..limit).prop_map(move |value| Value::Decimal { unscaled: value.into(), scale }).boxed()
        }
        ValueType::Float => prop_oneof![
            any::<f64>().prop_filter("a number", |value| !value.is_nan()),
            (-1000_i32..1000).prop_map(|value| f64::from(value) / 10.0),
        ]
        .prop_map(Value::Float)
        .boxed(),
        ValueType::String => prop_oneof![
            any::<String>(),
            select(vec!["", " ", "NULL", "007", "1e5", "1.0", "\u{0}", "a\u{0}b", "'; --", "\n"])
                .prop_map(str::to_owned),
        ]
        .prop_map(Value::String)
        .boxed(),
        ValueType::Binary => vec(any::<u8>(), 0..9).prop_map(Value::Binary).boxed(),
        ValueType::Date => (-719_528_i32..2_932_897).prop_map(Value::Date).boxed(),
        ValueType::Time => (0_i64..86_400_000_000).prop_map(Value::Time).boxed(),
        ValueType::Timestamp => MICROS.prop_map(Value::Timestamp).boxed(),
        ValueType::TimestampUtc => MICROS.prop_map(Value::TimestampUtc).boxed(),
        ValueType::Guid => any::<u128>()
            .prop_map(|bits| Value::String(uuid::Uuid::from_u128(bits).hyphenated().to_string()))
            .boxed(),
    }
}

/// One row: a value or NULL for every type.
fn row() -> impl Strategy<Value = Vec<Value>> {
    let columns: Vec<BoxedStrategy<Value>> = TYPES
        .iter()
        .map(|(_, value_type)| prop_oneof![1 => Just(Value::Null), 5 => value(*value_type)].boxed())
        .collect();
    columns
}

/// The second part of the key, of any type; the first is a number.
fn key_part() -> impl Strategy<Value = (usize, Vec<Value>)> {
    (0..TYPES.len()).prop_flat_map(|at| (Just(at), vec(value(TYPES[at].1), 8)))
}

fn batch(columns: &[(String, ValueType)], rows: &[Vec<Value>]) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, value_type)| Field::new(name, value_type.arrow(), true)).collect();
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .enumerate()
        .map(|(at, (_, value_type))| array_of(*value_type, rows.iter().map(|row| &row[at])))
        .collect();
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), arrays).unwrap()
}

fn values(batch: &RecordBatch) -> Vec<Vec<Value>> {
    (0..batch.num_rows())
        .map(|row| batch.columns().iter().map(|column| value_at(column, row)).collect())
        .collect()
}

fn search(connector: &mut dyn Connector, table: &SchemaType, names: &[String]) -> Vec<Vec<Value>> {
    let order = [OrderBy { property: table.key[0].clone(), descending: false }];
    let request = SearchRequest { order: &order, ..SearchRequest::all(table, names) };
    let mut found = Vec::new();
    connector
        .search(&request, &CancelToken::default(), &mut |batch| {
            found.extend(values(&batch));
            Flow::Continue
        })
        .unwrap();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read_back_equal(
        names in Just(NAMES.to_vec()).prop_shuffle(),
        (key_type, key_values) in key_part(),
        mut rows in vec(row(), 1..8),
        changed in vec(row(), 8),
        block in 1_u32..4,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut names = names.into_iter().map(str::to_owned);
        let table_name = names.next().unwrap();
        let mut columns: Vec<(String, ValueType)> = vec![
            (names.next().unwrap(), ValueType::Integer),
            (names.next().unwrap(), TYPES[key_type].1),
        ];
        columns.extend(TYPES.iter().map(|(_, value_type)| (names.next().unwrap(), *value_type)));
        let declared: Vec<String> = ["INT", TYPES[key_type].0]
            .into_iter()
            .chain(TYPES.iter().map(|(declared, _)| *declared))
            .zip(&columns)
            .map(|(declared, (name, _))| format!("{} {declared}", quote(name)))
            .collect();
        let sql = format!(
            "CREATE TABLE {} ({}, PRIMARY KEY ({}, {}))",
            quote(&table_name), declared.join(", "), quote(&columns[0].0), quote(&columns[1].0)
        );
        rusqlite::Connection::open(folder.path().join("x.db")).unwrap().execute_batch(&sql).unwrap();

        let mut connection = connection("X", "x.db");
        connection.fetch_batch_size = Some(block);
        let mut connector = open(&connection, folder.path(), OpenMode::Write).unwrap();
        let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
        let table = schema.schema_type(&table_name).unwrap();
        let described: Vec<(String, ValueType)> =
            table.properties.iter().map(|property| (property.name.clone(), property.value_type)).collect();
        prop_assert_eq!(&described, &columns);
        prop_assert_eq!(&table.key, &[columns[0].0.clone(), columns[1].0.clone()]);
        prop_assert!(table.properties.iter().all(|property| property.unusable.is_none()));

        // Insert, then search.
        for (number, row) in rows.iter_mut().enumerate() {
            row.splice(0..0, [Value::Integer(number.try_into().unwrap()), key_values[number].clone()]);
        }
        let all: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        connector.begin().unwrap();
        connector.insert(table, &batch(&columns, &rows)).unwrap();
        connector.commit().unwrap();
        prop_assert_eq!(&search(&mut *connector, table, &all), &rows);

        // Update by key, then get by key, in reverse order.
        let keys: Vec<Vec<Value>> = rows.iter().map(|row| row[..2].to_vec()).collect();
        let changed = &changed[..rows.len()];
        connector.update(table, &batch(&columns[..2], &keys), &batch(&columns[2..], changed)).unwrap();
        let reversed: Vec<Vec<Value>> = keys.iter().rev().cloned().collect();
        let got = connector.get(table, &batch(&columns[..2], &reversed), &all[2..]).unwrap();
        let expected: Vec<Vec<Value>> = changed.iter().rev().cloned().collect();
        prop_assert_eq!(values(&got), expected);

        // What is taken back was never there; what is deleted is gone.
        connector.begin().unwrap();
        connector.delete(table, &batch(&columns[..2], &keys)).unwrap();
        connector.rollback().unwrap();
        prop_assert_eq!(search(&mut *connector, table, &all[..2]), keys.clone());
        connector.delete(table, &batch(&columns[..2], &keys[..1])).unwrap();
        prop_assert_eq!(search(&mut *connector, table, &all[..2]), keys[1..].to_vec());
        prop_assert_eq!(connector.get(table, &batch(&columns[..2], &keys[..1]), &all).unwrap().num_rows(), 0);
        prop_assert!(connector.delete(table, &batch(&columns[..2], &keys[..1])).is_err());
    }
}

/// A value that the type cannot hold is an error with table, column and value, never another value.
#[test]
fn what_does_not_fit_is_refused() {
    let wrong = BTreeMap::from([
        ("BOOLEAN", "2"),
        ("BIGINT", "'seven'"),
        ("DECIMAL(5,2)", "1.005"),
        ("DECIMAL(3,1)", "100"),
        ("REAL", "'x'"),
        ("DATE", "'2024-02-30'"),
        ("TIME", "'25:00'"),
        ("DATETIME", "'yesterday'"),
        ("TIMESTAMPTZ", "'2024-13-01T00:00:00Z'"),
        ("GUID", "'{6f9619ff}'"),
    ]);
    for (declared, literal) in wrong {
        let folder = tempfile::tempdir().unwrap();
        let sql = format!(
            "CREATE TABLE t (k INTEGER PRIMARY KEY, v {declared}); INSERT INTO t VALUES (1, {literal})"
        );
        rusqlite::Connection::open(folder.path().join("x.db")).unwrap().execute_batch(&sql).unwrap();
        let mut connector = open(&connection("X", "x.db"), folder.path(), OpenMode::Read).unwrap();
        let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
        let error = connector
            .search(
                &SearchRequest::all(&schema.types[0], &["v".to_owned()]),
                &CancelToken::default(),
                &mut |_| Flow::Continue,
            )
            .unwrap_err();
        assert_eq!(error.kind, syncwright_core::connect::ErrorKind::IncompatibleData, "{declared}: {error}");
        assert!(error.text.contains("t.v"), "{error}");
    }
}
