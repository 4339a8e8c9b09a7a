//! Resolving references on the way into the database: the value of a property of the referenced object →
//! the key of that object (F10, S9).

use std::collections::{HashMap, HashSet, hash_map::Entry};

use datafusion::logical_expr::Expr;

use super::apply::unresolved_message;
use crate::{
    connect::{ConnectError, Connector, Flow, SearchRequest},
    journal::{Message, PropertyChange},
    mapping::{CompiledMapping, Hop, MemberTable, Target, WriteAs},
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
    lookups: HashMap<Lookup, Found>,
}

/// What is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Lookup {
    /// Schema type that is referred to.
    schema_type: String,
    /// Its properties that the referring columns hold.
    key: Vec<String>,
    /// References from there on to the object that has the value.
    onward: Vec<Hop>,
    /// Property that has the value.
    property: String,
}

/// Keys by written value. One key is the rule; more make the value ambiguous.
type Found = HashMap<String, Vec<Vec<Value>>>;

impl Lookup {
    /// Type and property that have the value.
    fn end(self) -> (String, String) {
        let end = self.onward.into_iter().next_back().map_or(self.schema_type, |hop| hop.references);
        (end, self.property)
    }
}

impl References {
    /// Reads what the reference properties and members of a mapping can lead to.
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
        let targets = mapping.inserts.iter().chain(&mapping.updates);
        Self::read_for(connector, schema, targets, cancel)
    }

    /// Reads what these targets can lead to.
    ///
    /// # Errors
    ///
    /// If reading fails.
    pub fn read_for<'a>(
        connector: &mut dyn Connector,
        schema: &Schema,
        targets: impl Iterator<Item = &'a Target>,
        cancel: &CancelToken,
    ) -> Result<Self, ConnectError> {
        let mut references = Self::default();
        for lookup in targets.filter_map(lookup_of) {
            if let Entry::Vacant(free) = references.lookups.entry(lookup) {
                let found = read_lookup(connector, schema, free.key(), cancel)?;
                free.insert(found);
            }
        }
        Ok(references)
    }

    /// The referring columns' values for a reference property, or for one member.
    #[must_use]
    pub fn resolve(&self, target: &Target, value: &Value) -> Resolved {
        match self.keys(target, value) {
            [] => Resolved::Missing,
            [key] => Resolved::Key(key.clone()),
            _ => Resolved::Ambiguous,
        }
    }

    /// Keys of all objects that have the value.
    #[must_use]
    pub fn keys(&self, target: &Target, value: &Value) -> &[Vec<Value>] {
        lookup_of(target)
            .and_then(|lookup| self.lookups.get(&lookup))
            .and_then(|found| found.get(&value.to_string()))
            .map_or(&[], Vec::as_slice)
    }

    /// What there is to say about the references of a change that a run could not set; objects that earlier
    /// steps would have created count as there.
    #[must_use]
    pub fn unresolved(
        &self,
        target: &Target,
        object: &str,
        change: &PropertyChange,
        planned: &PlannedObjects,
    ) -> Vec<Message> {
        let wanted = match &target.write_as {
            WriteAs::Column | WriteAs::Columns { .. } => Vec::new(),
            WriteAs::Reference { .. } if change.new.is_empty() => Vec::new(),
            WriteAs::Reference { .. } => vec![change.new.clone()],
            WriteAs::Members(_) => difference(&change.old, &change.new),
        };
        wanted
            .iter()
            .filter(|value| !planned.has(target, value))
            .filter_map(|value| match self.resolve(target, value) {
                Resolved::Key(_) => None,
                found => Some(unresolved_message(target, object, &change.rule, value, &found)),
            })
            .collect()
    }

    /// True if a run could write nothing of a changed property: nobody goes, and whoever comes cannot be found.
    #[must_use]
    pub fn leads_nowhere(&self, target: &Target, change: &PropertyChange, planned: &PlannedObjects) -> bool {
        let is_nowhere = |value: &Value| {
            !planned.has(target, value) && !matches!(self.resolve(target, value), Resolved::Key(_))
        };
        match &target.write_as {
            WriteAs::Column | WriteAs::Columns { .. } => false,
            WriteAs::Reference { .. } => !change.new.is_empty() && is_nowhere(&change.new),
            WriteAs::Members(_) => {
                difference(&change.new, &change.old).is_empty()
                    && difference(&change.old, &change.new).iter().all(is_nowhere)
            }
        }
    }

    /// True if objects of this type are referred to by what they are created with.
    #[must_use]
    pub fn lead_to(&self, schema_type: &str) -> bool {
        self.lookups.keys().any(|lookup| lookup.schema_type == schema_type && lookup.onward.is_empty())
    }

    /// Makes an object known that is about to be written; `value` gives its properties.
    pub fn add(&mut self, schema_type: &str, value: impl Fn(&str) -> Option<Value>) {
        self.change(schema_type, value, insert);
    }

    /// Forgets an object that could not be written after all.
    pub fn remove(&mut self, schema_type: &str, value: impl Fn(&str) -> Option<Value>) {
        self.change(schema_type, value, |found, value, key| {
            if let Some(keys) = found.get_mut(&value) {
                keys.retain(|known| *known != key);
            }
        });
    }

    /// Where further references lead cannot be told before an object is written.
    fn change(
        &mut self,
        schema_type: &str,
        value: impl Fn(&str) -> Option<Value>,
        change: fn(&mut Found, String, Vec<Value>),
    ) {
        for (lookup, found) in &mut self.lookups {
            if lookup.schema_type != schema_type || !lookup.onward.is_empty() {
                continue;
            }
            let key: Option<Vec<Value>> =
                lookup.key.iter().map(|name| value(name).filter(|value| !value.is_null())).collect();
            if let (Some(own), Some(key)) = (value(&lookup.property).filter(|own| !own.is_empty()), key) {
                change(found, own.to_string(), key);
            }
        }
    }
}

