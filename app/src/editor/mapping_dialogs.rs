//! Dialogs about mappings: making one, renaming it, deleting it.

use std::collections::HashSet;

use egui::{Align, Context, Key, Margin, Rect, TextEdit, Ui, pos2, vec2};
use syncwright_core::project::{
    Exclusions, Hierarchy, Lifecycle, Mapping, MappingDirection, Project, Side, free_name, steps_of,
};

use crate::ui::{
    Button, Icon, badge,
    button::Kind,
    dialog::{buttons_ui, dialog_ui},
    field, list_row,
    rows::{self, RowsState},
    text, theme, tokens,
};

/// An open dialog about mappings.
#[derive(Debug, Clone, PartialEq)]
pub enum MappingDialog {
    /// A new mapping.
    New(NewMapping),
    /// Another name.
    Rename {
        /// The name now.
        from: String,
        /// What was typed so far.
        to: String,
        /// The field had the focus once.
        shown: bool,
    },
    /// Delete the mapping of this name?
    Delete(String),
}

/// What was entered for a new mapping.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewMapping {
    name: String,
    /// The name follows the classes until somebody types one.
    typed: bool,
    filters: [String; 2],
    rows: [RowsState; 2],
    chosen: [Option<String>; 2],
    direction: NewDirection,
}

/// Direction of a new mapping; unlike that of a rule it is always said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum NewDirection {
    #[default]
    Both,
    ToTarget,
    ToCentral,
}

const DIRECTIONS: [(NewDirection, &str); 3] = [
    (NewDirection::Both, "Both directions"),
    (NewDirection::ToTarget, "To target"),
    (NewDirection::ToCentral, "To central"),
];

/// What a dialog decided.
#[derive(Debug, Clone, PartialEq)]
pub enum MappingAnswer {
    /// Add this mapping.
    Create(Box<Mapping>),
    /// Rename a mapping.
    Rename {
        /// The name now.
        from: String,
        /// The name from then on.
        to: String,
    },
    /// Delete the mapping of this name with the steps that run it.
    Delete(String),
}

/// Shows a dialog; gives what it decided, and whether it was dismissed.
pub fn mapping_dialog_ui(
    ctx: &Context,
    project: &Project,
    dialog: &mut MappingDialog,
) -> (Option<MappingAnswer>, bool) {
    match dialog {
        MappingDialog::New(new) => new_ui(ctx, project, new),
        MappingDialog::Rename { from, to, shown } => rename_ui(ctx, project, from, to, shown),
        MappingDialog::Delete(name) => delete_ui(ctx, project, name),
    }
}

fn name_field_ui(ui: &mut Ui, name: &mut String) -> egui::Response {
    let width = ui.available_width();
    let edit = TextEdit::singleline(name).desired_width(width).margin(Margin::symmetric(8, 7));
    ui.add(edit).accessible_name("Name of the mapping")
}

/// Why a mapping cannot have a name; `own` is the name that it has now.
fn why_not(project: &Project, name: &str, own: Option<&str>) -> Option<String> {
    let name = name.trim();
    if name.is_empty() {
        return Some("A mapping needs a name".to_owned());
    }
    let taken = Some(name) != own && project.mapping(name).is_some();
    taken.then(|| format!("Another mapping is called {name}"))
}

