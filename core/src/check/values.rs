//! How a rule makes its value: what is set but never used, and defaults that are empty (R13, R18, R21).

use super::{
    Findings, Repair, RuleSetting, Severity,
    repair::labels,
    view::{DIRECTIONS, RuleView, towards},
};
use crate::{
    expr::{Part, parse_pattern},
    project::{Direction, EmptySource, Formula, PropertyRef, Side},
};

pub(super) fn check(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    ignore_case(rule, findings);
    hidden_by_fixed_value(rule, findings);
    never_written(rule, findings);
    empty_default(rule, findings);
    unusable_source(rule, findings);
    without_provisioning(rule, findings);
}

fn clear(rule: &RuleView<'_, '_>, settings: Vec<RuleSetting>) -> Repair {
    Repair::ClearRuleSettings {
        mapping: rule.view.mapping.name.clone(),
        rule: rule.rule.name.clone(),
        settings,
    }
}

/// R13 where there are no letters.
fn ignore_case(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let text =
        |direction: Direction| rule.written(direction).is_none_or(|property| property.value_type().is_text());
    if !rule.rule.ignore_case || rule.directions().any(text) {
        return;
    }
    findings.add_repairable(
        Severity::Warning,
        "SW-C154",
        rule.place(),
        "“ignore case” changes nothing: what the rule writes is no text".to_owned(),
        "remove the setting",
        Some(clear(rule, vec![RuleSetting::IgnoreCase])),
    );
}

/// R18: a fixed value comes before everything that is made of the source.
fn hidden_by_fixed_value(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    const OF_THE_SOURCE: [RuleSetting; 8] = [
        RuleSetting::ToTarget,
        RuleSetting::ToCentral,
        RuleSetting::ValueOnInsert,
        RuleSetting::WhenEmpty,
        RuleSetting::Lookup,
        RuleSetting::DateFormat,
        RuleSetting::FirstValue,
        RuleSetting::TrustedSource,
    ];
    if rule.rule.transformation.fixed_value.is_none() {
        return;
    }
    let hidden: Vec<RuleSetting> =
        OF_THE_SOURCE.into_iter().filter(|setting| setting.is_set(rule.rule)).collect();
    if !hidden.is_empty() {
        findings.add_repairable(
            Severity::Warning,
            "SW-C155",
            rule.place(),
            format!(
                "{} is never used: the fixed value is written, whatever the source holds",
                labels(&hidden)
            ),
            "remove the fixed value, or what it hides",
            Some(clear(rule, hidden)),
        );
    }
}

/// Formulas and trusted sources of a direction in which the rule never writes.
fn never_written(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    // With a fixed value none of them is used in any direction, which is told already.
    if rule.rule.transformation.fixed_value.is_some() {
        return;
    }
    for direction in
        DIRECTIONS.into_iter().filter(|direction| !rule.writes(*direction) && !rule.gives_option(*direction))
    {
        let of_direction: &[RuleSetting] = match direction {
            Direction::ToTarget => &[RuleSetting::ToTarget],
            Direction::ToCentral => &[RuleSetting::ToCentral, RuleSetting::TrustedSource],
        };
        let set: Vec<RuleSetting> =
            of_direction.iter().copied().filter(|setting| setting.is_set(rule.rule)).collect();
        if !set.is_empty() {
            findings.add_repairable(
                Severity::Warning,
                "SW-C157",
                rule.place(),
                format!("{} is never used: the rule does not write {}", labels(&set), towards(direction)),
                "change the direction of the rule, or remove the setting",
                Some(clear(rule, set)),
            );
        }
    }
}

/// R18: a default of empty sources that can be empty itself.
fn empty_default(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let EmptySource::UseDefault(formula) = &rule.rule.transformation.when_empty else { return };
    if rule.rule.transformation.fixed_value.is_some() {
        return;
    }
    let why = match formula {
        Formula::Expression(text) => empty_expression(rule, text.trim()),
        Formula::Pattern(text) => {
            rule.directions().find_map(|direction| empty_pattern(rule, direction, text))
        }
        Formula::Script(_) => None,
    };
    if let Some(why) = why {
        findings.add(
            Severity::Warning,
            "SW-C156",
            rule.place(),
            format!(
                "the default of an empty source can be empty itself: {why}; the property is emptied then"
            ),
            Some("use a default that always has a value, or keep what is there"),
        );
    }
}

fn empty_expression(rule: &RuleView<'_, '_>, text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("null") || text == "''" {
        return Some("it is no value".to_owned());
    }
    if text == "Value" {
        return Some("“Value” is the source that is empty".to_owned());
    }
    let (qualifier, name) = text.split_once('.')?;
    let side =
        [Side::Left, Side::Right].into_iter().find(|side| crate::expr::qualifier(*side) == qualifier)?;
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    let property = rule.view.property(side, name)?;
    can_be_empty(property).then(|| format!("{name} of the {} can be empty", side.system_name()))
}

/// A pattern without any text of its own is empty if its properties are.
fn empty_pattern(rule: &RuleView<'_, '_>, direction: Direction, text: &str) -> Option<String> {
    let parts = parse_pattern(text).ok()?;
    let mut names = Vec::new();
    for part in &parts {
        match part {
            Part::Text(text) if !text.is_empty() => return None,
            Part::Text(_) => {}
            Part::Property(name) | Part::Escaped(name) => {
                let property = rule.view.property(direction.source(), name)?;
                if !can_be_empty(property) {
                    return None;
                }
                names.push(name.as_str());
            }
        }
    }
    Some(match names.as_slice() {
        [] => "its pattern is empty".to_owned(),
        names => format!("{} can be empty", names.join(", ")),
    })
}

/// Columns that refuse NULL count as filled, what is computed as well: nobody knows what comes out.
const fn can_be_empty(property: PropertyRef<'_>) -> bool {
    matches!(property, PropertyRef::Column(column) if !column.mandatory)
}

/// S2: a column that cannot be used cannot be read either.
fn unusable_source(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    for direction in rule.directions() {
        if let Some(PropertyRef::Column(column)) = rule.read(direction)
            && let Some(why) = &column.unusable
        {
            findings.add(
                Severity::Error,
                "SW-C149",
                rule.place(),
                format!(
                    "the rule reads {} of the {}, which cannot be read: {why}",
                    column.name,
                    direction.source().system_name()
                ),
                Some("read another property, or switch the rule off"),
            );
        }
    }
}

/// Settings that only provisioning knows, in a rule that has no part in it.
fn without_provisioning(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let to_target = Direction::ToTarget;
    let back = rule.direction.permits(Direction::ToCentral) && (rule.is_forced() || rule.is_watched());
    let takes_part = rule.writes(to_target) || rule.gives_option(to_target) || back;
    if takes_part && rule.view.runs_in(to_target) {
        return;
    }
    let settings = [
        (rule.rule.flags.ignore_in_provisioning, "ignore in provisioning"),
        (rule.rule.flags.send_on_password_change, "send on password change"),
    ];
    for (_, what) in settings.into_iter().filter(|(set, _)| *set) {
        findings.add(
            Severity::Info,
            "SW-C148",
            rule.place(),
            format!(
                "“{what}” is for provisioning, in which the rule has no part: no step runs the mapping to the target \
                 system, or the rule does not write there"
            ),
            Some("add such a step, let the rule write to the target system, or remove the setting"),
        );
    }
}
