//! Projects that come from another machine: drivers and data sources that this one does not have are explained on
//! the page of the connection (W4).

use std::path::Path;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use syncwright::editor::EditorOptions;

use crate::{
    driver::{Window, click, click_role, picture, sees, texts, until, until_seen, window_with},
    wizard::{Home, on_page},
};

fn project(attributes: &str) -> String {
    format!(
        r#"(
  format: 1, name: "elsewhere",
  central: (connection: (system_identifier: "C", provider: Sqlite(file: "c.db", when_missing: CreateIdentityStore)), schema: ()),
  target: (
    connection: (
      system_identifier: "T", display_name: "HR", secret_store: NeverSaved,
      provider: Odbc(dialect: "postgresql", attributes: {{{attributes}}}),
    ),
    schema: (types: [(name: "people", key: ["id"], properties: [(name: "id", value_type: Integer)])]),
  ),
  mappings: [], workflows: [], start_ups: [],
)"#
    )
}

/// A window on the page of the target's connection of an open project.
fn connection_page(home: &Home, file: &Path) -> Window {
    let options = EditorOptions { project: Some(file.to_owned()), ..home.options() };
    let mut window = window_with(options);
    until_seen(&mut window, "What it consists of");
    click(&mut window, "Target system");
    click_role(&mut window, Role::Button, "Configuration pages");
    click_role(&mut window, Role::ListItem, "Configure: Database connection");
    on_page(&mut window, "Database connection");
    window
}

fn explained(attributes: &str, name: &str, parts: &[&str]) -> Window {
    let home = Home::new();
    let file = home.path().join("elsewhere.ron");
    std::fs::write(&file, project(attributes)).expect("the project");
    let mut window = connection_page(&home, &file);
    click(&mut window, "Test connection");
    until(&mut window, "the error", |window| sees(window, "The database cannot be connected"));
    for part in parts {
        assert!(sees(&window, part), "{part}: {:?}", texts(&window));
    }
    assert!(window.query_by_label("Copy details").is_some(), "the details can be copied");
    assert!(!sees(&window, "Connected:"));
    picture(&mut window, name);
    on_page(&mut window, "Database connection");
    window
}

#[test]
fn a_driver_that_is_not_installed_is_explained() {
    let mut window = explained(
        r#""Driver": "No Such Driver", "Server": "localhost", "Port": "1", "Database": "hr", "UID": "hr""#,
        "wizard-no-driver",
        &["the ODBC driver \"No Such Driver\" is not installed", "installed drivers:", "SW-D015"],
    );
    // Whoever chooses another driver need not read of the old one any more.
    let Some(combo) = window.query_by_role_and_label(Role::ComboBox, "Driver") else { panic!("no choice") };
    combo.click();
    window.run_steps(4);
    let preferred = window.query_all_by_role(Role::ListBoxOption).next().expect("a driver");
    preferred.click();
    window.run_steps(6);
    assert!(!sees(&window, "No Such Driver"), "{:?}", texts(&window));
}

#[test]
fn a_data_source_that_is_not_registered_is_explained() {
    let mut window = explained(
        r#""DSN": "no-such-source", "UID": "hr""#,
        "wizard-no-source",
        &[
            "there is no ODBC data source \"no-such-source\" on this machine",
            "registered data sources:",
            "SW-D015",
        ],
    );
    click_role(&mut window, Role::ComboBox, "Data source");
    assert!(sees(&window, "no-such-source (not registered on this machine)"), "{:?}", texts(&window));
}
