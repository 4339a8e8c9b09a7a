//! Passwords of connections (P3): where they come from. They are never part of a project.
//!
//! A password is what the program was given in this process ([`set_password`], by the editor or a prompt), or
//! else the value of the environment variable [`password_variable`], for pipelines.

use std::{collections::BTreeMap, env, sync::Mutex};

use secrecy::SecretString;

static GIVEN: Mutex<BTreeMap<String, SecretString>> = Mutex::new(BTreeMap::new());

/// Remembers the password of a system for the life of the process.
pub fn set_password(system_identifier: &str, password: SecretString) {
    let mut given = GIVEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    given.insert(system_identifier.to_owned(), password);
}

/// Forgets the password of a system.
pub fn forget_password(system_identifier: &str) {
    let mut given = GIVEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    given.remove(system_identifier);
}

/// The password of a system, if there is one.
#[must_use]
pub fn password(system_identifier: &str) -> Option<SecretString> {
    let given = GIVEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    given
        .get(system_identifier)
        .cloned()
        .or_else(|| env::var(password_variable(system_identifier)).ok().map(SecretString::from))
}

/// The value of a secret variable of a project, from the environment variable `SYNCWRIGHT_VARIABLE_` and its
/// name in upper case, with `_` for everything but letters and digits.
#[must_use]
pub fn variable(name: &str) -> Option<SecretString> {
    env::var(format!("SYNCWRIGHT_VARIABLE_{}", in_environment(name))).ok().map(SecretString::from)
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
}
