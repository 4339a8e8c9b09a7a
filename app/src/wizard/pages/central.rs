//! W17: the central system: a new identity store, a SQLite file, or another database.

use std::path::Path;

use egui::Ui;
use syncwright_core::{
    connect::systems::SystemKind,
    project::{Provider, Side, WhenMissing},
};

use super::{
    Cx, PageJob, Pages, connection, connection_form, database_system, describe, save_configuration,
    widgets::{card_choice_ui, text_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, field, text, theme, tokens},
    wizard::{
        CentralChoice, Draft, Page, detect,
        found_out::Known,
        page::{has_password, why_skipped},
    },
};

/// Draws the page.
pub fn ui(ui: &mut Ui, pages: &mut Pages, cx: &mut Cx<'_>) {
    let state = &mut pages.connection;
    let choice = cx.draft.central_choice;
    let choices = [
        (
            CentralChoice::NewIdentityStore,
            "A new identity store",
            "An empty SQLite database beside the project, with tables for identities, accounts and groups.",
        ),
        (CentralChoice::SqliteFile, "A SQLite file", "An identity store or another database that is there."),
        (CentralChoice::Database, "Another database", "PostgreSQL, SQL Server, Oracle, DB2, MariaDB, CSV …"),
    ];
    for (one, title, words) in choices {
        if card_choice_ui(ui, choice == one, true, Icon::Database, title, words) && choice != one {
            cx.draft.central_choice = one;
            settle(cx.draft, &pages.known);
        }
    }
    ui.add_space(theme::S2);
    match cx.draft.central_choice {
        CentralChoice::NewIdentityStore => {
            let file = pages.known.store(cx.draft).unwrap_or(STORE);
            text::hint_ui(ui, format!("The file will be called {file}, in the folder of the project."));
        }
        CentralChoice::SqliteFile => connection_form::ui(ui, state, cx, Side::Left),
        CentralChoice::Database => database_ui(ui, state, cx),
    }
    ui.add_space(theme::S2);
    field::card_ui(ui, |ui| {
        let central = &mut cx.draft.central;
        text_ui(ui, "Display name of the central system", "Identities", &mut central.connection.display_name);
        let label = "System identifier of the central system";
        if text_ui(ui, label, "identities", &mut central.connection.system_identifier) {
            central.identifier_typed = true;
        }
    });
    if asks_for_store(cx.draft) {
        ui.add_space(theme::S4);
        save_configuration::password_ui(ui, &mut pages.save, cx);
    }
    if let Some(product) = cx.draft.central.recognised.first() {
        let color = tokens(ui).target;
        super::widgets::note_ui(ui, Icon::Info, color, &format!("This is the schema of {product}."));
    }
}

/// True if the central system has a password, and no page before has asked where passwords live.
fn asks_for_store(draft: &Draft) -> bool {
    draft.central_choice == CentralChoice::Database
        && has_password(&draft.central.kind)
        && why_skipped(Page::SaveConfiguration, draft).is_some()
}

fn database_ui(ui: &mut Ui, state: &mut connection::State, cx: &mut Cx<'_>) {
    let known: Vec<(SystemKind, String)> = cx.facts.systems.done().map_or_else(Vec::new, |systems| {
        let usable = systems.iter().filter(|system| system.missing.is_none());
        usable.map(|system| (system.kind.clone(), system.label.clone())).collect()
    });
    let current = known.iter().position(|(kind, _)| cx.draft.central.kind.as_ref() == Some(kind));
    let choices: Vec<(Option<usize>, &str)> =
        known.iter().enumerate().map(|(index, (_, label))| (Some(index), label.as_str())).collect();
    field::form_ui(ui, "Database system of the central system", |ui| {
        let name = "Database system of the central system";
        if let Some(Some(index)) = field::choice_ui(ui, name, current, &choices, 320.0) {
            database_system::choose(&mut cx.draft.central, known[index].0.clone());
        }
    });
    connection_form::ui(ui, state, cx, Side::Left);
}

/// What a new identity store is called, unless there is one already.
const STORE: &str = "identity-store.db";

