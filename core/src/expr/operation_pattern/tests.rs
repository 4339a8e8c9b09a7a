//! Patterns, good and bad; random texts.

use miette::Diagnostic as _;
use proptest::prelude::*;

use super::*;
use crate::value::ValueType;

fn user_table() -> SchemaType {
    let columns = ["UId", "FirstName", "Last Name", "größe", "E-Mail", "a.b", "a b", "a_b", "x y", "x-y"];
    let properties = columns.map(|name| SchemaProperty::new(name, ValueType::String));
    SchemaType {
        name: "users".to_owned(),
        properties: properties.into(),
        key: vec!["UId".to_owned()],
        ..SchemaType::default()
    }
}

fn compile(kind: OperationKind, pattern: &str) -> Result<OperationStatement, OperationPatternError> {
    OperationStatement::compile(&user_table(), kind, pattern)
}

/// SQL with a `?` for every parameter, and the names of the parameters.
#[track_caller]
fn compiled(pattern: &str) -> (String, Vec<String>) {
    let statement = compile(OperationKind::Update, pattern).unwrap();
    let name = |parameter: &OperationParameter| {
        let which = match parameter.value {
            OperationValue::New => "",
            OperationValue::Old => " old",
            OperationValue::Option => " option",
        };
        format!("{}{which}", parameter.property)
    };
    (statement.sql(|_| "?".to_owned()), statement.parameters().iter().map(name).collect())
}

#[test]
fn placeholders_become_parameters() {
    let cases: [(&str, &str, &[&str]); 14] = [
        ("exec CreateUser('%UId%', '%FirstName%')", "exec CreateUser(?, ?)", &["UId", "FirstName"]),
        ("CALL p(%UId%,%UId%)", "CALL p(?,?)", &["UId", "UId"]),
        ("{call p(%UId%, \"%FirstName%\")}", "{call p(?, ?)}", &["UId", "FirstName"]),
        ("SELECT f(%Last_Name%, %E_Mail%)", "SELECT f(?, ?)", &["Last Name", "E-Mail"]),
        ("CALL p(%größe%)", "CALL p(?)", &["größe"]),
        // The column that is really called so wins over those that only look so.
        ("CALL p(%a_b%)", "CALL p(?)", &["a_b"]),
        ("exec P @UId=N'%UId%', @n=n'%FirstName%'", "exec P @UId=?, @n=?", &["UId", "FirstName"]),
        // No prefix but a name.
        ("CALL p(myN'%UId%')", "CALL p(myN?)", &["UId"]),
        ("CALL p('100%%', %UId%, 7 %% 2)", "CALL p('100%', ?, 7 % 2)", &["UId"]),
        ("CALL p('it''s; ? -- %%UId%%', %UId%)", "CALL p('it''s; ? -- %UId%', ?)", &["UId"]),
        ("CALL `p;?`(%UId%) ; \n;", "CALL `p;?`(?) ", &["UId"]),
        ("CALL p(%UId:old%, %UId%)", "CALL p(?, ?)", &["UId old", "UId"]),
        (
            "CALL p(%UId%, '%Run_As:option%', %UId:option%)",
            "CALL p(?, ?, ?)",
            &["UId", "Run_As option", "UId option"],
        ),
        ("CALL p('','%UId%','')", "CALL p('',?,'')", &["UId"]),
    ];
    for (pattern, sql, names) in cases {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(compiled(pattern), (sql.to_owned(), names), "{pattern}");
    }
}

