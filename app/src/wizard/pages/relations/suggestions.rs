//! Relations that there could be: looked for in the background, taken or dismissed one by one (W12).

use egui::{Align, Rect, Ui, UiBuilder};
use syncwright_core::schema::relations::RelationCandidate;

use super::{Act, words};
use crate::{
    ui::{
        Button, Icon, bars, list_row,
        rows::{RowsState, rows_ui},
        state,
        table::{self, Column},
        text, theme, tokens,
    },
    wizard::{
        loading::Loading,
        pages::{
            tables::{Answer, cells},
            widgets,
        },
    },
};

const COLUMNS: [Column; 4] = [
    Column::share("Relation", 140.0, 3.0),
    Column::share("What speaks for it", 100.0, 4.0),
    Column::fixed("Confidence", 74.0).right(),
    Column::fixed("", 190.0),
];

/// Relations that were found and not decided on yet.
#[derive(Default)]
pub struct Suggestions {
    looking: Loading<Vec<RelationCandidate>>,
    found: Vec<RelationCandidate>,
    /// Somebody has looked.
    looked: bool,
    list: RowsState,
}

impl Suggestions {
    /// Number of suggestions.
    pub const fn len(&self) -> usize {
        self.found.len()
    }

    /// A suggestion.
    pub fn get(&self, at: usize) -> Option<&RelationCandidate> {
        self.found.get(at)
    }

    /// Takes a suggestion out.
    pub fn dismiss(&mut self, at: usize) {
        if at < self.found.len() {
            self.found.remove(at);
        }
    }

    /// Waits for what is being looked for; an earlier search is stopped.
    pub fn look(&mut self, job: Answer<Vec<RelationCandidate>>) {
        self.looking = Loading::Running(job);
    }

    /// Takes over what was found.
    pub fn poll(&mut self) {
        let stopped = matches!(&self.looking, Loading::Running(job) if job.is_stopping());
        if !self.looking.poll() {
            return;
        }
        match std::mem::take(&mut self.looking) {
            // Whoever stops a search need not be told that it has failed.
            Loading::Failed(_) if stopped => {}
            Loading::Done(found) => {
                self.found = found;
                self.looked = true;
                self.list = RowsState::default();
            }
            other => self.looking = other,
        }
    }

    /// The buttons that begin and stop a search.
    pub fn buttons_ui(&self, ui: &mut Ui, acts: &mut Vec<Act>) {
        let running = self.looking.is_running();
        let look = Button::new("Suggest relations").icon(Icon::Search).enabled(!running);
        if ui.add(look).on_hover_text("By names, and by values that occur in keys; reads samples").clicked() {
            acts.push(Act::Look { values: true });
        }
        let names = Button::quiet("Suggest by names only").enabled(!running);
        if ui.add(names).on_hover_text("At once, without reading data").clicked() {
            acts.push(Act::Look { values: false });
        }
        if ui.add(Button::quiet("Check declared relations").icon(Icon::Run)).clicked() {
            acts.push(Act::CheckAll);
        }
    }

    /// The list, or what is going on.
    pub fn list_ui(&mut self, ui: &mut Ui, acts: &mut Vec<Act>) {
        self.progress_ui(ui);
        if let Some(problem) = self.looking.failed() {
            widgets::problem_ui(ui, problem);
        }
        if self.found.is_empty() {
            if !self.looking.is_running() {
                let (title, hint) = if self.looked {
                    ("Nothing more to suggest", "Type a target beside a column to declare a relation.")
                } else {
                    ("No suggestions yet", "Suggest relations looks at names and at sampled values.")
                };
                state::empty_ui(ui, Icon::Search, title, hint);
            }
            return;
        }
        table::header_ui(ui, &COLUMNS, true);
        let (mut list, found) = (self.list, &self.found);
        let count = found.len() as u64;
        let height = theme::CONTROL + 4.0;
        rows_ui(ui, "Suggested relations", &mut list, count, height, |ui, index, rect, response| {
            let at = index as usize;
            let Some(candidate) = found.get(at) else { return String::new() };
            list_row::background(ui, rect, list_has(&self.list, index), response);
            let name = words::candidate(candidate);
            let mut child = ui.new_child(UiBuilder::new().id_salt(&name).max_rect(rect));
            candidate_ui(&mut child, rect, at, candidate, &name, acts);
            format!("Suggested: {name}")
        });
        self.list = list;
    }

    fn progress_ui(&self, ui: &mut Ui) {
        let Loading::Running(job) = &self.looking else { return };
        let color = tokens(ui).text_secondary;
        let progress = job.progress();
        ui.horizontal(|ui| {
            if ui.add(Button::new("Stop looking").icon(Icon::Cancel).enabled(!job.is_stopping())).clicked() {
                job.cancel();
            }
            bars::progress_ui(ui, 120.0, progress.part());
            let words = if job.is_stopping() {
                "Stopping…".to_owned()
            } else if progress.phase.is_empty() {
                job.title().to_owned()
            } else {
                progress.phase
            };
            text::line_ui(ui, words, theme::body(), color);
        });
        ui.request_repaint_after(std::time::Duration::from_millis(60));
    }
}

fn list_has(list: &RowsState, index: u64) -> bool {
    list.cursor == Some(index)
}

fn candidate_ui(
    ui: &mut Ui,
    rect: Rect,
    at: usize,
    candidate: &RelationCandidate,
    name: &str,
    acts: &mut Vec<Act>,
) {
    let colors = tokens(ui);
    let rects = table::cells(&COLUMNS, rect);
    let [relation, why, confidence, buttons] = rects.as_slice() else { return };
    text::cell(ui, *relation, name, theme::medium(), colors.text, Align::Min);
    cells::words_ui(ui, *why, &words::evidence(candidate), colors.text_secondary);
    text::cell(ui, *confidence, &words::confidence(candidate), theme::body(), colors.text, Align::Max);
    cells::inside_ui(ui, *buttons, |ui| {
        let accept = ui.add(Button::new("Accept").icon(Icon::Check));
        if accept.accessible_name(format!("Accept {name}")).clicked() {
            acts.push(Act::Accept(at));
        }
        let dismiss = ui.add(Button::quiet("Dismiss"));
        if dismiss.accessible_name(format!("Dismiss {name}")).clicked() {
            acts.push(Act::Dismiss(at));
        }
    });
}
