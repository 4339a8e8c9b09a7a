use std::{collections::BTreeMap, fs, path::PathBuf, thread};

use proptest::prelude::*;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::*;

const CHECKSUM: usize = 32;

struct Vault {
    _folder: TempDir,
    path: PathBuf,
}

impl Vault {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config").join("secrets.vault");
        Self { _folder: folder, path }
    }

    fn create(&self, passphrase: &str) -> SecretFile {
        SecretFile::create(&self.path, &passphrase.into(), Cost::LOWEST).unwrap()
    }

    fn unlock(&self, passphrase: &str) -> Result<SecretFile, SecretError> {
        SecretFile::unlock(&self.path, &passphrase.into())
    }
}

fn password(system: &str) -> SecretName {
    SecretName::password(system)
}

fn text(secret: Option<SecretString>) -> Option<String> {
    secret.map(|secret| secret.expose_secret().to_owned())
}

/// The code of an error, as users see it.
fn code(error: &SecretError) -> String {
    use miette::Diagnostic as _;
    error.code().unwrap().to_string()
}

#[test]
fn what_is_saved_is_found_again() {
    let vault = Vault::new();
    let file = vault.create("correct horse");
    file.set(&password("HR"), &"s3cret".into()).unwrap();
    file.set(&SecretName::variable("hr-to-identity", "ApiKey"), &"".into()).unwrap();
    file.set(&password("HR"), &"newer".into()).unwrap();

    let again = vault.unlock("correct horse").unwrap();
    assert_eq!(text(again.get(&password("HR")).unwrap()).as_deref(), Some("newer"));
    assert_eq!(again.names().unwrap(), ["password/HR", "variable/hr-to-identity/ApiKey"]);
    assert_eq!(text(again.get(&password("hr")).unwrap()), None);
    assert!(again.remove(&password("HR")).unwrap() && !again.remove(&password("HR")).unwrap());
    // The first one sees it, too.
    assert_eq!(text(file.get(&password("HR")).unwrap()), None);
}

#[test]
fn the_file_is_private_and_tells_nothing() {
    let vault = Vault::new();
    let file = vault.create("correct horse");
    let empty = fs::read(&vault.path).unwrap().len();
    file.set(&password("very-special-system"), &"s3cret-and-more".into()).unwrap();
    let bytes = fs::read(&vault.path).unwrap();
    assert_eq!(bytes.len(), empty, "its size does not tell how long a password is");
    let contains = |part: &str| bytes.windows(part.len()).any(|window| window == part.as_bytes());
    assert!(!contains("s3cret-and-more") && !contains("very-special-system") && !contains("correct horse"));
    let debug = format!("{file:?}");
    assert!(debug.contains("secrets.vault") && !debug.contains("key"), "{debug}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(&vault.path, fs::Permissions::from_mode(0o644)).unwrap();
        file.set(&password("x"), &"y".into()).unwrap();
        assert_eq!((mode(&vault.path), mode(vault.path.parent().unwrap())), (0o600, 0o700));
    }
    let names: Vec<_> =
        fs::read_dir(vault.path.parent().unwrap()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "no backup with an old passphrase, only the lock: {names:?}");
}

#[test]
fn a_wrong_passphrase_is_told_from_a_damaged_file() {
    let vault = Vault::new();
    assert_eq!(vault.unlock("x").unwrap_err(), SecretError::NoFile { path: vault.path.clone() });
    vault.create("right").set(&password("HR"), &"s3cret".into()).unwrap();
    assert_eq!(vault.unlock("wrong").unwrap_err(), SecretError::WrongPassphrase { path: vault.path.clone() });
    assert_eq!(vault.unlock("").unwrap_err(), SecretError::WrongPassphrase { path: vault.path.clone() });
    let again = SecretFile::create(&vault.path, &"right".into(), Cost::LOWEST).unwrap_err();
    assert_eq!(again, SecretError::FileExists { path: vault.path.clone() });
    let empty = SecretFile::create(&vault.path.with_extension("2"), &"".into(), Cost::LOWEST);
    assert_eq!(empty.unwrap_err(), SecretError::EmptyPassphrase);
}

#[test]
fn every_changed_byte_is_noticed_before_a_key_is_made() {
    let vault = Vault::new();
    vault.create("right").set(&password("HR"), &"s3cret".into()).unwrap();
    let whole = fs::read(&vault.path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        fs::write(&vault.path, &bytes).unwrap();
        let error = vault.unlock("right").unwrap_err();
        // The version stands in bytes 16 and 17.
        let expected = if at == 16 || at == 17 { "SW-K009" } else { "SW-K008" };
        assert_eq!(code(&error), expected, "byte {at}: {error}");
    }
    for length in 0..whole.len() {
        fs::write(&vault.path, &whole[..length]).unwrap();
        assert_eq!(code(&vault.unlock("right").unwrap_err()), "SW-K008", "cut off after {length} bytes");
    }
    fs::write(&vault.path, [&whole[..], b"more"].concat()).unwrap();
    assert_eq!(code(&vault.unlock("right").unwrap_err()), "SW-K008");
    fs::write(&vault.path, &whole).unwrap();
    vault.unlock("right").unwrap();
}

