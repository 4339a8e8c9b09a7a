//! The dialog that asks for passwords: those that are never saved, and the passphrase of the encrypted file (P3,
//! W16).

use std::fmt;

use egui::{Context, Ui};
use secrecy::{SecretString, zeroize::Zeroize as _};
use syncwright_core::{
    connect::{secrets, systems::connection_form},
    journal::RunKind,
    project::{Connection, Project, Provider, SecretStore, Side},
    secret::{FileState, SecretName, stores},
};

use super::{app::Editor, dialogs::Dialog};
use crate::{
    problem::Problem,
    ui::{
        Button, Icon,
        dialog::{buttons_ui, dialog_ui as show},
        field, text, theme, tokens,
    },
    worker::JobHandle,
};

/// Passwords as they are typed. Never printed, and wiped when the dialog closes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Typed {
    passwords: [String; 2],
    passphrase: String,
}

impl fmt::Debug for Typed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Typed")
    }
}

impl Drop for Typed {
    fn drop(&mut self) {
        self.passwords.iter_mut().for_each(String::zeroize);
        self.passphrase.zeroize();
    }
}

/// The state of the dialog.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PasswordsDialog {
    typed: Typed,
    /// Why it was opened, if an error was the reason.
    why: Option<Problem>,
    /// What is tried again afterwards.
    retry: Option<RunKind>,
    /// How the encrypted file is, as soon as that is known.
    file: Option<FileState>,
}

impl PasswordsDialog {
    /// A dialog because of an error, after which something is tried again.
    #[must_use]
    pub fn because(why: Problem, retry: RunKind) -> Self {
        Self { why: Some(why), retry: Some(retry), ..Self::default() }
    }
}

/// What the dialog decided.
pub enum PasswordsAnswer {
    /// Still open.
    Open,
    /// Closed without anything.
    Close,
    /// These are the passwords.
    Take,
}

/// Saving what was typed: it may wait for a keyring.
pub type PasswordsJob = JobHandle<Result<(), Problem>>;

/// True if users of this system have passwords.
#[must_use]
pub fn has_password(connection: &Connection) -> bool {
    match &connection.provider {
        Provider::Odbc { dialect, .. } => connection_form(dialect).password,
        Provider::Sqlite { .. } | Provider::Csv { .. } => false,
    }
}

/// Draws the dialog.
pub fn passwords_ui(ctx: &Context, project: &Project, dialog: &mut PasswordsDialog) -> PasswordsAnswer {
    let (answer, dismissed) = show(ctx, "passwords", "Passwords", 460.0, |ui| {
        if let Some(why) = &dialog.why {
            let color = tokens(ui).warning;
            field::callout_ui(ui, Icon::Warning, color, |ui| {
                text::body_ui(ui, &why.text);
            });
            ui.add_space(theme::S2);
        }
        for side in [Side::Left, Side::Right] {
            let connection = &project.system(side).connection;
            if has_password(connection) {
                password_ui(ui, connection, &mut dialog.typed.passwords[usize::from(side == Side::Right)]);
            }
        }
        let uses_file = [Side::Left, Side::Right]
            .into_iter()
            .any(|side| project.system(side).connection.secret_store == SecretStore::EncryptedFile);
        if uses_file && dialog.file == Some(FileState::Locked) {
            field_ui(ui, "Passphrase of the encrypted file", &mut dialog.typed.passphrase);
            text::hint_ui(ui, "It opens the file until the program ends.");
        }
        buttons(ui)
    });
    match answer {
        Some(answer) => answer,
        None if dismissed => PasswordsAnswer::Close,
        None => PasswordsAnswer::Open,
    }
}

fn buttons(ui: &mut Ui) -> Option<PasswordsAnswer> {
    let mut answer = None;
    buttons_ui(ui, |ui| {
        if ui.add(Button::primary("Use these")).clicked() {
            answer = Some(PasswordsAnswer::Take);
        }
        if ui.add(Button::new("Cancel")).clicked() {
            answer = Some(PasswordsAnswer::Close);
        }
    });
    answer
}

