//! Faults: runs that are killed, cancelled, or started twice.

use std::{
    fs,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode};
use syncwright_core::sample::{IMPORT, PROVISION};

use crate::{
    faults::{JSON, PATIENCE, Running, Sample, assert_same, writes},
    program,
};

/// How often a run is started anew that was over before it could be killed.
const TRIES: usize = 5;

/// Runs to the end after an interruption: the content must be that of a run without one.
fn ends_as_without_interruption(sample: &Sample, start_up: &str) {
    let control = Sample::new();
    let _ = control.run(start_up).expect(0);
    let _ = sample.run(start_up).expect(0);
    assert_same(&sample.content(), &control.content());

    let before = sample.everything();
    let third = sample.run(start_up).expect(0).json();
    assert_eq!(writes(&third), 0, "a run after it writes nothing");
    for (table, rows) in sample.everything() {
        assert!(table.starts_with("sw_") || rows == before[&table], "{table} was written");
    }
}

/// A sample whose run was killed after so many batches. A run that was faster than the kill is no such run: it
/// is tried again with a fresh sample.
fn killed(start_up: &str, batches: usize) -> Sample {
    let control = Sample::new();
    let before = control.content();
    let _ = control.run(start_up).expect(0);
    let end = control.content();
    for _ in 0..TRIES {
        let sample = Sample::with_bulk_level(1);
        if sample.is_killed_at(start_up, batches) {
            let half_way = sample.content();
            assert!(half_way != before, "nothing was written before it was killed");
            if half_way != end {
                return sample;
            }
        }
    }
    panic!("{TRIES} times everything was written before it was killed");
}

fn killed_and_run_again(start_up: &str, batches: usize) {
    let sample = killed(start_up, batches);
    assert_eq!(sample.runs().len(), 1);
    ends_as_without_interruption(&sample, start_up);
    let runs = sample.runs();
    let states: Vec<_> = runs.iter().map(|run| run["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["done", "done", "interrupted"]);
}

#[test]
fn import_killed_after_the_first_batch() {
    killed_and_run_again(IMPORT, 1);
}

#[test]
fn import_killed_in_a_later_step() {
    killed_and_run_again(IMPORT, 60);
}

#[test]
fn import_killed_among_accounts() {
    killed_and_run_again(IMPORT, 300);
}

#[test]
fn import_killed_among_labels() {
    killed_and_run_again(IMPORT, 600);
}

#[test]
fn provisioning_killed_after_the_first_batch() {
    killed_and_run_again(PROVISION, 1);
}

#[test]
fn provisioning_killed_among_inserts() {
    killed_and_run_again(PROVISION, 200);
}

#[test]
fn provisioning_killed_among_deletes() {
    let control = Sample::with_bulk_level(1);
    let _ = control.run(PROVISION).expect(0);
    // The deletes are the last 215 batches: 176 memberships, then groups and accounts. Early among them, so that
    // there is time to kill it.
    let sample = killed(PROVISION, control.batches_done() - 170);
    // All is inserted, some of what has to go has gone: memberships go before groups and accounts.
    let (fresh, half_way, end) = (Sample::new().content(), sample.content(), control.content());
    assert!(half_way["accounts"].len() > end["accounts"].len());
    let inserted = |account: &String| half_way["accounts"].binary_search(account).is_ok();
    assert!(end["accounts"].iter().all(inserted));
    let there = |row: &&String| half_way["memberships"].binary_search(*row).is_ok();
    let gone = fresh["memberships"].iter().filter(|row| !there(row)).count();
    assert!(gone > 30, "{gone} memberships have gone");
    ends_as_without_interruption(&sample, PROVISION);
}

#[test]
fn killed_twice_and_run_again() {
    let sample = Sample::with_bulk_level(1);
    sample.start(IMPORT, 20).kill();
    sample.start(IMPORT, 20).kill();
    ends_as_without_interruption(&sample, IMPORT);
    let runs = sample.runs();
    let states: Vec<_> = runs.iter().map(|run| run["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["done", "done", "interrupted", "interrupted"]);
}

/// Killed within a transaction: the database is left with the journal that takes the half of it back.
#[test]
fn killed_within_a_transaction() {
    for subcommand in ["simulate", "run"] {
        for start_up in [IMPORT, PROVISION] {
            let sample = Sample::new();
            let before = sample.content();
            leave_half_a_transaction(&sample);
            let arguments = sample.arguments(subcommand, start_up);
            let report = program().run(arguments.iter().map(String::as_str).chain(JSON)).expect(0).json();
            assert!(writes(&report) > 0);
            if subcommand == "simulate" {
                assert_same(&sample.content(), &before);
            } else {
                ends_as_without_interruption(&sample, start_up);
            }
        }
    }
}

/// Leaves the human resources database as a kill within a transaction does: the file half written, the
/// rollback journal beside it.
fn leave_half_a_transaction(sample: &Sample) {
    let copy = tempfile::tempdir().unwrap();
    let (file, journal) = (copy.path().join("hr.db"), copy.path().join("hr.db-journal"));
    fs::copy(sample.hr_file(), &file).unwrap();
    let database = Connection::open(&file).unwrap();
    // So small a cache makes SQLite write pages before the end of the transaction.
    database.execute_batch("PRAGMA cache_size = 1; BEGIN; UPDATE employees SET phone = 'half'").unwrap();
    assert!(fs::metadata(&journal).unwrap().len() > 0);
    fs::copy(&file, sample.hr_file()).unwrap();
    fs::copy(&journal, sample.path().join("hr.db-journal")).unwrap();
}

#[cfg(unix)]
fn send(signal: &str, process: u32) {
    let status = Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(status.success());
}

/// True if no thread of the process goes on any more: the signal is only sent when `kill` returns.
#[cfg(unix)]
fn is_stopped(process: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        // Where nobody tells, a while must do.
        sleep(Duration::from_millis(50));
        return true;
    };
    // A thread may end meanwhile. The state stands behind the name, which is in parentheses.
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("stat")).ok())
        .all(|stat| stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('T')))
}

