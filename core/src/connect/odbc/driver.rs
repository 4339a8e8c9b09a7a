//! Which ODBC drivers are installed here, and which library belongs to which (W3).
//!
//! Registrations are read where the system keeps them. Debian registers libraries by bare file name, which
//! only Debian's own driver manager finds; the one that is linked into this program is given full paths.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use ini::{Ini, ParseOption};

use super::dialect::Dialect;

/// A registered driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Name in the registration, for example `PostgreSQL Unicode`.
    pub name: String,
    /// Library as registered: a path, or a bare file name.
    pub registered: String,
    /// The library's file, if it is there.
    pub library: Option<PathBuf>,
}

/// All registered drivers, sorted by name.
#[must_use]
pub fn registrations() -> Vec<Registration> {
    let mut found: BTreeMap<String, Registration> = BTreeMap::new();
    for file in registration_files() {
        for (name, entries) in sections(&file) {
            let Some(registered) = driver_entry(&entries) else { continue };
            found.entry(name.clone()).or_insert_with(|| Registration {
                library: resolve(&registered),
                name,
                registered,
            });
        }
    }
    found.into_values().collect()
}

/// The driver that suits a dialect best, of those whose library is there.
#[must_use]
pub fn for_dialect(dialect: &dyn Dialect, registrations: &[Registration]) -> Option<PathBuf> {
    all_for_dialect(dialect, registrations).into_iter().find_map(|registration| registration.library)
}

/// All drivers that suit a dialect and whose library is there, the preferred one first.
#[must_use]
pub fn all_for_dialect(dialect: &dyn Dialect, registrations: &[Registration]) -> Vec<Registration> {
    let mut found: Vec<Registration> = Vec::new();
    for part in dialect.drivers() {
        let suits = |registration: &&Registration| {
            let Some(library) = &registration.library else { return false };
            let file = library.file_name().map(|name| name.to_string_lossy().to_lowercase());
            let named = registration.name.to_lowercase();
            (file.is_some_and(|file| file.contains(part)) || named.contains(part))
                && !found.contains(registration)
        };
        let more: Vec<Registration> = registrations.iter().filter(suits).cloned().collect();
        found.extend(more);
    }
    found
}

/// The library that a `Driver` attribute means: a path, a registered name, or a bare file name.
#[must_use]
pub fn library(driver: &str, registrations: &[Registration]) -> Option<PathBuf> {
    let driver = driver.trim().trim_start_matches('{').trim_end_matches('}');
    let registered = registrations.iter().find(|registration| registration.name.eq_ignore_ascii_case(driver));
    match registered {
        Some(registration) => registration.library.clone(),
        None => resolve(driver),
    }
}

/// Attributes of a data source name, its driver among them as `Driver`; `None` if it is not registered.
#[must_use]
pub fn data_source(name: &str) -> Option<BTreeMap<String, String>> {
    data_source_files().iter().find_map(|file| {
        let (_, entries) =
            sections(file).into_iter().find(|(section, _)| section.eq_ignore_ascii_case(name))?;
        Some(entries)
    })
}

