use std::{collections::BTreeMap, fs};

use miette::Diagnostic as _;

use super::*;
use crate::{
    project::{
        Access, Authentication, ColumnGroup, Connection, DataOperation, ForeignKey, OperationStrategy,
        Project, Provider, RemoteServer, Schema, SchemaProperty, SchemaType, ScriptLanguage, System,
        Variable, VirtualKind, VirtualProperty, from_text,
    },
    value::ValueType,
};

const PROJECT: &str = include_str!("../../../../tests/src/small.ron");

fn project() -> Project {
    from_text("small", PROJECT).unwrap()
}

fn odbc(attributes: &[(&str, &str)]) -> System {
    let attributes: BTreeMap<String, String> =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut system = project().target;
    system.connection.provider = Provider::Odbc { dialect: "postgresql".to_owned(), attributes };
    system
}

/// A table with these columns, the first of which is the key of the catalog.
fn table(name: &str, columns: &[&str]) -> SchemaType {
    SchemaType {
        name: name.to_owned(),
        properties: columns.iter().map(|column| SchemaProperty::new(*column, ValueType::String)).collect(),
        key: vec![columns[0].to_owned()],
        ..SchemaType::default()
    }
}

/// Two tables as the catalog tells them.
fn plain() -> Schema {
    let types =
        vec![table("Person", &["id", "first", "last", "dept", "stamp"]), table("Dept", &["id", "name"])];
    Schema { types, ..Schema::default() }
}

/// The same, completed by a person.
fn completed() -> Schema {
    let mut schema = plain();
    let person = &mut schema.types[0];
    person.display_template = Some("%last%, %first%".to_owned());
    person.key = vec!["first".to_owned(), "last".to_owned()];
    person.key_declared = true;
    person.column_groups = vec![ColumnGroup {
        name: "Both".to_owned(),
        properties: vec!["first".to_owned(), "dept".to_owned()],
    }];
    person.foreign_keys = vec![ForeignKey {
        properties: vec!["dept".to_owned()],
        references: "Dept".to_owned(),
        referenced_properties: vec!["id".to_owned()],
        integrity_ensured: false,
        declared: true,
    }];
    person.operations.delete = Some(DataOperation {
        strategy: OperationStrategy::Pattern("exec Leave('%id%')".to_owned()),
        required_keys: vec!["id".to_owned()],
    });
    person.properties[4].revision_counter = true;
    person.properties[1].sensitive = true;
    schema.classes.push(crate::project::SchemaClass {
        name: "Person".to_owned(),
        schema_type: "Person".to_owned(),
        display_name: String::new(),
        filter: None,
        virtual_properties: vec![VirtualProperty {
            name: "vrtName".to_owned(),
            value_type: ValueType::String,
            multi_valued: false,
            mandatory: false,
            secret: false,
            kind: VirtualKind::Pattern("%first% %last%".to_owned()),
        }],
    });
    schema
}

fn code(error: &TemplateError) -> String {
    error.code().unwrap().to_string()
}

#[test]
fn completions_make_a_plain_schema_complete() {
    let completions = SchemaCompletions::of(&completed());
    assert_eq!(completions.types.len(), 1, "what nobody completed is not listed");
    let mut schema = plain();
    assert_eq!(completions.apply(&mut schema), []);
    assert_eq!(schema, completed());
    assert_eq!(completions.apply(&mut schema), [], "once more changes nothing");
    assert_eq!(schema, completed());
    assert_eq!(SchemaCompletions::of(&plain()), SchemaCompletions::default());
}

#[test]
fn what_does_not_fit_is_named_and_left_out() {
    let completions = SchemaCompletions::of(&completed());
    let mut schema = plain();
    schema.types[0] = table("Person", &["id", "last", "stamp"]);
    let unfit: Vec<String> = completions.apply(&mut schema).iter().map(ToString::to_string).collect();
    assert_eq!(
        unfit,
        [
            "relation dept → Dept of Person: there is no column dept",
            "key of Person: there is no column first",
            "display template of Person: there is no column first",
            "column group Both of Person: there is no column first",
            "first of Person: there is no such column",
        ]
    );
    assert!(schema.types[0].property("stamp").unwrap().revision_counter, "what fits is taken");
    assert!(schema.types[0].operations.delete.is_some() && !schema.types[0].key_declared);

    let mut schema = Schema { types: vec![table("Dept", &["id"])], ..Schema::default() };
    let before = schema.clone();
    let unfit = completions.apply(&mut schema);
    assert_eq!(unfit, [Unfit::new("Person", "there is no such table")]);
    assert_eq!(schema, before);
}

