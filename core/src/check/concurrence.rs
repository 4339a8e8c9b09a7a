//! Concurrence behaviour of rules (R5) and collision detection of start up configurations (F6): each needs the
//! other.

use std::collections::BTreeSet;

use super::{Findings, Place, Severity, view::View};
use crate::project::{
    CollisionDetection, ConcurrenceBehaviour, Lifecycle, Project, StartUpConfiguration, Workflow,
};

/// Start up configurations with the workflow that they run.
fn started(project: &Project) -> impl Iterator<Item = (&StartUpConfiguration, &Workflow)> {
    project.start_ups.iter().filter_map(|one| Some((one, project.workflow(&one.workflow)?)))
}

/// R5: a rule that would overwrite busy objects, where nothing finds out that they are busy.
pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    let applied =
        |rule: &&super::view::RuleView<'_, '_>| rule.rule.concurrence == ConcurrenceBehaviour::Apply;
    let rules = view.rules();
    if !rules.iter().any(|rule| applied(&rule)) {
        return;
    }
    let running: Vec<&StartUpConfiguration> = started(view.project)
        .filter(|(_, workflow)| {
            view.steps.iter().any(|one| std::ptr::eq::<Workflow>(one.workflow, *workflow))
        })
        .map(|(start_up, _)| start_up)
        .collect();
    let detects = running.iter().any(|one| one.collision_detection == CollisionDetection::BeforeMapping);
    if running.is_empty() || detects {
        return;
    }
    let names: Vec<&str> = running.iter().map(|one| one.name.as_str()).collect();
    for rule in rules.iter().filter(applied) {
        findings.add(
            Severity::Warning,
            "SW-C166",
            rule.place(),
            format!(
                "the concurrence behaviour “apply” never takes effect: of the start up configurations that run the \
                 mapping ({}) none detects collisions before mapping",
                names.join(", ")
            ),
            Some("set collision detection before mapping, or leave the concurrence behaviour at its default"),
        );
    }
}

/// The other way round: busy objects are found, and no rule says what to do with them.
pub(super) fn check_start_ups(project: &Project, findings: &mut Findings) {
    for (start_up, workflow) in started(project) {
        if start_up.collision_detection != CollisionDetection::BeforeMapping {
            continue;
        }
        let left_out: BTreeSet<&str> = workflow
            .steps
            .iter()
            .filter(|step| step.lifecycle != Lifecycle::Off)
            .filter_map(|step| project.mapping(&step.mapping))
            .filter(|mapping| {
                let mut rules = mapping.rules.iter().filter(|rule| rule.lifecycle != Lifecycle::Off);
                rules.all(|rule| rule.concurrence == ConcurrenceBehaviour::DoNotApply)
            })
            .map(|mapping| mapping.name.as_str())
            .collect();
        if !left_out.is_empty() {
            let names: Vec<&str> = left_out.into_iter().collect();
            findings.add(
                Severity::Info,
                "SW-C167",
                Place::StartUp { start_up: start_up.name.clone() },
                format!(
                    "no rule of the mappings {} applies to busy objects: such objects are left out and tried \
                     again in the next run",
                    names.join(", ")
                ),
                Some("set the concurrence behaviour “apply” on rules that may overwrite busy objects, if that is not meant"),
            );
        }
    }
}
