//! The start page: open the sample, open a project, or go on with a recent one.

use std::path::{Path, PathBuf};

use egui::{Align, Layout, Rect, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::{
    action::{Action, Actions},
    command::Command,
    ui::{Button, Icon, button, field, icon_button_ui, list_row, text, theme, tokens},
};

/// A project that was open before.
#[derive(Debug, Clone, Copy)]
pub struct RecentProject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its file.
    pub path: &'a Path,
    /// When it was opened last, in words.
    pub opened: &'a str,
    /// The file is not there any more.
    pub missing: bool,
}

const WIDTH: f32 = 880.0;

/// Shows the start page.
pub fn start_page_ui(
    ui: &mut Ui,
    recent: &[RecentProject<'_>],
    sample: Option<&Path>,
    kept: Option<&str>,
    opening: Option<&str>,
    actions: &mut Actions,
) {
    let area = ui.available_rect_before_wrap();
    let width = WIDTH.min(area.width() - 48.0);
    let top = area.top() + (area.height() * 0.16).clamp(24.0, 180.0);
    let rect = Rect::from_min_max(
        pos2(area.center().x - width / 2.0, top),
        pos2(area.center().x + width / 2.0, area.bottom() - 24.0),
    );
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        brand_ui(ui);
        ui.add_space(theme::S6 + theme::S2);
        let top = ui.cursor().top();
        let left_width = (width * 0.42).max(260.0);
        let left = Rect::from_min_max(pos2(rect.left(), top), pos2(rect.left() + left_width, rect.bottom()));
        let right = Rect::from_min_max(pos2(left.right() + 40.0, top), rect.max);
        ui.scope_builder(UiBuilder::new().max_rect(left), |ui| begin_ui(ui, sample, kept, opening, actions));
        ui.scope_builder(UiBuilder::new().max_rect(right), |ui| recent_ui(ui, recent, actions));
    });
    ui.advance_cursor_after_rect(area);
}

fn brand_ui(ui: &mut Ui) {
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(52.0, 52.0), Sense::hover());
        paint_mark(ui, rect);
        ui.add_space(theme::S2);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let font = egui::FontId::new(28.0, theme::title().family);
            text::label_ui(ui, "Syncwright", font, colors.text);
            text::label_ui(
                ui,
                "Map, simulate and run identity synchronization",
                theme::body(),
                colors.text_secondary,
            );
        });
    });
}

/// The mark: two systems, violet and teal, with an arrow from each to the other.
fn paint_mark(ui: &Ui, rect: Rect) {
    let colors = tokens(ui);
    let radius = egui::CornerRadius::same(12);
    ui.painter().rect_filled(rect, radius, colors.raised);
    ui.painter().rect_stroke(rect, radius, egui::Stroke::new(1.0, colors.border), egui::StrokeKind::Inside);
    let unit = rect.width() / 52.0;
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * unit;
    for (y, from, to, color) in [(20.0, 14.0, 36.0, colors.target), (32.0, 38.0, 16.0, colors.central)] {
        let stroke = egui::Stroke::new(3.0 * unit, color);
        ui.painter().line_segment([at(from, y), at(to, y)], stroke);
        let back = if to > from { -5.0 } else { 5.0 };
        ui.painter().add(egui::Shape::line(
            vec![at(to + back, y - 5.0), at(to - back.signum(), y), at(to + back, y + 5.0)],
            stroke,
        ));
        ui.painter().circle_filled(at(from, y), 3.6 * unit, color);
    }
}

