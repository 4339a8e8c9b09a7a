//! Rows of the journal that belong to one object each: labels and busy objects. Of a table with a million of them
//! those of a batch are read, never all.

use arrow::array::RecordBatch;

use super::{
    Journal, JournalError,
    store::internal,
    tables::{self, text},
};
use crate::{
    project::{SchemaType, Side},
    value::Value,
};

/// The columns of the key of such a table.
const KEY: [&str; 4] = ["system_identifier", "side", "schema_type", "object_key"];

impl Journal {
    /// The key of an object's row, column by column.
    pub(super) fn object_row(&self, side: Side, schema_type: &str, key: &str) -> Vec<Value> {
        vec![text(&self.system_identifier), text(side.id()), text(schema_type), text(key)]
    }

    /// These columns of the rows of the objects with these keys; `None` if there can be none.
    pub(super) fn rows_among(
        &mut self,
        table: &SchemaType,
        (side, schema_type): (Side, &str),
        keys: &[String],
        columns: &[String],
    ) -> Result<Option<RecordBatch>, JournalError> {
        if keys.is_empty() || !self.connector.has_table(table)? {
            return Ok(None);
        }
        let rows: Vec<Vec<Value>> = keys.iter().map(|key| self.object_row(side, schema_type, key)).collect();
        let keys = tables::columns_of(table, &KEY, &rows).map_err(internal)?;
        Ok(Some(self.connector.get(table, &keys, columns)?))
    }

    /// Deletes the rows with these keys; all of them are there.
    pub(super) fn delete_object_rows(
        &mut self,
        table: &SchemaType,
        rows: &[Vec<Value>],
    ) -> Result<(), JournalError> {
        if rows.is_empty() {
            return Ok(());
        }
        let keys = tables::columns_of(table, &KEY, rows).map_err(internal)?;
        Ok(self.connector.delete(table, &keys)?)
    }
}
