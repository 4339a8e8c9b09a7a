//! Passwords in a real keyring and in the encrypted file, through the program, against a real server (P3).
//!
//! The keyring is GNOME's, on a D-Bus of its own, with a home folder of its own: nobody's own keyring is touched.

mod session;

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use syncwright_core::project::{self, Project, Provider, SecretStore, Variable};
use syncwright_tests::{
    Outcome, SMALL_PROJECT,
    servers::{Database, System, or_skip},
};
use tempfile::TempDir;

use self::session::Session;
use crate::program;

const PASSPHRASE: &str = "correct horse battery staple";

/// The small project with its target on a server, and a home folder for the program.
struct Place {
    folder: TempDir,
    database: Database,
    /// Of the keyring; without one it is switched off.
    session: Option<Session>,
}

impl Place {
    fn new(session: Option<Session>) -> Option<Self> {
        let database = or_skip(Database::new(System::PostgreSql))?;
        database.client().run(
            "CREATE TABLE employees (id bigint PRIMARY KEY, given_name varchar(60), family_name varchar(60));\n\
             INSERT INTO employees VALUES (7, 'Ada', 'Lovelace');",
        );
        let place = Self { folder: tempfile::tempdir().unwrap(), database, session };
        fs::create_dir(place.home()).unwrap();
        fs::create_dir(place.project_file().parent().unwrap()).unwrap();
        let central =
            rusqlite::Connection::open(place.project_file().with_file_name("identities.db")).unwrap();
        central
            .execute_batch(
                "CREATE TABLE persons (uid TEXT PRIMARY KEY NOT NULL, personnel_number TEXT, first_name TEXT, \
                 last_name TEXT NOT NULL)",
            )
            .unwrap();
        place.change(|_| {});
        Some(place)
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    fn project_file(&self) -> PathBuf {
        self.folder.path().join("project").join("hr.ron")
    }

    fn vault(&self) -> PathBuf {
        self.home().join(".config").join("syncwright").join("secrets.vault")
    }

    fn change(&self, change: impl FnOnce(&mut Project)) {
        let mut project = project::from_text("small", SMALL_PROJECT).unwrap();
        let attributes: BTreeMap<String, String> = self.database.attributes().into_iter().collect();
        project.target.connection.provider = Provider::Odbc { dialect: "postgresql".to_owned(), attributes };
        project.active = true;
        change(&mut project);
        project::save(&project, &self.project_file()).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program().command();
        command
            .env("HOME", self.home())
            .env("SYNCWRIGHT_LOG", "trace")
            .env_remove("SYNCWRIGHT_SECRETS")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_DATA_HOME");
        if let Some(session) = &self.session {
            session.enter(&mut command);
        }
        for argument in arguments {
            match *argument {
                "PROJECT" => command.arg(self.project_file()),
                other => command.arg(other),
            };
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(self.command(arguments), "")
    }

    /// With the passphrase in the environment.
    fn run_unlocked(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut command = self.command(arguments);
        command.env("SYNCWRIGHT_PASSPHRASE", PASSPHRASE);
        self.run_with(command, input)
    }

    /// Runs the program to its end; the password is nowhere but in the input.
    fn run_with(&self, mut command: Command, input: &str) -> Outcome {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that needs no input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        self.checked(child.wait_with_output().unwrap().into())
    }

    fn checked(&self, outcome: Outcome) -> Outcome {
        for (what, text) in [("output", &outcome.out), ("errors and log", &outcome.err)] {
            assert!(!text.contains(self.database.password()), "the password is in the {what}:\n{text}");
            assert!(!text.contains(PASSPHRASE), "the passphrase is in the {what}:\n{text}");
        }
        outcome
    }

    fn simulate(&self) -> Outcome {
        self.run(&["simulate", "PROJECT"])
    }

    /// No file of the project, of the program's and of the keyring's folders holds a secret.
    fn look_through_files(&self) {
        let mut files = 0;
        for_every_file(self.folder.path(), &mut |path, content| {
            files += 1;
            for secret in [self.database.password(), PASSPHRASE] {
                assert!(!has(content, secret), "a secret is in {}", path.display());
            }
        });
        assert!(files >= 3, "the files were not found");
    }
}

/// What the program says to people: results and errors, without the log.
fn said(outcome: &Outcome) -> String {
    let is_log = |line: &&str| line.starts_with("20") && line.contains('T');
    let errors: Vec<&str> = outcome.err.lines().filter(|line| !is_log(line)).collect();
    format!("{}{}", outcome.out, errors.join("\n"))
}

fn has(content: &[u8], text: &str) -> bool {
    content.windows(text.len()).any(|window| window == text.as_bytes())
}

fn for_every_file(folder: &Path, look: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            for_every_file(&path, look);
        } else if kind.is_file() {
            look(&path, &fs::read(&path).unwrap());
        }
    }
}