/// The first file name for a new identity store that is free in `folder`. Asks the disk: for jobs.
#[must_use]
pub fn new_store(folder: &Path) -> String {
    let names =
        std::iter::once(STORE.to_owned()).chain((2..).map(|number| format!("identity-store-{number}.db")));
    names.into_iter().find(|name| !folder.join(name).exists()).unwrap_or_default()
}

/// Makes the connection fit the choice.
fn settle(draft: &mut Draft, known: &Known) {
    let choice = draft.central_choice;
    // The name is looked for again when the project is saved.
    let store = draft.folder.join(known.store(draft).unwrap_or(STORE));
    let central = &mut draft.central;
    match choice {
        CentralChoice::NewIdentityStore => {
            central.kind = Some(SystemKind::Sqlite);
            central.connection.provider = Provider::Sqlite {
                file: store.display().to_string(),
                when_missing: WhenMissing::CreateIdentityStore,
            };
        }
        CentralChoice::SqliteFile => {
            central.kind = None;
            central.connection.provider = Provider::Odbc { dialect: String::new(), attributes: [].into() };
            database_system::choose(central, SystemKind::Sqlite);
        }
        CentralChoice::Database if central.kind == Some(SystemKind::Sqlite) => central.kind = None,
        CentralChoice::Database => {}
    }
}

/// Settles name and identifier, unless they were typed.
pub fn leaving(draft: &mut Draft, known: &Known) {
    if draft.central_choice == CentralChoice::NewIdentityStore {
        settle(draft, known);
    }
    let proposed = match draft.central_choice {
        CentralChoice::NewIdentityStore => Some("Identities".to_owned()),
        CentralChoice::SqliteFile | CentralChoice::Database => {
            connection_form::proposed_name(&draft.central.connection.provider)
        }
    };
    let proposed = proposed.unwrap_or_else(|| "central".to_owned());
    let target = draft.target.connection.system_identifier.clone();
    let connection = &mut draft.central.connection;
    if connection.display_name.trim().is_empty() {
        connection.display_name.clone_from(&proposed);
    }
    if connection.system_identifier.trim().is_empty() {
        let identifier = describe::identifier_of(&proposed);
        let taken = identifier.eq_ignore_ascii_case(&target);
        connection.system_identifier = if taken { format!("{identifier}-central") } else { identifier };
    }
}

/// What must be put right before going on.
///
/// # Errors
///
/// The connection is not complete, or both systems have one identifier.
pub fn check(draft: &Draft, save: &save_configuration::State) -> Result<(), Problem> {
    if asks_for_store(draft) {
        save_configuration::check(draft, save)?;
    }
    match draft.central_choice {
        CentralChoice::NewIdentityStore => {}
        CentralChoice::Database if draft.central.kind.is_none() => {
            return Err(Problem::new("The central system is not complete", "choose its database system"));
        }
        CentralChoice::SqliteFile | CentralChoice::Database => connection::check(&draft.central)?,
    }
    let (central, target) = (&draft.central.connection, &draft.target.connection);
    let same = central.system_identifier.trim().eq_ignore_ascii_case(target.system_identifier.trim());
    if same && !target.system_identifier.trim().is_empty() {
        return Err(Problem::new(
            "The central system needs an identifier of its own",
            format!("{} is the identifier of the target system already", target.system_identifier),
        ));
    }
    Ok(())
}

/// True if the chosen central system was not read as its connection is now.
#[must_use]
pub fn is_unread(draft: &Draft) -> bool {
    match draft.central_choice {
        // Its file is named anew whenever the project gets another folder.
        CentralChoice::NewIdentityStore => !draft.central.detected_with.as_ref().is_some_and(|with| {
            matches!(with.provider, Provider::Sqlite { when_missing: WhenMissing::CreateIdentityStore, .. })
        }),
        CentralChoice::SqliteFile | CentralChoice::Database => !super::detection::is_current(&draft.central),
    }
}

/// Connects the central system and reads its schema. A new identity store is imagined for that: its file is made
/// when the project is saved.
pub fn work(save: &mut save_configuration::State, cx: &mut Cx<'_>) -> PageJob {
    let opener = cx.opener_of(Side::Left);
    let opens = if asks_for_store(cx.draft) { save_configuration::file_opener(save, cx) } else { None };
    detect::begin_after(cx.draft, opener, cx.worker, true, || opens.map_or(Ok(()), |open| open()))
}
