//! Faults while a run writes through an ODBC driver: connections that break, tables that go, locks. What was
//! written is known; a run that is repeated comes to the same end as one without the fault.

use std::time::{Duration, Instant};

use syncwright_core::{
    project::Side,
    sample::{IMPORT, PROVISION},
};
use syncwright_tests::{
    proxy::{Direction, Fault},
    sample::{Dump, assert_same},
    servers::{Database, Server, System, or_skip},
};

use crate::{
    faults::writes,
    odbc::{Place, Sample},
    odbc_deadlocks::{Somebody, say, wait_until_said},
    odbc_faults::{Expected, assert_error, hr_on},
};

/// What both databases hold after a run without any fault.
fn end_without_faults(start_up: &str) -> Dump {
    let control = Sample::new(Place::File, Place::File).unwrap();
    let _ = control.run(start_up).expect(0);
    control.content()
}

/// Runs once more: the end must be that of a run without faults, and a third run must find nothing to do.
#[track_caller]
fn ends_as_without_faults(sample: &Sample, start_up: &str) {
    let _ = sample.run(start_up).expect(0);
    assert_same(&sample.content(), &end_without_faults(start_up));
    let third = sample.run(start_up).expect(0).json();
    assert_eq!(writes(&third), 0, "a run after it writes nothing");
}

/// Fails unless the run that has just ended is known to have failed.
#[track_caller]
fn assert_marked_as_failed(sample: &Sample) {
    assert_eq!(sample.runs()[0]["status"], "failed");
}

/// Fails unless something, but not everything, was written.
#[track_caller]
fn assert_half_way(sample: &Sample, before: &Dump, start_up: &str) {
    let half_way = sample.content();
    assert!(half_way != *before, "nothing was written before the fault");
    assert!(half_way != end_without_faults(start_up), "everything was written before the fault");
}

const CONNECTION: Expected<'_> = Expected { code: "SW-D003", states: &[], thing: "" };

#[test]
fn connection_cut_while_writing() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        let before = sample.content();
        let proxy = sample.through_proxy(Side::Right);
        sample.set_bulk_level(1);
        let running = sample.start(PROVISION, 30);
        proxy.set(Fault::CutAfter(Direction::ToServer, 700));
        let outcome = sample.end(running);
        assert!(proxy.has_cut());
        assert_error(outcome, &CONNECTION);
        assert_half_way(&sample, &before, PROVISION);
        assert_marked_as_failed(&sample);
        proxy.set(Fault::None);
        ends_as_without_faults(&sample, PROVISION);
    }
}

/// The commit does not reach the server, or its answer does not come back: whether the objects are there or
/// not, the next run sees it, and writes nothing twice.
#[test]
fn connection_cut_at_commit() {
    for system in System::ALL {
        for delivered in [false, true] {
            let Some(sample) = hr_on(system) else { return };
            let proxy = sample.through_proxy(Side::Right);
            sample.set_bulk_level(1);
            let running = sample.start(PROVISION, 10);
            // Not the statement that switches autocommit on again, once it is committed.
            let text = match system {
                System::PostgreSql => "COMMIT",
                System::MariaDb => "\u{3}COMMIT",
            };
            proxy.set(Fault::CutAt { text: text.to_owned(), after: 1, delivered });
            let outcome = sample.end(running);
            assert!(proxy.has_cut(), "it did not commit again");
            assert_error(outcome, &CONNECTION);
            assert_marked_as_failed(&sample);
            let run = sample.runs()[0]["id"].as_str().unwrap().to_owned();
            let changes = |status: &str| changes_in_log(&sample, &run, status);
            let (done, unknown) = (changes("done"), changes("unknown"));
            assert_eq!(unknown.len(), 1, "nobody can know now, and nobody says that it was not written");
            proxy.set(Fault::None);
            ends_as_without_faults(&sample, PROVISION);
            // The next run has looked.
            assert_eq!(changes("unknown"), Vec::<String>::new(), "{system:?}");
            let expected = if delivered { done.len() + 1 } else { done.len() };
            assert_eq!(changes("done").len(), expected, "{system:?}, delivered {delivered}: {unknown:?}");
        }
    }
}

/// Changes with this status in the log of a run.
fn changes_in_log(sample: &Sample, run: &str, status: &str) -> Vec<String> {
    let file = sample.project_file();
    let log = sample.command(["log", file.to_str().unwrap(), "--run", run, "--format", "json"]);
    let log = sample.outcome(log).expect(0).json();
    let steps = log["steps"].as_array().unwrap().iter();
    let changes = steps.flat_map(|step| step["changes"].as_array().unwrap());
    changes.filter(|one| one["status"] == status).map(ToString::to_string).collect()
}

