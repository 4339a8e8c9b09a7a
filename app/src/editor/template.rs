//! *Save as template…*: what a project does, without its connections, for the next project (W18, P4).

use std::path::{Path, PathBuf};

use egui::{Context, Key, TextEdit};
use syncwright_core::{check::Severity, project::ProjectTemplate};

use super::{app::Editor, dialogs::Dialog, messages::Notice};
use crate::{
    problem::Problem,
    ui::{
        Button,
        button::Kind,
        dialog::{buttons_ui, dialog_ui as show},
        field, text,
    },
    wizard,
};

/// Draws the dialog: nothing while it is open, else the name, or nothing if it was closed.
pub fn save_template_ui(ctx: &Context, name: &mut String) -> Option<Option<String>> {
    let (answer, dismissed) = show(ctx, "save template", "Save as template", 440.0, |ui| {
        let mut answer = None;
        text::hint_ui(ui, "Mappings, workflows, classes and scripts; no connections, no secrets.");
        let entered = field::form_ui(ui, "Name of the template", |ui| {
            let width = ui.available_width();
            let edit = TextEdit::singleline(name).desired_width(width).margin(egui::Margin::symmetric(8, 7));
            let response = ui.add(edit).accessible_name("Name of the template");
            response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
        });
        let named = !name.trim().is_empty();
        buttons_ui(ui, |ui| {
            if (ui.add(Button::primary("Save template").enabled(named)).clicked() || entered) && named {
                answer = Some(Some(name.trim().to_owned()));
            }
            if ui.add(Button::new("Cancel")).clicked() {
                answer = Some(None);
            }
        });
        answer
    });
    answer.or(dismissed.then_some(None))
}

/// What came of saving a template.
pub enum SavedTemplate {
    /// It is there.
    At(PathBuf),
    /// Another one is there, and was left alone.
    InTheWay {
        /// The name that was asked for.
        name: String,
        /// The file.
        path: PathBuf,
    },
}

/// Asks whether to replace a template: true to do so, false for another name, nothing while it is open.
pub fn replace_template_ui(ctx: &Context, name: &str, path: &Path) -> Option<bool> {
    let (answer, dismissed) = show(ctx, "replace template", "Replace the template?", 460.0, |ui| {
        let mut answer = None;
        let words = format!(
            "There is a template in {} already. Another name than {name} keeps both.",
            path.display()
        );
        text::body_ui(ui, words);
        buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Another name")).clicked() {
                answer = Some(false);
            }
            if ui.add(Button::new("Replace").kind(Kind::Danger)).clicked() {
                answer = Some(true);
            }
        });
        answer
    });
    answer.or(dismissed.then_some(false))
}

impl Editor {
    /// Asks for the name of a template of the open project.
    pub(super) fn ask_for_template(&mut self) {
        if let Some(document) = &self.document {
            self.dialog = Some(Dialog::SaveTemplate { name: document.project().label().to_owned() });
        }
    }

    /// Begins to save a template of the open project where the wizard finds it; another one that is there is asked
    /// about first unless `replaces`.
    pub(super) fn save_template(&mut self, name: String, replaces: bool) {
        let Some(document) = &self.document else { return };
        let project = document.snapshot();
        let path = wizard::template_file(&self.state_folder, &name);
        self.jobs.template = Some(self.worker.spawn("Saving the template", move |_| {
            let failed = "The template was not saved";
            if !replaces && path.exists() {
                return Ok(SavedTemplate::InTheWay { name, path });
            }
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)
                    .map_err(|error| Problem::new(failed, format!("{}: {error}", folder.display())))?;
            }
            ProjectTemplate::of(&project, &name)
                .save(&path)
                .map(|()| SavedTemplate::At(path))
                .map_err(|error| Problem::of(failed, &error))
        }));
    }

    /// Tells where the template was saved.
    pub(super) fn poll_template(&mut self) {
        let Some(job) = &mut self.jobs.template else { return };
        let Some(result) = job.poll() else { return };
        self.jobs.template = None;
        match result {
            Ok(Ok(SavedTemplate::InTheWay { name, path })) => {
                self.dialog = Some(Dialog::ReplaceTemplate { name, path });
            }
            Ok(Ok(SavedTemplate::At(path))) => {
                let text = format!("the wizard offers it for the next project: {}", path.display());
                let problem = Problem::new("The template was saved", text);
                self.notices.push(Notice { severity: Severity::Info, problem });
                self.settings.messages = true;
            }
            Ok(Err(problem)) => self.fail(problem),
            Err(error) => self.fail(Problem::new("The template was not saved", error)),
        }
    }
}
