//! What a virtual property is made of, and whether it is there (S9).

use super::{classes::Types, mappings::SESSION};
use crate::{
    expr::{self, Part, resolve_pattern},
    mapping::{computing_order, own_schema},
    project::{ClassRef, ForeignKey, SchemaClass, SchemaType, VirtualKind, VirtualProperty},
};

/// Why a virtual property cannot be used; `None` if everything that it names is there.
pub(super) fn problem(
    class: &SchemaClass,
    own: &SchemaType,
    types: &Types<'_>,
    property: &VirtualProperty,
) -> Option<String> {
    use VirtualKind as K;
    let as_class = ClassRef { name: &class.name, schema_type: own, class: Some(class) };
    if let Err(circle) = computing_order(&SESSION, as_class, [&property.name]) {
        return Some(circle.to_string());
    }
    match &property.kind {
        // A column group that is gone is an error wherever it is used (SW-C139).
        K::Fixed(_) | K::Script { .. } | K::ColumnGroup(_) => None,
        K::Pattern(text) => match resolve_pattern(own, text) {
            Ok(parts) => parts.into_iter().find_map(|part| match part {
                Part::Property(name) => missing(as_class, &name),
                Part::Text(_) | Part::Escaped(_) => None,
            }),
            Err(error) => Some(error.text),
        },
        K::Expression(text) => {
            expr::parse(&SESSION, &own_schema(as_class), text).err().map(|error| error.text)
        }
        K::KeyResolution { reference, property } => {
            follow(own, types, std::slice::from_ref(reference), property).err()
        }
        K::ReferencedProperty { path, property } => follow(own, types, path, property).err(),
        K::CompositeKey(names) if names.is_empty() => Some("it names no properties".to_owned()),
        K::CompositeKey(names) => names.iter().find_map(|name| missing(as_class, name)),
        K::Convert { property, .. } => missing(as_class, property),
        K::Members { schema_type, own_reference, member_reference, property } => {
            members(own, types, schema_type, own_reference, member_reference, property).err()
        }
    }
}

/// A property that is neither a column nor a virtual property of the class.
fn missing(class: ClassRef<'_>, name: &str) -> Option<String> {
    class.property(name).is_none().then(|| format!("{} has no property {name:?}", class.schema_type.name))
}

fn relation<'a>(schema_type: &'a SchemaType, reference: &[String]) -> Result<&'a ForeignKey, String> {
    let found = schema_type.foreign_keys.iter().find(|one| one.properties == reference);
    found.ok_or_else(|| format!("{} has no relation by {}", schema_type.name, reference.join(", ")))
}

/// Follows references from type to type, to a property of the last one.
fn follow(own: &SchemaType, types: &Types<'_>, path: &[Vec<String>], property: &str) -> Result<(), String> {
    let mut at = own;
    for reference in path {
        let relation = relation(at, reference)?;
        at = types.get(&relation.references).ok_or_else(|| {
            format!("its reference leads to {:?}, which the schema does not have", relation.references)
        })?;
    }
    match at.property(property) {
        Some(_) => Ok(()),
        None => Err(format!("{} has no property {property:?}", at.name)),
    }
}

fn members(
    own: &SchemaType,
    types: &Types<'_>,
    table: &str,
    own_reference: &[String],
    member_reference: &[String],
    property: &str,
) -> Result<(), String> {
    let rows = types.get(table).ok_or_else(|| format!("the schema has no type {table:?}"))?;
    let back = relation(rows, own_reference)?;
    if back.references != own.name {
        return Err(format!(
            "{} of {table} refers to {}, not to {}",
            own_reference.join(", "),
            back.references,
            own.name
        ));
    }
    if member_reference.is_empty() {
        follow(rows, types, &[], property)
    } else {
        follow(rows, types, std::slice::from_ref(&member_reference.to_vec()), property)
    }
}
