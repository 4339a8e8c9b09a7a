//! Resolving references on the way into the database: the value of a property of the referenced object →
//! the key of that object (F10, S9).

use std::collections::{HashMap, HashSet, hash_map::Entry};

use crate::{
    connect::{ConnectError, Connector, Flow, SearchRequest},
    mapping::{CompiledMapping, Target, WriteAs},
    progress::CancelToken,
    project::{Schema, SchemaType},
    value::{Value, value_at},
};

/// What a reference resolves to.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// Values of the referring columns.
    Key(Vec<Value>),
    /// No object has the value.
    Missing,
    /// Several objects have the value.
    Ambiguous,
}

/// Objects that references lead to, by the value they are referred to by.
#[derive(Default)]
pub struct References {
    lookups: HashMap<Lookup, HashMap<String, Resolved>>,
}

/// Schema type, property that is looked up, properties that the referring columns hold.
type Lookup = (String, String, Vec<String>);

impl References {
    /// Reads what the reference properties of a mapping can lead to.
    ///
    /// # Errors
    ///
    /// If reading fails.
    pub fn read(
        connector: &mut dyn Connector,
        schema: &Schema,
        mapping: &CompiledMapping,
        cancel: &CancelToken,
    ) -> Result<Self, ConnectError> {
        let mut references = Self::default();
        for target in mapping.inserts.iter().chain(&mapping.updates) {
            let Some(lookup) = lookup_of(target) else { continue };
            let Some(schema_type) = schema.schema_type(&lookup.0) else { continue };
            if let Entry::Vacant(free) = references.lookups.entry(lookup) {
                let found = read_lookup(connector, schema_type, free.key(), cancel)?;
                free.insert(found);
            }
        }
        Ok(references)
    }

    /// The referring columns' values for a reference property.
    #[must_use]
    pub fn resolve(&self, target: &Target, value: &Value) -> Resolved {
        lookup_of(target)
            .and_then(|lookup| self.lookups.get(&lookup))
            .and_then(|lookup| lookup.get(&value.to_string()))
            .cloned()
            .unwrap_or(Resolved::Missing)
    }

    /// Makes an object known that is about to be written; `value` gives its properties.
    pub fn add(&mut self, schema_type: &str, value: impl Fn(&str) -> Option<Value>) {
        for ((name, property, key), lookup) in &mut self.lookups {
            if name != schema_type {
                continue;
            }
            let key: Option<Vec<Value>> =
                key.iter().map(|name| value(name).filter(|value| !value.is_null())).collect();
            if let (Some(own), Some(key)) = (value(property).filter(|own| !own.is_empty()), key) {
                insert(lookup, own.to_string(), key);
            }
        }
    }

    /// Forgets an object that could not be written after all.
    pub fn remove(&mut self, schema_type: &str, value: impl Fn(&str) -> Option<Value>) {
        for ((name, property, _), lookup) in &mut self.lookups {
            if name == schema_type
                && let Some(own) = value(property)
            {
                lookup.remove(&own.to_string());
            }
        }
    }
}

/// What a reference property looks up; `None` for other properties.
fn lookup_of(target: &Target) -> Option<Lookup> {
    match &target.write_as {
        WriteAs::Column => None,
        WriteAs::Reference { references, referenced_properties, property, .. } => {
            Some((references.clone(), property.clone(), referenced_properties.clone()))
        }
    }
}

fn insert(lookup: &mut HashMap<String, Resolved>, value: String, key: Vec<Value>) {
    let resolved = match lookup.get(&value) {
        Some(Resolved::Key(known)) if *known != key => Resolved::Ambiguous,
        Some(Resolved::Ambiguous) => Resolved::Ambiguous,
        _ => Resolved::Key(key),
    };
    lookup.insert(value, resolved);
}

fn read_lookup(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    (_, property, key): &Lookup,
    cancel: &CancelToken,
) -> Result<HashMap<String, Resolved>, ConnectError> {
    let properties: Vec<String> = std::iter::once(property).chain(key).cloned().collect();
    let mut lookup = HashMap::new();
    connector.search(&SearchRequest::all(schema_type, &properties), cancel, &mut |batch| {
        for row in 0..batch.num_rows() {
            let mut values = batch.columns().iter().map(|column| value_at(column, row));
            let own = values.next().unwrap_or_default();
            if !own.is_empty() {
                insert(&mut lookup, own.to_string(), values.collect());
            }
        }
        Flow::Continue
    })?;
    Ok(lookup)
}

/// Values that steps of a simulation would have created by now: schema type and property → written values.
#[derive(Default)]
pub struct PlannedObjects(HashMap<(String, String), HashSet<String>>);

impl PlannedObjects {
    /// Notes a property of an object that a simulated step would create or change.
    pub fn add(&mut self, schema_type: &str, property: &str, value: &Value) {
        if !value.is_empty() {
            self.0
                .entry((schema_type.to_owned(), property.to_owned()))
                .or_default()
                .insert(value.to_string());
        }
    }

    /// True if a simulated step would have created an object that the reference leads to.
    #[must_use]
    pub fn has(&self, target: &Target, value: &Value) -> bool {
        lookup_of(target)
            .and_then(|(schema_type, property, _)| self.0.get(&(schema_type, property)))
            .is_some_and(|values| values.contains(&value.to_string()))
    }
}
