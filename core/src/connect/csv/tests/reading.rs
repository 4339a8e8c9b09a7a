//! Detecting and reading.

use datafusion::logical_expr::{Expr, col, lit};

use super::*;
use crate::{
    connect::OrderBy,
    project::{IncompatibleData, Literal},
};

#[test]
fn files_are_types_and_columns_are_properties() {
    let files = Files::new(&[
        (
            "people.csv",
            "id,mail,active,hired,salary,,note\n1,a@x,true,2024-02-29,10.50,x,\n2,b@x,FALSE,2023-01-01,9.75,x,\n",
        ),
        ("twice.csv", "id,v\n1,a\n1,b\n"),
        ("gaps.csv", "id,v\n1,a\n,b\n"),
        ("new.csv", "id,v\n"),
        ("empty.csv", ""),
        ("UPPER.CSV", "id\n1\n"),
        ("a.csv.csv", "id\n1\n"),
        ("sw_run.csv", "id\n1\n"),
        ("notes.txt", "x"),
    ]);
    fs::create_dir(files.path("folder.csv")).unwrap();
    let format = CsvFormat { uid_column: Some("id".to_owned()), ..CsvFormat::default() };
    let found = schema(&mut *files.open(&format, OpenMode::Read).unwrap()).unwrap();
    let names: Vec<(&str, &str)> =
        found.types.iter().map(|found| (found.name.as_str(), found.table_name())).collect();
    assert_eq!(
        names,
        [
            ("UPPER", "UPPER.CSV"),
            ("a.csv", "a.csv.csv"),
            ("empty", "empty"),
            ("gaps", "gaps"),
            ("new", "new"),
            ("people", "people"),
            ("twice", "twice"),
        ]
    );
    let people = found.schema_type("people").unwrap();
    let types: Vec<(&str, ValueType)> =
        people.properties.iter().map(|property| (property.name.as_str(), property.value_type)).collect();
    assert_eq!(
        types,
        [
            ("id", ValueType::Integer),
            ("mail", ValueType::String),
            ("active", ValueType::Boolean),
            ("hired", ValueType::Date),
            ("salary", ValueType::Decimal(4, 2)),
            ("column6", ValueType::String),
            ("note", ValueType::String),
        ]
    );
    assert!(people.properties[0].mandatory && !people.properties[1].mandatory);
    assert_eq!(people.key, ["id"]);
    assert_eq!(people.unique_keys, ["mail", "active", "hired", "salary"].map(|name| vec![name.to_owned()]));
    // Not unique, not complete: no key. Without objects the connection decides.
    for (name, key, unique) in [("twice", 0, 1), ("gaps", 0, 1), ("new", 1, 0), ("empty", 0, 0)] {
        let found = found.schema_type(name).unwrap();
        assert_eq!((found.key.len(), found.unique_keys.len()), (key, unique), "{name}");
    }
    // What is described can be read, whatever the file is called.
    let mut connector = files.reader();
    for name in ["UPPER", "a.csv"] {
        assert_eq!(all(&mut *connector, found.schema_type(name).unwrap()), ["1"]);
    }
    // Without a uid column nothing is a key, but what could be is listed.
    let plain = schema(&mut *connector).unwrap();
    assert!(plain.schema_type("people").unwrap().key.is_empty());
    assert_eq!(plain.schema_type("people").unwrap().unique_keys[0], ["id"]);
    assert!(plain.schema_type("new").unwrap().unique_keys.is_empty());
}

