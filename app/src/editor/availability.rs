//! Which commands can be used now, and for the others the reason, in a sentence.

use syncwright_core::{
    check::Severity,
    project::{Project, Side},
};

use super::{app::Editor, passwords::has_password};
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
        Command::ResumeWizard | Command::DiscardWizard => {
            editor.kept_wizard.is_none().then(|| "No wizard was cut short".to_owned())
        }
        Command::NewProject if editor.jobs.sync.is_some() => no("A simulation or run is going on"),
        Command::NewProject | Command::OpenProject => {
            editor.jobs.load.is_some().then(|| "A project is being opened".to_owned())
        }
        Command::CancelTask => {
            let reading = [Side::Left, Side::Right].into_iter().any(|side| is_reading(editor, side));
            (!syncing && !reading).then(|| "Nothing that could be cancelled is going on".to_owned())
        }
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
                Command::UpdateCentralSchema if is_reading(editor, Side::Left) => {
                    no("The schema of the central system is being read")
                }
                Command::UpdateTargetSchema if is_reading(editor, Side::Right) => {
                    no("The schema of the target system is being read")
                }
                Command::CompressSchema if has_no_schema(document.project()) => {
                    no("The project knows no schema type; update the schemas first")
                }
                Command::NewMapping => {
                    let project = document.project();
                    let empty = [Side::Left, Side::Right]
                        .into_iter()
                        .find(|side| project.system(*side).schema.types.is_empty());
                    empty.map(|side| {
                        format!("The project knows no class of the {}; update its schema", side.system_name())
                    })
                }
                command if Command::OF_MAPPING.contains(&command) && editor.shown_mapping().is_none() => {
                    no("No mapping is shown; open one in the navigation tree")
                }
                Command::Deactivate if !document.project().active => no("The project is not active"),
                Command::Passwords
                    if ![Side::Left, Side::Right]
                        .into_iter()
                        .any(|side| has_password(&document.project().system(side).connection)) =>
                {
                    no("Neither system has users with passwords")
                }
                Command::SaveTemplate if document.project().mappings.is_empty() => {
                    no("The project has no mappings yet")
                }
                Command::Simulate | Command::Run => why_not_start(editor, command),
                _ => None,
            }
        }
    }
}

/// True while the schema of a system is being read.
fn is_reading(editor: &Editor, side: Side) -> bool {
    editor.schema_updates.get(&side).is_some_and(|update| update.reading().is_some())
}

fn has_no_schema(project: &Project) -> bool {
    project.central.schema.types.is_empty() && project.target.schema.types.is_empty()
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
