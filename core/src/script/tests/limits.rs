//! Endless loops, memory eaters and deep calls end as errors of their object, and the next object is fine.

use std::time::Instant;

use super::*;

/// Fails on the first object, then succeeds on a good one: the engine must have survived.
fn fails_once(language: ScriptLanguage, limits: ScriptLimits, code: &str) -> ScriptError {
    let code = code.to_owned();
    on_small_stack(move || {
        let scripts = Scripts::new(language, &[], variables(), limits).unwrap();
        let script = scripts.compile("rule Test", &code, ScriptKind::Value).unwrap();
        let good = [Value::Boolean(false)];
        assert_eq!(script.value(&good), Ok(Value::Integer(0)), "{code}");
        let start = Instant::now();
        let error = script.value(&[Value::Boolean(true)]).expect_err(&code);
        assert!(start.elapsed() < limits.time + Duration::from_secs(10), "{code}: {:?}", start.elapsed());
        assert_eq!(script.value(&good), Ok(Value::Integer(0)), "{code}");
        error
    })
}

#[test]
fn endless_loops_are_stopped() {
    let cases = [
        (RHAI, "if $Bad$ { loop { } } 0"),
        (RHAI, "if $Bad$ { let x = 1; while true { x += 1; if x > 1000 { x = 0; } } } 0"),
        (RHAI, "if $Bad$ { loop { try { loop { } } catch { } } } 0"),
        (RHAI, "fn f() { loop { } } if $Bad$ { loop { try { f() } catch { } } } 0"),
        (JAVASCRIPT, "if ($Bad$) { for (;;) { } } return 0;"),
        (
            JAVASCRIPT,
            "if ($Bad$) { for (;;) { try { for (;;) { } } catch { } finally { continue; } } } return 0;",
        ),
        (JAVASCRIPT, "return $Bad$ ? /^(a+)+$/.test('a'.repeat(40) + 'b') : 0;"),
        (JAVASCRIPT, "function* f() { for (;;) yield 1; } if ($Bad$) for (const x of f()) { } return 0;"),
        (
            JAVASCRIPT,
            "if ($Bad$) { const e = new Error(); Object.defineProperty(e, 'message', { get() { for (;;); } }); throw e; } return 0;",
        ),
    ];
    for (language, code) in cases {
        let error = fails_once(language, ScriptLimits::default(), code);
        assert!(matches!(error, ScriptError::Time { milliseconds: 250, .. }), "{code}: {error:?}");
    }
}

#[test]
fn memory_eaters_are_stopped() {
    let cases = [
        (RHAI, "if $Bad$ { let s = \"abc\"; loop { s += s; } } 0"),
        (RHAI, "if $Bad$ { let a = [1]; loop { a += a; } } 0"),
        (RHAI, "if $Bad$ { let a = [1, 2, 3]; loop { a = [a, a]; } } 0"),
        (RHAI, "if $Bad$ { let a = []; a.pad(100000000, 0); } 0"),
        (RHAI, "if $Bad$ { let s = \"x\"; s.pad(100000000, \"x\"); } 0"),
        (RHAI, "if $Bad$ { blob(1000000000, 0); } 0"),
        (JAVASCRIPT, "if ($Bad$) { let s = 'abc'; for (;;) { s += s + 'x'; s.charCodeAt(5); } } return 0;"),
        (
            JAVASCRIPT,
            "if ($Bad$) { const a = []; for (;;) a.push(a.length + 'x'.repeat(100000)); } return 0;",
        ),
        (JAVASCRIPT, "if ($Bad$) { let a = [1, 2, 3]; for (;;) a = [a, [...a], [...a]]; } return 0;"),
        (JAVASCRIPT, "if ($Bad$) { 'x'.repeat(100000000); } return 0;"),
        (JAVASCRIPT, "if ($Bad$) { new Array(100000000).fill('x'); } return 0;"),
        (JAVASCRIPT, "if ($Bad$) { const m = new Map(); for (let i = 0; ; i++) m.set(i, m); } return 0;"),
    ];
    for (language, code) in cases {
        let error = fails_once(language, PATIENT, code);
        assert!(matches!(error, ScriptError::Memory { bytes: 16_777_216, .. }), "{code}: {error:?}");
    }
}

