//! Errors of the parser and the engine in our words, with their place.

use datafusion::{
    error::DataFusionError,
    sql::sqlparser::{ast::Spanned, tokenizer::Span},
};

use crate::expr::{
    ExprError,
    position::{Position, end_of, inside, located},
};

/// An error at a place of the parser's tree.
pub(super) fn at(text: &str, span: Span, what: String, help: String) -> ExprError {
    ExprError {
        text: format!("in “{text}”: {what}"), position: located(text, span.start), help: Some(help)
    }
}

/// An error at a part of the parser's tree.
pub(super) fn in_part(text: &str, part: &impl Spanned, what: String, help: String) -> ExprError {
    at(text, part.span(), what, help)
}

/// What the engine says, with the place that it says it about.
pub(super) fn explain(text: &str, error: &DataFusionError) -> ExprError {
    let message = error.find_root().strip_backtrace();
    let message = message.lines().next().unwrap_or_default();
    let position = position_in(text, message);
    ExprError {
        text: format!("in “{text}”: {}", plain(message)),
        position,
        help: Some("texts stand in single quotes, names with special characters in double quotes".to_owned()),
    }
}

/// Without the prefixes that say which part of the engine complained, and without the place.
fn plain(message: &str) -> String {
    let mut rest = message;
    for prefix in [
        "Schema error: ",
        "SQL error: ",
        "Error during planning: ",
        "ParserError(\"",
        "TokenizerError(\"",
        "External error: ",
    ] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    // The parser shows its tree where it complains about SUBSTRING.
    let rest = rest.split(" Substring {").next().unwrap_or(rest);
    let rest = rest.trim_end_matches("\")");
    rest.split(" at Line: ").next().unwrap_or(rest).to_owned()
}

/// sqlparser writes `… at Line: 1, Column: 5`, and `EOF` where the text ends too early.
fn position_in(text: &str, message: &str) -> Option<Position> {
    let number_after = |key: &str| {
        let digits = message.rsplit(key).next()?;
        digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
    };
    match (number_after("Line: "), number_after("Column: ")) {
        (Some(line), Some(column)) => inside(text, (line, column)),
        _ if message.contains("EOF") => Some(end_of(text)),
        _ => None,
    }
}
