//! Expressions in a form in which the engine keeps their meaning.

use std::sync::Arc;

use datafusion::{
    common::{
        DFSchema, ScalarValue,
        tree_node::{Transformed, TreeNode as _},
    },
    error::Result as DataFusionResult,
    logical_expr::{
        Between, BinaryExpr, Expr, ExprSchemable as _, Operator, binary_expr, cast,
        expr::{InList, ScalarFunction},
        lit,
    },
    prelude::SessionContext,
};

use crate::expr::types::{Kind, kind, text_of, typed};

/// The expression without negated lists, and with negation only where nothing is left to negate.
///
/// DataFusion 55 takes `x NOT IN (1) OR x NOT IN (2)` for true where `x` is NULL, also if the lists come
/// from `NOT (x IN …)` or `NOT (x = 1 OR x = 2)`. As comparisons the same condition keeps its meaning.
#[must_use]
pub fn three_valued(expression: Expr) -> Expr {
    let without = expression.clone().transform_down(|part| {
        Ok(match part {
            Expr::Not(inner) => negated(*inner),
            Expr::InList(list) if list.negated => Transformed::yes(differs_from_all(list)),
            other => Transformed::no(other),
        })
    });
    // The closure above never fails.
    without.map_or(expression, |changed| changed.data)
}

/// The opposite of an expression; parts of it may hold a NOT that the walk comes to next.
fn negated(inner: Expr) -> Transformed<Expr> {
    let not = |part: Box<Expr>| Expr::Not(part);
    Transformed::yes(match inner {
        Expr::Not(inner) => return three_valued_now(*inner),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => not(left).or(not(right)),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => not(left).and(not(right)),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op.negate() {
            Some(op) => binary_expr(*left, op, *right),
            None => return Transformed::no(not(Box::new(binary_expr(*left, op, *right)))),
        },
        Expr::InList(list) if list.negated => Expr::InList(InList { negated: false, ..list }),
        Expr::InList(list) => differs_from_all(list),
        Expr::Between(between) => Expr::Between(Between { negated: !between.negated, ..between }),
        Expr::IsNull(part) => Expr::IsNotNull(part),
        Expr::IsNotNull(part) => Expr::IsNull(part),
        Expr::IsTrue(part) => Expr::IsNotTrue(part),
        Expr::IsNotTrue(part) => Expr::IsTrue(part),
        Expr::IsFalse(part) => Expr::IsNotFalse(part),
        Expr::IsNotFalse(part) => Expr::IsFalse(part),
        Expr::IsUnknown(part) => Expr::IsNotUnknown(part),
        Expr::IsNotUnknown(part) => Expr::IsUnknown(part),
        other => return Transformed::no(not(Box::new(other))),
    })
}

/// A part that came out from under two NOTs and may itself begin with one or be a negated list.
fn three_valued_now(part: Expr) -> Transformed<Expr> {
    match part {
        Expr::Not(inner) => negated(*inner),
        Expr::InList(list) if list.negated => Transformed::yes(differs_from_all(list)),
        other => Transformed::yes(other),
    }
}

/// `x <> a AND x <> b …`, as a balanced tree: long lists must not make it deep.
fn differs_from_all(list: InList) -> Expr {
    let InList { expr, list, .. } = list;
    let parts = list.into_iter().map(|item| expr.as_ref().clone().not_eq(item)).collect();
    balanced(parts, Expr::and).unwrap_or_else(|| lit(true))
}

/// All parts joined, with the smallest possible depth; `None` if there are none.
pub(in crate::expr) fn balanced(mut parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while parts.len() > 1 {
        let mut pairs = parts.into_iter();
        let mut joined = Vec::new();
        while let Some(first) = pairs.next() {
            joined.push(match pairs.next() {
                Some(second) => join(first, second),
                None => first,
            });
        }
        parts = joined;
    }
    parts.pop()
}

