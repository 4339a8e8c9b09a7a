//! The project wizard, clicked through: from a database to a project that is checked and runs.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use rusqlite::Connection;
use syncwright::editor::EditorOptions;
use syncwright_core::{
    check::{self, Severity},
    project::{self, Provider, WhenMissing},
};
use tempfile::TempDir;

use crate::driver::{
    Window, click, click_role, field, fill, name, picture, sees, texts, until, until_seen, window_with,
};

/// A home with a folder for projects and one for the state of the editor.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn options(&self) -> EditorOptions {
        EditorOptions {
            state_folder: self.path().join("state"),
            projects_folder: self.path().join("projects"),
            ..EditorOptions::default()
        }
    }

    /// A window on the first page of the wizard.
    pub fn wizard(&self) -> Window {
        let mut window = window_with(self.options());
        click(&mut window, "New project…");
        assert!(sees(&window, "What you need"), "{:?}", texts(&window));
        window
    }
}

/// A database of a personnel department.
pub fn personnel(file: &Path) {
    Connection::open(file)
        .and_then(|database| {
            database.execute_batch(
                "CREATE TABLE departments (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL);
                 CREATE TABLE employees (id INTEGER PRIMARY KEY NOT NULL, given_name TEXT, family_name TEXT,
                   department INTEGER REFERENCES departments (id));
                 INSERT INTO departments VALUES (1, 'Sales'), (2, 'Research');
                 INSERT INTO employees VALUES (1, 'Ana', 'Álvarez', 1), (2, 'Mei', 'Chen', 2);",
            )
        })
        .expect("the database");
}

/// Clicks *Next* and waits until the page is shown.
#[track_caller]
pub fn next(window: &mut Window, page: &str) {
    everything_has_a_name(window);
    click(window, "Next");
    on_page(window, page);
}

/// Makes sure that a screen reader has something to say about every control.
#[track_caller]
pub fn everything_has_a_name(window: &Window) {
    const CONTROLS: [Role; 9] = [
        Role::Button,
        Role::CheckBox,
        Role::ComboBox,
        Role::MultilineTextInput,
        Role::PasswordInput,
        Role::RadioButton,
        Role::SpinButton,
        Role::Switch,
        Role::TextInput,
    ];
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        if CONTROLS.contains(&node.role()) {
            let named = node.label().is_some_and(|label| !label.trim().is_empty());
            assert!(named, "a {:?} has no name, at {:?}", node.role(), node.bounding_box());
        }
    }
}

/// Waits until a page is shown.
#[track_caller]
pub fn on_page(window: &mut Window, page: &str) {
    let step = format!("Step {page}: shown");
    // Also “shown, needs attention”.
    until(window, &step, |window| sees(window, &step));
}

/// Goes from the first page to the connection of a kind of system.
#[track_caller]
pub fn to_connection(window: &mut Window, system: &str) {
    next(window, "Database system");
    until_seen(window, "SQLite (embedded)");
    click_role(window, Role::RadioButton, system);
    next(window, "Database connection");
}

/// A window on the page *Schema detection*, with the personnel database in SQLite; and that database's file.
#[track_caller]
pub fn detected(home: &Home) -> (Window, PathBuf) {
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    to_connection(&mut window, "SQLite (embedded)");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    (window, hr)
}

/// Goes from the page *Schema detection* to the end with a new identity store; gives the project file.
#[track_caller]
pub fn to_the_end(window: &mut Window, home: &Home, name: &str) -> PathBuf {
    if !sees(window, "Step Central connection: shown") {
        next(window, "Central connection");
    }
    if sees(window, "Step Project template: skipped") {
        next(window, "General");
    } else {
        next(window, "Project template");
        next(window, "General");
    }
    fill(window, "Name of the project", name);
    next(window, "Finish");
    click(window, "Save project");
    // A project with a mapping shows that first.
    until_seen(window, "Project settings");
    let file = home.path().join(format!("projects/{name}.ron"));
    let project = project::load(&file).expect("the project");
    let findings = check::check(&project);
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    file
}

