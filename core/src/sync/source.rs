//! The connected systems as tables of a step's plan, with what the journal knows of single objects: labels,
//! remembered pairs, who is busy.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
};

use arrow::{
    array::{ArrayRef, BooleanArray, RecordBatch, StringArray},
    compute::{cast, filter_record_batch},
    datatypes::{DataType, Field, Schema as ArrowSchema},
    error::ArrowError,
    row::{RowConverter, Rows, SortField},
};
use datafusion::{catalog::TableProvider, datasource::MemTable};

use crate::{
    connect::ConnectorTable,
    journal::{BusyObject, Journal, JournalError},
    mapping::{BUSY_COLUMN, CompiledMapping, OUTSTANDING_COLUMN, TableSource},
    progress::CancelToken,
    project::{Mapping, Project, SchemaType, Side},
    value::{Value, ValueType, array_of, parse_value},
};

pub use crate::journal::label_key;

/// Tables of both systems of a project.
pub struct SystemTables<'a> {
    project: &'a Project,
    folder: PathBuf,
    cancel: CancelToken,
    rows_read: Arc<AtomicU64>,
    labels: HashMap<(Side, String), Vec<String>>,
    pairs: HashMap<Side, Arc<dyn TableProvider>>,
    busy: HashMap<(Side, String), Vec<BusyObject>>,
}

impl<'a> SystemTables<'a> {
    /// Tables of `project`; `rows_read` counts what is read from both systems.
    pub fn new(
        project: &'a Project,
        folder: &Path,
        cancel: &CancelToken,
        rows_read: &Arc<AtomicU64>,
    ) -> Self {
        Self {
            project,
            folder: folder.to_owned(),
            cancel: cancel.clone(),
            rows_read: Arc::clone(rows_read),
            labels: HashMap::new(),
            pairs: HashMap::new(),
            busy: HashMap::new(),
        }
    }

    /// Reads the labels of a schema type from the journal.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn read_labels(
        &mut self,
        journal: &mut Journal,
        side: Side,
        schema_type: &str,
    ) -> Result<(), JournalError> {
        let labels = journal.labels(side, schema_type)?;
        self.labels.insert((side, schema_type.to_owned()), labels);
        Ok(())
    }

    /// Takes the tables of remembered pairs, both or none.
    pub fn take_pairs(&mut self, tables: HashMap<Side, Arc<dyn TableProvider>>) {
        self.pairs = tables;
    }

    /// Reads which objects of both classes of a mapping are busy; from now on `compiled`, which was compiled from
    /// `mapping`, leaves them alone (R5). If nobody is busy, nothing changes.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read.
    pub fn leave_busy_alone(
        &mut self,
        journal: &mut Journal,
        compiled: &mut CompiledMapping,
        mapping: Option<&Mapping>,
    ) -> Result<(), JournalError> {
        let mut any = false;
        for side in [Side::Left, Side::Right] {
            any |= self.read_busy(journal, side, &compiled.class(side).schema_type.name)?;
        }
        if let (true, Some(mapping)) = (any, mapping) {
            compiled.leave_busy_alone(mapping);
        }
        Ok(())
    }

    /// Reads from the journal which objects of a schema type are busy; true if any is.
    fn read_busy(
        &mut self,
        journal: &mut Journal,
        side: Side,
        schema_type: &str,
    ) -> Result<bool, JournalError> {
        let busy = journal.busy(side, schema_type)?;
        let any = !busy.is_empty();
        self.busy.insert((side, schema_type.to_owned()), busy);
        Ok(any)
    }
}

impl TableSource for SystemTables<'_> {
    fn table(&self, side: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider> {
        Arc::new(ConnectorTable::new(
            self.project.system(side).connection.clone(),
            self.folder.clone(),
            schema_type.clone(),
            self.cancel.clone(),
            Arc::clone(&self.rows_read),
        ))
    }

    fn labels(&self, side: Side, schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        let labels =
            self.labels.get(&(side, schema_type.name.clone())).filter(|labels| !labels.is_empty())?;
        in_memory(label_batch(schema_type, labels).ok()?)
    }

    fn pairs(&self, side: Side) -> Option<Arc<dyn TableProvider>> {
        self.pairs.get(&side).cloned()
    }

    fn busy(&self, side: Side, schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        let busy = self.busy.get(&(side, schema_type.name.clone())).filter(|busy| !busy.is_empty())?;
        in_memory(busy_batch(schema_type, busy).ok()?)
    }
}

