//! The passphrase of the encrypted file, as it is typed.

use egui::Ui;
use secrecy::{SecretString, zeroize::Zeroize as _};
use syncwright_core::secret::{FileState, stores};

use super::super::widgets::password_ui;
use crate::{problem::Problem, ui::field};

/// Shortest passphrase of a new file.
const SHORTEST: usize = 8;

/// What was typed. Wiped when it is no longer needed.
#[derive(Default)]
pub struct Passphrase {
    first: String,
    again: String,
}

impl Drop for Passphrase {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Passphrase {
    /// Wipes it.
    pub fn clear(&mut self) {
        self.first.zeroize();
        self.again.zeroize();
    }

    /// Draws the fields that the file needs.
    pub fn ui(&mut self, ui: &mut Ui, file: FileState) {
        if !matches!(file, FileState::Absent | FileState::Locked) {
            return;
        }
        field::card_ui(ui, |ui| {
            password_ui(ui, "Passphrase", "of the encrypted file", &mut self.first);
            if file == FileState::Absent {
                password_ui(
                    ui,
                    "Passphrase again",
                    "a typing error would lock everything away",
                    &mut self.again,
                );
            }
        });
        ui.add_space(crate::ui::theme::S2);
    }

    /// What is wrong with it.
    ///
    /// # Errors
    ///
    /// In words.
    pub fn check(&self, file: FileState) -> Result<(), String> {
        match file {
            FileState::Unlocked | FileState::NoPlace => Ok(()),
            _ if self.first.is_empty() => Err("the passphrase of the encrypted file is empty".to_owned()),
            FileState::Absent if self.first.chars().count() < SHORTEST => {
                Err(format!("the passphrase is shorter than {SHORTEST} signs"))
            }
            FileState::Absent if self.first != self.again => {
                Err("the two passphrases are not the same".to_owned())
            }
            FileState::Absent | FileState::Locked => Ok(()),
        }
    }

    /// The passphrase to open the file with, and whether the file has to be made.
    pub fn take(&self, file: Option<FileState>) -> Option<FileOpener> {
        let absent = match file? {
            FileState::Absent => true,
            FileState::Locked => false,
            FileState::Unlocked | FileState::NoPlace => return None,
        };
        Some(FileOpener { absent, passphrase: SecretString::from(self.first.as_str()) })
    }
}

/// What makes the encrypted file, or opens it.
#[derive(Debug, Clone)]
pub struct FileOpener {
    absent: bool,
    passphrase: SecretString,
}

impl FileOpener {
    /// Makes the encrypted file, or opens it. Takes a moment; for a job.
    ///
    /// # Errors
    ///
    /// A wrong passphrase, or a file that cannot be written.
    pub fn open(&self) -> Result<(), Problem> {
        let stores = stores();
        let opened = match stores.file_state() {
            // Somebody else was faster.
            FileState::Unlocked => Ok(()),
            _ if self.absent => stores.create_file(&self.passphrase),
            _ => stores.unlock(&self.passphrase),
        };
        opened.map_err(|error| Problem::of("The encrypted file cannot be opened", &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_needs_the_same_passphrase_twice() {
        let typed =
            |first: &str, again: &str| Passphrase { first: first.to_owned(), again: again.to_owned() };
        assert!(typed("correct horse", "correct horse").check(FileState::Absent).is_ok());
        assert!(typed("correct horse", "correct hose").check(FileState::Absent).is_err());
        assert!(typed("short", "short").check(FileState::Absent).is_err());
        assert!(typed("short", "").check(FileState::Locked).is_ok());
        assert!(typed("", "").check(FileState::Locked).is_err());
        assert!(typed("", "").check(FileState::Unlocked).is_ok());
    }
}
