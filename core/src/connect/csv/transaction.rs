//! A transaction: the lock, and the changes of each file until they are written or forgotten.
//!
//! What is known of a file (its key index above all) is kept from transaction to transaction as long as the
//! file is the one that it was. Every commit reads the old file once more and compares its checksum with that
//! of the bytes the index was made from, so that a change behind the back of this program is never written
//! over, even where times and sizes do not show it.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    time::Duration,
};

use encoding_rs::Encoding;

use super::{
    columns::Cell,
    commit::{self, NewFile},
    folder::{Folder, Stamp},
    format::Format,
    keys::{Changes, Digester, Index, Number},
    lock::FolderLock,
    records::Record,
    rewrite::rewrite,
    table::Table,
};
use crate::{
    connect::{ConnectError, ErrorKind},
    project::SchemaType,
};

/// What is known of a file.
pub struct Known {
    stamp: Stamp,
    checksum: u64,
    records: Number,
    /// The encoding that it is in.
    pub encoding: &'static Encoding,
    /// Names of its columns.
    pub names: Vec<String>,
    /// Its objects by their key.
    pub index: Index,
}

impl Known {
    /// Reads a whole file.
    fn read(
        folder: &Folder,
        format: &Format,
        digester: &Digester,
        schema_type: &SchemaType,
        file: &str,
        stamp: Stamp,
    ) -> Result<Self, ConnectError> {
        let mut table = Table::open(folder, format, file)?;
        table.assume_columns_of(schema_type);
        let mut index = Index::new(table.cells(schema_type, &schema_type.key)?);
        let mut record = Record::default();
        let mut records = 0;
        while table.next(&mut record)? {
            let key = index
                .cells
                .iter()
                .map(|cell| cell.value(record.field(cell.column)))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|misfit| folder.misfit(file, record.line(), &misfit))?;
            if !key.is_empty() {
                index.add(digester.digest(&key), records);
            }
            records += 1;
        }
        let decoder = table.records.decoder();
        Ok(Self {
            stamp,
            checksum: decoder.checksum(),
            records,
            encoding: decoder.encoding(),
            names: table.names,
            index,
        })
    }

    /// True if it was read with the same meaning of the key columns.
    fn has_key_of(&self, schema_type: &SchemaType, format: &Format) -> bool {
        let of_cell = |cell: &Cell| {
            schema_type
                .property(&cell.name)
                .is_some_and(|property| Cell::new(property, cell.column, &format.null) == *cell)
        };
        self.index.cells.len() == schema_type.key.len()
            && self
                .index
                .cells
                .iter()
                .zip(&schema_type.key)
                .all(|(cell, name)| cell.name == *name && of_cell(cell))
    }
}

/// A file with its changes.
pub struct Changed {
    /// What is known of it.
    pub known: Known,
    /// What is to be written.
    pub changes: Changes,
}

/// An open transaction.
pub struct Transaction {
    lock: FolderLock,
    /// The files as they were when it began.
    stamps: HashMap<String, Stamp>,
    files: BTreeMap<String, Changed>,
}

impl Transaction {
    /// Takes the lock, and cleans up what an interrupted commit left behind.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Locked`] after `timeout`, and what the file system says.
    pub fn begin(folder: &Folder, timeout: Duration) -> Result<Self, ConnectError> {
        let lock = FolderLock::take(folder, timeout)?;
        commit::recover(folder, &lock)?;
        let mut stamps = HashMap::new();
        for file in folder.files()? {
            if let Some(stamp) = folder.stamp(&file)? {
                stamps.insert(file, stamp);
            }
        }
        Ok(Self { lock, stamps, files: BTreeMap::new() })
    }

    /// The changes of a file that are not written yet.
    pub fn changes(&self, file: &str) -> Option<&Changes> {
        self.files.get(file).map(|changed| &changed.changes)
    }

