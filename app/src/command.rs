//! Commands: every action exists once, with text, tooltip, icon and shortcut. Menus, buttons, the palette
//! and the list of shortcuts are drawn from here; whether one can be used now, the editor knows.

use std::collections::HashMap;

use egui::{Key, KeyboardShortcut, Modifiers, Ui};
use syncwright_core::project::Side;

use crate::{
    action::{Action, Actions},
    ui::{Button, Icon},
};

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the text of each command says what it does")]
pub enum Command {
    NewProject,
    Passwords,
    SaveTemplate,
    ResumeWizard,
    DiscardWizard,
    OpenProject,
    OpenSample,
    Save,
    Reload,
    CloseProject,
    Quit,
    Undo,
    Redo,
    Palette,
    ShowProject,
    ShowCentral,
    ShowTarget,
    ShowLogs,
    UpdateCentralSchema,
    UpdateTargetSchema,
    CompressSchema,
    NewMapping,
    CopyMapping,
    InvertMapping,
    RenameMapping,
    DeleteMapping,
    Activate,
    Deactivate,
    Simulate,
    Run,
    CancelTask,
    CloseTab,
    NextTab,
    PreviousTab,
    ToggleNavigation,
    ToggleInspector,
    ToggleMessages,
    ThemeSystem,
    ThemeDark,
    ThemeLight,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    Shortcuts,
    About,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

impl Command {
    /// All commands.
    pub const ALL: [Self; 45] = [
        Self::Passwords,
        Self::SaveTemplate,
        Self::NewProject,
        Self::ResumeWizard,
        Self::DiscardWizard,
        Self::OpenProject,
        Self::OpenSample,
        Self::Save,
        Self::Reload,
        Self::CloseProject,
        Self::Quit,
        Self::Undo,
        Self::Redo,
        Self::Palette,
        Self::ShowProject,
        Self::ShowCentral,
        Self::ShowTarget,
        Self::ShowLogs,
        Self::UpdateCentralSchema,
        Self::UpdateTargetSchema,
        Self::CompressSchema,
        Self::NewMapping,
        Self::CopyMapping,
        Self::InvertMapping,
        Self::RenameMapping,
        Self::DeleteMapping,
        Self::Activate,
        Self::Deactivate,
        Self::Simulate,
        Self::Run,
        Self::CancelTask,
        Self::CloseTab,
        Self::NextTab,
        Self::PreviousTab,
        Self::ToggleNavigation,
        Self::ToggleInspector,
        Self::ToggleMessages,
        Self::ThemeSystem,
        Self::ThemeDark,
        Self::ThemeLight,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::Shortcuts,
        Self::About,
    ];

