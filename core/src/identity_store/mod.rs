//! The embedded identity store (S4): the central system of projects that bring none of their own.
//!
//! This module only creates the tables, in a SQLite database that somebody else has opened. Reading and
//! writing goes through the SQLite connector like in any other database. Tables in front of whose name
//! stands `sw_` belong to the program and are no schema types.
//!
//! Each row carries a revision that grows with every change, whoever makes it: triggers count in
//! `sw_revision`, one counter for all tables, so that one number marks a point in time of the whole store.

use std::fmt::Write as _;

use rusqlite::Connection;

/// The tables of the identity store that are schema types, referenced ones first.
pub const TABLES: [&str; 8] = [
    "Department",
    "CostCentre",
    "Location",
    "Identity",
    "TargetSystem",
    "Account",
    "Group",
    "AccountInGroup",
];

/// Creates an empty identity store in `connection`'s database, all of it or nothing.
///
/// # Errors
///
/// What SQLite says, for example that one of the tables already exists.
pub fn create(connection: &Connection) -> rusqlite::Result<()> {
    // Readers (browser, editor) must not block a run that writes. The mode is kept in the file; databases
    // in memory do not know it and answer with their own.
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    transaction.execute_batch(&revision_triggers())?;
    transaction.commit()
}

/// Two triggers per table that give each inserted or updated row the next revision.
///
/// The trigger on updates leaves rows alone whose revision has just been set: it would otherwise answer
/// itself, and the trigger on inserts, for ever.
fn revision_triggers() -> String {
    let mut sql = String::new();
    for table in TABLES {
        for (event, condition) in [("INSERT", ""), ("UPDATE", "WHEN NEW.\"Revision\" = OLD.\"Revision\"")] {
            write!(
                sql,
                r#"
CREATE TRIGGER "{table}_{event}" AFTER {event} ON "{table}" {condition}
BEGIN
  UPDATE "sw_revision" SET "Value" = "Value" + 1;
  UPDATE "{table}" SET "Revision" = (SELECT "Value" FROM "sw_revision") WHERE rowid = NEW.rowid;
END;
"#
            )
            .ok();
        }
    }
    sql
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn store() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        create(&connection).unwrap();
        connection
    }

    fn revision(connection: &Connection, code: &str) -> i64 {
        connection
            .query_row(r#"SELECT "Revision" FROM "CostCentre" WHERE "Code" = ?1"#, [code], |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn each_change_gets_the_next_revision() {
        let store = store();
        for recursive in [false, true] {
            store.pragma_update(None, "recursive_triggers", recursive).unwrap();
            store.execute(r#"DELETE FROM "CostCentre""#, []).unwrap();
            store
                .execute_batch(
                    r#"INSERT INTO "CostCentre" ("UID_CostCentre", "Code", "Name")
                       VALUES ('1', 'a', 'A'), ('2', 'b', 'B')"#,
                )
                .unwrap();
            let first = revision(&store, "a");
            assert_eq!(revision(&store, "b"), first + 1);
            store.execute(r#"UPDATE "CostCentre" SET "Name" = 'C' WHERE "Code" = 'a'"#, []).unwrap();
            assert_eq!(revision(&store, "a"), first + 2);
            assert_eq!(revision(&store, "b"), first + 1);
        }
    }

    #[test]
    fn the_list_of_tables_is_complete() {
        let store = store();
        let mut statement = store
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sw\\_%' ESCAPE '\\'",
            )
            .unwrap();
        let mut tables: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        tables.sort();
        let mut listed = TABLES.map(str::to_owned);
        listed.sort();
        assert_eq!(tables, listed);
    }

    #[test]
    fn a_failed_creation_leaves_nothing_behind() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(r#"CREATE TABLE "Group" (x)"#).unwrap();
        assert!(create(&connection).is_err());
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn references_are_enforced() {
        let store = store();
        let dangling = r#"INSERT INTO "AccountInGroup" ("UID_Account", "UID_Group") VALUES ('1', '2')"#;
        assert!(store.execute(dangling, []).is_err());
    }
}
