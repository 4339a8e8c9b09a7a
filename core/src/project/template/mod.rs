//! Templates (W6, W16, W18, P4): settings of a connection, or the rules of a project, in a file of their own.
//!
//! * A [`ConnectionTemplate`] is a connection without its secrets, with what a person completed in the schema:
//!   keys, column groups, relations, display templates, data operations, virtual properties. [`SavedConnections`]
//!   is a folder of them, for connections that are kept for reuse on this computer.
//! * A [`ProjectTemplate`] is a project without its connections: mappings, workflows, classes, script language.
//!
//! Both are RON files like projects: stable order, unknown fields and newer versions refused with line and column,
//! saved through a temporary file. A file that is not such a template is never overwritten. Applying a template
//! takes what fits and names the rest ([`Unfit`]).
//!
//! ```
//! use syncwright_core::project::{self, ConnectionTemplate, SavedConnections};
//! # let folder = tempfile::tempdir()?;
//! # let config = folder.path().join("connections");
//! # let text = r#"(connection: (system_identifier: "HR", provider: Sqlite(file: "hr.db")))"#;
//! # let mut system: project::System = ron::from_str(text)?;
//! // W16: save as a file, and keep for reuse.
//! let template = ConnectionTemplate::of(&system, "HR of the parent company");
//! template.save(&folder.path().join("hr.connection.ron"))?;
//! let kept = SavedConnections::in_folder(&config);
//! kept.save(&template)?;
//! assert_eq!(kept.list()?.connections[0].name, "HR of the parent company");
//!
//! // W6: later pages start from it. The completions take effect once the schema is read.
//! let template = kept.load("HR of the parent company")?;
//! template.apply_connection(&mut system.connection);
//! let unfit = template.completions.apply(&mut system.schema);
//! assert!(unfit.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod completions;
mod connection;
mod error;
mod file;
mod project;
mod saved;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::{
    completions::{PropertyCompletion, SchemaCompletions, TypeCompletion},
    connection::ConnectionTemplate,
    error::TemplateError,
    project::ProjectTemplate,
    saved::{SavedConnection, SavedConnections, SavedList},
};

/// The version of template files that this program writes. Newer ones are refused.
pub const TEMPLATE_VERSION: u32 = 1;

/// What a template file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplateKind {
    /// A connection.
    Connection,
    /// A project without connections.
    Project,
}

impl TemplateKind {
    /// `connection template` or `project template`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Connection => "connection template",
            Self::Project => "project template",
        }
    }
}

/// A part of a template that does not fit what it was applied to, and was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The part, for example `key of Employee`.
    pub part: String,
    /// Why it does not fit.
    pub reason: String,
}

impl Unfit {
    fn new(part: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { part: part.into(), reason: reason.into() }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.part, self.reason)
    }
}
