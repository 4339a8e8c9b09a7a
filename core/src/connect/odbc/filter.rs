//! Conditions that the database evaluates with the same meaning as the engine (E4).
//!
//! Taken are comparisons of columns with literals, NULL tests, lists, and AND / OR / NOT of these. Texts are
//! compared by their characters, as here, whatever the collation says. Not taken: LIKE, functions, floats,
//! columns where NULL and '' are the same or where incompatible values are replaced on reading.

use datafusion::{
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList},
};

use super::dialect::{Dialect, TextEquality};
use crate::{
    project::{IncompatibleData, SchemaProperty, SchemaType},
    value::{Value, ValueType},
};

/// Longest list that is bound; longer ones are evaluated here.
const LONGEST_LIST: usize = 200;

/// A condition as SQL text with its bound values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SqlCondition {
    /// SQL text with one `?` per value.
    pub sql: String,
    /// Values, in order, with the types of their properties.
    pub values: Vec<(ValueType, Value)>,
}

/// All conditions together.
pub fn all_of(dialect: &dyn Dialect, schema_type: &SchemaType, filters: &[Expr]) -> Option<SqlCondition> {
    let mut whole = SqlCondition::default();
    for filter in filters {
        let part = to_sql(dialect, schema_type, filter)?;
        if !whole.sql.is_empty() {
            whole.sql.push_str(" AND ");
        }
        whole.sql.push_str(&format!("({})", part.sql));
        whole.values.extend(part.values);
    }
    Some(whole)
}

/// The condition in SQL; `None` if the database would mean something else by it.
pub fn to_sql(dialect: &dyn Dialect, schema_type: &SchemaType, expression: &Expr) -> Option<SqlCondition> {
    let mut writer = Writer { dialect, schema_type, out: SqlCondition::default() };
    writer.write(expression)?;
    Some(writer.out)
}

struct Writer<'a> {
    dialect: &'a dyn Dialect,
    schema_type: &'a SchemaType,
    out: SqlCondition,
}

