//! Typed passwords: who gets to know them, what they replace, and what becomes of them if something fails.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use secrecy::{ExposeSecret as _, SecretString};
use syncwright_core::{
    connect::secrets::{self, Password},
    progress::CancelToken,
    project::{SecretStore, Side},
    secret::{Cost, SecretName, Settings, Stores, install, stores},
};

use super::*;
use crate::wizard::{finish, pages::Opener, replaced::Replaced};

/// The stores are those of the process: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Stores with an encrypted file in a folder, which is open, and no keyring.
fn open_file(folder: &Path) -> MutexGuard<'static, ()> {
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let file = Some(folder.join("secrets.vault"));
    install(Stores::new(Settings { keyring: None, file, passphrase: None }));
    stores().create_file_with(&"a passphrase".into(), Cost::LOWEST).expect("a file");
    guard
}

fn keep(identifier: &str, password: &str) {
    let store =
        stores().choose(&SecretName::password(identifier), SecretStore::EncryptedFile).expect("a store");
    stores().save(&SecretName::password(identifier), &password.into(), store).expect("saved");
}

fn kept(identifier: &str) -> Option<String> {
    let name = SecretName::password(identifier);
    let found =
        stores().find(&name, SecretStore::EncryptedFile, &CancelToken::default()).expect("an open file");
    found.secret.map(|secret| secret.expose_secret().to_owned())
}

/// A wizard on its last page, with a PostgreSQL database as target and a typed password.
fn on_the_last_page(identifier: &str, store: SecretStore) -> Driven {
    let mut driven = Driven::new();
    let folder = driven.folder.path().join("projects");
    let draft = driven.draft();
    draft.name = "Payroll".to_owned();
    draft.folder = folder;
    draft.page = Page::Finish;
    database_system::choose(&mut draft.target, SystemKind::Odbc("postgresql".to_owned()));
    let attributes = [("Server", "db.example.org"), ("Database", "payroll"), ("UID", "sync")];
    let attributes: BTreeMap<String, String> =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    draft.target.connection.provider = Provider::Odbc { dialect: "postgresql".to_owned(), attributes };
    draft.target.connection.system_identifier = identifier.to_owned();
    draft.target.connection.secret_store = store;
    draft.target.schema = large(2, 2).into();
    draft.target.detected_with = Some(draft.target.connection.clone());
    draft.central.kind = Some(SystemKind::Sqlite);
    draft.central.connection.system_identifier = "identities".to_owned();
    draft.central.connection.provider = Provider::Sqlite {
        file: "identity-store.db".to_owned(),
        when_missing: WhenMissing::CreateIdentityStore,
    };
    draft.central.detected_with = Some(draft.central.connection.clone());
    driven.wizard.passwords.set(Side::Right, "typed-s3cret");
    driven
}

impl Driven {
    /// *Save project*, to its end.
    fn save(&mut self) {
        self.wizard.next(&self.worker);
        self.rest();
    }

    fn project(&self) -> std::path::PathBuf {
        self.folder.path().join("projects/payroll.ron")
    }
}

#[test]
fn a_password_of_another_project_is_not_replaced_without_asking() {
    let mut driven = on_the_last_page("payroll", SecretStore::EncryptedFile);
    let _guard = open_file(driven.folder.path());
    keep("payroll", "of another project");
    driven.save();
    let question = driven.wizard.question().expect("it asks");
    let [Replaced::Password { identifier, .. }] = &question.replaced[..] else { panic!("{question:?}") };
    assert_eq!(identifier, "payroll");
    let words = question.replaced[0].words(&[]);
    assert!(words.contains("encrypted file keeps another password") && !words.contains("s3cret"), "{words}");
    assert!(!driven.project().exists(), "nothing is written before the answer");
    driven.wizard.answer(false, &driven.worker);
    driven.rest();
    assert_eq!(kept("payroll").as_deref(), Some("of another project"));
    assert!(!driven.project().exists() && driven.wizard.take_ended().is_none());

    driven.save();
    driven.wizard.answer(true, &driven.worker);
    driven.rest();
    let Some(Ended::Written(written)) = driven.wizard.take_ended() else { panic!("no project") };
    assert_eq!(written.not_kept, None);
    assert_eq!(kept("payroll").as_deref(), Some("typed-s3cret"));
}

#[test]
fn the_same_password_is_no_reason_to_ask() {
    let mut driven = on_the_last_page("payroll", SecretStore::EncryptedFile);
    let _guard = open_file(driven.folder.path());
    keep("payroll", "typed-s3cret");
    driven.save();
    assert!(matches!(driven.wizard.take_ended(), Some(Ended::Written(_))), "{:?}", driven.wizard.problem());
}

