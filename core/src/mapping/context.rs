//! What compiling a mapping needs to know, and how its conditions and formulas become expressions.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use datafusion::{
    common::{
        Column, DFSchema,
        tree_node::{Transformed, TreeNode as _},
    },
    logical_expr::{Expr, ExprSchemable as _, lit},
    prelude::SessionContext,
};

use super::MappingError;
use crate::{
    expr::{self, Part, parse_pattern, pattern_expression},
    project::{ClassRef, Condition, Direction, Formula, Mapping, PropertyRef, Side},
};

/// The name of the value that a formula or validation is about.
const VALUE: &str = "Value";

/// What compiling needs to know besides the mapping.
pub(crate) struct Context<'a> {
    pub session: &'a SessionContext,
    pub left: ClassRef<'a>,
    pub right: ClassRef<'a>,
    /// All properties of both classes.
    pub schema: DFSchema,
    pub mapping: &'a Mapping,
    pub direction: Direction,
    /// Proposed rules take part (R22).
    pub with_proposed: bool,
    /// The step is a data import (D5).
    pub data_import: bool,
}

impl<'a> Context<'a> {
    pub(crate) const fn class(&self, side: Side) -> ClassRef<'a> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    /// A condition as an expression that is never NULL; `place` names it in errors.
    pub(crate) fn condition(&self, condition: Option<&Condition>, place: &str) -> Result<Expr, MappingError> {
        match condition {
            None => Ok(lit(true)),
            Some(Condition::Expression(text)) => {
                let expression = expr::parse(self.session, &self.schema, text)
                    .map_err(|source| self.bad_expression(place, source))?;
                Ok(expression.is_true())
            }
            Some(Condition::Script(_)) => Err(MappingError::NotYet {
                mapping: self.mapping.name.clone(),
                place: place.to_owned(),
                what: "a script as condition".to_owned(),
            }),
        }
    }

    /// A condition over both objects and `Value`, which is `value`; may be NULL.
    pub(crate) fn condition_on_value(
        &self,
        condition: &Condition,
        value: &Expr,
        data_type: &DataType,
        place: &str,
    ) -> Result<Expr, MappingError> {
        match condition {
            Condition::Expression(text) => {
                let condition = self.on_value(text, value, data_type, place)?;
                let found = self.type_of(&condition, place)?;
                if found != DataType::Boolean {
                    return Err(MappingError::NotConvertible {
                        mapping: self.mapping.name.clone(),
                        place: place.to_owned(),
                        from: found.to_string(),
                        to: "boolean".to_owned(),
                    });
                }
                Ok(condition)
            }
            Condition::Script(_) => Err(self.not_yet(place, "a script as validation")),
        }
    }

    /// A formula as an expression, and the type that it has. `value` and its type are what `Value` means;
    /// patterns take the properties of `source`.
    pub(crate) fn formula(
        &self,
        formula: &Formula,
        source: Side,
        (value, data_type): (&Expr, &DataType),
        _wanted: PropertyRef<'_>,
        place: &str,
    ) -> Result<(Expr, DataType), MappingError> {
        match formula {
            Formula::Expression(text) => {
                let expression = self.on_value(text, value, data_type, place)?;
                let found = self.type_of(&expression, place)?;
                Ok((expression, found))
            }
            Formula::Pattern(text) => {
                let parts = parse_pattern(text).map_err(|error| self.bad_expression(place, error))?;
                let class = self.class(source);
                for part in &parts {
                    if let Part::Property(name) = part
                        && class.property(name).is_none()
                    {
                        return Err(MappingError::UnknownProperty {
                            mapping: self.mapping.name.clone(),
                            place: place.to_owned(),
                            class: class.name.to_owned(),
                            property: name.clone(),
                        });
                    }
                }
                Ok((pattern_expression(&parts, |name| expr::property(source, name)), DataType::Utf8))
            }
            Formula::Script(_) => Err(self.not_yet(place, "a script as formula")),
        }
    }

    /// An expression over both objects and `Value`.
    fn on_value(
        &self,
        text: &str,
        value: &Expr,
        data_type: &DataType,
        place: &str,
    ) -> Result<Expr, MappingError> {
        let own = ArrowSchema::new(vec![Field::new(VALUE, data_type.clone(), true)]);
        let schema = DFSchema::try_from(own)
            .and_then(|own| self.schema.join(&own))
            .map_err(|error| MappingError::engine(&self.mapping.name, &error))?;
        let expression =
            expr::parse(self.session, &schema, text).map_err(|source| self.bad_expression(place, source))?;
        let named = Column::new_unqualified(VALUE);
        expression
            .transform(|part| match part {
                Expr::Column(column) if column == named => Ok(Transformed::yes(value.clone())),
                other => Ok(Transformed::no(other)),
            })
            .map(|transformed| transformed.data)
            .map_err(|error| MappingError::engine(&self.mapping.name, &error))
    }

    /// The type that an expression has once the engine has made its operands fit.
    fn type_of(&self, expression: &Expr, place: &str) -> Result<DataType, MappingError> {
        let schema = Arc::new(self.schema.clone());
        let context = datafusion::logical_expr::simplify::SimplifyContext::builder()
            .with_schema(Arc::clone(&schema))
            .build();
        let simplifier = datafusion::optimizer::simplify_expressions::ExprSimplifier::new(context);
        simplifier
            .coerce(expression.clone(), &schema)
            .and_then(|expression| expression.get_type(&*schema))
            .map_err(|error| {
                let text = error.strip_backtrace();
                self.bad_expression(place, expr::ExprError { text, position: None, help: None })
            })
    }

    fn not_yet(&self, place: &str, what: &str) -> MappingError {
        MappingError::NotYet {
            mapping: self.mapping.name.clone(),
            place: place.to_owned(),
            what: what.to_owned(),
        }
    }

    pub(crate) fn bad_pattern(&self, place: &str, error: &regex::Error) -> MappingError {
        MappingError::BadPattern {
            mapping: self.mapping.name.clone(),
            place: place.to_owned(),
            text: error.to_string(),
        }
    }

    pub(crate) fn bad_expression(&self, place: &str, source: expr::ExprError) -> MappingError {
        MappingError::Expression { mapping: self.mapping.name.clone(), place: place.to_owned(), source }
    }
}
