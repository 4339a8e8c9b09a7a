//! The guide's examples compile and do what the guide says.

use super::*;
use crate::script::ScriptName;

fn examples() -> Vec<(ScriptLanguage, String)> {
    let guide = include_str!("../../../../assets/help/scripts.md");
    let blocks = guide.split("```").skip(1).step_by(2);
    let examples: Vec<_> = blocks
        .map(|block| match block.split_once('\n') {
            Some(("rhai", code)) => (RHAI, code.to_owned()),
            Some(("javascript", code)) => (JAVASCRIPT, code.to_owned()),
            other => panic!("an example in which language? {other:?}"),
        })
        .collect();
    assert!(examples.len() >= 7);
    examples
}

#[test]
fn examples_of_the_guide_do_what_it_says() {
    let name = [text("Ada"), text("Lovelace")];
    for (language, code) in examples() {
        if code.contains("initial(") {
            let scripts = scripts_with(language, &[("guide", &code)]).unwrap();
            let script = scripts.compile("guide", "initial($Name$)", ScriptKind::Value).unwrap();
            assert_eq!(script.value(&[text("ada")]), Ok(text("A")), "{code}");
            assert_eq!(script.value(&[Value::Null]), Ok(text("")), "{code}");
        } else if code.contains("log(") {
            let script = scripts(language).compile("guide", &code, ScriptKind::Action).unwrap();
            let arguments = vec![text("Ada"); script.names().len()];
            let (result, logged) = script.run(&arguments);
            assert_eq!((result, logged.lines), (Ok(()), vec!["Ada is new".to_owned()]), "{code}");
        } else if code.contains("$State$ =") {
            let script = scripts(language).compile("guide", &code, ScriptKind::Action).unwrap();
            let arguments = |team: Value| {
                let given =
                    |name: &ScriptName| if name.property == "Team" { team.clone() } else { text("old") };
                script.names().iter().map(given).collect::<Vec<_>>()
            };
            assert_eq!(script.write(&Value::Null, &arguments(text("A"))), Ok(vec![text("new")]), "{code}");
            let refused = script.write(&Value::Null, &arguments(Value::Null));
            assert!(matches!(refused, Err(ScriptError::Thrown { .. })), "{code}: {refused:?}");
        } else if code.contains("$FirstName$ =") {
            let script = scripts(language).compile("guide", &code, ScriptKind::Write).unwrap();
            assert_eq!(
                script.write(&text("Ada.Lovelace"), &[text("x"), text("y")]),
                Ok(name.to_vec()),
                "{code}"
            );
            let one = vec![text("Ada"), text("y")];
            assert_eq!(script.write(&text("Ada"), &[text("x"), text("y")]), Ok(one), "{code}");
        } else {
            let script = script(language, &code);
            let arguments: Vec<Value> = script
                .names()
                .iter()
                .map(|known| if known.property == "FirstName" { name[0].clone() } else { name[1].clone() })
                .collect();
            assert_eq!(script.value(&arguments), Ok(text("Ada.Lovelace")), "{code}");
        }
    }
}

#[test]
fn what_the_guide_says_of_javascript_is_so() {
    assert_eq!(value(JAVASCRIPT, "7 / 2 * 2", &[]), Ok(Value::Integer(7)));
    let named = "class A extends Error { constructor() { super(); this.name = 'A'; } } return new A().name;";
    assert!(value(JAVASCRIPT, named, &[]).is_err());
    let defined =
        "const e = new Error('x'); Object.defineProperty(e, 'name', { value: 'A' }); return e.name;";
    assert_eq!(value(JAVASCRIPT, defined, &[]), Ok(text("A")));
}
