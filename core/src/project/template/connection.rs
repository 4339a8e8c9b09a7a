//! The connection template (W6, W16): a connection without its secrets, and what was completed in its schema.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    SchemaCompletions, TEMPLATE_VERSION, TemplateError, TemplateKind, Unfit,
    file::{self, Template},
};
use crate::project::{Connection, Provider, System, holds_password, is_default, is_secret_attribute};

/// A saved connection (W16).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionTemplate {
    /// Version of the file, see [`TEMPLATE_VERSION`]. Always the first field.
    pub template: u32,
    /// [`TemplateKind::Connection`].
    pub kind: TemplateKind,
    /// Name that people choose it by.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: String,
    /// The connection. Secrets are never part of it.
    pub connection: Connection,
    /// What a person completed in the schema (W11–W15).
    #[serde(default, skip_serializing_if = "is_default")]
    pub completions: SchemaCompletions,
}

impl Template for ConnectionTemplate {
    const KIND: TemplateKind = TemplateKind::Connection;

    fn version(&self) -> u32 {
        self.template
    }

    fn kind(&self) -> TemplateKind {
        self.kind
    }
}

impl ConnectionTemplate {
    /// The connection of a system, with the completions of its schema. Clear `completions` to save without them.
    #[must_use]
    pub fn of(system: &System, name: &str) -> Self {
        Self {
            template: TEMPLATE_VERSION,
            kind: TemplateKind::Connection,
            name: name.to_owned(),
            description: String::new(),
            connection: system.connection.clone(),
            completions: SchemaCompletions::of(&system.schema),
        }
    }

    /// Reads a template from RON text; `name` names it in errors.
    ///
    /// # Errors
    ///
    /// With line, column and hint if it is no connection template, or one of a newer version.
    pub fn from_text(name: &str, text: &str) -> Result<Self, TemplateError> {
        file::from_text(name, text)
    }

    /// The template as RON text.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Secret`].
    pub fn to_text(&self) -> Result<String, TemplateError> {
        self.without_secrets()?;
        file::to_text(self)
    }

    /// Loads a template (W6).
    ///
    /// # Errors
    ///
    /// If the file cannot be read, and those of [`ConnectionTemplate::from_text`].
    pub fn load(path: &Path) -> Result<Self, TemplateError> {
        file::load(path)
    }

    /// Saves the template (W16), in place of an older one. Asking whether to overwrite is the caller's.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Secret`]; [`TemplateError::InTheWay`] if there is a file that is no connection template or
    /// one of a newer version; [`TemplateError::Write`]. What was there is unchanged then.
    pub fn save(&self, path: &Path) -> Result<(), TemplateError> {
        self.without_secrets()?;
        file::save(self, path)
    }

    /// Gives a connection the settings of the template. A system identifier that the connection has stays: it is
    /// immutable once saved (W5).
    pub fn apply_connection(&self, connection: &mut Connection) {
        let identifier = std::mem::take(&mut connection.system_identifier);
        *connection = self.connection.clone();
        if !identifier.is_empty() {
            connection.system_identifier = identifier;
        }
    }

    /// Gives a system the settings of the template, and its schema the completions: types are found by name. Gives
    /// what does not fit.
    pub fn apply(&self, system: &mut System) -> Vec<Unfit> {
        self.apply_connection(&mut system.connection);
        self.completions.apply(&mut system.schema)
    }

    fn without_secrets(&self) -> Result<(), TemplateError> {
        if let Provider::Odbc { attributes, .. } = &self.connection.provider {
            for (name, value) in attributes {
                if looks_secret(name) || holds_password(value) {
                    return Err(TemplateError::Secret { place: format!("attribute {name:?}") });
                }
            }
        }
        for (index, statement) in self.connection.initial_sql.iter().enumerate() {
            if holds_password(statement) {
                let place = format!("statement {} of the initial SQL", index + 1);
                return Err(TemplateError::Secret { place });
            }
        }
        Ok(())
    }
}

/// Broader than what a project refuses: a template travels further.
fn looks_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    is_secret_attribute(&name)
        || ["password", "passwd", "pwd", "secret"].iter().any(|word| name.contains(word))
}
