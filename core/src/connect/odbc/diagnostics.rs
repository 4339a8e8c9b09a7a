//! What a driver says when something fails, and what it means (W4).
//!
//! The driver's own record is always part of the message, with our explanation beside it; a password that
//! a driver repeats is taken out.

use odbc_api::handles::Record;
use secrecy::{ExposeSecret, SecretString};

use super::{dialect::Dialect, spelling};
use crate::{
    connect::{ConnectError, ErrorKind},
    value::MASK,
};

/// Shorter passwords are not looked for in texts.
const SHORTEST_SECRET: usize = 4;

/// A diagnostic record of a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// SQLSTATE: five characters.
    pub state: String,
    /// Code of the database system.
    pub native: i32,
    /// Text of the driver.
    pub text: String,
}

impl Diagnosis {
    /// The record of an ODBC error, if the driver gave one.
    #[must_use]
    pub fn of(error: &odbc_api::Error) -> Option<Self> {
        use odbc_api::Error;
        match error {
            Error::Diagnostics { record, .. }
            | Error::UnsupportedOdbcApiVersion(record)
            | Error::InvalidRowArraySize { record, .. }
            | Error::UnableToRepresentNull(record)
            | Error::OracleOdbcDriverDoesNotSupport64Bit(record) => Some(Self::from(record)),
            _ => None,
        }
    }
}

impl From<&Record> for Diagnosis {
    fn from(record: &Record) -> Self {
        Self {
            state: String::from_utf8_lossy(&record.state.0).into_owned(),
            native: record.native_error,
            text: String::from_utf16_lossy(&record.message).trim().to_owned(),
        }
    }
}

/// Who speaks: what errors need to know about the connection.
#[derive(Clone)]
pub struct Speaker {
    /// The system, as people know it.
    pub label: String,
    /// Its dialect.
    pub dialect: &'static dyn Dialect,
    /// Never repeated: the password, and what else a data source holds.
    pub secrets: Vec<SecretString>,
}

impl Speaker {
    /// An error of the driver while `doing` something.
    #[must_use]
    pub fn error(&self, doing: &str, error: &odbc_api::Error) -> ConnectError {
        match Diagnosis::of(error) {
            Some(diagnosis) => self.diagnosed(doing, &diagnosis),
            None => self.undiagnosed(doing, error),
        }
    }

    /// An error with the driver's record.
    #[must_use]
    pub fn diagnosed(&self, doing: &str, diagnosis: &Diagnosis) -> ConnectError {
        let kind = self.dialect.classify(diagnosis);
        let Diagnosis { state, native, text } = diagnosis;
        let text = self.without_secrets(&spelling::from_manager(self.dialect, text.clone()));
        let text = format!("{doing} failed: {text} [SQLSTATE {state}, native code {native}]");
        let transient = self.dialect.is_transient(diagnosis);
        ConnectError { transient, ..ConnectError::new(kind, &self.label, text).with_help(self.help(kind)) }
    }

    fn undiagnosed(&self, doing: &str, error: &odbc_api::Error) -> ConnectError {
        let kind = match error {
            odbc_api::Error::TooLargeValueForBuffer { .. } => ErrorKind::IncompatibleData,
            _ => ErrorKind::Other,
        };
        let text = self.without_secrets(&error.to_string());
        let help = match kind {
            ErrorKind::IncompatibleData => {
                "a value grew while it was read; run again when nobody writes the table"
            }
            _ => "the driver gives no reason; look into the log of the database",
        };
        ConnectError::new(kind, &self.label, format!("{doing} failed: {text}")).with_help(help)
    }

    /// An error of this program about this connection.
    #[must_use]
    pub fn own(&self, kind: ErrorKind, text: impl Into<String>) -> ConnectError {
        ConnectError::new(kind, &self.label, text).with_help(self.help(kind))
    }

    fn without_secrets(&self, text: &str) -> String {
        // A password of a few letters is part of every text; nothing is gained by hiding it there.
        let secrets = self.secrets.iter().map(ExposeSecret::expose_secret);
        secrets
            .filter(|secret| secret.len() >= SHORTEST_SECRET)
            .fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }

    fn help(&self, kind: ErrorKind) -> String {
        let system = self.dialect.label();
        match kind {
            ErrorKind::Driver => format!(
                "install the ODBC driver for {system} ({}) or name another one in the attribute `Driver`",
                self.dialect.driver_source()
            ),
            ErrorKind::Authentication | ErrorKind::Secret => {
                "check the attribute `UID` of the connection, and give the password again".to_owned()
            }
            ErrorKind::Missing => "check the database's name in the connection".to_owned(),
            ErrorKind::NotADatabase => {
                "check the connection; this is not a database of that system".to_owned()
            }
            ErrorKind::Connection => format!(
                "check that {system} is running there, server and port in the connection, and the network"
            ),
            ErrorKind::Locked => "another session holds a lock; try again later".to_owned(),
            ErrorKind::Permission => {
                "ask the database's administrator for the right that the message names".to_owned()
            }
            ErrorKind::ReadOnly => "the database, or this session of it, can only be read".to_owned(),
            ErrorKind::Full => "free space for the database's tables and its transaction log".to_owned(),
            ErrorKind::SchemaChanged => {
                "the table or column is gone from the database; update the schema of the project".to_owned()
            }
            ErrorKind::IncompatibleData => {
                "a value does not fit the column; look at the values, or map the property differently"
                    .to_owned()
            }
            ErrorKind::Constraint => {
                "the database refuses the row; look at the values, or map the property differently".to_owned()
            }
            ErrorKind::NoSuchObject => "somebody else changed the system meanwhile; run again".to_owned(),
            ErrorKind::Cancelled => "start it again when you like".to_owned(),
            ErrorKind::Timeout => {
                "look at the load of the database, or give the connection a longer timeout".to_owned()
            }
            ErrorKind::Deadlock => "run again, best when fewer others write".to_owned(),
            ErrorKind::Unsupported | ErrorKind::Other => {
                "the text in front of SQLSTATE is the database's own".to_owned()
            }
        }
    }
}
