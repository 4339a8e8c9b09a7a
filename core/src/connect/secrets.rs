//! Secrets of connections and projects (P3): where they come from. They are never part of a project.
//!
//! A password is what the program was given in this process ([`set_password`], by the editor or a prompt), or else
//! the value of the environment variable [`password_variable`], for pipelines, or else what the keyring or the
//! encrypted file keep for the system ([`crate::secret`]). Secret variables likewise, without the first.

use std::{
    collections::BTreeMap,
    env,
    sync::{Mutex, MutexGuard, PoisonError},
};

use secrecy::SecretString;

use crate::{
    progress::CancelToken,
    project::{Connection, Project, SecretStore},
    secret::{Answer, SecretError, SecretName, stores},
};

/// By system; nothing in place of a password = somebody said that there is none.
static GIVEN: Mutex<BTreeMap<String, Option<SecretString>>> = Mutex::new(BTreeMap::new());

fn given() -> MutexGuard<'static, BTreeMap<String, Option<SecretString>>> {
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which password a system is connected with.
#[derive(Debug, Clone, Default)]
pub enum Password {
    /// The one of [`find_password`].
    #[default]
    Known,
    /// This one, whatever is known or kept. Nobody else gets to know it.
    This(SecretString),
    /// None, whatever is known or kept.
    None,
}

impl Password {
    /// The password of a connection. Blocks as [`find_password`] does.
    ///
    /// # Errors
    ///
    /// As [`find_password`].
    pub fn of(&self, connection: &Connection, cancel: &CancelToken) -> Result<Answer, SecretError> {
        match self {
            Self::Known => find_password(connection, cancel),
            Self::This(secret) => Ok(Answer { secret: Some(secret.clone()), unanswered: Vec::new() }),
            Self::None => Ok(Answer::default()),
        }
    }
}

/// Remembers the password of a system for the life of the process.
pub fn set_password(system_identifier: &str, password: SecretString) {
    given().insert(system_identifier.to_owned(), Some(password));
}

/// Remembers for the life of the process that a system is connected without a password, whatever is kept.
pub fn set_no_password(system_identifier: &str) {
    given().insert(system_identifier.to_owned(), None);
}

/// Forgets the password of a system.
pub fn forget_password(system_identifier: &str) {
    given().remove(system_identifier);
}

/// What the process was given for a system, to be put back when something else turns out not to be wanted.
#[derive(Debug, Clone, Default)]
pub struct Remembered(Option<Option<SecretString>>);

/// What the process was given for a system.
#[must_use]
pub fn remembered(system_identifier: &str) -> Remembered {
    Remembered(given().get(system_identifier).cloned())
}

/// Puts back what the process had been given for a system.
pub fn put_back(system_identifier: &str, remembered: Remembered) {
    match remembered.0 {
        Some(password) => given().insert(system_identifier.to_owned(), password),
        None => given().remove(system_identifier),
    };
}

/// The password of a connection: from memory, the environment, or where the project says that it is kept.
///
/// Blocks while a keyring answers, or asks its user for a password; it is asked once in the life of the process.
///
/// # Errors
///
/// If the project names the keyring or the encrypted file, and that cannot be read; and on cancel.
pub fn find_password(connection: &Connection, cancel: &CancelToken) -> Result<Answer, SecretError> {
    let identifier = &connection.system_identifier;
    if let Remembered(Some(None)) = remembered(identifier) {
        return Ok(Answer::default());
    }
    match password(identifier) {
        Some(secret) => Ok(Answer { secret: Some(secret), unanswered: Vec::new() }),
        None => stores().find(&SecretName::password(identifier), connection.secret_store, cancel),
    }
}

/// The value of a secret variable of a project: from the environment, or where the project says that it is kept.
///
/// # Errors
///
/// As [`find_password`].
pub fn find_variable(project: &Project, name: &str) -> Result<Option<SecretString>, SecretError> {
    if let Some(secret) = variable(name) {
        return Ok(Some(secret));
    }
    let declared = project.variables.iter().find(|variable| variable.name == name);
    let place = declared.map_or(SecretStore::Automatic, |variable| variable.secret_store);
    let answer = stores().find(&SecretName::variable(&project.name, name), place, &CancelToken::default())?;
    match answer.unanswered.into_iter().next() {
        // The variable is used, so its value is needed.
        Some(reason) => Err(reason),
        None => Ok(answer.secret),
    }
}

/// The password of a system from memory or the environment, if it is there.
#[must_use]
pub fn password(system_identifier: &str) -> Option<SecretString> {
    match remembered(system_identifier).0 {
        Some(given) => given,
        None => password_of_environment(system_identifier),
    }
}

/// The password of a system from the environment, if it is there.
#[must_use]
pub fn password_of_environment(system_identifier: &str) -> Option<SecretString> {
    env::var(password_variable(system_identifier)).ok().map(SecretString::from)
}

/// The value of a secret variable of a project from the environment, if it is there.
#[must_use]
pub fn variable(name: &str) -> Option<SecretString> {
    env::var(variable_variable(name)).ok().map(SecretString::from)
}

/// Name of the environment variable that holds the value of a secret variable: `SYNCWRIGHT_VARIABLE_` and its name
/// in upper case, with `_` for everything but letters and digits.
#[must_use]
pub fn variable_variable(name: &str) -> String {
    format!("SYNCWRIGHT_VARIABLE_{}", in_environment(name))
}

/// Name of the environment variable that holds the password of a system: `SYNCWRIGHT_PASSWORD_` and the
/// identifier in upper case, with `_` for everything but letters and digits.
#[must_use]
pub fn password_variable(system_identifier: &str) -> String {
    format!("SYNCWRIGHT_PASSWORD_{}", in_environment(system_identifier))
}

fn in_environment(name: &str) -> String {
    name.chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' })
        .collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn variables_are_named_after_the_system() {
        assert_eq!(password_variable("HR-prod 2"), "SYNCWRIGHT_PASSWORD_HR_PROD_2");
    }

    #[test]
    fn what_was_given_can_be_forgotten() {
        let system = "secrets-test";
        assert!(password(system).is_none());
        set_password(system, SecretString::from("s3cret"));
        let known = password(system).expect("just given");
        assert_eq!(known.expose_secret(), "s3cret");
        assert!(!format!("{known:?}").contains("s3cret"));
        forget_password(system);
        assert!(password(system).is_none());
    }

    #[test]
    fn what_was_given_before_can_be_put_back() {
        let system = "secrets-test-back";
        let known = || password(system).map(|secret| secret.expose_secret().to_owned());
        let nothing = remembered(system);
        set_password(system, SecretString::from("first"));
        let first = remembered(system);
        set_no_password(system);
        assert_eq!(known(), None, "no password is not the one before");
        put_back(system, first);
        assert_eq!(known().as_deref(), Some("first"));
        put_back(system, nothing);
        assert_eq!(known(), None);
    }
}
