//! W13: what the catalog of the database does not know about its columns.

mod details;
mod flags;
mod rows;
mod settings;
mod template;

use egui::{CentralPanel, TextEdit, Ui};
use syncwright_core::project::{AutoFill, Schema, SchemaType};

use self::{
    flags::Flag,
    rows::SettingCells,
    settings::{Change, Handling},
};
use super::{
    Cx,
    tables::{self, Done, Lens, Row, Tab, bulk_ui, toolbar_ui},
};
use crate::ui::{Icon, button, field, state, table::Column, text, theme, tokens};

const COLUMNS: [Column; 6] = [
    Column::share("Table, column", 130.0, 3.0),
    Column::fixed("Display", 56.0),
    Column::fixed("Sensitive", 62.0),
    Column::fixed("Revision", 58.0),
    Column::fixed("Hierarchy", 62.0),
    Column::share("More", 60.0, 2.0),
];

/// The settings that have a check box in the row of each column.
const IN_ROWS: [Flag; 4] = [Flag::DisplayValue, Flag::Sensitive, Flag::RevisionCounter, Flag::HierarchySort];

/// What is only of this window.
#[derive(Debug, Default)]
pub struct State {
    /// The display template is shown below the tables, not the settings of the columns.
    shows_template: bool,
    /// A default value that is being typed, or that is none.
    default_draft: Option<DefaultDraft>,
    bulk: Bulk,
    /// What could not be set.
    refused: Vec<String>,
}

/// A default value that is not taken yet.
#[derive(Debug, Clone, Default)]
struct DefaultDraft {
    columns: Vec<(usize, usize)>,
    text: String,
    problem: Option<String>,
}

/// What is to be set on many columns at once.
#[derive(Debug)]
struct Bulk {
    setting: Setting,
    on: bool,
    fill: AutoFill,
    handling: Handling,
    default: String,
}

impl Default for Bulk {
    fn default() -> Self {
        Self {
            setting: Setting::Flag(Flag::Sensitive),
            on: true,
            fill: AutoFill::Guid,
            handling: Handling::RaiseError,
            default: String::new(),
        }
    }
}

/// A setting, whatever its values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    Flag(Flag),
    AutoFill,
    Incompatible,
}

const FILLS: [(AutoFill, &str); 2] = [(AutoFill::None, "nothing"), (AutoFill::Guid, "a new GUID")];

/// What somebody did on the page.
#[derive(Debug)]
enum Act {
    /// Sets something on columns.
    Set(Vec<(usize, usize)>, Change),
    /// Another display template.
    Template(usize, String),
    /// Types a default value.
    Draft(DefaultDraft),
    /// Copies text.
    Copy(String),
}

impl Act {
    fn perform(self, ui: &Ui, tables: &mut tables::State, cx: &mut Cx<'_>) {
        match self {
            Self::Set(columns, change) => set(columns, &change, tables, cx),
            Self::Template(table, template) => {
                if let Some(schema_type) = cx.system_mut().schema_mut().types.get_mut(table) {
                    schema_type.display_template = (!template.is_empty()).then_some(template);
                }
            }
            Self::Draft(draft) => tables.complete.default_draft = Some(draft),
            Self::Copy(text) => ui.ctx().copy_text(text),
        }
    }
}

