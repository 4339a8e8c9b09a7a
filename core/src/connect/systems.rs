//! Which database systems can be connected here (W3), and which fields their connections have (W4).
//!
//! Knowledge only: drivers are looked for where the machine registers them, nothing is connected.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::odbc::{
    dialect::{self, Dialect, Verified},
    driver::{self, Registration},
    version,
};

/// A kind of system that can be chosen (W3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SystemKind {
    /// A SQLite file, embedded.
    Sqlite,
    /// A database behind an ODBC driver, by its dialect.
    Odbc(String),
    /// An ODBC data source that is registered on this machine, by its dialect.
    DataSource(String),
    /// A folder of CSV files.
    Csv,
}

/// A system that can be chosen, and whether it works here (W3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedSystem {
    /// What it is.
    pub kind: SystemKind,
    /// Name shown to people.
    pub label: String,
    /// Installed drivers that suit it, the preferred one first; none for embedded systems.
    pub drivers: Vec<InstalledDriver>,
    /// Version of what is part of the program.
    pub version: Option<String>,
    /// What is missing here, and how to get it; nothing if it can be used.
    pub missing: Option<String>,
    /// A remark on how far it has been tried.
    pub remark: &'static str,
}

/// A driver that is registered here, and whose library is there (W3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledDriver {
    /// Name in the registration, for example `PostgreSQL Unicode`.
    pub name: String,
    /// Its version, if that can be told without connecting.
    pub version: Option<String>,
}

/// The driver manager that loads ODBC drivers.
#[must_use]
pub const fn driver_manager() -> &'static str {
    if cfg!(feature = "vendored-unix-odbc") && !cfg!(windows) {
        "unixODBC, which is part of this program"
    } else {
        "the driver manager of this system"
    }
}

/// All systems, those first that most people have. Looks for drivers and asks for their versions, which can take a
/// moment.
#[must_use]
pub fn offered_systems() -> Vec<OfferedSystem> {
    let registrations = driver::registrations();
    let versions = version::versions(registrations.iter().filter_map(|one| one.library.as_deref()));
    offered(&registrations, &driver::data_sources(), &versions)
}

type Versions = BTreeMap<PathBuf, String>;

/// Those of the registered drivers whose library is there.
fn installed<'a>(
    registrations: impl IntoIterator<Item = &'a Registration>,
    versions: &Versions,
) -> Vec<InstalledDriver> {
    let there = registrations.into_iter().filter_map(|one| Some((one, one.library.as_ref()?)));
    there
        .map(|(one, library)| InstalledDriver {
            name: one.name.clone(),
            version: versions.get(library).cloned(),
        })
        .collect()
}

const ORDER: [&str; 6] = ["db2", "postgresql", "sql_server", "oracle", "mariadb", "sqlite"];

fn offered(
    registrations: &[Registration],
    data_sources: &[String],
    versions: &Versions,
) -> Vec<OfferedSystem> {
    let sqlite = Some(format!("SQLite {}", rusqlite::version()));
    let sqlite = OfferedSystem {
        version: sqlite,
        ..embedded(SystemKind::Sqlite, "SQLite (embedded)", "No driver to install")
    };
    let mut systems = vec![sqlite];
    let behind_odbc = ORDER.iter().filter_map(|id| dialect::dialect(id));
    systems.extend(behind_odbc.map(|dialect| behind_driver(dialect, registrations, versions)));
    systems.push(OfferedSystem {
        kind: SystemKind::DataSource("generic".to_owned()),
        label: "ODBC data source (DSN)".to_owned(),
        drivers: installed(registrations, versions),
        version: None,
        missing: data_sources.is_empty().then(|| {
            "no data source is registered on this machine; register one in odbc.ini, or choose the database \
             system itself"
                .to_owned()
        }),
        remark: "Any database whose data source is registered here",
    });
    systems.push(OfferedSystem {
        kind: SystemKind::Odbc("generic".to_owned()),
        label: "Other database behind an ODBC driver".to_owned(),
        drivers: installed(registrations, versions),
        version: None,
        missing: registrations.iter().all(|one| one.library.is_none()).then(|| {
            "no ODBC driver is installed on this machine; install that of the database's vendor".to_owned()
        }),
        remark: "Plain SQL and the catalog functions of the driver",
    });
    systems.push(embedded(SystemKind::Csv, "CSV files in a folder", "Each file is a table"));
    systems
}

fn embedded(kind: SystemKind, label: &str, remark: &'static str) -> OfferedSystem {
    OfferedSystem { kind, label: label.to_owned(), drivers: Vec::new(), version: None, missing: None, remark }
}

