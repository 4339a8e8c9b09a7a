//! The journal in a SQLite file: transactions that are refused, locks that another run takes, labels, steps.

use std::{collections::BTreeSet, fs};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{
    Change, ChangeStatus, Journal, JournalError, LockHolder, RunHeader, RunKind, RunStatus, Situation,
    Situations, StepPass, StepReport, Writes,
};
use crate::{
    connect::{ErrorKind, OpenMode},
    project::{Direction, Method, Project, Side, from_text},
};

/// Whoever waits for a lock gives up at once.
const PROJECT: &str = r#"(
  format: 1,
  name: "test",
  central: (
    connection: (system_identifier: "C", provider: Sqlite(file: "central.db"), connect_timeout_secs: 0),
  ),
  target: (connection: (system_identifier: "T", provider: Sqlite(file: "central.db"))),
)"#;

struct Store {
    folder: TempDir,
    project: Project,
}

impl Store {
    fn new() -> Self {
        let store =
            Self { folder: tempfile::tempdir().unwrap(), project: from_text("test", PROJECT).unwrap() };
        store.database().execute_batch("CREATE TABLE p (id TEXT PRIMARY KEY)").unwrap();
        store
    }

    fn database(&self) -> Connection {
        Connection::open(self.folder.path().join("central.db")).unwrap()
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.project, self.folder.path(), OpenMode::Write).unwrap()
    }

    /// Runs that hold a lock.
    fn runs(&self) -> Vec<String> {
        let database = self.database();
        let mut statement = database.prepare("SELECT run_id FROM sw_lock ORDER BY 1").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Lets the lock look like that of another computer, held for some seconds more.
    fn move_to_another_host(&self, seconds: i64) {
        let until = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        let sql = "UPDATE sw_lock SET host = 'elsewhere', lease_until = ?1";
        assert_eq!(self.database().execute(sql, [until.to_string()]).unwrap(), 1);
    }
}

fn lost(result: Result<(), JournalError>) -> Option<LockHolder> {
    match result.unwrap_err() {
        JournalError::LockLost { name, holder } => {
            assert_eq!(name, "test/go");
            holder.map(|holder| *holder)
        }
        other => panic!("{other}"),
    }
}

