//! The catalog of a SQLite database as a project schema (S1).

use rusqlite::Connection as Database;

use super::{
    SqliteConnector, quote,
    types::{kept, value_type_of},
};
use crate::{
    connect::{ConnectError, ErrorKind, is_own_table},
    progress::{CancelToken, Progress},
    project::{ForeignKey, Generated, Schema, SchemaProperty, SchemaType},
    value::ValueType,
};

impl SqliteConnector {
    pub(super) fn read_catalog(
        &self,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Schema, ConnectError> {
        progress.phase("Reading the schema");
        let tables =
            tables(&self.database).map_err(|error| self.error("reading the list of tables", &error))?;
        let mut schema = Schema::default();
        for (number, (name, view)) in tables.iter().enumerate() {
            if cancel.is_cancelled() {
                return Err(ConnectError::new(
                    ErrorKind::Cancelled,
                    &self.label,
                    "reading the schema was cancelled",
                ));
            }
            progress.advance(number as u64, Some(tables.len() as u64));
            let schema_type = describe(&self.database, name, *view)
                .map_err(|error| self.error(&format!("reading the columns of {name}"), &error))?;
            schema.types.push(schema_type);
        }
        fill_implicit_references(&mut schema);
        Ok(schema)
    }
}

/// Tables and views; those of SQLite and of the program itself are not part of the schema.
fn tables(database: &Database) -> rusqlite::Result<Vec<(String, bool)>> {
    let mut statement = database.prepare(
        "SELECT name, type = 'view' FROM sqlite_schema WHERE type IN ('table', 'view') \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let tables: rusqlite::Result<Vec<(String, bool)>> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect();
    Ok(tables?.into_iter().filter(|(name, _)| !is_own_table(name)).collect())
}

fn describe(database: &Database, table: &str, view: bool) -> rusqlite::Result<SchemaType> {
    let mut schema_type = SchemaType { name: table.to_owned(), view, ..SchemaType::default() };
    let mut key: Vec<(i64, String)> = Vec::new();
    let mut statement = database.prepare(&format!("PRAGMA table_xinfo({})", quote(table)))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get("name")?;
        let declared: String = row.get("type")?;
        let position: i64 = row.get("pk")?;
        let hidden: i64 = row.get("hidden")?;
        let mut property = match value_type_of(&declared) {
            Some((value_type, max_length)) => {
                SchemaProperty { max_length, ..SchemaProperty::new(&name, value_type) }
            }
            None => SchemaProperty {
                unusable: Some(format!("the declared type {declared:?} is not known")),
                ..SchemaProperty::new(&name, ValueType::String)
            },
        };
        property.keeps = kept(&declared);
        property.native_type = declared;
        property.mandatory = row.get::<_, bool>("notnull")? || position > 0;
        property.default_value = row.get("dflt_value")?;
        if hidden > 1 {
            property.generated = Generated::Always;
        }
        if position > 0 {
            key.push((position, name));
        }
        schema_type.properties.push(property);
    }
    key.sort();
    schema_type.key = key.into_iter().map(|(_, name)| name).collect();
    // A single INTEGER primary key is SQLite's row number: filled when nothing is given.
    if let [only] = schema_type.key.as_slice()
        && let Some(property) = schema_type.properties.iter_mut().find(|property| property.name == *only)
        && property.native_type.eq_ignore_ascii_case("INTEGER")
    {
        property.generated = Generated::Identity;
    }
    schema_type.unique_keys = unique_keys(database, table)?;
    schema_type.foreign_keys = foreign_keys(database, table)?;
    Ok(schema_type)
}

/// Unique indexes over columns only, without the primary key and without partial indexes.
fn unique_keys(database: &Database, table: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut statement = database.prepare(&format!("PRAGMA index_list({})", quote(table)))?;
    let indexes: Vec<String> = statement
        .query_map([], |row| {
            let usable = row.get::<_, bool>("unique")?
                && row.get::<_, String>("origin")? != "pk"
                && !row.get::<_, bool>("partial")?;
            Ok(usable.then_some(row.get::<_, String>("name")?))
        })?
        .filter_map(Result::transpose)
        .collect::<rusqlite::Result<_>>()?;
    let mut keys = Vec::new();
    for index in indexes {
        let mut columns = database.prepare(&format!("PRAGMA index_info({})", quote(&index)))?;
        let columns: Vec<Option<String>> =
            columns.query_map([], |row| row.get("name"))?.collect::<rusqlite::Result<_>>()?;
        if let Some(columns) = columns.into_iter().collect::<Option<Vec<String>>>() {
            keys.push(columns);
        }
    }
    keys.sort();
    Ok(keys)
}

fn foreign_keys(database: &Database, table: &str) -> rusqlite::Result<Vec<ForeignKey>> {
    let mut statement = database.prepare(&format!("PRAGMA foreign_key_list({})", quote(table)))?;
    let mut rows = statement.query([])?;
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get("id")?;
        let from: String = row.get("from")?;
        let to: Option<String> = row.get("to")?;
        if let Some((_, key)) = keys.iter_mut().find(|(known, _)| *known == id) {
            key.properties.push(from);
            key.referenced_properties.extend(to);
        } else {
            keys.push((
                id,
                ForeignKey {
                    properties: vec![from],
                    references: row.get("table")?,
                    referenced_properties: to.into_iter().collect(),
                    integrity_ensured: true,
                    declared: false,
                },
            ));
        }
    }
    keys.sort_by_key(|(id, _)| *id);
    // SQLite lists the newest first; the order of declaration reads better.
    Ok(keys.into_iter().rev().map(|(_, key)| key).collect())
}

/// `REFERENCES table` without columns means the primary key of that table.
fn fill_implicit_references(schema: &mut Schema) {
    let keys: Vec<(String, Vec<String>)> =
        schema.types.iter().map(|schema_type| (schema_type.name.clone(), schema_type.key.clone())).collect();
    for foreign_key in schema.types.iter_mut().flat_map(|schema_type| &mut schema_type.foreign_keys) {
        if foreign_key.referenced_properties.is_empty()
            && let Some((_, key)) =
                keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(&foreign_key.references))
        {
            foreign_key.referenced_properties.clone_from(key);
        }
    }
}
