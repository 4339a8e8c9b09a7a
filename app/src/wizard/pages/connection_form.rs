//! The fields of a connection (W4), for the target and for the central system.

use std::collections::BTreeMap;

use egui::{CollapsingHeader, Ui};
use secrecy::ExposeSecret as _;
use syncwright_core::{
    connect::systems::{ConnectionField, ConnectionForm, SecurityField, SystemKind, connection_form},
    project::{Connection, Provider, Side, is_secret_attribute},
};

use super::{
    Cx,
    browse::{Browse, Kind, path_ui},
    connection::State,
    csv_format,
    widgets::{bare_text_ui, number_ui, password_ui, text_ui},
};
use crate::{
    ui::{Button, Icon, field, icon_button_ui, text, theme},
    wizard::SystemDraft,
    worker::Worker,
};

const SQLITE_FILE: Kind = Kind::File(&["db", "sqlite", "sqlite3", "db3"]);
const CERTIFICATE: Kind = Kind::File(&["pem", "crt", "cer", "arm"]);

/// Draws the fields of a side's connection, and its rarely needed settings.
pub fn ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>, side: Side) {
    fields_ui(ui, state, cx, side);
    ui.add_space(theme::S2);
    more_ui(ui, state, cx, side);
}

/// Draws the fields of a side's connection: where it is, and who connects.
pub fn fields_ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>, side: Side) {
    let kind = cx.draft.of(side).kind.clone();
    field::card_ui(ui, |ui| match &kind {
        Some(SystemKind::Sqlite) => file_ui(ui, &mut state.browse, cx, side),
        Some(SystemKind::Csv) => csv_ui(ui, &mut state.browse, cx, side),
        Some(SystemKind::DataSource(_)) => {
            data_source_ui(ui, cx, side);
            password_field_ui(ui, state, cx, side);
        }
        Some(SystemKind::Odbc(dialect)) => {
            let form = connection_form(dialect);
            odbc_ui(ui, &mut state.browse, cx, side, form);
            ui.columns(2, |columns| {
                let (first, second) = columns.split_at_mut(1);
                if form.password {
                    password_field_ui(&mut first[0], state, cx, side);
                    driver_ui(&mut second[0], cx, side);
                } else {
                    driver_ui(&mut first[0], cx, side);
                }
            });
        }
        None => {
            text::hint_ui(ui, "Choose the database system first.");
        }
    });
}

/// Draws the settings that few connections need.
pub fn more_ui(ui: &mut Ui, state: &State, cx: &mut Cx<'_>, side: Side) {
    let kind = cx.draft.of(side).kind.clone();
    let connection = &mut system_mut(cx, side).connection;
    if let Some(on) =
        field::switch_ui(ui, "Read-only: nothing is ever written to this system", connection.read_only)
    {
        connection.read_only = on;
    }
    if let Some(on) = field::switch_ui(ui, "Production system: a colour reminds of it", connection.production)
    {
        connection.production = on;
    }
    let advanced = CollapsingHeader::new("Advanced").id_salt(("advanced", side)).default_open(state.advanced);
    let odbc = matches!(kind, Some(SystemKind::Odbc(_) | SystemKind::DataSource(_)));
    advanced.show(ui, |ui| advanced_ui(ui, system_mut(cx, side), odbc));
}

fn system_mut<'a>(cx: &'a mut Cx<'_>, side: Side) -> &'a mut SystemDraft {
    match side {
        Side::Left => &mut cx.draft.central,
        Side::Right => &mut cx.draft.target,
    }
}

fn file_ui(ui: &mut Ui, browse: &mut Browse, cx: &mut Cx<'_>, side: Side) {
    let worker = cx.worker;
    if let Provider::Sqlite { file, .. } = &mut system_mut(cx, side).connection.provider {
        path_ui(ui, browse, worker, SQLITE_FILE, "Database file", "/path/to/hr.db", file);
    }
}

fn csv_ui(ui: &mut Ui, browse: &mut Browse, cx: &mut Cx<'_>, side: Side) {
    let worker = cx.worker;
    let Provider::Csv { folder, format } = &mut system_mut(cx, side).connection.provider else { return };
    path_ui(ui, browse, worker, Kind::Folder, "Folder", "/path/to/folder", folder);
    csv_format::ui(ui, format);
}

