//! Products that are recognised (W10), central systems that are there already (W17), and updates of a schema that break
//! something (S5).

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use rusqlite::Connection;
use syncwright::editor::EditorOptions;
use syncwright_core::{
    identity_store,
    project::{self, Provider, WhenMissing},
};
use syncwright_tests::{ProjectFolder, SMALL_PROJECT};

use crate::{
    driver::{Window, click, click_role, fill, picture, sees, texts, until, until_seen, window_with},
    wizard::{Home, detected, next, to_connection, to_the_end},
};

/// An identity store in a file.
fn store(home: &Home) -> PathBuf {
    let file = home.path().join("store.db");
    let connection = Connection::open(&file).expect("a database");
    identity_store::create(&connection).expect("the tables");
    file
}

/// A project about an identity store as the target; what is known of it is filled in, or not.
fn about_a_store(fills: bool) -> project::Project {
    let home = Home::new();
    let file = store(&home);
    let mut window = home.wizard();
    to_connection(&mut window, "SQLite (embedded)");
    fill(&mut window, "Database file", file.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "This is the schema of Syncwright identity store.");
    if !fills {
        click_role(&mut window, Role::Switch, "Fill in system description completely");
        let declined = |window: &Window| sees(window, "Declined: the system is only read.");
        let button = |window: &Window| window.query_by_label("Read the schema now").is_some();
        until(&mut window, "the page to change", |window| declined(window) || button(window));
        if button(&window) {
            click(&mut window, "Read the schema now");
        }
        until_seen(&mut window, "Declined: the system is only read.");
        picture(&mut window, "wizard-declined");
        next(&mut window, "Central connection");
    } else {
        assert!(sees(&window, "that are known of it were filled in."), "{:?}", texts(&window));
        picture(&mut window, "wizard-recognised");
        next(&mut window, "Central connection");
    }
    project::load(&to_the_end(&mut window, &home, "store")).expect("the project")
}

#[test]
fn what_is_known_of_a_product_is_filled_in_unless_that_is_declined() {
    let template = |project: &project::Project| {
        let identity = project.target.schema.schema_type("Identity").expect("identities");
        identity.display_template.clone()
    };
    let filled = about_a_store(true);
    assert_eq!(template(&filled).as_deref(), Some("%LastName%, %FirstName% (%PersonnelNumber%)"));
    assert!(!filled.target.connection.read_only);
    let declined = about_a_store(false);
    assert_eq!(template(&declined), None);
    assert!(declined.target.connection.read_only, "whoever declines only reads");
}

#[test]
fn a_store_that_is_there_becomes_the_central_system() {
    let home = Home::new();
    let file = store(&home);
    let (mut window, _) = detected(&home);
    next(&mut window, "Central connection");
    click_role(&mut window, Role::RadioButton, "A SQLite file");
    click(&mut window, "Next");
    until_seen(&mut window, "the database file is empty");
    fill(&mut window, "Database file", file.to_str().expect("a path"));
    picture(&mut window, "wizard-central-file");
    let project = project::load(&to_the_end(&mut window, &home, "there")).expect("the project");
    let Provider::Sqlite { file: path, when_missing } = &project.central.connection.provider else {
        panic!("not SQLite")
    };
    assert_eq!(home.path().join("projects").join(path).canonicalize().ok(), file.canonicalize().ok());
    assert_eq!(*when_missing, WhenMissing::Fail);
    assert!(project.central.schema.schema_type("Identity").is_some());
}

#[cfg(unix)]
#[test]
fn another_database_becomes_the_central_system() {
    use crate::{driver::choose, wizard_systems::fill_connection};
    use syncwright_tests::servers::{Database, System, or_skip};

    let Some(database) = or_skip(Database::new(System::PostgreSql)) else { return };
    database.client().run("CREATE TABLE persons (id INTEGER PRIMARY KEY, name VARCHAR(80));");
    let home = Home::new();
    let (mut window, _) = detected(&home);
    next(&mut window, "Central connection");
    click_role(&mut window, Role::RadioButton, "Another database");
    click(&mut window, "Next");
    until_seen(&mut window, "choose its database system");
    choose(&mut window, "Database system of the central system", "PostgreSQL");
    fill_connection(&mut window, &database, None);
    until_seen(&mut window, "Never saved");
    window.get_by_role_and_label(Role::RadioButton, "Never saved").scroll_to_me();
    window.run_steps(10);
    click_role(&mut window, Role::RadioButton, "Never saved");
    picture(&mut window, "wizard-central-database");
    let project = project::load(&to_the_end(&mut window, &home, "database")).expect("the project");
    let types: Vec<&str> = project.central.schema.types.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(types, ["persons"]);
    let Provider::Odbc { attributes, .. } = &project.central.connection.provider else { panic!("not ODBC") };
    assert_eq!(attributes.get("Database").map(String::as_str), Some(database.name()));
}

fn is_active(file: &Path) -> bool {
    project::load(file).expect("the project").active
}

#[test]
fn an_update_that_breaks_a_rule_makes_an_active_project_inactive() {
    let folder = ProjectFolder::with(SMALL_PROJECT);
    let mut small = project::load(folder.file()).expect("the project");
    small.active = true;
    project::save(&small, folder.file()).expect("written");
    Connection::open(folder.path().join("hr.db"))
        .and_then(|hr| hr.execute_batch("CREATE TABLE employees (id INTEGER PRIMARY KEY, given_name TEXT);"))
        .expect("the database");
    let home = Home::new();
    let options = EditorOptions { project: Some(folder.file().to_owned()), ..home.options() };
    let mut window = window_with(options);
    until_seen(&mut window, "Simulate");
    click(&mut window, "Target system");
    click_role(&mut window, Role::Button, "Update target schema");
    until_seen(&mut window, "Removed property employees.family_name");
    picture(&mut window, "schema-update-breaks");
    let accept = texts(&window).into_iter().find(|text| text.starts_with("Accept: ")).expect("a button");
    assert!(accept.contains("breaks 1 rule") && accept.ends_with("the project becomes inactive"), "{accept}");
    click_role(&mut window, Role::Button, &accept);
    assert!(is_active(folder.file()), "nothing is written before it is saved");
    click(&mut window, "Save");
    until(&mut window, "the save", |window| !window.state().is_busy());
    assert!(!is_active(folder.file()));
}
