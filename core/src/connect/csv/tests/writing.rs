//! Inserting, updating, deleting; keys and other constraints; what a field cannot hold.

use super::*;

#[test]
fn a_transaction_sees_its_changes_and_commits_them_together() {
    let files = Files::new(&[("people.csv", PEOPLE), ("teams.csv", "id,name,age\r\n1,Core,\r\n")]);
    let (table, teams) = (people(), SchemaType { name: "teams".to_owned(), ..people() });
    let mut connector = files.writer();
    let change = |connector: &mut dyn Connector| {
        connector.begin().unwrap();
        let new = batch(&table, &[("name", vec![text("Alan"), text("Kurt")]), ("id", vec![int(4), int(5)])]);
        connector.insert(&table, &new).unwrap();
        let update = batch(&table, &[("age", vec![int(41), Value::Null])]);
        connector.update(&table, &ids(&table, &[4, 1]), &update).unwrap();
        connector.delete(&table, &ids(&table, &[2, 5])).unwrap();
        connector.update(&teams, &ids(&teams, &[1]), &batch(&teams, &[("id", vec![int(7)])])).unwrap();
        assert_eq!(all(connector, &table), ["1|Ada|∅", "3|Hopper, G.|85", "4|Alan|41"]);
        let got = connector.get(&table, &ids(&table, &[4, 2, 1]), &["name".to_owned()]).unwrap();
        assert_eq!(rows(&got), ["Ada", "Alan"]);
        // Others see nothing of it yet.
        assert_eq!(files.text("people.csv"), PEOPLE);
    };
    change(&mut *connector);
    connector.rollback().unwrap();
    assert_eq!(all(&mut *connector, &table), ["1|Ada|36", "2|Grace|∅", "3|Hopper, G.|85"]);
    change(&mut *connector);
    connector.commit().unwrap();
    assert_eq!(files.text("people.csv"), "id,name,age\n1,Ada,\n3,\"Hopper, G.\",85\n4,Alan,41\n");
    assert_eq!(files.text("teams.csv"), "id,name,age\r\n7,Core,\r\n");
    assert_eq!(files.names(), ["people.csv", "teams.csv"]);
    // Outside of a transaction each call is one; the keys that the connector knows have moved.
    connector.delete(&table, &ids(&table, &[1])).unwrap();
    connector.update(&table, &ids(&table, &[4]), &batch(&table, &[("name", vec![text("Turing")])])).unwrap();
    assert_eq!(files.text("people.csv"), "id,name,age\n3,\"Hopper, G.\",85\n4,Turing,41\n");
    // All or nothing: the second object is not there.
    let before = files.text("people.csv");
    let error = connector.delete(&table, &ids(&table, &[3, 1])).unwrap_err();
    assert_eq!((error.kind, files.text("people.csv")), (ErrorKind::NoSuchObject, before), "{error}");
    assert!(error.text.contains("id \"1\""), "{error}");
    assert!(connector.commit().is_err(), "there is nothing to commit");
    connector.begin().unwrap();
    assert!(connector.begin().is_err(), "one transaction at a time");
}

#[test]
fn a_key_is_unique_and_found_in_any_spelling() {
    let guid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    let cases = [
        (ValueType::Guid, format!("{{{}}}", guid.to_uppercase()), text(guid)),
        (ValueType::Decimal(5, 2), "7.5".to_owned(), Value::Decimal { unscaled: 750, scale: 2 }),
        (ValueType::Integer, "007".to_owned(), int(7)),
        (ValueType::Boolean, "Yes".to_owned(), Value::Boolean(true)),
        (ValueType::Timestamp, "2024-02-29 01:02".to_owned(), Value::Timestamp(1_709_168_520_000_000)),
        (ValueType::String, "007".to_owned(), text("007")),
    ];
    for (value_type, spelling, key) in cases {
        let files = Files::new(&[("t.csv", &format!("k,v\n{spelling},old\n"))]);
        let table = typed("t", &[("k", value_type), ("v", ValueType::String)]);
        let mut connector = files.writer();
        let key = batch(&table, &[("k", vec![key])]);
        assert_eq!(connector.get(&table, &key, &["v".to_owned()]).unwrap().num_rows(), 1, "{spelling}");
        assert_eq!(connector.insert(&table, &key).unwrap_err().kind, ErrorKind::Constraint, "{spelling}");
        connector.update(&table, &key, &batch(&table, &[("v", vec![text("new")])])).unwrap();
        assert_eq!(files.text("t.csv"), format!("k,v\n{spelling},new\n"));
        connector.delete(&table, &key).unwrap();
        assert_eq!(files.text("t.csv"), "k,v\n");
    }
}

