//! The change list as text (L3): one line per object, one per property.

use std::fmt::Write as _;

use syncwright_core::{
    journal::{Change, ChangeStatus, PropertyChange, StepReport},
    project::Side,
    value::{MASK, Value},
};

use super::{diagnose::printable, report::method_label};

/// Longest value that is shown whole.
const SHOWN_VALUE: usize = 60;

/// Appends the changes of all steps, at most `limit` of them.
pub fn push(text: &mut String, steps: &[StepReport], limit: usize) {
    let mut left = limit;
    for step in steps.iter().filter(|step| !step.changes.is_empty()) {
        if left == 0 {
            break;
        }
        writeln!(text, "Changes of step “{}”", printable(&step.title())).ok();
        for change in step.changes.iter().take(left) {
            push_change(text, &change);
        }
        left = left.saturating_sub(step.changes.len());
        text.push('\n');
    }
    let all: usize = steps.iter().map(|step| step.changes.len()).sum();
    if all > limit {
        writeln!(text, "… and {} more changes, use --limit or --format json\n", all - limit).ok();
    }
}

/// Appends one change, property by property.
pub fn push_change(text: &mut String, change: &Change) {
    let status = match change.status {
        ChangeStatus::Planned | ChangeStatus::Done => "",
        ChangeStatus::Failed => "  failed",
        ChangeStatus::NotWritten => "  not written",
        ChangeStatus::Unknown => "  unknown",
        ChangeStatus::PartlyWritten => "  partly written",
    };
    let key = if change.left_key.is_empty() { &change.right_key } else { &change.left_key };
    let key: Vec<String> = key.iter().map(|(name, value)| format!("{name}={}", shown(value))).collect();
    let (method, display) = (method_label(change.method), printable(&change.display));
    writeln!(text, "  {method} {display} ({}){status}", printable(&key.join(", "))).ok();
    for property in &change.properties {
        push_property(text, property);
    }
}

fn push_property(text: &mut String, change: &PropertyChange) {
    let PropertyChange { side, property, old, new, rule, note, secret } = change;
    let side = match side {
        Side::Left => "central",
        Side::Right => "target",
    };
    let value = |value: &Value| {
        if *secret && !value.is_null() { MASK.to_owned() } else { shown(value) }
    };
    write!(text, "    {side} {}: {} → {}", printable(property), value(old), value(new)).ok();
    if !rule.is_empty() {
        write!(text, "  [{}]", printable(rule)).ok();
    }
    if let Some(note) = note {
        write!(text, "  {}", printable(note)).ok();
    }
    text.push('\n');
}

/// A value in one short line: texts in quotes, NULL as such.
pub fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "NULL".to_owned(),
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use syncwright_core::{
        journal::{Situation, Situations, StepPass, Writes},
        project::{Direction, Method},
    };

    use super::*;

    #[test]
    fn secrets_are_masked_and_the_limit_is_told() {
        let change = |id: i64| Change {
            situation: Situation::BothDiffer,
            method: Method::Update,
            left_key: vec![("UID".to_owned(), Value::Integer(id))],
            right_key: Vec::new(),
            display: "Ann".to_owned(),
            status: ChangeStatus::Planned,
            properties: vec![PropertyChange {
                side: Side::Left,
                property: "Pin".to_owned(),
                old: Value::Null,
                new: Value::String("1234".to_owned()),
                rule: "Pin".to_owned(),
                note: None,
                secret: true,
            }],
        };
        let step = StepReport {
            pass: StepPass::Main,
            step: "Persons".to_owned(),
            mapping: "Person".to_owned(),
            direction: Direction::ToCentral,
            left_objects: 0,
            right_objects: 0,
            situations: Situations::default(),
            writes: Writes::default(),
            quota_exceeded: Vec::new(),
            changes: (0..5).map(change).collect(),
            messages: Vec::new(),
        };
        let mut text = String::new();
        push(&mut text, &[step], 2);
        assert_eq!(text.matches("update Ann").count(), 2, "{text}");
        assert!(text.contains("central Pin: NULL → ••••  [Pin]"), "{text}");
        assert!(!text.contains("1234"), "{text}");
        assert!(text.contains("… and 3 more changes"), "{text}");
    }

    #[test]
    fn long_values_are_cut_between_letters() {
        let value = shown(&Value::String("ä".repeat(200)));
        assert_eq!(value.chars().count(), SHOWN_VALUE + 1);
        assert_eq!(shown(&Value::String("a\nb".to_owned())), "\"a\\nb\"");
    }
}
