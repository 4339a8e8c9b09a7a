//! What virtual properties of a class read of it: the order in which they are computed (S9), and which of them show
//! sensitive values.

use std::collections::HashSet;

use arrow::datatypes::Field;
use datafusion::{common::DFSchema, prelude::SessionContext};

use super::{
    super::path::{Way, way},
    BASE, qualified,
};
use crate::{
    expr::{self, Part, resolve_pattern},
    project::{ClassRef, PropertyRef, Schema, SchemaType, VirtualKind, VirtualProperty},
    value::column_type,
};

/// Virtual properties that read one another: the first is also the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Circle(pub Vec<String>);

impl std::fmt::Display for Circle {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "virtual properties read one another: {}", self.0.join(" → "))
    }
}

/// The virtual properties among `wanted` and those that they read, each behind what it reads itself.
pub(crate) fn order<'n>(
    session: &SessionContext,
    class: ClassRef<'_>,
    wanted: impl IntoIterator<Item = &'n String>,
) -> Result<Vec<String>, Circle> {
    let mut visit = Visit { session, class, schema: own_schema(class), way: Vec::new(), done: Vec::new() };
    wanted.into_iter().try_for_each(|name| visit.visit(name))?;
    Ok(visit.done)
}

/// Names of the properties of a class whose values are never shown: those that are marked so, and virtual ones that are
/// made of them or of such of other types.
pub(crate) fn secrets<'a>(
    session: &SessionContext,
    schema: &Schema,
    class: ClassRef<'a>,
) -> HashSet<&'a str> {
    let marked = class.properties().filter(|property| property.is_secret()).map(PropertyRef::name);
    let mut secrets: HashSet<&str> = marked.collect();
    let any_column = schema.types.iter().flat_map(|one| &one.properties).any(|column| column.sensitive);
    // Most systems have none.
    if secrets.is_empty() && !any_column {
        return secrets;
    }
    let visit = Visit { session, class, schema: own_schema(class), way: Vec::new(), done: Vec::new() };
    loop {
        let known = secrets.len();
        for property in class.properties() {
            let PropertyRef::Virtual(made) = property else { continue };
            if shows(&visit, schema, made, &secrets) {
                secrets.insert(property.name());
            }
        }
        if secrets.len() == known {
            return secrets;
        }
    }
}

/// Whether a virtual property is made of one of the secrets, or of a sensitive column of another type.
fn shows(visit: &Visit<'_>, schema: &Schema, made: &VirtualProperty, secrets: &HashSet<&str>) -> bool {
    let elsewhere = |schema_type: &SchemaType, name: &str| {
        schema_type.property(name).is_some_and(|column| column.sensitive)
    };
    match (&made.kind, way(schema, visit.class, made)) {
        (VirtualKind::Script { read: Some(text), .. }, _) => {
            secrets.iter().any(|name| text.contains(&format!("{name}$")))
        }
        (
            VirtualKind::KeyResolution { property, .. }
            | VirtualKind::ReferencedProperty { property, .. }
            | VirtualKind::Members { property, .. },
            Ok(way),
        ) => match &way {
            Way::Own(_) => false,
            Way::References(legs) => legs.last().is_some_and(|leg| elsewhere(&leg.to, property)),
            Way::Members(members) => {
                elsewhere(members.member.as_ref().map_or(&members.table, |leg| &leg.to), property)
            }
        },
        (_, Ok(Way::Own(columns))) => {
            let reads = visit.reads(made);
            columns.iter().chain(&reads).any(|name| secrets.contains(name.as_str()))
        }
        _ => false,
    }
}

/// The columns and virtual properties of a class, as expressions of its virtual properties know them.
pub(crate) fn own_schema(class: ClassRef<'_>) -> DFSchema {
    let mut seen = HashSet::new();
    // Names that stand there twice are told elsewhere.
    let properties = class.properties().filter(|property| seen.insert(property.name()));
    let field = |property: PropertyRef<'_>| {
        let data_type = column_type(property.value_type(), property.is_multi_valued());
        Field::new(property.name(), data_type, true)
    };
    qualified(BASE, properties.map(field).collect())
}

struct Visit<'a> {
    session: &'a SessionContext,
    class: ClassRef<'a>,
    schema: DFSchema,
    /// Properties whose own properties are being looked at.
    way: Vec<String>,
    done: Vec<String>,
}

impl Visit<'_> {
    fn visit(&mut self, name: &str) -> Result<(), Circle> {
        let Some(PropertyRef::Virtual(property)) = self.class.property(name) else { return Ok(()) };
        if self.done.iter().any(|done| done == name) {
            return Ok(());
        }
        let begin = self.way.iter().position(|known| known == name);
        self.way.push(name.to_owned());
        if let Some(begin) = begin {
            return Err(Circle(self.way.split_off(begin)));
        }
        self.reads(property).iter().try_for_each(|read| self.visit(read))?;
        self.way.pop();
        self.done.push(name.to_owned());
        Ok(())
    }

    /// Names of the properties of the object that a virtual property reads; none of what is wrong in itself,
    /// which is told elsewhere.
    fn reads(&self, property: &VirtualProperty) -> Vec<String> {
        match &property.kind {
            VirtualKind::Pattern(pattern) => {
                let parts = resolve_pattern(self.class.schema_type, pattern).unwrap_or_default();
                let name = |part| match part {
                    Part::Property(name) | Part::Escaped(name) => Some(name),
                    Part::Text(_) => None,
                };
                parts.into_iter().filter_map(name).collect()
            }
            VirtualKind::Expression(text) => expr::parse(self.session, &self.schema, text)
                .map(|parsed| parsed.column_refs().into_iter().map(|column| column.name.clone()).collect())
                .unwrap_or_default(),
            VirtualKind::CompositeKey(names) => names.clone(),
            VirtualKind::Convert { property, .. } => vec![property.clone()],
            _ => Vec::new(),
        }
    }
}
