//! Settings of a connection against real servers: isolation level, time zone, pool, data sources.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use syncwright_core::{
    connect::{
        ErrorKind, OpenMode,
        odbc::{dialect::dialect, driver},
        open,
    },
    project::{Pool, Provider, SchemaProperty, SchemaType, Side},
    sample::IMPORT,
    value::{Value, ValueType},
};
use syncwright_tests::{
    proxy::Fault,
    servers::{System, or_skip},
};

use crate::{
    odbc::{Place, Sample},
    odbc_faults::{error_of, hr_on},
    odbc_pair::{End, Kind},
};

const TABLE: &str = "CREATE TABLE visits (id bigint NOT NULL PRIMARY KEY, seen TIMESTAMP_TYPE)";

fn visits(system: System) -> Option<End> {
    let timestamp = if system == System::PostgreSql { "timestamp" } else { "datetime(6)" };
    or_skip(End::new(Kind::Server(system), "visits", &TABLE.replace("TIMESTAMP_TYPE", timestamp)))
}

#[test]
fn the_isolation_level_is_that_of_the_session() {
    for system in System::ALL {
        let Some(mut end) = visits(system) else { continue };
        end.execute(match system {
            System::PostgreSql => {
                "CREATE VIEW level AS SELECT 1 AS id, current_setting('transaction_isolation') AS value"
            }
            System::MariaDb => {
                "CREATE VIEW level AS SELECT 1 AS id, VARIABLE_VALUE AS value
                 FROM information_schema.SESSION_VARIABLES WHERE VARIABLE_NAME = 'TX_ISOLATION'"
            }
        });
        end.table = SchemaType {
            name: "level".to_owned(),
            view: true,
            properties: vec![
                SchemaProperty::new("id", ValueType::Integer),
                SchemaProperty::new("value", ValueType::String),
            ],
            key: vec!["id".to_owned()],
            ..SchemaType::default()
        };
        for level in ["SERIALIZABLE", "repeatable read", "READ COMMITTED"] {
            end.connection.isolation_level = Some(level.to_owned());
            let Value::String(found) = &end.rows()[0][1] else { panic!("no text") };
            let found = found.replace('-', " ");
            assert!(found.eq_ignore_ascii_case(level), "{system:?}: {found} for {level}");
        }
        end.connection.isolation_level = Some("as you like".to_owned());
        let error = open(&end.connection, end.folder(), OpenMode::Read).map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported, "{error}");
    }
}

/// 10 o'clock in UTC is 12 in Berlin's summer and 11 in its winter; what the clock shows for the second time is refused.
#[test]
fn a_read_only_connection_is_read_and_never_written() {
    for system in System::ALL {
        let Some(mut end) = visits(system) else { continue };
        let row = [vec![Value::Integer(1), Value::Null]];
        end.fill(&row);
        end.connection.read_only = true;
        let refused = open(&end.connection, end.folder(), OpenMode::Write).err().expect("not for writing");
        assert_eq!(refused.kind, ErrorKind::ReadOnly, "{system:?}: {refused}");
        assert!(refused.help.is_some_and(|help| help.contains("`read_only`")), "{system:?}");

        let mut reading = open(&end.connection, end.folder(), OpenMode::Read).unwrap();
        let key = end.batch_of(&row, &["id"]);
        assert_eq!(reading.get(&end.table, &key, &end.names()).unwrap().num_rows(), 1);
        for written in [
            reading.insert(&end.table, &end.batch_of(&[vec![Value::Integer(2)]], &["id"])),
            reading.update(&end.table, &key, &end.batch_of(&[vec![Value::Null]], &["seen"])),
            reading.delete(&end.table, &key),
        ] {
            assert_eq!(written.expect_err("a write").kind, ErrorKind::ReadOnly, "{system:?}");
        }
        assert_eq!(reading.get(&end.table, &key, &end.names()).unwrap().num_rows(), 1);
    }
}

