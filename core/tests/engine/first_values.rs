//! “First value as single value” in both directions (R14): the rule compares and replaces the first value of a list,
//! and leaves the others alone.

use syncwright_core::{
    project::{Direction, MappingDirection, Project, PropertyRule, VirtualKind, VirtualProperty},
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, mapping, messages, pair, rows, rule},
    virtual_properties::{between, class, property},
};

fn systems(phones: &str, phone: &str) -> Systems {
    Systems::new(
        &format!(
            "CREATE TABLE p (id INTEGER PRIMARY KEY, phones TEXT); INSERT INTO p VALUES (1, '{phones}');"
        ),
        &format!("CREATE TABLE q (id INTEGER PRIMARY KEY, phone TEXT); INSERT INTO q VALUES (1, '{phone}');"),
    )
}

fn project(systems: &Systems, direction: Direction, change: impl FnOnce(&mut PropertyRule)) -> Project {
    let script = VirtualKind::Script {
        read: Some("($phones$ ?? \"\").split(\";\").filter(|one| one != \"\")".to_owned()),
        write: Some(
            "let text = \"\"; for one in value { if text != \"\" { text += \";\"; } text += one; } $phones$ = text;"
                .to_owned(),
        ),
    };
    let list = VirtualProperty { multi_valued: true, ..property("list", ValueType::String, script) };
    let mut first = PropertyRule { first_value_as_single_value: true, ..between("list", "phone") };
    change(&mut first);
    let mapping = mapping("c", "q", vec![by("id", pair("id", "id"))], vec![rule("id", "id"), first]);
    let mut project = systems.project(direction, vec![mapping]);
    project.central.schema.classes = vec![class("c", "p", vec![list])];
    project
}

#[test]
fn only_the_first_value_is_compared_and_replaced() {
    for (phones, phone, expected) in
        [("x;y", "x", "x;y"), ("x;y", "z", "z;y"), ("x;y", "y", "y"), ("", "z", "z"), ("x", "z", "z")]
    {
        let systems = systems(phones, phone);
        let project = project(&systems, Direction::ToCentral, |_| ());
        systems.run_well(&project);
        assert_eq!(rows(&systems.left(), "SELECT phones FROM p"), [expected], "{phones} ← {phone}");
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
    let systems = systems("x;y", "z");
    systems.run_well(&project(&systems, Direction::ToTarget, |_| ()));
    assert_eq!(rows(&systems.right(), "SELECT phone FROM q"), ["x"]);
}

/// The other values are no rogue modification.
#[test]
fn others_are_not_rogue() {
    for (phone, found) in [("x", 0), ("z", 1)] {
        let systems = systems("x;y", phone);
        let project = project(&systems, Direction::ToTarget, |rule| {
            rule.direction = MappingDirection::ToCentral;
            rule.detect_rogue_modifications = true;
        });
        assert_eq!(messages(&systems.run_well(&project), "SW-R111").len(), found);
    }
}

/// Rows of a table have no first one: the value is added where it is missing, and none is taken away.
#[test]
fn rows_of_a_table_are_only_added_to() {
    const MEMBERS: &str = "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'x'), (4, 'y');";
    let systems = Systems::new(
        &format!(
            "{MEMBERS} CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
             CREATE TABLE member (p INTEGER REFERENCES p (id), item INTEGER REFERENCES item (id), PRIMARY KEY (p, item));
             INSERT INTO member VALUES (1, 1), (1, 2);"
        ),
        "CREATE TABLE q (id INTEGER PRIMARY KEY, phone TEXT); INSERT INTO q VALUES (1, 'x');",
    );
    let mut project = project(&systems, Direction::ToCentral, |_| ());
    let kind = VirtualKind::Members {
        schema_type: "member".to_owned(),
        own_reference: vec!["p".to_owned()],
        member_reference: vec!["item".to_owned()],
        property: "name".to_owned(),
    };
    project.central.schema.classes[0].virtual_properties =
        vec![VirtualProperty { multi_valued: true, ..property("list", ValueType::String, kind) }];
    for (phone, expected) in [("x", "1 2 3"), ("y", "1 2 3 4"), ("a", "1 2 3 4"), ("", "1 2 3 4")] {
        systems.right().execute("UPDATE q SET phone = ?", [phone]).unwrap();
        systems.run_well(&project);
        let held = "SELECT group_concat(item, ' ') FROM (SELECT item FROM member ORDER BY item)";
        assert_eq!(rows(&systems.left(), held), [expected], "{phone}");
        assert_eq!(systems.run_well(&project).total_writes(), 0);
    }
}
