use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::*;
use crate::{progress::CancelToken, project::SecretStore, secret::keyring::testing::Fake};

struct Place {
    folder: TempDir,
    keyring: Arc<Fake>,
    /// How often somebody was asked for a passphrase.
    asked: Arc<AtomicUsize>,
}

impl Place {
    fn new(keyring: Fake) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), keyring: Arc::new(keyring), asked: Arc::default() }
    }

    /// What a new process has; the environment has this passphrase.
    fn stores(&self, passphrase: Option<&'static str>) -> Stores {
        let asked = Arc::clone(&self.asked);
        Stores::new(Settings {
            keyring: Some(Keyring::with_backend(self.keyring.clone(), super::super::Prompts::Refused)),
            file: Some(self.folder.path().join("secrets.vault")),
            passphrase: Some(Box::new(move |_, _| {
                asked.fetch_add(1, Ordering::Relaxed);
                passphrase.map(SecretString::from)
            })),
        })
    }

    fn with_file(self) -> Self {
        self.stores(None).create_file_with(&"right".into(), Cost::LOWEST).unwrap();
        self
    }
}

fn hr() -> SecretName {
    SecretName::password("HR")
}

fn find(stores: &Stores, place: SecretStore) -> Result<(Option<String>, Vec<SecretError>), SecretError> {
    let Answer { secret, unanswered } = stores.find(&hr(), place, &CancelToken::default())?;
    Ok((secret.map(|secret| secret.expose_secret().to_owned()), unanswered))
}

fn found(secret: &str) -> Result<(Option<String>, Vec<SecretError>), SecretError> {
    Ok((Some(secret.to_owned()), Vec::new()))
}

#[test]
fn no_stores_have_nothing_and_fail_nobody() {
    let none = Stores::default();
    assert_eq!(find(&none, SecretStore::Automatic), Ok((None, Vec::new())));
    assert_eq!(find(&none, SecretStore::NeverSaved), Ok((None, Vec::new())));
    assert!(matches!(find(&none, SecretStore::Keyring), Err(SecretError::NoKeyring { .. })));
    assert_eq!(find(&none, SecretStore::EncryptedFile), Err(SecretError::NoPlace));
    assert_eq!(none.file_state(), FileState::NoPlace);
    assert_eq!(none.forget(&hr()), Forgotten::default());
}

#[test]
fn the_keyring_goes_first_and_is_asked_once() {
    let place = Place::new(Fake::default()).with_file();
    place.stores(Some("right")).save(&hr(), &"in file".into(), Kept::InFile).unwrap();
    let stores = place.stores(Some("right"));
    assert_eq!(find(&stores, SecretStore::Automatic), found("in file"));
    stores.save(&hr(), &"in keyring".into(), Kept::InKeyring).unwrap();
    let before = place.keyring.asked();
    for _ in 0..3 {
        assert_eq!(find(&stores, SecretStore::Automatic), found("in keyring"));
    }
    assert_eq!(place.keyring.asked(), before, "it is remembered");
    // The file was open, so the older value is gone from it.
    let there = SecretError::NotThere { name: hr(), store: "encrypted file" };
    assert_eq!(find(&stores, SecretStore::EncryptedFile), Ok((None, vec![there])));
    // Another process asks once, also for what is not there.
    let stores = place.stores(None);
    assert_eq!(find(&stores, SecretStore::Keyring), found("in keyring"));
    assert_eq!(stores.forget(&hr()).from, [Kept::InKeyring]);
    let nothing = Ok((None, vec![SecretError::NotThere { name: hr(), store: "keyring" }]));
    assert_eq!(find(&stores, SecretStore::Keyring), nothing);
    let before = place.keyring.asked();
    assert_eq!(find(&stores, SecretStore::Keyring), nothing);
    assert_eq!(place.keyring.asked(), before);
}

#[test]
fn saving_in_the_file_removes_it_from_the_keyring() {
    let place = Place::new(Fake::default()).with_file();
    let stores = place.stores(Some("right"));
    stores.save(&hr(), &"older".into(), Kept::InKeyring).unwrap();
    stores.save(&hr(), &"newer".into(), Kept::InFile).unwrap();
    assert_eq!(find(&stores, SecretStore::Automatic), found("newer"));
    assert_eq!(stores.has(&hr(), Kept::InKeyring), Ok(false));
    let forgotten = stores.forget(&hr());
    assert_eq!((forgotten.from, forgotten.problems), (vec![Kept::InFile], vec![]));
}

