//! The navigation tree: everything that the project consists of, by kind.

use std::collections::HashSet;

use egui::{ScrollArea, Ui};
use syncwright_core::{
    check::{Place, Severity},
    project::{Lifecycle, Side},
};

use super::app::Editor;
use crate::{
    action::{Action, Actions, View},
    command::{Availability, Command},
    document::Document,
    ui::{Icon, ListRow, field, text, theme, tokens},
};

/// State of the tree.
#[derive(Debug, Default)]
pub struct NavigationState {
    filter: String,
    closed: HashSet<&'static str>,
}

/// A row of the tree.
struct Node {
    view: View,
    icon: Icon,
    side: Option<Side>,
    text: String,
    faded: bool,
}

fn node(view: View, icon: Icon, text: &str) -> Node {
    Node { view, icon, side: None, text: text.to_owned(), faded: false }
}

/// Shows the tree.
pub fn navigation_ui(ui: &mut Ui, editor: &mut Editor, available: &Availability, actions: &mut Actions) {
    let Some(document) = &editor.document else { return };
    let groups = groups(document);
    let current = editor.tabs.get(editor.active).cloned();
    let troubled = troubled(document);
    let state = &mut editor.navigation;
    egui::Frame::new().inner_margin(egui::Margin { left: 10, right: 10, top: 8, bottom: 4 }).show(ui, |ui| {
        let width = ui.available_width();
        field::filter_ui(ui, &mut state.filter, "Filter the project", width);
    });
    let filter = state.filter.to_lowercase();
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (name, nodes) in groups {
            let shown: Vec<&Node> = nodes
                .iter()
                .filter(|node| filter.is_empty() || node.text.to_lowercase().contains(&filter))
                .collect();
            if shown.is_empty() && !filter.is_empty() {
                continue;
            }
            let open = !state.closed.contains(name) || !filter.is_empty();
            let row = ListRow::new(name).expanded(open).strong().remark(if name == "Configuration" {
                String::new()
            } else {
                text::number(nodes.len() as u64)
            });
            let response = row.show(ui);
            if response.clicked() && !state.closed.remove(name) {
                state.closed.insert(name);
            }
            if name == "Mappings" {
                response.context_menu(|ui| {
                    let why = available.why_disabled(Command::NewMapping);
                    let button = egui::Button::new(Command::NewMapping.text());
                    let button = ui.add_enabled(why.is_none(), button);
                    let button = match why {
                        Some(why) => button.on_disabled_hover_text(why),
                        None => button.on_hover_text(Command::NewMapping.tooltip()),
                    };
                    if button.clicked() {
                        actions.push(Action::Command(Command::NewMapping));
                        ui.close();
                    }
                });
            }
            if open {
                for node in shown {
                    node_ui(ui, node, current.as_ref(), &troubled, actions);
                }
                ui.add_space(theme::S1);
            }
        }
        let logs = node(View::Logs, Icon::Logs, "Logs");
        if filter.is_empty() || "logs".contains(&filter) {
            node_ui(ui, &logs, current.as_ref(), &troubled, actions);
        }
    });
}

fn node_ui(
    ui: &mut Ui,
    node: &Node,
    current: Option<&View>,
    troubled: &[(View, Severity)],
    actions: &mut Actions,
) {
    let colors = tokens(ui);
    let indent = if node.view == View::Logs { 0.0 } else { 1.0 };
    let trouble = troubled.iter().find(|(view, _)| *view == node.view).map(|(_, severity)| *severity);
    let color = node.side.map(|side| colors.side(side));
    let row = ListRow::new(node.text.as_str())
        .icon(node.icon, color)
        .indent(indent)
        .faded(node.faded)
        .selected(current == Some(&node.view));
    let response = row.show(ui);
    if let Some(severity) = trouble {
        let (icon, color) = crate::words::severity(colors, severity);
        let slot =
            response.rect.with_min_x(response.rect.right() - 28.0).with_max_x(response.rect.right() - 10.0);
        icon.paint_sized(ui, slot, color, 13.0);
    }
    if response.clicked() {
        actions.push(Action::Open(node.view.clone()));
    }
    if let View::Mapping(_) = &node.view {
        response.context_menu(|ui| {
            for command in Command::OF_MAPPING {
                if ui.button(command.text()).on_hover_text(command.tooltip()).clicked() {
                    // The commands concern the mapping that is shown.
                    actions.push(Action::Open(node.view.clone()));
                    actions.push(Action::Command(command));
                    ui.close();
                }
            }
        });
    }
    if let View::StartUp(name) = &node.view {
        response.context_menu(|ui| {
            for command in [Command::Simulate, Command::Run] {
                if ui.button(command.text()).clicked() {
                    actions.push(Action::ChooseStartUp(name.clone()));
                    actions.push(Action::Command(command));
                    ui.close();
                }
            }
        });
    }
}

fn groups(document: &Document) -> Vec<(&'static str, Vec<Node>)> {
    let project = document.project();
    let system =
        |side: Side, text: &str| Node { side: Some(side), ..node(View::System(side), Icon::Database, text) };
    let mut groups = vec![(
        "Configuration",
        vec![
            node(View::Project, Icon::Project, "Project settings"),
            system(Side::Left, "Central connection"),
            system(Side::Right, "Target system"),
            node(View::Variables, Icon::Variables, "Variables"),
        ],
    )];
    let mappings = project.mappings.iter().map(|mapping| Node {
        faded: mapping.lifecycle == Lifecycle::Off,
        ..node(View::Mapping(mapping.name.clone()), Icon::Mapping, mapping.label())
    });
    groups.push(("Mappings", mappings.collect()));
    let workflows = project
        .workflows
        .iter()
        .map(|workflow| node(View::Workflow(workflow.name.clone()), Icon::Workflow, workflow.label()));
    groups.push(("Workflows", workflows.collect()));
    let start_ups = project
        .start_ups
        .iter()
        .map(|start_up| node(View::StartUp(start_up.name.clone()), Icon::StartUp, start_up.label()));
    groups.push(("Start up configurations", start_ups.collect()));
    groups
}

/// Views that the check finds something wrong with, errors before warnings.
fn troubled(document: &Document) -> Vec<(View, Severity)> {
    document
        .findings()
        .iter()
        .filter(|finding| finding.severity != Severity::Info)
        .map(|finding| {
            let view = match &finding.place {
                Place::Project => View::Project,
                Place::System { side, .. } => View::System(*side),
                Place::Mapping { mapping, .. } => View::Mapping(mapping.clone()),
                Place::Workflow { workflow, .. } => View::Workflow(workflow.clone()),
                Place::StartUp { start_up } => View::StartUp(start_up.clone()),
            };
            (view, finding.severity)
        })
        .collect()
}
