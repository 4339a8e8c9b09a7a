//! Earlier runs, newest first; a double click opens the report of one.

use egui::{Align, Layout, Rect, Ui, pos2, vec2};
use syncwright_core::journal::RunHeader;

use crate::{
    action::{Action, Actions},
    problem::Problem,
    ui::{
        Button, Icon, badge, field, list_row,
        rows::{self, RowsState},
        state,
        table::{self, Column},
        text, theme, tokens,
    },
    words,
};

/// What is known about the earlier runs.
#[derive(Debug, Default)]
pub enum Runs {
    /// Not asked for yet.
    #[default]
    Unknown,
    /// Being read.
    Loading,
    /// Read.
    Loaded(Vec<RunHeader>),
    /// They could not be read.
    Failed(Problem),
}

/// View state of the logs tab.
#[derive(Debug, Default)]
pub struct LogsState {
    /// The runs.
    pub runs: Runs,
    filter: String,
    rows: RowsState,
    /// The runs are to be read again.
    pub refresh: bool,
}

const COLUMNS: [Column; 7] = [
    Column::fixed("Status", 150.0),
    Column::fixed("Started", 160.0),
    Column::share("Start up configuration", 140.0, 1.0),
    Column::fixed("Direction", 110.0),
    Column::fixed("Duration", 90.0).right(),
    Column::fixed("", 16.0),
    Column::share("Started by", 110.0, 0.6),
];

/// Shows the earlier runs.
pub fn logs_ui(ui: &mut Ui, view: &mut LogsState, actions: &mut Actions) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
        let colors = tokens(ui);
        ui.horizontal(|ui| {
            ui.add(Icon::Logs.sized(colors.text_secondary, 20.0));
            text::line_ui(ui, "Logs", theme::title(), colors.text);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(Button::new("Refresh").icon(Icon::Refresh)).clicked() {
                    view.refresh = true;
                }
                field::filter_ui(ui, &mut view.filter, "Filter runs", 220.0);
            });
        });
        ui.add_space(theme::S2);
        match &view.runs {
            Runs::Unknown | Runs::Loading => state::loading_ui(ui, "Reading the journal"),
            Runs::Failed(problem) => {
                state::error_ui(ui, &problem.title, &problem.text, problem.help.as_deref());
            }
            Runs::Loaded(runs) if runs.is_empty() => {
                state::empty_ui(
                    ui,
                    Icon::Logs,
                    "No runs yet",
                    "Every run leaves its log here. Simulations leave none.",
                );
            }
            Runs::Loaded(runs) => {
                let filter = view.filter.to_lowercase();
                let shown: Vec<&RunHeader> = runs.iter().filter(|run| matches(run, &filter)).collect();
                table::header_ui(ui, &COLUMNS, true);
                list_ui(ui, &shown, &mut view.rows, actions);
            }
        }
    });
}

fn matches(run: &RunHeader, filter: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(filter);
    filter.is_empty()
        || has(&run.start_up)
        || has(run.status.label())
        || has(&run.started_by)
        || has(&words::local_time(run.started))
}

fn list_ui(ui: &mut Ui, runs: &[&RunHeader], rows_state: &mut RowsState, actions: &mut Actions) {
    let selected = rows_state.cursor;
    let output = rows::rows_ui(ui, "Runs", rows_state, runs.len() as u64, 32.0, |ui, row, rect, response| {
        let run = runs[row as usize];
        list_row::background(ui, rect.shrink2(vec2(0.0, 1.0)), selected == Some(row), response);
        table::row_line(ui, rect);
        if response.hovered() {
            response.clone().on_hover_text(format!("{}\nRun {}", words::zoned_time(run.started), run.id));
        }
        run_ui(ui, rect, run)
    });
    if let Some(run) = output.opened.and_then(|row| runs.get(row as usize)) {
        actions.push(Action::OpenRun(run.id.clone()));
    }
}

fn run_ui(ui: &Ui, rect: Rect, run: &RunHeader) -> String {
    let colors = tokens(ui);
    let cells = table::cells(&COLUMNS, rect);
    let (icon, color) = words::status(colors, run.status);
    let slot = Rect::from_min_size(cells[0].min, vec2(16.0, cells[0].height()));
    icon.paint(ui, slot, color);
    let status = Rect::from_min_max(pos2(slot.right() + 8.0, cells[0].top()), cells[0].max);
    text::cell(ui, status, run.status.label(), theme::medium(), color, Align::Min);
    let started = words::local_time(run.started);
    text::cell(ui, cells[1], &started, theme::body(), colors.text, Align::Min);
    text::cell(ui, cells[2], &run.start_up, theme::body(), colors.text, Align::Min);
    let (icon, color, label) = badge::direction(colors, run.direction);
    let slot = Rect::from_min_size(cells[3].min, vec2(16.0, cells[3].height()));
    icon.paint_sized(ui, slot, color, 14.0);
    let words = Rect::from_min_max(pos2(slot.right() + 6.0, cells[3].top()), cells[3].max);
    text::cell(ui, words, label, theme::body(), color, Align::Min);
    let took = words::run_duration(run).unwrap_or_default();
    text::cell(ui, cells[4], &took, theme::body(), colors.text, Align::Max);
    text::cell(ui, cells[6], &run.started_by, theme::body(), colors.text_secondary, Align::Min);
    format!("{} {} {}", run.start_up, run.status.label(), started)
}
