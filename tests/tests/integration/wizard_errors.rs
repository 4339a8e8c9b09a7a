//! What databases refuse, on the page where it belongs: the driver's own records, missing permissions, a connection
//! that breaks while the schema is read; and settings of a connection that arrive in the project.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use syncwright_core::project::{self, Provider};
use syncwright_tests::{
    proxy::{Direction, Fault, Proxy},
    servers::{Database, System, or_skip},
};

use crate::{
    driver::{Window, choose, click, click_role, fill, picture, sees, texts, until, until_seen},
    wizard::{Home, next, on_page, to_connection, to_the_end},
    wizard_systems::fill_connection,
};

fn with_table(database: &Database) {
    database.client().run(
        "CREATE TABLE employees (id INTEGER PRIMARY KEY, name VARCHAR(80));
         CREATE TABLE notes (number INTEGER, text VARCHAR(80));
         INSERT INTO employees VALUES (1, 'Ana'); INSERT INTO notes VALUES (1, 'x');",
    );
}

/// A window on the page of the connection, filled in.
fn connected(home: &Home, database: &Database, port: Option<u16>) -> Window {
    let mut window = home.wizard();
    to_connection(&mut window, "PostgreSQL");
    fill_connection(&mut window, database, port);
    window
}

fn port(database: &Database) -> u16 {
    let attributes = database.attributes();
    let (_, port) = attributes.iter().find(|(name, _)| name == "Port").expect("a port");
    port.parse().expect("a number")
}

#[test]
fn the_records_of_the_driver_are_shown_with_their_state() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    let home = Home::new();
    let mut window = connected(&home, &database, None);
    fill(&mut window, "Database", "no_such_database");
    click(&mut window, "Test connection");
    until_seen(&mut window, "The database cannot be connected");
    let told = texts(&window);
    let state = told.iter().any(|text| text.contains("08001") && text.contains("no_such_database"));
    assert!(state, "the state stands with the text: {told:?}");
}

#[test]
fn a_user_without_rights_is_told_what_is_missing() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    with_table(&database);
    let guest = database.guest();
    let home = Home::new();
    let mut window = connected(&home, &database, None);
    fill(&mut window, "User", &guest);
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "the system has no table that this user can see");
    assert!(sees(&window, "the user may lack the right to see the tables"), "{:?}", texts(&window));
    database.client().run(&format!("GRANT SELECT ON employees, notes TO {guest};"));
    click(&mut window, "Read the schema now");
    until_seen(&mut window, "Found");
    // A right that goes meanwhile is missed where the data is looked at.
    database.client().run(&format!("REVOKE SELECT ON notes FROM {guest};"));
    next(&mut window, "Key information");
    click_role(&mut window, Role::CheckBox, "Key: notes.number");
    until_seen(&mut window, "permission denied for table notes");
    assert!(sees(&window, "42501"), "{:?}", texts(&window));
    assert!(!sees(&window, database.password()));
    picture(&mut window, "wizard-permission");
    on_page(&mut window, "Key information");
}

#[test]
fn a_connection_that_breaks_while_the_schema_is_read_is_explained() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    with_table(&database);
    let proxy = Proxy::new(port(&database));
    let home = Home::new();
    let mut window = connected(&home, &database, Some(proxy.port()));
    next(&mut window, "Describe the database");
    proxy.set(Fault::CutAfter(Direction::ToClient, 1500));
    next(&mut window, "Schema detection");
    until(&mut window, "the error", |window| window.query_by_label("Copy details").is_some());
    assert!(proxy.has_cut(), "the connection broke");
    assert!(sees(&window, "Step Schema detection: shown, needs attention"), "{:?}", texts(&window));
    assert!(!sees(&window, database.password()));
    picture(&mut window, "wizard-detection-cut");
    proxy.set(Fault::None);
    click(&mut window, "Read the schema now");
    until_seen(&mut window, "Found");
}

#[test]
fn encryption_and_advanced_settings_arrive_in_the_connection() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    with_table(&database);
    let home = Home::new();
    let mut window = connected(&home, &database, None);
    choose(&mut window, "Encryption", "never");
    click(&mut window, "Advanced");
    window.run_steps(20);
    for (name, value) in [
        ("Connect timeout in seconds", "7"),
        ("Fetch batch size in rows", "500"),
        ("Query timeout in seconds", "30"),
    ] {
        window.get_by_role_and_label(Role::TextInput, name).scroll_to_me();
        window.run_steps(10);
        fill(&mut window, name, value);
    }
    window.get_by_label("Add an attribute").scroll_to_me();
    window.run_steps(10);
    choose(&mut window, "Isolation level", "serializable");
    picture(&mut window, "wizard-advanced");
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    next(&mut window, "Key information");
    next(&mut window, "Save configuration");
    until_seen(&mut window, "Never saved");
    click_role(&mut window, Role::RadioButton, "Never saved");
    let project = project::load(&to_the_end(&mut window, &home, "advanced")).expect("the project");
    let connection = &project.target.connection;
    let Provider::Odbc { attributes, .. } = &connection.provider else { panic!("not ODBC") };
    assert_eq!(attributes.get("SSLmode").map(String::as_str), Some("disable"));
    let numbers =
        (connection.connect_timeout_secs, connection.fetch_batch_size, connection.query_timeout_secs);
    assert_eq!(numbers, (Some(7), Some(500), Some(30)));
    assert_eq!(connection.isolation_level.as_deref(), Some("SERIALIZABLE"));
}
