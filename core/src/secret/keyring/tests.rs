use std::sync::atomic::Ordering;

use keyring_core::{Entry, mock};

use super::{testing::Fake, *};

fn keyring(fake: Fake) -> (Keyring, Arc<Fake>) {
    let fake = Arc::new(fake);
    (Keyring::with_backend(Arc::clone(&fake) as Arc<dyn Backend>, Prompts::Refused), fake)
}

fn get(keyring: &Keyring, system: &str) -> Result<Option<String>, SecretError> {
    let found = keyring.get(&SecretName::password(system), &CancelToken::default())?;
    Ok(found.map(|secret| secret.expose_secret().to_owned()))
}

/// The next call about this entry fails so.
fn fail_next(fake: &Fake, system: &str, error: Error) {
    let store = fake.open().unwrap();
    let entry: Entry = store.build(SERVICE, &SecretName::password(system).entry(), None).unwrap();
    entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
}

#[test]
fn entries_are_saved_found_and_forgotten() {
    let (keyring, fake) = keyring(Fake::default());
    let name = SecretName::password("HR");
    assert_eq!(keyring.state(), KeyringState::Running);
    assert_eq!(get(&keyring, "HR"), Ok(None));
    keyring.set(&name, &"s3cret".into()).unwrap();
    assert_eq!(get(&keyring, "HR").unwrap().as_deref(), Some("s3cret"));
    assert_eq!(get(&keyring, "hr"), Ok(None));
    assert!(keyring.remove(&name).unwrap() && !keyring.remove(&name).unwrap());
    assert_eq!(fake.opened.load(Ordering::Relaxed), 1, "opened once");
}

#[test]
fn a_failed_keyring_is_opened_again_and_no_secret_is_told() {
    let (keyring, fake) = keyring(Fake::default());
    keyring.set(&SecretName::password("HR"), &"s3cret".into()).unwrap();
    let opened = || fake.opened.load(Ordering::Relaxed);
    for (error, expected) in [
        (Error::NoStorageAccess("dismissed".into()), "the keyring is locked"),
        (
            Error::BadEncoding(b"s3cret".to_vec()),
            "the keyring cannot read the password of HR: what it has there is no text",
        ),
        (
            Error::BadDataFormat(b"s3cret".to_vec(), "s3cret".into()),
            "the keyring cannot read the password of HR: what it has there cannot be understood",
        ),
    ] {
        fail_next(&fake, "HR", error);
        let before = opened();
        let error = get(&keyring, "HR").unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!format!("{error:?}").contains("s3cret"));
        get(&keyring, "other").unwrap();
        assert_eq!(opened(), before + 1, "opened again");
    }
    assert!(!format!("{keyring:?}").contains("s3cret"));
}

#[test]
fn missing_and_locked_keyrings_are_told() {
    let (missing, _) = keyring(Fake { missing: true, ..Fake::default() });
    let reason = "nobody answers".to_owned();
    assert_eq!(missing.state(), KeyringState::Missing { reason: reason.clone() });
    assert_eq!(get(&missing, "HR"), Err(SecretError::NoKeyring { reason }));
    let (locked, _) = keyring(Fake { locked: true, ..Fake::default() });
    assert_eq!(locked.state(), KeyringState::Locked);
    assert_eq!(get(&locked, "HR"), Err(SecretError::KeyringLocked));
}

#[test]
fn a_keyring_that_hangs_blocks_nobody_for_ever() {
    let (hanging, _) = keyring(Fake { hangs: true, ..Fake::default() });
    let begin = Instant::now();
    assert!(matches!(hanging.state(), KeyringState::Missing { .. }));
    assert!(begin.elapsed() < Duration::from_secs(8));
    // Cancel stops the waiting.
    let cancel = CancelToken::default();
    cancel.cancel();
    let begin = Instant::now();
    let name = SecretName::password("HR");
    assert_eq!(hanging.get(&name, &cancel).unwrap_err(), SecretError::Cancelled { name });
    assert!(begin.elapsed() < Duration::from_secs(2));
}
