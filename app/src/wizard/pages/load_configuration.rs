//! W6: connection settings from a saved connection or a template file.

use std::path::PathBuf;

use egui::Ui;
use syncwright_core::project::{ConnectionTemplate, SavedConnections, SavedList};

use super::{
    Cx,
    browse::{Browse, Kind, path_ui},
    connection,
    widgets::{note_ui, problem_ui},
};
use crate::{
    problem::Problem,
    ui::{Button, Icon, ListRow, field, text, theme, tokens},
    wizard::{SystemDraft, loading::Loading, page::has_password},
    words,
};

/// Folder of saved connections below that of the editor's state.
pub const SAVED: &str = "connections";

/// What is only of this window.
#[derive(Default)]
pub struct State {
    saved: Loading<SavedList>,
    path: String,
    browse: Browse,
    file: Loading<Box<ConnectionTemplate>>,
    /// The name of what was loaded last.
    loaded: Option<String>,
}

impl State {
    /// Takes over what jobs have finished.
    pub fn poll(&mut self) {
        self.saved.poll();
        self.file.poll();
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, connection: &mut connection::State, cx: &mut Cx<'_>) {
    if state.saved.is_idle() {
        let folder = cx.facts.state_folder.join(SAVED);
        state.saved = Loading::Running(cx.worker.spawn("Looking for saved connections", move |_| {
            SavedConnections::in_folder(&folder)
                .list()
                .map_err(|error| Problem::of("The saved connections cannot be read", &error))
        }));
    }
    if let Loading::Done(_) = &state.file
        && let Loading::Done(template) = std::mem::take(&mut state.file)
    {
        state.loaded = Some(template.name.clone());
        take(cx, connection, &template);
    }
    if let Some(name) = &state.loaded {
        let color = tokens(ui).success;
        note_ui(
            ui,
            Icon::Ok,
            color,
            &format!(
                "{name} is loaded. Go back to Database connection to see it; the password is asked for there."
            ),
        );
    }
    saved_ui(ui, state, connection, cx);
    ui.add_space(theme::S4);
    file_ui(ui, state, cx);
}

fn saved_ui(ui: &mut Ui, state: &mut State, connection: &mut connection::State, cx: &mut Cx<'_>) {
    text::heading_ui(ui, "Saved on this computer");
    ui.add_space(theme::S2);
    let list = match &state.saved {
        Loading::Done(list) => list,
        Loading::Failed(problem) => return problem_ui(ui, problem),
        Loading::Idle | Loading::Running(_) => {
            text::hint_ui(ui, "Looking for saved connections…");
            return;
        }
    };
    if list.connections.is_empty() {
        text::hint_ui(ui, "None yet. Save configuration keeps a connection for reuse.");
    }
    let mut chosen = None;
    for (index, saved) in list.connections.iter().enumerate() {
        let provider = &saved.template.connection.provider;
        let row = ListRow::new(&saved.name)
            .icon(Icon::Database, None)
            .secondary(words::provider(provider))
            .remark(words::location(provider))
            .name(format!("Load {}", saved.name));
        if row.show(ui).clicked() {
            chosen = Some(index);
        }
    }
    for problem in &list.problems {
        problem_ui(ui, &Problem::of("A saved connection cannot be read", problem));
    }
    if let Some(index) = chosen {
        let template = &list.connections[index].template;
        take(cx, connection, template);
        state.loaded = Some(template.name.clone());
    }
}

fn file_ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    text::heading_ui(ui, "From a template file");
    ui.add_space(theme::S2);
    field::card_ui(ui, |ui| {
        let (label, hint) = ("Template file", "/path/to/hr.connection.ron");
        path_ui(ui, &mut state.browse, cx.worker, Kind::File(&["ron"]), label, hint, &mut state.path);
        let ready = !state.path.trim().is_empty() && !state.file.is_running();
        if ui.add(Button::new("Load template").icon(Icon::Open).enabled(ready)).clicked() {
            let path = PathBuf::from(state.path.trim());
            // What was loaded before says nothing about this one.
            state.loaded = None;
            state.file = Loading::Running(cx.worker.spawn("Reading the template", move |_| {
                ConnectionTemplate::load(&path)
                    .map(Box::new)
                    .map_err(|error| Problem::of("The template cannot be used", &error))
            }));
        }
    });
    if let Some(problem) = state.file.failed() {
        ui.add_space(theme::S2);
        problem_ui(ui, problem);
    }
}

/// Gives a system the settings of a template. What it knows of the schema waits until that is read. A password that
/// was typed, or is kept for what was there, was not meant for another database.
fn take(cx: &mut Cx<'_>, connection: &mut connection::State, template: &ConnectionTemplate) {
    let before = cx.system().connection.provider.clone();
    apply(cx.system_mut(), template);
    if cx.edits {
        // The schema of an open project is there already.
        let system = cx.system_mut();
        system.completions = None;
        let unfit = template.completions.clone().apply(system.schema_mut());
        system.unfit = unfit.iter().map(ToString::to_string).collect();
    }
    if cx.system().connection.provider == before {
        return;
    }
    let side = cx.draft.side;
    connection.forget_typed(side);
    if cx.edits && has_password(&cx.system().kind) {
        cx.passwords.set(side, "");
    } else {
        cx.passwords.leave(side);
    }
}

fn apply(system: &mut SystemDraft, template: &ConnectionTemplate) {
    let typed = system.identifier_typed.then(|| system.connection.system_identifier.clone());
    system.connection.system_identifier.clear();
    template.apply_connection(&mut system.connection);
    if let Some(identifier) = typed {
        system.connection.system_identifier = identifier;
    }
    system.kind = Some(SystemDraft::kind_of(&system.connection.provider));
    system.more_attributes.clear();
    system.stale = true;
    system.completions = Some(template.completions.clone());
}
