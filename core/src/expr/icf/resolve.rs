//! A filter over the properties of a schema: as an expression, and as a condition in SQL.
//!
//! Both are made from the same tests with the same typed values, so that they cannot differ in what an
//! attribute or value means. Texts are searched with `starts_with`, `ends_with` and `contains`: in them `%`
//! and `_` are characters like any other.

use datafusion::{
    common::{Column, DFSchema, ScalarValue},
    functions::expr_fn::{contains, ends_with, starts_with},
    functions_nested::expr_fn::{array_has_all, make_array},
    logical_expr::{Expr, lit},
};

use arrow::datatypes::DataType;

use super::{Fault, Literal, Node, Operator, SpecialNames, Test, Written};
use crate::expr::{
    nearest::{listed, nearest},
    sql::balanced,
    three_valued,
    types::{Kind, element, example, kind, label, text_of, typed},
};

/// The filter as an expression.
pub(super) fn expression(root: &Node, schema: &DFSchema, names: &SpecialNames) -> Result<Expr, Fault> {
    Resolver { schema, names }.expression(root).map(three_valued)
}

/// The filter as a condition in SQL.
pub(super) fn sql(root: &Node, schema: &DFSchema, names: &SpecialNames) -> Result<String, Fault> {
    Resolver { schema, names }.sql(root)
}

struct Resolver<'a> {
    schema: &'a DFSchema,
    names: &'a SpecialNames,
}

/// A test whose attribute is a property and whose values have its type.
struct Resolved {
    column: Column,
    is_list: bool,
    meaning: Meaning,
}

enum Meaning {
    IsNull,
    Compare(Operator, ScalarValue),
    /// Equal to a list, member by member.
    EqualsList(Vec<ScalarValue>),
    ContainsAll(Vec<ScalarValue>),
}

