//! Going through the pages: what *Next* checks and works out, what *Back* never loses.

use syncwright_core::{
    connect::ServerInfo,
    project::{Schema, Side},
    schema::OwnerCount,
};

use super::{
    Ended, Page, Purpose, Trouble, Wizard,
    finish::{self, Written},
    found_out::Found,
    known,
    loading::flatten,
    page::why_skipped,
    pages::{self, Cx, Pages},
    replaced::{Question, Replaced},
};
use crate::{
    problem::Problem,
    worker::{JobHandle, Worker},
};

/// What the work of a page gives.
#[derive(Debug)]
pub enum Outcome {
    /// The connection works.
    Connected(ServerInfo),
    /// The schema was read.
    Detected(Box<Detection>),
    /// The schemas of the database, with their tables.
    Counted(Vec<OwnerCount>),
    /// The configuration was saved.
    Saved(SavedConfiguration),
    /// Nothing was saved yet: this would be replaced.
    Asks(Vec<Replaced>),
    /// The project was written and read again.
    Written(Box<Written>),
    /// What the checks of pages need to know was found out; then it goes on.
    FoundOut(Box<Found>, Onwards),
}

/// What saving the configuration did.
#[derive(Debug, Default)]
pub struct SavedConfiguration {
    /// What was saved, and where.
    pub notes: Vec<String>,
    /// What was written, and may be replaced by the same wizard without asking again.
    pub wrote: Vec<Replaced>,
}

/// What the wizard was asked for, when it first had to find something out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onwards {
    /// To leave the page, for this one.
    Leave(Option<Page>),
    /// To take over the settings.
    Apply,
}

/// What reading a schema gives.
#[derive(Debug)]
pub struct Detection {
    /// The system that was read.
    pub side: Side,
    /// The schema, with what had been set on it before.
    pub schema: Schema,
    /// Every owner of the database with its tables.
    pub owners: Vec<OwnerCount>,
    /// Products that were recognised, by their display names.
    pub recognised: Vec<String>,
    /// The connection that it was read with.
    pub connection: syncwright_core::project::Connection,
}

/// The work of a page that *Next* waits for.
pub struct Work {
    pub(super) page: Page,
    pub(super) job: JobHandle<Result<Outcome, Problem>>,
    /// Where to go when it is done; stay if nothing is said.
    pub(super) then: Option<Page>,
    /// It saves the project.
    pub(super) writes: bool,
}

/// How far a page is, in the list of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Still to come.
    Ahead,
    /// Shown.
    Current,
    /// Gone through.
    Done,
    /// Not needed, and why.
    Skipped(&'static str),
    /// Something is wrong there.
    Failed,
}

impl Wizard {
    /// The pages of this wizard that the draft needs, in order.
    #[must_use]
    pub fn shown(&self) -> Vec<Page> {
        self.all().into_iter().filter(|page| self.why_skipped(*page).is_none()).collect()
    }

    /// All pages of this wizard.
    #[must_use]
    pub fn all(&self) -> Vec<Page> {
        let wanted = |page: &Page| match self.purpose {
            Purpose::NewProject => true,
            Purpose::EditSystem { .. } => page.is_about_system(),
        };
        Page::ALL.into_iter().filter(wanted).collect()
    }

