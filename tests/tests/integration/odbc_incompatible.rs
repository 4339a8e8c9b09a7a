//! Values that the type of a property cannot hold (W13, S10): an error, or what the project puts in their
//! place, on every system; and values larger than what a driver announces.

use syncwright_core::{
    connect::{ConnectError, ErrorKind, Flow, OrderBy, SearchRequest},
    progress::CancelToken,
    project::{IncompatibleData, Literal, Provider},
    value::{Value, ValueType, parse_value, value_at},
};
use syncwright_tests::servers::{System, or_skip};

use crate::odbc_pair::{End, Kind};

/// A column, what the project declares it as, a value that fits, one that does not, as literals of SQL.
struct Column {
    name: &'static str,
    declared: &'static str,
    read_as: ValueType,
    good: &'static str,
    bad: &'static str,
}

const fn column(
    name: &'static str,
    declared: &'static str,
    read_as: ValueType,
    good: &'static str,
    bad: &'static str,
) -> Column {
    Column { name, declared, read_as, good, bad }
}

const GOOD_GUID: &str = "'6f9619ff-8b86-d011-b42d-00c04fc964ff'";

fn columns(kind: Kind) -> Vec<Column> {
    use ValueType::{Boolean, Date, Decimal, Float, Guid, Integer, String, Time, Timestamp, TimestampUtc};
    let (day, moment) = ("'2024-02-29'", "'2024-02-29 12:30:00'");
    match kind {
        Kind::Server(System::PostgreSql) => vec![
            column("day", "date", Date, day, "'infinity'"),
            column("past", "date", Date, day, "'0044-03-15 BC'"),
            column("future", "date", Date, day, "'12024-01-01'"),
            column("moment", "timestamp", Timestamp, moment, "'-infinity'"),
            column("logged", "timestamptz", TimestampUtc, "'2024-02-29 12:30:00Z'", "'infinity'"),
            column("at", "time", Time, "'12:30'", "'24:00'"),
            column("amount", "numeric(6,2)", Decimal(6, 2), "12.5", "'NaN'"),
            column("number", "varchar(80)", Integer, "'5'", "'abc'"),
            column("story", "text", Date, day, "'soon'"),
            column("flag", "text", Boolean, "'yes'", "'maybe'"),
            column("code", "varchar(80)", Guid, GOOD_GUID, "'6f9619ff-8b86-d011-b42d-00c04fc964ff and more'"),
        ],
        Kind::Server(System::MariaDb) => vec![
            column("day", "date", Date, day, "'0000-00-00'"),
            column("month", "date", Date, day, "'2024-02-00'"),
            column("moment", "datetime(6)", Timestamp, moment, "'0000-00-00 00:00:00'"),
            column("logged", "timestamp NULL", TimestampUtc, moment, "'0000-00-00 00:00:00'"),
            column("at", "time", Time, "'12:30'", "'30:00:00'"),
            column("number", "varchar(80)", Integer, "'5'", "'abc'"),
            column("story", "text", Date, day, "'soon'"),
            column("flag", "text", Boolean, "'yes'", "'maybe'"),
            column("code", "varchar(80)", Guid, GOOD_GUID, "'6f9619ff-8b86-d011-b42d-00c04fc964ff and more'"),
        ],
        Kind::Embedded | Kind::SqliteDriver => vec![
            column("day", "DATE", Date, day, "'soon'"),
            column("moment", "TIMESTAMP", Timestamp, moment, "'soon'"),
            column("logged", "TIMESTAMPTZ", TimestampUtc, "'2024-02-29T12:30:00Z'", "'soon'"),
            column("at", "TIME", Time, "'12:30:00'", "'30:00:00'"),
            column("amount", "DECIMAL(6,2)", Decimal(6, 2), "12.5", "'NaN'"),
            column("number", "INTEGER", Integer, "5", "'abc'"),
            column("flag", "BOOLEAN", Boolean, "1", "'maybe'"),
            column("ratio", "REAL", Float, "0.5", "'much'"),
            column("code", "GUID", Guid, GOOD_GUID, "'no guid'"),
            column("note", "TEXT", String, "'fine'", "x'ff00ff'"),
        ],
    }
}