#[test]
fn what_is_not_one_statement_is_refused() {
    let cases = [
        ("CALL p(%UId%); DROP TABLE users", "more than one statement"),
        ("CALL p('%UId%", "placeholder %UId% stands in quotes"),
        ("CALL p(%UId%, 'x", "quote is not closed"),
        ("CALL p('Dr. %UId%')", "placeholder %UId% stands in quotes"),
        ("CALL p('%UId%''%FirstName%')", "placeholder %UId% stands in quotes"),
        ("CALL p('%UId%''')", "placeholder %UId% stands in quotes"),
        ("SELECT `%UId%`", "placeholder %UId% stands in quotes"),
        ("CALL p(%UId%, '50%')", "begins no placeholder"),
        ("CALL p(%UId)", "not closed"),
        ("CALL p(%UId%, ?)", "question mark"),
        ("CALL p(%UId%) -- note", "comment"),
        ("CALL p(/* %UId% */ %UId%)", "comment"),
        (r"CALL p(%UId%, 'it\'s')", "backslash"),
        ("CALL p(%UId%, \0)", "character 0"),
        ("CALL cleanup()", "no placeholder"),
        ("", "no placeholder"),
    ];
    for (pattern, text) in cases {
        let error = compile(OperationKind::Update, pattern).unwrap_err();
        assert_eq!(error.code().unwrap().to_string(), "SW-C133", "{pattern}");
        assert!(error.to_string().contains(text), "{pattern}: {error}");
        assert!(error.help().is_some_and(|help| !help.to_string().is_empty()), "{pattern}");
    }
}

#[test]
fn unknown_placeholders_name_the_known_ones() {
    let cases = [
        (OperationKind::Update, "CALL p(%uid%)", "did you mean %UId%?"),
        (OperationKind::Update, "CALL p(%Last Name%)", "did you mean %Last_Name%?"),
        (
            OperationKind::Update,
            "CALL p(%nothing of the kind%)",
            "the placeholders are: %E_Mail%, %FirstName%",
        ),
        (OperationKind::Update, "CALL p(%x_y%)", "x y and x-y have the same placeholder"),
        (OperationKind::Insert, "CALL p(%UId:old%)", "a new object has no old values"),
    ];
    for (kind, pattern, help) in cases {
        let error = compile(kind, pattern).unwrap_err();
        assert_eq!(error.code().unwrap().to_string(), "SW-C131", "{pattern}");
        assert!(
            error.help().unwrap().to_string().contains(help),
            "{pattern}: {:?}",
            error.help().unwrap().to_string()
        );
    }
}

#[test]
fn the_first_word_tells_what_is_called() {
    let word = |pattern| compile(OperationKind::Update, pattern).unwrap().first_word();
    assert_eq!(word(" \n insert INTO t VALUES (%UId%)"), "INSERT");
    assert_eq!(word("{call p(%UId%)}"), "");
    assert_eq!(word("%UId%"), "");
}

proptest! {
    #[test]
    fn random_texts_never_panic(pattern in "[ -~äß%'\"`;?\\\\\n]{0,60}", any in ".{0,40}") {
        for pattern in [pattern, any] {
            if let Ok(statement) = compile(OperationKind::Insert, &pattern) {
                prop_assert!(!statement.parameters().is_empty());
            }
        }
    }

    /// Whatever is understood has as many parameters as question marks outside of quotes, and one statement.
    #[test]
    fn parameters_stand_where_they_can_be_bound(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "%UId%", "'%UId%'", "'", "''", "\"", "%%", "%", " ", ",", "x", "N", "\\", ";", "`", "-", "?",
            ]),
            0..12,
        ),
    ) {
        if let Ok(statement) = compile(OperationKind::Insert, &parts.concat()) {
            let sql = statement.sql(|_| "?".to_owned());
            prop_assert_eq!(markers(&sql), statement.parameters().len(), "{}", sql);
        }
    }
}

/// Question marks outside of quotes; every quote must be closed and no semicolon be outside.
fn markers(sql: &str) -> usize {
    let (mut inside, mut markers) = (None, 0);
    for character in sql.chars() {
        match (inside, character) {
            (None, '\'' | '"' | '`') => inside = Some(character),
            (Some(quote), _) if quote == character => inside = None,
            (None, '?') => markers += 1,
            (None, ';') => panic!("{sql}"),
            _ => {}
        }
    }
    assert_eq!(inside, None, "{sql}");
    markers
}
