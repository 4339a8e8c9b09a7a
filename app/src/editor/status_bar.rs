//! The status bar: state of the project, both systems, the task that goes on.

use egui::{Align, CornerRadius, Layout, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use syncwright_core::{check::Severity, project::Side};

use super::app::Editor;
use crate::{
    action::{Action, Actions, View},
    command::{Availability, Command},
    schema_update::UpdateState,
    ui::{Icon, bars, button, icon_button_ui, text, theme, tokens},
    words,
    worker::JobHandle,
};

/// Shows the status bar.
pub fn status_bar_ui(ui: &mut Ui, editor: &Editor, available: &Availability, actions: &mut Actions) {
    let colors = tokens(ui);
    let Some(document) = &editor.document else { return };
    let project = document.project();
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let (state, command, color) = if project.active {
            ("active", Command::Deactivate, colors.success)
        } else {
            ("inactive", Command::Activate, colors.warning)
        };
        let why = available.why_disabled(command);
        let response = item_ui(ui, Some(Icon::Activate), color, state, &format!("Project is {state}"));
        let response = response.on_hover_text(match why {
            Some(why) => format!("The project is {state}. {why}"),
            None => format!("The project is {state}. Click to {}.", command.text().to_lowercase()),
        });
        if response.clicked() && why.is_none() {
            actions.push(Action::Command(command));
        }
        separator(ui);
        for side in [Side::Left, Side::Right] {
            let system = project.system(side);
            let name = system.connection.label();
            let label = format!(
                "{}: {}",
                if side == Side::Left { "central" } else { "target" },
                words::provider(&system.connection.provider)
            );
            let response =
                item_ui(ui, None, colors.side(side), &label, &format!("{} {name}", side.system_name()));
            let location = words::location(&system.connection.provider);
            if response.on_hover_text(format!("{name}\n{location}")).clicked() {
                actions.push(Action::Open(View::System(side)));
            }
        }
        separator(ui);
        counts_ui(ui, document.count(Severity::Error), document.count(Severity::Warning), actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| task_ui(ui, editor, actions));
    });
}

fn separator(ui: &mut Ui) {
    let colors = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(9.0, 16.0), Sense::hover());
    ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(1.0, colors.border));
}

fn item_ui(ui: &mut Ui, icon: Option<Icon>, color: egui::Color32, words: &str, name: &str) -> egui::Response {
    let colors = tokens(ui);
    let galley = text::line(ui.painter(), words, theme::caption(), colors.text_secondary, 260.0);
    let width = galley.size().x + 30.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 22.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(5), colors.hover);
    }
    if response.has_focus() {
        button::focus_ring(ui, rect.shrink(1.0));
    }
    let slot = Rect::from_min_size(rect.min + vec2(6.0, 0.0), vec2(13.0, rect.height()));
    match icon {
        Some(icon) => icon.paint_sized(ui, slot, color, 13.0),
        None => {
            ui.painter().circle_filled(slot.center(), 4.0, color);
        }
    }
    let rest = Rect::from_min_max(pos2(slot.right() + 5.0, rect.top()), rect.max);
    text::paint_line(ui, rest, galley, colors.text_secondary, Align::Min);
    response
}

fn counts_ui(ui: &mut Ui, errors: usize, warnings: usize, actions: &mut Actions) {
    let colors = tokens(ui);
    let (icon, color, words) = if errors > 0 {
        (Icon::Error, colors.danger, text::count(errors as u64, "error", "errors"))
    } else if warnings > 0 {
        (Icon::Warning, colors.warning, text::count(warnings as u64, "warning", "warnings"))
    } else {
        (Icon::Ok, colors.success, "no errors".to_owned())
    };
    let name = format!("Check: {words}");
    if item_ui(ui, Some(icon), color, &words, &name).on_hover_text("Show or hide the message list").clicked()
    {
        actions.push(Action::Command(Command::ToggleMessages));
    }
}

/// From right to left: Cancel, progress, what is being done.
fn task_ui(ui: &mut Ui, editor: &Editor, actions: &mut Actions) {
    let colors = tokens(ui);
    ui.spacing_mut().item_spacing.x = 8.0;
    let reading = editor.schema_updates.values().find_map(UpdateState::reading);
    if let Some(job) = &editor.jobs.sync {
        running_ui(ui, &job.handle, actions);
    } else if let Some(job) = reading {
        running_ui(ui, job, actions);
    } else if editor.jobs.load.is_some() {
        text::label_ui(ui, "Opening…", theme::caption(), colors.text_secondary);
    } else if editor.jobs.save.is_some() {
        text::label_ui(ui, "Saving…", theme::caption(), colors.text_secondary);
    }
}

/// A job that goes on: Cancel, progress, what is being done.
fn running_ui<T>(ui: &mut Ui, job: &JobHandle<T>, actions: &mut Actions) {
    let colors = tokens(ui);
    let progress = job.progress();
    ui.add_enabled_ui(!job.is_stopping(), |ui| {
        if icon_button_ui(ui, Icon::Cancel, "Cancel").clicked() {
            actions.push(Action::Command(Command::CancelTask));
        }
    });
    bars::progress_ui(ui, 150.0, progress.part());
    let mut words = job.title().to_owned();
    if job.is_stopping() {
        words.push_str(" · stopping…");
    } else {
        if !progress.phase.is_empty() {
            words.push_str(&format!(" · {}", progress.phase));
        }
        match progress.part() {
            Some(part) => words.push_str(&format!(" · {:.0} %", part * 100.0)),
            None if progress.done > 0 => words.push_str(&format!(" · {}", text::number(progress.done))),
            None => {}
        }
        let time = progress.left().map_or_else(
            || format!(" · {}", words::duration(job.elapsed())),
            |left| format!(" · {} left", words::duration(left)),
        );
        words.push_str(&time);
    }
    text::line_ui(ui, words, theme::caption(), colors.text);
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(80));
}