/// Somebody who changes the file on purpose makes the checksum fit.
#[test]
fn every_byte_changed_on_purpose_is_noticed() {
    let vault = Vault::new();
    let file = vault.create("right");
    file.set(&password("HR"), &"s3cret".into()).unwrap();
    let whole = fs::read(&vault.path).unwrap();
    for at in 0..whole.len() - CHECKSUM {
        for bit in [0x01, 0x80] {
            let mut bytes = whole[..whole.len() - CHECKSUM].to_vec();
            bytes[at] ^= bit;
            let checksum = Sha256::digest(&bytes);
            bytes.extend_from_slice(&checksum);
            fs::write(&vault.path, &bytes).unwrap();
            let error = vault.unlock("right").unwrap_err();
            assert!(["SW-K007", "SW-K008", "SW-K009"].contains(&code(&error).as_str()), "byte {at}: {error}");
            // Whoever has it open notices, too, and overwrites nothing.
            let error = file.set(&password("HR"), &"other".into()).unwrap_err();
            assert!(["SW-K008", "SW-K009", "SW-K013"].contains(&code(&error).as_str()), "byte {at}: {error}");
            assert_eq!(fs::read(&vault.path).unwrap(), bytes);
        }
    }
}

#[test]
fn a_newer_format_is_left_alone() {
    let vault = Vault::new();
    let file = vault.create("right");
    let mut bytes = fs::read(&vault.path).unwrap();
    bytes[16] = 2;
    fs::write(&vault.path, &bytes).unwrap();
    let error = file.set(&password("HR"), &"s3cret".into()).unwrap_err();
    assert_eq!(error, SecretError::NewerFormat { path: vault.path.clone(), found: 2 });
    assert_eq!(fs::read(&vault.path).unwrap(), bytes);
}

#[test]
fn a_changed_passphrase_locks_everybody_else_out() {
    let vault = Vault::new();
    let mut file = vault.create("old");
    file.set(&password("HR"), &"s3cret".into()).unwrap();
    let other = vault.unlock("old").unwrap();
    assert_eq!(file.change_passphrase(&"".into(), Cost::LOWEST).unwrap_err(), SecretError::EmptyPassphrase);
    file.change_passphrase(&"new".into(), Cost { memory_kib: 16, passes: 2 }).unwrap();
    assert_eq!(text(file.get(&password("HR")).unwrap()).as_deref(), Some("s3cret"));

    let changed = SecretError::PassphraseChanged { path: vault.path.clone() };
    assert_eq!(other.get(&password("HR")).unwrap_err(), changed);
    assert_eq!(other.set(&password("HR"), &"lost".into()).unwrap_err(), changed);
    assert_eq!(code(&vault.unlock("old").unwrap_err()), "SW-K007");
    let again = vault.unlock("new").unwrap();
    assert_eq!(text(again.get(&password("HR")).unwrap()).as_deref(), Some("s3cret"));
}

#[test]
fn two_who_save_at_once_lose_nothing() {
    const EACH: usize = 40;
    let vault = Vault::new();
    vault.create("right");
    thread::scope(|scope| {
        for writer in 0..4 {
            let file = vault.unlock("right").unwrap();
            let save = move || {
                for number in 0..EACH {
                    file.set(&password(&format!("{writer}-{number}")), &format!("s{number}").into()).unwrap();
                }
            };
            thread::Builder::new().spawn_scoped(scope, save).unwrap();
        }
    });
    assert_eq!(vault.unlock("right").unwrap().names().unwrap().len(), 4 * EACH);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_keeps_the_file() {
    let vault = Vault::new();
    let file = vault.create("right");
    let before = fs::read(&vault.path).unwrap();
    // A folder in the place of the lock; permissions would not stop root.
    let lock = vault.path.with_file_name("secrets.vault.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let error = file.set(&password("HR"), &"s3cret".into()).unwrap_err();
    assert_eq!(code(&error), "SW-K011", "{error}");
    assert!(!error.to_string().contains("s3cret"));
    assert_eq!(fs::read(&vault.path).unwrap(), before);
}

#[test]
fn the_default_cost_works() {
    let vault = Vault::new();
    SecretFile::create(&vault.path, &"right".into(), Cost::default()).unwrap();
    vault.unlock("right").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_entries_come_back(entries in any::<BTreeMap<String, String>>(), passphrase in ".+") {
        let vault = Vault::new();
        let file = vault.create(&passphrase);
        for (name, secret) in &entries {
            file.set(&password(name), &secret.as_str().into()).unwrap();
        }
        let again = vault.unlock(&passphrase).unwrap();
        for (name, secret) in &entries {
            prop_assert_eq!(text(again.get(&password(name)).unwrap()), Some(secret.clone()));
        }
        prop_assert_eq!(again.names().unwrap().len(), entries.len());
    }

    #[test]
    fn any_bytes_are_an_error(bytes in any::<Vec<u8>>(), begin in 0..3_usize) {
        let vault = Vault::new();
        let file = vault.create("right");
        let whole = fs::read(&vault.path).unwrap();
        let mut content = match begin {
            0 => Vec::new(),
            1 => b"SYNCWRIGHT VAULT\x01\x00".to_vec(),
            _ => whole[..60].to_vec(),
        };
        content.extend_from_slice(&bytes);
        let checksum = Sha256::digest(&content);
        content.extend_from_slice(&checksum);
        fs::write(&vault.path, &content).unwrap();
        prop_assert!(vault.unlock("right").is_err());
        prop_assert!(file.names().is_err());
    }

    #[test]
    fn entries_in_clear_are_read_strictly(bytes in any::<Vec<u8>>()) {
        if let Some(entries) = Entries::parse(&bytes) {
            let written = entries.write().unwrap();
            prop_assert!(Entries::parse(&written).is_some_and(|again| again.0.len() == entries.0.len()));
        }
    }
}
