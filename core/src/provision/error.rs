//! Why objects could not be provisioned.

use miette::Diagnostic;
use thiserror::Error;

use crate::{
    journal::{JournalError, Message, MessageLevel},
    sync::SyncError,
};

/// Why provisioning could not begin.
#[derive(Debug, Error, Diagnostic)]
pub enum ProvisionError {
    /// The project has no such mapping.
    #[error("there is no mapping {name:?} in this project")]
    #[diagnostic(code("SW-R501"), help("the project has: {}", known.join(", ")))]
    UnknownMapping {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The class of the mapping is not in the schema.
    #[error("mapping {mapping:?}: the central system has no class {class:?}")]
    #[diagnostic(code("SW-R502"), help("run `syncwright check` and mend it first"))]
    NoClass {
        /// The mapping.
        mapping: String,
        /// The class.
        class: String,
    },
    /// The text is no key of the type.
    #[error("{text:?} is no key of {schema_type}")]
    #[diagnostic(
        code("SW-R503"),
        help("the key is made of {}; several are written as JSON with a text for each", key.join(", "))
    )]
    BadKey {
        /// What was given.
        text: String,
        /// The schema type.
        schema_type: String,
        /// Its key properties.
        key: Vec<String>,
    },
    /// No start up configuration runs the mapping to the target system.
    #[error("no start up configuration runs the mapping {mapping:?} to the target system")]
    #[diagnostic(
        code("SW-R504"),
        help(
            "add a step with the mapping to a workflow to the target system, and a start up configuration for it"
        )
    )]
    NoStartUp {
        /// The mapping.
        mapping: String,
    },
    /// Several start up configurations run the mapping.
    #[error("several start up configurations run the mapping {mapping:?} to the target system")]
    #[diagnostic(code("SW-R505"), help("add --start-up with one of: {}", known.join(", ")))]
    ChooseStartUp {
        /// The mapping.
        mapping: String,
        /// Their names.
        known: Vec<String>,
    },
    /// The start up configuration does not run the mapping to the target system.
    #[error(
        "the start up configuration {start_up:?} does not run the mapping {mapping:?} to the target system"
    )]
    #[diagnostic(code("SW-R506"), help("those that do: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") }))]
    NotSuitable {
        /// What was asked for.
        start_up: String,
        /// The mapping.
        mapping: String,
        /// Those that run it.
        known: Vec<String>,
    },
    /// The run could not begin.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Sync(#[from] SyncError),
    /// The queue cannot be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] JournalError),
}

impl ProvisionError {
    /// Exit code of the command line for this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Sync(error) => error.exit_code(),
            Self::Journal(_) => 4,
            Self::UnknownMapping { .. }
            | Self::NoClass { .. }
            | Self::BadKey { .. }
            | Self::NoStartUp { .. }
            | Self::ChooseStartUp { .. }
            | Self::NotSuitable { .. } => 2,
        }
    }

    /// What a run says that has imported objects and could not provision them.
    pub(super) fn told(&self) -> Message {
        Message {
            level: MessageLevel::Error,
            code: "SW-R133".to_owned(),
            text: format!("what was imported is not provisioned yet, it waits: {self}"),
            object: None,
            property: None,
            rule: None,
        }
    }
}
