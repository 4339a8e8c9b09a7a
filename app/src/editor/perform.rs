//! What was asked for in a frame, done at one place.

use egui::ViewportCommand;
use syncwright_core::{check::Severity, journal::RunKind, project::Side};

use super::{
    app::Editor,
    dialogs::{After, Dialog},
    messages::Notice,
    palette::PaletteState,
    settings::ThemeChoice,
};
use crate::{
    action::{Action, Actions, Selection, View},
    command::Command,
    document::{Document, Edit},
};

impl Editor {
    /// Performs all actions of a frame, in order.
    pub(super) fn perform_all(&mut self, actions: Actions) {
        if actions.is_empty() {
            return;
        }
        for action in actions {
            self.perform(action);
        }
        // What was drawn before the actions is out of date.
        self.ctx.request_repaint();
    }

    pub(super) fn perform(&mut self, action: Action) {
        match action {
            Action::Command(command) => self.command(command),
            Action::Open(view) => self.open_view(view),
            Action::Close(view) => self.close_view(&view),
            Action::Select(selection) => self.selection = selection,
            Action::Edit(edit) => {
                self.edited(|document| document.apply(edit));
            }
            Action::Tell(problem) => {
                self.notices.push(Notice { severity: Severity::Warning, problem });
                self.settings.messages = true;
            }
            Action::EditSystem { side, page } => self.edit_system(side, page),
            Action::OpenClass { side, class } => {
                self.systems.entry(side).or_default().show(class);
                self.open_view(View::System(side));
            }
            Action::AcceptSchema(side) => self.accept_schema(side),
            Action::OpenProject(path) => {
                let after = After::Load(path);
                self.unless_dirty(after);
            }
            Action::ForgetRecent(path) => {
                self.settings.forget(&path);
                self.save_settings();
            }
            Action::ChooseStartUp(start_up) => self.start_up = Some(start_up),
            Action::OpenRun(id) => self.open_run(id),
        }
    }

    /// Goes on with `after`, but asks first if there are changes that are not saved.
    fn unless_dirty(&mut self, after: After) {
        if self.is_dirty() {
            self.dialog = Some(Dialog::Discard(after));
        } else {
            self.go_on(after);
        }
    }

    /// Does what waited for an answer or a save.
    pub(super) fn go_on(&mut self, after: After) {
        match after {
            After::Load(path) => self.load(path),
            After::NewProject => self.new_project(),
            After::ResumeWizard => self.resume_wizard(),
            After::Close => self.close_document(),
            After::Quit => {
                self.quitting = true;
                self.ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Opens a view in a tab, or shows its tab.
    pub(super) fn open_view(&mut self, view: View) {
        if let View::StartUp(name) = &view {
            self.start_up = Some(name.clone());
        }
        match self.tabs.iter().position(|tab| *tab == view) {
            Some(index) => self.active = index,
            None => {
                self.tabs.push(view);
                self.active = self.tabs.len() - 1;
            }
        }
    }

    pub(super) fn close_view(&mut self, view: &View) {
        let Some(index) = self.tabs.iter().position(|tab| tab == view) else { return };
        self.tabs.remove(index);
        if index < self.active || self.active >= self.tabs.len() {
            self.active = self.active.saturating_sub(1);
        }
        if let View::SchemaUpdate(side) = view {
            self.schema_updates.remove(side);
        }
        if let View::Result(number) = view {
            self.results.retain(|result| result.number != *number);
            if matches!(&self.selection, Selection::Change { result, .. } if result == number) {
                self.selection = Selection::Nothing;
            }
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::NewProject => self.unless_dirty(After::NewProject),
            Command::ResumeWizard => self.unless_dirty(After::ResumeWizard),
            Command::DiscardWizard => self.discard_wizard(),
            Command::OpenProject => self.dialog = Some(Dialog::OpenPath { text: String::new() }),
            Command::OpenSample => {
                if let Some(sample) = self.sample.clone() {
                    self.unless_dirty(After::Load(sample));
                }
            }
            Command::Save => self.save(false, None),
            Command::Reload => {
                if let Some(path) = self.document.as_ref().map(|document| document.path().to_owned()) {
                    self.unless_dirty(After::Load(path));
                }
            }
            Command::CloseProject => self.unless_dirty(After::Close),
            Command::Quit => self.unless_dirty(After::Quit),
            Command::Undo => {
                self.stepped(Document::undo);
            }
            Command::Redo => {
                self.stepped(Document::redo);
            }
            Command::Palette => self.palette = Some(PaletteState::default()),
            Command::ShowProject => self.open_view(View::Project),
            Command::ShowCentral => self.open_view(View::System(Side::Left)),
            Command::ShowTarget => self.open_view(View::System(Side::Right)),
            Command::ShowLogs => self.open_view(View::Logs),
            Command::UpdateCentralSchema => self.update_schema(Side::Left),
            Command::UpdateTargetSchema => self.update_schema(Side::Right),
            Command::CompressSchema => self.ask_to_compress(),
            Command::NewMapping
            | Command::CopyMapping
            | Command::InvertMapping
            | Command::RenameMapping
            | Command::DeleteMapping => self.mapping_command(command),
            Command::Activate => self.activate(),
            Command::Deactivate => self.perform(Action::Edit(Edit::Active(false))),
            Command::Simulate => self.synchronize(RunKind::Simulation),
            Command::Run => self.dialog = Some(Dialog::ConfirmRun),
            Command::CancelTask => {
                if let Some(job) = &self.jobs.sync {
                    job.handle.cancel();
                } else {
                    self.cancel_schema_updates();
                }
            }
            Command::CloseTab => {
                if let Some(view) = self.tabs.get(self.active).cloned() {
                    self.close_view(&view);
                }
            }
            Command::NextTab => self.active = (self.active + 1) % self.tabs.len().max(1),
            Command::PreviousTab => {
                let count = self.tabs.len().max(1);
                self.active = (self.active + count - 1) % count;
            }
            Command::ToggleNavigation => self.layout(|settings| settings.navigation = !settings.navigation),
            Command::ToggleInspector => self.layout(|settings| settings.inspector = !settings.inspector),
            Command::ToggleMessages => self.layout(|settings| settings.messages = !settings.messages),
            Command::ThemeSystem => self.theme(ThemeChoice::System),
            Command::ThemeDark => self.theme(ThemeChoice::Dark),
            Command::ThemeLight => self.theme(ThemeChoice::Light),
            Command::ZoomIn => self.zoom(self.settings.zoom + 0.1),
            Command::ZoomOut => self.zoom(self.settings.zoom - 0.1),
            Command::ZoomReset => self.zoom(1.0),
            Command::Passwords => self.ask_for_passwords(super::passwords::PasswordsDialog::default()),
            Command::SaveTemplate => self.ask_for_template(),
            Command::Shortcuts => self.dialog = Some(Dialog::Shortcuts),
            Command::About => self.dialog = Some(Dialog::About),
        }
    }

    fn layout(&mut self, change: impl FnOnce(&mut super::settings::Settings)) {
        change(&mut self.settings);
        self.save_settings();
    }

    fn theme(&mut self, theme: ThemeChoice) {
        self.ctx.set_theme(egui::ThemePreference::from(theme));
        self.layout(|settings| settings.theme = theme);
    }

    fn zoom(&mut self, zoom: f32) {
        let zoom = ((zoom * 10.0).round() / 10.0).clamp(0.5, 3.0);
        self.ctx.set_zoom_factor(zoom);
        self.layout(|settings| settings.zoom = zoom);
    }
}
