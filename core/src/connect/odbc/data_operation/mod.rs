//! Data operations (W14): statements of the project in place of plain INSERT, UPDATE and DELETE.
//!
//! The text is understood in [`crate::expr`]; here its parameters get their values: what is written, else the
//! key, else what the object has now. The text is a pattern, or a script gives it for each object ([`script`]),
//! which changes nothing about where values come from. Affected rows say nothing about procedures, so objects that must be
//! there are looked for before.

mod options;
mod render;
mod script;
mod scripted;
#[cfg(test)]
mod tests;
mod words;

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array},
    datatypes::{Field, Schema as ArrowSchema},
};
use miette::Diagnostic as _;

pub use self::{
    render::{RenderedParameter, RenderedStatement, dry_render, dry_render_script},
    script::{OperationScript, OperationScriptError},
    scripted::OperationScripts,
};
use super::{
    OdbcConnector,
    operation::Operation,
    write::{Expect, Writing},
};
use crate::{
    connect::{ConnectError, ErrorKind},
    expr::{OperationKind, OperationParameter, OperationStatement, OperationValue, placeholder_name},
    project::{DataOperation, OperationStrategy, SchemaProperty, SchemaType},
    value::{Value, ValueType, array_of, value_at},
};

/// Objects that an operation is for.
#[derive(Clone, Copy)]
pub struct Affected<'a> {
    /// Their keys; none for new objects.
    pub keys: Option<&'a RecordBatch>,
    /// What is written.
    pub rows: Option<&'a RecordBatch>,
    /// What rules send as options (R21).
    pub options: Option<&'a RecordBatch>,
}

impl Affected<'_> {
    fn count(&self) -> usize {
        self.rows.or(self.keys).map_or(0, RecordBatch::num_rows)
    }
}

/// Where the values of parameters come from.
struct Values<'a> {
    affected: Affected<'a>,
    /// What the objects have now, as far as it is needed.
    current: Option<RecordBatch>,
}

impl Values<'_> {
    /// Values of a parameter for all objects.
    fn column(&self, property: &SchemaProperty, value: OperationValue) -> ArrayRef {
        let Affected { keys, rows, options } = self.affected;
        if value == OperationValue::Option {
            return options::values(options, property, self.affected.count());
        }
        let named = |batch: Option<&RecordBatch>| batch?.column_by_name(&property.name).map(Arc::clone);
        named(rows.filter(|_| value == OperationValue::New))
            .or_else(|| named(keys))
            .or_else(|| named(self.current.as_ref()).map(|column| written_back(property, column)))
            .unwrap_or_else(|| new_null_array(&property.value_type.arrow(), self.affected.count()))
    }
}

/// A value that was read, as it has to be written: where NULL is the same as '' but refused, it is ''.
fn written_back(property: &SchemaProperty, column: ArrayRef) -> ArrayRef {
    let refused = property.compatible_nulls && property.mandatory;
    if !refused || property.value_type != ValueType::String {
        return column;
    }
    let values: Vec<Value> = (0..column.len())
        .map(|row| match value_at(&column, row) {
            Value::Null => Value::String(String::new()),
            value => value,
        })
        .collect();
    array_of(property.value_type, values.iter())
}

impl OdbcConnector {
    /// Executes what a data operation says for each object.
    pub(super) fn replaced(
        &mut self,
        kind: OperationKind,
        schema_type: &SchemaType,
        operation: &DataOperation,
        affected: Affected<'_>,
    ) -> Result<(), ConnectError> {
        let pattern = match &operation.strategy {
            OperationStrategy::Pattern(pattern) => pattern,
            OperationStrategy::Script(text) => {
                return self.scripted(kind, schema_type, operation, text, affected);
            }
        };
        let statement = OperationStatement::compile(schema_type, kind, pattern).map_err(|error| {
            let help = error.help().map(|help| help.to_string()).unwrap_or_default();
            self.own(ErrorKind::Unsupported, error.to_string()).with_help(help)
        })?;
        self.expect_findable(schema_type, &[&statement], &affected)?;
        let current = self.current_values(schema_type, operation, statement.parameters(), &affected)?;
        let values = Values { affected, current };
        self.expect_required(schema_type, operation, &values)?;
        self.execute(kind, schema_type, &statement, &values)
    }

