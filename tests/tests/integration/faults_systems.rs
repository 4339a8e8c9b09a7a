//! Faults: databases that are missing, broken, locked, or not what the project knows. Each is a clear error
//! with exit code 4, and nothing is written.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use syncwright_core::{
    project::{Provider, WhenMissing},
    sample::{IMPORT, PROVISION},
};

use crate::{
    faults::{JSON, Sample, assert_same, content_of},
    program,
};

const HR: &str = "Human resources: ";
const IDENTITY: &str = "Identity store: ";

/// What an error must say.
struct Expected<'a> {
    code: &'a str,
    system: &'a str,
    /// The table, column, file or lock that it is about.
    thing: &'a str,
}

/// Simulates or runs; it must fail and say why.
#[track_caller]
fn fails(sample: &Sample, subcommand: &str, start_up: &str, expected: &Expected<'_>) {
    let arguments = sample.arguments(subcommand, start_up);
    let text = program().run(&arguments).expect(4);
    let json = program().run(arguments.iter().map(String::as_str).chain(JSON)).expect(4);

    // What could not even begin is an error; what began is a report with a failure.
    let said = if text.out.is_empty() { &text.err } else { &text.out };
    let Expected { code, system, thing } = expected;
    let line = said.lines().find(|line| line.starts_with("error[")).unwrap_or_else(|| panic!("{text:?}"));
    assert!(line.starts_with(&format!("error[{code}]: {system}")), "{text:?}");
    assert!(said.contains(thing), "{text:?}");
    assert!(said.contains("help: "), "{text:?}");
    assert_eq!(json.err, "");
    let json = json.json();
    let error: &Json = if json["error"].is_null() { &json["failure"] } else { &json["error"] };
    assert_eq!(error["code"], *code, "{json:#}");
    assert!(error["help"].as_str().is_some_and(|help| !help.is_empty()), "{json:#}");
}

/// Simulates or runs; it must fail, say why, and write nothing to the databases that can be read.
#[track_caller]
fn refused(sample: &Sample, subcommand: &str, start_up: &str, expected: &Expected<'_>) {
    let files = [sample.hr_file(), sample.identity_file()];
    let readable = |file: &std::path::Path| {
        rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
            .and_then(|database| database.query_row("PRAGMA quick_check", [], |row| row.get::<_, String>(0)))
            .is_ok_and(|result| result == "ok")
    };
    let before = files.clone().map(|file| {
        let content = readable(&file).then(|| content_of(&file));
        (content, fs::read(sample.hr_file()).ok())
    });

    fails(sample, subcommand, start_up, expected);

    for (file, (content, bytes)) in files.into_iter().zip(before) {
        if let Some(content) = content {
            assert_same(&content_of(&file), &content);
        }
        assert_eq!(fs::read(sample.hr_file()).ok(), bytes);
    }
    if subcommand == "simulate" {
        assert!(!sample.path().join(".syncwright").exists());
    }
}

#[track_caller]
fn both_refused(sample: &Sample, start_up: &str, expected: &Expected<'_>) {
    refused(sample, "simulate", start_up, expected);
    refused(sample, "run", start_up, expected);
}

/// Both connections as a new project has them: a missing file is not made, a lock is waited for one second.
fn plain(sample: &Sample) {
    sample.edit(|project| {
        for connection in [&mut project.central.connection, &mut project.target.connection] {
            connection.connect_timeout_secs = Some(1);
            if let Provider::Sqlite { when_missing, .. } = &mut connection.provider {
                *when_missing = WhenMissing::Fail;
            }
        }
    });
}

#[test]
fn missing() {
    for (name, system) in [("hr.db", HR), ("identity.db", IDENTITY)] {
        let sample = Sample::new();
        plain(&sample);
        fs::remove_file(sample.path().join(name)).unwrap();
        for start_up in [IMPORT, PROVISION] {
            both_refused(&sample, start_up, &Expected { code: "SW-D001", system, thing: name });
        }
        assert!(!sample.path().join(name).exists());
    }
}

#[test]
fn not_sqlite() {
    for (name, system) in [("hr.db", HR), ("identity.db", IDENTITY)] {
        let sample = Sample::new();
        let file = sample.path().join(name);
        for content in [&b"personnel_number,first_name\n1,Ann\n"[..], &[0xA5; 8192]] {
            fs::write(&file, content).unwrap();
            both_refused(&sample, IMPORT, &Expected { code: "SW-D002", system, thing: name });
            both_refused(&sample, PROVISION, &Expected { code: "SW-D002", system, thing: name });
            assert_eq!(fs::read(&file).unwrap(), content);
        }
    }
}

#[test]
fn empty_file() {
    let sample = Sample::new();
    fs::write(sample.hr_file(), "").unwrap();
    for start_up in [IMPORT, PROVISION] {
        both_refused(&sample, start_up, &Expected { code: "SW-D008", system: HR, thing: "no such table" });
    }
}

#[test]
fn truncated() {
    let sample = Sample::new();
    let file = fs::OpenOptions::new().write(true).open(sample.hr_file()).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2).unwrap();
    for start_up in [IMPORT, PROVISION] {
        both_refused(&sample, start_up, &Expected { code: "SW-D002", system: HR, thing: "hr.db" });
    }
}

#[test]
fn damaged_in_the_middle() {
    let sample = Sample::new();
    let page: i64 = sample
        .hr()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'departments'", [], |row| row.get(0))
        .unwrap();
    let mut bytes = fs::read(sample.hr_file()).unwrap();
    let start = (usize::try_from(page).unwrap() - 1) * 4096;
    bytes[start..start + 4096].fill(0xA5);
    fs::write(sample.hr_file(), bytes).unwrap();
    both_refused(&sample, IMPORT, &Expected { code: "SW-D002", system: HR, thing: "departments" });
}

