//! Opening a connection: drivers that must not be used, databases that are not there, and stopping it when it
//! hangs, in connecting, in the initial SQL, in the pool, or in the first read.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use syncwright_core::{
    connect::{ConnectError, ErrorKind, Flow, OpenMode, SearchRequest, open, open_with},
    progress::CancelToken,
    project::{Connection, Pool, Provider, Side},
    sample::IMPORT,
    value::Value,
};
use syncwright_tests::{
    proxy::{Fault, Proxy},
    servers::{System, or_skip},
};
use tempfile::TempDir;

use crate::{
    odbc::{Place, Sample},
    odbc_faults::error_of,
    odbc_pair::{End, Kind},
};

/// Longest time from asking to stop until it has stopped. The aim is a second; the bound is for a loaded machine.
/// What is stopped here would go on for at least 20 seconds.
pub const STOPPED: Duration = Duration::from_secs(5);

/// Asks to stop after a while; gives the result of the work and how long it went on after that.
pub fn cancelled_after<R>(after: Duration, work: impl FnOnce(&CancelToken) -> R) -> (R, Duration) {
    let cancel = CancelToken::default();
    let switch = cancel.clone();
    thread::scope(|scope| {
        let stop = move || {
            thread::sleep(after);
            switch.cancel();
            Instant::now()
        };
        let stopper = thread::Builder::new().spawn_scoped(scope, stop).unwrap();
        let result = work(&cancel);
        let ended = Instant::now();
        (result, ended.saturating_duration_since(stopper.join().unwrap()))
    })
}

/// Fails unless the work was cancelled, and soon.
#[track_caller]
fn assert_cancelled<R>(what: &str, (result, took): (Result<R, ConnectError>, Duration)) {
    let error = result.map(drop).expect_err(what);
    assert_eq!(error.kind, ErrorKind::Cancelled, "{what}: {error}");
    assert!(took < STOPPED, "{what}: {took:?}");
}

const TABLE: &str = "CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, note varchar(40))";

fn notes(system: System) -> Option<End> {
    or_skip(End::new(Kind::Server(system), "notes", TABLE))
}

fn sleeping(system: System) -> &'static str {
    if system == System::PostgreSql { "SELECT pg_sleep(30)" } else { "DO SLEEP(30)" }
}

#[test]
fn initial_sql_that_hangs_is_cancelled() {
    for system in System::ALL {
        let Some(mut end) = notes(system) else { continue };
        end.connection.initial_sql = vec![sleeping(system).to_owned()];
        let opening = |cancel: &CancelToken| open_with(&end.connection, end.folder(), OpenMode::Read, cancel);
        assert_cancelled(&format!("{system:?}"), cancelled_after(Duration::from_millis(400), opening));
    }
}

/// An embedded database, too.
#[test]
fn initial_sql_that_hangs_in_an_embedded_database_is_cancelled() {
    let mut end = End::new(Kind::Embedded, "notes", TABLE).unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    end.connection.initial_sql = vec![endless.to_owned()];
    let opening = |cancel: &CancelToken| open_with(&end.connection, end.folder(), OpenMode::Read, cancel);
    assert_cancelled("SQLite", cancelled_after(Duration::from_millis(200), opening));
}

#[test]
fn initial_sql_ends_with_the_limit_of_scripts() {
    for system in System::ALL {
        let Some(mut end) = notes(system) else { continue };
        end.connection.initial_sql = vec![sleeping(system).to_owned()];
        let limits = serde_json::json!({ "script": { "timeout_ms": 500 } });
        end.connection.operation_limits = serde_json::from_value(limits).unwrap();
        let begin = Instant::now();
        let error = open(&end.connection, end.folder(), OpenMode::Read).map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Timeout, "{system:?}: {error}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{system:?}: {:?}", begin.elapsed());
    }
}

#[test]
fn connecting_to_somebody_who_does_not_answer_is_cancelled() {
    for system in System::ALL {
        let Some(mut end) = notes(system) else { continue };
        let proxy = Proxy::new(end.database.as_ref().unwrap().server().port());
        let Provider::Odbc { attributes, .. } = &mut end.connection.provider else { panic!("ODBC") };
        attributes.insert("Port".to_owned(), proxy.port().to_string());
        end.connection.connect_timeout_secs = Some(20);
        proxy.set(Fault::Stall);
        let opening = |cancel: &CancelToken| open_with(&end.connection, end.folder(), OpenMode::Read, cancel);
        assert_cancelled(&format!("{system:?}"), cancelled_after(Duration::from_millis(300), opening));
        proxy.cut_all();
    }
}

