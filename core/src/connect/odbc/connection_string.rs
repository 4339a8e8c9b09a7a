//! The connection string: attributes of the project, defaults of the dialect, the driver's path, the password.

use std::{collections::BTreeMap, fs, path::Path};

use odbc_api::escape_attribute_value;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    dialect::{self, Dialect},
    driver,
};
use crate::{
    connect::{ConnectError, ErrorKind},
    project::is_secret_attribute,
};

/// Attributes by their names, which ODBC compares without case.
#[derive(Debug, Clone, Default)]
pub struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// Sets an attribute unless it is there.
    fn or_set(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Values of attributes that hold a secret. A project has none; a data source of the machine can.
    pub fn secrets(&self) -> impl Iterator<Item = SecretString> + '_ {
        self.0
            .iter()
            .filter(|(name, value)| is_secret_attribute(name) && !value.is_empty())
            .map(|(_, value)| SecretString::from(value.trim_start_matches('{').trim_end_matches('}')))
    }

    /// The library of the driver.
    pub fn driver(&self) -> Option<&Path> {
        self.get("Driver").map(Path::new)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(self.0.remove(place).1)
    }
}

/// Everything a driver manager needs, the driver as a path.
///
/// # Errors
///
/// [`ErrorKind::Driver`] if no driver is installed that fits.
pub fn attributes(
    label: &str,
    dialect: &'static dyn Dialect,
    project: &BTreeMap<String, String>,
    folder: &Path,
) -> Result<Attributes, ConnectError> {
    let mut attributes =
        Attributes(project.iter().map(|(name, value)| (name.clone(), value.clone())).collect());
    if let Some(name) = attributes.take("DSN") {
        let source = driver::data_source(&name).ok_or_else(|| unknown_data_source(label, &name))?;
        for (name, value) in &source {
            attributes.or_set(name, value);
        }
    }
    let registrations = driver::registrations();
    let named = attributes.take("Driver");
    let library = match &named {
        Some(driver) => driver::library(driver, &registrations),
        None => driver::for_dialect(dialect, &registrations),
    };
    // Windows has a driver manager of its own, which knows its drivers by name.
    let library = match (library, named.clone()) {
        (Some(library), _) => library.display().to_string(),
        (None, Some(name)) if cfg!(windows) => name,
        _ => return Err(missing_driver(label, dialect, named.as_deref(), &registrations)),
    };
    if let Some(reason) = refusal(&library) {
        return Err(ConnectError::new(
            ErrorKind::Driver,
            label,
            format!("the ODBC driver {library} cannot be used here: {reason}"),
        )
        .with_help("install the other library, or name it in the attribute `Driver`"));
    }
    attributes.0.insert(0, ("Driver".to_owned(), library));
    for (name, value) in dialect.default_attributes() {
        attributes.or_set(name, value);
    }
    if dialect.id() == "sqlite" {
        for (name, value) in &mut attributes.0 {
            if name.eq_ignore_ascii_case("Database") {
                *value = folder.join(&*value).display().to_string();
            }
        }
        expect_file(label, &attributes)?;
    }
    Ok(attributes)
}

/// Says that a SQLite file is not there, which the driver would only call a failure.
fn expect_file(label: &str, attributes: &Attributes) -> Result<(), ConnectError> {
    let Some(file) = attributes.get("Database") else { return Ok(()) };
    // Who sets it to something else wants the driver to make one.
    if attributes.get("NoCreat") != Some("1") || Path::new(file).exists() {
        return Ok(());
    }
    let text = format!("there is no database file {file}");
    Err(ConnectError::new(ErrorKind::Missing, label, text).with_help(
        "check the attribute `Database` of the connection; relative paths count from the folder of the project file",
    ))
}

/// Why a library cannot be used, as its name, or the name behind a link, tells. Every dialect is asked: a
/// library is what it is, whatever the project calls the database.
fn refusal(library: &str) -> Option<String> {
    let real = fs::canonicalize(library).ok();
    [Some(Path::new(library)), real.as_deref()].into_iter().flatten().filter_map(Path::file_name).find_map(
        |name| dialect::all().iter().find_map(|dialect| dialect.refuses_library(&name.to_string_lossy())),
    )
}

/// The connection string. It holds the password: it goes to the driver manager and nowhere else.
#[must_use]
pub fn connection_string(attributes: &Attributes, password: Option<&SecretString>) -> SecretString {
    let mut text = String::new();
    for (name, value) in &attributes.0 {
        // That of a data source, which is not meant here; drivers differ in which of two they take.
        let is_password = name.eq_ignore_ascii_case("PWD") || name.eq_ignore_ascii_case("Password");
        if password.is_none() || !is_password {
            push(&mut text, name, value);
        }
    }
    if let Some(password) = password {
        push(&mut text, "PWD", password.expose_secret());
    }
    SecretString::from(text)
}

fn push(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push('=');
    text.push_str(&escape_attribute_value(value));
    text.push(';');
}

