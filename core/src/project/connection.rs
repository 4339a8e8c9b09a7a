//! How a system is reached, and what belongs to the connection (W2–W8, C5, F16).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LogLevel, Schema, SecretStore, is_default};

/// One connected system: how to reach it, what it holds, which part of it runs may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// How to reach it.
    pub connection: Connection,
    /// What it holds.
    #[serde(default)]
    pub schema: Schema,
    /// Scope (F4): per schema type, a filter on the objects that a run may see.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scope: BTreeMap<String, String>,
    /// Reference scope (F4): per schema type, a filter on the objects that references may resolve into.
    /// Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reference_scope: BTreeMap<String, String>,
    /// How much the log of a run tells about this system (L1).
    #[serde(default, skip_serializing_if = "is_default")]
    pub log_level: LogLevel,
}

/// Connection to a system (W4, W5). Secrets are never part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Unique in the whole environment and immutable once saved (W5).
    pub system_identifier: String,
    /// Name shown to people; the identifier if empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub display_name: String,
    /// System category: at most 16 letters or digits, tells several database connections apart (W5).
    #[serde(default, skip_serializing_if = "is_default")]
    pub category: String,
    /// The database system and where it is (W3, W4).
    pub provider: Provider,
    /// Where its password is kept, and a secret that it shares with a connection server (P3, W16).
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret_store: SecretStore,
    /// Direct, or through a remote connection server (W2).
    #[serde(default, skip_serializing_if = "is_default")]
    pub access: Access,
    /// Nothing is ever written through a read-only connection (W4).
    #[serde(default, skip_serializing_if = "is_default")]
    pub read_only: bool,
    /// Marks a production system with a colour in tabs, title and confirm dialogs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub production: bool,
    /// IANA time zone that zone-less timestamps of this database are meant in (W7). ODBC only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time_zone: Option<String>,
    /// Database schemas, or owners, that are loaded (W9); all if none is named.
    #[serde(default, skip_serializing_if = "is_default")]
    pub partial_schemas: Vec<String>,
    /// SQL statements that run on every new connection (W8).
    #[serde(default, skip_serializing_if = "is_default")]
    pub initial_sql: Vec<String>,
    /// Seconds to wait for the connection, or for a lock of an embedded database or a CSV folder. Default: 5.
    #[serde(default, skip_serializing_if = "is_default")]
    pub connect_timeout_secs: Option<u32>,
    /// Seconds that one statement may take until it answers. ODBC only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub query_timeout_secs: Option<u32>,
    /// Isolation level, in the words of the database system. ODBC only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub isolation_level: Option<String>,
    /// Rows that are read in one block. Default: 8192.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fetch_batch_size: Option<u32>,
    /// Connection pool (C5). ODBC only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pool: Option<Pool>,
    /// Timeouts and rate limits per kind of operation (F16): `create`, `update`, `delete`, `search`, `get`,
    /// `test`, `schema`, `script` (the initial SQL). ODBC only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub operation_limits: BTreeMap<String, OperationLimits>,
    /// Retry a failing object without the offending column (F12). Not yet effective.
    #[serde(default, skip_serializing_if = "is_default")]
    pub try_to_ignore_data_errors: bool,
}

impl Connection {
    /// The display name, or the system identifier if there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { &self.system_identifier } else { &self.display_name }
    }
}

/// The database system and where it is (W3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Provider {
    /// A SQLite database file, embedded: no driver to install (C3).
    Sqlite {
        /// The file; relative paths count from the folder of the project file.
        file: String,
        /// What to do if the file is missing.
        #[serde(default, skip_serializing_if = "is_default")]
        when_missing: WhenMissing,
    },
    /// Any database behind an ODBC driver (C2).
    Odbc {
        /// `postgresql`, `mariadb`, `db2`, `sql_server`, `oracle`, `sqlite` or `generic`.
        dialect: String,
        /// Connection attributes without secrets, for example `Server`, `Port`, `Database`, `UID`.
        attributes: BTreeMap<String, String>,
    },
    /// A folder of CSV files, each a schema type (C3).
    Csv {
        /// The folder; relative paths count from the folder of the project file.
        folder: String,
        /// How the files are written.
        #[serde(default, skip_serializing_if = "is_default")]
        format: CsvFormat,
    },
}

/// What happens if an embedded database file does not exist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub enum WhenMissing {
    /// An error; nothing is created.
    #[default]
    Fail,
    /// A new, empty identity store is created (S4, W17).
    CreateIdentityStore,
    /// The sample data is generated (P5). For the projects that ship with the program.
    CreateSample(SampleDatabase),
}

/// Which of the two sample databases (P5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SampleDatabase {
    /// The human resources database of the sample, with departments, employees, accounts, groups.
    HumanResources,
    /// The identity store of the sample, partly filled.
    IdentityStore,
}

/// How a CSV folder is written (C3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CsvFormat {
    /// True if the first line names the columns.
    pub header: bool,
    /// Character between two values.
    pub delimiter: char,
    /// Character around values.
    pub quote: char,
    /// Character before a quote inside a value; the quote doubled if none.
    pub escape: Option<char>,
    /// End of a line.
    pub newline: Newline,
    /// Encoding by its WHATWG name.
    pub encoding: String,
    /// Column that identifies a row.
    pub uid_column: Option<String>,
    /// Text that stands for NULL, for example `\\N`; an empty field is the empty text then. Without it an empty
    /// field is NULL, and the empty text cannot be written.
    #[serde(skip_serializing_if = "is_default")]
    pub null_value: Option<String>,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self {
            header: true,
            delimiter: ',',
            quote: '"',
            escape: None,
            newline: Newline::Lf,
            encoding: "utf-8".to_owned(),
            uid_column: None,
            null_value: None,
        }
    }
}

/// End of a line in a CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Newline {
    /// Line feed.
    Lf,
    /// Carriage return and line feed.
    CrLf,
}

/// How the system is reached (W2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub enum Access {
    /// From this workstation.
    #[default]
    Direct,
    /// Through a remote connection server. Not yet effective.
    Remote(RemoteServer),
}

/// A remote connection server (W2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteServer {
    /// Name or address.
    pub server: String,
    /// Port.
    pub port: u16,
    /// How the editor proves who it is.
    pub authentication: Authentication,
    /// Seconds that one request may take.
    pub request_timeout_secs: u32,
    /// Accept self-signed certificates.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accept_self_signed_certificates: bool,
}

/// Authentication at a remote connection server (W2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Authentication {
    /// A secret shared with the server; it is never part of the file.
    SharedSecret,
    /// A client certificate.
    MutualTls {
        /// Path of the certificate file.
        certificate: String,
    },
}

/// Connection pool (C5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Most connections open at one time.
    pub max: u32,
    /// Idle connections that are kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub min_idle: u32,
    /// Seconds after which an idle connection is closed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub idle_timeout_secs: Option<u32>,
    /// Seconds to wait for a free connection.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wait_timeout_secs: Option<u32>,
}

/// Timeout and rate limit of one kind of operation (F16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationLimits {
    /// Milliseconds; -1 = none.
    pub timeout_ms: i64,
    /// At most so many requests per period.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rate: Option<RateLimit>,
}

/// Requests per period (F16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests.
    pub requests: u32,
    /// Length of the period in milliseconds.
    pub period_ms: u64,
    /// Longest wait in milliseconds before a timeout error.
    pub wait_ms: u64,
}