#[test]
fn waiting_for_a_free_connection_is_cancelled() {
    for system in System::ALL {
        let Some(mut end) = notes(system) else { continue };
        end.connection.initial_sql = vec!["SELECT 43".to_owned()];
        end.connection.pool =
            Some(Pool { max: 1, min_idle: 0, idle_timeout_secs: None, wait_timeout_secs: Some(30) });
        let _only = open(&end.connection, end.folder(), OpenMode::Read).unwrap();
        let opening = |cancel: &CancelToken| open_with(&end.connection, end.folder(), OpenMode::Read, cancel);
        assert_cancelled(&format!("{system:?}"), cancelled_after(Duration::from_millis(200), opening));
    }
}

/// A read that the server is slow with, and one that gives rows all the time.
#[test]
fn reads_are_cancelled() {
    for system in System::ALL {
        let Some(mut end) = notes(system) else { continue };
        let (sleep, many) = match system {
            System::PostgreSql => ("pg_sleep(30)::text", "generate_series(1, 3000000) AS s(id)"),
            System::MariaDb => ("SLEEP(30)", "(SELECT seq AS id FROM seq_1_to_3000000) AS s"),
        };
        end.execute(&format!(
            "CREATE VIEW slow AS SELECT n.id, CAST(x.s AS char(10)) AS note FROM notes n, (SELECT {sleep} AS s) x;
             CREATE VIEW many AS SELECT id, 'note' AS note FROM {many};"
        ));
        end.fill(&[vec![Value::Integer(1), Value::String("a".to_owned())]]);
        end.connection.fetch_batch_size = Some(1000);
        for (view, endless) in [("slow", false), ("many", true)] {
            let table = syncwright_core::project::SchemaType {
                name: view.to_owned(),
                view: true,
                ..end.table.clone()
            };
            let names = end.names();
            let mut connector = open(&end.connection, end.folder(), OpenMode::Read).unwrap();
            let read = |cancel: &CancelToken| {
                connector.search(&SearchRequest::all(&table, &names), cancel, &mut |_| {
                    if endless {
                        // For each of 3,000 blocks: half a minute.
                        thread::sleep(Duration::from_millis(10));
                    }
                    Flow::Continue
                })
            };
            let what = format!("{system:?} {view}");
            assert_cancelled(&what, cancelled_after(Duration::from_millis(500), read));
            // Whoever connects next gets a connection that works.
            assert_eq!(end.rows().len(), 1, "{what}");
        }
    }
}

/// The statement that fails is named by its number; after a connection was lost all are executed again.
#[test]
fn initial_sql_is_executed_on_every_connection() {
    for system in System::ALL {
        let Some(mut end) = notes(system) else { continue };
        let proxy = Proxy::new(end.database.as_ref().unwrap().server().port());
        let Provider::Odbc { attributes, .. } = &mut end.connection.provider else { panic!("ODBC") };
        attributes.insert("Port".to_owned(), proxy.port().to_string());
        end.execute("CREATE TABLE seen (id integer)");
        end.connection.initial_sql = vec!["INSERT INTO seen VALUES (1)".to_owned()];
        let seen = || {
            let client = end.database.as_ref().unwrap().client();
            client.lines("SELECT count(*) FROM seen")[0].parse::<u32>().unwrap()
        };
        let mut connector = open(&end.connection, end.folder(), OpenMode::Read).unwrap();
        connector.test().unwrap();
        assert_eq!(seen(), 1, "{system:?}");
        proxy.cut_all();
        connector.test().unwrap();
        assert_eq!(seen(), 2, "{system:?}");
        drop(connector);

        end.connection.initial_sql = vec!["SELECT 1".to_owned(), "SELECT nothing FROM nowhere".to_owned()];
        let error = open(&end.connection, end.folder(), OpenMode::Read).map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::SchemaChanged, "{system:?}: {error}");
        assert!(error.text.starts_with("statement 2 of the initial SQL failed: "), "{error}");
        let state = if system == System::PostgreSql { "42P01" } else { "42S02" };
        assert!(error.text.contains(&format!("[SQLSTATE {state}, ")), "{error}");
    }
}

/// Behind its ODBC driver a SQLite file that is not there is an error, and is not there after it either.
#[test]
fn a_missing_file_behind_a_driver_is_not_made() {
    let Some(sample) = Sample::new(Place::FileBehindDriver, Place::File) else { return };
    let file = sample.path().join("not-there.db");
    sample.set(Side::Right, "Database", file.to_str().unwrap());
    for outcome in [sample.simulate(IMPORT), sample.run(IMPORT)] {
        let outcome = outcome.expect(4);
        let error = error_of(&outcome);
        assert_eq!(error["code"], "SW-D001", "{error:#}");
        let text = error["text"].as_str().unwrap();
        assert!(text.contains("not-there.db"), "{text}");
        assert!(!file.exists());
    }
}

