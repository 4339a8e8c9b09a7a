//! Why a mapping cannot be compiled.

use miette::Diagnostic;
use thiserror::Error;

use crate::{expr::ExprError, script::ScriptError};

/// Why a mapping cannot be compiled.
#[derive(Debug, Clone, Error, Diagnostic)]
pub enum MappingError {
    /// The class is in no schema.
    #[error("mapping {mapping}: the {side} has no class or type {class:?}")]
    #[diagnostic(code("SW-M001"), help("choose another class, or update the schema"))]
    UnknownClass {
        /// The mapping.
        mapping: String,
        /// The system.
        side: &'static str,
        /// The class.
        class: String,
    },
    /// The property is not in the class.
    #[error("mapping {mapping}, {place}: {class} has no property {property:?}")]
    #[diagnostic(code("SW-M002"), help("choose another property, or update the schema"))]
    UnknownProperty {
        /// The mapping.
        mapping: String,
        /// Rule or matching rule.
        place: String,
        /// The class.
        class: String,
        /// The property.
        property: String,
    },
    /// A value list cannot come from the property (R21).
    #[error("mapping {mapping}, {place}: {property} cannot be used, {why}")]
    #[diagnostic(code("SW-M016"), help("name another property, or another class, in `lookup_source`"))]
    BadLookup {
        /// The mapping.
        mapping: String,
        /// The rule.
        place: String,
        /// The property.
        property: String,
        /// Why.
        why: String,
    },
    /// Values of one type cannot become values of the other.
    #[error("mapping {mapping}, {place}: a {from} cannot become a {to}")]
    #[diagnostic(
        code("SW-M003"),
        help("map properties of types with the same meaning, or use a virtual property")
    )]
    NotConvertible {
        /// The mapping.
        mapping: String,
        /// Rule or matching rule.
        place: String,
        /// Type of the source.
        from: String,
        /// Type of the destination.
        to: String,
    },
    /// The rule writes something that cannot be written.
    #[error("mapping {mapping}, {place}: {property} cannot be written: {why}")]
    #[diagnostic(
        code("SW-M004"),
        help("let the rule write in the other direction only, or map another property")
    )]
    NotWritable {
        /// The mapping.
        mapping: String,
        /// The rule.
        place: String,
        /// The property.
        property: String,
        /// Why.
        why: String,
    },
    /// A condition, filter or expression is wrong.
    #[error("mapping {mapping}, {place}: {source}")]
    #[diagnostic(code("SW-M005"))]
    Expression {
        /// The mapping.
        mapping: String,
        /// Rule, step or class.
        place: String,
        /// What is wrong.
        #[diagnostic_source]
        source: ExprError,
    },
    /// There is nothing to match by.
    #[error("mapping {mapping} has no object matching rule")]
    #[diagnostic(code("SW-M007"), help("add one: without it no object has a counterpart"))]
    NoMatching {
        /// The mapping.
        mapping: String,
    },
    /// The type has no key.
    #[error("mapping {mapping}: {schema_type} has no key, so its objects cannot be told apart")]
    #[diagnostic(code("SW-M008"), help("declare key properties in the schema"))]
    NoKey {
        /// The mapping.
        mapping: String,
        /// The schema type.
        schema_type: String,
    },
    /// A literal is no value of the property's type.
    #[error("mapping {mapping}, {place}: “{text}” is no {value_type}")]
    #[diagnostic(code("SW-M010"), help("write a value of that type, in quotes if it is a date or a decimal"))]
    BadValue {
        /// The mapping.
        mapping: String,
        /// The place in it.
        place: String,
        /// The literal.
        text: String,
        /// Type of the property.
        value_type: String,
    },
    /// A regular expression is wrong.
    #[error("mapping {mapping}, {place}: {text}")]
    #[diagnostic(code("SW-M011"), help("correct the regular expression"))]
    BadPattern {
        /// The mapping.
        mapping: String,
        /// The place in it.
        place: String,
        /// What is wrong with it.
        text: String,
    },
    /// A script is wrong.
    #[error("mapping {mapping}, {place}: {source}")]
    #[diagnostic(code("SW-M012"), help("correct the script; the guide has a page on scripts"))]
    Script {
        /// The mapping.
        mapping: String,
        /// The place in it.
        place: String,
        /// What is wrong.
        source: Box<ScriptError>,
    },
    /// A script names a property that both objects have.
    #[error("mapping {mapping}, {place}: both objects have a property {property}")]
    #[diagnostic(code("SW-M013"), help("write $Left::{property}$ or $Right::{property}$"))]
    WhichSide {
        /// The mapping.
        mapping: String,
        /// The place in it.
        place: String,
        /// The property.
        property: String,
    },
    /// Something reads a virtual property whose script has no read part.
    #[error(
        "mapping {mapping}, {place}: {property} cannot be read, because its script has no part that reads"
    )]
    #[diagnostic(
        code("SW-M014"),
        help("write a read part, or only let rules write the property that always overwrite it")
    )]
    NotReadable {
        /// The mapping.
        mapping: String,
        /// The place in it.
        place: String,
        /// The property.
        property: String,
    },
    /// A script names a property that it cannot see or set.
    #[error("mapping {mapping}, {place}: the script cannot use {name}: {why}")]
    #[diagnostic(code("SW-M015"), help("name another property; the guide says what each script knows"))]
    NameInScript {
        /// The mapping.
        mapping: String,
        /// The place in it.
        place: String,
        /// The name as the script writes it.
        name: String,
        /// Why.
        why: String,
    },
    /// The query engine refuses the plan.
    #[error("mapping {mapping}: {text}")]
    #[diagnostic(code("SW-M009"), help("please report this together with the project"))]
    Engine {
        /// The mapping.
        mapping: String,
        /// What the engine says.
        text: String,
    },
}

impl MappingError {
    /// What is wrong, without the mapping and the place in it: for whoever looks at that place already.
    #[must_use]
    pub fn reason(&self) -> String {
        let text = self.to_string();
        let at = match self {
            Self::UnknownProperty { mapping, place, .. }
            | Self::BadLookup { mapping, place, .. }
            | Self::NotConvertible { mapping, place, .. }
            | Self::NotWritable { mapping, place, .. }
            | Self::Expression { mapping, place, .. }
            | Self::BadValue { mapping, place, .. }
            | Self::BadPattern { mapping, place, .. }
            | Self::Script { mapping, place, .. }
            | Self::WhichSide { mapping, place, .. }
            | Self::NotReadable { mapping, place, .. }
            | Self::NameInScript { mapping, place, .. } => format!("mapping {mapping}, {place}: "),
            Self::UnknownClass { mapping, .. }
            | Self::NoKey { mapping, .. }
            | Self::Engine { mapping, .. } => format!("mapping {mapping}: "),
            Self::NoMatching { .. } => String::new(),
        };
        text.strip_prefix(&at).map(str::to_owned).unwrap_or(text)
    }

    pub(crate) fn engine(mapping: &str, error: &datafusion::error::DataFusionError) -> Self {
        Self::Engine { mapping: mapping.to_owned(), text: error.strip_backtrace() }
    }
}
