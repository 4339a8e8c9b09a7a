//! The model of the screen, without a window.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use syncwright_core::{
    project::{Project, Schema, SchemaProperty, from_text},
    schema::{
        update::{Completion, propose},
        usage::UsedBy,
    },
};

use super::{
    shown::{Filter, Line, Show, lines},
    tree::{Mark, Node, Tree},
    *,
};
use crate::{
    action::{Action, Selection, View},
    document::{DiskState, Edit, Loaded, load},
};

fn small() -> Project {
    from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap()
}

/// `employees` without `given_name`, with a shorter `family_name` and a new `mail`; `departments` is new.
fn detected(project: &Project) -> Schema {
    let mut schema = project.target.schema.clone();
    let mut department = schema.types[0].clone();
    "departments".clone_into(&mut department.name);
    schema.types[0].properties.retain(|one| one.name != "given_name");
    for property in &mut schema.types[0].properties {
        if property.name == "family_name" {
            property.max_length = Some(10);
        }
    }
    let mail = SchemaProperty { name: "mail".to_owned(), ..schema.types[0].properties[1].clone() };
    schema.types[0].properties.push(mail);
    schema.types.push(department);
    schema
}

fn update(project: &Project) -> Update {
    propose(project, Side::Right, detected(project), Completion::NewTypes).unwrap()
}

fn names<'a>(tree: &'a Tree, lines: &[Line]) -> Vec<&'a str> {
    lines.iter().map(|line| tree.nodes[line.node].name.as_str()).collect()
}

fn shown<'a>(tree: &'a Tree, show: Show, text: &str) -> Vec<&'a str> {
    let filter = Filter { text: text.to_owned(), show };
    names(tree, &lines(tree, &filter, &HashSet::new()))
}

fn node<'a>(tree: &'a Tree, name: &str) -> &'a Node {
    tree.nodes.iter().find(|node| node.name == name).unwrap_or_else(|| panic!("{name}: {tree:#?}"))
}

#[test]
fn each_removal_has_what_it_breaks_below_it() {
    let tree = Tree::of(&update(&small()));
    let names: Vec<&str> = tree.nodes.iter().map(|node| node.name.as_str()).collect();
    let removed = names.iter().position(|name| *name == "Removed property employees.given_name").unwrap();
    assert_eq!(
        names[removed + 1..removed + 4],
        [
            "breaks mapping Person, rule First name",
            "breaks mapping Person",
            "breaks workflow Import, step Persons"
        ]
    );
    let node = &tree.nodes[removed];
    assert_eq!((node.depth, node.breaks, node.has_children), (1, 3, true));
    assert_eq!(tree.nodes[removed + 1].depth, 2);
    assert!(names.contains(&"Added property employees.mail"), "{names:?}");
}

#[test]
fn counts_are_those_of_the_difference() {
    let update = update(&small());
    let counts = counts::Counts::of(&update);
    assert_eq!((counts.types.added, counts.types.removed, counts.types.changed), (1, 0, 1));
    assert_eq!((counts.properties.added, counts.properties.removed), (1, 1));
    assert_eq!(counts.breaks.list(), ["1 rule", "1 mapping", "1 step"]);
    assert!(counts.accept_text(true).starts_with("Accept: 1 type added, 1 changed; breaks 1 rule; "));
}

#[test]
fn new_types_are_folded_and_open_by_hand() {
    let tree = Tree::of(&update(&small()));
    assert!(!shown(&tree, Show::All, "").contains(&"Added property departments.id"));
    let at = tree.nodes.iter().position(|node| node.name == "Added type departments").unwrap();
    let open = lines(&tree, &Filter::default(), &HashSet::from([at]));
    assert!(names(&tree, &open).contains(&"Added property departments.id"));
    let closed = tree.nodes.iter().position(|node| node.name == "Changed type employees").unwrap();
    let lines = lines(&tree, &Filter::default(), &HashSet::from([closed]));
    assert_eq!(names(&tree, &lines), ["Changed type employees", "Added type departments"]);
    assert_eq!(lines[0].open, Some(false));
}

#[test]
fn the_filter_keeps_what_stands_above_and_below() {
    let tree = Tree::of(&update(&small()));
    assert_eq!(
        shown(&tree, Show::Removed, ""),
        [
            "Changed type employees",
            "Removed property employees.given_name",
            "breaks mapping Person, rule First name",
            "breaks mapping Person",
            "breaks workflow Import, step Persons",
        ]
    );
    assert_eq!(
        shown(&tree, Show::Added, "mail"),
        ["Changed type employees", "Added property employees.mail"]
    );
    let found = shown(&tree, Show::All, "FIRST name");
    assert_eq!(
        found,
        [
            "Changed type employees",
            "Removed property employees.given_name",
            "breaks mapping Person, rule First name"
        ]
    );
    assert!(shown(&tree, Show::All, "nothing has this name").is_empty());
    assert!(shown(&tree, Show::Kept, "").is_empty());
}