#[test]
fn sqlite_to_a_new_identity_store_in_default_mode() {
    let home = Home::new();
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    picture(&mut window, "wizard-start");
    next(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    click_role(&mut window, Role::RadioButton, "SQLite (embedded)");
    picture(&mut window, "wizard-system");
    next(&mut window, "Database connection");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    click(&mut window, "Test connection");
    until_seen(&mut window, "Connected: SQLite");
    picture(&mut window, "wizard-connection");
    next(&mut window, "Describe the database");
    assert!(field(&window, "System identifier").value().is_some_and(|value| value == "hr"));
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    picture(&mut window, "wizard-detection");
    next(&mut window, "Central connection");
    picture(&mut window, "wizard-central");
    next(&mut window, "General");
    fill(&mut window, "Name of the project", "HR to identities");
    picture(&mut window, "wizard-general");
    next(&mut window, "Finish");
    assert!(sees(&window, "2 tables, 6 columns"), "{:?}", texts(&window));
    picture(&mut window, "wizard-finish");
    click(&mut window, "Save project");
    until_seen(&mut window, "What it consists of");
    picture(&mut window, "wizard-after");

    let file = home.path().join("projects/hr-to-identities.ron");
    let project = project::load(&file).expect("the project");
    let errors: Vec<_> =
        check::check(&project).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(matches!(&project.central.connection.provider,
            Provider::Sqlite { file, when_missing: WhenMissing::CreateIdentityStore } if file == "identity-store.db"));
    assert!(home.path().join("projects/identity-store.db").exists());
    assert!(!home.path().join("state/wizard.ron").exists(), "what was entered is not kept any longer");
}

/// What a person adds to the project of the wizard: one mapping, one workflow, one start up configuration. In place of
/// `TYPE`, `KEY`, `FIRST` and `LAST` stand names of the target system.
const ONE_MAPPING: &str = r#"  mappings: [(
    name: "People", left: "Identity", right: "TYPE",
    matching: [(name: "Number", on: Pair("PersonnelNumber", "KEY"))],
    rules: [
      (name: "Number", left: "PersonnelNumber", right: "KEY", direction: ToCentral),
      (name: "First name", left: "FirstName", right: "FIRST", direction: ToCentral),
      (name: "Last name", left: "LastName", right: "LAST", direction: ToCentral),
    ],
  )],
  workflows: [(
    name: "Import", direction: ToCentral,
    steps: [(name: "People", mapping: "People", methods: (
      both_differ: [(method: Update)], only_in_source: [(method: Insert)],
    ))],
  )],
  start_ups: [(name: "Import", workflow: "Import")],
  active: true,
)"#;

/// Adds one mapping to a project of the wizard, whose type and columns of the target system are named; the project is
/// sound before and after, inserts so many objects, and writes nothing when it runs once more. `variables` are set
/// for the program.
#[track_caller]
pub fn runs_with_one_mapping(file: &Path, names: [&str; 4], inserts: u64, variables: &[(String, &str)]) {
    let path = file.to_str().expect("a path");
    let run = |arguments: &[&str]| {
        let mut command = crate::program().command();
        command.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
        syncwright_tests::Outcome::from(command.output().expect("the program can be started")).expect(0)
    };
    run(&["check", path]);
    let text = std::fs::read_to_string(file).expect("the project");
    let open = text.trim_end().strip_suffix(')').expect("the end of the project");
    let mut mapping = ONE_MAPPING.to_owned();
    for (place, name) in ["TYPE", "KEY", "FIRST", "LAST"].into_iter().zip(names) {
        mapping = mapping.replace(&format!("\"{place}\""), &format!("\"{name}\""));
    }
    std::fs::write(file, format!("{open}{mapping}\n")).expect("the project");
    run(&["check", path]);
    let writes = || {
        let report = run(&["run", path, "--start-up", "Import", "--format", "json"]).json();
        let writes = report["steps"][0]["writes"].as_object().expect("counts").clone();
        writes.into_iter().filter_map(|(method, count)| Some((method, count.as_u64()?))).collect::<Vec<_>>()
    };
    let first = writes();
    assert!(first.contains(&("insert".to_owned(), inserts)), "{first:?}");
    assert_eq!(first.iter().map(|(_, count)| count).sum::<u64>(), inserts, "{first:?}");
    let again = writes();
    assert_eq!(again.iter().map(|(_, count)| count).sum::<u64>(), 0, "{again:?}");
}

