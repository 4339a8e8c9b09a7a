//! The condition language (E1) and patterns: text → DataFusion expressions, and patterns of SQL statements
//! (W14).
//!
//! Conditions are SQL expressions over properties. Names keep their case; `Left.` and `Right.` say which
//! side is meant where both are there. DataFusion parses, checks names and types; this module feeds it the
//! right schema and turns its errors into ones with a place.

mod operation_pattern;
mod pattern;

use std::collections::BTreeSet;

use datafusion::{
    common::{Column, DFSchema, TableReference},
    error::DataFusionError,
    logical_expr::Expr,
    prelude::{SessionConfig, SessionContext},
};
use miette::Diagnostic;
use thiserror::Error;

pub use self::{
    operation_pattern::{
        OperationKind, OperationParameter, OperationPatternError, OperationStatement, placeholder_name,
    },
    pattern::{Part, parse_pattern, pattern_expression},
};
use crate::project::Side;

/// Why an expression or pattern cannot be used.
#[derive(Debug, Clone, Error, Diagnostic)]
#[error("{text}")]
#[diagnostic(code("SW-E001"))]
pub struct ExprError {
    /// What is wrong.
    pub text: String,
    /// Where in the expression it is, if that is known: line and column from 1.
    pub position: Option<(usize, usize)>,
    /// What to do.
    #[help]
    pub help: Option<String>,
}

/// The name that a side has in expressions: `Left` or `Right`.
#[must_use]
pub const fn qualifier(side: Side) -> &'static str {
    match side {
        Side::Left => "Left",
        Side::Right => "Right",
    }
}

/// A property of a side as an expression.
#[must_use]
pub fn property(side: Side, name: &str) -> Expr {
    Expr::Column(Column::new(Some(TableReference::bare(qualifier(side))), name))
}

/// A session that reads names as they are written.
#[must_use]
pub fn session() -> SessionContext {
    let config = SessionConfig::new().set_bool("datafusion.sql_parser.enable_ident_normalization", false);
    SessionContext::new_with_config(config)
}

/// Parses a condition or expression; `schema` holds the properties that it may name.
///
/// # Errors
///
/// [`ExprError`] with the place of a syntax error, or the names that there are for an unknown one.
pub fn parse(session: &SessionContext, schema: &DFSchema, text: &str) -> Result<Expr, ExprError> {
    if text.trim().is_empty() {
        return Err(ExprError {
            text: "the expression is empty".to_owned(),
            position: None,
            help: Some("write a condition such as Left.Country = 'PL', or remove it".to_owned()),
        });
    }
    session.parse_sql_expr(text, schema).map_err(|error| explain(schema, text, &error))
}

/// The properties of `side` that an expression names; columns without a side count for every side.
#[must_use]
pub fn properties_of(expression: &Expr, side: Side) -> BTreeSet<String> {
    expression
        .column_refs()
        .into_iter()
        .filter(|column| column.relation.as_ref().is_none_or(|relation| relation.table() == qualifier(side)))
        .map(|column| column.name.clone())
        .collect()
}

fn explain(schema: &DFSchema, text: &str, error: &DataFusionError) -> ExprError {
    match error.find_root() {
        DataFusionError::SchemaError(_, _) => {
            let mut names: Vec<String> = schema.columns().iter().map(Column::flat_name).collect();
            names.sort();
            let message = first_line(&error.strip_backtrace());
            let nearest = nearest_name(&message, &names);
            ExprError {
                text: format!("in “{text}”: {}", plain(&message)),
                position: None,
                help: Some(match nearest {
                    Some(name) => format!("did you mean {name}? Names are case-sensitive"),
                    None => format!("the properties are: {}", names.join(", ")),
                }),
            }
        }
        root => {
            let message = first_line(&root.strip_backtrace());
            let position = position_in(&message);
            ExprError {
                text: format!("in “{text}”: {}", plain(&message)),
                position,
                help: Some(match position {
                    Some((line, column)) => {
                        format!("look at line {line}, column {column}; texts stand in single quotes")
                    }
                    None => "texts stand in single quotes, names with spaces in double quotes".to_owned(),
                }),
            }
        }
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// Without the prefixes that say which part of the engine complained.
fn plain(message: &str) -> String {
    let mut rest = message;
    for prefix in
        ["Schema error: ", "SQL error: ", "Error during planning: ", "ParserError(\"", "External error: "]
    {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    rest.trim_end_matches("\")").to_owned()
}

/// sqlparser writes `… at Line: 1, Column: 5`.
fn position_in(message: &str) -> Option<(usize, usize)> {
    let number_after = |key: &str| {
        let digits = message.split(key).nth(1)?;
        digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
    };
    Some((number_after("Line: ")?, number_after("Column: ")?))
}

fn nearest_name(message: &str, names: &[String]) -> Option<String> {
    let wanted =
        message.split("named ").nth(1)?.split(". ").next()?.trim_matches(['"', '\'', '.']).replace('"', "");
    names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .map(|(_, name)| name.clone())
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    fn schema() -> DFSchema {
        let left = Schema::new(vec![
            Field::new("Country", DataType::Utf8, true),
            Field::new("Canonical Name", DataType::Utf8, true),
        ]);
        let right = Schema::new(vec![Field::new("Active", DataType::Boolean, true)]);
        let left = DFSchema::try_from_qualified_schema("\"Left\"", &left).unwrap();
        left.join(&DFSchema::try_from_qualified_schema("\"Right\"", &right).unwrap()).unwrap()
    }

    #[test]
    fn conditions_name_both_sides() {
        let expression =
            parse(&session(), &schema(), "Left.Country = 'PL' AND Right.Active IS NOT NULL").unwrap();
        assert_eq!(properties_of(&expression, Side::Left), BTreeSet::from(["Country".to_owned()]));
        assert_eq!(properties_of(&expression, Side::Right), BTreeSet::from(["Active".to_owned()]));
    }

    #[test]
    fn names_with_spaces_stand_in_double_quotes() {
        parse(&session(), &schema(), r#"Left."Canonical Name" LIKE 'A%'"#).unwrap();
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        let error = parse(&session(), &schema(), "Left.Country = = 'PL'").unwrap_err();
        assert_eq!(error.position, Some((1, 16)), "{error}");
        let error = parse(&session(), &schema(), "Left.Contry = 'PL'").unwrap_err();
        assert!(error.help.as_deref().unwrap().contains("Left.Country"), "{error:?}");
        assert!(parse(&session(), &schema(), "  ").unwrap_err().text.contains("empty"));
    }
}
