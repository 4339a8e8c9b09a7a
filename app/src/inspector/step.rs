//! A workflow step in the inspector.

use egui::Ui;
use syncwright_core::project::{Lifecycle, MethodChoice, Quota};

use super::{group_ui, head_ui};
use crate::{
    action::{Action, Actions, View},
    document::{Document, Edit},
    ui::{Icon, ListRow, badge, field, text, theme, tokens},
    words,
};

const LIFECYCLES: [(Lifecycle, &str); 3] = [
    (Lifecycle::Active, "Active"),
    (Lifecycle::Proposed, "Proposed (only simulated)"),
    (Lifecycle::Off, "Off"),
];

/// Shows a step; false if it is not there.
pub fn step_ui(ui: &mut Ui, document: &Document, workflow: &str, step: &str, actions: &mut Actions) -> bool {
    let Some(found) = document.project().workflow(workflow) else { return false };
    let Some(step) = found.steps.iter().find(|found| found.name == step) else { return false };
    let colors = tokens(ui);
    head_ui(ui, Icon::Workflow, colors.text_secondary, "Synchronization step", &step.name);
    let row = ListRow::new(step.mapping.as_str())
        .icon(Icon::Mapping, None)
        .remark("mapping")
        .name("Open the mapping");
    if row.show(ui).clicked() {
        actions.push(Action::Open(View::Mapping(step.mapping.clone())));
    }
    ui.add_space(theme::S2);
    let width = ui.available_width() - 4.0;
    field::form_ui(ui, "State", |ui| {
        if let Some(lifecycle) = field::choice_ui(ui, "State of the step", step.lifecycle, &LIFECYCLES, width)
        {
            actions.push(Action::Edit(Edit::StepLifecycle {
                workflow: workflow.to_owned(),
                step: step.name.clone(),
                lifecycle,
            }));
        }
    });
    let (icon, color, label) = badge::direction(colors, found.step_direction(step));
    badge::badge_with_icon_ui(ui, Some(icon), label, color);

    group_ui(ui, "Processing methods");
    methods_ui(ui, "Objects that differ", &step.methods.both_differ);
    methods_ui(ui, "Only in the source", &step.methods.only_in_source);
    methods_ui(ui, "Only in the destination", &step.methods.only_in_destination);
    methods_ui(ui, "Outstanding, present again", &step.methods.outstanding_returned);

    group_ui(ui, "Quotas");
    let quotas = &step.quotas;
    field::fact_ui(ui, "Inserts", &quota(quotas.insert, None));
    field::fact_ui(ui, "Updates", &quota(quotas.update, None));
    field::fact_ui(ui, "Deletes", &quota(quotas.delete, Some(Quota::DEFAULT_DELETE)));
    field::fact_ui(ui, "Outstanding marks", &quota(quotas.mark_outstanding, Some(Quota::DEFAULT_MARK)));
    true
}

fn methods_ui(ui: &mut Ui, situation: &str, choices: &[MethodChoice]) {
    let colors = tokens(ui);
    text::caption_ui(ui, situation);
    if choices.is_empty() {
        text::label_ui(ui, "nothing", theme::body(), colors.text_secondary);
    }
    for choice in choices {
        let (icon, color, label) = words::method(colors, choice.method);
        badge::badge_with_icon_ui(ui, Some(icon), label, color);
        if let Some(condition) = &choice.condition {
            text::label_ui(ui, words::condition(condition), theme::mono(), colors.text_secondary);
        }
    }
    ui.add_space(theme::S1);
}

fn quota(quota: Option<Quota>, default: Option<Quota>) -> String {
    let by_default = quota.is_none();
    let Some(quota) = quota.or(default) else { return "no limit".to_owned() };
    let mut parts = Vec::new();
    parts.extend(quota.percent.map(|percent| format!("{percent} %")));
    parts.extend(quota.count.map(|count| text::count(count, "object", "objects")));
    match parts.as_slice() {
        [] => "no limit".to_owned(),
        parts if by_default => format!("{} (default)", parts.join(" or ")),
        parts => parts.join(" or "),
    }
}
