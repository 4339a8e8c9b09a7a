//! The wizard in the window: opening it, drawing it over everything else, and taking over what comes of it.

use egui::{CentralPanel, Context, Frame, Ui, ViewportCommand};
use syncwright_core::{connect::secrets, project::Side};

use super::{app::Editor, dialogs::Dialog};
use crate::{
    document::Edit,
    ui::theme,
    wizard::{self, Ended, Page, Wizard, Written},
};

impl Editor {
    /// Opens the wizard for a new project; asks first if another one was cut short, whose place it would take.
    pub(super) fn new_project(&mut self) {
        if let Some(draft) = &self.kept_wizard {
            self.dialog = Some(Dialog::KeptWizard { page: draft.page.title().to_owned() });
            return;
        }
        let wizard = Wizard::new(&self.projects_folder, &self.state_folder, &self.worker);
        self.show_wizard(wizard);
    }

    /// Shows a wizard, which learns of the projects that were open here.
    fn show_wizard(&mut self, mut wizard: Wizard) {
        let recent = self.settings.recent.iter().map(|recent| recent.path.clone());
        wizard.know(recent.collect(), &self.worker);
        self.wizard = Some(wizard);
    }

    /// Takes the wizard up again that a crash cut short.
    pub(super) fn resume_wizard(&mut self) {
        if let Some(draft) = self.kept_wizard.take() {
            let wizard = Wizard::resume(draft, &self.state_folder, &self.worker);
            self.show_wizard(wizard);
        }
    }

    /// Forgets what was entered into the wizard that a crash cut short.
    pub(super) fn discard_wizard(&mut self) {
        self.kept_wizard = None;
        wizard::forget_draft(&self.state_folder);
    }

    /// Opens the pages about a system of the open project.
    pub(super) fn edit_system(&mut self, side: Side, page: Page) {
        let Some(document) = &self.document else { return };
        let (project, folder) = (document.snapshot(), document.folder());
        let wizard = Wizard::edit(&project, side, page, &folder, &self.state_folder, &self.worker);
        self.show_wizard(wizard);
    }

    /// Takes over what the jobs of the wizard have finished, and what came of it.
    pub(super) fn poll_wizard(&mut self) {
        let Some(wizard) = &mut self.wizard else { return };
        wizard.poll(&self.worker);
        let Some(ended) = wizard.take_ended() else { return };
        self.wizard = None;
        match ended {
            Ended::Written(written) => {
                let Written { loaded, typed, not_kept } = *written;
                self.show_document(loaded);
                for (identifier, password) in typed {
                    secrets::set_password(&identifier, password);
                }
                if let Some(problem) = not_kept {
                    self.fail(problem);
                }
            }
            Ended::Edited { side, system, password, file, reads_schema } => {
                let identifier = system.connection.system_identifier.clone();
                self.pending.take(side, &identifier, password, file);
                if let Some(document) = &mut self.document {
                    let other_schema = document.project().system(side).schema != system.schema;
                    document.apply(Edit::System { side, system });
                    // What was checked before is no longer what would run (S5).
                    if other_schema && document.project().active {
                        document.apply(Edit::Active(false));
                    }
                    // Nothing but the password has changed, so there is nothing to wait for.
                    if !document.is_dirty() && !self.pending.is_empty() {
                        self.save(false, None);
                    }
                }
                if reads_schema {
                    self.update_schema(side);
                }
            }
            Ended::Cancelled if self.quits_after_wizard => {
                // Asks on, if the project behind the wizard has changes that are not saved.
                self.ctx.send_viewport_cmd(ViewportCommand::Close);
            }
            Ended::Cancelled => {}
        }
        self.quits_after_wizard = false;
        self.ctx.request_repaint();
    }

    /// Draws the wizard over the whole window.
    pub(super) fn wizard_ui(&mut self, ui: &mut Ui) {
        let colors = theme::tokens(ui);
        let worker = &self.worker;
        let Some(wizard) = &mut self.wizard else { return };
        CentralPanel::default().frame(Frame::new().fill(colors.canvas)).show(ui, |ui| {
            wizard::wizard_ui(ui, wizard, worker);
        });
        self.quits_after_wizard &= wizard.is_asking() || wizard.is_ending();
    }

    /// Keeps the window open while the wizard has something to lose, and asks.
    pub(super) fn closing_wizard(&mut self, ctx: &Context) -> bool {
        let Some(wizard) = &mut self.wizard else { return false };
        if !ctx.input(|input| input.viewport().close_requested()) || self.quitting {
            return true;
        }
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        wizard.ask_to_close();
        self.quits_after_wizard = wizard.is_asking();
        true
    }
}
