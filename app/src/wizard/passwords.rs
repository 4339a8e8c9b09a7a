//! Passwords that were typed into the wizard: in memory only, never in its draft, and unknown to everybody else until
//! the wizard ends well.

use secrecy::{ExposeSecret as _, SecretString};
use syncwright_core::{
    connect::secrets::{Password, password_of_environment},
    project::{Connection, SecretStore, Side},
    secret::{Kept, SecretError, SecretName, stores},
};

use crate::problem::Problem;

/// Passwords of the two systems, as typed; nothing where nobody has typed, empty where it was deleted again.
#[derive(Default)]
pub struct Passwords([Option<SecretString>; 2]);

const fn index(side: Side) -> usize {
    match side {
        Side::Left => 0,
        Side::Right => 1,
    }
}

impl Passwords {
    /// The password of a system, if one was typed.
    #[must_use]
    pub fn of(&self, side: Side) -> Option<&SecretString> {
        self.0[index(side)].as_ref().filter(|typed| !typed.expose_secret().is_empty())
    }

    /// True if one was typed.
    #[must_use]
    pub fn is_typed(&self, side: Side) -> bool {
        self.of(side).is_some()
    }

    /// True if what was typed was deleted again.
    #[must_use]
    pub fn is_cleared(&self, side: Side) -> bool {
        self.0[index(side)].is_some() && !self.is_typed(side)
    }

    /// Takes what was typed.
    pub fn set(&mut self, side: Side, password: &str) {
        // Of a slice, so that no copy of it is left behind in a buffer that was too large.
        self.0[index(side)] = Some(SecretString::from(password));
    }

    /// As if nobody had typed.
    pub fn leave(&mut self, side: Side) {
        self.0[index(side)] = None;
    }

    /// What becomes of the password of a system of an open project.
    #[must_use]
    pub fn change(&self, side: Side) -> Password {
        match self.of(side) {
            Some(typed) => Password::This(typed.clone()),
            None if self.is_cleared(side) => Password::None,
            None => Password::Known,
        }
    }

    /// The password to connect with. A system of a new project has no identifier of its own yet: what is kept under
    /// the proposed one may belong to another server, which must not be given to this one.
    #[must_use]
    pub fn to_connect(&self, side: Side, identifier: &str, edits: bool) -> Password {
        match self.change(side) {
            Password::Known if !edits => {
                password_of_environment(identifier).map_or(Password::None, Password::This)
            }
            change => change,
        }
    }
}

/// Where a password of a connection goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Nowhere: it is never saved.
    Nowhere,
    /// There; these keep another one under the same name, which goes.
    Into(Kept, Vec<Kept>),
}

/// Finds out where a password goes, and what it replaces there. May wait for a keyring.
///
/// # Errors
///
/// If the store is not there, locked, or cannot be read.
pub fn plan(connection: &Connection, password: &SecretString) -> Result<Plan, SecretError> {
    if connection.secret_store == SecretStore::NeverSaved {
        return Ok(Plan::Nowhere);
    }
    let name = SecretName::password(&connection.system_identifier);
    let stores = stores();
    let store = stores.choose(&name, connection.secret_store)?;
    stores.replaced_by(&name, password, store).map(|replaced| Plan::Into(store, replaced))
}

/// Saves a password where the connection says that it is kept, if it is to be kept at all.
///
/// # Errors
///
/// If the store is not there, locked, or cannot be written.
pub fn save(connection: &Connection, password: &SecretString) -> Result<(), Problem> {
    if connection.secret_store == SecretStore::NeverSaved {
        return Ok(());
    }
    let name = SecretName::password(&connection.system_identifier);
    let stores = stores();
    stores
        .choose(&name, connection.secret_store)
        .and_then(|store| stores.save(&name, password, store))
        .map_err(|error| not_kept(connection, &error))
}

/// Tells that a password is known to this session only.
#[must_use]
pub fn not_kept(connection: &Connection, error: &SecretError) -> Problem {
    let problem = Problem::of(
        format!("The project was saved, but the password of {} was not kept", connection.label()),
        error,
    );
    let again =
        "until the program ends the password is known; “Passwords…” in the menu Project keeps it later";
    Problem {
        help: Some(problem.help.map_or_else(|| again.to_owned(), |help| format!("{help}; {again}"))),
        ..problem
    }
}

/// Removes the kept password of a connection: somebody said that there is none.
///
/// # Errors
///
/// If a store that has it cannot be written.
pub fn remove(connection: &Connection) -> Result<(), Problem> {
    let forgotten = stores().forget(&SecretName::password(&connection.system_identifier));
    match forgotten.problems.first() {
        None => Ok(()),
        Some(error) => {
            let title = format!(
                "The project was saved, but a kept password of {} is still there",
                connection.label()
            );
            Err(Problem::of(title, error))
        }
    }
}
