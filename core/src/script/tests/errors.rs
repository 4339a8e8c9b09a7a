//! What messages say, where they point, and what they keep to themselves.

use super::*;

fn position_of(error: &ScriptError) -> (usize, usize) {
    let position = error.position().unwrap_or_else(|| panic!("{error} has no position"));
    (position.line, position.column)
}

#[test]
fn mistakes_in_the_syntax_have_a_place() {
    let cases = [
        (RHAI, "let a = 1;\n$Left::First Name$ + * 2", (2, 22)),
        (RHAI, "$Left::First Name$ + naem", (1, 22)),
        (JAVASCRIPT, "const a = 1;\nreturn $Left::First Name$ + * 2;", (2, 29)),
        (JAVASCRIPT, "return 'Łódź東京' + $Left::First Name$ + * 2;", (1, 40)),
    ];
    for (language, code, expected) in cases {
        let error = compile(language, code).unwrap_err();
        assert!(matches!(error, ScriptError::Compile { .. }), "{error:?}");
        assert_eq!(position_of(&error), expected, "{code}: {error}");
        assert!(error.to_string().starts_with("the script of rule Test cannot be read at line"), "{error}");
    }
}

#[test]
fn failures_have_a_place_too() {
    let cases = [
        (RHAI, "let a = 1;\n$Left::First Name$.nothing()", (2, 20)),
        (JAVASCRIPT, "const a = 1;\nreturn $Left::First Name$.nothing();", (2, 27)),
    ];
    for (language, code, expected) in cases {
        let error = value(language, code, &[text("x")]).unwrap_err();
        assert!(matches!(error, ScriptError::Failed { .. }), "{error:?}");
        assert_eq!(position_of(&error), expected, "{code}: {error}");
    }
}

#[test]
fn failures_in_snippets_name_the_snippet() {
    let cases = [
        (RHAI, "fn bad(x) {\n  x.nothing()\n}"),
        (JAVASCRIPT, "function bad(x) {\n  return x.nothing();\n}"),
    ];
    for (language, code) in cases {
        let scripts = scripts_with(language, &[("tools", code)]).unwrap();
        let script = scripts.compile("rule Test", "1 +\n bad($A$)", ScriptKind::Value).unwrap();
        let error = script.value(&[text("x")]).unwrap_err();
        assert_eq!(position_of(&error).0, 2, "{error}");
        assert!(error.to_string().contains("snippet tools, line 2"), "{language:?}: {error}");
    }
}

#[test]
fn an_empty_script_or_one_without_result_is_refused() {
    for language in BOTH {
        for code in ["", " \n "] {
            assert!(compile(language, code).unwrap_err().to_string().contains("it is empty"));
        }
    }
    let error = compile(JAVASCRIPT, "const a = $A$; a + 1;").unwrap_err();
    assert!(error.to_string().contains("gives no result"), "{error}");
}

#[test]
fn what_a_script_throws_is_shown() {
    let cases = [
        (RHAI, "throw \"no manager\""),
        (JAVASCRIPT, "throw 'no manager'"),
        (JAVASCRIPT, "throw new Error('no manager')"),
        (JAVASCRIPT, "class Refused extends Error {}; throw new Refused('no manager')"),
    ];
    for (language, code) in cases {
        let error = value(language, code, &[]).unwrap_err();
        assert!(
            matches!(&error, ScriptError::Thrown { text, .. } if text == "no manager"),
            "{code}: {error:?}"
        );
    }
}

#[test]
fn what_a_script_catches_is_no_error() {
    let cases = [
        (RHAI, "let r = 1; try { throw 1; } catch { r = 2; } r"),
        (JAVASCRIPT, "try { throw 1 } catch { return 2 }"),
    ];
    for (language, code) in cases {
        assert_eq!(value(language, code, &[]), Ok(Value::Integer(2)));
    }
}

#[test]
fn messages_never_hold_what_the_script_worked_on() {
    let secret = "hunter2-is-secret";
    let cases = [
        (RHAI, "parse_int($A$)"),
        (RHAI, "$A$ - 1"),
        (RHAI, "let m = #{}; m[$A$]"),
        (RHAI, "$A$.nothing($A$)"),
        (JAVASCRIPT, "JSON.parse($A$)"),
        (JAVASCRIPT, "BigInt($A$)"),
        (JAVASCRIPT, "null[$A$]"),
        (JAVASCRIPT, "({})[$A$]()"),
        (JAVASCRIPT, "new RegExp('(' + $A$)"),
        (JAVASCRIPT, "Variables[$A$]"),
        (JAVASCRIPT, "decodeURIComponent('%' + $A$)"),
    ];
    for (language, code) in cases {
        let error = value(language, code, &[text(secret)]).unwrap_err();
        let all = format!("{error} {error:?}");
        assert!(!all.contains("hunter2"), "{code}: {all}");
    }
    for language in BOTH {
        let error = script(language, "$A$").value_as(&[text(secret)], ValueType::Integer);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[test]
fn a_wrong_number_of_arguments_is_an_error() {
    for language in BOTH {
        let error = script(language, "$A$").value(&[]).unwrap_err();
        assert_eq!(error, ScriptError::Arguments { place: "rule Test".to_owned(), expected: 1, found: 0 });
    }
}

#[test]
fn unknown_variables_of_the_session_are_errors() {
    for language in BOTH {
        let error = value(language, "Variables.Domian", &[]).unwrap_err();
        assert!(error.to_string().contains("Domian"), "{error}");
    }
}
