//! Patterns: text with placeholders for properties, for virtual properties and display templates (S9, W13,
//! R20).
//!
//! `%Property%` and `${Property}` stand for values; `%%` is a percent sign, `$$` a dollar sign. In `${…}`
//! the letter `_` also stands for a blank or special character, as in patterns of data operations.

use datafusion::{
    arrow::datatypes::DataType,
    functions::expr_fn::{coalesce, concat},
    logical_expr::{Expr, cast, lit},
};

use super::{
    ExprError,
    nearest::{listed, nearest},
    operation_pattern::placeholder_name,
    position::position_of,
};
use crate::project::SchemaType;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// The value of a property.
    Property(String),
    /// The value of the property that `${…}` means; [`resolve_pattern`] finds out which one that is.
    Escaped(String),
}

/// A piece of a pattern and where it begins, in bytes.
struct Piece {
    part: Part,
    at: usize,
}

/// Splits a pattern; `%%` stands for a percent sign, `$$` for a dollar sign. A `$` before anything else is
/// itself.
///
/// # Errors
///
/// [`ExprError`] with its place if a placeholder is not closed, or empty.
pub fn parse_pattern(pattern: &str) -> Result<Vec<Part>, ExprError> {
    Ok(pieces(pattern)?.into_iter().map(|piece| piece.part).collect())
}

/// Splits a pattern and replaces every [`Part::Escaped`] by the property of the schema type that it means.
///
/// # Errors
///
/// Those of [`parse_pattern`]; [`ExprError`] with its place for a placeholder that means no property, or
/// several.
pub fn resolve_pattern(schema_type: &SchemaType, pattern: &str) -> Result<Vec<Part>, ExprError> {
    let resolve = |piece: Piece| match &piece.part {
        Part::Escaped(name) => {
            meant(schema_type, name).map(Part::Property).map_err(|fault| fault.into_error(pattern, piece.at))
        }
        _ => Ok(piece.part),
    };
    pieces(pattern)?.into_iter().map(resolve).collect()
}

/// A pattern that splits into these parts.
///
/// A property in `%…%` cannot have a percent sign in its name, one in `${…}` no closing brace; each is
/// written in the way that can hold it.
#[must_use]
pub fn pattern_text(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.replace('%', "%%").replace('$', "$$"),
            Part::Property(name) if !name.contains('%') => format!("%{name}%"),
            Part::Property(name) if name.contains('}') => format!("${{{}}}", placeholder_name(name)),
            Part::Property(name) | Part::Escaped(name) => format!("${{{name}}}"),
        })
        .collect()
}

/// A pattern as an expression; NULL counts as empty text. `property` gives the expression of a name.
pub fn pattern_expression(parts: &[Part], property: impl Fn(&str) -> Expr) -> Expr {
    let arguments: Vec<Expr> = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => lit(text.as_str()),
            Part::Property(name) | Part::Escaped(name) => {
                coalesce(vec![cast(property(name), DataType::Utf8), lit("")])
            }
        })
        .collect();
    if arguments.is_empty() { lit("") } else { concat(arguments) }
}

struct Fault {
    text: String,
    help: String,
}

impl Fault {
    fn into_error(self, pattern: &str, at: usize) -> ExprError {
        ExprError {
            text: format!("in the pattern “{pattern}” {}", self.text),
            position: Some(position_of(pattern, at)),
            help: Some(self.help),
        }
    }
}

fn pieces(pattern: &str) -> Result<Vec<Piece>, ExprError> {
    let (mut pieces, mut text, mut text_at) = (Vec::new(), String::new(), 0);
    let mut at = 0;
    while let Some(next) = pattern.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = pattern.get(at..).unwrap_or_default();
        let placeholder = if rest.starts_with("%%") || rest.starts_with("$$") {
            None
        } else if next == '%' {
            Some(Part::Property(closed(rest, "%", '%').map_err(|fault| fault.into_error(pattern, at))?))
        } else if rest.starts_with("${") {
            Some(Part::Escaped(closed(rest, "${", '}').map_err(|fault| fault.into_error(pattern, at))?))
        } else {
            None
        };
        match placeholder {
            Some(part) => {
                if !text.is_empty() {
                    pieces.push(Piece { part: Part::Text(std::mem::take(&mut text)), at: text_at });
                }
                let length = match &part {
                    Part::Escaped(name) => name.len() + "${}".len(),
                    Part::Property(name) | Part::Text(name) => name.len() + "%%".len(),
                };
                pieces.push(Piece { part, at });
                at += length;
                text_at = at;
            }
            None => {
                text.push(next);
                let is_doubled = rest.starts_with("%%") || rest.starts_with("$$");
                at += if is_doubled { 2 } else { next.len_utf8() };
            }
        }
    }
    if !text.is_empty() {
        pieces.push(Piece { part: Part::Text(text), at: text_at });
    }
    Ok(pieces)
}