/// Sets something on columns; those that cannot have it stay as they are, and the page says why.
fn set(columns: Vec<(usize, usize)>, change: &Change, tables: &mut tables::State, cx: &mut Cx<'_>) {
    let schema = cx.system_mut().schema_mut();
    let refused = columns.iter().filter_map(|column| change.apply(schema, *column).err()).collect();
    if let [(table, column), ..] = columns.as_slice() {
        let tree = tables.tree_mut(Tab::Complete);
        if columns.iter().all(|column| !tree.selection().columns().contains(column)) {
            tree.select(Row::Column(*table, *column));
        }
        tables.selected = schema.types.get(*table).map(|one| one.name.clone());
    }
    tables.complete.refused = refused;
    if matches!(change, Change::Incompatible(..)) {
        tables.complete.default_draft = None;
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, tables: &mut tables::State, cx: &mut Cx<'_>) {
    let schema = cx.system().schema.share();
    if schema.types.is_empty() {
        state::empty_ui(ui, Icon::Table, "No tables", "Read the schema of the database first.");
        return;
    }
    tables.prepare(ui, Tab::Complete, &schema, &LENS);
    let mut acts = Vec::new();
    let chosen = schema.types.iter().enumerate().find(|(_, one)| Some(&one.name) == tables.selected.as_ref());
    if let Some((_, schema_type)) = chosen {
        tables.look_at(ui, cx, schema_type);
    }
    tables::details_ui(ui, 210.0, |ui| below_ui(ui, tables, &schema, chosen, &mut acts));
    tables::panel_ui(ui, tables, cx);
    CentralPanel::no_frame().show(ui, |ui| tree_ui(ui, tables, &schema, &mut acts));
    // While it is held here, every change would copy the whole schema.
    drop(schema);
    if !acts.is_empty() {
        ui.request_repaint();
    }
    for act in acts {
        act.perform(ui, tables, cx);
    }
}

const LENS: Lens = Lens {
    variant: 0,
    shown: |_| true,
    first: |_| false,
    configured: |one| one.display_template.is_some() || one.properties.iter().any(settings::is_configured),
    extras: |_| 0,
};

fn below_ui(
    ui: &mut Ui,
    tables: &mut tables::State,
    schema: &Schema,
    chosen: Option<(usize, &SchemaType)>,
    acts: &mut Vec<Act>,
) {
    let columns = tables.tree(Tab::Complete).selection().columns().to_vec();
    let template = tables.complete.shows_template;
    ui.horizontal_wrapped(|ui| {
        if button::segment_ui(ui, !template, &details::title(schema, &columns)) {
            tables.complete.shows_template = false;
        }
        if let Some((_, schema_type)) = chosen
            && button::segment_ui(ui, template, &format!("Template of {}", schema_type.name))
        {
            tables.complete.shows_template = true;
        }
    });
    ui.add_space(theme::S1);
    refused_ui(ui, &tables.complete.refused);
    tables::scrolled_ui(ui, "settings", |ui| match chosen {
        Some((table, schema_type)) if template => {
            let changed = template::ui(ui, tables, schema_type);
            acts.extend(changed.map(|template| Act::Template(table, template)));
        }
        _ => details::ui(ui, &tables.complete, schema, &columns, acts),
    });
}

fn refused_ui(ui: &mut Ui, refused: &[String]) {
    let Some(first) = refused.first() else { return };
    let color = tokens(ui).warning;
    let more = refused.len() - 1;
    let more =
        if more > 0 { format!(" And {}.", text::count(more as u64, "more", "more")) } else { String::new() };
    field::callout_ui(ui, Icon::Warning, color, |ui| {
        text::body_ui(ui, format!("Not set: {first}.{more}"));
    });
}

fn tree_ui(ui: &mut Ui, tables: &mut tables::State, schema: &Schema, acts: &mut Vec<Act>) {
    toolbar_ui(ui, tables, Tab::Complete, |_| {});
    bulk_edit_ui(ui, tables, acts);
    if tables.tree(Tab::Complete).table_count() == 0 {
        let hint = "Empty the filter, or show unconfigured tables too.";
        state::empty_ui(ui, Icon::Search, "No table is like that", hint);
        return;
    }
    let mut cells = SettingCells { schema, acts, template: None };
    let done = tables.show(ui, Tab::Complete, schema, &COLUMNS, &mut cells);
    if let Some(table) = cells.template {
        tables.tree_mut(Tab::Complete).select(Row::Table(table));
        tables.selected = schema.types.get(table).map(|one| one.name.clone());
        tables.complete.shows_template = true;
    }
    by_key(schema, &done, acts);
}

/// Space makes the column at the cursor a display value or none, Ctrl+C copies names.
fn by_key(schema: &Schema, done: &Done, acts: &mut Vec<Act>) {
    if let Some(Row::Column(table, column)) = done.toggled
        && let Some(property) = schema.types.get(table).and_then(|one| one.properties.get(column))
    {
        let change = Change::Flag(Flag::DisplayValue, !property.display_value);
        acts.push(Act::Set(vec![(table, column)], change));
    }
    acts.extend(tables::qualified_names(schema, &done.copied).map(Act::Copy));
}

fn bulk_edit_ui(ui: &mut Ui, tables: &mut tables::State, acts: &mut Vec<Act>) {
    let selected = tables.tree(Tab::Complete).selection().columns().len();
    let settings: Vec<(Setting, &str)> = Flag::ALL
        .into_iter()
        .map(|flag| (Setting::Flag(flag), flag.label()))
        .chain([(Setting::AutoFill, "Auto-fill"), (Setting::Incompatible, "Incompatible data")])
        .collect();
    let bulk = &mut tables.complete.bulk;
    let mut setting = bulk.setting;
    let apply = bulk_ui(ui, selected, &mut setting, &settings, |ui, setting| value_ui(ui, bulk, setting));
    bulk.setting = setting;
    if apply {
        let change = match setting {
            Setting::Flag(flag) => Change::Flag(flag, bulk.on),
            Setting::AutoFill => Change::AutoFill(bulk.fill),
            Setting::Incompatible => Change::Incompatible(bulk.handling, bulk.default.clone()),
        };
        acts.push(Act::Set(tables.tree(Tab::Complete).selection().columns().to_vec(), change));
    }
}

fn value_ui(ui: &mut Ui, bulk: &mut Bulk, setting: Setting) {
    const NAME: &str = "Value for the selected columns";
    match setting {
        Setting::Flag(_) => {
            let values = [(true, "yes"), (false, "no")];
            bulk.on = field::choice_ui(ui, NAME, bulk.on, &values, 70.0).unwrap_or(bulk.on);
        }
        Setting::AutoFill => {
            bulk.fill = field::choice_ui(ui, NAME, bulk.fill, &FILLS, 110.0).unwrap_or(bulk.fill);
        }
        Setting::Incompatible => {
            let chosen = field::choice_ui(ui, NAME, bulk.handling, &Handling::ALL, 130.0);
            bulk.handling = chosen.unwrap_or(bulk.handling);
            if bulk.handling == Handling::Default {
                let edit = TextEdit::singleline(&mut bulk.default).desired_width(110.0);
                ui.add(edit).accessible_name("Default value for the selected columns");
            }
        }
    }
}
