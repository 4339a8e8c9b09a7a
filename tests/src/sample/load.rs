//! Moves a database of the sample from SQLite to a server: tables, keys, relations, triggers, all rows.

use std::{fmt::Write as _, path::Path};

use rusqlite::{Connection, types::ValueRef};
use syncwright_core::{
    project::SampleDatabase,
    sample::{SampleParameters, create_human_resources, create_identity_store},
};

use super::tables::{Column, Kind, Table, tables};
use crate::servers::{Database, System};

/// Counter of revisions of an identity store; a table in SQLite, a sequence on servers.
const REVISIONS: &str = "sw_revision";

/// Rows of one INSERT.
const ROWS_AT_ONCE: usize = 1000;

/// Fills an empty database with one of the sample's, as it is by default.
///
/// # Panics
///
/// If it cannot be made.
pub fn load(sample: SampleDatabase, database: &Database) {
    let folder = tempfile::tempdir().expect("temporary folders can be made");
    let file = folder.path().join("sample.db");
    let parameters = SampleParameters::default();
    match sample {
        SampleDatabase::HumanResources => create_human_resources(&file, &parameters),
        SampleDatabase::IdentityStore => create_identity_store(&file, &parameters),
    }
    .expect("the sample can be made");
    load_file(&file, database);
}

/// Fills an empty database with what a SQLite file holds.
///
/// # Panics
///
/// If the file cannot be read, or the server refuses any of it.
pub fn load_file(file: &Path, database: &Database) {
    let source = Connection::open(file).expect("the file is a database");
    let script = Script { system: database.system(), text: String::new() }.of(&source);
    database.client().run(&script);
}

/// SQL in the words of a system.
struct Script {
    system: System,
    text: String,
}

impl Script {
    /// Everything: tables with their rows, then what would only slow filling them down.
    fn of(mut self, source: &Connection) -> String {
        if self.system == System::MariaDb {
            self.line("SET autocommit = 0;");
        }
        let tables = tables(source);
        let (counters, tables): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|table| table.name == REVISIONS);
        for table in &tables {
            self.create(table);
            self.fill(source, table);
        }
        if self.system == System::MariaDb {
            self.line("COMMIT;");
        }
        for table in &tables {
            self.relate(table);
        }
        if !counters.is_empty() {
            let last: i64 = source
                .query_row(&format!("SELECT \"Value\" FROM {REVISIONS}"), [], |row| row.get(0))
                .expect("the counter has a value");
            self.count_revisions(&tables, last);
        }
        if self.system == System::PostgreSql {
            self.line("ANALYZE;");
        }
        self.text
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn quote(&self, name: &str) -> String {
        self.system.quote(name)
    }

    fn list(&self, names: &[String]) -> String {
        names.iter().map(|name| self.quote(name)).collect::<Vec<_>>().join(", ")
    }

    fn create(&mut self, table: &Table) {
        let mut parts: Vec<String> = table.columns.iter().map(|column| self.column(table, column)).collect();
        if !table.key.is_empty() {
            parts.push(format!("PRIMARY KEY ({})", self.list(&table.key)));
        }
        parts.extend(table.unique.iter().map(|columns| format!("UNIQUE ({})", self.list(columns))));
        let name = self.quote(&table.name);
        self.line(&format!("CREATE TABLE {name} ({});", parts.join(", ")));
    }

    fn column(&self, table: &Table, column: &Column) -> String {
        let mut native = column.declared.native(self.system);
        // MariaDB has no index over a text of unlimited length.
        if column.declared.kind == Kind::LongText && table.key.contains(&column.name) {
            native = match self.system {
                System::PostgreSql => native,
                System::MariaDb => "varchar(190)".to_owned(),
            };
        }
        let mut text = format!("{} {native}", self.quote(&column.name));
        if column.mandatory {
            text.push_str(" NOT NULL");
        }
        if let Some(default) = column.default_in(self.system) {
            write!(text, " DEFAULT {default}").expect("texts can be written to");
        }
        text
    }

