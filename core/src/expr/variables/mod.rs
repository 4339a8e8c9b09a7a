//! Variables in texts: `$Name$` becomes the value of the variable (variable sets, F4, F6).
//!
//! Where a text is a condition or a statement, a value stays a value: in quotes it is text, outside of them
//! a number, `true`, `false` or a text in quotes. It never becomes part of the condition itself. `$$` is a
//! dollar sign; a `$` that begins no variable is one, too.

mod effective;
mod quote;

use std::collections::BTreeMap;

pub use self::effective::{FULL_SYNC, SessionVariables, VariablesError, effective, effective_with_set};
use super::{
    ExprError,
    nearest::{listed, nearest},
    position::position_of,
};

/// What kind of text variables stand in, which decides how their values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Plain text: values as they are.
    Text,
    /// A condition or expression in SQL, or an ICF filter behind `icf:`.
    Condition,
    /// A statement for a database, whatever it is: only values that no database misunderstands.
    Statement,
}

/// The text with the values of variables in place of `$Name$`.
///
/// # Errors
///
/// [`ExprError`] with the place of an unknown variable (and the nearest known one), or of one whose value
/// cannot stand there safely. Values are never part of the error.
pub fn substitute(
    text: &str,
    variables: &BTreeMap<String, String>,
    how: Quoting,
) -> Result<String, ExprError> {
    if !text.contains('$') {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut context = quote::Context::new(text, how);
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        if let Some(name) = name_at(rest) {
            let length = name.len() + "$$".len();
            let value = variables.get(name).ok_or_else(|| unknown(text, at, name, variables))?;
            let after = text.get(at + length..).and_then(|rest| rest.chars().next());
            let written = context.written(value, after).map_err(|fault| fault.into_error(text, at, name))?;
            out.push_str(&written);
            at += length;
            context.pass_value();
        } else {
            out.push(next);
            at += if rest.starts_with("$$") { 2 } else { next.len_utf8() };
            context.pass(next);
        }
    }
    Ok(out)
}

/// The names of all variables in a text, each with its byte offset.
fn names_in(text: &str) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        at += match name_at(rest) {
            Some(name) => {
                names.push((at, name));
                name.len() + "$$".len()
            }
            None if rest.starts_with("$$") => 2,
            None => next.len_utf8(),
        };
    }
    names
}

/// The name in `$Name$`, if the text begins with that.
fn name_at(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let name = inner.get(..inner.find('$')?)?;
    is_name(name).then_some(name)
}

/// Letters, digits and `_`, not beginning with a digit.
fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn unknown(text: &str, at: usize, name: &str, variables: &BTreeMap<String, String>) -> ExprError {
    let known: Vec<&str> = variables.keys().map(String::as_str).collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean ${near}$? Names are case-sensitive"),
        None if known.is_empty() => "the project has no variables; write $$ for a dollar sign".to_owned(),
        None => format!("the variables are: {}; write $$ for a dollar sign", listed(&known)),
    };
    ExprError {
        text: format!("in “{text}”: there is no variable ${name}$"),
        position: Some(position_of(text, at)),
        help: Some(help),
    }
}
