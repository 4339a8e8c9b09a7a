//! Objects by key: reading them, and seeing that each is there once before it is written.

use std::collections::HashMap;

use arrow::{
    array::{BooleanArray, RecordBatch, UInt64Array},
    compute::{concat_batches, filter_record_batch, take_record_batch},
    datatypes::{Field, Schema as ArrowSchema},
    error::ArrowError,
};
use std::sync::Arc;

use super::{
    OdbcConnector,
    dialect::{ArrayBinding, RowCounts},
    filter::SqlCondition,
    operation::Operation,
    statements,
    write::{Expect, Writing},
};
use crate::{
    connect::{ConnectError, Flow, key_words},
    project::{SchemaProperty, SchemaType},
    value::value_at,
};

/// Values that are bound to one statement that reads by key.
const VALUES_AT_ONCE: usize = 500;

/// A key as text: what it means, in the spelling of Syncwright.
fn meaning(batch: &RecordBatch, columns: &[usize], row: usize) -> Vec<String> {
    columns
        .iter()
        .filter_map(|column| batch.columns().get(*column))
        .map(|column| value_at(column, row).to_string())
        .collect()
}

fn all_columns(batch: &RecordBatch) -> Vec<usize> {
    (0..batch.num_columns()).collect()
}

/// Columns of both batches in one.
pub fn side_by_side(left: &RecordBatch, right: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let fields: Vec<Arc<Field>> =
        left.schema().fields().iter().chain(right.schema().fields()).map(Arc::clone).collect();
    let columns = left.columns().iter().chain(right.columns()).map(Arc::clone).collect();
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)
}

impl OdbcConnector {
    /// The objects with these keys; `lock` stands behind every SELECT.
    pub(super) fn read_by_key(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        properties: &[String],
        lock: &str,
    ) -> Result<RecordBatch, ConnectError> {
        let key_columns = self.columns_of(schema_type, keys)?;
        let mut columns = self.properties(schema_type, properties)?;
        // Databases may call keys equal that are not, so the keys are read too and compared here.
        let mut key_places = Vec::new();
        for key in &key_columns {
            let place = columns.iter().position(|column| column.name == key.name).unwrap_or_else(|| {
                columns.push(key.clone());
                columns.len() - 1
            });
            key_places.push(place);
        }
        let mut found = Vec::new();
        let at_once = (VALUES_AT_ONCE / key_columns.len().max(1)).max(1);
        for first in (0..keys.num_rows()).step_by(at_once) {
            let part = keys.slice(first, at_once.min(keys.num_rows() - first));
            let batches = self.read_part(schema_type, &key_columns, &columns, &part, lock)?;
            let wanted: HashMap<Vec<String>, ()> =
                (0..part.num_rows()).map(|row| (meaning(&part, &all_columns(&part), row), ())).collect();
            for batch in batches {
                let mask: BooleanArray = (0..batch.num_rows())
                    .map(|row| Some(wanted.contains_key(&meaning(&batch, &key_places, row))))
                    .collect();
                found.push(filter_record_batch(&batch, &mask).map_err(|error| self.internal(&error))?);
            }
        }
        let asked: Vec<usize> = (0..properties.len()).collect();
        let Some(first) = found.first() else {
            let empty = super::Transport::new(self.dialect, columns, None).empty();
            return empty.project(&asked).map_err(|error| self.internal(&error));
        };
        concat_batches(&first.schema(), &found)
            .and_then(|batch| batch.project(&asked))
            .map_err(|error| self.internal(&error))
    }

    fn read_part(
        &mut self,
        schema_type: &SchemaType,
        key_columns: &[SchemaProperty],
        columns: &[SchemaProperty],
        keys: &RecordBatch,
        lock: &str,
    ) -> Result<Vec<RecordBatch>, ConnectError> {
        let keys = self.localized(key_columns, keys)?;
        let condition = SqlCondition {
            sql: statements::any_of(self.dialect, key_columns, keys.num_rows()),
            values: (0..keys.num_rows())
                .flat_map(|row| key_columns.iter().zip(keys.columns()).map(move |key| (row, key)))
                .map(|(row, (property, column))| (property.value_type, value_at(column, row)))
                .collect(),
        };
        let mut sql = statements::select_where(self.dialect, schema_type, columns, &condition.sql);
        sql.push_str(lock);
        let query = self.query(schema_type, columns.to_vec(), sql, condition, true);
        let doing = query.doing.clone();
        self.call(Operation::Get, &doing, move |link| {
            let mut batches = Vec::new();
            query.run(link, &mut |batch| {
                batches.push(batch);
                Flow::Continue
            })?;
            Ok(batches)
        })
    }

    /// Writes rows whose objects must be there, once each.
    #[expect(clippy::too_many_arguments, reason = "the parts of one statement")]
    pub(super) fn write_found(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        operation: Operation,
        verb: &str,
        sql: String,
        rows: RecordBatch,
        columns: Vec<SchemaProperty>,
    ) -> Result<(), ConnectError> {
        let counts = self.dialect.row_counts() != RowCounts::Unknown
            || keys.num_rows() == 1
            || self.dialect.array_binding() == ArrayBinding::Never;
        if !counts {
            self.expect_each_once(schema_type, keys)?;
        }
        self.write(
            operation,
            Writing {
                doing: format!("{verb} {}", schema_type.name),
                schema_type: schema_type.name.clone(),
                sql,
                rows,
                columns,
                expect: Expect::Found { key_columns: keys.num_columns() },
                cancel: self.cancel.clone(),
            },
        )
    }

    /// Looks whether every key has exactly one object, and keeps it so until the transaction ends.
    fn expect_each_once(&mut self, schema_type: &SchemaType, keys: &RecordBatch) -> Result<(), ConnectError> {
        let lock = if self.in_transaction { self.dialect.row_lock() } else { "" };
        self.read_each_once(schema_type, keys, &[], lock).map(drop)
    }

    /// The objects with these keys, in the order of the keys: their keys, then `properties`.
    ///
    /// # Errors
    ///
    /// If a key has no object or several.
    pub(super) fn read_each_once(
        &mut self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        properties: &[String],
        lock: &str,
    ) -> Result<RecordBatch, ConnectError> {
        let schema = keys.schema();
        let names: Vec<String> =
            schema.fields().iter().map(|field| field.name()).chain(properties).cloned().collect();
        let found = self.read_by_key(schema_type, keys, &names, lock)?;
        let key_columns = all_columns(keys);
        let mut places: HashMap<Vec<String>, Vec<u64>> = HashMap::new();
        for (row, place) in (0..found.num_rows()).zip(0..) {
            places.entry(meaning(&found, &key_columns, row)).or_default().push(place);
        }
        let mut order = Vec::with_capacity(keys.num_rows());
        for row in 0..keys.num_rows() {
            match places.get(&meaning(keys, &key_columns, row)).map(Vec::as_slice).unwrap_or_default() {
                [place] => order.push(*place),
                other => {
                    let key = key_words::row_in_words(schema_type, keys, row);
                    return Err(key_words::not_once(&self.label, &schema_type.name, &key, other.len()));
                }
            }
        }
        take_record_batch(&found, &UInt64Array::from(order)).map_err(|error| self.internal(&error))
    }
}
