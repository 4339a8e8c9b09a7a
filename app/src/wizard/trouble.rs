//! What keeps the wizard on a page, for as long as it does: a problem that is put right goes by itself.

use super::{Draft, Page, Wizard, pages};
use crate::problem::Problem;

/// Something that is wrong on a page.
pub struct Trouble {
    /// The page.
    pub page: Page,
    /// What is wrong.
    pub problem: Problem,
    /// What the page was like when its work failed; nothing if its check says what is wrong.
    worked_with: Option<Box<Draft>>,
}

impl Trouble {
    /// The check of a page found this.
    pub const fn checked(page: Page, problem: Problem) -> Self {
        Self { page, problem, worked_with: None }
    }

    /// The work of a page failed with what `draft` says.
    pub fn worked(page: Page, problem: Problem, draft: &Draft) -> Self {
        Self { page, problem, worked_with: Some(Box::new(draft.clone())) }
    }
}

impl Wizard {
    /// Looks whether what is wrong on the shown page still is. `typed` says that something was entered which the
    /// draft does not hold, such as a password.
    pub(super) fn look_again(&mut self, typed: bool) {
        let shown = self.draft.page;
        let Some(trouble) = self.trouble.as_mut().filter(|trouble| trouble.page == shown) else { return };
        match &mut trouble.worked_with {
            None => match pages::check(shown, &self.draft, &self.pages) {
                Ok(()) => self.trouble = None,
                Err(problem) => trouble.problem = problem,
            },
            // These begin by themselves as soon as nothing is wrong: only a button shall.
            Some(_) if matches!(shown, Page::Detection | Page::PartialSchemas) => {}
            Some(draft) => {
                // Templates are counted in the background.
                draft.templates_known = self.draft.templates_known;
                if typed || **draft != self.draft {
                    self.trouble = None;
                }
            }
        }
    }
}
