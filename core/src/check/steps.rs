//! Workflows, steps and start up configurations: what never runs, does nothing, or runs in the wrong order
//! (F1, F2, F6, R22).

use std::collections::{BTreeSet, HashMap};

use super::{
    Findings, Place, Severity, quotas,
    view::{DIRECTIONS, StepUse, StepsByMapping, View, towards},
};
use crate::project::{
    DependencyResolution, Direction, Lifecycle, Method, MethodChoice, Project, PropertyRef,
    StartUpConfiguration, Step, VirtualKind, VirtualProperty, Workflow,
};

pub(super) fn check(project: &Project, by_mapping: &StepsByMapping<'_>, findings: &mut Findings) {
    for workflow in &project.workflows {
        let start_ups: Vec<&StartUpConfiguration> =
            project.start_ups.iter().filter(|one| one.workflow == workflow.name).collect();
        never_started(workflow, &start_ups, findings);
        for step in workflow.steps.iter().filter(|step| step.lifecycle != Lifecycle::Off) {
            let directions = project.step_directions(workflow, step);
            check_mapping(project, (workflow, step), &directions, findings);
            // Where the mapping does not permit a direction, nothing is done in it.
            let permits = |one: &Direction| {
                project.mapping(&step.mapping).is_none_or(|own| own.direction.permits(*one))
            };
            let any = directions.iter().any(permits);
            for direction in directions.into_iter().filter(|one| !any || permits(one)) {
                let one = StepUse { workflow, step, direction };
                check_methods(project, one, by_mapping, findings);
                read_only(project, one, findings);
                quotas::check(project, one, findings);
                never_in_direction(project, one, &start_ups, findings);
            }
        }
        if workflow.dependency_resolution == DependencyResolution::Manual {
            for direction in DIRECTIONS {
                manual_order(project, workflow, direction, by_mapping, findings);
            }
        }
    }
    for start_up in &project.start_ups {
        runs_nothing(project, start_up, findings);
    }
}

fn check_mapping(
    project: &Project,
    (workflow, step): (&Workflow, &Step),
    directions: &[Direction],
    findings: &mut Findings,
) {
    let place = Place::Workflow { workflow: workflow.name.clone(), step: Some(step.name.clone()) };
    match project.mapping(&step.mapping) {
        None => findings.add(
            Severity::Error,
            "SW-C101",
            place,
            format!("the mapping {:?} is not in the project", step.mapping),
            Some("choose a mapping"),
        ),
        Some(mapping) if !directions.iter().any(|one| mapping.direction.permits(*one)) => findings.add(
            Severity::Warning,
            "SW-C121",
            place,
            format!(
                "the mapping {} does not permit the direction of the step; the step never runs",
                mapping.name
            ),
            Some("change the direction of the step or of the mapping"),
        ),
        Some(_) => {}
    }
}

fn situations(step: &Step) -> [(&'static str, &[MethodChoice], &'static [Method]); 4] {
    let methods = &step.methods;
    [
        ("both_differ", &methods.both_differ, &[Method::Update]),
        ("only_in_source", &methods.only_in_source, &[Method::Insert]),
        ("only_in_destination", &methods.only_in_destination, &[Method::Delete, Method::MarkOutstanding]),
        ("outstanding_returned", &methods.outstanding_returned, &[Method::ResetOutstanding]),
    ]
}

