//! Opening a connection: from the project's settings to a session that is ready to work.

use std::{collections::BTreeMap, fmt::Write as _, path::Path, time::Duration};

use jiff::tz::TimeZone;
use miette::Diagnostic as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::{
    OdbcConnector,
    connection_string::{self, Attributes},
    data_operation::OperationScripts,
    diagnostics::Speaker,
    dialect::{self, Dialect},
    operation::{Limit, Operation, OperationTimes},
    pool::{self, Lease},
    session::{Link, Patience, Session},
    version,
};
use crate::{
    connect::{
        ConnectError, ErrorKind, OpenMode,
        retry::{PAUSES, one_line, wait},
        secrets::Password,
    },
    progress::CancelToken,
    project::Connection,
    secret::{Answer, SecretError},
};

/// Seconds to wait for a connection if the project does not say.
const DEFAULT_TIMEOUT_SECS: u32 = 5;
/// Rows of a block if the project does not say.
const DEFAULT_BLOCK: usize = 8192;
/// An idle connection is tried before it is used if nobody used it for so long.
const TRUSTED: Duration = Duration::from_secs(1);
/// Longest time to try an idle connection.
const TRY: Duration = Duration::from_secs(2);

impl OdbcConnector {
    /// Opens a connection, or takes an idle one.
    ///
    /// # Errors
    ///
    /// If the driver is missing, the database does not answer or refuses, a statement of the initial SQL
    /// fails, or on cancel.
    pub fn open(
        connection: &Connection,
        dialect_id: &str,
        attributes: &BTreeMap<String, String>,
        folder: &Path,
        mode: OpenMode,
        password: &Password,
        cancel: &CancelToken,
    ) -> Result<Self, ConnectError> {
        let label = connection.label().to_owned();
        let dialect = dialect::dialect(dialect_id).ok_or_else(|| unknown_dialect(&label, dialect_id))?;
        let zone = connection.time_zone.as_deref().map(|name| time_zone(&label, name)).transpose()?;
        let resolved = connection_string::attributes(&label, dialect, attributes, folder)?;
        let Answer { secret: password, unanswered } =
            password.of(connection, cancel).map_err(|error| no_password(&label, &error))?;
        let way = Way {
            connection: connection.clone(),
            dialect,
            resolved,
            password,
            unanswered,
            label: label.clone(),
        };
        let lease = way.lease(Trust::Recent, cancel)?;
        Ok(Self {
            lease,
            way,
            broken: false,
            dialect,
            location: location(attributes),
            label,
            mode,
            block: connection.fetch_batch_size.map_or(DEFAULT_BLOCK, |rows| rows.max(1) as usize),
            zone,
            owners: connection.partial_schemas.clone(),
            times: OperationTimes::of(connection),
            cancel: cancel.clone(),
            in_transaction: false,
            scripts: OperationScripts::default(),
            options: None,
        })
    }
}

/// Which idle connections are used without trying them first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Those that were used a moment ago.
    Recent,
    /// None: whatever broke one may have broken all.
    Nothing,
}

/// A way to connect.
pub struct Way {
    connection: Connection,
    dialect: &'static dyn Dialect,
    resolved: Attributes,
    password: Option<SecretString>,
    /// Why there is no password, if there is a reason.
    unanswered: Vec<SecretError>,
    label: String,
}

impl Way {
    /// File of the driver, with its version if that is known.
    pub fn driver(&self) -> Option<String> {
        let library = self.resolved.driver()?;
        let name = library.file_name()?.to_string_lossy().into_owned();
        match version::versions([library]).remove(library) {
            Some(version) => Some(format!("{name} {version}")),
            None => Some(name),
        }
    }

    /// An idle connection that answers, or a new one. Connecting is tried again if the error is transient and
    /// it has worked before: a wrong port is told at once. Not after a connection broke: then the caller tries
    /// again by itself.
    ///
    /// # Errors
    ///
    /// As [`OdbcConnector::open`].
    pub fn lease(&self, trust: Trust, cancel: &CancelToken) -> Result<Lease, ConnectError> {
        let pool = pool::pool(&self.identity(), self.connection.pool.as_ref());
        loop {
            let pauses = if trust == Trust::Recent && pool.has_worked() { &PAUSES[..] } else { &[] };
            let mut lease = pool.lease(&self.label, cancel, || self.connect_again(pauses, cancel))?;
            let trusted = lease.idle_for.is_none_or(|idle| trust == Trust::Recent && idle < TRUSTED);
            if trusted || self.answers(&mut lease, cancel)? {
                return Ok(lease);
            }
            lease.reusable = false;
        }
    }

    /// True if an idle connection still works.
    fn answers(&self, lease: &mut Lease, cancel: &CancelToken) -> Result<bool, ConnectError> {
        let doing = "trying an idle connection";
        let ping = self.dialect.ping();
        let patience = Patience { cancel: Some(cancel), limit: Some(Limit::Own(TRY)) };
        let Some(session) = lease.session() else { return Ok(false) };
        match session.call(doing, patience, move |link| link.execute(doing, ping)) {
            Err(error) if error.kind == ErrorKind::Cancelled => {
                lease.reusable = false;
                Err(error)
            }
            other => Ok(other.is_ok()),
        }
    }

