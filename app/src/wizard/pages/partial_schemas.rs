//! W9: which database schemas, or owners, are loaded.

use egui::Ui;
use syncwright_core::schema::OwnerCount;

use super::{Ask, Cx, PageJob};
use crate::{
    problem::Problem,
    ui::{Button, Icon, field, state, text, theme},
    wizard::{Draft, detect},
};

/// Draws the page.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let owners = cx.system().owners.clone();
    if owners.is_empty() {
        not_counted_ui(ui, cx);
        return;
    }
    ui.horizontal(|ui| {
        if ui.add(Button::new("All")).on_hover_text("Load every schema, also those to come").clicked() {
            let system = cx.system_mut();
            system.connection.partial_schemas.clear();
            // Else those that were chosen when it was read would still count.
            system.schema_mut().owners.clear();
        }
        text::hint_ui(
            ui,
            if cx.system().connection.partial_schemas.is_empty() {
                "Every schema is loaded.".to_owned()
            } else {
                let chosen = cx.system().connection.partial_schemas.len();
                format!("{chosen} of {} loaded.", text::count(owners.len() as u64, "schema", "schemas"))
            },
        );
    });
    ui.add_space(theme::S2);
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.set_max_width(super::FORM);
        for owner in &owners {
            owner_ui(ui, cx, owner, &owners);
        }
    });
}

fn not_counted_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.system().are_owners_known() {
        state::empty_ui(ui, Icon::Database, "No schemas", "This database has no schemas to choose among.");
        return;
    }
    text::body_ui(
        ui,
        if cx.edits {
            "The schemas of the database are not known yet."
        } else {
            "The schemas of the database are not known yet. Next looks for them and counts their tables."
        },
    );
    ui.add_space(theme::S3);
    if !cx.busy && ui.add(Button::new("Look for schemas").icon(Icon::Refresh)).clicked() {
        cx.asks.push(Ask::WorkHere);
    }
}

fn owner_ui(ui: &mut Ui, cx: &mut Cx<'_>, owner: &OwnerCount, owners: &[OwnerCount]) {
    let chosen = &mut cx.system_mut().connection.partial_schemas;
    let on = chosen.is_empty() || chosen.contains(&owner.owner);
    let tables = text::count(owner.tables as u64, "table", "tables");
    let views = text::count(owner.views as u64, "view", "views");
    let label = format!("{} – {tables}, {views}", owner.owner);
    let Some(on) = field::switch_ui(ui, &label, on) else { return };
    // Nothing named means all of them, so the first one that is taken out names the others.
    if chosen.is_empty() {
        *chosen = owners.iter().map(|one| one.owner.clone()).collect();
    }
    chosen.retain(|name| *name != owner.owner);
    if on {
        chosen.push(owner.owner.clone());
        chosen.sort();
    }
    if chosen.len() == owners.len() {
        chosen.clear();
        cx.system_mut().schema_mut().owners.clear();
    }
}

/// What must be put right before going on: the last schema cannot be taken out.
///
/// # Errors
///
/// A schema is named that the database does not have.
pub fn check(draft: &Draft) -> Result<(), Problem> {
    let system = draft.system();
    let gone =
        system.connection.partial_schemas.iter().find(|name| {
            !system.owners.is_empty() && system.owners.iter().all(|owner| owner.owner != **name)
        });
    match gone {
        Some(name) => Err(Problem {
            help: Some("take it out of the choice".to_owned()),
            ..Problem::new("A schema is not there", format!("the database has no schema {name}"))
        }),
        None => Ok(()),
    }
}

/// Looks for schemas unless they are known.
pub fn work(cx: &mut Cx<'_>, stay: bool) -> Option<PageJob> {
    if cx.system().are_owners_known() && !stay {
        return None;
    }
    if cx.edits {
        let opener = cx.opener();
        return Some(detect::count(opener, cx.worker));
    }
    let fills = cx.system().fill_completely;
    let opener = cx.opener();
    Some(detect::begin(cx.draft, opener, cx.worker, fills))
}
