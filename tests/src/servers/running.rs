//! Running servers: starting one, sharing it between processes, ending it.
//!
//! The folder `servers` beside the programs under test has, per system, a lock file that all users hold
//! shared, a lock file that only who starts a server holds, and a note that tells where the server is. The
//! script `supervise.sh` runs the server and ends it when nobody holds the first lock any more.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::sleep,
    time::{Duration, Instant, SystemTime},
};

use super::{Client, System, Unavailable, is_root, mariadb, postgresql, program, random_text};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often a server that does not answer is asked, and how long is waited in between.
const TRIES: u32 = 3;
const BETWEEN_TRIES: Duration = Duration::from_secs(2);

/// Free space in memory, in MiB, from which on servers may have their folders there.
const ROOM_IN_MEMORY: u64 = 1024;

/// Seconds that a shared server waits for another user.
const GRACE: u32 = 15;

/// Who runs the servers if the tests are run by root, whom PostgreSQL refuses.
const NOBODY: u32 = 65534;

/// A running server.
#[derive(Debug, Clone)]
pub struct Server {
    system: System,
    port: u16,
    password: String,
    folder: PathBuf,
    /// Keeps the server running: the supervisor ends it when the lock is free.
    _in_use: Arc<File>,
}

/// What a system needs to know to make a server.
pub(super) struct Setup<'a> {
    pub(super) folder: &'a Path,
    pub(super) port: u16,
    pub(super) password: &'a str,
    /// Name of the user who runs it.
    pub(super) user: &'a str,
    /// Settings beside those that all servers have.
    pub(super) options: &'a [&'a str],
}

/// Writes a file that the server, and nobody else, reads.
pub(super) fn write_private(file: &Path, content: &str) {
    fs::write(file, content).expect("files can be written into the server's folder");
    own(file, 0o600);
}

/// How a server is made and started.
pub(super) struct Recipe {
    /// The command that makes the data folder.
    pub(super) initialise: Vec<OsString>,
    /// The command that serves.
    pub(super) serve: Vec<OsString>,
    /// The signal that ends it.
    pub(super) signal: &'static str,
}

/// Why a server did not start.
enum Failure {
    /// A program is missing.
    Unavailable(Unavailable),
    /// It ended; its last words.
    Ended(String),
}

impl From<Unavailable> for Failure {
    fn from(missing: Unavailable) -> Self {
        Self::Unavailable(missing)
    }
}

/// Starts a server, and once more if it ended: another one may have got its port before it listened there.
fn at_most_twice(start: impl Fn() -> Result<Server, Failure>) -> Result<Server, Unavailable> {
    let started = match start() {
        Err(Failure::Ended(_)) => start(),
        other => other,
    };
    started.map_err(|failure| match failure {
        Failure::Unavailable(missing) => missing,
        Failure::Ended(log) => give_up("the server ended", &log),
    })
}

fn give_up(what: &str, why: &str) -> ! {
    panic!("{what}:\n{why}")
}

impl Server {
    /// The server that all tests share, started if it does not run.
    ///
    /// # Errors
    ///
    /// If a program is missing.
    ///
    /// # Panics
    ///
    /// If the programs are there, but no server can be started.
    pub fn shared(system: System) -> Result<Self, Unavailable> {
        static SHARED: Mutex<Option<HashMap<System, Server>>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = shared.get_or_insert_default();
        if let Some(server) = shared.get(&system) {
            return Ok(server.clone());
        }
        let server = Self::find_or_start(system)?;
        shared.insert(system, server.clone());
        Ok(server)
    }

    fn find_or_start(system: System) -> Result<Self, Unavailable> {
        let folder = run_folder();
        fs::create_dir_all(&folder).expect("the folder of the programs can be written");
        let file = |extension: &str| folder.join(format!("{}.{extension}", system.dialect()));
        let (users, note) = (file("users"), file("note"));
        let in_use = open(&users);
        // Waits while the supervisor ends a server that nobody seemed to need.
        in_use.lock_shared().expect("files can be locked");
        let starting = open(&file("starting"));
        starting.lock().expect("files can be locked");
        // From now on the supervisor waits for a while again.
        in_use.set_modified(SystemTime::now()).expect("files of one's own can be touched");
        let in_use = Arc::new(in_use);
        if let Some(server) = Self::noted(system, &note, &in_use) {
            if server.answers() {
                return Ok(server);
            }
            // Left behind by a supervisor that was killed: the server was ended with it.
            fs::remove_dir_all(&server.folder).ok();
        }
        let parent = tempfile::env::temp_dir();
        at_most_twice(|| Self::start(&parent, system, &users, &note, Arc::clone(&in_use), GRACE, &[]))
    }

    /// True if it answers. One that others use may fail to once, on a busy machine or with all its connections
    /// taken.
    fn answers(&self) -> bool {
        (0..TRIES).any(|number| {
            if number > 0 {
                sleep(BETWEEN_TRIES);
            }
            self.administrator().try_run("SELECT 1").is_ok()
        })
    }

