//! Data operations by script without a database: what the script gives for one object, and what it must not.

use std::collections::BTreeMap;

use miette::Diagnostic as _;

use super::*;
use crate::{
    connect::odbc::dialect::dialect,
    project::{ScriptLanguage, Snippet},
    script::{ScriptLimits, Scripts},
};

const BOTH: [ScriptLanguage; 2] = [ScriptLanguage::Rhai, ScriptLanguage::JavaScript];

/// A value that would do harm in a statement.
const EVIL: &str = "x'); DROP TABLE users; --";

fn users() -> SchemaType {
    let mut secret = SchemaProperty::new("Pass word", ValueType::String);
    secret.sensitive = true;
    SchemaType {
        name: "users".to_owned(),
        properties: vec![
            SchemaProperty::new("UId", ValueType::String),
            SchemaProperty::new("First Name", ValueType::String),
            SchemaProperty::new("Level", ValueType::Integer),
            secret,
        ],
        key: vec!["UId".to_owned()],
        ..SchemaType::default()
    }
}

fn scripts(language: ScriptLanguage) -> Scripts {
    let snippet = Snippet {
        name: "verbs".to_owned(),
        code: match language {
            ScriptLanguage::Rhai => "fn verb(level) { if level > 3 { \"promote\" } else { \"demote\" } }",
            ScriptLanguage::JavaScript => {
                "function verb(level) { return level > 3 ? \"promote\" : \"demote\"; }"
            }
        }
        .to_owned(),
    };
    let variables = BTreeMap::from([("Owner".to_owned(), Value::String("sales".to_owned()))]);
    Scripts::new(language, &[snippet], variables, ScriptLimits::default()).unwrap()
}

fn compile(language: ScriptLanguage, text: &str) -> Result<OperationScript, OperationScriptError> {
    OperationScript::compile(&scripts(language), &users(), OperationKind::Update, text)
}

fn row(name: &str, level: i64) -> Vec<(String, Value)> {
    vec![
        ("UId".to_owned(), Value::String("u1".to_owned())),
        ("First Name".to_owned(), Value::String(name.to_owned())),
        ("Level".to_owned(), Value::Integer(level)),
        ("Pass word".to_owned(), Value::String("hunter2 is secret".to_owned())),
    ]
}

/// What the script gives for an object whose level was 3.
fn render(
    language: ScriptLanguage,
    text: &str,
    name: &str,
    level: i64,
) -> Result<Vec<RenderedStatement>, OperationScriptError> {
    let mariadb = dialect("mariadb").unwrap();
    let script = compile(language, text)?;
    dry_render_script(mariadb, &users(), &script, &row(name, level), &row("Old", 3))
}

#[track_caller]
fn error(language: ScriptLanguage, text: &str) -> OperationScriptError {
    render(language, text, EVIL, 7).expect_err(text)
}

fn shown(statement: &RenderedStatement) -> (&str, Vec<Option<&str>>) {
    let values = statement.parameters.iter().map(|parameter| parameter.value.as_deref());
    (statement.sql.as_str(), values.collect())
}

#[test]
fn statements_and_their_parameters_are_shown() {
    for language in BOTH {
        let text = "[\"CALL \" + Variables.Owner + \".\" + verb($Level$) + \"('%UId%', '%First_Name%', \
                    %Level:old%)\", \"UPDATE users SET note = 'by sync', \\\"Pass\\\" = '%Pass_word%'\"]";
        let found = render(language, text, EVIL, 7).unwrap();
        let [call, update] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            shown(call),
            ("CALL sales.promote(?, ?, ?)", vec![Some("u1"), Some(EVIL), Some("3")]),
            "{language:?}"
        );
        let masked = vec![Some("••••")];
        assert_eq!(shown(update), ("UPDATE users SET note = 'by sync', \"Pass\" = ?", masked));
        let other = render(language, text, EVIL, 2).unwrap();
        assert_eq!(other[0].sql, "CALL sales.demote(?, ?, ?)");
    }
}