#[test]
fn constraints_that_a_file_does_not_have() {
    let files = Files::new(&[("people.csv", "id,name,age\n1,a,\n2,b,\n2,c,\n,d,\n")]);
    let mut table = people();
    table.properties[1].mandatory = true;
    let mut connector = files.writer();
    let expect = |kind: ErrorKind, result: Result<(), ConnectError>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.help.is_some());
    };
    let name = |value: Value| batch(&people(), &[("name", vec![value])]);
    let row = |id: Value, name: Value| batch(&people(), &[("id", vec![id]), ("name", vec![name])]);
    expect(ErrorKind::Constraint, connector.insert(&table, &row(int(1), text("x"))));
    expect(ErrorKind::Constraint, connector.insert(&table, &row(int(2), text("x"))));
    expect(ErrorKind::Constraint, connector.insert(&table, &row(Value::Null, text("x"))));
    expect(ErrorKind::Constraint, connector.insert(&table, &row(int(9), Value::Null)));
    expect(ErrorKind::Constraint, connector.insert(&table, &ids(&table, &[9])));
    expect(ErrorKind::NoSuchObject, connector.update(&table, &ids(&table, &[2]), &name(text("x"))));
    expect(ErrorKind::NoSuchObject, connector.delete(&table, &ids(&table, &[3])));
    let null = batch(&table, &[("id", vec![Value::Null])]);
    expect(ErrorKind::NoSuchObject, connector.delete(&table, &null));
    expect(ErrorKind::Constraint, connector.update(&table, &ids(&table, &[1]), &name(Value::Null)));
    expect(ErrorKind::Constraint, connector.update(&table, &ids(&table, &[1]), &null));
    expect(ErrorKind::Constraint, connector.update(&table, &ids(&table, &[1]), &ids(&table, &[2])));
    expect(ErrorKind::Unsupported, connector.delete(&table, &name(text("a"))));
    // Twice in one call.
    let twice = batch(&table, &[("id", vec![int(8), int(8)]), ("name", vec![text("x"), text("y")])]);
    expect(ErrorKind::Constraint, connector.insert(&table, &twice));
    // A key may move to where another one has gone from.
    connector.begin().unwrap();
    connector.update(&table, &ids(&table, &[1]), &ids(&table, &[7])).unwrap();
    connector.insert(&table, &row(int(1), text("new"))).unwrap();
    connector.update(&table, &ids(&table, &[1]), &ids(&table, &[1])).unwrap();
    connector.commit().unwrap();
    assert_eq!(files.text("people.csv"), "id,name,age\n7,a,\n2,b,\n2,c,\n,d,\n1,new,\n");
}

#[test]
fn null_and_the_empty_text() {
    let write = |format: &CsvFormat, compatible: bool, value: Value| {
        let files = Files::new(&[("t.csv", "k,v\n1,x\n")]);
        let mut table = typed("t", &[("k", ValueType::Integer), ("v", ValueType::String)]);
        table.properties[1].compatible_nulls = compatible;
        let mut connector = files.open(format, OpenMode::Write).unwrap();
        let key = batch(&table, &[("k", vec![int(1)])]);
        let written = connector.update(&table, &key, &batch(&table, &[("v", vec![value])]));
        let read = all(&mut *connector, &table).remove(0);
        (written.map_err(|error| error.kind), files.text("t.csv").replace("k,v\n", ""), read)
    };
    let plain = CsvFormat::default();
    let marked = CsvFormat { null_value: Some("\\N".to_owned()), ..CsvFormat::default() };
    let refused = Err(ErrorKind::IncompatibleData);
    let cases = [
        (&plain, false, Value::Null, Ok(()), "1,\n", "1|∅"),
        (&plain, false, text(""), refused, "1,x\n", "1|x"),
        (&plain, true, text(""), Ok(()), "1,\n", "1|∅"),
        (&plain, false, text("\\N"), Ok(()), "1,\\N\n", "1|\\N"),
        (&marked, false, Value::Null, Ok(()), "1,\\N\n", "1|∅"),
        (&marked, false, text(""), Ok(()), "1,\n", "1|"),
        (&marked, true, text(""), Ok(()), "1,\n", "1|∅"),
        (&marked, false, text("\\N"), refused, "1,x\n", "1|x"),
    ];
    for (format, compatible, value, result, file, read) in cases {
        let found = write(format, compatible, value.clone());
        assert_eq!(found, (result, file.to_owned(), read.to_owned()), "{:?} {value:?}", format.null_value);
    }
    // With a null value, an empty field is no number.
    let files = Files::new(&[("people.csv", "id,name,age\n1,,\n")]);
    let error = search(
        &mut *files.open(&marked, OpenMode::Read).unwrap(),
        &SearchRequest::all(&people(), &["age".to_owned()]),
    )
    .unwrap_err();
    assert_eq!(error.kind, ErrorKind::IncompatibleData);
}

