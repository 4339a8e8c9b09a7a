//! Steps as they are kept: the change list as a file in the run's folder, the rest in the run index.
//!
//! A list is never replaced: what became of its changes goes into another file, named by its checksum, and one
//! transaction of the index says which file counts. So whoever is killed at any moment leaves a step that is whole.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use super::{
    Journal, JournalError, Message, StepReport,
    store::eq,
    tables::{self, Row, number, optional, text},
};
use crate::value::Value;

/// A change list that is on disk.
#[derive(Debug)]
pub struct SavedChanges {
    file: String,
    checksum: String,
}

impl Journal {
    /// Puts a step, its messages and its change list into the journal, in place of what was there of it. The list is
    /// on disk before the index knows of it.
    ///
    /// # Errors
    ///
    /// [`JournalError::Folder`], or if the central database refuses; then what was there of the step counts.
    pub fn save_step(
        &mut self,
        id: &str,
        position: usize,
        step: &StepReport,
    ) -> Result<SavedChanges, JournalError> {
        let folder = self.run_folder(id);
        let failed = |source| JournalError::Folder { path: folder.clone(), source };
        let checksum = save_changes(&folder, position, step).map_err(failed)?;
        let saved = SavedChanges { file: changes_file(position, &checksum), checksum };
        let before = self.record(id, position, step, Some(&saved))?;
        for file in before.into_iter().filter(|file| *file != saved.file) {
            if let Err(error) = fs::remove_file(folder.join(&file)) {
                tracing::warn!(%error, "a change list that no longer counts stays in the folder of the run");
            }
        }
        Ok(saved)
    }

    /// Puts a step and its messages into the journal whose change list is what it was when it was saved.
    ///
    /// # Errors
    ///
    /// If the central database refuses; then what was there of the step counts.
    pub fn save_messages(
        &mut self,
        id: &str,
        position: usize,
        step: &StepReport,
        changes: &SavedChanges,
    ) -> Result<(), JournalError> {
        self.record(id, position, step, Some(changes)).map(drop)
    }

    /// The same for a step of which nothing will be written: its change list is not kept.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn save_step_without_changes(
        &mut self,
        id: &str,
        position: usize,
        step: &StepReport,
    ) -> Result<(), JournalError> {
        self.record(id, position, step, None).map(drop)
    }

    /// Puts the last message of a step that is in the journal there, too.
    ///
    /// # Errors
    ///
    /// If the central database refuses.
    pub fn add_last_message(
        &mut self,
        id: &str,
        position: usize,
        step: &StepReport,
    ) -> Result<(), JournalError> {
        let Some((last, message)) = step.messages.iter().enumerate().next_back() else { return Ok(()) };
        let row = message_row(id, position, last, message);
        self.in_transaction(|journal| journal.insert(&tables::messages(), &[row]))
    }

    /// Gives the files that the index had before.
    fn record(
        &mut self,
        id: &str,
        position: usize,
        step: &StepReport,
        changes: Option<&SavedChanges>,
    ) -> Result<Vec<String>, JournalError> {
        let row = vec![
            text(id),
            number(position as u64),
            text(&step.step),
            text(&step.mapping),
            text(step.direction.id()),
            number(step.left_objects),
            number(step.right_objects),
            text(step.summary_json().to_string()),
            optional(changes.map(|saved| saved.file.as_str())),
            optional(changes.map(|saved| saved.checksum.as_str())),
        ];
        let messages: Vec<Vec<Value>> = step
            .messages
            .iter()
            .enumerate()
            .map(|(number, message)| message_row(id, position, number, message))
            .collect();
        self.in_transaction(|journal| {
            let before = journal.files_of(id, position)?;
            journal.remove_step(id, position)?;
            journal.insert(&tables::steps(), &[row])?;
            journal.insert(&tables::messages(), &messages)?;
            Ok(before)
        })
    }

    /// The change list that the index has of a step, if there is one.
    fn files_of(&mut self, id: &str, position: usize) -> Result<Vec<String>, JournalError> {
        let table = tables::steps();
        let filters = [eq(&table, "run_id", text(id)), eq(&table, "position", number(position as u64))];
        let found = self.read_columns(&table, &["changes_file".to_owned()], &filters, &[])?;
        Ok((0..found.num_rows())
            .filter_map(|row| Row { batch: &found, row }.optional("changes_file"))
            .collect())
    }

    fn remove_step(&mut self, id: &str, position: usize) -> Result<(), JournalError> {
        for (table, column) in [(tables::messages(), "step_position"), (tables::steps(), "position")] {
            let filters = [eq(&table, "run_id", text(id)), eq(&table, column, number(position as u64))];
            let keys = self.read_columns(&table, &table.key, &filters, &[])?;
            if keys.num_rows() > 0 {
                self.connector.delete(&table, &keys)?;
            }
        }
        Ok(())
    }
}

/// Saves a change list, to disk, and gives its checksum.
fn save_changes(folder: &Path, position: usize, step: &StepReport) -> io::Result<String> {
    // Nobody else writes it, even if two programs take the run for theirs.
    let new = folder.join(format!("{}-{}.new", file_of(position), std::process::id()));
    step.changes.save(&new)?;
    let checksum = checksum(&new)?;
    fs::rename(&new, folder.join(changes_file(position, &checksum)))?;
    // The name must survive a power cut too; not every system lets one open a folder, or write it to disk.
    if let Ok(folder) = fs::File::open(folder) {
        folder.sync_all().ok();
    }
    Ok(checksum)
}

/// How the names of the files of a step begin.
fn file_of(position: usize) -> String {
    format!("step-{:03}", position + 1)
}

fn changes_file(position: usize, checksum: &str) -> String {
    let short = checksum.get(..12).unwrap_or(checksum);
    format!("{}-{short}.arrow", file_of(position))
}

/// SHA-256 of a file, in hexadecimal.
pub(super) fn checksum(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn message_row(id: &str, step: usize, position: usize, message: &Message) -> Vec<Value> {
    vec![
        text(id),
        number(step as u64),
        number(position as u64),
        text(message.level.id()),
        text(&message.code),
        text(&message.text),
        optional(message.object.as_deref()),
        optional(message.property.as_deref()),
        optional(message.rule.as_deref()),
    ]
}
