//! Connections that are kept on this computer for reuse (W16): a folder of connection templates.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::{ConnectionTemplate, TemplateError};

/// How a file of a saved connection ends.
const ENDING: &str = ".connection.ron";
/// Longest part of a file's name that comes from the name of the connection.
const LONGEST: usize = 48;

/// A folder of saved connections; the caller says where it is.
#[derive(Debug, Clone)]
pub struct SavedConnections {
    folder: PathBuf,
}

/// A saved connection in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedConnection {
    /// Its name, by which it is loaded and deleted.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// What it holds.
    pub template: ConnectionTemplate,
}

/// What is in the folder.
#[derive(Debug, Default)]
pub struct SavedList {
    /// The connections, by name.
    pub connections: Vec<SavedConnection>,
    /// Files that cannot be read, each with the reason. They do not hide the others.
    pub problems: Vec<TemplateError>,
}

impl SavedConnections {
    /// The saved connections of a folder. It need not exist.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// All saved connections, by name.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read; that it does not exist is no error.
    pub fn list(&self) -> Result<SavedList, TemplateError> {
        let unreadable = |source| TemplateError::Read { path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(SavedList::default()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut list = SavedList::default();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            if !path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING)) {
                continue;
            }
            match ConnectionTemplate::load(&path) {
                Ok(template) => {
                    list.connections.push(SavedConnection { name: template.name.clone(), path, template });
                }
                Err(error) => list.problems.push(error),
            }
        }
        list.connections.sort_by(|one, other| (&one.name, &one.path).cmp(&(&other.name, &other.path)));
        list.problems.sort_by_key(ToString::to_string);
        Ok(list)
    }

    /// True if there is a saved connection of that name, which [`SavedConnections::save`] would replace.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.path_of(name).is_ok_and(|path| path.exists())
    }

    /// Keeps a connection under the name of its template, in place of an older one. Gives its file.
    ///
    /// # Errors
    ///
    /// [`TemplateError::NoName`], and those of [`ConnectionTemplate::save`].
    pub fn save(&self, template: &ConnectionTemplate) -> Result<PathBuf, TemplateError> {
        let path = self.path_of(&template.name)?;
        fs::create_dir_all(&self.folder)
            .map_err(|source| TemplateError::Write { path: self.folder.clone(), source })?;
        template.save(&path)?;
        Ok(path)
    }

    /// The saved connection of that name.
    ///
    /// # Errors
    ///
    /// [`TemplateError::NotSaved`], and those of [`ConnectionTemplate::load`].
    pub fn load(&self, name: &str) -> Result<ConnectionTemplate, TemplateError> {
        ConnectionTemplate::load(&self.path_of(name)?).map_err(|error| not_saved(name, error))
    }

    /// Deletes a saved connection. Secrets of its system stay where they are.
    ///
    /// # Errors
    ///
    /// [`TemplateError::NotSaved`], and if the file cannot be deleted.
    pub fn delete(&self, name: &str) -> Result<(), TemplateError> {
        let path = self.path_of(name)?;
        fs::remove_file(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => TemplateError::NotSaved { name: name.to_owned() },
            _ => TemplateError::Write { path, source },
        })
    }

    fn path_of(&self, name: &str) -> Result<PathBuf, TemplateError> {
        if name.trim().is_empty() {
            return Err(TemplateError::NoName);
        }
        Ok(self.folder.join(format!("{}{ENDING}", file_name(name))))
    }
}

fn not_saved(name: &str, error: TemplateError) -> TemplateError {
    match error {
        TemplateError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            TemplateError::NotSaved { name: name.to_owned() }
        }
        other => other,
    }
}

/// A name that every file system takes, and that differs where names differ, also where capitals do not count.
fn file_name(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let readable: String = name
        .to_lowercase()
        .chars()
        .map(|letter| if plain(letter) { letter } else { '_' })
        .take(LONGEST)
        .collect();
    // `con` and the like are devices on Windows, whatever comes after a dot.
    let digest = Sha256::digest(name.as_bytes());
    let mark: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{readable}-{mark}")
}
