//! A few objects of a schema type, to choose keys, relations and display templates by (W11–W15).

use std::sync::Arc;

use arrow::{
    array::{Array as _, RecordBatch},
    compute::concat_batches,
};
use datafusion::{
    common::{Column, DFSchema},
    logical_expr::{Expr, lit},
};

use super::{SchemaError, masked};
use crate::{
    connect::{Connector, Flow, SearchRequest},
    expr::{self, ExprError, Part},
    progress::CancelToken,
    project::SchemaType,
    value::{MASK, Value, value_at},
};

/// Objects of a schema type as they were read.
///
/// Values of sensitive properties are in it and never leave it: [`Sample::value`] and
/// [`Sample::display_values`] mask them.
#[derive(Debug, Clone)]
pub struct Sample {
    properties: Vec<String>,
    rows: RecordBatch,
}

impl Sample {
    /// The properties that were read, in the order of the schema type; those that cannot be used are not among
    /// them.
    #[must_use]
    pub fn properties(&self) -> &[String] {
        &self.properties
    }

    /// Number of objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.num_rows()
    }

    /// True if the schema type has no objects.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of an object, masked if `schema_type` says that it is sensitive; NULL if it was not read.
    #[must_use]
    pub fn value(&self, schema_type: &SchemaType, property: &str, row: usize) -> Value {
        let column = self.properties.iter().position(|name| name == property);
        let value = column.map_or(Value::Null, |column| value_at(self.rows.column(column), row));
        masked(schema_type.property(property), value)
    }

    /// The values of an object by property, for a dry render of a data operation, which masks on its own.
    #[must_use]
    pub fn object(&self, row: usize) -> Vec<(String, Value)> {
        let columns = self.properties.iter().zip(self.rows.columns());
        columns.map(|(name, column)| (name.clone(), value_at(column, row))).collect()
    }

    /// The objects as they were read, for the engine.
    pub(crate) const fn rows(&self) -> &RecordBatch {
        &self.rows
    }

    /// What a display template makes of each object (W13), sensitive values masked.
    ///
    /// # Errors
    ///
    /// [`ExprError`] with the place, if the template cannot be used.
    pub fn display_values(&self, schema_type: &SchemaType, template: &str) -> Result<Vec<String>, ExprError> {
        let parts: Vec<Part> = expr::resolve_pattern(schema_type, template)?;
        let sensitive = |name: &str| schema_type.property(name).is_some_and(|property| property.sensitive);
        let expression = expr::pattern_expression(&parts, |name| {
            if sensitive(name) { lit(MASK) } else { Expr::Column(Column::new_unqualified(name)) }
        });
        let failed = |error: &dyn std::fmt::Display| ExprError {
            text: format!("the display template “{template}” cannot be worked out: {error}"),
            position: None,
            help: Some("name columns of this table that can be used".to_owned()),
        };
        let schema = DFSchema::try_from(self.rows.schema()).map_err(|error| failed(&error))?;
        let shown = expr::physical(&expr::session(), &expression, &Arc::new(schema))
            .and_then(|ready| ready.evaluate(&self.rows)?.into_array(self.rows.num_rows()))
            .map_err(|error| failed(&error))?;
        Ok((0..shown.len()).map(|row| value_at(&shown, row).to_string()).collect())
    }
}

/// Reads at most `limit` objects of a schema type, in whatever order the system gives them.
///
/// # Errors
///
/// If reading fails, or on cancel.
pub fn sample(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    limit: usize,
    cancel: &CancelToken,
) -> Result<Sample, SchemaError> {
    let usable = schema_type.properties.iter().filter(|property| property.unusable.is_none());
    let properties: Vec<String> = usable.map(|property| property.name.clone()).collect();
    let mut batches: Vec<RecordBatch> = Vec::new();
    let mut rows = 0;
    let request = SearchRequest { limit: Some(limit), ..SearchRequest::all(schema_type, &properties) };
    connector.search(&request, cancel, &mut |batch| {
        rows += batch.num_rows();
        batches.push(batch);
        if rows >= limit || cancel.is_cancelled() { Flow::Stop } else { Flow::Continue }
    })?;
    let rows = match batches.first() {
        Some(first) => concat_batches(&first.schema(), &batches).map_err(|error| SchemaError::Values {
            schema_type: schema_type.name.clone(),
            text: error.to_string(),
        })?,
        None => RecordBatch::new_empty(Arc::new(arrow::datatypes::Schema::empty())),
    };
    let properties = if rows.num_columns() == 0 { Vec::new() } else { properties };
    Ok(Sample { rows: rows.slice(0, rows.num_rows().min(limit)), properties })
}