    /// A server of its own with settings beside the usual ones, as the system spells them (`name=value`). It
    /// ends when the last copy of it is dropped, or the process dies.
    ///
    /// # Errors
    ///
    /// If a program is missing.
    ///
    /// # Panics
    ///
    /// If the programs are there, but no server can be started.
    pub fn own(system: System, options: &[&str]) -> Result<Self, Unavailable> {
        Self::own_in(&tempfile::env::temp_dir(), system, options)
    }

    /// The same with its folder in memory, where there is such a file system with enough room: for what makes
    /// thousands of files.
    ///
    /// # Errors
    ///
    /// As [`Server::own`].
    ///
    /// # Panics
    ///
    /// As [`Server::own`].
    pub fn own_in_memory(system: System, options: &[&str]) -> Result<Self, Unavailable> {
        let memory = Path::new("/dev/shm");
        let parent = if has_room(memory) { memory.to_owned() } else { tempfile::env::temp_dir() };
        Self::own_in(&parent, system, options)
    }

    fn own_in(parent: &Path, system: System, options: &[&str]) -> Result<Self, Unavailable> {
        at_most_twice(|| Self::start_own(parent, system, options))
    }

    fn start_own(parent: &Path, system: System, options: &[&str]) -> Result<Self, Failure> {
        let folder = run_folder();
        fs::create_dir_all(&folder).expect("the folder of the programs can be written");
        let name = format!("{}-{}", system.dialect(), random_text());
        let lock = folder.join(format!("{name}.users"));
        let in_use = open(&lock);
        in_use.lock_shared().expect("files can be locked");
        let server = Self::start(
            parent,
            system,
            &lock,
            &folder.join(format!("{name}.note")),
            Arc::new(in_use),
            0,
            options,
        );
        // Its supervisor has the file open, or will find it gone and end the server.
        if server.is_err() {
            fs::remove_file(lock).ok();
        }
        server
    }

    fn start(
        parent: &Path,
        system: System,
        users: &Path,
        note: &Path,
        in_use: Arc<File>,
        grace: u32,
        options: &[&str],
    ) -> Result<Self, Failure> {
        const TOOLS: &str = "util-linux";
        program("setpriv", &[], TOOLS)?;
        program("flock", &[], TOOLS)?;
        program("setsid", &[], TOOLS)?;
        let folder = tempfile::Builder::new()
            .prefix("syncwright-server-")
            .tempdir_in(parent)
            .expect("temporary folders can be made");
        own(folder.path(), 0o700);
        let user = user_name();
        let port = free_port();
        let password = random_text();
        let setup = Setup { folder: folder.path(), port, password: &password, user: &user, options };
        let recipe = match system {
            System::PostgreSql => postgresql::recipe(&setup),
            System::MariaDb => mariadb::recipe(&setup),
        }?;
        let made = command(&as_user(&recipe.initialise)).current_dir("/").output();
        check(&made.expect("programs that are there can be started"), "making the server");

        // From now on the supervisor removes the folder.
        let server = Self { system, port, password, folder: folder.keep(), _in_use: in_use };
        let script = include_str!("supervise.sh");
        let mut supervise: Vec<OsString> =
            ["setsid", "--fork", "sh", "-c", script, "supervise.sh"].map(OsString::from).into();
        supervise.extend([users.into(), note.into(), server.folder.clone().into(), grace.to_string().into()]);
        supervise.push(recipe.signal.into());
        supervise.extend(without_rights());
        supervise.extend(recipe.serve);
        // Neither output: who waits for the end of a test's output must not wait for the server.
        let started = command(&supervise).stdout(Stdio::null()).stderr(Stdio::null()).output();
        check(&started.expect("programs that are there can be started"), "starting the server");

        server.wait_until_it_answers(note)?;
        server.write_note(note);
        Ok(server)
    }

    fn wait_until_it_answers(&self, note: &Path) -> Result<(), Failure> {
        let begin = Instant::now();
        loop {
            let answer = self.administrator().try_run("SELECT 1");
            let Err(error) = answer else { return Ok(()) };
            if !self.folder.exists() {
                let file = note.with_extension("note.log");
                let log = fs::read_to_string(&file).unwrap_or_default();
                fs::remove_file(file).ok();
                return Err(Failure::Ended(log));
            }
            if begin.elapsed() >= PATIENCE {
                give_up("the server does not answer", &error);
            }
            sleep(Duration::from_millis(50));
        }
    }

    /// Where the server is, for other processes. Its password is in there, so it is nobody else's to read.
    fn write_note(&self, note: &Path) {
        let text = format!("{}\n{}\n{}\n", self.port, self.password, self.folder.display());
        let new = note.with_extension("new");
        fs::write(&new, text).expect("the folder of the programs can be written");
        set_mode(&new, 0o600);
        fs::rename(&new, note).expect("the folder of the programs can be written");
    }

    fn noted(system: System, note: &Path, in_use: &Arc<File>) -> Option<Self> {
        let text = fs::read_to_string(note).ok()?;
        let mut lines = text.lines();
        let port = lines.next()?.parse().ok()?;
        let password = lines.next()?.to_owned();
        let folder = lines.next()?.into();
        Some(Self { system, port, password, folder, _in_use: Arc::clone(in_use) })
    }

