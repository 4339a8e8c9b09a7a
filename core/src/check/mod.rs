//! The consistency check (F9): what in a project cannot work, is doubtful, or is not yet effective.
//!
//! The check reads only the project, never a database. Errors block activation and runs; warnings do not.
//! There is one file per theme; each knows the project as it is written, `mappings` also what it compiles to.

mod base_objects;
mod classes;
mod combinations;
mod compiled_scripts;
mod concurrence;
mod conflicts;
mod connections;
mod dates;
mod directions;
mod filters;
mod kept;
mod lists;
mod lookups;
mod mappings;
mod matching;
mod names;
mod not_yet;
mod operations;
mod options;
mod overlap;
mod quotas;
mod repair;
mod required;
mod scripts;
mod steps;
mod values;
mod variables;
mod view;
mod virtual_kinds;
mod virtual_properties;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::{Value as Json, json};

pub use self::{
    repair::{Repair, RuleSetting, repair},
    scripts::{Script, ScriptKind, scripts},
};
use crate::project::Project;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing: a setting that is not yet effective.
    Info,
    /// Doubtful, but it runs.
    Warning,
    /// Cannot run.
    Error,
}

impl Severity {
    /// The severity in the JSON of the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Where in the project a finding is; what the editor goes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// The project itself.
    Project,
    /// The central or the target system, or a schema type of it.
    System {
        /// Which system.
        side: crate::project::Side,
        /// Schema type or class in it.
        schema_type: Option<String>,
    },
    /// A mapping, or a rule of it.
    Mapping {
        /// Name of the mapping.
        mapping: String,
        /// Name of the matching rule or property mapping rule.
        rule: Option<String>,
    },
    /// A workflow, or a step of it.
    Workflow {
        /// Name of the workflow.
        workflow: String,
        /// Name of the step.
        step: Option<String>,
    },
    /// A start up configuration.
    StartUp {
        /// Its name.
        start_up: String,
    },
}

/// One finding of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// Stable code, `SW-C…`.
    pub code: &'static str,
    /// Where it is.
    pub place: Place,
    /// What is wrong, and why it matters.
    pub text: String,
    /// What to do.
    pub fix: Option<String>,
    /// An edit that does it, where no decision is needed; see [`repair()`].
    pub repair: Option<Repair>,
}

/// The place in words, for example `mapping Person, rule Last name`.
impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Project => out.write_str("project"),
            Self::System { side, schema_type: None } => out.write_str(side.system_name()),
            Self::System { side, schema_type: Some(schema_type) } => {
                write!(out, "{}, {schema_type}", side.system_name())
            }
            Self::Mapping { mapping, rule: None } => write!(out, "mapping {mapping}"),
            Self::Mapping { mapping, rule: Some(rule) } => write!(out, "mapping {mapping}, rule {rule}"),
            Self::Workflow { workflow, step: None } => write!(out, "workflow {workflow}"),
            Self::Workflow { workflow, step: Some(step) } => write!(out, "workflow {workflow}, step {step}"),
            Self::StartUp { start_up } => write!(out, "start up configuration {start_up}"),
        }
    }
}

/// Checks a project; findings are sorted by severity (errors first), then by place in the file.
#[must_use]
pub fn check(project: &Project) -> Vec<Finding> {
    let mut findings = Findings::default();
    let replaced = variables::check(project, &mut findings);
    // Where variables cannot be replaced, the rest is judged as it is written.
    let project = replaced.as_ref().unwrap_or(project);
    let by_mapping = view::steps_by_mapping(project);
    names::check(project, &mut findings);
    connections::check(project, &mut findings);
    operations::check(project, &mut findings);
    options::check_sent(project, &mut findings);
    virtual_kinds::check(project, &mut findings);
    classes::check(project, &mut findings);
    mappings::check(project, &by_mapping, &mut findings);
    steps::check(project, &by_mapping, &mut findings);
    filters::check_separated(project, &mut findings);
    concurrence::check_start_ups(project, &mut findings);
    base_objects::check(project, &mut findings);
    scripts::check(project, &mut findings);
    compiled_scripts::check(project, &mut findings);
    not_yet::check(project, &mut findings);
    findings.sorted()
}

/// Findings being collected; the same finding counts once.
#[derive(Default)]
struct Findings {
    all: Vec<Finding>,
    seen: HashSet<(&'static str, Place, String)>,
}

impl Findings {
    fn add(&mut self, severity: Severity, code: &'static str, place: Place, text: String, fix: Option<&str>) {
        self.push(Finding { severity, code, place, text, fix: fix.map(str::to_owned), repair: None });
    }

    /// With an edit that makes the finding go away.
    fn add_repairable(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: Place,
        text: String,
        fix: &str,
        repair: Option<Repair>,
    ) {
        self.push(Finding { severity, code, place, text, fix: Some(fix.to_owned()), repair });
    }

    fn push(&mut self, finding: Finding) {
        if self.seen.insert((finding.code, finding.place.clone(), finding.text.clone())) {
            self.all.push(finding);
        }
    }

    fn has_error_at(&self, place: &Place) -> bool {
        self.all.iter().any(|finding| finding.severity == Severity::Error && finding.place == *place)
    }

    /// An error at the place that names this.
    fn has_error_about(&self, place: &Place, name: &str) -> bool {
        self.all.iter().any(|finding| {
            finding.severity == Severity::Error && finding.place == *place && names(&finding.text, name)
        })
    }

    fn sorted(mut self) -> Vec<Finding> {
        self.all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.all
    }
}

/// Whether a text has this name in it, and not only as a part of another one.
fn names(text: &str, name: &str) -> bool {
    let is_of_a_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let behind = text.get(at + name.len()..).and_then(|behind| behind.chars().next());
        !before.is_some_and(is_of_a_name) && !behind.is_some_and(is_of_a_name)
    })
}

/// The result of the check as the JSON document of the command line.
#[must_use]
pub fn to_json(project: &Project, findings: &[Finding]) -> Json {
    json!({
        "project": project.name,
        "active": project.active,
        "start_ups": project.start_ups.iter().map(|start_up| &start_up.name).collect::<Vec<_>>(),
        "mappings": project.mappings.iter().map(|mapping| &mapping.name).collect::<Vec<_>>(),
        "findings": findings.iter().map(|finding| json!({
            "severity": finding.severity.id(),
            "code": finding.code,
            "place": finding.place.to_string(),
            "text": finding.text,
            "fix": finding.fix,
            "repair": finding.repair.is_some(),
        })).collect::<Vec<_>>(),
    })
}
