//! System access (W2): job servers that are known, the shared secret that nobody keeps, and a page that does not go on
//! through a server that cannot be reached. And what is installed here (W3).

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use syncwright_core::project::{self, Access, Authentication, RemoteServer};
use syncwright_tests::SMALL_PROJECT;

use crate::{
    driver::{choose, click, click_role, field, fill, picture, sees, texts, until, until_seen},
    wizard::{Home, next, on_page},
};

/// A project beside the new one, whose target is reached through a server.
fn with_server(home: &Home) {
    let mut small = project::from_text("small.ron", SMALL_PROJECT).expect("the project");
    small.target.connection.access = Access::Remote(RemoteServer {
        server: "jobs.example.org".to_owned(),
        port: 4711,
        authentication: Authentication::SharedSecret,
        request_timeout_secs: 90,
        accept_self_signed_certificates: true,
    });
    let folder = home.path().join("projects");
    std::fs::create_dir_all(&folder).expect("a folder");
    project::save(&small, &folder.join("other.ron")).expect("written");
}

#[test]
fn a_known_job_server_is_chosen_and_its_secret_is_not_kept() {
    let home = Home::new();
    with_server(&home);
    let mut window = home.wizard();
    click_role(&mut window, Role::RadioButton, "Expert mode");
    next(&mut window, "System access");
    click_role(&mut window, Role::RadioButton, "Through a remote connection server");
    assert!(sees(&window, "this version cannot reach one"), "{:?}", texts(&window));
    until(&mut window, "what other projects use", |window| {
        !sees(window, "No project on this computer names a job server yet.")
    });
    choose(&mut window, "Known job server", "jobs.example.org:4711");
    let value = |window: &_, name: &str| field(window, name).accesskit_node().value().unwrap_or_default();
    assert_eq!(value(&window, "Server"), "jobs.example.org");
    assert_eq!(value(&window, "Port"), "4711");
    assert_eq!(value(&window, "Request timeout in seconds"), "90");
    fill(&mut window, "Shared secret", "s3cret-of-the-server");
    assert!(!sees(&window, "s3cret-of-the-server"), "it is not shown");
    picture(&mut window, "wizard-access-known");
    let kept = home.path().join("state/wizard.ron");
    until(&mut window, "what was entered to be kept", |_| {
        std::fs::read_to_string(&kept).is_ok_and(|text| text.contains("jobs.example.org"))
    });
    assert!(!std::fs::read_to_string(&kept).expect("what was kept").contains("s3cret"), "it is in the file");
    click(&mut window, "Next");
    until_seen(&mut window, "no remote connection server is configured");
    on_page(&mut window, "System access");
    choose(&mut window, "Authentication", "Certificate (mutual TLS)");
    fill(&mut window, "Certificate file", "/etc/ssl/client.pem");
    assert!(sees(&window, "Browse for Certificate file"), "{:?}", texts(&window));

    click_role(&mut window, Role::RadioButton, "Direct from this workstation");
    next(&mut window, "Database system");
    until_seen(&mut window, "SQLite (embedded)");
    assert!(sees(&window, "ODBC drivers are loaded by "), "{:?}", texts(&window));
    let told = |card: &str| {
        let card = window.get_by_role_and_label(Role::RadioButton, card);
        card.accesskit_node().description().unwrap_or_default()
    };
    assert!(told("SQLite (embedded)").starts_with("SQLite 3."), "{}", told("SQLite (embedded)"));
    let drivers = told("Other database behind an ODBC driver");
    if let Some(drivers) = drivers.strip_prefix("Installed: ") {
        let first = drivers.split(", ").next().unwrap_or_default();
        assert!(
            first.contains(|letter: char| letter.is_ascii_digit()) || first.contains("version not known"),
            "{first}"
        );
    }
}