#[test]
fn a_saved_template_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hr.connection.ron");
    let mut system = odbc(&[("Server", "db"), ("UID", "sync")]);
    system.schema = completed();
    system.connection.access = Access::Remote(RemoteServer {
        server: "far".to_owned(),
        port: 1,
        authentication: Authentication::SharedSecret,
        request_timeout_secs: 1,
        accept_self_signed_certificates: false,
    });
    let template = ConnectionTemplate::of(&system, "HR");
    template.save(&path).unwrap();
    template.save(&path).unwrap();
    assert_eq!(ConnectionTemplate::load(&path).unwrap(), template);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no backup, no temporary file");
    assert!(fs::read_to_string(&path).unwrap().starts_with("(\n  template: 1,\n  kind: Connection,\n"));

    // The identifier of a saved connection is immutable (W5).
    let mut other = odbc(&[]);
    other.connection.system_identifier = "other".to_owned();
    other.schema = plain();
    assert_eq!(template.apply(&mut other), []);
    let expected = Connection { system_identifier: "other".to_owned(), ..system.connection.clone() };
    assert_eq!((other.connection.clone(), other.schema), (expected, system.schema));
    other.connection.system_identifier.clear();
    template.apply_connection(&mut other.connection);
    assert_eq!(other.connection, system.connection);
}

#[test]
fn secrets_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.ron");
    let cases = [
        ("PWD", "s3cret"),
        ("Password", "s3cret"),
        ("pwd ", "s3cret"),
        ("AccessToken", "s3cret"),
        ("MyPasswordHere", "s3cret"),
        ("Options", "a=b;pwd = s3cret;c=d"),
        ("ConnSettings", "SET PASSWORD='s3cret'"),
    ];
    for (name, value) in cases {
        let error = ConnectionTemplate::of(&odbc(&[(name, value)]), "x").save(&path).unwrap_err();
        assert_eq!(code(&error), "SW-L006", "{name}: {error}");
        assert!(!error.to_string().contains("s3cret") && !path.exists());
    }
    let mut system = odbc(&[("UID", "sync"), ("SSLmode", "require"), ("TrustedConnection", "yes")]);
    ConnectionTemplate::of(&system, "x").to_text().unwrap();
    system.connection.initial_sql =
        vec!["SET datestyle = 'ISO'".to_owned(), "ALTER USER me IDENTIFIED\n BY 's3cret'".to_owned()];
    let error = ConnectionTemplate::of(&system, "x").to_text().unwrap_err();
    assert_eq!(error.to_string(), "the template would hold a secret: statement 2 of the initial SQL");
}

