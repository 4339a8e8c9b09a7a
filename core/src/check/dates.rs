//! Date formats (R21): tried with a sample, as runs format and read dates with them.

use jiff::{
    Zoned, civil,
    fmt::strtime::{self, BrokenDownTime},
    tz::TimeZone,
};

use super::{
    Findings, Repair, RuleSetting, Severity,
    view::{RuleView, towards},
};
use crate::{project::Direction, value::ValueType};

/// What a format is used for in one direction.
enum Use {
    /// A text becomes a value of this type.
    Reads(ValueType),
    /// A value of this type becomes a text.
    Writes(ValueType),
    /// A formula stands in between: what it gives is not known here.
    Unknown,
    /// Nothing.
    Nothing,
}

pub(super) fn check(rule: &RuleView<'_, '_>, findings: &mut Findings) {
    let Some(format) = &rule.rule.flags.date_format else { return };
    if rule.rule.transformation.fixed_value.is_some() {
        return;
    }
    let mut meaningless = true;
    for direction in rule.directions() {
        let problem = match what_for(rule, direction) {
            Use::Nothing => continue,
            Use::Unknown => None,
            Use::Reads(wanted) => cannot_read(format, wanted),
            Use::Writes(from) => cannot_write(format, from),
        };
        meaningless = false;
        if let Some(problem) = problem {
            findings.add(
                Severity::Error,
                "SW-C161",
                rule.place(),
                format!("the date format “{format}” cannot be used {}: {problem}", towards(direction)),
                Some("write a format such as %Y-%m-%d or %d.%m.%Y %H:%M:%S, with all that the type needs"),
            );
        }
    }
    if meaningless {
        let repair = Repair::ClearRuleSettings {
            mapping: rule.view.mapping.name.clone(),
            rule: rule.rule.name.clone(),
            settings: vec![RuleSetting::DateFormat],
        };
        findings.add_repairable(
            Severity::Warning,
            "SW-C162",
            rule.place(),
            format!("the date format “{format}” is not used: the rule does not map a text to a date, time or timestamp"),
            "remove the format, or map a text and a date",
            Some(repair),
        );
    }
}

fn what_for(rule: &RuleView<'_, '_>, direction: Direction) -> Use {
    let (Some(read), Some(written)) = (rule.read(direction), rule.written(direction)) else {
        return Use::Unknown;
    };
    let wanted = written.value_type();
    if rule.formula(direction).is_some() {
        return if has_format(wanted) || wanted == ValueType::String { Use::Unknown } else { Use::Nothing };
    }
    // What a value list gives is text.
    let from = if rule.rule.flags.lookup.is_empty() { read.value_type() } else { ValueType::String };
    match (from, wanted) {
        (ValueType::String, wanted) if has_format(wanted) => Use::Reads(wanted),
        (from, ValueType::String) if has_format(from) => Use::Writes(from),
        _ => Use::Nothing,
    }
}

/// As in `mapping`: the types whose values have a format.
const fn has_format(value_type: ValueType) -> bool {
    matches!(value_type, ValueType::Date | ValueType::Time | ValueType::Timestamp | ValueType::TimestampUtc)
}

/// A day that no other order of its parts can be, a time in the afternoon.
fn sample() -> Option<(civil::DateTime, Zoned)> {
    let moment = civil::DateTime::new(2024, 2, 29, 13, 45, 7, 0).ok()?;
    let zoned = moment.to_zoned(TimeZone::UTC).ok()?;
    Some((moment, zoned))
}

fn cannot_write(format: &str, from: ValueType) -> Option<String> {
    let (moment, zoned) = sample()?;
    let written = match from {
        ValueType::Date => strtime::format(format, moment.date()),
        ValueType::Time => strtime::format(format, moment.time()),
        ValueType::Timestamp => strtime::format(format, moment),
        _ => strtime::format(format, &zoned),
    };
    written.err().map(|error| format!("a {} cannot be written in it ({error})", from.label()))
}

fn cannot_read(format: &str, wanted: ValueType) -> Option<String> {
    let (_, zoned) = sample()?;
    let text = match strtime::format(format, &zoned) {
        Ok(text) => text,
        Err(error) => return Some(error.to_string()),
    };
    let parts = match strtime::parse(format, &text) {
        Ok(parts) => parts,
        Err(error) => return Some(format!("texts in it cannot be read ({error})")),
    };
    let lacks =
        |what: &str| Some(format!("it does not say which {what} is meant, which a {} needs", wanted.label()));
    match wanted {
        ValueType::Date => parts.to_date().is_err().then(|| lacks("day")).flatten(),
        ValueType::Time => parts.to_time().is_err().then(|| lacks("time")).flatten(),
        ValueType::Timestamp => (!has_day(&parts)).then(|| lacks("day")).flatten(),
        _ => (parts.to_timestamp().is_err() && !has_day(&parts)).then(|| lacks("day")).flatten(),
    }
}

/// A format without a time of day means midnight.
fn has_day(parts: &BrokenDownTime) -> bool {
    parts.to_datetime().is_ok() || parts.to_date().is_ok()
}