fn begin_ui(
    ui: &mut Ui,
    sample: Option<&Path>,
    kept: Option<&str>,
    opening: Option<&str>,
    actions: &mut Actions,
) {
    text::heading_ui(ui, "Begin");
    ui.add_space(theme::S2);
    let busy = opening.is_some();
    if let Some(page) = kept {
        kept_ui(ui, page, actions);
    }
    let new = Button::primary(Command::NewProject.text()).icon(Icon::Insert).min_width(220.0).enabled(!busy);
    if ui.add(new).on_hover_text(Command::NewProject.explanation(ui.ctx())).clicked() {
        actions.push(Action::Command(Command::NewProject));
    }
    ui.add_space(theme::S1);
    if sample.is_some() {
        let button =
            Button::new(Command::OpenSample.text()).icon(Icon::Sample).min_width(220.0).enabled(!busy);
        if ui.add(button).on_hover_text(Command::OpenSample.tooltip()).clicked() {
            actions.push(Action::Command(Command::OpenSample));
        }
        ui.add_space(theme::S1);
    }
    let button = Button::new(Command::OpenProject.text()).icon(Icon::Open).min_width(220.0).enabled(!busy);
    if ui.add(button).on_hover_text(Command::OpenProject.explanation(ui.ctx())).clicked() {
        actions.push(Action::Command(Command::OpenProject));
    }
    ui.add_space(theme::S4);
    match opening {
        Some(what) => {
            crate::ui::bars::progress_ui(ui, 220.0, None);
            text::hint_ui(ui, what);
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(60));
        }
        None if sample.is_some() => {
            text::hint_ui(
                ui,
                "The sample connects a human resources database with an identity store. Simulate it, look at the \
                 changes, then run it: a second run has nothing left to do.",
            );
        }
        None => {}
    }
}

/// A wizard that a crash cut short: go on with it, or forget it.
fn kept_ui(ui: &mut Ui, page: &str, actions: &mut Actions) {
    let colors = tokens(ui);
    field::callout_ui(ui, Icon::Info, colors.target, |ui| {
        text::body_ui(ui, format!("A new project was not finished; it had come to “{page}”."));
        ui.add_space(theme::S1);
        ui.horizontal(|ui| {
            for command in [Command::ResumeWizard, Command::DiscardWizard] {
                let label = if command == Command::ResumeWizard { "Resume" } else { "Discard" };
                if ui.add(Button::new(label)).on_hover_text(command.tooltip()).clicked() {
                    actions.push(Action::Command(command));
                }
            }
        });
    });
    ui.add_space(theme::S3);
}

fn recent_ui(ui: &mut Ui, recent: &[RecentProject<'_>], actions: &mut Actions) {
    text::heading_ui(ui, "Recent projects");
    ui.add_space(theme::S2);
    if recent.is_empty() {
        text::hint_ui(ui, "Projects that you open appear here.");
        return;
    }
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for project in recent {
            row_ui(ui, project, actions);
        }
    });
}

fn row_ui(ui: &mut Ui, project: &RecentProject<'_>, actions: &mut Actions) {
    let colors = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, !project.missing, project.name));
    list_row::background(ui, rect, false, &response);
    if response.has_focus() {
        button::focus_ring(ui, rect.shrink(1.0));
    }
    let icon = Rect::from_min_size(rect.min, vec2(36.0, rect.height()));
    let color = if project.missing { colors.text_disabled } else { colors.text };
    Icon::Project.paint(ui, icon, if project.missing { colors.text_disabled } else { colors.target });
    let words = Rect::from_min_max(
        pos2(icon.right(), rect.top() + 6.0),
        pos2(rect.right() - 150.0, rect.bottom() - 6.0),
    );
    let (upper, lower) = words.split_top_bottom_at_fraction(0.52);
    text::cell(ui, upper, project.name, theme::medium(), color, Align::Min);
    let path = project.path.display().to_string();
    text::cell(ui, lower, &path, theme::caption(), colors.text_secondary, Align::Min);
    let when = Rect::from_min_max(pos2(words.right(), rect.top()), pos2(rect.right() - 34.0, rect.bottom()));
    let remark = if project.missing { "not found" } else { project.opened };
    text::cell(ui, when, remark, theme::caption(), colors.text_secondary, Align::Max);
    if response.hovered() || ui.rect_contains_pointer(rect) {
        let slot = Rect::from_center_size(pos2(rect.right() - 18.0, rect.center().y), vec2(28.0, 28.0));
        let builder = UiBuilder::new().max_rect(slot).layout(Layout::left_to_right(Align::Center));
        let name = format!("Forget {}", project.name);
        if ui.scope_builder(builder, |ui| icon_button_ui(ui, Icon::Close, &name)).inner.clicked() {
            actions.push(Action::ForgetRecent(PathBuf::from(project.path)));
            return;
        }
    }
    if response.on_hover_text(path).clicked() && !project.missing {
        actions.push(Action::OpenProject(PathBuf::from(project.path)));
    }
}
