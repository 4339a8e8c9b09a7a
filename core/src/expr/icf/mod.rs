//! The filter syntax of ICF connectors (E3): `startsWith('__NAME__', 'a') & endsWith('__NAME__', 'z')`.
//!
//! A parser of its own, with places in every error; no evaluator of its own: a filter becomes the same
//! DataFusion expression as a condition in SQL ([`parse_icf`]), or the text of that condition
//! ([`icf_to_sql`]). NULL means what it means in SQL: a test of an empty property is neither true nor false,
//! and neither is its opposite.

mod lex;
mod parse;
mod print;
mod resolve;

use datafusion::{common::DFSchema, logical_expr::Expr};

use super::{ExprError, position::position_of};
use crate::project::SchemaType;

/// What conditions in this syntax begin with.
pub const ICF_PREFIX: &str = "icf:";

/// True for conditions in this syntax; blanks may stand in front.
#[must_use]
pub fn is_icf(text: &str) -> bool {
    text.trim_start().starts_with(ICF_PREFIX)
}

/// What the special attribute names of ICF mean for a schema type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpecialNames {
    /// `__NAME__`: the property that people know an object by.
    pub name: Option<String>,
    /// `__UID__`: the key property.
    pub uid: Option<String>,
}

impl SpecialNames {
    /// `__NAME__` is the first property that is shown when objects are listed, else the first key property;
    /// `__UID__` is the key, if it is one property.
    #[must_use]
    pub fn of(schema_type: &SchemaType) -> Self {
        let shown = schema_type.properties.iter().find(|property| property.display_value);
        let name = shown.map(|property| &property.name).or(schema_type.key.first());
        let uid = if let [key] = schema_type.key.as_slice() { Some(key.clone()) } else { None };
        Self { name: name.cloned(), uid }
    }
}

/// A filter as it is written: attributes and values not looked at yet.
///
/// Its `Display` is the filter without prefix, in the one canonical spelling; parsing that gives an equal
/// filter.
#[derive(Debug, Clone, PartialEq)]
pub struct IcfFilter {
    root: Node,
}

#[derive(Debug, Clone)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

/// One comparison. Places are byte offsets in the text; they do not count when filters are compared.
#[derive(Debug, Clone)]
struct Test {
    operator: Operator,
    attribute: String,
    attribute_at: usize,
    values: Vec<Literal>,
    /// The values stand in square brackets.
    is_list: bool,
    values_at: usize,
}

#[derive(Debug, Clone)]
struct Literal {
    value: Written,
    at: usize,
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Written {
    Text(String),
    Number(String),
    Boolean(bool),
    Null,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::And(one), Self::And(other)) | (Self::Or(one), Self::Or(other)) => one == other,
            (Self::Not(one), Self::Not(other)) => one == other,
            (Self::Test(one), Self::Test(other)) => one == other,
            _ => false,
        }
    }
}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        self.operator == other.operator
            && self.attribute == other.attribute
            && self.is_list == other.is_list
            && self.values == other.values
    }
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Operators of the syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    EqualTo,
    Contains,
    ContainsAllValues,
    StartsWith,
    EndsWith,
    GreaterThan,
    GreaterThanOrEqualTo,
    LessThan,
    LessThanOrEqualTo,
}

impl Operator {
    const ALL: [Self; 9] = [
        Self::EqualTo,
        Self::Contains,
        Self::ContainsAllValues,
        Self::StartsWith,
        Self::EndsWith,
        Self::GreaterThan,
        Self::GreaterThanOrEqualTo,
        Self::LessThan,
        Self::LessThanOrEqualTo,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::EqualTo => "equalTo",
            Self::Contains => "contains",
            Self::ContainsAllValues => "containsAllValues",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::GreaterThan => "greaterThan",
            Self::GreaterThanOrEqualTo => "greaterThanOrEqualTo",
            Self::LessThan => "lessThan",
            Self::LessThanOrEqualTo => "lessThanOrEqualTo",
        }
    }
}

impl IcfFilter {
    /// Parses a filter, with or without the prefix `icf:`.
    ///
    /// # Errors
    ///
    /// [`ExprError`] with the place of what is wrong.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        parse::parse(text).map(|root| Self { root }).map_err(|fault| fault.into_error(text))
    }
}

/// A filter as an expression over the properties of `schema`; `names` says what `__NAME__` and `__UID__`
/// mean. The prefix `icf:` may be there.
///
/// # Errors
///
/// [`ExprError`] with the place of a syntax error, an unknown attribute, or a value that its property cannot
/// have.
pub fn parse_icf(schema: &DFSchema, names: &SpecialNames, text: &str) -> Result<Expr, ExprError> {
    let filter = IcfFilter::parse(text)?;
    resolve::expression(&filter.root, schema, names).map_err(|fault| fault.into_error(text))
}

/// The condition in SQL that means the same as a filter, over the same `schema`.
///
/// It needs the schema because `containsAllValues` means something else for a list than for one value.
///
/// # Errors
///
/// Those of [`parse_icf`].
pub fn icf_to_sql(schema: &DFSchema, names: &SpecialNames, text: &str) -> Result<String, ExprError> {
    let filter = IcfFilter::parse(text)?;
    resolve::sql(&filter.root, schema, names).map_err(|fault| fault.into_error(text))
}

/// Something wrong at a byte offset.
#[derive(Debug)]
struct Fault {
    at: usize,
    text: String,
    help: String,
}

impl Fault {
    fn new(at: usize, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, text: text.into(), help: help.into() }
    }

    fn into_error(self, text: &str) -> ExprError {
        ExprError {
            text: format!("in the ICF filter “{text}”: {}", self.text),
            position: Some(position_of(text, self.at)),
            help: Some(self.help),
        }
    }
}
