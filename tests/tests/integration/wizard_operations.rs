//! Data operations (W14) by keyboard and mouse: completion of column names, scripts, operations that are deleted; and
//! the whole way through expert mode by the keyboard alone.

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::NodeT as _;
use syncwright_core::project::{self, OperationStrategy};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::{
    driver::{Window, click, click_role, field, fill, picture, sees, texts, until, until_seen, window_with},
    wizard::{Home, next, on_page, tab_to, to_the_end, type_here},
};

const TABLES: &str = "
    CREATE TABLE employees (id INTEGER PRIMARY KEY, given_name VARCHAR(80), family_name VARCHAR(80));
    INSERT INTO employees VALUES (1, 'Ana', 'Becker'), (2, 'Mei', 'Chen');";

/// Goes by the keyboard alone from the start to *Data operations*.
fn to_data_operations(window: &mut Window, database: &Database) {
    let forward = |window: &mut Window, page: &str| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        on_page(window, page);
    };
    let press = |window: &mut Window, wanted: &str| {
        tab_to(window, wanted);
        window.key_press(Key::Space);
        window.run_steps(4);
    };
    press(window, "Expert mode");
    forward(window, "System access");
    forward(window, "Database system");
    until_seen(window, "PostgreSQL");
    press(window, "PostgreSQL");
    forward(window, "Database connection");
    for (name, value) in database.attributes() {
        tab_to(window, if name == "UID" { "User" } else { &name });
        type_here(window, &value);
    }
    tab_to(window, "Password");
    type_here(window, database.password());
    forward(window, "Describe the database");
    forward(window, "Load configuration");
    forward(window, "Time zone");
    press(window, "A time zone");
    tab_to(window, "Filter time zones");
    type_here(window, "Europe/Berl");
    tab_to(window, "Time zones");
    window.key_press(Key::ArrowDown);
    window.run_steps(4);
    forward(window, "Initializing");
    forward(window, "Partial schemas");
    until_seen(window, "public – 1 table");
    forward(window, "Schema detection");
    until_seen(window, "Found");
    for page in ["Key information", "Data relations", "Complete the schema", "Data operations"] {
        forward(window, page);
        window.run_steps(4);
    }
}

#[test]
fn operations_are_written_with_completion_and_deleted_again() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    database.client().run(TABLES);
    let home = Home::new();
    let mut window = window_with(home.options());
    window.run_steps(4);
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window.run_steps(4);
    on_page(&mut window, "Start");
    to_data_operations(&mut window, &database);

    tab_to(&mut window, "Script");
    window.key_press(Key::Space);
    until(&mut window, "the script", |window| sees(window, "Script of the operation"));
    fill(&mut window, "Script of the operation", "[\"DELETE");
    until(&mut window, "the mistake", |window| sees(window, "The text cannot be used yet; see above."));
    fill(
        &mut window,
        "Script of the operation",
        "if $given_name$ == \"Ana\" { [] } else { \"INSERT INTO employees (id) VALUES (%id%)\" }",
    );
    until_seen(&mut window, "Nothing is done for this object: the script gives an empty list.");
    click_role(&mut window, Role::Button, "Next object");
    until_seen(&mut window, "Bound value 1: id, new, integer, 2");
    picture(&mut window, "operations-script");

    click_role(&mut window, Role::Button, "Update: plain");
    click_role(&mut window, Role::Button, "Pattern");
    until(&mut window, "the pattern", |window| sees(window, "Pattern of the operation"));
    fill(&mut window, "Pattern of the operation", "");
    type_here(&mut window, "UPDATE employees SET given_name = ");
    type_here(&mut window, "%giv");
    window.run_steps(4);
    window.key_press(Key::Enter);
    window.run_steps(4);
    let pattern = field(&window, "Pattern of the operation").accesskit_node().value();
    assert_eq!(pattern.as_deref(), Some("UPDATE employees SET given_name = %given_name%"), "completed");

    click_role(&mut window, Role::Button, "Delete: plain");
    click_role(&mut window, Role::Button, "Pattern");
    until_seen(&mut window, "Delete: pattern");
    click_role(&mut window, Role::Button, "Delete operation");
    until_seen(&mut window, "Delete: plain");
    assert!(sees(&window, "Objects are removed by a plain DELETE."), "{:?}", texts(&window));
    next(&mut window, "Extend the schema");
    next(&mut window, "Save configuration");
    until_seen(&mut window, "Never saved");
    click_role(&mut window, Role::RadioButton, "Never saved");
    next(&mut window, "Central connection");
    next(&mut window, "Project template");
    click(&mut window, "Back");
    on_page(&mut window, "Central connection");
    let project = project::load(&to_the_end(&mut window, &home, "operations")).expect("the project");
    let zone = project.target.connection.time_zone.as_deref();
    assert_eq!(zone, Some("Europe/Berlin"), "chosen by the keyboard");
    let operations = &project.target.schema.schema_type("employees").expect("employees").operations;
    let insert = operations.insert.as_ref().map(|one| &one.strategy);
    assert!(
        matches!(insert, Some(OperationStrategy::Script(text)) if text.contains("$given_name$")),
        "{insert:?}"
    );
    assert!(operations.update.is_some() && operations.delete.is_none());
}
