//! Repairs: edits that make a finding go away and need no decision of a person (F9, *fix*).
//!
//! A repair takes away what has no effect, restores a default that protects, or switches on what the setting
//! beside it needs, or says the same in a quicker way. It never chooses between two things that somebody may have
//! meant.

use std::collections::HashSet;

use super::combinations::combine;
use crate::project::{
    EmptySource, MemberFilter, Method, MultiValueWrite, Project, PropertyRule, Quota, RuleKind, SortOrder,
};

/// An edit of a project that makes a finding go away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// Puts settings of a property mapping rule back to their defaults.
    ClearRuleSettings {
        /// Name of the mapping.
        mapping: String,
        /// Name of the rule.
        rule: String,
        /// The settings.
        settings: Vec<RuleSetting>,
    },
    /// Lets a rule ignore the direction on insert (R4).
    IgnoreDirectionOnInsert {
        /// Name of the mapping.
        mapping: String,
        /// Name of the rule.
        rule: String,
    },
    /// Removes entries of a value list that stand there before already (R21).
    RemoveRepeatedEntries {
        /// Name of the mapping.
        mapping: String,
        /// Name of the rule.
        rule: String,
    },
    /// Lets an object matching rule heed case (M5).
    HeedCase {
        /// Name of the mapping.
        mapping: String,
        /// Name of the matching rule.
        rule: String,
    },
    /// Makes a virtual property on each side of the pairs of an object matching rule, and matches by it (M2).
    CombineMatching {
        /// Name of the mapping.
        mapping: String,
        /// Name of the matching rule.
        rule: String,
    },
    /// Removes the share of a quota, and the quota if it limits nothing else; the default applies then (F3).
    ClearQuotaShare {
        /// Name of the workflow.
        workflow: String,
        /// Name of the step.
        step: String,
        /// The method whose quota it is.
        method: Method,
    },
}

/// A setting of a property mapping rule that a repair can put back to its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleSetting {
    /// The type of the rule; a value rule is the default.
    Kind,
    /// R4.
    IgnoreDirectionOnInsert,
    /// R9.
    ForceAgainstDirection,
    /// R10.
    DetectRogueModifications,
    /// R11.
    CorrectRogueModifications,
    /// R12.
    SortOrder,
    /// R13.
    IgnoreCase,
    /// R14.
    FirstValue,
    /// R15.
    NoMergeMode,
    /// R16.
    Members,
    /// R18: how lists are written.
    MultiValue,
    /// R18: the formula to the target system.
    ToTarget,
    /// R18: the formula to the central system.
    ToCentral,
    /// R18: what an empty source does.
    WhenEmpty,
    /// R18.
    ValueOnInsert,
    /// R21.
    Lookup,
    /// R21.
    DateFormat,
    /// R21.
    TrustedSource,
}

impl RuleSetting {
    /// The setting in words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kind => "multi-reference",
            Self::IgnoreDirectionOnInsert => "ignore direction on insert",
            Self::ForceAgainstDirection => "force against direction of synchronization",
            Self::DetectRogueModifications => "detect rogue modifications",
            Self::CorrectRogueModifications => "correct rogue modifications",
            Self::SortOrder => "sort order",
            Self::IgnoreCase => "ignore case",
            Self::FirstValue => "first value as single value",
            Self::NoMergeMode => "no merge mode",
            Self::Members => "include only / exclude",
            Self::MultiValue => "how lists are written",
            Self::ToTarget => "transformation to the target system",
            Self::ToCentral => "transformation to the central system",
            Self::WhenEmpty => "when the source is empty",
            Self::ValueOnInsert => "value on insert",
            Self::Lookup => "value list",
            Self::DateFormat => "date format",
            Self::TrustedSource => "trusted source",
        }
    }

    /// True if the rule has another value than the default.
    #[must_use]
    pub fn is_set(self, rule: &PropertyRule) -> bool {
        let (transformation, flags) = (&rule.transformation, &rule.flags);
        match self {
            Self::Kind => rule.kind != RuleKind::Value,
            Self::IgnoreDirectionOnInsert => rule.ignore_direction_on_insert,
            Self::ForceAgainstDirection => rule.force_against_direction,
            Self::DetectRogueModifications => rule.detect_rogue_modifications,
            Self::CorrectRogueModifications => rule.correct_rogue_modifications,
            Self::SortOrder => rule.sort_order != SortOrder::Automatic,
            Self::IgnoreCase => rule.ignore_case,
            Self::FirstValue => rule.first_value_as_single_value,
            Self::NoMergeMode => rule.no_merge_mode,
            Self::Members => rule.members != MemberFilter::All,
            Self::MultiValue => transformation.multi_value != MultiValueWrite::Replace,
            Self::ToTarget => transformation.to_target.is_some(),
            Self::ToCentral => transformation.to_central.is_some(),
            Self::WhenEmpty => transformation.when_empty != EmptySource::WriteEmpty,
            Self::ValueOnInsert => transformation.value_on_insert.is_some(),
            Self::Lookup => !flags.lookup.is_empty(),
            Self::DateFormat => flags.date_format.is_some(),
            Self::TrustedSource => flags.trusted_source.is_some(),
        }
    }

    fn clear(self, rule: &mut PropertyRule) {
        let (transformation, flags) = (&mut rule.transformation, &mut rule.flags);
        match self {
            Self::Kind => rule.kind = RuleKind::Value,
            Self::IgnoreDirectionOnInsert => rule.ignore_direction_on_insert = false,
            Self::ForceAgainstDirection => rule.force_against_direction = false,
            Self::DetectRogueModifications => rule.detect_rogue_modifications = false,
            Self::CorrectRogueModifications => rule.correct_rogue_modifications = false,
            Self::SortOrder => rule.sort_order = SortOrder::Automatic,
            Self::IgnoreCase => rule.ignore_case = false,
            Self::FirstValue => rule.first_value_as_single_value = false,
            Self::NoMergeMode => rule.no_merge_mode = false,
            Self::Members => rule.members = MemberFilter::All,
            Self::MultiValue => transformation.multi_value = MultiValueWrite::Replace,
            Self::ToTarget => transformation.to_target = None,
            Self::ToCentral => transformation.to_central = None,
            Self::WhenEmpty => transformation.when_empty = EmptySource::WriteEmpty,
            Self::ValueOnInsert => transformation.value_on_insert = None,
            Self::Lookup => flags.lookup.clear(),
            Self::DateFormat => flags.date_format = None,
            Self::TrustedSource => flags.trusted_source = None,
        }
    }
}

