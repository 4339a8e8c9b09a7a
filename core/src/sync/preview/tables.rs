//! The tables of a preview: the objects of a sample, and of other tables what these objects lead to.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use arrow::{
    array::{Array as _, ArrayRef, RecordBatch, RecordBatchOptions, UInt32Array, new_null_array},
    compute::concat_batches,
    datatypes::SchemaRef,
    error::ArrowError,
};
use datafusion::{
    catalog::TableProvider,
    common::{ScalarValue, TableReference},
    datasource::{ViewTable, provider_as_source},
    error::Result as DataFusionResult,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
    prelude::SessionContext,
};

use super::{
    super::source::{SystemTables, in_memory},
    column,
};
use crate::{
    connect::{ROW_COLUMN, table_schema},
    mapping::{CompiledClass, Reached, TableSource},
    progress::CancelToken,
    project::{Project, SchemaType, Side},
    schema::Sample,
};

/// More values than this are not looked for one by one: the table is read whole.
const AT_MOST: usize = 200;

/// Tables of which no more is read than a sample needs.
pub(super) struct PreviewTables<'a> {
    real: Arc<SystemTables<'a>>,
    objects: RecordBatch,
    /// The rows that are needed, by schema type; tables that are not in it are read whole.
    needed: HashMap<String, Expr>,
}

impl<'a> PreviewTables<'a> {
    /// Tables of `project` with the objects of a sample; `rows_read` counts what is read beside them.
    pub fn new(
        project: &'a Project,
        folder: &Path,
        class: &CompiledClass,
        sample: &Sample,
        cancel: &CancelToken,
        rows_read: &Arc<AtomicU64>,
    ) -> Result<Self, ArrowError> {
        let real = SystemTables::new(project, folder, cancel, rows_read);
        let objects = numbered(&table_schema(&class.schema_type), sample)?;
        Ok(Self { real: Arc::new(real), objects, needed: HashMap::new() })
    }

    /// Number of objects.
    pub fn len(&self) -> usize {
        self.objects.num_rows()
    }

    /// The same tables with one object only.
    pub fn only(&self, row: usize) -> Self {
        Self {
            real: Arc::clone(&self.real),
            objects: self.objects.slice(row, 1),
            needed: self.needed.clone(),
        }
    }

    /// Looks which rows of other tables the objects lead to.
    pub async fn narrow(&mut self, session: &SessionContext, class: &CompiledClass) -> DataFusionResult<()> {
        let reached = class.reached();
        // Rows of each table in the list from which another one is reached; none if they are not known.
        let mut rows: Vec<Option<RecordBatch>> = Vec::new();
        let (mut needed, mut whole) = (HashMap::<String, Expr>::new(), HashSet::new());
        for (place, one) in reached.iter().enumerate() {
            let from = match one.from {
                None => Some(&self.objects),
                Some(earlier) => rows.get(earlier).and_then(Option::as_ref),
            };
            let condition = from.map(|from| leads_to(from, one)).transpose()?.flatten();
            let name = one.to.name.clone();
            let Some(condition) = condition else {
                whole.insert(name);
                rows.push(None);
                continue;
            };
            let mut onwards: Vec<&String> = reached
                .iter()
                .filter(|next| next.from == Some(place))
                .flat_map(|next| &next.columns)
                .collect();
            onwards.sort();
            onwards.dedup();
            let found = if onwards.is_empty() {
                None
            } else {
                let table = self.real.table(class.side, &one.to);
                let plan = LogicalPlanBuilder::scan("reached", provider_as_source(table), None)?
                    .filter(condition.clone())?
                    .project(onwards.into_iter().map(|name| column(name)))?
                    .build()?;
                let schema: SchemaRef = Arc::clone(plan.schema().inner());
                let batches = session.execute_logical_plan(plan).await?.collect().await?;
                let schema = batches.first().map_or(schema, RecordBatch::schema);
                Some(concat_batches(&schema, &batches)?)
            };
            rows.push(found);
            let any = match needed.remove(&name) {
                Some(known) => known.or(condition),
                None => condition,
            };
            needed.insert(name, any);
        }
        needed.retain(|name, _| !whole.contains(name));
        self.needed = needed;
        Ok(())
    }
}

impl TableSource for PreviewTables<'_> {
    fn table(&self, side: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider> {
        let real = self.real.table(side, schema_type);
        let Some(needed) = self.needed.get(&schema_type.name) else { return real };
        // Reading more than is needed gives the same values.
        narrowed(&real, needed).unwrap_or(real)
    }

    fn objects(&self, side: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider> {
        in_memory(self.objects.clone()).unwrap_or_else(|_| self.table(side, schema_type))
    }

    fn labels(&self, _side: Side, _schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        None
    }
}

fn narrowed(real: &Arc<dyn TableProvider>, needed: &Expr) -> DataFusionResult<Arc<dyn TableProvider>> {
    let plan =
        LogicalPlanBuilder::scan(TableReference::bare("real"), provider_as_source(Arc::clone(real)), None)?
            .filter(needed.clone())?
            .build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// True of the rows of a table that some rows lead to, and perhaps of a few others; `None` if too many values
/// would have to be named.
fn leads_to(from: &RecordBatch, reached: &Reached) -> DataFusionResult<Option<Expr>> {
    let mut all: Option<Expr> = None;
    for (name, by) in reached.columns.iter().zip(&reached.by) {
        let Some(values) = from.column_by_name(name) else { return Ok(None) };
        let mut distinct = HashSet::new();
        for row in 0..values.len() {
            let value = ScalarValue::try_from_array(values, row)?;
            if !value.is_null() {
                distinct.insert(value);
            }
        }
        if distinct.len() > AT_MOST {
            return Ok(None);
        }
        let one = if distinct.is_empty() {
            lit(false)
        } else {
            column(by).in_list(distinct.into_iter().map(lit).collect(), false)
        };
        all = Some(match all {
            Some(others) => others.and(one),
            None => one,
        });
    }
    Ok(all)
}

/// The sample as a scan of the table gives it: each object with its place.
fn numbered(schema: &SchemaRef, sample: &Sample) -> Result<RecordBatch, ArrowError> {
    let rows = sample.len();
    let places = (0..).take(rows);
    let column = |name: &String| {
        let place = sample.properties().iter().position(|known| known == name)?;
        sample.rows().columns().get(place).map(Arc::clone)
    };
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        if field.name() == ROW_COLUMN {
            return Arc::new(UInt32Array::from_iter_values(places.clone()));
        }
        // What the sample was read without is unknown.
        let known = column(field.name()).filter(|column| column.data_type() == field.data_type());
        known.unwrap_or_else(|| new_null_array(field.data_type(), rows))
    });
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns.collect(), &options)
}