    /// Text in menus and on buttons.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NewProject => "New project…",
            Self::Passwords => "Passwords…",
            Self::SaveTemplate => "Save as template…",
            Self::ResumeWizard => "Resume the wizard",
            Self::DiscardWizard => "Discard the unfinished wizard",
            Self::OpenProject => "Open project…",
            Self::OpenSample => "Open the sample",
            Self::Save => "Save",
            Self::Reload => "Reload from disk",
            Self::CloseProject => "Close project",
            Self::Quit => "Quit",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Palette => "Command palette…",
            Self::ShowProject => "Project settings",
            Self::ShowCentral => "Central connection",
            Self::ShowTarget => "Target system",
            Self::ShowLogs => "Logs",
            Self::UpdateCentralSchema => "Update central schema",
            Self::UpdateTargetSchema => "Update target schema",
            Self::CompressSchema => "Compress schema…",
            Self::NewMapping => "New mapping…",
            Self::CopyMapping => "Copy mapping",
            Self::InvertMapping => "Invert mapping",
            Self::RenameMapping => "Rename mapping…",
            Self::DeleteMapping => "Delete mapping…",
            Self::Activate => "Activate project",
            Self::Deactivate => "Deactivate project",
            Self::Simulate => "Simulate",
            Self::Run => "Run…",
            Self::CancelTask => "Cancel the running task",
            Self::CloseTab => "Close tab",
            Self::NextTab => "Next tab",
            Self::PreviousTab => "Previous tab",
            Self::ToggleNavigation => "Navigation",
            Self::ToggleInspector => "Inspector",
            Self::ToggleMessages => "Messages",
            Self::ThemeSystem => "Theme of the system",
            Self::ThemeDark => "Dark theme",
            Self::ThemeLight => "Light theme",
            Self::ZoomIn => "Zoom in",
            Self::ZoomOut => "Zoom out",
            Self::ZoomReset => "Normal size",
            Self::Shortcuts => "Keyboard shortcuts…",
            Self::About => "About Syncwright…",
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub const fn tooltip(self) -> &'static str {
        match self {
            Self::Passwords => "Give the passwords of the systems, or open the encrypted file",
            Self::SaveTemplate => "Keep mappings and workflows of this project as a start for the next one",
            Self::NewProject => "Connect a target system and make a project, step by step",
            Self::ResumeWizard => "Go on where the wizard was cut short",
            Self::DiscardWizard => "Forget what was entered into the wizard that was cut short",
            Self::OpenProject => "Open a project file",
            Self::OpenSample => "Open the sample project: a human resources database and an identity store",
            Self::Save => "Write the project to its file",
            Self::Reload => "Read the project file again; changes that are not saved are lost",
            Self::CloseProject => "Close the project and go back to the start page",
            Self::Quit => "Close the window",
            Self::Undo => "Take the last change of the project back",
            Self::Redo => "Do the change again that was taken back last",
            Self::Palette => "Find commands and parts of the project by name",
            Self::ShowProject => "Name, description and state of the project",
            Self::ShowCentral => "Connection and schema of the central system",
            Self::ShowTarget => "Connection and schema of the target system",
            Self::ShowLogs => "Earlier runs and their reports",
            Self::UpdateCentralSchema => {
                "Read the schema of the central system again and show what changed, and what that breaks"
            }
            Self::UpdateTargetSchema => {
                "Read the schema of the target system again and show what changed, and what that breaks"
            }
            Self::CompressSchema => "Drop types and properties that nothing in the project uses",
            Self::NewMapping => "Connect a class of the central system with a class of the target system",
            Self::CopyMapping => "Add a copy of this mapping with all its rules",
            Self::InvertMapping => {
                "Let what writes to the target write to the central system, and the other way; the classes stay"
            }
            Self::RenameMapping => "Give this mapping another name; steps that run it follow",
            Self::DeleteMapping => "Delete this mapping with its rules and the steps that run it",
            Self::Activate => "Let the project run; needs a check without errors",
            Self::Deactivate => "Keep the project from running; simulating stays possible",
            Self::Simulate => "Read both systems and show what a run would write, without writing anything",
            Self::Run => "Read both systems and write what differs",
            Self::CancelTask => {
                "Stop the simulation, the run or the reading of a schema at the next safe place"
            }
            Self::CloseTab => "Close this tab",
            Self::NextTab => "Show the tab to the right",
            Self::PreviousTab => "Show the tab to the left",
            Self::ToggleNavigation => "Show or hide the navigation tree",
            Self::ToggleInspector => "Show or hide the inspector",
            Self::ToggleMessages => "Show or hide the message list",
            Self::ThemeSystem => "Follow the dark or light theme of the system",
            Self::ThemeDark => "Light text on dark",
            Self::ThemeLight => "Dark text on light",
            Self::ZoomIn => "Make everything larger",
            Self::ZoomOut => "Make everything smaller",
            Self::ZoomReset => "Back to the normal size",
            Self::Shortcuts => "All commands with their keys",
            Self::About => "Version and licences",
        }
    }

    /// Its icon, if it has one.
    #[must_use]
    pub const fn icon(self) -> Option<Icon> {
        Some(match self {
            Self::NewProject => Icon::Insert,
            Self::Passwords => Icon::Key,
            Self::SaveTemplate => Icon::Copy,
            Self::ResumeWizard => Icon::Redo,
            Self::DiscardWizard => Icon::Delete,
            Self::OpenProject => Icon::Open,
            Self::OpenSample => Icon::Sample,
            Self::Save => Icon::Save,
            Self::Reload => Icon::Refresh,
            Self::Undo => Icon::Undo,
            Self::Redo => Icon::Redo,
            Self::Palette => Icon::Palette,
            Self::ShowProject => Icon::Project,
            Self::ShowCentral | Self::ShowTarget => Icon::Database,
            Self::ShowLogs => Icon::Logs,
            Self::UpdateCentralSchema | Self::UpdateTargetSchema => Icon::Refresh,
            Self::CompressSchema => Icon::Compress,
            Self::NewMapping => Icon::Mapping,
            Self::CopyMapping => Icon::Copy,
            Self::InvertMapping => Icon::BothWays,
            Self::RenameMapping => Icon::Update,
            Self::DeleteMapping => Icon::Delete,
            Self::Activate | Self::Deactivate => Icon::Activate,
            Self::Simulate => Icon::Simulate,
            Self::Run => Icon::Run,
            Self::CancelTask => Icon::Cancel,
            Self::CloseTab => Icon::Close,
            Self::ToggleNavigation => Icon::PanelLeft,
            Self::ToggleInspector => Icon::PanelRight,
            Self::ToggleMessages => Icon::PanelBottom,
            Self::ThemeSystem => Icon::Monitor,
            Self::ThemeDark => Icon::Moon,
            Self::ThemeLight => Icon::Sun,
            Self::ZoomIn | Self::ZoomOut | Self::ZoomReset => Icon::Search,
            Self::About => Icon::Info,
            Self::CloseProject | Self::Quit | Self::NextTab | Self::PreviousTab | Self::Shortcuts => {
                return None;
            }
        })
    }

