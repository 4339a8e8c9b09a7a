//! W16: where the password lives, a template file, a connection that is kept for reuse.

mod passphrase;

use std::{collections::BTreeSet, path::PathBuf};

use egui::Ui;
use syncwright_core::{
    project::{Connection, ConnectionTemplate, SavedConnections, SecretStore, System},
    secret::{FileState, KeyringState, stores},
};

pub use self::passphrase::FileOpener;
use self::passphrase::Passphrase;
use super::{
    Cx, PageJob,
    browse::{Browse, Kind, path_ui},
    load_configuration::SAVED,
    widgets::{card_choice_ui, note_ui, problem_ui, text_ui},
};
use crate::{
    problem::Problem,
    ui::{Button, Icon, field, text, theme, tokens},
    wizard::{
        Draft,
        flow::{Outcome, SavedConfiguration},
        loading::Loading,
        replaced::Replaced,
    },
};

/// What is only of this window.
#[derive(Default)]
pub struct State {
    /// Whether a keyring answers, and how the encrypted file is.
    stores: Loading<(KeyringState, FileState)>,
    /// A template file is written.
    template: bool,
    template_file: String,
    browse: Browse,
    /// The connection is kept on this computer.
    keep: bool,
    keep_name: String,
    passphrase: Passphrase,
    notes: Vec<String>,
    /// The choice was proposed once.
    proposed: bool,
}

impl State {
    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        self.stores.poll();
    }

    /// Tells what was saved. The encrypted file is open now.
    pub fn saved(&mut self, notes: Vec<String>) {
        self.notes = notes;
        self.looks_again();
    }

    /// Something would be replaced; the encrypted file may have been opened before that was found out.
    pub fn asks(&mut self) {
        self.looks_again();
    }

    fn looks_again(&mut self) {
        self.passphrase.clear();
        self.stores = Loading::Idle;
    }

    /// What opens the encrypted file for a connection, if it is to keep its password and is not open.
    #[must_use]
    pub fn file_to_open(&self, connection: &Connection) -> Option<FileOpener> {
        let chosen = connection.secret_store == SecretStore::EncryptedFile;
        let file = self.stores.done().map(|(_, file)| *file);
        chosen.then(|| self.passphrase.take(file)).flatten()
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    password_ui(ui, state, cx);
    ui.add_space(theme::S4);
    template_ui(ui, state, cx);
    if cx.edits {
        ui.add_space(theme::S2);
        let something = state.keep || state.template || state.file_to_open(&cx.system().connection).is_some();
        if ui.add(Button::new("Save now").icon(Icon::Save).enabled(something)).clicked() {
            cx.asks.push(super::Ask::WorkHere);
        }
        text::hint_ui(
            ui,
            "Saves the kept connection and the template. A password that was typed is kept when the project is saved.",
        );
    }
    let color = tokens(ui).success;
    for note in &state.notes {
        ui.add_space(theme::S2);
        note_ui(ui, Icon::Ok, color, note);
    }
}

/// Draws the choice where passwords live.
pub fn password_ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    if state.stores.is_idle() {
        state.stores = Loading::Running(
            cx.worker
                .spawn("Looking for a keyring", |_| Ok((stores().keyring_state(), stores().file_state()))),
        );
    }
    text::heading_ui(ui, "Where does the password live?");
    ui.add_space(theme::S2);
    let (keyring, file) = match &state.stores {
        Loading::Done(found) => found.clone(),
        Loading::Failed(problem) => return problem_ui(ui, problem),
        Loading::Idle | Loading::Running(_) => {
            text::hint_ui(ui, "Looking for a keyring…");
            return;
        }
    };
    let runs = !matches!(keyring, KeyringState::Missing { .. });
    if !state.proposed {
        state.proposed = true;
        propose(cx, runs, file);
    }
    let chosen = cx.system().connection.secret_store;
    let words = match &keyring {
        KeyringState::Running => "The keyring of this desktop is running.".to_owned(),
        KeyringState::Locked => "It is locked and will ask for its password.".to_owned(),
        KeyringState::Missing { reason } => format!("None is running here: {reason}."),
    };
    if card_choice_ui(ui, chosen == SecretStore::Keyring, runs, Icon::Key, "Keyring of the system", &words) {
        choose(cx, SecretStore::Keyring);
    }
    let words = match file {
        FileState::NoPlace => "There is no folder for it: the user has no home.",
        FileState::Absent => "A new file, encrypted with a passphrase of yours.",
        FileState::Locked => "The file is there; its passphrase opens it.",
        FileState::Unlocked => "The file is open.",
    };
    let possible = file != FileState::NoPlace;
    if card_choice_ui(ui, chosen == SecretStore::EncryptedFile, possible, Icon::Lock, "Encrypted file", words)
    {
        choose(cx, SecretStore::EncryptedFile);
    }
    if chosen == SecretStore::EncryptedFile {
        state.passphrase.ui(ui, file);
    }
    let words = "You are asked for it after every start of the program.";
    if card_choice_ui(ui, chosen == SecretStore::NeverSaved, true, Icon::NotMapped, "Never saved", words) {
        choose(cx, SecretStore::NeverSaved);
    }
}

/// The keyring if there is one, an encrypted file that is there already, else nothing.
fn propose(cx: &mut Cx<'_>, keyring: bool, file: FileState) {
    if cx.system().connection.secret_store != SecretStore::Automatic {
        return;
    }
    choose(
        cx,
        match (keyring, file) {
            (true, _) => SecretStore::Keyring,
            (false, FileState::Locked | FileState::Unlocked) => SecretStore::EncryptedFile,
            (false, FileState::Absent | FileState::NoPlace) => SecretStore::NeverSaved,
        },
    );
}

