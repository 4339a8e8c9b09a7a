//! Conditions that SQLite evaluates with the same meaning as the engine (E4).
//!
//! Taken are comparisons of text, integer, boolean and date columns with literals, NULL tests, lists, and
//! AND / OR / NOT of these. Not taken: decimals and floats (SQLite compares them as floating point numbers),
//! LIKE (SQLite ignores case), columns where NULL and '' are the same or that replace incompatible data,
//! functions.
//!
//! What is compared is what [`super::read`] would read: SQLite types its values, not its columns, and one
//! value can stand there in several spellings. A boolean, integer or date column that holds a value of another
//! type fails the query, as it fails the reader.

use datafusion::{
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList},
};
use rusqlite::types::Value as SqlValue;

use super::quote;
use crate::{
    connect::is_own_table,
    project::{IncompatibleData, SchemaProperty, SchemaType},
    value::ValueType,
};

/// Longer lists are left to the engine: SQLite has a limit for bound values.
const LONGEST_LIST: usize = 1000;

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
        Expr::IsNull(inner) => out.sql.push_str(&format!("{} IS NULL", null_tested(schema_type, inner)?)),
        Expr::IsNotNull(inner) => {
            out.sql.push_str(&format!("{} IS NOT NULL", null_tested(schema_type, inner)?));
        }
        Expr::Column(_) => {
            let column = comparable(schema_type, expression)?;
            if column.property.value_type != ValueType::Boolean {
                return None;
            }
            out.sql.push_str(&format!("{} = 1", column.sql));
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let operator = operator(*op)?;
            match (comparable(schema_type, left), comparable(schema_type, right)) {
                (Some(column), None) => compare(&column, operator, right, out)?,
                (None, Some(column)) => compare(&column, mirrored(operator), left, out)?,
                _ => return None,
            }
        }
        Expr::InList(InList { expr, list, negated }) if !list.is_empty() && list.len() <= LONGEST_LIST => {
            let column = comparable(schema_type, expr)?;
            out.sql.push_str(&column.sql);
            out.sql.push_str(if *negated { " NOT IN (" } else { " IN (" });
            for (number, item) in list.iter().enumerate() {
                out.sql.push_str(if number == 0 { "?" } else { ", ?" });
                out.parameters.push(bound(column.property, item)?);
            }
            out.sql.push(')');
        }
        _ => return None,
    }
    Some(())
}

fn compare(column: &Column<'_>, operator: &str, literal: &Expr, out: &mut SqlCondition) -> Option<()> {
    let value = bound(column.property, literal)?;
    out.sql.push_str(&format!("{} {operator} ?", column.sql));
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

/// A column with the SQL expression that compares as what is read from it.
struct Column<'a> {
    property: &'a SchemaProperty,
    sql: String,
}

/// The property, if nothing happens to its values on their way here.
fn plain<'a>(schema_type: &'a SchemaType, expression: &Expr) -> Option<&'a SchemaProperty> {
    let Expr::Column(column) = expression else { return None };
    schema_type.property(&column.name).filter(|property| {
        !property.compatible_nulls
            && property.unusable.is_none()
            && property.incompatible_data == IncompatibleData::RaiseError
    })
}

/// A column whose NULL is NULL here.
fn null_tested(schema_type: &SchemaType, expression: &Expr) -> Option<String> {
    plain(schema_type, expression).map(|property| quote(&property.name))
}

/// The column, if SQLite can compare it as the engine does.
fn comparable<'a>(schema_type: &'a SchemaType, expression: &Expr) -> Option<Column<'a>> {
    let property = plain(schema_type, expression)?;
    let column = quote(&property.name);
    // The program's own tables hold what they declare, and the journal looks for its rows there.
    let own = is_own_table(schema_type.table_name());
    let sql = match property.value_type {
        // BINARY: the engine compares text by code point, whatever collation the column declares. Without the
        // affinity of texts a column can hold numbers, and makes numbers of what it is compared with.
        ValueType::String if own || has_text_affinity(&property.native_type) => {
            format!("{column} COLLATE BINARY")
        }
        ValueType::Integer | ValueType::Boolean | ValueType::Date if own => column,
        ValueType::Integer if has_integer_affinity(&property.native_type) => {
            // A text is larger than every number to SQLite.
            format!(
                "CASE WHEN typeof({column}) IN ('integer', 'null') THEN {column} ELSE {} END",
                refuse(schema_type, property)
            )
        }
        ValueType::Boolean => format!(
            "CASE WHEN {column} IS NULL THEN NULL \
             WHEN typeof({column}) <> 'blob' AND lower({column}) IN ('1', 't', 'true', 'y', 'yes') THEN 1 \
             WHEN typeof({column}) <> 'blob' AND lower({column}) IN ('0', 'f', 'false', 'n', 'no') THEN 0 \
             ELSE {} END",
            refuse(schema_type, property)
        ),
        // With a time of midnight, if there is one.
        ValueType::Date => format!(
            "CASE WHEN {column} IS NULL THEN NULL \
             WHEN typeof({column}) = 'text' AND date(substr({column}, 1, 10)) = substr({column}, 1, 10) \
             AND (length({column}) = 10 OR length({column}) > 11 AND trim(substr({column}, 12), '0:.') = '') \
             THEN substr({column}, 1, 10) ELSE {} END",
            refuse(schema_type, property)
        ),
        _ => return None,
    };
    Some(Column { property, sql })
}

