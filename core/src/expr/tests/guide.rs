//! The guide page about conditions: every function is on it, and every example gives what the page says.

use std::{collections::BTreeSet, fs, path::Path};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};

use super::*;
use crate::expr::FUNCTIONS;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/help/conditions.md");
    fs::read_to_string(path).unwrap()
}

/// Function, example and result of every row of the tables below “## Functions”, by the heading above.
fn rows(page: &str) -> Vec<(String, String, String, String)> {
    let part = page.split("\n## Functions\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut heading = String::new();
    let mut rows = Vec::new();
    for line in part.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            heading = title.to_owned();
        }
        let cells: Vec<&str> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect();
        if let [name, _, example, result] = cells.as_slice()
            && line.starts_with("| `")
        {
            let unquoted = |text: &str| text.to_owned();
            rows.push((heading.clone(), unquoted(name), unquoted(example), unquoted(result)));
        }
    }
    rows
}

fn shown(expression: &Expr) -> String {
    let one = PEOPLE.slice(0, 1);
    let values = evaluated(&one, expression);
    let options = FormatOptions::default().with_null("NULL");
    ArrayFormatter::try_new(&values, &options).unwrap().value(0).to_string()
}

#[test]
fn every_function_does_what_the_guide_says() {
    let mut failures = Vec::new();
    for (_, name, example, result) in rows(&page()) {
        match parse(&SESSION, &people(), &example) {
            Err(error) => failures.push(format!("{name}: {error:?}")),
            // The clock: its value is that of the session.
            Ok(expression) if result == "the time of the run" => {
                assert!(matches!(expression, Expr::Literal(..)), "{example}");
            }
            Ok(expression) => {
                let found = shown(&expression);
                if found != result {
                    failures.push(format!("{name}: {example} gives {found}, the guide says {result}"));
                }
                let mut used = BTreeSet::new();
                expression
                    .apply(|part| {
                        if let Expr::ScalarFunction(function) = part {
                            used.insert(function.func.name().to_owned());
                        }
                        Ok(TreeNodeRecursion::Continue)
                    })
                    .unwrap();
                if !used.contains(&name) {
                    failures.push(format!("{name}: {example} uses {used:?}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_function_is_in_the_guide() {
    let documented: BTreeSet<(String, String)> =
        rows(&page()).into_iter().map(|(heading, name, ..)| (heading, name)).collect();
    let known: BTreeSet<(String, String)> = FUNCTIONS
        .iter()
        .flat_map(|group| group.names.iter().map(|name| (group.title.to_owned(), (*name).to_owned())))
        .collect();
    let missing: Vec<_> = known.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&known).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:?}, unknown: {stale:?}");
    let registered = SESSION.state();
    for (_, name) in known {
        assert!(registered.scalar_functions().contains_key(&name), "the engine has no {name}");
    }
}