/// How a property of the destination is written; the lists of new and of existing objects both know it when
/// both write it.
pub fn written_target<'m>(mapping: &'m CompiledMapping, property: &str) -> Option<&'m Target> {
    mapping.inserts.iter().chain(&mapping.updates).find(|target| target.property == property)
}

/// Elements of the list `new` that `old` does not have, each once; NULL is the empty list, and no element.
pub fn difference(old: &Value, new: &Value) -> Vec<Value> {
    let elements = |list: &Value| match list {
        Value::List(elements) => elements.clone(),
        _ => Vec::new(),
    };
    let mut known: HashSet<String> = elements(old).iter().map(ToString::to_string).collect();
    elements(new)
        .into_iter()
        .filter(|element| !element.is_null() && known.insert(element.to_string()))
        .collect()
}

/// Elements of the list `new` that `old` has, too, each once.
pub fn common(old: &Value, new: &Value) -> Vec<Value> {
    let both = Value::List(difference(old, new));
    difference(&both, new)
}

/// What a reference property, or a member, is looked up by; `None` for other properties.
fn lookup_of(target: &Target) -> Option<Lookup> {
    match &target.write_as {
        WriteAs::Column | WriteAs::Columns { .. } => None,
        WriteAs::Reference { references, referenced_properties, onward, property, .. } => Some(Lookup {
            schema_type: references.clone(),
            key: referenced_properties.clone(),
            onward: onward.clone(),
            property: property.clone(),
        }),
        WriteAs::Members(MemberTable { schema_type, key, member, property, .. }) => {
            let (schema_type, key) = match member {
                Some(member) => (&member.references, &member.properties),
                None => (schema_type, key),
            };
            Some(Lookup {
                schema_type: schema_type.clone(),
                key: key.clone(),
                onward: Vec::new(),
                property: property.clone(),
            })
        }
    }
}

fn insert(found: &mut Found, value: String, key: Vec<Value>) {
    let keys = found.entry(value).or_default();
    if !keys.contains(&key) {
        keys.push(key);
    }
}

/// Reads the types on the way, the last one first: each tells which values its objects lead to.
fn read_lookup(
    connector: &mut dyn Connector,
    schema: &Schema,
    lookup: &Lookup,
    cancel: &CancelToken,
) -> Result<Found, ConnectError> {
    let mut found = Found::new();
    // Values by the key of the objects on the way that are read already.
    let mut onward: Option<HashMap<String, Vec<String>>> = None;
    for position in (0..=lookup.onward.len()).rev() {
        let arriving = position.checked_sub(1).and_then(|before| lookup.onward.get(before));
        let name = arriving.map_or(&lookup.schema_type, |hop| &hop.references);
        let Some(schema_type) = schema.schema_type(name) else { return Ok(found) };
        let key = arriving.map_or(&lookup.key, |hop| &hop.properties);
        let leaving = lookup.onward.get(position);
        let value = leaving.map_or(std::slice::from_ref(&lookup.property), |hop| hop.columns.as_slice());
        let mut values_by_key: HashMap<String, Vec<String>> = HashMap::new();
        read_rows(connector, schema_type, [key, value], &[], cancel, |[key, own]| {
            let values: Vec<String> = match &onward {
                Some(onward) => onward.get(&written(&own)).cloned().unwrap_or_default(),
                None => own.iter().filter(|own| !own.is_empty()).map(ToString::to_string).collect(),
            };
            for value in values {
                if position == 0 {
                    insert(&mut found, value, key.clone());
                } else {
                    values_by_key.entry(written(&key)).or_default().push(value);
                }
            }
        })?;
        onward = Some(values_by_key);
    }
    Ok(found)
}

/// Gives the values of several lists of properties, which may overlap, of every object that has them all.
///
/// # Errors
///
/// If reading fails.
pub fn read_rows<const N: usize>(
    connector: &mut dyn Connector,
    schema_type: &SchemaType,
    lists: [&[String]; N],
    filters: &[Expr],
    cancel: &CancelToken,
    mut each: impl FnMut([Vec<Value>; N]),
) -> Result<(), ConnectError> {
    let mut properties: Vec<String> = Vec::new();
    for name in lists.into_iter().flatten() {
        if !properties.contains(name) {
            properties.push(name.clone());
        }
    }
    let columns = |names: &[String]| -> Vec<usize> {
        names.iter().filter_map(|name| properties.iter().position(|own| own == name)).collect()
    };
    let lists = lists.map(columns);
    let request = SearchRequest { filters, ..SearchRequest::all(schema_type, &properties) };
    connector.search(&request, cancel, &mut |batch| {
        for row in 0..batch.num_rows() {
            let at = |columns: &Vec<usize>| -> Vec<Value> {
                columns.iter().map(|column| value_at(batch.column(*column), row)).collect()
            };
            let values = lists.each_ref().map(at);
            if values.iter().flatten().all(|value| !value.is_null()) {
                each(values);
            }
        }
        Flow::Continue
    })
}

/// Values as one text, to find them by.
pub fn written(values: &[Value]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join("\u{1f}")
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
            .and_then(|lookup| self.0.get(&lookup.end()))
            .is_some_and(|values| values.contains(&value.to_string()))
    }
}
