//! The wizard asks before it replaces something: kept connections, templates, what a crash cut short, the identifier
//! of another project.

use std::{fs, path::Path};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use syncwright::editor::EditorOptions;
use syncwright_core::project::{ConnectionTemplate, ProjectTemplate};
use syncwright_tests::{ProjectFolder, SMALL_PROJECT};

use crate::{
    driver::{Window, click, click_role, fill, picture, sees, texts, until, until_seen, window_with},
    wizard::{Home, next, on_page, personnel, to_connection, to_the_end},
};

/// The small project, open in a window of this home.
fn opened(home: &Home) -> (Window, ProjectFolder) {
    let folder = ProjectFolder::with(SMALL_PROJECT);
    let project = Some(folder.file().to_owned());
    let mut window = window_with(EditorOptions { project, ..home.options() });
    until_seen(&mut window, "Simulate");
    (window, folder)
}

fn ron_file(folder: &Path) -> Option<std::path::PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "ron"))
}

/// Opens a page about the target system.
fn configure(window: &mut Window, page: &str) {
    click(window, "Target system");
    click_role(window, Role::Button, "Configuration pages");
    click_role(window, Role::ListItem, &format!("Configure: {page}"));
    on_page(window, page);
}

#[test]
fn a_kept_connection_and_a_template_file_are_not_replaced_without_asking() {
    let home = Home::new();
    let (mut window, folder) = opened(&home);
    let file = folder.path().join("kept.connection.ron");
    let connections = home.path().join("state/connections");
    let kept =
        || ConnectionTemplate::load(&ron_file(&connections).expect("a kept connection")).expect("readable");

    configure(&mut window, "Save configuration");
    // What was found out about the keyring moves the rest of the page.
    until_seen(&mut window, "Never saved");
    click(&mut window, "Keep the connection on this computer");
    fill(&mut window, "Name of the kept connection", "Mine");
    click(&mut window, "Save a template file");
    fill(&mut window, "File of the template", file.to_str().expect("a path"));
    click(&mut window, "Save now");
    until_seen(&mut window, "Mine is kept on this computer.");
    // What the same wizard wrote is its own.
    click(&mut window, "Save now");
    until(&mut window, "the second save", |window| window.query_by_label("Stop").is_none());
    assert!(!sees(&window, "Replace what is there?"), "{:?}", texts(&window));
    click(&mut window, "Cancel");
    click(&mut window, "Close and lose it");
    let (before, template) = (kept(), fs::read(&file).expect("the template"));

    configure(&mut window, "Describe the database");
    fill(&mut window, "Display name", "Changed");
    window.get_by_label_contains("Step Save configuration").click();
    on_page(&mut window, "Save configuration");
    until_seen(&mut window, "Never saved");
    click(&mut window, "Keep the connection on this computer");
    fill(&mut window, "Name of the kept connection", "Mine");
    click(&mut window, "Save a template file");
    fill(&mut window, "File of the template", file.to_str().expect("a path"));
    click(&mut window, "Save now");
    until_seen(&mut window, "Replace what is there?");
    assert!(sees(&window, "A connection called Mine is kept"), "{:?}", texts(&window));
    assert!(sees(&window, "kept.connection.ron is there already"), "{:?}", texts(&window));
    picture(&mut window, "wizard-replace");
    click(&mut window, "Go back");
    assert_eq!(kept(), before, "nothing was replaced");
    assert_eq!(fs::read(&file).expect("the template"), template);
    click(&mut window, "Save now");
    until_seen(&mut window, "Replace what is there?");
    click(&mut window, "Replace");
    until_seen(&mut window, "Mine is kept on this computer.");
    assert_eq!(kept().connection.display_name, "Changed");
    assert_ne!(fs::read(&file).expect("the template"), template);
}