#[test]
fn locked() {
    // Nobody can read what is locked exclusively. This process must not read the file as a file meanwhile:
    // closing it would give up its locks.
    let sample = Sample::new();
    plain(&sample);
    let other = sample.hr();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begin = Instant::now();
    for start_up in [IMPORT, PROVISION] {
        for subcommand in ["simulate", "run"] {
            fails(&sample, subcommand, start_up, &Expected { code: "SW-D004", system: HR, thing: "hr.db" });
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    other.execute_batch("ROLLBACK").unwrap();
    assert_same(&sample.content(), &Sample::new().content());
    let _ = sample.run(IMPORT).expect(0);
}

#[test]
fn locked_against_writing() {
    let sample = Sample::new();
    plain(&sample);
    let writer = sample.identity();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let _ = sample.simulate(IMPORT).expect(0);
    let expected = Expected { code: "SW-D004", system: IDENTITY, thing: "identity.db" };
    refused(&sample, "run", IMPORT, &expected);
    writer.execute_batch("ROLLBACK").unwrap();

    let writer = sample.hr();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let _ = sample.simulate(PROVISION).expect(0);
    fails(&sample, "run", PROVISION, &Expected { code: "SW-D004", system: HR, thing: "hr.db" });
    writer.execute_batch("ROLLBACK").unwrap();
    assert_same(&sample.content(), &Sample::new().content());
    let _ = sample.run(PROVISION).expect(0);
}

#[test]
fn read_only_connection() {
    let sample = Sample::new();
    sample.edit(|project| project.target.connection.read_only = true);
    let _ = sample.simulate(PROVISION).expect(0);
    refused(&sample, "run", PROVISION, &Expected { code: "SW-D006", system: HR, thing: "`read_only`" });
    let _ = sample.run(IMPORT).expect(0);

    let sample = Sample::new();
    sample.edit(|project| project.central.connection.read_only = true);
    for start_up in [IMPORT, PROVISION] {
        let _ = sample.simulate(start_up).expect(0);
        let expected = Expected { code: "SW-D006", system: IDENTITY, thing: "`read_only`" };
        refused(&sample, "run", start_up, &expected);
    }
}

#[test]
fn journal_folder_cannot_be_made() {
    let sample = Sample::new();
    fs::write(sample.path().join(".syncwright"), "a file").unwrap();
    let _ = sample.simulate(IMPORT).expect(0);
    for start_up in [IMPORT, PROVISION] {
        let expected = Expected { code: "SW-J002", system: "cannot use the run's folder", thing: "runs" };
        refused(&sample, "run", start_up, &expected);
    }
    // The lock has been given back.
    fs::remove_file(sample.path().join(".syncwright")).unwrap();
    let _ = sample.run(IMPORT).expect(0);
}

#[test]
fn table_gone() {
    for (table, start_ups) in [("departments", &[IMPORT][..]), ("memberships", &[IMPORT, PROVISION])] {
        let sample = Sample::new();
        let sql = format!("PRAGMA foreign_keys = OFF; DROP TABLE {table}");
        sample.hr().execute_batch(&sql).unwrap();
        for start_up in start_ups {
            both_refused(&sample, start_up, &Expected { code: "SW-D008", system: HR, thing: table });
        }
    }
    let sample = Sample::new();
    sample.identity().execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE AccountInGroup").unwrap();
    for start_up in [IMPORT, PROVISION] {
        let thing = "no such table: AccountInGroup";
        both_refused(&sample, start_up, &Expected { code: "SW-D008", system: IDENTITY, thing });
    }
}

#[test]
fn column_gone() {
    // Of a text column, nothing but the connector could tell: SQLite takes an unknown name for a text.
    for (table, column) in
        [("accounts", "display_name"), ("memberships", "valid_from"), ("groups", "description")]
    {
        let sample = Sample::new();
        sample.hr().execute_batch(&format!("ALTER TABLE {table} DROP COLUMN {column}")).unwrap();
        for start_up in [IMPORT, PROVISION] {
            both_refused(&sample, start_up, &Expected { code: "SW-D008", system: HR, thing: column });
        }
    }
    // The class of employees is chosen by this column: without it, nobody would be left.
    let sample = Sample::new();
    sample.hr().execute_batch("ALTER TABLE employees DROP COLUMN employment").unwrap();
    both_refused(&sample, IMPORT, &Expected { code: "SW-D008", system: HR, thing: "employment" });

    let sample = Sample::new();
    sample.identity().execute_batch("ALTER TABLE Identity DROP COLUMN Phone").unwrap();
    for start_up in [IMPORT, PROVISION] {
        both_refused(&sample, start_up, &Expected { code: "SW-D008", system: IDENTITY, thing: "Phone" });
    }
}

#[test]
fn value_of_another_type() {
    // In the first step: nothing is written before it is read.
    let sample = Sample::new();
    sample.edit(|project| project.workflows[0].steps.retain(|step| step.mapping == "CostCentre"));
    let wrong = "UPDATE cost_centres SET budget = 'abc' WHERE code = (SELECT max(code) FROM cost_centres)";
    sample.hr().execute_batch(wrong).unwrap();
    let thing = "cost_centres.budget holds a value that is not of type decimal(12,2): \"abc\"";
    both_refused(&sample, IMPORT, &Expected { code: "SW-D009", system: HR, thing });
}