    fn fill(&mut self, source: &Connection, table: &Table) {
        let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
        let into = format!("{} ({})", self.quote(&table.name), self.list(&names));
        let selected = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let mut statement = source
            .prepare(&format!("SELECT {selected} FROM \"{}\"", table.name))
            .expect("tables can be read");
        let mut rows = statement.query([]).expect("tables can be read");
        let mut count = 0;
        while let Some(row) = rows.next().expect("tables can be read") {
            let first = count % ROWS_AT_ONCE == 0;
            match self.system {
                System::PostgreSql if count == 0 => self.line(&format!("COPY {into} FROM stdin;")),
                System::MariaDb if first => self.line(&format!("INSERT INTO {into} VALUES")),
                _ => {}
            }
            if self.system == System::MariaDb {
                self.text.push_str(if first { "(" } else { ",(" });
            }
            for (place, column) in table.columns.iter().enumerate() {
                let value = row.get_ref(place).expect("rows have all columns");
                if place > 0 {
                    self.text.push(if self.system == System::PostgreSql { '\t' } else { ',' });
                }
                match self.system {
                    System::PostgreSql => copied(&mut self.text, column, value),
                    System::MariaDb => literal(&mut self.text, column, value),
                }
            }
            count += 1;
            self.text.push_str(match self.system {
                System::PostgreSql => "\n",
                System::MariaDb if count % ROWS_AT_ONCE == 0 => ");\n",
                System::MariaDb => ")\n",
            });
        }
        match self.system {
            System::PostgreSql if count > 0 => self.line("\\."),
            System::MariaDb if count % ROWS_AT_ONCE != 0 => self.line(";"),
            _ => {}
        }
    }

    fn relate(&mut self, table: &Table) {
        let name = self.quote(&table.name);
        let mut changes: Vec<String> = table
            .references
            .iter()
            .map(|reference| {
                format!(
                    "ADD FOREIGN KEY ({}) REFERENCES {} ({})",
                    self.list(&reference.columns),
                    self.quote(&reference.table),
                    self.list(&reference.referenced)
                )
            })
            .collect();
        if self.system == System::MariaDb {
            changes.extend(table.indexes.iter().map(|columns| format!("ADD INDEX ({})", self.list(columns))));
        } else {
            for columns in &table.indexes {
                self.line(&format!("CREATE INDEX ON {name} ({});", self.list(columns)));
            }
        }
        if !changes.is_empty() {
            self.line(&format!("ALTER TABLE {name} {};", changes.join(", ")));
        }
    }

    /// Every change gives a row the next revision, as the triggers in SQLite do.
    fn count_revisions(&mut self, tables: &[Table], last: i64) {
        self.line(&format!("CREATE SEQUENCE {REVISIONS} START WITH {};", last + 1));
        if self.system == System::PostgreSql {
            self.line(&format!(
                "CREATE FUNCTION sw_next_revision() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN NEW.\"Revision\" := nextval('{REVISIONS}'); RETURN NEW; END $$;"
            ));
        }
        for table in
            tables.iter().filter(|table| table.columns.iter().any(|column| column.name == "Revision"))
        {
            let on = self.quote(&table.name);
            for event in ["INSERT", "UPDATE"] {
                let trigger = self.quote(&format!("{}_{event}", table.name));
                let does = match self.system {
                    System::PostgreSql => "EXECUTE FUNCTION sw_next_revision()".to_owned(),
                    System::MariaDb => format!("SET NEW.`Revision` = NEXTVAL({REVISIONS})"),
                };
                self.line(&format!("CREATE TRIGGER {trigger} BEFORE {event} ON {on} FOR EACH ROW {does};"));
            }
        }
    }
}

fn text_of(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec()).expect("the sample's texts are UTF-8"),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// A value as PostgreSQL's COPY takes it.
fn copied(script: &mut String, column: &Column, value: ValueRef<'_>) {
    let text = text_of(value);
    match (value, column.declared.kind) {
        (ValueRef::Null, _) => script.push_str("\\N"),
        (_, Kind::Boolean) => script.push(if text == "0" { 'f' } else { 't' }),
        (ValueRef::Blob(_), _) => {
            script.push_str("\\\\x");
            script.push_str(&text);
        }
        _ => {
            for character in text.chars() {
                match character {
                    '\\' => script.push_str("\\\\"),
                    '\n' => script.push_str("\\n"),
                    '\r' => script.push_str("\\r"),
                    '\t' => script.push_str("\\t"),
                    other => script.push(other),
                }
            }
        }
    }
}

/// A value as a literal of MariaDB.
fn literal(script: &mut String, column: &Column, value: ValueRef<'_>) {
    let text = text_of(value);
    match (value, column.declared.kind) {
        (ValueRef::Null, _) => script.push_str("NULL"),
        (ValueRef::Blob(_), _) => write!(script, "X'{text}'").expect("texts can be written to"),
        (ValueRef::Integer(_) | ValueRef::Real(_), _) => script.push_str(&text),
        _ => {
            script.push('\'');
            for character in text.chars() {
                if matches!(character, '\'' | '\\') {
                    script.push('\\');
                }
                script.push(character);
            }
            script.push('\'');
        }
    }
}
