//! The result of a simulation or run: counts per step and situation, quotas, the change list, messages.

mod changes;
mod filter;
mod header;
mod messages;
mod steps;

use std::sync::Arc;

use egui::{Rect, Stroke, Ui, UiBuilder, pos2};
use syncwright_core::journal::RunReport;

use self::filter::{Filter, Lines};
use crate::{
    action::{Actions, Selection},
    command::Availability,
    ui::{button, field, rows::RowsState, text, theme, tokens},
    worker::{JobHandle, Worker},
};

/// A result, with the state of its tab.
pub struct ResultState {
    /// Its number in this session.
    pub number: u64,
    /// The report.
    pub report: Arc<RunReport>,
    /// The systems by name: central, target.
    pub systems: [String; 2],
    page: Page,
    filter: Filter,
    lines: Option<Lines>,
    job: Option<(Filter, JobHandle<Lines>)>,
    changes: RowsState,
    messages: RowsState,
    message_filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Changes,
    Messages,
}

impl ResultState {
    /// A result that was just made or opened.
    #[must_use]
    pub fn new(number: u64, report: Arc<RunReport>, systems: [String; 2]) -> Self {
        let only_messages = report.steps.iter().all(|step| step.changes.is_empty())
            && report.steps.iter().any(|step| !step.messages.is_empty());
        Self {
            number,
            report,
            systems,
            page: if only_messages { Page::Messages } else { Page::Changes },
            filter: Filter::default(),
            lines: None,
            job: None,
            changes: RowsState::default(),
            messages: RowsState::default(),
            message_filter: String::new(),
        }
    }

    /// Takes the filtered list over when it is there, and asks for it when the filter has changed.
    fn refresh(&mut self, worker: &mut Worker) {
        if let Some((filter, job)) = &mut self.job
            && let Some(result) = job.poll()
        {
            match result {
                Ok(lines) => {
                    self.lines = Some(lines);
                    self.changes.top = 0.0;
                    self.changes.cursor = None;
                }
                Err(error) => tracing::error!("filtering the change list: {error}"),
            }
            let filter = filter.clone();
            self.job = None;
            if self.lines.is_none() {
                self.lines = Some(Lines { filter, ..Lines::default() });
            }
        }
        let known = match &self.job {
            Some((filter, _)) => Some(filter),
            None => self.lines.as_ref().map(|lines| &lines.filter),
        };
        if known != Some(&self.filter) {
            let (report, filter) = (Arc::clone(&self.report), self.filter.clone());
            let job = worker.spawn("Filter changes", move |job| filter::lines(&report, filter, &job.cancel));
            // Replacing the handle cancels the job for the filter before.
            self.job = Some((self.filter.clone(), job));
        }
    }
}

/// Shows a result.
pub fn result_ui(
    ui: &mut Ui,
    view: &mut ResultState,
    selection: &Selection,
    available: &Availability,
    worker: &mut Worker,
    actions: &mut Actions,
) {
    view.refresh(worker);
    let margin = egui::Margin { left: 16, right: 16, top: 14, bottom: 0 };
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        header::header_ui(ui, view, available, actions);
        ui.add_space(theme::S2);
        steps::steps_ui(ui, view);
        ui.add_space(theme::S3);
        pages_ui(ui, view);
        let rest = ui.available_rect_before_wrap();
        let colors = tokens(ui);
        ui.painter().hline(rest.x_range(), rest.top(), Stroke::new(1.0, colors.border));
        let rest = Rect::from_min_max(pos2(rest.left(), rest.top() + 1.0), rest.max);
        ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| match view.page {
            Page::Changes => changes::changes_ui(ui, view, selection, actions),
            Page::Messages => messages::messages_ui(ui, view),
        });
    });
}

/// The choice between changes and messages, with the filters of the chosen page.
fn pages_ui(ui: &mut Ui, view: &mut ResultState) {
    let messages: usize = view.report.steps.iter().map(|step| step.messages.len()).sum();
    let changes: usize = view.report.steps.iter().map(|step| step.changes.len()).sum();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let label = format!("Changes  {}", text::number(changes as u64));
        if button::segment_ui(ui, view.page == Page::Changes, &label) {
            view.page = Page::Changes;
        }
        let label = format!("Messages  {}", text::number(messages as u64));
        if button::segment_ui(ui, view.page == Page::Messages, &label) {
            view.page = Page::Messages;
        }
        ui.add_space(theme::S2);
        match view.page {
            Page::Changes => filter::filter_ui(ui, &view.report, &mut view.filter),
            Page::Messages => {
                field::filter_ui(ui, &mut view.message_filter, "Filter messages", 220.0);
            }
        }
    });
    ui.add_space(theme::S1);
}