fn new_ui(ctx: &Context, project: &Project, new: &mut NewMapping) -> (Option<MappingAnswer>, bool) {
    let ((answer, cancelled), dismissed) = dialog_ui(ctx, "new mapping", "New mapping", 660.0, |ui| {
        ui.spacing_mut().item_spacing.y = theme::S1;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::S3;
            let width = (ui.available_width() - theme::S3) / 2.0;
            for side in [Side::Left, Side::Right] {
                ui.allocate_ui(vec2(width, 0.0), |ui| {
                    ui.set_width(width);
                    ui.vertical(|ui| class_ui(ui, project, side, new));
                });
            }
        });
        ui.add_space(theme::S2);
        if let ([Some(left), Some(_)], false) = (&new.chosen, new.typed) {
            let taken = project.mappings.iter().map(|mapping| mapping.name.as_str());
            new.name = free_name(taken, left);
        }
        let entered = field::form_ui(ui, "Name", |ui| {
            let response = name_field_ui(ui, &mut new.name);
            new.typed |= response.changed();
            response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
        });
        field::form_ui(ui, "Direction", |ui| {
            let width = ui.available_width();
            let chosen = field::choice_ui(ui, "Direction of the mapping", new.direction, &DIRECTIONS, width);
            new.direction = chosen.unwrap_or(new.direction);
        });
        let why = why_not_yet(project, new);
        let (mut answer, mut cancelled) = (None, false);
        buttons_ui(ui, |ui| {
            let create = ui.add(Button::primary("Create mapping").enabled(why.is_none()));
            let create = match &why {
                Some(why) => create.on_disabled_hover_text(why),
                None => create,
            };
            if (create.clicked() || entered) && why.is_none() {
                answer = mapping_of(new).map(|mapping| MappingAnswer::Create(Box::new(mapping)));
            }
            cancelled = ui.add(Button::new("Cancel")).clicked();
            if let Some(why) = why.filter(|_| new.typed || new.chosen.iter().all(Option::is_some)) {
                let color = tokens(ui).text_secondary;
                text::line_ui(ui, why, theme::caption(), color);
            }
        });
        (answer, cancelled)
    });
    (answer, cancelled || dismissed)
}

fn why_not_yet(project: &Project, new: &NewMapping) -> Option<String> {
    match &new.chosen {
        [None, _] => Some("Choose a class of the central system".to_owned()),
        [_, None] => Some("Choose a class of the target system".to_owned()),
        _ => why_not(project, &new.name, None),
    }
}

fn mapping_of(new: &NewMapping) -> Option<Mapping> {
    let [Some(left), Some(right)] = &new.chosen else { return None };
    Some(Mapping {
        name: new.name.trim().to_owned(),
        display_name: String::new(),
        description: String::new(),
        left: left.clone(),
        right: right.clone(),
        direction: match new.direction {
            NewDirection::Both => MappingDirection::Both,
            NewDirection::ToTarget => MappingDirection::ToTarget,
            NewDirection::ToCentral => MappingDirection::ToCentral,
        },
        only_for_updates: false,
        prevent_ambiguous_matches: false,
        hierarchy: Hierarchy::default(),
        remember_pairs: false,
        lifecycle: Lifecycle::Active,
        exclusions: Exclusions::default(),
        matching: Vec::new(),
        rules: Vec::new(),
        actions: Vec::new(),
    })
}

/// A class that can be chosen, with the type that it narrows.
struct Class<'a> {
    name: &'a str,
    of_type: Option<&'a str>,
}

fn classes<'a>(project: &'a Project, side: Side, filter: &str) -> Vec<Class<'a>> {
    let schema = &project.system(side).schema;
    let named: HashSet<&str> = schema.classes.iter().map(|class| class.name.as_str()).collect();
    let declared =
        schema.classes.iter().map(|class| Class { name: &class.name, of_type: Some(&class.schema_type) });
    let types = schema.types.iter().filter(|found| !named.contains(found.name.as_str()));
    let types = types.map(|found| Class { name: &found.name, of_type: None });
    let filter = filter.trim().to_lowercase();
    declared.chain(types).filter(|class| class.name.to_lowercase().contains(&filter)).collect()
}

