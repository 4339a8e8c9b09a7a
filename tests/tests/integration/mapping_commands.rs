//! Mappings as a whole in the editor: made, copied, inverted, renamed, deleted; what was opened follows.

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use syncwright::editor::EditorOptions;
use syncwright_core::project::{self, MappingDirection, Project};
use syncwright_tests::{ProjectFolder, SMALL_PROJECT};

use crate::driver::{
    Window, choose, click, click_role, field, fill, picture, sees, texts, until, until_seen, window_with,
};

/// A window with a project in it; the folder of its settings goes with it.
pub struct Opened {
    pub window: Window,
    pub folder: ProjectFolder,
    _state: tempfile::TempDir,
}

/// Opens a project.
#[track_caller]
pub fn open(text: impl AsRef<[u8]>) -> Opened {
    let (folder, state) = (ProjectFolder::with(text), tempfile::tempdir().expect("a folder"));
    let options = EditorOptions {
        project: Some(folder.file().to_owned()),
        state_folder: state.path().to_owned(),
        ..EditorOptions::default()
    };
    let mut window = window_with(options);
    until(&mut window, "the project", |window| !window.state().is_busy() && sees(window, "Simulate"));
    Opened { window, folder, _state: state }
}

impl Opened {
    /// The project in its file.
    pub fn file(&self) -> Project {
        project::load(self.folder.file()).expect("the project")
    }

    /// Saves, and gives what is in the file then.
    #[track_caller]
    pub fn save(&mut self) -> Project {
        click(&mut self.window, "Save");
        until(&mut self.window, "the save", |window| !window.state().is_busy());
        self.file()
    }

    /// Gives a command by its text in the palette.
    #[track_caller]
    pub fn command(&mut self, text: &str) {
        let window = &mut self.window;
        window.key_press_modifiers(Modifiers::COMMAND, Key::P);
        window.run_steps(3);
        field(window, "Search commands and project").type_text(text);
        window.run_steps(3);
        window.key_press(Key::Enter);
        window.run_steps(4);
    }

    /// Takes everything back.
    #[track_caller]
    pub fn undo_all(&mut self) {
        for _ in 0..100 {
            let undo = self.window.get_by_role_and_label(Role::Button, "Undo");
            if undo.accesskit_node().is_disabled() {
                return;
            }
            undo.click();
            self.window.run_steps(4);
        }
        panic!("undo never ends");
    }

    /// The names of the tabs.
    pub fn tabs(&self) -> Vec<String> {
        self.window.query_all_by_role(Role::Tab).map(|tab| crate::driver::name(&tab)).collect()
    }
}

fn small() -> Opened {
    open(SMALL_PROJECT)
}

#[test]
fn a_mapping_is_made_and_copied_and_all_is_taken_back() {
    let mut opened = small();
    let before = opened.file();
    opened.command("New mapping…");
    click(&mut opened.window, "Central class persons");
    click(&mut opened.window, "Target class employees");
    picture(&mut opened.window, "mapping-new");
    fill(&mut opened.window, "Name of the mapping", "Person");
    assert!(sees(&opened.window, "Another mapping is called Person"), "{:?}", texts(&opened.window));
    click(&mut opened.window, "Create mapping");
    assert!(sees(&opened.window, "Another mapping is called Person"), "a taken name creates nothing");
    fill(&mut opened.window, "Name of the mapping", "Second");
    choose(&mut opened.window, "Direction of the mapping", "To central");
    click(&mut opened.window, "Create mapping");
    assert!(opened.tabs().contains(&"Second".to_owned()), "{:?}", opened.tabs());

    click_role(&mut opened.window, Role::Tab, "Person");
    opened.command("Copy mapping");
    assert!(opened.tabs().contains(&"Person copy".to_owned()), "{:?}", opened.tabs());
    let saved = opened.save();
    let names: Vec<&str> = saved.mappings.iter().map(|mapping| mapping.name.as_str()).collect();
    assert_eq!(names, ["Person", "Person copy", "Second"]);
    assert_eq!(saved.mappings[1].rules, before.mappings[0].rules);
    assert_eq!(saved.mappings[2].direction, MappingDirection::ToCentral);
    assert_eq!(saved.workflows, before.workflows);

    opened.undo_all();
    assert!(!opened.tabs().iter().any(|tab| tab == "Second" || tab == "Person copy"), "{:?}", opened.tabs());
    assert_eq!(opened.save(), before);
}

