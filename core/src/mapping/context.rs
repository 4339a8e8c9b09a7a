//! What compiling a mapping needs to know, and how its conditions and formulas become expressions.

use std::{cell::OnceCell, sync::Arc};

use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use datafusion::{
    common::{
        Column, DFSchema,
        tree_node::{Transformed, TreeNode as _},
    },
    functions::core::expr_fn::get_field,
    logical_expr::{Expr, ExprSchemable as _, simplify::SimplifyContext},
    optimizer::simplify_expressions::ExprSimplifier,
    prelude::SessionContext,
};

use super::MappingError;
use crate::{
    expr::{self, Part, SpecialNames, parse_pattern, pattern_expression},
    project::{ClassRef, Condition, Direction, Formula, Mapping, Project, PropertyRef, Side},
    script::{CompiledScript, ScriptError, ScriptKind, ScriptLimits, ScriptName, Scripts},
    value::{Value, ValueType, column_type},
};

/// A condition as expressions.
#[derive(Debug, Clone)]
pub struct CompiledCondition {
    /// True where it holds; never NULL.
    pub holds: Expr,
    /// What a script says of rows for which it cannot tell; NULL elsewhere.
    pub error: Option<Expr>,
}

/// The value of a formula as expressions.
pub(crate) struct FormulaValue {
    pub value: Expr,
    pub data_type: DataType,
    /// What a script says of rows for which it has no value; NULL elsewhere.
    pub error: Option<Expr>,
}

/// What the names in a script mean.
struct ScriptNames<'a> {
    /// What `$Value$` is.
    value: Option<&'a Expr>,
    /// Whose property a name without side is.
    side: Option<Side>,
}

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
    /// The project, for its scripts.
    pub project: &'a Project,
    /// The project's script language, once it is needed.
    pub scripts: OnceCell<Result<Scripts, ScriptError>>,
}

impl<'a> Context<'a> {
    pub(crate) const fn class(&self, side: Side) -> ClassRef<'a> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    /// A condition over both objects; `place` names it in errors.
    pub(crate) fn condition(
        &self,
        condition: &Condition,
        place: &str,
    ) -> Result<CompiledCondition, MappingError> {
        match condition {
            Condition::Expression(text) => {
                let expression =
                    expr::parse_condition(self.session, &self.schema, &SpecialNames::default(), text)
                        .map_err(|source| self.bad_expression(place, source))?;
                Ok(CompiledCondition { holds: expression.is_true(), error: None })
            }
            Condition::Script(text) => {
                let names = ScriptNames { value: None, side: None };
                let (holds, error) =
                    self.script(text, ScriptKind::Condition, (ValueType::Boolean, false), &names, place)?;
                Ok(CompiledCondition { holds: holds.is_true(), error: Some(error) })
            }
        }
    }

    /// A condition over both objects and `Value`, which is `value` and may be NULL where the condition is.
    pub(crate) fn condition_on_value(
        &self,
        condition: &Condition,
        value: &Expr,
        data_type: &DataType,
        place: &str,
    ) -> Result<CompiledCondition, MappingError> {
        match condition {
            Condition::Expression(text) => {
                let holds = self.on_value(text, value, data_type, place)?;
                self.must_be_boolean(&holds, place)?;
                Ok(CompiledCondition { holds, error: None })
            }
            Condition::Script(text) => {
                let names = ScriptNames { value: Some(value), side: None };
                let (holds, error) =
                    self.script(text, ScriptKind::Condition, (ValueType::Boolean, false), &names, place)?;
                Ok(CompiledCondition { holds, error: Some(error) })
            }
        }
    }

    fn must_be_boolean(&self, condition: &Expr, place: &str) -> Result<(), MappingError> {
        let found = self.type_of(condition, place)?;
        if found == DataType::Boolean {
            return Ok(());
        }
        Err(MappingError::NotConvertible {
            mapping: self.mapping.name.clone(),
            place: place.to_owned(),
            from: ValueType::of_arrow(&found).map_or_else(|| found.to_string(), |(found, _)| found.label()),
            to: "condition, which is true or false".to_owned(),
        })
    }

    /// A formula as expressions. `value` and its type are what `Value` means; patterns take the properties of
    /// `source`; a script gives a value of type `wanted`.
    pub(crate) fn formula(
        &self,
        formula: &Formula,
        source: Side,
        (value, data_type): (&Expr, &DataType),
        wanted: PropertyRef<'_>,
        place: &str,
    ) -> Result<FormulaValue, MappingError> {
        match formula {
            Formula::Expression(text) => {
                let value = self.on_value(text, value, data_type, place)?;
                let data_type = self.type_of(&value, place)?;
                Ok(FormulaValue { value, data_type, error: None })
            }
            Formula::Pattern(text) => {
                let parts = parse_pattern(text).map_err(|error| self.bad_expression(place, error))?;
                let class = self.class(source);
                let parts = parts.into_iter().map(|part| self.meant(class, part, place)).collect::<Result<
                    Vec<_>,
                    MappingError,
                >>(
                )?;
                let value = pattern_expression(&parts, |name| expr::property(source, name));
                Ok(FormulaValue { value, data_type: DataType::Utf8, error: None })
            }
            Formula::Script(text) => {
                let wanted = (wanted.value_type(), wanted.is_multi_valued());
                let names = ScriptNames { value: Some(value), side: Some(source) };
                let (value, error) = self.script(text, ScriptKind::Value, wanted, &names, place)?;
                let data_type = column_type(wanted.0, wanted.1);
                Ok(FormulaValue { value, data_type, error: Some(error) })
            }
        }
    }