#[test]
fn a_character_without_place_in_the_encoding_is_refused() {
    let format = CsvFormat { encoding: "windows-1252".to_owned(), ..CsvFormat::default() };
    let files = Files::new(&[]);
    fs::write(files.path("people.csv"), b"id,name,age\n1,M\xfcller,\n").unwrap();
    let mut table = people();
    let mut connector = files.open(&format, OpenMode::Write).unwrap();
    assert_eq!(all(&mut *connector, &table), ["1|Müller|∅"]);
    let row = |name: &str| batch(&people(), &[("id", vec![int(2)]), ("name", vec![text(name)])]);
    let error = connector.insert(&table, &row("Łukasz")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::IncompatibleData);
    assert!(error.text.contains("'Ł'") && error.text.contains("column name"), "{error}");
    table.properties[1].sensitive = true;
    let error = connector.insert(&table, &row("Łukasz")).unwrap_err();
    assert!(!error.text.contains('Ł') && !error.text.contains("ukasz"), "{error}");
    connector.insert(&table, &row("Jürgen")).unwrap();
    assert_eq!(fs::read(files.path("people.csv")).unwrap(), b"id,name,age\n1,M\xfcller,\n2,J\xfcrgen,\n");
}

/// The program's own tables keep every text, whatever the folder's format is.
#[test]
fn own_tables_have_a_format_of_their_own() {
    let format =
        CsvFormat { header: false, encoding: "us-ascii".to_owned(), delimiter: ';', ..CsvFormat::default() };
    let files = Files::new(&[]);
    let mut connector = files.open(&format, OpenMode::Write).unwrap();
    let table = typed(
        "sw_message",
        &[("id", ValueType::Integer), ("a", ValueType::String), ("b", ValueType::String)],
    );
    assert!(!connector.has_table(&table).unwrap());
    connector.ensure_table(&table).unwrap();
    connector.ensure_table(&table).unwrap();
    assert!(connector.has_table(&table).unwrap());
    let row = batch(&table, &[("id", vec![int(1)]), ("a", vec![text("")]), ("b", vec![text("Łódź; \"x\"")])]);
    connector.insert(&table, &row).unwrap();
    connector.insert(&table, &ids(&table, &[2])).unwrap();
    assert_eq!(files.text("sw_message.csv"), "id,a,b\n1,,\"Łódź; \"\"x\"\"\"\n2,\\N,\\N\n");
    assert_eq!(all(&mut *connector, &table), ["1||Łódź; \"x\"", "2|∅|∅"]);
    connector.ensure_table(&table).unwrap();
    assert_eq!(all(&mut *connector, &table).len(), 2);
    assert!(schema(&mut *connector).unwrap().types.is_empty());
}

/// At the beginning of a file, values must not be taken for a byte order mark.
#[test]
fn a_value_like_a_byte_order_mark() {
    let table = typed("t", &[("column1", ValueType::String)]);
    for (encoding, value) in
        [("utf-8", "\u{feff}a"), ("windows-1252", "ï»¿a"), ("windows-1252", "ÿþa"), ("windows-1252", "þÿa")]
    {
        let files = Files::new(&[("t.csv", "")]);
        let format = CsvFormat { header: false, encoding: encoding.to_owned(), ..CsvFormat::default() };
        let mut connector = files.open(&format, OpenMode::Write).unwrap();
        connector.insert(&table, &batch(&table, &[("column1", vec![text(value)])])).unwrap();
        assert_eq!(all(&mut *connector, &table), [value]);
    }
}
