//! The virtual property that every column group becomes (W11).

use std::sync::{Mutex, PoisonError};

use super::{ColumnGroup, SchemaType, VirtualKind, VirtualProperty};
use crate::value::ValueType;

impl ColumnGroup {
    /// Name of the virtual property that the group becomes.
    #[must_use]
    pub fn property_name(&self) -> String {
        format!("vrtColumnGroup{}", self.name)
    }
}

/// Properties of column groups, by the name of the group and whether they are secret.
///
/// Projects do not hold them, but properties are handed out by reference everywhere. They are few, as many as
/// there are names of groups, so they are kept for as long as the program runs.
static PROPERTIES: Mutex<Vec<&'static VirtualProperty>> = Mutex::new(Vec::new());

/// The virtual property of a column group; secret if one of its columns is.
pub(super) fn property(schema_type: &SchemaType, group: &ColumnGroup) -> &'static VirtualProperty {
    let is_sensitive = |name: &String| schema_type.property(name).is_some_and(|column| column.sensitive);
    let secret = group.properties.iter().any(is_sensitive);
    let name = group.property_name();
    // What is in the list is complete, whatever happened to the thread that held the lock.
    let mut properties = PROPERTIES.lock().unwrap_or_else(PoisonError::into_inner);
    let known = properties.iter().find(|property| property.name == name && property.secret == secret);
    if let Some(known) = known {
        return known;
    }
    let new: &'static VirtualProperty = Box::leak(Box::new(VirtualProperty {
        name,
        value_type: ValueType::String,
        multi_valued: false,
        mandatory: false,
        secret,
        kind: VirtualKind::ColumnGroup(group.name.clone()),
    }));
    properties.push(new);
    new
}
