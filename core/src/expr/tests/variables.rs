//! Variables: what they become where, what cannot get through, and whole projects.

use std::collections::BTreeMap;

use datafusion::{common::ScalarValue, logical_expr::lit};
use miette::Diagnostic as _;
use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::{
    expr::{Quoting, SessionVariables, SpecialNames, VariablesError, effective, parse_icf, substitute},
    project::{Condition, Formula, Literal, Project, Provider, VirtualKind, from_text},
};

fn variables(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn values_are_written_as_their_place_needs() {
    let values = variables(&[
        ("Country", "PL"),
        ("Name", "O'Neil"),
        ("Limit", "12.5"),
        ("Debt", "-3"),
        ("On", "true"),
        ("Back", r"a\b"),
        ("Quote", "a\"b"),
    ]);
    let cases = [
        (Quoting::Text, "/data/$Country$/hr.db", "/data/PL/hr.db"),
        (Quoting::Text, "$$5, $Name$$Country$, $ and $x y$", "$5, O'NeilPL, $ and $x y$"),
        (Quoting::Condition, "c = '$Country$'", "c = 'PL'"),
        (Quoting::Condition, "c = $Country$ AND n = $Name$", "c = 'PL' AND n = 'O''Neil'"),
        (Quoting::Condition, "n = 'Dr. $Name$, x'", "n = 'Dr. O''Neil, x'"),
        (Quoting::Condition, "n = 'it''s $Name$'", "n = 'it''s O''Neil'"),
        (Quoting::Condition, "\"$Quote$\" = 1", "\"a\"\"b\" = 1"),
        (Quoting::Condition, "a > $Limit$ AND b - $Debt$ = 1 AND $On$", "a > 12.5 AND b - (-3) = 1 AND TRUE"),
        (Quoting::Condition, "regexp_like(a, '^a$|b$')", "regexp_like(a, '^a$|b$')"),
        (Quoting::Condition, "a = '$$Country$$'", "a = '$Country$'"),
        (Quoting::Condition, "icf:equalTo('c', $Country$)", "icf:equalTo('c', 'PL')"),
        (Quoting::Condition, "icf:equalTo('n', '$Name$')", r"icf:equalTo('n', 'O\'Neil')"),
        (Quoting::Condition, "icf:equalTo('n', [$Limit$, $On$])", "icf:equalTo('n', [12.5, true])"),
        (Quoting::Condition, "icf:equalTo('n', '$Back$')", r"icf:equalTo('n', 'a\\b')"),
        (Quoting::Statement, "SET search_path TO $Country$", "SET search_path TO PL"),
        (Quoting::Statement, "SELECT set('x', '$Name$', $Limit$)", "SELECT set('x', 'O''Neil', 12.5)"),
        (Quoting::Statement, "USE [$Country$]", "USE [PL]"),
    ];
    for (how, text, expected) in cases {
        assert_eq!(substitute(text, &values, how).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_safe_is_refused_with_its_place() {
    let values =
        variables(&[("Name", "O'Neil"), ("Back", r"\"), ("Dollar", "$$"), ("Line", "a\nb"), ("Zero", "\0")]);
    let cases = [
        (Quoting::Condition, "a = 1 AND b = $Nam$", (1, 15), "no variable $Nam$"),
        (Quoting::Text, "x\n $Other$", (2, 2), "no variable $Other$"),
        (Quoting::Condition, "a = E'$Name$'", (1, 7), "prefix"),
        (Quoting::Condition, "a = E'x''$Back$'", (1, 10), "prefix"),
        (Quoting::Condition, "a = 1 -- $Name$", (1, 10), "comments"),
        (Quoting::Condition, "a$Name$ = 1", (1, 2), "beside other text"),
        (Quoting::Condition, "a = $Name$$Name$", (1, 5), "beside other text"),
        (Quoting::Condition, "a = $Name$'x'", (1, 5), "beside other text"),
        (Quoting::Condition, "a = '$Zero$'", (1, 6), "not every database"),
        (Quoting::Statement, "SET x = '$Back$'", (1, 10), "not every database"),
        (Quoting::Statement, "SET x = $Dollar$", (1, 9), "not every database"),
        (Quoting::Statement, "SET x = '$Line$'", (1, 10), "not every database"),
        (Quoting::Statement, "USE [$Name$]", (1, 6), "square brackets"),
        (Quoting::Statement, r"SET x = '\'', y = $Name$", (1, 19), "backslash"),
        (Quoting::Statement, "SET x = 1 # $Name$", (1, 13), "comments"),
        (Quoting::Condition, r"icf:equalTo('a', '\$Name$')", (1, 20), "beside other text"),
    ];
    for (how, text, position, what) in cases {
        let error = substitute(text, &values, how).unwrap_err();
        assert_eq!(error.position, Some(position), "{text}: {error:?}");
        assert!(error.text.contains(what), "{text}: {error:?}");
        assert!(error.help.is_some());
        assert!(!error.text.contains("Neil"), "{text}: values are no part of errors");
    }
    let error = substitute("$Nam$", &values, Quoting::Text).unwrap_err();
    assert_eq!(error.help.as_deref(), Some("did you mean $Name$? Names are case-sensitive"));
}

fn nasty() -> impl Strategy<Value = String> {
    let pieces = vec![
        "'", "\"", "\\", "--", "/*", "*/", ";", " OR 1=1 ", "$", "$X$", "a", "5", "-", ".", ")", "(", "%",
        "`", "\n", "ä", "]",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever the value is, the condition compares with exactly this text and nothing else.
    #[test]
    fn values_cannot_become_part_of_a_condition(value in prop_oneof![nasty(), "\\PC{0,12}"]) {
        let values = variables(&[("X", &value)]);
        let country = |text: String| {
            Expr::Column(datafusion::common::Column::new(Some(TableReference::bare("base")), "Country"))
                .eq(lit(ScalarValue::Utf8(Some(text))))
        };
        let parsed = |text: &str| {
            let written = substitute(text, &values, Quoting::Condition).unwrap();
            parse(&SESSION, &people(), &written)
        };
        prop_assert_eq!(parsed("Country = 'a $X$''b'").unwrap(), country(format!("a {value}'b")));
        prop_assert_eq!(parsed("icf:equalTo('Country', '$X$')").unwrap(), country(value.clone()));
        prop_assert_eq!(parsed("icf:equalTo(\"Country\", \"<$X$>\")").unwrap(), country(format!("<{value}>")));
        // Numbers, true and false are themselves there, and no text.
        match parsed("Country = $X$") {
            Ok(expression) => prop_assert_eq!(expression, country(value.clone())),
            Err(error) => prop_assert!(
                value.parse::<f64>().is_ok() || matches!(value.to_lowercase().as_str(), "true" | "false"),
                "{:?}", error
            ),
        }
        let alone = substitute("icf:equalTo('Country', $X$)", &values, Quoting::Condition).unwrap();
        prop_assert_eq!(parse_icf(&people(), &SpecialNames::default(), &alone).unwrap(), country(value));
    }
}

fn project() -> Project {
    let text = include_str!("../../../../tests/src/small.ron");
    let text = text
        .replace("file: \"hr.db\"", "file: \"$Folder$/hr.db\"")
        .replace("read_only: true,", "initial_sql: [\"SET x = $Folder$\"], time_zone: \"$Zone$\",")
        .replace(
            "start_ups: [(name: \"Import from HR\", workflow: \"Import\")],",
            "start_ups: [(name: \"Import from HR\", workflow: \"Import\", variable_set: \"Test\")],
             variables: [(name: \"Folder\", value: \"prod\"), (name: \"Zone\", value: \"UTC\"),
                         (name: \"Country\", value: \"it's\"), (name: \"Password\", secret: true)],
             variable_sets: [(name: \"Test\", variables: [(name: \"Folder\", value: \"test\")])],",
        );
    from_text("variables", &text).unwrap()
}

fn run(project: &Project, with_start_up: bool) -> Result<Project, VariablesError> {
    let secret = |name: &str| Ok((name == "Password").then(|| SecretString::from("s3cret")));
    let session = SessionVariables { full_sync: true, secret: &secret };
    effective(project, project.start_ups.first().filter(|_| with_start_up), &session)
}

fn file(project: &Project) -> &str {
    match &project.target.connection.provider {
        Provider::Sqlite { file, .. } => file,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_variable_set_overrides_the_default_set() {
    let project = project();
    assert_eq!(file(&run(&project, false).unwrap()), "prod/hr.db");
    let test = run(&project, true).unwrap();
    assert_eq!(file(&test), "test/hr.db");
    assert_eq!(test.target.connection.initial_sql, ["SET x = test"]);
    assert_eq!(test.target.connection.time_zone.as_deref(), Some("UTC"));
    // What identifies a system, and everything without variables, stays as it is.
    assert_eq!(test.target.connection.system_identifier, "hr");
    let mut plain = test.clone();
    plain.target.connection = project.target.connection.clone();
    assert_eq!(plain, project);
}

#[test]
fn variables_work_in_filters_conditions_and_values() {
    let mut project = project();
    let filter = "given_name = $Country$".to_owned();
    project.target.scope.insert("employees".to_owned(), filter.clone());
    project.target.reference_scope.insert("employees".to_owned(), filter.clone());
    project.mappings[0].rules[0].condition = Some(Condition::Expression(format!("Right.{filter}")));
    let change = &mut project.mappings[0].rules[0].transformation;
    change.fixed_value = Some(Literal::String("<$Country$>".to_owned()));
    change.value_on_insert = Some(Literal::Integer(5));
    change.to_target = Some(Formula::Expression("value || $Country$".to_owned()));
    let class = |kind| crate::project::SchemaClass {
        name: "Employees".to_owned(),
        schema_type: "employees".to_owned(),
        display_name: String::new(),
        filter: Some(filter.clone()),
        virtual_properties: vec![crate::project::VirtualProperty {
            name: "vrt".to_owned(),
            value_type: crate::value::ValueType::String,
            multi_valued: false,
            mandatory: false,
            secret: false,
            kind,
        }],
    };
    project.target.schema.classes = vec![
        class(VirtualKind::Fixed(Literal::String("$Country$".to_owned()))),
        class(VirtualKind::Pattern("%given_name% $Country$ ${id}".to_owned())),
        class(VirtualKind::Expression("given_name || $Country$".to_owned())),
    ];
    let run = run(&project, true).unwrap();
    assert_eq!(run.target.scope["employees"], "given_name = 'it''s'");
    assert_eq!(run.target.reference_scope["employees"], "given_name = 'it''s'");
    let rule = &run.mappings[0].rules[0];
    assert_eq!(rule.condition, Some(Condition::Expression("Right.given_name = 'it''s'".to_owned())));
    assert_eq!(rule.transformation.fixed_value, Some(Literal::String("<it's>".to_owned())));
    assert_eq!(rule.transformation.value_on_insert, Some(Literal::Integer(5)));
    let expected = Some(Formula::Expression("value || 'it''s'".to_owned()));
    assert_eq!(rule.transformation.to_target, expected);
    let classes = &run.target.schema.classes;
    assert_eq!(classes[0].filter.as_deref(), Some("given_name = 'it''s'"));
    let kinds: Vec<_> = classes.iter().map(|class| class.virtual_properties[0].kind.clone()).collect();
    assert_eq!(kinds[0], VirtualKind::Fixed(Literal::String("it's".to_owned())));
    assert_eq!(kinds[1], VirtualKind::Pattern("%given_name% $Country$ ${id}".to_owned()), "patterns stay");
    assert_eq!(kinds[2], VirtualKind::Expression("given_name || 'it''s'".to_owned()));
}

#[test]
fn full_sync_is_false_while_importing() {
    let mut project = project();
    let condition = |text: &str| Some(Condition::Expression(text.to_owned()));
    project.workflows[0].steps[0].methods.both_differ[0].condition = condition("$FullSync$ = TRUE");
    let written = |project: &Project| {
        let run = run(project, true).unwrap();
        run.workflows[0].steps[0].methods.both_differ[0].condition.clone()
    };
    assert_eq!(written(&project), condition("TRUE = TRUE"));
    project.workflows[0].steps[0].data_import = true;
    assert_eq!(written(&project), condition("FALSE = TRUE"));
    project.mappings[0].rules[0].condition = condition("$FullSync$");
    let error = run(&project, true).unwrap_err();
    let VariablesError::Text { source, .. } = &error else { panic!("{error}") };
    assert!(source.help.as_deref().unwrap().contains("conditions of steps only"));
}

#[test]
fn wrong_variables_are_named() {
    let code = |project: &Project| {
        let error = run(project, true).unwrap_err();
        assert!(!format!("{error:?}").contains("s3cret"));
        (error.code().unwrap().to_string(), error.to_string())
    };
    let check = |change: &dyn Fn(&mut Project), expected: &str, text: &str| {
        let mut project = project();
        change(&mut project);
        let (code, message) = code(&project);
        assert_eq!(code, expected, "{message}");
        assert!(message.contains(text), "{message}");
    };
    check(&|project| project.start_ups[0].variable_set = Some("Tset".to_owned()), "SW-E002", "Tset");
    check(&|project| project.variables[0].name = "a b".to_owned(), "SW-E003", "a b");
    check(&|project| project.variables[0].name = "FullSync".to_owned(), "SW-E003", "FullSync");
    check(
        &|project| project.variable_sets[0].variables[0].name = "Fodler".to_owned(),
        "SW-E003",
        "default set",
    );
    check(
        &|project| {
            project.target.scope.insert("employees".to_owned(), "id = $Foo$".to_owned());
        },
        "SW-E004",
        "target system, scope of employees: in “id = $Foo$”: there is no variable $Foo$ (line 1, column 6)",
    );
    check(
        &|project| {
            project.central.scope.insert("persons".to_owned(), "uid = '$Password$'".to_owned());
        },
        "SW-E005",
        "Password is secret",
    );
    check(
        &|project| {
            project.variables[0].secret = true;
        },
        "SW-E006",
        "Folder has no value",
    );
}

#[test]
fn secrets_work_in_connections() {
    let mut project = project();
    project.target.connection.provider = Provider::Odbc {
        dialect: "postgresql".to_owned(),
        attributes: BTreeMap::from([("Token".to_owned(), "x$Password$".to_owned())]),
    };
    let run = run(&project, true).unwrap();
    let Provider::Odbc { attributes, .. } = &run.target.connection.provider else { panic!() };
    assert_eq!(attributes["Token"], "xs3cret");
}