#[test]
fn the_choices_count_changes_not_their_containers() {
    let tree = Tree::of(&update(&small()));
    let count = |show: Show| tree.nodes.iter().filter(|node| show.takes(node)).count();
    assert_eq!(count(Show::Removed), 1);
    assert_eq!(count(Show::Added), 2, "a type and a property");
    assert_eq!(count(Show::All), count(Show::Removed) + count(Show::Added) + count(Show::Changed));
    assert!(count(Show::Breaking) >= 1);
}

#[test]
fn a_part_that_breaks_leads_to_where_it_is_edited() {
    let tree = Tree::of(&update(&small()));
    let user = node(&tree, "breaks mapping Person, rule First name").user.clone().unwrap();
    let mut actions = Actions::new();
    go_to::go_to(Side::Right, &user, &mut actions);
    assert_eq!(
        actions,
        [
            Action::Open(View::Mapping("Person".to_owned())),
            Action::Select(Selection::Rule { mapping: "Person".to_owned(), rule: "First name".to_owned() })
        ]
    );
    actions.clear();
    let scope = UsedBy::Scope { schema_type: "employees".to_owned() };
    go_to::go_to(Side::Right, &scope, &mut actions);
    assert_eq!(actions, [Action::OpenClass { side: Side::Right, class: "employees".to_owned() }]);
    assert_eq!(node(&tree, "Changed type employees").mark, Mark::Changed);
}

/// A project whose target system is a database that lacks `given_name`.
fn with_database() -> (tempfile::TempDir, Document) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("small.ron");
    std::fs::write(&path, include_str!("../../../tests/src/small.ron")).unwrap();
    let csv = folder.path().join("hr");
    std::fs::create_dir_all(&csv).unwrap();
    std::fs::write(csv.join("employees.csv"), "id,family_name\n1,Becker\n").unwrap();
    let mut loaded: Loaded = load(&path).unwrap();
    loaded.project.target.connection.provider =
        syncwright_core::project::Provider::Csv { folder: "hr".to_owned(), format: Default::default() };
    let document =
        Document::new(Loaded { project: loaded.project, path: loaded.path, disk: DiskState::default() });
    (folder, document)
}

fn wait(update: &mut UpdateState, document: &Document, worker: &Worker) -> Option<SchemaEdit> {
    let start = Instant::now();
    loop {
        let edit = update.poll(document, worker);
        if edit.is_some() || !update.is_busy() {
            return edit;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "it does not end");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn what_was_edited_meanwhile_is_worked_out_again_before_it_is_accepted() {
    let (_folder, mut document) = with_database();
    let worker = Worker::new(&egui::Context::default());
    let mut update = UpdateState::new(&document, Side::Right, &worker);
    assert_eq!(wait(&mut update, &document, &worker), None);
    assert_eq!(update.problem(), None);
    assert!(update.update().is_some_and(|update| !update.diff.breaks().is_empty()));

    // Something that has nothing to do with it: what was accepted counts.
    document.apply(Edit::ProjectDescription("Edited".to_owned()));
    assert_eq!(update.accept(&document, &worker), None, "not before it was worked out again");
    let edit = wait(&mut update, &document, &worker).expect("nothing came out differently");
    assert!(document.apply(Edit::Schema(edit)));
    assert!(!document.project().active);
    assert!(document.undo());

    // Something that changes the consequences: they are shown again first.
    assert_eq!(wait(&mut update, &document, &worker), None);
    let mut system = document.project().target.clone();
    system.scope.insert("employees".to_owned(), "given_name = 'Ana'".to_owned());
    document.apply(Edit::System { side: Side::Right, system: Box::new(system) });
    assert_eq!(update.accept(&document, &worker), None);
    assert_eq!(wait(&mut update, &document, &worker), None);
    assert!(update.has_moved);
    assert!(update.accept(&document, &worker).is_some(), "it was shown now");
}

#[test]
fn another_database_has_to_be_read_again() {
    let (_folder, mut document) = with_database();
    let worker = Worker::new(&egui::Context::default());
    let mut update = UpdateState::new(&document, Side::Right, &worker);
    assert_eq!(wait(&mut update, &document, &worker), None);
    let mut system = document.project().target.clone();
    system.connection.provider =
        syncwright_core::project::Provider::Csv { folder: "other".to_owned(), format: Default::default() };
    document.apply(Edit::System { side: Side::Right, system: Box::new(system) });
    assert_eq!(update.accept(&document, &worker), None);
    assert_eq!(wait(&mut update, &document, &worker), None);
    assert!(update.problem().is_some_and(|problem| problem.title.contains("connection was changed")));
}

#[test]
fn a_system_that_cannot_be_read_is_explained() {
    let (folder, document) = with_database();
    std::fs::remove_dir_all(folder.path().join("hr")).unwrap();
    let worker = Worker::new(&egui::Context::default());
    let mut update = UpdateState::new(&document, Side::Right, &worker);
    assert_eq!(wait(&mut update, &document, &worker), None);
    let problem = update.problem().expect("there is no such folder");
    assert!(problem.code.is_some() && !problem.text.is_empty(), "{problem:?}");
}
