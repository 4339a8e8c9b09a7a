//! The report of a simulation or run as text: summary per step, messages, total.

use std::fmt::Write as _;

use syncwright_core::{
    journal::{Message, RunHeader, RunKind, RunReport, StepReport},
    project::{Direction, Method},
};

use super::{
    changes,
    diagnose::printable,
    table::{Align, table},
};

/// Code of the messages about quotas.
const QUOTA_CODE: &str = "SW-R105";

/// Messages that are shown as text; the JSON has all.
const SHOWN_MESSAGES: usize = 20;

/// What of a report is shown.
#[derive(Debug, Clone, Copy)]
pub struct Detail {
    /// Show at most so many changes; `None` shows none.
    pub changes: Option<usize>,
    /// Show at most so many messages, the most serious first.
    pub messages: usize,
}

impl Default for Detail {
    fn default() -> Self {
        Self { changes: None, messages: SHOWN_MESSAGES }
    }
}

/// The report as text, ending in a line end.
pub fn to_text(report: &RunReport, detail: Detail) -> String {
    let mut text = headline(&report.run);
    text.push('\n');
    if !report.steps.is_empty() {
        text.push_str(&summary(&report.steps));
        text.push('\n');
    }
    if let Some(limit) = detail.changes {
        changes::push(&mut text, &report.steps, limit);
    }
    push_quotas(&mut text, &report.steps);
    push_messages(&mut text, &report.steps, detail.messages);
    if let Some(failure) = &report.failure {
        writeln!(text, "error[{}]: {}", failure.code, printable(&failure.text)).ok();
        if let Some(help) = &failure.help {
            writeln!(text, "help: {}", printable(help)).ok();
        }
        text.push('\n');
    }
    text.push_str(&total(report));
    text.push('\n');
    text
}

/// Direction in words.
pub const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::ToTarget => "to target",
        Direction::ToCentral => "to central",
    }
}

fn headline(run: &RunHeader) -> String {
    let RunHeader { id, kind, project, start_up, direction: way, .. } = run;
    let what = match kind {
        RunKind::Simulation => "Simulation".to_owned(),
        RunKind::Run => format!("Run {id}"),
    };
    let (start_up, project) = (printable(start_up), printable(project));
    format!("{what} of “{start_up}” in project “{project}”, {}\n", direction(*way))
}

/// One line per step. Columns that matter seldom are left out while they are zero everywhere.
fn summary(steps: &[StepReport]) -> String {
    type Count = fn(&StepReport) -> u64;
    let columns: [(&str, bool, Count); 19] = [
        ("Central", true, |step| step.left_objects),
        ("Target", true, |step| step.right_objects),
        ("Equal", true, |step| step.situations.both_equal),
        ("Differing", true, |step| step.situations.both_differ),
        ("Only central", true, |step| step.situations.left_only),
        ("Only target", true, |step| step.situations.right_only),
        ("Ambiguous", false, |step| step.situations.ambiguous),
        ("Outstanding", false, |step| step.situations.outstanding),
        ("Returned", false, |step| step.situations.outstanding_returned),
        ("Skipped", false, |step| step.situations.skipped),
        ("Excluded", false, |step| step.situations.excluded),
        ("Busy", false, |step| step.situations.busy),
        ("Insert", true, |step| step.writes.insert),
        ("Update", true, |step| step.writes.update),
        ("Delete", true, |step| step.writes.delete),
        ("Mark", false, |step| step.writes.mark_outstanding),
        ("Reset", false, |step| step.writes.reset_outstanding),
        ("Failed", false, |step| step.writes.failed),
        ("Quota", false, |step| step.quota_exceeded.len() as u64),
    ];
    let columns: Vec<_> = columns
        .into_iter()
        .filter(|(_, always, count)| *always || steps.iter().any(|step| count(step) > 0))
        .collect();
    let mut header = vec![("Step", Align::Left)];
    header.extend(columns.iter().map(|(name, ..)| (*name, Align::Right)));
    let row = |step: &StepReport| {
        let mut row = vec![step.title()];
        row.extend(columns.iter().map(|(_, _, count)| count(step).to_string()));
        row
    };
    table(&header, steps.iter().map(row))
}

