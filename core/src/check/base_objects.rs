//! Base objects, and the variable sets of start up configurations (F18).

use super::{Findings, Place, Severity};
use crate::project::{BaseObject, Project};

pub(super) fn check(project: &Project, findings: &mut Findings) {
    let unknown_set = |name: &Option<String>| {
        name.clone().filter(|name| project.variable_sets.iter().all(|set| set.name != *name))
    };
    for start_up in &project.start_ups {
        if let Some(name) = unknown_set(&start_up.variable_set) {
            let place = Place::StartUp { start_up: start_up.name.clone() };
            gone(place, &format!("the variable set {name:?}"), "choose a variable set", findings);
        }
    }
    for object in &project.base_objects {
        let place = Place::Project;
        if project.central.schema.schema_type(&object.schema_type).is_none() {
            let what = format!("the table {:?} of the base object {}", object.schema_type, object.name);
            gone(place.clone(), &what, "choose a table of the central system", findings);
        }
        if let Some(name) = unknown_set(&object.variable_set) {
            let what = format!("the variable set {name:?} of the base object {}", object.name);
            gone(place, &what, "choose a variable set", findings);
        }
        start_ups(project, object, findings);
    }
}

fn gone(place: Place, what: &str, fix: &str, findings: &mut Findings) {
    findings.add(Severity::Error, "SW-C193", place, format!("{what} is not in the project"), Some(fix));
}

/// Both must mean the same variables, or a run would address other systems than the base object says.
fn start_ups(project: &Project, object: &BaseObject, findings: &mut Findings) {
    let name_of =
        |set: &Option<String>| set.as_ref().map_or("the default set".to_owned(), |name| format!("{name:?}"));
    for name in &object.start_ups {
        let Some(start_up) = project.start_up(name) else {
            let what = format!("the start up configuration {name:?} of the base object {}", object.name);
            gone(Place::Project, &what, "choose a start up configuration", findings);
            continue;
        };
        if start_up.variable_set != object.variable_set {
            findings.add(
                Severity::Error,
                "SW-C192",
                Place::StartUp { start_up: name.clone() },
                format!(
                    "it uses {}, but its base object {} uses {}: both must agree on the variables",
                    name_of(&start_up.variable_set),
                    object.name,
                    name_of(&object.variable_set)
                ),
                Some("choose the same variable set for both"),
            );
        }
    }
}