/// Settings as a list of words.
pub(super) fn labels(settings: &[RuleSetting]) -> String {
    settings.iter().map(|setting| format!("“{}”", setting.label())).collect::<Vec<_>>().join(", ")
}

/// Applies a repair; returns whether its place was found. A name that stands for several rules or steps is
/// not a place: nothing is changed then.
pub fn repair(project: &mut Project, repair: &Repair) -> bool {
    match repair {
        Repair::ClearRuleSettings { mapping, rule, settings } => edit_rule(project, mapping, rule, |rule| {
            for setting in settings {
                setting.clear(rule);
            }
        }),
        Repair::IgnoreDirectionOnInsert { mapping, rule } => {
            edit_rule(project, mapping, rule, |rule| rule.ignore_direction_on_insert = true)
        }
        Repair::RemoveRepeatedEntries { mapping, rule } => edit_rule(project, mapping, rule, |rule| {
            let mut seen = HashSet::new();
            rule.flags.lookup.retain(|entry| seen.insert((entry.code.clone(), entry.decode.clone())));
        }),
        Repair::HeedCase { mapping, rule } => only(&mut project.mappings, |one| one.name == *mapping)
            .and_then(|mapping| only(&mut mapping.matching, |one| one.name == *rule))
            .map(|rule| rule.ignore_case = false)
            .is_some(),
        Repair::CombineMatching { mapping, rule } => {
            let at = position(&project.mappings, |one| one.name == *mapping);
            let matching = at.and_then(|at| project.mappings.get(at)).map(|one| &one.matching);
            let by = matching.and_then(|matching| position(matching, |one| one.name == *rule));
            at.zip(by).is_some_and(|(at, by)| combine(project, at, by))
        }
        Repair::ClearQuotaShare { workflow, step, method } => {
            only(&mut project.workflows, |one| one.name == *workflow)
                .and_then(|workflow| only(&mut workflow.steps, |one| one.name == *step))
                .and_then(|step| {
                    let quotas = &mut step.quotas;
                    match method {
                        Method::Insert => Some(&mut quotas.insert),
                        Method::Update => Some(&mut quotas.update),
                        Method::Delete => Some(&mut quotas.delete),
                        Method::MarkOutstanding => Some(&mut quotas.mark_outstanding),
                        Method::Ignore | Method::ResetOutstanding => None,
                    }
                })
                .map(|quota| {
                    let count = quota.and_then(|quota| quota.count);
                    *quota = count.map(|count| Quota { percent: None, count: Some(count) });
                })
                .is_some()
        }
    }
}

fn edit_rule(project: &mut Project, mapping: &str, rule: &str, edit: impl FnOnce(&mut PropertyRule)) -> bool {
    only(&mut project.mappings, |one| one.name == mapping)
        .and_then(|mapping| only(&mut mapping.rules, |one| one.name == rule))
        .map(edit)
        .is_some()
}

/// Where the only element is that is meant; nothing if there are several.
fn position<T>(all: &[T], is_meant: impl Fn(&T) -> bool) -> Option<usize> {
    let mut found = all.iter().enumerate().filter(|(_, one)| is_meant(one)).map(|(at, _)| at);
    let first = found.next();
    if found.next().is_some() { None } else { first }
}

/// The only element that is meant; nothing if there are several.
fn only<T>(all: &mut [T], is_meant: impl Fn(&T) -> bool) -> Option<&mut T> {
    let mut found = all.iter_mut().filter(|one| is_meant(one));
    let first = found.next();
    if found.next().is_some() { None } else { first }
}
