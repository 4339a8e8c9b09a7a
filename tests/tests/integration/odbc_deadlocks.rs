//! Writing against others: deadlocks are tried again (C5), and a write that waits stops when somebody cancels.

use std::{
    io::Write as _,
    process::{Child, ChildStdin, Stdio},
    thread,
    time::{Duration, Instant},
};

use syncwright_core::{
    progress::{CancelToken, Silent},
    sync::{ChangeStatus, RunStatus, run},
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::odbc_project::{GO, Persons, users_table};

/// Persons `u0` to `u9`, to be written four at a time.
fn ten_persons(system: System) -> Option<Persons> {
    let database = or_skip(Database::new(system))?;
    if system == System::PostgreSql {
        // A session looks for a deadlock once, so long after it has begun to wait: by then the other one must have
        // begun to wait, too, also on a busy machine.
        let name = database.name();
        database.administrator().run(&format!("ALTER DATABASE {name} SET deadlock_timeout = '5s'"));
    }
    database.client().run(&users_table(system));
    let owner = database.user().to_owned();
    let mut persons = Persons::new(database, &owner);
    persons.project.start_ups[0].bulk_level = Some(4);
    for number in 0..10 {
        persons.add(&format!("u{number}"), None, "Somebody", Some("first"));
    }
    Some(persons)
}

/// The database gives up the transaction that inserts `u5`, so many times.
fn give_up(system: System, times: u32) -> String {
    match system {
        System::PostgreSql => format!(
            "CREATE SEQUENCE tries;
             CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF NEW.uid = 'u5' THEN IF nextval('tries') <= {times} THEN
                     RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01';
                 END IF; END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER give_up BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION give_up();"
        ),
        System::MariaDb => format!(
            "CREATE SEQUENCE tries NOCACHE;
             DELIMITER //
             CREATE TRIGGER give_up BEFORE INSERT ON users FOR EACH ROW
             IF NEW.uid = 'u5' THEN IF NEXTVAL(tries) <= {times} THEN
                 SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'deadlock found';
             END IF; END IF //
             DELIMITER ;"
        ),
    }
}

/// How often the transaction was tried.
fn tries(persons: &Persons) -> Vec<String> {
    let sql = match persons.database.system() {
        System::PostgreSql => "SELECT last_value FROM tries",
        System::MariaDb => "SELECT next_not_cached_value - 1 FROM tries",
    };
    persons.database.client().lines(sql)
}

#[test]
fn a_batch_that_is_given_up_is_tried_again() {
    for system in System::ALL {
        let Some(persons) = ten_persons(system) else { continue };
        persons.database.client().run(&give_up(system, 3));
        let report = persons.run_well();
        assert_eq!(tries(&persons), ["4"], "{system:?}");
        assert_eq!((report.steps[0].writes.insert, report.steps[0].writes.failed), (10, 0), "{system:?}");
        assert_eq!(persons.users().len(), 10, "{system:?}");
        persons.expect_equal();
    }
}

#[test]
fn a_batch_that_is_always_given_up_ends_the_run() {
    for system in System::ALL {
        let Some(persons) = ten_persons(system) else { continue };
        persons.database.client().run(&give_up(system, 1000));
        let report = persons.run();
        assert_eq!(tries(&persons), ["4"], "{system:?}");
        assert_eq!(report.run.status, RunStatus::Failed, "{system:?}");
        let failure = report.failure.as_ref().unwrap();
        assert_eq!((failure.code.as_str(), failure.exit_code), ("SW-D018", 4), "{system:?}");
        assert!(failure.text.contains("4 object(s) lost against other transactions 4 times"), "{failure:?}");

        // What was committed before is written and journaled as such, the rest as not written.
        assert_eq!(persons.users().len(), 4, "{system:?}");
        let statuses: Vec<_> = report.steps[0].changes.iter().map(|change| change.status).collect();
        assert_eq!(statuses[..4], [ChangeStatus::Done; 4], "{system:?}");
        assert_eq!(statuses[4..], [ChangeStatus::NotWritten; 6], "{system:?}");
        assert_eq!(report.steps[0].writes.failed, 0, "{system:?}");

        persons.database.client().run(match system {
            System::PostgreSql => "DROP TRIGGER give_up ON users",
            System::MariaDb => "DROP TRIGGER give_up",
        });
        persons.run_well();
        persons.expect_equal();
    }
}

/// Somebody else's session, which ends when it is dropped; its transaction is then taken back.
pub struct Somebody {
    child: Child,
    input: Option<ChildStdin>,
}

impl Somebody {
    pub fn new(database: &Database) -> Self {
        let mut command = database.administrator().command();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let input = child.stdin.take();
        Self { child, input }
    }

    pub fn does(&mut self, script: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// Waits until everything was done; true if it was done well.
    pub fn ends_well(&mut self) -> bool {
        self.input = None;
        self.child.wait().unwrap().success()
    }
}

impl Drop for Somebody {
    fn drop(&mut self) {
        self.input = None;
        let begin = Instant::now();
        // A test that fails must not wait for what never comes.
        while matches!(self.child.try_wait(), Ok(None)) {
            if begin.elapsed() > Duration::from_secs(5) {
                self.child.kill().ok();
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Says that what went before is done: see [`wait_until_said`].
pub const fn say(system: System) -> &'static str {
    match system {
        System::PostgreSql => "SELECT pg_advisory_lock(1);\n",
        System::MariaDb => "DO GET_LOCK(DATABASE(), 0);\n",
    }
}

/// Changes these users, and says so.
fn change(system: System, condition: &str) -> String {
    let say = say(system);
    format!("BEGIN;\nUPDATE users SET level = level + 100 WHERE {condition};\n{say}")
}

#[track_caller]
fn wait_until(database: &Database, sql: &str) {
    let begin = Instant::now();
    while database.administrator().lines(sql) == ["0"] {
        assert!(begin.elapsed() < Duration::from_secs(60), "not within a minute: {sql}");
        thread::sleep(Duration::from_millis(30));
    }
}

/// Waits until a session has said that it is done with what it was told: see [`say`].
#[track_caller]
pub fn wait_until_said(database: &Database) {
    wait_until(
        database,
        match database.system() {
            System::PostgreSql => {
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            }
            System::MariaDb => "SELECT IS_USED_LOCK(DATABASE()) IS NOT NULL",
        },
    );
}

/// Counts sessions that wait for somebody's lock.
fn waiting(system: System) -> &'static str {
    match system {
        System::PostgreSql => {
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        }
        // The run is the only session of the owner. Which transactions wait InnoDB tells as late as it likes while
        // several tests ask for it; how many do, of all tests, it tells at once.
        System::MariaDb => {
            "SELECT count(*) FROM information_schema.processlist \
             WHERE db = DATABASE() AND user = DATABASE() AND command <> 'Sleep' AND time_ms > 400 \
             AND state LIKE '%updat%' \
             AND (SELECT variable_value FROM information_schema.global_status \
                  WHERE variable_name = 'Innodb_row_lock_current_waits') > 0"
        }
    }
}

/// Waits, within a session, until another one waits.
fn wait_for_waiting(system: System) -> String {
    let waiting = waiting(system);
    match system {
        System::PostgreSql => format!(
            "DO $$ BEGIN FOR i IN 1..3000 LOOP
                 PERFORM pg_stat_clear_snapshot();
                 EXIT WHEN ({waiting}) > 0;
                 PERFORM pg_sleep(0.01);
             END LOOP; END $$;\n"
        ),
        System::MariaDb => format!(
            "DELIMITER //
             BEGIN NOT ATOMIC
                 DECLARE i INT DEFAULT 0;
                 WHILE i < 600 AND ({waiting}) = 0 DO DO SLEEP(0.05); SET i = i + 1; END WHILE;
             END //
             DELIMITER ;\n"
        ),
    }
}

/// Deadlocks so far.
fn deadlocks(persons: &Persons) -> u64 {
    let lines = persons.database.administrator().lines(match persons.database.system() {
        System::PostgreSql => "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
        System::MariaDb => {
            "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'Innodb_deadlocks'"
        }
    });
    lines[0].parse().unwrap()
}

#[test]
fn a_run_that_loses_a_real_deadlock_wins_the_next_try() {
    for system in System::ALL {
        let Some(persons) = ten_persons(system) else { continue };
        persons.run_well();
        persons.central().execute_batch("UPDATE persons SET note = 'second' WHERE uid < 'u4'").unwrap();
        let before = deadlocks(&persons);

        // Holds what the run needs last, and wants what it has first as soon as the run waits. The run has to
        // lose: it notices first, or has changed fewer rows.
        let mut somebody = Somebody::new(&persons.database);
        if system == System::PostgreSql {
            somebody.does("SET deadlock_timeout = '60s';\n");
        }
        somebody.does(&change(system, "uid >= 'u3'"));
        wait_until_said(&persons.database);
        somebody.does(&wait_for_waiting(system));
        somebody.does("UPDATE users SET level = level + 100 WHERE uid = 'u0';\nCOMMIT;\n");

        let report = persons.run_well();
        assert_eq!(report.steps[0].writes.update, 4, "{system:?}");
        assert!(somebody.ends_well(), "{system:?}");
        let users = persons.users();
        let ends_with = |user: &String| user.ends_with("\tsecond");
        assert_eq!(users.iter().filter(|user| ends_with(user)).count(), 4, "{system:?}: {users:?}");
        assert!(users[0].contains("\t107\t"), "{system:?}: {users:?}");
        // The server counts when the session ends.
        let begin = Instant::now();
        while deadlocks(&persons) == before {
            assert!(begin.elapsed() < Duration::from_secs(30), "{system:?}: there was no deadlock");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn a_write_that_waits_stops_when_it_is_cancelled() {
    for system in System::ALL {
        let Some(persons) = ten_persons(system) else { continue };
        persons.run_well();
        persons.central().execute_batch("UPDATE persons SET note = 'second'").unwrap();
        let mut somebody = Somebody::new(&persons.database);
        somebody.does(&change(system, "uid = 'u5'"));
        wait_until_said(&persons.database);

        let cancel = CancelToken::default();
        let (report, took) = thread::scope(|scope| {
            let running = thread::Builder::new()
                .spawn_scoped(scope, || {
                    run(&persons.project, persons.folder(), GO, &Silent, &cancel).unwrap()
                })
                .unwrap();
            wait_until(&persons.database, waiting(system));
            let begin = Instant::now();
            cancel.cancel();
            (running.join().unwrap(), begin.elapsed())
        });
        // The aim is a second; the bound is for a loaded machine. Otherwise PostgreSQL would wait for ever, and
        // MariaDB for minutes: see `innodb-lock-wait-timeout` of the servers.
        assert!(took < Duration::from_secs(10), "{system:?}: {took:?}");
        assert_eq!(report.run.status, RunStatus::Cancelled, "{system:?}: {:#}", report.to_json());
        let seconds = |users: Vec<String>| users.iter().filter(|user| user.ends_with("\tsecond")).count();
        assert_eq!(seconds(persons.users()), 4, "{system:?}: the first batch was committed");
        let statuses: Vec<_> = report.steps[0].changes.iter().map(|change| change.status).collect();
        assert_eq!(statuses[..4], [ChangeStatus::Done; 4], "{system:?}");
        assert_eq!(statuses[4..], [ChangeStatus::NotWritten; 6], "{system:?}");

        drop(somebody);
        persons.run_well();
        assert_eq!(seconds(persons.users()), 10, "{system:?}");
        persons.expect_equal();
    }
}