impl Writer<'_> {
    fn push(&mut self, sql: &str) {
        self.out.sql.push_str(sql);
    }

    fn write(&mut self, expression: &Expr) -> Option<()> {
        match expression {
            Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::And | Operator::Or), right }) => {
                self.push("(");
                self.write(left)?;
                self.push(if *op == Operator::And { " AND " } else { " OR " });
                self.write(right)?;
                self.push(")");
            }
            Expr::Not(inner) => {
                self.push("NOT (");
                self.write(inner)?;
                self.push(")");
            }
            Expr::IsNull(inner) => self.null_test(inner, " IS NULL")?,
            Expr::IsNotNull(inner) => self.null_test(inner, " IS NOT NULL")?,
            Expr::Column(_) => {
                let property = self.column(expression)?;
                if property.value_type != ValueType::Boolean {
                    return None;
                }
                let name = self.dialect.quote(&property.name);
                let sql = format!("{name} = {}", self.dialect.boolean_literal(true));
                self.push(&sql);
            }
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                let operator = operator(*op)?;
                match (self.column(left), self.column(right)) {
                    (Some(property), None) => self.compare(&property, operator, right)?,
                    (None, Some(property)) => self.compare(&property, mirrored(operator), left)?,
                    _ => return None,
                }
            }
            Expr::InList(InList { expr, list, negated })
                if !list.is_empty() && list.len() <= LONGEST_LIST =>
            {
                let property = self.column(expr)?;
                let left = self.equal_side(&property, &self.operand(&property))?;
                self.push(&left);
                self.push(if *negated { " NOT IN (" } else { " IN (" });
                for (number, item) in list.iter().enumerate() {
                    if number > 0 {
                        self.push(", ");
                    }
                    let right = self.equal_side(&property, &self.parameter(&property))?;
                    self.push(&right);
                    self.bind(&property, item)?;
                }
                self.push(")");
            }
            _ => return None,
        }
        Some(())
    }

    fn null_test(&mut self, inner: &Expr, test: &str) -> Option<()> {
        let Expr::Column(column) = inner else { return None };
        let property = self.schema_type.property(&column.name)?;
        if !is_plain(property) {
            return None;
        }
        let sql = format!("{}{test}", self.dialect.quote(&property.name));
        self.push(&sql);
        Some(())
    }

    fn compare(&mut self, property: &SchemaProperty, operator: &str, literal: &Expr) -> Option<()> {
        let (left, right) = (self.operand(property), self.parameter(property));
        let sql = if matches!(operator, "=" | "<>") {
            let (left, right) = (self.equal_side(property, &left)?, self.equal_side(property, &right)?);
            format!("{left} {operator} {right}")
        } else if property.value_type.is_text() {
            if property.value_type == ValueType::Guid {
                return None;
            }
            let (left, right) = (self.dialect.ordered_text(&left)?, self.dialect.ordered_text(&right)?);
            format!("{left} {operator} {right}")
        } else {
            format!("{left} {operator} {right}")
        };
        self.push(&sql);
        self.bind(property, literal)
    }

    /// What stands for the column.
    fn operand(&self, property: &SchemaProperty) -> String {
        let column = self.dialect.quote(&property.name);
        // Padding and the like is gone when the value gets here; it must not count there either.
        if property.value_type == ValueType::String {
            self.dialect.read_expression(&column, property)
        } else {
            column
        }
    }

    /// What stands for the literal.
    fn parameter(&self, property: &SchemaProperty) -> String {
        // A cast to the column's own type could refuse a text that the column cannot hold.
        if property.value_type == ValueType::String {
            "?".to_owned()
        } else {
            self.dialect.parameter(property)
        }
    }

    /// One side of an equality.
    fn equal_side(&self, property: &SchemaProperty, expression: &str) -> Option<String> {
        match (property.value_type, self.dialect.text_equality()) {
            (ValueType::String, TextEquality::Collation) => Some(self.dialect.exact_text(expression)),
            _ => Some(expression.to_owned()),
        }
    }

    /// The column, if its values compare there as they do here.
    fn column(&self, expression: &Expr) -> Option<SchemaProperty> {
        let Expr::Column(column) = expression else { return None };
        let property = self.schema_type.property(&column.name)?;
        let comparable = match property.value_type {
            ValueType::String
            | ValueType::Integer
            | ValueType::Boolean
            | ValueType::Date
            | ValueType::Decimal(..) => true,
            ValueType::Guid => self.dialect.has_native_guids(property),
            ValueType::Float
            | ValueType::Binary
            | ValueType::Time
            | ValueType::Timestamp
            | ValueType::TimestampUtc => false,
        };
        (comparable && is_plain(property) && !self.dialect.is_loosely_typed()).then(|| property.clone())
    }

    fn bind(&mut self, property: &SchemaProperty, literal: &Expr) -> Option<()> {
        let Expr::Literal(scalar, _) = literal else { return None };
        let value = match (property.value_type, scalar) {
            (
                ValueType::String,
                ScalarValue::Utf8(Some(text))
                | ScalarValue::Utf8View(Some(text))
                | ScalarValue::LargeUtf8(Some(text)),
            ) => {
                // Not every database can hold the character 0, or tell an empty text from NULL.
                if text.contains('\0') || (text.is_empty() && self.dialect.empty_text_is_null()) {
                    return None;
                }
                Value::String(text.clone())
            }
            (
                ValueType::Guid,
                ScalarValue::Utf8(Some(text))
                | ScalarValue::Utf8View(Some(text))
                | ScalarValue::LargeUtf8(Some(text)),
            ) => {
                // Only the canonical spelling is equal to anything here.
                let canonical = crate::value::canonical_guid(text)?;
                if canonical != *text {
                    return None;
                }
                Value::String(canonical)
            }
            (ValueType::Integer, ScalarValue::Int64(Some(value))) => Value::Integer(*value),
            (ValueType::Boolean, ScalarValue::Boolean(Some(value))) => Value::Boolean(*value),
            (ValueType::Date, ScalarValue::Date32(Some(days))) => Value::Date(*days),
            (ValueType::Decimal(_, scale), ScalarValue::Decimal128(Some(unscaled), _, own))
                if *own == scale =>
            {
                Value::Decimal { unscaled: *unscaled, scale }
            }
            _ => return None,
        };
        self.out.values.push((property.value_type, value));
        Some(())
    }
}

/// True if nothing happens to a value of the column on its way here.
fn is_plain(property: &SchemaProperty) -> bool {
    !property.compatible_nulls
        && property.unusable.is_none()
        && property.incompatible_data == IncompatibleData::RaiseError
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