#[test]
fn what_the_wizard_saves_is_checked_and_runs_with_one_mapping() {
    let home = Home::new();
    let (mut window, _) = detected(&home);
    let file = to_the_end(&mut window, &home, "runs");
    drop(window);
    runs_with_one_mapping(&file, ["employees", "id", "given_name", "family_name"], 2, &[]);
}

/// Presses Tab until what is named so has the focus; fails if it cannot be reached.
#[track_caller]
pub fn tab_to(window: &mut Window, wanted: &str) {
    for _ in 0..120 {
        let focused = window.root().children_recursive().find(|node| node.accesskit_node().is_focused());
        if focused.is_some_and(|node| name(&node) == wanted) {
            return;
        }
        window.key_press(Key::Tab);
        window.run_steps(2);
    }
    panic!("the keyboard does not reach {wanted}: {:?}", texts(window));
}

/// Types into what has the focus.
pub fn type_here(window: &mut Window, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.run_steps(3);
}

#[test]
fn the_keyboard_alone_leads_through_the_wizard() {
    let home = Home::new();
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = window_with(home.options());
    window.run_steps(4);
    window.key_press_modifiers(Modifiers::COMMAND, Key::N);
    window.run_steps(4);
    let forward = |window: &mut Window, page: &str| {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        on_page(window, page);
    };
    on_page(&mut window, "Start");
    tab_to(&mut window, "Default mode");
    window.key_press(Key::Space);
    window.run_steps(3);
    forward(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    tab_to(&mut window, "SQLite (embedded)");
    window.key_press(Key::Space);
    window.run_steps(3);
    forward(&mut window, "Database connection");
    tab_to(&mut window, "Database file");
    type_here(&mut window, hr.to_str().expect("a path"));
    tab_to(&mut window, "Test connection");
    window.key_press(Key::Space);
    until_seen(&mut window, "Connected: SQLite");
    forward(&mut window, "Describe the database");
    window.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    on_page(&mut window, "Database connection");
    forward(&mut window, "Describe the database");
    forward(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    forward(&mut window, "Central connection");
    forward(&mut window, "General");
    tab_to(&mut window, "Name of the project");
    type_here(&mut window, "keyboard");
    forward(&mut window, "Finish");
    tab_to(&mut window, "Save project");
    window.key_press(Key::Enter);
    until_seen(&mut window, "What it consists of");
    assert!(home.path().join("projects/keyboard.ron").exists());
}

#[test]
fn pages_of_a_system_open_again_from_the_project() {
    let home = Home::new();
    let (mut window, _) = detected(&home);
    let file = to_the_end(&mut window, &home, "again");
    click(&mut window, "Target system");
    click_role(&mut window, Role::Button, "Configuration pages");
    picture(&mut window, "configuration-pages");
    click_role(&mut window, Role::ListItem, "Configure: Describe the database");
    on_page(&mut window, "Describe the database");
    fill(&mut window, "Display name", "Personnel department");
    click(&mut window, "Apply to the project");
    until_seen(&mut window, "Personnel department");
    click(&mut window, "Undo");
    assert!(!sees(&window, "Personnel department"), "{:?}", texts(&window));
    click(&mut window, "Redo");
    click(&mut window, "Save");
    until(&mut window, "the save", |window| !window.state().is_busy());
    let project = project::load(&file).expect("the project");
    assert_eq!(project.target.connection.display_name, "Personnel department");
}

#[test]
fn steps_that_are_jumped_over_are_checked_all_the_same() {
    let home = Home::new();
    let (mut window, _) = detected(&home);
    next(&mut window, "Central connection");
    next(&mut window, "General");
    fill(&mut window, "Name of the project", "jump");
    next(&mut window, "Finish");
    window.get_by_label_contains("Step Database system").click();
    on_page(&mut window, "Database system");
    click_role(&mut window, Role::RadioButton, "CSV files in a folder");
    window.get_by_label_contains("Step General").click();
    on_page(&mut window, "Database connection");
    assert!(sees(&window, "the folder is empty"), "{:?}", texts(&window));
    assert!(!home.path().join("projects/jump.ron").exists());
}

#[test]
fn a_secret_typed_as_an_attribute_is_not_kept_anywhere() {
    let home = Home::new();
    let mut window = home.wizard();
    next(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    let Some(card) = window.query_by_role_and_label(Role::RadioButton, "PostgreSQL") else { return };
    card.click();
    window.run_steps(4);
    next(&mut window, "Database connection");
    click(&mut window, "Advanced");
    window.run_steps(20);
    let add = window.get_by_label("Add an attribute");
    add.scroll_to_me();
    window.run_steps(10);
    click(&mut window, "Add an attribute");
    fill(&mut window, "Attribute 1", "PWD");
    fill(&mut window, "Value of attribute 1", "t0p-s3cret");
    fill(&mut window, "Server", "db.example.org");
    assert!(sees(&window, "An attribute that holds a secret is not taken"), "{:?}", texts(&window));
    let kept = home.path().join("state/wizard.ron");
    until(&mut window, "what was entered to be kept", |_| {
        std::fs::read_to_string(&kept).is_ok_and(|text| text.contains("db.example.org"))
    });
    let text = std::fs::read_to_string(&kept).expect("what was kept");
    assert!(!text.contains("t0p-s3cret"), "the secret is in the file");
}

#[test]
fn no_page_traps_the_keyboard() {
    let home = Home::new();
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    click_role(&mut window, Role::RadioButton, "Expert mode");
    let forward = |window: &mut Window, page: &str| {
        everything_has_a_name(window);
        tab_to(window, "Next");
        window.key_press(Key::Enter);
        on_page(window, page);
    };
    forward(&mut window, "System access");
    forward(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    click_role(&mut window, Role::RadioButton, "SQLite (embedded)");
    forward(&mut window, "Database connection");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    for page in ["Describe the database", "Load configuration", "Initializing", "Schema detection"] {
        forward(&mut window, page);
    }
    until_seen(&mut window, "Found");
    for page in ["Key information", "Data relations", "Complete the schema", "Extend the schema"] {
        forward(&mut window, page);
        window.run_steps(4);
    }
    for page in ["Save configuration", "Central connection", "Project template", "General"] {
        forward(&mut window, page);
    }
    fill(&mut window, "Name of the project", "no-trap");
    forward(&mut window, "Finish");
}

#[test]
fn a_schema_is_updated_and_compressed_in_the_editor() {
    let home = Home::new();
    let (mut window, hr) = detected(&home);
    let file = to_the_end(&mut window, &home, "update");
    let columns = |file: &Path| {
        let project = project::load(file).expect("the project");
        project.target.schema.schema_type("employees").map(|employees| employees.properties.len())
    };
    assert_eq!(columns(&file), Some(4));
    Connection::open(&hr)
        .and_then(|database| database.execute_batch("ALTER TABLE employees ADD COLUMN mail TEXT"))
        .expect("the database is changed");
    click(&mut window, "Target system");
    click_role(&mut window, Role::Button, "Update target schema");
    until_seen(&mut window, "Added property employees.mail");
    picture(&mut window, "schema-update");
    window.get_by_label_contains("Accept: ").click();
    window.run_steps(4);
    click(&mut window, "Save");
    until(&mut window, "the save", |window| !window.state().is_busy());
    assert_eq!(columns(&file), Some(5));
    click(&mut window, "Target system");
    click_role(&mut window, Role::Button, "Compress schema…");
    until_seen(&mut window, "Drop type departments of the target system");
    picture(&mut window, "schema-compress");
    click(&mut window, "Cancel");
    assert_eq!(columns(&file), Some(5), "nothing is dropped before that is confirmed");
    click_role(&mut window, Role::Button, "Compress schema…");
    until_seen(&mut window, "Drop type departments of the target system");
    let amount = |text: &String| {
        text.strip_prefix("Drop ")
            .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    let drop = texts(&window).into_iter().find(amount);
    click_role(&mut window, Role::Button, &drop.expect("the button that says how much is dropped"));
    window.run_steps(4);
    click(&mut window, "Save");
    until(&mut window, "the save", |window| !window.state().is_busy());
    assert_eq!(columns(&file), None, "nothing uses any type");
    let findings = check::check(&project::load(&file).expect("the project"));
    assert!(findings.iter().all(|finding| finding.severity != Severity::Error), "{findings:?}");
}

#[test]
fn back_and_forth_loses_nothing_and_closing_asks() {
    let home = Home::new();
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    next(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    click_role(&mut window, Role::RadioButton, "SQLite (embedded)");
    next(&mut window, "Database connection");
    click(&mut window, "Next");
    until_seen(&mut window, "the database file is empty");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    fill(&mut window, "Display name", "Personnel");
    click(&mut window, "Back");
    on_page(&mut window, "Database connection");
    click(&mut window, "Back");
    on_page(&mut window, "Database system");
    click(&mut window, "Back");
    on_page(&mut window, "Start");
    for page in ["Database system", "Database connection", "Describe the database"] {
        next(&mut window, page);
    }
    assert!(field(&window, "Display name").value().is_some_and(|value| value == "Personnel"));

    click(&mut window, "Cancel");
    assert!(sees(&window, "Close the wizard?"));
    click(&mut window, "Go on");
    assert!(!sees(&window, "Close the wizard?"));
    click(&mut window, "Cancel");
    click(&mut window, "Close and lose it");
    until_seen(&mut window, "Recent projects");
    assert!(!home.path().join("projects").exists(), "nothing was written");
}

#[test]
fn a_wizard_that_was_cut_short_can_be_taken_up_again() {
    let home = Home::new();
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    to_connection(&mut window, "SQLite (embedded)");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    let kept = home.path().join("state/wizard.ron");
    until(&mut window, "what was entered to be kept", |_| {
        std::fs::read_to_string(&kept).is_ok_and(|text| text.contains("Describe"))
    });
    drop(window);

    let mut window = window_with(home.options());
    window.run_steps(4);
    assert!(sees(&window, "it had come to “Describe the database”"), "{:?}", texts(&window));
    click(&mut window, "Resume");
    on_page(&mut window, "Describe the database");
    click(&mut window, "Back");
    on_page(&mut window, "Database connection");
    assert!(
        field(&window, "Database file").value().is_some_and(|value| value == hr.to_str().expect("a path"))
    );
    drop(window);

    let mut window = window_with(home.options());
    window.run_steps(4);
    click(&mut window, "Discard");
    window.run_steps(4);
    assert!(window.query_by_label("Resume").is_none());
    assert!(!kept.exists());
}

/// Pictures of pages on which nothing depends on the machine; `UPDATE_SNAPSHOTS=1` takes new ones.
fn main_pages_look_as_they_should(theme: egui::Theme, look: &str) {
    let home = Home::new();
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    window.ctx.set_theme(theme);
    window.run_steps(4);
    window.snapshot(format!("wizard_start_{look}"));
    to_connection(&mut window, "SQLite (embedded)");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    next(&mut window, "Central connection");
    window.run_steps(8);
    window.snapshot(format!("wizard_central_{look}"));
}

#[test]
fn the_main_pages_look_as_they_should_in_the_dark() {
    main_pages_look_as_they_should(egui::Theme::Dark, "dark");
}

#[test]
fn the_main_pages_look_as_they_should_in_the_light() {
    main_pages_look_as_they_should(egui::Theme::Light, "light");
}
