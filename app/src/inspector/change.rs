//! A change of a result in the inspector: all properties, old and new, with the rules.

use egui::{CornerRadius, Frame, Label, Margin, Stroke, Ui, text::LayoutJob};
use syncwright_core::{
    journal::{ChangeStatus, PropertyChange, RunReport},
    value::Value,
};

use super::{group_ui, head_ui};
use crate::{
    ui::{badge, field, text, theme, tokens, value},
    words,
};

/// Shows a change; false if it is not there.
pub fn change_ui(ui: &mut Ui, report: &RunReport, step: usize, change: usize) -> bool {
    let Some(step) = report.steps.get(step) else { return false };
    let Some(change) = step.changes.get(change) else { return false };
    let colors = tokens(ui);
    let (icon, color, method) = words::method(colors, change.method);
    head_ui(ui, icon, color, &format!("Change · step {}", step.title()), &change.display);
    ui.horizontal_wrapped(|ui| {
        badge::badge_with_icon_ui(ui, Some(icon), method, color);
        let situation = change.situation;
        let situation_color = match situation {
            syncwright_core::journal::Situation::BothEqual => colors.text_secondary,
            other => words::situation_color(colors, other),
        };
        badge::badge_ui(ui, situation.label(), situation_color);
        let status = match change.status {
            ChangeStatus::Failed => colors.danger,
            ChangeStatus::Done => colors.success,
            ChangeStatus::Unknown | ChangeStatus::PartlyWritten => colors.warning,
            ChangeStatus::Planned | ChangeStatus::NotWritten => colors.text_secondary,
        };
        badge::badge_ui(ui, words::change_status(change.status), status);
    });
    if !change.left_key.is_empty() || !change.right_key.is_empty() {
        group_ui(ui, "Keys");
        for (side, key) in [("Central", &change.left_key), ("Target", &change.right_key)] {
            for (name, value) in key {
                field::fact_ui(ui, &format!("{side} {name}"), &value.to_string());
            }
        }
    }
    group_ui(ui, &text::count(change.properties.len() as u64, "property", "properties"));
    ui.spacing_mut().item_spacing.y = 6.0;
    for property in &change.properties {
        property_ui(ui, property);
    }
    let about =
        step.messages.iter().filter(|message| message.object.as_deref() == Some(change.display.as_str()));
    for (index, message) in about.enumerate() {
        if index == 0 {
            group_ui(ui, "Messages");
        }
        let (_, color) = words::severity(colors, words::level(message.level));
        text::label_ui(ui, message.text.as_str(), theme::body(), color);
    }
    true
}

fn property_ui(ui: &mut Ui, property: &PropertyChange) {
    let colors = tokens(ui);
    let written = colors.side(property.side);
    Frame::new()
        .fill(colors.canvas)
        .stroke(Stroke::new(1.0, colors.border))
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::symmetric(10, 8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 2.0;
            text::label_ui(ui, property.property.as_str(), theme::medium(), colors.text);
            for (label, shown, color) in
                [("old", &property.old, colors.text_secondary), ("new", &property.new, written)]
            {
                value_ui(ui, label, shown, property.secret, color);
            }
            if !property.rule.is_empty() {
                text::caption_ui(ui, format!("by rule {}", property.rule));
            }
            if let Some(note) = &property.note {
                text::label_ui(ui, note.as_str(), theme::caption(), colors.warning);
            }
        });
}

fn value_ui(ui: &mut Ui, label: &str, shown: &Value, secret: bool, color: egui::Color32) {
    let colors = tokens(ui);
    let mut job = LayoutJob::default();
    let format = egui::TextFormat::simple(theme::caption(), colors.text_secondary);
    job.append(&format!("{label}  "), 0.0, format);
    value::append(&mut job, shown, secret, color, colors);
    ui.add(Label::new(job).wrap());
}