impl Resolver<'_> {
    fn expression(&self, node: &Node) -> Result<Expr, Fault> {
        let all =
            |parts: &[Node]| parts.iter().map(|part| self.expression(part)).collect::<Result<Vec<_>, _>>();
        Ok(match node {
            Node::And(parts) => balanced(all(parts)?, Expr::and).unwrap_or_else(|| lit(true)),
            Node::Or(parts) => balanced(all(parts)?, Expr::or).unwrap_or_else(|| lit(false)),
            Node::Not(inner) => Expr::Not(Box::new(self.expression(inner)?)),
            Node::Test(test) => self.resolve(test)?.expression(),
        })
    }

    fn sql(&self, node: &Node) -> Result<String, Fault> {
        let all = |parts: &[Node], word: &str| {
            let parts = parts
                .iter()
                .map(|part| match part {
                    Node::And(_) | Node::Or(_) => self.sql(part).map(|sql| format!("({sql})")),
                    _ => self.sql(part),
                })
                .collect::<Result<Vec<_>, Fault>>()?;
            Ok(parts.join(word))
        };
        match node {
            Node::And(parts) => all(parts, " AND "),
            Node::Or(parts) => all(parts, " OR "),
            Node::Not(inner) => Ok(format!("NOT ({})", self.sql(inner)?)),
            Node::Test(test) => Ok(self.resolve(test)?.sql()),
        }
    }

    fn resolve(&self, test: &Test) -> Result<Resolved, Fault> {
        let (column, data_type) = self.property(test)?;
        let member = element(&data_type);
        let is_list = member.is_some();
        let value_type = member.unwrap_or(&data_type);
        let meaning = Self::meaning(test, &column, is_list, value_type)?;
        Ok(Resolved { column, is_list, meaning })
    }

    fn meaning(test: &Test, column: &Column, is_list: bool, value_type: &DataType) -> Result<Meaning, Fault> {
        let typed = |literals: &[Literal]| {
            literals.iter().map(|literal| value(literal, column, value_type)).collect::<Result<Vec<_>, _>>()
        };
        if test.operator == Operator::ContainsAllValues {
            return typed(&test.values).map(Meaning::ContainsAll);
        }
        if is_list {
            return match (test.operator, test.values.as_slice()) {
                (Operator::EqualTo, [Literal { value: Written::Null, .. }]) => Ok(Meaning::IsNull),
                (Operator::EqualTo, values) => typed(values).map(Meaning::EqualsList),
                _ => Err(Fault::new(
                    test.attribute_at,
                    format!(
                        "{} holds a list of values, which {} cannot look at",
                        column.name,
                        test.operator.name()
                    ),
                    "use containsAllValues or equalTo",
                )),
            };
        }
        let [literal] = test.values.as_slice() else {
            return Err(Fault::new(
                test.values_at,
                format!("{} compares one value, not {}", test.operator.name(), test.values.len()),
                "join several tests by |, or use containsAllValues",
            ));
        };
        let is_null = literal.value == Written::Null;
        if is_null && test.operator == Operator::EqualTo {
            return Ok(Meaning::IsNull);
        }
        let needs_text =
            matches!(test.operator, Operator::StartsWith | Operator::EndsWith | Operator::Contains);
        if needs_text && kind(value_type) != Kind::Text {
            return Err(Fault::new(
                test.attribute_at,
                format!(
                    "{} looks at texts, but {} is of type {}",
                    test.operator.name(),
                    column.name,
                    label(value_type)
                ),
                "use equalTo, greaterThan or lessThan",
            ));
        }
        value(literal, column, value_type).map(|value| Meaning::Compare(test.operator, value))
    }

    /// The property that an attribute name means, and its type.
    fn property(&self, test: &Test) -> Result<(Column, DataType), Fault> {
        let name = match (test.attribute.as_str(), &self.names.name, &self.names.uid) {
            ("__NAME__", Some(name), _) | ("__UID__", _, Some(name)) => name.as_str(),
            ("__NAME__", None, _) => {
                return Err(Self::no_special(
                    test,
                    "no property is shown when objects are listed, and there is no key",
                ));
            }
            ("__UID__", _, None) => {
                return Err(Self::no_special(test, "the key is not one property"));
            }
            (attribute, ..) => attribute,
        };
        let columns: Vec<_> = self
            .schema
            .iter()
            .filter(|(qualifier, field)| {
                field.name() == name
                    || qualifier.is_some_and(|qualifier| {
                        name.strip_prefix(qualifier.table()).and_then(|rest| rest.strip_prefix('.'))
                            == Some(field.name())
                    })
            })
            .collect();
        match columns.as_slice() {
            [(qualifier, field)] => {
                Ok((Column::new(qualifier.cloned(), field.name()), field.data_type().clone()))
            }
            [] => Err(self.unknown(test, name)),
            _ => Err(Fault::new(
                test.attribute_at,
                format!("{name} is a property of both sides"),
                format!("write 'Left.{name}' or 'Right.{name}'"),
            )),
        }
    }

    fn no_special(test: &Test, why: &str) -> Fault {
        Fault::new(
            test.attribute_at,
            format!("{} has no meaning here: {why}", test.attribute),
            "name the property itself",
        )
    }

    fn unknown(&self, test: &Test, name: &str) -> Fault {
        let mut known: Vec<&str> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
        known.sort_unstable();
        let bare = name.rsplit('.').next().unwrap_or(name);
        Fault::new(
            test.attribute_at,
            format!("there is no attribute {name}"),
            match nearest(bare, known.iter().copied()) {
                Some(near) => format!("did you mean {near}? Names are case-sensitive"),
                None => format!("the attributes are: {}, __NAME__, __UID__", listed(&known)),
            },
        )
    }
}

/// A value in the type of its property.
fn value(literal: &Literal, column: &Column, wanted: &DataType) -> Result<ScalarValue, Fault> {
    let text = match &literal.value {
        Written::Text(text) | Written::Number(text) => text.clone(),
        Written::Boolean(value) => value.to_string(),
        Written::Null => {
            return Err(Fault::new(
                literal.at,
                "null can only be tested by equalTo",
                "write equalTo('Attribute', null), or not(…) around it",
            ));
        }
    };
    typed(&text, wanted).ok_or_else(|| {
        Fault::new(
            literal.at,
            format!("“{text}” is no value of {}, which is of type {}", column.name, label(wanted)),
            format!("write it like '{}'", example(wanted)),
        )
    })
}