fn class_ui(ui: &mut Ui, project: &Project, side: Side, new: &mut NewMapping) {
    let index = usize::from(side == Side::Right);
    let (hint, list) = match side {
        Side::Left => ("Filter central classes", "Central classes"),
        Side::Right => ("Filter target classes", "Target classes"),
    };
    ui.horizontal(|ui| {
        badge::side_ui(ui, side);
        let chosen = new.chosen[index].as_deref().unwrap_or("no class chosen yet");
        let colors = tokens(ui);
        let color = if new.chosen[index].is_some() { colors.text } else { colors.text_secondary };
        text::line_ui(ui, chosen, theme::medium(), color);
    });
    let width = ui.available_width();
    if field::filter_ui(ui, &mut new.filters[index], hint, width) {
        new.rows[index] = RowsState::default();
    }
    let shown = classes(project, side, &new.filters[index]);
    // Both lists as high as the longer one, whatever the filters say.
    let count = |side| classes(project, side, "").len();
    let height = rows::height_of(count(Side::Left).max(count(Side::Right)).clamp(3, 9));
    let state = &mut new.rows[index];
    let chosen = &mut new.chosen[index];
    ui.allocate_ui(vec2(width, height), |ui| {
        ui.set_min_height(height);
        if shown.is_empty() {
            text::hint_ui(ui, "No class has that name.");
            return;
        }
        let current = chosen.clone();
        let count = shown.len() as u64;
        let output = rows::rows_ui(ui, list, state, count, theme::ROW, |ui, row, rect, response| {
            let Some(class) = usize::try_from(row).ok().and_then(|row| shown.get(row)) else {
                return String::new();
            };
            list_row::background(ui, rect, current.as_deref() == Some(class.name), response);
            paint_class(ui, rect, class, side);
            format!("{} class {}", if side == Side::Left { "Central" } else { "Target" }, class.name)
        });
        if let Some(class) =
            output.moved_to.and_then(|row| usize::try_from(row).ok()).and_then(|row| shown.get(row))
        {
            *chosen = Some(class.name.to_owned());
        }
    });
}

fn paint_class(ui: &Ui, rect: Rect, class: &Class<'_>, side: Side) {
    let colors = tokens(ui);
    let slot = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(16.0, rect.height()));
    Icon::Table.paint_sized(ui, slot, colors.side(side), 14.0);
    let name = text::line(ui.painter(), class.name, theme::body(), colors.text, rect.width() - 40.0);
    let left = slot.right() + 8.0;
    let end = left + name.size().x + 12.0;
    let place = Rect::from_min_max(pos2(left, rect.top()), pos2(rect.right() - 8.0, rect.bottom()));
    text::paint_line(ui, place, name, colors.text, Align::Min);
    if let Some(of_type) = class.of_type.filter(|of_type| *of_type != class.name && end < place.right()) {
        let rest = place.with_min_x(end);
        text::cell(ui, rest, of_type, theme::caption(), colors.text_secondary, Align::Max);
    }
}

fn rename_ui(
    ctx: &Context,
    project: &Project,
    from: &str,
    to: &mut String,
    shown: &mut bool,
) -> (Option<MappingAnswer>, bool) {
    let ((answer, cancelled), dismissed) = dialog_ui(ctx, "rename mapping", "Rename mapping", 460.0, |ui| {
        let colors = tokens(ui);
        let entered = field::form_ui(ui, "Name", |ui| {
            let response = name_field_ui(ui, to);
            if !std::mem::replace(shown, true) {
                response.request_focus();
            }
            response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
        });
        let steps = steps_of(project, from).len() as u64;
        if steps > 0 {
            text::hint_ui(ui, format!("{} with it.", follows(steps)));
        }
        if project.mapping(from).is_some_and(|mapping| mapping.remember_pairs) {
            ui.add_space(theme::S2);
            field::callout_ui(ui, Icon::Warning, colors.warning, |ui| {
                text::body_ui(
                    ui,
                    "This mapping remembers its pairs under its name. Under another name it begins anew: until a run \
                     has matched the objects again, a changed key is not recognised as a rename.",
                );
            });
        }
        let why = why_not(project, to, Some(from));
        let (mut answer, mut cancelled) = (None, false);
        buttons_ui(ui, |ui| {
            let rename = ui.add(Button::primary("Rename").enabled(why.is_none()));
            let rename = match &why {
                Some(why) => rename.on_disabled_hover_text(why),
                None => rename,
            };
            if (rename.clicked() || entered) && why.is_none() {
                answer = Some(MappingAnswer::Rename { from: from.to_owned(), to: to.trim().to_owned() });
            }
            cancelled = ui.add(Button::new("Cancel")).clicked();
            if let Some(why) = &why {
                text::line_ui(ui, why.as_str(), theme::caption(), colors.danger);
            }
        });
        (answer, cancelled)
    });
    (answer, cancelled || dismissed)
}

