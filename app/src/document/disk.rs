//! Loading and saving, and noticing that somebody else changed the file meanwhile. Runs on a worker.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use syncwright_core::project::{self, Project, ProjectError};
use thiserror::Error;

/// What a file was like when it was last read or written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiskState {
    modified: Option<SystemTime>,
    length: Option<u64>,
}

impl DiskState {
    /// The state of the file at `path`; of a file that is not there, nothing is known.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        fs::metadata(path).map_or_else(
            |_| Self::default(),
            |metadata| Self { modified: metadata.modified().ok(), length: Some(metadata.len()) },
        )
    }
}

/// A project as it was loaded.
#[derive(Debug)]
pub struct Loaded {
    /// The project.
    pub project: Project,
    /// Its file, as an absolute path.
    pub path: PathBuf,
    /// The file's state.
    pub disk: DiskState,
}

/// Why a project was not saved.
#[derive(Debug, Error)]
pub enum SaveError {
    /// Another program changed the file.
    #[error("{path} was changed by another program since it was opened here")]
    ChangedOnDisk {
        /// The file.
        path: PathBuf,
    },
    /// It could not be written.
    #[error(transparent)]
    Project(#[from] ProjectError),
}

/// Loads a project.
///
/// # Errors
///
/// Those of [`project::load`].
pub fn load(path: &Path) -> Result<Loaded, ProjectError> {
    let disk = DiskState::of(path);
    let project = project::load(path)?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    Ok(Loaded { project, path, disk })
}

/// Saves a project; unless `overwrite`, only if the file is still as in `known`.
///
/// # Errors
///
/// [`SaveError`]; the file is then unchanged.
pub fn save(
    project: &Project,
    path: &Path,
    known: &DiskState,
    overwrite: bool,
) -> Result<DiskState, SaveError> {
    if !overwrite && path.exists() && DiskState::of(path) != *known {
        return Err(SaveError::ChangedOnDisk { path: path.to_owned() });
    }
    project::save(project, path)?;
    Ok(DiskState::of(path))
}
