//! One property of a class, ready to be read without a mapping: while it is being described, none uses it yet.

use std::{cell::OnceCell, collections::BTreeSet};

use datafusion::prelude::SessionContext;

use super::{
    CompiledClass, Context, MappingError,
    class::{Needs, secrets},
    class_schema,
};
use crate::project::{Direction, Exclusions, Hierarchy, Lifecycle, Mapping, MappingDirection, Project, Side};

/// A class that is read for one of its properties.
#[derive(Debug, Clone)]
pub struct CompiledProperty {
    /// The class.
    pub class: CompiledClass,
    /// Values are never shown: the property is sensitive, or made of what is.
    pub hidden: bool,
}

/// Compiles the class of `side` with what reading a property takes, and nothing else.
///
/// # Errors
///
/// [`MappingError`] if the class or the property cannot be used. It speaks of a mapping without a name;
/// [`MappingError::reason`] leaves that out.
pub fn compile_property(
    session: &SessionContext,
    project: &Project,
    side: Side,
    class: &str,
    property: &str,
) -> Result<CompiledProperty, MappingError> {
    let mapping = unnamed(class);
    let schema = &project.system(side).schema;
    let class = schema.class(class).ok_or_else(|| MappingError::UnknownClass {
        mapping: mapping.name.clone(),
        side: side.system_name(),
        class: class.to_owned(),
    })?;
    if class.property(property).is_none() {
        return Err(MappingError::UnknownProperty {
            mapping: mapping.name.clone(),
            place: format!("class {}", class.name),
            class: class.name.to_owned(),
            property: property.to_owned(),
        });
    }
    let context = Context {
        session,
        left: class,
        right: class,
        schema: class_schema(class, side),
        mapping: &mapping,
        direction: Direction::ToTarget,
        with_proposed: false,
        data_import: false,
        project,
        scripts: OnceCell::new(),
    };
    let hidden = secrets(session, schema, class).contains(property);
    let mut compiled = CompiledClass::new(project, class, side);
    let used: BTreeSet<String> = compiled.key.iter().cloned().chain([property.to_owned()]).collect();
    compiled.use_properties(&context, &Needs { used, matched: BTreeSet::new(), written: BTreeSet::new() })?;
    Ok(CompiledProperty { class: compiled, hidden })
}

/// Errors want a mapping to speak of.
fn unnamed(class: &str) -> Mapping {
    Mapping {
        name: String::new(),
        display_name: String::new(),
        description: String::new(),
        left: class.to_owned(),
        right: class.to_owned(),
        direction: MappingDirection::default(),
        only_for_updates: false,
        prevent_ambiguous_matches: false,
        hierarchy: Hierarchy::default(),
        remember_pairs: false,
        lifecycle: Lifecycle::default(),
        exclusions: Exclusions::default(),
        matching: Vec::new(),
        rules: Vec::new(),
        actions: Vec::new(),
    }
}
