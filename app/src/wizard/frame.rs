//! The frame around the pages: steps at the left, the page, the help column, the buttons.

use egui::{
    Align, CentralPanel, CornerRadius, Frame, Key, Layout, Margin, Modifiers, Panel, Rect, ScrollArea, Sense,
    Ui, UiBuilder, WidgetInfo, accesskit::Role, output::OutputEvent, pos2, vec2,
};

use super::{
    Page, Purpose, Wizard,
    finish::WRITING,
    flow::StepState,
    pages::{self, Ask},
    replaced::question_ui,
};
use crate::{
    problem::Problem,
    ui::{Button, Icon, bars, button, dialog, icon_button_ui, text, theme, tokens},
    worker::Worker,
};

/// Width, beside the steps, from which tables and the help column go together.
const WIDE: f32 = 1280.0;

/// Draws the wizard over all of `ui`.
pub fn wizard_ui(ui: &mut Ui, wizard: &mut Wizard, worker: &Worker) {
    shortcuts(ui, wizard, worker);
    let colors = tokens(ui);
    let canvas = Frame::new().fill(colors.canvas);
    let bar = Frame::new().fill(colors.canvas).inner_margin(Margin::symmetric(16, 0));
    Panel::bottom("wizard buttons").exact_size(56.0).frame(bar).show(ui, |ui| {
        buttons_ui(ui, wizard, worker);
    });
    Panel::left("wizard steps").exact_size(236.0).resizable(false).frame(canvas).show(ui, |ui| {
        steps_ui(ui, wizard, worker);
    });
    let help = wizard.help.unwrap_or_else(|| !pages::fills(wizard.page()) || ui.available_width() > WIDE);
    if help {
        Panel::right("wizard help").default_size(270.0).size_range(220.0..=420.0).frame(canvas).show(
            ui,
            |ui| {
                help_ui(ui, wizard);
            },
        );
    }
    let page =
        Frame::new().fill(colors.panel).inner_margin(Margin { left: 24, right: 16, top: 16, bottom: 8 });
    CentralPanel::default().frame(page).show(ui, |ui| page_ui(ui, wizard, worker, help));
    closing_ui(ui, wizard, worker);
    replacing_ui(ui, wizard, worker);
}

/// Ctrl+Enter goes on, Alt+Left back, Esc asks whether to close.
fn shortcuts(ui: &Ui, wizard: &mut Wizard, worker: &Worker) {
    if wizard.asks_to_close || wizard.question().is_some() || egui::Popup::is_any_open(ui.ctx()) {
        return;
    }
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::Enter) {
        match wizard.purpose {
            Purpose::NewProject => wizard.next(worker),
            Purpose::EditSystem { .. } => wizard.apply(worker),
        }
    } else if pressed(Modifiers::ALT, Key::ArrowLeft) {
        wizard.back();
    } else if !ui.ctx().text_edit_focused() && pressed(Modifiers::NONE, Key::Escape) {
        wizard.ask_to_close();
    }
}

fn page_ui(ui: &mut Ui, wizard: &mut Wizard, worker: &Worker, help: bool) {
    let page = wizard.page();
    let colors = tokens(ui);
    ui.horizontal(|ui| {
        text::label_ui(ui, page.title(), theme::title(), colors.text);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !help && icon_button_ui(ui, Icon::Info, "Show the explanation").clicked() {
                wizard.help = Some(true);
            }
        });
    });
    text::hint_ui(ui, page.purpose());
    ui.add_space(theme::S3);
    let problem = wizard.problem().cloned();
    let typed = has_typed(ui);
    let asks = if pages::fills(page) {
        if let Some(problem) = &problem {
            pages::problem_ui(ui, problem);
        }
        inner_ui(ui, wizard, worker)
    } else {
        ScrollArea::vertical()
            .id_salt(page)
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.set_max_width((ui.available_width() - 12.0).min(pages::FORM));
                problem_ui(ui, problem.as_ref());
                inner_ui(ui, wizard, worker)
            })
            .inner
    };
    if has_typed(ui) > typed {
        wizard.look_again(true);
    }
    for ask in asks {
        match ask {
            Ask::WorkHere => wizard.work_here(worker),
            Ask::ApplyAndRead => wizard.apply_and_read(worker),
        }
    }
}

/// What keeps the wizard on the page, above the form and scrolled with it: a small window has no room for both. A new
/// one is brought into sight.
fn problem_ui(ui: &mut Ui, problem: Option<&Problem>) {
    let id = ui.scope_id().with("problem");
    let shown = problem.map(Problem::details);
    let before: Option<String> = ui.data(|data| data.get_temp(id)).flatten();
    if let Some(problem) = problem {
        let response = ui.scope(|ui| pages::problem_ui(ui, problem)).response;
        if shown != before {
            response.scroll_to_me(Some(Align::Min));
        }
    }
    if shown != before {
        ui.data_mut(|data| data.insert_temp(id, shown));
    }
}

