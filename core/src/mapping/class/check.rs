//! What is wrong with a virtual property that a mapping uses.

use arrow::datatypes::DataType;
use datafusion::logical_expr::ExprSchemable as _;

use super::{
    super::{Context, MappingError, convertible, path::Way},
    CompiledClass, Computed, literal_value,
};
use crate::{
    expr::{self, ExprError, Part, resolve_pattern},
    project::{PropertyRef, SchemaProperty, SchemaType, VirtualKind},
    value::ValueType,
};

impl CompiledClass {
    /// Finds everything that would keep a virtual property from being read.
    pub(super) fn check_virtual(
        &self,
        context: &Context<'_>,
        computed: &Computed,
        place: &str,
    ) -> Result<(), MappingError> {
        let Computed { property, way, .. } = computed;
        let unknown = |class: &str, name: &str| MappingError::UnknownProperty {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            class: class.to_owned(),
            property: name.to_owned(),
        };
        let way = way.as_ref().map_err(|missing| unknown(&missing.class, &missing.name))?;
        let to = property.value_type;
        let fits = |schema_type: &SchemaType, name: &str, to: ValueType| match schema_type.property(name) {
            Some(found) if !convertible(found.value_type, to) => Err(MappingError::NotConvertible {
                mapping: context.mapping.name.clone(),
                place: place.to_owned(),
                from: found.value_type.label(),
                to: to.label(),
            }),
            _ => Ok(()),
        };
        match &property.kind {
            VirtualKind::Fixed(literal) => match literal_value(to, literal) {
                Some(_) => Ok(()),
                None => Err(MappingError::BadValue {
                    mapping: context.mapping.name.clone(),
                    place: place.to_owned(),
                    text: literal.to_text(),
                    value_type: to.label(),
                }),
            },
            VirtualKind::Pattern(pattern) => {
                let parts = resolve_pattern(&self.schema_type, pattern)
                    .map_err(|source| context.bad_expression(place, source))?;
                parts.iter().try_for_each(|part| match part {
                    Part::Property(name) => self.one_text(context, name, place),
                    _ => Ok(()),
                })
            }
            VirtualKind::Expression(text) => self
                .check_expression(context, text, property.multi_valued)
                .map_err(|source| context.bad_expression(place, source)),
            VirtualKind::ColumnGroup(_) | VirtualKind::CompositeKey(_) => {
                let Way::Own(columns) = way else { return Ok(()) };
                columns.iter().try_for_each(|name| self.one_text(context, name, place))?;
                if to == ValueType::String {
                    return Ok(());
                }
                Err(MappingError::NotConvertible {
                    mapping: context.mapping.name.clone(),
                    place: place.to_owned(),
                    from: "text of several columns".to_owned(),
                    to: to.label(),
                })
            }
            VirtualKind::Convert { property, .. } => self.one_text(context, property, place),
            VirtualKind::KeyResolution { property, .. }
            | VirtualKind::ReferencedProperty { property, .. }
            | VirtualKind::Members { property, .. } => fits(end_of(way, &self.schema_type), property, to),
            // Its read part is compiled by now, see `ReadScript`.
            VirtualKind::Script { .. } => Ok(()),
        }
    }

    /// Whether the property, a column or a virtual one, is there and has a written form.
    fn one_text(&self, context: &Context<'_>, name: &str, place: &str) -> Result<(), MappingError> {
        let class = context.class(self.side);
        let found = class.property(name).ok_or_else(|| MappingError::UnknownProperty {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            class: self.schema_type.name.clone(),
            property: name.to_owned(),
        })?;
        usable(found).map_err(|source| context.bad_expression(place, source))?;
        let list = if found.is_multi_valued() { "list of " } else { "" };
        if list.is_empty() && convertible(found.value_type(), ValueType::String) {
            return Ok(());
        }
        Err(MappingError::NotConvertible {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            from: format!("{list}{}", found.value_type().label()),
            to: ValueType::String.label(),
        })
    }

    fn check_expression(
        &self,
        context: &Context<'_>,
        text: &str,
        multi_valued: bool,
    ) -> Result<(), ExprError> {
        let schema = &self.own_schema;
        let expression = expr::parse(context.session, schema, text)?;
        let class = context.class(self.side);
        let names = expression.column_refs();
        names.into_iter().filter_map(|column| class.property(&column.name)).try_for_each(usable)?;
        // A type that is not known before running is left to the run.
        let Ok(data_type) = expression.get_type(schema) else { return Ok(()) };
        let is_list = matches!(data_type, DataType::List(_) | DataType::LargeList(_));
        let (text, help) = match (is_list, multi_valued) {
            (false, true) => (
                format!("“{text}” gives no list, but the property is multi-valued"),
                "make a list, for example with string_to_array(Aliases, ';')",
            ),
            (true, false) => (
                format!("“{text}” gives a list, but the property is not multi-valued"),
                "write multi_valued: true, or take one element, for example list[1]",
            ),
            _ => return Ok(()),
        };
        Err(ExprError { text, position: None, help: Some(help.to_owned()) })
    }
}

/// Columns that cannot be used are not even read.
fn usable(property: PropertyRef<'_>) -> Result<(), ExprError> {
    match property {
        PropertyRef::Column(SchemaProperty { name, unusable: Some(why), .. }) => Err(ExprError {
            text: format!("the column {name} cannot be used ({why})"),
            position: None,
            help: Some("leave it out, or read it through a view that converts it".to_owned()),
        }),
        _ => Ok(()),
    }
}

/// The type whose property is read.
fn end_of<'a>(way: &'a Way, own: &'a SchemaType) -> &'a SchemaType {
    match way {
        Way::Own(_) => own,
        Way::References(legs) => legs.last().map_or(own, |leg| &leg.to),
        Way::Members(members) => members.member.as_ref().map_or(&members.table, |leg| &leg.to),
    }
}
