//! Passwords that were typed into the wizard: in the encrypted file, and in no other file in clear.

use std::{
    fs,
    path::{Path, PathBuf},
};

use egui::accesskit::Role;
use secrecy::ExposeSecret as _;
use syncwright_core::{
    progress::CancelToken,
    project::{self, SecretStore},
    secret::{self, SecretName, Settings, Stores},
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::{
    driver::{click, click_role, fill, picture, until, until_seen},
    wizard::{Home, next, to_connection, to_the_end},
    wizard_systems::fill_connection,
};

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Makes sure that no file below a folder contains a text.
#[track_caller]
fn nowhere(folder: &Path, text: &str) {
    for file in files(folder) {
        let content = fs::read(&file).expect("a file");
        let found = content.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!found, "{} contains the secret", file.display());
    }
}

/// Everything that this process logs goes into a file.
fn log_into(file: &Path) {
    let file = fs::File::create(file).expect("the log");
    let filter = tracing_subscriber::EnvFilter::new("info,syncwright=trace,syncwright_core=trace");
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    subscriber.with_writer(std::sync::Mutex::new(file)).try_init().expect("the only log of the process");
}

#[test]
fn a_password_goes_into_the_encrypted_file_and_nowhere_else() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    database.client().run("CREATE TABLE employees (id INTEGER PRIMARY KEY, name VARCHAR(80));");
    let home = Home::new();
    let vault = home.path().join("state/secrets.vault");
    fs::create_dir_all(home.path().join("state")).expect("a folder");
    secret::install(Stores::new(Settings {
        keyring: None,
        file: Some(vault.clone()),
        ..Settings::default()
    }));
    let log = home.path().join("state/run.log");
    log_into(&log);
    let mut window = home.wizard();
    to_connection(&mut window, "PostgreSQL");
    fill_connection(&mut window, &database, None);
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    next(&mut window, "Save configuration");
    // What would be taken up after a crash.
    let draft = home.path().join("state/wizard.ron");
    until(&mut window, "what was entered to be kept", |_| {
        fs::read_to_string(&draft).is_ok_and(|text| text.contains("SaveConfiguration"))
    });
    nowhere(home.path(), database.password());
    until_seen(&mut window, "Encrypted file");
    click_role(&mut window, Role::RadioButton, "Encrypted file");
    fill(&mut window, "Passphrase", "a long passphrase");
    fill(&mut window, "Passphrase again", "another passphrase");
    click(&mut window, "Next");
    until_seen(&mut window, "the two passphrases are not the same");
    fill(&mut window, "Passphrase again", "a long passphrase");
    click(&mut window, "Keep the connection on this computer");
    fill(&mut window, "Name of the kept connection", "Personnel");
    click(&mut window, "Save a template file");
    picture(&mut window, "wizard-save");
    let file = to_the_end(&mut window, &home, "secrets");
    drop(window);

    let project = project::load(&file).expect("the project");
    assert_eq!(project.target.connection.secret_store, SecretStore::EncryptedFile);
    let name = SecretName::password(&project.target.connection.system_identifier);
    let found = secret::stores()
        .find(&name, SecretStore::EncryptedFile, &CancelToken::default())
        .expect("the file is open");
    assert_eq!(
        found.secret.map(|secret| secret.expose_secret().to_owned()).as_deref(),
        Some(database.password())
    );
    assert!(vault.exists());
    nowhere(home.path(), database.password());
    nowhere(home.path(), "a long passphrase");
    let logged = fs::read_to_string(&log).expect("the log");
    assert!(logged.contains("syncwright"), "nothing is logged, so nothing could be found: {logged}");
    // That of now: what the process began with says nothing about what was set since.
    for (name, value) in std::env::vars_os() {
        let value = value.to_string_lossy();
        assert!(!value.contains(database.password()), "{} holds the password", name.display());
    }
}
