//! Settings from templates: of a connection, loaded into a wizard that was about something else (W6), and of a
//! project (W18).

use std::path::Path;

use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;
use syncwright_core::project::{self, ConnectionTemplate, ProjectTemplate, Provider};
use syncwright_tests::{
    SMALL_PROJECT,
    servers::{Database, System, or_skip},
};

use crate::{
    driver::{Window, click, click_role, field, fill, picture, sees, texts, until_seen},
    wizard::{Home, detected, next, on_page, personnel, to_connection, to_the_end},
    wizard_systems::fill_connection,
};

/// Loads a template file on the page for that.
fn load(window: &mut Window, file: &Path) {
    let path = file.to_str().expect("a path");
    fill(window, "Template file", path);
    click(window, "Load template");
    until_seen(window, "is loaded. Go back to Database connection");
}

fn back_to_the_connection(window: &mut Window) {
    click(window, "Back");
    on_page(window, "Describe the database");
    click(window, "Back");
    on_page(window, "Database connection");
}

/// What stands in a field; of a password as many dots.
fn value(window: &Window, name: &str) -> String {
    field(window, name).accesskit_node().value().unwrap_or_default()
}

/// A project with the database, whose connection goes into a template file and is kept; gives its provider.
fn with_template(home: &Home, database: &Database, file: &Path) -> Provider {
    let mut window = home.wizard();
    to_connection(&mut window, "PostgreSQL");
    fill_connection(&mut window, database, None);
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    next(&mut window, "Save configuration");
    until_seen(&mut window, "Never saved");
    click_role(&mut window, Role::RadioButton, "Never saved");
    click(&mut window, "Keep the connection on this computer");
    fill(&mut window, "Name of the kept connection", "Personnel");
    click(&mut window, "Save a template file");
    fill(&mut window, "File of the template", file.to_str().expect("a path"));
    let project = to_the_end(&mut window, home, "first");
    project::load(&project).expect("the project").target.connection.provider
}

#[test]
fn a_template_is_loaded_into_a_wizard_about_something_else() {
    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    database.client().run("CREATE TABLE employees (id INTEGER PRIMARY KEY, name VARCHAR(80));");
    let home = Home::new();
    let file = home.path().join("personnel.connection.ron");
    let first = with_template(&home, &database, &file);
    let mut elsewhere = ConnectionTemplate::load(&file).expect("the template");
    let Provider::Odbc { attributes, .. } = &mut elsewhere.connection.provider else { panic!("not ODBC") };
    attributes.insert("Server".to_owned(), "db.example.org".to_owned());
    let other = home.path().join("elsewhere.connection.ron");
    elsewhere.save(&other).expect("the other template");

    // A wizard that is about a SQLite file until the template is loaded.
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    click_role(&mut window, Role::RadioButton, "Expert mode");
    next(&mut window, "System access");
    next(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    click_role(&mut window, Role::RadioButton, "SQLite (embedded)");
    next(&mut window, "Database connection");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    next(&mut window, "Load configuration");
    until_seen(&mut window, "Load Personnel");
    picture(&mut window, "wizard-load");
    click(&mut window, "Load Personnel");
    until_seen(&mut window, "Personnel is loaded");
    back_to_the_connection(&mut window);
    assert_eq!(value(&window, "Server"), "127.0.0.1");
    assert_eq!(value(&window, "Database"), database.name());
    assert_eq!(value(&window, "Password"), "", "a template holds none");
    click(&mut window, "Next");
    until_seen(&mut window, "The database cannot be connected");
    fill(&mut window, "Password", database.password());
    next(&mut window, "Describe the database");
    next(&mut window, "Load configuration");

    // The same database once more: the password was meant for it.
    load(&mut window, &file);
    back_to_the_connection(&mut window);
    assert_ne!(value(&window, "Password"), "");
    next(&mut window, "Describe the database");
    next(&mut window, "Load configuration");
    // Another server must not get it.
    load(&mut window, &other);
    back_to_the_connection(&mut window);
    assert_eq!(value(&window, "Server"), "db.example.org");
    assert_eq!(value(&window, "Password"), "", "it was typed for another server");

    fill(&mut window, "Server", "127.0.0.1");
    fill(&mut window, "Password", database.password());
    for page in
        ["Describe the database", "Load configuration", "Time zone", "Initializing", "Partial schemas"]
    {
        next(&mut window, page);
    }
    until_seen(&mut window, "public – 1 table");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    for page in [
        "Key information",
        "Data relations",
        "Complete the schema",
        "Data operations",
        "Extend the schema",
        "Save configuration",
    ] {
        next(&mut window, page);
    }
    until_seen(&mut window, "Never saved");
    click_role(&mut window, Role::RadioButton, "Never saved");
    let again = project::load(&to_the_end(&mut window, &home, "again")).expect("the second project");
    assert_eq!(again.target.connection.provider, first);
    let types: Vec<&str> = again.target.schema.types.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(types, ["employees"]);
}

#[test]
fn a_project_template_brings_what_fits() {
    let home = Home::new();
    // The identity store has other names than the small project.
    let names = [
        ("\"persons\"", "\"Identity\""),
        ("personnel_number", "PersonnelNumber"),
        ("\"first_name\"", "\"FirstName\""),
        ("\"last_name\"", "\"LastName\""),
    ];
    let text = names.iter().fold(SMALL_PROJECT.to_owned(), |text, (old, new)| text.replace(old, new));
    let small = project::from_text("small.ron", &text).expect("the project");
    let folder = home.path().join("state/templates");
    std::fs::create_dir_all(&folder).expect("a folder");
    ProjectTemplate::of(&small, "From HR").save(&folder.join("from-hr.ron")).expect("the template");
    let (mut window, _) = detected(&home);
    next(&mut window, "Central connection");
    next(&mut window, "Project template");
    until_seen(&mut window, "from-hr");
    click_role(&mut window, Role::RadioButton, "from-hr");
    let brought = "It brings 1 mapping, 1 workflow, 1 start up configuration.";
    until_seen(&mut window, brought);
    picture(&mut window, "wizard-template");
    click_role(&mut window, Role::RadioButton, "Blank project");
    assert!(!sees(&window, "It brings "), "{:?}", texts(&window));
    click_role(&mut window, Role::RadioButton, "from-hr");
    until_seen(&mut window, brought);
    click(&mut window, "Back");
    on_page(&mut window, "Central connection");
    let project = project::load(&to_the_end(&mut window, &home, "templated")).expect("the project");
    let names = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(names(project.mappings.iter().map(|one| &one.name).collect()), ["Person"]);
    assert_eq!(names(project.workflows.iter().map(|one| &one.name).collect()), ["Import"]);
    assert_eq!(names(project.start_ups.iter().map(|one| &one.name).collect()), ["Import from HR"]);
}
