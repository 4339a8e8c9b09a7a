//! What the editor remembers between sessions: recent projects, theme, which panels are open.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use egui::ThemePreference;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Theme as remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl From<ThemeChoice> for ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Dark => Self::Dark,
            ThemeChoice::Light => Self::Light,
        }
    }
}

/// A project that was open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Its file.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// When it was opened last.
    pub opened: Timestamp,
}

/// What is remembered. Fields that a file does not have get their defaults, so old files stay readable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Recent projects, newest first.
    pub recent: Vec<Recent>,
    /// Theme.
    pub theme: ThemeChoice,
    /// The navigation tree is shown.
    pub navigation: bool,
    /// The inspector is shown.
    pub inspector: bool,
    /// The message list is shown.
    pub messages: bool,
    /// Zoom factor.
    pub zoom: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            recent: Vec::new(),
            theme: ThemeChoice::System,
            navigation: true,
            inspector: true,
            messages: true,
            zoom: 1.0,
        }
    }
}

const FILE: &str = "editor.ron";
const RECENT: usize = 12;

impl Settings {
    /// Reads the settings; a file that is missing or broken gives the defaults.
    #[must_use]
    pub fn load(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let Ok(text) = fs::read_to_string(&path) else { return Self::default() };
        ron::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!("cannot read {}, using the defaults: {error}", path.display());
            Self::default()
        })
    }

    /// Writes the settings, whole or not at all.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or written.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let text =
            ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::new()).map_err(io::Error::other)?;
        let file = tempfile::NamedTempFile::new_in(folder)?;
        fs::write(file.path(), text)?;
        file.persist(folder.join(FILE)).map_err(|error| error.error)?;
        Ok(())
    }

    /// Puts a project at the top of the recent ones.
    pub fn remember(&mut self, path: &Path, name: &str) {
        self.recent.retain(|recent| recent.path != path);
        let recent = Recent { path: path.to_owned(), name: name.to_owned(), opened: Timestamp::now() };
        self.recent.insert(0, recent);
        self.recent.truncate(RECENT);
    }

    /// Takes a project off the recent ones.
    pub fn forget(&mut self, path: &Path) {
        self.recent.retain(|recent| recent.path != path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_restart_and_a_broken_file_does_not_hurt() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut settings = Settings { theme: ThemeChoice::Light, messages: false, ..Settings::default() };
        settings.remember(Path::new("/a.ron"), "A");
        settings.remember(Path::new("/b.ron"), "B");
        settings.remember(Path::new("/a.ron"), "A");
        settings.save(folder.path()).expect("the settings are written");
        let again = Settings::load(folder.path());
        assert_eq!(again, settings);
        assert_eq!(again.recent.iter().map(|recent| recent.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        fs::write(folder.path().join(FILE), "(theme: Pink").expect("the file is written");
        assert_eq!(Settings::load(folder.path()), Settings::default());
    }
}
