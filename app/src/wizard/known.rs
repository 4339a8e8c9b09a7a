//! Which system identifiers are in use on this computer (W5): by projects that were opened or lie beside the new one,
//! and by passwords that are kept.

use std::path::{Path, PathBuf};

use syncwright_core::{
    project::{self, Access, Connection, Provider, RemoteServer, Side},
    secret::{FileState, Kept, KeyringState, SecretName, stores},
};

use super::{Draft, SystemDraft, detect::place};

/// Only so many files of a folder are looked into.
const FILES: usize = 64;

/// A system of another project.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownSystem {
    /// Its identifier.
    pub identifier: String,
    /// Name of the project.
    pub project: String,
    /// File of the project.
    pub file: PathBuf,
    /// The remote connection server that it is reached through.
    pub server: Option<RemoteServer>,
    /// What says which database it is.
    place: Vec<String>,
}

impl KnownSystem {
    /// The project with its file, for people.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} ({})", self.project, self.file.display())
    }

    /// Those with an identifier; capitals do not count.
    pub fn with<'a>(known: &'a [Self], identifier: &str) -> impl Iterator<Item = &'a Self> {
        let identifier = identifier.trim().to_lowercase();
        known.iter().filter(move |one| one.identifier.to_lowercase() == identifier)
    }

    /// True if a connection leads to the same database.
    #[must_use]
    pub fn is(&self, connection: &Connection, folder: &Path) -> bool {
        self.place == whole_place(&connection.provider, folder)
    }
}

/// The place of a database, with files as whole paths.
fn whole_place(provider: &Provider, folder: &Path) -> Vec<String> {
    let whole = |path: &str| folder.join(path).display().to_string();
    let provider = match provider {
        Provider::Sqlite { file, when_missing } => {
            Provider::Sqlite { file: whole(file), when_missing: when_missing.clone() }
        }
        Provider::Csv { folder, format } => Provider::Csv { folder: whole(folder), format: format.clone() },
        Provider::Odbc { .. } => provider.clone(),
    };
    place(&provider)
}

/// The systems of projects: those of these files, and those in a folder. What cannot be read is left out, since it
/// may be no project. Reads files; for a job.
#[must_use]
pub fn systems(mut files: Vec<PathBuf>, folder: &Path) -> Vec<KnownSystem> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let beside = entries.filter(|path| path.extension().is_some_and(|ending| ending == "ron"));
    files.extend(beside.take(FILES));
    files.sort();
    files.dedup();
    let mut known = Vec::new();
    for file in files {
        let Ok(project) = project::load(&file) else { continue };
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        for side in [Side::Left, Side::Right] {
            let connection = &project.system(side).connection;
            known.push(KnownSystem {
                identifier: connection.system_identifier.clone(),
                project: project.label().to_owned(),
                file: file.clone(),
                server: match &connection.access {
                    Access::Remote(server) => Some(server.clone()),
                    Access::Direct => None,
                },
                place: whole_place(&connection.provider, &folder),
            });
        }
    }
    known
}

/// The stores that keep a password for an identifier, as far as they can be looked into without asking anybody for
/// anything. For a job.
#[must_use]
pub fn kept(identifier: &str) -> Vec<Kept> {
    let name = SecretName::password(identifier);
    let stores = stores();
    let open = |store| match store {
        Kept::InKeyring => stores.keyring_state() == KeyringState::Running,
        Kept::InFile => stores.file_state() == FileState::Unlocked,
    };
    [Kept::InKeyring, Kept::InFile]
        .into_iter()
        .filter(|store| open(*store) && stores.has(&name, *store).unwrap_or(false))
        .collect()
}

