//! Lists and single values: settings that need several values, and values that are too many (R12, R14, R16, R18).

use super::{
    Findings, Repair, RuleSetting, Severity,
    repair::labels,
    view::{RuleView, towards},
};
use crate::project::{PropertyRef, RuleKind, Side, SortOrder};

pub(super) fn check(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    // What is not there is told elsewhere.
    let (Some(left), Some(right)) = (rule.property(Side::Left), rule.property(Side::Right)) else { return };
    if multi_reference(rule, left, right, findings) {
        return;
    }
    one_member(rule, findings);
    respected_order(rule, findings);
    no_merge_mode(rule, findings);
    first_value(rule, findings);
    several_values(rule, findings);
    without_lists(rule, findings);
}

fn clear(rule: &RuleView<'_, '_>, settings: Vec<RuleSetting>) -> Repair {
    Repair::ClearRuleSettings {
        mapping: rule.view.mapping.name.clone(),
        rule: rule.rule.name.clone(),
        settings,
    }
}

/// A multi-reference compares lists element by element: both properties must be lists.
fn multi_reference(
    rule: &RuleView<'_, '_>,
    left: PropertyRef<'_>,
    right: PropertyRef<'_>,
    findings: &mut Findings,
) -> bool {
    let single: Vec<&str> = [left, right]
        .into_iter()
        .filter(|property| !property.is_multi_valued())
        .map(PropertyRef::name)
        .collect();
    if rule.rule.kind != RuleKind::MultiReference || single.is_empty() {
        return false;
    }
    let text = match single.as_slice() {
        [one] => format!("a multi-reference compares two lists, but {one} holds a single value"),
        both => {
            format!("a multi-reference compares two lists, but {} hold single values", both.join(" and "))
        }
    };
    // With a list on one side it is a question what is meant; a value rule could be forced.
    let unquestioned = single.len() == 2 && !rule.rule.force_against_direction;
    let repair = unquestioned.then(|| clear(rule, vec![RuleSetting::Kind]));
    findings.add_repairable(
        Severity::Error,
        "SW-C152",
        rule.place(),
        text,
        "map properties with several values, or make it a value rule",
        repair,
    );
    true
}

/// R14 on a multi-reference would leave one member and remove all others.
fn one_member(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    if rule.rule.kind != RuleKind::MultiReference || !rule.rule.first_value_as_single_value {
        return;
    }
    findings.add_repairable(
        Severity::Error,
        "SW-C196",
        rule.place(),
        format!(
            "“{}” on a multi-reference would keep one element of the list and remove all others",
            RuleSetting::FirstValue.label()
        ),
        "remove the setting, or make it a value rule into a property with a single value",
        Some(clear(rule, vec![RuleSetting::FirstValue])),
    );
}

/// R12: members of a table are rows, which have no order.
fn respected_order(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    if rule.rule.sort_order != SortOrder::Respect {
        return;
    }
    let unordered = rule
        .directions()
        .filter_map(|direction| rule.written(direction))
        .find(|written| written.is_multi_valued() && !written.is_ordered());
    if let Some(written) = unordered {
        findings.add_repairable(
            Severity::Warning,
            "SW-C197",
            rule.place(),
            format!(
                "the order of {} cannot be respected: its elements are rows of a table; they are compared as a set",
                written.name()
            ),
            "remove the setting",
            Some(clear(rule, vec![RuleSetting::SortOrder])),
        );
    }
}

/// R15 where nothing is sent member by member.
fn no_merge_mode(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let is_rows = |written: PropertyRef<'_>| written.is_multi_valued() && !written.is_ordered();
    if !rule.rule.no_merge_mode
        || rule.directions().any(|direction| rule.written(direction).is_some_and(is_rows))
    {
        return;
    }
    findings.add_repairable(
        Severity::Info,
        "SW-C202",
        rule.place(),
        format!(
            "“{}” changes nothing: the rule writes no members that are rows of a table, and whatever a column holds \
             is sent whole anyway",
            RuleSetting::NoMergeMode.label()
        ),
        "remove the setting",
        Some(clear(rule, vec![RuleSetting::NoMergeMode])),
    );
}

/// R14 where there is only one value.
fn first_value(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let is_list = |direction| {
        let both = [rule.read(direction), rule.written(direction)];
        both.into_iter().flatten().any(PropertyRef::is_multi_valued)
    };
    if !rule.rule.first_value_as_single_value || rule.directions().any(is_list) {
        return;
    }
    findings.add_repairable(
        Severity::Warning,
        "SW-C150",
        rule.place(),
        format!(
            "“{}” changes nothing: what the rule reads and writes has a single value anyway",
            RuleSetting::FirstValue.label()
        ),
        "remove the setting, or map a property with several values",
        Some(clear(rule, vec![RuleSetting::FirstValue])),
    );
}

/// R18: a property for a single value never gets several.
fn several_values(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    if rule.rule.first_value_as_single_value || rule.rule.transformation.fixed_value.is_some() {
        return;
    }
    let clash =
        rule.directions().filter(|direction| rule.formula(*direction).is_none()).find_map(|direction| {
            let (read, written) = (rule.read(direction)?, rule.written(direction)?);
            (read.is_multi_valued() && !written.is_multi_valued()).then_some((direction, read, written))
        });
    let Some((direction, read, written)) = clash else { return };
    findings.add(
        Severity::Warning,
        "SW-C151",
        rule.place(),
        format!(
            "{} can hold several values, {} only one: {}, objects with several values are in error and left out",
            read.name(),
            written.name(),
            towards(direction)
        ),
        Some("set “first value as single value”, or make one value of them in a transformation"),
    );
}

/// R12, R16 and how lists are written, where no list is written.
fn without_lists(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let writes_list = |direction| rule.written(direction).is_some_and(PropertyRef::is_multi_valued);
    let set: Vec<RuleSetting> = [RuleSetting::SortOrder, RuleSetting::Members, RuleSetting::MultiValue]
        .into_iter()
        .filter(|setting| setting.is_set(rule.rule))
        .collect();
    if set.is_empty() || rule.directions().any(writes_list) {
        return;
    }
    findings.add_repairable(
        Severity::Warning,
        "SW-C153",
        rule.place(),
        format!("{} changes nothing: what the rule writes has a single value", labels(&set)),
        "remove the setting, or write a property with several values",
        Some(clear(rule, set)),
    );
}
