//! Every type through the CSV connector, in every format: what is written is read back equal.

use std::{fs, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{Field, Schema as ArrowSchema},
};
use proptest::{collection::vec, prelude::*, sample::select};
use syncwright_core::{
    connect::{Connector, ErrorKind, Flow, OpenMode, SearchRequest, open},
    progress::CancelToken,
    project::{Connection, CsvFormat, Newline, Provider, SchemaProperty, SchemaType},
    value::{Value, ValueType, array_of, value_at},
};

use crate::fixture::connection;

const TYPES: [ValueType; 13] = [
    ValueType::Boolean,
    ValueType::Integer,
    ValueType::Decimal(15, 2),
    ValueType::Decimal(38, 38),
    ValueType::Decimal(38, 0),
    ValueType::Float,
    ValueType::String,
    ValueType::Binary,
    ValueType::Date,
    ValueType::Time,
    ValueType::Timestamp,
    ValueType::TimestampUtc,
    ValueType::Guid,
];

/// Names of columns that need quotes, begin like a byte order mark, or mean something elsewhere; all of them
/// can be written in windows-1252.
const NAMES: [&str; 16] = [
    "a b",
    "say \"hi\"",
    "a,b",
    "a;b",
    " lead",
    "trail\t",
    "two\nlines",
    "ïd",
    "\\N",
    "\\",
    "'",
    "Ärger",
    "NULL",
    "select",
    "\r\n",
    "=1+1",
];

/// Microseconds of the years -9998 to 9999.
const MICROS: std::ops::Range<i64> = -377_600_000_000_000_000..253_402_000_000_000_000;

fn text(wide: bool) -> BoxedStrategy<String> {
    let tricky = select(vec![
        "",
        " ",
        "\\N",
        "\\\\N",
        "NULL",
        "007",
        "1e5",
        "a,b;c\td|e",
        "\"",
        "\"\"",
        "'",
        "\\",
        "\\\"",
        "a\"b",
        "\n",
        "\r",
        "\r\n",
        "x\r",
        " lead",
        "trail ",
        "\u{a0}",
        "\u{0}",
        "ïn",
        "ÿ",
        "þ",
        "#",
        "=1+1",
        "\u{c}",
        "\u{81}",
        "ÄÖÜ ß €",
    ])
    .prop_map(str::to_owned);
    let any_text: BoxedStrategy<String> = if wide {
        prop_oneof![
            any::<String>(),
            select(vec!["\u{feff}", "\u{feff}x", "🦀", "東京"]).prop_map(str::to_owned)
        ]
        .boxed()
    } else {
        "[ -~\u{a0}-ÿ€ŠžŸ\r\n\t]{0,8}".boxed()
    };
    prop_oneof![tricky, any_text].boxed()
}

fn value(value_type: ValueType, wide: bool) -> BoxedStrategy<Value> {
    match value_type {
        ValueType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        ValueType::Integer => any::<i64>().prop_map(Value::Integer).boxed(),
        ValueType::Decimal(precision, scale) => {
            let limit = 10_i128.pow(precision.into());
            prop_oneof![(1 - limit..limit), (-1000_i128..1000)]
                .prop_map(move |unscaled| Value::Decimal { unscaled, scale })
                .boxed()
        }
        ValueType::Float => prop_oneof![
            any::<f64>().prop_filter("a number", |value| !value.is_nan()),
            (-1000_i32..1000).prop_map(|value| f64::from(value) / 10.0),
        ]
        .prop_map(Value::Float)
        .boxed(),
        ValueType::String => text(wide).prop_map(Value::String).boxed(),
        ValueType::Binary => vec(any::<u8>(), 0..9).prop_map(Value::Binary).boxed(),
        ValueType::Date => (-4_371_222_i32..2_932_897).prop_map(Value::Date).boxed(),
        ValueType::Time => (0_i64..86_400_000_000).prop_map(Value::Time).boxed(),
        ValueType::Timestamp => MICROS.prop_map(Value::Timestamp).boxed(),
        ValueType::TimestampUtc => MICROS.prop_map(Value::TimestampUtc).boxed(),
        ValueType::Guid => any::<u128>()
            .prop_map(|bits| Value::String(uuid::Uuid::from_u128(bits).hyphenated().to_string()))
            .boxed(),
    }
}

