//! Writing to SQLite: rows of Arrow columns through one prepared statement per batch, values bound.

use arrow::array::RecordBatch;
use rusqlite::{params_from_iter, types::Value as SqlValue};

use super::{SqliteConnector, keys::StoredKeys, quote, types::declared_type};
use crate::{
    connect::{ConnectError, ErrorKind, key_words},
    project::SchemaType,
    value::{Value, value_at},
};

/// Digits that SQLite keeps exactly in a column of numeric affinity.
const EXACT_DIGITS: u32 = 15;

impl SqliteConnector {
    pub(super) fn insert_rows(
        &self,
        schema_type: &SchemaType,
        rows: &RecordBatch,
    ) -> Result<(), ConnectError> {
        let schema = rows.schema();
        let names: Vec<String> = schema.fields().iter().map(|field| quote(field.name())).collect();
        let table = quote(schema_type.table_name());
        let sql = if names.is_empty() {
            format!("INSERT INTO {table} DEFAULT VALUES")
        } else {
            format!(
                "INSERT INTO {table} ({}) VALUES ({})",
                names.join(", "),
                vec!["?"; names.len()].join(", ")
            )
        };
        let doing = format!("inserting into {}", schema_type.name);
        let mut statement = self.database.prepare_cached(&sql).map_err(|error| self.error(&doing, &error))?;
        for row in 0..rows.num_rows() {
            let parameters = self.parameters(&doing, rows, row)?;
            statement.execute(params_from_iter(parameters)).map_err(|error| self.error(&doing, &error))?;
        }
        Ok(())
    }

    pub(super) fn update_rows(
        &self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        rows: &RecordBatch,
    ) -> Result<(), ConnectError> {
        let schema = rows.schema();
        let assignments: Vec<String> =
            schema.fields().iter().map(|field| format!("{} = ?", quote(field.name()))).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            quote(schema_type.table_name()),
            assignments.join(", "),
            key_condition(keys)
        );
        let doing = format!("updating {}", schema_type.name);
        self.for_each_object(schema_type, &doing, &sql, Some(rows), keys)
    }

    pub(super) fn delete_rows(
        &self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
    ) -> Result<(), ConnectError> {
        let sql = format!("DELETE FROM {} WHERE {}", quote(schema_type.table_name()), key_condition(keys));
        let doing = format!("deleting from {}", schema_type.name);
        self.for_each_object(schema_type, &doing, &sql, None, keys)
    }

    pub(super) fn create_table(&self, schema_type: &SchemaType) -> Result<(), ConnectError> {
        let mut parts: Vec<String> = schema_type
            .properties
            .iter()
            .map(|property| {
                let not_null = if property.mandatory { " NOT NULL" } else { "" };
                format!("{} {}{not_null}", quote(&property.name), declared_type(property.value_type))
            })
            .collect();
        let key: Vec<String> = schema_type.key.iter().map(|name| quote(name)).collect();
        parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
        let sql =
            format!("CREATE TABLE IF NOT EXISTS {} ({})", quote(schema_type.table_name()), parts.join(", "));
        self.execute(&format!("creating the table {}", schema_type.name), &sql)
    }

    /// Runs `sql` once an object, with its columns of `rows` and then those of `keys` bound in order; each
    /// must be there once.
    fn for_each_object(
        &self,
        schema_type: &SchemaType,
        doing: &str,
        sql: &str,
        rows: Option<&RecordBatch>,
        keys: &RecordBatch,
    ) -> Result<(), ConnectError> {
        let mut statement = self.database.prepare_cached(sql).map_err(|error| self.error(doing, &error))?;
        let mut stored: Option<StoredKeys> = None;
        for row in 0..keys.num_rows() {
            let mut parameters =
                rows.map(|rows| self.parameters(doing, rows, row)).transpose()?.unwrap_or_default();
            let columns = parameters.len();
            parameters.extend(self.parameters(doing, keys, row)?);
            let mut execute = |parameters: &[SqlValue]| {
                statement.execute(params_from_iter(parameters)).map_err(|error| self.error(doing, &error))
            };
            let mut changed = execute(&parameters)?;
            if changed == 0 && StoredKeys::can_help(schema_type, keys) {
                let stored = match &mut stored {
                    Some(stored) => stored,
                    none => none.insert(self.stored_keys(schema_type, keys)?),
                };
                if let Some(key) = stored.find(keys, row) {
                    parameters.truncate(columns);
                    parameters.extend_from_slice(key);
                    changed = execute(&parameters)?;
                }
            }
            if changed != 1 {
                let key = key_words::row_in_words(schema_type, keys, row);
                return Err(key_words::not_once(&self.label, &schema_type.name, &key, changed));
            }
        }
        Ok(())
    }

    fn parameters(
        &self,
        doing: &str,
        batch: &RecordBatch,
        row: usize,
    ) -> Result<Vec<SqlValue>, ConnectError> {
        batch
            .columns()
            .iter()
            .map(|column| {
                let value = value_at(column, row);
                self.check_exact(doing, &value)?;
                Ok(sql_value(&value))
            })
            .collect()
    }

    /// SQLite would round a longer decimal without a word.
    fn check_exact(&self, doing: &str, value: &Value) -> Result<(), ConnectError> {
        match value {
            Value::Decimal { unscaled, .. } if unscaled.unsigned_abs() >= 10_u128.pow(EXACT_DIGITS) => {
                Err(ConnectError::new(
                    ErrorKind::IncompatibleData,
                    &self.label,
                    format!("{doing} failed: SQLite cannot hold {value} exactly"),
                )
                .with_help("SQLite keeps 15 digits of a decimal; hold longer ones in a text column"))
            }
            _ => Ok(()),
        }
    }
}