    /// Why a page is left out; nothing if it is shown.
    #[must_use]
    pub fn why_skipped(&self, page: Page) -> Option<&'static str> {
        why_skipped(page, &self.draft)
    }

    /// How far a page is.
    #[must_use]
    pub fn state_of(&self, page: Page) -> StepState {
        if self.trouble.as_ref().is_some_and(|trouble| trouble.page == page) {
            StepState::Failed
        } else if page == self.draft.page {
            StepState::Current
        } else if let Some(reason) = self.why_skipped(page) {
            StepState::Skipped(reason)
        } else if self.visited.contains(&page) {
            StepState::Done
        } else {
            StepState::Ahead
        }
    }

    /// True if a click on the step may lead there: it was gone through already, or everything may be opened.
    #[must_use]
    pub fn can_go_to(&self, page: Page) -> bool {
        let open = matches!(self.purpose, Purpose::EditSystem { .. }) || self.visited.contains(&page);
        open && !self.is_busy() && self.why_skipped(page).is_none()
    }

    /// The page after the shown one.
    #[must_use]
    pub fn following(&self) -> Option<Page> {
        self.shown().into_iter().find(|page| *page > self.draft.page)
    }

    /// The page before the shown one.
    #[must_use]
    pub fn preceding(&self) -> Option<Page> {
        self.shown().into_iter().rev().find(|page| *page < self.draft.page)
    }

    /// Checks the page, does its work, and goes on to the next one.
    pub fn next(&mut self, worker: &Worker) {
        self.leave(self.following(), worker);
    }

    /// Goes to a page that may be opened; forwards only through the work of the shown page.
    pub fn go_to(&mut self, page: Page, worker: &Worker) {
        if !self.can_go_to(page) {
            return;
        }
        if page > self.draft.page && matches!(self.purpose, Purpose::NewProject) {
            self.leave(Some(page), worker);
        } else {
            self.show(page);
        }
    }

    /// True if there is a page to go back to, and nothing is being written.
    #[must_use]
    pub fn can_go_back(&self) -> bool {
        !self.is_writing() && self.preceding().is_some()
    }

    /// Goes back; what was entered stays, and what the page works on is stopped.
    pub fn back(&mut self) {
        if let Some(page) = self.preceding().filter(|_| self.can_go_back()) {
            self.work = None;
            self.show(page);
        }
    }

    /// True while the question whether to close is open.
    #[must_use]
    pub const fn is_asking(&self) -> bool {
        self.asks_to_close
    }

    /// Asks the work of the page to stop.
    pub fn cancel_work(&self) {
        if let Some(work) = &self.work {
            work.job.cancel();
        }
    }

    /// Ends the wizard without a project; not while one is being saved.
    pub fn cancel(&mut self, worker: &Worker) {
        if self.is_writing() {
            return;
        }
        self.cancel_work();
        self.end(Ended::Cancelled, worker);
    }

    /// Ends as soon as the draft is gone from the disk.
    fn end(&mut self, ended: Ended, worker: &Worker) {
        self.keeper.end(worker);
        self.ending = Some(ended);
    }

    /// Does the work of the page without going on: *Test connection*, *Read again*.
    pub fn work_here(&mut self, worker: &Worker) {
        if !self.is_busy() {
            self.begin(None, worker);
        }
    }

    /// Takes the settings of an edited system over.
    pub fn apply(&mut self, worker: &Worker) {
        if self.is_busy() {
            return;
        }
        self.trouble = None;
        let reads_schema = std::mem::take(&mut self.reads_schema);
        self.settle(worker);
        let own = self.draft.page;
        // What is wrong at first sight is told at once.
        if let Err(problem) = pages::check(own, &self.draft, &self.pages) {
            self.trouble = Some(Trouble::checked(own, problem));
            return;
        }
        let shown = self.shown();
        if self.finds_out(&shown, Onwards::Apply, worker) {
            self.reads_schema = reads_schema;
            return;
        }
        for page in shown {
            if let Err(problem) = pages::check(page, &self.draft, &self.pages) {
                self.show(page);
                self.trouble = Some(Trouble::checked(page, problem));
                return;
            }
        }
        if let Purpose::EditSystem { side, old } = &self.purpose {
            let system = Box::new(self.draft.system().system(Some(old)));
            let password = self.passwords.change(*side);
            let file = self.pages.save.file_to_open(&system.connection);
            // Only the schema's own screen shows what reading it again breaks (S5).
            let reads_schema = reads_schema || !pages::detection::is_current(self.draft.system());
            self.ended = Some(Ended::Edited { side: *side, system, password, file, reads_schema });
        }
    }

    /// Takes the settings of an edited system over, and lets its schema be read again.
    pub fn apply_and_read(&mut self, worker: &Worker) {
        self.reads_schema = true;
        self.apply(worker);
    }

    /// Takes over what jobs have finished.
    pub fn poll(&mut self, worker: &Worker) {
        self.pages.poll();
        self.facts.poll();
        self.draft.templates_known = self.facts.templates().len();
        if self.is_ending() {
            if self.keeper.has_finished() {
                self.ended = self.ended.take().or_else(|| self.ending.take());
            }
            return;
        }
        self.keeper.keep(&self.draft, worker);
        self.pages.known.look(&self.draft, worker);
        self.look_again(false);
        self.begin_by_itself(worker);
        let Some(work) = &mut self.work else { return };
        let Some(result) = work.job.poll() else { return };
        let (page, then, title) = (work.page, work.then, work.job.title().to_owned());
        let stopped = work.job.is_stopping();
        self.work = None;
        match flatten(&title, result) {
            Ok(Outcome::FoundOut(found, onwards)) => {
                self.pages.known.take(&self.draft, *found);
                match onwards {
                    _ if stopped => self.reads_schema = false,
                    Onwards::Leave(to) => self.leave(to, worker),
                    Onwards::Apply => self.apply(worker),
                }
            }
            Ok(outcome) => self.take(page, outcome, then, worker),
            Err(problem) => self.trouble = Some(Trouble::worked(page, problem, &self.draft)),
        }
    }

    /// Reads the schema as soon as its page is shown, so that *Next* has something to leave behind.
    fn begin_by_itself(&mut self, worker: &Worker) {
        let system = self.draft.system();
        let due = match self.draft.page {
            Page::Detection => !self.draft.edits && !pages::detection::is_current(system),
            Page::PartialSchemas => !system.are_owners_known(),
            _ => false,
        };
        if due && self.work.is_none() && self.trouble.is_none() {
            self.begin(None, worker);
        }
    }

    fn leave(&mut self, to: Option<Page>, worker: &Worker) {
        if self.is_busy() {
            return;
        }
        self.trouble = None;
        self.settle(worker);
        let (own, last) = (self.draft.page, to.unwrap_or(Page::Finish));
        // What is wrong at first sight is told at once.
        if let Err(problem) = pages::check(own, &self.draft, &self.pages) {
            self.trouble = Some(Trouble::checked(own, problem));
            return;
        }
        let mut asked = self.shown();
        asked.retain(|page| *page < last || *page == own);
        if self.finds_out(&asked, Onwards::Leave(to), worker) {
            return;
        }
        if let Err(problem) = pages::check(own, &self.draft, &self.pages) {
            self.trouble = Some(Trouble::checked(own, problem));
            return;
        }
        pages::leaving(own, &mut self.draft, &self.pages);
        if own == Page::Central {
            known::settle(&mut self.draft, Side::Left, self.facts.known());
        }
        if let Some((page, problem)) = self.first_wrong(last) {
            self.show(page);
            self.trouble = problem.map(|problem| Trouble::checked(page, problem));
            return;
        }
        self.begin(to, worker);
    }

    /// Takes what was typed on any page and not yet taken: one may have left it by another way than *Next*.
    fn settle(&mut self, worker: &Worker) {
        let (pages, mut cx) = self.split(worker);
        pages::settle(pages, &mut cx);
    }

    /// True if the checks of these pages need to know more: it is being found out, and then the wizard goes on.
    fn finds_out(&mut self, pages: &[Page], onwards: Onwards, worker: &Worker) -> bool {
        let Some(unknown) = self.pages.known.missing(&self.draft, pages) else { return false };
        let job =
            worker.spawn("Checking", move |_| Ok(Outcome::FoundOut(Box::new(unknown.find_out()), onwards)));
        self.work = Some(Work { page: self.draft.page, job, then: None, writes: false });
        true
    }

    /// The first page before `to`, beside the shown one, on which something is wrong by now; without a problem if
    /// only its schema has to be read again. Steps may be jumped over, and earlier pages changed.
    fn first_wrong(&self, to: Page) -> Option<(Page, Option<Problem>)> {
        let between = self.shown().into_iter().filter(|page| *page < to && *page != self.draft.page);
        for page in between {
            if let Err(problem) = pages::check(page, &self.draft, &self.pages) {
                return Some((page, Some(problem)));
            }
            let is_unread = match page {
                // The schema of an open project is read where one sees what that breaks.
                Page::Detection => !self.draft.edits && !pages::detection::is_current(self.draft.system()),
                Page::Central => pages::central::is_unread(&self.draft),
                _ => false,
            };
            if is_unread {
                return Some((page, None));
            }
        }
        None
    }

    /// Begins the work of the page, or goes on at once if it has none to do.
    fn begin(&mut self, then: Option<Page>, worker: &Worker) {
        let page = self.draft.page;
        self.trouble = None;
        if let Err(problem) = pages::check(page, &self.draft, &self.pages) {
            self.trouble = Some(Trouble::checked(page, problem));
            return;
        }
        let stay = then.is_none();
        let job = if page == Page::Finish {
            Some(finish::write(&self.draft, &self.passwords, &self.agreed, worker))
        } else {
            let (pages, mut cx) = self.split(worker);
            pages::work(page, pages, &mut cx, stay)
        };
        // What was read is to be seen before the page is left.
        let stays = job.is_some() && matches!(page, Page::Detection | Page::PartialSchemas);
        match (job, then.filter(|_| !stays)) {
            (Some(job), then) => {
                self.work = Some(Work { page, job, then, writes: page == Page::Finish });
            }
            (None, Some(to)) => self.go_on(page, to),
            (None, None) => {}
        }
    }

    fn take(&mut self, page: Page, outcome: Outcome, then: Option<Page>, worker: &Worker) {
        match outcome {
            Outcome::Connected(server) => self.pages.connection.tested(&self.draft, server),
            Outcome::Detected(detection) => {
                let detection = *detection;
                self.pages.tables.reset();
                pages::detection::take(&mut self.draft, detection);
            }
            Outcome::Counted(owners) => {
                let system = self.draft.system_mut();
                (system.owners, system.owners_known) = (owners, true);
            }
            Outcome::Saved(saved) => {
                self.agreed.extend(saved.wrote);
                self.pages.save.saved(saved.notes);
            }
            Outcome::Asks(replaced) => {
                self.pages.save.asks();
                self.question = Some(Question { replaced, page, then });
                return;
            }
            Outcome::Written(written) => {
                self.visited.insert(page);
                self.end(Ended::Written(written), worker);
                return;
            }
            // What was found out is taken where it is asked for.
            Outcome::FoundOut(..) => {}
        }
        // Where to go may have changed by what was found out.
        let wanted = then.filter(|to| self.visited.contains(to) && self.why_skipped(*to).is_none());
        if then.is_some()
            && let Some(to) = wanted.or_else(|| self.following())
        {
            self.go_on(page, to);
        }
    }

    /// What waits for an answer before it is replaced.
    #[must_use]
    pub const fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// Replaces what the open question is about, or stays on its page.
    pub fn answer(&mut self, replace: bool, worker: &Worker) {
        let Some(question) = self.question.take() else { return };
        if replace && question.page == self.draft.page && !self.is_busy() {
            self.agreed.extend(question.replaced);
            self.begin(question.then, worker);
        }
    }

    fn go_on(&mut self, from: Page, to: Page) {
        self.visited.insert(from);
        self.show(to);
    }

    fn show(&mut self, page: Page) {
        self.draft.page = page;
        self.trouble = None;
        self.pages.known.forget_files();
    }

    /// What pages draw with: their own states, and everything else.
    pub(super) fn split<'a>(&'a mut self, worker: &'a Worker) -> (&'a mut Pages, Cx<'a>) {
        let cx = Cx {
            edits: matches!(self.purpose, Purpose::EditSystem { .. }),
            draft: &mut self.draft,
            passwords: &mut self.passwords,
            facts: &self.facts,
            agreed: &self.agreed,
            worker,
            busy: self.work.is_some() || self.ending.is_some(),
            asks: Vec::new(),
        };
        (&mut self.pages, cx)
    }
}
