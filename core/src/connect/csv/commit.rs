//! Making changes permanent: new files beside the old ones, to disk, then renamed over them.
//!
//! One file is replaced at once: whoever reads it, and whoever pulls the plug, sees the old one or the new
//! one. For several files a note is written first that says which new file goes where; from then on the
//! transaction counts as committed. Who opens the folder next, for writing or with the permission to, and
//! finds the note, renames what is left to rename. Without the note the new files are rubbish and go.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use serde_json::Value as Json;
use tempfile::{Builder, NamedTempFile, TempPath};

use super::{folder::Folder, lock::FolderLock};
use crate::connect::{ConnectError, ErrorKind};

/// The note of a commit of several files.
const NOTE: &str = ".syncwright-commit.json";

/// New files are called `.syncwright-….tmp` until they are renamed.
const PREFIX: &str = ".syncwright-";
const SUFFIX: &str = ".tmp";

/// A new file, complete and on disk, that waits for its name.
#[derive(Debug)]
pub struct NewFile {
    file: TempPath,
    name: String,
}

impl NewFile {
    /// Writes a new file for `name`; it gets the permissions of the one that it will replace.
    ///
    /// # Errors
    ///
    /// Those of `write`, and what the file system says.
    pub fn write<T>(
        folder: &Folder,
        name: &str,
        write: impl FnOnce(&mut NamedTempFile) -> Result<T, ConnectError>,
    ) -> Result<(Self, T), ConnectError> {
        let failed = |error: io::Error| folder.failed(&format!("writing {name}"), &folder.path, &error);
        let mut file = create(&folder.path).map_err(failed)?;
        let result = write(&mut file)?;
        keep_permissions(&folder.file(name), file.as_file()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        Ok((Self { file: file.into_temp_path(), name: name.to_owned() }, result))
    }
}

fn create(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    // As any new file: what the user's mask leaves of it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn keep_permissions(old: &Path, new: &File) -> io::Result<()> {
    let metadata = match fs::metadata(old) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        // Only the administrator may give files away; for others the new file is theirs.
        if fchown(new, Some(metadata.uid()), Some(metadata.gid())).is_err() {
            tracing::debug!(file = %old.display(), "the owner of the file could not be kept");
        }
    }
    new.set_permissions(metadata.permissions())
}

/// Looks whether new files can be written into the folder.
///
/// # Errors
///
/// What the file system says.
pub fn try_to_write(folder: &Folder) -> Result<(), ConnectError> {
    create(&folder.path)
        .map(drop)
        .map_err(|error| folder.failed("looking whether the folder can be written", &folder.path, &error))
}

/// Gives new files their names. Either all of them get it or none, also if the program is killed meanwhile.
///
/// # Errors
///
/// What the file system says; once the files count as committed the outcome is unknown to who gets the error.
pub fn rename_all(folder: &Folder, files: Vec<NewFile>, lock: &FolderLock) -> Result<(), ConnectError> {
    if files.len() > 1 {
        let files = write_note(folder, files)?;
        return complete(folder, &files, lock).map_err(ConnectError::with_unknown_outcome);
    }
    files.into_iter().try_for_each(|file| rename_one(folder, file))
}

/// Renames what a note speaks of.
fn complete(folder: &Folder, files: &[(String, String)], lock: &FolderLock) -> Result<(), ConnectError> {
    for (from, to) in files {
        rename(folder, from, to)?;
    }
    sync(folder)?;
    remove_note(folder, lock)
}

/// Gives a new file its name, at once and to disk.
///
/// # Errors
///
/// What the file system says; the outcome is unknown once the file has its name.
pub fn rename_one(folder: &Folder, file: NewFile) -> Result<(), ConnectError> {
    let path = folder.file(&file.name);
    file.file
        .persist(&path)
        .map_err(|error| folder.failed(&format!("replacing {}", file.name), &path, &error.error))?;
    sync(folder).map_err(ConnectError::with_unknown_outcome)
}

