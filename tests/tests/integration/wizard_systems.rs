//! The wizard against real systems: what works, and every error on the page where it belongs.

use std::{fs, time::Duration};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use syncwright_core::project::{self, Provider};
use syncwright_tests::{
    proxy::{Fault, Proxy},
    servers::{Database, System, or_skip},
};

use crate::{
    driver::{Window, choose, click, click_role, field, fill, picture, sees, texts, until, until_seen},
    wizard::{Home, next, on_page, personnel, to_connection, to_the_end},
};

/// The card of a system.
const fn card(system: System) -> &'static str {
    match system {
        System::PostgreSql => "PostgreSQL",
        System::MariaDb => "MariaDB, MySQL",
    }
}

/// Fills in the fields of a connection.
pub fn fill_connection(window: &mut Window, database: &Database, port: Option<u16>) {
    for (name, value) in database.attributes() {
        let label = if name == "UID" { "User" } else { name.as_str() };
        let value = if name == "Port" { port.map_or(value, |port| port.to_string()) } else { value };
        fill(window, label, &value);
    }
    fill(window, "Password", database.password());
}

/// Waits for a problem on the page, and makes sure that nothing in the window tells the password.
#[track_caller]
fn problem(window: &mut Window, part: &str, password: &str) {
    until(window, part, |window| sees(window, part) || sees(window, "Connected:"));
    assert!(sees(window, part), "{:?}", texts(window));
    assert!(!sees(window, password), "the password is shown");
    assert!(window.query_by_label("Copy details").is_some(), "the details can be copied");
}

fn tables(database: &Database) {
    database.client().run(
        "CREATE TABLE departments (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL);\n\
         CREATE TABLE employees (id INTEGER PRIMARY KEY, given_name VARCHAR(80), family_name VARCHAR(80),\n\
           department INTEGER REFERENCES departments (id));\n\
         INSERT INTO departments VALUES (1, 'Sales'), (2, 'Research');\n\
         INSERT INTO employees VALUES (1, 'Ana', 'Becker', 1), (2, 'Mei', 'Chen', 2);",
    );
}

#[test]
fn mariadb_in_default_mode() {
    let Some(database) = or_skip(Database::new(System::MariaDb)) else { return };
    tables(&database);
    let home = Home::new();
    let mut window = home.wizard();
    to_connection(&mut window, card(System::MariaDb));
    fill_connection(&mut window, &database, None);
    click(&mut window, "Test connection");
    until_seen(&mut window, "Connected: MariaDB");
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    next(&mut window, "Save configuration");
    until_seen(&mut window, "Never saved");
    click_role(&mut window, Role::RadioButton, "Never saved");
    let file = to_the_end(&mut window, &home, "mariadb");
    let project = project::load(&file).expect("the project");
    let types: Vec<&str> = project.target.schema.types.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(types, ["departments", "employees"]);
    let Provider::Odbc { attributes, .. } = &project.target.connection.provider else { panic!("not ODBC") };
    assert_eq!(attributes.get("UID").map(String::as_str), Some(database.user()));
}

#[test]
fn csv_files_in_default_mode() {
    let home = Home::new();
    let folder = home.path().join("files");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("people.csv"), "id;name\n1;Ana\n2;Mei\n").expect("a file");
    let mut window = home.wizard();
    to_connection(&mut window, "CSV files in a folder");
    fill(&mut window, "Folder", folder.to_str().expect("a path"));
    choose(&mut window, "Between two values", "semicolon");
    choose(&mut window, "Before a quote inside a value", "a backslash");
    assert!(sees(&window, "Browse for Folder"), "{:?}", texts(&window));
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    next(&mut window, "Key information");
    let file = to_the_end(&mut window, &home, "csv");
    let project = project::load(&file).expect("the project");
    let Provider::Csv { format, .. } = &project.target.connection.provider else { panic!("not CSV") };
    assert_eq!((format.delimiter, format.escape), (';', Some('\\')));
    let people = project.target.schema.types.first().expect("a file");
    let columns: Vec<&str> = people.properties.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["id", "name"]);
}

