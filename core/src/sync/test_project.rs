//! A small project for tests that look inside: tables `p` with `id` and `name` in two SQLite files.

use crate::project::{Project, from_text};

/// Objects of the target system go into the central one, one in a batch.
const PROJECT: &str = r#"(
  format: 1,
  name: "test",
  active: true,
  central: (
    connection: (system_identifier: "C", provider: Sqlite(file: "central.db")),
    schema: (
      types: [
        (
          name: "p",
          properties: [(name: "id", value_type: String, mandatory: true), (name: "name", value_type: String)],
          key: ["id"],
        ),
      ],
    ),
  ),
  target: (
    connection: (system_identifier: "T", provider: Sqlite(file: "target.db")),
    schema: (
      types: [
        (
          name: "p",
          properties: [(name: "id", value_type: String, mandatory: true), (name: "name", value_type: String)],
          key: ["id"],
        ),
      ],
    ),
  ),
  mappings: [
    (
      name: "p",
      left: "p",
      right: "p",
      matching: [(name: "id", on: Pair("id", "id"))],
      rules: [(name: "id", left: "id", right: "id"), (name: "name", left: "name", right: "name")],
    ),
  ],
  workflows: [
    (
      name: "all",
      direction: ToCentral,
      steps: [(name: "p", mapping: "p", methods: (only_in_source: [(method: Insert)]))],
    ),
  ],
  start_ups: [(name: "go", workflow: "all", bulk_level: 1)],
)"#;

/// The project; tests change what they are about.
pub(super) fn test_project() -> Project {
    from_text("test", PROJECT).unwrap()
}
