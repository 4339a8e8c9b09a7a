//! A database of a test's own, with a user of its own, in a running server.

use std::{thread::sleep, time::Duration};

use super::{Client, Server, System, Unavailable, random_text};

/// An empty database and the user who owns it; both are dropped with this value.
#[derive(Debug)]
pub struct Database {
    server: Server,
    name: String,
    user: String,
    password: String,
}

impl Database {
    /// A new database in the shared server.
    ///
    /// # Errors
    ///
    /// If a program is missing.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    pub fn new(system: System) -> Result<Self, Unavailable> {
        Server::shared(system).map(|server| Self::on(&server))
    }

    /// A new database in this server.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    #[must_use]
    pub fn on(server: &Server) -> Self {
        let name = format!("test_{}", &random_text()[..16]);
        let database = Self { server: server.clone(), user: name.clone(), name, password: random_text() };
        let Self { name, user, password, .. } = &database;
        let script = match server.system() {
            System::PostgreSql => format!(
                "CREATE ROLE {user} LOGIN PASSWORD '{password}';\n\
                 CREATE DATABASE {name} OWNER {user} TEMPLATE template0;\n"
            ),
            System::MariaDb => format!(
                "CREATE DATABASE {name};\n\
                 CREATE USER {user}@'127.0.0.1' IDENTIFIED BY '{password}';\n\
                 GRANT ALL ON {name}.* TO {user}@'127.0.0.1';\n"
            ),
        };
        server.administrator().run(&script);
        database
    }

    /// The server.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// Which system it is.
    #[must_use]
    pub const fn system(&self) -> System {
        self.server.system()
    }

    /// Name of the database.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name of its owner.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The owner's password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// A client of the owner.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.system(), self.server.port(), &self.name, &self.user, &self.password)
    }

    /// A client of the user who may everything, in this database.
    #[must_use]
    pub fn administrator(&self) -> Client {
        self.server.administrator().in_database(&self.name)
    }

    /// A further user, who may log on and nothing else; its password is that of the owner.
    ///
    /// # Panics
    ///
    /// If the server refuses.
    #[must_use]
    pub fn guest(&self) -> String {
        let guest = format!("guest_{}", &random_text()[..16]);
        let Self { name, password, .. } = self;
        self.administrator().run(&match self.system() {
            System::PostgreSql => format!("CREATE ROLE {guest} LOGIN PASSWORD '{password}';"),
            System::MariaDb => format!(
                "CREATE USER {guest}@'127.0.0.1' IDENTIFIED BY '{password}';\n\
                 GRANT CREATE TEMPORARY TABLES ON {name}.* TO {guest}@'127.0.0.1';"
            ),
        });
        guest
    }

    /// Ends all sessions of this database but the administrator's, and waits until they have gone, with
    /// everything that they held.
    ///
    /// # Panics
    ///
    /// If they do not go.
    pub fn end_other_sessions(&self) {
        let Self { name, .. } = self;
        let client = self.server.administrator();
        let (list, end) = match self.system() {
            System::PostgreSql => (
                format!("SELECT pid FROM pg_stat_activity WHERE datname = '{name}'"),
                "SELECT pg_terminate_backend",
            ),
            System::MariaDb => {
                (format!("SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{name}'"), "KILL")
            }
        };
        for _ in 0..500 {
            let sessions = client.lines(&list);
            if sessions.is_empty() {
                return;
            }
            for session in sessions {
                // It may have gone by itself meanwhile.
                client.try_run(&format!("{end}({session});")).ok();
            }
            sleep(Duration::from_millis(20));
        }
        panic!("sessions of {name} do not end");
    }

    /// What stands behind the name of a user in a GRANT.
    #[must_use]
    pub const fn host_of_users(&self) -> &'static str {
        match self.system() {
            System::PostgreSql => "",
            System::MariaDb => "@'127.0.0.1'",
        }
    }

    /// Connection attributes of a project file: where it is and who connects, without the password.
    #[must_use]
    pub fn attributes(&self) -> Vec<(String, String)> {
        self.attributes_through(self.server.port())
    }

    /// The same through another port, for example that of a proxy.
    #[must_use]
    pub fn attributes_through(&self, port: u16) -> Vec<(String, String)> {
        let port = port.to_string();
        [("Server", "127.0.0.1"), ("Port", &port), ("Database", &self.name), ("UID", &self.user)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Self { name, user, .. } = self;
        let script = match self.server.system() {
            System::PostgreSql => {
                format!("DROP DATABASE IF EXISTS {name} WITH (FORCE);\nDROP ROLE IF EXISTS {user};\n")
            }
            System::MariaDb => {
                format!("DROP DATABASE IF EXISTS {name};\nDROP USER IF EXISTS {user}@'127.0.0.1';\n")
            }
        };
        // A test may have ended the server; then everything is gone anyway.
        self.server.administrator().try_run(&script).ok();
    }
}