#[test]
fn inverting_twice_is_nothing_and_what_stays_is_told() {
    let script = "direction: ToCentral, transformation: (to_central: Script(\"Value\"))";
    let text = SMALL_PROJECT.replacen("direction: ToCentral", script, 1);
    assert_ne!(text, SMALL_PROJECT);
    let mut opened = open(text);
    let before = opened.file();
    click_role(&mut opened.window, Role::Tab, "Person");
    opened.command("Invert mapping");
    assert!(sees(&opened.window, "script of the transformation to target"), "{:?}", texts(&opened.window));
    let inverted = opened.save();
    let directions: Vec<_> = inverted.mappings[0].rules.iter().map(|rule| rule.direction).collect();
    assert_eq!(directions, [MappingDirection::ToTarget; 3]);
    assert_eq!(inverted.mappings[0].left, before.mappings[0].left);
    opened.command("Invert mapping");
    assert_eq!(opened.save(), before);
    opened.undo_all();
    assert_eq!(opened.save(), before);
}

#[test]
fn what_is_open_follows_a_new_name_also_when_it_is_taken_back() {
    let mut opened = open(SMALL_PROJECT.replace("matching: [", "remember_pairs: true, matching: ["));
    let before = opened.file();
    click_role(&mut opened.window, Role::Tab, "Person");
    opened.window.get_by_label_contains("Rule Last name: ").click();
    opened.window.run_steps(4);
    opened.window.key_press(Key::F2);
    opened.window.run_steps(4);
    assert!(sees(&opened.window, "remembers its pairs under its name"), "{:?}", texts(&opened.window));
    fill(&mut opened.window, "Name of the mapping", "Employee");
    picture(&mut opened.window, "mapping-rename");
    click(&mut opened.window, "Rename");
    let follows = |opened: &Opened, name: &str| {
        assert!(opened.tabs().contains(&name.to_owned()), "{:?}", opened.tabs());
        assert!(sees(&opened.window, "State of the rule"), "the rule stays selected");
        assert!(!sees(&opened.window, "not there any more"), "{:?}", texts(&opened.window));
    };
    follows(&opened, "Employee");
    click(&mut opened.window, "Undo");
    follows(&opened, "Person");
    click(&mut opened.window, "Redo");
    follows(&opened, "Employee");
    let saved = opened.save();
    assert_eq!(saved.mappings[0].name, "Employee");
    assert_eq!(saved.workflows[0].steps[0].mapping, "Employee");
    opened.undo_all();
    assert_eq!(opened.save(), before);
}

#[test]
fn a_mapping_is_deleted_with_its_steps_from_the_navigation_tree() {
    let mut opened = small();
    let before = opened.file();
    let row = opened.window.get_by_role_and_label(Role::ListItem, "Person");
    row.click_secondary();
    opened.window.run_steps(4);
    click(&mut opened.window, "Delete mapping…");
    until_seen(&mut opened.window, "Persons of workflow Import");
    picture(&mut opened.window, "mapping-delete");
    click(&mut opened.window, "Delete mapping and 1 step");
    assert!(!opened.tabs().contains(&"Person".to_owned()), "{:?}", opened.tabs());
    let saved = opened.save();
    assert!(saved.mappings.is_empty() && saved.workflows[0].steps.is_empty());
    click(&mut opened.window, "Undo");
    assert!(opened.tabs().contains(&"Person".to_owned()), "what comes back is shown: {:?}", opened.tabs());
    click(&mut opened.window, "Redo");
    assert!(!opened.tabs().contains(&"Person".to_owned()), "{:?}", opened.tabs());
    opened.undo_all();
    assert_eq!(opened.save(), before);
}
