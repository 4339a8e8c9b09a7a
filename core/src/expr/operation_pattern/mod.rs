//! Patterns of data operations (W14): one SQL statement with `%Column%` placeholders.
//!
//! [`OperationStatement::compile`] turns the text of a pattern into pieces of SQL with parameters between
//! them. It knows the columns of a schema type but no database system: what a parameter looks like in the
//! statement, and how its value gets there, is the connector's business. Values are never part of the text.

mod scan;
#[cfg(test)]
mod tests;

use miette::Diagnostic;
use thiserror::Error;

use self::scan::{Piece, scan};
use crate::project::{DataOperation, DataOperations, SchemaProperty, SchemaType};

/// What a placeholder ends with that means the value before the operation: `%UId:old%`.
const OLD: &str = ":old";
/// What a placeholder ends with that means an option of the operation: `%RunAs:option%` (R21).
const OPTION: &str = ":option";

/// Which plain statement a data operation replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

impl OperationKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Insert, Self::Update, Self::Delete];

    /// Name in project files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// The operation that replaces the plain statement, if one does.
    #[must_use]
    pub const fn of(self, operations: &DataOperations) -> Option<&DataOperation> {
        match self {
            Self::Insert => operations.insert.as_ref(),
            Self::Update => operations.update.as_ref(),
            Self::Delete => operations.delete.as_ref(),
        }
    }
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum OperationPatternError {
    /// A placeholder names no column of the schema type.
    #[error("the {} pattern has the placeholder %{placeholder}%, but {schema_type} has no such column", kind.id())]
    #[diagnostic(code("SW-C131"), help("{hint}the placeholders are: {}", known.join(", ")))]
    UnknownPlaceholder {
        /// The operation.
        kind: OperationKind,
        /// The schema type.
        schema_type: String,
        /// What stands between the percent signs.
        placeholder: String,
        /// The nearest one, in words; may be empty.
        hint: String,
        /// All that there are.
        known: Vec<String>,
    },
    /// The text is not one statement whose placeholders can be bound.
    #[error("the {} pattern of {schema_type} cannot be used: {text}", kind.id())]
    #[diagnostic(code("SW-C133"), help("{advice}"))]
    NotOneStatement {
        /// The operation.
        kind: OperationKind,
        /// The schema type.
        schema_type: String,
        /// What is wrong.
        text: String,
        /// What to do.
        advice: String,
    },
}

/// Something wrong with the text itself, whatever the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    text: String,
    advice: &'static str,
}

/// The name of a column in placeholders: special characters are replaced by `_`.
#[must_use]
pub fn placeholder_name(column: &str) -> String {
    column
        .chars()
        .map(|character| if character.is_alphanumeric() || character == '_' { character } else { '_' })
        .collect()
}

/// Name of an option (R21) as it stands in change lists, and between percent signs in patterns.
#[must_use]
pub fn option_name(property: &str) -> String {
    format!("{property}{OPTION}")
}

/// What a name of that kind is an option of: the name without its ending; `None` if it means something else.
#[must_use]
pub fn option_of(name: &str) -> Option<&str> {
    name.strip_suffix(OPTION).filter(|property| !property.is_empty())
}

/// Which value a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationValue {
    /// What the column holds after the operation.
    New,
    /// What the column holds before it.
    Old,
    /// What a rule sends as an option of the operation (R21).
    Option,
}

/// A parameter of a statement: a column and which of its values, or an option.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OperationParameter {
    /// The column; of an option its name as it stands in the placeholder.
    pub property: String,
    /// Which value.
    pub value: OperationValue,
}

impl OperationParameter {
    /// A column of the object as it will be.
    #[must_use]
    pub const fn new(property: String) -> Self {
        Self { property, value: OperationValue::New }
    }

    /// A column of the object as it is until then.
    #[must_use]
    pub const fn old(property: String) -> Self {
        Self { property, value: OperationValue::Old }
    }

    /// An option.
    #[must_use]
    pub const fn option(name: String) -> Self {
        Self { property: name, value: OperationValue::Option }
    }

    /// True for the value before the operation.
    #[must_use]
    pub fn is_old(&self) -> bool {
        self.value == OperationValue::Old
    }

    /// True for an option.
    #[must_use]
    pub fn is_option(&self) -> bool {
        self.value == OperationValue::Option
    }
}

/// A pattern understood: SQL with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationStatement {
    /// SQL in front of each parameter, and behind the last one.
    texts: Vec<String>,
    parameters: Vec<OperationParameter>,
}