    /// A part of a pattern; `${First_Name}` also means the property `First Name`.
    fn meant(&self, class: ClassRef<'_>, part: Part, place: &str) -> Result<Part, MappingError> {
        let (name, property) = match part {
            Part::Text(_) => return Ok(part),
            Part::Property(name) => {
                let property = class.property(&name);
                (name, property)
            }
            Part::Escaped(name) => {
                let similar = || class.properties().find(|one| expr::placeholder_name(one.name()) == name);
                let property = class.property(&name).or_else(similar);
                (name, property)
            }
        };
        match property {
            Some(property) => Ok(Part::Property(property.name().to_owned())),
            None => Err(MappingError::UnknownProperty {
                mapping: self.mapping.name.clone(),
                place: place.to_owned(),
                class: class.name.to_owned(),
                property: name,
            }),
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
        let context = SimplifyContext::builder().with_schema(Arc::clone(&schema)).build();
        let simplifier = ExprSimplifier::new(context);
        simplifier
            .coerce(expression.clone(), &schema)
            .and_then(|expression| expression.get_type(&*schema))
            .map_err(|error| {
                let text = error.strip_backtrace();
                self.bad_expression(place, expr::ExprError { text, position: None, help: None })
            })
    }

    /// What a script gives, and its error text.
    fn script(
        &self,
        text: &str,
        kind: ScriptKind,
        (wanted, multi_valued): (ValueType, bool),
        names: &ScriptNames<'_>,
        place: &str,
    ) -> Result<(Expr, Expr), MappingError> {
        let script = self.compile_script(text, kind, place)?;
        let arguments = script
            .names()
            .iter()
            .map(|name| self.script_name(name, names, place))
            .collect::<Result<Vec<_>, MappingError>>()?;
        let both = script.function(wanted, multi_valued).call(arguments);
        Ok((get_field(both.clone(), "value"), get_field(both, "error")))
    }

    /// Compiles a script in the language of the project.
    pub(crate) fn compile_script(
        &self,
        text: &str,
        kind: ScriptKind,
        place: &str,
    ) -> Result<CompiledScript, MappingError> {
        let scripts = self.scripts.get_or_init(|| scripts_of(self.project, self.data_import));
        let full_place = format!("mapping {}, {place}", self.mapping.name);
        scripts
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|scripts| scripts.compile(&full_place, text, kind))
            .map_err(|source| MappingError::Script {
                mapping: self.mapping.name.clone(),
                place: place.to_owned(),
                source: Box::new(source),
            })
    }

    fn script_name(
        &self,
        name: &ScriptName,
        names: &ScriptNames<'_>,
        place: &str,
    ) -> Result<Expr, MappingError> {
        if let (None, VALUE, Some(value)) = (name.side, name.property.as_str(), names.value) {
            return Ok(value.clone());
        }
        let has = |side: &Side| self.class(*side).property(&name.property).is_some();
        let sides = match name.side.or(names.side) {
            Some(side) => vec![side],
            None => vec![Side::Left, Side::Right],
        };
        let found: Vec<Side> = sides.into_iter().filter(has).collect();
        match found.as_slice() {
            [side] => Ok(expr::property(*side, &name.property)),
            [] => Err(MappingError::UnknownProperty {
                mapping: self.mapping.name.clone(),
                place: place.to_owned(),
                class: match name.side.or(names.side) {
                    Some(side) => self.class(side).name.to_owned(),
                    None => format!("neither {} nor {}", self.left.name, self.right.name),
                },
                property: name.property.clone(),
            }),
            _ => Err(MappingError::WhichSide {
                mapping: self.mapping.name.clone(),
                place: place.to_owned(),
                property: name.property.clone(),
            }),
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

/// The script language of a project with its snippets, variables and `FullSync` (D5).
///
/// # Errors
///
/// If a snippet is wrong, or the engine does not start.
pub fn scripts_of(project: &Project, data_import: bool) -> Result<Scripts, ScriptError> {
    let variables = project
        .variables
        .iter()
        .filter(|variable| !variable.secret)
        .map(|variable| (variable.name.clone(), Value::String(variable.value.clone())))
        .chain([("FullSync".to_owned(), Value::Boolean(!data_import))])
        .collect();
    Scripts::new(project.script_language, &project.snippets, variables, ScriptLimits::default())
}
