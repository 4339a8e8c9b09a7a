//! Values of every type through ODBC: written, read, equal; the catalog says which type a column has.

use std::{cell::RefCell, collections::BTreeMap, path::Path, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    compute::concat_batches,
    datatypes::{Field, Schema as ArrowSchema},
};
use proptest::{prelude::*, test_runner::TestRunner};
use syncwright_core::{
    connect::{Connector, Flow, OpenMode, OrderBy, SearchRequest, open, secrets},
    progress::{CancelToken, Silent},
    project::{Connection, SchemaType},
    value::{Value, ValueType, array_of, value_at},
};
use syncwright_tests::servers::{Database, System, or_skip};

/// A table with a column of every type that a system has.
struct Example {
    name: &'static str,
    connection: Connection,
    create: String,
    /// Keeps the server's database.
    database: Option<Database>,
    folder: tempfile::TempDir,
    /// Longest texts and binaries that come through. The SQLite driver announces 255 characters for whatever
    /// is not a plain column; longer values are an error there.
    longest: usize,
}

/// A connection to a database of a test, its password known.
pub fn connection(database: &Database, dialect: &str) -> Connection {
    let identifier = format!("test-{}", database.name());
    secrets::set_password(&identifier, database.password().into());
    connection_to(&identifier, dialect, &database.attributes())
}

fn connection_to(identifier: &str, dialect: &str, attributes: &[(String, String)]) -> Connection {
    let attributes: BTreeMap<String, String> = attributes.iter().cloned().collect();
    let text = serde_json::json!({
        "system_identifier": identifier,
        "provider": { "Odbc": { "dialect": dialect, "attributes": attributes } },
    });
    serde_json::from_value(text).unwrap()
}

fn of_server(system: System, name: &'static str, dialect: &str, create: &str) -> Option<Example> {
    let database = or_skip(Database::new(system))?;
    Some(Example {
        name,
        connection: connection(&database, dialect),
        create: create.to_owned(),
        database: Some(database),
        folder: tempfile::tempdir().unwrap(),
        longest: 20_000,
    })
}

fn postgresql() -> Option<Example> {
    of_server(
        System::PostgreSql,
        "PostgreSQL",
        "postgresql",
        r#"CREATE TABLE "all of: ""types""" (
            id bigint PRIMARY KEY, "select" boolean, "größe" integer, amount numeric(12,2), ratio double precision,
            "näme" varchar(60), story text, code char(8), picture bytea, born date, at time, seen timestamp,
            logged timestamptz, guid uuid, small smallint, long_number numeric(38,10))"#,
    )
}

fn mariadb() -> Option<Example> {
    of_server(
        System::MariaDb,
        "MariaDB",
        "mariadb",
        r#"CREATE TABLE `all of: "types"` (
            id bigint PRIMARY KEY, `select` boolean, `größe` integer, amount decimal(12,2), ratio double,
            `näme` varchar(60), story longtext, code char(8), picture longblob, born date, at time(6),
            seen datetime(6), logged timestamp(6) NULL, guid uuid, small smallint, long_number decimal(38,10))
            CHARACTER SET utf8mb4"#,
    )
}

fn sqlite() -> Option<Example> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("types.db");
    let attributes = [("Database".to_owned(), file.display().to_string())];
    Some(Example {
        name: "SQLite",
        connection: connection_to("types-sqlite", "sqlite", &attributes),
        create: r#"CREATE TABLE "all of: ""types""" (
            id bigint PRIMARY KEY NOT NULL, "select" boolean, "größe" integer, amount decimal(12,2), ratio double,
            "näme" varchar(60), story text, code char(8), picture blob, born date, at time, seen timestamp,
            logged timestamptz, guid uuid, small smallint, long_number varchar(60))"#
            .to_owned(),
        database: None,
        folder,
        longest: 200,
    })
}

impl Example {
    fn prepare(&self) -> (Box<dyn Connector>, SchemaType) {
        match &self.database {
            Some(database) => database.client().run(&self.create),
            None => {
                let file = self.folder.path().join("types.db");
                rusqlite::Connection::open(file).unwrap().execute_batch(&self.create).unwrap();
            }
        }
        let mut connector = open(&self.connection, Path::new("."), OpenMode::Write).unwrap();
        let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
        let [table] = schema.types.as_slice() else { panic!("one table: {schema:?}") };
        (connector, table.clone())
    }
}

fn every_system() -> Vec<Example> {
    [postgresql(), mariadb(), sqlite()].into_iter().flatten().collect()
}

fn type_of(table: &SchemaType, property: &str) -> ValueType {
    table.property(property).unwrap_or_else(|| panic!("no {property}")).value_type
}

fn batch(table: &SchemaType, names: &[&str], rows: &[Vec<Value>]) -> RecordBatch {
    let fields: Vec<Field> =
        names.iter().map(|name| Field::new(*name, type_of(table, name).arrow(), true)).collect();
    let columns: Vec<ArrayRef> = names
        .iter()
        .enumerate()
        .map(|(column, name)| array_of(type_of(table, name), rows.iter().map(|row| &row[column])))
        .collect();
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns).unwrap()
}

