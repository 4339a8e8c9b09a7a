//! No way out of a script, and none from one object to the next.

use super::*;

#[test]
fn nothing_reaches_the_next_object() {
    // Each script tries to count objects: the second result must be that of the first.
    let cases = [
        "globalThis.n = (globalThis.n || 0) + 1; return globalThis.n;",
        "try { globalThis.n = (globalThis.n || 0) + 1 } catch { } return globalThis.n ?? 1;",
        "try { Array.prototype.n = (Array.prototype.n || 0) + 1 } catch { } return [].n ?? 1;",
        "try { Object.prototype.n = ({}.n || 0) + 1 } catch { } return ({}).n ?? 1;",
        "const g = Object.getPrototypeOf(function* () {}); try { g.n = (g.n || 0) + 1 } catch { } return g.n ?? 1;",
        "const i = Object.getPrototypeOf([][Symbol.iterator]()); try { i.n = (i.n || 0) + 1 } catch { } return i.n ?? 1;",
        "const i = Object.getPrototypeOf('a'.matchAll(/a/g)); try { i.n = (i.n || 0) + 1 } catch { } return i.n ?? 1;",
        "try { Math.n = (Math.n || 0) + 1 } catch { } return Math.n ?? 1;",
        "try { Variables.n = 2 } catch { } return 'n' in Variables ? Variables.n : 1;",
        "try { Variables.Domain = Variables.Domain + 'x' } catch { } return Variables.Domain;",
        "try { helper.n = (helper.n || 0) + 1 } catch { } return helper.n ?? 1;",
        "try { helper.prototype.n = (helper.prototype.n || 0) + 1 } catch { } return helper.prototype.n ?? 1;",
        "try { helper = () => 5 } catch { } return helper();",
        "const f = (() => { let n = 0; return () => ++n; })(); return f();",
        "const r = /a/g; r.test('aa'); return r.lastIndex;",
        "function f() { f.n = (f.n || 0) + 1; return f.n; } return f();",
        "const t = x => x; try { t`a`.n = (t`a`.n || 0) + 1 } catch { } return t`a`.n ?? 1;",
        "try { Error.prepareStackTrace = () => 'x' } catch { } return new Error().stack;",
        "try { Error.stackTraceLimit = 1 + Error.stackTraceLimit } catch { } return Error.stackTraceLimit;",
        "var n = (n || 0) + 1; return n;",
        "(function () { try { this.n = (this.n || 0) + 1 } catch { } })(); return globalThis.n ?? 1;",
        "try { n = 5 } catch { } return typeof n;",
    ];
    for code in cases {
        let scripts = scripts_with(JAVASCRIPT, &[("s", "function helper() { return 1; }")]).unwrap();
        let script = scripts.compile("rule Test", code, ScriptKind::Value).unwrap();
        let first = script.value(&[]);
        for _ in 0..3 {
            assert_eq!(script.value(&[]), first, "{code}");
        }
    }
    let rhai = [
        "let n = 1; n += 1; n",
        "fn f() { let n = 1; n += 1; n } f()",
        "let f = || { let n = 1; n += 1; n }; f.call()",
        "let v = Variables; v.Domain += \"x\"; Variables.Domain",
        "global::n",
    ];
    for code in rhai {
        let script = script(RHAI, code);
        let first = script.value(&[]);
        assert_eq!(script.value(&[]), first, "{code}");
    }
}

