//! Exclusions by properties of every kind (R19): values are compared as values, lists by their elements, and a value
//! that the property cannot have is an error of the project.

use syncwright_core::{
    check::{Severity, check},
    project::{Direction, Exclusion, ExclusionTest, Project, VirtualKind},
    value::ValueType,
};

use crate::{
    fixture::{Systems, by, mapping, pair, rows, rule},
    virtual_properties::{class, property},
};

fn systems() -> Systems {
    Systems::new(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, f REAL, b BOOLEAN, g GUID, x BLOB, d DATE, names TEXT);
         INSERT INTO p VALUES
            (1, 1.0, 0, '6f9619ff-8b86-d011-b42d-00c04fc964ff', x'00ff', '2024-02-29', 'seven;eight'),
            (2, 2.5, 1, '00000000-0000-0000-0000-000000000000', x'4142', '2024-03-01', 'nine');",
        "CREATE TABLE q (id INTEGER PRIMARY KEY);",
    )
}

fn project(systems: &Systems, property_name: &str, test: ExclusionTest) -> Project {
    let mut mapping = mapping("c", "q", vec![by("id", pair("id", "id"))], vec![rule("id", "id")]);
    mapping.exclusions.writing = vec![Exclusion { property: property_name.to_owned(), test }];
    let mut project = systems.project(Direction::ToTarget, vec![mapping]);
    let list = VirtualKind::Expression("string_to_array(names, ';')".to_owned());
    let list = syncwright_core::project::VirtualProperty {
        multi_valued: true,
        ..property("list", ValueType::String, list)
    };
    project.central.schema.classes = vec![class("c", "p", vec![list])];
    for (name, value_type) in [("b", ValueType::Boolean), ("g", ValueType::Guid), ("d", ValueType::Date)] {
        let column = project.central.schema.types[0].properties.iter_mut().find(|one| one.name == name);
        column.unwrap().value_type = value_type;
    }
    project
}

/// Who is written with that exclusion.
fn written(name: &str, test: ExclusionTest) -> Vec<String> {
    let systems = systems();
    systems.run_well(&project(&systems, name, test));
    rows(&systems.right(), "SELECT id FROM q ORDER BY id")
}

#[test]
fn values_are_compared_as_what_they_are() {
    for (name, text) in [
        ("f", "1"),
        ("b", "0"),
        ("b", "false"),
        ("g", "{6F9619FF-8B86-D011-B42D-00C04FC964FF}"),
        ("x", "00FF"),
        ("d", "2024-02-29"),
        ("list", "eight"),
        ("id", "01"),
    ] {
        assert_eq!(written(name, ExclusionTest::Equals(text.to_owned())), ["2"], "{name} = {text}");
    }
    for (name, pattern) in
        [("f", "1.*"), ("g", "6f96.*"), ("x", "00.."), ("d", "2024-02-.*"), ("list", "s.*n"), ("b", "false")]
    {
        assert_eq!(written(name, ExclusionTest::Matches(pattern.to_owned())), ["2"], "{name} ~ {pattern}");
    }
    for (name, text) in [("list", "seven;eight"), ("list", "even"), ("f", "3")] {
        assert_eq!(written(name, ExclusionTest::Equals(text.to_owned())), ["1", "2"], "{name} = {text}");
    }
}

#[test]
fn a_value_that_the_property_cannot_have_is_an_error() {
    let systems = systems();
    for (name, text) in [("id", "x"), ("d", "yesterday"), ("b", ""), ("g", "1")] {
        let project = project(&systems, name, ExclusionTest::Equals(text.to_owned()));
        let errors: Vec<_> =
            check(&project).into_iter().filter(|one| one.severity == Severity::Error).collect();
        assert_eq!(errors.iter().map(|one| one.code).collect::<Vec<_>>(), ["SW-M010"], "{name}: {errors:?}");
        assert!(errors[0].text.contains(&format!("exclusion by {name}")), "{errors:?}");
    }
}