fn behind_driver(
    dialect: &dyn Dialect,
    registrations: &[Registration],
    versions: &Versions,
) -> OfferedSystem {
    let drivers = installed(&driver::all_for_dialect(dialect, registrations), versions);
    let missing = drivers.is_empty().then(|| match driver_package(dialect) {
        Some(package) => format!(
            "no ODBC driver for {} is installed; install the package {package}, for example with \
             `apt-get install {package}`",
            dialect.label()
        ),
        None => format!(
            "no ODBC driver for {} is installed; get it from {}",
            dialect.label(),
            dialect.driver_source()
        ),
    });
    OfferedSystem {
        kind: SystemKind::Odbc(dialect.id().to_owned()),
        label: match dialect.id() {
            "sqlite" => "SQLite behind its ODBC driver".to_owned(),
            "mariadb" => "MariaDB, MySQL".to_owned(),
            _ => dialect.label().to_owned(),
        },
        drivers,
        version: None,
        missing,
        remark: match dialect.verified() {
            Verified::Server => "Tested against real servers",
            Verified::Documentation => "From the documentation of the system",
        },
    }
}

/// The Debian package of a driver, if it comes from one.
fn driver_package(dialect: &dyn Dialect) -> Option<&'static str> {
    let source = dialect.driver_source();
    (!source.contains("://") && !source.contains(' ')).then_some(source)
}

/// A field of a connection that goes to the driver as an attribute (W4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionField {
    /// Name of the attribute.
    pub attribute: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// An example, shown while the field is empty.
    pub hint: &'static str,
    /// The connection cannot be made without it.
    pub required: bool,
}

/// A choice of how the connection is secured (W4), in the driver's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecurityField {
    /// The field.
    pub field: ConnectionField,
    /// Values with what they mean; none if any text is a value, such as the path of a certificate.
    pub values: &'static [(&'static str, &'static str)],
}

/// The fields of a dialect's connections (W4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionForm {
    /// Server, port, database and user, as far as the system has them.
    pub fields: &'static [ConnectionField],
    /// Certificates and encryption, as far as the driver has them.
    pub security: &'static [SecurityField],
    /// The system knows users with passwords.
    pub password: bool,
}

const fn field(attribute: &'static str, label: &'static str, hint: &'static str) -> ConnectionField {
    ConnectionField { attribute, label, hint, required: true }
}

const fn optional(attribute: &'static str, label: &'static str, hint: &'static str) -> ConnectionField {
    ConnectionField { attribute, label, hint, required: false }
}

const fn security(
    attribute: &'static str,
    label: &'static str,
    values: &'static [(&'static str, &'static str)],
) -> SecurityField {
    SecurityField { field: optional(attribute, label, ""), values }
}

/// The fields of a dialect's connections (W4); those of any driver if the dialect is not known.
#[must_use]
pub fn connection_form(dialect: &str) -> ConnectionForm {
    match dialect {
        "postgresql" => POSTGRESQL,
        "mariadb" => MARIADB,
        "db2" => DB2,
        "sql_server" => SQL_SERVER,
        "oracle" => ORACLE,
        "sqlite" => SQLITE,
        _ => GENERIC,
    }
}

const POSTGRESQL: ConnectionForm = ConnectionForm {
    fields: &[
        field("Server", "Server", "db.example.org"),
        optional("Port", "Port", "5432"),
        field("Database", "Database", "hr"),
        field("UID", "User", "sync"),
    ],
    security: &[security(
        "SSLmode",
        "Encryption",
        &[
            ("disable", "never"),
            ("prefer", "if the server can"),
            ("require", "always, any certificate"),
            ("verify-ca", "always, certificate checked"),
            ("verify-full", "always, certificate and server name checked"),
        ],
    )],
    password: true,
};

const MARIADB: ConnectionForm = ConnectionForm {
    fields: &[
        field("Server", "Server", "db.example.org"),
        optional("Port", "Port", "3306"),
        field("Database", "Database", "hr"),
        field("UID", "User", "sync"),
    ],
    security: &[
        security("FORCETLS", "Encryption", &[("0", "if the server asks for it"), ("1", "always")]),
        security("SSLVERIFY", "Server certificate", &[("0", "not checked"), ("1", "checked")]),
        security("SSLCA", "File of trusted certificates", &[]),
    ],
    password: true,
};

