//! Rows that a database refuses, in the middle of rows that it takes (F11): exactly the bad ones fail, each is
//! named with the reason that the database gives, the good ones are there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use syncwright_core::project::Provider;
use syncwright_tests::servers::{Database, System, or_skip};

use crate::odbc_pair::{End, Kind, Pair};

/// What the source holds: it takes everything.
const SOURCE: &str = "CREATE TABLE anything (
    id BIGINT PRIMARY KEY NOT NULL, short TEXT, small BIGINT, needed TEXT, email TEXT, country TEXT, age BIGINT,
    amount DECIMAL(14,2), colour TEXT, note TEXT)";

/// Good rows; bad ones are put between them.
const GOOD: usize = 120;

fn particular(kind: Kind) -> String {
    let (short, small, extra, options) = match kind {
        Kind::Server(System::PostgreSql) => {
            ("varchar(5)", "smallint", "colour text CHECK (colour IN ('red', 'green')), note text", "")
        }
        Kind::Server(System::MariaDb) => (
            "varchar(5)",
            "smallint",
            "colour enum('red', 'green'), note text CHARACTER SET latin1",
            " CHARACTER SET utf8mb4",
        ),
        Kind::Embedded | Kind::SqliteDriver => (
            "VARCHAR(5) CHECK (length(short) <= 5)",
            "BIGINT CHECK (small BETWEEN -32768 AND 32767)",
            "colour TEXT CHECK (colour IN ('red', 'green')), note TEXT",
            "",
        ),
    };
    format!(
        "CREATE TABLE countries (code varchar(2) NOT NULL PRIMARY KEY);
         INSERT INTO countries VALUES ('de'), ('pl');
         CREATE TABLE particular (
            id bigint NOT NULL PRIMARY KEY, short {short}, small {small}, needed varchar(20) NOT NULL,
            email varchar(40) UNIQUE, country varchar(2), age integer, amount numeric(6,2), {extra},
            CONSTRAINT home FOREIGN KEY (country) REFERENCES countries (code),
            CONSTRAINT grown CHECK (age >= 0)){options};"
    )
}

/// A value that must be refused: the column, the value as a literal of SQLite, what the message must contain,
/// of which `…` stands for anything.
type Bad = (&'static str, &'static str, &'static str);

fn bad(kind: Kind) -> Vec<Bad> {
    let mut bad = match kind {
        Kind::Server(System::PostgreSql) => vec![
            ("short", "'abcdef'", "SQLSTATE 22001"),
            ("small", "40000", "SQLSTATE 22003"),
            ("needed", "NULL", "\"needed\"… [SQLSTATE 23502"),
            ("email", "'person7@example.org'", "particular_email_key\"… [SQLSTATE 23505"),
            ("country", "'xx'", "\"home\"… [SQLSTATE 23503"),
            ("age", "-1", "\"grown\"… [SQLSTATE 23514"),
            ("colour", "'pink'", "colour_check\"… [SQLSTATE 23514"),
            ("age", "3000000000", "SQLSTATE 22003"),
        ],
        Kind::Server(System::MariaDb) => vec![
            ("short", "'abcdef'", "'short'"),
            ("small", "40000", "'small'"),
            ("needed", "NULL", "'needed'… [SQLSTATE 23000, native code 1048]"),
            ("email", "'person7@example.org'", "'email'… [SQLSTATE 23000, native code 1062]"),
            ("country", "'xx'", "home… [SQLSTATE 23000, native code 1452]"),
            ("age", "-1", "grown… [SQLSTATE 23000, native code 4025]"),
            ("colour", "'pink'", "'colour'"),
            ("note", "'Łódź 東京'", "note"),
            ("age", "3000000000", "'age'"),
        ],
        Kind::Embedded | Kind::SqliteDriver => vec![
            ("short", "'abcdef'", "length(short)"),
            ("small", "40000", "small"),
            ("needed", "NULL", "needed"),
            ("email", "'person7@example.org'", "UNIQUE constraint failed: particular.email"),
            ("country", "'xx'", "FOREIGN KEY constraint failed"),
            ("age", "-1", "CHECK constraint failed: grown"),
            ("colour", "'pink'", "colour"),
        ],
    };
    // Noticed before it is sent.
    bad.push(("amount", "123456.78", "decimal(6,2)"));
    bad
}

/// The source with good rows and, between them, the bad ones; the keys of those.
fn source(bad: &[Bad]) -> (End, BTreeMap<i64, Bad>) {
    let from = End::new(Kind::Embedded, "anything", SOURCE).unwrap();
    from.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {GOOD})
         INSERT INTO anything SELECT i * 10, 'abcde', i, 'yes', 'person' || i || '@example.org', 'de', 30,
            1.5, 'red', 'größer' FROM n"
    ));
    let mut ids = BTreeMap::new();
    for (number, one) in bad.iter().enumerate() {
        let (column, value, _) = one;
        let id = (number as i64) * 50 + 15;
        from.execute(&format!(
            "INSERT INTO anything VALUES ({id}, 'a', 1, 'yes', NULL, 'pl', 1, 1.25, 'green', '');
             UPDATE anything SET {column} = {value} WHERE id = {id}"
        ));
        ids.insert(id, *one);
    }
    (from, ids)
}