/// Sets an attribute; an empty one is left out.
fn set(attributes: &mut BTreeMap<String, String>, name: &str, value: &str) {
    attributes.retain(|known, _| !known.eq_ignore_ascii_case(name));
    if !value.trim().is_empty() {
        attributes.insert(name.to_owned(), value.trim().to_owned());
    }
}

fn get<'a>(attributes: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The fields two a line, so that all of them are in sight.
fn odbc_ui(ui: &mut Ui, browse: &mut Browse, cx: &mut Cx<'_>, side: Side, form: ConnectionForm) {
    let worker = cx.worker;
    let Provider::Odbc { attributes, dialect } = &mut system_mut(cx, side).connection.provider else {
        return;
    };
    if let ("sqlite", [part]) = (dialect.as_str(), form.fields) {
        let mut file = get(attributes, part.attribute).unwrap_or_default().to_owned();
        if path_ui(ui, browse, worker, SQLITE_FILE, part.label, part.hint, &mut file) {
            set(attributes, part.attribute, &file);
        }
        return;
    }
    for pair in form.fields.chunks(2) {
        ui.columns(2, |columns| {
            for (ui, part) in columns.iter_mut().zip(pair) {
                field_ui(ui, attributes, part);
            }
        });
    }
    for pair in form.security.chunks(2) {
        ui.columns(2, |columns| {
            for (ui, part) in columns.iter_mut().zip(pair) {
                security_ui(ui, browse, worker, attributes, part);
            }
        });
    }
}

fn field_ui(ui: &mut Ui, attributes: &mut BTreeMap<String, String>, part: &ConnectionField) {
    let mut value = get(attributes, part.attribute).unwrap_or_default().to_owned();
    if text_ui(ui, part.label, part.hint, &mut value) {
        set(attributes, part.attribute, &value);
    }
}

fn security_ui(
    ui: &mut Ui,
    browse: &mut Browse,
    worker: &Worker,
    attributes: &mut BTreeMap<String, String>,
    part: &SecurityField,
) {
    let value = get(attributes, part.field.attribute).unwrap_or_default().to_owned();
    if part.values.is_empty() {
        let mut typed = value;
        let hint = "as the system has them";
        if path_ui(ui, browse, worker, CERTIFICATE, part.field.label, hint, &mut typed) {
            set(attributes, part.field.attribute, &typed);
        }
        return;
    }
    let choices: Vec<(&str, &str)> =
        std::iter::once(("", "as the driver does")).chain(part.values.iter().copied()).collect();
    let width = ui.available_width() - 12.0;
    field::form_ui(ui, part.field.label, |ui| {
        if let Some(new) = field::choice_ui(ui, part.field.label, value.as_str(), &choices, width) {
            set(attributes, part.field.attribute, new);
        }
    });
}

fn data_source_ui(ui: &mut Ui, cx: &mut Cx<'_>, side: Side) {
    let sources = cx.facts.data_sources.clone();
    let Provider::Odbc { attributes, dialect } = &mut system_mut(cx, side).connection.provider else {
        return;
    };
    let name = get(attributes, "DSN").unwrap_or_default().to_owned();
    // The settings may be from another machine.
    let unknown = format!("{name} (not registered on this machine)");
    field::form_ui(ui, "Data source", |ui| {
        let mut choices: Vec<(&str, &str)> =
            sources.iter().map(|name| (name.as_str(), name.as_str())).collect();
        if !name.is_empty() && !sources.contains(&name) {
            choices.push((name.as_str(), unknown.as_str()));
        }
        if let Some(new) = field::choice_ui(ui, "Data source", name.as_str(), &choices, 320.0) {
            set(attributes, "DSN", new);
        }
    });
    field::form_ui(ui, "Database system behind it", |ui| {
        let known = [
            ("generic", "another one: plain SQL"),
            ("postgresql", "PostgreSQL"),
            ("mariadb", "MariaDB, MySQL"),
            ("db2", "DB2"),
            ("sql_server", "SQL Server"),
            ("oracle", "Oracle"),
            ("sqlite", "SQLite"),
        ];
        if let Some(new) = field::choice_ui(ui, "Database system behind it", dialect.as_str(), &known, 320.0)
        {
            *dialect = new.to_owned();
        }
    });
    let mut user = get(attributes, "UID").unwrap_or_default().to_owned();
    if text_ui(ui, "User", "as the data source says", &mut user) {
        set(attributes, "UID", &user);
    }
}

