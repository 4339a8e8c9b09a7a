//! What a secret is the secret of, and what it is called in a store.

use std::fmt;

/// What a secret belongs to (P3).
///
/// In a store it has the name of [`SecretName::entry`], for example `password/HR`; in messages it is
/// “the password of HR”.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretName {
    /// The password of a connection (W4).
    Password {
        /// Identifier of the system (W5), which is unique in the whole environment.
        system_identifier: String,
    },
    /// The secret that is shared with the remote connection server of a connection (W2).
    SharedSecret {
        /// Identifier of the system.
        system_identifier: String,
    },
    /// The value of a secret variable (F4).
    Variable {
        /// Name of the project, which is unique among the projects of an environment.
        project: String,
        /// Name of the variable.
        name: String,
    },
}

impl SecretName {
    /// The password of a connection.
    #[must_use]
    pub fn password(system_identifier: impl Into<String>) -> Self {
        Self::Password { system_identifier: system_identifier.into() }
    }

    /// The secret that is shared with the remote connection server of a connection.
    #[must_use]
    pub fn shared_secret(system_identifier: impl Into<String>) -> Self {
        Self::SharedSecret { system_identifier: system_identifier.into() }
    }

    /// The value of a secret variable of a project.
    #[must_use]
    pub fn variable(project: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Variable { project: project.into(), name: name.into() }
    }

    /// The name in a store: the kind and the parts, with `/` between, and `%2F` and `%25` for `/` and `%` in them.
    #[must_use]
    pub fn entry(&self) -> String {
        match self {
            Self::Password { system_identifier } => format!("password/{}", part(system_identifier)),
            Self::SharedSecret { system_identifier } => format!("shared-secret/{}", part(system_identifier)),
            Self::Variable { project, name } => format!("variable/{}/{}", part(project), part(name)),
        }
    }
}

fn part(text: &str) -> String {
    text.replace('%', "%25").replace('/', "%2F")
}

impl fmt::Display for SecretName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password { system_identifier } => write!(out, "the password of {system_identifier}"),
            Self::SharedSecret { system_identifier } => {
                write!(out, "the secret shared with the connection server of {system_identifier}")
            }
            Self::Variable { project, name } => write!(out, "the variable {name} of {project}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_secrets_have_different_entries() {
        let names = [
            SecretName::password("HR"),
            SecretName::password("hr"),
            SecretName::shared_secret("HR"),
            SecretName::variable("a/b", "c"),
            SecretName::variable("a", "b/c"),
            SecretName::variable("a%2Fb", "c"),
        ];
        let mut entries: Vec<String> = names.iter().map(SecretName::entry).collect();
        entries.sort();
        entries.dedup();
        assert_eq!(entries.len(), names.len(), "{entries:?}");
        assert_eq!(SecretName::password("HR").entry(), "password/HR");
    }
}
