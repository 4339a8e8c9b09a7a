//! Scripts of virtual properties (S9, E5): they know the columns of their own object and nothing else.
//!
//! An object whose script fails is not an object without value. The class tells, in columns of its own, for which
//! objects that is so, and whether they could be matched all the same.

use arrow::datatypes::DataType;
use datafusion::{
    functions::{core::expr_fn::get_field, expr_fn::coalesce},
    logical_expr::{Expr, lit, when},
};

use super::{
    super::{Context, MappingError, rules::null_of},
    CompiledClass, base,
};
use crate::{
    project::{ClassRef, PropertyRef, Side, VirtualKind, VirtualProperty},
    script::{CompiledScript, ScriptKind, ScriptName},
};

/// Name of the column with the error of a script that failed on an object; NULL for others.
pub const UNREAD_COLUMN: &str = "__unread";

/// Name of the column that tells of objects by which properties they would be matched is not known.
pub const UNMATCHABLE_COLUMN: &str = "__unmatchable";

/// What is said instead of an error that may quote sensitive values.
const HIDDEN: &str = "the script that reads it names sensitive properties, so its reason is not shown";

/// The read part of a virtual property.
#[derive(Debug, Clone)]
pub(in crate::mapping) struct ReadScript {
    script: CompiledScript,
    /// It names sensitive columns.
    secret: bool,
    /// Objects are matched by it.
    pub(super) matches: bool,
}

impl ReadScript {
    /// Compiles the read part of a property of the class on `side`.
    pub fn new(
        context: &Context<'_>,
        side: Side,
        property: &VirtualProperty,
        place: &str,
    ) -> Result<Self, MappingError> {
        let VirtualKind::Script { read: Some(text), .. } = &property.kind else {
            return Err(MappingError::NotReadable {
                mapping: context.mapping.name.clone(),
                place: place.to_owned(),
                property: property.name.clone(),
            });
        };
        let script = context.compile_script(text, ScriptKind::Value, place)?;
        let class = context.class(side);
        check_names(context, side, class, &script, place)?;
        Ok(Self { secret: names_secrets(class, &script), script, matches: false })
    }

    /// The value, and the error where there is none; `column` gives the columns of the object.
    pub fn call(&self, property: &VirtualProperty, column: impl Fn(&str) -> Expr) -> (Expr, Expr) {
        self.value_and_error(&self.both(property, column))
    }

    /// Value and error as fields of one value.
    pub fn both(&self, property: &VirtualProperty, column: impl Fn(&str) -> Expr) -> Expr {
        let arguments = self.script.names().iter().map(|name| column(&name.property)).collect();
        self.script.function(property.value_type, property.multi_valued).call(arguments)
    }

    /// The fields of what [`ReadScript::both`] gives.
    pub fn value_and_error(&self, both: &Expr) -> (Expr, Expr) {
        let error = get_field(both.clone(), "error");
        // Building a CASE fails only without branches, and here is one.
        let hidden =
            when(error.clone().is_not_null(), lit(format!("{}: {HIDDEN}", self.script.place()))).end();
        let error = if self.secret { hidden.unwrap_or(error) } else { error };
        (get_field(both.clone(), "value"), error)
    }

    pub const fn script(&self) -> &CompiledScript {
        &self.script
    }
}

/// Whether what a script says may quote sensitive values of its object.
pub(in crate::mapping) fn names_secrets(class: ClassRef<'_>, script: &CompiledScript) -> bool {
    let mut names = script.names().iter().filter_map(|name| class.property(&name.property));
    names.any(PropertyRef::is_secret)
}

/// A script of a virtual property names columns of its own object only.
pub(in crate::mapping) fn check_names(
    context: &Context<'_>,
    side: Side,
    class: ClassRef<'_>,
    script: &CompiledScript,
    place: &str,
) -> Result<(), MappingError> {
    let refused = script.names().iter().find_map(|name| Some((name, refused_name(side, class, name)?)));
    refused.map_or(Ok(()), |(name, why)| {
        Err(MappingError::NameInScript {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            name: name.notation(),
            why,
        })
    })
}

/// Why a script of a virtual property of the class on `side` cannot name this; `None` if it can.
#[must_use]
pub fn refused_name(side: Side, class: ClassRef<'_>, name: &ScriptName) -> Option<String> {
    if name.side.is_some_and(|named| named != side) {
        return Some(
            "a virtual property knows its own object only, not the one of the other system".to_owned(),
        );
    }
    match class.property(&name.property) {
        None => Some(format!("{} has no such property", class.name)),
        Some(PropertyRef::Virtual(_)) => {
            Some("it is a virtual property; name the columns that it is made of".to_owned())
        }
        Some(PropertyRef::Column(column)) => {
            column.unusable.as_ref().map(|why| format!("the column cannot be used ({why})"))
        }
    }
}

impl CompiledClass {
    /// True if scripts compute properties of the class: it then has the column [`UNREAD_COLUMN`].
    #[must_use]
    pub fn is_scripted(&self) -> bool {
        self.read_scripts().next().is_some()
    }

    /// True if objects are matched by what a script gives: the class then has the column [`UNMATCHABLE_COLUMN`].
    #[must_use]
    pub fn is_matched_by_script(&self) -> bool {
        self.read_scripts().any(|(_, script)| script.matches)
    }

    fn read_scripts(&self) -> impl Iterator<Item = (&VirtualProperty, &ReadScript)> {
        self.virtual_properties
            .iter()
            .filter_map(|computed| Some((&computed.property, computed.script.as_ref()?)))
    }

    /// Adds the columns that tell on which objects scripts failed.
    pub(super) fn add_errors(&self, columns: &mut Vec<Expr>) {
        if !self.is_scripted() {
            return;
        }
        let errors = |only_matching: bool| {
            let scripts = self.read_scripts().filter(move |(_, script)| script.matches || !only_matching);
            scripts.map(|(property, script)| script.call(property, base).1)
        };
        columns.push(first_of(errors(false).collect()).alias(UNREAD_COLUMN));
        if self.is_matched_by_script() {
            let failed = errors(true).map(Expr::is_not_null).fold(lit(false), Expr::or);
            columns.push(failed.alias(UNMATCHABLE_COLUMN));
        }
    }
}

fn first_of(mut errors: Vec<Expr>) -> Expr {
    match errors.len() {
        0 => null_of(&DataType::Utf8),
        1 => errors.remove(0),
        _ => coalesce(errors),
    }
}