/// The name between `open`, with which `rest` begins, and `close`.
fn closed(rest: &str, open: &str, close: char) -> Result<String, Fault> {
    let inner = rest.strip_prefix(open).unwrap_or(rest);
    match inner.split_once(close) {
        Some(("", _)) => Err(Fault {
            text: "a placeholder is empty".to_owned(),
            help: "name a property: %Property% or ${Property}".to_owned(),
        }),
        Some((name, _)) => Ok(name.to_owned()),
        None => Err(Fault {
            text: "a placeholder is not closed".to_owned(),
            help: "placeholders look like %Property% or ${Property}; write %% for a percent sign, $$ for a dollar sign"
                .to_owned(),
        }),
    }
}

/// The property that `${name}` means: the one that is really called so, else the only one that looks so.
fn meant(schema_type: &SchemaType, name: &str) -> Result<String, Fault> {
    if schema_type.property(name).is_some() {
        return Ok(name.to_owned());
    }
    let columns: Vec<&str> = schema_type.properties.iter().map(|property| property.name.as_str()).collect();
    let alike: Vec<&str> =
        columns.iter().copied().filter(|column| placeholder_name(column) == name).collect();
    if let [only] = alike.as_slice() {
        return Ok((*only).to_owned());
    }
    let text = format!("the placeholder ${{{name}}} means no property of {}", schema_type.name);
    Err(match (alike.is_empty(), nearest(name, columns.iter().copied())) {
        (false, _) => Fault {
            text: format!("the placeholder ${{{name}}} means several properties of {}", schema_type.name),
            help: format!("write the name as it is: {}", listed(&alike)),
        },
        (true, Some(near)) => {
            Fault { text, help: format!("did you mean ${{{near}}}? Names are case-sensitive") }
        }
        (true, None) => Fault { text, help: format!("the properties are: {}", listed(&columns)) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{project::SchemaProperty, value::ValueType};

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn property(name: &str) -> Part {
        Part::Property(name.to_owned())
    }

    fn person() -> SchemaType {
        let columns = ["Common Name", "Organization_Name", "x y", "x-y", "a_b", "a b"];
        SchemaType {
            name: "Person".to_owned(),
            properties: columns.map(|name| SchemaProperty::new(name, ValueType::String)).into(),
            ..SchemaType::default()
        }
    }

    #[test]
    fn patterns_split_into_text_and_properties() {
        assert_eq!(
            parse_pattern("%LastName%, %First Name% 100%%").unwrap(),
            [property("LastName"), text(", "), property("First Name"), text(" 100%")]
        );
        assert_eq!(
            parse_pattern("CN=${Common_Name}$$ $5 $").unwrap(),
            [text("CN="), Part::Escaped("Common_Name".to_owned()), text("$ $5 $")]
        );
        assert_eq!(parse_pattern("").unwrap(), []);
    }

    #[test]
    fn wrong_patterns_say_where() {
        for (pattern, position) in [("a%b", (1, 2)), ("ß\n高${x", (2, 2)), ("%a%${}", (1, 4)), ("%", (1, 1))]
        {
            let error = parse_pattern(pattern).unwrap_err();
            assert_eq!(error.position, Some(position), "{pattern}: {error}");
            assert!(error.help.is_some());
        }
    }

    #[test]
    fn names_in_braces_may_be_escaped() {
        let cases = [
            ("${Common_Name}", "Common Name"),
            ("${Common Name}", "Common Name"),
            ("${Organization_Name}", "Organization_Name"),
            // The one that is really called so wins over the one that only looks so.
            ("${a_b}", "a_b"),
            ("${x-y}", "x-y"),
        ];
        for (pattern, name) in cases {
            assert_eq!(resolve_pattern(&person(), pattern).unwrap(), [property(name)], "{pattern}");
        }
        let several = resolve_pattern(&person(), "CN=${x_y}").unwrap_err();
        assert_eq!(several.position, Some((1, 4)));
        assert!(several.text.contains("several"), "{several}");
        let unknown = resolve_pattern(&person(), "${Common_Nam}").unwrap_err();
        assert!(unknown.help.unwrap().contains("Common Name"), "{}", unknown.text);
    }

    #[test]
    fn printed_patterns_split_into_the_same_parts() {
        for parts in [
            vec![text("50% of $5, ${x} and %y%"), property("a b"), property("100%")],
            vec![Part::Escaped("a_b".to_owned()), text("}"), property("x}y")],
            vec![],
        ] {
            let pattern = pattern_text(&parts);
            let again = parse_pattern(&pattern).unwrap();
            let values = |parts: &[Part]| pattern_expression(parts, |name| lit(name)).to_string();
            assert_eq!(values(&again), values(&parts), "{pattern}");
        }
    }
}
