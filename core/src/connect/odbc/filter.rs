//! Conditions that the database evaluates with the same meaning as the engine (E4).
//!
//! Taken are comparisons of columns with literals, NULL tests, lists, and AND / OR / NOT of these. Texts are
//! compared by their characters, as here, whatever the collation says. Not taken: LIKE, functions, floats,
//! columns where NULL and '' are the same or where incompatible values are replaced on reading.

use datafusion::{
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList},
};

use super::dialect::{Dialect, declared::is_text};
use crate::{
    connect::is_own_table,
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
                let (left, right) = self.equality(&property)?;
                self.push(&left);
                self.push(if *negated { " NOT IN (" } else { " IN (" });
                for (number, item) in list.iter().enumerate() {
                    if number > 0 {
                        self.push(", ");
                    }
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
        let (left, right) =
            if matches!(operator, "=" | "<>") { self.equality(property)? } else { self.ordering(property)? };
        self.push(&format!("{left} {operator} {right}"));
        self.bind(property, literal)
    }

    /// Both sides of an equality.
    fn equality(&self, property: &SchemaProperty) -> Option<(String, String)> {
        self.dialect.comparison(&self.dialect.quote(&property.name), property)
    }

    /// Both sides of a comparison by order.
    fn ordering(&self, property: &SchemaProperty) -> Option<(String, String)> {
        match property.value_type {
            ValueType::Guid => None,
            ValueType::String => {
                let column = self.dialect.quote(&property.name);
                let left = self.dialect.read_expression(&column, property);
                Some((self.dialect.ordered_text(&left)?, self.dialect.ordered_text("?")?))
            }
            _ => self.equality(property),
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
        // Texts that the project reads as something else.
        let redeclared = property.value_type != ValueType::String && is_text(&property.native_type);
        // The program's own tables hold what they declare, and the journal looks for its rows there.
        let own = is_own_table(self.schema_type.table_name());
        (comparable && !redeclared && is_plain(property) && (own || !self.dialect.is_loosely_typed()))
            .then(|| property.clone())
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
