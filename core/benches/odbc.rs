//! Figures Q1 and Q4: what the engine costs on top of ODBC drivers, against programs that do nothing but
//! read, or write, through the same drivers.
//!
//! The servers are those of the tests. Appends to `target/figures.md`. The number of objects of Q1 can be
//! given as an argument: `cargo bench --bench odbc -- 100000`.

#![expect(clippy::expect_used, reason = "a bench that cannot work should stop loudly")]

#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/src/servers/mod.rs"]
mod servers;

use std::{error::Error, fmt::Write as _, fs, io::Write as _, path::Path, sync::Arc, thread, time::Instant};

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema as ArrowSchema},
};
use arrow_odbc::{OdbcReaderBuilder, TextEncoding};
use odbc_api::{BindParamDesc, Connection as OdbcConnection, ConnectionOptions, environment};
use syncwright_core::{
    connect::{OpenMode, odbc, open, secrets},
    memory::{self, Allocator},
    progress::{CancelToken, Silent},
    project::{Project, from_text},
    sync::simulate,
};

use self::servers::{Database, System};

/// As in the program.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

const PROPERTIES: usize = 10;
/// Rows that Q4 writes.
const ROWS: usize = 100_000;
/// Rows of a transaction of Q4.
const TRANSACTION: usize = 10_000;
/// Rows of one call of the bare program.
const ARRAY: usize = 1000;
const REPEATS: usize = 3;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    memory::keep_for_reuse();
    let objects: usize =
        std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let mut table = reading(objects)?;
    for system in System::ALL {
        table.push_str(&writing(system)?);
    }
    let target = std::env::var("CARGO_TARGET_DIR")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    fs::create_dir_all(&target)?;
    let file = Path::new(&target).join("figures.md");
    fs::OpenOptions::new().create(true).append(true).open(file)?.write_all(table.as_bytes())?;
    {
        println!("{table}");
    }
    Ok(())
}

const fn verdict(ratio: f64) -> &'static str {
    if ratio <= 1.3 { "met" } else { "missed" }
}

fn dialect(system: System) -> &'static str {
    match system {
        System::PostgreSql => "postgresql",
        System::MariaDb => "mariadb",
    }
}