fn password_field_ui(ui: &mut Ui, state: &mut State, cx: &mut Cx<'_>, side: Side) {
    let cleared = cx.passwords.is_cleared(side);
    let hint = match (cx.edits, cleared) {
        (true, false) => "unchanged",
        (true, true) => "no password",
        (false, _) => "not typed",
    };
    let known = cx.passwords.of(side).map_or("", |password| password.expose_secret());
    let typed = state.typed_mut(side, known);
    if password_ui(ui, "Password", hint, typed) {
        cx.passwords.set(side, typed);
    }
    if !cx.edits {
        return;
    }
    let words = match (cx.passwords.is_typed(side), cleared) {
        (true, _) => {
            "Used from “Apply” on, and kept when the project is saved, for every project with this identifier."
        }
        (false, true) => {
            "No password from “Apply” on. The kept one is removed when the project is saved, also for other \
             projects with this system identifier."
        }
        (false, false) => "Empty: the password of before stays.",
    };
    // Columns stretch the lines of their texts.
    ui.vertical(|ui| text::hint_ui(ui, words));
    if cleared && ui.add(Button::quiet("Keep the password of before").icon(Icon::Undo)).clicked() {
        cx.passwords.leave(side);
    }
}

fn driver_ui(ui: &mut Ui, cx: &mut Cx<'_>, side: Side) {
    let kind = cx.draft.of(side).kind.clone();
    let drivers: Vec<String> = kind
        .and_then(|kind| cx.facts.offered(&kind))
        .map(|system| system.drivers.iter().map(|driver| driver.name.clone()).collect())
        .unwrap_or_default();
    let Provider::Odbc { attributes, .. } = &mut system_mut(cx, side).connection.provider else { return };
    let named = get(attributes, "Driver").unwrap_or_default().to_owned();
    let preferred = drivers.first().map(|name| format!("{name} (preferred)")).unwrap_or_default();
    let mut choices: Vec<(&str, &str)> = vec![("", preferred.as_str())];
    choices.extend(drivers.iter().skip(1).map(|name| (name.as_str(), name.as_str())));
    if !named.is_empty() && choices.iter().all(|(name, _)| *name != named) {
        choices.push((named.as_str(), named.as_str()));
    }
    let width = ui.available_width() - 12.0;
    field::form_ui(ui, "Driver", |ui| {
        if let Some(new) = field::choice_ui(ui, "Driver", named.as_str(), &choices, width) {
            set(attributes, "Driver", new);
        }
    });
}

fn advanced_ui(ui: &mut Ui, system: &mut SystemDraft, odbc: bool) {
    field::card_ui(ui, |ui| {
        let connection = &mut system.connection;
        number_ui(ui, "Connect timeout in seconds", "5", &mut connection.connect_timeout_secs);
        number_ui(ui, "Fetch batch size in rows", "8192", &mut connection.fetch_batch_size);
        if !odbc {
            return;
        }
        number_ui(ui, "Query timeout in seconds", "none", &mut connection.query_timeout_secs);
        isolation_ui(ui, connection);
        text::caption_ui(ui, "Connection attributes, as the driver's documentation names them");
        attributes_ui(ui, system);
    });
}

fn isolation_ui(ui: &mut Ui, connection: &mut Connection) {
    let level = connection.isolation_level.clone().unwrap_or_default();
    let choices = [
        ("", "as the database does"),
        ("READ UNCOMMITTED", "read uncommitted"),
        ("READ COMMITTED", "read committed"),
        ("REPEATABLE READ", "repeatable read"),
        ("SERIALIZABLE", "serializable"),
    ];
    field::form_ui(ui, "Isolation level", |ui| {
        if let Some(new) = field::choice_ui(ui, "Isolation level", level.as_str(), &choices, 220.0) {
            connection.isolation_level = Some(new.to_owned()).filter(|level| !level.is_empty());
        }
    });
}

