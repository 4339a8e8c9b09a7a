//! The three operations of a table: strategy, text, required key columns.

use egui::{ScrollArea, Ui};
use syncwright_core::{
    connect::odbc::dialect::dialect,
    expr::{OperationKind, placeholder_name},
    project::{DataOperation, OperationStrategy, SchemaType, ScriptLanguage},
};

use super::{
    super::{Cx, tables, widgets::note_ui},
    Change, State, dry, proposal, required,
};
use crate::ui::{
    Button, Icon, button,
    code_edit::{CodeEdit, Language, Offer},
    field, text, theme, tokens,
};

/// How an operation is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Pattern,
    Script,
}

impl Way {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Plain, "Plain statement"), (Self::Pattern, "Pattern"), (Self::Script, "Script")];

    const fn of(operation: Option<&DataOperation>) -> Self {
        match operation {
            None => Self::Plain,
            Some(DataOperation { strategy: OperationStrategy::Pattern(_), .. }) => Self::Pattern,
            Some(DataOperation { strategy: OperationStrategy::Script(_), .. }) => Self::Script,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Pattern => "pattern",
            Self::Script => "script",
        }
    }
}

const KINDS: [(OperationKind, &str); 3] =
    [(OperationKind::Insert, "Insert"), (OperationKind::Update, "Update"), (OperationKind::Delete, "Delete")];

/// Draws the operations of a table; gives what is changed.
pub fn ui(
    ui: &mut Ui,
    state: &mut State,
    tables: &mut tables::State,
    cx: &mut Cx<'_>,
    schema_type: &SchemaType,
) -> Option<Change> {
    let colors = tokens(ui);
    text::line_ui(ui, &schema_type.name, theme::heading(), colors.text);
    ui.add_space(theme::S1);
    kinds_ui(ui, state, schema_type);
    let kind = state.kind;
    let operation = kind.of(&schema_type.operations);
    ui.add_space(theme::S2);
    ScrollArea::vertical()
        .id_salt((&schema_type.name, kind.id()))
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 12.0);
            if cx.system().connection.read_only {
                let words = "This system is only read, so nothing of this takes effect.";
                note_ui(ui, Icon::Lock, colors.text_secondary, words);
            }
            let chosen = way_ui(ui, state, cx, schema_type, operation);
            let Some(operation) = operation else {
                plain_ui(ui, kind);
                return chosen;
            };
            dry::work(state, tables, cx, schema_type, operation);
            let edited = text_ui(ui, state, cx, schema_type, operation);
            let required = required::ui(ui, schema_type, operation);
            required::findings_ui(ui, state, schema_type);
            ui.add_space(theme::S3);
            dry::ui(ui, state, tables, cx, schema_type);
            chosen.or(edited.or(required).map(Some))
        })
        .inner
        .map(|operation| Change { table: schema_type.name.clone(), kind, operation })
}

fn kinds_ui(ui: &mut Ui, state: &mut State, schema_type: &SchemaType) {
    ui.horizontal(|ui| {
        for (kind, label) in KINDS {
            let way = Way::of(kind.of(&schema_type.operations));
            if button::segment_ui(ui, state.kind == kind, &format!("{label}: {}", way.word())) {
                state.kind = kind;
            }
        }
    });
}

fn plain_ui(ui: &mut Ui, kind: OperationKind) {
    let words = match kind {
        OperationKind::Insert => "New objects are written by a plain INSERT.",
        OperationKind::Update => "Changed columns are written by a plain UPDATE.",
        OperationKind::Delete => "Objects are removed by a plain DELETE.",
    };
    ui.add_space(theme::S2);
    text::body_ui(ui, words);
    text::hint_ui(
        ui,
        "Choose a pattern for a stored procedure or a statement of your own, a script where several statements, or \
         different ones, are needed.",
    );
}

/// The choice of the strategy; gives the operation if another one is chosen, and nothing in it for the plain one.
#[expect(clippy::option_option, reason = "no change, or a change to the plain statement")]
fn way_ui(
    ui: &mut Ui,
    state: &mut State,
    cx: &mut Cx<'_>,
    schema_type: &SchemaType,
    operation: Option<&DataOperation>,
) -> Option<Option<DataOperation>> {
    let current = Way::of(operation);
    let mut chosen = None;
    ui.horizontal(|ui| {
        for (way, label) in Way::ALL {
            if button::segment_ui(ui, current == way, label) && way != current {
                chosen = Some(way);
            }
        }
        if current != Way::Plain {
            ui.add_space(theme::S3);
            let delete = Button::quiet("Delete operation").icon(Icon::Delete);
            if ui.add(delete).on_hover_text("Back to the plain statement").clicked() {
                chosen = Some(Way::Plain);
            }
        }
    });
    if current == Way::Script {
        language_ui(ui, cx);
    }
    let way = chosen?;
    put_aside(state, schema_type, operation);
    Some(begin(state, cx, schema_type, way, operation))
}