    /// Its keys, if it has some.
    #[must_use]
    pub const fn shortcut(self) -> Option<KeyboardShortcut> {
        let (modifiers, key) = match self {
            Self::NewProject => (CTRL, Key::N),
            Self::OpenProject => (CTRL, Key::O),
            Self::Save => (CTRL, Key::S),
            Self::Quit => (CTRL, Key::Q),
            Self::Undo => (CTRL, Key::Z),
            Self::Redo => (CTRL_SHIFT, Key::Z),
            Self::Palette => (CTRL, Key::P),
            Self::RenameMapping => (Modifiers::NONE, Key::F2),
            Self::ShowLogs => (CTRL, Key::L),
            Self::Simulate => (Modifiers::NONE, Key::F6),
            Self::Run => (Modifiers::NONE, Key::F5),
            Self::CancelTask => (Modifiers::SHIFT, Key::F5),
            Self::CloseTab => (CTRL, Key::W),
            Self::NextTab => (CTRL, Key::Tab),
            Self::PreviousTab => (CTRL_SHIFT, Key::Tab),
            Self::ToggleNavigation => (CTRL, Key::Num1),
            Self::ToggleInspector => (CTRL, Key::Num2),
            Self::ToggleMessages => (CTRL, Key::Num3),
            Self::ZoomIn => (CTRL, Key::Plus),
            Self::ZoomOut => (CTRL, Key::Minus),
            Self::ZoomReset => (CTRL, Key::Num0),
            Self::Shortcuts => (Modifiers::NONE, Key::F1),
            _ => return None,
        };
        Some(KeyboardShortcut::new(modifiers, key))
    }

    /// The command that updates the schema of a side.
    #[must_use]
    pub const fn update_schema(side: Side) -> Self {
        match side {
            Side::Left => Self::UpdateCentralSchema,
            Side::Right => Self::UpdateTargetSchema,
        }
    }

    /// The commands that concern one mapping, as its context menu lists them.
    pub const OF_MAPPING: [Self; 4] =
        [Self::CopyMapping, Self::InvertMapping, Self::RenameMapping, Self::DeleteMapping];

    /// Text, tooltip and keys in one, for a tooltip.
    #[must_use]
    pub fn explanation(self, ctx: &egui::Context) -> String {
        self.shortcut().map_or_else(
            || self.tooltip().to_owned(),
            |keys| format!("{} ({})", self.tooltip(), ctx.format_shortcut(&keys)),
        )
    }
}

/// Which commands cannot be used now, and why.
#[derive(Debug, Default)]
pub struct Availability {
    disabled: HashMap<Command, String>,
}

impl Availability {
    /// Asks `why` for every command.
    #[must_use]
    pub fn new(why: impl Fn(Command) -> Option<String>) -> Self {
        Self {
            disabled: Command::ALL.into_iter().filter_map(|command| Some((command, why(command)?))).collect(),
        }
    }

    /// Why `command` cannot be used now; nothing if it can.
    #[must_use]
    pub fn why_disabled(&self, command: Command) -> Option<&str> {
        self.disabled.get(&command).map(String::as_str)
    }
}

/// A button for a command: greyed out with the reason in its tooltip when it cannot be used.
pub fn button_ui(
    ui: &mut Ui,
    button: Button,
    command: Command,
    available: &Availability,
    actions: &mut Actions,
) {
    let why = available.why_disabled(command);
    let button = match command.icon() {
        Some(icon) => button.icon(icon),
        None => button,
    };
    let response = ui.add(button.enabled(why.is_none()));
    let response = match why {
        Some(why) => response.on_disabled_hover_text(why),
        None => response.on_hover_text(command.explanation(ui.ctx())),
    };
    if response.clicked() {
        actions.push(Action::Command(command));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_belongs_to_one_command() {
        for (index, command) in Command::ALL.iter().enumerate() {
            let Some(keys) = command.shortcut() else { continue };
            for other in &Command::ALL[index + 1..] {
                assert_ne!(Some(keys), other.shortcut(), "{} and {}", command.text(), other.text());
            }
        }
    }

    #[test]
    fn the_list_of_commands_is_complete_and_worded() {
        for (index, command) in Command::ALL.iter().enumerate() {
            assert!(!command.text().is_empty() && !command.tooltip().is_empty());
            assert!(!Command::ALL[..index].contains(command), "{} twice", command.text());
        }
    }
}
