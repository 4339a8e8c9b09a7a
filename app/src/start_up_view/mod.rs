//! A start up configuration: what it runs, its settings, and the buttons that simulate and run it.

use egui::{Align, ScrollArea, Ui, vec2};
use syncwright_core::project::{Lifecycle, Project, StartUpConfiguration, WhenBusy};

use crate::{
    action::{Action, Actions, View},
    command::{Availability, Command, button_ui},
    document::{Document, Edit, StartUpEdit},
    ui::{Button, Icon, ListRow, badge, field, state, text, theme, tokens},
    words,
};

/// Shows a start up configuration.
pub fn start_up_ui(
    ui: &mut Ui,
    document: &Document,
    name: &str,
    available: &Availability,
    actions: &mut Actions,
) {
    let project = document.project();
    let Some(start_up) = project.start_up(name) else {
        state::empty_ui(
            ui,
            Icon::StartUp,
            "This start up configuration is not there any more",
            "Undo brings it back.",
        );
        return;
    };
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(900.0));
            header_ui(ui, project, start_up, available, actions);
            ui.add_space(theme::S3);
            let width = ui.available_width();
            if width > 640.0 {
                ui.spacing_mut().item_spacing.x = theme::S4;
                ui.columns(2, |columns| {
                    for column in columns.iter_mut() {
                        column.spacing_mut().item_spacing.x = theme::S2;
                    }
                    settings_ui(&mut columns[0], start_up, actions);
                    steps_ui(&mut columns[1], project, start_up, actions);
                });
            } else {
                settings_ui(ui, start_up, actions);
                ui.add_space(theme::S3);
                steps_ui(ui, project, start_up, actions);
            }
        });
    });
}

fn header_ui(
    ui: &mut Ui,
    project: &Project,
    start_up: &StartUpConfiguration,
    available: &Availability,
    actions: &mut Actions,
) {
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        ui.add(Icon::StartUp.sized(colors.text_secondary, 20.0));
        text::line_ui(ui, start_up.label(), theme::title(), colors.text);
        ui.add_space(theme::S2);
        if let Some(direction) = project.run_direction(start_up) {
            let (icon, color, label) = badge::direction(colors, direction);
            badge::badge_with_icon_ui(ui, Some(icon), label, color);
        }
    });
    if !start_up.description.is_empty() {
        text::hint_ui(ui, start_up.description.as_str());
    }
    ui.add_space(theme::S2);
    ui.horizontal(|ui| {
        let simulate = Button::primary(Command::Simulate.text());
        button_ui(ui, simulate, Command::Simulate, available, actions);
        button_ui(ui, Button::new(Command::Run.text()), Command::Run, available, actions);
    });
}

fn settings_ui(ui: &mut Ui, start_up: &StartUpConfiguration, actions: &mut Actions) {
    field::card_ui(ui, |ui| {
        text::heading_ui(ui, "Settings");
        ui.add_space(theme::S2);
        let mut edit = |edit| {
            actions.push(Action::Edit(Edit::StartUp { start_up: start_up.name.clone(), edit }));
        };
        ui.push_id(("start up", &start_up.name), |ui| {
            field::form_ui(ui, "Name", |ui| {
                let color = tokens(ui).text;
                text::label_ui(ui, start_up.name.as_str(), theme::mono(), color);
            });
            if let Some(name) = field::form_ui(ui, "Display name", |ui| {
                field::draft_ui(ui, "Display name", &start_up.display_name, false, false)
            }) {
                edit(StartUpEdit::DisplayName(name));
            }
            if let Some(text) = field::form_ui(ui, "Description", |ui| {
                field::draft_ui(ui, "Description", &start_up.description, true, false)
            }) {
                edit(StartUpEdit::Description(text));
            }
            let bulk = start_up.bulk_level.map(|level| level.to_string()).unwrap_or_default();
            let typed = field::form_ui(ui, "Objects per transaction (1000 if empty)", |ui| {
                field::draft_ui(ui, "Objects per transaction", &bulk, false, false)
            });
            if let Some(typed) = typed {
                let typed = typed.trim();
                match typed.parse::<u32>() {
                    Ok(level) if level > 0 => edit(StartUpEdit::BulkLevel(Some(level))),
                    _ if typed.is_empty() => edit(StartUpEdit::BulkLevel(None)),
                    // What is no number is put back to what was there.
                    _ => {}
                }
            }
        });
        let busy = match start_up.when_busy {
            WhenBusy::StopWithError => "stop with an error",
            WhenBusy::Wait => "wait",
            WhenBusy::Skip => "skip the run",
        };
        field::fact_ui(ui, "If busy", busy);
        field::fact_ui(ui, "Variable set", start_up.variable_set.as_deref().unwrap_or("default"));
        field::fact_ui(
            ui,
            "Revision filter",
            if start_up.revision_filter { "only what changed" } else { "everything" },
        );
    });
}

fn steps_ui(ui: &mut Ui, project: &Project, start_up: &StartUpConfiguration, actions: &mut Actions) {
    field::card_ui(ui, |ui| {
        text::heading_ui(ui, "What it runs");
        ui.add_space(theme::S2);
        let Some(workflow) = project.workflow(&start_up.workflow) else {
            let color = tokens(ui).danger;
            text::label_ui(ui, format!("There is no workflow {}.", start_up.workflow), theme::body(), color);
            return;
        };
        let direction = start_up.direction.unwrap_or(workflow.direction);
        ui.spacing_mut().item_spacing.y = 0.0;
        let row = ListRow::new(workflow.label()).icon(Icon::Workflow, None).strong().remark("workflow");
        if row.show(ui).on_hover_text("Open the workflow").clicked() {
            actions.push(Action::Open(View::Workflow(workflow.name.clone())));
        }
        for step in &workflow.steps {
            let colors = tokens(ui);
            let runs = step.lifecycle != Lifecycle::Off && step.runs_in(direction);
            let (icon, color, _) = badge::direction(colors, step.direction.unwrap_or(direction));
            let remark = if step.lifecycle == Lifecycle::Off {
                "off"
            } else if runs {
                ""
            } else {
                "other direction"
            };
            let row = ListRow::new(step.name.as_str())
                .icon(icon, Some(color))
                .indent(1.0)
                .faded(!runs)
                .remark(remark)
                .name(format!("Step {}", step.name));
            if row.show(ui).on_hover_text("Open the mapping of this step").clicked() {
                actions.push(Action::Open(View::Mapping(step.mapping.clone())));
            }
        }
        ui.add_space(theme::S3);
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), 40.0),
            egui::Layout::top_down(Align::Min),
            |ui| {
                text::hint_ui(
                    ui,
                    format!(
                        "Writes to the {}.",
                        words::system(direction, project.system(direction.destination()))
                    ),
                );
            },
        );
    });
}
