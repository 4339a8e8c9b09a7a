//! Object matching rules: properties that cannot be read, should not be seen, or do not identify (M2, M5, M9).

use super::{
    Findings, Repair, Severity,
    combinations::{self, has_any},
    view::View,
};
use crate::{
    project::{ClassRef, GradedMatching, MatchingRule, PropertyRef, Side, VirtualKind},
    value::ValueType,
};

pub(super) fn check(view: &View<'_>, findings: &mut Findings) {
    for (number, rule) in view.mapping.matching.iter().enumerate() {
        if has_any(&rule.on) && view.mapping.prevent_ambiguous_matches {
            findings.add(
                Severity::Warning,
                "SW-C199",
                view.place(Some(&rule.name)),
                "new objects that would be ambiguous with each other are not found by a matching rule with OR, nor by \
                 the rules behind it"
                    .to_owned(),
                Some("make alternative rules of its parts"),
            );
        }
        combinations::check(view, rule, findings);
        readable(view, rule, findings);
        types(view, rule, findings);
        if number == 0 {
            identifies(view, rule, findings);
        }
        if let Some(graded) = &rule.graded {
            thresholds(view, rule, graded, findings);
        }
    }
}

/// The properties that a rule names on `side`, as far as they are there.
fn properties<'a>(view: &View<'a>, rule: &MatchingRule, side: Side) -> Vec<PropertyRef<'a>> {
    let name = |pair: crate::project::PropertyPair<'_>| match side {
        Side::Left => view.property(side, pair.left),
        Side::Right => view.property(side, pair.right),
    };
    rule.on.pairs().into_iter().filter_map(name).collect()
}

fn readable(view: &View<'_>, rule: &MatchingRule, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        for property in properties(view, rule, side) {
            if let Some(why) = unreadable(property) {
                findings.add(
                    Severity::Error,
                    "SW-C170",
                    view.place(Some(&rule.name)),
                    format!(
                        "objects cannot be matched by {} of the {}: {why}",
                        property.name(),
                        side.system_name()
                    ),
                    Some("match by a property that can be read"),
                );
            } else if property.is_secret() {
                findings.add(
                    Severity::Warning,
                    "SW-C171",
                    view.place(Some(&rule.name)),
                    format!(
                        "objects are matched by {} of the {}, which is sensitive: messages about ambiguous objects \
                         cannot say what they have in common, and changes of the value make new objects",
                        property.name(),
                        side.system_name()
                    ),
                    Some("match by a property that people may see"),
                );
            }
        }
    }
}

/// Why nothing can be read from the property.
fn unreadable(property: PropertyRef<'_>) -> Option<String> {
    match property {
        PropertyRef::Column(column) => {
            column.unusable.as_ref().map(|why| format!("the column cannot be used ({why})"))
        }
        PropertyRef::Virtual(one) => match &one.kind {
            VirtualKind::Script { read: None, .. } => Some("its script has no part that reads".to_owned()),
            _ => None,
        },
    }
}

/// M5: pairs that can be compared, but hardly as somebody thinks.
fn types(view: &View<'_>, rule: &MatchingRule, findings: &mut Findings) {
    let mut letters = false;
    for pair in rule.on.pairs() {
        let (Some(left), Some(right)) =
            (view.property(Side::Left, pair.left), view.property(Side::Right, pair.right))
        else {
            // What is not there may have been a text.
            letters = true;
            continue;
        };
        let (one, other) = (left.value_type(), right.value_type());
        letters |= one == ValueType::String && other != ValueType::Guid
            || other == ValueType::String && one != ValueType::Guid;
        if let Some(how) = odd(one, other) {
            findings.add(
                Severity::Warning,
                "SW-C173",
                view.place(Some(&rule.name)),
                format!(
                    "{} is a {} and {} a {}: {how}",
                    left.name(),
                    one.label(),
                    right.name(),
                    other.label()
                ),
                Some("match by properties of one type, or make a virtual property that has the type of the other"),
            );
        }
    }
    if rule.ignore_case && !letters && !rule.on.pairs().is_empty() {
        findings.add_repairable(
            Severity::Warning,
            "SW-C154",
            view.place(Some(&rule.name)),
            "“ignore case” changes nothing: the rule compares no texts".to_owned(),
            "remove the setting",
            Some(Repair::HeedCase { mapping: view.mapping.name.clone(), rule: rule.name.clone() }),
        );
    }
}

