//! *Update schema* (S5): reads the schema of a system again and shows what changed, with everything that each
//! removal and change breaks, before it is taken over.
//!
//! [`UpdateState`] is the screen without a window: it reads in the background, works its proposal out again
//! whenever the project was edited, and gives the edit that accepts it. Only what was shown is ever accepted.

mod counts;
mod go_to;
mod header;
mod list;
mod proposal;
mod shown;
#[cfg(test)]
mod tests;
mod tree;

use syncwright_core::{project::Side, schema::update::Update};

use self::{list::ListState, proposal::Proposal, proposal::ProposalJob};
use crate::{
    action::Actions,
    command::Availability,
    document::{Document, SchemaEdit},
    problem::Problem,
    ui::{Button, Icon, bars, state, text, theme, tokens},
    worker::{JobHandle, Worker},
};

/// The state of an update of one system.
#[derive(Debug)]
pub struct UpdateState {
    side: Side,
    stage: Stage,
    list: ListState,
    /// The project was edited after *Accept* was pressed, and the changes are others now.
    has_moved: bool,
}

/// How far an update is.
#[derive(Debug)]
enum Stage {
    /// The schema is being read.
    Reading(ProposalJob),
    /// The changes are shown.
    Ready(Box<Proposal>),
    /// The project was edited: the changes are worked out again. The old ones are shown meanwhile.
    Again {
        shown: Box<Proposal>,
        job: ProposalJob,
        /// *Accept* was pressed: if nothing comes out differently, that counts.
        accept: bool,
    },
    /// It failed.
    Failed(Problem),
    /// Somebody cancelled it.
    Cancelled,
}

impl UpdateState {
    /// Begins to read the schema of a system.
    #[must_use]
    pub fn new(document: &Document, side: Side, worker: &Worker) -> Self {
        Self {
            side,
            stage: Stage::Reading(proposal::begin(document, side, worker)),
            list: ListState::default(),
            has_moved: false,
        }
    }

    /// The job that reads the schema, while it goes on.
    #[must_use]
    pub const fn reading(&self) -> Option<&JobHandle<Result<Proposal, Problem>>> {
        match &self.stage {
            Stage::Reading(job) => Some(job),
            Stage::Ready(_) | Stage::Again { .. } | Stage::Failed(_) | Stage::Cancelled => None,
        }
    }

    /// True while a job goes on.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Reading(_) | Stage::Again { .. })
    }

    /// What was worked out, if it is about the project as it is now.
    #[must_use]
    pub fn update(&self) -> Option<&Update> {
        match &self.stage {
            Stage::Ready(proposal) => Some(&proposal.update),
            Stage::Reading(_) | Stage::Again { .. } | Stage::Failed(_) | Stage::Cancelled => None,
        }
    }

    /// What went wrong.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match &self.stage {
            Stage::Failed(problem) => Some(problem),
            Stage::Reading(_) | Stage::Ready(_) | Stage::Again { .. } | Stage::Cancelled => None,
        }
    }

    /// Takes over what the jobs have finished, and begins those that are due. Gives the edit of an *Accept* that
    /// had to wait.
    pub fn poll(&mut self, document: &Document, worker: &Worker) -> Option<SchemaEdit> {
        let edit = self.take_result();
        if let Stage::Ready(proposal) = &self.stage
            && proposal.revision != document.revision()
        {
            self.work_out_again(document, worker, edit.is_some());
            return None;
        }
        edit
    }

    /// The edit that accepts what is shown. If the project was edited meanwhile there is none yet: the changes
    /// are worked out again first.
    pub fn accept(&mut self, document: &Document, worker: &Worker) -> Option<SchemaEdit> {
        match &mut self.stage {
            Stage::Ready(proposal) if proposal.revision == document.revision() => {
                Some(SchemaEdit::accept(&proposal.update))
            }
            Stage::Ready(_) => {
                self.work_out_again(document, worker, true);
                None
            }
            Stage::Again { accept, .. } => {
                *accept = true;
                None
            }
            Stage::Reading(_) | Stage::Failed(_) | Stage::Cancelled => None,
        }
    }

    fn work_out_again(&mut self, document: &Document, worker: &Worker, accept: bool) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Cancelled) {
            Stage::Ready(shown) if !shown.is_of(&document.project().system(self.side).connection) => {
                Stage::Failed(Problem {
                    help: Some("read the schema again".to_owned()),
                    ..Problem::new(
                        "The connection was changed meanwhile",
                        "What was read may come from another database.",
                    )
                })
            }
            Stage::Ready(shown) => {
                let job = proposal::again(&shown, document, worker);
                Stage::Again { shown, job, accept }
            }
            other => other,
        };
    }

    fn take_result(&mut self) -> Option<SchemaEdit> {
        let (job, shown, accept) = match &mut self.stage {
            Stage::Reading(job) => (job, None, false),
            Stage::Again { shown, job, accept } => (job, Some(&*shown), *accept),
            Stage::Ready(_) | Stage::Failed(_) | Stage::Cancelled => return None,
        };
        let result = job.poll()?;
        let is_stopping = job.is_stopping();
        let same = |proposal: &Proposal| shown.is_some_and(|shown| shown.update == proposal.update);
        match result {
            Ok(Ok(proposal)) => {
                let edit = (accept && same(&proposal)).then(|| SchemaEdit::accept(&proposal.update));
                self.has_moved = accept && edit.is_none();
                self.list.changed(shown.is_some_and(|shown| shown.tree == proposal.tree));
                self.stage = Stage::Ready(Box::new(proposal));
                return edit;
            }
            Ok(Err(_)) | Err(_) if is_stopping => self.stage = Stage::Cancelled,
            Ok(Err(problem)) => self.stage = Stage::Failed(problem),
            Err(error) => {
                self.stage = Stage::Failed(Problem::new("The schema cannot be read", error));
            }
        }
        None
    }
}

