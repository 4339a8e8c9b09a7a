//! The connected systems as tables of a step's plan, with the labels of outstanding objects.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
};

use arrow::{
    array::{ArrayRef, BooleanArray, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Field, Schema as ArrowSchema},
    error::ArrowError,
};
use datafusion::{catalog::TableProvider, datasource::MemTable};

use crate::{
    connect::ConnectorTable,
    journal::{Journal, JournalError},
    mapping::{OUTSTANDING_COLUMN, TableSource},
    progress::CancelToken,
    project::{Project, SchemaType, Side},
};

/// Tables of both systems of a project.
pub struct SystemTables<'a> {
    project: &'a Project,
    folder: PathBuf,
    cancel: CancelToken,
    rows_read: Arc<AtomicU64>,
    labels: HashMap<(Side, String), Vec<String>>,
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
        let batch = label_batch(schema_type, labels).ok()?;
        let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).ok()?;
        Some(Arc::new(table))
    }
}

/// Labels as a table: the key properties in their types, and a column that is always true.
fn label_batch(schema_type: &SchemaType, labels: &[String]) -> Result<RecordBatch, ArrowError> {
    let keys: Vec<serde_json::Value> =
        labels.iter().map(|label| serde_json::from_str(label).unwrap_or_default()).collect();
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for name in &schema_type.key {
        let Some(property) = schema_type.property(name) else { continue };
        let texts: StringArray =
            keys.iter().map(|key| key.get(name).and_then(serde_json::Value::as_str)).collect();
        fields.push(Field::new(name, property.value_type.arrow(), true));
        columns.push(cast(&texts, &property.value_type.arrow())?);
    }
    fields.push(Field::new(OUTSTANDING_COLUMN, DataType::Boolean, false));
    columns.push(Arc::new(BooleanArray::from(vec![true; labels.len()])));
    RecordBatch::try_new(Arc::new(ArrowSchema::new(fields)), columns)
}

/// The key of an object as the label table holds it: compact JSON, values in their written form.
pub fn label_key(key: &[(String, crate::value::Value)]) -> String {
    let object: serde_json::Map<String, serde_json::Value> =
        key.iter().map(|(name, value)| (name.clone(), value.to_string().into())).collect();
    serde_json::Value::Object(object).to_string()
}