#[test]
fn a_project_that_cannot_be_written_changes_nothing() {
    let mut driven = on_the_last_page("payroll", SecretStore::EncryptedFile);
    let _guard = open_file(driven.folder.path());
    // Longer than a file system takes.
    driven.draft().file_name = format!("{}.ron", "x".repeat(300));
    driven.save();
    let problem = driven.wizard.problem().expect("it cannot be written");
    assert_eq!(problem.title, "The project was not saved");
    assert_eq!(kept("payroll"), None, "the password was kept for a project that is not there");
    let left: Vec<_> = fs::read_dir(driven.folder.path().join("projects")).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_password_that_cannot_be_kept_is_told_and_not_lost() {
    let mut driven = on_the_last_page("payroll", SecretStore::Keyring);
    let _guard = open_file(driven.folder.path());
    driven.save();
    let Some(Ended::Written(written)) = driven.wizard.take_ended() else { panic!("no project") };
    assert!(driven.project().exists());
    let problem = written.not_kept.expect("there is no keyring");
    assert!(problem.title.starts_with("The project was saved, but"), "{problem:?}");
    assert!(problem.help.is_some_and(|help| help.contains("Passwords…")));
    let [(identifier, password)] = &written.typed[..] else { panic!("the session does not know it") };
    assert_eq!((identifier.as_str(), password.expose_secret()), ("payroll", "typed-s3cret"));
}

#[test]
fn nothing_is_cancelled_while_it_is_written() {
    let mut driven = on_the_last_page("payroll", SecretStore::NeverSaved);
    driven.wizard.next(&driven.worker);
    // It looks at the folder first.
    while !driven.wizard.is_writing() {
        assert!(driven.wizard.is_busy() && driven.wizard.problem().is_none());
        driven.wizard.poll(&driven.worker);
        thread::sleep(Duration::from_millis(1));
    }
    driven.wizard.ask_to_close();
    assert!(!driven.wizard.is_asking());
    driven.wizard.cancel(&driven.worker);
    assert!(!driven.wizard.is_ending(), "the project would be written behind the back of who cancelled");
    driven.rest();
    assert!(matches!(driven.wizard.take_ended(), Some(Ended::Written(_))));
}

#[test]
fn what_is_stopped_before_it_writes_writes_nothing() {
    let mut driven = on_the_last_page("payroll", SecretStore::EncryptedFile);
    let _guard = open_file(driven.folder.path());
    // A locked file asks for its passphrase: time to stop.
    let (asked, answer) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (told, waits) = (Arc::clone(&asked), Arc::clone(&answer));
    install(Stores::new(Settings {
        keyring: None,
        file: Some(driven.folder.path().join("secrets.vault")),
        passphrase: Some(Box::new(move |_, _| {
            told.store(true, Ordering::SeqCst);
            while !waits.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(1));
            }
            Some(SecretString::from("a passphrase"))
        })),
    }));
    driven.wizard.next(&driven.worker);
    while !asked.load(Ordering::SeqCst) {
        driven.wizard.poll(&driven.worker);
        thread::sleep(Duration::from_millis(1));
    }
    driven.wizard.cancel_work();
    answer.store(true, Ordering::SeqCst);
    driven.rest();
    let problem = driven.wizard.problem().expect("it was stopped");
    assert!(problem.text.contains("stopped before anything was written"), "{problem:?}");
    assert!(!driven.project().exists() && kept("payroll").is_none());
}

#[test]
fn pages_of_an_open_project_leave_the_session_alone() {
    let identifier = "wizard-session";
    secrets::set_password(identifier, "of the session".into());
    let session = || secrets::password(identifier).map(|secret| secret.expose_secret().to_owned());
    let other = on_the_last_page(identifier, SecretStore::NeverSaved);
    let project = Arc::new(other.wizard.draft.project());
    let folder = other.folder.path();
    let mut wizard = Wizard::edit(&project, Side::Right, Page::Connection, folder, folder, &other.worker);
    let open = |wizard: &Wizard| {
        let opener = Opener::new(&wizard.draft, &wizard.passwords, Side::Right);
        drop(opener.open(&CancelToken::default()));
    };
    wizard.passwords.set(Side::Right, "typed-s3cret");
    open(&wizard);
    assert_eq!(session().as_deref(), Some("of the session"), "only tried out");
    assert!(matches!(wizard.passwords.to_connect(Side::Right, identifier, true), Password::This(_)));
    wizard.passwords.set(Side::Right, "");
    open(&wizard);
    assert_eq!(session().as_deref(), Some("of the session"));
    assert!(
        matches!(wizard.passwords.to_connect(Side::Right, identifier, true), Password::None),
        "a field that was cleared means no password"
    );
    wizard.cancel(&other.worker);
    assert_eq!(session().as_deref(), Some("of the session"), "cancelled");
}

#[test]
fn a_password_that_is_kept_for_somebody_else_is_not_sent_to_another_server() {
    let driven = on_the_last_page("wizard-leak", SecretStore::EncryptedFile);
    let _guard = open_file(driven.folder.path());
    keep("wizard-leak", "of another server");
    let nothing_typed = crate::wizard::passwords::Passwords::default();
    assert!(matches!(nothing_typed.to_connect(Side::Right, "wizard-leak", false), Password::None));
    assert!(matches!(nothing_typed.to_connect(Side::Right, "wizard-leak", true), Password::Known));
}

#[test]
fn finish_leaves_out_a_password_of_a_system_that_has_none() {
    let mut driven = on_the_last_page("payroll", SecretStore::EncryptedFile);
    let _guard = open_file(driven.folder.path());
    sqlite(&mut driven);
    let draft = driven.draft().clone();
    let agreed = std::collections::BTreeSet::new();
    let mut job = finish::write(&draft, &driven.wizard.passwords, &agreed, &driven.worker);
    while job.poll().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    assert!(driven.project().exists());
    assert_eq!(kept("payroll"), None);
}
