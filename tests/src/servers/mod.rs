//! Throwaway PostgreSQL and MariaDB servers for tests and benchmarks: real servers, real passwords, in
//! temporary folders and on free ports, never a server that was there before.
//!
//! One server of each system serves all test processes that run at a time ([`Server::shared`]): the first
//! that needs it starts it, and some seconds after the last has ended, in whatever way, it is ended and its
//! folder removed. Each test has a [`Database`] and a user of its own in it. Tests that set up or harm a whole
//! server start one of their own ([`Server::own`]).
//!
//! Not for anything else than tests: durability is switched off. Also compiled into the benchmark
//! `core/benches/odbc.rs`, therefore it uses nothing of this crate.

#![allow(clippy::expect_used, reason = "helpers of tests: a broken environment should stop the test loudly")]

mod client;
mod database;
mod mariadb;
mod postgresql;
mod running;

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

pub use self::{client::Client, database::Database, running::Server};

/// A database system of which there are servers to test with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum System {
    /// PostgreSQL.
    PostgreSql,
    /// MariaDB.
    MariaDb,
}

impl System {
    /// Both.
    pub const ALL: [Self; 2] = [Self::PostgreSql, Self::MariaDb];

    /// Identifier of the dialect in project files.
    #[must_use]
    pub const fn dialect(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::MariaDb => "mariadb",
        }
    }

    /// A name as this system takes it whatever it contains.
    #[must_use]
    pub fn quote(self, name: &str) -> String {
        match self {
            Self::PostgreSql => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::MariaDb => format!("`{}`", name.replace('`', "``")),
        }
    }
}

/// Why there is no server: a program that it needs is not installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// What is missing.
    pub program: String,
    /// Where it comes from.
    pub package: &'static str,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} is not installed (Debian package {})", self.program, self.package)
    }
}

/// What is available; `None`, with the reason printed, if it is not. Where nothing may be skipped, as in
/// continuous integration, what is missing fails the test instead.
///
/// # Panics
///
/// If something is missing and a variable `CI` or `SYNCWRIGHT_TESTS_REQUIRE_ALL` is set.
#[track_caller]
pub fn or_skip<T>(available: Result<T, Unavailable>) -> Option<T> {
    match available {
        Ok(available) => Some(available),
        Err(missing) => {
            skipped(&missing);
            None
        }
    }
}

/// Says that a test is skipped and why; where nothing may be skipped it fails instead.
///
/// # Panics
///
/// If a variable `CI` or `SYNCWRIGHT_TESTS_REQUIRE_ALL` is set.
#[track_caller]
pub fn skipped(why: &impl fmt::Display) {
    let required = ["CI", "SYNCWRIGHT_TESTS_REQUIRE_ALL"]
        .iter()
        .any(|variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty()));
    assert!(!required, "nothing may be skipped here, but {why}");
    println!("skipped: {why}");
}

/// True if this process may everything; servers then run as a user who may nothing.
#[must_use]
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("`id` can be started");
    output.stdout.trim_ascii() == b"0"
}

/// A program in the search path, or in one of `folders`.
fn program(name: &str, folders: &[PathBuf], package: &'static str) -> Result<PathBuf, Unavailable> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(folders.iter().cloned())
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| is_program(file))
        .ok_or_else(|| Unavailable { program: name.to_owned(), package })
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(_file: &Path) -> bool {
    // The servers are kept under control with programs that only Linux has.
    false
}

/// A text that nobody guesses, of letters and digits.
fn random_text() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    // Keys of a hash map come from the system's source of random numbers; good enough for throwaway servers.
    let part = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", part(), part())
}