#[test]
fn errors_of_a_connection_are_explained_on_its_page() {
    for system in System::ALL {
        let Some(database) = or_skip(Database::new(system)) else { return };
        let home = Home::new();
        let mut window = home.wizard();
        to_connection(&mut window, card(system));
        click(&mut window, "Next");
        until_seen(&mut window, "Server is empty");

        fill_connection(&mut window, &database, None);
        let wrong = "not the password 7";
        fill(&mut window, "Password", wrong);
        click(&mut window, "Next");
        problem(&mut window, "SW-D016", wrong);
        picture(&mut window, "wizard-error");
        on_page(&mut window, "Database connection");

        fill(&mut window, "Password", database.password());
        assert!(!sees(&window, "SW-D016"), "another password was typed: the old error is of no use");
        fill(&mut window, "Database", "no_such_database");
        click(&mut window, "Test connection");
        until(&mut window, "the error", |window| sees(window, "no_such_database") && sees(window, "SW-D0"));
        assert!(!sees(&window, database.password()));

        // A port that nobody listens at.
        fill(&mut window, "Database", database.name());
        fill(&mut window, "Port", "1");
        click(&mut window, "Test connection");
        problem(&mut window, "The database cannot be connected", database.password());

        let port = database.attributes().into_iter().find(|(name, _)| name == "Port").expect("a port").1;
        fill(&mut window, "Port", &port);
        click(&mut window, "Test connection");
        until_seen(&mut window, "Connected:");
        assert!(!sees(&window, "The database cannot be connected"), "the old error is gone");
    }
}

#[test]
fn a_missing_file_and_a_wrong_statement_are_explained() {
    let home = Home::new();
    let mut window = home.wizard();
    click_role(&mut window, Role::RadioButton, "Expert mode");
    next(&mut window, "System access");
    click_role(&mut window, Role::RadioButton, "Through a remote connection server");
    click(&mut window, "Next");
    until_seen(&mut window, "no remote connection server is configured");
    picture(&mut window, "wizard-access-remote");
    click_role(&mut window, Role::RadioButton, "Direct from this workstation");
    next(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    click_role(&mut window, Role::RadioButton, "SQLite (embedded)");
    next(&mut window, "Database connection");
    let hr = home.path().join("hr.db");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    click(&mut window, "Next");
    until_seen(&mut window, "The database cannot be connected");
    assert!(!hr.exists(), "looking makes no file");
    personnel(&hr);
    next(&mut window, "Describe the database");
    fill(&mut window, "System category", "Not allowed!");
    click(&mut window, "Next");
    until_seen(&mut window, "letters and digits are allowed");
    fill(&mut window, "System category", "PersonImport");
    next(&mut window, "Load configuration");
    next(&mut window, "Initializing");
    click(&mut window, "Add a statement");
    fill(&mut window, "Statement 1", "PRAGMA case_sensitive_like = 1");
    click(&mut window, "Add a statement");
    fill(&mut window, "Statement 2", "SELEKT 1");
    click(&mut window, "Next");
    until_seen(&mut window, "statement 2 of the initial SQL failed");
    picture(&mut window, "wizard-initializing");
    click(&mut window, "Remove statement 2");
    click(&mut window, "Add a statement");
    click(&mut window, "Next");
    on_page(&mut window, "Schema detection");
    click(&mut window, "Back");
    on_page(&mut window, "Initializing");
    assert_eq!(field(&window, "Statement 1").value().as_deref(), Some("PRAGMA case_sensitive_like = 1"));
    assert!(!sees(&window, "Statement 2"), "blank statements are dropped: {:?}", texts(&window));
}

#[test]
fn a_server_that_does_not_answer_is_explained() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    let port = database.attributes().into_iter().find(|(name, _)| name == "Port").expect("a port").1;
    let proxy = Proxy::new(port.parse().expect("a number"));
    proxy.set(Fault::Stall);
    let home = Home::new();
    let mut window = home.wizard();
    to_connection(&mut window, card(System::PostgreSql));
    fill_connection(&mut window, &database, Some(proxy.port()));
    click(&mut window, "Test connection");
    problem(&mut window, "SW-D017", database.password());
    // Somebody who does not want to wait stops it.
    click(&mut window, "Test connection");
    until(&mut window, "the button", |window| window.query_by_label("Stop").is_some());
    click(&mut window, "Stop");
    until(&mut window, "the end of the work", |window| window.query_by_label("Stop").is_none());
    proxy.set(Fault::None);
    click(&mut window, "Test connection");
    until_seen(&mut window, "Connected:");
}

#[test]
fn reading_a_schema_can_be_cancelled() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    tables(&database);
    let port = database.attributes().into_iter().find(|(name, _)| name == "Port").expect("a port").1;
    let proxy = Proxy::new(port.parse().expect("a number"));
    let home = Home::new();
    let mut window = home.wizard();
    to_connection(&mut window, card(System::PostgreSql));
    fill_connection(&mut window, &database, Some(proxy.port()));
    next(&mut window, "Describe the database");
    proxy.set(Fault::Delay(Duration::from_secs(2)));
    next(&mut window, "Schema detection");
    until(&mut window, "the button", |window| window.query_by_label("Stop").is_some());
    click(&mut window, "Stop");
    until_seen(&mut window, "cancelled");
    proxy.set(Fault::None);
    click(&mut window, "Read the schema now");
    until_seen(&mut window, "Found");
    next(&mut window, "Save configuration");
}