/// Writes which new file gets which name; the transaction is committed then.
fn write_note(folder: &Folder, files: Vec<NewFile>) -> Result<Vec<(String, String)>, ConnectError> {
    let failed = |error: io::Error| folder.failed("committing", &folder.path, &error);
    let mut names = Vec::new();
    for NewFile { file, name } in files {
        // Not ours to remove any more once the note speaks of it; without a note it is rubbish that goes.
        let path = file.keep().map_err(|error| failed(error.error))?;
        names.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), name));
    }
    let (note, ()) = NewFile::write(folder, NOTE, |file| {
        let json: Json = names.iter().map(|(from, to)| serde_json::json!([from, to])).collect();
        file.write_all(json.to_string().as_bytes()).map_err(failed)
    })?;
    // The names must be on disk before the note that speaks of them.
    sync(folder)?;
    note.file.persist(folder.file(NOTE)).map_err(|error| failed(error.error))?;
    sync(folder).map_err(ConnectError::with_unknown_outcome)?;
    Ok(names)
}

fn rename(folder: &Folder, from: &str, to: &str) -> Result<(), ConnectError> {
    let path = folder.file(to);
    fs::rename(folder.file(from), &path).map_err(|error| {
        folder.failed(
            &format!("replacing {to} (it is completed when the folder is opened next)"),
            &path,
            &error,
        )
    })
}

fn remove_note(folder: &Folder, _lock: &FolderLock) -> Result<(), ConnectError> {
    let path = folder.file(NOTE);
    fs::remove_file(&path).map_err(|error| folder.failed("ending the commit", &path, &error))?;
    sync(folder)
}

/// Names are on disk only when the folder is.
fn sync(folder: &Folder) -> Result<(), ConnectError> {
    if cfg!(unix) {
        File::open(&folder.path)
            .and_then(|opened| opened.sync_all())
            .map_err(|error| folder.failed("writing the folder to disk", &folder.path, &error))?;
    }
    Ok(())
}

/// True if a commit of several files was interrupted.
pub fn is_interrupted(folder: &Folder) -> bool {
    folder.file(NOTE).exists()
}

