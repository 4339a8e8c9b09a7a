//! W10: what the database holds.

use egui::Ui;
use syncwright_core::{project::Schema, schema};

use super::{Ask, Cx, PageJob, widgets::note_ui};
use crate::{
    ui::{Button, Icon, field, text, theme, tokens},
    wizard::{Draft, SystemDraft, detect, flow::Detection},
};

/// Draws the page.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    if !cx.edits && !is_current(cx.system()) {
        let words = if cx.busy {
            "Tables, columns, keys and relations are read from the catalog. No data is read, nothing is written."
        } else {
            "The schema was not read."
        };
        text::body_ui(ui, words);
        ui.add_space(theme::S3);
        if !cx.busy && ui.add(Button::new("Read the schema now").icon(Icon::Refresh)).clicked() {
            cx.asks.push(Ask::WorkHere);
        }
        return;
    }
    found_ui(ui, cx.system());
    recognised_ui(ui, cx);
    unusable_ui(ui, cx.system());
    unfit_ui(ui, cx.system());
    ui.add_space(theme::S2);
    if cx.edits {
        update_ui(ui, cx);
    } else if ui.add(Button::new("Read again").icon(Icon::Refresh)).clicked() {
        cx.asks.push(Ask::WorkHere);
    }
}

/// Mappings hang on the schema of an open project: what reading it again changes is shown before it counts (S5).
fn update_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    text::hint_ui(
        ui,
        "Reading the schema again shows what has changed and what that breaks, before anything is taken over.",
    );
    ui.add_space(theme::S1);
    if ui.add(Button::new("Apply and update schema").icon(Icon::Refresh)).clicked() {
        cx.asks.push(Ask::ApplyAndRead);
    }
}

fn found_ui(ui: &mut Ui, system: &SystemDraft) {
    let types = &system.schema.types;
    let views = types.iter().filter(|one| one.view).count() as u64;
    let tables = types.len() as u64 - views;
    let columns: usize = types.iter().map(|one| one.properties.len()).sum();
    let relations: usize = types.iter().map(|one| one.foreign_keys.len()).sum();
    field::card_ui(ui, |ui| {
        text::heading_ui(ui, "Found");
        ui.add_space(theme::S1);
        field::fact_ui(ui, "Tables", &text::number(tables));
        field::fact_ui(ui, "Views", &text::number(views));
        field::fact_ui(ui, "Columns", &text::number(columns as u64));
        field::fact_ui(ui, "Relations", &text::number(relations as u64));
        let without = schema::without_key(&system.schema);
        let names: Vec<&str> = without.iter().take(5).map(|one| one.name.as_str()).collect();
        let more = if without.len() > 5 { ", …" } else { "" };
        let words = match without.len() {
            0 => "none".to_owned(),
            count => format!("{} ({}{more})", text::number(count as u64), names.join(", ")),
        };
        field::fact_ui(ui, "Without a key", &words);
    });
    ui.add_space(theme::S2);
}

fn recognised_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.system().recognised.is_empty() {
        return;
    }
    let colors = tokens(ui);
    let names = cx.system().recognised.join(", ");
    let fills = cx.system().fill_completely;
    field::callout_ui(ui, Icon::Info, colors.target, |ui| {
        text::body_ui(ui, format!("This is the schema of {names}."));
        if let Some(on) = field::switch_ui(ui, "Fill in system description completely", fills) {
            let system = cx.system_mut();
            system.fill_completely = on;
            // Whoever declines does not want what the product expects of writers, so nothing is written.
            if on {
                system.connection.read_only = system.read_only_before;
            } else {
                system.read_only_before = system.connection.read_only;
                system.connection.read_only = true;
            }
            // What was filled in is taken out again, or filled in, by reading once more.
            system.schema = Schema::default().into();
            system.stale = true;
        }
        text::hint_ui(
            ui,
            if fills {
                "Keys, relations, display templates and revision counters that are known of it were filled in."
            } else {
                "Declined: the system is only read."
            },
        );
        text::hint_ui(ui, "Changing this reads the schema anew, without what was set on it.");
    });
    ui.add_space(theme::S2);
}

fn unusable_ui(ui: &mut Ui, system: &SystemDraft) {
    let unusable = schema::unusable(&system.schema);
    if unusable.is_empty() {
        return;
    }
    let color = tokens(ui).warning;
    let shown: Vec<String> = unusable
        .iter()
        .take(8)
        .map(|one| format!("{}.{} ({}): {}", one.schema_type, one.property, one.native_type, one.reason))
        .collect();
    let more = unusable.len().saturating_sub(shown.len());
    let more = if more > 0 { format!("\n… and {more} more") } else { String::new() };
    note_ui(ui, Icon::Warning, color, &format!("Columns that cannot be used:\n{}{more}", shown.join("\n")));
}

/// What the loaded configuration knows of tables that are not there.
fn unfit_ui(ui: &mut Ui, system: &SystemDraft) {
    if !system.unfit.is_empty() {
        let color = tokens(ui).warning;
        let words = format!("Left out of the loaded configuration:\n{}", system.unfit.join("\n"));
        note_ui(ui, Icon::Warning, color, &words);
    }
}

/// True if the schema was read with the connection as it is now.
#[must_use]
pub fn is_current(system: &SystemDraft) -> bool {
    let fresh = !system.stale;
    fresh
        && system.detected_with.as_ref().is_some_and(|with| {
            with.provider == system.connection.provider
                && with.partial_schemas == system.connection.partial_schemas
                && with.initial_sql == system.connection.initial_sql
                && with.time_zone == system.connection.time_zone
                && with.access == system.connection.access
        })
}

/// Reads the schema unless it was read with this connection, or a button asks for it.
pub fn work(cx: &mut Cx<'_>, stay: bool) -> Option<PageJob> {
    if cx.edits || is_current(cx.system()) && !stay {
        return None;
    }
    let fills = cx.system().fill_completely;
    let opener = cx.opener();
    Some(detect::begin(cx.draft, opener, cx.worker, fills))
}

/// Takes over what was read.
pub fn take(draft: &mut Draft, detection: Detection) {
    let system = match detection.side {
        syncwright_core::project::Side::Left => &mut draft.central,
        syncwright_core::project::Side::Right => &mut draft.target,
    };
    system.schema = detection.schema.into();
    if let Some(completions) = system.completions.take() {
        let unfit = completions.apply(system.schema_mut());
        system.unfit = unfit.iter().map(ToString::to_string).collect();
    }
    (system.owners, system.owners_known) = (detection.owners, true);
    system.recognised = detection.recognised;
    system.detected_with = Some(detection.connection);
    system.stale = false;
}
