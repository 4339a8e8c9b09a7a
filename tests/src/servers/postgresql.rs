//! How a PostgreSQL server is made and started.

use std::{fs, path::PathBuf};

use super::{
    Unavailable, program,
    running::{Recipe, Setup, write_private},
};

const PACKAGE: &str = "postgresql-15";

/// Name of the administrator.
pub(super) const ADMINISTRATOR: &str = "postgres";

/// Folders of the servers that Debian installs beside each other, the newest first.
fn folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// Makes a server in the folder of `setup`.
pub(super) fn recipe(setup: &Setup<'_>) -> Result<Recipe, Unavailable> {
    let folders = folders();
    let (initdb, server) = (program("initdb", &folders, PACKAGE)?, program("postgres", &folders, PACKAGE)?);
    program("psql", &folders, PACKAGE)?;
    let (data, password) = (setup.folder.join("data"), setup.folder.join("password"));
    write_private(&password, setup.password);
    let initialise = [
        initdb.as_os_str().into(),
        "--no-sync".into(),
        "--no-instructions".into(),
        "--auth=scram-sha-256".into(),
        format!("--username={ADMINISTRATOR}").into(),
        format!("--pwfile={}", password.display()).into(),
        "--encoding=UTF8".into(),
        "--locale=C.UTF-8".into(),
        "--pgdata".into(),
        data.clone().into(),
    ];
    let mut serve: Vec<_> = vec![server.into(), "-D".into(), data.into()];
    let port = format!("port={}", setup.port);
    let settings = [
        port.as_str(),
        "listen_addresses=127.0.0.1",
        // The path of a socket may be too long, and nobody needs it.
        "unix_socket_directories=",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=200",
        "shared_buffers=256MB",
        "max_wal_size=4GB",
        // Tests of deadlocks need not wait for a second each.
        "deadlock_timeout=200ms",
    ];
    for setting in settings.iter().copied().chain(setup.options.iter().copied()) {
        serve.extend(["-c".into(), setting.into()]);
    }
    // Quick, and its processes and shared memory go with it: nobody needs the data again.
    Ok(Recipe { initialise: initialise.into(), serve, signal: "QUIT" })
}

/// The client, wherever it is; its name if it is nowhere.
pub(super) fn client() -> PathBuf {
    program("psql", &folders(), PACKAGE).unwrap_or_else(|missing| missing.program.into())
}