#[test]
fn deep_calls_are_stopped() {
    let cases = [
        (RHAI, "fn f(n) { f(n + 1) + 1 } if $Bad$ { f(0) } else { 0 }"),
        (RHAI, "fn f(n) { g([[n]]) + 1 } fn g(n) { f(n) + 1 } if $Bad$ { f(0) } else { 0 }"),
        (RHAI, "fn f(n) { n.map(|x| f([x])) } if $Bad$ { f([1]) } else { 0 }"),
        (JAVASCRIPT, "function f(n) { return f(n + 1) + 1; } return $Bad$ ? f(0) : 0;"),
        (JAVASCRIPT, "function f(n) { return [n].map(f)[0]; } return $Bad$ ? f(0) : 0;"),
        (JAVASCRIPT, "const o = { toString() { return '' + o; } }; return $Bad$ ? '' + o : 0;"),
        (
            JAVASCRIPT,
            "let a = []; for (let i = 0; i < 100000; i++) a = [a]; return $Bad$ ? JSON.stringify(a) : 0;",
        ),
    ];
    for (language, code) in cases {
        let error = fails_once(language, PATIENT, code);
        assert!(matches!(error, ScriptError::Depth { .. }), "{code}: {error:?}");
    }
}

#[test]
fn calls_within_the_limit_are_fine() {
    let cases = [
        (RHAI, "fn f(n) { if n == 0 { 0 } else { f(n - 1) + 1 } } f($N$)"),
        (JAVASCRIPT, "function f(n) { return n == 0 ? 0 : f(n - 1) + 1; } return f($N$);"),
    ];
    for (language, code) in cases {
        let found = on_small_stack(move || value(language, code, &[Value::Integer(50)]));
        assert_eq!(found, Ok(Value::Integer(50)), "{code}");
    }
}

#[test]
fn deep_expressions_do_not_break_the_compiler() {
    let brackets = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    for language in BOTH {
        let found = on_small_stack(move || compile(language, &brackets(100_000)).map(|_| ()));
        assert!(matches!(found, Err(ScriptError::Compile { .. })), "{language:?}: {found:?}");
        let found =
            on_small_stack(move || compile(language, &format!("{}1", "-".repeat(100_001))).map(|_| ()));
        assert!(found.is_err(), "{language:?}");
        let nested = on_small_stack(move || value(language, &brackets(20), &[]));
        assert_eq!(nested, Ok(Value::Integer(1)));
    }
}

#[test]
fn limits_can_be_set() {
    let limits = ScriptLimits { time: Duration::from_millis(20), memory: 1 << 20, depth: 8 };
    let cases = [
        (RHAI, "loop { }", "let s = \"abc\"; loop { s += s; }"),
        (
            JAVASCRIPT,
            "for (;;) { } return 0;",
            "let s = 'abc'; for (;;) { s += s + 'x'; s.charCodeAt(5); } return 0;",
        ),
    ];
    for (language, slow, large) in cases {
        let scripts = Scripts::new(language, &[], variables(), limits).unwrap();
        let run =
            |code| scripts.compile("rule Test", code, ScriptKind::Value).unwrap().value(&[]).unwrap_err();
        assert!(matches!(run(slow), ScriptError::Time { milliseconds: 20, .. }));
        assert!(matches!(run(large), ScriptError::Memory { bytes: 1_048_576, .. }));
    }
}

#[test]
fn rubbish_of_earlier_objects_does_not_count() {
    // Every object leaves a cycle of 6 MiB behind; the limit of one is 16.
    let script =
        script(JAVASCRIPT, "const o = { s: 'x'.repeat(6000000 + $N$) }; o.o = o; return o.s.length;");
    for n in 0..20 {
        assert_eq!(script.value(&[Value::Integer(n)]), Ok(Value::Integer(6_000_000 + n)));
    }
}
