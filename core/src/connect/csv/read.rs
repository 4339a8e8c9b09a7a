//! Reading objects: record by record into blocks of typed columns, never the whole file.
//!
//! Filters are evaluated by the query engine's own evaluator on each block, so they mean the same as
//! everywhere. Only an order needs all objects at once; with a limit, only so many are kept.

use std::{collections::HashSet, sync::Arc};

use arrow::{
    array::{Array as _, AsArray as _, RecordBatch, UInt64Array},
    compute::{concat_batches, filter_record_batch, prep_null_mask_filter, take_record_batch},
    datatypes::Schema as ArrowSchema,
    error::ArrowError,
    row::{RowConverter, SortField},
};
use datafusion::{
    common::DFSchema,
    error::{DataFusionError, Result as DataFusionResult},
    logical_expr::{expr_rewriter::unnormalize_col, simplify::SimplifyContext},
    optimizer::simplify_expressions::ExprSimplifier,
    physical_plan::PhysicalExpr,
    prelude::SessionContext,
};

use super::{
    CsvConnector,
    columns::Block,
    keys::{Changes, Digest},
    records::Record,
    table::{Object, Table},
};
use crate::{
    connect::{ConnectError, ErrorKind, Flow, OrderBy, SearchRequest},
    progress::CancelToken,
    project::SchemaType,
};

/// Records between two looks whether somebody cancelled.
const LOOK_EVERY: u64 = 4096;