/// Best of several times, in seconds.
fn best(repeats: usize, mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..repeats {
        let start = Instant::now();
        work()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}

// ---------------------------------------------------------------------------------------------- Q1: reading

fn reading(objects: usize) -> Result<String> {
    let database = Database::new(System::PostgreSql).expect("PostgreSQL is installed");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("left.db");
    fill_sqlite(&file, objects)?;
    database.client().run(&postgresql_rows(objects));
    secrets::set_password("figures-right", database.password().into());
    let project = project(&database)?;
    let simulated = best(REPEATS, || {
        let report = simulate(&project, folder.path(), "go", &Silent, &CancelToken::default())?;
        let step = report.steps.first().ok_or("no step")?;
        if !step.changes.is_empty() || step.left_objects != objects as u64 {
            return Err(format!("{} changes, {} objects", step.changes.len(), step.left_objects).into());
        }
        Ok(())
    })?;
    let text = connection_string(&database)?;
    let together = best(REPEATS, || {
        thread::scope(|scope| {
            let other = scope.spawn(|| read_odbc(&text, objects).map_err(|error| error.to_string()));
            read_sqlite(&file, objects)?;
            other.join().map_err(|_| "the reader panicked")?.map_err(Into::into)
        })
    })?;
    let apart = best(1, || {
        read_sqlite(&file, objects)?;
        read_odbc(&text, objects)
    })?;
    let ratio = simulated / together;
    let mut line = String::new();
    writeln!(
        line,
        "| Q1 | simulation without differences, {objects} × {objects} objects × {PROPERTIES} properties, \
         PostgreSQL (ODBC) ↔ SQLite, ÷ only reading both at the same time | ≤ 1.3 | {ratio:.2} ({simulated:.2} s ÷ \
         {together:.2} s; read one after the other {apart:.2} s) | {} |",
        verdict(ratio)
    )?;
    Ok(line)
}

fn columns() -> Vec<String> {
    (0..PROPERTIES).map(|number| format!("p{number}")).collect()
}

fn value(property: usize, row: usize) -> String {
    format!("value {property} of {}", row % 10_007)
}

fn fill_sqlite(file: &Path, objects: usize) -> Result<()> {
    let mut database = rusqlite::Connection::open(file)?;
    let declared: Vec<String> = columns().iter().map(|name| format!("{name} VARCHAR(40)")).collect();
    database.execute_batch(&format!(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
         CREATE TABLE person (id VARCHAR(24) PRIMARY KEY NOT NULL, {}) WITHOUT ROWID",
        declared.join(", ")
    ))?;
    let transaction = database.transaction()?;
    {
        let marks = ["?"; PROPERTIES + 1].join(", ");
        let mut statement = transaction.prepare(&format!("INSERT INTO person VALUES ({marks})"))?;
        for row in 0..objects {
            let mut values = vec![format!("employee-{row:08}")];
            values.extend((0..PROPERTIES).map(|property| value(property, row)));
            statement.execute(rusqlite::params_from_iter(values))?;
        }
    }
    transaction.commit()?;
    Ok(())
}

fn postgresql_rows(objects: usize) -> String {
    let declared: Vec<String> = columns().iter().map(|name| format!("{name} varchar(40)")).collect();
    let values: Vec<String> =
        (0..PROPERTIES).map(|property| format!("'value {property} of ' || (n % 10007)")).collect();
    format!(
        "CREATE TABLE person (id varchar(24) PRIMARY KEY, {}); INSERT INTO person SELECT 'employee-' || \
         lpad(n::text, 8, '0'), {} FROM generate_series(0, {}) AS n; ANALYZE person;",
        declared.join(", "),
        values.join(", "),
        objects - 1
    )
}

fn project(database: &Database) -> Result<Project> {
    let mut properties = String::from("(name: \"id\", value_type: String, max_length: Some(24)),");
    let mut rules = String::new();
    for name in columns() {
        write!(properties, "(name: \"{name}\", value_type: String, max_length: Some(40)),")?;
        write!(rules, "(name: \"{name}\", left: \"{name}\", right: \"{name}\"),")?;
    }
    let schema = format!("(types: [(name: \"person\", properties: [{properties}], key: [\"id\"])])");
    let attributes: Vec<String> =
        database.attributes().iter().map(|(name, value)| format!("{name:?}: {value:?}")).collect();
    let text = format!(
        "(format: 1, name: \"figures\", active: true, \
         central: (connection: (system_identifier: \"figures-left\", provider: Sqlite(file: \"left.db\")), \
         schema: {schema}), \
         target: (connection: (system_identifier: \"figures-right\", provider: Odbc(dialect: \"postgresql\", \
         attributes: {{{}}})), schema: {schema}), \
         mappings: [(name: \"people\", left: \"person\", right: \"person\", matching: [(name: \"id\", \
         on: Pair(\"id\", \"id\"))], rules: [{rules}])], \
         workflows: [(name: \"all\", direction: ToTarget, steps: [(name: \"people\", mapping: \"people\", \
         methods: (both_differ: [(method: Update)]))])], \
         start_ups: [(name: \"go\", workflow: \"all\")])",
        attributes.join(", ")
    );
    Ok(from_text("figures", &text)?)
}

/// The connection string that the connector uses.
fn connection_string(database: &Database) -> Result<String> {
    let system = database.system();
    let known = odbc::dialect::dialect(dialect(system)).ok_or("no dialect")?;
    let driver = odbc::driver::for_dialect(known, &odbc::driver::registrations()).ok_or("no driver")?;
    let mut text = format!("Driver={};PWD={};", driver.display(), database.password());
    for (name, value) in database.attributes() {
        write!(text, "{name}={value};")?;
    }
    for (name, value) in known.default_attributes() {
        write!(text, "{name}={value};")?;
    }
    Ok(text)
}

fn connect(text: &str) -> Result<OdbcConnection<'static>> {
    Ok(environment()?.connect_with_connection_string(text, ConnectionOptions::default())?)
}

