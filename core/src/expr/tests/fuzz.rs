//! Fuzz targets of every parser of the project: conditions, ICF filters, patterns, patterns of data
//! operations, project files.
//!
//! `cargo test` replays the inputs in `__fuzz__/<target>/corpus` and tries some thousand random ones;
//! `cargo bolero test -p syncwright_core expr::tests::fuzz::<target>` searches as long as one likes. Every
//! input is tried as it is, and as a choice of words, which gets further than random letters do.

use std::{fs, path::Path, time::Duration};

use super::*;
use crate::{
    expr::{
        IcfFilter, OperationKind, OperationStatement, Quoting, SpecialNames, icf_to_sql, parse_icf,
        parse_pattern, pattern_text, substitute, three_valued,
    },
    project::{ProjectError, SchemaProperty, SchemaType, from_text, to_text},
    value::ValueType,
};

/// Random inputs per target, at most a second or two.
const ITERATIONS: usize = 1_000;
const TIME: Duration = Duration::from_secs(2);
const LONGEST: usize = 64;

/// Runs a target over its corpus and over random inputs, as they are and as words.
macro_rules! fuzz {
    ($name:literal, $words:expr, $check:expr) => {
        bolero::check!(name = $name)
            .with_iterations(ITERATIONS)
            .with_test_time(TIME)
            .with_max_len(LONGEST)
            .for_each(|input: &[u8]| {
                $check(&String::from_utf8_lossy(input));
                $check(&words(input, $words));
            });
    };
}

/// Every byte as one of the words.
fn words(input: &[u8], words: &[&str]) -> String {
    input.iter().filter_map(|byte| words.get(usize::from(*byte) % words.len()).copied()).collect()
}

#[track_caller]
fn is_inside(text: &str, position: (usize, usize)) {
    let (line, column) = position;
    let lines: Vec<&str> = text.split('\n').collect();
    let length = lines.get(line.wrapping_sub(1)).map(|line| line.chars().count());
    assert!(length.is_some_and(|length| (1..=length + 1).contains(&column)), "{position:?} in {text:?}");
}

const CONDITION: &[&str] = &[
    "Age",
    "Country",
    "Active",
    "Born",
    "\"Common Name\"",
    "Left.",
    "base.",
    " = ",
    " <> ",
    " < ",
    "1",
    "'1'",
    "'PL'",
    "'",
    "\"",
    " AND ",
    " OR ",
    "NOT ",
    "(",
    ")",
    " IN ",
    "NOT IN (",
    ", ",
    "NULL",
    " IS NULL",
    "TRUE",
    "lower(",
    "CASE WHEN ",
    " THEN ",
    " ELSE ",
    " END",
    " LIKE ",
    "now()",
    "CAST(",
    " AS ",
    "date",
    " - ",
    "*",
    "\n",
    "--",
    "$1",
    " BETWEEN ",
    "INTERVAL '1 day'",
    "[",
    "]",
    "::",
    "SELECT ",
    "random()",
    "🦀",
    " || ",
];

#[test]
fn condition() {
    let schema = people();
    let check = |text: &str| match parse(&SESSION, &schema, text) {
        Ok(expression) => assert_eq!(three_valued(expression.clone()), expression, "{text:?}"),
        Err(error) => {
            assert!(!error.text.is_empty() && error.help.is_some(), "{text:?}: {error:?}");
            if let Some(position) = error.position {
                is_inside(text, position);
            }
        }
    };
    fuzz!("condition", CONDITION, check);
}

const ICF: &[&str] = &[
    "equalTo",
    "contains",
    "containsAllValues",
    "startsWith",
    "endsWith",
    "greaterThan",
    "lessThanOrEqualTo",
    "(",
    ")",
    "'Age'",
    "'Country'",
    "'Groups'",
    "'__NAME__'",
    "'__UID__'",
    ", ",
    "1",
    "-0.5",
    "'PL'",
    "\"x\"",
    "null",
    "true",
    "[",
    "]",
    " & ",
    " | ",
    " and ",
    " or ",
    "not ",
    "!",
    "'",
    "\\",
    "equalTo('Age', 1)",
    "not(",
    "and(",
    "icf:",
    " ",
    "contains('Country', 'P')",
    "é",
];

#[test]
fn icf_filter() {
    let schema = people();
    let names = SpecialNames { name: Some("Country".to_owned()), uid: Some("Age".to_owned()) };
    let check = |text: &str| {
        match IcfFilter::parse(text) {
            Ok(filter) => assert_eq!(IcfFilter::parse(&filter.to_string()).as_ref(), Ok(&filter), "{text:?}"),
            Err(error) => is_inside(text, error.position.unwrap()),
        }
        match parse_icf(&schema, &names, text) {
            Ok(expression) => {
                let sql = icf_to_sql(&schema, &names, text).unwrap();
                let again =
                    parse(&SESSION, &schema, &sql).unwrap_or_else(|error| panic!("{text:?}: {sql}: {error}"));
                assert_eq!(three_valued(expression).column_refs(), again.column_refs(), "{text:?}: {sql}");
            }
            Err(error) => is_inside(text, error.position.unwrap()),
        }
    };
    fuzz!("icf_filter", ICF, check);
}

