//! How a MariaDB server is made and started.

use super::{
    Unavailable, program,
    running::{Recipe, Setup, write_private},
};

const PACKAGE: &str = "mariadb-server-core";

/// Name of the administrator.
pub(super) const ADMINISTRATOR: &str = "administrator";

/// Makes a server in the folder of `setup`.
pub(super) fn recipe(setup: &Setup<'_>) -> Result<Recipe, Unavailable> {
    let (install, server) =
        (program("mariadb-install-db", &[], PACKAGE)?, program("mariadbd", &[], PACKAGE)?);
    program("mariadb", &[], "mariadb-client-core")?;
    let (data, first) = (setup.folder.join("data"), setup.folder.join("first.sql"));
    write_private(
        &first,
        &format!(
            "CREATE USER IF NOT EXISTS {ADMINISTRATOR}@'127.0.0.1' IDENTIFIED BY '{}';\n\
             GRANT ALL ON *.* TO {ADMINISTRATOR}@'127.0.0.1' WITH GRANT OPTION;\n",
            setup.password
        ),
    );
    let initialise = [
        install.into(),
        "--no-defaults".into(),
        format!("--datadir={}", data.display()).into(),
        // The other user without a password; this way, only through the socket in the private folder.
        "--auth-root-authentication-method=socket".into(),
        format!("--auth-root-socket-user={}", setup.user).into(),
        "--skip-test-db".into(),
        "--skip-name-resolve".into(),
    ];
    let mut serve = vec![
        server.into(),
        "--no-defaults".into(),
        format!("--datadir={}", data.display()).into(),
        // Relative to the data folder: an absolute path may be too long.
        "--socket=server.sock".into(),
        "--pid-file=server.pid".into(),
        format!("--port={}", setup.port).into(),
        "--bind-address=127.0.0.1".into(),
        format!("--init-file={}", first.display()).into(),
        "--character-set-server=utf8mb4".into(),
        "--skip-name-resolve".into(),
        "--skip-log-bin".into(),
        "--performance-schema=off".into(),
        "--innodb-flush-log-at-trx-commit=0".into(),
        "--innodb-doublewrite=0".into(),
        "--innodb-buffer-pool-size=256M".into(),
        "--innodb-log-file-size=128M".into(),
        "--max-allowed-packet=64M".into(),
        "--max-connections=200".into(),
        // Longer than tests wait for those who should have given up before.
        "--innodb-lock-wait-timeout=300".into(),
        // Tests break off connections on purpose.
        "--max-connect-errors=1000000".into(),
    ];
    serve.extend(setup.options.iter().map(|option| format!("--{option}").into()));
    // Nobody needs the data again.
    Ok(Recipe { initialise: initialise.into(), serve, signal: "KILL" })
}