fn labels(journal: &mut Journal) -> Vec<String> {
    let mut labels = journal.labels(Side::Left, "p").unwrap();
    labels.sort();
    labels
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[test]
fn a_commit_that_is_refused_is_taken_back() {
    let store = Store::new();
    let mut journal = store.journal();
    journal.mark("run", Side::Left, "p", &keys(&["a"])).unwrap();
    let reader = store.database();
    let mut statement = reader.prepare("SELECT object_key FROM sw_outstanding").unwrap();
    let mut reading = statement.query([]).unwrap();
    assert!(reading.next().unwrap().is_some());
    // While somebody reads nothing can be committed: labels, locks, steps.
    for refused in [
        journal.mark("run", Side::Left, "p", &keys(&["b"])),
        journal.lock("go", "run").map(|holder| assert_eq!(holder, None)),
    ] {
        match refused {
            Err(JournalError::Connect(error)) => assert_eq!(error.kind, ErrorKind::Locked, "{error}"),
            other => panic!("{other:?}"),
        }
    }
    drop(reading);
    drop(statement);
    assert_eq!(store.runs(), Vec::<String>::new());
    assert_eq!(labels(&mut journal), ["a"]);
    // The next transaction begins as if nothing had been.
    journal.mark("run", Side::Left, "p", &keys(&["c"])).unwrap();
    assert_eq!(journal.lock("go", "run").unwrap(), None);
    assert_eq!(labels(&mut journal), ["a", "c"]);
}

#[test]
fn a_lock_is_renewed_and_given_back() {
    let store = Store::new();
    let mut journal = store.journal();
    assert_eq!(journal.lock("go", "one").unwrap(), None);
    let holder = store.journal().lock("go", "two").unwrap().unwrap();
    assert_eq!(holder.run, "one");
    store.move_to_another_host(5);
    journal.keep_lock().unwrap();
    let left = "SELECT julianday(lease_until) - julianday('now') FROM sw_lock";
    let days: f64 = store.database().query_row(left, [], |row| row.get(0)).unwrap();
    assert!(days * 24.0 * 60.0 > 29.0, "{days}");
    journal.unlock().unwrap();
    assert_eq!(store.runs(), Vec::<String>::new());
    // Who holds nothing has nothing to keep or to give back.
    journal.keep_lock().unwrap();
    journal.renew_lock().unwrap();
    journal.unlock().unwrap();
}

#[test]
fn a_lock_that_another_run_took_is_neither_renewed_nor_deleted() {
    let store = Store::new();
    let mut journal = store.journal();
    assert_eq!(journal.lock("go", "one").unwrap(), None);
    store.move_to_another_host(-1);
    let mut other = store.journal();
    assert_eq!(other.lock("go", "two").unwrap(), None);
    for _ in 0..2 {
        assert_eq!(lost(journal.keep_lock()).unwrap().run, "two");
        assert_eq!(lost(journal.renew_lock()).unwrap().run, "two");
    }
    journal.unlock().unwrap();
    assert_eq!(store.runs(), ["two"]);
    other.keep_lock().unwrap();
    store.database().execute_batch("DELETE FROM sw_lock").unwrap();
    assert_eq!(lost(other.keep_lock()), None);
    other.unlock().unwrap();
}

/// While others read a database file nobody can write into it; the lock holds until its lease has run out.
#[test]
fn renewing_may_fail_for_a_while() {
    let store = Store::new();
    let mut journal = store.journal();
    assert_eq!(journal.lock("go", "one").unwrap(), None);
    let other = store.database();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    journal.keep_lock().unwrap();
    let lock = journal.lock.as_mut().unwrap();
    assert!(lock.renew_at > jiff::Timestamp::now(), "it is not tried again at once");
    lock.renew_at = jiff::Timestamp::MIN;
    lock.lease_until = jiff::Timestamp::now();
    match journal.keep_lock() {
        Err(JournalError::Connect(error)) => assert_eq!(error.kind, ErrorKind::Locked, "{error}"),
        other => panic!("{other:?}"),
    }
    other.execute_batch("ROLLBACK").unwrap();
    journal.lock.as_mut().unwrap().renew_at = jiff::Timestamp::MIN;
    journal.keep_lock().unwrap();
}

fn header(id: &str, start_up: &str, status: RunStatus) -> RunHeader {
    RunHeader {
        id: id.to_owned(),
        kind: RunKind::Run,
        project: "test".to_owned(),
        start_up: start_up.to_owned(),
        workflow: "all".to_owned(),
        direction: Direction::ToTarget,
        status,
        started: jiff::Timestamp::now(),
        ended: None,
        started_by: "me".to_owned(),
    }
}

#[test]
fn only_unfinished_runs_of_the_start_up_configuration_are_read() {
    let store = Store::new();
    let mut journal = store.journal();
    for (id, start_up, status) in [
        ("1", "go", RunStatus::Running),
        ("2", "go", RunStatus::Done),
        ("3", "other", RunStatus::Running),
        ("4", "go", RunStatus::Running),
    ] {
        journal.begin_run(&header(id, start_up, status)).unwrap();
    }
    // What is not asked for is not read: these values are no texts.
    store.database().execute_batch("UPDATE sw_run SET workflow = x'00ff' WHERE id IN ('2', '3')").unwrap();
    assert!(journal.runs(None).is_err());
    let ids: Vec<String> = journal.unfinished("go").unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(ids, ["4", "1"]);
}

#[test]
fn labels_are_found_by_their_keys() {
    let store = Store::new();
    let mut journal = store.journal();
    journal.mark("run", Side::Left, "p", &keys(&["a", "b"])).unwrap();
    journal.mark("run", Side::Left, "p", &keys(&["b", "c"])).unwrap();
    journal.mark("run", Side::Right, "p", &keys(&["a"])).unwrap();
    assert_eq!(labels(&mut journal), ["a", "b", "c"]);
    let among = journal.labels_among(Side::Left, "p", &keys(&["c", "x", "a"])).unwrap();
    assert_eq!(among, BTreeSet::from(["a", "c"].map(str::to_owned)));
    assert_eq!(journal.labels_among(Side::Left, "q", &keys(&["a"])).unwrap(), BTreeSet::new());
    journal.reset(Side::Left, "p", &keys(&["b", "x", "b"])).unwrap();
    assert_eq!(labels(&mut journal), ["a", "c"]);
    assert_eq!(journal.labels(Side::Right, "p").unwrap(), ["a"]);
    // A batch does not read the labels of others: this one is no text and cannot be read.
    let sql = "INSERT INTO sw_outstanding VALUES ('T', 'left', 'p', x'00ff', '', '')";
    store.database().execute_batch(sql).unwrap();
    assert!(journal.labels(Side::Left, "p").is_err());
    journal.mark("run", Side::Left, "p", &keys(&["d"])).unwrap();
    journal.reset(Side::Left, "p", &keys(&["a"])).unwrap();
    let among = journal.labels_among(Side::Left, "p", &keys(&["a", "c", "d"])).unwrap();
    assert_eq!(among, BTreeSet::from(["c", "d"].map(str::to_owned)));
}

/// A step with one change.
fn step(status: ChangeStatus) -> StepReport {
    let change = Change {
        situation: Situation::LeftOnly,
        method: Method::Insert,
        left_key: Vec::new(),
        right_key: Vec::new(),
        display: "ann".to_owned(),
        status,
        properties: Vec::new(),
    };
    StepReport {
        step: "people".to_owned(),
        pass: StepPass::Main,
        mapping: "people".to_owned(),
        direction: Direction::ToTarget,
        left_objects: 1,
        right_objects: 0,
        situations: Situations::default(),
        writes: Writes::default(),
        quota_exceeded: Vec::new(),
        changes: [change].into_iter().collect(),
        messages: Vec::new(),
    }
}

/// Whoever is killed or refused between the list and the index leaves the step as it was, and not a list that the
/// index takes for damaged.
#[test]
fn a_step_is_saved_as_a_whole_or_not_at_all() {
    let store = Store::new();
    let mut journal = store.journal();
    journal.begin_run(&header("1", "go", RunStatus::Running)).unwrap();
    let folder = journal.create_run_folder("1").unwrap();
    let files = || fs::read_dir(&folder).unwrap().count();
    let status = || {
        let report = store.journal().report("1").unwrap();
        report.steps[0].changes.statuses()
    };
    journal.save_step("1", 0, &step(ChangeStatus::Planned)).unwrap();
    assert_eq!((status(), files()), (vec![ChangeStatus::Planned], 1));
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON sw_run_step BEGIN SELECT RAISE(ABORT, 'no'); END";
    store.database().execute_batch(refuse).unwrap();
    assert!(journal.save_step("1", 0, &step(ChangeStatus::Done)).is_err());
    assert_eq!(status(), [ChangeStatus::Planned]);
    let unfinished = journal.unfinished_steps("1").unwrap();
    assert_eq!(unfinished[0].1.changes.statuses(), [ChangeStatus::Planned]);
    store.database().execute_batch("DROP TRIGGER refuse").unwrap();
    // Nor does a step whose number begins alike lose its list.
    journal.save_step("1", 1000, &step(ChangeStatus::Failed)).unwrap();
    journal.save_step("1", 0, &step(ChangeStatus::Done)).unwrap();
    assert_eq!((status(), files()), (vec![ChangeStatus::Done], 2));
}
