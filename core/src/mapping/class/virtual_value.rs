//! Virtual properties as expressions, with the tables that they need joined (S9).
//!
//! What is joined is the build side of its join and the class streams through: referenced types are mostly
//! smaller than the class, and the objects keep the order in which they were read.

use std::collections::HashMap;

use datafusion::{
    common::{
        Column, ScalarValue, TableReference,
        tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    },
    datasource::provider_as_source,
    error::{DataFusionError, Result as DataFusionResult},
    functions::expr_fn::{lower, upper},
    functions_aggregate::expr_fn::array_agg,
    logical_expr::{Expr, JoinType, LogicalPlan, LogicalPlanBuilder, lit, try_cast},
    prelude::SessionContext,
};

use super::{
    super::{
        convert,
        functions::{composite, sorted_set, without_accents},
        path::{Leg, MembersOf, Way},
    },
    CompiledClass, Computed, TableSource, base,
};
use crate::{
    expr::{self, pattern_expression, resolve_pattern},
    project::{CharacterConversion, Literal, SchemaType, VirtualKind},
    value::{Value, ValueType, array_of, column_type, parse_value},
};

/// Name of the column that holds the list of members.
const MEMBERS: &str = "members";

/// Makes the values of virtual properties of one class.
pub(super) struct Reader<'a> {
    pub session: &'a SessionContext,
    pub source: &'a dyn TableSource,
    pub class: &'a CompiledClass,
}

/// Values of the virtual properties that are computed already.
#[derive(Default)]
pub(super) struct Values(HashMap<String, Expr>);

impl Values {
    pub fn add(&mut self, name: &str, value: Expr) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value of a virtual property or column.
    pub fn of(&self, name: &str) -> Expr {
        self.0.get(name).cloned().unwrap_or_else(|| base(name))
    }

    /// An expression over properties as one over columns.
    fn in_place(&self, expression: Expr) -> DataFusionResult<Expr> {
        let in_place = |part| match part {
            Expr::Column(column) => Ok(Transformed::yes(self.of(&column.name))),
            other => Ok(Transformed::no(other)),
        };
        expression.transform(in_place).data()
    }
}

