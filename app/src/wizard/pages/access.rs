//! W2: direct from this workstation, or through a remote connection server.

use egui::Ui;
use syncwright_core::project::{Access, Authentication, RemoteServer};

use super::{
    Cx,
    widgets::{card_choice_ui, mono_ui, note_ui, number_ui, text_ui},
};
use crate::{
    problem::Problem,
    ui::{Icon, field, text, theme, tokens},
    wizard::Draft,
};

/// The port that a remote connection server listens at if nobody changed it.
const PORT: u16 = 2880;
const TIMEOUT: u32 = 60;

/// Draws the page.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
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
        server_ui(ui, server);
    }
}

fn server_ui(ui: &mut Ui, server: &mut RemoteServer) {
    field::card_ui(ui, |ui| {
        text_ui(ui, "Server", "jobserver.example.org", &mut server.server);
        let mut port = Some(u32::from(server.port));
        if number_ui(ui, "Port", "2880", &mut port) {
            server.port = port.and_then(|port| port.try_into().ok()).unwrap_or(PORT);
        }
        let shared = server.authentication == Authentication::SharedSecret;
        field::form_ui(ui, "Authentication", |ui| {
            let choices = [(true, "Shared secret"), (false, "Certificate (mutual TLS)")];
            if let Some(shared) = field::choice_ui(ui, "Authentication", shared, &choices, 260.0) {
                server.authentication = if shared {
                    Authentication::SharedSecret
                } else {
                    Authentication::MutualTls { certificate: String::new() }
                };
            }
        });
        match &mut server.authentication {
            Authentication::SharedSecret => {
                text::hint_ui(
                    ui,
                    "The secret is asked for when the server is connected, and never saved in the project.",
                );
                ui.add_space(theme::S2);
            }
            Authentication::MutualTls { certificate } => {
                mono_ui(ui, "Certificate file", "/path/to/client.pem", certificate);
            }
        }
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