#[test]
fn a_locked_file_is_an_error_only_where_the_project_names_it() {
    let place = Place::new(Fake { missing: true, ..Fake::default() }).with_file();
    let stores = place.stores(None);
    let path = place.folder.path().join("secrets.vault");
    let locked = SecretError::FileLocked { name: hr(), path: path.clone() };
    assert_eq!(find(&stores, SecretStore::EncryptedFile), Err(locked.clone()));
    assert!(
        locked.to_string().starts_with("the password of HR is kept in the encrypted file, which is locked: ")
    );
    assert_eq!(find(&stores, SecretStore::Automatic), Ok((None, vec![locked])));
    assert_eq!(stores.file_state(), FileState::Locked);
    stores.unlock(&"right".into()).unwrap();
    assert_eq!(stores.file_state(), FileState::Unlocked);
    assert_eq!(find(&stores, SecretStore::Automatic), Ok((None, Vec::new())));
    stores.lock();
    assert_eq!(stores.file_state(), FileState::Locked);
    // A wrong passphrase in the environment is tried once.
    let stores = place.stores(Some("wrong"));
    let wrong = SecretError::WrongPassphrase { path };
    assert_eq!(find(&stores, SecretStore::Automatic), Ok((None, vec![wrong.clone()])));
    let before = place.asked.load(Ordering::Relaxed);
    assert_eq!(find(&stores, SecretStore::EncryptedFile), Err(wrong));
    assert_eq!(place.asked.load(Ordering::Relaxed), before);
}

#[test]
fn a_failed_keyring_is_not_asked_for_every_connection() {
    let place = Place::new(Fake { locked: true, ..Fake::default() });
    let stores = place.stores(None);
    assert_eq!(find(&stores, SecretStore::Keyring), Err(SecretError::KeyringLocked));
    let before = place.keyring.asked();
    assert_eq!(find(&stores, SecretStore::Automatic), Ok((None, vec![SecretError::KeyringLocked])));
    assert_eq!(place.keyring.asked(), before);
}

#[test]
fn where_to_save_follows_the_project() {
    let with = Place::new(Fake::default());
    let without = Place::new(Fake { missing: true, ..Fake::default() });
    let choose = |place: &Place, store| place.stores(None).choose(&hr(), store);
    assert_eq!(choose(&with, SecretStore::Automatic), Ok(Kept::InKeyring));
    assert_eq!(choose(&without, SecretStore::Automatic), Ok(Kept::InFile));
    assert_eq!(choose(&without, SecretStore::Keyring), Ok(Kept::InKeyring));
    assert_eq!(choose(&with, SecretStore::EncryptedFile), Ok(Kept::InFile));
    assert_eq!(choose(&with, SecretStore::NeverSaved), Err(SecretError::NeverSaved { name: hr() }));
    let no_file = without.stores(Some("right")).save(&hr(), &"x".into(), Kept::InFile);
    assert!(matches!(no_file, Err(SecretError::NoFile { .. })), "made on purpose only");
}

#[test]
fn the_passphrase_can_be_changed() {
    let place = Place::new(Fake { missing: true, ..Fake::default() }).with_file();
    let (first, second) = (place.stores(None), place.stores(None));
    first.unlock(&"right".into()).unwrap();
    first.save(&hr(), &"s3cret".into(), Kept::InFile).unwrap();
    second.unlock(&"right".into()).unwrap();
    assert!(matches!(
        first.change_passphrase(&"wrong".into(), &"new".into()),
        Err(SecretError::WrongPassphrase { .. })
    ));
    first.change_passphrase(&"right".into(), &"new".into()).unwrap();
    assert_eq!(find(&first, SecretStore::EncryptedFile), found("s3cret"));
    let changed = find(&second, SecretStore::EncryptedFile);
    assert!(matches!(changed, Err(SecretError::PassphraseChanged { .. })));
    assert_eq!(second.file_state(), FileState::Locked);
    second.unlock(&"new".into()).unwrap();
    assert_eq!(find(&second, SecretStore::EncryptedFile), found("s3cret"));
}

#[test]
fn what_saving_would_replace_is_known_before() {
    let place = Place::new(Fake::default()).with_file();
    let stores = place.stores(Some("right"));
    let replaced = |secret: &str, store| stores.replaced_by(&hr(), &secret.into(), store);
    assert_eq!(replaced("new", Kept::InKeyring), Ok(Vec::new()), "nothing is kept");
    stores.save(&hr(), &"old".into(), Kept::InKeyring).unwrap();
    assert_eq!(replaced("new", Kept::InKeyring), Ok(vec![Kept::InKeyring]));
    assert_eq!(replaced("old", Kept::InKeyring), Ok(Vec::new()), "the same secret is no loss");
    assert_eq!(replaced("new", Kept::InFile), Ok(vec![Kept::InKeyring]), "it would be removed from there");
    stores.save(&hr(), &"old".into(), Kept::InFile).unwrap();
    assert_eq!(replaced("new", Kept::InKeyring), Ok(vec![Kept::InFile]));
    stores.lock();
    assert_eq!(replaced("new", Kept::InKeyring), Ok(Vec::new()), "what is locked is left alone");
    let none = Stores::default();
    assert!(matches!(
        none.replaced_by(&hr(), &"new".into(), Kept::InKeyring),
        Err(SecretError::NoKeyring { .. })
    ));
}