/// How often fields have told in this frame that they have another value.
fn has_typed(ui: &Ui) -> usize {
    let told = |event: &&OutputEvent| matches!(event, OutputEvent::ValueChanged(_));
    ui.output(|output| output.events.iter().filter(told).count())
}

fn inner_ui(ui: &mut Ui, wizard: &mut Wizard, worker: &Worker) -> Vec<Ask> {
    let page = wizard.page();
    let (states, mut cx) = wizard.split(worker);
    let enabled = !cx.busy;
    ui.add_enabled_ui(enabled, |ui| pages::page_ui(ui, page, states, &mut cx));
    cx.asks
}

fn steps_ui(ui: &mut Ui, wizard: &mut Wizard, worker: &Worker) {
    let colors = tokens(ui);
    let title = match &wizard.purpose {
        Purpose::NewProject => "New project".to_owned(),
        Purpose::EditSystem { side, .. } => {
            let system = wizard.draft.of(*side);
            let name = system.connection.label();
            if name.is_empty() { side.system_name().to_owned() } else { name.to_owned() }
        }
    };
    ui.add_space(theme::S4);
    ui.horizontal(|ui| {
        ui.add_space(theme::S4);
        text::line_ui(ui, title, theme::heading(), colors.text);
    });
    ui.add_space(theme::S2);
    let mut wanted = None;
    ScrollArea::vertical().id_salt("steps").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for page in wizard.all() {
            if step_ui(ui, wizard, page) {
                wanted = Some(page);
            }
        }
    });
    if let Some(page) = wanted {
        wizard.go_to(page, worker);
    }
}

/// A step; true if it was clicked and may be opened.
fn step_ui(ui: &mut Ui, wizard: &Wizard, page: Page) -> bool {
    let colors = tokens(ui);
    let state = wizard.state_of(page);
    let current = page == wizard.page();
    let open = wizard.can_go_to(page) && !current;
    let sense = if open { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), sense);
    let word = match state {
        StepState::Ahead => "to come",
        StepState::Current => "shown",
        StepState::Done => "done",
        StepState::Skipped(_) => "skipped",
        StepState::Failed if current => "shown, needs attention",
        StepState::Failed => "needs attention",
    };
    let name = format!("Step {}: {word}", page.title());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, open || current, current, &name));
    let inner = rect.shrink2(vec2(8.0, 0.0));
    if current || (open && response.hovered()) {
        let fill = if current { colors.selected } else { colors.hover };
        ui.painter().rect_filled(inner, CornerRadius::same(5), fill);
    }
    if response.has_focus() {
        button::focus_ring(ui, inner);
    }
    let slot = Rect::from_center_size(pos2(inner.left() + 16.0, rect.center().y), vec2(14.0, 14.0));
    let (icon, color) = match state {
        StepState::Done => (Some(Icon::Check), colors.success),
        StepState::Failed => (Some(Icon::Error), colors.danger),
        StepState::Skipped(_) => (Some(Icon::NotMapped), colors.text_disabled),
        StepState::Ahead | StepState::Current => (None, colors.text_secondary),
    };
    match icon {
        Some(icon) => icon.paint_sized(ui, slot, color, 14.0),
        None => {
            let dot = if current { colors.target } else { colors.border_strong };
            ui.painter().circle_filled(slot.center(), if current { 4.0 } else { 3.0 }, dot);
        }
    }
    let color = match state {
        StepState::Skipped(_) => colors.text_disabled,
        StepState::Failed => colors.danger,
        _ if current => colors.text,
        _ => colors.text_secondary,
    };
    let font = if current { theme::medium() } else { theme::body() };
    let words = Rect::from_min_max(pos2(inner.left() + 32.0, rect.top()), inner.max);
    text::cell(ui, words, page.title(), font, color, Align::Min);
    let clicked = response.clicked();
    if let StepState::Skipped(reason) = state {
        response.on_hover_text(reason);
    }
    clicked
}

fn help_ui(ui: &mut Ui, wizard: &mut Wizard) {
    let colors = tokens(ui);
    Frame::new().inner_margin(Margin::symmetric(14, 14)).show(ui, |ui| {
        ui.horizontal(|ui| {
            text::line_ui(ui, "About this page", theme::medium(), colors.text);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button_ui(ui, Icon::Close, "Hide the explanation").clicked() {
                    wizard.help = Some(false);
                }
            });
        });
        ui.add_space(theme::S1);
        ScrollArea::vertical().id_salt("help").auto_shrink([false, false]).show(ui, |ui| {
            for paragraph in pages::help(wizard.page()) {
                text::hint_ui(ui, *paragraph);
                ui.add_space(theme::S2);
            }
        });
    });
}

fn buttons_ui(ui: &mut Ui, wizard: &mut Wizard, worker: &Worker) {
    let area = ui.available_rect_before_wrap();
    let builder = UiBuilder::new().max_rect(area).layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| match wizard.purpose {
        Purpose::NewProject => new_buttons_ui(ui, wizard, worker),
        Purpose::EditSystem { .. } => edit_buttons_ui(ui, wizard, worker),
    });
}