/// What stands in the good row.
fn good(column: &Column) -> Value {
    let text = match column.read_as {
        ValueType::Date => "2024-02-29",
        ValueType::Timestamp => "2024-02-29T12:30:00",
        ValueType::TimestampUtc => "2024-02-29T12:30:00Z",
        ValueType::Time => "12:30",
        ValueType::Decimal(..) => "12.5",
        ValueType::Integer => "5",
        ValueType::Boolean => "true",
        ValueType::Float => "0.5",
        ValueType::Guid => GOOD_GUID.trim_matches('\''),
        _ => "fine",
    };
    parse_value(column.read_as, text).unwrap()
}

/// A table with a good row, one with nothing but NULL, and one bad row for each column.
fn table(kind: Kind) -> Option<End> {
    let columns = columns(kind);
    let declared: Vec<String> =
        columns.iter().map(|column| format!("{} {}", kind.quote(column.name), column.declared)).collect();
    let create = format!("CREATE TABLE odd (id bigint NOT NULL PRIMARY KEY, {});", declared.join(", "));
    let mut end = or_skip(End::new(kind, "odd", &create))?;
    let good: Vec<&str> = columns.iter().map(|column| column.good).collect();
    let mode =
        if kind == Kind::Server(System::MariaDb) { "SET sql_mode = 'ALLOW_INVALID_DATES';" } else { "" };
    let mut sql =
        format!("{mode} INSERT INTO odd (id) VALUES (2); INSERT INTO odd VALUES (1, {});", good.join(", "));
    for (number, column) in columns.iter().enumerate() {
        let (id, name, bad) = (number + 10, kind.quote(column.name), column.bad);
        sql.push_str(&format!("INSERT INTO odd (id, {name}) VALUES ({id}, {bad});"));
    }
    end.execute(&sql);
    for property in &mut end.table.properties {
        if let Some(column) = columns.iter().find(|column| column.name == property.name) {
            property.value_type = column.read_as;
        }
    }
    Some(end)
}

/// The values of a column, in the order of the key.
fn read(end: &End, column: &str) -> Result<Vec<Value>, ConnectError> {
    let order = [OrderBy { property: "id".to_owned(), descending: false }];
    let names = ["id".to_owned(), column.to_owned()];
    let request = SearchRequest { order: &order, ..SearchRequest::all(&end.table, &names) };
    let mut values = Vec::new();
    end.connector().search(&request, &CancelToken::default(), &mut |batch| {
        values.extend((0..batch.num_rows()).map(|row| value_at(batch.column(1), row)));
        Flow::Continue
    })?;
    Ok(values)
}

fn set(end: &mut End, column: &str, handling: IncompatibleData) {
    let property = end.table.properties.iter_mut().find(|property| property.name == column).unwrap();
    property.incompatible_data = handling;
}

fn values_that_do_not_fit(kind: Kind) {
    let Some(mut end) = table(kind) else { return };
    let columns = columns(kind);
    for (number, column) in columns.iter().enumerate() {
        let what = format!("{kind:?} {}", column.name);
        let error = read(&end, column.name).expect_err(&what);
        assert_eq!(error.kind, ErrorKind::IncompatibleData, "{what}: {error}");
        assert!(error.help.is_some_and(|help| !help.is_empty()), "{what}");

        let default = good(column).to_string();
        let cases = [
            (IncompatibleData::Default(Literal::String(default)), Some(good(column))),
            (IncompatibleData::Default(Literal::Null), Some(Value::Null)),
            (IncompatibleData::Minimum, column.read_as.minimum()),
            (IncompatibleData::Maximum, column.read_as.maximum()),
        ];
        for (handling, expected) in cases {
            set(&mut end, column.name, handling.clone());
            let found = read(&end, column.name);
            // Texts have no largest value.
            let Some(expected) = expected else {
                assert!(found.is_err(), "{what}: {found:?}");
                continue;
            };
            let mut values = vec![good(column), Value::Null];
            values.extend(
                (0..columns.len()).map(|at| if at == number { expected.clone() } else { Value::Null }),
            );
            assert_eq!(
                found.unwrap_or_else(|error| panic!("{what}: {error}")),
                values,
                "{what} {handling:?}"
            );
        }
        set(&mut end, column.name, IncompatibleData::RaiseError);
    }
}

