//! What the check and the change list say of properties that are made of others: by expressions, references, scripts
//! and actions.

use syncwright_core::{
    check::{Severity, check},
    project::{
        Action, ActionEvent, ActionTime, CharacterConversion, ColumnGroup, Condition, Direction, Lifecycle,
        Mapping, MappingDirection, Project, PropertyRule, ScriptLanguage, Side, VirtualKind, VirtualProperty,
    },
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, mapping, messages, pair, rows, rule},
    virtual_properties::{between, class, property},
};

fn text(name: &str, kind: VirtualKind) -> VirtualProperty {
    property(name, ValueType::String, kind)
}

fn script(read: &str, write: &str) -> VirtualKind {
    let owned = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    VirtualKind::Script { read: owned(read), write: owned(write) }
}

fn expression(text: &str) -> VirtualKind {
    VirtualKind::Expression(text.to_owned())
}

/// Classes `l` of the table `p` and `r` of `q`, mapped by their `id` to the target.
fn project(systems: &Systems, rules: Vec<PropertyRule>, [left, right]: [Vec<VirtualProperty>; 2]) -> Project {
    let to_target = Mapping {
        direction: MappingDirection::ToTarget,
        ..mapping("l", "r", vec![by("id", pair("id", "id"))], rules)
    };
    let mut project = systems.project(Direction::ToTarget, vec![to_target]);
    project.script_language = ScriptLanguage::Rhai;
    project.central.schema.classes.push(class("l", "p", left));
    project.target.schema.classes.push(class("r", "q", right));
    project
}

/// Texts of the findings with this code.
fn found(project: &Project, code: &str) -> Vec<String> {
    check(project).into_iter().filter(|finding| finding.code == code).map(|finding| finding.text).collect()
}

fn before(side: Side, on: ActionEvent, script: &str) -> Action {
    Action {
        name: "one".to_owned(),
        side,
        when: ActionTime::Before,
        on,
        script: script.to_owned(),
        lifecycle: Lifecycle::Active,
    }
}

#[test]
fn what_is_made_of_sensitive_values_is_not_shown() {
    const PIN: &str = "hush-4711";
    let from = || "pin".to_owned();
    let kinds = [
        vec![expression("concat('x', pin)")],
        vec![VirtualKind::Pattern("x%pin%".to_owned())],
        vec![VirtualKind::Convert { property: from(), conversion: CharacterConversion::WithoutAccents }],
        vec![VirtualKind::CompositeKey(vec!["note".to_owned(), "pin".to_owned()])],
        vec![script("$pin$", "")],
        vec![VirtualKind::ReferencedProperty { path: vec![vec!["badge".to_owned()]], property: from() }],
        // One that reads another one.
        vec![expression("concat('x', pin)"), expression("concat(vrt0, 'y')")],
    ];
    for kinds in kinds {
        let systems = Systems::new(
            &format!(
                "CREATE TABLE badge (id INTEGER PRIMARY KEY, pin TEXT); INSERT INTO badge VALUES (7, '{PIN}');
                 CREATE TABLE p (id INTEGER PRIMARY KEY, pin TEXT, note TEXT, badge INTEGER REFERENCES badge (id));
                 INSERT INTO p VALUES (1, '{PIN}', 'n', 7);"
            ),
            "CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT);",
        );
        let name = format!("{kinds:?}");
        let made: Vec<_> =
            kinds.into_iter().enumerate().map(|(at, kind)| text(&format!("vrt{at}"), kind)).collect();
        let last = made.last().unwrap().name.clone();
        let mut project =
            project(&systems, vec![rule("id", "id"), between(&last, "note")], [made, Vec::new()]);
        for schema_type in &mut project.central.schema.types {
            let pins = schema_type.properties.iter_mut().filter(|property| property.name == "pin");
            pins.for_each(|property| property.sensitive = true);
        }
        let report = systems.run_well(&project);
        assert_eq!(report.steps[0].writes.insert, 1, "{name}");
        assert!(rows(&systems.right(), "SELECT note FROM q")[0].contains(PIN), "{name}");
        let change = report.steps[0].changes.get(0).unwrap();
        let note = change.properties.iter().find(|property| property.property == "note").unwrap();
        assert!(note.secret, "{name}");
        assert!(!report.to_json().to_string().contains(PIN), "{name}");
    }
}

/// Nor where an action names what is made of them.
#[test]
fn what_actions_make_of_sensitive_values_is_not_shown() {
    const PIN: &str = "hush-4711";
    for script in ["$note$ = $Left::vrtPin$;", "throw $Left::vrtPin$"] {
        let systems = Systems::new(
            &format!("CREATE TABLE p (id INTEGER PRIMARY KEY, pin TEXT); INSERT INTO p VALUES (1, '{PIN}');"),
            "CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT);",
        );
        let made = text("vrtPin", VirtualKind::Pattern("x%pin%".to_owned()));
        let mut project = project(&systems, vec![rule("id", "id")], [vec![made], Vec::new()]);
        let people = project.central.schema.types.iter_mut().find(|one| one.name == "p").unwrap();
        people.properties.iter_mut().find(|one| one.name == "pin").unwrap().sensitive = true;
        project.mappings[0].actions = vec![before(Side::Right, ActionEvent::Insert, script)];
        let report = systems.run(&project);
        let written = u64::from(script.starts_with('$'));
        assert_eq!(report.steps[0].writes.insert, written, "{script}");
        assert!(!report.to_json().to_string().contains(PIN), "{:#}", report.to_json());
    }
}

