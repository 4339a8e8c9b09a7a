//! W15: virtual properties of tables, which the project computes (S9).
//!
//! They live in a schema class. A table without one is a class of its own name, so its class is only listed while it
//! has virtual properties, a filter or a display name.

mod editor;
mod home;
mod kinds;
mod preview;
mod references;
mod texts;
mod values;

use std::collections::HashMap;

use egui::{ScrollArea, Ui};
use syncwright_core::project::{ClassRef, SchemaClass, ScriptLanguage, VirtualKind, VirtualProperty};

use self::{kinds::KindChoice, preview::Preview};
use super::{
    Cx,
    data_operations::{
        choose_first,
        findings::{self, Found},
        table_list::{Listed, TableList, beside_ui},
        was_away,
        worked::Worked,
    },
    tables,
};
use crate::{
    problem::Problem,
    ui::{Button, Icon, ListRow, state, text, theme, tokens},
    wizard::{Draft, found_out::Known},
};

/// What the window remembers of the page.
#[derive(Default)]
pub struct State {
    list: TableList,
    /// The chosen class, by its name.
    class: Option<String>,
    /// The chosen virtual property, by its place in the class.
    chosen: usize,
    /// A name that cannot be taken, while it is typed.
    name: Option<String>,
    /// How properties were computed before another kind was chosen, by class and property.
    aside: HashMap<(String, String, KindChoice), VirtualKind>,
    findings: Worked<(Vec<SchemaClass>, ScriptLanguage), Vec<Found>>,
    preview: Worked<preview::Key, Preview>,
    drawn_in: u64,
}

impl State {
    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        self.findings.poll();
        self.preview.poll();
    }

    fn choose(&mut self, place: usize) {
        self.chosen = place;
        self.name = None;
    }

    /// What the check says of a property.
    fn findings_of<'a>(&'a self, class: &'a str, property: &'a str) -> impl Iterator<Item = &'a Found> {
        let all = self.findings.last(|_| true).and_then(|result| result.as_ref().ok());
        all.into_iter().flatten().filter(move |found| found.class == class && names(&found.text, property))
    }
}

/// True if a text has this name in it, and not only as a part of another one.
fn names(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text.get(at + name.len()..).and_then(|behind| behind.chars().next());
            !before.is_some_and(is_part) && !behind.is_some_and(is_part)
        })
}

/// A change of the virtual properties of a class.
enum Change {
    /// A new one.
    Add(VirtualProperty),
    /// Another state of the one at a place.
    Set(usize, VirtualProperty),
    /// One goes.
    Remove(usize),
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, tables: &mut tables::State, cx: &mut Cx<'_>) {
    state.poll();
    if was_away(ui, &mut state.drawn_in) {
        state.findings.forget();
        state.preview.forget();
    }
    let schema = cx.system().schema.share();
    let Some(first) = schema.types.first() else {
        state::empty_ui(ui, Icon::Table, "No tables", "Read the schema of the system first.");
        return;
    };
    follow_selection(state, tables, cx);
    choose_first(&mut state.class, |name| schema.class(name).is_some(), &first.name);
    begin_check(state, cx);
    let mut change = None;
    beside_ui(
        ui,
        state,
        |ui, state| {
            let items: Vec<Listed<'_>> = home::classes(&schema).map(|class| listed(state, class)).collect();
            let before = state.class.clone();
            let mut class = before.clone();
            state.list.show(ui, "Only tables with virtual properties", items.into_iter(), &mut class);
            if class != before {
                state.choose(0);
                state.class = class;
            }
        },
        |ui, state| {
            let name = state.class.clone().unwrap_or_default();
            if let Some(class) = schema.class(&name) {
                change = class_ui(ui, state, tables, cx, class);
            }
        },
    );
    let class = state.class.clone().unwrap_or_default();
    tables.selected = schema.class(&class).map(|class| class.schema_type.name.clone());
    drop(schema);
    if let Some(change) = change {
        apply(state, cx, &class, change);
    }
}

/// Another page chose another table.
fn follow_selection(state: &mut State, tables: &tables::State, cx: &Cx<'_>) {
    let schema = &cx.system().schema;
    let of = state.class.as_deref().and_then(|name| schema.class(name)).map(|class| &class.schema_type.name);
    if tables.selected.is_some() && tables.selected.as_ref() != of {
        state.class.clone_from(&tables.selected);
        state.choose(0);
    }
}

/// Lets the core check what is there now, in the background.
fn begin_check(state: &mut State, cx: &Cx<'_>) {
    let key = (cx.system().schema.classes.clone(), cx.draft.script_language);
    if state.findings.wants(&key) {
        let draft = cx.draft.clone();
        let job =
            cx.worker.spawn("Checking virtual properties", move |_| findings::of_virtual_properties(&draft));
        state.findings.begin(key, job);
    }
}

fn listed<'a>(state: &State, class: ClassRef<'a>) -> Listed<'a> {
    let properties = class.class.map_or(&[][..], |class| &class.virtual_properties);
    let wrong = properties.iter().any(|one| state.findings_of(class.name, &one.name).next().is_some());
    let icon = match class.class {
        Some(one) if one.filter.is_some() => Icon::Filter,
        _ if class.schema_type.view => Icon::View,
        _ => Icon::Table,
    };
    let remark = if properties.is_empty() { String::new() } else { properties.len().to_string() };
    Listed { name: class.name, icon, remark, wrong }
}

