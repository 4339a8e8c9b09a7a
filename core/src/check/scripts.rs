//! All scripts of a project, in one place (E5): what looks through them, such as a compiler, starts here.

use std::collections::BTreeMap;

use miette::Diagnostic as _;

use super::{Findings, Place, Severity};
use crate::{
    expr::OperationKind,
    project::{
        Condition, EmptySource, Formula, Mapping, OperationStrategy, Project, PropertyRule, Side, Step,
        System, VirtualKind,
    },
    script::{ScriptLimits, Scripts},
};

/// What a script is for; it decides what it may name and what it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptKind {
    /// Condition of a rule (R8) or of a processing method (F2): true or false, over both objects.
    Condition,
    /// Formula of a rule (R18): a value, over both objects and the source value.
    Formula,
    /// Validation of a rule (R20): true or false, over both objects and the new value.
    Validation,
    /// Read part of a virtual property (S9): a value, over one object.
    Read,
    /// Write part of a virtual property (S9): sets properties of one object.
    Write,
    /// Action before or after an object is written (E5).
    Action,
    /// Data operation (W14): gives the statements that write one object.
    Operation(OperationKind),
    /// Shared code (E5).
    Snippet,
}

/// A script of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script<'a> {
    /// Where it is.
    pub place: Place,
    /// Which script of the place it is, in words: `condition`, `read part of vrtName`.
    pub what: String,
    /// Its text, in the project's script language.
    pub text: &'a str,
    /// What it is for.
    pub kind: ScriptKind,
}

/// All scripts of a project, those of switched off parts too, in the order of the file.
#[must_use]
pub fn scripts(project: &Project) -> Vec<Script<'_>> {
    let mut found = Vec::new();
    for side in [Side::Left, Side::Right] {
        of_system(side, project.system(side), &mut found);
    }
    for mapping in &project.mappings {
        for rule in &mapping.rules {
            of_rule(mapping, rule, &mut found);
        }
        for action in &mapping.actions {
            found.push(Script {
                place: Place::Mapping { mapping: mapping.name.clone(), rule: None },
                what: format!("action {}", action.name),
                text: &action.script,
                kind: ScriptKind::Action,
            });
        }
    }
    for workflow in &project.workflows {
        for step in &workflow.steps {
            let place = Place::Workflow { workflow: workflow.name.clone(), step: Some(step.name.clone()) };
            of_step(&place, step, &mut found);
        }
    }
    for snippet in &project.snippets {
        found.push(Script {
            place: Place::Project,
            what: format!("snippet {}", snippet.name),
            text: &snippet.code,
            kind: ScriptKind::Snippet,
        });
    }
    found
}

fn of_system<'a>(side: Side, system: &'a System, found: &mut Vec<Script<'a>>) {
    for schema_type in &system.schema.types {
        for kind in OperationKind::ALL {
            if let Some(operation) = kind.of(&schema_type.operations)
                && let OperationStrategy::Script(text) = &operation.strategy
            {
                found.push(Script {
                    place: Place::System { side, schema_type: Some(schema_type.name.clone()) },
                    what: format!("{} operation", kind.id()),
                    text,
                    kind: ScriptKind::Operation(kind),
                });
            }
        }
    }
    for class in &system.schema.classes {
        for property in &class.virtual_properties {
            let VirtualKind::Script { read, write } = &property.kind else { continue };
            let parts = [("read", read, ScriptKind::Read), ("write", write, ScriptKind::Write)];
            for (part, text, kind) in parts {
                let Some(text) = text else { continue };
                found.push(Script {
                    place: Place::System { side, schema_type: Some(class.name.clone()) },
                    what: format!("{part} part of {}", property.name),
                    text,
                    kind,
                });
            }
        }
    }
}

fn of_rule<'a>(mapping: &Mapping, rule: &'a PropertyRule, found: &mut Vec<Script<'a>>) {
    let mut add = |what: &str, text: &'a str, kind: ScriptKind| {
        let place = Place::Mapping { mapping: mapping.name.clone(), rule: Some(rule.name.clone()) };
        found.push(Script { place, what: what.to_owned(), text, kind });
    };
    if let Some(Condition::Script(text)) = &rule.condition {
        add("condition", text, ScriptKind::Condition);
    }
    let default = match &rule.transformation.when_empty {
        EmptySource::UseDefault(formula) => Some(formula),
        EmptySource::WriteEmpty | EmptySource::Keep => None,
    };
    let formulas = [
        ("transformation to the target system", rule.transformation.to_target.as_ref()),
        ("transformation to the central system", rule.transformation.to_central.as_ref()),
        ("default of an empty source", default),
    ];
    for (what, formula) in formulas {
        if let Some(Formula::Script(text)) = formula {
            add(what, text, ScriptKind::Formula);
        }
    }
    if let Some(Condition::Script(text)) = rule.validation.as_ref().map(|validation| &validation.accept) {
        add("validation", text, ScriptKind::Validation);
    }
}

fn of_step<'a>(place: &Place, step: &'a Step, found: &mut Vec<Script<'a>>) {
    let methods = &step.methods;
    let situations = [
        &methods.both_differ,
        &methods.only_in_source,
        &methods.only_in_destination,
        &methods.outstanding_returned,
    ];
    for choice in situations.into_iter().flatten() {
        if let Some(Condition::Script(text)) = &choice.condition {
            found.push(Script {
                place: place.clone(),
                what: format!("condition of {}", choice.method.id()),
                text,
                kind: ScriptKind::Condition,
            });
        }
    }
}

/// Scripts without any code give nothing, which nobody can mean; snippets are compiled whether a script uses them
/// or not.
pub(super) fn check(project: &Project, findings: &mut Findings) {
    for script in scripts(project).into_iter().filter(|script| script.text.trim().is_empty()) {
        findings.add(
            Severity::Error,
            "SW-C195",
            script.place,
            format!("the script has no code: {}", script.what),
            Some("write the script, or remove it"),
        );
    }
    // Where a mapping has a script, compiling that has told it.
    let is_told = findings.all.iter().any(|finding| finding.code == "SW-M012");
    if project.snippets.is_empty() || is_told {
        return;
    }
    let compiled =
        Scripts::new(project.script_language, &project.snippets, BTreeMap::new(), ScriptLimits::default());
    if let Err(error) = compiled {
        let help = error.help().map(|help| help.to_string());
        findings.add(
            Severity::Warning,
            "SW-C194",
            Place::Project,
            format!("no script of the project could be used: {error}"),
            Some(help.as_deref().unwrap_or("correct the snippet, or remove it")),
        );
    }
}
