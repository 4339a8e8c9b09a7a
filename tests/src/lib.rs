//! What the end-to-end tests share: the program as a child process, projects in folders of their own,
//! the files of the repository, database servers and a network that fails.

#![expect(clippy::expect_used, reason = "helpers of tests: a broken environment should stop the test loudly")]

pub mod proxy;
pub mod sample;
pub mod servers;

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value as Json;
use tempfile::TempDir;

/// A small project that is correct in itself; its databases do not exist.
pub const SMALL_PROJECT: &str = include_str!("small.ron");

/// Root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate is in a folder of the repository")
        .to_owned()
}

/// The program, to be run as a child process.
#[derive(Debug, Clone)]
pub struct Program {
    file: PathBuf,
}

impl Program {
    /// The program at `file`.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into() }
    }

    /// A command that runs the program without a display, so that no test ever opens a window by accident,
    /// and without keyring and file of secrets: no test ever talks to those of whoever runs it.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.file);
        command
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("SYNCWRIGHT_LOG")
            .env_remove("SYNCWRIGHT_PASSPHRASE")
            .env("SYNCWRIGHT_KEYRING", "off")
            .env("SYNCWRIGHT_SECRETS", "")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Outcome {
        self.command().args(arguments).output().expect("the program can be started").into()
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Outcome {
    /// Exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }
}

impl Outcome {
    /// Fails unless the exit code is `code`.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        let Self { out, err, .. } = &self;
        assert_eq!(self.code, Some(code), "out:\n{}\nerr:\n{}", beginning(out), beginning(err));
        self
    }

    /// Standard output as exactly one JSON document.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.out).expect("standard output is one JSON document")
    }
}

/// As much of an output as helps: a change list can have tens of thousands of lines.
fn beginning(text: &str) -> String {
    const LONGEST: usize = 8000;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} … ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// A project file in a folder that is removed afterwards.
#[derive(Debug)]
pub struct ProjectFolder {
    folder: TempDir,
    file: PathBuf,
}

impl ProjectFolder {
    /// A folder with one file `project.ron` of that content.
    #[must_use]
    pub fn with(content: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("temporary folders can be made");
        let file = folder.path().join("project.ron");
        fs::write(&file, content).expect("temporary files can be written");
        Self { folder, file }
    }

    /// The project file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The project file as an argument.
    #[must_use]
    pub fn argument(&self) -> &str {
        self.file.to_str().expect("temporary folders have plain names")
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
