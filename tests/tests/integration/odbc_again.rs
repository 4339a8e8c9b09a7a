//! Connections that break for a moment (C5): reading and batches that were surely taken back are tried again on
//! a new connection; what nobody knows the outcome of is not.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use syncwright_core::{
    connect::{ConnectError, ErrorKind, Flow, OpenMode, SearchRequest, open},
    progress::{CancelToken, Silent},
    project::{Connection, Provider},
    sync::RunStatus,
    value::Value,
};
use syncwright_tests::{
    proxy::{Fault, Proxy},
    servers::{System, or_skip},
};

use crate::odbc_pair::{End, Kind, Pair};

const SOURCE: &str = "CREATE TABLE people (id BIGINT PRIMARY KEY NOT NULL, name TEXT)";
const TABLE: &str = "CREATE TABLE people (id bigint NOT NULL PRIMARY KEY, name varchar(40))";

/// A table of a server behind a proxy.
fn behind_proxy(system: System) -> Option<(End, Proxy)> {
    let mut end = or_skip(End::new(Kind::Server(system), "people", TABLE))?;
    let proxy = Proxy::new(end.database.as_ref().unwrap().server().port());
    through(&mut end.connection, &proxy);
    Some((end, proxy))
}

fn through(connection: &mut Connection, proxy: &Proxy) {
    let Provider::Odbc { attributes, .. } = &mut connection.provider else { panic!("ODBC") };
    attributes.insert("Port".to_owned(), proxy.port().to_string());
}

fn people(count: i64) -> Vec<Vec<Value>> {
    (0..count).map(|id| vec![Value::Integer(id), Value::String(format!("person {id}"))]).collect()
}

#[test]
fn what_writes_nothing_is_tried_again_on_a_new_connection() {
    for system in System::ALL {
        let Some((end, proxy)) = behind_proxy(system) else { continue };
        end.fill(&people(50));
        let names = end.names();
        let key = end.batch_of(&[vec![Value::Integer(7)]], &["id"]);
        let mut connector = open(&end.connection, end.folder(), OpenMode::Read).unwrap();
        for round in 0..5 {
            proxy.cut_all();
            match round {
                0 => drop(connector.test().unwrap()),
                1 => assert_eq!(end.rows_through(&mut *connector).len(), 50, "{system:?}"),
                2 => assert_eq!(connector.get(&end.table, &key, &names).unwrap().num_rows(), 1),
                3 => assert!(connector.has_table(&end.table).unwrap(), "{system:?}"),
                _ => {
                    let schema = connector.describe_schema(&Silent, &CancelToken::default()).unwrap();
                    assert_eq!(schema.types.len(), 1, "{system:?}");
                }
            }
        }
    }
}

#[test]
fn nothing_is_tried_for_ever() {
    for system in System::ALL {
        let Some((end, proxy)) = behind_proxy(system) else { continue };
        let mut connector = open(&end.connection, end.folder(), OpenMode::Read).unwrap();
        proxy.set(Fault::Refuse);
        proxy.cut_all();
        let error = connector.test().unwrap_err();
        assert_eq!(error.kind, ErrorKind::Connection, "{error}");
        proxy.set(Fault::None);
        connector.test().unwrap();
    }
}

/// No row is given twice: what left before the fault cannot be taken back.
#[test]
fn a_read_that_has_given_rows_is_not_begun_again() {
    for system in System::ALL {
        let Some((mut end, proxy)) = behind_proxy(system) else { continue };
        const ROWS: usize = 60_000;
        end.fill(&people(ROWS as i64));
        end.connection.fetch_batch_size = Some(100);
        let mut connector = open(&end.connection, end.folder(), OpenMode::Read).unwrap();
        let names = end.names();
        let (mut seen, mut cut) = (0, false);
        let result = connector.search(
            &SearchRequest::all(&end.table, &names),
            &CancelToken::default(),
            &mut |batch| {
                seen += batch.num_rows();
                if !cut {
                    proxy.cut_all();
                    cut = true;
                }
                Flow::Continue
            },
        );
        match system {
            // Its driver holds all of the result before the first row.
            System::MariaDb => {
                result.unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(seen, ROWS, "{system:?}");
            }
            System::PostgreSql => {
                let error = result.expect_err("the rest did not come");
                assert_eq!(error.kind, ErrorKind::Connection, "{error}");
                assert!(seen > 0 && seen < ROWS && !error.transient, "{system:?}: {seen}");
            }
        }
    }
}

