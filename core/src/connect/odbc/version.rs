//! Versions of installed drivers (W3), found without connecting: from the name of the library's file, or else from
//! the package that it belongs to.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Versions of these libraries, as far as they can be told. Asks the package manager, so not for every frame.
#[must_use]
pub fn versions<'a>(libraries: impl IntoIterator<Item = &'a Path>) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut packaged = BTreeMap::new();
    for library in libraries {
        let file = fs::canonicalize(library).unwrap_or_else(|_| library.to_owned());
        match in_name(&file) {
            Some(version) => drop(found.insert(library.to_owned(), version)),
            None => drop(packaged.insert(file, library.to_owned())),
        }
    }
    if !packaged.is_empty() {
        found.extend(of_packages(&packaged));
    }
    found
}

/// The version in the name of a file such as `libdriver-18.3.so.2.1`. What follows `.so` counts interfaces, not
/// versions.
fn in_name(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let (stem, _) = name.split_once(".so")?;
    let (_, version) = stem.rsplit_once('-')?;
    let looks_so = version.contains('.') && version.split('.').all(is_number);
    looks_so.then(|| version.to_owned())
}

fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_digit())
}

/// Versions of the packages that files belong to, by the libraries that the files are.
fn of_packages(files: &BTreeMap<PathBuf, PathBuf>) -> BTreeMap<PathBuf, String> {
    let Some(owners) = ask("-S", files.keys().map(PathBuf::as_path)) else { return BTreeMap::new() };
    let owners: Vec<(&str, &PathBuf)> = owners
        .lines()
        .filter_map(|line| {
            let (package, file) = line.rsplit_once(": ")?;
            Some((package, files.get(Path::new(file))?))
        })
        .collect();
    if owners.is_empty() {
        return BTreeMap::new();
    }
    let format = Path::new("--showformat=${binary:Package} ${Version}\\n");
    let packages = owners.iter().map(|(package, _)| Path::new(*package));
    let Some(installed) = ask("-W", std::iter::once(format).chain(packages)) else {
        return BTreeMap::new();
    };
    let installed: BTreeMap<&str, &str> = installed.lines().filter_map(|line| line.split_once(' ')).collect();
    owners
        .into_iter()
        .filter_map(|(package, library)| Some((library.clone(), upstream(installed.get(package)?))))
        .collect()
}

/// What Debian's package manager answers; nothing where there is none. What it does not know it leaves out.
fn ask<'a>(question: &str, about: impl Iterator<Item = &'a Path>) -> Option<String> {
    let asked = Command::new("dpkg-query")
        .arg(question)
        .args(about)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    String::from_utf8(asked.ok()?.stdout).ok()
}

/// The driver's own version in that of its package: `1:13.02.0000-2+b1` is 13.02.0000.
fn upstream(package: &str) -> String {
    let version = package.split_once(':').map_or(package, |(_, version)| version);
    version.rsplit_once('-').map_or(version, |(version, _)| version).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_stands_in_the_name_of_the_file() {
        let of = |name: &str| in_name(Path::new(name));
        assert_eq!(of("/usr/lib/libsqlite3odbc-0.9998.so").as_deref(), Some("0.9998"));
        assert_eq!(of("/opt/libmsodbcsql-18.3.so.2.1").as_deref(), Some("18.3"));
        assert_eq!(of("/usr/lib/libtdsodbc.so.0.0.0"), None, "that counts interfaces");
        assert_eq!(of("/usr/lib/lib-x86.so"), None);
        assert_eq!(of("/usr/lib/psqlodbcw.so"), None);
    }

    #[test]
    fn a_link_leads_to_the_name_with_the_version() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("libdriver-1.25.so"), folder.path().join("libdriver.so"));
        fs::write(&file, b"").expect("written");
        #[cfg(unix)]
        std::os::unix::fs::symlink("libdriver-1.25.so", &link).expect("a link");
        #[cfg(unix)]
        assert_eq!(versions([link.as_path()]), BTreeMap::from([(link.clone(), "1.25".to_owned())]));
        let unknown = folder.path().join("libother.so");
        fs::write(&unknown, b"").expect("written");
        assert_eq!(versions([unknown.as_path()]), BTreeMap::new(), "no package has it");
    }

    #[test]
    fn packages_count_more_than_versions_of_the_driver() {
        for (package, version) in
            [("1:13.02.0000-2+b1", "13.02.0000"), ("3.1.15-3", "3.1.15"), ("2.0", "2.0")]
        {
            assert_eq!(upstream(package), version);
        }
    }
}