fn check_methods(
    project: &Project,
    one: StepUse<'_>,
    by_mapping: &StepsByMapping<'_>,
    findings: &mut Findings,
) {
    let situations = situations(one.step);
    for (situation, choices, allowed) in situations {
        for choice in choices {
            if choice.method != Method::Ignore && !allowed.contains(&choice.method) {
                findings.add(
                    Severity::Error,
                    "SW-C122",
                    one.place(),
                    format!("the method {} makes no sense for {situation}", choice.method.id()),
                    Some("choose another method"),
                );
            }
        }
    }
    let marks = |choice: &&MethodChoice| choice.method == Method::MarkOutstanding;
    if one.direction == Direction::ToTarget
        && one.step.methods.only_in_destination.iter().any(|one| marks(&one))
    {
        findings.add(
            Severity::Warning,
            "SW-C187",
            one.place(),
            "the step marks objects of the target system as outstanding, but post-processing is for objects of the \
             central system: nobody gets to see the labels"
                .to_owned(),
            Some("delete them, or leave them alone"),
        );
    }
    let idle = situations.iter().all(|(_, choices, _)| choices.is_empty());
    if idle && !looks_against(project, one, by_mapping) {
        findings.add(
            Severity::Info,
            "SW-C123",
            one.place(),
            "the step has no processing methods, and its mapping no rules that run without; it writes nothing".to_owned(),
            Some("add methods, or switch the step off"),
        );
    }
}

/// Forced rules and rogue modifications do not need methods.
fn looks_against(project: &Project, one: StepUse<'_>, by_mapping: &StepsByMapping<'_>) -> bool {
    project.mapping(&one.step.mapping).is_some_and(|mapping| {
        let view = View::new(project, mapping, by_mapping);
        view.rules().iter().any(|rule| {
            rule.direction.one_way() == Some(one.direction.reversed())
                && (rule.is_forced() || rule.is_watched())
        })
    })
}

fn read_only(project: &Project, one: StepUse<'_>, findings: &mut Findings) {
    let side = one.direction.destination();
    let writes = situations(one.step)
        .into_iter()
        .flat_map(|(_, choices, _)| choices)
        .any(|choice| matches!(choice.method, Method::Insert | Method::Update | Method::Delete));
    if writes && project.system(side).connection.read_only {
        findings.add(
            Severity::Warning,
            "SW-C191",
            one.place(),
            format!(
                "the step writes the {}, whose connection is read-only; it can only be simulated",
                side.system_name()
            ),
            Some("allow the connection to write, or run the step in the other direction"),
        );
    }
}

/// True if the step takes part in runs in `direction`, where `with_proposed` also in simulations.
fn takes_part(project: &Project, step: &Step, direction: Direction, with_proposed: bool) -> bool {
    let is_on = |lifecycle: Lifecycle| match lifecycle {
        Lifecycle::Active => true,
        Lifecycle::Proposed => with_proposed,
        Lifecycle::Off => false,
    };
    is_on(step.lifecycle)
        && step.runs_in(direction)
        && project
            .mapping(&step.mapping)
            .is_some_and(|mapping| is_on(mapping.lifecycle) && mapping.direction.permits(direction))
}

fn any_takes_part(project: &Project, workflow: &Workflow, direction: Direction, with_proposed: bool) -> bool {
    workflow.steps.iter().any(|step| takes_part(project, step, direction, with_proposed))
}

fn never_started(workflow: &Workflow, start_ups: &[&StartUpConfiguration], findings: &mut Findings) {
    if start_ups.is_empty() {
        findings.add(
            Severity::Info,
            "SW-C188",
            Place::Workflow { workflow: workflow.name.clone(), step: None },
            "no start up configuration runs the workflow".to_owned(),
            Some("add a start up configuration"),
        );
    }
}

/// D1: a step runs only if its direction is that of the run.
fn never_in_direction(
    project: &Project,
    one: StepUse<'_>,
    start_ups: &[&StartUpConfiguration],
    findings: &mut Findings,
) {
    let runs: BTreeSet<&str> =
        start_ups.iter().map(|start_up| direction_of(one.workflow, start_up).id()).collect();
    let Some(run) = runs.first().filter(|_| !runs.contains(one.direction.id())) else { return };
    let run = if *run == Direction::ToTarget.id() { Direction::ToTarget } else { Direction::ToCentral };
    // Where nothing runs at all, the start up configuration tells.
    if any_takes_part(project, one.workflow, run, true) {
        findings.add(
            Severity::Warning,
            "SW-C188",
            one.place(),
            format!(
                "the step never runs: it works {}, but every start up configuration of the workflow runs {}",
                towards(one.direction),
                towards(run)
            ),
            Some("change the direction of the step, or add a start up configuration with its direction"),
        );
    }
}

