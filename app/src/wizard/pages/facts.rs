//! What the pages know of this machine: drivers, data sources, time zones, templates. Read once, in the
//! background.

use std::path::{Path, PathBuf};

use syncwright_core::connect::{
    odbc::driver,
    systems::{OfferedSystem, offered_systems},
};

use crate::{
    wizard::{known::KnownSystem, loading::Loading},
    worker::Worker,
};

/// What is known of this machine.
pub struct Facts {
    /// Systems that can be chosen, with their drivers (W3).
    pub systems: Loading<Vec<OfferedSystem>>,
    /// Registered ODBC data sources.
    pub data_sources: Vec<String>,
    /// Names of all time zones (W7).
    pub time_zones: Vec<String>,
    /// The time zone of this machine.
    pub local_zone: Option<String>,
    /// Where templates and saved connections are kept.
    pub state_folder: PathBuf,
    /// Systems of other projects, whose identifiers are taken (W5).
    pub known: Loading<Vec<KnownSystem>>,
    sources: Loading<Vec<String>>,
    templates: Loading<Vec<PathBuf>>,
}

impl Facts {
    /// Begins to look.
    #[must_use]
    pub fn new(worker: &Worker, state_folder: &Path) -> Self {
        let folder = state_folder.join(super::template::FOLDER);
        let zones = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        Self {
            systems: Loading::Running(
                worker.spawn("Looking for database drivers", |_| Ok(offered_systems())),
            ),
            data_sources: Vec::new(),
            time_zones: zones,
            local_zone: jiff::tz::TimeZone::system().iana_name().map(str::to_owned),
            state_folder: state_folder.to_owned(),
            known: Loading::Idle,
            sources: Loading::Running(
                worker.spawn("Looking for data sources", |_| Ok(driver::data_sources())),
            ),
            templates: Loading::Running(
                worker.spawn("Looking for project templates", move |_| Ok(project_templates(&folder))),
            ),
        }
    }

    /// Takes over what was found.
    pub fn poll(&mut self) {
        self.systems.poll();
        self.templates.poll();
        self.known.poll();
        if self.sources.poll()
            && let Some(found) = self.sources.done()
        {
            self.data_sources.clone_from(found);
        }
    }

    /// Project templates of this computer (W18).
    #[must_use]
    pub fn templates(&self) -> &[PathBuf] {
        self.templates.done().map_or(&[], Vec::as_slice)
    }

    /// Systems of other projects, as far as they were found by now.
    #[must_use]
    pub fn known(&self) -> &[KnownSystem] {
        self.known.done().map_or(&[], Vec::as_slice)
    }

    /// The system that was chosen, as it is offered here.
    #[must_use]
    pub fn offered(&self, kind: &syncwright_core::connect::systems::SystemKind) -> Option<&OfferedSystem> {
        self.systems.done()?.iter().find(|system| system.kind == *kind)
    }
}

/// The template files of a folder, by name; none if there is no such folder.
fn project_templates(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "ron")).collect();
    files.sort();
    files
}