#[test]
fn other_files_are_explained_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.ron");
    let template = ConnectionTemplate::of(&odbc(&[]), "HR");
    let good = template.to_text().unwrap();
    let project_template = ProjectTemplate::of(&project(), "P").to_text().unwrap();
    let with_field = good.replacen("  name:", "  nmae: 3,\n  name:", 1);
    let newer = good.replace("template: 1", "template: 2");
    let newer_with_field = with_field.replace("template: 1", "template: 9");
    let cases: [(&[u8], &str, &str); 7] = [
        (with_field.as_bytes(), "SW-P003", "line 4, column"),
        (newer.as_bytes(), "SW-L003", "version 2"),
        (newer_with_field.as_bytes(), "SW-L003", "version 9"),
        (project_template.as_bytes(), "SW-L004", "a project template, not a connection template"),
        (PROJECT.as_bytes(), "SW-P003", "line"),
        (&good.as_bytes()[..good.len() / 2], "SW-P003", "line"),
        (b"\xff\xfe", "SW-L002", "not text"),
    ];
    for (content, expected, words) in cases {
        fs::write(&path, content).unwrap();
        let error = ConnectionTemplate::load(&path).unwrap_err();
        assert_eq!(code(&error), expected, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        let error = template.save(&path).unwrap_err();
        assert_eq!(code(&error), "SW-L007", "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    let error = ConnectionTemplate::from_text("x", &with_field).unwrap_err();
    assert_eq!(error.help().unwrap().to_string(), "did you mean `name`?");
    let missing = ConnectionTemplate::load(&folder.path().join("missing")).unwrap_err();
    assert_eq!(code(&missing), "SW-L001");
    let nowhere = template.save(&folder.path().join("missing").join("x.ron")).unwrap_err();
    assert_eq!(code(&nowhere), "SW-L005");
}

#[test]
fn saved_connections_are_listed_loaded_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let saved = SavedConnections::in_folder(&folder.path().join("a").join("connections"));
    assert!(saved.list().unwrap().connections.is_empty(), "no folder, no connections");
    let names = ["HR", "hr", "../../etc/passwd", "con", "…", "a/b", "a_b", &"long ".repeat(100), "Größe 7"];
    for name in names {
        assert!(!saved.has(name));
        saved.save(&ConnectionTemplate::of(&odbc(&[("Server", name)]), name)).unwrap();
        assert!(saved.has(name));
    }
    let list = saved.list().unwrap();
    let mut sorted = names.map(str::to_owned).to_vec();
    sorted.sort();
    assert_eq!(list.connections.iter().map(|one| one.name.clone()).collect::<Vec<_>>(), sorted);
    for one in &list.connections {
        assert_eq!(one.path.parent().unwrap(), folder.path().join("a").join("connections"));
        let name = one.path.file_name().unwrap().to_str().unwrap();
        assert!(name.is_ascii() && name.len() < 100 && name == name.to_lowercase(), "{name}");
        assert_eq!(saved.load(&one.name).unwrap(), one.template);
    }
    // Kept again it is replaced; a damaged one does not hide the others.
    saved.save(&ConnectionTemplate::of(&odbc(&[("Server", "newer")]), "HR")).unwrap();
    fs::write(&list.connections[0].path, "(").unwrap();
    fs::write(folder.path().join("a").join("connections").join("notes.txt"), "x").unwrap();
    let again = saved.list().unwrap();
    assert_eq!((again.connections.len(), again.problems.len()), (names.len() - 1, 1));

    saved.delete("HR").unwrap();
    assert_eq!(code(&saved.delete("HR").unwrap_err()), "SW-L009");
    assert_eq!(code(&saved.load("HR").unwrap_err()), "SW-L009");
    assert!(saved.has("hr"));
    for name in ["", "  "] {
        assert_eq!(code(&saved.save(&ConnectionTemplate::of(&odbc(&[]), name)).unwrap_err()), "SW-L008");
    }
}

/// A project without what a template brings.
fn blank(of: &Project) -> Project {
    let mut blank = of.clone();
    blank.central.schema.classes.clear();
    blank.target.schema.classes.clear();
    blank.mappings.clear();
    blank.workflows.clear();
    blank.start_ups.clear();
    blank.variables.clear();
    blank.variable_sets.clear();
    blank.target_system_types.clear();
    blank.snippets.clear();
    blank
}

#[test]
fn a_project_template_fills_a_blank_project() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.ron");
    let mut full = project();
    full.script_language = ScriptLanguage::JavaScript;
    full.variables = vec![
        Variable { value: "DE".to_owned(), ..variable("Country") },
        Variable { value: "s3cret".to_owned(), secret: true, ..variable("Key") },
    ];
    let template = ProjectTemplate::of(&full, "Standard");
    template.save(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("s3cret") && !text.contains("provider"), "neither secrets nor connections");
    let template = ProjectTemplate::load(&path).unwrap();
    full.variables[1].value.clear();

    let mut project = blank(&full);
    project.script_language = ScriptLanguage::Rhai;
    assert_eq!(template.apply(&mut project).unwrap(), []);
    assert_eq!(project, full);
    assert_eq!(template.apply(&mut project).unwrap(), [], "once more changes nothing");
    assert_eq!(project, full);

    project.script_language = ScriptLanguage::Rhai;
    let before = project.clone();
    assert_eq!(code(&template.apply(&mut project).unwrap_err()), "SW-L010");
    assert_eq!(project, before);
    project.script_language = ScriptLanguage::JavaScript;
    project.mappings[0].description = "mine".to_owned();
    let unfit = template.apply(&mut project).unwrap();
    let part = format!("mapping {}", full.mappings[0].name);
    assert_eq!(unfit, [Unfit::new(part, "the project has another one of that name")]);
    assert_eq!(project.mappings[0].description, "mine");
}

#[test]
fn parts_that_need_a_missing_table_are_left_out() {
    let full = project();
    let template = ProjectTemplate::of(&full, "Standard");
    let mut project = blank(&full);
    project.target.schema.types.clear();
    let unfit: Vec<String> = template.apply(&mut project).unwrap().iter().map(ToString::to_string).collect();
    for part in ["mapping ", "step ", "workflow ", "start up configuration "] {
        assert!(unfit.iter().any(|text| text.starts_with(part)), "{part} in {unfit:#?}");
    }
    assert!(project.mappings.is_empty() && project.workflows.is_empty() && project.start_ups.is_empty());
}

fn variable(name: &str) -> Variable {
    Variable {
        name: name.to_owned(),
        value: String::new(),
        secret: false,
        secret_store: crate::project::SecretStore::Automatic,
        description: String::new(),
    }
}