#[test]
fn columns_that_cannot_be_used_are_told_wherever_they_are_named() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, photo TEXT, note TEXT);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT);",
    );
    let photo = || "photo".to_owned();
    let kinds = [
        expression("concat(photo, 'x')"),
        VirtualKind::Pattern("%photo%".to_owned()),
        VirtualKind::Convert { property: photo(), conversion: CharacterConversion::LowerCase },
        VirtualKind::CompositeKey(vec![photo(), "note".to_owned()]),
        script("$photo$", ""),
    ];
    let mut projects: Vec<Project> = kinds
        .into_iter()
        .map(|kind| {
            let rules = vec![rule("id", "id"), between("vrt", "note")];
            project(&systems, rules, [vec![text("vrt", kind)], Vec::new()])
        })
        .collect();
    let mut acting =
        project(&systems, vec![rule("id", "id"), rule("note", "note")], [Vec::new(), Vec::new()]);
    acting.mappings[0].actions = vec![before(Side::Right, ActionEvent::Insert, "$note$ = $Left::photo$;")];
    projects.push(acting);
    for project in &mut projects {
        let types = &mut project.central.schema.types;
        let columns = types.iter_mut().flat_map(|one| &mut one.properties);
        let photos = columns.filter(|column| column.name == "photo");
        photos.for_each(|column| column.unusable = Some("a type of its own".to_owned()));
        let errors = check(project).into_iter().filter(|finding| finding.severity == Severity::Error);
        let texts: Vec<String> = errors.map(|finding| finding.text).collect();
        assert!(texts.iter().any(|text| text.contains("cannot be used (a type of its own)")), "{texts:?}");
    }
}

/// “Do not overwrite” is about the switch, not about the number that holds several.
#[test]
fn rules_whose_scripts_share_a_column_do_not_contradict_each_other() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, one INTEGER, two INTEGER); INSERT INTO p VALUES (1, 1, 1);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, flags INTEGER); INSERT INTO q VALUES (1, 64);",
    );
    let bit = |name: &str, set: u32| {
        let read = format!("if (($flags$ ?? 0) & {set}) == 0 {{ () }} else {{ 1 }}");
        let kind = script(&read, &format!("$flags$ = ($flags$ ?? 0) | {set};"));
        property(name, ValueType::Integer, kind)
    };
    let mut rules = vec![rule("id", "id"), between("one", "vrtOne"), between("two", "vrtTwo")];
    rules[2].do_not_overwrite = true;
    let right = vec![bit("vrtOne", 1), bit("vrtTwo", 2)];
    let project = project(&systems, rules, [Vec::new(), right]);
    for code in ["SW-C112", "SW-C114"] {
        assert_eq!(found(&project, code), Vec::<String>::new());
    }
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT flags FROM q"), ["67"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

#[test]
fn what_an_action_assigns_can_move_objects_out_of_their_class() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, name TEXT, active INTEGER);",
    );
    let mut project =
        project(&systems, vec![rule("id", "id"), rule("name", "name")], [Vec::new(), Vec::new()]);
    project.target.schema.classes[0].filter = Some("active = 1".to_owned());
    assert_eq!(found(&project, "SW-C182").len(), 0);
    for (on, told) in [(ActionEvent::Update, 1), (ActionEvent::Insert, 0)] {
        project.mappings[0].actions = vec![before(Side::Right, on, "$active$ = 0;")];
        let texts = found(&project, "SW-C182");
        assert_eq!(texts.len(), told, "{texts:?}");
        assert!(texts.iter().all(|text| text.starts_with("the action one assigns active,")), "{texts:?}");
    }
}

#[test]
fn mandatory_columns_may_be_written_through_a_composite_key() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, place TEXT);",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, no TEXT NOT NULL);",
    );
    let place = text("vrtPlace", VirtualKind::CompositeKey(vec!["tenant".to_owned(), "no".to_owned()]));
    let rules = vec![rule("id", "id"), between("place", "vrtPlace")];
    assert_eq!(found(&project(&systems, rules, [Vec::new(), vec![place]]), "SW-C113"), Vec::<String>::new());
    let only_key = project(&systems, vec![rule("id", "id")], [Vec::new(), Vec::new()]);
    assert_eq!(found(&only_key, "SW-C113").len(), 2);
}

