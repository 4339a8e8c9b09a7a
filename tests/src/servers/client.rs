//! The servers' own command line clients, as what runs SQL scripts beside the program under test.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use super::{System, postgresql};

/// A user of a database, who runs SQL through `psql` or `mariadb`.
#[derive(Debug, Clone)]
pub struct Client {
    system: System,
    port: u16,
    database: String,
    user: String,
    password: String,
}

impl Client {
    pub(super) fn new(system: System, port: u16, database: &str, user: &str, password: &str) -> Self {
        Self {
            system,
            port,
            database: database.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
        }
    }

    /// The same user in another database of the server.
    #[must_use]
    pub fn in_database(&self, database: &str) -> Self {
        Self { database: database.to_owned(), ..self.clone() }
    }

    /// Runs a script; all of it must succeed.
    ///
    /// # Panics
    ///
    /// If the server refuses any of it.
    #[track_caller]
    pub fn run(&self, script: &str) {
        self.try_run(script).unwrap_or_else(|error| panic!("{error}"));
    }

    /// What the script's queries print: a line per row, columns separated by tabs, NULL as `NULL`. Line breaks
    /// and tabs within values are not told apart: ask for them in hexadecimal.
    ///
    /// # Panics
    ///
    /// If the server refuses any of it.
    #[track_caller]
    pub fn lines(&self, script: &str) -> Vec<String> {
        let printed = self.try_run(script).unwrap_or_else(|error| panic!("{error}"));
        printed.lines().map(str::to_owned).collect()
    }

    /// Runs a script up to its first error; gives what it prints, or what the server says.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn try_run(&self, script: &str) -> Result<String, String> {
        let mut child = self
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the client can be started");
        let mut input = child.stdin.take().expect("it has an input");
        let output = std::thread::scope(|scope| {
            let write = || {
                // A client that has met an error reads no further; its exit code tells.
                input.write_all(script.as_bytes()).ok();
                drop(input);
            };
            std::thread::Builder::new()
                .name("script".to_owned())
                .spawn_scoped(scope, write)
                .expect("threads can be started");
            child.wait_with_output().expect("the client ends")
        });
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// The client with everything but a script, which it reads from its standard input. Passwords go through
    /// the environment: command lines are public.
    #[must_use]
    pub fn command(&self) -> Command {
        let port = self.port.to_string();
        match self.system {
            System::PostgreSql => {
                let mut command = Command::new(postgresql::client());
                command
                    .args(["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"])
                    .args(["--no-align", "--tuples-only", "--field-separator=\t", "--pset=null=NULL"])
                    .args(["--host=127.0.0.1", "--port", &port, "--username", &self.user])
                    .args(["--dbname", &self.database])
                    .env("PGPASSWORD", &self.password)
                    .env("PGCLIENTENCODING", "UTF8");
                command
            }
            System::MariaDb => {
                let mut command = Command::new("mariadb");
                command
                    .args(["--no-defaults", "--batch", "--raw", "--binary-mode", "--skip-column-names"])
                    .args(["--default-character-set=utf8mb4", "--max-allowed-packet=64M"])
                    .args(["--protocol=tcp", "--host=127.0.0.1", "--port", &port, "--user", &self.user])
                    .args(["--database", &self.database])
                    .env("MYSQL_PWD", &self.password);
                command
            }
        }
    }
}
