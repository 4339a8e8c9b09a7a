//! Faults of databases behind ODBC drivers: not there, not allowed, not answering. Each is a clear error with
//! exit code 4 that quotes the driver, and nothing is written.

use std::time::{Duration, Instant};

use serde_json::Value as Json;
use syncwright_core::{
    project::Side,
    sample::{IMPORT, PROVISION},
};
use syncwright_tests::{
    Outcome,
    proxy::{Direction, Fault, Proxy},
    sample::{Dump, assert_same},
    servers::System,
};

use crate::odbc::{Place, Sample};

/// What an error must say.
pub struct Expected<'a> {
    pub code: &'a str,
    /// SQLSTATEs of which one must be quoted; none if it is the program that speaks.
    pub states: &'a [&'a str],
    /// What it is about.
    pub thing: &'a str,
}

/// The error of a report, or the report of an error.
#[track_caller]
pub fn error_of(outcome: &Outcome) -> Json {
    let json = outcome.json();
    let error = if json["error"].is_null() { &json["failure"] } else { &json["error"] };
    assert!(error.is_object(), "there is an error in {json:#}");
    error.clone()
}

/// Fails unless the program ended with this error.
#[track_caller]
pub fn assert_error(outcome: Outcome, expected: &Expected<'_>) {
    let outcome = outcome.expect(4);
    let error = error_of(&outcome);
    let Expected { code, states, thing } = expected;
    let text = error["text"].as_str().unwrap();
    assert_eq!(error["code"], *code, "{text}");
    assert!(text.starts_with("Human resources: ") || text.starts_with("Identity store: "), "{text}");
    assert!(text.contains(thing), "{thing:?} is in {text}");
    let quoted = |state: &&str| text.contains(&format!("[SQLSTATE {state}, native code "));
    assert!(states.is_empty() || states.iter().any(quoted), "one of {states:?} is in {text}");
    assert!(error["help"].as_str().is_some_and(|help| !help.is_empty()), "{error:#}");
    // What is tried again is told, a line for each try.
    assert!(outcome.err.lines().all(|line| line.contains("tried again")), "{}", outcome.err);
}

/// Simulates and runs; both must fail, say why, and write nothing.
#[track_caller]
fn refused(sample: &Sample, start_up: &str, expected: &Expected<'_>) {
    let before = sample.content();
    assert_error(sample.simulate(start_up), expected);
    assert_error(sample.run(start_up), expected);
    assert_same(&sample.content(), &before);
}

/// The sample with human resources on a server, the identity store in a file.
pub fn hr_on(system: System) -> Option<Sample> {
    Sample::new(Place::Server(system), Place::File)
}

/// What is tried with each system.
fn for_each_system(test: impl Fn(&Sample, System)) {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { return };
        test(&sample, system);
    }
}

#[test]
fn driver_that_is_not_installed() {
    for_each_system(|sample, _| {
        sample.set(Side::Right, "Driver", "No such driver");
        let expected =
            Expected { code: "SW-D015", states: &[], thing: "\"No such driver\" is not installed" };
        refused(sample, IMPORT, &expected);

        // A file that is no library: the driver manager says so.
        let file = sample.project_file();
        sample.set(Side::Right, "Driver", file.to_str().unwrap());
        let expected = Expected { code: "SW-D015", states: &["01000"], thing: "hr-to-identity.ron" };
        refused(sample, IMPORT, &expected);
    });
}

#[test]
fn data_source_that_is_not_there() {
    for_each_system(|sample, _| {
        sample.set(Side::Right, "DSN", "No such source");
        refused(sample, IMPORT, &Expected { code: "SW-D015", states: &[], thing: "\"No such source\"" });
    });
}

#[test]
fn wrong_password() {
    const WRONG: &str = "wrong-but-still-a-secret";
    for_each_system(|sample, system| {
        let before = sample.content();
        let states: &[&str] = if system == System::PostgreSql { &["08001", "28P01"] } else { &["28000"] };
        for password in [Some(WRONG), None] {
            for subcommand in ["simulate", "run"] {
                let arguments = sample.arguments(subcommand, IMPORT);
                let mut command = sample.command(arguments.iter().map(String::as_str));
                match password {
                    Some(wrong) => command.env("SYNCWRIGHT_PASSWORD_HR", wrong),
                    None => command.env_remove("SYNCWRIGHT_PASSWORD_HR"),
                };
                let outcome = sample.outcome(command);
                assert!(!outcome.out.contains(WRONG) && !outcome.err.contains(WRONG), "{outcome:?}");
                assert_error(outcome, &Expected { code: "SW-D016", states, thing: "" });
            }
        }
        assert_same(&sample.content(), &before);
    });
}