#[test]
fn there_is_no_way_out() {
    let refused = [
        (RHAI, "import \"std\" as s; 1"),
        (RHAI, "eval(\"1\")"),
        (RHAI, "sleep(1); 1"),
        (RHAI, "timestamp()"),
        (RHAI, "open_file(\"/etc/passwd\")"),
        (RHAI, "rand()"),
        (JAVASCRIPT, "import('std')"),
        (JAVASCRIPT, "import.meta.url"),
        (JAVASCRIPT, "eval('1')"),
        (JAVASCRIPT, "(0, globalThis['ev' + 'al'])('1')"),
        (JAVASCRIPT, "new Function('return 1')()"),
        (JAVASCRIPT, "(() => 1).constructor('return 1')()"),
        (JAVASCRIPT, "Object.getPrototypeOf(function* () {}).constructor('yield 1')().next().value"),
        (JAVASCRIPT, "Reflect.construct((() => 1).constructor, ['return 1'])()"),
        (JAVASCRIPT, "require('fs')"),
        (JAVASCRIPT, "std.open('/etc/passwd')"),
        (JAVASCRIPT, "os.exec(['ls'])"),
        (JAVASCRIPT, "fetch('http://localhost')"),
        (JAVASCRIPT, "new XMLHttpRequest()"),
        (JAVASCRIPT, "setTimeout(() => 1, 1)"),
        (JAVASCRIPT, "process.exit(1)"),
        (JAVASCRIPT, "Math.random()"),
        (JAVASCRIPT, "performance.now()"),
        (JAVASCRIPT, "async () => 1"),
        (JAVASCRIPT, "await 1"),
        (JAVASCRIPT, "Promise.resolve(1)"),
        (JAVASCRIPT, "new SharedArrayBuffer(8)"),
        (JAVASCRIPT, "new WeakRef({})"),
        (JAVASCRIPT, "Array.fromAsync([1])"),
        (JAVASCRIPT, "1)}), globalThis.leak = 1, (function(){ return (2"),
    ];
    for (language, code) in refused {
        let found = compile(language, code).and_then(|script| script.value(&[]));
        assert!(found.is_err(), "{code}: {found:?}");
    }
}

#[test]
fn ordinary_javascript_works_with_frozen_objects() {
    let cases = [
        ("const o = { a: 1 }; o.b = 2; return Object.keys(o).join();", text("a,b")),
        (
            "class A { constructor() { this.n = 1; } get m() { return this.n; } } return new A().m;",
            Value::Integer(1),
        ),
        ("[3, 1, 2].sort().map(x => x * 2).filter(x => x > 2).join('-')", text("4-6")),
        ("new Map([[1, 2]]).get(1)", Value::Integer(2)),
        ("'Ärger'.normalize('NFD').replace(/\\p{M}/gu, '').toLowerCase()", text("arger")),
        ("JSON.parse('{\"a\": [1, 2]}').a[1]", Value::Integer(2)),
        ("'a-b'.split('-').reverse().join('')", text("ba")),
        ("(0.1 + 0.2).toFixed(2)", text("0.30")),
        ("'x'.padStart(3, '0')", text("00x")),
        ("[...'a1b2'.matchAll(/\\d/g)].map(m => m[0]).join('')", text("12")),
        ("const { a = 5, ...rest } = { b: 1 }; return a + rest.b;", Value::Integer(6)),
    ];
    for (code, expected) in cases {
        assert_eq!(value(JAVASCRIPT, code, &[]), Ok(expected), "{code}");
    }
}

#[test]
fn ordinary_rhai_works() {
    let cases = [
        ("[3, 1, 2].filter(|x| x > 1).map(|x| x * 2).len()", Value::Integer(2)),
        ("let m = #{ a: 1 }; m.b = 2; m.a + m.b", Value::Integer(3)),
        ("\"a-b\".split(\"-\")[1].to_upper()", text("B")),
        ("let s = \"a b\"; s.replace(\" \", \"\"); s", text("ab")),
        ("switch 2 { 1 => \"one\", 2 => \"two\", _ => \"many\" }", text("two")),
        ("parse_int(\"42\") + 1", Value::Integer(43)),
        ("print(\"seen\"); debug(1); 1", Value::Integer(1)),
    ];
    for (code, expected) in cases {
        assert_eq!(value(RHAI, code, &[]), Ok(expected), "{code}");
    }
}