fn password_ui(ui: &mut Ui, connection: &Connection, typed: &mut String) {
    field_ui(ui, &format!("Password of {}", connection.label()), typed);
    let kept = match connection.secret_store {
        SecretStore::NeverSaved => "Never saved; known until the program ends.",
        SecretStore::Keyring => "Goes into the keyring of the system.",
        SecretStore::EncryptedFile => "Goes into the encrypted file.",
        SecretStore::Automatic => "Goes into the keyring, or the encrypted file where none is running.",
    };
    text::hint_ui(ui, kept);
    ui.add_space(theme::S2);
}

fn field_ui(ui: &mut Ui, label: &str, typed: &mut String) {
    field::form_ui(ui, label, |ui| {
        let edit = egui::TextEdit::singleline(typed)
            .id_salt(label)
            .password(true)
            .hint_text("unchanged")
            .desired_width(ui.available_width())
            .margin(egui::Margin::symmetric(8, 6));
        ui.add(edit).accessible_name(label);
    });
}

impl Editor {
    /// Opens the dialog, and looks in the background whether the encrypted file needs its passphrase: whoever is
    /// unlocking it keeps others waiting.
    pub(super) fn ask_for_passwords(&mut self, dialog: PasswordsDialog) {
        self.dialog = Some(Dialog::Passwords(dialog));
        self.jobs.secret_file =
            Some(self.worker.spawn("Looking at the encrypted file", |_| stores().file_state()));
    }

    /// Takes over how the encrypted file is.
    fn poll_secret_file(&mut self) {
        let Some(result) = self.jobs.secret_file.as_mut().and_then(JobHandle::poll) else { return };
        self.jobs.secret_file = None;
        let Some(Dialog::Passwords(dialog)) = &mut self.dialog else { return };
        match result {
            Ok(file) => dialog.file = Some(file),
            Err(error) => tracing::warn!("nobody knows how the encrypted file is: {error}"),
        }
    }

    /// Takes what was typed: at once for this session, in the background into the stores.
    pub(super) fn take_passwords(&mut self, dialog: &PasswordsDialog) {
        let Some(document) = &self.document else { return };
        let project = document.snapshot();
        let mut given = Vec::new();
        for (index, side) in [Side::Left, Side::Right].into_iter().enumerate() {
            let (typed, connection) = (&dialog.typed.passwords[index], &project.system(side).connection);
            if !typed.is_empty() {
                let password = SecretString::from(typed.clone());
                secrets::set_password(&connection.system_identifier, password.clone());
                self.pending.settled(side);
                given.push((connection.clone(), password));
            }
        }
        let passphrase = &dialog.typed.passphrase;
        let passphrase = (!passphrase.is_empty()).then(|| SecretString::from(passphrase.clone()));
        self.jobs.passwords_then = dialog.retry;
        self.jobs.passwords =
            Some(self.worker.spawn("Keeping the passwords", move |_| keep(passphrase.as_ref(), &given)));
    }

    /// Takes over that passwords were kept, and goes on with what waited for them.
    pub(super) fn poll_passwords(&mut self) {
        self.poll_secret_file();
        let Some(job) = &mut self.jobs.passwords else { return };
        let Some(result) = job.poll() else { return };
        self.jobs.passwords = None;
        let retry = self.jobs.passwords_then.take();
        match result {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => return self.fail(problem),
            Err(error) => return self.fail(Problem::new("The passwords were not kept", error)),
        }
        if let Some(kind) = retry {
            self.synchronize(kind);
        }
    }
}

fn keep(passphrase: Option<&SecretString>, given: &[(Connection, SecretString)]) -> Result<(), Problem> {
    if let Some(passphrase) = passphrase {
        stores()
            .unlock(passphrase)
            .map_err(|error| Problem::of("The encrypted file cannot be opened", &error))?;
    }
    for (connection, password) in given {
        if connection.secret_store != SecretStore::NeverSaved {
            let name = SecretName::password(&connection.system_identifier);
            stores()
                .choose(&name, connection.secret_store)
                .and_then(|store| stores().save(&name, password, store))
                .map_err(|error| {
                    let title = format!("The password of {} is used, but was not kept", connection.label());
                    Problem::of(title, &error)
                })?;
        }
    }
    Ok(())
}