/// What is to be said about the identifier of a system that other projects use; the second part is true if it is
/// another database there.
#[must_use]
pub fn remark(draft: &Draft, side: Side, known: &[KnownSystem]) -> Option<(String, bool)> {
    let connection = &draft.of(side).connection;
    let users: Vec<&KnownSystem> = KnownSystem::with(known, &connection.system_identifier).collect();
    let identifier = &connection.system_identifier;
    if let Some(other) = users.iter().find(|one| !one.is(connection, &draft.folder)) {
        let words = format!(
            "{identifier} is the identifier of another database in {}. Identifiers are unique in the whole environment: \
             passwords and labels of both would be mixed up.",
            other.label()
        );
        return Some((words, true));
    }
    users.first().map(|same| {
        let words = format!("{} connects this system, too. Both projects share its password.", same.label());
        (words, false)
    })
}

/// Gives a system whose identifier was only proposed another one, if that belongs to another database.
pub fn settle(draft: &mut Draft, side: Side, known: &[KnownSystem]) {
    let system = draft.of(side);
    if system.identifier_typed || draft.edits {
        return;
    }
    let proposed = system.connection.system_identifier.clone();
    let other = draft.of(side.other()).connection.system_identifier.clone();
    let names = std::iter::once(proposed.clone()).chain((2..).map(|number| format!("{proposed}-{number}")));
    let free = names.into_iter().find(|name| {
        let taken = KnownSystem::with(known, name).any(|one| !one.is(&system.connection, &draft.folder));
        !taken && !name.eq_ignore_ascii_case(&other)
    });
    if let Some(free) = free {
        let system: &mut SystemDraft = match side {
            Side::Left => &mut draft.central,
            Side::Right => &mut draft.target,
        };
        system.connection.system_identifier = free;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syncwright_core::project::WhenMissing;

    fn sqlite(file: &str) -> Provider {
        Provider::Sqlite { file: file.to_owned(), when_missing: WhenMissing::Fail }
    }

    /// A folder with the project *Personnel*, whose target system `hr` is the file `hr.db` beside it.
    fn personnel() -> (tempfile::TempDir, Vec<KnownSystem>) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut other = Draft { name: "Personnel".to_owned(), ..Draft::default() };
        other.target.connection.system_identifier = "hr".to_owned();
        other.target.connection.provider = sqlite("hr.db");
        other.central.connection.system_identifier = "identities".to_owned();
        other.central.connection.provider = sqlite("identity-store.db");
        let file = folder.path().join("personnel.ron");
        project::save(&other.project(), &file).expect("written");
        std::fs::write(folder.path().join("notes.ron"), "no project").expect("written");
        let known = systems(vec![file, folder.path().join("gone.ron")], folder.path());
        (folder, known)
    }

    #[test]
    fn identifiers_of_other_projects_are_told_and_not_proposed() {
        let (folder, known) = personnel();
        assert_eq!(known.len(), 2, "two systems, once each: {known:?}");
        let mut draft = Draft { folder: folder.path().to_owned(), ..Draft::default() };
        draft.target.connection.system_identifier = "HR".to_owned();
        draft.target.connection.provider = sqlite("/elsewhere/hr.db");
        let (words, other) = remark(&draft, Side::Right, &known).expect("it is taken");
        assert!(other && words.contains("Personnel") && words.contains("personnel.ron"), "{words}");
        settle(&mut draft, Side::Right, &known);
        assert_eq!(draft.target.connection.system_identifier, "HR-2");
        assert_eq!(remark(&draft, Side::Right, &known), None);

        draft.target.connection.system_identifier = "HR".to_owned();
        draft.target.identifier_typed = true;
        settle(&mut draft, Side::Right, &known);
        assert_eq!(draft.target.connection.system_identifier, "HR", "what was typed stays");
    }

    #[test]
    fn the_same_system_may_have_the_same_identifier() {
        let (folder, known) = personnel();
        let mut draft = Draft { folder: folder.path().to_owned(), ..Draft::default() };
        draft.target.connection.system_identifier = "hr".to_owned();
        draft.target.connection.provider = sqlite(&folder.path().join("hr.db").display().to_string());
        settle(&mut draft, Side::Right, &known);
        assert_eq!(draft.target.connection.system_identifier, "hr");
        let (words, other) = remark(&draft, Side::Right, &known).expect("it is known");
        assert!(!other && words.contains("share its password"), "{words}");
    }
}