/// The virtual properties of a class, and the editor of the chosen one.
fn class_ui(
    ui: &mut Ui,
    state: &mut State,
    tables: &mut tables::State,
    cx: &mut Cx<'_>,
    class: ClassRef<'_>,
) -> Option<Change> {
    let colors = tokens(ui);
    let properties = class.class.map_or(&[][..], |class| &class.virtual_properties);
    ui.horizontal(|ui| {
        text::line_ui(ui, class.name, theme::heading(), colors.text);
        if class.name != class.schema_type.name {
            let words = format!("a class of {}", class.schema_type.name);
            text::line_ui(ui, words, theme::body(), colors.text_secondary);
        }
    });
    let mut change = None;
    if ui.add(Button::new("Add virtual property").icon(Icon::Insert)).clicked() {
        change = Some(Change::Add(home::new_property(class)));
    }
    ui.add_space(theme::S1);
    ScrollArea::vertical().id_salt(("properties", class.name)).auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - 12.0);
        ui.scope(|ui| list_ui(ui, state, class, properties));
        ui.add_space(theme::S3);
        if let Some(property) = properties.get(state.chosen) {
            // Fields of another property have another history of what was typed.
            let salt = (state.chosen, properties.len());
            let edited = ui.push_id(salt, |ui| editor::ui(ui, state, tables, cx, class, property)).inner;
            change = change.take().or(edited);
        }
    });
    change
}

fn list_ui(ui: &mut Ui, state: &mut State, class: ClassRef<'_>, properties: &[VirtualProperty]) {
    let colors = tokens(ui);
    ui.spacing_mut().item_spacing.y = 2.0;
    for (place, property) in properties.iter().enumerate() {
        let wrong = state.findings_of(class.name, &property.name).next().is_some();
        let (icon, color) =
            if wrong { (Icon::Warning, colors.warning) } else { (Icon::Virtual, colors.target) };
        let row = ListRow::new(&property.name)
            .icon(icon, Some(color))
            .secondary(KindChoice::of(&property.kind).label())
            .remark(home::remark(property))
            .selected(place == state.chosen)
            .name(format!("Virtual property {}", property.name));
        if row.show(ui).clicked() {
            state.choose(place);
        }
    }
    for group in &class.schema_type.column_groups {
        ListRow::new(group.property_name())
            .icon(Icon::Key, None)
            .secondary("column group of the key information, there by itself")
            .faded(true)
            .show(ui);
    }
    if properties.is_empty() {
        text::hint_ui(
            ui,
            "No virtual properties yet. Add one for a value that the table does not have as a column: a name made of \
             two, the department's name instead of its key, the members of a group.",
        );
    }
}

fn apply(state: &mut State, cx: &mut Cx<'_>, class: &str, change: Change) {
    let mut place = state.chosen;
    home::change(cx.system_mut().schema_mut(), class, |properties| match change {
        Change::Add(property) => {
            properties.push(property);
            place = properties.len() - 1;
        }
        Change::Set(at, property) => {
            if let Some(one) = properties.get_mut(at) {
                *one = property;
            }
        }
        Change::Remove(at) if at < properties.len() => {
            properties.remove(at);
            place = at.min(properties.len().saturating_sub(1));
        }
        Change::Remove(_) => {}
    });
    if place != state.chosen {
        state.choose(place);
    }
}

/// What must be put right before going on: no virtual property is in error. What is only doubtful is told on the
/// page.
///
/// # Errors
///
/// The first one that is.
pub fn check(draft: &Draft, known: &Known) -> Result<(), Problem> {
    if let Some(name) = secret_in_clear(draft) {
        return Err(Problem {
            help: Some("give it another kind, or leave the value empty".to_owned()),
            ..Problem::new(
                "A secret would be saved in clear",
                format!("{name} is secret and has a fixed value, which the project file would hold as it is"),
            )
        });
    }
    known.wrong_property(draft).map_or(Ok(()), |problem| Err(problem.clone()))
}

/// The first virtual property that is in error. Takes its time: for jobs.
pub fn verdict(draft: &Draft) -> Option<Problem> {
    let found = findings::of_virtual_properties(draft).into_iter().find(|found| found.error)?;
    Some(Problem {
        help: found.fix,
        code: Some(found.code.to_owned()),
        ..Problem::new(format!("A virtual property of {} cannot be used", found.class), found.text)
    })
}

/// The first secret property with a fixed value (P3).
fn secret_in_clear(draft: &Draft) -> Option<&str> {
    let classes = &draft.system().schema.classes;
    let mut properties = classes.iter().flat_map(|class| &class.virtual_properties);
    let is_fixed = |property: &&VirtualProperty| {
        let fixed = matches!(&property.kind, VirtualKind::Fixed(value) if !value.to_text().is_empty());
        property.secret && fixed
    };
    properties.find(is_fixed).map(|property| property.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_finding_names_the_property_and_not_one_that_begins_so() {
        assert!(names("the virtual property vrtName cannot be used", "vrtName"));
        assert!(names("two virtual properties have the name \"vrtName\"", "vrtName"));
        assert!(!names("the virtual property vrtNames cannot be used", "vrtName"));
        assert!(!names("anything", ""));
    }
}