const DB2: ConnectionForm = ConnectionForm {
    fields: &[
        field("HOSTNAME", "Server", "db.example.org"),
        field("PORT", "Port", "50000"),
        field("DATABASE", "Database", "SAMPLE"),
        field("UID", "User", "db2inst1"),
    ],
    security: &[
        security("SECURITY", "Encryption", &[("SSL", "always")]),
        security("SSLServerCertificate", "File of the server's certificate", &[]),
        security(
            "AUTHENTICATION",
            "Sending the password",
            &[("SERVER", "in clear"), ("SERVER_ENCRYPT", "encrypted")],
        ),
    ],
    password: true,
};

const SQL_SERVER: ConnectionForm = ConnectionForm {
    fields: &[
        field("Server", "Server", "db.example.org or db.example.org,1433"),
        optional("Port", "Port", "1433"),
        field("Database", "Database", "HR"),
        field("UID", "User", "sync"),
    ],
    security: &[
        security(
            "Encrypt",
            "Encryption",
            &[("no", "only the login"), ("yes", "always"), ("strict", "from the first byte")],
        ),
        security(
            "TrustServerCertificate",
            "Server certificate",
            &[("no", "checked"), ("yes", "not checked")],
        ),
    ],
    password: true,
};

const ORACLE: ConnectionForm = ConnectionForm {
    fields: &[
        field("DBQ", "Server and service", "db.example.org:1521/ORCLPDB1"),
        field("UID", "User", "sync"),
    ],
    security: &[],
    password: true,
};

const SQLITE: ConnectionForm = ConnectionForm {
    fields: &[field("Database", "Database file", "/path/to/hr.db")],
    security: &[],
    password: false,
};

const GENERIC: ConnectionForm = ConnectionForm {
    fields: &[
        optional("Server", "Server", "as the driver calls it; else use the attributes below"),
        optional("Port", "Port", ""),
        optional("Database", "Database", ""),
        optional("UID", "User", ""),
    ],
    security: &[],
    password: true,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::is_secret_attribute;

    fn registration(name: &str, library: Option<&str>) -> Registration {
        Registration {
            name: name.to_owned(),
            registered: library.unwrap_or("libgone.so").to_owned(),
            library: library.map(Into::into),
        }
    }

    #[test]
    fn what_is_not_installed_says_how_to_get_it() {
        let versions = Versions::from([("/lib/psqlodbcw.so".into(), "13.02".to_owned())]);
        let gone = registration("PostgreSQL ANSI", None);
        let here = registration("PostgreSQL Unicode", Some("/lib/psqlodbcw.so"));
        let systems = offered(&[gone, here], &[], &versions);
        let of = |id: &str| {
            let kind = SystemKind::Odbc(id.to_owned());
            systems.iter().find(|system| system.kind == kind).expect("offered")
        };
        assert_eq!(of("postgresql").missing, None);
        let driver =
            InstalledDriver { name: "PostgreSQL Unicode".to_owned(), version: Some("13.02".to_owned()) };
        assert_eq!(of("postgresql").drivers, [driver]);
        assert!(of("mariadb").missing.as_deref().is_some_and(|text| text.contains("odbc-mariadb")));
        assert!(of("db2").missing.as_deref().is_some_and(|text| text.contains("https://")));
        assert_eq!(of("generic").missing, None, "any driver will do");
    }

    #[test]
    fn a_driver_whose_library_is_gone_counts_as_missing() {
        let systems =
            offered(&[registration("PostgreSQL Unicode", None)], &["HR".to_owned()], &Versions::new());
        let missing = |kind: &SystemKind| {
            systems.iter().find(|system| system.kind == *kind).and_then(|system| system.missing.clone())
        };
        assert!(missing(&SystemKind::Odbc("postgresql".to_owned())).is_some());
        assert!(missing(&SystemKind::Odbc("generic".to_owned())).is_some());
        assert_eq!(missing(&SystemKind::DataSource("generic".to_owned())), None);
        assert_eq!(missing(&SystemKind::Sqlite), None);
    }

    #[test]
    fn every_dialect_is_offered_and_no_form_asks_for_a_secret_attribute() {
        for dialect in dialect::all() {
            let kind = SystemKind::Odbc(dialect.id().to_owned());
            assert!(
                offered(&[], &[], &Versions::new()).iter().any(|system| system.kind == kind),
                "{}",
                dialect.id()
            );
            let form = connection_form(dialect.id());
            let names = form.fields.iter().chain(form.security.iter().map(|security| &security.field));
            for field in names {
                assert!(!is_secret_attribute(field.attribute), "{}", field.attribute);
            }
        }
    }
}
