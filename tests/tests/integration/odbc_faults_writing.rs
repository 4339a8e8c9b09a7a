//! Faults while a run writes through an ODBC driver: connections that break, tables that go, deadlocks, a full
//! disk. What was written is known, a run that is repeated comes to the same end as one without the fault.

use std::{
    io::Write as _,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use syncwright_core::{
    project::Side,
    sample::{IMPORT, PROVISION},
};
use syncwright_tests::{
    Outcome,
    proxy::{Direction, Fault},
    sample::{Dump, assert_same},
    servers::{Client, Database, Server, System, or_skip},
};

use crate::{
    faults::writes,
    odbc::{Place, Sample},
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
            proxy.set(Fault::CutAt { text: "COMMIT".to_owned(), after: 1, delivered });
            let outcome = sample.end(running);
            assert!(proxy.has_cut(), "it did not commit again");
            assert_error(outcome, &CONNECTION);
            assert_marked_as_failed(&sample);
            proxy.set(Fault::None);
            ends_as_without_faults(&sample, PROVISION);
        }
    }
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
        let Some(server) = or_skip(Server::own(system, &[])) else { return };
        let sample = Sample::with_hr_in(Database::on(&server));
        sample.set_bulk_level(1);
        let running = sample.start(PROVISION, 20);
        server.kill();
        let outcome = sample.end(running);
        assert_error(outcome, &CONNECTION);
        assert_marked_as_failed(&sample);
    }
}

#[test]
fn table_dropped_while_writing() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        let before = sample.content();
        sample.set_bulk_level(1);
        let running = sample.start(PROVISION, 30);
        sample.hr().client().run("DROP TABLE memberships;");
        let state = if system == System::PostgreSql { "42P01" } else { "42S02" };
        assert_error(
            sample.end(running),
            &Expected { code: "SW-D008", states: &[state], thing: "memberships" },
        );
        assert_marked_as_failed(&sample);
        // What went before it is kept, and nothing else was touched.
        let employees = sample.hr().client().lines("SELECT count(*) FROM employees");
        assert_eq!(employees, [before["employees"].len().to_string()]);
    }
}

/// Another session, which runs a script beside the test; ended with it.
struct Session(Option<Child>);

impl Session {
    fn start(client: &Client, script: &str) -> Self {
        let mut command = client.command();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        Self(Some(child))
    }

    /// Waits for its end.
    fn end(mut self) -> Outcome {
        Outcome::from(self.0.take().unwrap().wait_with_output().unwrap())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Personnel numbers of the people whom provisioning updates first, in the order of writing: those of whom it
/// changes the same properties, which are written with one statement.
fn updated_people(sample: &Sample) -> Vec<String> {
    let report = sample.simulate(PROVISION).expect(0).json();
    let people = &report["steps"][0];
    assert_eq!(people["step"], "People");
    let updates = people["changes"].as_array().unwrap().iter().filter(|change| change["method"] == "update");
    let names = |change: &Json| -> Vec<Json> {
        change["properties"].as_array().unwrap().iter().map(|property| property["property"].clone()).collect()
    };
    let updates: Vec<&Json> = updates.collect();
    updates
        .iter()
        .filter(|change| names(change) == names(updates[0]))
        .map(|change| change["right_key"]["personnel_number"].as_str().unwrap().to_owned())
        .collect()
}

/// The run holds the first person and wants the last; another session holds the last and wants the first. The
/// run is chosen to give up: nothing of its transaction stays, and it says so.
#[test]
fn deadlock() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        let people = updated_people(&sample);
        let [first, .., last] = people.as_slice() else { panic!("{people:?}") };
        let touch =
            |person: &str| format!("UPDATE employees SET title = title WHERE personnel_number = '{person}';");
        let database = sample.hr();
        // The other session is one that does not give up, and waits until the run waits for it.
        let (prepare, wait) = match system {
            System::PostgreSql => {
                let user = database.user();
                database.administrator().run(&format!("ALTER ROLE {user} SET deadlock_timeout = '2s';"));
                (
                    "SET deadlock_timeout = '1h';".to_owned(),
                    format!(
                        "DO $$ BEGIN
                           FOR attempt IN 1..3000 LOOP
                             PERFORM pg_stat_clear_snapshot();
                             EXIT WHEN EXISTS (SELECT FROM pg_stat_activity
                                               WHERE usename = '{user}' AND wait_event_type = 'Lock');
                             PERFORM pg_sleep(0.02);
                           END LOOP;
                         END $$;"
                    ),
                )
            }
            // Of two transactions, the one with fewer changes gives up. The list of transactions is made anew
            // when nobody has asked for it for 0.1 s.
            System::MariaDb => (
                "UPDATE memberships SET valid_from = NULL;".to_owned(),
                "DELIMITER //
                 BEGIN NOT ATOMIC
                   DECLARE attempt INT DEFAULT 0;
                   WHILE attempt < 200 AND NOT EXISTS (
                     SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT')
                   DO DO SLEEP(0.3); SET attempt = attempt + 1; END WHILE;
                 END //
                 DELIMITER ;"
                    .to_owned(),
            ),
        };
        let before = sample.content();
        let script = format!("BEGIN;\n{prepare}\n{}\n{wait}\n{}\nROLLBACK;\n", touch(last), touch(first));
        let session = Session::start(&database.administrator(), &script);
        sleep(Duration::from_millis(500));
        let outcome = sample.run(PROVISION);
        let _ = session.end().expect(0);
        let state = if system == System::PostgreSql { "40P01" } else { "40001" };
        assert_error(outcome, &Expected { code: "SW-D018", states: &[state], thing: "employees" });
        assert_same(&sample.content(), &before);
        assert_marked_as_failed(&sample);
        ends_as_without_faults(&sample, PROVISION);
    }
}

/// Somebody else holds a row for longer than the connection waits.
#[test]
fn row_that_stays_locked() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        let person = updated_people(&sample).remove(0);
        sample.edit(|project| {
            let initial = match system {
                System::PostgreSql => "SET lock_timeout = '1s'",
                System::MariaDb => "SET innodb_lock_wait_timeout = 1",
            };
            project.target.connection.initial_sql.push(initial.to_owned());
        });
        let before = sample.content();
        let pause = if system == System::PostgreSql { "pg_sleep(300)" } else { "SLEEP(300)" };
        let hold = format!(
            "BEGIN;\nUPDATE employees SET title = title WHERE personnel_number = '{person}';\nSELECT {pause};\n"
        );
        let session = Session::start(&sample.hr().client(), &hold);
        sleep(Duration::from_millis(500));
        let begin = Instant::now();
        let outcome = sample.run(PROVISION);
        assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
        drop(session);
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
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
        assert_marked_as_failed(&sample);
        proxy.cut_all();
        proxy.set(Fault::None);
        sample.hr().end_other_sessions();
        ends_as_without_faults(&sample, PROVISION);
    }
}
