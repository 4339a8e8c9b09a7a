//! W20: everything at a glance.

use egui::Ui;
use syncwright_core::{project::Side, schema};

use super::{Cx, describe};
use crate::{
    ui::{badge, field, text, theme},
    wizard::Draft,
    words,
};

/// Draws the page.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let cx = &*cx;
    let draft = &*cx.draft;
    field::card_ui(ui, |ui| {
        let shown = if draft.display_name.trim().is_empty() { &draft.name } else { &draft.display_name };
        text::heading_ui(ui, shown.as_str());
        ui.add_space(theme::S1);
        field::fact_ui(ui, "File", &draft.file().display().to_string());
        field::fact_ui(ui, "Script language", language(draft));
        let template = draft.template.as_ref().and_then(|path| path.file_stem());
        let template = template.map_or_else(|| "blank project".into(), |name| name.to_string_lossy());
        field::fact_ui(ui, "Starts from", &template);
    });
    for side in [Side::Left, Side::Right] {
        ui.add_space(theme::S3);
        field::card_ui(ui, |ui| system_ui(ui, draft, side));
        describe::taken_ui(ui, cx, side);
    }
}

const fn language(draft: &Draft) -> &'static str {
    match draft.script_language {
        syncwright_core::project::ScriptLanguage::Rhai => "Rhai",
        syncwright_core::project::ScriptLanguage::JavaScript => "JavaScript",
    }
}

fn system_ui(ui: &mut Ui, draft: &Draft, side: Side) {
    let system = draft.of(side);
    let connection = &system.connection;
    ui.horizontal(|ui| {
        badge::side_ui(ui, side);
        text::heading_ui(ui, connection.label());
    });
    ui.add_space(theme::S1);
    field::fact_ui(ui, "Database system", &words::provider(&connection.provider));
    field::fact_ui(ui, "Where", &words::location(&connection.provider));
    field::fact_ui(ui, "System identifier", &connection.system_identifier);
    let types = &system.schema.types;
    let columns: usize = types.iter().map(|one| one.properties.len()).sum();
    let holds = format!(
        "{}, {}",
        text::count(types.len() as u64, "table", "tables"),
        text::count(columns as u64, "column", "columns")
    );
    field::fact_ui(ui, "Schema", &holds);
    let without = schema::without_key(&system.schema);
    if !without.is_empty() {
        let names: Vec<&str> = without.iter().take(6).map(|one| one.name.as_str()).collect();
        let more = if without.len() > 6 { ", …" } else { "" };
        field::fact_ui(ui, "Left out, no key", &format!("{}{more}", names.join(", ")));
    }
    let mut marks = Vec::new();
    if connection.read_only {
        marks.push("read-only");
    }
    if connection.production {
        marks.push("production");
    }
    if !marks.is_empty() {
        field::fact_ui(ui, "Marked as", &marks.join(", "));
    }
}