fn rows(batch: &RecordBatch) -> Vec<Vec<Value>> {
    (0..batch.num_rows())
        .map(|row| batch.columns().iter().map(|column| value_at(column, row)).collect())
        .collect()
}

fn read(connector: &mut dyn Connector, table: &SchemaType, names: &[String]) -> Vec<Vec<Value>> {
    let order = [OrderBy { property: "id".to_owned(), descending: false }];
    let request = SearchRequest { order: &order, ..SearchRequest::all(table, names) };
    let mut batches = Vec::new();
    connector
        .search(&request, &CancelToken::default(), &mut |batch| {
            batches.push(batch);
            Flow::Continue
        })
        .unwrap();
    rows(&concat_batches(&batches[0].schema(), &batches).unwrap())
}

#[test]
fn the_catalog_names_every_type() {
    let expected = [
        ("id", ValueType::Integer),
        ("select", ValueType::Boolean),
        ("größe", ValueType::Integer),
        ("amount", ValueType::Decimal(12, 2)),
        ("ratio", ValueType::Float),
        ("näme", ValueType::String),
        ("story", ValueType::String),
        ("code", ValueType::String),
        ("picture", ValueType::Binary),
        ("born", ValueType::Date),
        ("at", ValueType::Time),
        ("seen", ValueType::Timestamp),
        ("logged", ValueType::TimestampUtc),
        ("guid", ValueType::Guid),
        ("small", ValueType::Integer),
    ];
    for example in every_system() {
        let (_connector, table) = example.prepare();
        for (name, value_type) in expected {
            assert_eq!(type_of(&table, name), value_type, "{}: {name}", example.name);
        }
        assert_eq!(table.table_name(), "all of: \"types\"", "{}", example.name);
        assert_eq!(table.key, ["id"], "{}", example.name);
        assert_eq!(table.property("näme").unwrap().max_length, Some(60), "{}", example.name);
    }
}

/// A value that every one of the systems can hold, or none.
pub fn any_value(name: &str, value_type: ValueType, longest: usize) -> BoxedStrategy<Value> {
    // MariaDB's `timestamp` begins in 1970 and ends in 2038; all dates here are of years 1 to 9999.
    let text = "[a-zA-ZäßŁ東😀 '\"`\\\\%;?\n\t-]{0,20}[a-z東]";
    let value = match value_type {
        ValueType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        ValueType::Integer if name == "small" => any::<i16>().prop_map(|n| Value::Integer(n.into())).boxed(),
        ValueType::Integer => any::<i32>().prop_map(|n| Value::Integer(n.into())).boxed(),
        ValueType::Decimal(precision, scale) => {
            let digits = u32::from(precision.min(18));
            (-10_i128.pow(digits) + 1..10_i128.pow(digits))
                .prop_map(move |unscaled| Value::Decimal { unscaled, scale })
                .boxed()
        }
        ValueType::Float => prop_oneof![-1e15..1e15, -1.0..1.0].prop_map(Value::Float).boxed(),
        ValueType::String if name == "code" => "[a-zA-Z0-9Ł]{1,8}".prop_map(Value::String).boxed(),
        ValueType::String if name == "story" => prop_oneof![
            text.prop_map(Value::String),
            Just(Value::String(String::new())),
            (1..longest / 3).prop_map(|length| Value::String("Ł😀x".repeat(length)))
        ]
        .boxed(),
        ValueType::String => text.prop_map(Value::String).boxed(),
        ValueType::Binary => prop_oneof![
            prop::collection::vec(any::<u8>(), 1..40),
            (1..longest).prop_map(|length| vec![0xab; length])
        ]
        .prop_map(Value::Binary)
        .boxed(),
        ValueType::Date => (-719_000_i32..2_932_000).prop_map(Value::Date).boxed(),
        ValueType::Time => (0_i64..86_400_000_000).prop_map(Value::Time).boxed(),
        ValueType::Timestamp => {
            (-30_000_000_000_000_000_i64..200_000_000_000_000_000).prop_map(Value::Timestamp).boxed()
        }
        ValueType::TimestampUtc => {
            (86_400_000_000_i64..2_100_000_000_000_000).prop_map(Value::TimestampUtc).boxed()
        }
        ValueType::Guid => any::<u128>().prop_map(|bits| Value::String(guid(bits))).boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 6 => value].boxed()
}

/// A GUID of version 4; MariaDB refuses such as have no known version.
fn guid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn any_row(table: &SchemaType, names: &[String], longest: usize) -> BoxedStrategy<Vec<Value>> {
    names[1..].iter().map(|name| any_value(name, type_of(table, name), longest)).collect::<Vec<_>>().boxed()
}

/// Rows with numbers as keys.
pub fn numbered(rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let number = |(id, mut row): (usize, Vec<Value>)| {
        row.insert(0, Value::Integer(id as i64));
        row
    };
    rows.into_iter().enumerate().map(number).collect()
}

