//! The document tabs.

use egui::{
    Align, CornerRadius, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use syncwright_core::{journal::RunKind, project::Side};

use super::app::Editor;
use crate::{
    action::{Action, Actions, View},
    ui::{Icon, button, text, theme, tokens},
};

/// Shows the tabs.
pub fn tabs_ui(ui: &mut Ui, editor: &mut Editor, actions: &mut Actions) {
    let colors = tokens(ui);
    let bar = ui.max_rect();
    ui.painter().hline(bar.x_range(), bar.bottom() - 0.5, Stroke::new(1.0, colors.border));
    let mut chosen = None;
    ScrollArea::horizontal().auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for (index, view) in editor.tabs.iter().enumerate() {
                if tab_ui(ui, editor, view, index == editor.active, actions) {
                    chosen = Some(index);
                }
            }
        });
    });
    if let Some(index) = chosen {
        editor.active = index;
        if let Some(View::StartUp(name)) = editor.tabs.get(index) {
            actions.push(Action::ChooseStartUp(name.clone()));
        }
    }
}

/// Shows one tab; true if it was chosen.
fn tab_ui(ui: &mut Ui, editor: &Editor, view: &View, active: bool, actions: &mut Actions) -> bool {
    let colors = tokens(ui);
    let (icon, title, side) = describe(editor, view);
    let font = if active { theme::medium() } else { theme::body() };
    let text_color = if active { colors.text } else { colors.text_secondary };
    let galley = text::line(ui.painter(), &title, font, text_color, 200.0);
    let size = vec2(galley.size().x + 70.0, 36.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, active, &title));
    if active {
        ui.painter().rect_filled(rect, 0.0, colors.panel);
        let line = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
        ui.painter().rect_filled(line, 0.0, colors.target);
    } else if response.hovered() {
        ui.painter().rect_filled(rect.shrink2(vec2(2.0, 4.0)), CornerRadius::same(5), colors.hover);
    }
    if active {
        for x in [rect.left(), rect.right()] {
            ui.painter().vline(x, rect.y_range(), Stroke::new(1.0, colors.border));
        }
    }
    if response.has_focus() {
        button::focus_ring(ui, rect.shrink(3.0));
    }
    if active {
        // Only when another tab became active or the bar got another width, else the bar could not be scrolled by hand.
        let memory = egui::Id::unique("scrolled to tab");
        let now = (view.clone(), ui.clip_rect().width().round() as u32);
        let seen: Option<(View, u32)> = ui.data(|data| data.get_temp(memory));
        if seen.as_ref() != Some(&now) {
            response.scroll_to_me(None);
            ui.data_mut(|data| data.insert_temp(memory, now));
        }
    }
    let slot = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(16.0, rect.height()));
    icon.paint_sized(ui, slot, side.map_or(text_color, |side| colors.side(side)), 14.0);
    let words = Rect::from_min_max(pos2(slot.right() + 8.0, rect.top()), rect.max);
    text::paint_line(ui, words, galley, text_color, Align::Min);

    let close = Rect::from_center_size(pos2(rect.right() - 18.0, rect.center().y), vec2(20.0, 20.0));
    let close_response = ui.interact(close, response.id.with("close"), Sense::click());
    close_response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Close {title}")));
    if close_response.hovered() {
        ui.painter().rect_filled(close, CornerRadius::same(4), colors.hover);
    }
    if active || response.hovered() || close_response.hovered() {
        Icon::Close.paint_sized(ui, close, colors.text_secondary, 11.0);
    }
    if close_response.clicked() || response.middle_clicked() {
        actions.push(Action::Close(view.clone()));
        return false;
    }
    response.clicked()
}

/// Icon, title and side of a view.
#[must_use]
pub fn describe(editor: &Editor, view: &View) -> (Icon, String, Option<Side>) {
    let project = editor.document.as_ref().map(crate::document::Document::project);
    let label = |found: Option<&str>, name: &str| found.unwrap_or(name).to_owned();
    match view {
        View::Project => (Icon::Project, "Project".to_owned(), None),
        View::Variables => (Icon::Variables, "Variables".to_owned(), None),
        View::Logs => (Icon::Logs, "Logs".to_owned(), None),
        View::System(side) => {
            let name = project.map(|project| project.system(*side).connection.label().to_owned());
            (Icon::Database, name.unwrap_or_default(), Some(*side))
        }
        View::SchemaUpdate(side) => {
            let name = project.map_or("", |project| project.system(*side).connection.label());
            (Icon::Refresh, format!("Update {name}"), Some(*side))
        }
        View::Mapping(name) => {
            let found = project
                .and_then(|project| project.mapping(name))
                .map(syncwright_core::project::Mapping::label);
            (Icon::Mapping, label(found, name), None)
        }
        View::Workflow(name) => {
            let found = project
                .and_then(|project| project.workflow(name))
                .map(syncwright_core::project::Workflow::label);
            (Icon::Workflow, label(found, name), None)
        }
        View::StartUp(name) => {
            let found = project
                .and_then(|project| project.start_up(name))
                .map(syncwright_core::project::StartUpConfiguration::label);
            (Icon::StartUp, label(found, name), None)
        }
        View::Result(number) => match editor.report(*number) {
            Some(report) if report.run.kind == RunKind::Simulation => {
                (Icon::Simulate, format!("Simulation {number}"), None)
            }
            _ => (Icon::Run, format!("Run {number}"), None),
        },
    }
}
