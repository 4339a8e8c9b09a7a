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
    tables::{self, number, optional, text},
};
use crate::value::Value;

impl Journal {
    /// Puts a step, its messages and its change list into the journal, in place of what was there of it. The list is
    /// on disk before the index knows of it.
    ///
    /// # Errors
    ///
    /// [`JournalError::Folder`], or if the central database refuses; then what was there of the step counts.
    pub fn save_step(&mut self, id: &str, position: usize, step: &StepReport) -> Result<(), JournalError> {
        let folder = self.run_folder(id);
        let failed = |source| JournalError::Folder { path: folder.clone(), source };
        let checksum = save_changes(&folder, position, step).map_err(failed)?;
        let file = changes_file(position, &checksum);
        self.record(id, position, step, Some((&file, &checksum)))?;
        if let Err(error) = remove_others(&folder, position, &file) {
            tracing::warn!(%error, "a change list that no longer counts stays in the folder of the run");
        }
        Ok(())
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
        self.record(id, position, step, None)
    }

    fn record(
        &mut self,
        id: &str,
        position: usize,
        step: &StepReport,
        changes: Option<(&str, &str)>,
    ) -> Result<(), JournalError> {
        let row = vec![
            text(id),
            number(position as u64),
            text(&step.step),
            text(&step.mapping),
            text(step.direction.id()),
            number(step.left_objects),
            number(step.right_objects),
            text(step.summary_json().to_string()),
            optional(changes.map(|(file, _)| file)),
            optional(changes.map(|(_, checksum)| checksum)),
        ];
        let messages: Vec<Vec<Value>> = step
            .messages
            .iter()
            .enumerate()
            .map(|(number, message)| message_row(id, position, number, message))
            .collect();
        self.in_transaction(|journal| {
            journal.remove_step(id, position)?;
            journal.insert(&tables::steps(), &[row])?;
            journal.insert(&tables::messages(), &messages)
        })
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
    let new = folder.join(format!("{}.new", file_of(position)));
    step.changes.save(&new)?;
    let checksum = checksum(&new)?;
    fs::rename(&new, folder.join(changes_file(position, &checksum)))?;
    // Names are on disk only when the folder is.
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(checksum)
}

/// Removes the lists of a step that no longer count.
fn remove_others(folder: &Path, position: usize, current: &str) -> io::Result<()> {
    let own = format!("{}-", file_of(position));
    for file in fs::read_dir(folder)? {
        let file = file?;
        let is_other = |name: &str| name.starts_with(&own) && name.ends_with(ENDING) && name != current;
        if file.file_name().to_str().is_some_and(is_other) {
            fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

const ENDING: &str = ".arrow";

/// How the names of the files of a step begin.
fn file_of(position: usize) -> String {
    format!("step-{:03}", position + 1)
}

fn changes_file(position: usize, checksum: &str) -> String {
    let short = checksum.get(..12).unwrap_or(checksum);
    format!("{}-{short}{ENDING}", file_of(position))
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