impl OperationStatement {
    /// Understands a pattern that replaces the statement of `kind` for objects of `schema_type`.
    ///
    /// # Errors
    ///
    /// [`OperationPatternError`] that names the placeholder that is not known and those that are, or says why
    /// the text is not one statement.
    pub fn compile(
        schema_type: &SchemaType,
        kind: OperationKind,
        pattern: &str,
    ) -> Result<Self, OperationPatternError> {
        let not_one = |fault: Fault| OperationPatternError::NotOneStatement {
            kind,
            schema_type: schema_type.name.clone(),
            text: fault.text,
            advice: fault.advice.to_owned(),
        };
        let (mut texts, mut parameters) = (vec![String::new()], Vec::new());
        for piece in scan(pattern).map_err(not_one)? {
            match piece {
                Piece::Sql(sql) => {
                    if let Some(last) = texts.last_mut() {
                        last.push_str(&sql);
                    }
                }
                Piece::Placeholder(placeholder) => {
                    parameters.push(parameter(schema_type, kind, &placeholder)?);
                    texts.push(String::new());
                }
            }
        }
        if parameters.is_empty() {
            return Err(not_one(Fault {
                text: "it has no placeholder, so it would do the same for every object".to_owned(),
                advice: "name the object with a placeholder such as %Key%",
            }));
        }
        Ok(Self { texts, parameters })
    }

    /// The parameters, in the order in which they stand in the text.
    #[must_use]
    pub fn parameters(&self) -> &[OperationParameter] {
        &self.parameters
    }

    /// The statement; `marker` gives what stands for a parameter.
    pub fn sql(&self, marker: impl Fn(&OperationParameter) -> String) -> String {
        let mut sql = String::new();
        for (position, text) in self.texts.iter().enumerate() {
            sql.push_str(text);
            if let Some(parameter) = self.parameters.get(position) {
                sql.push_str(&marker(parameter));
            }
        }
        sql
    }

    /// The first word of the statement, in upper case; empty if it begins with something else.
    #[must_use]
    pub fn first_word(&self) -> String {
        let text = self.texts.first().map_or("", |text| text.trim_start());
        text.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
    }
}

/// What a placeholder means.
fn parameter(
    schema_type: &SchemaType,
    kind: OperationKind,
    placeholder: &str,
) -> Result<OperationParameter, OperationPatternError> {
    if let Some(option) = option_of(placeholder) {
        return Ok(OperationParameter::option(option.to_owned()));
    }
    let (name, make): (_, fn(String) -> OperationParameter) = match placeholder.strip_suffix(OLD) {
        // A new object has no values before.
        Some(name) if kind != OperationKind::Insert => (name, OperationParameter::old),
        _ => (placeholder, OperationParameter::new),
    };
    let named: Vec<&SchemaProperty> =
        usable(schema_type).filter(|property| placeholder_name(&property.name) == name).collect();
    // Of several columns that look the same with `_`, the one that is really called so.
    let exact = named.iter().find(|property| property.name == name).copied();
    let only = if let [only] = named.as_slice() { Some(*only) } else { None };
    match exact.or(only) {
        Some(property) => Ok(make(property.name.clone())),
        None => Err(unknown(schema_type, kind, placeholder, name, &named)),
    }
}

fn usable(schema_type: &SchemaType) -> impl Iterator<Item = &SchemaProperty> {
    schema_type.properties.iter().filter(|property| property.unusable.is_none())
}

fn unknown(
    schema_type: &SchemaType,
    kind: OperationKind,
    placeholder: &str,
    name: &str,
    several: &[&SchemaProperty],
) -> OperationPatternError {
    let mut known: Vec<String> =
        usable(schema_type).map(|property| format!("%{}%", placeholder_name(&property.name))).collect();
    known.sort();
    known.dedup();
    let hint = if !several.is_empty() {
        let names: Vec<&str> = several.iter().map(|property| property.name.as_str()).collect();
        format!("{} have the same placeholder; rename one of them in a view; ", names.join(" and "))
    } else if kind == OperationKind::Insert && placeholder.ends_with(OLD) {
        "a new object has no old values; ".to_owned()
    } else {
        nearest(name, schema_type)
            .map(|near| format!("did you mean %{near}%? Case matters, special characters are `_`; "))
            .unwrap_or_default()
    };
    OperationPatternError::UnknownPlaceholder {
        kind,
        schema_type: schema_type.name.clone(),
        placeholder: placeholder.to_owned(),
        hint,
        known,
    }
}

/// The placeholder that looks most like `name`, if one does at all.
fn nearest(name: &str, schema_type: &SchemaType) -> Option<String> {
    let wanted = placeholder_name(name).to_lowercase();
    usable(schema_type)
        .map(|property| placeholder_name(&property.name))
        .map(|known| (strsim::damerau_levenshtein(&wanted, &known.to_lowercase()), known))
        .min()
        .filter(|(distance, known)| *distance <= known.chars().count() / 3)
        .map(|(_, known)| known)
}
