//! Filters of the classes that are written: objects that a rule moves out of its class, and classes of one type
//! that no filter separates (S8, F2).

use std::collections::{BTreeSet, HashMap};

use super::{
    Findings, Severity, classes,
    overlap::surely_overlap,
    view::{DIRECTIONS, StepUse, View},
};
use crate::{
    mapping::CompiledMapping,
    project::{
        ActionEvent, ClassRef, Direction, Lifecycle, Project, PropertyRef, VirtualKind, VirtualProperty,
        Workflow,
    },
};

/// Rules that write what the filter of their own class looks at.
pub(super) fn check_written(view: &View<'_>, compiled: &CompiledMapping, findings: &mut Findings) {
    let side = compiled.direction.destination();
    let Some(ClassRef { schema_type, class: Some(class), .. }) = view.class(side) else { return };
    let Some(Ok(filter)) = class.filter.as_ref().map(|text| classes::parse_filter(schema_type, text)) else {
        return;
    };
    let looked_at: BTreeSet<String> =
        filter.column_refs().into_iter().map(|column| column.name.clone()).collect();
    for target in &compiled.updates {
        let mut columns = target.write_as.columns(&target.property).into_iter();
        let Some(column) = columns.find(|column| looked_at.contains(*column)) else { continue };
        for arm in &target.arms {
            let Some(rule) = view.mapping.rules.get(usize::from(arm.rule)) else { continue };
            let source = match compiled.direction {
                Direction::ToTarget => &rule.left,
                Direction::ToCentral => &rule.right,
            };
            // The same value for every object is the way to say which class a new object belongs to.
            let constant = rule.transformation.fixed_value.is_some()
                || view.property(side.other(), source).is_some_and(is_constant);
            if constant {
                continue;
            }
            findings.add(
                Severity::Warning,
                "SW-C182",
                view.place(Some(&rule.name)),
                format!(
                    "the rule writes {column}, which the filter of the class {} looks at: an update can move an \
                     object out of the class, and the next run takes it for missing",
                    class.name
                ),
                Some("filter by a property that the mapping does not write, or let the rule run for new objects only"),
            );
        }
    }
    for action in compiled.actions_before(ActionEvent::Update) {
        let mut columns = action.assigned.iter().map(|assigned| &assigned.column);
        let Some(column) = columns.find(|column| looked_at.contains(*column)) else { continue };
        findings.add(
            Severity::Warning,
            "SW-C182",
            view.place(None),
            format!(
                "the {} assigns {column}, which the filter of the class {} looks at: an update can move an object out \
                 of the class, and the next run takes it for missing",
                action.name, class.name
            ),
            Some("filter by a property that the mapping does not write, or let the action run before inserts only"),
        );
    }
}

const fn is_constant(property: PropertyRef<'_>) -> bool {
    matches!(property, PropertyRef::Virtual(VirtualProperty { kind: VirtualKind::Fixed(_), .. }))
}

/// A step with the class that it writes.
struct Written<'a> {
    one: StepUse<'a>,
    class: ClassRef<'a>,
}

impl Written<'_> {
    fn filter(&self) -> Option<&str> {
        self.class.class.and_then(|class| class.filter.as_deref()).map(str::trim)
    }

    /// The step takes every object that it does not find for superfluous.
    fn removes_all(&self) -> bool {
        let choices = &self.one.step.methods.only_in_destination;
        self.one.removes() && choices.iter().any(|choice| choice.condition.is_none())
    }
}

/// Two steps that write classes of one type: each takes the objects of the other for superfluous.
pub(super) fn check_separated(project: &Project, findings: &mut Findings) {
    for workflow in &project.workflows {
        for direction in DIRECTIONS {
            let mut by_type: HashMap<&str, Vec<Written<'_>>> = HashMap::new();
            for written in written(project, workflow, direction) {
                let others = by_type.entry(written.class.schema_type.name.as_str()).or_default();
                for other in others.iter() {
                    overlap(other, &written, findings);
                }
                others.push(written);
            }
        }
    }
}

fn written<'a>(
    project: &'a Project,
    workflow: &'a Workflow,
    direction: Direction,
) -> impl Iterator<Item = Written<'a>> {
    workflow.steps.iter().filter_map(move |step| {
        let mapping = project.mapping(&step.mapping)?;
        let runs = step.lifecycle != Lifecycle::Off
            && mapping.lifecycle != Lifecycle::Off
            && mapping.direction.permits(direction)
            && project.step_directions(workflow, step).contains(&direction);
        let name = match direction {
            Direction::ToTarget => &mapping.right,
            Direction::ToCentral => &mapping.left,
        };
        let class = project.system(direction.destination()).schema.class(name)?;
        runs.then_some(Written { one: StepUse { workflow, step, direction }, class })
    })
}

/// Whether an object can be in both classes.
fn overlapping(first: &Written<'_>, (one, other): (&str, &str)) -> bool {
    let parsed = |text| classes::parse_filter(first.class.schema_type, text).ok();
    parsed(one).zip(parsed(other)).is_some_and(|(one, other)| surely_overlap(&one, &other))
}

fn overlap(first: &Written<'_>, second: &Written<'_>, findings: &mut Findings) {
    let (one, other) = (first.filter(), second.filter());
    let both = one.zip(other).filter(|(one, other)| one != other);
    if both.is_some_and(|filters| !overlapping(first, filters))
        || first.one.step.mapping == second.one.step.mapping
    {
        return;
    }
    let name = &first.class.schema_type.name;
    let why = if both.is_some() {
        "the filters of their classes let the same objects through"
    } else if one.is_some() && one == other {
        "their classes have the same filter"
    } else {
        "at least one of their classes has no filter"
    };
    let severity =
        if first.removes_all() && second.removes_all() { Severity::Error } else { Severity::Warning };
    findings.add(
        severity,
        "SW-C181",
        second.one.place(),
        format!(
            "the steps {} and {} both write {name}, and {why}: each takes the objects of the other for objects that \
             its source does not have",
            first.one.step.name, second.one.step.name
        ),
        Some("give both mappings classes whose filters exclude each other"),
    );
}