    /// Whatever makes connections differ from one another; the password only as a hash.
    fn identity(&self) -> String {
        let Connection { initial_sql, isolation_level, system_identifier, .. } = &self.connection;
        let session_limit = OperationTimes::of(&self.connection).session_limit();
        let mut hasher = Sha256::new();
        hasher.update(
            connection_string::connection_string(&self.resolved, self.password.as_ref()).expose_secret(),
        );
        hasher.update(format!("{initial_sql:?} {isolation_level:?} {session_limit:?}"));
        hasher.finalize().iter().fold(system_identifier.clone(), |mut text, byte| {
            write!(text, "{byte:02x}").ok();
            text
        })
    }

    fn connect_again(&self, pauses: &[Duration], cancel: &CancelToken) -> Result<Session, ConnectError> {
        for pause in pauses {
            match self.connect(cancel) {
                Err(error) if error.transient => {
                    tracing::warn!(error = one_line(&error), ?pause, "connecting is tried again");
                    if !wait(*pause, cancel) {
                        return Err(ConnectError::new(
                            ErrorKind::Cancelled,
                            &self.label,
                            "trying again was cancelled",
                        ));
                    }
                }
                other => return other,
            }
        }
        self.connect(cancel)
    }

    fn connect(&self, cancel: &CancelToken) -> Result<Session, ConnectError> {
        let secrets = self.password.iter().cloned().chain(self.resolved.secrets()).collect();
        let speaker = Speaker { label: self.label.clone(), dialect: self.dialect, secrets };
        let seconds = self.connection.connect_timeout_secs.unwrap_or(DEFAULT_TIMEOUT_SECS).max(1);
        let timeout = Duration::from_secs(seconds.into());
        let text = connection_string::connection_string(&self.resolved, self.password.as_ref());
        let mut session = Session::connect(text, speaker, timeout, Some(cancel))
            .map_err(|error| self.with_missing_password(error))?;
        self.prepare(&mut session, cancel)?;
        Ok(session)
    }

    /// A refused connection for which no password was found says why none was.
    fn with_missing_password(&self, mut error: ConnectError) -> ConnectError {
        if error.kind == ErrorKind::Authentication
            && let Some(reason) = self.unanswered.first()
        {
            let _ = write!(error.text, "; no password was found: {reason}");
            if let Some(help) = reason.help() {
                error.help = Some(help.to_string());
            }
        }
        error
    }

    /// Statements that every new connection runs: those of the dialect, then those of the project (W8).
    fn prepare(&self, session: &mut Session, cancel: &CancelToken) -> Result<(), ConnectError> {
        let times = OperationTimes::of(&self.connection);
        let patience = Patience { cancel: Some(cancel), limit: times.limit(Operation::Script) };
        let mut statements: Vec<(String, String)> = self
            .dialect
            .session_setup()
            .iter()
            .map(|statement| ("preparing the connection".to_owned(), (*statement).to_owned()))
            .collect();
        if let Some(level) = &self.connection.isolation_level {
            let statement = self.dialect.isolation(level).ok_or_else(|| self.unknown_isolation(level))?;
            statements.push((format!("setting the isolation level {level:?}"), statement));
        }
        if let Some(statement) = times.session_limit().and_then(|seconds| self.dialect.query_timeout(seconds))
        {
            statements.push(("setting the query timeout".to_owned(), statement));
        }
        for (number, statement) in self.connection.initial_sql.iter().enumerate() {
            statements.push((format!("statement {} of the initial SQL", number + 1), statement.clone()));
        }
        session.call("preparing the connection", patience, move |link: &Link| {
            statements.iter().try_for_each(|(doing, sql)| link.execute(doing, sql))
        })
    }

    fn unknown_isolation(&self, level: &str) -> ConnectError {
        ConnectError::new(
            ErrorKind::Unsupported,
            &self.label,
            format!("{} has no isolation level {level:?} that can be set here", self.dialect.label()),
        )
        .with_help("use a level of the SQL standard, such as READ COMMITTED, or the initial SQL")
    }
}

/// The password is kept where it cannot be read now.
fn no_password(label: &str, error: &SecretError) -> ConnectError {
    let kind = match error {
        SecretError::Cancelled { .. } => ErrorKind::Cancelled,
        _ => ErrorKind::Secret,
    };
    let without = ConnectError::new(kind, label, error.to_string());
    match error.help() {
        Some(help) => without.with_help(help.to_string()),
        None => without,
    }
}

fn unknown_dialect(label: &str, id: &str) -> ConnectError {
    let known: Vec<&str> = dialect::all().iter().map(|dialect| dialect.id()).collect();
    ConnectError::new(ErrorKind::Unsupported, label, format!("there is no ODBC dialect {id:?}"))
        .with_help(format!("known dialects: {}", known.join(", ")))
}

fn time_zone(label: &str, name: &str) -> Result<TimeZone, ConnectError> {
    TimeZone::get(name).map_err(|_| {
        ConnectError::new(ErrorKind::Unsupported, label, format!("there is no time zone {name:?}"))
            .with_help("time zones have names of the IANA database, such as Europe/Berlin")
    })
}

/// Where a database is, in words without a secret.
fn location(attributes: &BTreeMap<String, String>) -> String {
    let value = |names: &[&str]| {
        attributes
            .iter()
            .find(|(name, _)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)))
            .map(|(_, value)| value.clone())
    };
    let server = value(&["Server", "Servername", "Hostname", "Host", "DSN", "Dbq"]);
    let port = value(&["Port"]).map(|port| format!(":{port}")).unwrap_or_default();
    let database = value(&["Database", "Db"]);
    match (server, database) {
        (Some(server), Some(database)) => format!("{server}{port}/{database}"),
        (Some(server), None) => format!("{server}{port}"),
        (None, Some(database)) => database,
        (None, None) => "unknown".to_owned(),
    }
}
