//! The tables of W11–W13, clicked through with SQLite: filter, hiding, several columns at once, suggestions that are
//! taken one by one, and what the checks say of the data.

use std::path::Path;

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use rusqlite::Connection;
use syncwright_core::project;

use crate::{
    driver::{Window, choose, click_role, field, fill, picture, sees, texts, until, until_seen},
    wizard::{Home, next, personnel, to_the_end},
};

/// The personnel department, with badges that have no key and memberships that declare no relations.
fn database(file: &Path) {
    personnel(file);
    Connection::open(file)
        .and_then(|database| {
            database.execute_batch(
                "CREATE TABLE badges (number TEXT, badge_id TEXT, room TEXT);
                 CREATE TABLE teams (id INTEGER PRIMARY KEY NOT NULL, title TEXT);
                 CREATE TABLE memberships (employee_id INTEGER NOT NULL, team_id INTEGER NOT NULL,
                   PRIMARY KEY (employee_id, team_id));
                 INSERT INTO badges VALUES ('b1', 's1', 'A'), ('b1', 's2', 'A'), (NULL, 's3', 'B');
                 INSERT INTO teams VALUES (1, 'Chess'), (2, 'Choir');
                 INSERT INTO memberships VALUES (1, 2), (2, 1), (99, 1);",
            )
        })
        .expect("the database");
}

/// A window of expert mode on the page *Key information*.
fn key_page(home: &Home) -> Window {
    let file = home.path().join("hr.db");
    database(&file);
    let mut window = home.wizard();
    click_role(&mut window, Role::RadioButton, "Expert mode");
    next(&mut window, "System access");
    next(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    click_role(&mut window, Role::RadioButton, "SQLite (embedded)");
    next(&mut window, "Database connection");
    fill(&mut window, "Database file", file.to_str().expect("a path"));
    for page in ["Describe the database", "Load configuration", "Initializing", "Schema detection"] {
        next(&mut window, page);
    }
    until_seen(&mut window, "Found");
    next(&mut window, "Key information");
    until_seen(&mut window, "Key: badges.number");
    window
}

fn row(window: &mut Window, wanted: &str) {
    click_role(window, Role::ListItem, wanted);
}

fn has_row(window: &Window, wanted: &str) -> bool {
    window.query_by_role_and_label(Role::ListItem, wanted).is_some()
}

/// Waits for a text, word for word.
#[track_caller]
fn until_told(window: &mut Window, words: &str) {
    until(window, words, |window| texts(window).iter().any(|text| text == words));
}

#[test]
fn keys_are_checked_and_suggested() {
    let home = Home::new();
    let mut window = key_page(&home);
    click_role(&mut window, Role::CheckBox, "Key: badges.number");
    until_told(
        &mut window,
        "1 duplicate value in 2 rows, e.g. “b1” in 2 rows; 1 row without value, e.g. (number = NULL, badge_id = “s3”, room = “B”).",
    );
    picture(&mut window, "keys-checked");
    click_role(&mut window, Role::Button, "Suggest keys");
    until_seen(&mut window, "Use this key: badge_id");
    click_role(&mut window, Role::Button, "Use this key: badge_id");
    until_told(&mut window, "OK: 3 rows, and no two have the same value.");
    assert!(sees(&window, "Is the key: badge_id"), "{:?}", texts(&window));

    fill(&mut window, "Filter tables and columns", "badges");
    assert!(has_row(&window, "badges") && !has_row(&window, "employees"), "{:?}", texts(&window));
    fill(&mut window, "Filter tables and columns", "");
    assert!(has_row(&window, "employees"));
    click_role(&mut window, Role::Switch, "Hide unconfigured tables");
    assert!(has_row(&window, "badges") && !has_row(&window, "employees"), "{:?}", texts(&window));
    click_role(&mut window, Role::Switch, "Hide unconfigured tables");
    assert!(has_row(&window, "employees"));

    next(&mut window, "Data relations");
    let file = to_the_end_from_relations(&mut window, &home, "keys");
    let project = project::load(&file).expect("the project");
    let badges = project.target.schema.schema_type("badges").expect("badges");
    assert_eq!((badges.key.as_slice(), badges.key_declared), (["badge_id".to_owned()].as_slice(), true));
}

fn to_the_end_from_relations(window: &mut Window, home: &Home, name: &str) -> std::path::PathBuf {
    for page in ["Complete the schema", "Extend the schema", "Save configuration"] {
        next(window, page);
    }
    to_the_end(window, home, name)
}

#[test]
fn relations_are_suggested_and_taken_one_by_one() {
    let home = Home::new();
    let mut window = key_page(&home);
    next(&mut window, "Data relations");
    click_role(&mut window, Role::Button, "Suggest relations");
    let (person, team) = ("memberships.employee_id → employees.id", "memberships.team_id → teams.id");
    until_seen(&mut window, &format!("Accept {person}"));
    assert!(sees(&window, &format!("Accept {team}")), "{:?}", texts(&window));
    picture(&mut window, "relations-suggested");
    click_role(&mut window, Role::Button, &format!("Accept {person}"));
    assert!(!sees(&window, &format!("Accept {person}")), "{:?}", texts(&window));
    assert!(sees(&window, &format!("Accept {team}")), "only one was taken: {:?}", texts(&window));
    let refers = |window: &Window, column: &str| {
        field(window, &format!("Refers to: memberships.{column}")).accesskit_node().value()
    };
    assert_eq!(refers(&window, "employee_id").as_deref(), Some("employees.id"));
    assert_eq!(refers(&window, "team_id").unwrap_or_default(), "");

    click_role(&mut window, Role::Button, "Relations of memberships");
    until_told(&mut window, "1 of 3 references lead nowhere, e.g. “99” in 1 row.");
    let file = to_the_end_from_relations(&mut window, &home, "relations");
    let project = project::load(&file).expect("the project");
    let memberships = project.target.schema.schema_type("memberships").expect("memberships");
    let found: Vec<&str> = memberships.foreign_keys.iter().map(|key| key.references.as_str()).collect();
    assert_eq!(found, ["employees"]);
}

#[test]
fn several_columns_are_set_at_once() {
    let home = Home::new();
    let mut window = key_page(&home);
    next(&mut window, "Data relations");
    next(&mut window, "Complete the schema");
    until_seen(&mut window, "Sensitive: employees.given_name");
    row(&mut window, "employees.given_name");
    assert!(!sees(&window, "columns selected:"));
    window.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    window.run_steps(4);
    until_seen(&mut window, "2 columns selected:");
    choose(&mut window, "Setting of the selected columns", "Sensitive");
    picture(&mut window, "complete-several");
    click_role(&mut window, Role::Button, "Apply");
    // The table whose template is edited is the one that is marked.
    click_role(&mut window, Role::Button, "Edit the display template of departments");
    let marked = window.get_by_role_and_label(Role::ListItem, "departments");
    assert_eq!(marked.accesskit_node().is_selected(), Some(true));
    let before = window.get_by_role_and_label(Role::ListItem, "employees.given_name");
    assert_eq!(before.accesskit_node().is_selected(), Some(false));
    for page in ["Extend the schema", "Save configuration"] {
        next(&mut window, page);
    }
    let project = project::load(&to_the_end(&mut window, &home, "several")).expect("the project");
    let employees = project.target.schema.schema_type("employees").expect("employees");
    let sensitive: Vec<&str> =
        employees.properties.iter().filter(|one| one.sensitive).map(|one| one.name.as_str()).collect();
    assert_eq!(sensitive, ["given_name", "family_name"]);
}