    /// Kills it, as a power failure would. Only for servers of one's own.
    ///
    /// # Panics
    ///
    /// If it does not go.
    pub fn kill(&self) {
        self.kill_process();
        // The supervisor notices, and removes the folder.
        let begin = Instant::now();
        while self.folder.exists() {
            assert!(begin.elapsed() < PATIENCE, "the server does not go");
            sleep(Duration::from_millis(20));
        }
    }

    /// Kills it, executes a script of the shell while it is gone, and starts it again with the data that it
    /// had. Only for servers of one's own.
    ///
    /// # Panics
    ///
    /// If it does not go, or does not come back.
    pub fn kill_and_restart(&self, meanwhile: &str) {
        self.restart_when_it_ends(meanwhile);
        self.kill_process();
        self.wait_until_it_is_back();
    }

    /// From now on a server that ends is started again once, after this script of the shell.
    ///
    /// # Panics
    ///
    /// If the folder cannot be written.
    pub fn restart_when_it_ends(&self, script: &str) {
        let (new, again) = (self.folder.join("again.new"), self.folder.join("again"));
        fs::write(&new, script).expect("the folder of a server can be written");
        fs::rename(&new, &again).expect("the folder of a server can be written");
    }

    /// Waits until a server that has ended answers again.
    ///
    /// # Panics
    ///
    /// If it does not come back.
    pub fn wait_until_it_is_back(&self) {
        let begin = Instant::now();
        while self.folder.join("again").exists() || self.administrator().try_run("SELECT 1").is_err() {
            let log = || fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
            assert!(begin.elapsed() < PATIENCE, "the server does not come back:\n{}", log());
            sleep(Duration::from_millis(50));
        }
    }

    fn kill_process(&self) {
        let file = match self.system {
            System::PostgreSql => "data/postmaster.pid",
            System::MariaDb => "data/server.pid",
        };
        let process = fs::read_to_string(self.folder.join(file)).expect("a server notes its process");
        let process = process.lines().next().unwrap_or_default().trim();
        let killed = Command::new("kill").args(["-KILL", process]).output();
        check(&killed.expect("`kill` can be started"), "killing the server");
    }

    /// Which system it is.
    #[must_use]
    pub const fn system(&self) -> System {
        self.system
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its folder, which the server can write.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A client of the user who may everything.
    #[must_use]
    pub fn administrator(&self) -> Client {
        let (user, database) = match self.system {
            System::PostgreSql => (postgresql::ADMINISTRATOR, "postgres"),
            System::MariaDb => (mariadb::ADMINISTRATOR, "mysql"),
        };
        Client::new(self.system, self.port, database, user, &self.password)
    }
}

/// The folder beside the programs under test where processes tell each other about servers.
fn run_folder() -> PathBuf {
    let program = std::env::current_exe().expect("a process knows its program");
    let folder = program.parent().expect("a program is in a folder");
    let folder = if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder };
    folder.join("servers")
}

/// True if this is a folder with enough room for the folder of a server.
fn has_room(folder: &Path) -> bool {
    let told = Command::new("df").args(["--output=avail", "--block-size=1M"]).arg(folder).output();
    let text = told.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free = text.lines().next_back().and_then(|line| line.trim().parse::<u64>().ok());
    folder.is_dir() && free.is_some_and(|free| free >= ROOM_IN_MEMORY)
}

fn open(file: &Path) -> File {
    let opened = File::options().create(true).append(true).open(file);
    opened.expect("the folder of the programs can be written")
}

/// A port that was free a moment ago. Not one of those that systems give to whoever does not care: until the
/// server listens, any client could have got it.
fn free_port() -> u16 {
    let candidates = (0..1000).map(|_| {
        let random =
            random_text().bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        15_000 + random % 15_000
    });
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    candidates.into_iter().find(is_free).expect("there are free ports")
}

fn user_name() -> String {
    let mut id = Command::new("id");
    id.arg("-un");
    if is_root() {
        id.arg(NOBODY.to_string());
    }
    let output = id.output().expect("`id` can be started");
    String::from_utf8_lossy(output.stdout.trim_ascii()).into_owned()
}

/// What stands in front of a command so that it runs without the rights of root.
fn without_rights() -> Vec<OsString> {
    if !is_root() {
        return Vec::new();
    }
    let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()];
    user.map(OsString::from).into()
}

fn as_user(command: &[OsString]) -> Vec<OsString> {
    let mut whole = vec![OsString::from("setpriv")];
    whole.extend(without_rights());
    // Without any option `setpriv` would only show what is set.
    whole.push("--pdeathsig=KILL".into());
    whole.extend_from_slice(command);
    whole
}

fn command(line: &[OsString]) -> Command {
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).stdin(Stdio::null());
    command
}

fn check(output: &Output, doing: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{doing} failed:\n{}{}", text(&output.stdout), text(&output.stderr));
}

/// Gives a file or folder to the user who runs the servers, and to nobody else.
fn own(path: &Path, mode: u32) {
    set_mode(path, mode);
    #[cfg(unix)]
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("root may give files away");
    }
}

fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("files of one's own have a mode");
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}
