//! Which steps of a project take objects of the central system to its target system, and what starts them (O6, D5).
//!
//! A variable set may lead to other systems (F6): start up configurations belong together only if their connections
//! are the same once the variables have their values.

use std::collections::BTreeSet;

use super::{effective::effective_project, plan_order};
use crate::project::{Direction, Project, StartUpConfiguration, Step};

/// A step that provisions objects of a central type, with what starts it.
#[derive(Debug, Clone, Copy)]
pub struct ProvisioningStep<'p> {
    /// Name of the start up configuration.
    pub start_up: &'p str,
    /// The step.
    pub step: &'p Step,
    /// The central type.
    pub schema_type: &'p str,
}

/// The steps of a project that write to its target system, with the first start up configuration that runs each; only
/// those that work with the same two systems as the start up configuration `like`.
#[must_use]
pub fn provisioning_steps<'p>(project: &'p Project, like: &str) -> Vec<ProvisioningStep<'p>> {
    let mut found: Vec<ProvisioningStep<'_>> = Vec::new();
    let same_systems = same_systems(project, like);
    for start_up in &project.start_ups {
        if !same_systems(start_up) {
            continue;
        }
        for (step, schema_type) in steps_to_target(project, start_up) {
            if !found.iter().any(|known| known.step.mapping == step.mapping) {
                found.push(ProvisioningStep { start_up: &start_up.name, step, schema_type });
            }
        }
    }
    found
}

/// One start up configuration that writes to the target system for each pair of systems that the project works with.
#[must_use]
pub fn provisioning_representatives(project: &Project) -> Vec<&str> {
    let mut found: Vec<&StartUpConfiguration> = Vec::new();
    for start_up in &project.start_ups {
        let is_known = found.iter().any(|known| same_systems(project, &known.name)(start_up));
        if !is_known && !steps_to_target(project, start_up).is_empty() {
            found.push(start_up);
        }
    }
    found.into_iter().map(|start_up| start_up.name.as_str()).collect()
}

/// Names of the start up configurations that run a mapping to the target system.
#[must_use]
pub fn provisioning_start_ups<'p>(project: &'p Project, mapping: &str) -> Vec<&'p str> {
    let runs_it = |start_up: &&StartUpConfiguration| {
        steps_to_target(project, start_up).iter().any(|(step, _)| step.mapping == mapping)
    };
    project.start_ups.iter().filter(runs_it).map(|start_up| start_up.name.as_str()).collect()
}

/// The central types whose objects the project provisions to the target system of this start up configuration.
pub(super) fn provisioned_types(project: &Project, start_up: &str) -> BTreeSet<String> {
    provisioning_steps(project, start_up).iter().map(|one| one.schema_type.to_owned()).collect()
}

/// The steps of a start up configuration to the target system, with their central types.
fn steps_to_target<'p>(project: &'p Project, start_up: &StartUpConfiguration) -> Vec<(&'p Step, &'p str)> {
    let to_target = project.run_direction(start_up) == Some(Direction::ToTarget);
    let Some(workflow) = project.workflow(&start_up.workflow).filter(|_| to_target) else {
        return Vec::new();
    };
    plan_order::steps(project, workflow, Direction::ToTarget, false)
        .into_iter()
        .filter_map(|step| {
            let mapping = project.mapping(&step.mapping)?;
            Some((step, project.central.schema.class(&mapping.left)?.schema_type.name.as_str()))
        })
        .collect()
}

/// Whether a start up configuration works with the same systems as `like`. One whose variables have no values works
/// with none.
pub fn same_systems<'p>(project: &'p Project, like: &str) -> impl Fn(&StartUpConfiguration) -> bool + 'p {
    let connections = |start_up: &StartUpConfiguration| {
        let effective = effective_project(project, Some(start_up)).ok()?;
        Some((effective.central.connection, effective.target.connection))
    };
    let own = project.start_up(like);
    // A copy of the project is only made where sets differ.
    let one_set =
        project.start_ups.iter().all(|one| own.is_some_and(|own| own.variable_set == one.variable_set));
    let known = own.filter(|_| !one_set).and_then(connections);
    let set = own.map(|own| own.variable_set.clone());
    move |start_up| {
        set.as_ref() == Some(&start_up.variable_set) || known.is_some() && known == connections(start_up)
    }
}