fn key_condition(keys: &RecordBatch) -> String {
    let schema = keys.schema();
    let parts: Vec<String> =
        schema.fields().iter().map(|field| format!("{} = ?", quote(field.name()))).collect();
    parts.join(" AND ")
}

/// A value as SQLite holds it; dates and times as ISO 8601 text.
pub fn sql_value(value: &Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Boolean(value) => SqlValue::Integer((*value).into()),
        Value::Integer(value) => SqlValue::Integer(*value),
        Value::Float(value) => SqlValue::Real(*value),
        Value::Binary(bytes) => SqlValue::Blob(bytes.clone()),
        Value::Timestamp(_) => SqlValue::Text(value.to_string().replacen('T', " ", 1)),
        Value::String(_)
        | Value::Decimal { .. }
        | Value::Date(_)
        | Value::Time(_)
        | Value::TimestampUtc(_)
        // No column holds a list; a list that comes here all the same is not lost.
        | Value::List(_) => SqlValue::Text(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connect::{OpenMode, open},
        project::{Connection, Project, SchemaProperty, from_text},
        value::{ValueType, array_of},
    };

    fn connection() -> Connection {
        let connection = "connection: (system_identifier: \"HR\", provider: Sqlite(file: \"hr.db\"))";
        let text = format!("(format: 1, name: \"test\", central: ({connection}), target: ({connection}))");
        let Project { central, .. } = from_text("test", &text).unwrap();
        central.connection
    }

    #[test]
    fn an_object_that_is_gone_is_named_unless_its_key_is_sensitive() {
        let folder = tempfile::tempdir().unwrap();
        let database = rusqlite::Connection::open(folder.path().join("hr.db")).unwrap();
        database.execute_batch("CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT)").unwrap();
        let mut table = SchemaType {
            name: "people".to_owned(),
            properties: ["id", "name"].map(|name| SchemaProperty::new(name, ValueType::String)).into(),
            key: vec!["id".to_owned()],
            ..SchemaType::default()
        };
        let texts = |name: &str, text: &str| {
            let values = [Value::String(text.to_owned())];
            RecordBatch::try_from_iter([(name, array_of(ValueType::String, values.iter()))]).unwrap()
        };
        let mut connector = open(&connection(), folder.path(), OpenMode::Write).unwrap();
        for (sensitive, key) in [(false, "id \"gone\""), (true, "id ••••")] {
            table.properties[0].sensitive = sensitive;
            let keys = texts("id", "gone");
            for result in
                [connector.update(&table, &keys, &texts("name", "x")), connector.delete(&table, &keys)]
            {
                let error = result.unwrap_err();
                assert_eq!(error.kind, ErrorKind::NoSuchObject);
                assert_eq!(error.text, format!("the object of people with {key} is no longer there"));
            }
        }
    }
}
