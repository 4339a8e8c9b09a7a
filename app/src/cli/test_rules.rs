//! `syncwright test-rules`: which rules run on one pair of objects, why, and what they give (T).

use std::{fmt::Write as _, path::PathBuf};

use clap::{Args, ValueEnum};
use syncwright_core::{
    journal::Message,
    mapping::Occasion,
    project::{Direction, Side},
    sync::test_rules::{
        Explanation, MatchOutcome, MatchTest, ObjectName, RuleResult, RuleTest, TestObjects, TestValue,
        TestVariables, test_rules,
    },
    value::{MASK, Value},
};

use super::{
    CliError, Console, Format,
    changes::{push_change, shown},
    diagnose::printable,
    report,
    start_up::{self, LoadedProject},
    table::{Align, table},
};

const AFTER_HELP: &str = "\
Both systems are read; nothing is written. The rules, conditions and methods are those of simulations and \
runs: what is shown here is what a run does with these objects.

Exit codes: 0 done, 1 a rule cannot process the objects, 2 invalid project or arguments, 4 a system cannot \
be reached or read.

Examples:
  syncwright test-rules hr-to-identity.ron --mapping Person --match 100042 --to central
  syncwright test-rules hr-to-identity.ron --mapping Person --match 100042 --set right.LastName=Meier --to central
  syncwright test-rules hr-to-identity.ron --mapping Person --new --set right.EmployeeId=1 --to central --format json
  syncwright test-rules hr-to-identity.ron --mapping Person --match 100042 --to central --start-up \"Import from HR\"";

/// Arguments of `test-rules`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct Arguments {
    /// Project file
    #[arg(value_name = "PROJECT", value_hint = clap::ValueHint::FilePath)]
    pub project: PathBuf,
    /// Name of the mapping
    #[arg(long, value_name = "MAPPING")]
    pub mapping: String,
    /// Which objects.
    #[command(flatten)]
    pub objects: ObjectArguments,
    /// Give a property another value for the test, for example right.LastName=Meier; nothing behind = is NULL
    #[arg(long = "set", value_name = "SIDE.PROPERTY=VALUE", value_parser = test_value)]
    pub values: Vec<TestValue>,
    /// Direction of synchronization
    #[arg(long, value_enum)]
    pub to: Destination,
    /// Which variables.
    #[command(flatten)]
    pub variables: VariableArguments,
}

/// Which variables the mapping has: without any of these, those of the project.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct VariableArguments {
    /// Use the values of this variable set
    #[arg(long = "variables", value_name = "NAME")]
    pub set: Option<String>,
    /// Test as this start up configuration runs: with its variable set, and the step in its workflow
    #[arg(long, value_name = "NAME")]
    pub start_up: Option<String>,
}

/// Which objects are tested.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ObjectArguments {
    /// The pair, or lone object, with this key or display value on either side
    #[arg(long = "match", value_name = "KEY")]
    pub key: Option<String>,
    /// A new object with the values of --set
    #[arg(long)]
    pub new: bool,
}

/// The system that would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Destination {
    /// The target system
    Target,
    /// The central system
    Central,
}

impl From<Destination> for Direction {
    fn from(destination: Destination) -> Self {
        match destination {
            Destination::Target => Self::ToTarget,
            Destination::Central => Self::ToCentral,
        }
    }
}

fn test_value(text: &str) -> Result<TestValue, String> {
    let parts = text.split_once('=').and_then(|(name, value)| Some((name.split_once('.')?, value)));
    let Some(((side, property), value)) = parts else {
        return Err("write left.Property=VALUE or right.Property=VALUE".to_owned());
    };
    let side = match side.to_ascii_lowercase().as_str() {
        "left" => Side::Left,
        "right" => Side::Right,
        other => {
            return Err(format!("{other:?} is no side; the sides are left (central) and right (target)"));
        }
    };
    let text = (!value.is_empty()).then(|| value.to_owned());
    Ok(TestValue { side, property: property.to_owned(), text })
}