/// A driver that tells NULL with lengths of 4 or 8 bytes, and calls its database DB2.
const DRIVER: &str = r#"
#include <string.h>
#include <stdlib.h>
typedef short Result;
typedef unsigned short Word;
static int rows;
Result SQLAllocHandle(short type, void *in, void **out) { *out = malloc(16); return 0; }
Result SQLFreeHandle(short type, void *handle) { free(handle); return 0; }
Result SQLSetEnvAttr(void *h, int a, void *v, int n) { return 0; }
Result SQLSetConnectAttr(void *h, int a, void *v, int n) { return 0; }
Result SQLGetConnectAttr(void *h, int a, void *v, int n, int *l) { return 0; }
Result SQLSetStmtAttr(void *h, int a, void *v, int n) { return 0; }
Result SQLGetStmtAttr(void *h, int a, void *v, int n, int *l) { if (v) memset(v, 0, 8); return 0; }
Result SQLDriverConnect(void *h, void *w, char *in, short n, char *out, short max, short *length, Word how) {
    if (out && max > 0) *out = 0;
    if (length) *length = 0;
    return 0;
}
Result SQLDisconnect(void *h) { return 0; }
Result SQLGetInfo(void *h, Word type, void *value, short max, short *length) {
    const char *text = type == 17 ? "DB2/LINUXX8664" : type == 77 ? "03.00" : 0;
    if (!text) { if (value) memset(value, 0, 2); if (length) *length = 2; return 0; }
    if (value) strncpy(value, text, max);
    if (length) *length = (short) strlen(text);
    return 0;
}
Result SQLExecDirect(void *s, char *sql, int n) { rows = 1; return 0; }
Result SQLPrepare(void *s, char *sql, int n) { return 0; }
Result SQLExecute(void *s) { rows = 1; return 0; }
Result SQLNumResultCols(void *s, short *n) { *n = 1; return 0; }
Result SQLNumParams(void *s, short *n) { *n = 0; return 0; }
Result SQLRowCount(void *s, long *n) { *n = 0; return 0; }
Result SQLFetch(void *s) { return rows-- > 0 ? 0 : 100; }
Result SQLGetData(void *s, Word column, short type, void *value, long max, void *length) {
    LENGTH null = -1;
    memcpy(length, &null, sizeof null);
    return 0;
}
Result SQLMoreResults(void *s) { return 100; }
Result SQLCloseCursor(void *s) { return 0; }
Result SQLFreeStmt(void *s, Word how) { return 0; }
Result SQLEndTran(short type, void *h, short how) { return 0; }
Result SQLGetDiagRec(short t, void *h, short n, char *state, int *native, char *text, short max, short *l) { return 100; }
"#;

/// The driver as a library of this name; `None`, with the reason printed, without a compiler.
fn driver(folder: &Path, name: &str, length: &str) -> Option<PathBuf> {
    let (source, library) = (folder.join("driver.c"), folder.join(name));
    fs::write(&source, DRIVER).unwrap();
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-w", &format!("-DLENGTH={length}"), "-o"])
        .args([&library, &source])
        .output();
    match compiled {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(library)
        }
        Err(error) => {
            println!("skipped: no C compiler: {error}");
            None
        }
    }
}

/// Whatever a driver is called: one that writes half a length is found out, and nothing is read through it.
#[test]
fn a_driver_with_short_lengths_is_found_out() {
    let folder = TempDir::new().unwrap();
    for dialect in ["db2", "generic"] {
        for (name, length, works) in
            [("people.so", "int", false), ("libdb2o.so", "int", false), ("whole.so", "long", true)]
        {
            let Some(library) = driver(folder.path(), name, length) else { return };
            let attributes = BTreeMap::from([("Driver".to_owned(), library.display().to_string())]);
            let text = serde_json::json!({
                "system_identifier": format!("lengths-{dialect}-{name}"),
                "provider": { "Odbc": { "dialect": dialect, "attributes": attributes } },
            });
            let connection: Connection = serde_json::from_value(text).unwrap();
            match open(&connection, folder.path(), OpenMode::Read) {
                Ok(_) => assert!(works, "{dialect} {name}"),
                Err(error) => {
                    assert!(!works, "{dialect} {name}: {error}");
                    assert_eq!(error.kind, ErrorKind::Driver, "{error}");
                    assert!(error.text.contains("lengths of 4 bytes"), "{error}");
                    assert!(error.help.is_some_and(|help| help.contains("libdb2o.so")));
                }
            }
        }
    }
}
