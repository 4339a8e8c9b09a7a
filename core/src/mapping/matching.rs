//! Object matching rules as join conditions (M2, M3, M5).

use datafusion::{
    functions::expr_fn::{lower, nullif},
    logical_expr::{Expr, JoinType, LogicalPlan, LogicalPlanBuilder, lit, when},
};

use super::{Context, MappingError, UNMATCHABLE_COLUMN, comparable, convert, convertible, kept};
use crate::{
    expr,
    project::{MatchExpression, MatchingRule, PropertyRef, Side},
    value::ValueType,
};

/// An object matching rule, ready to join by.
#[derive(Debug, Clone)]
pub struct CompiledMatch {
    /// Name of the rule.
    pub name: String,
    on: JoinCondition,
}

#[derive(Debug, Clone)]
enum JoinCondition {
    /// Every left key equals its right key: a hash join.
    Keys(Vec<Expr>, Vec<Expr>),
    /// Anything else; compared pair by pair.
    General(Box<Expr>, Vec<Expr>),
}

impl CompiledMatch {
    /// Pairs the objects of which a column has the same value on both sides.
    #[must_use]
    pub fn by_column(name: &str, column: &str) -> Self {
        let key = |side: Side| vec![expr::property(side, column)];
        Self { name: name.to_owned(), on: JoinCondition::Keys(key(Side::Left), key(Side::Right)) }
    }

    /// All expressions in it, for finding the properties that it needs.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let (left, right): (&[Expr], &[Expr]) = match &self.on {
            JoinCondition::Keys(left, right) => (left, right),
            JoinCondition::General(_, keys) => (keys, &[]),
        };
        left.iter().chain(right)
    }

    /// Expressions of the key on `side`; empty if the rule is not a plain AND of pairs.
    #[must_use]
    pub fn keys(&self, side: Side) -> &[Expr] {
        match (&self.on, side) {
            (JoinCondition::Keys(left, _), Side::Left) => left,
            (JoinCondition::Keys(_, right), Side::Right) => right,
            (JoinCondition::General(..), _) => &[],
        }
    }

    /// True where the two objects match by this rule; NULL or false where they do not.
    #[must_use]
    pub fn holds(&self) -> Expr {
        match &self.on {
            JoinCondition::Keys(left, right) => left
                .iter()
                .zip(right)
                .map(|(left, right)| left.clone().eq(right.clone()))
                .reduce(Expr::and)
                .unwrap_or_else(|| lit(false)),
            JoinCondition::General(condition, _) => condition.as_ref().clone(),
        }
    }

    /// Both sides, joined: candidates as pairs, everything else with NULLs on the other side.
    pub fn full_join(
        &self,
        left: LogicalPlan,
        right: LogicalPlan,
    ) -> datafusion::error::Result<LogicalPlanBuilder> {
        let builder = LogicalPlanBuilder::from(left);
        match &self.on {
            JoinCondition::Keys(left_keys, right_keys) => builder.join_with_expr_keys(
                right,
                JoinType::Full,
                (left_keys.clone(), right_keys.clone()),
                None,
            ),
            JoinCondition::General(condition, _) => {
                builder.join_on(right, JoinType::Full, Some(condition.as_ref().clone()))
            }
        }
    }
}

impl CompiledMatch {
    /// The objects of `side` that match any of the `others`, which are of the other side.
    ///
    /// # Errors
    ///
    /// What the engine reports.
    pub fn semi_join(
        &self,
        side: Side,
        own: LogicalPlan,
        others: LogicalPlan,
    ) -> datafusion::error::Result<LogicalPlanBuilder> {
        let builder = LogicalPlanBuilder::from(own);
        match &self.on {
            JoinCondition::Keys(..) => {
                let keys = (self.keys(side).to_vec(), self.keys(side.other()).to_vec());
                builder.join_with_expr_keys(others, JoinType::LeftSemi, keys, None)
            }
            JoinCondition::General(condition, _) => {
                builder.join_on(others, JoinType::LeftSemi, Some(condition.as_ref().clone()))
            }
        }
    }

    /// Leaves objects alone on which a script failed that tells what they are matched by, on the sides that have such
    /// scripts: nobody knows whom they belong to, and a rule further down must not guess.
    pub(super) fn only_known(&mut self, scripted: [bool; 2]) {
        let unmatchable = |side: Side| expr::property(side, UNMATCHABLE_COLUMN).is_true();
        let sides = [Side::Left, Side::Right].into_iter().zip(scripted).filter(|(_, scripted)| *scripted);
        for (side, _) in sides {
            match &mut self.on {
                JoinCondition::Keys(left, right) => {
                    let keys = if side == Side::Left { left } else { right };
                    keys.iter_mut().for_each(|key| {
                        // Building a CASE fails only without branches, and here is one.
                        let known = when(Expr::Not(Box::new(unmatchable(side))), key.clone()).end();
                        *key = known.unwrap_or_else(|_| key.clone());
                    });
                }
                JoinCondition::General(condition, _) => {
                    let known = Expr::Not(Box::new(unmatchable(side)));
                    **condition = known.and(condition.as_ref().clone());
                }
            }
        }
    }
}