/// A value or NULL for every type.
fn row(wide: bool) -> impl Strategy<Value = Vec<Value>> {
    let columns: Vec<BoxedStrategy<Value>> = TYPES
        .iter()
        .map(|value_type| prop_oneof![1 => Just(Value::Null), 5 => value(*value_type, wide)].boxed())
        .collect();
    columns
}

#[derive(Debug, Clone)]
struct Case {
    format: CsvFormat,
    rows: Vec<Vec<Value>>,
    changed: Vec<Vec<Value>>,
}

fn case() -> impl Strategy<Value = Case> {
    let encoding = select(vec!["utf-8", "utf-16le", "utf-16be", "windows-1252"]);
    let characters =
        select(vec![(',', '"', None), (';', '\'', Some('\\')), ('\t', '"', Some('\\')), ('|', '~', None)]);
    let format = (any::<bool>(), any::<bool>(), characters, encoding, proptest::option::of(Just("\\N")));
    format.prop_flat_map(|(header, lf, (delimiter, quote, escape), encoding, null_value)| {
        let wide = encoding != "windows-1252";
        let format = CsvFormat {
            header,
            delimiter,
            quote,
            escape,
            newline: if lf { Newline::Lf } else { Newline::CrLf },
            encoding: encoding.to_owned(),
            uid_column: None,
            null_value: null_value.map(str::to_owned),
        };
        (Just(format), vec(row(wide), 1..6), vec(row(wide), 6)).prop_map(|(format, rows, changed)| Case {
            format,
            rows,
            changed,
        })
    })
}