/// Text literals beside values of another type become values of that type, numbers beside booleans too.
pub(super) fn with_typed_literals(expression: Expr, schema: &DFSchema) -> DataFusionResult<Expr> {
    let changed = expression.transform_up(|part| {
        Ok(match part {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if compares(op) => {
                let (left, right) = pair(*left, *right, schema)?;
                Transformed::yes(binary_expr(left, op, right))
            }
            Expr::Between(Between { expr, negated, low, high }) => {
                let (_, low) = pair(expr.as_ref().clone(), *low, schema)?;
                let (_, high) = pair(expr.as_ref().clone(), *high, schema)?;
                Transformed::yes(Expr::Between(Between::new(expr, negated, Box::new(low), Box::new(high))))
            }
            Expr::InList(InList { expr, list, negated }) => {
                let typed = list
                    .into_iter()
                    .map(|item| pair(expr.as_ref().clone(), item, schema).map(|(_, item)| item))
                    .collect::<DataFusionResult<Vec<_>>>()?;
                Transformed::yes(Expr::InList(InList { expr, list: typed, negated }))
            }
            other => Transformed::no(other),
        })
    })?;
    Ok(changed.data)
}

const fn compares(operator: Operator) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Eq | O::NotEq | O::Lt | O::LtEq | O::Gt | O::GtEq | O::IsDistinctFrom | O::IsNotDistinctFrom
    )
}

/// Both sides of a comparison, brought to one kind where that is defined.
fn pair(left: Expr, right: Expr, schema: &DFSchema) -> DataFusionResult<(Expr, Expr)> {
    let (left_type, right_type) = (left.get_type(schema)?, right.get_type(schema)?);
    Ok(match (kind(&left_type), kind(&right_type)) {
        (one, other) if one == other => (left, right),
        (_, Kind::Text) => {
            let right = as_typed(right, |text| typed(text, &left_type));
            (left, right)
        }
        (Kind::Text, _) => {
            let left = as_typed(left, |text| typed(text, &right_type));
            (left, right)
        }
        (Kind::Boolean, Kind::Number) => number_beside(left, right),
        (Kind::Number, Kind::Boolean) => {
            let (right, left) = number_beside(right, left);
            (left, right)
        }
        _ => (left, right),
    })
}

fn as_typed(expression: Expr, value: impl Fn(&str) -> Option<ScalarValue>) -> Expr {
    match &expression {
        Expr::Literal(literal, _) => text_of(literal).and_then(value).map_or(expression, lit),
        _ => expression,
    }
}

/// A boolean and a number: 0 and 1 are booleans, other numbers are compared with 0 and 1.
fn number_beside(boolean: Expr, number: Expr) -> (Expr, Expr) {
    match &number {
        Expr::Literal(ScalarValue::Int64(Some(0)), _) => (boolean, lit(false)),
        Expr::Literal(ScalarValue::Int64(Some(1)), _) => (boolean, lit(true)),
        _ => (cast(boolean, arrow::datatypes::DataType::Int64), number),
    }
}

/// `now()`, `current_date` and `current_time` as the moment at which the session began, in UTC: a run has
/// one session, and so one time.
pub(super) fn with_fixed_clock(expression: Expr, session: &SessionContext) -> DataFusionResult<Expr> {
    const MICROS_PER_DAY: i64 = 86_400_000_000;
    let micros = session.session_start_time().timestamp_micros();
    let changed = expression.transform_up(|part| {
        let value = match &part {
            Expr::ScalarFunction(ScalarFunction { func, .. }) => match func.name() {
                "now" => Some(ScalarValue::TimestampMicrosecond(Some(micros), Some(Arc::from("UTC")))),
                "current_date" => {
                    Some(ScalarValue::Date32(i32::try_from(micros.div_euclid(MICROS_PER_DAY)).ok()))
                }
                "current_time" => {
                    Some(ScalarValue::Time64Microsecond(Some(micros.rem_euclid(MICROS_PER_DAY))))
                }
                _ => None,
            },
            _ => None,
        };
        Ok(value.map_or_else(|| Transformed::no(part), |value| Transformed::yes(lit(value))))
    })?;
    Ok(changed.data)
}
