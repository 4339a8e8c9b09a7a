//! W4: server, user, password, database, driver; tested by a button and by *Next*.

use egui::Ui;
use secrecy::zeroize::Zeroizing;
use syncwright_core::{
    connect::ServerInfo,
    project::{Access, Provider, Side},
};

use super::{Cx, Opener, PageJob, browse::Browse, connection_form, widgets::note_ui};
use crate::{
    problem::Problem,
    ui::{Button, Icon, theme, tokens},
    wizard::{Draft, SystemDraft, flow::Outcome, known},
};

/// Room for a password while it is typed, in bytes.
const LONGEST: usize = 256;

/// What is only of this window.
#[derive(Default)]
pub struct State {
    /// The last test that worked: the connection, and who answered.
    tested: Option<(syncwright_core::project::Connection, ServerInfo)>,
    /// The rarely needed settings are shown.
    pub advanced: bool,
    /// The password while it is typed, per side; wiped when the wizard ends.
    typed: [Option<Zeroizing<String>>; 2],
    /// Files and folders that are being chosen.
    pub browse: Browse,
}

impl State {
    /// Remembers that a connection works.
    pub fn tested(&mut self, draft: &Draft, server: ServerInfo) {
        self.tested = Some((draft.system().connection.clone(), server));
    }

    /// The password of a side is to be typed anew.
    pub fn forget_typed(&mut self, side: Side) {
        self.typed[usize::from(side == Side::Right)] = None;
    }

    /// The password of a side as it is typed; begins with `known`.
    pub fn typed_mut(&mut self, side: Side, known: &str) -> &mut Zeroizing<String> {
        let typed = &mut self.typed[usize::from(side == Side::Right)];
        typed.get_or_insert_with(|| {
            // Long enough that typing does not move it and leave copies behind.
            let mut text = Zeroizing::new(String::with_capacity(LONGEST));
            text.push_str(known);
            text
        })
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    let side = cx.draft.side;
    connection_form::fields_ui(ui, state, cx, side);
    ui.add_space(theme::S2);
    let button = Button::new("Test connection").icon(Icon::Activate);
    if ui.add(button).on_hover_text("Connect now, and show what the server says").clicked() {
        cx.asks.push(super::Ask::WorkHere);
    }
    let worked = state.tested.as_ref().filter(|(connection, _)| *connection == cx.system().connection);
    if let Some((_, server)) = worked {
        ui.add_space(theme::S2);
        let color = tokens(ui).success;
        let driver = server.driver.as_ref().map(|driver| format!(", with the driver {driver}"));
        let (product, location, driver) = (&server.product, &server.location, driver.unwrap_or_default());
        note_ui(ui, Icon::Ok, color, &format!("Connected: {product} at {location}{driver}"));
    }
    ui.add_space(theme::S2);
    connection_form::more_ui(ui, state, cx, side);
}

/// What must be put right before anything is connected.
///
/// # Errors
///
/// The first field that is missing or cannot be.
pub fn check(system: &SystemDraft) -> Result<(), Problem> {
    let title = "The connection is not complete";
    let needs = |what: &str| Err(Problem::new(title, format!("{what} is empty")));
    match &system.connection.provider {
        Provider::Sqlite { file, .. } if file.trim().is_empty() => needs("the database file"),
        Provider::Csv { folder, .. } if folder.trim().is_empty() => needs("the folder"),
        Provider::Csv { format, .. } => match syncwright_core::connect::csv_format_problem(format) {
            Some(text) => Err(Problem::new(title, text)),
            None => Ok(()),
        },
        Provider::Odbc { attributes, .. } => match connection_form::missing_field(system) {
            Some(label) => needs(label),
            None => {
                let more = system.more_attributes.iter().map(|(name, _)| name);
                secret_attribute(attributes.keys().chain(more), title)
            }
        },
        Provider::Sqlite { .. } => Ok(()),
    }
}

fn secret_attribute<'a>(names: impl Iterator<Item = &'a String>, title: &str) -> Result<(), Problem> {
    let mut names = names.filter(|name| syncwright_core::project::is_secret_attribute(name));
    match names.next() {
        Some(name) => Err(Problem {
            help: Some("type the password into its own field; it is never saved in the project".to_owned()),
            ..Problem::new(
                title,
                format!("the attribute {name} holds a secret, which would be saved in clear"),
            )
        }),
        None => Ok(()),
    }
}

/// Proposes name and identifier of the system, unless they were typed, and settles relative paths: the folder that
/// they count from can be changed later.
pub fn leaving(draft: &mut Draft) {
    let (side, folder) = (draft.side, draft.folder.clone());
    let system = draft.system_mut();
    if let Provider::Sqlite { file: path, .. } | Provider::Csv { folder: path, .. } =
        &mut system.connection.provider
    {
        *path = folder.join(path.trim()).display().to_string();
    }
    if system.identifier_typed {
        return;
    }
    let proposed =
        connection_form::proposed_name(&system.connection.provider).unwrap_or_else(|| match side {
            Side::Left => "central".to_owned(),
            Side::Right => "target".to_owned(),
        });
    system.connection.system_identifier = super::describe::identifier_of(&proposed);
    if system.connection.display_name.is_empty() {
        system.connection.display_name = proposed;
    }
}

/// Connects and asks the server who it is.
pub fn work(cx: &mut Cx<'_>) -> PageJob {
    if !cx.system().identifier_typed {
        leaving(cx.draft);
        known::settle(cx.draft, cx.draft.side, cx.facts.known());
    }
    let opener = cx.opener();
    test(cx, opener)
}

/// The job that tests a connection.
pub fn test(cx: &Cx<'_>, opener: Opener) -> PageJob {
    cx.worker.spawn("Connecting", move |job| {
        syncwright_core::progress::Progress::phase(&job.progress, "Connecting");
        tracing::info!(system = opener.connection.label(), "connecting");
        opener
            .open(&job.cancel)
            .and_then(|mut connector| connector.test())
            .map(Outcome::Connected)
            .map_err(|error| Problem::of(failed(&opener.connection.access), &error))
    })
}

const fn failed(access: &Access) -> &'static str {
    match access {
        Access::Direct => "The database cannot be connected",
        Access::Remote(_) => "The remote connection server cannot be reached",
    }
}

#[cfg(test)]
mod tests {
    use secrecy::zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn a_typed_password_leaves_no_copies_behind() {
        fn wiped_when_dropped(_: &impl ZeroizeOnDrop) {}
        let mut state = State::default();
        let typed = state.typed_mut(Side::Right, "known");
        wiped_when_dropped(typed);
        let place = typed.as_ptr();
        typed.push_str(&"x".repeat(100));
        assert_eq!(typed.as_ptr(), place, "it was moved, and what was there is still there");
        assert!(state.typed_mut(Side::Right, "ignored").starts_with("known"), "what is typed stays");
    }
}