/// The journal is in the central database: when that goes, the run cannot even say so there. The next run
/// finds that this one was interrupted.
#[test]
fn central_connection_cut_while_writing() {
    for system in System::ALL {
        let Some(sample) = Sample::new(Place::File, Place::Server(system)) else { return };
        let before = sample.content();
        let proxy = sample.through_proxy(Side::Left);
        sample.set_bulk_level(1);
        let running = sample.start(IMPORT, 30);
        proxy.set(Fault::CutAfter(Direction::ToServer, 700));
        let outcome = sample.end(running);
        assert!(proxy.has_cut());
        assert_error(outcome, &CONNECTION);
        proxy.set(Fault::None);
        assert_half_way(&sample, &before, IMPORT);
        let status = sample.runs()[0]["status"].clone();
        assert!(status == "failed" || status == "running", "{status}");
        ends_as_without_faults(&sample, IMPORT);
        let runs = sample.runs();
        let states: Vec<_> = runs.iter().map(|run| run["status"].as_str().unwrap()).collect();
        assert!(matches!(states.as_slice(), ["done", "done", "failed" | "interrupted"]), "{states:?}");
    }
}

#[test]
fn server_killed_while_writing() {
    for system in System::ALL {
        // What is committed is on its way to the disk when the server goes.
        let durable = match system {
            System::PostgreSql => "synchronous_commit=on",
            System::MariaDb => "innodb-flush-log-at-trx-commit=2",
        };
        let Some(server) = or_skip(Server::own(system, &[durable])) else { return };
        let sample = Sample::with_hr_in(Database::on(&server));
        let before = sample.content();
        sample.set_bulk_level(1);
        let running = sample.start(PROVISION, 20);
        // Away for longer than anything is tried again; it keeps what it has committed.
        server.kill_and_restart("sleep 3");
        let outcome = sample.end(running);
        assert_error(outcome, &CONNECTION);
        assert_half_way(&sample, &before, PROVISION);
        assert_marked_as_failed(&sample);
        ends_as_without_faults(&sample, PROVISION);
    }
}

#[test]
fn table_dropped_while_writing() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        let before = sample.content();
        sample.set_bulk_level(1);
        // Connected already: the table must be gone before the run gets there.
        let mut somebody = Somebody::new(sample.hr());
        somebody.does(say(system));
        wait_until_said(sample.hr());
        let running = sample.start(PROVISION, 1);
        // Gone for the run, and for the test not for ever.
        somebody.does("ALTER TABLE memberships RENAME TO memberships_kept;\n");
        assert!(somebody.ends_well(), "{system:?}");
        let ended = sample.end(running);
        let state = if system == System::PostgreSql { "42P01" } else { "42S02" };
        assert_error(ended, &Expected { code: "SW-D008", states: &[state], thing: "memberships" });
        assert_marked_as_failed(&sample);
        // What went before it is kept: of the step that it stopped nothing, of those before it everything.
        sample.hr().client().run("ALTER TABLE memberships_kept RENAME TO memberships;");
        let (after, end) = (sample.content(), end_without_faults(PROVISION));
        assert!(after["memberships"] == before["memberships"], "{system:?}: of its own step nothing");
        assert!(after["employees"] != before["employees"], "{system:?}: nothing was written before");
        assert!(after["employees"] == end["employees"], "{system:?}: the steps before it are done");
        ends_as_without_faults(&sample, PROVISION);
    }
}

/// Somebody else holds a row for longer than the connection waits.
#[test]
fn row_that_stays_locked() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        let report = sample.simulate(PROVISION).expect(0).json();
        let person = &report["steps"][0]["changes"][0]["right_key"]["personnel_number"];
        let person = person.as_str().unwrap();
        sample.edit(|project| {
            let initial = match system {
                System::PostgreSql => "SET lock_timeout = '1s'",
                System::MariaDb => "SET innodb_lock_wait_timeout = 1",
            };
            project.target.connection.initial_sql.push(initial.to_owned());
        });
        let before = sample.content();
        let mut somebody = Somebody::new(sample.hr());
        somebody.does(&format!(
            "BEGIN;\nUPDATE employees SET title = title WHERE personnel_number = '{person}';\n{}",
            say(system)
        ));
        wait_until_said(sample.hr());
        let begin = Instant::now();
        let outcome = sample.run(PROVISION);
        // PostgreSQL would wait for ever, MariaDB for minutes: see `innodb-lock-wait-timeout` of the servers.
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
        drop(somebody);
        let states: &[&str] = if system == System::PostgreSql { &["55P03"] } else { &["HY000"] };
        assert_error(outcome, &Expected { code: "SW-D004", states, thing: "employees" });
        assert_marked_as_failed(&sample);
        // The server itself may still be about to notice that the session has gone.
        sample.hr().end_other_sessions();
        assert_same(&sample.content(), &before);
        ends_as_without_faults(&sample, PROVISION);
    }
}

/// A query of a write that never comes back is given up in the time that the project allows.
#[test]
fn server_that_stops_answering_while_writing() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        sample.edit(|project| project.target.connection.query_timeout_secs = Some(2));
        sample.set_bulk_level(1);
        let proxy = sample.through_proxy(Side::Right);
        let running = sample.start(PROVISION, 20);
        proxy.set(Fault::Stall);
        let begin = Instant::now();
        let outcome = sample.end(running);
        assert_error(outcome, &Expected { code: "SW-D017", states: &[], thing: "Human resources: " });
        assert!(begin.elapsed() < Duration::from_secs(45), "{:?}", begin.elapsed());
        assert_marked_as_failed(&sample);
        proxy.cut_all();
        proxy.set(Fault::None);
        sample.hr().end_other_sessions();
        ends_as_without_faults(&sample, PROVISION);
    }
}
