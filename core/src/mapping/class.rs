//! A schema class as a plan: its table, filter, scope and virtual properties (S8, S9, F4).

use std::{collections::BTreeSet, sync::Arc};

use arrow::datatypes::{Field, Schema as ArrowSchema};
use datafusion::{
    catalog::TableProvider,
    common::{Column, DFSchema, TableReference},
    datasource::provider_as_source,
    error::Result as DataFusionResult,
    logical_expr::{Expr, JoinType, LogicalPlan, LogicalPlanBuilder, lit},
    prelude::SessionContext,
};

use super::{Context, MappingError, convert, marks};
use crate::{
    connect::ROW_COLUMN,
    expr::{self, Part, parse_pattern, pattern_expression, qualifier},
    project::{ClassRef, ForeignKey, Literal, Project, SchemaType, Side, VirtualKind, VirtualProperty},
    value::ValueType,
};

/// Name of the column that tells whether an object is labelled as outstanding.
pub const OUTSTANDING_COLUMN: &str = "__outstanding";

/// Where the tables of a plan come from: connected systems, or batches in memory.
pub trait TableSource: Send + Sync {
    /// The objects of a schema type, with a column [`ROW_COLUMN`].
    fn table(&self, side: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider>;

    /// Keys of the objects of a schema type that are labelled as outstanding, if there are any: one column
    /// per key property and a column [`OUTSTANDING_COLUMN`] that is always true.
    fn labels(&self, side: Side, schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>>;

    /// Keys of the objects of the class on `side` that are in a remembered pair (M10), if the step remembers any:
    /// one column per key property and [`super::PAIR_COLUMN`]. No key is there twice. Both sides or none.
    fn pairs(&self, _side: Side) -> Option<Arc<dyn TableProvider>> {
        None
    }

    /// Keys of the objects of a schema type that are busy (R5), if there are any: one column per key property
    /// and [`super::BUSY_COLUMN`] with the reason in words. No key is there twice.
    fn busy(&self, _side: Side, _schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>> {
        None
    }
}

/// A class of a mapping, ready to be read.
#[derive(Debug, Clone)]
pub struct CompiledClass {
    /// The side.
    pub side: Side,
    /// Name of the class.
    pub name: String,
    /// Its schema type.
    pub schema_type: SchemaType,
    /// Key properties, in order.
    pub key: Vec<String>,
    /// Class filter and scope.
    filters: Vec<String>,
    virtual_properties: Vec<VirtualProperty>,
    /// Referenced schema types, for key resolution.
    referenced: Vec<SchemaType>,
    /// Properties that the mapping needs, in the order of the class.
    used: Vec<String>,
    /// Objects get the column [`super::BUSY_COLUMN`].
    pub(super) marks_busy: bool,
}

/// All properties of a class, as the schema that expressions are checked against.
pub fn class_schema(class: ClassRef<'_>, side: Side) -> DFSchema {
    let fields: Vec<Field> = class
        .properties()
        .map(|property| Field::new(property.name(), property.value_type().arrow(), true))
        .collect();
    qualified(qualifier(side), fields)
}

/// Duplicate names are the only thing that can go wrong; the check reports them.
fn qualified(name: &str, fields: Vec<Field>) -> DFSchema {
    DFSchema::try_from_qualified_schema(TableReference::bare(name), &ArrowSchema::new(fields))
        .unwrap_or_else(|_| DFSchema::empty())
}

const BASE: &str = "base";

pub(super) fn base(name: &str) -> Expr {
    Expr::Column(Column::new(Some(TableReference::bare(BASE)), name))
}

fn referenced_alias(number: usize) -> TableReference {
    TableReference::bare(format!("ref{number}"))
}

impl CompiledClass {
    pub(super) fn new(project: &Project, class: ClassRef<'_>, side: Side) -> Self {
        let system = project.system(side);
        let filters = class
            .class
            .and_then(|class| class.filter.clone())
            .into_iter()
            .chain(system.scope.get(&class.schema_type.name).cloned())
            .collect();
        let referenced = class
            .schema_type
            .foreign_keys
            .iter()
            .filter_map(|foreign_key| system.schema.schema_type(&foreign_key.references).cloned())
            .collect();
        Self {
            side,
            name: class.name.to_owned(),
            schema_type: class.schema_type.clone(),
            key: class.schema_type.key.clone(),
            filters,
            virtual_properties: class.class.map(|class| class.virtual_properties.clone()).unwrap_or_default(),
            referenced,
            used: Vec::new(),
            marks_busy: false,
        }
    }

    /// Names of the properties in the display template.
    #[must_use]
    pub fn display_properties(&self) -> Vec<String> {
        self.display_parts()
            .into_iter()
            .filter_map(|part| match part {
                Part::Property(name) if self.schema_type.property(&name).is_some() => Some(name),
                _ => None,
            })
            .collect()
    }

    fn display_parts(&self) -> Vec<Part> {
        self.schema_type
            .display_template
            .as_deref()
            .and_then(|template| parse_pattern(template).ok())
            .unwrap_or_else(|| self.key_parts())
    }

    /// How people know an object: its display template, or its key.
    #[must_use]
    pub fn display(&self) -> Expr {
        pattern_expression(&self.display_parts(), |name| expr::property(self.side, name))
    }

    /// The key of an object in its written form.
    #[must_use]
    pub fn key_text(&self) -> Expr {
        pattern_expression(&self.key_parts(), |name| expr::property(self.side, name))
    }

    fn key_parts(&self) -> Vec<Part> {
        let separated =
            self.key.iter().flat_map(|key| [Part::Text(", ".to_owned()), Part::Property(key.clone())]);
        separated.skip(1).collect()
    }

    /// Notes which properties are needed and checks everything that reading them takes.
    pub(super) fn use_properties(
        &mut self,
        context: &Context<'_>,
        used: &BTreeSet<String>,
    ) -> Result<(), MappingError> {
        if self.key.is_empty() {
            return Err(MappingError::NoKey {
                mapping: context.mapping.name.clone(),
                schema_type: self.schema_type.name.clone(),
            });
        }
        let class = context.class(self.side);
        self.used = class
            .properties()
            .map(|property| property.name().to_owned())
            .filter(|name| used.contains(name))
            .collect();
        let place = format!("class {}", self.name);
        for filter in &self.filters {
            expr::parse(context.session, &self.base_schema(), filter)
                .map_err(|source| context.bad_expression(&format!("{place}, filter"), source))?;
        }
        for property in &self.virtual_properties {
            if self.used.contains(&property.name) {
                self.check_virtual(context, property, &format!("{place}, {}", property.name))?;
            }
        }
        Ok(())
    }

    fn check_virtual(
        &self,
        context: &Context<'_>,
        property: &VirtualProperty,
        place: &str,
    ) -> Result<(), MappingError> {
        let unknown = |class: &str, name: &str| MappingError::UnknownProperty {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            class: class.to_owned(),
            property: name.to_owned(),
        };
        match &property.kind {
            VirtualKind::Fixed(_) => Ok(()),
            VirtualKind::Pattern(pattern) => {
                let parts = parse_pattern(pattern).map_err(|source| context.bad_expression(place, source))?;
                for part in parts {
                    if let Part::Property(name) = part
                        && self.schema_type.property(&name).is_none()
                    {
                        return Err(unknown(&self.schema_type.name, &name));
                    }
                }
                Ok(())
            }
            VirtualKind::Expression(text) => expr::parse(context.session, &self.base_schema(), text)
                .map(|_| ())
                .map_err(|source| context.bad_expression(place, source)),
            VirtualKind::KeyResolution { reference, property } => {
                let (_, referenced) =
                    self.relation(reference).ok_or_else(|| MappingError::UnknownProperty {
                        mapping: context.mapping.name.clone(),
                        place: place.to_owned(),
                        class: format!("{}, relations", self.schema_type.name),
                        property: reference.join(", "),
                    })?;
                referenced.property(property).map(|_| ()).ok_or_else(|| unknown(&referenced.name, property))
            }
            _ => Err(MappingError::NotYet {
                mapping: context.mapping.name.clone(),
                place: place.to_owned(),
                what: "this kind of virtual property".to_owned(),
            }),
        }
    }

    /// The relation with exactly these referring properties, and the type that it leads to.
    fn relation(&self, reference: &[String]) -> Option<(&ForeignKey, &SchemaType)> {
        let foreign_key =
            self.schema_type.foreign_keys.iter().find(|foreign_key| foreign_key.properties == reference)?;
        let referenced =
            self.referenced.iter().find(|referenced| referenced.name == foreign_key.references)?;
        Some((foreign_key, referenced))
    }

    fn base_schema(&self) -> DFSchema {
        let fields = self
            .schema_type
            .properties
            .iter()
            .map(|property| Field::new(&property.name, property.value_type.arrow(), true))
            .collect();
        qualified(BASE, fields)
    }

    /// The plan that reads the needed properties of the class, its row number and its label.
    pub fn plan(&self, session: &SessionContext, source: &dyn TableSource) -> DataFusionResult<LogicalPlan> {
        let table = provider_as_source(source.table(self.side, &self.schema_type));
        let mut plan = LogicalPlanBuilder::scan(TableReference::bare(BASE), table, None)?;
        for filter in &self.filters {
            let condition = expr::parse(session, &self.base_schema(), filter)
                .map_err(|error| datafusion::error::DataFusionError::Plan(error.text))?;
            plan = plan.filter(condition)?;
        }
        let mut columns = vec![base(ROW_COLUMN)];
        for name in &self.used {
            let virtual_property = self.virtual_properties.iter().find(|property| property.name == *name);
            let value = match virtual_property {
                None => base(name),
                Some(property) => {
                    let (joined, value) =
                        self.virtual_value(session, source, plan, property, columns.len())?;
                    plan = joined;
                    value
                }
            };
            columns.push(value.alias(name));
        }
        match source.labels(self.side, &self.schema_type) {
            None => columns.push(lit(false).alias(OUTSTANDING_COLUMN)),
            Some(labels) => {
                let alias = TableReference::bare("labels");
                let labels =
                    LogicalPlanBuilder::scan(alias.clone(), provider_as_source(labels), None)?.build()?;
                let own = self.key.iter().map(|key| base(key)).collect::<Vec<_>>();
                let labelled = self
                    .key
                    .iter()
                    .map(|key| Expr::Column(Column::new(Some(alias.clone()), key)))
                    .collect::<Vec<_>>();
                plan = plan.join_with_expr_keys(labels, JoinType::Left, (own, labelled), None)?;
                let label = Expr::Column(Column::new(Some(alias), OUTSTANDING_COLUMN));
                columns.push(label.is_true().alias(OUTSTANDING_COLUMN));
            }
        }
        plan = marks::join(self, source, plan, &mut columns)?;
        plan.project(columns)?.alias(TableReference::bare(qualifier(self.side)))?.build()
    }

    /// The value of a virtual property, and the plan with what it needs joined.
    fn virtual_value(
        &self,
        session: &SessionContext,
        source: &dyn TableSource,
        plan: LogicalPlanBuilder,
        property: &VirtualProperty,
        number: usize,
    ) -> DataFusionResult<(LogicalPlanBuilder, Expr)> {
        let invalid =
            |text: &str| datafusion::error::DataFusionError::Plan(format!("{}: {text}", property.name));
        match &property.kind {
            VirtualKind::Fixed(literal) => Ok((plan, fixed(literal, property.value_type))),
            VirtualKind::Pattern(pattern) => {
                let parts = parse_pattern(pattern).map_err(|error| invalid(&error.text))?;
                let text = pattern_expression(&parts, base);
                Ok((plan, convert(text, ValueType::String, property.value_type)))
            }
            VirtualKind::Expression(text) => {
                let value =
                    expr::parse(session, &self.base_schema(), text).map_err(|error| invalid(&error.text))?;
                Ok((plan, datafusion::logical_expr::cast(value, property.value_type.arrow())))
            }
            VirtualKind::KeyResolution { reference, property: wanted } => {
                let (foreign_key, referenced) =
                    self.relation(reference).ok_or_else(|| invalid("its reference is no relation"))?;
                let alias = referenced_alias(number);
                let columns: Vec<Expr> = foreign_key
                    .referenced_properties
                    .iter()
                    .chain(std::iter::once(wanted))
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .map(|name| Expr::Column(Column::new_unqualified(name)))
                    .collect();
                let table = provider_as_source(source.table(self.side, referenced));
                let other =
                    LogicalPlanBuilder::scan(TableReference::bare(referenced.name.clone()), table, None)?
                        .project(columns)?
                        .alias(alias.clone())?
                        .build()?;
                let own = foreign_key.properties.iter().map(|name| base(name)).collect::<Vec<_>>();
                let theirs = foreign_key
                    .referenced_properties
                    .iter()
                    .map(|name| Expr::Column(Column::new(Some(alias.clone()), name)))
                    .collect::<Vec<_>>();
                let joined = plan.join_with_expr_keys(other, JoinType::Left, (own, theirs), None)?;
                let from =
                    referenced.property(wanted).map_or(property.value_type, |wanted| wanted.value_type);
                let value = Expr::Column(Column::new(Some(alias), wanted));
                Ok((joined, convert(value, from, property.value_type)))
            }
            _ => Err(invalid("this kind of virtual property does not work yet")),
        }
    }
}

fn fixed(literal: &Literal, value_type: ValueType) -> Expr {
    match (literal, value_type) {
        (Literal::Boolean(value), ValueType::Boolean) => lit(*value),
        (Literal::Integer(value), ValueType::Integer) => lit(*value),
        (Literal::Float(value), ValueType::Float) => lit(*value),
        _ => convert(lit(literal.to_text()), ValueType::String, value_type),
    }
}
