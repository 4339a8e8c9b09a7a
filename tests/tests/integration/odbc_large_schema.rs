//! A database of 5,000 tables with 20 columns each: its schema is read in the time that one waits for a page,
//! with progress that only goes forward, and Cancel works at once (S1, W10, L5).

use std::{
    fmt::Write as _,
    path::Path,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use syncwright_core::{
    connect::{ErrorKind, OpenMode, open},
    progress::{CancelToken, Progress, Silent},
    project::Connection,
    schema::{SchemaError, detect},
};
use syncwright_tests::servers::{Database, Server, System, or_skip};

use crate::{odbc_opening::STOPPED, odbc_types::connection};

const TABLES: usize = 5000;
const COLUMNS: usize = 20;
/// Longest time for reading the schema, in a test program that is not optimised on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// The tables; every fifth refers to the one before it.
fn script(system: System) -> String {
    let mut script = String::new();
    // Their content does not matter, and such tables are made faster.
    let options = if system == System::MariaDb { " ENGINE=MEMORY" } else { "" };
    let columns: String = (2..COLUMNS).fold(String::new(), |mut columns, number| {
        let of_type = ["varchar(60)", "integer", "date", "decimal(10,2)"][number % 4];
        write!(columns, ", column_{number} {of_type}").unwrap();
        columns
    });
    for table in 0..TABLES {
        // PostgreSQL holds a lock for every table of a transaction: not all in one.
        if system == System::PostgreSql && table % 500 == 0 {
            script.push_str(if table == 0 { "BEGIN;\n" } else { "COMMIT; BEGIN;\n" });
        }
        let relation = match system {
            System::PostgreSql if table % 5 == 4 => format!(" REFERENCES table_{}", table - 1),
            _ => String::new(),
        };
        writeln!(
            script,
            "CREATE TABLE table_{table} (id integer NOT NULL PRIMARY KEY, parent integer{relation}{columns}){options};"
        )
        .unwrap();
    }
    if system == System::PostgreSql {
        script.push_str("COMMIT;\n");
    }
    script
}

/// Everything that was told.
#[derive(Default)]
struct Told(Mutex<Vec<(u64, Option<u64>)>>);

impl Progress for Told {
    fn phase(&self, _name: &str) {}

    fn advance(&self, done: u64, total: Option<u64>) {
        self.0.lock().unwrap().push((done, total));
    }
}

/// Cancels reading the schema after this time; earlier if it has ended by then.
#[track_caller]
fn assert_cancelled_after(connection: &Connection, mut wait: Duration) {
    loop {
        let mut connector = open(connection, Path::new("."), OpenMode::Read).unwrap();
        let cancel = CancelToken::default();
        let (result, had_ended, took) = thread::scope(|scope| {
            let work = || detect(&mut *connector, &[], &Silent, &cancel);
            let work = thread::Builder::new().name("detect".to_owned()).spawn_scoped(scope, work).unwrap();
            thread::sleep(wait);
            let had_ended = work.is_finished();
            cancel.cancel();
            let begin = Instant::now();
            (work.join().unwrap(), had_ended, begin.elapsed())
        });
        match result {
            // The machine had more to do when the time was measured that the wait is a part of.
            Ok(_) if had_ended && !wait.is_zero() => {
                wait = if wait > Duration::from_millis(1) { wait / 2 } else { Duration::ZERO };
            }
            Err(SchemaError::Connect(error)) => {
                assert_eq!(error.kind, ErrorKind::Cancelled, "{error}");
                // The aim is a second; the bound is for a loaded machine.
                assert!(took < STOPPED, "ends {took:?} after Cancel, which came after {wait:?}");
                return;
            }
            other => panic!("after {wait:?}: {:?}", other.map(|detected| detected.schema.types.len())),
        }
    }
}

fn large_schema(system: System) {
    // A server that need not be tidied up afterwards.
    let Some(server) = or_skip(Server::own_in_memory(system, &[])) else { return };
    let database = Database::on(&server);
    database.client().run(&script(system));
    let connection = connection(&database, system.dialect());

    let told = Told::default();
    let begin = Instant::now();
    let mut connector = open(&connection, Path::new("."), OpenMode::Read).unwrap();
    let detected = detect(&mut *connector, &[], &told, &CancelToken::default()).unwrap();
    let took = begin.elapsed();
    println!("{system:?}: {TABLES} tables with {COLUMNS} columns in {took:?}");
    assert!(took < LIMIT, "{system:?}: {took:?}");
    let types = &detected.schema.types;
    assert_eq!(types.len(), TABLES);
    assert!(types.iter().all(|one| one.properties.len() == COLUMNS && one.key == ["id"]), "{system:?}");
    if system == System::PostgreSql {
        assert_eq!(types.iter().filter(|one| one.foreign_keys.len() == 1).count(), TABLES / 5);
    }
    let told = told.0.into_inner().unwrap();
    assert!(told.len() > 1 && told.windows(2).all(|pair| pair[0].0 < pair[1].0), "{told:?}");
    assert!(told.iter().all(|(done, total)| total.is_some_and(|total| *done <= total)), "{told:?}");

    for wait in [Duration::ZERO, Duration::from_millis(30), took / 3] {
        assert_cancelled_after(&connection, wait);
    }
    // Dropping so many tables one by one takes longer.
    server.kill();
}

#[test]
fn five_thousand_tables_of_postgresql() {
    large_schema(System::PostgreSql);
}

#[test]
fn five_thousand_tables_of_mariadb() {
    large_schema(System::MariaDb);
}