impl Reader<'_> {
    /// The value of a virtual property, and the plan with what it needs joined; `number` is its own.
    pub fn value(
        &self,
        plan: LogicalPlanBuilder,
        computed: &Computed,
        values: &Values,
        number: usize,
    ) -> DataFusionResult<(LogicalPlanBuilder, Expr)> {
        let Computed { property, way, .. } = computed;
        let invalid = |text: &str| DataFusionError::Plan(format!("{}: {text}", property.name));
        match way {
            Err(missing) => Err(invalid(&format!("{} has no {}", missing.class, missing.name))),
            Ok(Way::Own(columns)) => {
                Ok((plan, self.class.own_value(self.session, computed, columns, values)?))
            }
            Ok(Way::References(legs)) => {
                let wanted = property_of(&property.kind).ok_or_else(|| invalid("it names no property"))?;
                self.follow(plan, legs, wanted, property.value_type, number)
            }
            Ok(Way::Members(members)) => {
                let wanted = property_of(&property.kind).ok_or_else(|| invalid("it names no property"))?;
                self.members(plan, members, wanted, property.value_type, number)
            }
        }
    }

    /// Joins the referenced objects hop by hop; the value is `wanted` of the last one.
    fn follow(
        &self,
        mut plan: LogicalPlanBuilder,
        legs: &[Leg],
        wanted: &str,
        value_type: ValueType,
        number: usize,
    ) -> DataFusionResult<(LogicalPlanBuilder, Expr)> {
        let alias = |hop: usize| TableReference::bare(format!("ref{number}_{hop}"));
        let column = |hop: usize, name: &str| Expr::Column(Column::new(Some(alias(hop)), name));
        let mut value = lit(ScalarValue::Null);
        for (position, leg) in legs.iter().enumerate() {
            let next: Vec<&str> = match legs.get(position + 1) {
                Some(next) => next.hop.columns.iter().map(String::as_str).collect(),
                None => vec![wanted],
            };
            let needed = leg.hop.properties.iter().map(String::as_str).chain(next);
            let other = self.scan(&leg.to, needed)?.alias(alias(position))?;
            let theirs = leg.hop.properties.iter().map(|name| column(position, name)).collect::<Vec<_>>();
            let own = leg.hop.columns.iter().map(|name| match position {
                0 => base(name),
                _ => column(position - 1, name),
            });
            let own = own.collect::<Vec<_>>();
            plan = other.join_with_expr_keys(plan.build()?, JoinType::Right, (theirs, own), None)?;
            value = convert(column(position, wanted), leg.to.type_of(wanted), value_type);
        }
        Ok((plan, value))
    }

    /// Joins the members, grouped by the object that has them; an object without members has the empty list.
    fn members(
        &self,
        plan: LogicalPlanBuilder,
        members: &MembersOf,
        wanted: &str,
        value_type: ValueType,
        number: usize,
    ) -> DataFusionResult<(LogicalPlanBuilder, Expr)> {
        let alias = TableReference::bare(format!("ref{number}"));
        let column = |name: &str| Expr::Column(Column::new(Some(alias.clone()), name));
        let lists = LogicalPlanBuilder::from(self.lists(members, wanted, value_type, number)?)
            .alias(alias.clone())?;
        let theirs = members.own.columns.iter().map(|name| column(&own_column(name))).collect::<Vec<_>>();
        let own = members.own.properties.iter().map(|name| base(name)).collect::<Vec<_>>();
        let plan = lists.join_with_expr_keys(plan.build()?, JoinType::Right, (theirs, own), None)?;
        // NULL, where nothing was joined, becomes the empty list.
        Ok((plan, sorted_set(column(MEMBERS), value_type)))
    }

    /// The lists of members by the columns that refer to the object that has them.
    fn lists(
        &self,
        members: &MembersOf,
        wanted: &str,
        value_type: ValueType,
        number: usize,
    ) -> DataFusionResult<LogicalPlan> {
        let table_alias = TableReference::bare(format!("ref{number}_table"));
        let table_column = |name: &str| Expr::Column(Column::new(Some(table_alias.clone()), name));
        let own_columns = members.own.columns.iter();
        let (rows, value) = match &members.member {
            None => {
                let needed = own_columns.map(String::as_str).chain([wanted]);
                let rows = self.scan(&members.table, needed)?.alias(table_alias.clone())?;
                (rows, convert(table_column(wanted), members.table.type_of(wanted), value_type))
            }
            Some(leg) => {
                let needed = own_columns.chain(&leg.hop.columns).map(String::as_str);
                let rows = self.scan(&members.table, needed)?.alias(table_alias.clone())?;
                let alias = TableReference::bare(format!("ref{number}_member"));
                let column = |name: &str| Expr::Column(Column::new(Some(alias.clone()), name));
                let needed = leg.hop.properties.iter().map(String::as_str).chain([wanted]);
                let objects = self.scan(&leg.to, needed)?.alias(alias.clone())?;
                let theirs = leg.hop.properties.iter().map(|name| column(name)).collect::<Vec<_>>();
                let own = leg.hop.columns.iter().map(|name| table_column(name)).collect::<Vec<_>>();
                let joined =
                    objects.join_with_expr_keys(rows.build()?, JoinType::Inner, (theirs, own), None)?;
                (joined, convert(column(wanted), leg.to.type_of(wanted), value_type))
            }
        };
        let value_column = Expr::Column(Column::new_unqualified("value"));
        let keys: Vec<String> = members.own.columns.iter().map(|name| own_column(name)).collect();
        let own = members.own.columns.iter().zip(&keys).map(|(name, key)| table_column(name).alias(key));
        rows.project(own.chain([value.alias("value")]).collect::<Vec<_>>())?
            .filter(value_column.clone().is_not_null())?
            .aggregate(
                keys.iter().map(|key| Expr::Column(Column::new_unqualified(key))),
                [array_agg(value_column).alias(MEMBERS)],
            )?
            .build()
    }

    /// These columns of a table, each once.
    fn scan<'n>(
        &self,
        schema_type: &SchemaType,
        columns: impl Iterator<Item = &'n str>,
    ) -> DataFusionResult<LogicalPlanBuilder> {
        let columns: std::collections::BTreeSet<&str> = columns.collect();
        let columns: Vec<Expr> =
            columns.into_iter().map(|name| Expr::Column(Column::new_unqualified(name))).collect();
        let table = provider_as_source(self.source.table(self.class.side, schema_type));
        LogicalPlanBuilder::scan(TableReference::bare(schema_type.name.clone()), table, None)?
            .project(columns)
    }
}

