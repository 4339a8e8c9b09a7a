//! Options of data operations (R21, W14): values that rules send beside the data. They are bound like columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};

use super::OdbcConnector;
use crate::{
    connect::ConnectError,
    expr::{OperationParameter, placeholder_name},
    project::{SchemaProperty, SchemaType},
    value::ValueType,
};

/// Position of the option that a placeholder means.
fn position(options: Option<&RecordBatch>, name: &str) -> Option<usize> {
    let schema = options?.schema();
    let exact = schema.fields().iter().position(|field| field.name() == name);
    exact.or_else(|| schema.fields().iter().position(|field| placeholder_name(field.name()) == name))
}

/// An option as if it were a column: that decides how it is bound. One that is called after a column is like it; one that
/// no rule sends, and that no column is called, is a text.
pub(super) fn column_of(
    schema_type: &SchemaType,
    options: Option<&RecordBatch>,
    name: &str,
) -> SchemaProperty {
    let mut columns = schema_type.properties.iter();
    if let Some(column) = columns.find(|column| placeholder_name(&column.name) == name || column.name == name)
    {
        return SchemaProperty { name: name.to_owned(), ..column.clone() };
    }
    let value_type = position(options, name)
        .and_then(|at| Some(ValueType::of_arrow(options?.column(at).data_type())?.0))
        .unwrap_or(ValueType::String);
    SchemaProperty::new(name, value_type)
}

/// The values of an option for all objects; NULL if no rule sends it.
pub(super) fn values(options: Option<&RecordBatch>, option: &SchemaProperty, objects: usize) -> ArrayRef {
    position(options, &option.name)
        .and_then(|at| Some(Arc::clone(options?.column(at))))
        .unwrap_or_else(|| new_null_array(&option.value_type.arrow(), objects))
}

impl OdbcConnector {
    /// The columns, or what stands for them, of parameters.
    pub(super) fn parameter_columns(
        &self,
        schema_type: &SchemaType,
        parameters: &[OperationParameter],
        options: Option<&RecordBatch>,
    ) -> Result<Vec<SchemaProperty>, ConnectError> {
        let mut columns = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            if parameter.is_option() {
                columns.push(column_of(schema_type, options, &parameter.property));
            } else {
                columns.extend(self.properties(schema_type, std::slice::from_ref(&parameter.property))?);
            }
        }
        Ok(columns)
    }
}