    /// The file of a type, to be changed; what is known of it comes from `known` if that still holds.
    ///
    /// # Errors
    ///
    /// If it is not there, was changed since the transaction began, or cannot be read.
    pub fn change(
        &mut self,
        folder: &Folder,
        format: &Format,
        digester: &Digester,
        schema_type: &SchemaType,
        known: &mut HashMap<String, Known>,
    ) -> Result<&mut Changed, ConnectError> {
        let file = folder.file_of(schema_type)?;
        let changed = match self.files.remove(&file) {
            Some(changed) => changed,
            None => {
                let stamp = self.unchanged(folder, &file)?;
                let usable = known
                    .remove(&file)
                    .filter(|known| known.stamp == stamp && known.has_key_of(schema_type, format));
                let known = match usable {
                    Some(known) => known,
                    None => Known::read(folder, format, digester, schema_type, &file, stamp)?,
                };
                Changed { known, changes: Changes::default() }
            }
        };
        Ok(self.files.entry(file).or_insert(changed))
    }

    /// The state of a file, if it still is the one that it was when the transaction began.
    fn unchanged(&self, folder: &Folder, file: &str) -> Result<Stamp, ConnectError> {
        let now = folder.stamp(file)?;
        match (self.stamps.get(file), now) {
            (Some(then), Some(now)) if *then == now => {}
            (None, None) => {
                // Says that the file is missing.
                folder.read(file)?;
            }
            _ => return Err(moved(folder, file)),
        }
        let path = folder.file(file);
        let metadata = fs::symlink_metadata(&path)
            .map_err(|error| folder.failed(&format!("looking at {file}"), &path, &error))?;
        if metadata.is_symlink() {
            return Err(folder
                .error(
                    ErrorKind::ReadOnly,
                    format!("{file} is a link to another file and cannot be replaced"),
                )
                .with_help("name the folder in which the file really is"));
        }
        self.stamps.get(file).cloned().ok_or_else(|| moved(folder, file))
    }

    /// Writes all changes, and gives what is known of the files now.
    ///
    /// # Errors
    ///
    /// If a file was changed by somebody else, or cannot be written; then none is, unless the error says that
    /// the outcome is unknown.
    pub fn commit<'f>(
        self,
        folder: &Folder,
        format_of: impl Fn(&str) -> &'f Format,
    ) -> Result<Vec<(String, Known)>, ConnectError> {
        let mut all = Vec::new();
        let mut new_files = Vec::new();
        for (file, Changed { mut known, changes }) in self.files {
            if !changes.is_empty() {
                let format = format_of(&file);
                let (new_file, written) = NewFile::write(folder, &file, |out| {
                    let table = Table::open(folder, format, &file)?;
                    rewrite(folder, format, table, &changes, known.names.len(), out)
                })?;
                if written.old_checksum != known.checksum {
                    return Err(moved(folder, &file));
                }
                new_files.push(new_file);
                known.index.commit(&changes, known.records);
                known.checksum = written.new_checksum;
                known.records = written.records;
                all.push((file, known, true));
            } else {
                known.index.roll_back();
                all.push((file, known, false));
            }
        }
        // As late as possible: nobody else's changes since they were read are lost.
        for (file, known, _) in all.iter().filter(|(_, _, is_new)| *is_new) {
            if folder.stamp(file)?.as_ref() != Some(&known.stamp) {
                return Err(moved(folder, file));
            }
        }
        commit::rename_all(folder, new_files, &self.lock)?;
        let mut result = Vec::new();
        for (file, mut known, is_new) in all {
            if is_new {
                // Still under the lock, so it is the file that was just written.
                let stamp = folder.stamp(&file).map_err(ConnectError::with_unknown_outcome)?;
                let Some(stamp) = stamp else { continue };
                known.stamp = stamp;
            }
            result.push((file, known));
        }
        Ok(result)
    }

    /// Forgets all changes, and gives what is known of the files.
    pub fn roll_back(self) -> impl Iterator<Item = (String, Known)> {
        self.files.into_iter().map(|(file, Changed { mut known, .. })| {
            known.index.roll_back();
            (file, known)
        })
    }
}

fn moved(folder: &Folder, file: &str) -> ConnectError {
    folder
        .error(
            ErrorKind::Deadlock,
            format!("somebody else changed {file} while this transaction was open; nothing was written"),
        )
        .with_help("run again; programs that write these files should not do so while a synchronization runs")
}