#[test]
fn values_that_do_not_fit_are_replaced_or_refused_in_postgresql() {
    values_that_do_not_fit(Kind::Server(System::PostgreSql));
}

#[test]
fn values_that_do_not_fit_are_replaced_or_refused_in_mariadb() {
    values_that_do_not_fit(Kind::Server(System::MariaDb));
}

#[test]
fn values_that_do_not_fit_are_replaced_or_refused_behind_the_sqlite_driver() {
    values_that_do_not_fit(Kind::SqliteDriver);
}

#[test]
fn values_that_do_not_fit_are_replaced_or_refused_in_an_embedded_database() {
    values_that_do_not_fit(Kind::Embedded);
}

/// The same for dates with a time that are points in time of a zone.
#[test]
fn points_in_time_of_a_zone_are_replaced_too() {
    for system in System::ALL {
        let Some(mut end) = table(Kind::Server(system)) else { continue };
        end.connection.time_zone = Some("Europe/Berlin".to_owned());
        let property = end.table.properties.iter_mut().find(|property| property.name == "moment").unwrap();
        property.value_type = ValueType::TimestampUtc;
        let error = read(&end, "moment").unwrap_err();
        assert_eq!(error.kind, ErrorKind::IncompatibleData, "{system:?}: {error}");
        set(&mut end, "moment", IncompatibleData::Minimum);
        let found = read(&end, "moment").unwrap();
        let shown = parse_value(ValueType::TimestampUtc, "2024-02-29T11:30:00Z").unwrap();
        assert_eq!(found[0], shown, "{system:?}");
        assert!(found.contains(&ValueType::TimestampUtc.minimum().unwrap()), "{system:?}: {found:?}");
    }
}

/// Twenty columns of texts, one value of 5 MB and a picture of 1 MB: no column gets room for what another one
/// needs unless it is a text too, and a row is read however long it is.
#[test]
fn long_values_in_wide_tables_are_read() {
    for system in System::ALL {
        let (binary, text) =
            if system == System::PostgreSql { ("bytea", "text") } else { ("longblob", "longtext") };
        let texts: Vec<String> = (0..20).map(|number| format!("t{number} {text}")).collect();
        let create = format!(
            "CREATE TABLE wide (id bigint NOT NULL PRIMARY KEY, picture {binary}, {})",
            texts.join(", ")
        );
        let Some(end) = or_skip(End::new(Kind::Server(system), "wide", &create)) else { continue };
        let long = "Ø€ long ".repeat(500_000);
        assert!(long.len() > 5_000_000);
        let rows: Vec<Vec<Value>> = (0..30)
            .map(|id| {
                let mut row = vec![Value::Integer(id), Value::Binary(vec![7; 1000])];
                row.extend((0..20).map(|number| Value::String(format!("text {number} of {id}"))));
                match id {
                    7 => row[12] = Value::String(long.clone()),
                    9 => row[1] = Value::Binary((0..1_000_000_u32).map(|byte| (byte % 251) as u8).collect()),
                    _ => {}
                }
                row
            })
            .collect();
        end.fill(&rows);
        let found = end.rows();
        assert_eq!(found.len(), rows.len(), "{system:?}");
        for (found, row) in found.iter().zip(&rows) {
            assert!(found == row, "{system:?}: row {} is another one", row[0]);
        }
    }
}

