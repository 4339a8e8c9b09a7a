//! Faults: files that the user may not write, or not read. Run as another user if the tests are run by one who
//! may everything.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::PathBuf,
    process::{Command, Stdio},
};

use syncwright_core::sample::PROVISION;
use syncwright_tests::Outcome;
use tempfile::TempDir;

use crate::faults::{Sample, assert_same};

/// Number of the user and group that may nothing.
const NOBODY: u32 = 65534;

/// The program as a user to whom permissions apply.
struct User {
    program: PathBuf,
    /// Holds the copy of the program that the other user may read.
    _folder: TempDir,
    is_other: bool,
}

impl User {
    /// The owner of the sample from now on; `None`, with the reason printed, if there is nobody.
    fn owning(sample: &Sample) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = folder.path().join("syncwright");
        fs::copy(env!("CARGO_BIN_EXE_syncwright_under_test"), &program).unwrap();
        let probe = folder.path().join("probe");
        fs::write(&probe, "").unwrap();
        fs::set_permissions(&probe, fs::Permissions::from_mode(0o444)).unwrap();
        let is_other = fs::OpenOptions::new().append(true).open(&probe).is_ok();
        let user = Self { program, _folder: folder, is_other };
        if is_other {
            for entry in fs::read_dir(sample.path()).unwrap() {
                chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
            }
            chown(sample.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        if user.run(&["--version".to_owned()]).is_none_or(|outcome| outcome.code != Some(0)) {
            println!("skipped: permissions do not apply to this user, and setpriv cannot become another");
            return None;
        }
        Some(user)
    }

    fn run(&self, arguments: &[String]) -> Option<Outcome> {
        let mut command = if self.is_other {
            let mut command = Command::new("setpriv");
            command.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")]);
            command.arg("--clear-groups").arg(&self.program);
            command
        } else {
            Command::new(&self.program)
        };
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("SYNCWRIGHT_LOG");
        let output = command.args(arguments).stdin(Stdio::null()).output().ok()?;
        Some(Outcome {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        })
    }

    #[track_caller]
    fn refused(&self, sample: &Sample, subcommand: &str, code: &str) {
        let outcome = self.run(&sample.arguments(subcommand, PROVISION)).unwrap().expect(4);
        let said = format!("{}{}", outcome.out, outcome.err);
        assert!(said.contains(&format!("error[{code}]: Human resources: ")), "{outcome:?}");
        assert!(said.contains("hr.db"), "{outcome:?}");
        assert!(said.contains("help: check "), "{outcome:?}");
    }
}

#[test]
fn file_that_may_not_be_written() {
    let sample = Sample::new();
    let Some(user) = User::owning(&sample) else { return };
    let before = sample.content();
    fs::set_permissions(sample.hr_file(), fs::Permissions::from_mode(0o444)).unwrap();
    let _ = user.run(&sample.arguments("simulate", PROVISION)).unwrap().expect(0);
    user.refused(&sample, "run", "SW-D006");
    assert_same(&sample.content(), &before);

    fs::set_permissions(sample.hr_file(), fs::Permissions::from_mode(0o644)).unwrap();
    let _ = user.run(&sample.arguments("run", PROVISION)).unwrap().expect(0);
}

#[test]
fn file_that_may_not_be_read() {
    let sample = Sample::new();
    let Some(user) = User::owning(&sample) else { return };
    let before = sample.content();
    fs::set_permissions(sample.hr_file(), fs::Permissions::from_mode(0o000)).unwrap();
    user.refused(&sample, "simulate", "SW-D003");
    user.refused(&sample, "run", "SW-D003");
    fs::set_permissions(sample.hr_file(), fs::Permissions::from_mode(0o644)).unwrap();
    assert_same(&sample.content(), &before);
}

/// The databases lie beside the project: where nothing can be written, a run must say so before it writes.
#[test]
fn folder_that_may_not_be_written() {
    let sample = Sample::new();
    let Some(user) = User::owning(&sample) else { return };
    let before = sample.content();
    fs::set_permissions(sample.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let outcome = user.run(&sample.arguments("run", PROVISION)).unwrap().expect(4);
    let said = format!("{}{}", outcome.out, outcome.err);
    assert!(said.contains("error[SW-") && said.contains("help: check "), "{outcome:?}");
    fs::set_permissions(sample.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_same(&sample.content(), &before);
}