/// The language of all scripts of the project, as long as it can be chosen.
fn language_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let choices = [(ScriptLanguage::Rhai, "Rhai"), (ScriptLanguage::JavaScript, "JavaScript")];
    let now = cx.draft.script_language;
    ui.horizontal(|ui| {
        text::caption_ui(ui, "Script language of the project");
        let chosen = ui
            .add_enabled_ui(!cx.edits, |ui| field::choice_ui(ui, "Script language", now, &choices, 140.0))
            .inner;
        if let Some(chosen) = chosen {
            cx.draft.script_language = chosen;
        }
    });
}

/// Keeps the text of an operation for the case that somebody comes back to it.
fn put_aside(state: &mut State, schema_type: &SchemaType, operation: Option<&DataOperation>) {
    let Some(operation) = operation else { return };
    let (script, text) = match &operation.strategy {
        OperationStrategy::Pattern(text) => (false, text),
        OperationStrategy::Script(text) => (true, text),
    };
    state.aside.insert((schema_type.name.clone(), state.kind.id(), script), text.clone());
}

fn begin(
    state: &State,
    cx: &Cx<'_>,
    schema_type: &SchemaType,
    way: Way,
    old: Option<&DataOperation>,
) -> Option<DataOperation> {
    let aside = |script: bool| state.aside.get(&(schema_type.name.clone(), state.kind.id(), script)).cloned();
    let plain = || {
        let dialect = cx.system().dialect().and_then(dialect);
        dialect.map_or_else(String::new, |dialect| proposal::pattern(dialect, schema_type, state.kind))
    };
    let pattern = || aside(false).unwrap_or_else(plain);
    let strategy = match way {
        Way::Plain => return None,
        Way::Pattern => OperationStrategy::Pattern(pattern()),
        Way::Script => OperationStrategy::Script(aside(true).unwrap_or_else(|| proposal::script(&pattern()))),
    };
    let required_keys = old.map_or_else(Vec::new, |old| old.required_keys.clone());
    Some(DataOperation { strategy, required_keys })
}

/// The editor of the text; gives the operation with the new text.
fn text_ui(
    ui: &mut Ui,
    state: &State,
    cx: &Cx<'_>,
    schema_type: &SchemaType,
    operation: &DataOperation,
) -> Option<DataOperation> {
    let kind = state.kind;
    let names = |sign: Option<char>| offers(schema_type, kind, sign);
    let fault = state.fault(&schema_type.name, &operation.strategy);
    let (language, name, hint, mut text) = match &operation.strategy {
        OperationStrategy::Pattern(text) => {
            (Language::Pattern, "Pattern of the operation", "exec CreateUser('%UId%')", text.clone())
        }
        OperationStrategy::Script(text) => {
            let language = Language::of_scripts(cx.draft.script_language);
            (language, "Script of the operation", "\"exec CreateUser('%UId%')\"", text.clone())
        }
    };
    ui.add_space(theme::S1);
    let edit = CodeEdit::new(name, language, &mut text).rows(6).hint(hint).names(&names).fault(fault);
    let changed = edit.show(ui);
    let words = match (language, kind) {
        (Language::Pattern, OperationKind::Insert) => {
            "One statement. %Column% is the value of the new object; special characters in names are written _. \
             Type % for a list."
        }
        (Language::Pattern, _) => {
            "One statement. %Column% is the value that is written, %Column:old% the one until then; special \
             characters in names are written _. Type % for a list."
        }
        _ => {
            "Gives one statement, a list of them, or [] where nothing is to be done. It reads $Column$; values stand in \
             the statements as %Column% and are bound."
        }
    };
    text::hint_ui(ui, words);
    let strategy = match operation.strategy {
        OperationStrategy::Pattern(_) => OperationStrategy::Pattern(text),
        OperationStrategy::Script(_) => OperationStrategy::Script(text),
    };
    changed.then(|| DataOperation { strategy, required_keys: operation.required_keys.clone() })
}

/// Columns that a statement, or script, can name.
fn offers(schema_type: &SchemaType, kind: OperationKind, sign: Option<char>) -> Vec<Offer> {
    let Some(sign) = sign else { return Vec::new() };
    let usable = schema_type.properties.iter().filter(|column| column.unusable.is_none());
    let endings: &[(&str, &str)] =
        if kind == OperationKind::Insert { &[("", "")] } else { &[("", ""), (":old", ", before")] };
    usable
        .flat_map(|column| {
            let spelled = if sign == '%' { placeholder_name(&column.name) } else { column.name.clone() };
            let key = if schema_type.is_key(&column.name) { ", key" } else { "" };
            let detail = format!("{}{key}", column.value_type.label());
            endings.iter().map(move |(ending, what)| {
                let name = format!("{spelled}{ending}");
                Offer::between(sign, &name, &name, format!("{detail}{what}"))
            })
        })
        .collect()
}