/// Tests, prints the explanation.
pub fn run(arguments: &Arguments, console: &mut Console<'_>) -> Result<u8, CliError> {
    let LoadedProject { project, folder } = LoadedProject::load(&arguments.project)?;
    let objects = match &arguments.objects.key {
        Some(key) => TestObjects::Match(key.clone()),
        None => TestObjects::New,
    };
    let variables = match (&arguments.variables.set, &arguments.variables.start_up) {
        (Some(set), _) => TestVariables::Set(set.clone()),
        (None, Some(name)) => {
            TestVariables::StartUp(start_up::choose(&project, Some(name.as_str()))?.to_owned())
        }
        (None, None) => TestVariables::OfProject,
    };
    let test = RuleTest {
        mapping: arguments.mapping.clone(),
        direction: arguments.to.into(),
        objects,
        values: arguments.values.clone(),
        variables,
    };
    console.cancel_on_signals();
    let explanation = test_rules(&project, &folder, &test, &console.cancel)?;
    match console.format {
        Format::Json => console.print_json(&explanation.to_json())?,
        Format::Text => console.print_line(to_text(&explanation).trim_end())?,
    }
    Ok(u8::from(explanation.rules.iter().any(|rule| rule.failure.is_some() && rule.overruled_by.is_none())))
}

fn to_text(explanation: &Explanation) -> String {
    let direction = report::direction(explanation.direction);
    let mut text = format!("Mapping “{}”, {direction}\n", printable(&explanation.mapping));
    if let Some(set) = &explanation.variable_set {
        writeln!(text, "  Variable set: {}", printable(set)).ok();
    }
    for (name, object) in [("Central", &explanation.left), ("Target", &explanation.right)] {
        let object = object.as_ref().map_or_else(|| "no object".to_owned(), named);
        writeln!(text, "  {name}: {object}").ok();
    }
    text.push('\n');
    let header = ["Matching rule", "Result", "Central", "Target"].map(|name| (name, Align::Left));
    text.push_str(&table(&header, explanation.matching.iter().map(match_row)));
    text.push('\n');
    let header =
        ["Rule", "For", "Writes", "Source", "Holds", "Gives", "Result"].map(|name| (name, Align::Left));
    text.push_str(&table(&header, explanation.rules.iter().map(rule_row)));
    text.push('\n');
    if explanation.changes.is_empty() {
        let why = explanation.why_nothing.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        writeln!(text, "A run would change nothing{why}.").ok();
    } else {
        text.push_str("A run would\n");
        for change in &explanation.changes {
            push_change(&mut text, change);
        }
    }
    for Message { level, code, text: what, .. } in &explanation.messages {
        writeln!(text, "{} {code}: {}", level.id(), printable(what)).ok();
    }
    text
}

fn named(object: &ObjectName) -> String {
    if object.display == object.key {
        return printable(&object.key);
    }
    format!("{} [{}]", printable(&object.display), printable(&object.key))
}

fn match_row(test: &MatchTest) -> Vec<String> {
    let outcome = match test.outcome {
        MatchOutcome::Match => "they match",
        MatchOutcome::NoMatch => "they do not match",
        MatchOutcome::Skipped => "skipped: a value is empty, or there is one object only",
    };
    let values = |values: &[Value]| values.iter().map(shown).collect::<Vec<_>>().join(", ");
    vec![test.rule.clone(), outcome.to_owned(), values(&test.left), values(&test.right)]
}

fn rule_row(rule: &RuleResult) -> Vec<String> {
    let value = |value: &Value| {
        if rule.secret && !value.is_null() { MASK.to_owned() } else { shown(value) }
    };
    let result = match (&rule.not_run, &rule.failure, &rule.overruled_by) {
        (Some(why), ..) => format!("not run: {why}"),
        (None, Some((code, text)), _) => format!("error {code}: {text}"),
        (None, None, Some(other)) => format!("overruled by {other}"),
        (None, None, None) if rule.differs => "differs".to_owned(),
        (None, None, None) => "equal".to_owned(),
    };
    let conversion = rule.conversion.as_ref().map(|types| format!(" ({types})")).unwrap_or_default();
    let side = match rule.side {
        Side::Left => "central",
        Side::Right => "target",
    };
    let occasion = match rule.occasion {
        Occasion::Update => "update",
        Occasion::Insert => "insert",
        Occasion::Rogue => "rogue modification",
        Occasion::Forced => "forced mapping",
        Occasion::WriteBack => "write back",
        Occasion::Option(_) => "option of the operation",
    };
    vec![
        rule.rule.clone(),
        occasion.to_owned(),
        format!("{side} {}{conversion}", rule.property),
        value(&rule.source),
        value(&rule.old),
        value(&rule.new),
        result,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_name_side_and_property() {
        let value = test_value("right.Last Name=Meier=x").unwrap();
        assert_eq!((value.side, value.property.as_str()), (Side::Right, "Last Name"));
        assert_eq!(value.text.as_deref(), Some("Meier=x"));
        assert_eq!(test_value("LEFT.Phone=").unwrap().text, None);
        assert!(test_value("Phone=1").is_err());
        assert!(test_value("middle.Phone=1").unwrap_err().contains("left"));
    }
}
