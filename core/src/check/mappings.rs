//! Mappings: whether they compile, and what about their rules is doubtful.

use std::sync::LazyLock;

use datafusion::prelude::SessionContext;
use miette::Diagnostic as _;

use super::{
    Findings, Place, Severity, concurrence, conflicts, dates, directions, filters, kept, lists, lookups,
    matching, operations, options, required, values,
    view::{DIRECTIONS, StepsByMapping, View},
};
use crate::{
    expr,
    mapping::{MappingError, compile},
    project::{Direction, Lifecycle, MappingDirection, Project, Side},
};

/// How places in matching rules begin.
const MATCHING_RULE: &str = "matching rule ";
/// Errors that are told of a mapping and direction at once.
const ERRORS: usize = 50;

/// Making a session registers every function of the engine; once is enough.
pub(super) static SESSION: LazyLock<SessionContext> = LazyLock::new(expr::session);

pub(super) fn check(project: &Project, steps: &StepsByMapping<'_>, findings: &mut Findings) {
    for mapping in project.mappings.iter().filter(|mapping| mapping.lifecycle != Lifecycle::Off) {
        let view = View::new(project, mapping, steps);
        if mapping.direction == MappingDirection::DoNotMap {
            continue;
        }
        for direction in DIRECTIONS.into_iter().filter(|direction| mapping.direction.permits(*direction)) {
            check_direction(&view, direction, findings);
        }
        matching::check(&view, findings);
        for rule in view.rules() {
            directions::check(&rule, findings);
            lists::check(&rule, findings);
            values::check(&rule, findings);
            lookups::check(&rule, findings);
            options::check(&rule, findings);
            dates::check(&rule, findings);
        }
        conflicts::check_opposite(&view, findings);
        concurrence::check(&view, findings);
    }
}

fn check_direction(view: &View<'_>, direction: Direction, findings: &mut Findings) {
    let (project, mapping) = (view.project, view.mapping);
    match compile(&SESSION, project, mapping, None, direction, true) {
        Ok(compiled) => {
            conflicts::check(view, &compiled, findings);
            operations::check_written(project, mapping, &compiled, findings);
            kept::check(mapping, &compiled, findings);
            filters::check_written(view, &compiled, findings);
            if view.steps_in(direction).any(|one| !one.step.methods.only_in_source.is_empty())
                && !mapping.only_for_updates
            {
                required::check(view, &compiled, findings);
            }
            // The rules are compiled already; the conditions of the methods belong to the steps.
            for one in view.steps_in(direction) {
                if let Err(error) = compile(&SESSION, project, mapping, Some(one.step), direction, true) {
                    add_error(view, direction, &error, one.place(), findings);
                }
            }
        }
        Err(error) => add_all_errors(view, direction, error, findings),
    }
}

/// Errors of the mapping, one a rule: whoever corrects one is not to meet the next one only then.
///
/// A rule with an error is left out to find the others. What else is to be said of a mapping is said of a whole one.
fn add_all_errors(view: &View<'_>, direction: Direction, first: MappingError, findings: &mut Findings) {
    let mut without = view.mapping.clone();
    let mut error = first;
    for _ in 0..ERRORS {
        let place = place_of(view, &error);
        add_error(view, direction, &error, place.clone(), findings);
        let Place::Mapping { rule: Some(name), .. } = place else { return };
        let rules = without.rules.len() + without.matching.len();
        if is_about_matching(&error) {
            without.matching.retain(|rule| rule.name != name);
        } else {
            without.rules.retain(|rule| rule.name != name);
        }
        // Without matching rules there is always an error, which is none of the mapping's.
        if without.matching.is_empty() || without.rules.len() + without.matching.len() == rules {
            return;
        }
        match compile(&SESSION, view.project, &without, None, direction, true) {
            Ok(_) => return,
            Err(next) => error = next,
        }
    }
}