/// An expression that fails and says why: by a path that is none, because only triggers can raise errors.
fn refuse(schema_type: &SchemaType, property: &SchemaProperty) -> String {
    let text = format!(
        "{}.{} holds a value that is not of type {}",
        schema_type.name,
        property.name,
        property.value_type.label()
    );
    format!("json_extract('{{}}', '{}')", text.replace('\'', "''"))
}

/// What is written into such a column is a text from then on.
fn has_text_affinity(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    !declared.contains("INT") && ["CHAR", "CLOB", "TEXT"].iter().any(|part| declared.contains(part))
}

/// What is written into such a column and looks like a whole number is one from then on.
fn has_integer_affinity(declared: &str) -> bool {
    declared.to_ascii_uppercase().contains("INT")
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

    fn declared(name: &str, value_type: ValueType, native_type: &str) -> SchemaProperty {
        SchemaProperty { native_type: native_type.to_owned(), ..SchemaProperty::new(name, value_type) }
    }

    fn people() -> SchemaType {
        let mut nickname = declared("nickname", ValueType::String, "TEXT");
        nickname.compatible_nulls = true;
        let mut entry = declared("entry", ValueType::Date, "DATE");
        entry.incompatible_data = IncompatibleData::Minimum;
        SchemaType {
            name: "people".to_owned(),
            properties: vec![
                declared("name", ValueType::String, "VARCHAR(20)"),
                declared("data", ValueType::String, "JSON"),
                declared("age", ValueType::Integer, "INTEGER"),
                declared("floor", ValueType::Integer, "TEXT"),
                declared("hours", ValueType::Decimal(5, 2), "DECIMAL(5,2)"),
                nickname,
                entry,
            ],
            ..SchemaType::default()
        }
    }

    fn sql(expression: &Expr) -> Option<String> {
        to_sql(&people(), expression).map(|condition| condition.sql)
    }

    #[test]
    fn same_meaning_is_taken() {
        let age = "CASE WHEN typeof(`age`) IN ('integer', 'null') THEN `age` ELSE \
                   json_extract('{}', 'people.age holds a value that is not of type integer') END";
        let expression = col("name").eq(lit("Ana")).and(lit(30_i64).lt(col("age")));
        assert_eq!(sql(&expression), Some(format!("(`name` COLLATE BINARY = ? AND {age} > ?)")));
        assert_eq!(sql(&col("name").is_null()).as_deref(), Some("`name` IS NULL"));
        let list = col("name").in_list(vec![lit("a"), lit("b")], true);
        assert_eq!(sql(&list).as_deref(), Some("`name` COLLATE BINARY NOT IN (?, ?)"));
    }

    #[test]
    fn columns_of_our_own_tables_are_compared_as_they_are() {
        let own = SchemaType { name: "sw_run".to_owned(), ..people() };
        let condition = to_sql(&own, &col("age").eq(lit(1_i64))).unwrap();
        assert_eq!(condition.sql, "`age` = ?");
    }

    #[test]
    fn other_meaning_is_left_to_the_engine() {
        for expression in [
            col("hours").gt(lit(1.5)),
            col("name").like(lit("A%")),
            col("nickname").is_null(),
            col("name").eq(col("nickname")),
            col("name").eq(lit(ScalarValue::Utf8(None))),
            col("data").eq(lit("5")),
            col("floor").eq(lit(5_i64)),
            col("entry").is_null(),
            col("name").in_list(vec![lit("a"); LONGEST_LIST + 1], false),
        ] {
            assert_eq!(sql(&expression), None, "{expression}");
        }
    }
}
