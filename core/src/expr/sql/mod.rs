//! Conditions in SQL (E1): text → checked DataFusion expression.
//!
//! The text is parsed once; names and functions are looked at in the parser's tree, which knows the place
//! of everything, then types, then the engine plans it. Last, the plan is brought into a form in which the
//! engine keeps the meaning of NULL ([`three_valued`]).

mod error;
mod limits;
mod logic;
mod names;
mod type_check;

use datafusion::{
    common::DFSchema,
    execution::session_state::SessionState,
    logical_expr::{Expr, ExprSchemable as _},
    prelude::SessionContext,
    sql::sqlparser::ast::{self, ExprWithAlias},
};

pub(super) use self::logic::balanced;
pub use self::logic::three_valued;
use super::{
    ExprError, SpecialNames, icf,
    types::{Kind, kind, label},
};

/// Parses a condition or expression; `schema` holds the properties that it may name. Texts that begin with
/// `icf:` are ICF filters, in which `__NAME__` and `__UID__` are not known; see [`parse_named`].
///
/// # Errors
///
/// [`ExprError`], with its place wherever that is known: a syntax error, an unknown name (with the names
/// that there are), an unknown function, types that do not fit, queries and aggregates.
pub fn parse(session: &SessionContext, schema: &DFSchema, text: &str) -> Result<Expr, ExprError> {
    parse_named(session, schema, &SpecialNames::default(), text)
}

/// Parses a condition or expression like [`parse`]; `names` says what `__NAME__` and `__UID__` mean in ICF
/// filters.
///
/// # Errors
///
/// Those of [`parse`].
pub fn parse_named(
    session: &SessionContext,
    schema: &DFSchema,
    names: &SpecialNames,
    text: &str,
) -> Result<Expr, ExprError> {
    if icf::is_icf(text) {
        return icf::parse_icf(schema, names, text);
    }
    if text.trim().is_empty() {
        return Err(ExprError {
            text: "the expression is empty".to_owned(),
            position: None,
            help: Some("write a condition such as Left.Country = 'PL', or remove it".to_owned()),
        });
    }
    limits::check(text)?;
    let shared = session.state_ref();
    let state = shared.read();
    let parsed = Parsed { text, state: &state, schema };
    let tree = parsed.tree()?;
    names::check(&parsed, &tree)?;
    type_check::check(&parsed, &tree)?;
    let expression = parsed.plan(tree)?;
    let expression = logic::with_typed_literals(expression, schema)
        .and_then(|expression| logic::with_fixed_clock(expression, session))
        .and_then(|expression| type_check::coerces(&expression, schema).map(|()| expression))
        .map_err(|error| error::explain(text, &error))?;
    // The engine names some values after the function that gave them; here names mean nothing.
    Ok(three_valued(expression.unalias_nested().data))
}

/// Parses a condition: an expression that is true or false.
///
/// # Errors
///
/// Those of [`parse`]; [`ExprError`] that names the type if the expression is no condition.
pub fn parse_condition(
    session: &SessionContext,
    schema: &DFSchema,
    names: &SpecialNames,
    text: &str,
) -> Result<Expr, ExprError> {
    let expression = parse_named(session, schema, names, text)?;
    let data_type = expression.get_type(schema).map_err(|error| error::explain(text, &error))?;
    if kind(&data_type) == Kind::Boolean {
        return Ok(expression);
    }
    Err(ExprError {
        text: format!("“{text}” is no condition: its value is of type {}", label(&data_type)),
        position: Some((1, text.chars().take_while(|letter| letter.is_whitespace()).count() + 1)),
        help: Some("compare it with something, for example with = '…' or IS NOT NULL".to_owned()),
    })
}

/// A text while it is being parsed.
struct Parsed<'a> {
    text: &'a str,
    state: &'a SessionState,
    schema: &'a DFSchema,
}

impl Parsed<'_> {
    fn tree(&self) -> Result<ast::Expr, ExprError> {
        let dialect = self.state.config().options().sql_parser.dialect;
        let tree = self
            .state
            .sql_to_expr_with_alias(self.text, &dialect)
            .map_err(|error| error::explain(self.text, &error))?;
        match tree.alias {
            None => limits::balanced(self.text, tree.expr),
            Some(alias) => Err(error::at(
                self.text,
                alias.span,
                format!("AS {} has no meaning here", alias.value),
                "remove it: the value gets its name from the property".to_owned(),
            )),
        }
    }

    fn plan(&self, tree: ast::Expr) -> Result<Expr, ExprError> {
        self.state
            .create_logical_expr_from_sql_expr(ExprWithAlias { expr: tree, alias: None }, self.schema)
            .map_err(|error| error::explain(self.text, &error))
    }
}