fn read_odbc(text: &str, objects: usize) -> Result<()> {
    let connection = connect(text)?;
    let sql = format!("SELECT id, {} FROM person", columns().join(", "));
    let cursor = connection.into_cursor(&sql, (), None).map_err(|failed| failed.error)?.ok_or("no rows")?;
    let reader = OdbcReaderBuilder::new()
        .with_max_num_rows_per_batch(8192)
        .with_payload_text_encoding(TextEncoding::Utf16)
        .build(cursor)?
        .into_concurrent()?;
    let mut rows = 0;
    for batch in reader {
        rows += batch?.num_rows();
    }
    if rows == objects { Ok(()) } else { Err(format!("{rows} rows").into()) }
}

fn read_sqlite(file: &Path, objects: usize) -> Result<()> {
    let database = rusqlite::Connection::open(file)?;
    let mut statement = database.prepare(&format!("SELECT id, {} FROM person", columns().join(", ")))?;
    let mut rows = statement.query([])?;
    let (mut count, mut bytes) = (0, 0);
    while let Some(row) = rows.next()? {
        for column in 0..=PROPERTIES {
            bytes += row.get_ref(column)?.as_str()?.len();
        }
        count += 1;
    }
    if count == objects && bytes > 0 { Ok(()) } else { Err(format!("{count} rows").into()) }
}

// ---------------------------------------------------------------------------------------------- Q4: writing

fn writing(system: System) -> Result<String> {
    let database = Database::new(system).expect("the server is installed");
    secrets::set_password("figures-write", database.password().into());
    let text = connection_string(&database)?;
    let create =
        "CREATE TABLE person (id bigint PRIMARY KEY, p0 varchar(40), p1 varchar(40), p2 varchar(40))";
    let mut ours = [f64::INFINITY; 2];
    let mut bare = [f64::INFINITY; 2];
    // In turns, so that whatever else happens on the machine happens to both.
    for _ in 0..REPEATS {
        database.client().run(&format!("DROP TABLE IF EXISTS person; {create}"));
        let times = write_through_connector(&database)?;
        keep_best(&mut ours, times);
        database.client().run(&format!("DROP TABLE IF EXISTS person; {create}"));
        let times = write_bare(&text, system)?;
        keep_best(&mut bare, times);
    }
    let mut lines = String::new();
    for (index, what) in ["inserts", "updates"].into_iter().enumerate() {
        let (ours, bare) = (ours[index], bare[index]);
        let ratio = ours / bare;
        writeln!(
            lines,
            "| Q4 | {ROWS} {what}, {system:?}, ÷ bare array-bound program on the same driver | ≤ 1.3 | {ratio:.2} \
             ({ours:.2} s ÷ {bare:.2} s) | {} |",
            verdict(ratio)
        )?;
    }
    Ok(lines)
}

fn keep_best(best: &mut [f64; 2], times: [f64; 2]) {
    for (best, time) in best.iter_mut().zip(times) {
        *best = best.min(time);
    }
}

/// Keys and values of rows `first..last`.
fn rows(first: usize, last: usize, version: usize) -> Result<(RecordBatch, RecordBatch)> {
    let keys: ArrayRef = Arc::new(Int64Array::from_iter_values((first..last).map(|row| row as i64)));
    let values: Vec<ArrayRef> = (0..3)
        .map(|property| {
            let texts = (first..last).map(|row| value(property + version, row));
            Arc::new(StringArray::from_iter_values(texts)) as ArrayRef
        })
        .collect();
    let fields: Vec<Field> =
        (0..3).map(|number| Field::new(format!("p{number}"), DataType::Utf8, true)).collect();
    let key = Arc::new(ArrowSchema::new(vec![Field::new("id", DataType::Int64, true)]));
    Ok((
        RecordBatch::try_new(key, vec![keys])?,
        RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), values)?,
    ))
}

