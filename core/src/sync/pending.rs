//! References whose objects were not there when the referring object was written (F10).
//!
//! They are set at the end of the step. For that the referring object must be found again, also when the
//! database gave it its key: by the values that it was created with.

use std::collections::HashMap;

use super::{references::written, rows::RowWrite};
use crate::{
    connect::{ConnectError, Connector, Flow, SearchRequest},
    progress::CancelToken,
    project::SchemaType,
    value::{Value, ValueType, value_at},
};

/// A key: property and value.
pub type Key = Vec<(String, Value)>;

/// A written object, to be found again.
#[derive(Debug, Clone, Default)]
pub struct WrittenObject {
    /// Position of the change in the list.
    pub index: usize,
    /// The object, as people know it.
    pub name: String,
    /// Its key, as far as it is known.
    pub key: Key,
    /// The values that it was written with.
    pub columns: Key,
    /// The options that it was written with (R21).
    pub options: Vec<(String, ValueType, Value)>,
}

impl WrittenObject {
    /// Takes over what is known of the object.
    pub fn take_over(&mut self, row: &RowWrite, key: &[String]) {
        self.key = row.own_key(key);
        self.columns.clone_from(&row.columns);
        self.options.clone_from(&row.options);
    }

    fn is_found(&self, schema_type: &SchemaType) -> bool {
        self.key.len() == schema_type.key.len() && self.key.iter().all(|(_, value)| !value.is_null())
    }
}

/// A reference whose object is not there yet.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The referring object.
    pub object: WrittenObject,
    /// The reference property.
    pub property: String,
    /// The rule that gives the value.
    pub rule: String,
    /// The value.
    pub value: Value,
}

/// Finds the keys that the database gave to new objects; one that is not found for certain has no key then.
pub fn find_keys(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    objects: &mut [&mut WrittenObject],
    cancel: &CancelToken,
) -> Result<(), ConnectError> {
    let mut by_columns: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for (position, one) in objects.iter().enumerate().filter(|(_, one)| !one.is_found(schema_type)) {
        by_columns
            .entry(one.columns.iter().map(|(name, _)| name.clone()).collect())
            .or_default()
            .push(position);
    }
    for (columns, positions) in by_columns {
        let created = created_objects(connector, schema_type, &columns, cancel)?;
        for position in positions {
            let Some(one) = objects.get_mut(position) else { continue };
            let values: Vec<Value> = one.columns.iter().map(|(_, value)| value.clone()).collect();
            if let Some(Some(key)) = created.get(&written(&values)) {
                one.key.clone_from(key);
            } else {
                one.key.clear();
            }
        }
    }
    Ok(())
}

/// Keys of all objects by the values of `columns`; `None` where several objects have the same values.
fn created_objects(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    columns: &[String],
    cancel: &CancelToken,
) -> Result<HashMap<String, Option<Key>>, ConnectError> {
    let properties: Vec<String> = columns.iter().chain(&schema_type.key).cloned().collect();
    let mut found: HashMap<String, Option<Key>> = HashMap::new();
    connector.search(&SearchRequest::all(schema_type, &properties), cancel, &mut |batch| {
        for row in 0..batch.num_rows() {
            let mut values = batch.columns().iter().map(|column| value_at(column, row));
            let own: Vec<Value> = values.by_ref().take(columns.len()).collect();
            let key: Key = schema_type.key.iter().cloned().zip(values).collect();
            found.entry(written(&own)).and_modify(|known| *known = None).or_insert(Some(key));
        }
        Flow::Continue
    })?;
    Ok(found)
}
