//! Variables: whether every setting that uses one can be had, with the default set and with every other (F6).

use miette::Diagnostic as _;

use super::{Findings, Place, Severity};
use crate::{
    expr::{SessionVariables, VariablesError, effective},
    project::Project,
};

/// The project with the variables of the default set; `None` if they cannot be replaced.
pub(super) fn check(project: &Project, findings: &mut Findings) -> Option<Project> {
    // The check knows no secrets; what they stand for is looked up when a system is connected.
    let session = SessionVariables { full_sync: true, secret: &|_| Ok(Some(String::new().into())) };
    let replaced = match effective(project, None, &session) {
        Ok(replaced) => Some(replaced),
        Err(error) => {
            add(&error, Place::Project, findings);
            None
        }
    };
    for start_up in project.start_ups.iter().filter(|start_up| start_up.variable_set.is_some()) {
        if let Err(error) = effective(project, Some(start_up), &session) {
            add(&error, Place::StartUp { start_up: start_up.name.clone() }, findings);
        }
    }
    replaced
}

fn add(error: &VariablesError, place: Place, findings: &mut Findings) {
    // That the set is gone has a finding of its own (SW-C193).
    if matches!(error, VariablesError::UnknownSet { .. }) {
        return;
    }
    let help = error.help().map(|help| help.to_string());
    findings.add(Severity::Error, code_of(error), place, error.to_string(), help.as_deref());
}

const fn code_of(error: &VariablesError) -> &'static str {
    match error {
        VariablesError::UnknownSet { .. } => "SW-E002",
        VariablesError::BadVariable { .. } => "SW-E003",
        VariablesError::Text { .. } => "SW-E004",
        VariablesError::Secret { .. } => "SW-E005",
        VariablesError::NoSecret { .. } => "SW-E006",
        VariablesError::Unreadable { .. } => "SW-E007",
    }
}
