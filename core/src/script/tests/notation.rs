//! `$…$`: what is a name of a property and what is text.

use proptest::prelude::*;

use super::{
    super::{Position, notation::prepare},
    *,
};

fn names(language: ScriptLanguage, code: &str) -> Vec<String> {
    let script = prepare("test", language, code).unwrap_or_else(|error| panic!("{code}: {error}"));
    script.names.iter().map(super::super::ScriptName::notation).collect()
}

#[test]
fn names_are_found_in_code_only() {
    let cases: [(&str, &[&str]); 12] = [
        ("$Left::A$ + $Right::B$ + $Left::A$", &["$Left::A$", "$Right::B$"]),
        ("$Last Name$ + $Größe$", &["$Last Name$", "$Größe$"]),
        (r#""$A$" + $B$"#, &["$B$"]),
        (r#""\"$A$" + $B$"#, &["$B$"]),
        ("// $A$\n$B$", &["$B$"]),
        ("/* $A$ */ $B$ // $C$", &["$B$"]),
        ("`$A$ ${ $B$ + `${ $C$ }$D$` } $E$` + $F$", &["$B$", "$C$", "$F$"]),
        ("`${ {a: $A$}.a }` + $B$", &["$A$", "$B$"]),
        ("\"it's $A$\" + $B$", &["$B$"]),
        ("$A$ / 2 + 4 / $B$", &["$A$", "$B$"]),
        ("foo($Left::Unusual (but true)$)", &["$Left::Unusual (but true)$"]),
        ("1", &[]),
    ];
    for (code, expected) in cases {
        for language in BOTH {
            assert_eq!(names(language, code), expected, "{language:?}: {code}");
        }
    }
    assert_eq!(names(JAVASCRIPT, r#"$A$.replace(/["'$]/g, '$B$') + $C$"#), ["$A$", "$C$"]);
    assert_eq!(names(JAVASCRIPT, "[/[/$]/, $A$]"), ["$A$"]);
    assert_eq!(names(JAVASCRIPT, "let i = 1; return i++ / $A$ / 2"), ["$A$"]);
    assert_eq!(names(JAVASCRIPT, "return /$A$/.test($B$)"), ["$B$"]);
    assert_eq!(names(RHAI, r###"#"$A$ " "# + $B$"###), ["$B$"]);
    assert_eq!(names(RHAI, "/* a /* b */ $A$ */ $B$"), ["$B$"]);
    assert_eq!(names(RHAI, "`a``$A$` + $B$"), ["$B$"]);
}

#[test]
fn a_dollar_sign_is_doubled() {
    assert_eq!(
        value(JAVASCRIPT, "const $$a = 1, b$$ = 2; return $$a + b$$ + $N$;", &[Value::Integer(3)]),
        Ok(Value::Integer(6))
    );
    for language in BOTH {
        assert_eq!(value(language, r#""5 $ and $$""#, &[]), Ok(text("5 $ and $$")));
    }
}

#[test]
fn what_is_not_closed_is_found() {
    let cases = [
        ("1 + $Left::A", 1, 5, "not closed"),
        ("1 +\n \"abc", 2, 2, "a text"),
        ("(1 + 2", 1, 1, "“(”"),
        ("(1 + 2]", 1, 7, "“]”"),
        ("1)", 1, 2, "“)”"),
        ("1 /* a", 1, 3, "a comment"),
        ("$Middle::A$", 1, 1, "no side “Middle”"),
        ("$Left::$", 1, 1, "missing"),
        ("`${ 1 `", 1, 7, "a text"),
    ];
    for (code, line, column, part) in cases {
        for language in BOTH {
            let error = compile(language, code).unwrap_err();
            let position = error.position().unwrap_or_else(|| panic!("{code}: {error}"));
            assert_eq!((position.line, position.column), (line, column), "{language:?}: {code}: {error}");
            assert!(error.to_string().contains(part), "{language:?}: {code}: {error}");
        }
    }
}

#[test]
fn own_names_never_meet_ours() {
    for (language, code) in
        [(RHAI, "let sw_0 = 5; sw_0 + $A$"), (JAVASCRIPT, "let sw_0 = 5; return sw_0 + $A$;")]
    {
        assert_eq!(value(language, code, &[Value::Integer(1)]), Ok(Value::Integer(6)));
    }
}

#[test]
fn snippets_consist_of_functions() {
    let cases = [
        (RHAI, "fn a() { 1 }\nfn b(x, y) { x }", true),
        (RHAI, "private fn a() { 1 }", true),
        (RHAI, "let a = 1;", false),
        (RHAI, "fn a() { 1 }\nconst B = 2;", false),
        (JAVASCRIPT, "// names\nfunction a() { return 1; }; function* b() { yield 1; }", true),
        (JAVASCRIPT, "let n = 0; function next() { return n++; }", false),
        (JAVASCRIPT, "const f = () => 1;", false),
        (JAVASCRIPT, "function a() {} (function () {})();", false),
        (JAVASCRIPT, "`${1}`", false),
        (JAVASCRIPT, "function a() { return $A$; }", false),
    ];
    for (language, code, is_good) in cases {
        let found = scripts_with(language, &[("s", code)]);
        assert_eq!(found.is_ok(), is_good, "{code}: {found:?}");
    }
    for (language, code) in [(RHAI, "fn a() { 1 }"), (JAVASCRIPT, "function a() { return 1; }")] {
        let error = scripts_with(language, &[("s", code), ("t", code)]).unwrap_err();
        assert!(error.to_string().contains("snippet s defines function a, too"), "{error}");
    }
}

proptest! {
    /// Code of scripts comes from people who are still typing.
    #[test]
    fn any_text_is_read_or_refused(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("$"), Just("$$"), Just("$Left::A b$"), Just("\""), Just("'"), Just("`"), Just("${"), Just("}"),
                Just("("), Just(")"), Just("/"), Just("//"), Just("/*"), Just("*/"), Just("\\"), Just("\n"), Just("#\""),
                Just("++"), Just("="), Just("Variables"), Just("東"), Just("é"), Just("x1"), Just(" "), Just("async"),
            ],
            0..16,
        ),
    ) {
        let code = pieces.concat();
        for language in BOTH {
            match prepare("test", language, &code) {
                Ok(script) => {
                    prop_assert_eq!(script.code.lines().count(), code.lines().count());
                    prop_assert!(script.assigned.iter().all(|index| *index < script.names.len()));
                    for (number, line) in (1..).zip(script.code.lines()) {
                        let length = code.lines().nth(number - 1).unwrap_or_default().chars().count();
                        for column in 1..=line.chars().count() {
                            let position = script.source_position(Position { line: number, column });
                            prop_assert!(position.column <= length, "{} at {}", code, column);
                        }
                    }
                }
                Err(error) => prop_assert!(error.position().is_some(), "{}: {}", code, error),
            }
        }
    }
}
