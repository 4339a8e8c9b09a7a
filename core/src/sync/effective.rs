//! The project that a run works with: variables replaced, those of the start up configuration's set included.

use crate::{
    connect::secrets,
    expr::{SessionVariables, VariablesError, effective, effective_with_set},
    project::{Project, StartUpConfiguration},
};

/// The project with the values of its variables (F6).
///
/// # Errors
///
/// If a setting uses a variable that there is not, or in a way that is not safe.
pub fn effective_project(
    project: &Project,
    start_up: Option<&StartUpConfiguration>,
) -> Result<Project, VariablesError> {
    let secret = |name: &str| secrets::find_variable(project, name);
    let session = SessionVariables { full_sync: true, secret: &secret };
    let effective = effective(project, start_up, &session)?;
    let set = start_up.and_then(|start_up| start_up.variable_set.as_deref());
    Ok(with_variables_of(effective, project, set))
}

/// The project with the values of its variables and of that variable set, as a run with the set has them.
///
/// # Errors
///
/// If there is no such set; and those of [`effective_project`].
pub fn effective_project_with_set(project: &Project, set: &str) -> Result<Project, VariablesError> {
    let secret = |name: &str| secrets::find_variable(project, name);
    let session = SessionVariables { full_sync: true, secret: &secret };
    let effective = effective_with_set(project, set, &session)?;
    Ok(with_variables_of(effective, project, Some(set)))
}

/// Scripts read variables by name: they find the values of the set, too.
fn with_variables_of(mut effective: Project, project: &Project, set: Option<&str>) -> Project {
    let own = project.variable_sets.iter().find(|one| Some(one.name.as_str()) == set);
    for variable in own.into_iter().flat_map(|set| &set.variables) {
        effective.variables.retain(|known| known.name != variable.name);
        effective.variables.push(variable.clone());
    }
    effective
}
