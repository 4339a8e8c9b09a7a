//! A D-Bus and a GNOME keyring for one test.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use syncwright_tests::servers::Unavailable;
use tempfile::TempDir;

/// The bus of a session without services that it could start: the keyring is the one that is started here.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A running bus and keyring; both end with this value.
pub struct Session {
    folder: TempDir,
    address: String,
    bus: Child,
    keyring: Child,
}

impl Session {
    /// Starts both; the keyring is unlocked.
    pub fn start() -> Result<Self, Unavailable> {
        for (program, package) in [
            ("dbus-daemon", "dbus-daemon"),
            ("dbus-send", "dbus-bin"),
            ("gnome-keyring-daemon", "gnome-keyring"),
        ] {
            let found =
                Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            if found.is_err() {
                return Err(Unavailable { program: program.to_owned(), package });
            }
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let config = folder.path().join("bus.conf");
        fs::write(&config, BUS).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();

        let mut command = Command::new("gnome-keyring-daemon");
        command
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        enter(&mut command, folder.path(), &address);
        command.env("HOME", folder.path());
        let mut keyring = command.spawn().unwrap();
        // The password of the keyring ends with its input.
        keyring.stdin.take().unwrap().write_all(b"password of the keyring").unwrap();
        let session = Self { folder, address, bus, keyring };
        session.wait_for_keyring();
        Ok(session)
    }

    /// A command that finds this bus and no other.
    pub fn enter(&self, command: &mut Command) {
        command.env_remove("SYNCWRIGHT_KEYRING");
        enter(command, self.folder.path(), &self.address);
    }

    fn wait_for_keyring(&self) {
        for _ in 0..200 {
            let alias = self.ask(&["org.freedesktop.Secret.Service.ReadAlias", "string:default"]);
            if alias.contains("/collection/") {
                return;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("the keyring does not answer");
    }

    /// Locks the keyring, as a screen saver may do.
    pub fn lock_keyring(&self) {
        let all = "array:objpath:/org/freedesktop/secrets/aliases/default";
        let locked = self.ask(&["org.freedesktop.Secret.Service.Lock", all]);
        assert!(locked.contains("method return"), "{locked}");
    }

    fn ask(&self, message: &[&str]) -> String {
        let mut command = Command::new("dbus-send");
        enter(&mut command, self.folder.path(), &self.address);
        let output = command
            .args([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.secrets",
                "/org/freedesktop/secrets",
            ])
            .args(message)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn enter(command: &mut Command, folder: &Path, address: &str) {
    command
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .env("XDG_RUNTIME_DIR", folder)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("GNOME_KEYRING_CONTROL")
        .env_remove("XDG_DATA_HOME");
}

impl Drop for Session {
    fn drop(&mut self) {
        for child in [&mut self.keyring, &mut self.bus] {
            child.kill().ok();
            child.wait().ok();
        }
    }
}