fn unknown_data_source(label: &str, name: &str) -> ConnectError {
    let known = driver::data_sources();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    ConnectError::new(
        ErrorKind::Driver,
        label,
        format!("there is no ODBC data source {name:?} on this machine"),
    )
    .with_help(format!("registered data sources: {known}; they are read from odbc.ini"))
}

fn missing_driver(
    label: &str,
    dialect: &dyn Dialect,
    named: Option<&str>,
    registrations: &[driver::Registration],
) -> ConnectError {
    let what = match named {
        Some(name) => format!("the ODBC driver {name:?} is not installed"),
        None => format!("no ODBC driver for {} is installed", dialect.label()),
    };
    let installed: Vec<&str> = registrations
        .iter()
        .filter(|registration| registration.library.is_some())
        .map(|registration| registration.name.as_str())
        .collect();
    let installed = if installed.is_empty() { "none".to_owned() } else { installed.join(", ") };
    ConnectError::new(ErrorKind::Driver, label, what)
        .with_help(format!("install {}; installed drivers: {installed}", dialect.driver_source()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_the_password_is_hidden() {
        let attributes = Attributes(vec![
            ("Driver".to_owned(), "/lib/x.so".to_owned()),
            ("Server".to_owned(), "a;b".to_owned()),
        ]);
        let password = SecretString::from("p}w;d");
        let text = connection_string(&attributes, Some(&password));
        assert_eq!(text.expose_secret(), "Driver=/lib/x.so;Server={a;b};PWD={p}}w;d};");
        assert!(!format!("{text:?}").contains("w;d"));
    }

    /// The keywords of IBM's driver; what the project says goes before what the dialect sets.
    #[test]
    fn db2_is_connected_to_with_ibm_s_keywords() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = folder.path().join("libdb2o.so");
        fs::write(&library, b"").expect("written");
        let string = |more: &[(&str, &str)]| {
            let common =
                [("Driver", library.to_str().unwrap()), ("HOSTNAME", "db.example.org"), ("UID", "hr")];
            let project =
                common.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let db2 = dialect::dialect("db2").expect("a dialect");
            let attributes = attributes("HR", db2, &project.collect(), folder.path()).expect("a driver");
            let text = connection_string(&attributes, Some(&SecretString::from("s;cret")));
            text.expose_secret().replace(folder.path().to_str().unwrap(), "/opt/ibm")
        };
        insta::assert_snapshot!(
            string(&[("PORT", "50000"), ("DATABASE", "SAMPLE")]),
            @"Driver=/opt/ibm/libdb2o.so;DATABASE=SAMPLE;HOSTNAME=db.example.org;PORT=50000;UID=hr;Protocol=TCPIP;LongDataCompat=1;LOBCacheSize=1000000;PWD={s;cret};"
        );
        let secured = [
            ("AUTHENTICATION", "SERVER_ENCRYPT"),
            ("DATABASE", "SAMPLE"),
            ("LOBCacheSize", "2000000"),
            ("PORT", "50001"),
            ("PROTOCOL", "TCPIP"),
            ("SECURITY", "SSL"),
            ("SSLServerCertificate", "/etc/ssl/db2; 1.arm"),
        ];
        insta::assert_snapshot!(
            string(&secured),
            @"Driver=/opt/ibm/libdb2o.so;AUTHENTICATION=SERVER_ENCRYPT;DATABASE=SAMPLE;HOSTNAME=db.example.org;LOBCacheSize=2000000;PORT=50001;PROTOCOL=TCPIP;SECURITY=SSL;SSLServerCertificate={/etc/ssl/db2; 1.arm};UID=hr;LongDataCompat=1;PWD={s;cret};"
        );
    }

    #[test]
    fn a_driver_with_short_lengths_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let resolve = |dialect: &'static dyn Dialect, file: &str| {
            let library = folder.path().join(file);
            fs::write(&library, b"").expect("written");
            let project = BTreeMap::from([("Driver".to_owned(), library.display().to_string())]);
            attributes("HR", dialect, &project, folder.path())
        };
        for dialect in dialect::all() {
            for file in ["libdb2.so", "libdb2.so.1"] {
                let error = resolve(*dialect, file).expect_err("refused");
                assert_eq!(error.kind, ErrorKind::Driver);
                assert!(error.text.contains("libdb2o.so"), "{}: {error}", dialect.id());
            }
            assert!(resolve(*dialect, "libdb2o.so").is_ok());
        }
    }

    #[test]
    fn secrets_are_recognised_by_name() {
        assert!(is_secret_attribute("Pwd"));
        assert!(is_secret_attribute(" PASSWORD "));
        for name in ["SSLClientKeystoreDBPassword", "KeystorePassword", "TrustedContextPassword", "APIKey"] {
            assert!(is_secret_attribute(name), "{name}");
        }
        assert!(!is_secret_attribute("UID"));
    }
}
