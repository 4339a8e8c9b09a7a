//! Checking a key against the data: duplicates and NULLs, counted and shown (W11).

use arrow::{
    array::RecordBatch,
    row::{RowConverter, SortField},
};
use datafusion::{common::Column, logical_expr::Expr};

use super::{EXAMPLES, KeyCandidate, candidates, find, not_for_keys, unsuitable};
use crate::{
    connect::{ConnectError, Connector, Flow, SearchRequest},
    progress::{CancelToken, Progress},
    project::SchemaType,
    schema::{
        Limits, SchemaError, masked,
        reading::read_all,
        tally::{MostFrequent, Tally},
    },
    value::{Value, value_at},
};

/// Columns beside the key that an example of a row without key shows.
const SHOWN_COLUMNS: usize = 3;

/// What speaks against a key (W11).
#[derive(Debug, Clone, PartialEq)]
pub struct KeyCheck {
    /// The columns.
    pub properties: Vec<String>,
    /// Rows of the table.
    pub rows: u64,
    /// Rows in which at least one of the columns is NULL.
    pub null_rows: u64,
    /// Keys that more than one row has; NULL is never equal to anything.
    pub duplicate_keys: u64,
    /// Rows that have one of these keys.
    pub duplicate_rows: u64,
    /// Some rows with NULL, at most [`EXAMPLES`].
    pub nulls: Vec<RowExample>,
    /// Some duplicates, the most frequent first, at most [`EXAMPLES`].
    pub duplicates: Vec<DuplicateKey>,
}

impl KeyCheck {
    /// True if every row has a key of its own. Also true of an empty table, which proves nothing.
    #[must_use]
    pub const fn is_key(&self) -> bool {
        self.null_rows == 0 && self.duplicate_rows == 0
    }
}

/// A key that several rows have.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateKey {
    /// Values in the order of the columns; sensitive ones masked.
    pub key: Vec<Value>,
    /// Rows that have it.
    pub rows: u64,
}

/// A row as an example: the key columns and a few more, with their names; sensitive values masked.
#[derive(Debug, Clone, PartialEq)]
pub struct RowExample(pub Vec<(String, Value)>);

