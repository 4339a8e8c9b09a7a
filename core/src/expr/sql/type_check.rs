//! Types in a condition: what is compared, combined and given to functions must fit.
//!
//! The engine converts silently where it can and fails in the middle of a run where it cannot. Here every
//! comparison has a meaning that the table in `expr::types` defines, or is an error at its place.

use std::{ops::ControlFlow, sync::Arc};

use arrow::datatypes::DataType;
use datafusion::{
    common::DFSchema,
    error::Result as DataFusionResult,
    logical_expr::{Expr as Plan, ExprSchemable as _, simplify::SimplifyContext},
    optimizer::simplify_expressions::ExprSimplifier,
    sql::sqlparser::{
        ast::{BinaryOperator, Expr, Function, Spanned as _, UnaryOperator, Value, Visit as _, Visitor},
        tokenizer::Span,
    },
};

use super::{Parsed, error};
use crate::expr::{
    ExprError,
    types::{Kind, example, kind, label, typed},
};

/// Looks at every operation.
pub(super) fn check(parsed: &Parsed<'_>, tree: &Expr) -> Result<(), ExprError> {
    match tree.visit(&mut Types { parsed }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(*error),
    }
}

/// Fails where the engine finds no common type although each operation looked right by itself.
pub(super) fn coerces(expression: &Plan, schema: &DFSchema) -> DataFusionResult<()> {
    let context = SimplifyContext::builder().with_schema(Arc::new(schema.clone())).build();
    let coerced = ExprSimplifier::new(context).coerce(expression.clone(), schema)?;
    coerced.get_type(schema).map(|_| ())
}

struct Types<'a> {
    parsed: &'a Parsed<'a>,
}

impl Visitor for Types<'_> {
    type Break = Box<ExprError>;

    /// After the parts, so that the innermost error is told.
    fn post_visit_expr(&mut self, part: &Expr) -> ControlFlow<Self::Break> {
        match self.part(part) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Box::new(error)),
        }
    }
}