impl Resolved {
    fn expression(self) -> Expr {
        let column = Expr::Column(self.column);
        match self.meaning {
            Meaning::IsNull => column.is_null(),
            Meaning::Compare(operator, value) => compare(operator, column, lit(value)),
            Meaning::EqualsList(values) => column.eq(make_array(values.into_iter().map(lit).collect())),
            Meaning::ContainsAll(values) if self.is_list => {
                array_has_all(column, make_array(values.into_iter().map(lit).collect()))
            }
            Meaning::ContainsAll(values) => {
                let parts = values.into_iter().map(|value| column.clone().eq(lit(value))).collect();
                balanced(parts, Expr::and).unwrap_or_else(|| lit(true))
            }
        }
    }

    fn sql(&self) -> String {
        let column = column_sql(&self.column);
        let list = |values: &[ScalarValue]| {
            let members = values.iter().map(value_sql).collect::<Vec<_>>().join(", ");
            format!("make_array({members})")
        };
        match &self.meaning {
            Meaning::IsNull => format!("{column} IS NULL"),
            Meaning::Compare(operator, value) => compare_sql(*operator, &column, &value_sql(value)),
            Meaning::EqualsList(values) => format!("{column} = {}", list(values)),
            Meaning::ContainsAll(values) if self.is_list => {
                format!("array_has_all({column}, {})", list(values))
            }
            Meaning::ContainsAll(values) => {
                let parts: Vec<String> =
                    values.iter().map(|value| format!("{column} = {}", value_sql(value))).collect();
                if parts.len() == 1 { parts.concat() } else { format!("({})", parts.join(" AND ")) }
            }
        }
    }
}

fn compare(operator: Operator, column: Expr, value: Expr) -> Expr {
    match operator {
        Operator::EqualTo | Operator::ContainsAllValues => column.eq(value),
        Operator::Contains => contains(column, value),
        Operator::StartsWith => starts_with(column, value),
        Operator::EndsWith => ends_with(column, value),
        Operator::GreaterThan => column.gt(value),
        Operator::GreaterThanOrEqualTo => column.gt_eq(value),
        Operator::LessThan => column.lt(value),
        Operator::LessThanOrEqualTo => column.lt_eq(value),
    }
}

fn compare_sql(operator: Operator, column: &str, value: &str) -> String {
    match operator {
        Operator::EqualTo | Operator::ContainsAllValues => format!("{column} = {value}"),
        Operator::Contains => format!("contains({column}, {value})"),
        Operator::StartsWith => format!("starts_with({column}, {value})"),
        Operator::EndsWith => format!("ends_with({column}, {value})"),
        Operator::GreaterThan => format!("{column} > {value}"),
        Operator::GreaterThanOrEqualTo => format!("{column} >= {value}"),
        Operator::LessThan => format!("{column} < {value}"),
        Operator::LessThanOrEqualTo => format!("{column} <= {value}"),
    }
}

/// A property in a condition; only the sides have names there.
fn column_sql(column: &Column) -> String {
    let name = format!("\"{}\"", column.name.replace('"', "\"\""));
    match &column.relation {
        Some(side) if matches!(side.table(), "Left" | "Right") => format!("{}.{name}", side.table()),
        _ => name,
    }
}

/// A value in a condition: beside a property the text of a value means the value.
fn value_sql(value: &ScalarValue) -> String {
    match value {
        ScalarValue::Int64(Some(number)) => number.to_string(),
        ScalarValue::Boolean(Some(true)) => "TRUE".to_owned(),
        ScalarValue::Boolean(Some(false)) => "FALSE".to_owned(),
        other => {
            let text = text_of(other).map_or_else(|| written(other), str::to_owned);
            format!("'{}'", text.replace('\'', "''"))
        }
    }
}

/// The written form of a value that is no text; values of properties always have one.
fn written(value: &ScalarValue) -> String {
    value.to_array().ok().map(|array| crate::value::value_at(&array, 0).to_string()).unwrap_or_default()
}
