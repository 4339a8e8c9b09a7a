//! Pages of expert mode that look into the data, clicked through with SQLite: relations that are typed (W12) and
//! virtual properties with their values on sample objects (W15).

use std::path::Path;

use egui::{Key, Modifiers, accesskit::Role};
use rusqlite::Connection;

use crate::{
    driver::{Window, choose, click, click_role, field, fill, picture, sees, texts, until, until_seen},
    wizard::{Home, next, on_page, personnel},
};

/// The personnel department, with teams whose tables declare no relations.
fn database(file: &Path) {
    personnel(file);
    Connection::open(file)
        .and_then(|database| {
            database.execute_batch(
                "CREATE TABLE teams (id INTEGER PRIMARY KEY NOT NULL, title TEXT);
                 CREATE TABLE memberships (person INTEGER NOT NULL, team INTEGER NOT NULL, PRIMARY KEY (person, team));
                 INSERT INTO teams VALUES (1, 'Chess'), (2, 'Choir');
                 INSERT INTO memberships VALUES (1, 2), (1, 1), (2, 1);",
            )
        })
        .expect("the database");
}

/// A window of expert mode on the page *Data relations*.
fn relations_page(home: &Home) -> Window {
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
    next(&mut window, "Data relations");
    until_seen(&mut window, "Refers to: memberships.person");
    window
}

/// Types a target and takes it.
fn refer(window: &mut Window, column: &str, target: &str) {
    fill(window, &format!("Refers to: {column}"), target);
    window.key_press(Key::Enter);
    window.run_steps(4);
}

#[test]
fn a_target_that_was_typed_is_taken_or_explained() {
    let home = Home::new();
    let mut window = relations_page(&home);
    refer(&mut window, "memberships.person", "nobody.id");
    click(&mut window, "Next");
    window.run_steps(10);
    assert!(sees(&window, "memberships.person cannot refer to “nobody.id”"), "{:?}", texts(&window));
    picture(&mut window, "relations-refused");
    on_page(&mut window, "Data relations");

    // Somebody who has corrected it is not told any longer.
    refer(&mut window, "memberships.person", "");
    assert!(!sees(&window, "cannot refer to"), "{:?}", texts(&window));

    // What still stands in a field is taken on the way to the next page.
    fill(&mut window, "Refers to: memberships.person", "employees.id");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    on_page(&mut window, "Complete the schema");
    click(&mut window, "Back");
    on_page(&mut window, "Data relations");
    until_seen(&mut window, "Refers to: memberships.person");
    let value = field(&window, "Refers to: memberships.person").value();
    assert_eq!(value.as_deref(), Some("employees.id"));
    // And refused there, too.
    fill(&mut window, "Refers to: memberships.team", "teams.title");
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run_steps(10);
    on_page(&mut window, "Data relations");
    assert!(sees(&window, "memberships.team cannot refer to “teams.title”"), "{:?}", texts(&window));
}

/// Adds a virtual property of a kind to a table.
fn add(window: &mut Window, table: &str, kind: &str) {
    click_role(window, Role::ListItem, table);
    click_role(window, Role::Button, "Add virtual property");
    choose(window, "Kind of the property", kind);
}

#[test]
fn virtual_properties_show_what_they_are_on_sample_objects() {
    let home = Home::new();
    let mut window = relations_page(&home);
    refer(&mut window, "memberships.person", "employees.id");
    refer(&mut window, "memberships.team", "teams.id");
    next(&mut window, "Complete the schema");
    next(&mut window, "Extend the schema");

    add(&mut window, "employees", "Expression");
    fill(&mut window, "Expression of the property", "CASE WHEN 10 / (id - 1) > 0 THEN upper(given_name) END");
    until(&mut window, "the value of the second object", |window| sees(window, "Object 2: MEI"));
    assert!(
        texts(&window).iter().any(|text| text.contains("Object 1:") && text.contains("zero")),
        "{:?}",
        texts(&window)
    );
    picture(&mut window, "extend-expression");
    choose(&mut window, "Kind of the property", "Case or character conversion");
    until_seen(&mut window, "Choose the property to convert");
    choose(&mut window, "Converted property", "family_name");
    choose(&mut window, "Conversion", "without accents");
    until_seen(&mut window, "Object 1: Alvarez");
    choose(&mut window, "Kind of the property", "Key resolution");
    choose(&mut window, "Property of the referenced object", "name");
    until_seen(&mut window, "Object 2: Research");
    picture(&mut window, "extend-reference");
    choose(&mut window, "Kind of the property", "Members of a table");
    choose(&mut window, "Table of the members", "memberships, by person");
    choose(&mut window, "Members", "team → teams");
    choose(&mut window, "Listed property of the members", "title");
    until(&mut window, "the members", |window| {
        texts(window)
            .iter()
            .any(|text| text.contains("Object 1:") && text.contains("Chess") && text.contains("Choir"))
    });
    picture(&mut window, "extend-members");

    // Next looks at them in the background, and at nothing else.
    fill(&mut window, "Name of the property", "vrtTeams");
    next(&mut window, "Save configuration");
}