impl CompiledClass {
    /// The value of a property that is made of others of the object.
    pub(super) fn own_value(
        &self,
        session: &SessionContext,
        computed: &Computed,
        columns: &[String],
        values: &Values,
    ) -> DataFusionResult<Expr> {
        let Computed { property, script, .. } = computed;
        if let Some(script) = script {
            return Ok(script.call(property, base).0);
        }
        let invalid = |text: &str| DataFusionError::Plan(format!("{}: {text}", property.name));
        match &property.kind {
            VirtualKind::Fixed(literal) => {
                literal_value(property.value_type, literal).map(lit).ok_or_else(|| {
                    invalid(&format!("“{}” is no {}", literal.to_text(), property.value_type.label()))
                })
            }
            VirtualKind::Pattern(pattern) => {
                let parts =
                    resolve_pattern(&self.schema_type, pattern).map_err(|error| invalid(&error.text))?;
                let text = pattern_expression(&parts, |name| values.of(name));
                Ok(convert(text, ValueType::String, property.value_type))
            }
            VirtualKind::Expression(text) => {
                let value =
                    expr::parse(session, &self.own_schema, text).map_err(|error| invalid(&error.text))?;
                let value = values.in_place(value)?;
                // A value that the declared type cannot hold concerns its object only: it is no value.
                Ok(try_cast(value, column_type(property.value_type, property.multi_valued)))
            }
            VirtualKind::ColumnGroup(_) | VirtualKind::CompositeKey(_) => {
                Ok(composite(columns.iter().map(|name| (values.of(name), self.type_of(name)))))
            }
            VirtualKind::Convert { property: from, conversion } => {
                let text = convert(values.of(from), self.type_of(from), ValueType::String);
                let text = match conversion {
                    CharacterConversion::LowerCase => lower(text),
                    CharacterConversion::UpperCase => upper(text),
                    CharacterConversion::WithoutAccents => without_accents(text),
                };
                Ok(convert(text, ValueType::String, property.value_type))
            }
            _ => Err(invalid("it is not made of columns of the object")),
        }
    }
}

/// Own names, because a column may be called like another one here.
fn own_column(name: &str) -> String {
    format!("own.{name}")
}

/// The property of another object that a kind is about.
fn property_of(kind: &VirtualKind) -> Option<&str> {
    match kind {
        VirtualKind::KeyResolution { property, .. }
        | VirtualKind::ReferencedProperty { property, .. }
        | VirtualKind::Members { property, .. } => Some(property),
        _ => None,
    }
}

/// A literal of the project as a value of a type; NULL is one of every type, `None` if it is no value of it.
pub(crate) fn literal_value(value_type: ValueType, literal: &Literal) -> Option<ScalarValue> {
    let value = match literal {
        Literal::Null => Value::Null,
        other => parse_value(value_type, &other.to_text())?,
    };
    ScalarValue::try_from_array(&array_of(value_type, std::iter::once(&value)), 0).ok()
}