fn direction_of(workflow: &Workflow, start_up: &StartUpConfiguration) -> Direction {
    start_up.direction.unwrap_or(workflow.direction)
}

fn runs_nothing(project: &Project, start_up: &StartUpConfiguration, findings: &mut Findings) {
    let Some(workflow) = project.workflow(&start_up.workflow) else { return };
    let direction = direction_of(workflow, start_up);
    if any_takes_part(project, workflow, direction, false) {
        return;
    }
    let text = if workflow.steps.is_empty() {
        "its workflow has no steps: a run does nothing".to_owned()
    } else if any_takes_part(project, workflow, direction, true) {
        "all steps that could run are only proposed: they take part in simulations, a run does nothing"
            .to_owned()
    } else {
        format!(
            "no step of the workflow can run {}: they are switched off, or have another direction; a run does nothing",
            towards(direction)
        )
    };
    findings.add(
        Severity::Warning,
        "SW-C189",
        Place::StartUp { start_up: start_up.name.clone() },
        text,
        Some("switch steps and their mappings on, or change the direction"),
    );
}

/// F1: steps as listed, so what is referred to must be written before.
fn manual_order(
    project: &Project,
    workflow: &Workflow,
    direction: Direction,
    by_mapping: &StepsByMapping<'_>,
    findings: &mut Findings,
) {
    let steps: Vec<&Step> =
        workflow.steps.iter().filter(|step| takes_part(project, step, direction, true)).collect();
    let views: Vec<(&Step, View<'_>)> = steps
        .into_iter()
        .filter_map(|step| Some((step, View::new(project, project.mapping(&step.mapping)?, by_mapping))))
        .collect();
    let side = direction.destination();
    let type_of = |view: &View<'_>| view.class(side).map(|class| class.schema_type.name.clone());
    // The last step that creates objects of a type.
    let mut created: HashMap<String, usize> = HashMap::new();
    for (position, (step, view)) in views.iter().enumerate() {
        let one = StepUse { workflow, step, direction };
        if let Some(name) = type_of(view).filter(|_| one.inserts()) {
            created.insert(name, position);
        }
    }
    for (position, (step, view)) in views.iter().enumerate() {
        for name in references(view, direction) {
            let later = created.get(&name).filter(|later| **later > position);
            if let Some((later, _)) = later.and_then(|later| views.get(*later))
                && type_of(view).as_deref() != Some(name.as_str())
            {
                findings.add(
                    Severity::Warning,
                    "SW-C190",
                    StepUse { workflow, step, direction }.place(),
                    format!(
                        "the step writes references to {name}, whose new objects only the later step {} creates; \
                         with manual dependency resolution such references lead nowhere in the first run",
                        later.name
                    ),
                    Some("move the step behind the other, or let the dependencies be resolved automatically"),
                );
            }
        }
    }
}

/// Types that rules of the mapping write references to.
fn references(view: &View<'_>, direction: Direction) -> BTreeSet<String> {
    let side = direction.destination();
    let Some(class) = view.class(side) else { return BTreeSet::new() };
    let relations = &class.schema_type.foreign_keys;
    let mut found = BTreeSet::new();
    for rule in view.rules().iter().filter(|rule| rule.writes(direction)) {
        let of = |is_meant: &dyn Fn(&[String]) -> bool| {
            relations
                .iter()
                .filter(|one| is_meant(&one.properties))
                .map(|one| one.references.clone())
                .collect::<Vec<_>>()
        };
        match rule.written(direction) {
            Some(PropertyRef::Column(column)) => found.extend(of(&|names| names.contains(&column.name))),
            Some(PropertyRef::Virtual(VirtualProperty {
                kind: VirtualKind::KeyResolution { reference, .. },
                ..
            })) => found.extend(of(&|names| names == reference.as_slice())),
            _ => {}
        }
    }
    found
}
