//! Whether two filters of classes let the same object through (F2).
//!
//! Told only where it is certain: both filters are comparisons of columns with values, joined by AND, and there is a
//! value for every column that passes all of them.

use std::{cmp::Ordering, collections::BTreeMap};

use datafusion::{
    common::ScalarValue,
    logical_expr::{Expr, Operator, expr::InList, utils::split_conjunction},
};

/// What a filter asks of a column.
enum Asked<'a> {
    Compares(Operator, &'a ScalarValue),
    OneOf(Vec<&'a ScalarValue>),
    NoneOf(Vec<&'a ScalarValue>),
    Null,
    NotNull,
}

/// True if there can be an object for which both hold.
pub(super) fn surely_overlap(one: &Expr, other: &Expr) -> bool {
    let mut columns: BTreeMap<&str, Vec<Asked<'_>>> = BTreeMap::new();
    for conjunct in split_conjunction(one).into_iter().chain(split_conjunction(other)) {
        match asked(conjunct) {
            Some((column, asked)) => columns.entry(column).or_default().push(asked),
            None => return false,
        }
    }
    columns.values().all(|asked| has_value(asked))
}

fn asked(conjunct: &Expr) -> Option<(&str, Asked<'_>)> {
    match conjunct {
        Expr::BinaryExpr(binary) => {
            let (column, value, operator) = match (binary.left.as_ref(), binary.right.as_ref()) {
                (Expr::Column(column), Expr::Literal(value, _)) => (column, value, binary.op),
                (Expr::Literal(value, _), Expr::Column(column)) => (column, value, binary.op.swap()?),
                _ => return None,
            };
            let is_comparison = matches!(
                operator,
                Operator::Eq
                    | Operator::NotEq
                    | Operator::Lt
                    | Operator::LtEq
                    | Operator::Gt
                    | Operator::GtEq
            );
            is_comparison.then_some((column.name.as_str(), Asked::Compares(operator, value)))
        }
        Expr::InList(InList { expr, list, negated }) => {
            let Expr::Column(column) = expr.as_ref() else { return None };
            let values = list.iter().map(|one| match one {
                Expr::Literal(value, _) => Some(value),
                _ => None,
            });
            let values = values.collect::<Option<Vec<_>>>()?;
            Some((&column.name, if *negated { Asked::NoneOf(values) } else { Asked::OneOf(values) }))
        }
        Expr::IsNull(inner) => match inner.as_ref() {
            Expr::Column(column) => Some((&column.name, Asked::Null)),
            _ => None,
        },
        Expr::IsNotNull(inner) => match inner.as_ref() {
            Expr::Column(column) => Some((&column.name, Asked::NotNull)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether some value passes all that is asked of a column.
fn has_value(all: &[Asked<'_>]) -> bool {
    if all.iter().all(|one| matches!(one, Asked::Null)) {
        return true;
    }
    let named = all.iter().flat_map(|one| match one {
        Asked::Compares(_, value) => vec![*value],
        Asked::OneOf(values) | Asked::NoneOf(values) => values.clone(),
        Asked::Null | Asked::NotNull => Vec::new(),
    });
    let named: Vec<&ScalarValue> = named.collect();
    if named.is_empty() {
        return all.iter().all(|one| matches!(one, Asked::NotNull));
    }
    named.into_iter().flat_map(around).any(|value| all.iter().all(|one| passes(one, &value)))
}

/// The value, and others close to it that most columns of its type can hold.
fn around(value: &ScalarValue) -> Vec<ScalarValue> {
    let mut values = vec![value.clone()];
    match value {
        ScalarValue::Int64(Some(number)) => {
            let others = [number.checked_sub(1), number.checked_add(1)].into_iter().flatten();
            values.extend(others.map(|number| ScalarValue::Int64(Some(number))));
        }
        ScalarValue::Float64(Some(number)) => {
            values.extend([number - 1.0, number + 1.0].map(|number| ScalarValue::Float64(Some(number))));
        }
        ScalarValue::Date32(Some(day)) => {
            let others = [day.checked_sub(1), day.checked_add(1)].into_iter().flatten();
            values.extend(others.map(|day| ScalarValue::Date32(Some(day))));
        }
        ScalarValue::Decimal128(Some(number), precision, scale) => {
            let others = [number.checked_sub(1), number.checked_add(1)].into_iter().flatten();
            values.extend(others.map(|number| ScalarValue::Decimal128(Some(number), *precision, *scale)));
        }
        ScalarValue::Boolean(Some(truth)) => values.push(ScalarValue::Boolean(Some(!truth))),
        ScalarValue::Utf8(Some(text)) => values.push(ScalarValue::Utf8(Some(format!("{text}a")))),
        _ => {}
    }
    values
}

fn passes(asked: &Asked<'_>, value: &ScalarValue) -> bool {
    match asked {
        Asked::Compares(operator, other) => value.partial_cmp(other).is_some_and(|order| match operator {
            Operator::Eq => order == Ordering::Equal,
            Operator::NotEq => order != Ordering::Equal,
            Operator::Lt => order == Ordering::Less,
            Operator::LtEq => order != Ordering::Greater,
            Operator::Gt => order == Ordering::Greater,
            _ => order != Ordering::Less,
        }),
        Asked::OneOf(values) => values.contains(&value),
        Asked::NoneOf(values) => !values.contains(&value),
        Asked::Null => false,
        Asked::NotNull => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        check::classes::parse_filter,
        project::{SchemaProperty, SchemaType},
        value::ValueType,
    };

    #[test]
    fn filters_that_exclude_each_other_and_those_that_do_not() {
        let schema_type = SchemaType {
            name: "t".to_owned(),
            properties: [
                ("n", ValueType::Integer),
                ("s", ValueType::String),
                ("b", ValueType::Boolean),
                ("f", ValueType::Float),
            ]
            .map(|(name, value_type)| SchemaProperty::new(name, value_type))
            .to_vec(),
            ..SchemaType::default()
        };
        let parsed = |text: &str| parse_filter(&schema_type, text).unwrap();
        for (one, other, expected) in [
            ("n > 1", "n < 5", true),
            ("n > 1", "n < 2", false),
            ("f > 1.0", "f < 5.0", true),
            ("f > 1.0", "f < 1.0", false),
            ("n = 1", "n = 2", false),
            ("n = 1", "s = 'a'", true),
            ("n = 1 AND s = 'a'", "n = 1 AND s = 'b'", false),
            ("s <> 'a'", "s <> 'b'", true),
            ("s = 'a'", "s <> 'a'", false),
            ("s IN ('a', 'b')", "s IN ('b', 'c')", true),
            ("s IN ('a', 'b')", "s NOT IN ('b', 'a')", false),
            ("s IS NULL", "s IS NOT NULL", false),
            ("s IS NULL", "s = 'a'", false),
            ("s IS NOT NULL", "s = 'a'", true),
            ("n IS NULL", "n IS NULL AND s IS NULL", true),
            ("5 >= n", "n >= 5", true),
            // Not understood: nothing is claimed.
            ("s LIKE 'a%'", "s LIKE '%b'", false),
            ("n = 1 OR n = 2", "n = 2", false),
        ] {
            assert_eq!(surely_overlap(&parsed(one), &parsed(other)), expected, "{one} / {other}");
            assert_eq!(surely_overlap(&parsed(other), &parsed(one)), expected, "{other} / {one}");
        }
    }
}