/// Attributes without a field of their own: a row each, and one to add.
fn attributes_ui(ui: &mut Ui, system: &mut SystemDraft) {
    take_over(system);
    let mut changed = false;
    let mut gone = None;
    for (index, (name, value)) in system.more_attributes.iter_mut().enumerate() {
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 44.0) / 2.0;
            ui.scope(|ui| {
                ui.set_max_width(width);
                let label = format!("Attribute {}", index + 1);
                changed |= bare_text_ui(ui, &label, "Name", name, true).changed();
            });
            ui.scope(|ui| {
                ui.set_max_width(width);
                let label = format!("Value of attribute {}", index + 1);
                changed |= bare_text_ui(ui, &label, "Value", value, true).changed();
            });
            if icon_button_ui(ui, Icon::Delete, &format!("Remove attribute {}", index + 1)).clicked() {
                gone = Some(index);
            }
        });
    }
    if system.more_attributes.iter().any(|(name, _)| is_secret_attribute(name)) {
        let color = crate::ui::tokens(ui).danger;
        let words = "An attribute that holds a secret is not taken: type the password into its own field.";
        text::label_ui(ui, words, theme::caption(), color);
    }
    if let Some(index) = gone {
        system.more_attributes.remove(index);
        changed = true;
    }
    if ui.add(Button::quiet("Add an attribute").icon(Icon::Insert)).clicked() {
        system.more_attributes.push((String::new(), String::new()));
    }
    if changed {
        write_back(system);
    }
}

/// Names that have a field of their own.
fn has_field(system: &SystemDraft, name: &str) -> bool {
    let form = connection_form(system.dialect().unwrap_or_default());
    let own = form.fields.iter().chain(form.security.iter().map(|part| &part.field));
    own.map(|part| part.attribute)
        .chain(["Driver", "DSN", "UID"])
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Attributes that came from elsewhere, a template or the project, get their rows.
fn take_over(system: &mut SystemDraft) {
    if !system.more_attributes.is_empty() {
        return;
    }
    let Provider::Odbc { attributes, .. } = &system.connection.provider else { return };
    let more = attributes.iter().filter(|(name, _)| !has_field(system, name));
    let more: Vec<(String, String)> = more.map(|(name, value)| (name.clone(), value.clone())).collect();
    system.more_attributes = more;
}

/// The rows become attributes again; those with fields of their own stay.
fn write_back(system: &mut SystemDraft) {
    let Provider::Odbc { attributes, .. } = &system.connection.provider else { return };
    let mut new: BTreeMap<String, String> = attributes
        .iter()
        .filter(|(name, _)| has_field(system, name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in &system.more_attributes {
        let (name, value) = (name.trim(), value.trim());
        if !name.is_empty() && !has_field(system, name) && !is_secret_attribute(name) {
            new.insert(name.to_owned(), value.to_owned());
        }
    }
    if let Provider::Odbc { attributes, .. } = &mut system.connection.provider {
        *attributes = new;
    }
}

/// The label of the first field that is needed and empty.
#[must_use]
pub fn missing_field(system: &SystemDraft) -> Option<&'static str> {
    let Provider::Odbc { attributes, dialect } = &system.connection.provider else { return None };
    let empty = |name: &str| get(attributes, name).is_none_or(|value| value.trim().is_empty());
    if matches!(system.kind, Some(SystemKind::DataSource(_))) {
        return empty("DSN").then_some("the data source");
    }
    let needed = connection_form(dialect).fields.iter().filter(|part| part.required);
    needed.into_iter().find(|part| empty(part.attribute)).map(|part| part.label)
}

/// A name for the system, from what it is connected to.
#[must_use]
pub fn proposed_name(provider: &Provider) -> Option<String> {
    let stem = |path: &str| {
        let stem = std::path::Path::new(path.trim()).file_stem()?.to_string_lossy().into_owned();
        (!stem.is_empty()).then_some(stem)
    };
    match provider {
        Provider::Sqlite { file, .. } => stem(file),
        Provider::Csv { folder, .. } => stem(folder),
        Provider::Odbc { attributes, .. } => {
            let names = ["Database", "DSN", "DBQ", "Server"];
            let name =
                names.iter().find_map(|name| get(attributes, name).filter(|value| !value.is_empty()))?;
            stem(name.rsplit('/').next().unwrap_or(name))
        }
    }
}
