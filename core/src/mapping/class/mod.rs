//! A schema class: its table, filter, scope and virtual properties (S8, S9, F4).
//!
//! [`check`] tells what is wrong with a virtual property, [`plan`] makes the plan that reads the class, and
//! [`virtual_value`] the expressions and joins of its virtual properties.

mod check;
mod made;
mod order;
mod plan;
mod reached;
mod scripted;
mod virtual_value;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::datatypes::{Field, Schema as ArrowSchema};
use datafusion::{
    catalog::TableProvider,
    common::{Column, DFSchema, TableReference},
    error::DataFusionError,
    logical_expr::{Expr, utils::conjunction},
};

pub(super) use self::scripted::{ReadScript, check_names, names_secrets};
pub(crate) use self::{
    order::{order, own_schema, secrets},
    virtual_value::literal_value,
};
pub use self::{
    reached::Reached,
    scripted::{UNMATCHABLE_COLUMN, UNREAD_COLUMN, refused_name},
};
use super::{
    Context, MappingError,
    path::{Missing, Way, way},
};
use crate::{
    expr::{self, ExprError, Part, SpecialNames, pattern_expression, qualifier, resolve_pattern},
    project::{ClassRef, Project, PropertyRef, SchemaType, Side, VirtualKind, VirtualProperty},
    value::{ValueType, column_type},
};

/// Name of the column that tells whether an object is labelled as outstanding.
pub const OUTSTANDING_COLUMN: &str = "__outstanding";

