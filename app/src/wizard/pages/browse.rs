//! *Browse…* beside a field for a path: the dialog of the system, open in a job so that the window goes on drawing.

use std::path::{Path, PathBuf};

use egui::{Align, Layout, Ui};

use super::widgets::bare_text_ui;
use crate::{
    ui::{Button, Icon, field, theme},
    worker::{JobHandle, Worker},
};

/// Width of the button, with the gap before it.
const BUTTON: f32 = 112.0;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file that is there, with one of these endings; any if there are none.
    File(&'static [&'static str]),
    /// A file that is to be written.
    NewFile(&'static [&'static str]),
    /// A folder.
    Folder,
}

/// The dialog that is open, if one is.
#[derive(Default)]
pub struct Browse(Option<(String, JobHandle<Option<PathBuf>>)>);

impl Browse {
    /// What was chosen for a field, once.
    fn chosen(&mut self, label: &str) -> Option<String> {
        let (wanted, job) = self.0.as_mut()?;
        if wanted != label {
            return None;
        }
        let path = job.poll()?;
        self.0 = None;
        Some(path.ok().flatten()?.display().to_string())
    }

    fn open(&mut self, worker: &Worker, label: &str, kind: Kind, now: &str) {
        let (title, now) = (label.to_owned(), now.trim().to_owned());
        let job = worker.spawn("Choosing a file", move |_| dialog(&title, kind, Path::new(&now)));
        self.0 = Some((label.to_owned(), job));
    }
}

/// Asks with the dialog of the system; nothing if that was cancelled, or there is none.
fn dialog(title: &str, kind: Kind, now: &Path) -> Option<PathBuf> {
    let mut dialog = rfd::FileDialog::new().set_title(title);
    let folder = if kind == Kind::Folder { Some(now) } else { now.parent() };
    if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    if let Kind::File(endings) | Kind::NewFile(endings) = kind
        && !endings.is_empty()
    {
        dialog = dialog.add_filter(title, endings).add_filter("All files", &["*"]);
    }
    match kind {
        Kind::File(_) => dialog.pick_file(),
        Kind::NewFile(_) => {
            let name = now.file_name().map(|name| name.to_string_lossy().into_owned());
            dialog.set_file_name(name.unwrap_or_default()).save_file()
        }
        Kind::Folder => dialog.pick_folder(),
    }
}

/// A labelled field for a path, with a button that opens the dialog of the system; true if the path changed. One
/// `browse` serves all fields of a page, as long as their labels differ.
pub fn path_ui(
    ui: &mut Ui,
    browse: &mut Browse,
    worker: &Worker,
    kind: Kind,
    label: &str,
    hint: &str,
    path: &mut String,
) -> bool {
    let mut changed = false;
    if let Some(chosen) = browse.chosen(label) {
        changed = *path != chosen;
        *path = chosen;
    }
    field::form_ui(ui, label, |ui| {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - BUTTON).max(80.0);
            ui.allocate_ui_with_layout(
                egui::vec2(width, theme::CONTROL),
                Layout::top_down(Align::Min),
                |ui| {
                    changed |= bare_text_ui(ui, label, hint, path, true).changed();
                },
            );
            let button = Button::new("Browse…").icon(Icon::Open).enabled(browse.0.is_none());
            let response = ui.add(button).accessible_name(format!("Browse for {label}"));
            if response.on_hover_text("Choose it in the dialog of the system").clicked() {
                browse.open(worker, label, kind, path);
            }
        });
    });
    changed
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn what_was_chosen_goes_into_the_field_that_asked() {
        let worker = Worker::new(&egui::Context::default());
        let job = worker.spawn("Choosing", |_| Some(PathBuf::from("/tmp/hr.db")));
        let mut browse = Browse(Some(("Database file".to_owned(), job)));
        let start = Instant::now();
        let chosen = loop {
            assert_eq!(browse.chosen("Folder"), None, "another field");
            if let Some(chosen) = browse.chosen("Database file") {
                break chosen;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "nothing came");
        };
        assert_eq!(chosen, "/tmp/hr.db");
        assert_eq!(browse.chosen("Database file"), None, "once");
    }

    #[test]
    fn a_cancelled_dialog_changes_nothing_and_another_can_be_opened() {
        let worker = Worker::new(&egui::Context::default());
        let mut browse = Browse(Some(("Folder".to_owned(), worker.spawn("Choosing", |_| None))));
        let start = Instant::now();
        while browse.0.is_some() {
            assert_eq!(browse.chosen("Folder"), None);
            assert!(start.elapsed() < Duration::from_secs(10), "the dialog never closes");
        }
    }
}
