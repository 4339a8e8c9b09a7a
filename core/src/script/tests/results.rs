//! The same meaning in both languages gives the same results.

use super::*;
use crate::value::ValueType;

/// One meaning in Rhai and in JavaScript.
struct Same {
    rhai: &'static str,
    javascript: &'static str,
    wanted: ValueType,
    rows: Vec<(Vec<Value>, Result<Value, &'static str>)>,
}

fn table() -> Vec<Same> {
    let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
    vec![
        Same {
            rhai: r#"$Left::First$ + "." + $Left::Last Name$"#,
            javascript: r#"$Left::First$ + "." + $Left::Last Name$"#,
            wanted: ValueType::String,
            rows: vec![
                (vec![text("Ada"), text("Lovelace")], Ok(text("Ada.Lovelace"))),
                (vec![text("Łukasz"), text("東京")], Ok(text("Łukasz.東京"))),
                (vec![text(""), text("𝄞")], Ok(text(".𝄞"))),
            ],
        },
        Same {
            rhai: r#"if $Name$ == () { () } else { $Name$.to_upper().sub_string(0, 1) }"#,
            javascript: "if ($Name$ === null) return null; return $Name$.toUpperCase().slice(0, 1);",
            wanted: ValueType::String,
            rows: vec![
                (vec![Value::Null], Ok(Value::Null)),
                (vec![text("ärger")], Ok(text("Ä"))),
                (vec![text("")], Ok(text(""))),
            ],
        },
        Same {
            rhai: "$Right::A$ + $Right::B$",
            javascript: "$Right::A$ + $Right::B$;",
            wanted: ValueType::Integer,
            rows: vec![
                (vec![Value::Integer(2), Value::Integer(40)], Ok(Value::Integer(42))),
                (
                    vec![Value::Integer(i64::from(i32::MAX)), Value::Integer(1)],
                    Ok(Value::Integer(2_147_483_648)),
                ),
                (vec![Value::Float(1.5), Value::Float(0.5)], Ok(Value::Integer(2))),
                (vec![Value::Float(1.5), Value::Float(0.25)], Err("a number, is no integer")),
            ],
        },
        Same {
            rhai: "$N$",
            javascript: "$N$",
            wanted: ValueType::Integer,
            rows: vec![
                (vec![Value::Integer(i64::MIN)], Ok(Value::Integer(i64::MIN))),
                (vec![Value::Integer(i64::MAX)], Ok(Value::Integer(i64::MAX))),
                (vec![Value::Integer(9_007_199_254_740_993)], Ok(Value::Integer(9_007_199_254_740_993))),
                (vec![Value::Integer(-9_007_199_254_740_991)], Ok(Value::Integer(-9_007_199_254_740_991))),
                (vec![text(" 7 ")], Ok(Value::Integer(7))),
                (vec![text("7.5")], Err("a text, is no integer")),
                (vec![Value::Boolean(true)], Err("true or false, is no integer")),
                (vec![Value::Float(f64::NAN)], Err("is no integer")),
            ],
        },
        Same {
            rhai: "$D$",
            javascript: "$D$",
            wanted: ValueType::Decimal(38, 4),
            rows: vec![
                (
                    vec![decimal(12_345_678_901_234_567_890_123_456, 4)],
                    Ok(decimal(12_345_678_901_234_567_890_123_456, 4)),
                ),
                (vec![Value::Integer(5)], Ok(decimal(50_000, 4))),
                (vec![Value::Float(0.25)], Ok(decimal(2500, 4))),
                (vec![text("1.00001")], Err("a text, is no decimal(38,4)")),
            ],
        },
        Same {
            rhai: r#""20" + $D$.sub_string(2, 8)"#,
            javascript: r#""20" + $D$.slice(2)"#,
            wanted: ValueType::Date,
            rows: vec![
                (vec![Value::Date(19_782)], Ok(Value::Date(19_782))),
                (vec![text("1924-02-29")], Ok(Value::Date(19_782))),
                (vec![text("1923-02-29")], Err("a text, is no date")),
            ],
        },
        Same {
            rhai: "$T$",
            javascript: "$T$",
            wanted: ValueType::TimestampUtc,
            rows: vec![
                (vec![Value::TimestampUtc(-1)], Ok(Value::TimestampUtc(-1))),
                (
                    vec![Value::TimestampUtc(1_709_208_000_000_001)],
                    Ok(Value::TimestampUtc(1_709_208_000_000_001)),
                ),
                (vec![Value::Timestamp(0)], Ok(Value::TimestampUtc(0))),
                (vec![text("noon")], Err("a text, is no timestamp (UTC)")),
            ],
        },
        Same {
            rhai: "$T$",
            javascript: "$T$",
            wanted: ValueType::Time,
            rows: vec![(vec![Value::Time(86_399_999_999)], Ok(Value::Time(86_399_999_999)))],
        },
        Same {
            rhai: r#"$B$ + "ff""#,
            javascript: r#"$B$ + "ff""#,
            wanted: ValueType::Binary,
            rows: vec![
                (vec![Value::Binary(vec![0, 16])], Ok(Value::Binary(vec![0, 16, 255]))),
                (vec![text("f")], Err("a text, is no binary")),
            ],
        },
        Same {
            rhai: "$G$",
            javascript: "$G$",
            wanted: ValueType::Guid,
            rows: vec![(
                vec![text("{6F9619FF-8B86-D011-B42D-00C04FC964FF}")],
                Ok(text("6f9619ff-8b86-d011-b42d-00c04fc964ff")),
            )],
        },
        Same {
            rhai: "$N$ > 10 && $N$ != 12",
            javascript: "$N$ > 10 && $N$ !== 12",
            wanted: ValueType::Boolean,
            rows: vec![
                (vec![Value::Integer(11)], Ok(Value::Boolean(true))),
                (vec![Value::Integer(12)], Ok(Value::Boolean(false))),
                (vec![Value::Float(10.5)], Ok(Value::Boolean(true))),
            ],
        },
        Same {
            rhai: r#"Variables.Domain + Variables["FullSync"]"#,
            javascript: r#"Variables.Domain + Variables["FullSync"]"#,
            wanted: ValueType::String,
            rows: vec![(vec![], Ok(text("example.orgtrue")))],
        },
        Same {
            rhai: "let n = 0; for i in 0..$N$ { n += i; } n",
            javascript: "let n = 0; for (let i = 0; i < $N$; i++) { n += i; } return n;",
            wanted: ValueType::Float,
            rows: vec![(vec![Value::Integer(100)], Ok(Value::Float(4950.0)))],
        },
    ]
}

#[test]
fn both_languages_give_the_same_results() {
    for same in table() {
        for (language, code) in [(RHAI, same.rhai), (JAVASCRIPT, same.javascript)] {
            let script = script(language, code);
            for (arguments, expected) in &same.rows {
                let found = script.value_as(arguments, same.wanted);
                match (&found, expected) {
                    (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{language:?}: {code}"),
                    (Err(error), Err(part)) => {
                        assert!(error.to_string().contains(part), "{language:?}: {code}: {error}");
                    }
                    _ => panic!("{language:?}: {code} with {arguments:?}: {found:?}, not {expected:?}"),
                }
            }
        }
    }
}

#[test]
fn results_have_the_type_of_the_script() {
    let cases = [
        ("()", "null", Value::Null),
        ("1 + 1", "1 + 1", Value::Integer(2)),
        ("0.5", "0.5", Value::Float(0.5)),
        ("\"a\"", "'a'", text("a")),
        ("'a'", "`a`", text("a")),
        ("true", "true", Value::Boolean(true)),
        ("if false { 1 }", "if (false) return 1;", Value::Null),
        ("return 5; 6", "return 5; 6", Value::Integer(5)),
        ("\"a\";", "'a';", text("a")),
        ("blob(2, 255)", "BigInt(9223372036854775807) - 65534n - 65535n > 5n ? 'ffff' : ''", text("ffff")),
        ("`1${1 + 1}3`", "`1${1 + 1}3`", text("123")),
    ];
    for (rhai, javascript, expected) in cases {
        assert_eq!(value(RHAI, rhai, &[]), Ok(expected.clone()), "{rhai}");
        assert_eq!(value(JAVASCRIPT, javascript, &[]), Ok(expected), "{javascript}");
    }
    let digits = "123456789012345678901234567890";
    assert_eq!(value(JAVASCRIPT, &format!("{digits}n"), &[]), Ok(text(digits)));
    let moment = value(JAVASCRIPT, "new Date(Date.UTC(2024, 1, 29, 12))", &[]);
    assert_eq!(moment, Ok(text("2024-02-29T12:00:00.000Z")));
}

#[test]
fn what_is_no_value_is_an_error() {
    let cases = [
        (RHAI, "#{ a: 1 }", "an object map"),
        (RHAI, "|x| x", "a function"),
        (RHAI, "[[1], 2]", "a list in a list"),
        (JAVASCRIPT, "({ a: 1 })", "an object"),
        (JAVASCRIPT, "x => x", "a function"),
        (JAVASCRIPT, "[[1], 2]", "a list in a list"),
        (JAVASCRIPT, "Symbol('x')", "a symbol"),
        (JAVASCRIPT, "'\\ud800'", "a text with half a character"),
    ];
    for (language, code, found) in cases {
        match value(language, code, &[]) {
            Err(ScriptError::WrongType { found: kind, .. }) => assert_eq!(kind, found, "{code}"),
            other => panic!("{code}: {other:?}"),
        }
    }
}

#[test]
fn conditions_are_true_false_or_null() {
    for language in BOTH {
        let condition = scripts(language).compile("rule Test", "$Active$", ScriptKind::Condition).unwrap();
        let cases = [
            (Value::Boolean(true), Some(true)),
            (Value::Boolean(false), Some(false)),
            (Value::Null, Some(false)),
            (Value::Integer(1), None),
            (text("true"), None),
        ];
        for (argument, expected) in cases {
            let found = condition.value(std::slice::from_ref(&argument)).ok();
            assert_eq!(found, expected.map(Value::Boolean), "{language:?}: {argument:?}");
        }
    }
}

#[test]
fn write_scripts_assign() {
    let cases = [
        (
            RHAI,
            "let parts = value.split(\".\"); $First$ = parts[0]; if parts.len() > 1 { $Last$ = parts[1]; }",
        ),
        (
            JAVASCRIPT,
            "const parts = value.split('.'); $First$ = parts[0]; if (parts.length < 2) return; $Last$ = parts[1];",
        ),
    ];
    for (language, code) in cases {
        for kind in [ScriptKind::Write, ScriptKind::Action] {
            let script = scripts(language).compile("property Name", code, kind).unwrap();
            let names: Vec<String> =
                script.assigned().iter().map(super::super::ScriptName::notation).collect();
            assert_eq!(names, ["$First$", "$Last$"]);
            let old = [text("old"), text("name")];
            assert_eq!(script.write(&text("Ada.Lovelace"), &old), Ok(vec![text("Ada"), text("Lovelace")]));
            assert_eq!(script.write(&text("Ada"), &old), Ok(vec![text("Ada"), text("name")]));
            assert!(script.write(&Value::Null, &old).is_err());
        }
    }
}

#[test]
fn assignments_need_a_script_that_writes() {
    for language in BOTH {
        for code in ["$A$ = 1", "$A$ += 1; $A$", "1 + ($A$ -= 2)"] {
            let error = compile(language, code).unwrap_err();
            assert!(error.to_string().contains("it assigns $A$"), "{error}");
        }
        for code in ["$A$ == 1", "$A$ >= 1", "$A$ != 1"] {
            assert!(compile(language, code).unwrap().assigned().is_empty());
        }
    }
    assert_eq!(
        scripts(JAVASCRIPT).compile("x", "++$A$; $B$--", ScriptKind::Write).unwrap().assigned().len(),
        2
    );
}

#[test]
fn what_is_only_assigned_is_not_read() {
    for (code, expected) in [
        ("$A$ = value;", [].as_slice()),
        ("$A$ = $B$;", &["$B$"]),
        ("$A$ = $A$ + 1;", &["$A$"]),
        ("$A$ += 1;", &["$A$"]),
        ("if $A$ == 1 { $B$ = 2; }", &["$A$"]),
    ] {
        let script = scripts(RHAI).compile("x", code, ScriptKind::Write).unwrap();
        let read: Vec<String> = script.read().iter().map(super::super::ScriptName::notation).collect();
        assert_eq!(read, expected, "{code}");
    }
    let script = scripts(JAVASCRIPT).compile("x", "++$A$; $B$--; $C$ = 1", ScriptKind::Write).unwrap();
    assert_eq!(script.read().len(), 2);
}

#[test]
fn snippets_are_functions_of_every_script() {
    let cases = [
        (
            RHAI,
            "fn initial(name) { name.sub_string(0, 1) + dot() }",
            "fn dot() { if Variables.FullSync { \".\" } else { \"\" } }",
        ),
        (
            JAVASCRIPT,
            "function initial(name) { return name.slice(0, 1) + dot(); }",
            "function dot() { return Variables.FullSync ? '.' : ''; }",
        ),
    ];
    for (language, first, second) in cases {
        let scripts = scripts_with(language, &[("names", first), ("dots", second)]).unwrap();
        let script = scripts.compile("rule Test", "initial($Name$)", ScriptKind::Value).unwrap();
        assert_eq!(script.value(&[text("Ada")]), Ok(text("A.")));
        assert_eq!(scripts.variables().len(), 2);
    }
}
