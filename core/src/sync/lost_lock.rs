//! Runs whose lock another run takes: they stop, wherever they are, and leave that lock alone (F7).
//!
//! In these tests a lock is renewed whenever somebody looks whether it is time to.

use rusqlite::Connection;
use tempfile::TempDir;

use super::{RunReport, RunStatus, run, test_project::test_project};
use crate::{
    connect::OpenMode,
    journal::{ChangeStatus, Journal},
    progress::{CancelToken, Silent},
};

const THREE: &str = "CREATE TABLE p (id TEXT PRIMARY KEY, name TEXT); INSERT INTO p VALUES ('a', 'A'), ('b', 'B'), ('c', 'C')";

/// Runs with this target system; another run takes the lock after the first insert into a central table.
///
/// Gives the report, and how many objects the central system has then.
fn run_and_lose(target: &str, table: &str) -> (RunReport, i64) {
    let folder = TempDir::new().unwrap();
    let open = |file: &str| Connection::open(folder.path().join(file)).unwrap();
    open("target.db").execute_batch(target).unwrap();
    open("central.db").execute_batch("CREATE TABLE p (id TEXT PRIMARY KEY, name TEXT)").unwrap();
    let project = test_project();
    drop(Journal::open(&project, folder.path(), OpenMode::Write).unwrap());
    let trigger = format!(
        "CREATE TRIGGER taken AFTER INSERT ON {table} BEGIN UPDATE sw_lock SET run_id = 'another'; END"
    );
    open("central.db").execute_batch(&trigger).unwrap();
    let report = run(&project, folder.path(), "go", &Silent, &CancelToken::default()).unwrap();
    assert_eq!(report.run.status, RunStatus::Failed);
    let failure = report.failure.as_ref().unwrap();
    assert_eq!((failure.code.as_str(), failure.exit_code), ("SW-J005", 5), "{}", failure.text);
    assert!(failure.text.contains("run another of"), "{}", failure.text);
    let number = |sql: &str| open("central.db").query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("SELECT count(*) FROM sw_lock WHERE run_id = 'another'"), 1);
    (report, number("SELECT count(*) FROM p"))
}

#[test]
fn before_the_first_write() {
    let (report, objects) = run_and_lose(THREE, "sw_run_step");
    assert_eq!((report.steps.len(), objects), (1, 0));
    assert!(report.steps[0].changes.iter().all(|change| change.status == ChangeStatus::NotWritten));
}

#[test]
fn between_two_batches() {
    let (report, objects) = run_and_lose(THREE, "p");
    let statuses: Vec<ChangeStatus> = report.steps[0].changes.iter().map(|change| change.status).collect();
    assert_eq!(statuses, [ChangeStatus::Done, ChangeStatus::NotWritten, ChangeStatus::NotWritten]);
    assert_eq!(objects, 1);
}

/// A step that was not read to its end is not in the report.
#[test]
fn while_a_long_read_goes_on() {
    let endless =
        "CREATE VIEW p AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000000)
        SELECT printf('p%d', i) AS id, 'x' AS name FROM n";
    let (report, objects) = run_and_lose(endless, "sw_run");
    assert_eq!((report.steps.len(), objects), (0, 0));
}
