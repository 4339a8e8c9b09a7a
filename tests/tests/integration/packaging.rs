//! Manual pages and completions in `packaging/` are the ones that the program generates.

use std::{collections::BTreeMap, fs, path::Path};

use syncwright_tests::repository;

use crate::program;

const AGAIN: &str = "generate it again with `packaging/generate`";

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|file| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&file).unwrap())
        })
        .collect()
}

#[test]
fn manual_pages_are_current() {
    let folder = tempfile::tempdir().unwrap();
    let _ = program().run([Path::new("man"), Path::new("--dir"), folder.path()]).expect(0);
    let generated = files(folder.path());
    let committed = files(&repository().join("packaging/man"));
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&generated), names(&committed), "packaging/man: {AGAIN}");
    for (name, page) in generated {
        assert!(committed.get(&name) == Some(&page), "packaging/man/{name}: {AGAIN}");
    }
}

#[test]
fn completions_are_current() {
    let shells = [
        ("bash", "syncwright.bash"),
        ("elvish", "syncwright.elv"),
        ("fish", "syncwright.fish"),
        ("powershell", "_syncwright.ps1"),
        ("zsh", "_syncwright"),
    ];
    let committed = files(&repository().join("packaging/completions"));
    assert_eq!(committed.len(), shells.len());
    for (shell, file) in shells {
        let generated = program().run(["completions", shell]).expect(0).out;
        assert!(committed.get(file) == Some(&generated), "packaging/completions/{file}: {AGAIN}");
    }
}
