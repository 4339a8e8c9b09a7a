//! The class that a value list comes from (R21), ready to be read.

use std::{cell::OnceCell, collections::BTreeSet};

use datafusion::prelude::SessionContext;

use super::{
    CompiledClass, Context, MappingError,
    class::{Needs, secrets},
    class_schema,
};
use crate::project::{Direction, LookupSource, Mapping, Project, PropertyRef, PropertyRule};

/// Compiles the class of `source`, which fills the value list of `rule`, with its condition.
///
/// # Errors
///
/// [`MappingError`] if the class, a property or the condition cannot be used.
pub fn compile_lookup(
    session: &SessionContext,
    project: &Project,
    mapping: &Mapping,
    rule: &PropertyRule,
    source: &LookupSource,
) -> Result<CompiledClass, MappingError> {
    let place = format!("rule {}, source of the value list", rule.name);
    let schema = &project.system(source.side).schema;
    let class = schema.class(&source.class).ok_or_else(|| MappingError::UnknownClass {
        mapping: mapping.name.clone(),
        side: source.side.system_name(),
        class: source.class.clone(),
    })?;
    let context = Context {
        session,
        left: class,
        right: class,
        schema: class_schema(class, source.side),
        mapping,
        direction: Direction::ToTarget,
        with_proposed: false,
        data_import: false,
        project,
        scripts: OnceCell::new(),
    };
    let hidden = secrets(session, schema, class);
    for name in [&source.code, &source.decode] {
        let property = class.property(name).ok_or_else(|| MappingError::UnknownProperty {
            mapping: mapping.name.clone(),
            place: place.clone(),
            class: class.name.to_owned(),
            property: name.clone(),
        })?;
        let why = if property.is_secret() || hidden.contains(name.as_str()) {
            "it is sensitive, and a project file holds no secrets"
        } else if property.is_multi_valued() {
            "it is a list, and an entry has one code and one decode"
        } else if let PropertyRef::Column(column) = property
            && column.unusable.is_some()
        {
            "its type cannot be read"
        } else {
            continue;
        };
        return Err(MappingError::BadLookup {
            mapping: mapping.name.clone(),
            place,
            property: name.clone(),
            why: why.to_owned(),
        });
    }
    let mut compiled = CompiledClass::new(project, class, source.side);
    compiled.narrow(source.condition.as_ref());
    let mut used: BTreeSet<String> = compiled.key.iter().cloned().collect();
    used.extend([source.code.clone(), source.decode.clone()]);
    let needs = Needs { used, matched: BTreeSet::new(), written: BTreeSet::new() };
    compiled.use_properties(&context, &needs)?;
    Ok(compiled)
}
