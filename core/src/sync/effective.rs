//! The project that a run works with: variables replaced, those of the start up configuration's set included.

use crate::{
    connect::secrets,
    expr::{SessionVariables, VariablesError, effective},
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
    let session = SessionVariables { full_sync: true, secret: &secrets::variable };
    let mut effective = effective(project, start_up, &session)?;
    // Scripts read variables by name: they find the values of the set, too.
    let set = start_up.and_then(|start_up| start_up.variable_set.as_ref());
    let own = project.variable_sets.iter().find(|one| Some(&one.name) == set);
    for variable in own.into_iter().flat_map(|set| &set.variables) {
        effective.variables.retain(|known| known.name != variable.name);
        effective.variables.push(variable.clone());
    }
    Ok(effective)
}
