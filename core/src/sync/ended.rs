//! Why an execution ends early, from the errors of everything that it uses.

use datafusion::error::DataFusionError;

use super::apply::Stopped;
use crate::{
    connect::{ConnectError, ErrorKind},
    journal::{Failure, JournalError},
};

/// Why an execution ends early.
pub enum Ended {
    /// A system, the journal or the engine does not go on.
    Failed(Failure),
    /// Somebody asked to stop.
    Cancelled,
    /// A quota is exceeded.
    QuotaExceeded,
    /// An object was refused and the workflow stops on errors.
    FirstError,
}

/// Why applying a change list stopped.
pub fn ended(stopped: Stopped) -> Ended {
    match stopped {
        Stopped::Connect(error) => connect_failed(error),
        Stopped::Journal(error) => journal_failed(error),
        Stopped::Cancelled => Ended::Cancelled,
        Stopped::FirstError => Ended::FirstError,
    }
}

/// An error as the report shows it.
pub fn failure(error: &dyn miette::Diagnostic, exit_code: u8) -> Failure {
    Failure {
        code: error.code().map(|code| code.to_string()).unwrap_or_default(),
        text: error.to_string(),
        help: error.help().map(|help| help.to_string()),
        exit_code,
    }
}

/// A system does not go on.
pub fn connect_failed(error: ConnectError) -> Ended {
    if error.kind == ErrorKind::Cancelled { Ended::Cancelled } else { Ended::Failed(failure(&error, 4)) }
}

/// The journal does not go on.
pub fn journal_failed(error: JournalError) -> Ended {
    match error {
        JournalError::Connect(error) => connect_failed(error),
        lost @ JournalError::LockLost { .. } => Ended::Failed(failure(&lost, 5)),
        other => Ended::Failed(failure(&other, 4)),
    }
}

/// The connector's error, if one is at the root; else what the engine says.
pub fn engine_failed(error: &DataFusionError) -> Ended {
    if let Some(error) = connector_error(error) {
        return connect_failed(error.clone());
    }
    Ended::Failed(Failure {
        code: "SW-R006".to_owned(),
        text: format!("the comparison failed: {}", error.strip_backtrace()),
        help: Some("please report this together with the project".to_owned()),
        exit_code: 4,
    })
}

/// The connector's error at the root of an engine's error, if there is one.
pub fn connector_error(error: &DataFusionError) -> Option<&ConnectError> {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = source {
        if let Some(found) = current.downcast_ref::<ConnectError>() {
            return Some(found);
        }
        source = match current.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
            _ => current.source(),
        };
    }
    None
}
