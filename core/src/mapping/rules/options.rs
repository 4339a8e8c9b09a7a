//! Options of operations (R21): what a rule sends beside the data. Nothing keeps them, so they never differ: an object
//! is not written for their sake.

use super::{Arm, Target, null_of};
use crate::{
    expr::option_name,
    mapping::{Context, MappingError, WriteAs},
    project::PropertyRef,
};

/// Adds a rule to what gives an option, which is called after the property that the rule would write.
pub(super) fn add(
    context: &Context<'_>,
    targets: &mut Vec<Target>,
    property: PropertyRef<'_>,
    arm: Arm,
    secret: bool,
) -> Result<(), MappingError> {
    if property.is_multi_valued() {
        return Err(MappingError::NotWritable {
            mapping: context.mapping.name.clone(),
            place: "operation option".to_owned(),
            property: property.name().to_owned(),
            why: "an option has one value, and the property is a list".to_owned(),
        });
    }
    let name = option_name(property.name());
    match targets.iter_mut().find(|target| target.property == name) {
        Some(target) => {
            target.secret |= secret;
            target.arms.push(arm);
        }
        None => targets.push(Target {
            side: context.direction.destination(),
            property: name,
            value_type: property.value_type(),
            multi_valued: false,
            secret,
            write_as: WriteAs::Column,
            old: null_of(&property.value_type().arrow()),
            arms: vec![arm],
        }),
    }
    Ok(())
}
