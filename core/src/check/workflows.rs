//! Workflows and steps: methods where they make sense, quotas, steps that never run.

use super::{Findings, Place, Severity};
use crate::project::{Lifecycle, Method, MethodChoice, Project, Quota, Step, Workflow};

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for workflow in &project.workflows {
        for step in workflow.steps.iter().filter(|step| step.lifecycle != Lifecycle::Off) {
            let place = Place::Workflow { workflow: workflow.name.clone(), step: Some(step.name.clone()) };
            check_mapping(project, workflow, step, &place, findings);
            check_methods(step, &place, findings);
            check_quotas(step, &place, findings);
        }
    }
}

fn check_mapping(
    project: &Project,
    workflow: &Workflow,
    step: &Step,
    place: &Place,
    findings: &mut Findings,
) {
    let direction = workflow.step_direction(step);
    match project.mapping(&step.mapping) {
        None => findings.add(
            Severity::Error,
            "SW-C101",
            place.clone(),
            format!("the mapping {:?} is not in the project", step.mapping),
            Some("choose a mapping"),
        ),
        Some(mapping) if !mapping.direction.permits(direction) => findings.add(
            Severity::Warning,
            "SW-C121",
            place.clone(),
            format!(
                "the mapping {} does not permit the direction of the step; the step never runs",
                mapping.name
            ),
            Some("change the direction of the step or of the mapping"),
        ),
        Some(_) => {}
    }
}

fn check_methods(step: &Step, place: &Place, findings: &mut Findings) {
    let methods = &step.methods;
    let situations: [(&str, &[MethodChoice], &[Method]); 4] = [
        ("both_differ", &methods.both_differ, &[Method::Update]),
        ("only_in_source", &methods.only_in_source, &[Method::Insert]),
        ("only_in_destination", &methods.only_in_destination, &[Method::Delete, Method::MarkOutstanding]),
        ("outstanding_returned", &methods.outstanding_returned, &[Method::ResetOutstanding]),
    ];
    for (situation, choices, allowed) in situations {
        for choice in choices {
            if choice.method != Method::Ignore && !allowed.contains(&choice.method) {
                findings.add(
                    Severity::Error,
                    "SW-C122",
                    place.clone(),
                    format!("the method {} makes no sense for {situation}", choice.method.id()),
                    Some("choose another method"),
                );
            }
        }
    }
    if situations.iter().all(|(_, choices, _)| choices.is_empty()) {
        findings.add(
            Severity::Info,
            "SW-C123",
            place.clone(),
            "the step has no processing methods and writes nothing".to_owned(),
            Some("add methods, or switch the step off"),
        );
    }
}

fn check_quotas(step: &Step, place: &Place, findings: &mut Findings) {
    let quotas = [("delete", step.quotas.delete), ("mark_outstanding", step.quotas.mark_outstanding)];
    for (name, quota) in quotas {
        if quota == Some(Quota::default()) {
            findings.add(
                Severity::Warning,
                "SW-C124",
                place.clone(),
                format!("the quota of {name} is switched off: an empty read could empty the other system"),
                Some("set a share or a number, or remove the entry to get the default"),
            );
        }
    }
}
