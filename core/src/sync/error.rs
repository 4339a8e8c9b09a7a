//! Why a simulation or run could not begin, or ended early.

use miette::Diagnostic;
use thiserror::Error;

use crate::{
    check::Finding,
    connect::{ConnectError, ErrorKind},
    expr::VariablesError,
    journal::{JournalError, LockHolder},
};

/// Why a simulation or run could not begin, or ended early.
#[derive(Debug, Error, Diagnostic)]
pub enum SyncError {
    /// The project has no such start up configuration.
    #[error("there is no start up configuration {name:?} in this project")]
    #[diagnostic(code("SW-R001"), help("the project has: {}", known.join(", ")))]
    UnknownStartUp {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The check finds errors.
    #[error("the project has {} error(s): {}", findings.len(), first_text(findings))]
    #[diagnostic(code("SW-R002"), help("run `syncwright check` and mend them first"))]
    CheckFailed {
        /// The errors.
        findings: Vec<Finding>,
    },
    /// The project is not active (F9).
    #[error("project {name:?} is not active")]
    #[diagnostic(
        code("SW-R003"),
        help("activate it in the editor, or set `active: true` in the file; simulating works without")
    )]
    Inactive {
        /// The project.
        name: String,
    },
    /// Another run of the same start up configuration goes on (F7).
    #[error("{start_up} is running already: run {} of {}, process {}", holder.run, holder.owner, holder.process)]
    #[diagnostic(
        code("SW-R004"),
        help("wait until it ends; if its computer is gone for good, the lock ends at {}", holder.lease_until)
    )]
    Frozen {
        /// The start up configuration.
        start_up: String,
        /// Who runs it.
        holder: LockHolder,
    },
    /// A variable cannot be replaced.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Variables(#[from] VariablesError),
    /// A system cannot be reached, read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// The journal cannot be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] JournalError),
    /// The engine cannot start.
    #[error("the engine {text}")]
    #[diagnostic(code("SW-R005"), help("close other programs, or try again later"))]
    Engine {
        /// Why.
        text: String,
    },
}

fn first_text(findings: &[Finding]) -> &str {
    findings.first().map_or("", |finding| &finding.text)
}

impl SyncError {
    /// Exit code of the command line for this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Variables(VariablesError::Unreadable { .. }) => 4,
            Self::UnknownStartUp { .. }
            | Self::CheckFailed { .. }
            | Self::Inactive { .. }
            | Self::Variables(_) => 2,
            Self::Connect(error) | Self::Journal(JournalError::Connect(error)) => match error.kind {
                ErrorKind::Cancelled => 130,
                _ => 4,
            },
            Self::Frozen { .. } | Self::Journal(JournalError::LockLost { .. }) => 5,
            Self::Journal(_) | Self::Engine { .. } => 4,
        }
    }
}
