//! What virtual properties are made of: own columns, references hop by hop, tables of members (S9, W12).
//!
//! Reading and writing start from the same [`Way`], so they cannot disagree about where a reference leads.

use crate::project::{ClassRef, Schema, SchemaType, VirtualKind, VirtualProperty};

/// One reference: columns that hold properties of an object of another schema type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The referring columns.
    pub columns: Vec<String>,
    /// The referenced schema type.
    pub references: String,
    /// Its properties that the columns hold.
    pub properties: Vec<String>,
}

/// A reference and the type that it leads to.
#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub hop: Hop,
    pub to: SchemaType,
}

/// A table that holds the members of objects.
#[derive(Debug, Clone)]
pub(super) struct MembersOf {
    pub table: SchemaType,
    /// From the table to the object that has the members.
    pub own: Hop,
    /// From the table to the member; `None` if the rows of the table are the members themselves (1:n).
    pub member: Option<Leg>,
}

/// What a virtual property is made of.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// Columns and virtual properties of the object; empty for kinds that name theirs in a text.
    Own(Vec<String>),
    /// Property of an object that references lead to; at least one.
    References(Vec<Leg>),
    /// Rows of another table.
    Members(Box<MembersOf>),
}

/// A name in a virtual property that leads nowhere.
#[derive(Debug, Clone)]
pub(super) struct Missing {
    /// Where it is looked for.
    pub class: String,
    /// The name.
    pub name: String,
}

impl Missing {
    fn in_type(schema_type: &SchemaType, name: &str) -> Self {
        Self { class: schema_type.name.clone(), name: name.to_owned() }
    }

    fn relation(schema_type: &SchemaType, columns: &[String]) -> Self {
        Self { class: format!("{}, relations", schema_type.name), name: columns.join(", ") }
    }
}

/// What a virtual property of a class is made of.
pub(super) fn way(schema: &Schema, class: ClassRef<'_>, property: &VirtualProperty) -> Result<Way, Missing> {
    let schema_type = class.schema_type;
    match &property.kind {
        VirtualKind::KeyResolution { reference, property } => {
            follow(schema, schema_type, std::slice::from_ref(reference), property).map(Way::References)
        }
        VirtualKind::ReferencedProperty { path, property } => {
            follow(schema, schema_type, path, property).map(Way::References)
        }
        VirtualKind::ColumnGroup(name) => {
            let group = schema_type.column_groups.iter().find(|group| group.name == *name);
            let group = group.ok_or_else(|| Missing {
                class: format!("{}, column groups", schema_type.name),
                name: name.clone(),
            })?;
            own(class, &group.properties)
        }
        VirtualKind::CompositeKey(names) => own(class, names),
        VirtualKind::Convert { property, .. } => own(class, std::slice::from_ref(property)),
        VirtualKind::Members { schema_type: table, own_reference, member_reference, property } => {
            let table = schema
                .schema_type(table)
                .ok_or_else(|| Missing { class: "the schema".to_owned(), name: table.clone() })?;
            let own = relation(table, own_reference)
                .filter(|own| own.references == schema_type.name)
                .ok_or_else(|| Missing::relation(table, own_reference))?;
            let member = if member_reference.is_empty() {
                exists(table, property)?;
                None
            } else {
                follow(schema, table, std::slice::from_ref(member_reference), property)?.pop()
            };
            Ok(Way::Members(Box::new(MembersOf { table: table.clone(), own, member })))
        }
        VirtualKind::Fixed(_)
        | VirtualKind::Pattern(_)
        | VirtualKind::Expression(_)
        | VirtualKind::Script { .. } => Ok(Way::Own(Vec::new())),
    }
}

fn own(class: ClassRef<'_>, names: &[String]) -> Result<Way, Missing> {
    match names.iter().find(|name| class.property(name).is_none()) {
        None => Ok(Way::Own(names.to_vec())),
        Some(name) => Err(Missing::in_type(class.schema_type, name)),
    }
}

fn exists(schema_type: &SchemaType, name: &str) -> Result<(), Missing> {
    match schema_type.property(name) {
        Some(_) => Ok(()),
        None => Err(Missing::in_type(schema_type, name)),
    }
}

/// The relation of a type with exactly these referring columns.
fn relation(schema_type: &SchemaType, columns: &[String]) -> Option<Hop> {
    let relation = schema_type.foreign_keys.iter().find(|relation| relation.properties == columns)?;
    Some(Hop {
        columns: relation.properties.clone(),
        references: relation.references.clone(),
        properties: relation.referenced_properties.clone(),
    })
}

fn follow(
    schema: &Schema,
    from: &SchemaType,
    path: &[Vec<String>],
    property: &str,
) -> Result<Vec<Leg>, Missing> {
    let mut legs: Vec<Leg> = Vec::new();
    for columns in path {
        let at = legs.last().map_or(from, |leg| &leg.to);
        let missing = || Missing::relation(at, columns);
        let hop = relation(at, columns).ok_or_else(missing)?;
        let to = schema.schema_type(&hop.references).cloned().ok_or_else(missing)?;
        legs.push(Leg { hop, to });
    }
    let end = legs.last().ok_or_else(|| Missing::relation(from, &[]))?;
    exists(&end.to, property)?;
    Ok(legs)
}
