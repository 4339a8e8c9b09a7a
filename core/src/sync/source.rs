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
    journal::{BusyObject, BusyReason, Journal, JournalError, internal},
    mapping::{BUSY_COLUMN, CompiledMapping, OUTSTANDING_COLUMN, TableSource, WANTED_COLUMN},
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
    /// Of types with objects that have a label.
    labels: HashMap<(Side, String), Arc<dyn TableProvider>>,
    pairs: HashMap<Side, Arc<dyn TableProvider>>,
    /// Keys of the central objects that a provisioning is about, and the table of them.
    wanted: Option<(HashSet<String>, Arc<dyn TableProvider>)>,
    /// Of types with objects that are busy.
    busy: HashMap<(Side, String), Arc<dyn TableProvider>>,
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
            wanted: None,
            busy: HashMap::new(),
        }
    }

    /// Reads the labels of a schema type from the journal.
    ///
    /// # Errors
    ///
    /// If the central database cannot be read, or what is there cannot be used: a run that knew nobody as
    /// labelled would delete and write where it must not.
    pub fn read_labels(
        &mut self,
        journal: &mut Journal,
        side: Side,
        schema_type: &SchemaType,
    ) -> Result<(), JournalError> {
        let labels = journal.labels(side, &schema_type.name)?;
        if !labels.is_empty() {
            let table = label_batch(schema_type, &labels).and_then(in_memory).map_err(internal)?;
            self.labels.insert((side, schema_type.name.clone()), table);
        }
        Ok(())
    }

    /// Takes the keys, as [`label_key`] writes them, of the central objects that a provisioning is about. That they
    /// wait for it does not make them busy.
    ///
    /// # Errors
    ///
    /// If a key does not have the type of its column; not expected.
    pub fn take_wanted(
        &mut self,
        schema_type: &SchemaType,
        keys: &HashSet<String>,
    ) -> Result<(), JournalError> {
        let mut sorted: Vec<&str> = keys.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        let mark = Field::new(WANTED_COLUMN, DataType::Boolean, false);
        let column = Arc::new(BooleanArray::from(vec![true; sorted.len()]));
        let batch = marked(schema_type, sorted.into_iter(), mark, column).map_err(internal)?;
        self.wanted = Some((keys.clone(), in_memory(batch).map_err(internal)?));
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
            any |= self.read_busy(journal, side, &compiled.class(side).schema_type)?;
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
        schema_type: &SchemaType,
    ) -> Result<bool, JournalError> {
        let mut busy = journal.busy(side, &schema_type.name)?;
        if let (Side::Left, Some((keys, _))) = (side, &self.wanted) {
            busy.retain(|object| {
                !(object.reason == BusyReason::PendingProvisioning && keys.contains(&object.key))
            });
        }
        if busy.is_empty() {
            return Ok(false);
        }
        let table = busy_batch(schema_type, &busy).and_then(in_memory).map_err(internal)?;
        self.busy.insert((side, schema_type.name.clone()), table);
        Ok(true)
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
        self.labels.get(&(side, schema_type.name.clone())).cloned()
    }

    fn pairs(&self, side: Side) -> Option<Arc<dyn TableProvider>> {
        self.pairs.get(&side).cloned()
    }

    fn wanted(&self, side: Side) -> Option<Arc<dyn TableProvider>> {
        self.wanted.as_ref().filter(|_| side == Side::Left).map(|(_, table)| Arc::clone(table))
    }

    fn busy(&self, side: Side, schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        self.busy.get(&(side, schema_type.name.clone())).cloned()
    }
}

/// Labels as a table: the key properties in their types, and a column that is always true; one row a key.
fn label_batch(schema_type: &SchemaType, labels: &[String]) -> Result<RecordBatch, ArrowError> {
    let mark = Field::new(OUTSTANDING_COLUMN, DataType::Boolean, false);
    let column = Arc::new(BooleanArray::from(vec![true; labels.len()]));
    marked(schema_type, labels.iter().map(String::as_str), mark, column)
}

/// Busy objects as a table: the key properties in their types, and why; one row a key.
fn busy_batch(schema_type: &SchemaType, busy: &[BusyObject]) -> Result<RecordBatch, ArrowError> {
    let reasons: StringArray = busy.iter().map(|object| Some(object.why())).collect();
    let mark = Field::new(BUSY_COLUMN, DataType::Utf8, true);
    marked(schema_type, busy.iter().map(|object| object.key.as_str()), mark, Arc::new(reasons))
}

/// The key properties of marked objects in their types, and the mark. Of a key that stands there in two
/// spellings, as another program may write it, the first counts: the object would be there twice.
fn marked<'k>(
    schema_type: &SchemaType,
    keys: impl Iterator<Item = &'k str>,
    mark: Field,
    marks: ArrayRef,
) -> Result<RecordBatch, ArrowError> {
    let texts: StringArray = keys.map(Some).collect();
    let (mut fields, mut columns): (Vec<_>, Vec<_>) =
        key_columns(schema_type, &texts, true)?.into_iter().unzip();
    let mut seen = HashSet::new();
    let is_first: BooleanArray = keys_in_rows(&columns)?.iter().map(|row| Some(seen.insert(row))).collect();
    fields.push(mark);
    columns.push(marks);
    filter_record_batch(&RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)?, &is_first)
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
        ValueType::String => Ok(Arc::new(texts.clone())),
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

/// Key columns as rows that can be compared and hashed.
pub fn keys_in_rows(columns: &[ArrayRef]) -> Result<Rows, ArrowError> {
    let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
    RowConverter::new(fields)?.convert_columns(columns)
}

/// A batch as a table.
pub fn in_memory(batch: RecordBatch) -> Result<Arc<dyn TableProvider>, ArrowError> {
    let table = MemTable::try_new(batch.schema(), vec![vec![batch]])
        .map_err(|error| ArrowError::ExternalError(Box::new(error)))?;
    Ok(Arc::new(table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{project::SchemaProperty, value::value_at};

    /// Two spellings of one key would double the object, which then is ambiguous and left alone.
    #[test]
    fn every_key_is_marked_once_however_it_is_spelt() {
        let cases = [
            (
                ValueType::Guid,
                ["6F9619FF-8B86-D011-B42D-00C04FC964FF", "{6f9619ff-8b86-d011-b42d-00c04fc964ff}"],
                "6f9619ff-8b86-d011-b42d-00c04fc964ff",
            ),
            (ValueType::Decimal(10, 2), ["1.5", "1.50"], "1.50"),
            (ValueType::Integer, ["7", "07"], "7"),
            (ValueType::String, ["x", "x"], "x"),
        ];
        for (value_type, spellings, written) in cases {
            let schema_type = SchemaType {
                name: "t".to_owned(),
                properties: vec![SchemaProperty::new("id", value_type)],
                key: vec!["id".to_owned()],
                ..SchemaType::default()
            };
            let keys = spellings.map(|text| label_key(&[("id".to_owned(), Value::String(text.to_owned()))]));
            let busy = keys.clone().map(|key| BusyObject::new(key, BusyReason::Blocked));
            for batch in [label_batch(&schema_type, &keys), busy_batch(&schema_type, &busy)] {
                let batch = batch.unwrap();
                let keys: Vec<String> =
                    (0..batch.num_rows()).map(|row| value_at(batch.column(0), row).to_string()).collect();
                assert_eq!(keys, [written]);
            }
        }
    }
}