impl Types<'_> {
    fn part(&self, part: &Expr) -> Result<(), ExprError> {
        match part {
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::UnaryOp { op: UnaryOperator::Not, expr }
            | Expr::IsTrue(expr)
            | Expr::IsNotTrue(expr)
            | Expr::IsFalse(expr)
            | Expr::IsNotFalse(expr)
            | Expr::IsUnknown(expr)
            | Expr::IsNotUnknown(expr) => self.boolean(expr),
            Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
                self.of_kind(expr, Kind::Number)
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.compared(left, right)
            }
            Expr::Between { expr, low, high, .. } => {
                self.compared(expr, low)?;
                self.compared(expr, high)
            }
            Expr::InList { expr, list, .. } => list.iter().try_for_each(|item| self.compared(expr, item)),
            Expr::Like { expr, pattern, .. }
            | Expr::ILike { expr, pattern, .. }
            | Expr::SimilarTo { expr, pattern, .. } => {
                self.of_kind(expr, Kind::Text)?;
                self.of_kind(pattern, Kind::Text)
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                for branch in conditions {
                    match operand {
                        Some(operand) => self.compared(operand, &branch.condition)?,
                        None => self.boolean(&branch.condition)?,
                    }
                }
                self.one_kind(conditions.iter().map(|branch| &branch.result).chain(else_result.as_deref()))
            }
            Expr::Function(function) => self.function(part, function),
            Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Position { .. }
            | Expr::Overlay { .. }
            | Expr::Extract { .. }
            | Expr::AtTimeZone { .. }
            | Expr::Cast { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. } => self.type_of(part).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<(), ExprError> {
        use BinaryOperator as B;
        match op {
            B::And | B::Or | B::Xor => {
                self.boolean(left)?;
                self.boolean(right)
            }
            B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq | B::Spaceship => self.compared(left, right),
            B::PGRegexMatch | B::PGRegexIMatch | B::PGRegexNotMatch | B::PGRegexNotIMatch => {
                self.of_kind(left, Kind::Text)?;
                self.of_kind(right, Kind::Text)
            }
            B::Plus | B::Minus | B::Multiply | B::Divide | B::Modulo => self.calculated(left, op, right),
            _ => Ok(()),
        }
    }

    /// The type of a part, as the engine finds it.
    fn type_of(&self, part: &Expr) -> Result<DataType, ExprError> {
        match part {
            Expr::Value(value) => match &value.value {
                Value::SingleQuotedString(_) => return Ok(DataType::Utf8),
                Value::Boolean(_) => return Ok(DataType::Boolean),
                Value::Null => return Ok(DataType::Null),
                _ => {}
            },
            Expr::Nested(inner) => return self.type_of(inner),
            other if is_condition(other) => return Ok(DataType::Boolean),
            _ => {}
        }
        let placed = |mut error: ExprError| {
            error.position = error.position.or_else(|| self.position(part.span()));
            error
        };
        let plan = self.parsed.plan(part.clone()).map_err(placed)?;
        plan.get_type(self.parsed.schema).map_err(|error| placed(error::explain(self.parsed.text, &error)))
    }

    fn position(&self, span: Span) -> Option<(usize, usize)> {
        error::at(self.parsed.text, span, String::new(), String::new()).position
    }

    fn refuse(&self, part: &Expr, what: String, help: String) -> ExprError {
        error::in_part(self.parsed.text, part, what, help)
    }

    fn boolean(&self, part: &Expr) -> Result<(), ExprError> {
        let found = self.type_of(part)?;
        match kind(&found) {
            Kind::Boolean | Kind::Null => Ok(()),
            _ => Err(self.refuse(
                part,
                format!("{part} is no condition: its value is of type {}", label(&found)),
                "compare it with something, for example with = '…' or IS NOT NULL".to_owned(),
            )),
        }
    }

    fn of_kind(&self, part: &Expr, wanted: Kind) -> Result<(), ExprError> {
        let found = self.type_of(part)?;
        let name = if wanted == Kind::Text { "text" } else { "a number" };
        match kind(&found) {
            Kind::Null => Ok(()),
            found if found == wanted => Ok(()),
            _ => Err(self.refuse(
                part,
                format!("{part} is not {name}: its value is of type {}", label(&found)),
                if wanted == Kind::Text {
                    format!("CAST({part} AS VARCHAR) is its written form")
                } else {
                    format!("CAST({part} AS DOUBLE) is the number that it stands for")
                },
            )),
        }
    }

    /// Both sides of a comparison.
    fn compared(&self, left: &Expr, right: &Expr) -> Result<(), ExprError> {
        let (left_type, right_type) = (self.type_of(left)?, self.type_of(right)?);
        let (one, other) = (kind(&left_type), kind(&right_type));
        if one == other || one == Kind::Null || other == Kind::Null {
            return Ok(());
        }
        if other == Kind::Text
            && let Some(text) = text_literal(right)
        {
            return self.literal(right, text, &left_type);
        }
        if one == Kind::Text
            && let Some(text) = text_literal(left)
        {
            return self.literal(left, text, &right_type);
        }
        if matches!((one, other), (Kind::Boolean, Kind::Number) | (Kind::Number, Kind::Boolean)) {
            return Ok(());
        }
        Err(self.refuse(
            right,
            format!(
                "{left} is of type {}, {right} of type {}; they cannot be compared",
                label(&left_type),
                label(&right_type)
            ),
            match (one, other) {
                (Kind::Text, _) if is_literal(right) => format!("write the value as text: '{right}'"),
                (_, Kind::Text) if is_literal(left) => format!("write the value as text: '{left}'"),
                (Kind::Text, _) => format!("compare the written form: CAST({right} AS VARCHAR)"),
                (_, Kind::Text) => format!("compare the written form: CAST({left} AS VARCHAR)"),
                _ => "convert one of them with CAST(… AS type)".to_owned(),
            },
        ))
    }

    /// A text literal beside a value of another type.
    fn literal(&self, part: &Expr, text: &str, wanted: &DataType) -> Result<(), ExprError> {
        if typed(text, wanted).is_some() {
            return Ok(());
        }
        Err(self.refuse(
            part,
            format!("{part} is no value of type {}", label(wanted)),
            format!("write it like '{}'", example(wanted)),
        ))
    }

    /// Both sides of a calculation; intervals may be added to dates.
    fn calculated(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<(), ExprError> {
        let (left_type, right_type) = (self.type_of(left)?, self.type_of(right)?);
        let is_defined = match (kind(&left_type), kind(&right_type)) {
            (Kind::Null | Kind::Number | Kind::Span, Kind::Null | Kind::Number | Kind::Span) => true,
            (Kind::Moment | Kind::Time, Kind::Span) => {
                matches!(op, BinaryOperator::Plus | BinaryOperator::Minus)
            }
            (Kind::Span, Kind::Moment | Kind::Time) => *op == BinaryOperator::Plus,
            (Kind::Moment, Kind::Moment) => *op == BinaryOperator::Minus,
            _ => false,
        };
        if is_defined {
            return Ok(());
        }
        Err(self.refuse(
            right,
            format!(
                "{left} is of type {}, {right} of type {}; there is no {op} for them",
                label(&left_type),
                label(&right_type)
            ),
            "calculate with numbers; join texts with ||; add INTERVAL '1 day' to dates".to_owned(),
        ))
    }

    /// The results of a CASE.
    fn one_kind<'e>(&self, results: impl Iterator<Item = &'e Expr>) -> Result<(), ExprError> {
        let mut first: Option<(&Expr, DataType)> = None;
        for result in results {
            let found = self.type_of(result)?;
            match &first {
                _ if kind(&found) == Kind::Null => {}
                None => first = Some((result, found)),
                Some((_, before)) if kind(before) == kind(&found) => {}
                Some((other, before)) => {
                    return Err(self.refuse(
                        result,
                        format!(
                            "{other} is of type {}, {result} of type {}; a CASE has one type",
                            label(before),
                            label(&found)
                        ),
                        "convert one of them with CAST(… AS type)".to_owned(),
                    ));
                }
            }
        }
        Ok(())
    }

    fn function(&self, part: &Expr, function: &Function) -> Result<(), ExprError> {
        let plan = self.parsed.plan(part.clone());
        let found = plan.and_then(|plan| {
            plan.get_type(self.parsed.schema).map_err(|error| error::explain(self.parsed.text, &error))
        });
        let Err(wrong) = found else { return Ok(()) };
        let name = function.name.to_string().to_lowercase();
        let usage = self.parsed.state.scalar_functions().get(&name).and_then(|known| {
            known.documentation().map(|documentation| documentation.syntax_example.replace('\n', " "))
        });
        Err(error::at(
            self.parsed.text,
            function.name.span(),
            match self.arguments(function) {
                Some(types) => format!("{name} cannot be used with ({types})"),
                None => wrong.text,
            },
            match usage {
                Some(usage) => format!("it is used like this: {usage}"),
                None => "the guide page “Conditions” shows every function with an example".to_owned(),
            },
        ))
    }

    /// The types of the arguments of a function.
    fn arguments(&self, function: &Function) -> Option<String> {
        use datafusion::sql::sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
        let FunctionArguments::List(list) = &function.args else { return Some(String::new()) };
        let types = list.args.iter().map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => {
                self.type_of(value).ok().map(|found| label(&found))
            }
            _ => None,
        });
        types.collect::<Option<Vec<_>>>().map(|types| types.join(", "))
    }
}

/// True for parts that are true or false by their form; their own parts are looked at on their own.
fn is_condition(part: &Expr) -> bool {
    use BinaryOperator as B;
    match part {
        Expr::BinaryOp { op, .. } => {
            matches!(op, B::And | B::Or | B::Xor | B::Eq | B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq)
        }
        Expr::UnaryOp { op, .. } => *op == UnaryOperator::Not,
        Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::Between { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::SimilarTo { .. } => true,
        _ => false,
    }
}

fn text_literal(part: &Expr) -> Option<&str> {
    match part {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        Expr::Nested(inner) => text_literal(inner),
        _ => None,
    }
}

fn is_literal(part: &Expr) -> bool {
    match part {
        Expr::Value(_) => true,
        Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => is_literal(inner),
        _ => false,
    }
}