/// True if all parts between `…` are there, one behind the other.
fn contains_in_order(text: &str, parts: &str) -> bool {
    let mut rest = text;
    parts.split('…').all(|part| match rest.find(part) {
        Some(place) => {
            rest = &rest[place + part.len()..];
            true
        }
        None => false,
    })
}

/// Runs: exactly these objects fail, each with its reason, and all others are there.
#[track_caller]
fn expect_only(pair: &Pair, to: &End, bad: &BTreeMap<i64, Bad>, total: usize) {
    let report = pair.run();
    assert_eq!(report.exit_code(), 1, "{:?}: {:#}", to.kind, report.to_json());
    let json = report.to_json();
    let step = &json["steps"][0];
    assert_eq!(step["writes"]["failed"], bad.len(), "{:?}: {}", to.kind, step["messages"]);
    let messages = step["messages"].as_array().unwrap();
    let errors: Vec<&Json> = messages.iter().filter(|message| message["level"] == "error").collect();
    let named: BTreeSet<i64> =
        errors.iter().map(|message| message["object"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(named, bad.keys().copied().collect(), "{:?}: {messages:#?}", to.kind);
    for message in errors {
        let (column, value, reason) = bad[&message["object"].as_str().unwrap().parse().unwrap()];
        let text = message["text"].as_str().unwrap();
        let about = format!("{:?}: {column} = {value}: {message:#}", to.kind);
        let names_column = reason == column && message["property"] == column;
        assert!(names_column || contains_in_order(text, reason), "{about}");
        let code = message["code"].as_str().unwrap();
        let constraint = ["23", "constraint failed", "grown"].iter().any(|part| reason.contains(part));
        match (column, constraint) {
            // The engine itself notices what no decimal of the column can be.
            ("amount", _) => assert!(code.starts_with("SW-"), "{about}"),
            (_, true) => assert_eq!(code, "SW-D010", "{about}"),
            _ => assert!(["SW-D009", "SW-D010"].contains(&code), "{about}"),
        }
    }
    let there: BTreeSet<String> = to.rows().iter().map(|row| row[0].to_string()).collect();
    assert_eq!(there.len(), total - bad.len(), "{:?}", to.kind);
    assert!(bad.keys().all(|id| !there.contains(&id.to_string())), "{:?}", to.kind);
}

fn every_bad_row_is_named(kind: Kind) {
    let Some(to) = or_skip(End::new(kind, "particular", &particular(kind))) else { return };
    let (from, bad) = source(&bad(kind));
    let pair = Pair::new(&from, &to);
    expect_only(&pair, &to, &bad, GOOD + bad.len());

    // Nothing is tried for good: mended rows are written, and only they.
    for (id, (column, ..)) in &bad {
        let good = format!("UPDATE anything SET {column} = (SELECT {column} FROM anything WHERE id = 20)");
        let good = if *column == "email" { "UPDATE anything SET email = NULL".to_owned() } else { good };
        from.execute(&format!("{good} WHERE id = {id}"));
    }
    let report = pair.settle().unwrap();
    assert_eq!(report.to_json()["steps"][0]["writes"]["insert"], bad.len(), "{kind:?}");
    assert_eq!(to.rows().len(), GOOD + bad.len());
}

#[test]
fn rows_that_postgresql_refuses_are_named() {
    every_bad_row_is_named(Kind::Server(System::PostgreSql));
}

#[test]
fn rows_that_mariadb_refuses_are_named() {
    every_bad_row_is_named(Kind::Server(System::MariaDb));
}

#[test]
fn rows_that_sqlite_refuses_are_named() {
    every_bad_row_is_named(Kind::SqliteDriver);
    every_bad_row_is_named(Kind::Embedded);
}

/// The same for updates: the others are updated, the bad ones keep what they had.
#[test]
fn updates_that_are_refused_leave_the_object_as_it_was() {
    for kind in Kind::ALL {
        let Some(to) = or_skip(End::new(kind, "particular", &particular(kind))) else { continue };
        let (from, _) = source(&[]);
        Pair::new(&from, &to).settle().unwrap();
        let before = to.rows();
        from.execute(
            "UPDATE anything SET country = 'pl'; UPDATE anything SET age = -5 WHERE id = 500;
             UPDATE anything SET email = 'person1@example.org' WHERE id = 1000",
        );
        let report = Pair::new(&from, &to).run();
        assert_eq!(report.exit_code(), 1, "{kind:?}");
        let json = report.to_json();
        assert_eq!(json["steps"][0]["writes"]["failed"], 2, "{kind:?}: {}", json["steps"][0]["messages"]);
        assert_eq!(json["steps"][0]["writes"]["update"], GOOD - 2, "{kind:?}");
        let country = to.names().iter().position(|name| name == "country").unwrap();
        for (row, before) in to.rows().iter().zip(&before) {
            let id = row[0].to_string();
            if ["500", "1000"].contains(&id.as_str()) {
                assert_eq!(row, before, "{kind:?}");
            } else {
                assert_eq!(row[country].to_string(), "pl", "{kind:?}");
            }
        }
    }
}

/// A character that the encoding of the server's database lacks, and one that no text of PostgreSQL can hold.
#[test]
fn characters_that_an_encoding_lacks_are_refused() {
    let system = System::PostgreSql;
    let Some(database) = or_skip(Database::new(system)) else { return };
    let (name, user) = (format!("{}_latin1", database.name()), database.user());
    database.administrator().run(&format!(
        "CREATE DATABASE {name} OWNER {user} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;"
    ));
    let bad: [Bad; 2] =
        [("note", "'Łódź'", "SQLSTATE 22P05"), ("note", "'before' || char(0) || 'behind'", "note")];
    let create = particular(Kind::Server(system));
    database.client().in_database(&name).run(&create);
    let mut to =
        End::at(Kind::Server(system), "particular", Some(database), tempfile::tempdir().unwrap(), &create);
    if let Provider::Odbc { attributes, .. } = &mut to.connection.provider {
        attributes.insert("Database".to_owned(), name.clone());
    }
    let (from, bad) = source(&bad);
    expect_only(&Pair::new(&from, &to), &to, &bad, GOOD + bad.len());
    let client = to.database.as_ref().unwrap().client().in_database(&name);
    assert_eq!(client.lines("SELECT count(*) FROM particular WHERE note = 'größer'"), [GOOD.to_string()]);
    to.database
        .as_ref()
        .unwrap()
        .administrator()
        .in_database("postgres")
        .run(&format!("DROP DATABASE {name} WITH (FORCE);"));
}

/// No driver may cut a text at a NUL, or the end of it is lost without a word.
#[test]
fn texts_with_a_nul_are_whole_or_refused() {
    for kind in Kind::ALL {
        let Some(to) = or_skip(End::new(kind, "particular", &particular(kind))) else { continue };
        let (from, _) = source(&[]);
        from.execute("UPDATE anything SET note = 'before' || char(0) || 'behind' WHERE id = 70");
        let pair = Pair::new(&from, &to);
        let report = pair.run();
        let note = to.names().iter().position(|name| name == "note").unwrap();
        let row = to.rows().into_iter().find(|row| row[0].to_string() == "70");
        match report.exit_code() {
            0 => {
                assert_eq!(row.unwrap()[note].to_string(), "before\0behind", "{kind:?}");
                pair.settle().unwrap();
            }
            code => {
                assert_eq!(code, 1, "{kind:?}");
                assert_eq!(row, None, "{kind:?}");
                assert_eq!(to.rows().len(), GOOD - 1, "{kind:?}");
            }
        }
    }
}