/// Counts duplicates and NULLs of a possible key, exactly.
///
/// The table is read as a stream, once if its keys fit into [`Limits::memory`], else several times.
///
/// # Errors
///
/// If reading fails, on cancel, or if one of the columns cannot be part of a key.
pub fn check_key(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    properties: &[String],
    limits: Limits,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<KeyCheck, SchemaError> {
    for name in properties {
        if let Some(why) = unsuitable(find(schema_type, name)?) {
            return Err(not_for_keys(schema_type, name, why));
        }
    }
    let mut counter = Counter::new(schema_type, properties)?;
    progress.phase(&format!("Checking the key {} of {}", properties.join(", "), schema_type.name));
    let mut tally = Some(Tally::new(limits.memory));
    let mut first = true;
    while let Some(mut current) = tally {
        let mut trouble = None;
        read_all(
            connector,
            schema_type,
            properties,
            None,
            progress,
            cancel,
            &mut |batch| match counter.count(batch, &mut current, first) {
                Ok(()) => Flow::Continue,
                Err(error) => {
                    trouble = Some(error);
                    Flow::Stop
                }
            },
        )?;
        if let Some(error) = trouble {
            return Err(error);
        }
        counter.take(&current);
        first = false;
        tally = current.next();
    }
    let mut check = counter.finish()?;
    if check.null_rows > 0 {
        check.nulls = null_examples(connector, schema_type, properties, cancel)?;
    }
    Ok(check)
}

/// The possible keys of a type, each checked against the data: those that hold first.
///
/// # Errors
///
/// Those of [`check_key`].
pub fn propose_keys(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    limits: Limits,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Vec<(KeyCandidate, KeyCheck)>, SchemaError> {
    let mut proposed = Vec::new();
    for candidate in candidates(schema_type) {
        let check = check_key(connector, schema_type, &candidate.properties, limits, progress, cancel)?;
        proposed.push((candidate, check));
    }
    // Stable: among those that hold, and among those that do not, the more likely stay first.
    proposed.sort_by_key(|(_, check)| !check.is_key());
    Ok(proposed)
}

/// Collects what speaks against a key.
struct Counter<'a> {
    schema_type: &'a SchemaType,
    properties: &'a [String],
    converter: RowConverter,
    rows: u64,
    null_rows: u64,
    duplicate_keys: u64,
    duplicate_rows: u64,
    /// The most frequent duplicates.
    examples: MostFrequent,
}

impl<'a> Counter<'a> {
    fn new(schema_type: &'a SchemaType, properties: &'a [String]) -> Result<Self, SchemaError> {
        let fields = properties
            .iter()
            .filter_map(|name| schema_type.property(name))
            .map(|property| SortField::new(property.value_type.arrow()))
            .collect();
        let converter = RowConverter::new(fields).map_err(|error| values(schema_type, &error))?;
        Ok(Self {
            schema_type,
            properties,
            converter,
            rows: 0,
            null_rows: 0,
            duplicate_keys: 0,
            duplicate_rows: 0,
            examples: MostFrequent::new(EXAMPLES),
        })
    }

    /// Notes the keys of a block; rows and NULLs are counted in the first pass only.
    fn count(&mut self, batch: &RecordBatch, tally: &mut Tally, first: bool) -> Result<(), SchemaError> {
        let keys = self
            .converter
            .convert_columns(batch.columns())
            .map_err(|error| values(self.schema_type, &error))?;
        for row in 0..batch.num_rows() {
            if batch.columns().iter().any(|column| column.is_null(row)) {
                self.null_rows += u64::from(first);
            } else {
                tally.add(keys.row(row).data());
            }
        }
        self.rows += if first { batch.num_rows() as u64 } else { 0 };
        Ok(())
    }

    /// Takes over the duplicates of a pass.
    fn take(&mut self, tally: &Tally) {
        for (key, count) in tally.iter().filter(|(_, count)| *count > 1) {
            self.duplicate_keys += 1;
            self.duplicate_rows += count;
            self.examples.offer(key, count);
        }
    }

    fn finish(self) -> Result<KeyCheck, SchemaError> {
        let parser = self.converter.parser();
        let examples = self.examples.take();
        let rows = examples.iter().map(|(_, key)| parser.parse(key));
        let columns = self.converter.convert_rows(rows).map_err(|error| values(self.schema_type, &error))?;
        let value = |row: usize, column: usize, name: &str| {
            columns
                .get(column)
                .map_or(Value::Null, |column| masked(self.schema_type.property(name), value_at(column, row)))
        };
        let duplicates = examples
            .iter()
            .enumerate()
            .map(|(row, (count, _))| DuplicateKey {
                key: self.properties.iter().enumerate().map(|(at, name)| value(row, at, name)).collect(),
                rows: *count,
            })
            .collect();
        Ok(KeyCheck {
            properties: self.properties.to_vec(),
            rows: self.rows,
            null_rows: self.null_rows,
            duplicate_keys: self.duplicate_keys,
            duplicate_rows: self.duplicate_rows,
            nulls: Vec::new(),
            duplicates,
        })
    }
}

fn values(schema_type: &SchemaType, error: &arrow::error::ArrowError) -> SchemaError {
    SchemaError::Values { schema_type: schema_type.name.clone(), text: error.to_string() }
}

/// Some rows in which a key column is NULL, with a few more columns that tell which rows they are.
fn null_examples(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    properties: &[String],
    cancel: &CancelToken,
) -> Result<Vec<RowExample>, ConnectError> {
    let telling = schema_type
        .properties
        .iter()
        .filter(|property| unsuitable(property).is_none() && !property.sensitive)
        .map(|property| &property.name)
        .filter(|name| !properties.contains(name))
        .take(SHOWN_COLUMNS);
    let shown: Vec<String> = properties.iter().chain(telling).cloned().collect();
    let is_null = |name: &String| Expr::Column(Column::new_unqualified(name)).is_null();
    let condition = properties.iter().map(is_null).reduce(Expr::or);
    // Where the system does not take the condition, rows are read until enough are found.
    let filters: Vec<Expr> =
        condition.filter(|condition| connector.takes_filter(schema_type, condition)).into_iter().collect();
    let limit = (!filters.is_empty()).then_some(EXAMPLES);
    let request = SearchRequest { filters: &filters, limit, ..SearchRequest::all(schema_type, &shown) };
    let mut examples = Vec::new();
    connector.search(&request, cancel, &mut |batch| {
        for row in 0..batch.num_rows() {
            let any_null = (0..properties.len()).any(|column| batch.column(column).is_null(row));
            if any_null && examples.len() < EXAMPLES {
                examples.push(example(schema_type, &shown, &batch, row));
            }
        }
        if examples.len() < EXAMPLES { Flow::Continue } else { Flow::Stop }
    })?;
    Ok(examples)
}

fn example(schema_type: &SchemaType, names: &[String], batch: &RecordBatch, row: usize) -> RowExample {
    RowExample(
        names
            .iter()
            .zip(batch.columns())
            .map(|(name, column)| (name.clone(), masked(schema_type.property(name), value_at(column, row))))
            .collect(),
    )
}