/// What is odd about comparing two types; the table of conversions is that of `mapping`.
fn odd(one: ValueType, other: ValueType) -> Option<&'static str> {
    use ValueType as T;
    const WRITTEN: &str =
        "they are equal only where the text is written exactly as Syncwright writes the value";
    const NEVER: &str = "values of these types are never equal";
    let dated = |value_type: T| matches!(value_type, T::Date | T::Timestamp | T::TimestampUtc);
    match (one, other) {
        (T::Integer | T::Guid, T::String) | (T::String, T::Integer | T::Guid) => None,
        (T::Binary, _) | (_, T::Binary) => None,
        (one, other) if std::mem::discriminant(&one) == std::mem::discriminant(&other) => None,
        (one, other) if one.is_numeric() && other.is_numeric() => None,
        (one, other) if dated(one) && dated(other) => None,
        (T::String, _) | (_, T::String) => Some(WRITTEN),
        _ => Some(NEVER),
    }
}

/// The primary rule should tell objects apart on at least one side.
fn identifies(view: &View<'_>, rule: &MatchingRule, findings: &mut Findings) {
    let mut doubtful = Vec::new();
    for side in [Side::Left, Side::Right] {
        let Some(class) = view.class(side) else { return };
        match nullable(class, &properties(view, rule, side)) {
            Some(name) => doubtful.push(format!("{name} of the {}", side.system_name())),
            None => return,
        }
    }
    findings.add(
        Severity::Info,
        "SW-C172",
        view.place(Some(&rule.name)),
        format!(
            "nothing says that the primary matching rule identifies objects: {} can be empty, and no unique key \
             holds them; objects without a value are skipped, objects with the same value are ambiguous",
            doubtful.join(" and ")
        ),
        Some("match by a key first, or declare the key in the schema if the properties are one"),
    );
}

/// A column among these that can be empty, unless a unique key lies within them.
fn nullable<'a>(class: ClassRef<'_>, properties: &[PropertyRef<'a>]) -> Option<&'a str> {
    let schema_type = class.schema_type;
    let within = |key: &Vec<String>| {
        !key.is_empty() && key.iter().all(|name| properties.iter().any(|one| one.name() == name))
    };
    if within(&schema_type.key) || schema_type.unique_keys.iter().any(within) {
        return None;
    }
    properties.iter().find_map(|property| match property {
        PropertyRef::Column(column) if !column.mandatory => Some(column.name.as_str()),
        _ => None,
    })
}

/// M9: a confidence lies between 0 and 1, and what is definite is also a candidate.
fn thresholds(view: &View<'_>, rule: &MatchingRule, graded: &GradedMatching, findings: &mut Findings) {
    let GradedMatching { weight, definite, candidate } = *graded;
    let share = 0.0..=1.0;
    let problem = if !weight.is_finite() || weight <= 0.0 {
        "its weight must be greater than 0"
    } else if !share.contains(&definite) || !share.contains(&candidate) {
        "its thresholds must lie between 0 and 1"
    } else if candidate > definite {
        "from “candidate” on a person decides, so it must not be greater than “definite”"
    } else {
        return;
    };
    findings.add(
        Severity::Error,
        "SW-C174",
        view.place(Some(&rule.name)),
        format!("the graded matching contradicts itself: {problem}"),
        Some("correct weight and thresholds"),
    );
}
