//! Timeouts of operations (F16) on a network that is slow: each kind of operation has its own.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use syncwright_core::{
    connect::{ConnectError, Connector, ErrorKind, Flow, OpenMode, SearchRequest, open},
    progress::{CancelToken, Silent},
    project::{DataOperation, OperationLimits, OperationStrategy, Provider, SchemaType},
    value::Value,
};
use syncwright_tests::{
    proxy::{Fault, Proxy},
    servers::{System, or_skip},
};

use crate::odbc_pair::{End, Kind};

const TABLE: &str = "CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, note varchar(40))";
/// How long every piece is held back, there and back.
const DELAY: Duration = Duration::from_millis(250);
/// What an operation may take.
const LIMIT: i64 = 200;

fn behind_proxy(system: System) -> Option<(End, Proxy)> {
    let mut end = or_skip(End::new(Kind::Server(system), "notes", TABLE))?;
    let proxy = Proxy::new(end.database.as_ref().unwrap().server().port());
    let Provider::Odbc { attributes, .. } = &mut end.connection.provider else { panic!("ODBC") };
    attributes.insert("Port".to_owned(), proxy.port().to_string());
    Some((end, proxy))
}

fn row(id: i64) -> Vec<Vec<Value>> {
    vec![vec![Value::Integer(id), Value::String("new".to_owned())]]
}

/// Does what an operation of this kind is, with the object 1, or a new one.
fn operate(
    kind: &str,
    end: &End,
    table: &SchemaType,
    connector: &mut dyn Connector,
) -> Result<(), ConnectError> {
    let names = end.names();
    let key = end.batch_of(&[vec![Value::Integer(1)]], &["id"]);
    match kind {
        "create" => connector.insert(table, &end.batch_of(&row(2), &["id", "note"])),
        "update" => {
            let note = end.batch_of(&[vec![Value::String("other".to_owned())]], &["note"]);
            connector.update(table, &key, &note)
        }
        "delete" => connector.delete(table, &key),
        "search" => {
            let request = SearchRequest::all(table, &names);
            connector.search(&request, &CancelToken::default(), &mut |_| Flow::Continue)
        }
        "get" => connector.get(table, &key, &names).map(drop),
        "test" => connector.test().map(drop),
        _ => connector.describe_schema(&Silent, &CancelToken::default()).map(drop),
    }
}

fn limits(kind: &str) -> BTreeMap<String, OperationLimits> {
    BTreeMap::from([(kind.to_owned(), OperationLimits { timeout_ms: LIMIT, rate: None })])
}

/// Operates with a limit for one kind on a slow network.
fn on_a_slow_network(
    kind: &str,
    limited: &str,
    table: &SchemaType,
    (end, proxy): (&mut End, &Proxy),
) -> Result<(), ConnectError> {
    end.fill(&row(1));
    end.connection.operation_limits = limits(limited);
    let mut connector = open(&end.connection, end.folder(), OpenMode::Write).unwrap();
    proxy.set(Fault::Delay(DELAY));
    let result = operate(kind, end, table, &mut *connector);
    proxy.set(Fault::None);
    drop(connector);
    // What was given up may still arrive.
    std::thread::sleep(4 * DELAY);
    end.connection.operation_limits = BTreeMap::new();
    result
}

const KINDS: [&str; 7] = ["create", "update", "delete", "search", "get", "test", "schema"];

#[track_caller]
fn assert_too_long(what: &str, result: Result<(), ConnectError>) {
    let error = result.expect_err(what);
    assert_eq!(error.kind, ErrorKind::Timeout, "{what}: {error}");
    assert!(error.text.contains("took longer than"), "{what}: {error}");
}

#[test]
fn each_kind_of_operation_has_its_own_time() {
    for system in System::ALL {
        let Some((mut end, proxy)) = behind_proxy(system) else { continue };
        let table = end.table.clone();
        for kind in KINDS {
            let what = format!("{system:?} {kind}");
            assert_too_long(&what, on_a_slow_network(kind, kind, &table, (&mut end, &proxy)));
            // The limit of another kind is none.
            on_a_slow_network(kind, "script", &table, (&mut end, &proxy))
                .unwrap_or_else(|error| panic!("{what}: {error}"));
        }
    }
}