#[test]
fn a_transaction_is_not_continued_on_another_connection() {
    for system in System::ALL {
        let Some((end, proxy)) = behind_proxy(system) else { continue };
        let names = end.names();
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = |ids: std::ops::Range<usize>| end.batch_of(&people(9)[ids], &columns);
        let mut connector = open(&end.connection, end.folder(), OpenMode::Write).unwrap();
        let expect = |result: Result<(), ConnectError>, transient: bool| {
            let error = result.unwrap_err();
            assert_eq!(
                (error.kind, error.transient),
                (ErrorKind::Connection, transient),
                "{system:?}: {error}"
            );
        };
        connector.begin().unwrap();
        connector.insert(&end.table, &rows(0..3)).unwrap();
        proxy.cut_all();
        expect(connector.insert(&end.table, &rows(3..6)), true);
        expect(connector.insert(&end.table, &rows(6..9)), true);
        connector.rollback().unwrap();
        assert!(end.rows().is_empty(), "{system:?}");

        connector.begin().unwrap();
        connector.insert(&end.table, &rows(0..3)).unwrap();
        proxy.cut_all();
        // Whether it arrived nobody knows.
        expect(connector.commit(), false);
        connector.rollback().unwrap();
        connector.begin().unwrap();
        connector.insert(&end.table, &rows(3..6)).unwrap();
        connector.commit().unwrap();
        assert_eq!(end.rows().len(), 3, "{system:?}: the cut was in front of the commit");
    }
}

/// Runs while the connection breaks once, at this text and after so many of it; the proxy is well again soon.
fn run_with_a_cut(pair: &Pair, proxy: &Proxy, text: &str, after: usize) -> (RunStatus, bool) {
    let (ended, cuts) = (AtomicBool::new(false), AtomicUsize::new(0));
    proxy.set(Fault::CutAt { text: text.to_owned(), after, delivered: true });
    let status = thread::scope(|scope| {
        let mend = || {
            while !ended.load(Ordering::Relaxed) {
                if proxy.has_cut() {
                    cuts.fetch_add(1, Ordering::Relaxed);
                    proxy.set(Fault::None);
                    return;
                }
                thread::sleep(Duration::from_millis(5));
            }
        };
        thread::Builder::new().name("mend".to_owned()).spawn_scoped(scope, mend).unwrap();
        let report = pair.run();
        ended.store(true, Ordering::Relaxed);
        report.run.status
    });
    proxy.set(Fault::None);
    (status, cuts.into_inner() > 0)
}

#[test]
fn a_run_survives_connections_that_break_in_reads_and_before_commits() {
    for system in System::ALL {
        for (text, after) in [("SELECT", 0), ("SELECT", 1), ("INSERT INTO", 0), ("INSERT INTO", 2)] {
            let Some((to, proxy)) = behind_proxy(system) else { continue };
            let from = End::new(Kind::Embedded, "people", SOURCE).unwrap();
            from.fill(&people(40));
            let mut pair = Pair::new(&from, &to);
            pair.project.start_ups[0].bulk_level = Some(5);
            // Connecting is tried again where it has worked before.
            assert!(to.rows().is_empty());
            let (status, cut) = run_with_a_cut(&pair, &proxy, text, after);
            assert!(cut, "{system:?} {text} {after}: there was no cut");
            assert_eq!(status, RunStatus::Done, "{system:?} {text} {after}");
            assert_eq!(to.rows(), people(40), "{system:?} {text} {after}");
            pair.settle().unwrap();
        }
    }
}

#[test]
fn a_commit_without_an_answer_ends_the_run() {
    for system in System::ALL {
        let Some((to, proxy)) = behind_proxy(system) else { continue };
        let from = End::new(Kind::Embedded, "people", SOURCE).unwrap();
        from.fill(&people(40));
        let mut pair = Pair::new(&from, &to);
        pair.project.start_ups[0].bulk_level = Some(5);
        let (text, after) = match system {
            // Those of reading come first.
            System::PostgreSql => ("COMMIT", 5),
            // The mark of a query in front of it: not the end of `autocommit`.
            System::MariaDb => ("\u{3}COMMIT", 2),
        };
        let (status, cut) = run_with_a_cut(&pair, &proxy, text, after);
        assert!(cut, "{system:?}");
        assert_eq!(status, RunStatus::Failed, "{system:?}");
        pair.settle().unwrap();
        assert_eq!(to.rows(), people(40), "{system:?}");
    }
}