#[test]
fn a_project_template_is_not_replaced_without_asking() {
    let home = Home::new();
    let (mut window, _folder) = opened(&home);
    let path = home.path().join("state/templates/mine.ron");
    let save_as = |window: &mut Window, name: &str| {
        click_role(window, Role::Button, "Project");
        click(window, "Save as template…");
        fill(window, "Name of the template", name);
        click(window, "Save template");
    };
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    save_as(&mut window, "Mine");
    until_seen(&mut window, "The template was saved");
    let mut other = ProjectTemplate::load(&path).expect("the template");
    other.description = "Somebody else's".to_owned();
    other.save(&path).expect("written");

    save_as(&mut window, "Mine");
    until_seen(&mut window, "Replace the template?");
    click(&mut window, "Another name");
    fill(&mut window, "Name of the template", "Mine too");
    click(&mut window, "Save template");
    let too = home.path().join("state/templates/mine-too.ron");
    until(&mut window, "the other template", |_| too.exists());
    let description = || ProjectTemplate::load(&path).expect("the template").description;
    assert_eq!(description(), "Somebody else's");

    save_as(&mut window, "Mine");
    until_seen(&mut window, "Replace the template?");
    click(&mut window, "Replace");
    until(&mut window, "the new template", |_| description() != "Somebody else's");
}

#[test]
fn a_new_project_asks_before_it_takes_the_place_of_one_that_was_cut_short() {
    let home = Home::new();
    let hr = home.path().join("hr.db");
    personnel(&hr);
    let mut window = home.wizard();
    to_connection(&mut window, "SQLite (embedded)");
    fill(&mut window, "Database file", hr.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    let kept = home.path().join("state/wizard.ron");
    until(&mut window, "what was entered to be kept", |_| {
        fs::read_to_string(&kept).is_ok_and(|text| text.contains("Describe"))
    });
    drop(window);

    let mut window = window_with(home.options());
    window.run_steps(4);
    click(&mut window, "New project…");
    assert!(sees(&window, "it had come to “Describe the database”"), "{:?}", texts(&window));
    assert!(sees(&window, "Go on with the project that was cut short?"), "{:?}", texts(&window));
    picture(&mut window, "wizard-cut-short");
    click(&mut window, "Cancel");
    assert!(kept.exists() && window.query_by_label("Resume").is_some(), "cancelling loses nothing");
    click(&mut window, "New project…");
    click(&mut window, "Resume it");
    on_page(&mut window, "Describe the database");
    drop(window);

    let mut window = window_with(home.options());
    window.run_steps(4);
    click(&mut window, "New project…");
    click(&mut window, "Discard it and begin anew");
    on_page(&mut window, "Start");
    assert!(!kept.exists());
}

#[test]
fn an_identifier_of_another_project_is_told_and_not_proposed() {
    let home = Home::new();
    let first = home.path().join("hr.db");
    personnel(&first);
    let mut window = home.wizard();
    to_connection(&mut window, "SQLite (embedded)");
    fill(&mut window, "Database file", first.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    to_the_end(&mut window, &home, "first");
    drop(window);

    let second = home.path().join("elsewhere/hr.db");
    fs::create_dir_all(second.parent().expect("a folder")).expect("a folder");
    personnel(&second);
    let mut window = home.wizard();
    to_connection(&mut window, "SQLite (embedded)");
    fill(&mut window, "Database file", second.to_str().expect("a path"));
    next(&mut window, "Describe the database");
    assert!(!sees(&window, "is the identifier of another database"), "{:?}", texts(&window));
    fill(&mut window, "System identifier", "hr");
    until_seen(&mut window, "hr is the identifier of another database in first");
    picture(&mut window, "wizard-identifier");
    fill(&mut window, "System identifier", "hr-elsewhere");
    assert!(!sees(&window, "is the identifier of another database"), "{:?}", texts(&window));
    next(&mut window, "Schema detection");
    until_seen(&mut window, "Found");
    let file = to_the_end(&mut window, &home, "second");
    let project = syncwright_core::project::load(&file).expect("the project");
    assert_eq!(project.target.connection.system_identifier, "hr-elsewhere");
    assert_eq!(project.central.connection.system_identifier, "identities-2", "the first has identities");
}
