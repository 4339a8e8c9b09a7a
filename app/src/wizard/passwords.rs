//! Passwords that were typed into the wizard: in memory only, never in its draft.

use secrecy::{ExposeSecret as _, SecretString};
use syncwright_core::{
    connect::secrets,
    project::{Connection, SecretStore, Side},
    secret::{SecretName, stores},
};

use crate::problem::Problem;

/// Passwords of the two systems, as typed.
#[derive(Default)]
pub struct Passwords {
    typed: [SecretString; 2],
    /// The identifiers under which they were handed to the connectors.
    given: [Option<String>; 2],
}

const fn index(side: Side) -> usize {
    match side {
        Side::Left => 0,
        Side::Right => 1,
    }
}

impl Passwords {
    /// The password of a system; empty if none was typed.
    #[must_use]
    pub fn of(&self, side: Side) -> &SecretString {
        &self.typed[index(side)]
    }

    /// True if one was typed.
    #[must_use]
    pub fn is_typed(&self, side: Side) -> bool {
        !self.of(side).expose_secret().is_empty()
    }

    /// Takes what was typed.
    pub fn set(&mut self, side: Side, password: String) {
        self.typed[index(side)] = SecretString::from(password);
    }

    /// Hands the password of a system to the connectors, under the identifier that it has now. What was handed
    /// over under another one is forgotten.
    pub fn give(&mut self, side: Side, identifier: &str) {
        let given = &mut self.given[index(side)];
        if let Some(old) = given.take().filter(|old| old != identifier) {
            secrets::forget_password(&old);
        }
        let typed = &self.typed[index(side)];
        if !typed.expose_secret().is_empty() {
            secrets::set_password(identifier, typed.clone());
            *given = Some(identifier.to_owned());
        }
    }

    /// Lets the connectors forget what they were given; for a wizard that is cancelled.
    pub fn forget(&mut self) {
        for given in &mut self.given {
            if let Some(identifier) = given.take() {
                secrets::forget_password(&identifier);
            }
        }
    }
}

/// Saves a password where the connection says that it is kept; gives the store in words, nothing if it is never
/// saved.
///
/// # Errors
///
/// If the store is not there, locked, or cannot be written.
pub fn save(connection: &Connection, password: &SecretString) -> Result<Option<&'static str>, Problem> {
    if connection.secret_store == SecretStore::NeverSaved {
        return Ok(None);
    }
    let name = SecretName::password(&connection.system_identifier);
    let stores = stores();
    stores
        .choose(&name, connection.secret_store)
        .and_then(|store| stores.save(&name, password, store).map(|()| Some(store.label())))
        .map_err(|error| Problem::of(format!("The password of {} was not saved", connection.label()), &error))
}