#[test]
fn what_is_written_is_read() {
    for example in every_system() {
        let (connector, table) = example.prepare();
        let connector = RefCell::new(connector);
        let names: Vec<String> = table.properties.iter().map(|property| property.name.clone()).collect();
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        let config = ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
        let row = any_row(&table, &names, example.longest);
        let table_of_rows = prop::collection::vec((row.clone(), row), 1..60);
        let mut runner = TestRunner::new(config);
        let result = runner.run(&table_of_rows, |pairs| {
            let (first, second): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let (first, second) = (numbered(first), numbered(second));
            let mut connector = connector.borrow_mut();
            // Shrinking tries again after a failure.
            connector.rollback().unwrap();
            let rest = read(&mut **connector, &table, &names[..1]);
            connector.delete(&table, &batch(&table, &["id"], &rest)).unwrap();
            connector.begin().unwrap();
            connector.insert(&table, &batch(&table, &columns, &first)).unwrap();
            connector.commit().unwrap();
            prop_assert_eq!(&read(&mut **connector, &table, &names), &first, "{} inserted", example.name);

            let keys: Vec<Vec<Value>> = second.iter().map(|row| vec![row[0].clone()]).collect();
            let keys = batch(&table, &["id"], &keys);
            let values: Vec<Vec<Value>> = second.iter().map(|row| row[1..].to_vec()).collect();
            connector.begin().unwrap();
            connector.update(&table, &keys, &batch(&table, &columns[1..], &values)).unwrap();
            connector.commit().unwrap();
            prop_assert_eq!(&read(&mut **connector, &table, &names), &second, "{} updated", example.name);
            let mut got = rows(&connector.get(&table, &keys, &names).unwrap());
            got.sort_by_key(|row| row[0].to_string().parse::<i64>().unwrap());
            prop_assert_eq!(&got, &second, "{} by key", example.name);

            connector.begin().unwrap();
            connector.delete(&table, &keys).unwrap();
            connector.commit().unwrap();
            prop_assert!(read(&mut **connector, &table, &names).is_empty());
            Ok(())
        });
        if let Err(error) = result {
            panic!("{}: {error}", example.name);
        }
    }
}

/// A data source that nobody knows: what its driver says has to do.
#[test]
fn any_data_source_is_described_by_its_driver() {
    for system in System::ALL {
        let Some(database) = or_skip(Database::new(system)) else { continue };
        database.client().run(
            "CREATE TABLE department (code varchar(10), site integer, name varchar(40) NOT NULL, \
             PRIMARY KEY (code, site)); \
             CREATE TABLE person (id integer PRIMARY KEY, department varchar(10), site integer, pay decimal(9,2), \
             born date, FOREIGN KEY (department, site) REFERENCES department (code, site)); \
             INSERT INTO department VALUES ('A', 1, 'Ärzte'); \
             INSERT INTO person VALUES (7, 'A', 1, 12.50, '1999-12-31')",
        );
        let known = connection(&database, system.dialect());
        let mut attributes = database.attributes();
        let dialect = syncwright_core::connect::odbc::dialect::dialect(system.dialect()).unwrap();
        let registrations = syncwright_core::connect::odbc::driver::registrations();
        let driver = syncwright_core::connect::odbc::driver::for_dialect(dialect, &registrations).unwrap();
        attributes.push(("Driver".to_owned(), driver.display().to_string()));
        let mut unknown = connection_to(&known.system_identifier, "generic", &attributes);
        if system == System::MariaDb {
            // A data source has to take names in double quotes; MariaDB does when told.
            unknown.initial_sql.push("SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES'".to_owned());
        }
        let mut connector = open(&unknown, Path::new("."), OpenMode::Write).unwrap();
        let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
        let names: Vec<&str> = schema.types.iter().map(SchemaType::table_name).collect();
        assert_eq!(names, ["department", "person"], "{system:?}");
        let [department, person] = schema.types.as_slice() else { panic!("{schema:?}") };
        assert_eq!(department.key, ["code", "site"], "{system:?}");
        assert!(department.property("name").unwrap().mandatory);
        let [relation] = person.foreign_keys.as_slice() else { panic!("{person:?}") };
        assert_eq!(relation.properties, ["department", "site"]);
        assert_eq!(relation.references, department.name);
        assert_eq!(type_of(person, "pay"), ValueType::Decimal(9, 2), "{system:?}");
        assert_eq!(type_of(person, "born"), ValueType::Date, "{system:?}");
        let row = vec![Value::String("B".to_owned()), Value::Integer(2), Value::String("Łódź".to_owned())];
        connector.insert(department, &batch(department, &["code", "site", "name"], &[row])).unwrap();
        let names: Vec<String> = department.properties.iter().map(|one| one.name.clone()).collect();
        let request = SearchRequest { offset: 1, limit: Some(5), ..SearchRequest::all(department, &names) };
        let mut count = 0;
        connector
            .search(&request, &CancelToken::default(), &mut |batch| {
                count += batch.num_rows();
                Flow::Continue
            })
            .unwrap();
        assert_eq!(count, 1, "{system:?}: two rows, one left out");
    }
}