fn push_quotas(text: &mut String, steps: &[StepReport]) {
    for step in steps {
        for quota in &step.quota_exceeded {
            let (name, method) = (printable(&step.title()), method_label(quota.method));
            let (planned, allowed, reason) = (quota.planned, quota.allowed, printable(&quota.reason));
            writeln!(
                text,
                "Quota of step “{name}” is exceeded: {method} would write {planned}, allowed {allowed} ({reason}). \
                 Nothing of this step is written.\n"
            )
            .ok();
        }
    }
}

fn push_messages(text: &mut String, steps: &[StepReport], limit: usize) {
    // Quotas are told above already, except in a report from the journal, which has only their messages.
    let told =
        |step: &StepReport, message: &Message| message.code == QUOTA_CODE && !step.quota_exceeded.is_empty();
    let mut messages: Vec<(&str, &Message)> = steps
        .iter()
        .flat_map(|step| step.messages.iter().map(move |message| (step, message)))
        .filter(|(step, message)| !told(step, message))
        .map(|(step, message)| (step.step.as_str(), message))
        .collect();
    if messages.is_empty() {
        return;
    }
    // Stable: within a level the order of the log stays.
    messages.sort_by_key(|(_, message)| std::cmp::Reverse(message.level));
    for (step, message) in messages.iter().take(limit) {
        push_message(text, step, message);
    }
    let hidden = messages.len().saturating_sub(limit);
    if hidden > 0 {
        writeln!(text, "… and {hidden} more, use --format json").ok();
    }
    text.push('\n');
}