#[test]
fn an_empty_list_is_nothing_to_do_and_no_result_is_an_error() {
    for language in BOTH {
        let nothing = if language == ScriptLanguage::Rhai { "()" } else { "null" };
        assert_eq!(render(language, "[]", EVIL, 7), Ok(Vec::new()));
        for text in [nothing, &format!("[\"CALL d(%UId%)\", {nothing}]")] {
            let error = error(language, text);
            assert!(matches!(error, OperationScriptError::NoStatement { .. }), "{error:?}");
        }
    }
}

#[test]
fn values_do_not_get_into_the_text() {
    for language in BOTH {
        for text in [
            "\"UPDATE users SET name = '\" + $First Name$ + \"' WHERE uid = '%UId%'\"",
            "\"UPDATE users SET level = \" + $Level$ + \" WHERE uid = '%UId%'\"",
            "\"UPDATE users SET pw = '\" + $Pass word$ + \"' WHERE uid = '%UId%'\"",
            "\"CALL \" + $First Name$ + \"(%UId%)\"",
            "\"CALL d('%\" + $First Name$ + \"%', %UId%)\"",
        ] {
            let error = error(language, text);
            assert!(matches!(error, OperationScriptError::Foreign { .. }), "{text}: {error:?}");
            let said = format!("{error} {}", error.help().unwrap());
            for value in ["DROP", "hunter2", "secret", " 7"] {
                assert!(!said.contains(value), "{said}");
            }
        }
    }
}

#[test]
fn what_is_no_statement_is_refused() {
    for language in BOTH {
        for text in ["\"DELETE FROM users\"", "\"CALL d(%UId%); DELETE FROM users\"", "\"CALL d(%Nobody%)\""]
        {
            let error = error(language, text);
            assert!(matches!(error, OperationScriptError::Statement { .. }), "{text}: {error:?}");
            assert!(error.help().is_some_and(|help| !help.to_string().is_empty()));
        }
        let thrown = error(language, "throw \"no level\"");
        assert!(matches!(&thrown, OperationScriptError::Failed { text } if text.contains("no level")));
    }
}

/// The first object without statements is in error: which one it is, halving the batch tells.
#[test]
fn one_bad_object_of_many_is_an_error() {
    for language in BOTH {
        let text = "if ($Level$ == 5) { throw \"five\" } return \"CALL d(%UId%)\";";
        let script = compile(language, text).unwrap();
        let level = |levels: &[i64]| {
            let values: Vec<Value> = levels.iter().copied().map(Value::Integer).collect();
            script.plans(&users(), &[array_of(ValueType::Integer, values.iter())], levels.len())
        };
        let plans = level(&[1, 2, 3]).unwrap();
        assert_eq!((plans.statements.len(), plans.of_objects), (1, vec![vec![0]; 3]));
        let error = level(&[1, 5, 3]).unwrap_err().to_string();
        assert!(error.contains("the update operation of users") && error.contains("five"), "{error}");
    }
}

/// The examples of the guide.
#[test]
fn the_guide_is_right() {
    let guide = include_str!("../../../../../assets/help/project-file.md");
    let (_, section) = guide.split_once("#### Scripts of data operations").unwrap();
    let examples: Vec<&str> = section.split("```").skip(1).step_by(2).take(2).collect();
    let statements = |level| -> Vec<Vec<String>> {
        examples
            .iter()
            .zip(BOTH)
            .map(|(example, language)| {
                let (named, code) = example.split_once('\n').unwrap();
                assert_eq!(named, if language == ScriptLanguage::Rhai { "rhai" } else { "javascript" });
                let found = render(language, code, EVIL, level).unwrap();
                found.into_iter().map(|statement| statement.sql).collect()
            })
            .collect()
    };
    let (update, set) = ("CALL update_user(?, ?)", "CALL set_level(?, ?, 'by sync')");
    assert_eq!(statements(7), [vec![update, set], vec![set]]);
    assert_eq!(statements(3), [vec![update], vec![]]);
}
