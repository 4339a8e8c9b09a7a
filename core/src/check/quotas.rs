//! Quotas (F3): switched off, without any room, or without any meaning.

use super::{Findings, Repair, Severity, view::StepUse};
use crate::project::{Method, Project, Quota};

pub(super) fn check(project: &Project, one: StepUse<'_>, findings: &mut Findings) {
    let quotas = &one.step.quotas;
    let all = [
        (Method::Insert, quotas.insert),
        (Method::Update, quotas.update),
        (Method::Delete, quotas.delete),
        (Method::MarkOutstanding, quotas.mark_outstanding),
    ];
    for (method, quota) in all.into_iter().filter_map(|(method, quota)| Some((method, quota?))) {
        check_quota(one, method, quota, findings);
    }
    let production = project.system(one.direction.destination()).connection.production;
    let unlimited = quotas.update.is_none_or(|quota| quota == Quota::default());
    if production && unlimited && one.updates() {
        findings.add(
            Severity::Info,
            "SW-C186",
            one.place(),
            format!(
                "the step updates the {}, which is in production, without a quota: a wrong rule can change every object",
                one.direction.destination().system_name()
            ),
            Some("set a quota of updates that a usual run does not reach"),
        );
    }
}

fn check_quota(one: StepUse<'_>, method: Method, quota: Quota, findings: &mut Findings) {
    let name = method.id();
    let repair =
        Repair::ClearQuotaShare { workflow: one.workflow.name.clone(), step: one.step.name.clone(), method };
    let destructive = matches!(method, Method::Delete | Method::MarkOutstanding);
    if quota == Quota::default() && destructive {
        findings.add_repairable(
            Severity::Warning,
            "SW-C124",
            one.place(),
            format!("the quota of {name} is switched off: an empty read could empty the other system"),
            "set a share or a number, or remove the entry to get the default",
            Some(repair),
        );
        return;
    }
    if quota.count == Some(0) {
        findings.add(
            Severity::Warning,
            "SW-C184",
            one.place(),
            format!("the quota of {name} is 0: as soon as one object has to be written, the step writes nothing at all"),
            Some("take the method away if it must never run, or allow some objects"),
        );
    }
    match quota.percent {
        Some(percent) if !percent.is_finite() || percent > 100.0 => findings.add_repairable(
            Severity::Warning,
            "SW-C185",
            one.place(),
            format!("the quota of {name} is {percent} %: there are never more than 100 % of the objects, so it limits nothing"),
            "set a share between 0 and 100, or remove it",
            Some(repair),
        ),
        Some(percent) if percent <= 0.0 => findings.add(
            Severity::Warning,
            "SW-C184",
            one.place(),
            format!("the quota of {name} is {percent} %: one object is always allowed, a second stops the step"),
            Some("set a share that a usual run does not reach, or a number"),
        ),
        _ => {}
    }
}
