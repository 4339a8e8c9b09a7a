//! A real window, once: `syncwright demo` on a virtual screen, and what it draws.
//!
//! Everything else about the editor is tested through its accessibility tree (`editor`); this test is about
//! the window system, the renderer and the program that ties them together.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::program;

/// Ends the process when the test does, however that is.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A virtual screen and its display name; `None` if the machine has no Xvfb.
fn screen() -> Option<(Running, String)> {
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut number = String::new();
    BufReader::new(server.stdout.take()?).read_line(&mut number).ok()?;
    Some((Running(server), format!(":{}", number.trim())))
}

fn has_window(display: &str) -> bool {
    let found =
        Command::new("xdotool").args(["search", "--name", "Syncwright"]).env("DISPLAY", display).output();
    found.is_ok_and(|output| !output.stdout.is_empty())
}

/// Takes a picture of the whole screen; gives how many different colours it has.
fn colours(display: &str, file: &Path) -> usize {
    let taken =
        Command::new("import").args(["-window", "root"]).arg(file).env("DISPLAY", display).status().unwrap();
    assert!(taken.success());
    let picture = image::open(file).unwrap().to_rgb8();
    picture.pixels().collect::<std::collections::HashSet<_>>().len()
}

#[test]
fn demo_opens_a_window_and_draws_the_sample() {
    let Some((_server, display)) = screen() else {
        assert!(std::env::var_os("CI").is_none(), "Xvfb is not installed");
        eprintln!("skipped: Xvfb is not installed; tests/run installs it");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let window = program()
        .command()
        .args(["demo", "--dir"])
        .arg(folder.path().join("demo"))
        .env("DISPLAY", &display)
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("HOME", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut window = Running(window);

    let until = Instant::now() + Duration::from_secs(60);
    let picture = folder.path().join("window.png");
    // A cleared window has one or two colours; text and icons bring hundreds.
    while !has_window(&display) || colours(&display, &picture) < 200 {
        assert!(window.0.try_wait().unwrap().is_none(), "the program ended by itself");
        assert!(Instant::now() < until, "no window with a picture in it within a minute");
        sleep(Duration::from_millis(300));
    }
}