fn push_message(text: &mut String, step: &str, message: &Message) {
    let Message { level, code, text: what, object, property, rule } = message;
    write!(text, "{}[{code}]: {}", level.id(), printable(what)).ok();
    let about: Vec<String> = [
        Some(format!("step {step}")),
        object.as_ref().map(|object| format!("object {object}")),
        property.as_ref().map(|property| format!("property {property}")),
        rule.as_ref().map(|rule| format!("rule {rule}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    writeln!(text, " ({})", printable(&about.join(", "))).ok();
}

fn total(report: &RunReport) -> String {
    let methods =
        [Method::Insert, Method::Update, Method::Delete, Method::MarkOutstanding, Method::ResetOutstanding];
    let parts: Vec<String> = methods
        .into_iter()
        .map(|method| (method, report.steps.iter().map(|step| step.writes.count(method)).sum::<u64>()))
        .filter(|(_, count)| *count > 0)
        .map(|(method, count)| format!("{count} {}", method_label(method)))
        .collect();
    let total = report.total_writes();
    let what = match (total, report.run.kind) {
        (0, RunKind::Simulation) => "nothing to do".to_owned(),
        (0, RunKind::Run) => "nothing written".to_owned(),
        (1, RunKind::Simulation) => format!("1 object would be written ({})", parts.join(", ")),
        (1, RunKind::Run) => format!("1 object written ({})", parts.join(", ")),
        (_, RunKind::Simulation) => format!("{total} objects would be written ({})", parts.join(", ")),
        (_, RunKind::Run) => format!("{total} objects written ({})", parts.join(", ")),
    };
    let failed: u64 = report.steps.iter().map(|step| step.writes.failed).sum();
    let failed = if failed > 0 { format!("; {failed} in error or left out") } else { String::new() };
    format!("{}: {what}{failed}{}", report.run.status.label(), duration(&report.run))
}

/// `, 1.2 s` if the run has ended.
fn duration(run: &RunHeader) -> String {
    let Some(ended) = run.ended else { return String::new() };
    let millis = ended.as_millisecond().saturating_sub(run.started.as_millisecond());
    format!("; {}.{} s", millis / 1000, millis % 1000 / 100)
}

/// A method as a word in a sentence.
pub const fn method_label(method: Method) -> &'static str {
    match method {
        Method::Ignore => "left alone",
        Method::Insert => "insert",
        Method::Update => "update",
        Method::Delete => "delete",
        Method::MarkOutstanding => "mark as outstanding",
        Method::ResetOutstanding => "reset outstanding",
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use syncwright_core::journal::{
        MessageLevel, QuotaExceeded, RunStatus, Situation, Situations, StepPass, Writes,
    };

    use super::*;

    fn report() -> RunReport {
        let message = |level, text: &str| Message {
            level,
            code: "SW-M001".to_owned(),
            text: text.to_owned(),
            object: Some("Ann".to_owned()),
            property: None,
            rule: None,
        };
        let mut messages: Vec<_> =
            (0..30).map(|n| message(MessageLevel::Info, &format!("info {n}"))).collect();
        messages.push(message(MessageLevel::Error, "broken \u{1b}[31m"));
        RunReport {
            run: RunHeader {
                id: String::new(),
                kind: RunKind::Simulation,
                project: "HR".to_owned(),
                start_up: "Import".to_owned(),
                workflow: "Import".to_owned(),
                direction: Direction::ToCentral,
                status: RunStatus::Done,
                started: Timestamp::UNIX_EPOCH,
                ended: Timestamp::from_millisecond(1_260).ok(),
                started_by: "ann@here".to_owned(),
            },
            steps: vec![StepReport {
                pass: StepPass::Main,
                step: "Persons".to_owned(),
                mapping: "Person".to_owned(),
                direction: Direction::ToCentral,
                left_objects: 3,
                right_objects: 12,
                situations: Situations { both_equal: 3, right_only: 9, ..Situations::default() },
                writes: Writes { insert: 9, mark_outstanding: 1, ..Writes::default() },
                quota_exceeded: Vec::new(),
                changes: [].into_iter().collect(),
                messages,
            }],
            failure: None,
        }
    }

    #[test]
    fn text_of_a_simulation() {
        let text = to_text(&report(), Detail::default());
        assert!(text.starts_with("Simulation of “Import” in project “HR”, to central\n"), "{text}");
        assert!(text.contains("Mark"), "{text}");
        assert!(!text.contains("Ambiguous"), "{text}");
        let errors_first = text.lines().find(|line| line.contains("SW-M001")).unwrap_or_default();
        assert!(errors_first.starts_with("error[SW-M001]: broken"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains("… and 11 more, use --format json"), "{text}");
        let last = "Done: 10 objects would be written (9 insert, 1 mark as outstanding); 1.2 s\n";
        assert!(text.ends_with(last), "{text}");
    }

    #[test]
    fn exceeded_quota_is_told() {
        let mut report = report();
        report.run.status = RunStatus::QuotaExceeded;
        report.steps[0].quota_exceeded.push(QuotaExceeded {
            method: Method::Delete,
            planned: 12,
            allowed: 1,
            reason: "10 % of 12 objects".to_owned(),
        });
        let text = to_text(&report, Detail::default());
        assert!(
            text.contains("Quota of step “Persons” is exceeded: delete would write 12, allowed 1"),
            "{text}"
        );
        assert!(text.contains("Quota exceeded: "), "{text}");
    }

    #[test]
    fn every_situation_has_a_column() {
        let mut report = report();
        for situation in Situation::ALL {
            report.steps[0].situations = Situations {
                both_equal: 7,
                both_differ: 7,
                left_only: 7,
                right_only: 7,
                ambiguous: 7,
                outstanding: 7,
                outstanding_returned: 7,
                skipped: 7,
                excluded: 7,
                busy: 7,
            };
            let text = to_text(&report, Detail::default());
            assert!(text.contains(situation.label()), "{situation:?}: {text}");
        }
    }
}
