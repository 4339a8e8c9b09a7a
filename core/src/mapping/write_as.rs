//! How a property is written: as a column, or as what a virtual property stands for (S9).

use super::{Context, MappingError};
use crate::project::{ClassRef, Generated, PropertyRef, VirtualKind};

/// How the value of a property gets into the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteAs {
    /// As the column of the same name.
    Column,
    /// As the key of the referenced object whose property has the value (key resolution).
    Reference {
        /// The referring columns.
        columns: Vec<String>,
        /// The referenced schema type.
        references: String,
        /// Its properties that the columns hold.
        referenced_properties: Vec<String>,
        /// Its property that has the value.
        property: String,
    },
}

/// How the property is written; an error if it cannot be.
pub(super) fn write_as(
    context: &Context<'_>,
    class: ClassRef<'_>,
    property: PropertyRef<'_>,
    place: &str,
) -> Result<WriteAs, MappingError> {
    let refused = |why: &str| MappingError::NotWritable {
        mapping: context.mapping.name.clone(),
        place: place.to_owned(),
        property: property.name().to_owned(),
        why: why.to_owned(),
    };
    if class.schema_type.view {
        return Err(refused("its table is a view"));
    }
    match property {
        PropertyRef::Column(column) => match (&column.unusable, column.generated) {
            (Some(why), _) => Err(refused(why)),
            (None, Generated::Always) => Err(refused("the database computes it")),
            (None, _) => Ok(WriteAs::Column),
        },
        PropertyRef::Virtual(virtual_property) => match &virtual_property.kind {
            VirtualKind::KeyResolution { reference, property } => {
                let foreign_key = class
                    .schema_type
                    .foreign_keys
                    .iter()
                    .find(|foreign_key| foreign_key.properties == *reference)
                    .ok_or_else(|| refused("its reference is no relation of the table"))?;
                Ok(WriteAs::Reference {
                    columns: reference.clone(),
                    references: foreign_key.references.clone(),
                    referenced_properties: foreign_key.referenced_properties.clone(),
                    property: property.clone(),
                })
            }
            _ => Err(refused("this kind of virtual property is read only")),
        },
    }
}
