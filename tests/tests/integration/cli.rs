//! The command line: what it prints, where, and with which exit code.

use std::{
    fs,
    io::Read as _,
    process::{Command, Stdio},
};

use syncwright_tests::{Outcome, ProjectFolder, SMALL_PROJECT};

use crate::program;

#[test]
fn help_teaches() {
    let help = program().run(["--help"]).expect(0);
    for part in ["Usage: syncwright", "Examples:", "Exit codes:", "130", "Files:", "simulate", "--format"] {
        assert!(help.out.contains(part), "{part}: {}", help.out);
    }
    for subcommand in
        ["demo", "check", "simulate", "run", "runs", "log", "pairs", "schema", "man", "completions"]
    {
        let help = program().run([subcommand, "--help"]).expect(0);
        assert!(help.out.contains("Example"), "{subcommand}: {}", help.out);
        assert_eq!(help.err, "");
    }
    for action in ["show", "update", "compress"] {
        let help = program().run(["schema", "p.ron", action, "--help"]).expect(0);
        for part in ["Exit codes:", "Examples:", "--system"] {
            assert!(help.out.contains(part), "{action}, {part}: {}", help.out);
        }
    }
}

#[test]
fn version() {
    let version = program().run(["--version"]).expect(0);
    assert_eq!(version.out, format!("syncwright {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn misspelt_commands_are_understood() {
    for arguments in
        [&["simluate"][..], &["simluate", "p", "--start-up", "x"], &["--format", "text", "simluate", "p"]]
    {
        let outcome = program().run(arguments).expect(2);
        assert_eq!(outcome.out, "");
        assert!(
            outcome.err.contains("error[SW-A002]: there is no command and no file \"simluate\""),
            "{outcome:?}"
        );
        assert!(outcome.err.contains("did you mean `simulate`?"), "{outcome:?}");
    }
    let far = program().run(["frobnicate"]).expect(2);
    assert!(far.err.contains("the commands are: demo, check, simulate"), "{far:?}");
}

#[test]
fn wrong_arguments() {
    for arguments in [&["check"][..], &["check", "a", "b"], &["run", "--limit", "many", "p"], &["--nonsense"]]
    {
        let text = program().run(arguments).expect(2);
        assert_eq!(text.out, "");
        assert!(text.err.starts_with("error: "), "{text:?}");
        let json = program().run(arguments.iter().chain(&["--format=json"])).expect(2);
        assert_eq!(json.json()["error"]["code"], "SW-A001");
        assert_eq!(json.err, "");
    }
    let order = program().run(["p.ron", "check", "q.ron"]).expect(2);
    assert!(order.err.contains("SW-A003"), "{order:?}");
}

/// Runs every subcommand that loads a project on `content`; the file must not change.
fn on_each_subcommand(content: &[u8], check: impl Fn(&Outcome, &serde_json::Value)) {
    let commands: [(&str, &[&str]); 8] = [
        ("check", &[]),
        ("simulate", &[]),
        ("run", &[]),
        ("runs", &[]),
        ("log", &[]),
        ("schema", &["show"]),
        ("schema", &["update", "--accept"]),
        ("schema", &["compress"]),
    ];
    for (subcommand, action) in commands {
        let project = ProjectFolder::with(content);
        let arguments = || [subcommand, project.argument()].into_iter().chain(action.iter().copied());
        let text = program().run(arguments()).expect(2);
        assert_eq!(text.out, "", "{subcommand}");
        let json = program().run(arguments().chain(["--format", "json"])).expect(2);
        assert_eq!(json.err, "", "{subcommand}");
        check(&text, &json.json()["error"]);
        assert_eq!(fs::read(project.file()).unwrap(), content, "{subcommand}");
        assert_eq!(fs::read_dir(project.path()).unwrap().count(), 1, "{subcommand} left files behind");
    }
}

#[test]
fn missing_file() {
    let text = program().run(["check", "/nowhere/hr.ron"]).expect(2);
    assert!(text.err.starts_with("error[SW-P001]: cannot read project /nowhere/hr.ron"), "{text:?}");
    assert!(text.err.contains("help: check the path"), "{text:?}");
    let json = program().run(["check", "/nowhere/hr.ron", "--format", "json"]).expect(2);
    assert_eq!(json.json()["error"]["code"], "SW-P001");
    let editor = program().run(["/nowhere/hr.ron"]).expect(2);
    assert!(editor.err.starts_with("error[SW-P001]"), "{editor:?}");
}

#[test]
fn folder_instead_of_file() {
    let project = ProjectFolder::with("");
    for arguments in [&["check", project.path().to_str().unwrap()][..], &[project.path().to_str().unwrap()]] {
        let outcome = program().run(arguments).expect(2);
        assert!(outcome.err.contains("SW-P001"), "{outcome:?}");
    }
}

#[test]
fn not_ron() {
    on_each_subcommand(b"name,first,last\n1,Ann,Smith\n", |text, error| {
        assert!(text.err.starts_with("error[SW-P003]: "), "{text:?}");
        assert!(text.err.contains("project.ron:1:1\n"), "{text:?}");
        assert!(text.err.contains("1 | name,first,last\n"), "{text:?}");
        assert_eq!(error["place"]["line"], 1);
    });
}

#[test]
fn not_text() {
    on_each_subcommand(b"\x7fELF\xff\xfe\x00", |text, error| {
        assert!(text.err.contains("error[SW-P002]: "), "{text:?}");
        assert!(text.err.contains("it is not text"), "{text:?}");
        assert_eq!(error["code"], "SW-P002");
        assert!(error["place"].is_null());
    });
}

#[test]
fn wrong_type() {
    let content = SMALL_PROJECT.replace("name: \"hr-small\"", "name: 7");
    on_each_subcommand(content.as_bytes(), |text, error| {
        assert!(text.err.contains("project.ron:3:"), "{text:?}");
        assert!(text.err.contains("3 |   name: 7,\n"), "{text:?}");
        assert!(text.err.contains("help: texts stand in double quotes"), "{text:?}");
        assert_eq!(error["place"]["line"], 3);
    });
}

#[test]
fn unknown_field() {
    let content = SMALL_PROJECT.replace("display_name:", "dispaly_name:");
    on_each_subcommand(content.as_bytes(), |text, error| {
        let expected = "error[SW-P003]: Project has no field `dispaly_name`\n";
        assert!(text.err.starts_with(expected), "{text:?}");
        assert!(text.err.contains("project.ron:4:3\n"), "{text:?}");
        assert!(text.err.contains("\n  |   ^^^^^^^^^^^^\n"), "{text:?}");
        assert!(text.err.ends_with("help: did you mean `display_name`?\n"), "{text:?}");
        assert_eq!(error["place"]["line"], 4);
        assert_eq!(error["place"]["column"], 3);
        assert_eq!(error["help"], "did you mean `display_name`?");
    });
}

#[test]
fn newer_format() {
    let content = SMALL_PROJECT.replace("format: 1", "format: 99, invented_later: true");
    on_each_subcommand(content.as_bytes(), |text, error| {
        assert!(text.err.contains("error[SW-P004]: "), "{text:?}");
        assert!(text.err.contains("has format 99"), "{text:?}");
        assert_eq!(error["code"], "SW-P004");
    });
}

#[test]
fn unknown_start_up() {
    let project = ProjectFolder::with(SMALL_PROJECT);
    for subcommand in ["simulate", "run"] {
        let arguments = [subcommand, project.argument(), "--start-up", "import form hr"];
        let near = program().run(arguments).expect(2);
        assert!(near.err.contains("error[SW-R001]: there is no start up configuration"), "{near:?}");
        assert!(near.err.contains("did you mean \"Import from HR\"?"), "{near:?}");
        let far =
            program().run([subcommand, project.argument(), "--start-up", "x", "--format", "json"]).expect(2);
        assert_eq!(far.json()["error"]["help"], "the project has: \"Import from HR\"");
    }
}

#[test]
fn start_up_must_be_chosen_among_several() {
    let several =
        SMALL_PROJECT.replace("start_ups: [", "start_ups: [(name: \"Other\", workflow: \"Import\"), ");
    let project = ProjectFolder::with(several);
    let outcome = program().run(["run", project.argument()]).expect(2);
    assert!(outcome.err.contains("SW-A005"), "{outcome:?}");
    assert!(outcome.err.contains("\"Other\", \"Import from HR\""), "{outcome:?}");

    let none = SMALL_PROJECT.replace("start_ups: [(name: \"Import from HR\", workflow: \"Import\")],", "");
    let project = ProjectFolder::with(none);
    let outcome = program().run(["simulate", project.argument()]).expect(2);
    assert!(outcome.err.contains("SW-A004"), "{outcome:?}");
}

#[test]
fn check_as_json() {
    let project = ProjectFolder::with(SMALL_PROJECT);
    let outcome = program().run(["check", project.argument(), "--format", "json"]).expect(0);
    let json = outcome.json();
    assert_eq!(json["project"], "hr-small");
    assert_eq!(json["active"], false);
    assert_eq!(json["start_ups"], serde_json::json!(["Import from HR"]));
    assert_eq!(json["mappings"], serde_json::json!(["Person"]));
    assert!(json["findings"].is_array());
}

#[test]
fn reader_that_goes_away_is_no_error() {
    let mut child = program()
        .command()
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut one = [0];
    child.stdout.take().unwrap().read_exact(&mut one).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command: Command = program().command();
    let output = command.args(["completions", "zsh"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("SW-A007"), "{output:?}");
}