/// Completes an interrupted commit, and removes new files that nobody committed.
///
/// # Errors
///
/// What the file system says, and [`ErrorKind::NotADatabase`] if the note cannot be understood.
pub fn recover(folder: &Folder, lock: &FolderLock) -> Result<(), ConnectError> {
    let failed = |error: io::Error| folder.failed("cleaning up the folder", &folder.path, &error);
    match fs::read_to_string(folder.file(NOTE)) {
        Ok(text) => {
            let names = parse_note(&text).ok_or_else(|| {
                folder
                    .error(ErrorKind::NotADatabase, format!("the note {NOTE} of an interrupted commit is damaged"))
                    .with_help(format!(
                        "look at the files {PREFIX}…{SUFFIX}, which are new versions of CSV files; then remove the note"
                    ))
            })?;
            for (from, to) in &names {
                // Those that are gone have their name already.
                if folder.file(from).exists() {
                    rename(folder, from, to)?;
                }
            }
            sync(folder)?;
            remove_note(folder, lock)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    for entry in fs::read_dir(&folder.path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// New files and their names; `None` if the note is not one of ours.
fn parse_note(text: &str) -> Option<Vec<(String, String)>> {
    let is_plain = |name: &str| !name.contains(['/', '\\']) && name != "..";
    serde_json::from_str::<Vec<(String, String)>>(text).ok().filter(|names| {
        names.iter().all(|(from, to)| {
            from.starts_with(PREFIX) && from.ends_with(SUFFIX) && is_plain(from) && is_plain(to)
        })
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Setup {
        /// Removed when dropped.
        _temporary: tempfile::TempDir,
        folder: Folder,
        lock: FolderLock,
    }

    fn setup() -> Setup {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open("T", temporary.path().to_owned()).unwrap();
        for name in ["a.csv", "b.csv"] {
            fs::write(folder.file(name), "old").unwrap();
        }
        let lock = FolderLock::take(&folder, Duration::ZERO).unwrap();
        Setup { _temporary: temporary, folder, lock }
    }

    fn new_files(folder: &Folder) -> Vec<NewFile> {
        ["a.csv", "b.csv"]
            .map(|name| {
                NewFile::write(folder, name, |file| {
                    file.write_all(b"new").map_err(|error| folder.failed("writing", &folder.path, &error))
                })
                .unwrap()
                .0
            })
            .into()
    }

    fn contents(folder: &Folder) -> [String; 2] {
        ["a.csv", "b.csv"].map(|name| fs::read_to_string(folder.file(name)).unwrap())
    }

    /// Everything in the folder.
    fn names(folder: &Folder) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&folder.path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    const CLEAN: [&str; 3] = [".syncwright.lock", "a.csv", "b.csv"];

    #[test]
    fn all_files_get_their_names() {
        let Setup { folder, lock, .. } = &setup();
        rename_all(folder, new_files(folder), lock).unwrap();
        assert_eq!(contents(folder), ["new", "new"]);
        assert_eq!(names(folder), CLEAN);
    }

    /// As after a kill at each point of a commit: what the next one finds is old or new, never both.
    #[test]
    fn a_killed_commit_is_all_or_nothing() {
        // Killed before the note: the new files stay behind as they are.
        let Setup { folder, lock, .. } = &setup();
        for file in new_files(folder) {
            file.file.keep().unwrap();
        }
        assert!(!is_interrupted(folder));
        recover(folder, lock).unwrap();
        assert_eq!(
            (contents(folder), names(folder)),
            (["old", "old"].map(str::to_owned), CLEAN.map(str::to_owned).to_vec())
        );
        // Killed after the note, after so many renames, or before the note is gone.
        for renamed in 0..=2 {
            let Setup { folder, lock, .. } = &setup();
            let files = write_note(folder, new_files(folder)).unwrap();
            for (from, to) in files.iter().take(renamed) {
                rename(folder, from, to).unwrap();
            }
            assert!(is_interrupted(folder));
            recover(folder, lock).unwrap();
            assert!(!is_interrupted(folder));
            assert_eq!(contents(folder), ["new", "new"], "{renamed}");
            assert_eq!(names(folder), CLEAN);
        }
    }

    /// From the note on the transaction is committed, whatever the renaming says.
    #[test]
    fn an_error_after_the_note_says_that_the_outcome_is_unknown() {
        let Setup { folder, lock, .. } = &setup();
        let files = new_files(folder);
        fs::remove_file(folder.file("b.csv")).unwrap();
        // A file cannot take the place of a folder.
        fs::create_dir(folder.file("b.csv")).unwrap();
        let error = rename_all(folder, files, lock).unwrap_err();
        assert!(error.outcome_unknown && is_interrupted(folder), "{error}");
        // Before it, and of one file that did not get its name, it is known.
        let Setup { folder, lock, .. } = &setup();
        fs::create_dir(folder.file(NOTE)).unwrap();
        assert!(!rename_all(folder, new_files(folder), lock).unwrap_err().outcome_unknown);
        let Setup { folder, lock, .. } = &setup();
        let one = new_files(folder).drain(..1).collect();
        fs::remove_file(folder.file("a.csv")).unwrap();
        fs::create_dir(folder.file("a.csv")).unwrap();
        assert!(!rename_all(folder, one, lock).unwrap_err().outcome_unknown);
    }

    #[test]
    fn a_note_cannot_reach_out_of_the_folder() {
        let Setup { folder, lock, .. } = &setup();
        for note in ["[[\"a.csv\",\"b.csv\"]]", "[[\".syncwright-1.tmp\",\"../c\"]]", "half"] {
            fs::write(folder.file(NOTE), note).unwrap();
            assert_eq!(recover(folder, lock).unwrap_err().kind, ErrorKind::NotADatabase, "{note}");
        }
        assert_eq!(contents(folder), ["old", "old"]);
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let Setup { folder, .. } = &setup();
        let failed = NewFile::write(folder, "a.csv", |_| {
            Err::<(), _>(folder.failed("writing", &folder.path, &io::ErrorKind::StorageFull.into()))
        });
        assert_eq!(failed.unwrap_err().kind, ErrorKind::Full);
        assert_eq!(
            (contents(folder), names(folder)),
            (["old", "old"].map(str::to_owned), CLEAN.map(str::to_owned).to_vec())
        );
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let Setup { folder, lock, .. } = &setup();
        fs::set_permissions(folder.file("a.csv"), fs::Permissions::from_mode(0o640)).unwrap();
        rename_all(folder, new_files(folder), lock).unwrap();
        let mode = fs::metadata(folder.file("a.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