#[test]
fn zoneless_timestamps_are_those_of_the_time_zone() {
    for system in System::ALL {
        let Some(mut end) = visits(system) else { continue };
        end.connection.time_zone = Some("Europe/Berlin".to_owned());
        let mut connector = end.connector();
        let schema = connector.describe_schema(
            &syncwright_core::progress::Silent,
            &syncwright_core::progress::CancelToken::default(),
        );
        end.table = schema.unwrap().types.remove(0);
        assert_eq!(end.table.property("seen").unwrap().value_type, ValueType::TimestampUtc);
        const SUMMER: i64 = 1_719_828_000_000_000;
        const WINTER: i64 = 1_704_103_200_000_000;
        let rows: Vec<Vec<Value>> = [SUMMER, WINTER]
            .iter()
            .enumerate()
            .map(|(id, micros)| vec![Value::Integer(id as i64), Value::TimestampUtc(*micros)])
            .collect();
        end.fill(&rows);
        assert_eq!(end.rows(), rows, "{system:?}");
        let client = end.database.as_ref().unwrap().client();
        let stored: Vec<String> = client
            .lines("SELECT seen FROM visits ORDER BY id")
            .into_iter()
            .map(|line| line.chars().take(19).collect())
            .collect();
        assert_eq!(stored, ["2024-07-01 12:00:00", "2024-01-01 11:00:00"], "{system:?}");
        // Half past two for the second time.
        const TWICE: i64 = 1_729_992_600_000_000;
        let rows = end.batch_of(&[vec![Value::Integer(9), Value::TimestampUtc(TWICE)]], &["id", "seen"]);
        let error = connector.insert(&end.table, &rows).unwrap_err();
        assert_eq!(error.kind, ErrorKind::IncompatibleData, "{system:?}: {error}");
    }
}

/// Sessions of the owner of the database, apart from the one that asks.
fn sessions(end: &End) -> usize {
    let database = end.database.as_ref().unwrap();
    let sql = match database.system() {
        System::PostgreSql => {
            format!("SELECT pid FROM pg_stat_activity WHERE usename = '{}'", database.user())
        }
        System::MariaDb => {
            format!("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '{}'", database.user())
        }
    };
    database.administrator().lines(&sql).len()
}

