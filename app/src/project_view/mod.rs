//! The project itself: name, description, state, what it consists of; and its variables.

use egui::{ScrollArea, Ui};
use syncwright_core::project::Side;

use crate::{
    action::{Action, Actions, View},
    command::{Availability, Command, button_ui},
    document::{Document, Edit},
    ui::{Button, Icon, ListRow, badge, field, state, text, theme, tokens, value},
    words,
};

/// Shows the project.
pub fn project_ui(ui: &mut Ui, document: &Document, available: &Availability, actions: &mut Actions) {
    let project = document.project();
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
            ui.set_max_width(ui.available_width().min(900.0));
            let colors = tokens(ui);
            ui.horizontal(|ui| {
                ui.add(Icon::Project.sized(colors.text_secondary, 20.0));
                text::line_ui(ui, project.label(), theme::title(), colors.text);
                ui.add_space(theme::S2);
                if project.active {
                    badge::badge_with_icon_ui(ui, Some(Icon::Activate), "active", colors.success);
                } else {
                    badge::badge_with_icon_ui(ui, Some(Icon::Activate), "inactive", colors.warning);
                }
            });
            text::label_ui(ui, document.path().display().to_string(), theme::mono(), colors.text_secondary);
            ui.add_space(theme::S3);
            if ui.available_width() > 640.0 {
                ui.spacing_mut().item_spacing.x = theme::S4;
                ui.columns(2, |columns| {
                    for column in columns.iter_mut() {
                        column.spacing_mut().item_spacing.x = theme::S2;
                    }
                    settings_ui(&mut columns[0], document, available, actions);
                    parts_ui(&mut columns[1], document, actions);
                });
            } else {
                settings_ui(ui, document, available, actions);
                ui.add_space(theme::S3);
                parts_ui(ui, document, actions);
            }
        });
    });
}

fn settings_ui(ui: &mut Ui, document: &Document, available: &Availability, actions: &mut Actions) {
    let project = document.project();
    field::card_ui(ui, |ui| {
        text::heading_ui(ui, "Settings");
        ui.add_space(theme::S2);
        if let Some(name) = field::form_ui(ui, "Display name", |ui| {
            field::draft_ui(ui, "Display name", &project.display_name, false, false)
        }) {
            actions.push(Action::Edit(Edit::ProjectDisplayName(name)));
        }
        if let Some(text) = field::form_ui(ui, "Description", |ui| {
            field::draft_ui(ui, "Description", &project.description, true, false)
        }) {
            actions.push(Action::Edit(Edit::ProjectDescription(text)));
        }
        text::caption_ui(ui, "State");
        text::hint_ui(
            ui,
            if project.active {
                "The project is active: its start up configurations can run."
            } else {
                "The project is inactive: it can be simulated, but it does not run."
            },
        );
        ui.add_space(theme::S1);
        let command = if project.active { Command::Deactivate } else { Command::Activate };
        button_ui(ui, Button::new(command.text()), command, available, actions);
    });
}

fn parts_ui(ui: &mut Ui, document: &Document, actions: &mut Actions) {
    let project = document.project();
    field::card_ui(ui, |ui| {
        let colors = tokens(ui);
        text::heading_ui(ui, "What it consists of");
        ui.add_space(theme::S2);
        ui.spacing_mut().item_spacing.y = 0.0;
        for side in [Side::Left, Side::Right] {
            let system = project.system(side);
            let row = ListRow::new(system.connection.label())
                .icon(Icon::Database, Some(colors.side(side)))
                .secondary(words::provider(&system.connection.provider))
                .remark(side.system_name());
            if row.show(ui).clicked() {
                actions.push(Action::Open(View::System(side)));
            }
        }
        for mapping in &project.mappings {
            let row = ListRow::new(mapping.label())
                .icon(Icon::Mapping, None)
                .remark(text::count(mapping.rules.len() as u64, "rule", "rules"))
                .name(format!("Open mapping {}", mapping.name));
            if row.show(ui).clicked() {
                actions.push(Action::Open(View::Mapping(mapping.name.clone())));
            }
        }
        for workflow in &project.workflows {
            let row = ListRow::new(workflow.label())
                .icon(Icon::Workflow, None)
                .remark(text::count(workflow.steps.len() as u64, "step", "steps"))
                .name(format!("Open workflow {}", workflow.name));
            if row.show(ui).clicked() {
                actions.push(Action::Open(View::Workflow(workflow.name.clone())));
            }
        }
        for start_up in &project.start_ups {
            let row = ListRow::new(start_up.label())
                .icon(Icon::StartUp, None)
                .remark("start up configuration")
                .name(format!("Open start up configuration {}", start_up.name));
            if row.show(ui).clicked() {
                actions.push(Action::Open(View::StartUp(start_up.name.clone())));
            }
        }
    });
}

/// Shows the variables of the default set and of the specialised sets.
pub fn variables_ui(ui: &mut Ui, document: &Document) {
    let project = document.project();
    egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
        let colors = tokens(ui);
        ui.horizontal(|ui| {
            ui.add(Icon::Variables.sized(colors.text_secondary, 20.0));
            text::line_ui(ui, "Variables", theme::title(), colors.text);
        });
        ui.add_space(theme::S2);
        if project.variables.is_empty() && project.variable_sets.is_empty() {
            state::empty_ui(
                ui,
                Icon::Variables,
                "No variables",
                "Connections and scopes of this project use fixed values.",
            );
            return;
        }
        let sets = std::iter::once(("Default set", &project.variables))
            .chain(project.variable_sets.iter().map(|set| (set.name.as_str(), &set.variables)));
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            for (name, variables) in sets {
                field::card_ui(ui, |ui| {
                    text::heading_ui(ui, name);
                    for variable in variables {
                        let shown = if variable.secret { value::MASK } else { &variable.value };
                        field::fact_ui(ui, &variable.name, shown);
                    }
                });
                ui.add_space(theme::S2);
            }
        });
    });
}
