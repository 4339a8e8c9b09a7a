//! Patterns: text with `%Property%` placeholders, for virtual properties and display templates (S9, W13).

use datafusion::{
    arrow::datatypes::DataType,
    functions::expr_fn::{coalesce, concat},
    logical_expr::{Expr, cast, lit},
};

use super::ExprError;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// The value of a property.
    Property(String),
}

/// Splits a pattern; `%%` stands for a percent sign.
///
/// # Errors
///
/// [`ExprError`] if a placeholder is not closed.
pub fn parse_pattern(pattern: &str) -> Result<Vec<Part>, ExprError> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(start) = rest.find('%') {
        text.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let Some(end) = after.find('%') else {
            return Err(ExprError {
                text: format!("in the pattern “{pattern}” a placeholder is not closed"),
                position: Some((1, pattern.len() - after.len())),
                help: Some("placeholders look like %Property%; write %% for a percent sign".to_owned()),
            });
        };
        if end == 0 {
            text.push('%');
        } else {
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Property(after[..end].to_owned()));
        }
        rest = &after[end + 1..];
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

/// A pattern as an expression; NULL counts as empty text. `property` gives the expression of a name.
pub fn pattern_expression(parts: &[Part], property: impl Fn(&str) -> Expr) -> Expr {
    let arguments: Vec<Expr> = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => lit(text.as_str()),
            Part::Property(name) => coalesce(vec![cast(property(name), DataType::Utf8), lit("")]),
        })
        .collect();
    if arguments.is_empty() { lit("") } else { concat(arguments) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_split_into_text_and_properties() {
        let text = |text: &str| Part::Text(text.to_owned());
        let property = |name: &str| Part::Property(name.to_owned());
        assert_eq!(
            parse_pattern("%LastName%, %First Name% 100%%").unwrap(),
            [property("LastName"), text(", "), property("First Name"), text(" 100%")]
        );
        assert_eq!(parse_pattern("").unwrap(), []);
        let error = parse_pattern("a%b").unwrap_err();
        assert_eq!(error.position, Some((1, 2)));
    }
}