/// Names of all registered data sources, sorted.
#[must_use]
pub fn data_sources() -> Vec<String> {
    let mut names: Vec<String> = data_source_files()
        .iter()
        .flat_map(|file| sections(file))
        .map(|(name, _)| name)
        .filter(|name| !name.eq_ignore_ascii_case("ODBC Data Sources") && !name.eq_ignore_ascii_case("ODBC"))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn driver_entry(entries: &BTreeMap<String, String>) -> Option<String> {
    // Some packages register both; the plain one would be 32 bits wide.
    ["driver64", "driver"]
        .iter()
        .find_map(|wanted| {
            entries.iter().find(|(key, value)| key.eq_ignore_ascii_case(wanted) && !value.is_empty())
        })
        .map(|(_, value)| value.clone())
}

fn sections(file: &Path) -> Vec<(String, BTreeMap<String, String>)> {
    // Backslashes and quotes mean nothing special in these files.
    let options = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    let Ok(ini) = Ini::load_from_file_opt(file, options) else { return Vec::new() };
    ini.iter()
        .filter_map(|(name, entries)| {
            let entries = entries.iter().map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
            Some((name?.trim().to_owned(), entries.collect()))
        })
        .collect()
}

fn registration_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let name = env::var("ODBCINSTINI").unwrap_or_else(|_| "odbcinst.ini".to_owned());
    if let Some(folder) = env::var_os("ODBCSYSINI") {
        files.push(PathBuf::from(folder).join(&name));
    }
    files.push(PathBuf::from(&name));
    if let Some(home) = env::home_dir() {
        files.push(home.join(".odbcinst.ini"));
    }
    files.extend(system_folders().iter().map(|folder| Path::new(folder).join("odbcinst.ini")));
    files.retain(|file| file.is_absolute());
    files
}

fn data_source_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = env::var_os("ODBCINI").into_iter().map(PathBuf::from).collect();
    if let Some(home) = env::home_dir() {
        files.push(home.join(".odbc.ini"));
    }
    if let Some(folder) = env::var_os("ODBCSYSINI") {
        files.push(PathBuf::from(folder).join("odbc.ini"));
    }
    files.extend(system_folders().iter().map(|folder| Path::new(folder).join("odbc.ini")));
    files
}

const fn system_folders() -> &'static [&'static str] {
    &["/etc", "/etc/unixODBC", "/usr/local/etc", "/opt/homebrew/etc", "/opt/local/etc"]
}

/// The file of a library that is given by path or bare name.
fn resolve(library: &str) -> Option<PathBuf> {
    let path = Path::new(library);
    if path.is_absolute() {
        return path.is_file().then(|| path.to_owned());
    }
    library_folders().into_iter().map(|folder| folder.join(path)).find(|file| file.is_file())
}

/// Folders in which drivers are looked for.
fn library_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("LD_LIBRARY_PATH")
        .iter()
        .flat_map(|paths| env::split_paths(paths).collect::<Vec<_>>())
        .filter(|path| path.is_absolute())
        .collect();
    // Debian's folders are named after the machine: /usr/lib/x86_64-linux-gnu/odbc.
    let machines = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut machines: Vec<PathBuf> = machines
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains("-linux-gnu")))
        .collect();
    machines.sort_by_key(|path| !path.to_string_lossy().contains(env::consts::ARCH));
    for machine in machines {
        folders.extend([machine.join("odbc"), machine]);
    }
    let others = [
        "/usr/lib64/odbc",
        "/usr/lib64",
        "/usr/lib/odbc",
        "/usr/lib",
        "/usr/local/lib/odbc",
        "/usr/local/lib",
        "/opt/homebrew/lib",
    ];
    folders.extend(others.iter().map(PathBuf::from));
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_names_and_braces_lead_to_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("libdriver.so");
        fs::write(&file, b"").expect("written");
        let known = [Registration {
            name: "My Driver".to_owned(),
            registered: "libdriver.so".to_owned(),
            library: Some(file.clone()),
        }];
        assert_eq!(library("{my driver}", &known), Some(file.clone()));
        assert_eq!(library(&file.display().to_string(), &known), Some(file));
        assert_eq!(library("Other Driver", &known), None);
    }

    #[test]
    fn sections_keep_what_looks_special() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("odbc.ini");
        fs::write(&file, "[HR]\nDriver = libx.so\nServer=db\\one\nPWD=\"a\" # b\n").expect("written");
        let found = sections(&file);
        let (name, entries) = found.first().expect("a section");
        assert_eq!(name, "HR");
        assert_eq!(entries.get("Server").map(String::as_str), Some("db\\one"));
        assert_eq!(driver_entry(entries).as_deref(), Some("libx.so"));
    }
}