fn new_buttons_ui(ui: &mut Ui, wizard: &mut Wizard, worker: &Worker) {
    let busy = wizard.is_busy();
    let cancel = Button::new("Cancel").enabled(!wizard.is_writing());
    let tooltip = if wizard.is_writing() {
        "The project is being saved: wait, or stop that first"
    } else {
        "Close the wizard; asks first (Esc)"
    };
    if ui.add(cancel).on_hover_text(tooltip).on_disabled_hover_text(tooltip).clicked() {
        wizard.ask_to_close();
    }
    ui.add_space(theme::S2);
    let (label, tooltip) = match (wizard.page(), wizard.following()) {
        (Page::Finish, _) | (_, None) => {
            ("Save project", "Write the project and open it (Ctrl+Enter)".to_owned())
        }
        (_, Some(next)) => ("Next", format!("Go on to {} (Ctrl+Enter)", next.title())),
    };
    let next = Button::primary(label).enabled(!busy).min_width(110.0);
    if ui.add(next).on_hover_text(tooltip).clicked() {
        wizard.next(worker);
    }
    let back = Button::new("Back").enabled(wizard.can_go_back()).min_width(90.0);
    if ui.add(back).on_hover_text("Nothing that was entered is lost (Alt+Left)").clicked() {
        wizard.back();
    }
    work_ui(ui, wizard);
}

fn edit_buttons_ui(ui: &mut Ui, wizard: &mut Wizard, worker: &Worker) {
    let busy = wizard.is_busy();
    if ui.add(Button::new("Cancel")).on_hover_text("Close without changing the project").clicked() {
        wizard.ask_to_close();
    }
    ui.add_space(theme::S2);
    let apply = Button::primary("Apply to the project").enabled(!busy);
    if ui.add(apply).on_hover_text("One change of the project, which can be undone").clicked() {
        wizard.apply(worker);
    }
    let next = Button::new("Next page").enabled(!busy && wizard.following().is_some());
    if ui.add(next).clicked() {
        wizard.next(worker);
    }
    let back = Button::new("Back").enabled(wizard.can_go_back());
    if ui.add(back).clicked() {
        wizard.back();
    }
    work_ui(ui, wizard);
}

/// What *Next* is doing, and a button that stops it.
fn work_ui(ui: &mut Ui, wizard: &mut Wizard) {
    let Some(work) = &wizard.work else { return };
    let colors = tokens(ui);
    let progress = work.job.progress();
    let words = if progress.phase.is_empty() { work.job.title().to_owned() } else { progress.phase.clone() };
    let stopping = work.job.is_stopping();
    ui.add_space(theme::S4);
    let writes = wizard.is_writing() && progress.phase == WRITING;
    let stop = ui.add(Button::new("Stop").icon(Icon::Cancel).enabled(!stopping && !writes));
    if stop.on_disabled_hover_text("What is being written is written to the end").clicked() {
        wizard.cancel_work();
    }
    ui.add_space(theme::S2);
    bars::progress_ui(ui, 140.0, progress.part());
    let count = match progress.total {
        Some(total) => format!(" ({} of {})", text::number(progress.done), text::number(total)),
        None if progress.done > 0 => format!(" ({})", text::number(progress.done)),
        None => String::new(),
    };
    let words = if stopping { "Stopping…".to_owned() } else { format!("{words}{count}") };
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        text::line_ui(ui, words, theme::body(), colors.text_secondary);
    });
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(60));
}

/// Asks before something is replaced; the question whether to close goes first.
fn replacing_ui(ui: &Ui, wizard: &mut Wizard, worker: &Worker) {
    if wizard.asks_to_close {
        return;
    }
    let Some(question) = wizard.question() else { return };
    if let Some(replace) = question_ui(ui.ctx(), question, wizard.facts.known()) {
        wizard.answer(replace, worker);
    }
}

fn closing_ui(ui: &Ui, wizard: &mut Wizard, worker: &Worker) {
    if !wizard.asks_to_close {
        return;
    }
    let edits = matches!(wizard.purpose, Purpose::EditSystem { .. });
    let title = if edits { "Close without applying?" } else { "Close the wizard?" };
    let mut answer = None;
    let (_, dismissed) = dialog::dialog_ui(ui.ctx(), "close wizard", title, 440.0, |ui| {
        let words = if edits {
            "The project stays as it is; what was changed on these pages is lost."
        } else {
            "Nothing was saved yet; what was entered is lost."
        };
        text::body_ui(ui, words);
        dialog::buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Go on")).clicked() {
                answer = Some(false);
            }
            if ui.add(Button::new("Close and lose it").kind(button::Kind::Danger)).clicked() {
                answer = Some(true);
            }
        });
    });
    match answer {
        Some(true) => {
            wizard.asks_to_close = false;
            wizard.cancel(worker);
        }
        Some(false) => wizard.asks_to_close = false,
        None if dismissed => wizard.asks_to_close = false,
        None => {}
    }
}