/// Shows an update.
pub fn schema_update_ui(
    ui: &mut egui::Ui,
    document: &Document,
    view: &mut UpdateState,
    available: &Availability,
    actions: &mut Actions,
) {
    let margin = egui::Margin { left: 16, right: 16, top: 14, bottom: 0 };
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme::S2;
        header::title_ui(ui, document, view.side, view.update(), available, actions);
        let UpdateState { side, stage, list, has_moved } = view;
        match stage {
            Stage::Reading(job) => reading_ui(ui, job),
            Stage::Ready(proposal) => {
                header::summary_ui(ui, document, proposal, header::Readiness::ready(*has_moved), actions);
                list::list_ui(ui, *side, proposal, list, actions);
            }
            Stage::Again { shown, .. } => {
                header::summary_ui(ui, document, shown, header::Readiness::Waits, actions);
                list::list_ui(ui, *side, shown, list, actions);
            }
            Stage::Failed(problem) => {
                let text = match &problem.code {
                    Some(code) => format!("{} ({code})", problem.text),
                    None => problem.text.clone(),
                };
                state::error_ui(ui, &problem.title, &text, problem.help.as_deref());
            }
            Stage::Cancelled => state::empty_ui(
                ui,
                Icon::Cancel,
                "Reading was cancelled",
                "Nothing was changed. Read again to see what changed in the database.",
            ),
        }
    });
}

/// Progress, with a way to stop it.
fn reading_ui(ui: &mut egui::Ui, job: &ProposalJob) {
    let colors = tokens(ui);
    state::centred_ui(ui, 110.0, |ui| {
        let progress = job.progress();
        bars::progress_ui(ui, 220.0, progress.part());
        ui.add_space(theme::S2);
        let mut words = job.title().to_owned();
        if job.is_stopping() {
            words.push_str(" · stopping…");
        } else if !progress.phase.is_empty() {
            words.push_str(&format!(" · {}", progress.phase));
        }
        if progress.done > 0 {
            words.push_str(&format!(" · {}", text::number(progress.done)));
        }
        text::label_ui(ui, words, theme::body(), colors.text_secondary);
        ui.add_space(theme::S2);
        if ui.add(Button::new("Cancel reading").icon(Icon::Cancel).enabled(!job.is_stopping())).clicked() {
            job.cancel();
        }
    });
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(80));
}
