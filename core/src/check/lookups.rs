//! Value lists (R21): entries that stand for several values, stand there twice, or are never looked at.

use std::collections::{HashMap, HashSet};

use miette::Diagnostic as _;

use super::{
    Findings, Repair, Severity,
    mappings::SESSION,
    view::{RuleView, towards},
};
use crate::{
    mapping::compile_lookup,
    project::{Direction, LookupEntry},
};

pub(super) fn check(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    source(rule, findings);
    let entries = &rule.rule.flags.lookup;
    if entries.is_empty() || rule.rule.transformation.fixed_value.is_some() {
        return;
    }
    repeated(rule, entries, findings);
    for direction in rule.directions() {
        ambiguous(rule, entries, direction, findings);
    }
}

/// Where the list comes from, and whether it has come.
fn source(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let Some(source) = &rule.rule.flags.lookup_source else { return };
    if let Err(error) = compile_lookup(&SESSION, rule.view.project, rule.view.mapping, rule.rule, source) {
        let help = error.help().map(|help| help.to_string());
        findings.add(
            Severity::Warning,
            "SW-C207",
            rule.place(),
            format!("the value list cannot be filled from its source: {error}"),
            help.as_deref(),
        );
    }
    if rule.rule.flags.lookup.is_empty() && rule.rule.transformation.fixed_value.is_none() {
        findings.add(
            Severity::Error,
            "SW-C208",
            rule.place(),
            "the value list has a source and no entry yet, so every value would be written untranslated"
                .to_owned(),
            Some("run `syncwright lookup PROJECT update`, or remove the source"),
        );
    }
}

/// The value that an entry is found by, and the one that it gives.
const fn given_and_wanted(entry: &LookupEntry, direction: Direction) -> (&String, &String) {
    match direction {
        Direction::ToTarget => (&entry.decode, &entry.code),
        Direction::ToCentral => (&entry.code, &entry.decode),
    }
}

/// The same entry twice is a slip without consequence.
fn repeated(rule: &RuleView<'_, '_>, entries: &[LookupEntry], findings: &mut Findings) {
    let mut seen = HashSet::new();
    let twice = entries.iter().find(|entry| !seen.insert((&entry.code, &entry.decode)));
    if let Some(entry) = twice {
        findings.add_repairable(
            Severity::Warning,
            "SW-C159",
            rule.place(),
            format!("the value list has the entry “{}” = “{}” more than once", entry.code, entry.decode),
            "remove the repeated entries",
            Some(Repair::RemoveRepeatedEntries {
                mapping: rule.view.mapping.name.clone(),
                rule: rule.rule.name.clone(),
            }),
        );
    }
}

/// One value that could become several: the first entry is taken, which is a matter of luck.
fn ambiguous(
    rule: &RuleView<'_, '_>,
    entries: &[LookupEntry],
    direction: Direction,
    findings: &mut Findings,
) {
    let mut first: HashMap<&String, &String> = HashMap::new();
    for entry in entries {
        let (given, wanted) = given_and_wanted(entry, direction);
        let known = *first.entry(given).or_insert(wanted);
        if known != wanted {
            let what = match direction {
                Direction::ToTarget => "the decode",
                Direction::ToCentral => "the code",
            };
            findings.add(
                Severity::Error,
                "SW-C158",
                rule.place(),
                format!(
                    "{what} “{given}” stands in the value list for “{known}” and for “{wanted}”; {}, nobody can \
                     tell which is meant",
                    towards(direction)
                ),
                Some("leave one of the entries, or let the rule write in the other direction only"),
            );
            return;
        }
    }
}
