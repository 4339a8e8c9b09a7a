//! Commands about mappings, and what follows their names: tabs, view states, the selection.

use syncwright_core::{
    check::Severity,
    project::{Mapping, Project, delete_mapping, free_name, rename_mapping},
};

use super::{
    app::Editor,
    dialogs::Dialog,
    mapping_dialogs::{MappingAnswer, MappingDialog, NewMapping},
    messages::Notice,
};
use crate::{
    action::{Selection, View},
    command::Command,
    document::{Document, Edit, MappingsEdit},
    problem::Problem,
};

impl Editor {
    /// Name of the mapping that the active tab shows.
    pub(super) fn shown_mapping(&self) -> Option<&str> {
        let Some(View::Mapping(name)) = self.tabs.get(self.active) else { return None };
        let document = self.document.as_ref()?;
        document.project().mapping(name).map(|mapping| mapping.name.as_str())
    }

    /// Changes the document, and lets everything follow that goes by the names of mappings.
    pub(super) fn edited(&mut self, change: impl FnOnce(&mut Document) -> bool) -> bool {
        let Some(document) = &mut self.document else { return false };
        let before = names(document.project());
        let changed = change(document);
        let after = names(document.project());
        if before != after {
            self.follow(&before, &after);
        }
        changed
    }

    /// Takes an edit back or does it again; a mapping that comes back is shown.
    pub(super) fn stepped(&mut self, step: impl FnOnce(&mut Document) -> bool) {
        let Some(document) = &self.document else { return };
        let before = names(document.project());
        self.edited(step);
        let Some(document) = &self.document else { return };
        let after = names(document.project());
        let mut back = after.iter().filter(|name| !before.contains(name));
        if let (Some(name), None, true) = (back.next(), back.next(), after.len() > before.len()) {
            self.open_view(View::Mapping(name.clone()));
        }
    }

    fn follow(&mut self, before: &[String], after: &[String]) {
        match change_of(before, after) {
            NameChange::Renamed { from, to } => self.follow_rename(&from, &to),
            NameChange::Gone(gone) => {
                for name in gone {
                    self.close_view(&View::Mapping(name.clone()));
                    self.mappings.remove(&name);
                    if mapping_of(&mut self.selection).is_some_and(|mapping| *mapping == name) {
                        self.selection = Selection::Nothing;
                    }
                }
            }
        }
    }

    fn follow_rename(&mut self, from: &str, to: &str) {
        for tab in &mut self.tabs {
            if matches!(tab, View::Mapping(name) if name == from) {
                *tab = View::Mapping(to.to_owned());
            }
        }
        if let Some(state) = self.mappings.remove(from) {
            self.mappings.insert(to.to_owned(), state);
        }
        if let Some(mapping) = mapping_of(&mut self.selection)
            && mapping == from
        {
            to.clone_into(mapping);
        }
    }

    /// Performs a command about mappings.
    pub(super) fn mapping_command(&mut self, command: Command) {
        let Some(document) = &self.document else { return };
        let project = document.project();
        if command == Command::NewMapping {
            self.dialog = Some(Dialog::Mapping(MappingDialog::New(NewMapping::default())));
            return;
        }
        let Some(name) = self.shown_mapping().map(str::to_owned) else { return };
        let Some(mapping) = project.mapping(&name) else { return };
        match command {
            Command::CopyMapping => {
                let copy = copy_of(project, mapping);
                let title = copy.name.clone();
                let edit = MappingsEdit::new(project, format!("copy mapping {name}"), |project| {
                    let place = project.mappings.iter().position(|mapping| mapping.name == name);
                    let place = place.map_or(project.mappings.len(), |place| place + 1);
                    project.mappings.insert(place, copy);
                });
                self.change(edit);
                self.open_view(View::Mapping(title));
            }
            Command::InvertMapping => {
                let inverted = mapping.inverted();
                let edit = MappingsEdit::new(project, format!("invert mapping {name}"), |project| {
                    let place = project.mappings.iter_mut().find(|mapping| mapping.name == name);
                    if let Some(place) = place {
                        *place = inverted.mapping;
                    }
                });
                let kept: Vec<String> = inverted.kept.iter().map(ToString::to_string).collect();
                let changed = edit.is_some();
                self.change(edit);
                self.tell_of_inverse(&name, changed, &kept);
            }
            Command::RenameMapping => {
                self.dialog = Some(Dialog::Mapping(MappingDialog::Rename {
                    from: name.clone(),
                    to: name,
                    shown: false,
                }));
            }
            Command::DeleteMapping => self.dialog = Some(Dialog::Mapping(MappingDialog::Delete(name))),
            _ => {}
        }
    }