/// What a value is read back as; `None` if the format cannot hold it.
fn read_back(format: &CsvFormat, value: &Value) -> Option<Value> {
    let is_empty = match value {
        Value::String(text) => text.is_empty(),
        Value::Binary(bytes) => bytes.is_empty(),
        _ => false,
    };
    match &format.null_value {
        None if is_empty => None,
        Some(null) if *value == Value::String(null.clone()) => None,
        _ => Some(value.clone()),
    }
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

fn read(connector: &mut dyn Connector, table: &SchemaType) -> Vec<Vec<Value>> {
    let names: Vec<String> = table.properties.iter().map(|property| property.name.clone()).collect();
    let mut found = Vec::new();
    connector
        .search(&SearchRequest::all(table, &names), &CancelToken::default(), &mut |batch| {
            found.extend(
                (0..batch.num_rows()).map(|row| {
                    batch.columns().iter().map(|column| value_at(column, row)).collect::<Vec<_>>()
                }),
            );
            Flow::Continue
        })
        .unwrap();
    found
}

fn numbered(rows: &[Vec<Value>]) -> Vec<Vec<Value>> {
    rows.iter()
        .enumerate()
        .map(|(number, row)| {
            std::iter::once(Value::Integer(number.try_into().unwrap())).chain(row.iter().cloned()).collect()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_and_read_back_equal(
        names in Just(NAMES.to_vec()).prop_shuffle(),
        Case { format, rows, changed } in case(),
        block in 1_u32..4,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut columns: Vec<(String, ValueType)> = vec![("id".to_owned(), ValueType::Integer)];
        columns.extend(names.iter().zip(TYPES).map(|(name, value_type)| ((*name).to_owned(), value_type)));
        if !format.header {
            columns.iter_mut().enumerate().for_each(|(at, column)| column.0 = format!("column{}", at + 1));
        }
        let table = SchemaType {
            name: "t".to_owned(),
            properties: columns.iter().map(|(name, of)| SchemaProperty::new(name, *of)).collect(),
            key: vec![columns[0].0.clone()],
            ..SchemaType::default()
        };
        let mut connection = Connection {
            provider: Provider::Csv { folder: ".".to_owned(), format: format.clone() },
            ..connection("X", "")
        };
        connection.fetch_batch_size = Some(block);
        let mut connector = open(&connection, folder.path(), OpenMode::Write).unwrap();
        connector.ensure_table(&table).unwrap();

        // What the format cannot hold is refused, and the file stays as it is.
        let empty = fs::read(folder.path().join("t.csv")).unwrap();
        let holds = |row: &Vec<Value>| row.iter().all(|value| read_back(&format, value).is_some());
        for row in rows.iter().filter(|row| !holds(row)) {
            let error = connector.insert(&table, &batch(&columns, &numbered(std::slice::from_ref(row)))).unwrap_err();
            prop_assert_eq!(error.kind, ErrorKind::IncompatibleData, "{}", error);
        }
        prop_assert_eq!(fs::read(folder.path().join("t.csv")).unwrap(), empty);

        // Everything else comes back; also through another connection.
        let rows: Vec<Vec<Value>> = numbered(&rows.into_iter().filter(holds).collect::<Vec<_>>());
        connector.insert(&table, &batch(&columns, &rows)).unwrap();
        prop_assert_eq!(&read(&mut *connector, &table), &rows);
        let mut other = open(&connection, folder.path(), OpenMode::Read).unwrap();
        prop_assert_eq!(&read(&mut *other, &table), &rows);

        // Rewriting what nobody touched changes no byte.
        let before = fs::read(folder.path().join("t.csv")).unwrap();
        connector.begin().unwrap();
        let last = numbered(&vec![vec![Value::Null; TYPES.len()]; rows.len() + 1]).pop().unwrap();
        connector.insert(&table, &batch(&columns, std::slice::from_ref(&last))).unwrap();
        connector.commit().unwrap();
        connector.delete(&table, &batch(&columns[..1], std::slice::from_ref(&last))).unwrap();
        prop_assert_eq!(fs::read(folder.path().join("t.csv")).unwrap(), before);

        // Updated, and found by key.
        let changed: Vec<Vec<Value>> = changed
            .iter()
            .take(rows.len())
            .map(|row| row.iter().map(|value| read_back(&format, value).unwrap_or_default()).collect())
            .collect();
        let keys = batch(&columns[..1], &rows);
        connector.update(&table, &keys, &batch(&columns[1..], &changed)).unwrap();
        prop_assert_eq!(&read(&mut *other, &table), &numbered(&changed));
        let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let got = connector.get(&table, &keys, &names).unwrap();
        prop_assert_eq!(got.num_rows(), rows.len());
        connector.delete(&table, &keys).unwrap();
        prop_assert!(read(&mut *other, &table).is_empty());
    }
}

/// Values beyond what their written form can say are refused, not cut.
#[test]
fn what_cannot_be_written_exactly_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.csv"), "id,v\n").unwrap();
    let connection = Connection {
        provider: Provider::Csv { folder: ".".to_owned(), format: CsvFormat::default() },
        ..connection("X", "")
    };
    let cases = [
        (ValueType::Date, Value::Date(i32::MAX)),
        (ValueType::Timestamp, Value::Timestamp(i64::MAX)),
        (ValueType::TimestampUtc, Value::TimestampUtc(i64::MIN)),
        (ValueType::Time, Value::Time(86_400_000_000)),
        (ValueType::Guid, Value::String("no guid".to_owned())),
    ];
    for (value_type, value) in cases {
        let mut connector = open(&connection, folder.path(), OpenMode::Write).unwrap();
        let columns = [("id".to_owned(), ValueType::Integer), ("v".to_owned(), value_type)];
        let table = SchemaType {
            name: "t".to_owned(),
            properties: columns.iter().map(|(name, of)| SchemaProperty::new(name, *of)).collect(),
            key: vec!["id".to_owned()],
            ..SchemaType::default()
        };
        let row = batch(&columns, &[vec![Value::Integer(1), value.clone()]]);
        let error = connector.insert(&table, &row).unwrap_err();
        assert_eq!(error.kind, ErrorKind::IncompatibleData, "{value:?}: {error}");
        assert!(read(&mut *connector, &table).is_empty());
    }
}