    /// Executes a statement for each object.
    fn execute(
        &mut self,
        kind: OperationKind,
        schema_type: &SchemaType,
        statement: &OperationStatement,
        values: &Values<'_>,
    ) -> Result<(), ConnectError> {
        let columns = self.parameter_columns(schema_type, statement.parameters(), values.affected.options)?;
        let rows = self.parameter_values(statement, &columns, values)?;
        let rows = self.localized(&columns, &rows)?;
        self.write(
            Operation::from(kind),
            Writing {
                doing: format!("the {} operation of {}", kind.id(), schema_type.name),
                schema_type: schema_type.name.clone(),
                sql: render::sql(self.dialect, schema_type, values.affected.options, statement),
                rows,
                columns,
                expect: Expect::Anything { arrays: is_plain(statement) },
                cancel: self.cancel.clone(),
            },
        )
        // A procedure can commit by itself.
        .map_err(ConnectError::with_unknown_outcome)
    }

    /// An object that gets another key can only be found by the one that it has.
    fn expect_findable(
        &self,
        schema_type: &SchemaType,
        statements: &[&OperationStatement],
        affected: &Affected<'_>,
    ) -> Result<(), ConnectError> {
        let (Some(keys), Some(rows)) = (affected.keys, affected.rows) else { return Ok(()) };
        for name in &schema_type.key {
            let (Some(own), Some(new)) = (keys.column_by_name(name), rows.column_by_name(name)) else {
                continue;
            };
            let changes = (0..rows.num_rows()).any(|row| value_at(own, row) != value_at(new, row));
            let by_old = OperationParameter::old(name.clone());
            if changes && !statements.iter().any(|statement| statement.parameters().contains(&by_old)) {
                let text = format!(
                    "the update operation of {} cannot change the key {name}: its statement does not say \
                     which object is meant",
                    schema_type.name
                );
                return Err(self.own(ErrorKind::IncompatibleData, text).with_help(format!(
                    "use %{}:old% in the statement for the key that the object has until then",
                    placeholder_name(name)
                )));
            }
        }
        Ok(())
    }

    /// Reads what is needed of objects that are there; an object that is gone is an error.
    fn current_values(
        &mut self,
        schema_type: &SchemaType,
        operation: &DataOperation,
        parameters: &[OperationParameter],
        affected: &Affected<'_>,
    ) -> Result<Option<RecordBatch>, ConnectError> {
        let Some(keys) = affected.keys else { return Ok(None) };
        let known = |parameter: &OperationParameter| {
            let written = affected.rows.filter(|_| !parameter.is_old());
            let mut known = [written, Some(keys)].into_iter().flatten();
            parameter.is_option() || known.any(|batch| batch.column_by_name(&parameter.property).is_some())
        };
        let required = operation.required_keys.iter().cloned().map(OperationParameter::new);
        let needed: BTreeSet<String> = parameters
            .iter()
            .cloned()
            .chain(required)
            .filter(|parameter| !known(parameter))
            .map(|parameter| parameter.property)
            .collect();
        let needed: Vec<String> = needed.into_iter().collect();
        // Without a lock: who may only call procedures may not lock rows of the table.
        self.read_each_once(schema_type, keys, &needed, "").map(Some)
    }

    fn expect_required(
        &self,
        schema_type: &SchemaType,
        operation: &DataOperation,
        values: &Values<'_>,
    ) -> Result<(), ConnectError> {
        for property in self.properties(schema_type, &operation.required_keys)? {
            let column = values.column(&property, OperationValue::New);
            if (0..column.len()).any(|row| value_at(&column, row).is_empty()) {
                let text = format!(
                    "an object of {} has no value in {}, which its data operation requires",
                    schema_type.name, property.name
                );
                return Err(self
                    .own(ErrorKind::IncompatibleData, text)
                    .with_help("map a value to it, or take it out of the required key columns"));
            }
        }
        Ok(())
    }

    /// One column for each parameter, in order.
    fn parameter_values(
        &self,
        statement: &OperationStatement,
        columns: &[SchemaProperty],
        values: &Values<'_>,
    ) -> Result<RecordBatch, ConnectError> {
        let arrays: Vec<ArrayRef> = statement
            .parameters()
            .iter()
            .zip(columns)
            .map(|(parameter, property)| values.column(property, parameter.value))
            .collect();
        let fields: Vec<Field> = columns
            .iter()
            .zip(&arrays)
            .map(|(property, array)| Field::new(&property.name, array.data_type().clone(), true))
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(values.affected.count()));
        RecordBatch::try_new_with_options(Arc::new(ArrowSchema::new(fields)), arrays, &options)
            .map_err(|error| self.internal(&error))
    }
}

/// True for statements that drivers take with arrays of rows. Calls go row by row: nothing tells before
/// whether a procedure gives results, and drivers do not report reliably which of its calls failed.
fn is_plain(statement: &OperationStatement) -> bool {
    matches!(statement.first_word().as_str(), "INSERT" | "UPDATE" | "DELETE")
}
