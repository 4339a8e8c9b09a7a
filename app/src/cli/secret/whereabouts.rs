//! `syncwright secret where`: where a secret is looked for, in this order, and where it is.

use std::env;

use serde_json::{Value as Json, json};
use syncwright_core::{
    project::SecretStore,
    secret::{Kept, KeyringState, SecretError, SecretName, stores},
};

use super::{Wanted, Which};
use crate::cli::{CliError, Console, Format};

/// What is known of one place.
struct Place {
    id: &'static str,
    label: String,
    /// The project lets it be looked into.
    used: bool,
    has: Result<bool, SecretError>,
}

pub(super) fn run(which: &Which, console: &mut Console<'_>) -> Result<u8, CliError> {
    let Wanted { name, place, variable } = which.find()?;
    let places = [
        Place {
            id: "environment",
            label: format!("environment variable {variable}"),
            used: true,
            has: Ok(env::var_os(&variable).is_some()),
        },
        Place {
            id: Kept::InKeyring.id(),
            label: keyring_label(),
            used: matches!(place, SecretStore::Automatic | SecretStore::Keyring),
            has: stores().has(&name, Kept::InKeyring),
        },
        Place {
            id: Kept::InFile.id(),
            label: file_label(),
            used: matches!(place, SecretStore::Automatic | SecretStore::EncryptedFile),
            has: stores().has(&name, Kept::InFile),
        },
    ];
    let found = places.iter().find(|place| place.used && place.has == Ok(true));
    match console.format {
        Format::Json => {
            let list: Vec<Json> = places.iter().map(Place::to_json).collect();
            console.print_json(&json!({
                "secret": name.entry(),
                "secret_store": format!("{place:?}"),
                "found": found.map(|place| place.id),
                "places": list,
            }))?;
        }
        Format::Text => {
            for place in &places {
                console.print_line(&place.to_text(&name))?;
            }
            let end = match found {
                Some(place) => format!("Used is the {}", place.label),
                None => format!("No value was found for {name}"),
            };
            console.print_line(&end)?;
        }
    }
    Ok(0)
}

impl Place {
    fn to_json(&self) -> Json {
        json!({
            "place": self.id,
            "used": self.used,
            "has": self.has.as_ref().ok(),
            "problem": self.has.as_ref().err().map(ToString::to_string),
        })
    }

    fn to_text(&self, name: &SecretName) -> String {
        let what = match &self.has {
            Ok(true) => format!("has {name}"),
            Ok(false) => "has nothing".to_owned(),
            Err(problem) => format!("cannot be looked into: {problem}"),
        };
        let unused = if self.used { "" } else { " (the project does not look here)" };
        format!("{}: {what}{unused}", self.label)
    }
}

fn keyring_label() -> String {
    match stores().keyring_state() {
        KeyringState::Locked => "keyring, locked".to_owned(),
        KeyringState::Running | KeyringState::Missing { .. } => "keyring".to_owned(),
    }
}

fn file_label() -> String {
    stores()
        .file_path()
        .map_or_else(|| "encrypted file".to_owned(), |path| format!("encrypted file {}", path.display()))
}