    fn tell_of_inverse(&mut self, name: &str, changed: bool, kept: &[String]) {
        if changed && kept.is_empty() {
            return;
        }
        let mut text = String::new();
        if !changed {
            text.push_str("nothing in it has a direction, so it is its own inverse");
        }
        if !kept.is_empty() {
            let words = if changed { "look at what stayed as it was: " } else { "; this stays as it is: " };
            text.push_str(words);
            text.push_str(&kept.join(", "));
        }
        let severity = if kept.is_empty() { Severity::Info } else { Severity::Warning };
        let title = if changed { "inverted" } else { "not changed" };
        let problem = Problem::new(format!("Mapping {name} was {title}"), text);
        self.notices.push(Notice { severity, problem });
        self.settings.messages = true;
    }

    /// Does what a dialog about mappings decided.
    pub(super) fn change_mappings(&mut self, answer: MappingAnswer) {
        let Some(document) = &self.document else { return };
        let project = document.project();
        match answer {
            MappingAnswer::Create(mapping) => {
                let name = mapping.name.clone();
                let edit = MappingsEdit::new(project, format!("new mapping {name}"), |project| {
                    project.mappings.push(*mapping);
                });
                self.change(edit);
                self.open_view(View::Mapping(name));
            }
            MappingAnswer::Rename { from, to } => {
                let edit = MappingsEdit::new(project, format!("rename mapping {from}"), |project| {
                    // The dialog offers no name that is refused, and an edit that changes nothing is none.
                    if let Err(error) = rename_mapping(project, &from, &to) {
                        tracing::warn!("mapping {from} was not renamed: {error}");
                    }
                });
                self.change(edit);
            }
            MappingAnswer::Delete(name) => {
                let edit = MappingsEdit::new(project, format!("delete mapping {name}"), |project| {
                    delete_mapping(project, &name);
                });
                self.change(edit);
            }
        }
    }

    fn change(&mut self, edit: Option<MappingsEdit>) {
        if let Some(edit) = edit {
            self.edited(|document| document.apply(Edit::Mappings(edit)));
        }
    }
}

fn names(project: &Project) -> Vec<String> {
    project.mappings.iter().map(|mapping| mapping.name.clone()).collect()
}

fn copy_of(project: &Project, mapping: &Mapping) -> Mapping {
    let taken = project.mappings.iter().map(|mapping| mapping.name.as_str());
    let mut copy = mapping.clone();
    copy.name = free_name(taken, &format!("{} copy", mapping.name));
    if !copy.display_name.is_empty() {
        copy.display_name.push_str(" (copy)");
    }
    copy
}

/// The mapping that a selection is in.
const fn mapping_of(selection: &mut Selection) -> Option<&mut String> {
    match selection {
        Selection::Rule { mapping, .. } | Selection::Matching { mapping, .. } => Some(mapping),
        _ => None,
    }
}

/// What happened to the names of mappings.
#[derive(Debug, PartialEq, Eq)]
enum NameChange {
    Renamed { from: String, to: String },
    Gone(Vec<String>),
}

/// One name that stands in the place of another one is a new name of the same mapping.
fn change_of(before: &[String], after: &[String]) -> NameChange {
    let gone: Vec<String> = before.iter().filter(|name| !after.contains(name)).cloned().collect();
    if let ([from], true) = (gone.as_slice(), before.len() == after.len())
        && let Some(to) = before.iter().position(|name| name == from).and_then(|place| after.get(place))
        && !before.contains(to)
    {
        return NameChange::Renamed { from: from.clone(), to: to.clone() };
    }
    NameChange::Gone(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_name_in_the_place_of_another_is_a_rename() {
        let change = |before: &[&str], after: &[&str]| change_of(&names(before), &names(after));
        let renamed = NameChange::Renamed { from: "b".to_owned(), to: "x".to_owned() };
        assert_eq!(change(&["a", "b"], &["a", "x"]), renamed);
        assert_eq!(change(&["a", "b"], &["a"]), NameChange::Gone(names(&["b"])));
        assert_eq!(change(&["a", "b"], &["x", "a"]), NameChange::Gone(names(&["b"])));
        assert_eq!(change(&["a", "b"], &["x", "y"]), NameChange::Gone(names(&["a", "b"])));
        assert_eq!(change(&["a"], &["a", "b"]), NameChange::Gone(Vec::new()));
    }
}
