//! The head of a result: how it ended, in one sentence; failures and quotas; what to do next.

use egui::{Align, Layout, Ui};
use syncwright_core::{
    journal::{RunKind, RunReport, RunStatus},
    project::Direction,
};

use super::ResultState;
use crate::{
    action::Actions,
    command::{Availability, Command, button_ui},
    ui::{Button, Icon, badge, field, text, theme, tokens},
    words,
};

/// Shows the head.
pub fn header_ui(ui: &mut Ui, view: &ResultState, available: &Availability, actions: &mut Actions) {
    let colors = tokens(ui);
    let report = &view.report;
    let run = &report.run;
    let (icon, color) = words::status(colors, run.status);
    ui.horizontal(|ui| {
        ui.add(icon.sized(color, 22.0));
        let title = format!("{} of {}", words::kind(run.kind), run.start_up);
        text::line_ui(ui, title, theme::title(), colors.text);
        ui.add_space(theme::S2);
        let (arrow, arrow_color, label) = badge::direction(colors, run.direction);
        badge::badge_with_icon_ui(ui, Some(arrow), label, arrow_color);
        badge::badge_ui(ui, run.status.label(), color);
        if run.kind == RunKind::Simulation && run.status == RunStatus::Done && report.total_writes() > 0 {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let words =
                    format!("Run: write {}…", text::count(report.total_writes(), "object", "objects"));
                button_ui(ui, Button::primary(words), Command::Run, available, actions);
            });
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let mut facts = vec![words::local_time(run.started)];
        facts.extend(words::run_duration(run).map(|took| format!("took {took}")));
        if !run.started_by.is_empty() {
            facts.push(format!("started by {}", run.started_by));
        }
        if !run.id.is_empty() {
            facts.push(format!("run {}", run.id));
        }
        text::hint_ui(ui, facts.join("  ·  ")).on_hover_text(words::zoned_time(run.started));
    });
    ui.add_space(theme::S1);
    outcome_ui(ui, view, report);
    quotas_ui(ui, report);
}

fn outcome_ui(ui: &mut Ui, view: &ResultState, report: &RunReport) {
    let colors = tokens(ui);
    if let Some(failure) = &report.failure {
        field::callout_ui(ui, Icon::Error, colors.danger, |ui| {
            text::label_ui(ui, failure.text.as_str(), theme::medium(), colors.text);
            if let Some(help) = &failure.help {
                text::label_ui(ui, help.as_str(), theme::body(), colors.text_secondary);
            }
            ui.horizontal(|ui| {
                text::label_ui(ui, failure.code.as_str(), theme::mono(), colors.text_secondary);
                if ui.add(Button::quiet("Copy details").icon(Icon::Copy)).clicked() {
                    let help = failure.help.as_deref().unwrap_or_default();
                    ui.ctx().copy_text(format!("{}\n{}\n{help}", failure.code, failure.text));
                }
            });
        });
        return;
    }
    if report.steps.iter().any(|step| !step.quota_exceeded.is_empty()) {
        return;
    }
    let (icon, color) = match report.run.status {
        RunStatus::Done if report.total_writes() == 0 => (Icon::Ok, colors.success),
        RunStatus::Done => (Icon::Info, colors.target),
        _ => words::status(colors, report.run.status),
    };
    field::callout_ui(ui, icon, color, |ui| {
        text::label_ui(ui, summary(report, &view.systems), theme::medium(), colors.text);
    });
}

/// The result in one sentence.
#[must_use]
pub fn summary(report: &RunReport, systems: &[String; 2]) -> String {
    let writes = report.total_writes();
    let failed: u64 = report.steps.iter().map(|step| step.writes.failed).sum();
    let system = match report.run.direction {
        Direction::ToTarget => format!("target system {}", systems[1]),
        Direction::ToCentral => format!("central system {}", systems[0]),
    };
    let objects = text::count(writes, "object", "objects");
    let mut sentence = match (report.run.kind, report.run.status) {
        (_, RunStatus::Cancelled) if writes == 0 => "Cancelled; nothing was written".to_owned(),
        (RunKind::Run, RunStatus::Cancelled) => {
            format!("Cancelled; {objects} were written to {system} before")
        }
        (_, RunStatus::Done) if writes == 0 && failed == 0 => return nothing_to_do(report),
        (RunKind::Simulation, _) => format!("A run would write {objects} to {system}"),
        (RunKind::Run, _) => format!("{objects} written to {system}"),
    };
    if failed > 0 {
        sentence.push_str(&format!("; {} in error", text::count(failed, "object", "objects")));
    }
    sentence
}

/// The sentence of a result without changes. Objects that differ and are left alone are no agreement.
fn nothing_to_do(report: &RunReport) -> String {
    let apart: u64 = report
        .steps
        .iter()
        .map(|step| {
            let found = step.situations;
            found.both_differ + found.left_only + found.right_only + found.ambiguous
        })
        .sum();
    if apart == 0 {
        "Nothing to do: both systems agree".to_owned()
    } else {
        format!(
            "Nothing to do: {} differ, and no processing method applies to them",
            text::count(apart, "object", "objects")
        )
    }
}

fn quotas_ui(ui: &mut Ui, report: &RunReport) {
    let colors = tokens(ui);
    for step in &report.steps {
        for quota in &step.quota_exceeded {
            field::callout_ui(ui, Icon::Quota, colors.danger, |ui| {
                let (_, _, method) = words::method(colors, quota.method);
                let sentence = format!(
                    "Step {}: {} planned for “{method}”, {} allowed. Nothing of this step was written.",
                    step.title(),
                    text::count(quota.planned, "object", "objects"),
                    text::number(quota.allowed),
                );
                text::label_ui(ui, sentence, theme::medium(), colors.text);
                text::label_ui(ui, quota.reason.as_str(), theme::body(), colors.text_secondary);
            });
        }
    }
}