#[test]
fn files_without_header_have_numbered_columns() {
    let files = Files::new(&[("t.csv", "1;a\n2;b\n"), ("new.csv", "")]);
    let format = CsvFormat {
        header: false,
        delimiter: ';',
        uid_column: Some("column1".to_owned()),
        ..CsvFormat::default()
    };
    let mut connector = files.open(&format, OpenMode::Write).unwrap();
    let found = schema(&mut *connector).unwrap();
    let table = found.schema_type("t").unwrap().clone();
    assert_eq!((table.properties.len(), table.key.as_slice()), (2, &["column1".to_owned()][..]));
    assert_eq!(all(&mut *connector, &table), ["1|a", "2|b"]);
    let row = batch(&table, &[("column2", vec![text("c;")]), ("column1", vec![int(3)])]);
    connector.insert(&table, &row).unwrap();
    assert_eq!(files.text("t.csv"), "1;a\n2;b\n3;\"c;\"\n");
    // A file without anything has the columns of its type.
    let new = SchemaType { name: "new".to_owned(), ..table };
    assert!(all(&mut *connector, &new).is_empty());
    connector.insert(&new, &row).unwrap();
    assert_eq!(files.text("new.csv"), "3;\"c;\"\n");
    let more = typed("t", &[("column1", ValueType::Integer), ("column3", ValueType::String)]);
    let error = search(&mut *connector, &SearchRequest::all(&more, &["column3".to_owned()])).unwrap_err();
    assert_eq!(error.kind, ErrorKind::SchemaChanged, "{error}");
}

#[test]
fn what_a_file_must_not_be() {
    let cases: [(&[u8], ErrorKind, &[&str]); 6] = [
        (b"id,name,id\n", ErrorKind::NotADatabase, &["columns 1 and 3", "\"id\""]),
        (b"id,name,age\n1,a,2\n\n2,b\n", ErrorKind::NotADatabase, &["line 4", "2 fields instead of 3"]),
        (b"id,name,age\n1,a,2,\n", ErrorKind::NotADatabase, &["line 2", "4 fields instead of 3"]),
        (b"id,name,age\n1,\"a\nb,2\n", ErrorKind::NotADatabase, &["line 2", "never closed"]),
        (b"id,name,age\n1,\"a\nb\",2\n1,\xe4,3\n", ErrorKind::NotADatabase, &["line 4", "UTF-8"]),
        (b"id,age\n1,2\n", ErrorKind::SchemaChanged, &["no column name", "id, age"]),
    ];
    for (bytes, kind, words) in cases {
        let files = Files::new(&[]);
        fs::write(files.path("people.csv"), bytes).unwrap();
        let table = people();
        let names = ["id".to_owned(), "name".to_owned()];
        let mut errors = vec![search(&mut *files.reader(), &SearchRequest::all(&table, &names)).unwrap_err()];
        let row = batch(&table, &[("id", vec![int(9)]), ("name", vec![text("x")])]);
        errors.push(files.writer().insert(&table, &row).unwrap_err());
        if kind == ErrorKind::NotADatabase {
            errors.push(schema(&mut *files.reader()).unwrap_err());
        }
        for error in errors {
            assert_eq!(error.kind, kind, "{error}");
            assert!(words.iter().all(|word| error.text.contains(word)), "{error}");
            assert!(error.text.contains("people.csv") && error.help.is_some(), "{error}");
        }
        assert_eq!(fs::read(files.path("people.csv")).unwrap(), bytes);
        assert_eq!(files.names(), ["people.csv"]);
    }
}

#[test]
fn a_value_that_does_not_fit_is_named_or_replaced() {
    let files = Files::new(&[("people.csv", "id,name,age\n1,\"a\nb\",x36\n2,c,40\n")]);
    let mut table = people();
    let age = ["age".to_owned()];
    let error = search(&mut *files.reader(), &SearchRequest::all(&table, &age)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::IncompatibleData);
    assert_eq!(error.text, "people.csv, line 2, column age: \"x36\" is not of type integer");
    table.properties[2].sensitive = true;
    let error = search(&mut *files.reader(), &SearchRequest::all(&table, &age)).unwrap_err();
    assert!(!error.text.contains("x36") && error.text.contains("••••"), "{error}");
    let cases = [
        (IncompatibleData::Default(Literal::Integer(7)), "7"),
        (IncompatibleData::Default(Literal::Null), "∅"),
        (IncompatibleData::Minimum, "-9223372036854775808"),
        (IncompatibleData::Maximum, "9223372036854775807"),
    ];
    for (handling, expected) in cases {
        table.properties[2].incompatible_data = handling;
        let found = search(&mut *files.reader(), &SearchRequest::all(&table, &age)).unwrap();
        assert_eq!(found, [expected, "40"]);
    }
    // A replacement that does not fit either is no way out.
    table.properties[2].incompatible_data = IncompatibleData::Default(Literal::String("none".to_owned()));
    assert!(search(&mut *files.reader(), &SearchRequest::all(&table, &age)).is_err());
}

