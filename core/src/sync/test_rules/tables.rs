//! The tables of a test: as they are, but for the rows of the objects under test.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, UInt32Array, new_null_array},
    datatypes::SchemaRef,
};
use datafusion::{
    catalog::TableProvider,
    common::{Column, TableReference},
    datasource::{MemTable, ViewTable, provider_as_source},
    error::Result as DataFusionResult,
    logical_expr::{Expr, LogicalPlanBuilder, cast, lit},
};

use super::super::source::SystemTables;
use crate::{
    connect::ROW_COLUMN,
    mapping::TableSource,
    project::{SchemaType, Side},
    value::{Value, array_of},
};

/// The number of the row under test: no table has so many.
pub(super) const TEST_ROW: u32 = u32::MAX;

/// Tables with some rows replaced.
pub(super) struct TestTables<'a> {
    real: &'a SystemTables<'a>,
    replaced: HashMap<(Side, String), Arc<dyn TableProvider>>,
}

impl<'a> TestTables<'a> {
    pub fn new(real: &'a SystemTables<'a>) -> Self {
        Self { real, replaced: HashMap::new() }
    }

    /// Replaces the object with `key`, or adds one if there is none.
    pub fn replace(
        &mut self,
        side: Side,
        schema_type: &SchemaType,
        key: Option<&[(String, Value)]>,
        row: RecordBatch,
    ) -> DataFusionResult<()> {
        let real = provider_as_source(self.real.table(side, schema_type));
        let mut others = LogicalPlanBuilder::scan(TableReference::bare("real"), real, None)?;
        if let Some(same) = key.and_then(|key| has_key(schema_type, key)) {
            others = others.filter(same.is_not_true())?;
        }
        let test = MemTable::try_new(row.schema(), vec![vec![row]])?;
        let test = LogicalPlanBuilder::scan("test", provider_as_source(Arc::new(test)), None)?.build()?;
        let view = ViewTable::new(others.union(test)?.build()?, None);
        self.replaced.insert((side, schema_type.name.clone()), Arc::new(view));
        Ok(())
    }
}

impl TableSource for TestTables<'_> {
    fn table(&self, side: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider> {
        match self.replaced.get(&(side, schema_type.name.clone())) {
            Some(table) => Arc::clone(table),
            None => self.real.table(side, schema_type),
        }
    }

    fn labels(&self, side: Side, schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        self.real.labels(side, schema_type)
    }

    fn pairs(&self, side: Side) -> Option<Arc<dyn TableProvider>> {
        self.real.pairs(side)
    }

    fn busy(&self, side: Side, schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        self.real.busy(side, schema_type)
    }
}

/// True of the object with that key.
pub(super) fn has_key(schema_type: &SchemaType, key: &[(String, Value)]) -> Option<Expr> {
    key.iter()
        .map(|(name, value)| {
            let value_type = schema_type.property(name)?.value_type;
            // Through the written form, which every type can be read from.
            let value = cast(lit(value.to_string()), value_type.arrow());
            Some(Expr::Column(Column::new_unqualified(name)).eq(value))
        })
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .reduce(Expr::and)
}

/// A row with other values in some columns, numbered as the row under test; NULLs if there is no row.
pub(super) fn test_row(
    schema: &SchemaRef,
    schema_type: &SchemaType,
    row: Option<&RecordBatch>,
    values: &HashMap<&str, Value>,
) -> DataFusionResult<RecordBatch> {
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(position, field)| {
            if field.name() == ROW_COLUMN {
                return Arc::new(UInt32Array::from(vec![TEST_ROW])) as ArrayRef;
            }
            match (values.get(field.name().as_str()), schema_type.property(field.name()), row) {
                (Some(value), Some(property), _) => array_of(property.value_type, std::iter::once(value)),
                (_, _, Some(row)) => Arc::clone(row.column(position)),
                _ => new_null_array(field.data_type(), 1),
            }
        })
        .collect();
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}