#[test]
fn user_that_is_not_there() {
    for_each_system(|sample, system| {
        let states: &[&str] = if system == System::PostgreSql { &["08001", "28P01"] } else { &["28000"] };
        sample.set(Side::Right, "UID", "nobody_of_that_name");
        refused(sample, IMPORT, &Expected { code: "SW-D016", states, thing: "nobody_of_that_name" });
    });
}

#[test]
fn nobody_listens() {
    for_each_system(|sample, system| {
        let proxy = sample.through_proxy(Side::Right);
        proxy.set(Fault::Refuse);
        let states: &[&str] = if system == System::PostgreSql { &["08001"] } else { &["HY000", "08S01"] };
        let begin = Instant::now();
        refused(sample, PROVISION, &Expected { code: "SW-D003", states, thing: "" });
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    });
}

#[test]
fn unknown_database() {
    for_each_system(|sample, system| {
        sample.set(Side::Right, "Database", "no_such_database");
        // MariaDB tells a user without rights nothing about what is there.
        let (code, states): (_, &[&str]) = match system {
            System::PostgreSql => ("SW-D001", &["08001", "3D000"]),
            System::MariaDb => ("SW-D005", &["42000", "HY000"]),
        };
        refused(sample, IMPORT, &Expected { code, states, thing: "no_such_database" });
    });
}

/// The central side, where the journal is, fails as clearly.
#[test]
fn central_database_is_not_there() {
    for system in System::ALL {
        let Some(sample) = Sample::new(Place::File, Place::Server(system)) else { return };
        let proxy = sample.through_proxy(Side::Left);
        proxy.set(Fault::Refuse);
        refused(&sample, IMPORT, &Expected { code: "SW-D003", states: &[], thing: "Identity store: " });
        proxy.set(Fault::None);
        let _ = sample.run(IMPORT).expect(0);
    }
}

/// Gives the sample's connection to a user who may read everything but the tables in `except`.
fn read_only_user(sample: &Sample, except: &[&str]) {
    let database = sample.hr();
    let guest = database.guest();
    let tables = ["departments", "cost_centres", "employees", "accounts", "groups", "memberships"];
    for table in tables.iter().filter(|table| !except.contains(table)) {
        let (table, host) = (database.system().quote(table), database.host_of_users());
        database.administrator().run(&format!("GRANT SELECT ON {table} TO {guest}{host};"));
    }
    sample.set(Side::Right, "UID", &guest);
}

#[test]
fn table_that_may_not_be_read() {
    for_each_system(|sample, system| {
        read_only_user(sample, &["memberships"]);
        let state = if system == System::PostgreSql { "42501" } else { "42000" };
        let expected = Expected { code: "SW-D005", states: &[state], thing: "memberships" };
        refused(sample, IMPORT, &expected);
        refused(sample, PROVISION, &expected);
    });
}

#[test]
fn table_that_may_not_be_written() {
    for_each_system(|sample, system| {
        read_only_user(sample, &[]);
        let state = if system == System::PostgreSql { "42501" } else { "42000" };
        let before = sample.content();
        let _ = sample.simulate(PROVISION).expect(0);
        let expected = Expected { code: "SW-D005", states: &[state], thing: "employees" };
        assert_error(sample.run(PROVISION), &expected);
        assert_same(&sample.content(), &before);
        assert_eq!(sample.runs()[0]["status"], "failed");
        // What goes the other way needs no right to write there.
        let _ = sample.run(IMPORT).expect(0);
    });
}

#[test]
fn table_that_is_gone() {
    for_each_system(|sample, system| {
        sample.hr().client().run("ALTER TABLE memberships RENAME TO memberships_kept;");
        let state = if system == System::PostgreSql { "42P01" } else { "42S02" };
        let expected = Expected { code: "SW-D008", states: &[state], thing: "memberships" };
        let before = content_without(sample, "memberships");
        for start_up in [IMPORT, PROVISION] {
            assert_error(sample.simulate(start_up), &expected);
            assert_error(sample.run(start_up), &expected);
        }
        assert_same(&content_without(sample, "memberships"), &before);
    });
}

/// What both databases hold in all tables but one, which is not there.
fn content_without(sample: &Sample, table: &str) -> Dump {
    let client = sample.hr().client();
    client.run(&format!("CREATE VIEW {table} AS SELECT * FROM {table}_kept;"));
    let content = sample.content();
    client.run(&format!("DROP VIEW {table};"));
    content
}

