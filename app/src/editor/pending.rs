//! Passwords that were typed into the pages of a system of the open project: used at once, kept when the project is
//! saved, and taken back when it is closed without that (W16).

use std::{mem, sync::Arc};

use syncwright_core::{
    connect::secrets::{self, Password, Remembered},
    project::{Connection, Project, SecretStore, Side},
};

use crate::{
    problem::Problem,
    wizard::{FileOpener, remove_password, save_password},
};

/// A password that waits for the project to be saved.
#[derive(Debug)]
struct Pending {
    identifier: String,
    password: Password,
    file: Option<FileOpener>,
    /// What the session knew before.
    before: Remembered,
}

/// The passwords of the open project that wait for it to be saved.
#[derive(Debug, Clone, Default)]
pub struct PendingPasswords([Option<Arc<Pending>>; 2]);

const SIDES: [Side; 2] = [Side::Left, Side::Right];

const fn index(side: Side) -> usize {
    match side {
        Side::Left => 0,
        Side::Right => 1,
    }
}

impl PendingPasswords {
    /// True if nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Uses another password from now on; what is unchanged stays.
    pub fn take(&mut self, side: Side, identifier: &str, password: Password, file: Option<FileOpener>) {
        let waiting = &mut self.0[index(side)];
        // What the session knew before the first of several changes is what counts.
        let before =
            waiting.as_ref().map_or_else(|| secrets::remembered(identifier), |one| one.before.clone());
        match &password {
            Password::Known => return,
            Password::This(secret) => secrets::set_password(identifier, secret.clone()),
            Password::None => secrets::set_no_password(identifier),
        }
        *waiting = Some(Arc::new(Pending { identifier: identifier.to_owned(), password, file, before }));
    }

    /// Takes back what was not saved: the project is closed.
    pub fn put_back(&mut self) {
        for pending in mem::take(self).0.into_iter().flatten() {
            secrets::put_back(&pending.identifier, pending.before.clone());
        }
    }

    /// Nothing waits for this system any more: its password was kept in another way.
    pub fn settled(&mut self, side: Side) {
        self.0[index(side)] = None;
    }

    /// Forgets what was kept by a save, which told why the passwords of some systems were not. What has come in its
    /// place since the save began waits on.
    pub fn saved(&mut self, began_with: &Self, not_kept: &[(Side, Problem)]) {
        for side in SIDES {
            let same = match (&self.0[index(side)], &began_with.0[index(side)]) {
                (Some(now), Some(then)) => Arc::ptr_eq(now, then),
                _ => false,
            };
            if same && !not_kept.iter().any(|(other, _)| *other == side) {
                self.0[index(side)] = None;
            }
        }
    }

    /// Keeps the passwords where the saved project says; gives those that were not, and why. May wait for a
    /// keyring; for a job.
    #[must_use]
    pub fn keep(&self, project: &Project) -> Vec<(Side, Problem)> {
        let waiting = SIDES.into_iter().filter_map(|side| Some((side, self.0[index(side)].as_deref()?)));
        let kept = waiting.map(|(side, pending)| (side, keep(&project.system(side).connection, pending)));
        kept.filter_map(|(side, kept)| kept.err().map(|problem| (side, problem))).collect()
    }
}

fn keep(connection: &Connection, pending: &Pending) -> Result<(), Problem> {
    if let Some(file) =
        pending.file.as_ref().filter(|_| connection.secret_store == SecretStore::EncryptedFile)
    {
        file.open()?;
    }
    match &pending.password {
        Password::This(password) => save_password(connection, password),
        Password::None => remove_password(connection),
        Password::Known => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret as _, SecretString};
    use syncwright_core::secret::{Cost, Kept, SecretName, Settings, Stores, install, stores};

    use super::*;
    use crate::wizard::Draft;

    fn session(identifier: &str) -> Option<String> {
        secrets::password(identifier).map(|secret| secret.expose_secret().to_owned())
    }

    fn this(password: &str) -> Password {
        Password::This(SecretString::from(password))
    }

    #[test]
    fn what_is_not_saved_is_taken_back() {
        let identifier = "pending-back";
        secrets::set_password(identifier, "before".into());
        let mut pending = PendingPasswords::default();
        pending.take(Side::Right, identifier, Password::Known, None);
        assert!(pending.is_empty(), "nothing was typed");
        pending.take(Side::Right, identifier, this("first"), None);
        pending.take(Side::Right, identifier, Password::None, None);
        assert_eq!(session(identifier), None, "the one of before is not used in place of none");
        pending.take(Side::Right, identifier, this("second"), None);
        assert_eq!(session(identifier).as_deref(), Some("second"));
        pending.put_back();
        assert_eq!(session(identifier).as_deref(), Some("before"));
        assert!(pending.is_empty());
    }

    #[test]
    fn saving_keeps_or_removes_as_the_project_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = Some(folder.path().join("secrets.vault"));
        install(Stores::new(Settings { keyring: None, file, passphrase: None }));
        stores().create_file_with(&"a passphrase".into(), Cost::LOWEST).expect("a file");
        let mut draft = Draft::default();
        draft.target.connection.system_identifier = "pending-save".to_owned();
        draft.target.connection.secret_store = SecretStore::EncryptedFile;
        let mut project = draft.project();
        let name = SecretName::password("pending-save");
        let kept = || stores().has(&name, Kept::InFile).expect("an open file");

        let mut pending = PendingPasswords::default();
        pending.take(Side::Right, "pending-save", this("new"), None);
        assert!(!kept(), "nothing is kept before the project is saved");
        assert_eq!(pending.keep(&project), Vec::new());
        assert!(kept());
        pending.saved(&pending.clone(), &[]);
        pending.put_back();
        assert_eq!(session("pending-save").as_deref(), Some("new"), "it was saved and stays");

        pending.take(Side::Right, "pending-save", Password::None, None);
        assert_eq!(pending.keep(&project), Vec::new());
        assert!(!kept(), "no password is no password after the next start, too");

        // What cannot be kept waits on, and is told.
        project.target.connection.secret_store = SecretStore::Keyring;
        pending.take(Side::Right, "pending-save", this("newer"), None);
        let not_kept = pending.keep(&project);
        let [(Side::Right, problem)] = &not_kept[..] else { panic!("{not_kept:?}") };
        assert!(problem.help.as_ref().is_some_and(|help| help.contains("Passwords…")), "{problem:?}");
        pending.saved(&pending.clone(), &not_kept);
        assert!(!pending.is_empty());
    }
}