/// Takes the choice: of a new project for both systems.
fn choose(cx: &mut Cx<'_>, store: SecretStore) {
    cx.system_mut().connection.secret_store = store;
    if !cx.edits {
        cx.draft.central.connection.secret_store = store;
    }
}

/// What makes or opens the encrypted file, if it was chosen and is not open; for a job.
pub fn file_opener(
    state: &mut State,
    cx: &Cx<'_>,
) -> Option<impl FnOnce() -> Result<(), Problem> + Send + use<>> {
    let opener = state.file_to_open(&cx.system().connection)?;
    // The file will be open; it is looked at again when the page is shown next.
    state.stores = Loading::Idle;
    Some(move || opener.open())
}

fn template_ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    text::heading_ui(ui, "Use it again");
    ui.add_space(theme::S2);
    field::card_ui(ui, |ui| {
        if let Some(on) = field::switch_ui(ui, "Keep the connection on this computer", state.keep) {
            state.keep = on;
            if state.keep_name.is_empty() {
                state.keep_name = cx.system().connection.label().to_owned();
            }
        }
        if state.keep {
            text_ui(ui, "Name of the kept connection", "HR", &mut state.keep_name);
        }
        if let Some(on) = field::switch_ui(ui, "Save a template file", state.template) {
            state.template = on;
            if state.template_file.is_empty() {
                let identifier = super::describe::identifier_of(cx.system().connection.label());
                let file = cx.draft.folder.join(format!("{identifier}.connection.ron"));
                state.template_file = file.display().to_string();
            }
        }
        if state.template {
            let (label, hint) = ("File of the template", "/path/to/hr.connection.ron");
            let (kind, file) = (Kind::NewFile(&["ron"]), &mut state.template_file);
            path_ui(ui, &mut state.browse, cx.worker, kind, label, hint, file);
        }
        text::hint_ui(ui, "Neither holds a password.");
    });
}

/// What must be put right before going on.
///
/// # Errors
///
/// The passphrase or a name is missing.
pub fn check(draft: &Draft, state: &State) -> Result<(), Problem> {
    let title = "The configuration cannot be saved like this";
    if draft.system().connection.secret_store == SecretStore::EncryptedFile
        && let Some((_, file)) = state.stores.done()
    {
        state.passphrase.check(*file).map_err(|text| Problem::new(title, text))?;
    }
    if state.keep && state.keep_name.trim().is_empty() {
        return Err(Problem::new(title, "the kept connection has no name"));
    }
    if state.template && state.template_file.trim().is_empty() {
        return Err(Problem::new(title, "the template has no file"));
    }
    Ok(())
}

/// Opens or makes the encrypted file, writes the template, keeps the connection; asks before it replaces one. The
/// password is saved together with the project.
pub fn work(state: &mut State, cx: &mut Cx<'_>) -> Option<PageJob> {
    let opens = file_opener(state, cx);
    let keep = state.keep.then(|| (cx.facts.state_folder.join(SAVED), state.keep_name.trim().to_owned()));
    let template = state.template.then(|| PathBuf::from(state.template_file.trim()));
    if opens.is_none() && keep.is_none() && template.is_none() {
        return None;
    }
    let (system, agreed) = (cx.system().system(None), cx.agreed.clone());
    Some(cx.worker.spawn("Saving the configuration", move |_| {
        let mut saved = SavedConfiguration::default();
        if let Some(open) = opens {
            open()?;
            saved.notes.push("The encrypted file is open.".to_owned());
        }
        let asks = would_replace(keep.as_ref(), template.as_ref(), &agreed);
        if !asks.is_empty() {
            return Ok(Outcome::Asks(asks));
        }
        if let Some((folder, name)) = keep {
            saved.notes.push(keep_connection(&system, &folder, &name)?);
            saved.wrote.push(Replaced::Connection(name));
        }
        if let Some(path) = template {
            saved.wrote.push(Replaced::File(path.clone()));
            saved.notes.push(write_template(&system, path)?);
        }
        Ok(Outcome::Saved(saved))
    }))
}

/// What is there already, without what may be replaced.
fn would_replace(
    keep: Option<&(PathBuf, String)>,
    template: Option<&PathBuf>,
    agreed: &BTreeSet<Replaced>,
) -> Vec<Replaced> {
    let connection = keep
        .filter(|(folder, name)| SavedConnections::in_folder(folder).has(name))
        .map(|(_, name)| Replaced::Connection(name.clone()));
    let file = template.filter(|path| path.exists()).map(|path| Replaced::File(path.clone()));
    connection.into_iter().chain(file).filter(|one| !agreed.contains(one)).collect()
}

fn keep_connection(system: &System, folder: &std::path::Path, name: &str) -> Result<String, Problem> {
    SavedConnections::in_folder(folder)
        .save(&ConnectionTemplate::of(system, name))
        .map(|_| format!("{name} is kept on this computer."))
        .map_err(|error| Problem::of("The connection was not kept", &error))
}

fn write_template(system: &System, path: PathBuf) -> Result<String, Problem> {
    let failed = "The template was not saved";
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| Problem::new(failed, format!("{}: {error}", folder.display())))?;
    }
    ConnectionTemplate::of(system, system.connection.label())
        .save(&path)
        .map_err(|error| Problem::of(failed, &error))?;
    Ok(format!("The template is {}.", path.display()))
}
