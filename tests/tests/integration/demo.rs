//! `syncwright demo`: the folder it makes, and what it leaves alone.

use std::fs;

use syncwright_tests::{Outcome, repository};

use crate::program;

const PROJECT: &str = "hr-to-identity.ron";

fn demo(folder: &std::path::Path, more: &[&str]) -> Outcome {
    let folder = folder.to_str().unwrap();
    program().run(["demo", "--no-gui", "--dir", folder].iter().chain(more))
}

#[test]
fn folders_of_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let outcome = demo(folder.path(), &[]).expect(2);
    assert!(outcome.err.contains("error[SW-A009]"), "{outcome:?}");
    let files: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["mine.txt"]);
}

#[test]
fn edited_project_is_kept_beside_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let _ = demo(folder.path(), &[]);
    let file = folder.path().join(PROJECT);
    let sample = fs::read_to_string(repository().join("projects/hr-to-identity").join(PROJECT)).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), sample);
    let backup = folder.path().join(format!("{PROJECT}.bak"));
    assert!(!backup.exists());

    let edited = format!("// edited\n{sample}");
    fs::write(&file, &edited).unwrap();
    let _ = demo(folder.path(), &["--keep"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), edited);
    let _ = demo(folder.path(), &[]);
    assert_eq!(fs::read_to_string(&file).unwrap(), sample);
    assert_eq!(fs::read_to_string(&backup).unwrap(), edited);
}
