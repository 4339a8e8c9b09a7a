//! Keys as the database spells them: `{6F96…}` and `6f96…` are one GUID to Syncwright, two texts to SQLite.
//!
//! Objects are looked for by the canonical spelling first, which an index answers. Only if that finds
//! nothing are the keys of the table read once, to find the object by what its key means.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use rusqlite::types::Value as SqlValue;

use super::{
    SqliteConnector, quote,
    read::{Block, select_list},
};
use crate::{
    connect::ConnectError,
    project::SchemaType,
    value::{ValueType, value_at},
};

/// Key values of a table by what they mean; `None` for a key that several objects have.
pub struct StoredKeys(HashMap<Vec<String>, Option<Vec<SqlValue>>>);

impl StoredKeys {
    /// True if a part of the key can be spelled in more than one way.
    pub fn can_help(schema_type: &SchemaType, keys: &RecordBatch) -> bool {
        keys.schema().fields().iter().any(|field| {
            schema_type.property(field.name()).is_some_and(|property| {
                matches!(
                    property.value_type,
                    ValueType::Boolean
                        | ValueType::Date
                        | ValueType::Time
                        | ValueType::Timestamp
                        | ValueType::TimestampUtc
                        | ValueType::Guid
                )
            })
        })
    }

    /// The key of a row as the database has it.
    pub fn find(&self, keys: &RecordBatch, row: usize) -> Option<&[SqlValue]> {
        self.0.get(&meaning(keys, row))?.as_deref()
    }
}

fn meaning(keys: &RecordBatch, row: usize) -> Vec<String> {
    keys.columns().iter().map(|column| value_at(column, row).to_string()).collect()
}

impl SqliteConnector {
    /// All keys of a table, in the columns of `keys`.
    pub(super) fn stored_keys(
        &self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
    ) -> Result<StoredKeys, ConnectError> {
        let names: Vec<String> = keys.schema().fields().iter().map(|field| field.name().clone()).collect();
        let doing = format!("reading the keys of {}", schema_type.name);
        let failed = |error: rusqlite::Error| self.error(&doing, &error);
        let columns = self.columns_of(schema_type, &names)?;
        let sql = format!("SELECT {} FROM {}", select_list(&names), quote(schema_type.table_name()));
        let mut statement = self.database.prepare(&sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut block = Block::new(&columns, 0);
        let mut raw: Vec<Vec<SqlValue>> = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            self.push(schema_type, row, &mut block, &doing)?;
            raw.push((0..names.len()).map(|index| row.get(index)).collect::<Result<_, _>>().map_err(failed)?);
        }
        let batch = self.finish(block)?;
        let mut stored = HashMap::new();
        for (row, key) in raw.into_iter().enumerate() {
            stored.entry(meaning(&batch, row)).and_modify(|known| *known = None).or_insert(Some(key));
        }
        Ok(StoredKeys(stored))
    }
}