/// A database of PostgreSQL without an encoding, with bytes in it that are no text: an error that says where,
/// and nothing is read.
#[test]
fn bytes_that_are_no_text_are_refused() {
    let bad = "\\xff\\xfe";
    let system = System::PostgreSql;
    if let Some(database) = or_skip(syncwright_tests::servers::Database::new(system)) {
        let (name, user) = (format!("{}_ascii", database.name()), database.user());
        database.administrator().run(&format!(
            "CREATE DATABASE {name} OWNER {user} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;"
        ));
        let create = "CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, note text);";
        database
            .client()
            .in_database(&name)
            .run(&format!("{create} INSERT INTO notes VALUES (1, 'fine'), (2, E'bad {bad} bytes');"));
        let mut end =
            End::at(Kind::Server(system), "notes", Some(database), tempfile::tempdir().unwrap(), create);
        if let Provider::Odbc { attributes, .. } = &mut end.connection.provider {
            attributes.insert("Database".to_owned(), name.clone());
        }
        let error = read(&end, "note").unwrap_err();
        assert_eq!(error.kind, ErrorKind::IncompatibleData, "{error}");
        assert!(error.text.contains("notes"), "{error}");
        end.database
            .as_ref()
            .unwrap()
            .administrator()
            .in_database("postgres")
            .run(&format!("DROP DATABASE {name} WITH (FORCE);"));
    }
    // Not behind its driver, which leaves such bytes out without a word.
    let create = "CREATE TABLE notes (id BIGINT PRIMARY KEY NOT NULL, note TEXT)";
    let end = End::new(Kind::Embedded, "notes", create).unwrap();
    end.execute("INSERT INTO notes VALUES (1, 'fine'), (2, CAST(x'62ff64' AS TEXT))");
    let error = read(&end, "note").expect_err("no text");
    assert_eq!(error.kind, ErrorKind::IncompatibleData, "{error}");
    assert!(error.text.contains("notes.note"), "{error}");
}

/// A table that somebody drops while it is read is read to its end, and missed by the next one who reads it.
#[test]
fn a_table_dropped_while_reading() {
    for system in System::ALL {
        let create = "CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, note varchar(40))";
        let Some(mut end) = or_skip(End::new(Kind::Server(system), "notes", create)) else { continue };
        let rows: Vec<Vec<Value>> =
            (0..30_000).map(|id| vec![Value::Integer(id), Value::String(format!("note {id}"))]).collect();
        end.fill(&rows);
        end.connection.fetch_batch_size = Some(100);
        let names = end.names();
        let client = end.database.as_ref().unwrap().client();
        let patience = match system {
            System::PostgreSql => "SET lock_timeout = '20s'",
            System::MariaDb => "SET lock_wait_timeout = 20",
        };
        let script = format!("{patience}; DROP TABLE notes;");
        let mut connector = end.connector();
        let seen = std::thread::scope(|scope| {
            let (mut seen, mut dropping) = (0, None);
            connector
                .search(&SearchRequest::all(&end.table, &names), &CancelToken::default(), &mut |batch| {
                    seen += batch.num_rows();
                    if dropping.is_none() {
                        let drop = || client.run(&script);
                        dropping = Some(std::thread::Builder::new().spawn_scoped(scope, drop).unwrap());
                        std::thread::sleep(std::time::Duration::from_millis(300));
                    }
                    Flow::Continue
                })
                .unwrap();
            seen
        });
        assert_eq!(seen, rows.len(), "{system:?}");
        let error = read(&end, "note").unwrap_err();
        assert_eq!(error.kind, ErrorKind::SchemaChanged, "{system:?}: {error}");
        let state = if system == System::PostgreSql { "42P01" } else { "42S02" };
        assert!(error.text.contains("notes") && error.text.contains(state), "{error}");
    }
}