/// Where the tables of a plan come from: connected systems, or batches in memory.
pub trait TableSource: Send + Sync {
    /// The objects of a schema type, with a column [`ROW_COLUMN`].
    fn table(&self, side: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider>;

    /// The objects that a class is made of. Whoever looks at a few of them only has fewer here than in
    /// [`TableSource::table`], which references lead to.
    fn objects(&self, side: Side, schema_type: &SchemaType) -> Arc<dyn TableProvider> {
        self.table(side, schema_type)
    }

    /// Keys of the objects of a schema type that are labelled as outstanding, if there are any: one column
    /// per key property and a column [`OUTSTANDING_COLUMN`] that is always true.
    fn labels(&self, side: Side, schema_type: &SchemaType) -> Option<Arc<dyn TableProvider>>;

    /// Keys of the objects of the class on `side` that are in a remembered pair (M10), if the step remembers any:
    /// one column per key property and [`super::PAIR_COLUMN`]. No key is there twice. Both sides or none.
    fn pairs(&self, _side: Side) -> Option<Arc<dyn TableProvider>> {
        None
    }

    /// Keys of the objects of the class on `side` that a provisioning is about, if it is about some: one column per key
    /// property and [`super::WANTED_COLUMN`], which is always true. No key is there twice.
    fn wanted(&self, _side: Side) -> Option<Arc<dyn TableProvider>> {
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
    /// Where the mapping may write the class: whether an object belongs to it, by class filter and scope.
    pub(crate) belongs: Option<Expr>,
    virtual_properties: Vec<Computed>,
    /// Virtual properties that are computed, each behind those that it reads.
    computed: Vec<String>,
    /// Columns and virtual properties, for expressions of virtual properties.
    own_schema: DFSchema,
    /// Properties that the mapping needs, in the order of the class.
    used: Vec<String>,
    /// What virtual properties are made of whose columns the mapping may write.
    made_of: BTreeMap<String, Expr>,
    /// Objects get the column [`super::BUSY_COLUMN`].
    pub(super) marks_busy: bool,
}

/// What a mapping needs of a class.
pub(super) struct Needs {
    /// Properties that anything in it names.
    pub used: BTreeSet<String>,
    /// Those by which objects are matched.
    pub matched: BTreeSet<String>,
    /// Properties of the class that its rules and actions write, with their columns.
    pub written: BTreeSet<String>,
}

/// A virtual property and what it is made of.
#[derive(Debug, Clone)]
struct Computed {
    property: VirtualProperty,
    way: Result<Way, Missing>,
    /// Its read part, if it is a script that the mapping needs.
    script: Option<ReadScript>,
}

/// All properties of a class, as the schema that expressions are checked against.
pub fn class_schema(class: ClassRef<'_>, side: Side) -> DFSchema {
    let fields: Vec<Field> = class
        .properties()
        .map(|property| {
            let data_type = column_type(property.value_type(), property.is_multi_valued());
            Field::new(property.name(), data_type, true)
        })
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

impl CompiledClass {
    pub(super) fn new(project: &Project, class: ClassRef<'_>, side: Side) -> Self {
        let system = project.system(side);
        let filters = class
            .class
            .and_then(|class| class.filter.clone())
            .into_iter()
            .chain(system.scope.get(&class.schema_type.name).cloned())
            .collect();
        let virtual_properties = class
            .properties()
            .filter_map(|property| match property {
                PropertyRef::Virtual(property) => Some(Computed {
                    way: way(&system.schema, class, property),
                    property: property.clone(),
                    script: None,
                }),
                PropertyRef::Column(_) => None,
            })
            .collect();
        Self {
            side,
            name: class.name.to_owned(),
            schema_type: class.schema_type.clone(),
            key: class.schema_type.key.clone(),
            filters,
            belongs: None,
            virtual_properties,
            computed: Vec::new(),
            own_schema: own_schema(class),
            used: Vec::new(),
            made_of: BTreeMap::new(),
            marks_busy: false,
        }
    }

    /// Reads only objects for which `condition` holds, too; it is checked with the other filters.
    pub(super) fn narrow(&mut self, condition: Option<&String>) {
        self.filters.extend(condition.cloned());
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
            .and_then(|template| resolve_pattern(&self.schema_type, template).ok())
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

    /// Notes which properties are needed, by which of them objects are matched, and which are written, and checks
    /// everything that reading them takes.
    pub(super) fn use_properties(
        &mut self,
        context: &Context<'_>,
        Needs { used, matched, written }: &Needs,
    ) -> Result<(), MappingError> {
        if self.key.is_empty() {
            return Err(MappingError::NoKey {
                mapping: context.mapping.name.clone(),
                schema_type: self.schema_type.name.clone(),
            });
        }
        let class = context.class(self.side);
        let in_order = |used: &BTreeSet<String>| {
            let names = class.properties().map(|property| property.name().to_owned());
            names.filter(|name| used.contains(name)).collect()
        };
        self.used = in_order(used);
        let place = format!("class {}", self.name);
        let filters = self.filters.iter().map(|filter| {
            self.filter(context.session, filter)
                .map_err(|source| context.bad_expression(&format!("{place}, filter"), source))
        });
        let belongs = conjunction(filters.collect::<Result<Vec<_>, _>>()?);
        let order = |wanted: &mut dyn Iterator<Item = &String>| {
            order(context.session, class, wanted).map_err(|circle| {
                let help = Some("let one of them read columns only".to_owned());
                let place = format!("{place}, {}", circle.0.first().map_or("", String::as_str));
                context.bad_expression(&place, ExprError { text: circle.to_string(), position: None, help })
            })
        };
        self.computed = order(&mut self.used.iter())?;
        let matched = order(&mut matched.iter())?;
        let computed = &self.computed;
        let is_computed = |one: &&mut Computed| computed.contains(&one.property.name);
        for one in self.virtual_properties.iter_mut().filter(is_computed) {
            let Computed { property, script, .. } = one;
            if matches!(property.kind, VirtualKind::Script { .. }) {
                let place = format!("{place}, {}", property.name);
                let mut read = ReadScript::new(context, self.side, property, &place)?;
                read.matches = matched.contains(&property.name);
                *script = Some(read);
            }
        }
        for computed in &self.virtual_properties {
            let name = &computed.property.name;
            if self.computed.contains(name) {
                self.check_virtual(context, computed, &format!("{place}, {name}"))?;
            }
        }
        if !written.is_empty() {
            let failed = |error: &DataFusionError| MappingError::engine(&context.mapping.name, error);
            self.belongs =
                belongs.map(|filter| self.of_the_side(filter)).transpose().map_err(|error| failed(&error))?;
            self.made_of =
                self.made_of_columns(context.session, &self.computed).map_err(|error| failed(&error))?;
            let side = self.side;
            self.made_of.retain(|name, value| {
                let changes = || !expr::properties_of(value, side).is_disjoint(written);
                used.contains(name) && (matched.contains(name) || changes())
            });
            let columns = self
                .made_of
                .values()
                .chain(&self.belongs)
                .flat_map(|value| expr::properties_of(value, self.side));
            self.used = in_order(&self.used.iter().cloned().chain(columns).collect());
        }
        Ok(())
    }

    /// The type of a column or virtual property.
    fn type_of(&self, name: &str) -> ValueType {
        let mut own = self.virtual_properties.iter().map(|computed| &computed.property);
        own.find(|property| property.name == name)
            .map_or_else(|| self.schema_type.type_of(name), |property| property.value_type)
    }

    /// The class filter or scope as a condition over the columns of the type.
    fn filter(&self, session: &datafusion::prelude::SessionContext, text: &str) -> Result<Expr, ExprError> {
        expr::parse_condition(session, &self.base_schema(), &SpecialNames::of(&self.schema_type), text)
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
}
