//! What saving would replace: nothing of it goes before somebody has agreed.

use std::path::PathBuf;

use egui::Context;
use syncwright_core::{project::Side, secret::Kept};

use super::{Page, known::KnownSystem};
use crate::ui::{Button, button, dialog, text, theme};

/// Something that is there, and would be replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replaced {
    /// Another password under the identifier of a system.
    Password {
        /// Which system of the project.
        side: Side,
        /// The identifier.
        identifier: String,
        /// The store that keeps it is the keyring, not the encrypted file.
        in_keyring: bool,
    },
    /// A connection that is kept on this computer.
    Connection(String),
    /// A file.
    File(PathBuf),
}

impl Replaced {
    /// Another password in a store.
    #[must_use]
    pub fn password(side: Side, identifier: &str, store: Kept) -> Self {
        Self::Password { side, identifier: identifier.to_owned(), in_keyring: store == Kept::InKeyring }
    }

    /// What is there, and what to do instead of replacing it.
    #[must_use]
    pub fn words(&self, known: &[KnownSystem]) -> String {
        match self {
            Self::Password { identifier, in_keyring, .. } => {
                let store = if *in_keyring { "keyring" } else { "encrypted file" };
                let users = KnownSystem::with(known, identifier).map(KnownSystem::label).collect::<Vec<_>>();
                let used = if users.is_empty() {
                    "Another project may need it.".to_owned()
                } else {
                    format!("It is used by {}.", users.join(" and "))
                };
                format!(
                    "The {store} keeps another password for the system identifier {identifier}. {used} Replace it only \
                     if this is the same system; otherwise give this one another identifier, or do not save its password."
                )
            }
            Self::Connection(name) => {
                format!(
                    "A connection called {name} is kept on this computer already. Another name keeps both."
                )
            }
            Self::File(path) => {
                format!("{} is there already. Another name keeps both.", path.display())
            }
        }
    }
}

/// A question that waits for its answer, and what goes on then.
#[derive(Debug)]
pub struct Question {
    /// What would be replaced.
    pub replaced: Vec<Replaced>,
    /// The page that asks.
    pub page: Page,
    /// Where to go when its work is done.
    pub then: Option<Page>,
}

/// Draws the question; the answer, once it is given.
pub fn question_ui(ctx: &Context, question: &Question, known: &[KnownSystem]) -> Option<bool> {
    let mut answer = None;
    let (_, dismissed) = dialog::dialog_ui(ctx, "replace", "Replace what is there?", 500.0, |ui| {
        for replaced in &question.replaced {
            text::body_ui(ui, replaced.words(known));
            ui.add_space(theme::S1);
        }
        dialog::buttons_ui(ui, |ui| {
            if ui.add(Button::primary("Go back")).on_hover_text("Nothing was saved yet").clicked() {
                answer = Some(false);
            }
            if ui.add(Button::new("Replace").kind(button::Kind::Danger)).clicked() {
                answer = Some(true);
            }
        });
    });
    answer.or(dismissed.then_some(false))
}