/// A data operation counts as what it is done in place of, not as a script.
#[test]
fn data_operations_have_the_time_of_what_they_stand_for() {
    for system in System::ALL {
        let Some((mut end, proxy)) = behind_proxy(system) else { continue };
        let mut table = end.table.clone();
        let pattern = |text: &str| {
            Some(DataOperation {
                strategy: OperationStrategy::Pattern(text.to_owned()),
                required_keys: Vec::new(),
            })
        };
        table.operations.insert = pattern("INSERT INTO notes (id, note) VALUES (%id%, %note%)");
        table.operations.update = pattern("UPDATE notes SET note = %note% WHERE id = %id%");
        table.operations.delete = pattern("DELETE FROM notes WHERE id = %id%");
        for kind in ["create", "update", "delete"] {
            let what = format!("{system:?} {kind}");
            assert_too_long(&what, on_a_slow_network(kind, kind, &table, (&mut end, &proxy)));
            on_a_slow_network(kind, "script", &table, (&mut end, &proxy))
                .unwrap_or_else(|error| panic!("{what}: {error}"));
        }
    }
}

/// A view over the notes that takes so many seconds.
fn slow_view(end: &End, system: System, name: &str, seconds: u32) -> SchemaType {
    let sleep = match system {
        System::PostgreSql => "pg_sleep",
        System::MariaDb => "SLEEP",
    };
    end.database.as_ref().unwrap().client().run(&format!(
        "CREATE VIEW {name} AS SELECT n.* FROM notes n, (SELECT {sleep}({seconds}) AS s) slow;"
    ));
    SchemaType { name: name.to_owned(), ..end.table.clone() }
}

/// The database itself ends what takes longer than the query timeout, and the error says that it was that.
#[test]
fn the_query_timeout_is_told_to_the_database() {
    for system in System::ALL {
        let Some(mut end) = or_skip(End::new(Kind::Server(system), "notes", TABLE)) else { continue };
        end.fill(&row(1));
        // Three times as long as both may take together.
        let slow = slow_view(&end, system, "slow", 60);
        let mut table = end.table.clone();
        let sleep = if system == System::PostgreSql { "SELECT pg_sleep(%id%)" } else { "SELECT SLEEP(%id%)" };
        table.operations.insert = Some(DataOperation {
            strategy: OperationStrategy::Pattern(sleep.to_owned()),
            required_keys: Vec::new(),
        });
        end.connection.query_timeout_secs = Some(1);
        let mut connector = open(&end.connection, end.folder(), OpenMode::Write).unwrap();
        let begin = Instant::now();
        let read = operate("search", &end, &slow, &mut *connector).expect_err("reading");
        let mut connector = open(&end.connection, end.folder(), OpenMode::Write).unwrap();
        let a_minute = end.batch_of(&row(60), &["id", "note"]);
        let written = connector.insert(&table, &a_minute).expect_err("writing");
        // The aim is a second each; the bound is for a loaded machine. The texts tell that the database ended them.
        assert!(begin.elapsed() < Duration::from_secs(20), "{system:?}: {:?}", begin.elapsed());
        let quoted = match system {
            System::PostgreSql => "SQLSTATE 57014",
            System::MariaDb => "native code 1969",
        };
        for (doing, error) in [("reading slow", read), ("the insert operation of notes", written)] {
            assert_eq!(error.kind, ErrorKind::Timeout, "{system:?}: {error}");
            assert!(error.text.starts_with("the query timeout of 1 s is over: "), "{system:?}: {error}");
            assert!(error.text.contains(doing) && error.text.contains(quoted), "{system:?}: {error}");
            assert!(error.help.is_some_and(|help| help.contains("query_timeout_secs")), "{system:?}");
        }
        // Nobody else has it who takes the session from the pool.
        operate("search", &end, &end.table, &mut *connector).unwrap();
    }
}

/// What an operation may take goes before the query timeout, also in the database.
#[test]
fn a_longer_limit_of_an_operation_goes_before_the_query_timeout() {
    for system in System::ALL {
        let Some(mut end) = or_skip(End::new(Kind::Server(system), "notes", TABLE)) else { continue };
        end.fill(&row(1));
        let slow = slow_view(&end, system, "slow", 2);
        end.connection.query_timeout_secs = Some(1);
        for timeout_ms in [20_000, -1] {
            let limit = OperationLimits { timeout_ms, rate: None };
            end.connection.operation_limits = BTreeMap::from([("search".to_owned(), limit)]);
            let mut connector = open(&end.connection, end.folder(), OpenMode::Write).unwrap();
            operate("search", &end, &slow, &mut *connector)
                .unwrap_or_else(|error| panic!("{system:?} {timeout_ms}: {error}"));
        }
    }
}
