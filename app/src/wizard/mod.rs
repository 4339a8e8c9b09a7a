//! The project wizard (W1–W20): from a database to a project that is saved and checked; and the same pages for
//! the systems of a project that is there.
//!
//! [`Wizard`] is its whole state and can be driven without a window: [`Wizard::next`], [`Wizard::back`],
//! [`Wizard::poll`]. What was entered is a [`Draft`], which holds no secret and is kept in a file, so that a
//! wizard that a crash cut short can be taken up again. [`wizard_ui`] draws it; one file per page in `pages`.
//! Databases are only touched in jobs of the worker.

mod detect;
mod draft;
mod finish;
mod flow;
mod found_out;
mod frame;
mod known;
mod loading;
mod page;
mod pages;
mod passwords;
mod replaced;
mod resume;
#[cfg(test)]
mod tests;
mod trouble;

pub use self::{
    draft::{CentralChoice, Draft, SharedSchema, SystemDraft},
    finish::Written,
    frame::wizard_ui,
    page::Page,
    pages::save_configuration::FileOpener,
    passwords::{remove as remove_password, save as save_password},
    resume::{forget as forget_draft, kept as kept_draft},
};

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use syncwright_core::{
    connect::secrets::Password,
    project::{Project, Side, System},
};

use self::{
    flow::Work,
    pages::{Facts, Pages},
    passwords::Passwords,
    replaced::{Question, Replaced},
    resume::Keeper,
    trouble::Trouble,
};
use crate::{problem::Problem, worker::Worker};

/// The file of a project template of this name, where the wizard looks for templates.
#[must_use]
pub fn template_file(state_folder: &Path, name: &str) -> PathBuf {
    state_folder.join(pages::template::FOLDER).join(format!("{}.ron", draft::file_stem(name)))
}

/// What a wizard is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// A new project.
    NewProject,
    /// The settings of a system of an open project.
    EditSystem {
        /// Which one.
        side: Side,
        /// What it was when the wizard was opened.
        old: Box<System>,
    },
}

/// How a wizard ended.
#[derive(Debug)]
pub enum Ended {
    /// The project was written; it is to be opened.
    Written(Box<Written>),
    /// A system of the open project gets these settings.
    Edited {
        /// Which one.
        side: Side,
        /// The settings.
        system: Box<System>,
        /// The password that it is connected with from now on.
        password: Password,
        /// What opens the encrypted file, if the password is to be kept there and it is not open.
        file: Option<FileOpener>,
        /// Its schema is to be read again: the connection leads elsewhere now, or somebody asked for it.
        reads_schema: bool,
    },
    /// Nothing came of it.
    Cancelled,
}

/// The state of a wizard.
pub struct Wizard {
    purpose: Purpose,
    draft: Draft,
    passwords: Passwords,
    visited: BTreeSet<Page>,
    work: Option<Work>,
    trouble: Option<Trouble>,
    pages: Pages,
    facts: Facts,
    /// The help column is shown; where nobody decided, pages of tables get its room on narrow windows.
    help: Option<bool>,
    asks_to_close: bool,
    /// What waits for an answer before it is replaced.
    question: Option<Question>,
    /// What may be replaced, or was written by this wizard itself.
    agreed: BTreeSet<Replaced>,
    /// How it will have ended once nothing is written any more.
    ending: Option<Ended>,
    ended: Option<Ended>,
    /// The schema of the edited system is to be read again once this is applied.
    reads_schema: bool,
    keeper: Keeper,
}

impl Wizard {
    /// A wizard for a new project, whose file goes to `folder` unless somebody says otherwise. What is entered is
    /// kept in `state_folder`.
    #[must_use]
    pub fn new(folder: &Path, state_folder: &Path, worker: &Worker) -> Self {
        let draft = Draft { folder: folder.to_owned(), ..Draft::default() };
        Self::with(Purpose::NewProject, draft, state_folder, worker)
    }

    /// A wizard that goes on where another one was cut short.
    #[must_use]
    pub fn resume(draft: Draft, state_folder: &Path, worker: &Worker) -> Self {
        let mut wizard = Self::with(Purpose::NewProject, draft, state_folder, worker);
        wizard.visited = wizard.shown().into_iter().take_while(|page| *page < wizard.draft.page).collect();
        wizard
    }

    /// The pages for a system of an open project in `folder`, beginning with `page`.
    #[must_use]
    pub fn edit(
        project: &Arc<Project>,
        side: Side,
        page: Page,
        folder: &Path,
        state_folder: &Path,
        worker: &Worker,
    ) -> Self {
        let old = Box::new(project.system(side).clone());
        let draft = Draft {
            expert: true,
            edits: true,
            page,
            side,
            target: SystemDraft::of(&project.target),
            central: SystemDraft::of(&project.central),
            name: project.name.clone(),
            script_language: project.script_language,
            snippets: project.snippets.clone(),
            variables: project.variables.clone(),
            folder: folder.to_owned(),
            ..Draft::default()
        };
        Self::with(Purpose::EditSystem { side, old }, draft, state_folder, worker)
    }

    fn with(purpose: Purpose, draft: Draft, state_folder: &Path, worker: &Worker) -> Self {
        let facts = Facts::new(worker, state_folder);
        Self {
            keeper: Keeper::new(state_folder, matches!(purpose, Purpose::NewProject)),
            purpose,
            draft,
            passwords: Passwords::default(),
            visited: BTreeSet::new(),
            work: None,
            trouble: None,
            pages: Pages::default(),
            facts,
            help: None,
            asks_to_close: false,
            question: None,
            agreed: BTreeSet::new(),
            ending: None,
            ended: None,
            reads_schema: false,
        }
    }

    /// Looks in the background at projects whose system identifiers a new one should not have (W5).
    pub fn know(&mut self, projects: Vec<PathBuf>, worker: &Worker) {
        let folder = self.draft.folder.clone();
        let job =
            worker.spawn("Looking for system identifiers", move |_| Ok(known::systems(projects, &folder)));
        self.facts.known = loading::Loading::Running(job);
    }

    /// The page that is shown.
    #[must_use]
    pub const fn page(&self) -> Page {
        self.draft.page
    }

    /// True while a page works, or the wizard is closing.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.work.is_some() || self.ending.is_some()
    }

    /// True while the project is being saved, which is not to be left half done.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.writes)
    }

    /// What keeps the wizard on this page, after *Next*.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        let shown = |trouble: &&Trouble| trouble.page == self.draft.page;
        self.trouble.as_ref().filter(shown).map(|trouble| &trouble.problem)
    }

    /// True once it has ended.
    #[must_use]
    pub const fn is_ending(&self) -> bool {
        self.ending.is_some() || self.ended.is_some()
    }

    /// How it ended, once.
    pub const fn take_ended(&mut self) -> Option<Ended> {
        self.ended.take()
    }

    /// Asks whether to close the wizard; what was entered stays until that is confirmed. Not while the project is
    /// being saved, which ends soon, or is stopped first.
    pub fn ask_to_close(&mut self) {
        self.asks_to_close = !self.is_writing();
    }
}
