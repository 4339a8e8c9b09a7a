//! Pages about a system opened again from an open project: what is wrong keeps them open, schemas are chosen and read
//! again without anything being taken over unseen (W9, S5), and a central system that nobody has read is not saved.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use rusqlite::Connection;
use syncwright::editor::EditorOptions;
use syncwright_core::{
    project::{self, SchemaClass, VirtualKind, VirtualProperty},
    value::ValueType,
};
use syncwright_tests::servers::{Database, System, or_skip};

use crate::{
    driver::{Window, click, click_role, fill, picture, sees, texts, until, until_seen, window_with},
    wizard::{Home, detected, next, on_page, to_connection, to_the_end},
    wizard_systems::fill_connection,
};

/// Opens a page about the target system of the open project.
fn configure(window: &mut Window, page: &str) {
    click(window, "Target system");
    click_role(window, Role::Button, "Configuration pages");
    click_role(window, Role::ListItem, &format!("Configure: {page}"));
    on_page(window, page);
}

#[test]
fn what_is_refused_keeps_the_pages_open() {
    let home = Home::new();
    let (mut window, _) = detected(&home);
    let file = to_the_end(&mut window, &home, "refused");
    // Something that the core has to judge in the background.
    let mut changed = project::load(&file).expect("the project");
    changed.target.schema.classes = vec![SchemaClass {
        name: "everybody".to_owned(),
        schema_type: "employees".to_owned(),
        display_name: String::new(),
        filter: None,
        virtual_properties: vec![VirtualProperty {
            name: "vrtOne".to_owned(),
            value_type: ValueType::Integer,
            multi_valued: false,
            mandatory: false,
            secret: false,
            kind: VirtualKind::Expression("id + 1".to_owned()),
        }],
    }];
    project::save(&changed, &file).expect("saved");
    drop(window);
    let mut window = window_with(EditorOptions { project: Some(file), ..home.options() });
    until_seen(&mut window, "What it consists of");
    configure(&mut window, "Data relations");
    until_seen(&mut window, "Refers to: employees.family_name");
    fill(&mut window, "Refers to: employees.family_name", "nobody.id");
    click(&mut window, "Apply to the project");
    until_seen(&mut window, "employees.family_name cannot refer to “nobody.id”");
    on_page(&mut window, "Data relations");
    fill(&mut window, "Refers to: employees.family_name", "");
    click(&mut window, "Apply to the project");
    until_seen(&mut window, "Update target schema");
}

#[test]
fn a_schema_is_read_again_where_one_sees_what_that_breaks() {
    let home = Home::new();
    let (mut window, hr) = detected(&home);
    let file = to_the_end(&mut window, &home, "read-again");
    Connection::open(&hr)
        .and_then(|database| database.execute_batch("ALTER TABLE employees ADD COLUMN mail TEXT"))
        .expect("the database is changed");
    configure(&mut window, "Schema detection");
    assert!(!sees(&window, "Read again"), "{:?}", texts(&window));
    picture(&mut window, "detection-of-a-project");
    click(&mut window, "Apply and update schema");
    until_seen(&mut window, "Added property employees.mail");
    let project = project::load(&file).expect("the project");
    let employees = project.target.schema.schema_type("employees").expect("the table");
    assert!(employees.property("mail").is_none(), "nothing is taken over before somebody accepts");
}

#[test]
fn schemas_of_an_open_project_can_be_chosen() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    database.client().run(
        "CREATE TABLE one (id INTEGER PRIMARY KEY);
         CREATE SCHEMA other; CREATE TABLE other.two (id INTEGER PRIMARY KEY);",
    );
    let home = Home::new();
    let mut window = home.wizard();
    to_connection(&mut window, "PostgreSQL");
    fill_connection(&mut window, &database, None);
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    next(&mut window, "Save configuration");
    until_seen(&mut window, "Never saved");
    click_role(&mut window, Role::RadioButton, "Never saved");
    let file = to_the_end(&mut window, &home, "schemas");
    configure(&mut window, "Partial schemas");
    until_seen(&mut window, "other – 1 table, 0 views");
    picture(&mut window, "partial-schemas-of-a-project");
    click(&mut window, "other – 1 table, 0 views");
    window.run_steps(4);
    click(&mut window, "Apply to the project");
    // What is not loaded any more is shown before it goes.
    until_seen(&mut window, "Removed type other.two");
    click(&mut window, "Save");
    until(&mut window, "the save", |window| !window.state().is_busy());
    let project = project::load(&file).expect("the project");
    assert_eq!(project.target.connection.partial_schemas, ["public"]);
    assert_eq!(project.target.schema.types.len(), 2, "not accepted yet");
    window.get_by_label_contains("Accept: ").click();
    window.run_steps(4);
    // The one that was taken out can be chosen again.
    configure(&mut window, "Partial schemas");
    until_seen(&mut window, "other – 1 table, 0 views");
    assert!(sees(&window, "1 of 2 schemas loaded."), "{:?}", texts(&window));
    click(&mut window, "All");
    click(&mut window, "Apply to the project");
    until_seen(&mut window, "Added type other.two");
}

#[test]
fn a_central_system_that_nobody_has_read_is_not_saved() {
    let home = Home::new();
    let (mut window, hr) = detected(&home);
    next(&mut window, "Central connection");
    next(&mut window, "General");
    fill(&mut window, "Name of the project", "unread");
    next(&mut window, "Finish");
    window.get_by_label_contains("Step Central connection").click();
    on_page(&mut window, "Central connection");
    click_role(&mut window, Role::RadioButton, "A SQLite file");
    fill(&mut window, "Database file", home.path().join("nothing.db").to_str().expect("a path"));
    // Over a page before it, so that its own work is jumped over.
    window.get_by_label_contains("Step Schema detection").click();
    on_page(&mut window, "Schema detection");
    window.get_by_label_contains("Step General").click();
    on_page(&mut window, "Central connection");
    click(&mut window, "Next");
    until_seen(&mut window, "nothing.db");
    on_page(&mut window, "Central connection");
    // Nor what another file held.
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    next(&mut window, "General");
    window.get_by_label_contains("Step Central connection").click();
    on_page(&mut window, "Central connection");
    click_role(&mut window, Role::RadioButton, "A new identity store");
    window.get_by_label_contains("Step Schema detection").click();
    on_page(&mut window, "Schema detection");
    window.get_by_label_contains("Step General").click();
    on_page(&mut window, "Central connection");
    assert!(!home.path().join("projects/unread.ron").exists());
}
