//! Conditions that SQLite evaluates with the same meaning as the engine (E4).
//!
//! Taken are comparisons of text, integer, boolean and date columns with literals, NULL tests, lists, and
//! AND / OR / NOT of these. Not taken: decimals and floats (SQLite compares them as floating point numbers),
//! LIKE (SQLite ignores case), columns where NULL and '' are the same, functions.

use datafusion::{
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList},
};
use rusqlite::types::Value as SqlValue;

use super::quote;
use crate::{
    project::{SchemaProperty, SchemaType},
    value::ValueType,
};

/// A condition as SQL text with its bound values.
#[derive(Debug, Default, PartialEq)]
pub struct SqlCondition {
    /// SQL text with one `?` per parameter.
    pub sql: String,
    /// Bound values, in order.
    pub parameters: Vec<SqlValue>,
}

/// The condition in SQL; `None` if SQLite would mean something else by it.
pub fn to_sql(schema_type: &SchemaType, expression: &Expr) -> Option<SqlCondition> {
    let mut condition = SqlCondition::default();
    write(schema_type, expression, &mut condition)?;
    Some(condition)
}

fn write(schema_type: &SchemaType, expression: &Expr, out: &mut SqlCondition) -> Option<()> {
    match expression {
        Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right }) => {
            out.sql.push('(');
            write(schema_type, left, out)?;
            out.sql.push_str(if *op == Operator::And { " AND " } else { " OR " });
            write(schema_type, right, out)?;
            out.sql.push(')');
        }
        Expr::Not(inner) => {
            out.sql.push_str("NOT (");
            write(schema_type, inner, out)?;
            out.sql.push(')');
        }
        Expr::IsNull(inner) => {
            out.sql.push_str(&quote(&plain_column(schema_type, inner)?.name));
            out.sql.push_str(" IS NULL");
        }
        Expr::IsNotNull(inner) => {
            out.sql.push_str(&quote(&plain_column(schema_type, inner)?.name));
            out.sql.push_str(" IS NOT NULL");
        }
        Expr::Column(_) => {
            let property = plain_column(schema_type, expression)?;
            if property.value_type != ValueType::Boolean {
                return None;
            }
            out.sql.push_str(&format!("{} = 1", quote(&property.name)));
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let operator = operator(*op)?;
            match (plain_column(schema_type, left), plain_column(schema_type, right)) {
                (Some(property), None) => compare(property, operator, right, out)?,
                (None, Some(property)) => compare(property, mirrored(operator), left, out)?,
                _ => return None,
            }
        }
        Expr::InList(InList { expr, list, negated }) if !list.is_empty() => {
            let property = plain_column(schema_type, expr)?;
            out.sql.push_str(&quote(&property.name));
            out.sql.push_str(if *negated { " NOT IN (" } else { " IN (" });
            for (number, item) in list.iter().enumerate() {
                out.sql.push_str(if number == 0 { "?" } else { ", ?" });
                out.parameters.push(bound(property, item)?);
            }
            out.sql.push(')');
        }
        _ => return None,
    }
    Some(())
}

fn compare(property: &SchemaProperty, operator: &str, literal: &Expr, out: &mut SqlCondition) -> Option<()> {
    let value = bound(property, literal)?;
    // BINARY: the engine compares text by code point, whatever collation the column declares.
    let collation = if property.value_type.is_text() { " COLLATE BINARY" } else { "" };
    out.sql.push_str(&format!("{}{collation} {operator} ?", quote(&property.name)));
    out.parameters.push(value);
    Some(())
}

fn operator(operator: Operator) -> Option<&'static str> {
    match operator {
        Operator::Eq => Some("="),
        Operator::NotEq => Some("<>"),
        Operator::Lt => Some("<"),
        Operator::LtEq => Some("<="),
        Operator::Gt => Some(">"),
        Operator::GtEq => Some(">="),
        _ => None,
    }
}

fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

/// The column, if SQLite stores it so that it compares as the engine does.
fn plain_column<'a>(schema_type: &'a SchemaType, expression: &Expr) -> Option<&'a SchemaProperty> {
    let Expr::Column(column) = expression else { return None };
    let property = schema_type.property(&column.name)?;
    let comparable = matches!(
        property.value_type,
        ValueType::String | ValueType::Integer | ValueType::Boolean | ValueType::Date
    );
    (comparable && !property.compatible_nulls).then_some(property)
}

fn bound(property: &SchemaProperty, literal: &Expr) -> Option<SqlValue> {
    let Expr::Literal(value, _) = literal else { return None };
    match (property.value_type, value) {
        (
            ValueType::String,
            ScalarValue::Utf8(Some(text))
            | ScalarValue::Utf8View(Some(text))
            | ScalarValue::LargeUtf8(Some(text)),
        ) => Some(SqlValue::Text(text.clone())),
        (ValueType::Integer, ScalarValue::Int64(Some(value))) => Some(SqlValue::Integer(*value)),
        (ValueType::Boolean, ScalarValue::Boolean(Some(value))) => Some(SqlValue::Integer((*value).into())),
        (ValueType::Date, ScalarValue::Date32(Some(days))) => {
            Some(SqlValue::Text(crate::value::Value::Date(*days).to_string()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{col, lit};

    use super::*;

    fn people() -> SchemaType {
        let mut nickname = SchemaProperty::new("nickname", ValueType::String);
        nickname.compatible_nulls = true;
        SchemaType {
            name: "people".to_owned(),
            properties: vec![
                SchemaProperty::new("name", ValueType::String),
                SchemaProperty::new("age", ValueType::Integer),
                SchemaProperty::new("active", ValueType::Boolean),
                SchemaProperty::new("hours", ValueType::Decimal(5, 2)),
                nickname,
            ],
            ..SchemaType::default()
        }
    }

    fn sql(expression: &Expr) -> Option<String> {
        to_sql(&people(), expression).map(|condition| condition.sql)
    }

    #[test]
    fn same_meaning_is_taken() {
        let expression = col("name").eq(lit("Ana")).and(lit(30_i64).lt(col("age"))).or(col("active"));
        assert_eq!(
            sql(&expression).as_deref(),
            Some("((`name` COLLATE BINARY = ? AND `age` > ?) OR `active` = 1)")
        );
        assert_eq!(sql(&col("name").is_null()).as_deref(), Some("`name` IS NULL"));
    }

    #[test]
    fn other_meaning_is_left_to_the_engine() {
        for expression in [
            col("hours").gt(lit(1.5)),
            col("name").like(lit("A%")),
            col("nickname").is_null(),
            col("name").eq(col("nickname")),
            col("name").eq(lit(ScalarValue::Utf8(None))),
        ] {
            assert_eq!(sql(&expression), None, "{expression}");
        }
    }
}