const PATTERN: &[&str] =
    &["%", "%%", "$", "$$", "${", "}", "{", "a", "Common Name", "_", "%a%", "${a_b}", "\n", "ß", " ", "'"];

#[test]
fn pattern() {
    let check = |text: &str| match parse_pattern(text) {
        Ok(parts) => assert_eq!(parse_pattern(&pattern_text(&parts)).as_ref(), Ok(&parts), "{text:?}"),
        Err(error) => is_inside(text, error.position.unwrap()),
    };
    fuzz!("pattern", PATTERN, check);
}

const OPERATION: &[&str] = &[
    "CALL p(",
    ")",
    "%UId%",
    "'%UId%'",
    "%Last_Name%",
    "%UId:old%",
    "%",
    "%%",
    "'",
    "''",
    "\"",
    "`",
    ",",
    ";",
    "?",
    " ",
    "--",
    "/*",
    "\\",
    "N",
    "E",
    "\0",
    "{",
    "}",
    "ß",
];

#[test]
fn operation_pattern() {
    let person = SchemaType {
        name: "users".to_owned(),
        properties: ["UId", "Last Name"].map(|name| SchemaProperty::new(name, ValueType::String)).into(),
        key: vec!["UId".to_owned()],
        ..SchemaType::default()
    };
    let check = |text: &str| {
        for kind in OperationKind::ALL {
            if let Ok(statement) = OperationStatement::compile(&person, kind, text) {
                let parameters = statement.parameters();
                assert!(!parameters.is_empty(), "{text:?}");
                assert!(parameters.iter().all(|one| person.property(&one.property).is_some()), "{text:?}");
                let marked = statement.sql(|_| "\u{1}".to_owned());
                assert!(marked.matches('\u{1}').count() >= parameters.len(), "{text:?}");
                assert_eq!(statement.sql(|_| String::new()), marked.replace('\u{1}', ""), "{text:?}");
            }
        }
    };
    fuzz!("operation_pattern", OPERATION, check);
}

const VARIABLES: &[&str] = &[
    "$", "$$", "$X$", "$Y$", "'", "''", "\"", "`", "[", "]", "\\", "--", "E'", "a", " ", "=", "icf:", "(",
    ")", "\n", "1",
];

#[test]
fn variables() {
    let values = [("X".to_owned(), "a'b".to_owned())].into();
    let check = |text: &str| {
        for how in [Quoting::Text, Quoting::Condition, Quoting::Statement] {
            if let Err(error) = substitute(text, &values, how) {
                is_inside(text, error.position.unwrap());
            }
        }
    };
    fuzz!("variables", VARIABLES, check);
}

const RON: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "format: 1",
    "name: \"x\"",
    "central: (",
    "Update",
    "true",
    "1.5",
    "NaN",
    "-1",
    "\n",
    "Expression(\"a\")",
    "{",
    "}",
    "r#\"",
    "\"#",
    "//",
    "/*",
    "'",
    "\\",
    "Some(",
    "99999999999999999999",
    "é",
];

/// The sample of the guide, with a few places overwritten as the input says.
fn overwritten(input: &str) -> String {
    let mut text: Vec<char> = include_str!("../../../../tests/src/small.ron").chars().collect();
    let bytes = input.as_bytes();
    for change in bytes.chunks_exact(3).take(4) {
        let at = (usize::from(change[0]) * 256 + usize::from(change[1])) % text.len();
        let word = RON[usize::from(change[2]) % RON.len()];
        let end = at + usize::from(change[2] % 3).min(text.len() - at);
        drop(text.splice(at..end, word.chars()));
    }
    text.into_iter().collect()
}

#[test]
fn project_file() {
    let check = |text: &str| {
        for text in [text.to_owned(), overwritten(text)] {
            match from_text("fuzz", &text) {
                Ok(project) => {
                    let written = to_text(&project).unwrap();
                    let again =
                        from_text("fuzz", &written).unwrap_or_else(|error| panic!("{error}: {written}"));
                    // Text instead of values: NaN is not equal to itself.
                    assert_eq!(to_text(&again).unwrap(), written);
                }
                Err(ProjectError::Syntax { line, column, .. }) => {
                    assert!(line >= 1 && column >= 1);
                    is_inside(&format!("{text}\n"), (line, column));
                }
                Err(ProjectError::NewerFormat { found, .. }) => assert!(found > 1),
                Err(error) => panic!("{error}"),
            }
        }
    };
    fuzz!("project_file", RON, check);
}

/// The corpus is really there, and large enough to mean something.
#[test]
fn every_target_has_a_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/expr/tests/__fuzz__");
    for target in ["condition", "icf_filter", "pattern", "operation_pattern", "variables", "project_file"] {
        let inputs = fs::read_dir(folder.join(target).join("corpus")).unwrap().count();
        assert!(inputs >= 20, "{target} has only {inputs} inputs");
    }
}