/// An action of the system that is only read never runs, so what it names is not read for it.
#[test]
fn actions_that_never_run_make_no_object_unreadable() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO p VALUES (1, 'new');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, name TEXT, phone TEXT); INSERT INTO q VALUES (1, 'old', 'x');",
    );
    let phone = text("vrtPhone", script("throw \"no phone\"", ""));
    let rules = vec![rule("id", "id"), rule("name", "name")];
    let mut project = project(&systems, rules, [Vec::new(), vec![phone]]);
    project.mappings[0].direction = MappingDirection::Both;
    for (side, on, told) in [
        (Side::Left, ActionEvent::Insert, 0),
        (Side::Left, ActionEvent::Delete, 0),
        (Side::Right, ActionEvent::Update, 1),
    ] {
        let action = before(side, on, "if $Right::vrtPhone$ == \"1\" { throw \"never\" }");
        project.mappings[0].actions = vec![action];
        let report = systems.simulate(&project);
        let texts = messages(&report, "SW-R112");
        assert_eq!(
            (texts.len(), report.steps[0].changes.len()),
            (told, 1 - told),
            "{side:?} {on:?}: {texts:?}"
        );
    }
}

/// An empty part of a rule is never fulfilled, and no composite property would say so.
#[test]
fn a_rule_with_an_empty_part_is_not_combined() {
    use syncwright_core::project::MatchExpression::{All, Any};
    let table = "(id INTEGER PRIMARY KEY, a TEXT, b TEXT);";
    let systems = Systems::new(&format!("CREATE TABLE p {table}"), &format!("CREATE TABLE q {table}"));
    let pairs = || vec![pair("a", "a"), pair("b", "b")];
    for (on, possible) in [
        (All(pairs()), true),
        (All([pairs(), vec![Any(Vec::new())]].concat()), false),
        (All([pairs(), vec![All(Vec::new())]].concat()), false),
    ] {
        let mut project = project(
            &systems,
            vec![rule("id", "id"), rule("a", "a"), rule("b", "b")],
            [Vec::new(), Vec::new()],
        );
        project.mappings[0].matching = vec![by("both", on)];
        let findings = check(&project);
        let combined =
            findings.iter().filter(|finding| finding.code == "SW-C127" && finding.repair.is_some()).count();
        assert_eq!(combined, usize::from(possible), "{findings:?}");
    }
}

/// A condition may be a script that names what a script reads.
#[test]
fn a_rule_with_a_script_as_condition_heeds_what_is_written() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, active INTEGER, note TEXT); INSERT INTO p VALUES (1, 1, 'n');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, flags INTEGER, note TEXT); INSERT INTO q VALUES (1, 2, 'o');",
    );
    let disabled = property(
        "vrtDisabled",
        ValueType::Integer,
        script("if (($flags$ ?? 0) & 2) == 0 { 1 } else { 0 }", "$flags$ = if value == 1 { 0 } else { 2 };"),
    );
    let mut rules = vec![rule("id", "id"), between("active", "vrtDisabled"), rule("note", "note")];
    rules[2].condition = Some(Condition::Script("$Right::vrtDisabled$ == 1".to_owned()));
    let project = project(&systems, rules, [Vec::new(), vec![disabled]]);
    systems.run_well(&project);
    assert_eq!(rows(&systems.right(), "SELECT flags, note FROM q"), ["0|n"]);
    assert_eq!(systems.run_well(&project).total_writes(), 0);
}

/// The check knows an expression of a virtual property as the run does.
#[test]
fn expressions_over_lists_and_column_groups_are_checked_as_they_are_run() {
    let systems = Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, tags TEXT, a TEXT, b TEXT); INSERT INTO p VALUES (1, 'x;y;z', 'u', 'v');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY, note TEXT);",
    );
    let list =
        VirtualProperty { multi_valued: true, ..text("vrtTags", expression("string_to_array(tags, ';')")) };
    let count = property("vrtCount", ValueType::Integer, expression("array_length(vrtTags)"));
    let grouped = text("vrtGrouped", expression("upper(vrtColumnGroupboth)"));
    let wrong = text("vrtWrong", expression("upper(vrtTags)"));
    let made = vec![list, count, grouped, wrong];
    for (name, value) in [("vrtCount", "3"), ("vrtGrouped", "U")] {
        let rules = vec![rule("id", "id"), between(name, "note")];
        let mut project = project(&systems, rules, [made.clone(), Vec::new()]);
        let people = project.central.schema.types.iter_mut().find(|one| one.name == "p").unwrap();
        people
            .column_groups
            .push(ColumnGroup { name: "both".to_owned(), properties: vec!["a".to_owned(), "b".to_owned()] });
        let told = found(&project, "SW-C180");
        assert!(told.iter().all(|text| text.contains("vrtWrong")), "{told:?}");
        assert_eq!(told.len(), 1, "{told:?}");
        systems.run_well(&project);
        let note = rows(&systems.right(), "SELECT note FROM q").remove(0);
        assert!(note.starts_with(value), "{name}: {note}");
        systems.right().execute_batch("DELETE FROM q").unwrap();
    }
}
