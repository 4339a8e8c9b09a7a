//! Which commands can be used now, and for the others the reason, in a sentence.

use syncwright_core::check::Severity;

use super::app::Editor;
use crate::command::{Availability, Command};

/// Works out which commands can be used.
#[must_use]
pub fn availability(editor: &Editor) -> Availability {
    Availability::new(|command| why_disabled(editor, command))
}

fn why_disabled(editor: &Editor, command: Command) -> Option<String> {
    let no = |reason: &str| Some(reason.to_owned());
    let syncing = editor.jobs.sync.is_some();
    match command {
        Command::OpenSample => {
            if editor.sample.is_none() {
                return no("No sample project was found");
            }
            editor.jobs.load.is_some().then(|| "A project is being opened".to_owned())
        }
        Command::OpenProject => editor.jobs.load.is_some().then(|| "A project is being opened".to_owned()),
        Command::CancelTask => (!syncing).then(|| "No simulation or run is going on".to_owned()),
        Command::Quit
        | Command::Palette
        | Command::ThemeSystem
        | Command::ThemeDark
        | Command::ThemeLight
        | Command::ZoomIn
        | Command::ZoomOut
        | Command::ZoomReset
        | Command::Shortcuts
        | Command::About => None,
        _ => {
            let Some(document) = &editor.document else { return no("No project is open") };
            match command {
                Command::Save if editor.jobs.save.is_some() => no("The project is being saved"),
                Command::Save if !document.is_dirty() => no("There are no changes to save"),
                Command::Undo if document.undo_label().is_none() => no("There is nothing to undo"),
                Command::Redo if document.redo_label().is_none() => no("There is nothing to redo"),
                Command::Reload | Command::CloseProject if syncing => no("A simulation or run is going on"),
                Command::CloseTab | Command::NextTab | Command::PreviousTab if editor.tabs.is_empty() => {
                    no("No tab is open")
                }
                Command::Activate => {
                    if document.project().active {
                        no("The project is active already")
                    } else if !document.is_checked() {
                        no("The project is still being checked")
                    } else if document.count(Severity::Error) > 0 {
                        no("The check finds errors; see the message list")
                    } else {
                        None
                    }
                }
                Command::Deactivate if !document.project().active => no("The project is not active"),
                Command::Simulate | Command::Run => why_not_start(editor, command),
                _ => None,
            }
        }
    }
}

fn why_not_start(editor: &Editor, command: Command) -> Option<String> {
    let document = editor.document.as_ref()?;
    let project = document.project();
    let reason = if let Some(job) = &editor.jobs.sync {
        return Some(format!("{} goes on", job.handle.title()));
    } else if editor.start_up.is_none() {
        "The project has no start up configuration"
    } else if document.is_checked() && document.count(Severity::Error) > 0 {
        "The check finds errors; see the message list"
    } else if command == Command::Run && !project.active {
        "The project is not active; activate it first"
    } else {
        return None;
    };
    Some(reason.to_owned())
}
