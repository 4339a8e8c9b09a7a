//! The condition language (E1), the filter syntax of ICF (E3), patterns and variables: text → DataFusion
//! expressions, and patterns of SQL statements (W14).
//!
//! Conditions are SQL expressions over properties, or ICF filters behind the prefix `icf:`. Names keep their
//! case; `Left.` and `Right.` say which side is meant where both are there. DataFusion parses and plans;
//! this module feeds it the right schema, refuses what has no defined meaning for one object, and says where
//! in the text something is wrong. It evaluates nothing.

mod functions;
mod icf;
mod nearest;
mod operation_pattern;
mod pattern;
mod physical;
mod position;
mod sql;
#[cfg(test)]
mod tests;
mod types;
mod variables;

use std::collections::BTreeSet;

use datafusion::{
    common::{Column, TableReference},
    logical_expr::Expr,
    prelude::{SessionConfig, SessionContext},
};
use miette::Diagnostic;
use thiserror::Error;

pub use self::{
    functions::{FUNCTIONS, FunctionGroup},
    icf::{ICF_PREFIX, IcfFilter, SpecialNames, icf_to_sql, is_icf, parse_icf},
    operation_pattern::{
        OperationKind, OperationParameter, OperationPatternError, OperationStatement, OperationValue,
        option_name, option_of, placeholder_name,
    },
    pattern::{Part, parse_pattern, pattern_expression, pattern_text, resolve_pattern},
    physical::{ONCE, Prepared, physical},
    sql::{parse, parse_condition, parse_named, three_valued},
    variables::{
        FULL_SYNC, Quoting, SessionVariables, VariablesError, effective, effective_with_set, substitute,
    },
};
use crate::project::Side;

/// Why an expression or pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{text}{}", place(*position))]
#[diagnostic(code("SW-E001"))]
pub struct ExprError {
    /// What is wrong.
    pub text: String,
    /// Where in the expression it is, if that is known: line and column from 1, in characters.
    pub position: Option<(usize, usize)>,
    /// What to do.
    #[help]
    pub help: Option<String>,
}

/// The place, behind an error text.
fn place(position: Option<(usize, usize)>) -> String {
    position.map_or_else(String::new, |(line, column)| format!(" (line {line}, column {column})"))
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
