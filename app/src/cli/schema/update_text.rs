//! The text of `syncwright schema PROJECT update`.

use std::fmt::Write as _;

use syncwright_core::schema::{
    update::{AddedType, ChangedProperty, ChangedType, FactChange, Update},
    usage::UsedBy,
};

use super::{compress::capital, counted, update::Outcome};
use crate::cli::diagnose::{printable, push_finding};

/// The updates, what the check says, and what was saved; ends in a line end.
pub fn to_text(outcome: &Outcome, file: &str, limit: usize) -> String {
    let mut text = String::new();
    for update in &outcome.updates {
        push_update(&mut text, update, limit);
    }
    for finding in outcome.findings.iter().take(limit) {
        push_finding(&mut text, finding);
        text.push('\n');
    }
    let hidden = outcome.findings.len().saturating_sub(limit);
    if hidden > 0 {
        writeln!(text, "… and {} more, see `syncwright check`\n", counted(hidden, "errors")).ok();
    }
    text.push_str(&end(outcome, file));
    text.push('\n');
    text
}

fn end(outcome: &Outcome, file: &str) -> String {
    let Outcome { updates, saved, was_active, active, errors, .. } = outcome;
    let file = printable(file);
    let changes = updates.iter().any(|update| !update.is_empty());
    let check = match errors {
        0 => "the check finds no errors".to_owned(),
        errors => format!("the check finds {}", counted(*errors, "errors")),
    };
    match (changes, saved) {
        (false, _) => "Nothing changed".to_owned(),
        (true, false) => format!("Nothing is saved; with --accept {check}"),
        (true, true) if *active => format!("Saved, {check}, the project stays active: {file}"),
        (true, true) if *was_active => {
            format!("Saved, {check}. The project is no longer active; activate it when it is right: {file}")
        }
        (true, true) => format!("Saved, {check}: {file}"),
    }
}

fn push_update(text: &mut String, update: &Update, limit: usize) {
    let diff = &update.diff;
    let name = capital(update.side.system_name());
    if diff.is_empty() {
        writeln!(text, "{name}: as the project knows it\n").ok();
        push_kept(text, update, limit);
        return;
    }
    let counts =
        [(diff.added.len(), "new"), (diff.changed.len(), "changed"), (diff.removed.len(), "removed")];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", counted(count, "types")))
        .collect();
    writeln!(text, "{name}: {}\n", if counts.is_empty() { "changed".to_owned() } else { counts.join(", ") })
        .ok();
    for fact in &diff.facts {
        push_fact(text, "  ", fact, limit);
    }
    for removed in &diff.removed {
        writeln!(text, "  - {}", printable(&removed.name)).ok();
        push_breaks(text, "      ", "breaks", &removed.breaks, limit);
    }
    for changed in &diff.changed {
        push_changed(text, changed, limit);
    }
    push_added(text, &diff.added, limit);
    text.push('\n');
    push_kept(text, update, limit);
}

fn push_added(text: &mut String, added: &[AddedType], limit: usize) {
    for one in added.iter().take(limit) {
        let key = if one.has_key { "" } else { ", no key" };
        writeln!(text, "  + {} ({}{key})", printable(&one.name), counted(one.properties, "columns")).ok();
    }
    push_hidden(text, "  + ", added.len(), limit, "types");
}

fn push_hidden(text: &mut String, indent: &str, count: usize, limit: usize, noun: &str) {
    if count > limit {
        writeln!(text, "{indent}… and {} more, use --limit or --format json", counted(count - limit, noun))
            .ok();
    }
}

fn push_changed(text: &mut String, changed: &ChangedType, limit: usize) {
    writeln!(text, "  ~ {}", printable(&changed.name)).ok();
    for fact in &changed.facts {
        push_fact(text, "      ", fact, limit);
    }
    for removed in &changed.removed {
        writeln!(text, "      - {}", printable(&removed.name)).ok();
        push_breaks(text, "          ", "breaks", &removed.breaks, limit);
    }
    for property in &changed.changed {
        push_property(text, property, limit);
    }
    for name in changed.added.iter().take(limit) {
        writeln!(text, "      + {}", printable(name)).ok();
    }
    push_hidden(text, "      + ", changed.added.len(), limit, "columns");
}

fn push_property(text: &mut String, property: &ChangedProperty, limit: usize) {
    let facts: Vec<String> = property.facts.iter().map(ToString::to_string).collect();
    let line = format!("      ~ {}: {}", property.name, facts.join("; "));
    writeln!(text, "{}", printable(&line)).ok();
    push_breaks(text, "          ", "may break", &property.breaks, limit);
}

fn push_fact(text: &mut String, indent: &str, fact: &FactChange, limit: usize) {
    writeln!(text, "{indent}~ {}", printable(&fact.to_string())).ok();
    push_breaks(text, &format!("{indent}    "), "may break", &fact.breaks, limit);
}

fn push_breaks(text: &mut String, indent: &str, verb: &str, users: &[UsedBy], limit: usize) {
    for user in users.iter().take(limit) {
        writeln!(text, "{indent}{verb} {}", printable(&user.to_string())).ok();
    }
    let hidden = users.len().saturating_sub(limit);
    if hidden > 0 {
        writeln!(text, "{indent}… and {hidden} more, use --limit or --format json").ok();
    }
}

fn push_kept(text: &mut String, update: &Update, limit: usize) {
    let kept: Vec<String> = update.kept.iter().map(ToString::to_string).collect();
    let filled = update.filled.iter().map(|one| format!("{}: {}", one.schema_type, one.what.join(", ")));
    let parts = [("Decisions that stay", kept), ("Known about these tables", filled.collect())];
    for (title, lines) in parts.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        writeln!(text, "{title}:").ok();
        for line in lines.iter().take(limit) {
            writeln!(text, "  {}", printable(line)).ok();
        }
        push_hidden(text, "  ", lines.len(), limit, "lines");
        text.push('\n');
    }
}