fn follows(steps: u64) -> String {
    let count = text::count(steps, "step", "steps");
    if steps == 1 { format!("{count} that runs it changes") } else { format!("{count} that run it change") }
}

fn delete_ui(ctx: &Context, project: &Project, name: &str) -> (Option<MappingAnswer>, bool) {
    let steps = steps_of(project, name);
    let title = format!("Delete {name}?");
    let ((answer, cancelled), dismissed) = dialog_ui(ctx, "delete mapping", &title, 460.0, |ui| {
        if let Some(mapping) = project.mapping(name) {
            let rules = text::count(mapping.rules.len() as u64, "property rule", "property rules");
            let matching = text::count(mapping.matching.len() as u64, "matching rule", "matching rules");
            text::body_ui(
                ui,
                format!("The mapping goes with its {matching} and {rules}. Undo brings it back."),
            );
        }
        if !steps.is_empty() {
            ui.add_space(theme::S1);
            text::hint_ui(ui, "So do the steps that run it:");
            // Whoever has more has seen enough to know.
            const SHOWN: usize = 8;
            for (workflow, step) in steps.iter().take(SHOWN) {
                let color = tokens(ui).text;
                text::line_ui(ui, format!("• {step} of workflow {workflow}"), theme::body(), color);
            }
            if let Some(more) = steps.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                text::hint_ui(ui, format!("and {more} more"));
            }
        }
        let (mut answer, mut cancelled) = (None, false);
        buttons_ui(ui, |ui| {
            let label = match steps.len() as u64 {
                0 => "Delete mapping".to_owned(),
                count => format!("Delete mapping and {}", text::count(count, "step", "steps")),
            };
            if ui.add(Button::new(label).kind(Kind::Danger)).clicked() {
                answer = Some(MappingAnswer::Delete(name.to_owned()));
            }
            cancelled = ui.add(Button::new("Cancel")).clicked();
        });
        (answer, cancelled)
    });
    (answer, cancelled || dismissed)
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::from_text;

    use super::*;

    fn small() -> Project {
        from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap()
    }

    #[test]
    fn a_name_must_be_free_or_the_own_one() {
        let project = small();
        assert_eq!(why_not(&project, "Employee", None), None);
        assert_eq!(why_not(&project, "Person", Some("Person")), None);
        assert!(why_not(&project, " Person ", None).unwrap().contains("Person"));
        assert!(why_not(&project, "  ", None).is_some());
    }

    #[test]
    fn a_new_mapping_waits_for_both_classes_and_a_name() {
        let project = small();
        let mut new = NewMapping { name: "People".to_owned(), ..NewMapping::default() };
        assert!(why_not_yet(&project, &new).unwrap().contains("central"));
        new.chosen[0] = Some("persons".to_owned());
        assert!(why_not_yet(&project, &new).unwrap().contains("target"));
        assert_eq!(mapping_of(&new), None);
        new.chosen[1] = Some("employees".to_owned());
        assert_eq!(why_not_yet(&project, &new), None);
        let mapping = mapping_of(&new).unwrap();
        assert_eq!((mapping.left.as_str(), mapping.right.as_str()), ("persons", "employees"));
    }
}