pub(super) fn compile(context: &Context<'_>) -> Result<Vec<CompiledMatch>, MappingError> {
    if context.mapping.matching.is_empty() {
        return Err(MappingError::NoMatching { mapping: context.mapping.name.clone() });
    }
    context.mapping.matching.iter().map(|rule| compile_rule(context, rule)).collect()
}

fn compile_rule(context: &Context<'_>, rule: &MatchingRule) -> Result<CompiledMatch, MappingError> {
    let on = match plain_pairs(&rule.on) {
        Some(pairs) => {
            let mut keys = (Vec::new(), Vec::new());
            for (left, right) in pairs {
                let (left, right) = pair(context, rule, left, right)?;
                keys.0.push(left);
                keys.1.push(right);
            }
            JoinCondition::Keys(keys.0, keys.1)
        }
        None => {
            let condition = general(context, rule, &rule.on)?;
            let keys = vec![condition.clone()];
            JoinCondition::General(Box::new(condition), keys)
        }
    };
    Ok(CompiledMatch { name: rule.name.clone(), on })
}

/// The pairs, if the rule is one pair or an AND of pairs.
fn plain_pairs(expression: &MatchExpression) -> Option<Vec<(&str, &str)>> {
    match expression {
        MatchExpression::Pair(left, right) => Some(vec![(left, right)]),
        MatchExpression::All(parts) if !parts.is_empty() => {
            Some(parts.iter().map(plain_pairs).collect::<Option<Vec<_>>>()?.concat())
        }
        MatchExpression::Any(parts) => match parts.as_slice() {
            [only] => plain_pairs(only),
            _ => None,
        },
        MatchExpression::All(_) => None,
    }
}

fn general(context: &Context<'_>, rule: &MatchingRule, on: &MatchExpression) -> Result<Expr, MappingError> {
    let join = |parts: &[MatchExpression], combine: fn(Expr, Expr) -> Expr| {
        let mut conditions =
            parts.iter().map(|part| general(context, rule, part)).collect::<Result<Vec<_>, _>>()?;
        let first = if conditions.is_empty() { lit(false) } else { conditions.remove(0) };
        Ok(conditions.into_iter().fold(first, combine))
    };
    match on {
        MatchExpression::Pair(left, right) => {
            let (left, right) = pair(context, rule, left, right)?;
            Ok(left.eq(right))
        }
        MatchExpression::All(parts) => join(parts, Expr::and),
        MatchExpression::Any(parts) => join(parts, Expr::or),
    }
}

/// Both properties as expressions of one type; NULL where the rule is to be skipped (M3).
fn pair(
    context: &Context<'_>,
    rule: &MatchingRule,
    left: &str,
    right: &str,
) -> Result<(Expr, Expr), MappingError> {
    let place = format!("matching rule {}", rule.name);
    let find = |side: Side, name: &str| {
        let unknown = || MappingError::UnknownProperty {
            mapping: context.mapping.name.clone(),
            place: place.clone(),
            class: context.class(side).name.to_owned(),
            property: name.to_owned(),
        };
        let property = context.class(side).property(name).ok_or_else(unknown)?;
        if property.is_multi_valued() {
            return Err(MappingError::NotConvertible {
                mapping: context.mapping.name.clone(),
                place: place.clone(),
                from: format!("list of {}", property.value_type().label()),
                to: "key".to_owned(),
            });
        }
        Ok(property)
    };
    let pair = [find(Side::Left, left)?, find(Side::Right, right)?];
    let [left_type, right_type] = pair.map(PropertyRef::value_type);
    let common = common_type(left_type, right_type);
    if !convertible(left_type, common) || !convertible(right_type, common) {
        return Err(MappingError::NotConvertible {
            mapping: context.mapping.name.clone(),
            place,
            from: left_type.label(),
            to: right_type.label(),
        });
    }
    let key = |side: Side, name: &str, own: ValueType| {
        let mut value = convert(expr::property(side, name), own, common);
        // What one side cannot hold does not tell objects apart.
        for property in pair.into_iter().filter(|property| property.value_type() == common) {
            value = comparable(kept(value, property), property);
        }
        match common {
            ValueType::String if rule.ignore_case => nullif(lower(value), lit("")),
            ValueType::String => nullif(value, lit("")),
            _ => value,
        }
    };
    Ok((key(Side::Left, left, left_type), key(Side::Right, right, right_type)))
}

/// The type that two properties are compared in.
fn common_type(left: ValueType, right: ValueType) -> ValueType {
    use ValueType as T;
    match (left, right) {
        (left, right) if left == right => left,
        (T::Guid, T::String) | (T::String, T::Guid) => T::Guid,
        (T::Float, right) if right.is_numeric() => T::Float,
        (left, T::Float) if left.is_numeric() => T::Float,
        (T::Decimal(_, left), T::Decimal(_, right)) => T::Decimal(38, left.max(right)),
        (T::Decimal(_, scale), T::Integer) | (T::Integer, T::Decimal(_, scale)) => T::Decimal(38, scale),
        (T::Date, T::Timestamp) | (T::Timestamp, T::Date) => T::Timestamp,
        (T::Date | T::Timestamp, T::TimestampUtc) | (T::TimestampUtc, T::Date | T::Timestamp) => {
            T::TimestampUtc
        }
        _ => T::String,
    }
}
