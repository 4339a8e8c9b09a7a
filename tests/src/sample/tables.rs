//! Tables of a SQLite database, with all that other systems need to make the same.

use std::fmt;

use rusqlite::{Connection, Row};

use crate::servers::System;

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// Columns of the primary key, in order.
    pub key: Vec<String>,
    /// Columns of the other unique keys.
    pub unique: Vec<Vec<String>>,
    /// Columns of the indexes that are no keys.
    pub indexes: Vec<Vec<String>>,
    /// Relations.
    pub references: Vec<Reference>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type.
    pub declared: Declared,
    /// NULL is refused.
    pub mandatory: bool,
    /// Default, as a literal of SQLite.
    pub default: Option<String>,
}

/// A relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Referring columns.
    pub columns: Vec<String>,
    /// Referenced table.
    pub table: String,
    /// Referenced columns.
    pub referenced: Vec<String>,
}

/// A declared type of the sample's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Kind.
    pub kind: Kind,
    /// Length, or digits, in parentheses; empty if there are none.
    pub arguments: String,
}

/// Kinds of types that the sample's tables have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `BLOB`
    Binary,
    /// `BOOLEAN`
    Boolean,
    /// `DATE`
    Date,
    /// `DECIMAL(p,s)`
    Decimal,
    /// `CHAR(n)`
    Fixed,
    /// `REAL`
    Float,
    /// `GUID`
    Guid,
    /// `INTEGER`
    Integer,
    /// `TEXT`
    LongText,
    /// `VARCHAR(n)`
    Text,
    /// `TIMESTAMP`
    Timestamp,
}

impl Declared {
    /// A type as the sample's tables declare it.
    ///
    /// # Panics
    ///
    /// If they do not have it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (name, arguments) = text.split_once('(').map_or((text, ""), |(name, rest)| {
            (name, rest.strip_suffix(')').expect("an opened parenthesis is closed"))
        });
        let kind = match name {
            "BLOB" => Kind::Binary,
            "BOOLEAN" => Kind::Boolean,
            "DATE" => Kind::Date,
            "DECIMAL" => Kind::Decimal,
            "CHAR" => Kind::Fixed,
            "REAL" => Kind::Float,
            "GUID" => Kind::Guid,
            "INTEGER" => Kind::Integer,
            "TEXT" => Kind::LongText,
            "VARCHAR" => Kind::Text,
            "TIMESTAMP" => Kind::Timestamp,
            other => panic!("no table of the sample has the type {other}"),
        };
        Self { kind, arguments: arguments.to_owned() }
    }

    /// The type that fits best in a system, as its catalog spells it.
    #[must_use]
    pub fn native(&self, system: System) -> String {
        let arguments = &self.arguments;
        let name = match (system, self.kind) {
            (System::PostgreSql, kind) => match kind {
                Kind::Binary => "bytea",
                Kind::Boolean => "boolean",
                Kind::Date => "date",
                Kind::Decimal => "numeric",
                Kind::Fixed => "character",
                Kind::Float => "double precision",
                Kind::Guid => "uuid",
                Kind::Integer => "bigint",
                Kind::LongText => "text",
                Kind::Text => "character varying",
                Kind::Timestamp => "timestamp without time zone",
            },
            (System::MariaDb, kind) => match kind {
                Kind::Binary => "longblob",
                Kind::Boolean => "tinyint(1)",
                Kind::Date => "date",
                Kind::Decimal => "decimal",
                Kind::Fixed => "char",
                Kind::Float => "double",
                Kind::Guid => "uuid",
                Kind::Integer => "bigint(20)",
                Kind::LongText => "text",
                Kind::Text => "varchar",
                Kind::Timestamp => "datetime(6)",
            },
        };
        if arguments.is_empty() { name.to_owned() } else { format!("{name}({arguments})") }
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}({})", self.kind, self.arguments)
    }
}

impl Column {
    /// The default as a literal of a system.
    #[must_use]
    pub fn default_in(&self, system: System) -> Option<String> {
        let default = self.default.clone()?;
        Some(match (system, self.declared.kind) {
            (System::PostgreSql, Kind::Boolean) => (default != "0").to_string(),
            _ => default,
        })
    }
}

/// The tables of a database, those that others refer to first, as they were made.
///
/// # Panics
///
/// If the database cannot be read.
#[must_use]
pub fn tables(database: &Connection) -> Vec<Table> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                 ORDER BY rowid";
    let names: Vec<String> = rows(database, names, "", |row| row.get(0));
    names.into_iter().map(|name| table(database, name)).collect()
}

fn table(database: &Connection, name: String) -> Table {
    let columns = "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?1) ORDER BY cid";
    let columns = rows(database, columns, &name, |row| {
        let declared: String = row.get(1)?;
        let column = Column {
            name: row.get(0)?,
            declared: Declared::parse(&declared),
            mandatory: row.get(2)?,
            default: row.get(3)?,
        };
        Ok((column, row.get::<_, u32>(4)?))
    });
    let mut key: Vec<_> = columns.iter().filter(|(_, place)| *place > 0).collect();
    key.sort_by_key(|(_, place)| *place);
    let key = key.into_iter().map(|(column, _)| column.name.clone()).collect();

    let indexes = "SELECT i.name, i.origin, c.name FROM pragma_index_list(?1) i, pragma_index_info(i.name) c \
                   WHERE i.origin <> 'pk' ORDER BY i.name, c.seqno";
    let (mut unique, mut others) = (Grouped::default(), Grouped::default());
    for (index, origin, column) in rows(database, indexes, &name, |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    }) {
        let list = if origin == "u" { &mut unique } else { &mut others };
        list.add(&index, column);
    }

    let relations =
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq";
    let mut references: Vec<(u32, Reference)> = Vec::new();
    for (id, table, column, referenced) in
        rows(database, relations, &name, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
    {
        match references.last_mut() {
            Some((last, reference)) if *last == id => {
                reference.columns.push(column);
                reference.referenced.push(referenced);
            }
            _ => references
                .push((id, Reference { columns: vec![column], table, referenced: vec![referenced] })),
        }
    }
    Table {
        name,
        columns: columns.into_iter().map(|(column, _)| column).collect(),
        key,
        unique: unique.into_lists(),
        indexes: others.into_lists(),
        references: references.into_iter().map(|(_, reference)| reference).collect(),
    }
}

/// Lists of columns by the name of what they belong to.
#[derive(Default)]
struct Grouped(Vec<(String, Vec<String>)>);

impl Grouped {
    fn add(&mut self, name: &str, column: String) {
        match self.0.last_mut() {
            Some((last, columns)) if last == name => columns.push(column),
            _ => self.0.push((name.to_owned(), vec![column])),
        }
    }

    fn into_lists(self) -> Vec<Vec<String>> {
        self.0.into_iter().map(|(_, columns)| columns).collect()
    }
}

fn rows<T>(
    database: &Connection,
    sql: &str,
    parameter: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let mut statement = database.prepare(sql).expect("catalogs can be queried");
    let parameters: &[&str] = if parameter.is_empty() { &[] } else { &[parameter] };
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), read);
    rows.and_then(Iterator::collect).expect("catalogs can be read")
}