/// The password is not in what other users can read of a process and its children.
fn look_through_processes(child: &Child, secret: &str) -> usize {
    let mut waiting = vec![child.id().to_string()];
    let mut looked = 0;
    while let Some(process) = waiting.pop() {
        let folder = Path::new("/proc").join(&process);
        for file in ["environ", "cmdline"] {
            // It may have ended meanwhile.
            let Ok(content) = fs::read(folder.join(file)) else { continue };
            assert!(!has(&content, secret), "a secret is in {file} of process {process}");
            looked += 1;
        }
        for task in fs::read_dir(folder.join("task")).into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            waiting.extend(children.split_whitespace().map(str::to_owned));
        }
    }
    looked
}

#[test]
fn a_keyring_keeps_a_password() {
    let Some(session) = or_skip(Session::start()) else { return };
    let Some(place) = Place::new(Some(session)) else { return };
    let which = ["--system", "target"];
    let secret = |action: &'static str| ["secret", action, "PROJECT", which[0], which[1]];
    let refused = place.simulate().expect(4);
    assert!(said(&refused).contains("SW-D016"), "{}", said(&refused));

    let set = place.run_with(place.command(&secret("set")), place.database.password()).expect(0);
    assert_eq!(set.out, "Saved the password of hr in the keyring\n");
    let found = place.run(&[&secret("where")[..], &["--format", "json"]].concat()).expect(0).json();
    assert_eq!((&found["found"], &found["secret"]), (&"keyring".into(), &"password/hr".into()));
    // Another process finds it. The connection takes a while, during which everybody can look at its process.
    place.change(|project| project.target.connection.initial_sql = vec!["SELECT pg_sleep(1.5)".to_owned()]);
    let mut command = place.command(&["simulate", "PROJECT"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(1000));
    assert!(look_through_processes(&child, place.database.password()) >= 2);
    let outcome = place.checked(child.wait_with_output().unwrap().into()).expect(0);
    assert!(outcome.out.contains("Lovelace") || outcome.out.contains('1'), "{}", outcome.out);
    place.look_through_files();

    // A project that names the file does not look into the keyring.
    place.change(|project| project.target.connection.secret_store = SecretStore::EncryptedFile);
    let elsewhere = place.simulate().expect(4);
    assert!(said(&elsewhere).contains("there is no file of secrets"), "{}", said(&elsewhere));
    place.change(|project| project.target.connection.secret_store = SecretStore::NeverSaved);
    let never = place.simulate().expect(4);
    assert!(said(&never).contains("SW-D016"), "{}", said(&never));
    let never = place.run_with(place.command(&secret("set")), "x").expect(2);
    assert!(said(&never).contains("SW-K015"), "{}", said(&never));

    place.change(|project| project.target.connection.secret_store = SecretStore::Keyring);
    let _ = place.simulate().expect(0);
    assert_eq!(place.run(&secret("forget")).expect(0).out, "Removed the password of hr from the keyring\n");
    let gone = place.simulate().expect(4);
    assert!(said(&gone).contains("is not in the keyring, where the project says"), "{}", said(&gone));
    assert!(place.run(&secret("forget")).expect(0).out.contains("saved nowhere"));
}

#[test]
fn a_locked_keyring_is_an_error_soon() {
    let Some(session) = or_skip(Session::start()) else { return };
    let Some(place) = Place::new(Some(session)) else { return };
    let set = place.command(&["secret", "set", "PROJECT", "--system", "target"]);
    let _ = place.run_with(set, place.database.password()).expect(0);
    place.change(|project| project.target.connection.secret_store = SecretStore::Keyring);
    place.session.as_ref().unwrap().lock_keyring();
    let begin = Instant::now();
    let locked = place.simulate().expect(4);
    assert!(
        said(&locked).contains("SW-D019") && said(&locked).contains("the keyring is locked"),
        "{}",
        said(&locked)
    );
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
    let place_of = place.run(&["secret", "where", "PROJECT", "--system", "target"]).expect(0);
    assert!(place_of.out.contains("keyring, locked: cannot be looked into"), "{}", place_of.out);
}

#[test]
fn an_encrypted_file_keeps_secrets() {
    let Some(place) = Place::new(None) else { return };
    let password = place.database.password().to_owned();
    place.change(|project| project.target.connection.secret_store = SecretStore::EncryptedFile);
    let missing = place.simulate().expect(4);
    assert!(said(&missing).contains("there is no file of secrets"), "{}", said(&missing));

    let set = ["secret", "set", "PROJECT", "--system", "target"];
    let made = place.run_unlocked(&set, &format!("{password}\n")).expect(0);
    assert_eq!(made.out, "Saved the password of hr in the encrypted file\n");
    let _ = place.run_unlocked(&["simulate", "PROJECT"], "").expect(0);
    place.look_through_files();

    // Without the passphrase nobody is asked here: there is no terminal.
    let mut command = Command::new("setsid");
    let inner = place.command(&["simulate", "PROJECT"]);
    command.arg("--wait").arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let locked = place.run_with(command, "").expect(4);
    assert!(
        said(&locked).contains("which is locked") && said(&locked).contains("SYNCWRIGHT_PASSPHRASE"),
        "{}",
        said(&locked)
    );
    let mut command = place.command(&["simulate", "PROJECT"]);
    command.env("SYNCWRIGHT_PASSPHRASE", "wrong");
    let wrong = place.run_with(command, "").expect(4);
    assert!(said(&wrong).contains("the passphrase is wrong"), "{}", said(&wrong));

    // Another passphrase; then a damaged file.
    let changed = place.run_unlocked(&["secret", "passphrase"], "another one\n").expect(0);
    assert!(changed.out.starts_with("Changed the passphrase of "), "{}", changed.out);
    let _ = place.run_unlocked(&["simulate", "PROJECT"], "").expect(4);
    let mut command = place.command(&["simulate", "PROJECT"]);
    command.env("SYNCWRIGHT_PASSPHRASE", "another one");
    let _ = place.run_with(command, "").expect(0);
    let whole = fs::read(place.vault()).unwrap();
    fs::write(place.vault(), &whole[..whole.len() - 1]).unwrap();
    let mut command = place.command(&["simulate", "PROJECT"]);
    command.env("SYNCWRIGHT_PASSPHRASE", "another one");
    let damaged = place.run_with(command, "").expect(4);
    assert!(said(&damaged).contains("is damaged"), "{}", said(&damaged));
    fs::write(place.vault(), &whole).unwrap();

    // What the environment says goes first.
    let mut command = place.command(&["simulate", "PROJECT"]);
    command.env("SYNCWRIGHT_PASSWORD_HR", &password);
    let _ = place.run_with(command, "").expect(0);
    let mut command =
        place.command(&["secret", "forget", "PROJECT", "--system", "target", "--format", "json"]);
    command.env("SYNCWRIGHT_PASSPHRASE", "another one");
    assert_eq!(place.run_with(command, "").expect(0).json()["from"], serde_json::json!(["file"]));
    place.look_through_files();
}

#[test]
fn an_encrypted_file_keeps_secret_variables() {
    let Some(place) = Place::new(None) else { return };
    place.change(|project| {
        project.variables = vec![Variable {
            name: "Base".to_owned(),
            value: String::new(),
            secret: true,
            secret_store: SecretStore::EncryptedFile,
            description: String::new(),
        }];
        let Provider::Odbc { attributes, .. } = &mut project.target.connection.provider else { panic!() };
        attributes.insert("Database".to_owned(), "$Base$".to_owned());
    });
    let missing = place.simulate().expect(4);
    assert!(
        said(&missing).contains("the secret variable Base cannot be read: there is no file"),
        "{}",
        said(&missing)
    );
    let set = ["secret", "set", "PROJECT", "--variable", "Base"];
    let _ = place.run_unlocked(&set, place.database.name()).expect(0);
    // The password is in the file, too, although the project does not name it: the passphrase is there.
    let set = ["secret", "set", "PROJECT", "--system", "target", "--store", "file"];
    let _ = place.run_unlocked(&set, place.database.password()).expect(0);
    let _ = place.run_unlocked(&["simulate", "PROJECT"], "").expect(0);
    let mut command = place.command(&["simulate", "PROJECT"]);
    command
        .env("SYNCWRIGHT_VARIABLE_BASE", place.database.name())
        .env("SYNCWRIGHT_PASSWORD_HR", place.database.password());
    let _ = place.run_with(command, "").expect(0);
    place.look_through_files();
}

#[test]
fn arguments_that_make_no_sense_are_explained() {
    let Some(place) = Place::new(None) else { return };
    let run = |arguments: &[&str], input: &str| said(&place.run_unlocked(arguments, input).expect(2));
    for (arguments, words) in [
        (vec!["secret", "set", "PROJECT"], "--system <SYSTEM>|--variable <NAME>"),
        (vec!["secret", "set", "PROJECT", "--system", "central"], "it is a SQLite file"),
        (vec!["secret", "where", "PROJECT", "--variable", "X"], "the project has no secret variable \"X\""),
    ] {
        let error = run(&arguments, "x");
        assert!(error.contains(words), "{error}");
    }
    let set = ["secret", "set", "PROJECT", "--system", "target", "--store", "file"];
    assert!(run(&set, "").contains("it is empty"));
    assert!(run(&set, "a\nb\n").contains("it has more than one line"));
    place.change(|project| project.target.connection.secret_store = SecretStore::Keyring);
    assert!(run(&set, "x").contains("secret_store: Keyring"));
    assert!(!place.vault().exists(), "nothing was made");
}