#[track_caller]
fn wait_for_sessions(end: &End, wanted: usize) {
    let begin = Instant::now();
    while sessions(end) != wanted {
        assert!(begin.elapsed() < Duration::from_secs(20), "{} sessions, not {wanted}", sessions(end));
        sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_pool_holds_as_many_connections_as_it_may() {
    for system in System::ALL {
        let Some(mut end) = visits(system) else { continue };
        // Another way to connect, so that the pool of `visits` is not this one.
        end.connection.initial_sql.push("SELECT 42".to_owned());
        end.connection.pool =
            Some(Pool { max: 2, min_idle: 1, idle_timeout_secs: Some(1), wait_timeout_secs: Some(1) });
        let open = || open(&end.connection, end.folder(), OpenMode::Read);
        let before = sessions(&end);
        let (first, second) = (open().unwrap(), open().unwrap());
        assert_eq!(sessions(&end), before + 2, "{system:?}");
        let begin = Instant::now();
        let error = open().map(drop).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Timeout, "{error}");
        assert!(error.text.contains("2 are in use"), "{error}");
        let waited = begin.elapsed();
        assert!(waited >= Duration::from_secs(1) && waited < Duration::from_secs(5), "{waited:?}");
        drop(first);
        let third = open().unwrap();
        assert_eq!(sessions(&end), before + 2, "{system:?}: the free one is used again");
        drop((second, third));
        // That of `visits` idles out as well, later; one of this pool stays.
        wait_for_sessions(&end, before + 1);
        sleep(Duration::from_secs(6));
        assert!(sessions(&end) >= 1, "{system:?}: the last one stays");
        drop(open().unwrap());
    }
}

/// A data source in the user's own file, as an administrator sets it up, gives the same as the attributes.
#[test]
fn a_data_source_by_its_name() {
    for system in System::ALL {
        let Some(sample) = hr_on(system) else { continue };
        let expected = sample.simulate(IMPORT).expect(0).json();
        let Provider::Odbc { attributes, .. } = sample.project().target.connection.provider else {
            panic!("not ODBC")
        };
        let known = dialect(system.dialect()).unwrap();
        let library = driver::for_dialect(known, &driver::registrations()).unwrap();
        let server = if system == System::PostgreSql { "Servername" } else { "SERVER" };
        let file = sample.path().join("odbc.ini");
        fs::write(
            &file,
            format!(
                "[people]\nDriver={}\n{server}={}\nPORT={}\nDATABASE={}\n",
                library.display(),
                attributes["Server"],
                attributes["Port"],
                attributes["Database"]
            ),
        )
        .unwrap();
        sample.edit(|project| {
            if let Provider::Odbc { attributes: of_project, .. } = &mut project.target.connection.provider {
                *of_project = BTreeMap::from([
                    ("DSN".to_owned(), "people".to_owned()),
                    ("UID".to_owned(), attributes["UID"].clone()),
                ]);
            }
        });
        let arguments = sample.arguments("simulate", IMPORT);
        let with_sources = |file: &Path| {
            let mut command = sample.command(arguments.iter().map(String::as_str));
            command.env("ODBCINI", file);
            sample.outcome(command)
        };
        let found = with_sources(&file).expect(0).json();
        assert_eq!(found["steps"], expected["steps"], "{system:?}");
        // Without the file there is no such source.
        let nothing = with_sources(Path::new("/nonexistent/odbc.ini")).expect(4);
        let error = error_of(&nothing);
        assert_eq!(error["code"], "SW-D015", "{error:#}");
        assert!(error["text"].as_str().unwrap().contains("\"people\""), "{error:#}");
    }
}

/// A password that only the data source knows is taken out of what the driver says.
#[test]
fn a_password_of_a_data_source_is_in_no_text() {
    let system = System::PostgreSql;
    let Some(sample) = hr_on(system) else { return };
    let Provider::Odbc { attributes, .. } = sample.project().target.connection.provider else {
        panic!("not ODBC")
    };
    let library = driver::for_dialect(dialect(system.dialect()).unwrap(), &driver::registrations()).unwrap();
    // Not in the folder of the project, which is looked through for passwords.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odbc.ini");
    let password = sample.hr().password().to_owned();
    let text = format!(
        "[people]\nDriver={}\nServername={}\nPort={}\nDatabase={}\nUID={}\nPWD={password}\n",
        library.display(),
        attributes["Server"],
        attributes["Port"],
        attributes["Database"],
        attributes["UID"],
    );
    fs::write(&file, text).unwrap();
    let backwards: String = password.chars().rev().collect();
    let run = |initial_sql: Vec<String>| {
        sample.edit(|project| {
            project.target.connection.initial_sql = initial_sql;
            if let Provider::Odbc { attributes, .. } = &mut project.target.connection.provider {
                *attributes = BTreeMap::from([("DSN".to_owned(), "people".to_owned())]);
            }
        });
        let arguments = sample.arguments("simulate", IMPORT);
        let mut command = sample.command(arguments.iter().map(String::as_str));
        command.env("ODBCINI", &file).env_remove("SYNCWRIGHT_PASSWORD_HR");
        sample.outcome(command)
    };
    let _ = run(Vec::new()).expect(0);
    // The server repeats what is no number.
    let outcome = run(vec![format!("SELECT CAST('x' || reverse('{backwards}') AS integer)")]).expect(4);
    let error = error_of(&outcome);
    let text = error["text"].as_str().unwrap();
    assert!(text.contains("statement 1 of the initial SQL failed") && text.contains("\"x••••\""), "{text}");
}

/// With the log at its most talkative, and a journal on a server.
#[test]
fn passwords_are_in_no_log_and_no_journal() {
    for system in System::ALL {
        let other = if system == System::PostgreSql { System::MariaDb } else { System::PostgreSql };
        let Some(sample) = Sample::new(Place::Server(system), Place::Server(other)) else { continue };
        let verbose = |subcommand: &str| {
            let arguments = sample.arguments(subcommand, IMPORT);
            let mut command = sample.command(arguments.iter().map(String::as_str));
            command.env("SYNCWRIGHT_LOG", "trace");
            // What is printed and what the journal holds is looked through.
            sample.outcome(command)
        };
        let _ = verbose("run").expect(0);
        let journal = sample.identity().client().lines("SELECT count(*) FROM sw_run;");
        assert_eq!(journal, ["1"], "{system:?}");
        sample.edit(|project| {
            project.target.connection.initial_sql.push("SELECT nothing FROM nowhere".to_owned());
        });
        let _ = verbose("run").expect(4);
        sample.set(Side::Right, "Database", "no_such_database");
        let _ = verbose("simulate").expect(4);
        // What is tried again is told in the log, with the driver's own words.
        sample.set(Side::Right, "Database", sample.hr().name());
        sample.edit(|project| project.target.connection.initial_sql.clear());
        let proxy = sample.through_proxy(Side::Right);
        proxy.set(Fault::CutAt { text: "employees".to_owned(), after: 0, delivered: true });
        let cut = verbose("simulate").expect(4);
        assert!(cut.err.contains("tried again"), "{system:?}: {}", cut.err);
    }
}
