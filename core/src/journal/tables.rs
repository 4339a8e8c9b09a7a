//! The journal's tables (`sw_…`) and rows of single values, which is all that the journal needs.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, RecordBatch},
    datatypes::{Field, Schema as ArrowSchema},
    error::ArrowError,
};

use crate::{
    project::{SchemaProperty, SchemaType},
    value::{Value, ValueType, array_of, value_at},
};

fn table(name: &str, key: &[&str], columns: &[(&str, ValueType, bool)]) -> SchemaType {
    SchemaType {
        name: name.to_owned(),
        properties: columns
            .iter()
            .map(|(name, value_type, mandatory)| SchemaProperty {
                mandatory: *mandatory,
                ..SchemaProperty::new(*name, *value_type)
            })
            .collect(),
        key: key.iter().map(|name| (*name).to_owned()).collect(),
        ..SchemaType::default()
    }
}

const TEXT: ValueType = ValueType::String;
const NUMBER: ValueType = ValueType::Integer;

/// The run index.
pub(super) fn runs() -> SchemaType {
    table(
        "sw_run",
        &["id"],
        &[
            ("id", TEXT, true),
            ("project", TEXT, true),
            ("start_up", TEXT, true),
            ("workflow", TEXT, true),
            ("direction", TEXT, true),
            ("status", TEXT, true),
            ("started", TEXT, true),
            ("ended", TEXT, false),
            ("started_by", TEXT, true),
            ("folder", TEXT, true),
            ("failure", TEXT, false),
        ],
    )
}

/// What the steps of a run found and did.
pub(super) fn steps() -> SchemaType {
    table(
        "sw_run_step",
        &["run_id", "position"],
        &[
            ("run_id", TEXT, true),
            ("position", NUMBER, true),
            ("step", TEXT, true),
            ("mapping", TEXT, true),
            ("direction", TEXT, true),
            ("left_objects", NUMBER, true),
            ("right_objects", NUMBER, true),
            ("summary", TEXT, true),
            ("changes_file", TEXT, false),
            ("changes_sha256", TEXT, false),
        ],
    )
}

/// What the log of a run says.
pub(super) fn messages() -> SchemaType {
    table(
        "sw_message",
        &["run_id", "step_position", "position"],
        &[
            ("run_id", TEXT, true),
            ("step_position", NUMBER, true),
            ("position", NUMBER, true),
            ("level", TEXT, true),
            ("code", TEXT, true),
            ("text", TEXT, true),
            ("object", TEXT, false),
            ("property", TEXT, false),
            ("rule", TEXT, false),
        ],
    )
}

/// Who runs what.
pub(super) fn locks() -> SchemaType {
    table(
        "sw_lock",
        &["name"],
        &[
            ("name", TEXT, true),
            ("run_id", TEXT, true),
            ("owner", TEXT, true),
            ("host", TEXT, true),
            ("process", NUMBER, true),
            ("process_started", TEXT, true),
            ("lease_until", TEXT, true),
        ],
    )
}

/// Labels of outstanding objects (O1).
pub(super) fn outstanding() -> SchemaType {
    table(
        "sw_outstanding",
        &["system_identifier", "side", "schema_type", "object_key"],
        &[
            ("system_identifier", TEXT, true),
            ("side", TEXT, true),
            ("schema_type", TEXT, true),
            ("object_key", TEXT, true),
            ("marked_at", TEXT, true),
            ("run_id", TEXT, true),
        ],
    )
}

/// Remembered pairs of mappings (M10); keys as [`super::pair_key`] writes them.
pub(super) fn pairs() -> SchemaType {
    table(
        "sw_pair",
        &["system_identifier", "mapping", "left_key"],
        &[
            ("system_identifier", TEXT, true),
            ("mapping", TEXT, true),
            ("left_key", TEXT, true),
            ("right_key", TEXT, true),
            ("since", TEXT, true),
            ("run_id", TEXT, false),
            ("how", TEXT, true),
        ],
    )
}

