//! How a property is written: as a column, or as what a virtual property stands for (S9).

use datafusion::logical_expr::Expr;

use super::{
    Context, MappingError,
    functions::composite_as_read,
    path::{Hop, Leg, MembersOf, Missing, Way, way},
    rules::scripted::is_written_by_script,
};
use crate::{
    project::{
        ClassRef, Generated, PropertyRef, Schema, SchemaProperty, SchemaType, Side, VirtualKind,
        VirtualProperty,
    },
    value::ValueType,
};

/// How the value of a property gets into the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteAs {
    /// As the column of the same name.
    Column,
    /// As the key of the referenced object that leads to the value (key resolution).
    Reference {
        /// The referring columns.
        columns: Vec<String>,
        /// The referenced schema type.
        references: String,
        /// Its properties that the columns hold.
        referenced_properties: Vec<String>,
        /// References from there on to the object that has the value; none if it is the referenced one.
        onward: Vec<Hop>,
        /// Its property that has the value.
        property: String,
    },
    /// Split into these columns (column groups and composite keys).
    Columns {
        /// The columns, in order.
        columns: Vec<String>,
    },
    /// As rows of a table of members; of a list that has changed only the difference is written.
    Members(MemberTable),
}

/// A table that holds the members of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberTable {
    /// The table.
    pub schema_type: String,
    /// Its key.
    pub key: Vec<String>,
    /// From a row to the object that has the members.
    pub own: Hop,
    /// From a row to the member; `None` if the rows are the members themselves (1:n).
    pub member: Option<Hop>,
    /// Property of the member that is listed.
    pub property: String,
}

impl WriteAs {
    /// Columns of the object's own table that are written; `property` is the name of the property.
    #[must_use]
    pub fn columns<'a>(&'a self, property: &'a str) -> Vec<&'a str> {
        match self {
            Self::Column => vec![property],
            Self::Reference { columns, .. } | Self::Columns { columns } => {
                columns.iter().map(String::as_str).collect()
            }
            Self::Members(_) => Vec::new(),
        }
    }
}

/// Why a property cannot be written.
enum Unwritable {
    /// It names something that is not there.
    Missing(Missing),
    /// What it stands for refuses it.
    Refused(String),
}

/// Whether rules can write the property of a class.
#[must_use]
pub(crate) fn is_writable(schema: &Schema, class: ClassRef<'_>, property: PropertyRef<'_>) -> bool {
    // A script with a write part writes the columns that it assigns.
    is_written_by_script(property) && !class.schema_type.view || written_as(schema, class, property).is_ok()
}

/// How the property of the class on `side` is written; an error if it cannot be.
pub(super) fn write_as(
    context: &Context<'_>,
    side: Side,
    class: ClassRef<'_>,
    property: PropertyRef<'_>,
    place: &str,
) -> Result<WriteAs, MappingError> {
    let schema = &context.project.system(side).schema;
    written_as(schema, class, property).map_err(|unwritable| match unwritable {
        Unwritable::Missing(missing) => MappingError::UnknownProperty {
            mapping: context.mapping.name.clone(),
            place: format!("{place}, {}", property.name()),
            class: missing.class,
            property: missing.name,
        },
        Unwritable::Refused(why) => MappingError::NotWritable {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            property: property.name().to_owned(),
            why,
        },
    })
}

fn written_as(
    schema: &Schema,
    class: ClassRef<'_>,
    property: PropertyRef<'_>,
) -> Result<WriteAs, Unwritable> {
    if class.schema_type.view {
        return Err(Unwritable::Refused("its table is a view".to_owned()));
    }
    match property {
        PropertyRef::Column(column) => match column_refused(column) {
            Some(why) => Err(Unwritable::Refused(why)),
            None => Ok(WriteAs::Column),
        },
        PropertyRef::Virtual(computed) => {
            let way = way(schema, class, computed).map_err(Unwritable::Missing)?;
            written_way(class.schema_type, computed, way).map_err(Unwritable::Refused)
        }
    }
}

/// Why a column cannot be written; `None` if it can.
pub(super) fn column_refused(column: &SchemaProperty) -> Option<String> {
    match (&column.unusable, column.generated) {
        (Some(why), _) => Some(why.clone()),
        (None, Generated::Always) => Some("the database computes it".to_owned()),
        (None, _) => None,
    }
}

fn columns_refused(schema_type: &SchemaType, columns: &[String]) -> Option<String> {
    columns.iter().find_map(|name| match schema_type.property(name) {
        Some(column) => Some(format!("{name}: {}", column_refused(column)?)),
        None => Some(format!("it is made of {name}, which is no column")),
    })
}

fn written_way(schema_type: &SchemaType, property: &VirtualProperty, way: Way) -> Result<WriteAs, String> {
    match (&property.kind, way) {
        (
            VirtualKind::KeyResolution { property, .. } | VirtualKind::ReferencedProperty { property, .. },
            Way::References(legs),
        ) => {
            let mut hops = legs.into_iter().map(|Leg { hop, .. }| hop);
            let Some(first) = hops.next() else { return Err("it has no references".to_owned()) };
            if let Some(why) = columns_refused(schema_type, &first.columns) {
                return Err(why);
            }
            Ok(WriteAs::Reference {
                columns: first.columns,
                references: first.references,
                referenced_properties: first.properties,
                onward: hops.collect(),
                property: property.clone(),
            })
        }
        (VirtualKind::ColumnGroup(_) | VirtualKind::CompositeKey(_), Way::Own(columns)) => {
            match columns_refused(schema_type, &columns) {
                Some(why) => Err(why),
                None => Ok(WriteAs::Columns { columns }),
            }
        }
        (VirtualKind::Members { property, .. }, Way::Members(members)) => {
            let MembersOf { table, own, member } = *members;
            if table.view {
                return Err(format!("{} is a view", table.name));
            }
            if table.key.is_empty() {
                return Err(format!("{} has no key, so its rows cannot be told apart", table.name));
            }
            let member = member.map(|leg| leg.hop);
            let written = own.columns.iter().chain(member.iter().flat_map(|hop| &hop.columns));
            if let Some(why) = columns_refused(&table, &written.cloned().collect::<Vec<_>>()) {
                return Err(why);
            }
            Ok(WriteAs::Members(MemberTable {
                schema_type: table.name,
                key: table.key,
                own,
                member,
                property: property.clone(),
            }))
        }
        (VirtualKind::Script { write: None, .. }, _) => Err("its script has no write part".to_owned()),
        _ => Err("this kind of virtual property is read only".to_owned()),
    }
}

/// A value that is about to be written as it will be read back, NULL where it cannot be written; `None` if
/// values are read back as they are.
pub(super) fn as_read(class: ClassRef<'_>, property: PropertyRef<'_>, value: &Expr) -> Option<Expr> {
    let PropertyRef::Virtual(computed) = property else { return None };
    let type_of = |name: &String| class.property(name).map_or(ValueType::String, PropertyRef::value_type);
    let columns = match &computed.kind {
        VirtualKind::CompositeKey(columns) => columns,
        VirtualKind::ColumnGroup(name) => {
            let mut groups = class.schema_type.column_groups.iter();
            &groups.find(|group| group.name == *name)?.properties
        }
        _ => return None,
    };
    Some(composite_as_read(value.clone(), columns.iter().map(type_of).collect()))
}
