//! W2: direct from this workstation, or through a remote connection server.

use egui::Ui;
use secrecy::zeroize::Zeroizing;
use syncwright_core::project::{Access, Authentication, RemoteServer};

use super::{
    Cx,
    browse::{Browse, Kind, path_ui},
    widgets::{card_choice_ui, note_ui, number_ui, password_ui, text_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, field, text, theme, tokens},
    wizard::{Draft, known::KnownSystem},
};

/// The port that a remote connection server listens at if nobody changed it.
const PORT: u16 = 2880;
const TIMEOUT: u32 = 60;
/// Room for the shared secret while it is typed, in bytes: so that typing does not move it and leave copies behind.
const LONGEST: usize = 256;

/// What is only of this window.
pub struct State {
    /// The shared secret while it is typed; wiped when the wizard ends, and never written anywhere.
    secret: Zeroizing<String>,
    browse: Browse,
}

impl Default for State {
    fn default() -> Self {
        Self { secret: Zeroizing::new(String::with_capacity(LONGEST)), browse: Browse::default() }
    }
}

/// Draws the page.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>) {
    let direct = cx.system().connection.access == Access::Direct;
    let words = "The database can be reached from here, directly or through a VPN.";
    if card_choice_ui(ui, direct, true, Icon::Monitor, "Direct from this workstation", words) {
        cx.system_mut().connection.access = Access::Direct;
    }
    let words = "Another machine that can reach the database does the work.";
    if card_choice_ui(ui, !direct, true, Icon::Database, "Through a remote connection server", words)
        && direct
    {
        cx.system_mut().connection.access = Access::Remote(RemoteServer {
            server: String::new(),
            port: PORT,
            authentication: Authentication::SharedSecret,
            request_timeout_secs: TIMEOUT,
            accept_self_signed_certificates: false,
        });
    }
    let known = job_servers(cx.facts.known());
    let worker = cx.worker;
    if let Access::Remote(server) = &mut cx.system_mut().connection.access {
        ui.add_space(theme::S2);
        let colors = tokens(ui);
        note_ui(
            ui,
            Icon::Warning,
            colors.warning,
            "No remote connection server is configured in this environment, and this version cannot reach one. \
             The form can be filled in and is kept; choose the direct way to go on.",
        );
        field::card_ui(ui, |ui| {
            known_ui(ui, server, &known);
            text_ui(ui, "Server", "jobserver.example.org", &mut server.server);
            let mut port = Some(u32::from(server.port));
            if number_ui(ui, "Port", "2880", &mut port) {
                server.port = port.and_then(|port| port.try_into().ok()).unwrap_or(PORT);
            }
            authentication_ui(ui, state, &mut server.authentication, worker);
            let mut timeout = Some(server.request_timeout_secs);
            if number_ui(ui, "Request timeout in seconds", "60", &mut timeout) {
                server.request_timeout_secs = timeout.filter(|seconds| *seconds > 0).unwrap_or(TIMEOUT);
            }
            let accepts = server.accept_self_signed_certificates;
            if let Some(accepts) = field::switch_ui(ui, "Accept self-signed certificates", accepts) {
                server.accept_self_signed_certificates = accepts;
            }
        });
    }
}

/// The job servers that other projects on this computer name, each once.
fn job_servers(known: &[KnownSystem]) -> Vec<RemoteServer> {
    let mut servers: Vec<RemoteServer> = Vec::new();
    for server in known.iter().filter_map(|system| system.server.as_ref()) {
        if servers.iter().all(|one| !is_same(one, server)) {
            servers.push(server.clone());
        }
    }
    servers
}

fn is_same(one: &RemoteServer, other: &RemoteServer) -> bool {
    one.server.eq_ignore_ascii_case(&other.server) && one.port == other.port
}

fn known_ui(ui: &mut Ui, server: &mut RemoteServer, known: &[RemoteServer]) {
    let names: Vec<String> = known.iter().map(|one| format!("{}:{}", one.server, one.port)).collect();
    let mut choices = vec![(None, "another one, by its name or address")];
    choices.extend(names.iter().enumerate().map(|(at, name)| (Some(at), name.as_str())));
    let current = known.iter().position(|one| is_same(one, server));
    field::form_ui(ui, "Known job server", |ui| {
        let width = ui.available_width() - 12.0;
        if let Some(at) = field::choice_ui(ui, "Known job server", current, &choices, width) {
            match at.and_then(|at| known.get(at)) {
                Some(chosen) => *server = chosen.clone(),
                None => server.server.clear(),
            }
        }
        if known.is_empty() {
            text::hint_ui(ui, "No project on this computer names a job server yet.");
        }
    });
}

fn authentication_ui(
    ui: &mut Ui,
    state: &mut State,
    authentication: &mut Authentication,
    worker: &crate::worker::Worker,
) {
    let shared = *authentication == Authentication::SharedSecret;
    field::form_ui(ui, "Authentication", |ui| {
        let choices = [(true, "Shared secret"), (false, "Certificate (mutual TLS)")];
        if let Some(shared) = field::choice_ui(ui, "Authentication", shared, &choices, 260.0) {
            *authentication = if shared {
                Authentication::SharedSecret
            } else {
                Authentication::MutualTls { certificate: String::new() }
            };
        }
    });
    match authentication {
        Authentication::SharedSecret => {
            password_ui(ui, "Shared secret", "not typed", &mut state.secret);
            text::hint_ui(ui, "It stays in memory until the wizard is closed, and is never saved.");
            ui.add_space(theme::S2);
        }
        Authentication::MutualTls { certificate } => {
            let (label, hint) = ("Certificate file", "/path/to/client.pem");
            let kind = Kind::File(&["pem", "crt", "p12", "pfx"]);
            path_ui(ui, &mut state.browse, worker, kind, label, hint, certificate);
        }
    }
}

/// What must be put right before going on.
///
/// # Errors
///
/// A remote connection server was chosen: there is none to reach yet.
pub fn check(draft: &Draft) -> Result<(), Problem> {
    match &draft.system().connection.access {
        Access::Direct => Ok(()),
        Access::Remote(_) => Err(Problem {
            help: Some(
                "choose direct access; if the database cannot be reached from here, a tunnel can help"
                    .to_owned(),
            ),
            ..Problem::new(
                "The system cannot be reached this way",
                "no remote connection server is configured, and this version of Syncwright cannot connect to one",
            )
        }),
    }
}
