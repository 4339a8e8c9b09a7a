//! Project files: what is written is read back equal, and what cannot be read is explained and left alone.

use std::{fs, path::Path};

use proptest::prelude::*;
use syncwright_core::project::{
    ConnectionTemplate, Direction, ProjectError, ProjectTemplate, Schema, SchemaCompletions, TemplateError,
    from_text, load, save, to_text,
};

use crate::{
    any_project::project,
    fixture::{Systems, by, mapping, pair, rule},
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_and_back(project in project()) {
        let text = to_text(&project).unwrap();
        let read = from_text("random", &text)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(&read, &project);
        prop_assert_eq!(to_text(&read).unwrap(), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn templates_come_back(project in project()) {
        let template = ProjectTemplate::of(&project, "any");
        let text = template.to_text().unwrap();
        prop_assert_eq!(&ProjectTemplate::from_text("random", &text).unwrap(), &template);
        for system in [&project.central, &project.target] {
            let template = ConnectionTemplate::of(system, "any");
            match template.to_text() {
                Ok(text) => {
                    prop_assert_eq!(&ConnectionTemplate::from_text("random", &text).unwrap(), &template);
                }
                Err(error) => prop_assert!(matches!(error, TemplateError::Secret { .. }), "{error}"),
            }
        }
    }

    /// Templates of one project never break another one: what was there before stays readable, and once more
    /// changes nothing.
    #[test]
    fn templates_apply_to_strange_projects(one in project(), mut other in project()) {
        SchemaCompletions::of(&one.central.schema).apply(&mut other.central.schema);
        let before = other.central.schema.clone();
        SchemaCompletions::of(&one.central.schema).apply(&mut other.central.schema);
        prop_assert_eq!(&other.central.schema, &before);
        SchemaCompletions::of(&one.central.schema).apply(&mut Schema::default());
        if ProjectTemplate::of(&one, "any").apply(&mut other).is_ok() {
            let before = other.clone();
            prop_assert!(ProjectTemplate::of(&one, "any").apply(&mut other).is_ok());
            prop_assert_eq!(&other, &before);
        }
        prop_assert_eq!(&from_text("other", &to_text(&other).unwrap()).unwrap(), &other);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn file_and_back(first in project(), second in project()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some project.ron");
        save(&first, &path).unwrap();
        prop_assert_eq!(&load(&path).unwrap(), &first);
        prop_assert!(!folder.path().join("some project.ron.bak").exists());
        save(&second, &path).unwrap();
        prop_assert_eq!(&load(&path).unwrap(), &second);
        prop_assert_eq!(&load(&folder.path().join("some project.ron.bak")).unwrap(), &first);
        // Nothing temporary stays behind.
        prop_assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}

const SMALL: &str = r#"(
  format: 1,
  name: "p",
  central: (connection: (system_identifier: "L", provider: Sqlite(file: "l.db"))),
  target: (connection: (system_identifier: "R", provider: Sqlite(file: "r.db"))),
  mappings: [(name: "m", left: "a", right: "b", matching: [], rules: [
    (name: "ä", left: "x", right: "y", direction: ToTarget),
  ])],
)
"#;

/// The error of loading `text`, which must stay on disk as it is.
fn error_of(text: &str) -> ProjectError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.ron");
    fs::write(&path, text).unwrap();
    let error = load(&path).unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    error
}

/// Line, column, message and hint of the error of loading `SMALL` with `from` replaced by `to`.
fn syntax_error(from: &str, to: &str) -> (usize, usize, String, String) {
    assert!(SMALL.contains(from), "{from}");
    match error_of(&SMALL.replacen(from, to, 1)) {
        ProjectError::Syntax { line, column, message, hint, .. } => (line, column, message, hint),
        other => panic!("{other}"),
    }
}

#[test]
fn unknown_field_is_pointed_at() {
    assert!(from_text("small", SMALL).is_ok());
    let (line, column, message, hint) = syntax_error("direction: ToTarget", "directoin: ToTarget");
    let at = SMALL.lines().nth(6).unwrap().split("direction").next().unwrap().chars().count() + 1;
    assert_eq!(line, 7);
    assert!((at..=at + "directoin".len()).contains(&column), "{column} instead of {at}");
    assert!(message.contains("`directoin`"), "{message}");
    assert_eq!(hint, "did you mean `direction`?");
}

#[test]
fn other_mistakes_are_pointed_at() {
    let cases = [
        // from, to, line, part of the message, part of the hint
        ("ToTarget", "ToTargt", 7, "ToTargt", "did you mean `ToTarget`?"),
        ("name: \"p\"", "name: 7", 3, "", "double quotes"),
        ("name: \"p\",", "name: \"p\", active: 3,", 3, "", "true or false"),
        ("format: 1", "format: \"1\"", 2, "", ""),
        ("  name: \"p\",\n", "", 8, "`name`", "add it"),
        (
            "name: \"p\"",
            "zzzzzzzzzzzzzzzzzzz: 1, name: \"p\"",
            3,
            "zzzz",
            "the fields known here are: format",
        ),
    ];
    for (from, to, line, message, hint) in cases {
        let found = syntax_error(from, to);
        assert_eq!(found.0, line, "{to}: {found:?}");
        assert!(found.2.contains(message), "{to}: {found:?}");
        assert!(found.3.contains(hint), "{to}: {found:?}");
    }
}

#[test]
fn every_cut_off_file_is_an_error() {
    let end = SMALL.trim_end().len();
    for cut in (0..end).filter(|cut| SMALL.is_char_boundary(*cut)) {
        assert!(matches!(from_text("cut", &SMALL[..cut]), Err(ProjectError::Syntax { .. })), "{cut}");
    }
}

#[test]
fn newer_format_is_named_before_anything_else() {
    let text = SMALL.replace("format: 1,", "format: 2, new_setting: Some([1, 2]),");
    match error_of(&text) {
        ProjectError::NewerFormat { found, .. } => assert_eq!(found, 2),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_no_text_and_what_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.ron");
    assert!(matches!(load(&path), Err(ProjectError::Read { .. })));
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(matches!(load(&path), Err(ProjectError::NotText { .. })));
    let project = from_text("small", SMALL).unwrap();
    let nowhere = folder.path().join("no such folder").join("p.ron");
    assert!(matches!(save(&project, &nowhere), Err(ProjectError::Write { .. })));
    assert!(save(&project, Path::new("/")).is_err());
}

#[test]
fn read_only_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.ron");
    fs::write(&path, "mine").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let project = from_text("small", SMALL).unwrap();
    assert!(matches!(save(&project, &path), Err(ProjectError::Write { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_small_project_as_text() {
    let systems = Systems::new(
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(20));",
        "CREATE TABLE employee (nr TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '?');",
    );
    let mut project = systems.project(
        Direction::ToTarget,
        vec![mapping("person", "employee", vec![by("number", pair("id", "nr"))], vec![rule("name", "name")])],
    );
    project.description = "two\n\"lines\"".to_owned();
    insta::assert_snapshot!(to_text(&project).unwrap(), @r###"
    (
      format: 1,
      name: "test",
      description: "two\n\"lines\"",
      active: true,
      central: (
        connection: (
          system_identifier: "L",
          provider: Sqlite(
            file: "left.db",
          ),
        ),
        schema: (
          types: [
            (
              name: "person",
              properties: [
                (
                  name: "id",
                  value_type: Integer,
                  native_type: "INTEGER",
                  mandatory: true,
                  generated: Identity,
                ),
                (
                  name: "name",
                  value_type: String,
                  native_type: "VARCHAR(20)",
                  max_length: 20,
                ),
              ],
              key: [
                "id",
              ],
            ),
          ],
        ),
      ),
      target: (
        connection: (
          system_identifier: "R",
          provider: Sqlite(
            file: "right.db",
          ),
        ),
        schema: (
          types: [
            (
              name: "employee",
              properties: [
                (
                  name: "nr",
                  value_type: String,
                  native_type: "TEXT",
                  mandatory: true,
                ),
                (
                  name: "name",
                  value_type: String,
                  native_type: "TEXT",
                  mandatory: true,
                  default_value: "\'?\'",
                ),
              ],
              key: [
                "nr",
              ],
            ),
          ],
        ),
      ),
      mappings: [
        (
          name: "person",
          left: "person",
          right: "employee",
          direction: Both,
          matching: [
            (
              name: "number",
              on: Pair("id", "nr"),
            ),
          ],
          rules: [
            (
              name: "name",
              left: "name",
              right: "name",
            ),
          ],
        ),
      ],
      workflows: [
        (
          name: "all",
          direction: ToTarget,
          continue_on_error: true,
          steps: [
            (
              name: "person",
              mapping: "person",
              quotas: (
                delete: (),
              ),
              methods: (
                both_differ: [
                  (
                    method: Update,
                  ),
                ],
                only_in_source: [
                  (
                    method: Insert,
                  ),
                ],
                only_in_destination: [
                  (
                    method: Delete,
                  ),
                ],
                outstanding_returned: [
                  (
                    method: ResetOutstanding,
                  ),
                ],
              ),
            ),
          ],
        ),
      ],
      start_ups: [
        (
          name: "go",
          workflow: "all",
          parallelism: 2,
        ),
      ],
    )
    "###);
}
