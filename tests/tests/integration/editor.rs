//! The editor, driven through its accessibility tree the way a person drives it: look, click, type.

use std::{
    fs,
    path::{Path, PathBuf},
};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use rusqlite::Connection;
use syncwright::editor::EditorOptions;
use syncwright_core::{journal::RunKind, project};
use syncwright_tests::{ProjectFolder, SMALL_PROJECT, repository};

use crate::driver::{Window, click, name, sees, texts, until, window_with};

/// A window on the start page, with `sample` to be opened there.
fn window(sample: &Path, state: &Path) -> Window {
    let options = EditorOptions {
        sample: Some(sample.to_owned()),
        state_folder: state.to_owned(),
        ..EditorOptions::default()
    };
    window_with(options)
}

/// Opens the sample from the start page.
fn open_sample(window: &mut Window) {
    click(window, "Open the sample");
    until(window, "the project", |window| !window.state().is_busy() && sees(window, "Simulate"));
}

/// Clicks *Simulate* or goes through *Run…*, and waits for the result.
#[track_caller]
fn synchronize(window: &mut Window, kind: RunKind) {
    match kind {
        RunKind::Simulation => click(window, "Simulate"),
        RunKind::Run => {
            click(window, "Run…");
            window.get_by_label_contains("Run: write ").click();
            window.run_steps(4);
        }
    }
    until(window, "the result", |window| {
        !window.state().is_busy()
            && window.state().shown_report().is_some_and(|report| report.run.kind == kind)
    });
}

/// The small project with its two databases: three employees, one of them known and renamed, one person
/// who left.
fn small() -> ProjectFolder {
    let folder = ProjectFolder::with(
        SMALL_PROJECT
            .replace(
                "display_name: \"Persons from HR\",",
                "display_name: \"Persons from HR\",\n  active: true,",
            )
            .replace("(percent: 5.0)", "(percent: 100.0)"),
    );
    Connection::open(folder.path().join("identities.db"))
        .and_then(|database| {
            database.execute_batch(
                "CREATE TABLE persons (uid TEXT PRIMARY KEY NOT NULL, personnel_number TEXT, first_name TEXT,
                   last_name TEXT NOT NULL);
                 INSERT INTO persons VALUES ('6f9619ff-8b86-d011-b42d-00c04fc964ff', '1', 'Ana', 'Becker'),
                   ('6f9619ff-8b86-d011-b42d-00c04fc96400', '9', 'Omar', 'Haddad');",
            )
        })
        .expect("the central database");
    Connection::open(folder.path().join("hr.db"))
        .and_then(|database| {
            database.execute_batch(
                "CREATE TABLE employees (id INTEGER PRIMARY KEY NOT NULL, given_name TEXT, family_name TEXT);
                 INSERT INTO employees VALUES (1, 'Ana', 'Álvarez'), (2, 'Mei', 'Chen'), (3, 'Luca', 'Rossi');",
            )
        })
        .expect("the target database");
    folder
}

#[test]
fn simulate_look_at_a_change_run_and_nothing_is_left_to_do() {
    let (folder, state) = (small(), tempfile::tempdir().expect("a folder"));
    let mut window = window(folder.file(), state.path());
    open_sample(&mut window);

    synchronize(&mut window, RunKind::Simulation);
    assert!(sees(&window, "A run would write"), "{:?}", texts(&window));
    until(&mut window, "the change list", |window| sees(window, "last_name Becker → Álvarez"));
    let inserted = fs::metadata(folder.path().join("identities.db")).expect("the database");
    click(&mut window, "Becker, Ana: last_name Becker → Álvarez");
    assert!(sees(&window, "by rule Last name"), "the inspector shows the rule: {:?}", texts(&window));
    assert!(sees(&window, "Central uid"), "the inspector shows the keys: {:?}", texts(&window));
    assert_eq!(
        fs::metadata(folder.path().join("identities.db")).expect("the database").modified().expect("a time"),
        inserted.modified().expect("a time"),
        "looking writes nothing"
    );
    click(&mut window, "Clear the selection");
    assert!(!sees(&window, "by rule Last name"), "the inspector gives way: {:?}", texts(&window));

    click(&mut window, "Project settings");
    synchronize(&mut window, RunKind::Run);
    assert!(sees(&window, "written to central system identities"), "{:?}", texts(&window));

    click(&mut window, "Project settings");
    synchronize(&mut window, RunKind::Run);
    assert!(sees(&window, "Nothing to do: both systems agree"), "{:?}", texts(&window));
    let report = window.state().shown_report().expect("the second run");
    assert_eq!(report.total_writes(), 0);

    click(&mut window, "Logs");
    until(&mut window, "the runs", |window| sees(window, "Import from HR Done"));
}

