//! What can go wrong with a connected system, classified so that the engine knows what to do about it.

use miette::Diagnostic;
use thiserror::Error;

/// Class of a connector error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The database file, server or folder is not there.
    Missing,
    /// The file is there but is no database of this kind, or is damaged.
    NotADatabase,
    /// It cannot be reached or the connection broke.
    Connection,
    /// Somebody else holds a lock; trying later can help.
    Locked,
    /// Not permitted.
    Permission,
    /// The system, or the connection, is read-only.
    ReadOnly,
    /// No space left.
    Full,
    /// A table or column that the project knows is gone.
    SchemaChanged,
    /// A value in the system does not fit the type that the project declares for it.
    IncompatibleData,
    /// A constraint refuses a row: unique, foreign key, check, not null.
    Constraint,
    /// The object to be written is not there.
    NoSuchObject,
    /// Somebody asked to stop.
    Cancelled,
    /// This version has no connector for it.
    Unsupported,
    /// Anything else the system says.
    Other,
    /// The driver that the connection needs is not installed, or cannot be used.
    Driver,
    /// User or password are refused.
    Authentication,
    /// The system did not answer in time.
    Timeout,
    /// The system gave up a transaction so that another one could go on; trying again helps.
    Deadlock,
    /// The password is kept where it cannot be read now.
    Secret,
}

impl ErrorKind {
    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "SW-D001",
            Self::NotADatabase => "SW-D002",
            Self::Connection => "SW-D003",
            Self::Locked => "SW-D004",
            Self::Permission => "SW-D005",
            Self::ReadOnly => "SW-D006",
            Self::Full => "SW-D007",
            Self::SchemaChanged => "SW-D008",
            Self::IncompatibleData => "SW-D009",
            Self::Constraint => "SW-D010",
            Self::NoSuchObject => "SW-D011",
            Self::Cancelled => "SW-D012",
            Self::Unsupported => "SW-D013",
            Self::Other => "SW-D014",
            Self::Driver => "SW-D015",
            Self::Authentication => "SW-D016",
            Self::Timeout => "SW-D017",
            Self::Deadlock => "SW-D018",
            Self::Secret => "SW-D019",
        }
    }

    /// True if the error is about single rows, so that other rows of the batch can still be written.
    #[must_use]
    pub const fn is_about_rows(self) -> bool {
        matches!(self, Self::Constraint | Self::NoSuchObject | Self::IncompatibleData)
    }
}

/// An error of a connected system.
#[derive(Debug, Clone, Error)]
#[error("{system}: {text}")]
pub struct ConnectError {
    /// Class of the error.
    pub kind: ErrorKind,
    /// The system, as people know it; contains no secret.
    pub system: String,
    /// What happened, in our words and those of the system.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
    /// True if it is certain that nothing was written, and the same may succeed on a new connection or in a
    /// new transaction.
    pub transient: bool,
    /// True if the work may have been done all the same: the answer to a commit was lost.
    pub outcome_unknown: bool,
}

impl ConnectError {
    /// An error without help.
    #[must_use]
    pub fn new(kind: ErrorKind, system: &str, text: impl Into<String>) -> Self {
        Self {
            kind,
            system: system.to_owned(),
            text: text.into(),
            help: None,
            transient: false,
            outcome_unknown: false,
        }
    }

    /// The same, if nothing is known of what became of the work: it must not be done again.
    #[must_use]
    pub fn with_unknown_outcome(mut self) -> Self {
        // Who loses a deadlock is taken back as a whole, and so is what a constraint refuses.
        self.transient &= self.kind == ErrorKind::Deadlock;
        self.outcome_unknown = self.kind != ErrorKind::Deadlock && !self.kind.is_about_rows();
        self
    }

    /// The same after the work was to be taken back. If that failed, too, the transaction is still open: such an
    /// error is about no single row and nothing is tried again, because what came next would be committed
    /// together with what was refused.
    #[must_use]
    pub fn after_rollback(mut self, rolled_back: Result<(), Self>) -> Self {
        let Err(second) = rolled_back else { return self };
        let goes_on = |kind: ErrorKind| kind.is_about_rows() || kind == ErrorKind::Deadlock;
        if goes_on(self.kind) {
            self.kind = if goes_on(second.kind) { ErrorKind::Other } else { second.kind };
        }
        self.text = format!("{}; taking the work back failed, too: {}", self.text, second.text);
        self.transient = false;
        self
    }

    /// The same with a help text.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Diagnostic for ConnectError {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.kind.code()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_rollback_does_not_hide_the_cause() {
        let error = |kind, text: &str| ConnectError::new(kind, "HR", text);
        let refused = || error(ErrorKind::Constraint, "twice there");
        assert_eq!(refused().after_rollback(Ok(())).to_string(), "HR: twice there");
        let both = refused().after_rollback(Err(error(ErrorKind::Timeout, "no answer")));
        assert_eq!(both.to_string(), "HR: twice there; taking the work back failed, too: no answer");
        // Nobody goes on with the other rows in a transaction that is still open.
        assert_eq!(both.kind, ErrorKind::Timeout);
        let both = refused().after_rollback(Err(refused()));
        assert_eq!(both.kind, ErrorKind::Other);
        let full = error(ErrorKind::Full, "no space").after_rollback(Err(error(ErrorKind::Other, "?")));
        assert_eq!(full.kind, ErrorKind::Full);
    }

    #[test]
    fn what_a_constraint_refuses_at_the_commit_is_not_written() {
        let unknown = |kind| ConnectError::new(kind, "HR", "?").with_unknown_outcome().outcome_unknown;
        assert!(unknown(ErrorKind::Connection) && unknown(ErrorKind::Timeout) && unknown(ErrorKind::Other));
        assert!(!unknown(ErrorKind::Constraint) && !unknown(ErrorKind::Deadlock));
    }
}