#[test]
fn connection_cut_while_reading() {
    for_each_system(|sample, _| {
        let proxy = sample.through_proxy(Side::Right);
        let before = sample.content();
        let expected = Expected { code: "SW-D003", states: &[], thing: "Human resources: " };
        for bytes in [2_000, 60_000, 300_000] {
            proxy.set(Fault::CutAfter(Direction::ToClient, bytes));
            let outcome = sample.simulate(PROVISION);
            assert!(proxy.has_cut(), "it ended before {bytes} bytes were read");
            assert_error(outcome, &expected);
            assert_same(&sample.content(), &before);
        }
        // Far enough for a run to have begun, and not so far that anything is written.
        proxy.set(Fault::CutAfter(Direction::ToClient, 60_000));
        assert_error(sample.run(PROVISION), &expected);
        assert_same(&sample.content(), &before);
        assert_eq!(sample.runs()[0]["status"], "failed");
        proxy.set(Fault::None);
        let _ = sample.run(PROVISION).expect(0);
    });
}

/// Fails unless the program gave up in the time that the project allows.
#[track_caller]
fn times_out(sample: &Sample, proxy: Option<&Proxy>, thing: &str) {
    let begin = Instant::now();
    let outcome = sample.simulate(PROVISION);
    let took = begin.elapsed();
    assert_error(outcome, &Expected { code: "SW-D017", states: &[], thing });
    assert!(took < Duration::from_secs(15), "{took:?}");
    if let Some(proxy) = proxy {
        proxy.set(Fault::None);
    }
}

#[test]
fn server_that_never_answers() {
    for_each_system(|sample, _| {
        sample.edit(|project| project.target.connection.connect_timeout_secs = Some(1));
        let proxy = sample.through_proxy(Side::Right);
        proxy.set(Fault::Stall);
        times_out(sample, Some(&proxy), "connecting");
        let _ = sample.simulate(PROVISION).expect(0);
    });
}

/// Whoever reads the memberships waits half a minute from now on.
fn slow_memberships(sample: &Sample, system: System) {
    // Not yet while the statement is planned, which MariaDB does with everything that is constant.
    let slow = match system {
        System::PostgreSql => "memberships_kept k, (SELECT pg_sleep(30) AS s) slow",
        System::MariaDb => "memberships_kept k WHERE SLEEP(30) = 0",
    };
    let slow = format!(
        "ALTER TABLE memberships RENAME TO memberships_kept;
         CREATE VIEW memberships AS SELECT k.* FROM {slow};"
    );
    sample.hr().client().run(&slow);
}

/// Fails if the server goes on with a query that nobody waits for.
#[track_caller]
fn assert_not_executing(sample: &Sample, system: System) {
    let running = match system {
        System::PostgreSql => "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
        System::MariaDb => "SELECT count(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'",
    };
    let begin = Instant::now();
    while sample.hr().client().lines(running) != ["0"] {
        assert!(begin.elapsed() < Duration::from_secs(10), "the server still executes the query");
    }
}

#[test]
fn query_that_takes_too_long() {
    for_each_system(|sample, system| {
        sample.edit(|project| project.target.connection.query_timeout_secs = Some(2));
        slow_memberships(sample, system);
        times_out(sample, None, "memberships");
        assert_not_executing(sample, system);
        sample
            .hr()
            .client()
            .run("DROP VIEW memberships; ALTER TABLE memberships_kept RENAME TO memberships;");
        let _ = sample.simulate(PROVISION).expect(0);
    });
}

/// The target system is read ahead: if the central one cannot be read, nobody waits for its answer.
#[test]
fn central_value_that_cannot_be_read_while_the_target_is_slow() {
    for_each_system(|sample, system| {
        sample.edit(|project| {
            for workflow in &mut project.workflows {
                workflow.steps.retain(|step| step.mapping == "Membership");
            }
        });
        slow_memberships(sample, system);
        let central = rusqlite::Connection::open(sample.path().join("identity.db")).unwrap();
        let sql = r#"UPDATE "Group" SET Name = x'ff' WHERE rowid = (SELECT min(rowid) FROM "Group")"#;
        assert_eq!(central.execute(sql, ()).unwrap(), 1);
        let begin = Instant::now();
        let outcome = sample.simulate(PROVISION);
        let took = begin.elapsed();
        assert_error(outcome, &Expected { code: "SW-D009", states: &[], thing: "Group.Name" });
        assert!(took < Duration::from_secs(15), "{took:?}");
        assert_not_executing(sample, system);
    });
}
