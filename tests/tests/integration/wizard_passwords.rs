//! Passwords that are typed into the pages of an open project: used from *Apply* on, kept when the project is saved,
//! gone on *Cancel*.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use secrecy::ExposeSecret as _;
use syncwright::editor::EditorOptions;
use syncwright_core::{
    connect::secrets,
    progress::CancelToken,
    project::{self, Provider, SecretStore},
    secret::{self, Cost, Kept, SecretName, Settings, Stores},
};
use syncwright_tests::SMALL_PROJECT;

use crate::{
    driver::{Window, click, click_role, fill, picture, sees, texts, until, until_seen, window_with},
    wizard::{Home, on_page},
};

const SYSTEM: &str = "wizard-passwords";

/// The small project with a PostgreSQL database, which nobody connects, as its target; the password of before is
/// kept in an encrypted file, which is open.
fn opened(home: &Home) -> Window {
    secret::install(Stores::new(Settings {
        keyring: None,
        file: Some(home.path().join("secrets.vault")),
        passphrase: None,
    }));
    secret::stores().create_file_with(&"a passphrase".into(), Cost::LOWEST).expect("a file");
    secret::stores().save(&SecretName::password(SYSTEM), &"before".into(), Kept::InFile).expect("saved");
    let mut small = project::from_text("small.ron", SMALL_PROJECT).expect("the project");
    let connection = &mut small.target.connection;
    let attributes = [("Server", "db.example.org"), ("Database", "hr"), ("UID", "sync")];
    let attributes: BTreeMap<String, String> =
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    connection.provider = Provider::Odbc { dialect: "postgresql".to_owned(), attributes };
    connection.system_identifier = SYSTEM.to_owned();
    connection.secret_store = SecretStore::EncryptedFile;
    let file = home.path().join("small.ron");
    project::save(&small, &file).expect("written");
    let mut window = window_with(EditorOptions { project: Some(file), ..home.options() });
    until_seen(&mut window, "Simulate");
    window
}

fn to_the_connection(window: &mut Window) {
    click(window, "Target system");
    click_role(window, Role::Button, "Configuration pages");
    click_role(window, Role::ListItem, "Configure: Database connection");
    on_page(window, "Database connection");
}

fn kept() -> Option<String> {
    let name = SecretName::password(SYSTEM);
    let found = secret::stores().find(&name, SecretStore::EncryptedFile, &CancelToken::default());
    found.expect("an open file").secret.map(|secret| secret.expose_secret().to_owned())
}

fn session() -> Option<String> {
    secrets::password(SYSTEM).map(|secret| secret.expose_secret().to_owned())
}

#[track_caller]
fn saved(window: &mut Window) {
    until(window, "the save", |window| !window.state().is_busy());
    assert!(!sees(window, "was not kept"), "{:?}", texts(window));
}

#[test]
fn a_password_typed_into_the_pages_is_used_on_apply_and_kept_on_save() {
    let home = Home::new();
    let mut window = opened(&home);
    to_the_connection(&mut window);
    assert!(sees(&window, "Empty: the password of before stays."), "{:?}", texts(&window));
    fill(&mut window, "Password", "typed-1");
    click(&mut window, "Cancel");
    click(&mut window, "Close and lose it");
    assert_eq!((session(), kept().as_deref()), (None, Some("before")), "cancelled");

    to_the_connection(&mut window);
    fill(&mut window, "Password", "typed-2");
    // Something of the project as well, so that it waits for a save.
    fill(&mut window, "Database", "hr2");
    click(&mut window, "Apply to the project");
    until(&mut window, "the session", |_| session().is_some());
    assert_eq!(session().as_deref(), Some("typed-2"), "used at once");
    assert_eq!(kept().as_deref(), Some("before"), "the project is not saved yet");
    click(&mut window, "Save");
    saved(&mut window);
    assert_eq!(kept().as_deref(), Some("typed-2"));

    // Nothing but the password: there is nothing to wait for.
    to_the_connection(&mut window);
    fill(&mut window, "Password", "typed-3");
    click(&mut window, "Apply to the project");
    until(&mut window, "the password to be kept", |_| kept().as_deref() == Some("typed-3"));
    saved(&mut window);
    let file = std::fs::read_to_string(home.path().join("small.ron")).expect("the project");
    assert!(!file.contains("typed-"), "a password is in the project");
}

#[test]
fn a_cleared_password_is_none_and_not_the_one_of_before() {
    let home = Home::new();
    let mut window = opened(&home);
    to_the_connection(&mut window);
    fill(&mut window, "Password", "x");
    fill(&mut window, "Password", "");
    assert!(sees(&window, "No password from “Apply” on"), "{:?}", texts(&window));
    picture(&mut window, "wizard-no-password");
    click(&mut window, "Keep the password of before");
    assert!(sees(&window, "Empty: the password of before stays."), "{:?}", texts(&window));
    fill(&mut window, "Password", "x");
    fill(&mut window, "Password", "");
    fill(&mut window, "Database", "hr2");
    click(&mut window, "Apply to the project");
    window.run_steps(4);
    let connection = || project::load(&home.path().join("small.ron")).expect("the project").target.connection;
    let found =
        || secrets::find_password(&connection(), &CancelToken::default()).expect("an open file").secret;
    assert!(found().is_none(), "the kept one is not used in its place");
    assert_eq!(kept().as_deref(), Some("before"), "nothing is removed before the project is saved");
    click(&mut window, "Save");
    saved(&mut window);
    assert_eq!(kept(), None);
}

#[test]
fn a_password_is_taken_back_when_the_project_is_closed_without_saving() {
    let home = Home::new();
    let mut window = opened(&home);
    to_the_connection(&mut window);
    fill(&mut window, "Password", "typed");
    fill(&mut window, "Database", "hr2");
    click(&mut window, "Apply to the project");
    until(&mut window, "the session", |_| session().is_some());
    click_role(&mut window, Role::Button, "File");
    window.get_by_label_contains("Close project").click();
    window.run_steps(4);
    click(&mut window, "Discard changes");
    until_seen(&mut window, "Recent projects");
    assert_eq!((session(), kept().as_deref()), (None, Some("before")));
}
