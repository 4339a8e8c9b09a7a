//! What became of the objects of a provisioning, from the report of its run.

use std::collections::{HashMap, HashSet};

use crate::{
    journal::{ChangeStatus, Message, MessageLevel, RunReport, RunStatus, label_key},
    sync::FoundObjects,
};

/// Codes, beside all errors, of what keeps an object from being as it should: busy, references without their objects,
/// others that it could be taken for. What a step does not do on purpose is none.
const REASONS: [&str; 4] = ["SW-R107", "SW-R104", "SW-R106", "SW-R103"];

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Fate {
    /// The target system has what it should.
    Done,
    /// The central system, as the mapping sees it, does not have it: there is nothing to provision.
    Absent,
    /// It is not provisioned, and why.
    Failed(String),
    /// Nobody came to it.
    #[default]
    NotTried,
}

/// What became of each of the objects.
pub(super) fn of_all(
    report: &RunReport,
    found: &FoundObjects,
    keys: &HashSet<String>,
) -> HashMap<String, Fate> {
    let mut statuses: HashMap<String, ChangeStatus> = HashMap::new();
    for change in report.steps.iter().flat_map(|step| step.changes.iter()) {
        let status = statuses.entry(label_key(&change.left_key)).or_insert(change.status);
        if change.status != ChangeStatus::Done {
            *status = change.status;
        }
    }
    let of = |key: &String| {
        let fate = if found.absent.contains(key) {
            Fate::Absent
        } else if let Some(name) = found.names.get(key) {
            of_one(report, name, statuses.get(key).copied())
        } else {
            // Nobody has looked for it.
            match stopped(report) {
                Fate::Done => Fate::NotTried,
                fate => fate,
            }
        };
        (key.clone(), fate)
    };
    keys.iter().map(of).collect()
}

fn of_one(report: &RunReport, name: &str, status: Option<ChangeStatus>) -> Fate {
    let is_reason = |message: &&Message| {
        message.object.as_deref() == Some(name)
            && (message.level == MessageLevel::Error || REASONS.contains(&message.code.as_str()))
    };
    let reason = report.steps.iter().flat_map(|step| &step.messages).find(is_reason);
    match (reason, status) {
        (Some(message), _) => Fate::Failed(format!("{}: {}", message.code, message.text)),
        (None, Some(ChangeStatus::Done)) => Fate::Done,
        (None, Some(ChangeStatus::NotWritten | ChangeStatus::Planned)) => match stopped(report) {
            // Another object was refused, and the workflow stops on errors.
            Fate::Done => Fate::NotTried,
            fate => fate,
        },
        (None, Some(_)) => Fate::Failed("not written, or not completely".to_owned()),
        (None, None) if report.run.status == RunStatus::Done => Fate::Done,
        (None, None) => stopped(report),
    }
}

/// What became of an object to which the run did not come.
fn stopped(report: &RunReport) -> Fate {
    if let Some(failure) = &report.failure {
        return Fate::Failed(format!("{}: {}", failure.code, failure.text));
    }
    match report.run.status {
        RunStatus::Cancelled | RunStatus::Running | RunStatus::Interrupted | RunStatus::Frozen => {
            Fate::NotTried
        }
        RunStatus::QuotaExceeded => Fate::Failed("a quota is exceeded".to_owned()),
        RunStatus::Done | RunStatus::DoneWithErrors => Fate::Done,
        RunStatus::Failed => Fate::Failed("the run failed".to_owned()),
    }
}
