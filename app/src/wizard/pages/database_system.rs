//! W3: which kind of system; what is installed here, what is missing and how to get it.

use std::collections::BTreeMap;

use egui::Ui;
use syncwright_core::{
    connect::systems::{InstalledDriver, OfferedSystem, SystemKind, driver_manager},
    project::{CsvFormat, Provider, WhenMissing},
};

use super::{
    Cx,
    widgets::{card_choice_ui, problem_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, text, theme},
    wizard::{Draft, SystemDraft, loading::Loading},
};

/// Drivers that are named.
const SHOWN: usize = 4;

/// Draws the page.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let systems = match &cx.facts.systems {
        Loading::Done(systems) => systems,
        Loading::Failed(problem) => return problem_ui(ui, problem),
        Loading::Idle | Loading::Running(_) => {
            text::hint_ui(ui, "Looking for installed drivers…");
            return;
        }
    };
    let mut chosen = None;
    for system in systems.iter().filter(|system| system.missing.is_none()) {
        if system_ui(ui, system, cx.system().kind.as_ref() == Some(&system.kind)) {
            chosen = Some(system.kind.clone());
        }
    }
    text::hint_ui(ui, format!("ODBC drivers are loaded by {}.", driver_manager()));
    let missing: Vec<&OfferedSystem> = systems.iter().filter(|system| system.missing.is_some()).collect();
    if !missing.is_empty() {
        ui.add_space(theme::S2);
        text::heading_ui(ui, "Not available on this machine");
        ui.add_space(theme::S2);
        for system in missing {
            system_ui(ui, system, false);
        }
    }
    if let Some(kind) = chosen {
        choose(cx.system_mut(), kind);
    }
}

/// A driver with its version, which not every driver tells before it is used.
fn driver_words(driver: &InstalledDriver) -> String {
    match &driver.version {
        Some(version) => format!("{} {version}", driver.name),
        None => format!("{} (version not known)", driver.name),
    }
}

fn system_ui(ui: &mut Ui, system: &OfferedSystem, chosen: bool) -> bool {
    let words = match (&system.missing, system.drivers.first()) {
        (Some(missing), _) => sentence(missing),
        (None, Some(_)) => {
            let names: Vec<String> = system.drivers.iter().take(SHOWN).map(driver_words).collect();
            let more = system.drivers.len().saturating_sub(names.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("Installed: {}{more}. {}.", names.join(", "), system.remark)
        }
        (None, None) => match &system.version {
            Some(version) => format!("{version}, part of the program. {}.", system.remark),
            None => format!("{}.", system.remark),
        },
    };
    let icon = if system.kind == SystemKind::Csv { Icon::Table } else { Icon::Database };
    card_choice_ui(ui, chosen, system.missing.is_none(), icon, &system.label, &words)
}

/// The text with a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// Takes a kind of system; the settings of another kind do not fit it, those of the same kind stay.
pub fn choose(system: &mut SystemDraft, kind: SystemKind) {
    if system.kind.as_ref() == Some(&kind) {
        return;
    }
    let fits = match (&system.connection.provider, &kind) {
        (Provider::Sqlite { .. }, SystemKind::Sqlite) | (Provider::Csv { .. }, SystemKind::Csv) => true,
        (Provider::Odbc { dialect, attributes }, SystemKind::Odbc(wanted)) => {
            dialect == wanted && !attributes.contains_key("DSN")
        }
        (Provider::Odbc { attributes, .. }, SystemKind::DataSource(_)) => attributes.contains_key("DSN"),
        _ => false,
    };
    if !fits {
        system.connection.provider = match &kind {
            SystemKind::Sqlite => Provider::Sqlite { file: String::new(), when_missing: WhenMissing::Fail },
            SystemKind::Csv => Provider::Csv { folder: String::new(), format: CsvFormat::default() },
            SystemKind::Odbc(dialect) => {
                Provider::Odbc { dialect: dialect.clone(), attributes: BTreeMap::new() }
            }
            SystemKind::DataSource(dialect) => Provider::Odbc {
                dialect: dialect.clone(),
                attributes: BTreeMap::from([("DSN".to_owned(), String::new())]),
            },
        };
        system.more_attributes.clear();
    }
    system.kind = Some(kind);
}

/// What must be put right before going on.
///
/// # Errors
///
/// Nothing is chosen.
pub fn check(draft: &Draft) -> Result<(), Problem> {
    if draft.system().kind.is_some() {
        return Ok(());
    }
    Err(Problem::new("Choose a system", "click the kind of database that is to be synchronized"))
}