fn write_through_connector(database: &Database) -> Result<[f64; 2]> {
    let attributes: serde_json::Map<String, serde_json::Value> =
        database.attributes().into_iter().map(|(name, value)| (name, value.into())).collect();
    let connection = serde_json::from_value(serde_json::json!({
        "system_identifier": "figures-write",
        "provider": { "Odbc": { "dialect": dialect(database.system()), "attributes": attributes } },
    }))?;
    let mut connector = open(&connection, Path::new("."), OpenMode::Write)?;
    let schema = connector.describe_schema(&Silent, &CancelToken::default())?;
    let person = schema.types.first().ok_or("no table")?;
    let mut times = [0.0; 2];
    for version in 0..2 {
        let start = Instant::now();
        for first in (0..ROWS).step_by(TRANSACTION) {
            let (keys, values) = rows(first, first + TRANSACTION, version)?;
            connector.begin()?;
            if version == 0 {
                let fields: Vec<_> =
                    keys.schema().fields().iter().chain(values.schema().fields()).map(Arc::clone).collect();
                let columns = keys.columns().iter().chain(values.columns()).map(Arc::clone).collect();
                connector
                    .insert(person, &RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)?)?;
            } else {
                connector.update(person, &keys, &values)?;
            }
            connector.commit()?;
        }
        if let Some(time) = times.get_mut(version) {
            *time = start.elapsed().as_secs_f64();
        }
    }
    Ok(times)
}

fn write_bare(text: &str, system: System) -> Result<[f64; 2]> {
    let connection = connect(text)?;
    connection.set_autocommit(false)?;
    let insert = "INSERT INTO person (p0, p1, p2, id) VALUES (?, ?, ?, ?)";
    let update = "UPDATE person SET p0 = ?, p1 = ?, p2 = ? WHERE id = ?";
    let mut times = [0.0; 2];
    for (version, sql) in [insert, update].into_iter().enumerate() {
        let start = Instant::now();
        let text = match system {
            System::PostgreSql => BindParamDesc::wide_text(40),
            System::MariaDb => BindParamDesc::text(40),
        };
        let prepared = connection.prepare(sql)?;
        let mut inserter =
            prepared.into_column_inserter(ARRAY, [text, text, text, BindParamDesc::i64(false)])?;
        for first in (0..ROWS).step_by(ARRAY) {
            inserter.set_num_rows(ARRAY);
            for property in 0..3 {
                let column = inserter.column_mut(property);
                match system {
                    System::PostgreSql => {
                        let mut cells = column.as_wide_text().ok_or("text")?;
                        for row in 0..ARRAY {
                            let text: Vec<u16> =
                                value(property + version, first + row).encode_utf16().collect();
                            cells.set_cell(row, Some(&text));
                        }
                    }
                    System::MariaDb => {
                        let mut cells = column.as_text().ok_or("text")?;
                        for row in 0..ARRAY {
                            cells.set_cell(row, Some(value(property + version, first + row).as_bytes()));
                        }
                    }
                }
            }
            let keys = inserter.column_mut(3).as_slice::<i64>().ok_or("keys")?;
            for (row, key) in keys.iter_mut().enumerate() {
                *key = (first + row) as i64;
            }
            inserter.execute()?;
            if (first + ARRAY).is_multiple_of(TRANSACTION) {
                connection.commit()?;
            }
        }
        if let Some(time) = times.get_mut(version) {
            *time = start.elapsed().as_secs_f64();
        }
    }
    Ok(times)
}