/// Labels as a table: the key properties in their types, and a column that is always true.
fn label_batch(schema_type: &SchemaType, labels: &[String]) -> Result<RecordBatch, ArrowError> {
    let texts: StringArray = labels.iter().map(|label| Some(label.as_str())).collect();
    let (mut fields, mut columns): (Vec<_>, Vec<_>) =
        key_columns(schema_type, &texts, true)?.into_iter().unzip();
    fields.push(Field::new(OUTSTANDING_COLUMN, DataType::Boolean, false));
    columns.push(Arc::new(BooleanArray::from(vec![true; labels.len()])));
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)
}

/// Texts that are keys of a type, as columns of its key properties; NULL where a text is no key.
///
/// `composite` keys are JSON as [`label_key`] writes it, others the written form of their only property.
pub fn key_columns(
    schema_type: &SchemaType,
    texts: &StringArray,
    composite: bool,
) -> Result<Vec<(Field, ArrayRef)>, ArrowError> {
    let objects: Vec<serde_json::Value> = if composite {
        texts.iter().map(|text| serde_json::from_str(text.unwrap_or_default()).unwrap_or_default()).collect()
    } else {
        Vec::new()
    };
    let properties = schema_type.key.iter().filter_map(|name| schema_type.property(name));
    properties
        .map(|property| {
            let own = if composite {
                let part = |key: &serde_json::Value| Some(key.get(&property.name)?.as_str()?.to_owned());
                &objects.iter().map(part).collect::<StringArray>()
            } else {
                texts
            };
            let field = Field::new(&property.name, property.value_type.arrow(), true);
            Ok((field, typed(own, property.value_type)?))
        })
        .collect()
}

/// Written forms as values; NULL where a text is the written form of none.
fn typed(texts: &StringArray, value_type: ValueType) -> Result<ArrayRef, ArrowError> {
    match value_type {
        ValueType::String | ValueType::Guid => Ok(Arc::new(texts.clone())),
        ValueType::Integer => cast(texts, &value_type.arrow()),
        other => {
            let values: Vec<Value> = texts
                .iter()
                .map(|text| text.and_then(|text| parse_value(other, text)).unwrap_or_default())
                .collect();
            Ok(array_of(other, values.iter()))
        }
    }
}

/// Busy objects as a table: the key properties in their types, and why; one row a key.
fn busy_batch(schema_type: &SchemaType, busy: &[BusyObject]) -> Result<RecordBatch, ArrowError> {
    let texts: StringArray = busy.iter().map(|object| Some(object.key.as_str())).collect();
    let reasons: StringArray = busy.iter().map(|object| Some(object.why())).collect();
    let (mut fields, mut columns): (Vec<_>, Vec<_>) =
        key_columns(schema_type, &texts, true)?.into_iter().unzip();
    let mut seen = HashSet::new();
    let is_first: BooleanArray = keys_in_rows(&columns)?.iter().map(|row| Some(seen.insert(row))).collect();
    fields.push(Field::new(BUSY_COLUMN, DataType::Utf8, true));
    columns.push(Arc::new(reasons));
    filter_record_batch(&RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)?, &is_first)
}

/// Key columns as rows that can be compared and hashed.
pub fn keys_in_rows(columns: &[ArrayRef]) -> Result<Rows, ArrowError> {
    let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
    RowConverter::new(fields)?.convert_columns(columns)
}

/// A batch as a table.
pub fn in_memory(batch: RecordBatch) -> Option<Arc<dyn TableProvider>> {
    let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).ok()?;
    Some(Arc::new(table))
}
