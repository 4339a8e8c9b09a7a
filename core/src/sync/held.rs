//! The central objects that a matching rule works on, kept as they were read.
//!
//! The join gets the match keys and where each object is kept, nothing else. The values are gathered for one
//! joined batch after the other: no second copy of all objects is ever in memory, and none is made.

use std::sync::Arc;

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt32Array, new_null_array},
    compute::interleave,
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use datafusion::{
    common::TableReference,
    datasource::{MemTable, provider_as_source},
    error::{DataFusionError, Result as DataFusionResult},
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder},
};

use crate::{
    expr::{property, qualifier},
    project::Side,
};

/// Where a central object is kept: its number in all batches together. Small, since building the join's table
/// copies it and no other thread has work meanwhile.
const PLACE_COLUMN: &str = "__place";

/// Columns of the central side in a joined batch: the place.
const HELD_COLUMNS: usize = 1;

/// Central objects in memory.
pub(super) struct Held {
    /// Every property of the class; each may be NULL, as the other half of a lone object is.
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// Per batch the place behind its last row.
    ends: Vec<u32>,
    /// Per column its array of each batch, and one more that holds a single NULL.
    columns: Vec<Vec<ArrayRef>>,
}

impl Held {
    /// Keeps `batches`, whose columns have the types of `schema`.
    ///
    /// # Errors
    ///
    /// More objects than places can be told apart.
    pub fn new(schema: &Schema, batches: &[RecordBatch]) -> DataFusionResult<Self> {
        let schema = nullable(schema);
        let batches = batches
            .iter()
            .map(|batch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()))
            .collect::<Result<Vec<_>, _>>()?;
        let columns = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(number, field)| {
                let arrays = batches.iter().map(|batch| Arc::clone(batch.column(number)));
                arrays.chain([new_null_array(field.data_type(), 1)]).collect()
            })
            .collect();
        let ends = ends(&batches)?;
        Ok(Self { schema, batches, ends, columns })
    }

    /// The columns of the objects.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The objects as a table with the name of the central side and a column that tells their place.
    pub fn plan(&self) -> DataFusionResult<LogicalPlan> {
        let fields = self.schema.fields().iter().cloned();
        let place = Arc::new(Field::new(PLACE_COLUMN, DataType::UInt32, true));
        let schema = Arc::new(Schema::new(fields.chain([place]).collect::<Vec<_>>()));
        let batches = self
            .batches
            .iter()
            .zip(starts(&self.ends).zip(&self.ends))
            .map(|(batch, (start, end))| {
                let places = UInt32Array::from_iter_values(start..*end);
                let columns = batch.columns().iter().cloned().chain([Arc::new(places) as ArrayRef]);
                RecordBatch::try_new(Arc::clone(&schema), columns.collect())
            })
            .collect::<Result<Vec<_>, _>>()?;
        let table = provider_as_source(Arc::new(MemTable::try_new(schema, vec![batches])?));
        LogicalPlanBuilder::scan(TableReference::bare(qualifier(Side::Left)), table, None)?.build()
    }

    /// A joined batch with all properties of the central objects instead of their places.
    pub fn complete(&self, joined: &RecordBatch, schema: &SchemaRef) -> DataFusionResult<RecordBatch> {
        let gathered = Gathered::new(joined.column(0).as_primitive(), &self.ends);
        let mut columns = Vec::with_capacity(schema.fields().len());
        for column in &self.columns {
            let arrays: Vec<&dyn Array> =
                gathered.batches.iter().filter_map(|batch| column.get(*batch)).map(AsRef::as_ref).collect();
            columns.push(interleave(&arrays, &gathered.rows)?);
        }
        columns.extend(joined.columns().iter().skip(HELD_COLUMNS).cloned());
        let options = RecordBatchOptions::new().with_row_count(Some(joined.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
    }
}

/// Of a join with [`Held::plan`], the columns that [`Held::complete`] needs.
pub(super) fn slim(joined: LogicalPlanBuilder, right: &LogicalPlan) -> DataFusionResult<LogicalPlan> {
    let own = [property(Side::Left, PLACE_COLUMN)];
    let theirs = right.schema().columns().into_iter().map(Expr::Column);
    joined.project(own.into_iter().chain(theirs))?.build()
}

/// What a joined batch gathers.
struct Gathered {
    /// The batches that any of its rows comes from. Gathering looks at each of them, so only these: systems
    /// mostly give their objects in a similar order, and even then the work must not grow with the square.
    batches: Vec<usize>,
    /// Per row which of these batches, and the row in it.
    rows: Vec<(usize, usize)>,
}

impl Gathered {
    /// `ends` are those of the batches. Where a place is NULL, the row is the only one of the batch after the last.
    fn new(places: &UInt32Array, ends: &[u32]) -> Self {
        const UNUSED: usize = usize::MAX;
        let null = ends.len();
        let mut numbers = vec![UNUSED; null + 1];
        let mut batches = Vec::new();
        let mut last = Within { batch: null, start: 0, end: 0 };
        let rows = places
            .iter()
            .map(|place| {
                let (batch, row) = place.map_or((null, 0), |place| {
                    if !last.has(place) {
                        last = Within::of(place, ends);
                    }
                    (last.batch, (place - last.start) as usize)
                });
                // A place out of range cannot be; gathering would report it.
                let Some(number) = numbers.get_mut(batch) else { return (UNUSED, row) };
                if *number == UNUSED {
                    *number = batches.len();
                    batches.push(batch);
                }
                (*number, row)
            })
            .collect();
        Self { batches, rows }
    }
}

/// A batch and its places. Neighbours in one system are mostly neighbours in the other one, so that a batch need
/// not be looked for often.
struct Within {
    batch: usize,
    start: u32,
    end: u32,
}

impl Within {
    fn of(place: u32, ends: &[u32]) -> Self {
        let batch = ends.partition_point(|end| *end <= place);
        let start = batch.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
        Self { batch, start, end: ends.get(batch).copied().unwrap_or(start) }
    }

    const fn has(&self, place: u32) -> bool {
        self.start <= place && place < self.end
    }
}

fn ends(batches: &[RecordBatch]) -> DataFusionResult<Vec<u32>> {
    let mut end = 0_u32;
    batches
        .iter()
        .map(|batch| {
            let rows = u32::try_from(batch.num_rows()).ok();
            end = rows.and_then(|rows| end.checked_add(rows)).ok_or_else(|| {
                DataFusionError::Plan(format!("more than {} central objects in one class", u32::MAX))
            })?;
            Ok(end)
        })
        .collect()
}

fn starts(ends: &[u32]) -> impl Iterator<Item = u32> {
    [0].into_iter().chain(ends.iter().copied())
}

/// The same columns, each of which may be NULL.
pub(super) fn nullable(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