impl CsvConnector {
    pub(super) fn read_objects(
        &self,
        request: &SearchRequest<'_>,
        cancel: &CancelToken,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> Result<(), ConnectError> {
        let (table, changes) = self.open_table(request.schema_type)?;
        let cells = table.cells(request.schema_type, &needed(request))?;
        // Who wants few objects gets small blocks.
        let wanted = request.limit.map_or(self.block, |limit| limit.saturating_add(request.offset));
        let is_plain = request.filters.is_empty() && request.order.is_empty();
        let rows = if is_plain { self.block.min(wanted.max(1)) } else { self.block };
        let mut block = Block::new(&cells, rows);
        let engine = |error: DataFusionError| self.engine_failed(request.schema_type, &error.to_string());
        let arrow = |error: ArrowError| self.engine_failed(request.schema_type, &error.to_string());
        let mut output = Output::new(request, self.block, block.take().map_err(arrow)?).map_err(engine)?;
        if request.limit != Some(0) {
            self.scan(table, changes, cancel, &mut |object, file| {
                block
                    .push(|column| object.field(column))
                    .map_err(|misfit| self.folder.misfit(file, object.line(), &misfit))?;
                if !block.is_full() {
                    return Ok(Flow::Continue);
                }
                output.take(block.take().map_err(arrow)?, sink).map_err(engine)
            })?;
        }
        output.take(block.take().map_err(arrow)?, sink).map_err(engine)?;
        output.finish(sink).map_err(engine)
    }

    pub(super) fn read_by_key(
        &self,
        schema_type: &SchemaType,
        keys: &RecordBatch,
        properties: &[String],
    ) -> Result<RecordBatch, ConnectError> {
        let (table, changes) = self.open_table(schema_type)?;
        let names: Vec<String> = keys.schema().fields().iter().map(|field| field.name().clone()).collect();
        let key_cells = table.cells(schema_type, &names)?;
        let mut block = Block::new(&table.cells(schema_type, properties)?, keys.num_rows());
        let wanted: HashSet<Digest> = (0..keys.num_rows())
            .filter_map(|row| self.digester.of_row(keys, row, names.iter().map(String::as_str)))
            .collect();
        if !wanted.is_empty() {
            self.scan(table, changes, &CancelToken::default(), &mut |object, file| {
                let misfit = |misfit| self.folder.misfit(file, object.line(), &misfit);
                let key = key_cells
                    .iter()
                    .map(|cell| cell.value(object.field(cell.column)))
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(misfit)?;
                if self.digester.digest(&key).is_some_and(|digest| wanted.contains(&digest)) {
                    block.push(|column| object.field(column)).map_err(misfit)?;
                }
                Ok(Flow::Continue)
            })?;
        }
        block.take().map_err(|error| self.engine_failed(schema_type, &error.to_string()))
    }

    /// The file of a type, and its changes that are not written yet.
    fn open_table(&self, schema_type: &SchemaType) -> Result<(Table<'_>, Option<&Changes>), ConnectError> {
        let file = self.folder.file_of(schema_type)?;
        let mut table = Table::open(&self.folder, self.format_of(&file), &file)?;
        table.assume_columns_of(schema_type);
        let changes = self.transaction.as_ref().and_then(|transaction| transaction.changes(&file));
        Ok((table, changes))
    }

    /// Shows every object of a file, with changes that are not written yet, until `visit` has enough.
    fn scan(
        &self,
        mut table: Table<'_>,
        changes: Option<&Changes>,
        cancel: &CancelToken,
        visit: &mut dyn FnMut(&Object<'_>, &str) -> Result<Flow, ConnectError>,
    ) -> Result<(), ConnectError> {
        let file = table.file.clone();
        let mut record = Record::default();
        let mut number = 0;
        while table.next(&mut record)? {
            if number % LOOK_EVERY == 0 && cancel.is_cancelled() {
                return Err(self.folder.cancelled(&format!("reading {file}")));
            }
            if let Some(object) = Object::of(&record, number, changes)
                && visit(&object, &file)? == Flow::Stop
            {
                return Ok(());
            }
            number += 1;
        }
        for fields in changes.iter().flat_map(|changes| &changes.new).flatten() {
            if visit(&Object::New(fields), &file)? == Flow::Stop {
                return Ok(());
            }
        }
        Ok(())
    }

    fn engine_failed(&self, schema_type: &SchemaType, text: &str) -> ConnectError {
        self.folder.error(ErrorKind::Other, format!("reading {} failed: {text}", schema_type.name))
    }
}

/// All properties that a search needs: those of the result first, then those of filters and order.
fn needed(request: &SearchRequest<'_>) -> Vec<String> {
    let mut names = request.properties.to_vec();
    let mut of_filters: Vec<&str> = request
        .filters
        .iter()
        .flat_map(|filter| filter.column_refs())
        .map(|column| column.name.as_str())
        .collect();
    of_filters.sort_unstable();
    for name in of_filters.into_iter().chain(request.order.iter().map(|order| order.property.as_str())) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// What becomes of blocks on their way to the reader: filter, order, page, projection.
struct Output {
    filters: Vec<Arc<dyn PhysicalExpr>>,
    sorter: Option<Sorter>,
    properties: Vec<usize>,
    block: usize,
    empty: RecordBatch,
    skip: usize,
    left: usize,
    any: bool,
}

impl Output {
    fn new(request: &SearchRequest<'_>, block: usize, empty: RecordBatch) -> DataFusionResult<Self> {
        let kept = request.limit.map_or(usize::MAX, |limit| limit.saturating_add(request.offset));
        let sorter = match request.order {
            [] => None,
            order => Some(Sorter::new(order, kept, &empty)?),
        };
        Ok(Self {
            filters: compile(request, &empty.schema())?,
            sorter,
            properties: (0..request.properties.len()).collect(),
            block,
            empty,
            skip: request.offset,
            left: request.limit.unwrap_or(usize::MAX),
            any: false,
        })
    }

    fn take(
        &mut self,
        mut batch: RecordBatch,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> DataFusionResult<Flow> {
        for filter in &self.filters {
            let holds = filter.evaluate(&batch)?.into_array(batch.num_rows())?;
            let holds = holds.as_boolean();
            let holds = if holds.null_count() > 0 { prep_null_mask_filter(holds) } else { holds.clone() };
            batch = filter_record_batch(&batch, &holds)?;
        }
        if let Some(sorter) = &mut self.sorter {
            sorter.take(batch)?;
            return Ok(Flow::Continue);
        }
        self.page(&batch, sink)
    }

    fn page(
        &mut self,
        batch: &RecordBatch,
        sink: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> DataFusionResult<Flow> {
        let skipped = self.skip.min(batch.num_rows());
        self.skip -= skipped;
        let length = self.left.min(batch.num_rows() - skipped);
        self.left -= length;
        if length > 0 {
            self.any = true;
            let page = batch.slice(skipped, length).project(&self.properties)?;
            if sink(page) == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(if self.left == 0 { Flow::Stop } else { Flow::Continue })
    }

    /// Hands out what was sorted; an empty result still has columns.
    fn finish(mut self, sink: &mut dyn FnMut(RecordBatch) -> Flow) -> DataFusionResult<()> {
        if let Some(sorter) = self.sorter.take() {
            let sorted = sorter.finish()?;
            let mut start = 0;
            while start < sorted.num_rows() {
                let length = self.block.min(sorted.num_rows() - start);
                if self.page(&sorted.slice(start, length), sink)? == Flow::Stop {
                    return Ok(());
                }
                start += length;
            }
        }
        if !self.any {
            sink(self.empty.project(&self.properties)?);
        }
        Ok(())
    }
}

/// The filters over the columns of a block.
fn compile(
    request: &SearchRequest<'_>,
    columns: &Arc<ArrowSchema>,
) -> DataFusionResult<Vec<Arc<dyn PhysicalExpr>>> {
    if request.filters.is_empty() {
        return Ok(Vec::new());
    }
    let session = SessionContext::new();
    let schema = Arc::new(DFSchema::try_from(Arc::clone(columns))?);
    let simplifier = ExprSimplifier::new(SimplifyContext::builder().with_schema(Arc::clone(&schema)).build());
    request
        .filters
        .iter()
        .map(|filter| {
            // Plans call columns by their table, which there is only one of here.
            let filter = simplifier.coerce(unnormalize_col(filter.clone()), &schema)?;
            session.create_physical_expr(simplifier.simplify(filter)?, &schema)
        })
        .collect()
}

/// Puts objects in order; keeps no more than will be handed out.
struct Sorter {
    converter: RowConverter,
    keys: Vec<usize>,
    kept: usize,
    waiting: Vec<RecordBatch>,
    rows: usize,
    empty: RecordBatch,
}

impl Sorter {
    fn new(order: &[OrderBy], kept: usize, empty: &RecordBatch) -> DataFusionResult<Self> {
        let schema = empty.schema();
        let mut keys = Vec::new();
        let mut fields = Vec::new();
        for one in order {
            let column = schema.index_of(&one.property)?;
            // As databases do: NULL is less than every value.
            let options =
                arrow::compute::SortOptions { descending: one.descending, nulls_first: !one.descending };
            fields.push(SortField::new_with_options(schema.field(column).data_type().clone(), options));
            keys.push(column);
        }
        Ok(Self {
            converter: RowConverter::new(fields)?,
            keys,
            kept,
            waiting: Vec::new(),
            rows: 0,
            empty: empty.clone(),
        })
    }

    fn take(&mut self, batch: RecordBatch) -> DataFusionResult<()> {
        self.rows += batch.num_rows();
        self.waiting.push(batch);
        // Sorting now and then what will be dropped costs less than keeping it.
        if self.rows / 4 > self.kept {
            let sorted = self.sorted()?;
            self.rows = sorted.num_rows();
            self.waiting = vec![sorted];
        }
        Ok(())
    }

    fn sorted(&self) -> DataFusionResult<RecordBatch> {
        let all = concat_batches(&self.empty.schema(), &self.waiting)?;
        let columns: Vec<_> = self.keys.iter().map(|column| Arc::clone(all.column(*column))).collect();
        let rows = self.converter.convert_columns(&columns)?;
        let mut order: Vec<usize> = (0..all.num_rows()).collect();
        // Stable: equal objects stay in the order of the file.
        order.sort_by(|one, other| rows.row(*one).cmp(&rows.row(*other)));
        order.truncate(self.kept);
        let order = UInt64Array::from_iter_values(order.into_iter().map(|row| row as u64));
        Ok(take_record_batch(&all, &order)?)
    }

    fn finish(self) -> DataFusionResult<RecordBatch> {
        self.sorted()
    }
}
