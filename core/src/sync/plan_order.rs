//! Which steps of a workflow run, and in which order (D1, F1, R22).

use crate::project::{DependencyResolution, Direction, Lifecycle, MappingDirection, Project, Step, Workflow};

/// The steps that take part in `direction`; with automatic dependency resolution in the order of their
/// references: what is referred to comes first. Steps of a cycle keep the order of the workflow.
pub fn steps<'a>(
    project: &Project,
    workflow: &'a Workflow,
    direction: Direction,
    with_proposed: bool,
) -> Vec<&'a Step> {
    let takes_part = |lifecycle: Lifecycle| match lifecycle {
        Lifecycle::Active => true,
        Lifecycle::Proposed => with_proposed,
        Lifecycle::Off => false,
    };
    let steps: Vec<&Step> = workflow
        .steps
        .iter()
        .filter(|step| takes_part(step.lifecycle) && step.runs_in(direction))
        .filter(|step| {
            project.mapping(&step.mapping).is_none_or(|mapping| {
                takes_part(mapping.lifecycle)
                    && mapping.direction != MappingDirection::DoNotMap
                    && mapping.direction.permits(direction)
            })
        })
        .collect();
    match workflow.dependency_resolution {
        DependencyResolution::Manual => steps,
        DependencyResolution::Automatic => by_references(project, steps, direction),
    }
}

fn by_references<'a>(project: &Project, steps: Vec<&'a Step>, direction: Direction) -> Vec<&'a Step> {
    let schema = &project.system(direction.destination()).schema;
    let type_of = |step: &Step| {
        let mapping = project.mapping(&step.mapping)?;
        let class = match direction {
            Direction::ToTarget => &mapping.right,
            Direction::ToCentral => &mapping.left,
        };
        schema.class(class).map(|class| class.schema_type)
    };
    let mut waiting = steps;
    let mut ordered: Vec<&Step> = Vec::new();
    while !waiting.is_empty() {
        let is_free = |step: &&Step| {
            let Some(own) = type_of(step) else { return true };
            own.foreign_keys.iter().all(|foreign_key| {
                foreign_key.references == own.name
                    || !waiting
                        .iter()
                        .any(|other| type_of(other).is_some_and(|other| other.name == foreign_key.references))
            })
        };
        let next = waiting.iter().position(is_free).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}
