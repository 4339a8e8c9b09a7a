//! The file with the notes about the batches of a step: read when a run is over, and settled once what was in
//! doubt is found out.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    ops::Range,
    path::Path,
};

use crate::{journal::ChangeStatus, sync::outcome::Outcome};

/// Reads the notes. Without a file nothing was begun; bytes that are no text are passed over like everything
/// that is not understood.
///
/// # Errors
///
/// If there is a file, and it cannot be read.
pub fn read(path: &Path) -> io::Result<Outcome> {
    match fs::read(path) {
        Ok(bytes) => Ok(Outcome::parse(&String::from_utf8_lossy(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Outcome::default()),
        Err(error) => Err(error),
    }
}

/// True if batches of a run were begun and never done.
pub fn is_in_doubt(run_folder: &Path) -> bool {
    let Ok(files) = fs::read_dir(run_folder) else { return false };
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "outcome"))
        .any(|path| read(&path).is_ok_and(|outcome| outcome.in_doubt().next().is_some()))
}

/// Notes of these batches what became of their changes, so that nobody asks again.
///
/// # Errors
///
/// If the file cannot be written.
pub fn settle(path: &Path, batches: &[Range<usize>], statuses: &[ChangeStatus]) -> io::Result<()> {
    let mut notes = fs::read(path)?;
    // Of a line without its end nobody knows how long it would have been.
    notes.truncate(notes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1));
    for range in batches {
        for (index, status) in range.clone().filter_map(|index| Some((index, statuses.get(index)?))) {
            if *status != ChangeStatus::Done {
                writeln!(notes, "{} {index}", status.id())?;
            }
        }
        writeln!(notes, "done {} {}", range.start, range.end)?;
    }
    // In one go: whoever is killed meanwhile leaves the notes that were there.
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(&notes)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_that_are_there_but_cannot_be_read_are_not_empty_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("step-001.outcome");
        assert_eq!(read(&path).unwrap(), Outcome::default());
        // A folder of that name can be opened, and not be read.
        fs::create_dir(&path).unwrap();
        assert!(read(&path).is_err());
        fs::remove_dir(&path).unwrap();
        fs::write(&path, b"begin 0 2\n\xff\xfe\ndone 0 2\nbegin 2 4\n").unwrap();
        assert!(read(&path).unwrap().in_doubt().eq(std::iter::once(2..4)));
    }

    #[test]
    fn settled_batches_are_in_doubt_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("step-001.outcome");
        fs::write(&path, "begin 0 2\nfailed 1\ndone 0 2\nbegin 2 5\ndone 2 ").unwrap();
        assert!(is_in_doubt(folder.path()));
        use ChangeStatus::{Done, Failed, NotWritten, Unknown};
        let statuses = [Done, Failed, Done, NotWritten, Unknown];
        settle(&path, std::slice::from_ref(&(2..5)), &statuses).unwrap();
        assert!(!is_in_doubt(folder.path()));
        let outcome = read(&path).unwrap();
        let noted: Vec<_> = (0..5).map(|index| outcome.status(index)).collect();
        assert_eq!(noted, statuses);
    }
}