/// Stops a run at a moment when it does not write the identity store, so that others can.
#[cfg(unix)]
fn pause(running: &mut Running, sample: &Sample) {
    let identity = sample.identity();
    identity.busy_timeout(Duration::ZERO).unwrap();
    let begin = Instant::now();
    loop {
        send("-STOP", running.id());
        while !is_stopped(running.id()) {
            assert!(running.is_going_on(), "the first run was too fast for this test");
            assert!(begin.elapsed() < PATIENCE, "it does not stop");
            sleep(Duration::from_millis(1));
        }
        match identity.execute_batch("BEGIN EXCLUSIVE; ROLLBACK") {
            Ok(()) => return,
            Err(error) => assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy), "{error}"),
        }
        assert!(begin.elapsed() < PATIENCE, "it writes all the time");
        send("-CONT", running.id());
        sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn second_run_at_once_is_refused() {
    let sample = Sample::with_bulk_level(1);
    let mut first = sample.start(IMPORT, 1);
    // It must not be over before the others have ended, however fast the disk is.
    pause(&mut first, &sample);
    let arguments = sample.arguments("run", IMPORT);
    let second = program().run(&arguments).expect(5);
    let json = sample.run(IMPORT).expect(5).json();
    let simulation = sample.simulate(IMPORT).expect(0);
    assert!(first.is_going_on(), "the first run was too fast for this test");
    assert!(simulation.json()["failure"].is_null());

    let process = first.id();
    send("-CONT", process);
    let end = first.end();
    assert_eq!(end.status.code(), Some(0), "{end:?}");
    let runs = sample.runs();
    let states: Vec<_> = runs.iter().map(|run| run["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["frozen", "frozen", "done"]);
    let running = runs[2]["id"].as_str().unwrap();

    assert_eq!(second.out, "");
    assert!(second.err.starts_with("error[SW-R004]: Import from HR is running already"), "{second:?}");
    assert!(second.err.contains(running), "{second:?}");
    assert!(second.err.contains(&format!("process {process}")), "{second:?}");
    assert!(second.err.contains("help: wait until it ends"), "{second:?}");
    assert_eq!(json["error"]["code"], "SW-R004");
    assert!(json["error"]["help"].is_string());
    ends_as_without_interruption(&sample, IMPORT);
}

#[cfg(unix)]
#[test]
fn cancelled_run_stops_soon_and_can_be_run_again() {
    for (start_up, batches) in [(IMPORT, 1), (IMPORT, 100), (PROVISION, 100)] {
        let sample = Sample::with_bulk_level(1);
        let running = sample.start(start_up, batches);
        let asked = Instant::now();
        send("-INT", running.id());
        let end = running.end();
        // The aim is a second; the bound is for a loaded machine. The exit code and the journal tell that it did not
        // just run to its end.
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
        assert_eq!(end.status.code(), Some(130), "{end:?}");
        assert_eq!(sample.runs()[0]["status"], "cancelled");
        // What the report says is what was written: every batch is one object here.
        let report = program().run(["log", sample.project_file().to_str().unwrap(), "--format", "json"]);
        assert_eq!(writes(&report.json()), sample.batches_done() as u64);
        ends_as_without_interruption(&sample, start_up);
    }
}
