//! The servers that other tests run against: they answer, ask for passwords, and leave nothing behind.

use std::{
    env,
    io::{BufRead as _, BufReader},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use syncwright_tests::servers::{Database, Server, System, or_skip};

/// Set in the child process that is killed.
const CHILD: &str = "SYNCWRIGHT_TESTS_CHILD_WITH_SERVER";

#[track_caller]
fn wait_until_gone(folder: &Path) {
    let begin = Instant::now();
    while folder.exists() {
        assert!(begin.elapsed() < Duration::from_secs(120), "still there: {}", folder.display());
        sleep(Duration::from_millis(50));
    }
}

/// The tables of a database.
fn tables(database: &Database) -> Vec<String> {
    database.client().lines(match database.system() {
        System::PostgreSql => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        }
        System::MariaDb => "SHOW TABLES",
    })
}

#[test]
fn databases_of_a_test_are_its_own() {
    for system in System::ALL {
        let Some(first) = or_skip(Database::new(system)) else { return };
        let second = Database::new(system).unwrap();
        for database in [&first, &second] {
            database.client().run("CREATE TABLE t (text varchar(20)); INSERT INTO t VALUES ('Łódź 東京')");
            assert_eq!(database.client().lines("SELECT text FROM t"), ["Łódź 東京"]);
        }
        first.client().run("DROP TABLE t");
        assert_eq!(tables(&first), [""; 0]);
        assert_eq!(tables(&second), ["t"]);

        let name = first.name().to_owned();
        drop(first);
        let list = match system {
            System::PostgreSql => "SELECT datname FROM pg_database",
            System::MariaDb => "SHOW DATABASES",
        };
        let databases = second.administrator().lines(list);
        assert!(databases.contains(&second.name().to_owned()), "{databases:?}");
        assert!(!databases.contains(&name), "{databases:?}");
    }
}

#[test]
fn passwords_count() {
    for system in System::ALL {
        let Some(database) = or_skip(Database::new(system)) else { return };
        let mut command = database.client().command();
        let output = command
            .env("PGPASSWORD", "wrong")
            .env("MYSQL_PWD", "wrong")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(!output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("authentication failed") || said.contains("Access denied"), "{said}");
    }
}

#[test]
fn own_server_ends_when_it_is_dropped() {
    for system in System::ALL {
        let option = match system {
            System::PostgreSql => "max_connections=17",
            System::MariaDb => "max-connections=17",
        };
        let Some(server) = or_skip(Server::own(system, &[option])) else { return };
        let show = match system {
            System::PostgreSql => "SHOW max_connections",
            System::MariaDb => "SELECT @@max_connections",
        };
        assert_eq!(server.administrator().lines(show), ["17"]);
        let (folder, port) = (server.folder().to_owned(), server.port());
        drop(server);
        wait_until_gone(&folder);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}

/// A killed process, which can tidy up nothing, leaves neither a server nor a folder.
#[test]
fn own_server_ends_with_a_killed_process() {
    if env::var_os(CHILD).is_some() {
        let server = Server::own(System::PostgreSql, &[]).unwrap();
        println!("\nfolder {}", server.folder().display());
        sleep(Duration::from_secs(600));
        return;
    }
    if or_skip(Database::new(System::PostgreSql)).is_none() {
        return;
    }
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "servers::own_server_ends_with_a_killed_process", "--nocapture"])
        .env(CHILD, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let folder = lines.find_map(|line| line.unwrap().strip_prefix("folder ").map(str::to_owned)).unwrap();
    assert!(Path::new(&folder).exists());
    child.kill().unwrap();
    child.wait().unwrap();
    wait_until_gone(Path::new(&folder));
}