#[test]
fn searching_projects_filters_orders_and_pages() {
    let files = Files::new(&[("people.csv", "id,name,age\n3,c,30\n1,a,\n4,d,10\n2,b,30\n")]);
    let table = people();
    let mut connection = Files::connection(&CsvFormat::default());
    let (name, id) = (["name".to_owned()], ["id".to_owned()]);
    let by = |property: &str, descending| OrderBy { property: property.to_owned(), descending };
    for block in [1, 2, 100] {
        connection.fetch_batch_size = Some(block);
        let mut connector = open(&connection, files.folder.path(), OpenMode::Read).unwrap();
        let mut find = |properties: &[String], filters: &[Expr], order: &[OrderBy], limit, offset| {
            let request = SearchRequest { schema_type: &table, properties, filters, order, limit, offset };
            search(&mut *connector, &request).unwrap().join(" ")
        };
        assert_eq!(find(&name, &[], &[], None, 0), "c a d b");
        assert_eq!(find(&name, &[], &[], Some(2), 1), "a d");
        assert_eq!(find(&name, &[], &[], Some(0), 0), "");
        assert_eq!(find(&name, &[], &[], None, 9), "");
        assert_eq!(find(&name, &[], &[by("age", false), by("id", false)], None, 0), "a d b c");
        assert_eq!(find(&name, &[], &[by("age", true), by("name", true)], Some(3), 0), "c b d");
        assert_eq!(find(&name, &[], &[by("id", false)], Some(1), 2), "c");
        // Equal objects keep the order of the file.
        assert_eq!(find(&id, &[], &[by("age", true)], Some(2), 0), "3 2");
        assert_eq!(find(&name, &[col("age").eq(lit(30_i64))], &[], None, 0), "c b");
        assert_eq!(find(&name, &[col("people.age").gt(lit(20)), col("id").lt(lit(3))], &[], None, 0), "b");
        assert_eq!(find(&name, &[col("age").is_null()], &[by("id", true)], None, 0), "a");
        assert_eq!(find(&name, &[col("age").not_eq(lit(30_i64))], &[], Some(1), 0), "d");
        assert_eq!(find(&[], &[], &[], None, 0), "   ");
    }
    assert!(!files.reader().takes_filter(&table, &col("age").eq(lit(30_i64))));
}

#[test]
fn reading_goes_block_by_block_and_stops_when_told() {
    // Past the end of the first blocks the file is damaged; nobody who has enough gets to see that.
    let records = "1,x,2\n".repeat(30_000);
    let files = Files::new(&[("people.csv", &format!("id,name,age\n{records}broken\n"))]);
    let mut connection = Files::connection(&CsvFormat::default());
    connection.fetch_batch_size = Some(1000);
    let mut connector = open(&connection, files.folder.path(), OpenMode::Read).unwrap();
    let table = people();
    let names = ["name".to_owned()];
    let request = SearchRequest::all(&table, &names);
    let mut sizes = Vec::new();
    let mut sink = |batch: RecordBatch| {
        sizes.push(batch.num_rows());
        if sizes.len() == 2 { Flow::Stop } else { Flow::Continue }
    };
    connector.search(&request, &CancelToken::default(), &mut sink).unwrap();
    assert_eq!(sizes, [1000, 1000]);
    let limited = SearchRequest { limit: Some(1500), ..request.clone() };
    assert_eq!(search(&mut *connector, &limited).unwrap().len(), 1500);
    // Cancelled between blocks.
    let cancel = CancelToken::default();
    let error = connector
        .search(&request, &cancel, &mut |_| {
            cancel.cancel();
            Flow::Continue
        })
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    let error = connector.describe_schema(&Silent, &cancel).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!(search(&mut *connector, &request).unwrap_err().kind, ErrorKind::NotADatabase);
}