/// Objects that are busy: changed but not provisioned, in an unfinished process, or blocked (R5).
pub(super) fn busy() -> SchemaType {
    table(
        "sw_pending",
        &["system_identifier", "side", "schema_type", "object_key"],
        &[
            ("system_identifier", TEXT, true),
            ("side", TEXT, true),
            ("schema_type", TEXT, true),
            ("object_key", TEXT, true),
            ("reason", TEXT, true),
            ("since", TEXT, true),
            ("text", TEXT, false),
        ],
    )
}

/// Systems that want to know what imports change (D5): those whose projects provision.
pub(super) fn primaries() -> SchemaType {
    table(
        "sw_primary",
        &["system_identifier", "schema_type"],
        &[
            ("system_identifier", TEXT, true),
            ("schema_type", TEXT, true),
            ("project", TEXT, true),
            ("since", TEXT, true),
        ],
    )
}

/// Central objects that wait for being provisioned (O6, D5).
pub(super) fn provisioning() -> SchemaType {
    table(
        "sw_provisioning",
        &["system_identifier", "side", "schema_type", "object_key"],
        &[
            ("system_identifier", TEXT, true),
            ("side", TEXT, true),
            ("schema_type", TEXT, true),
            ("object_key", TEXT, true),
            ("origin", TEXT, true),
            ("run_id", TEXT, true),
            ("since", TEXT, true),
            ("tries", NUMBER, true),
            ("error", TEXT, false),
        ],
    )
}

/// The tables without which there are no runs to show.
pub(super) fn index() -> [SchemaType; 5] {
    [runs(), steps(), messages(), locks(), outstanding()]
}

/// Every table of the journal.
pub(super) fn all() -> impl Iterator<Item = SchemaType> {
    // Later ones may be missing in a store that an older version wrote; a reader then finds them empty.
    index().into_iter().chain([pairs(), busy(), primaries(), provisioning()])
}

/// All properties of a table.
pub(super) fn properties(table: &SchemaType) -> Vec<String> {
    table.properties.iter().map(|property| property.name.clone()).collect()
}

/// Rows of all columns of a table.
pub(super) fn rows_of(table: &SchemaType, rows: &[Vec<Value>]) -> Result<RecordBatch, ArrowError> {
    let names: Vec<&str> = table.properties.iter().map(|property| property.name.as_str()).collect();
    columns_of(table, &names, rows)
}

/// Rows of some columns of a table.
pub(super) fn columns_of(
    table: &SchemaType,
    names: &[&str],
    rows: &[Vec<Value>],
) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (position, name) in names.iter().enumerate() {
        let value_type = table.type_of(name);
        fields.push(Field::new(*name, value_type.arrow(), true));
        columns.push(array_of(value_type, rows.iter().map(|row| row.get(position).unwrap_or(&Value::Null))));
    }
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)
}

/// A text value.
pub(super) fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

/// A text value, or NULL.
pub(super) fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}

/// A number.
pub(super) fn number(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// One row of a table as read.
pub(super) struct Row<'a> {
    pub batch: &'a RecordBatch,
    pub row: usize,
}

impl Row<'_> {
    pub(super) fn value(&self, name: &str) -> Value {
        self.batch.column_by_name(name).map_or(Value::Null, |column| value_at(column, self.row))
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.value(name).to_string()
    }

    pub(super) fn optional(&self, name: &str) -> Option<String> {
        let value = self.value(name);
        (!value.is_null()).then(|| value.to_string())
    }

    pub(super) fn number(&self, name: &str) -> u64 {
        match self.value(name) {
            Value::Integer(number) => u64::try_from(number).unwrap_or_default(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::is_own_table;

    /// A table that a connector does not know as ours would be offered as somebody's.
    #[test]
    fn connectors_know_every_table() {
        assert!(all().all(|table| is_own_table(table.table_name())));
    }
}