fn add_error(
    view: &View<'_>,
    direction: Direction,
    error: &MappingError,
    place: Place,
    findings: &mut Findings,
) {
    // A scope counts among the filters of a class, but is told of the type.
    if let Place::System { side, .. } = place
        && let Some(class) = view.class(side)
        && let schema_type = Some(class.schema_type.name.clone())
        && findings.has_error_at(&Place::System { side, schema_type })
    {
        return;
    }
    let mut text = error.to_string();
    if let (MappingError::NotWritable { .. }, Place::Mapping { rule: Some(name), .. }) = (error, &place)
        && let Some(why) = view
            .rules()
            .iter()
            .find(|rule| rule.rule.name == *name)
            .and_then(|rule| directions::why_written(rule, direction))
    {
        text.push_str(&format!("; “{why}” would write it"));
    }
    let help = match error {
        MappingError::Expression { source, .. } => {
            source.help.clone().or_else(|| Some("correct the expression".to_owned()))
        }
        _ => error.help().map(|help| help.to_string()),
    };
    findings.add(Severity::Error, code_of(error), place, text, help.as_deref());
}

const fn code_of(error: &MappingError) -> &'static str {
    match error {
        MappingError::UnknownClass { .. } => "SW-M001",
        MappingError::UnknownProperty { .. } => "SW-M002",
        MappingError::NotConvertible { .. } => "SW-M003",
        MappingError::NotWritable { .. } => "SW-M004",
        MappingError::Expression { .. } => "SW-M005",
        MappingError::NoMatching { .. } => "SW-M007",
        MappingError::NoKey { .. } => "SW-M008",
        MappingError::Engine { .. } => "SW-M009",
        MappingError::BadValue { .. } => "SW-M010",
        MappingError::BadPattern { .. } => "SW-M011",
        MappingError::Script { .. } => "SW-M012",
        MappingError::WhichSide { .. } => "SW-M013",
        MappingError::NotReadable { .. } => "SW-M014",
        MappingError::NameInScript { .. } => "SW-M015",
        MappingError::BadLookup { .. } => "SW-M016",
    }
}

fn is_about_matching(error: &MappingError) -> bool {
    words_of(error).starts_with(MATCHING_RULE)
}

/// How an error says its place: `rule Name, condition` or `class Name, filter`.
fn words_of(error: &MappingError) -> &str {
    match error {
        MappingError::UnknownProperty { place, .. }
        | MappingError::NotConvertible { place, .. }
        | MappingError::NotWritable { place, .. }
        | MappingError::Expression { place, .. }
        | MappingError::BadValue { place, .. }
        | MappingError::BadPattern { place, .. }
        | MappingError::Script { place, .. }
        | MappingError::WhichSide { place, .. }
        | MappingError::NotReadable { place, .. }
        | MappingError::NameInScript { place, .. }
        | MappingError::BadLookup { place, .. } => place.as_str(),
        _ => "",
    }
}

/// The place of an error.
fn place_of(view: &View<'_>, error: &MappingError) -> Place {
    let (place, mapping) = (words_of(error), view.mapping);
    if let Some(rest) = place.strip_prefix("class ") {
        let sides = [(Side::Left, &mapping.left), (Side::Right, &mapping.right)];
        if let Some((side, name)) =
            sides.into_iter().filter(|(_, name)| is_of(rest, name)).max_by_key(|(_, name)| name.len())
        {
            return Place::System { side, schema_type: Some(name.clone()) };
        }
    }
    let longest = |rest: &str, names: &mut dyn Iterator<Item = &String>| {
        names.filter(|name| is_of(rest, name)).max_by_key(|name| name.len()).cloned()
    };
    let rule = if let Some(rest) = place.strip_prefix(MATCHING_RULE) {
        longest(rest, &mut mapping.matching.iter().map(|rule| &rule.name))
    } else if let Some(rest) = place.strip_prefix("rule ") {
        longest(rest, &mut mapping.rules.iter().map(|rule| &rule.name))
    } else {
        None
    };
    view.place(rule.as_deref())
}

/// True if the words begin with that name.
fn is_of(words: &str, name: &str) -> bool {
    words.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
}