/// The sample project in a folder of its own.
fn sample() -> ProjectFolder {
    let file = repository().join("projects/hr-to-identity/hr-to-identity.ron");
    ProjectFolder::with(fs::read(file).expect("the sample project"))
}

#[test]
fn the_sample_is_simulated_looked_at_run_and_run_again() {
    let (folder, state) = (sample(), tempfile::tempdir().expect("a folder"));
    let mut window = window(folder.file(), state.path());
    open_sample(&mut window);

    synchronize(&mut window, RunKind::Simulation);
    assert!(sees(&window, "A run would write"), "{:?}", texts(&window));
    until(&mut window, "the change list", |window| sees(window, ": Insert, "));
    window
        .get_all_by_role(Role::ListItem)
        .find(|row| name(row).contains(": Insert, "))
        .expect("a new object")
        .click();
    window.run_steps(4);
    assert!(sees(&window, "by rule "), "the inspector shows the rules: {:?}", texts(&window));

    click(&mut window, "Project settings");
    synchronize(&mut window, RunKind::Run);
    let report = window.state().shown_report().expect("the first run");
    assert!(report.total_writes() > 0, "{:?}", report.run);

    click(&mut window, "Project settings");
    synchronize(&mut window, RunKind::Run);
    let report = window.state().shown_report().expect("the second run");
    assert_eq!(report.total_writes(), 0, "{:?}", report.run);
    assert!(sees(&window, "Nothing to do"), "{:?}", texts(&window));
}

#[test]
fn an_edit_can_be_undone_redone_and_saved() {
    let (folder, state) = (small(), tempfile::tempdir().expect("a folder"));
    let mut window = window(folder.file(), state.path());
    open_sample(&mut window);
    let before = project::load(folder.file()).expect("the project");

    window.get_by_label_contains("Rule Last name: ").click();
    window.run_steps(4);
    click(&mut window, "Ignore case");
    assert!(sees(&window, "ignores case"), "{:?}", texts(&window));
    click(&mut window, "Undo");
    assert!(!sees(&window, "ignores case"), "{:?}", texts(&window));
    click(&mut window, "Redo");
    assert!(sees(&window, "ignores case"), "{:?}", texts(&window));
    assert_eq!(
        project::load(folder.file()).expect("the project"),
        before,
        "nothing is written before saving"
    );
    click(&mut window, "Save");
    until(&mut window, "the save", |window| !window.state().is_busy());
    let after = project::load(folder.file()).expect("the project");
    assert!(after.mappings[0].rules[2].ignore_case);
}

#[test]
fn a_file_that_another_program_changed_is_not_overwritten() {
    let (folder, state) = (small(), tempfile::tempdir().expect("a folder"));
    let mut window = window(folder.file(), state.path());
    open_sample(&mut window);
    window.get_by_label_contains("Rule Last name: ").click();
    window.run_steps(4);
    click(&mut window, "Ignore case");
    let foreign = fs::read_to_string(folder.file()).expect("the file") + "// changed elsewhere\n";
    fs::write(folder.file(), &foreign).expect("the file");
    click(&mut window, "Save");
    until(&mut window, "the question", |window| sees(window, "The file was changed by another program"));
    assert_eq!(fs::read_to_string(folder.file()).expect("the file"), foreign);
    click(&mut window, "Cancel");
    assert_eq!(fs::read_to_string(folder.file()).expect("the file"), foreign);
}

#[test]
fn an_unreadable_project_is_explained() {
    let (folder, state) =
        (ProjectFolder::with("(format: 1, nome: \"x\")"), tempfile::tempdir().expect("a folder"));
    let mut window = window(folder.file(), state.path());
    click(&mut window, "Open the sample");
    until(&mut window, "the problem", |window| sees(window, "The project cannot be opened"));
    assert!(sees(&window, "SW-P003"), "{:?}", texts(&window));
    click(&mut window, "Close");
    assert!(sees(&window, "Recent projects"));
}

#[test]
fn recent_projects_are_offered_again() {
    let (folder, state) = (small(), tempfile::tempdir().expect("a folder"));
    let mut first = window(folder.file(), state.path());
    open_sample(&mut first);
    let settings: PathBuf = state.path().join("editor.ron");
    until(&mut first, "the settings", |_| settings.exists());
    drop(first);
    let mut second = window(folder.file(), state.path());
    second.run_steps(4);
    let row = second.get_by_role_and_label(Role::Button, "Persons from HR");
    row.click();
    until(&mut second, "the project", |window| sees(window, "Simulate"));
}
