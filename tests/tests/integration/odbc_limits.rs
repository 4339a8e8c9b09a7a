//! Timeouts of operations (F16) on a network that is slow: each kind of operation has its own.

use std::{collections::BTreeMap, time::Duration};

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
