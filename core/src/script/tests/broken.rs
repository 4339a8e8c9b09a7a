//! An engine that breaks down: a mistake of the program concerns one object, in every way in which scripts run.

use arrow::array::{Array as _, ArrayRef, BooleanArray};

use super::*;
use crate::script::Logged;
use crate::value::{array_of, value_at};

/// Panics on the object 2.
fn panicking(language: ScriptLanguage) -> &'static str {
    match language {
        RHAI => "if $N$ == 2 { panic_in_the_engine(); } ",
        JAVASCRIPT => "if ($N$ === 2) { panic_in_the_engine(); } ",
    }
}

fn numbers() -> ArrayRef {
    array_of(ValueType::Integer, [1, 2, 3].map(Value::Integer).iter())
}

#[test]
fn a_panic_is_an_error_of_its_object() {
    for language in BOTH {
        let result = if language == RHAI { "$N$" } else { "return $N$;" };
        let script = script(language, &format!("{}{result}", panicking(language)));
        assert_eq!(script.value(&[Value::Integer(1)]), Ok(Value::Integer(1)));
        let error = script.value(&[Value::Integer(2)]).unwrap_err();
        assert!(matches!(error, ScriptError::Engine { .. }), "{error:?}");
        let (values, errors) = script.evaluate(&[numbers()], 3, ValueType::Integer, false);
        let values: Vec<Value> = (0..3).map(|row| value_at(&values, row)).collect();
        assert_eq!(values, [Value::Integer(1), Value::Null, Value::Integer(3)]);
        assert_eq!([errors.is_null(0), errors.is_null(1), errors.is_null(2)], [true, false, true]);
        assert!(errors.value(1).contains("panicked"), "{}", errors.value(1));
    }
}

#[test]
fn a_panic_in_a_script_that_assigns_is_one_too() {
    for language in BOTH {
        let code = format!("{}$Out$ = value;", panicking(language));
        let script = scripts(language).compile("rule Test", &code, ScriptKind::Write).unwrap();
        let value = array_of(ValueType::String, [text("a"), text("b"), text("c")].iter());
        let before = array_of(ValueType::String, [text("x"), text("x"), text("x")].iter());
        let arguments: Vec<ArrayRef> = script
            .names()
            .iter()
            .map(|name| if name.property == "N" { numbers() } else { before.clone() })
            .collect();
        let runs = BooleanArray::from(vec![Some(true), Some(true), None]);
        let (columns, errors) = script.write_all(&runs, &value, &arguments, &[ValueType::String]);
        let written: Vec<Value> = (0..3).map(|row| value_at(&columns[0], row)).collect();
        // The third is not to be written.
        assert_eq!(written, [text("a"), Value::Null, Value::Null]);
        assert_eq!([errors.is_null(0), errors.is_null(1), errors.is_null(2)], [true, false, true]);
        // A value that the column cannot hold is an error, too.
        let runs = BooleanArray::from(vec![true, false, false]);
        let (columns, errors) = script.write_all(&runs, &value, &arguments, &[ValueType::Integer]);
        assert_eq!((columns[0].null_count(), errors.is_null(0)), (3, false));
        assert!(!errors.value(0).contains("“a”"), "{}", errors.value(0));
    }
}

fn logged(lines: &[&str]) -> Logged {
    Logged { lines: lines.iter().map(|line| (*line).to_owned()).collect(), left_out: 0 }
}

#[test]
fn a_panic_in_an_action_is_one_too() {
    for language in BOTH {
        let code = format!("log(\"seen\"); {}", panicking(language));
        let script = scripts(language).compile("action Test", &code, ScriptKind::Action).unwrap();
        assert_eq!(script.run(&[Value::Integer(1)]), (Ok(()), logged(&["seen"])));
        let (result, found) = script.run(&[Value::Integer(2)]);
        assert!(matches!(result, Err(ScriptError::Engine { .. })), "{result:?}");
        assert_eq!(found, logged(&["seen"]));
    }
}

#[test]
fn only_actions_that_are_run_have_a_log() {
    for language in BOTH {
        let log =
            scripts(language).compile("action Test", "log(\"a\"); log(\"b\");", ScriptKind::Action).unwrap();
        assert_eq!(log.run(&[]), (Ok(()), logged(&["a", "b"])));
        // Nothing is left from one object to the next.
        assert_eq!(log.run(&[]).1.lines.len(), 2);
        assert!(matches!(
            log.write(&Value::Null, &[]),
            Err(ScriptError::Failed { .. } | ScriptError::Thrown { .. })
        ));
        let many = if language == RHAI {
            "for i in 0..100 { log(\"x\"); }"
        } else {
            "for (let i = 0; i < 100; i++) { log('x'.repeat(5000)); }"
        };
        let many = scripts(language).compile("action Test", many, ScriptKind::Action).unwrap();
        let (result, logged) = many.run(&[]);
        assert_eq!((result, logged.lines.len(), logged.left_out), (Ok(()), 20, 80));
        assert!(logged.lines.iter().all(|line| line.len() <= 1000));
    }
}

/// What is so deep that it runs once more on a larger stack is logged once.
#[test]
fn deep_actions_log_once() {
    let code = "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } } log(\"before\"); f(60); log(\"behind\");";
    on_small_stack(move || {
        let script = scripts(RHAI).compile("action Test", code, ScriptKind::Action).unwrap();
        assert_eq!(script.run(&[]), (Ok(()), logged(&["before", "behind"])));
    });
}

/// Types that scripts see as texts are kept as they are where nothing is assigned.
#[test]
fn what_is_not_assigned_stays() {
    let stamp = crate::value::parse_value(ValueType::Timestamp, "2024-02-29T12:00:00.123456").unwrap();
    let price = crate::value::parse_value(ValueType::Decimal(9, 2), "12.50").unwrap();
    for (value_type, value) in [(ValueType::Timestamp, stamp), (ValueType::Decimal(9, 2), price)] {
        for language in BOTH {
            let code = if language == RHAI { "if value { $X$ = (); }" } else { "if (value) { $X$ = null; }" };
            let script = scripts(language).compile("rule Test", code, ScriptKind::Write).unwrap();
            let runs = BooleanArray::from(vec![true, true]);
            let assigns = array_of(ValueType::Boolean, [Value::Boolean(false), Value::Boolean(true)].iter());
            let before = array_of(value_type, [value.clone(), value.clone()].iter());
            let (columns, errors) = script.write_all(&runs, &assigns, &[before], &[value_type]);
            assert_eq!(errors.null_count(), 2);
            assert_eq!([value_at(&columns[0], 0), value_at(&columns[0], 1)], [value.clone(), Value::Null]);
        }
    }
}
