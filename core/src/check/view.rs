//! A mapping as the check sees it: its classes, the steps that run it, and where each of its rules can write.
//!
//! Everything here comes from the project as it is written; whether it compiles is told elsewhere, so names
//! that lead nowhere are simply absent.

use std::collections::HashMap;

use super::Place;
use crate::project::{
    ClassRef, Direction, Formula, Lifecycle, Mapping, MappingDirection, Method, MethodChoice, Project,
    PropertyRef, PropertyRule, RuleKind, Side, Step, Workflow,
};

/// Both directions, for looking at each.
pub(super) const DIRECTIONS: [Direction; 2] = [Direction::ToTarget, Direction::ToCentral];

/// A step that is not switched off, with the workflow that it is in.
#[derive(Clone, Copy)]
pub(super) struct StepUse<'a> {
    pub workflow: &'a Workflow,
    pub step: &'a Step,
    pub direction: Direction,
}

impl StepUse<'_> {
    pub fn place(&self) -> Place {
        Place::Workflow { workflow: self.workflow.name.clone(), step: Some(self.step.name.clone()) }
    }

    pub fn inserts(&self) -> bool {
        has(&self.step.methods.only_in_source, Method::Insert)
    }

    pub fn updates(&self) -> bool {
        has(&self.step.methods.both_differ, Method::Update)
    }

    /// The step deletes or marks objects that it does not find in the other system.
    pub fn removes(&self) -> bool {
        let choices = &self.step.methods.only_in_destination;
        has(choices, Method::Delete) || has(choices, Method::MarkOutstanding)
    }
}

fn has(choices: &[MethodChoice], method: Method) -> bool {
    choices.iter().any(|choice| choice.method == method)
}

/// Steps by the mapping that they run.
pub(super) type StepsByMapping<'a> = HashMap<&'a str, Vec<StepUse<'a>>>;

/// All steps that are not switched off, by mapping.
pub(super) fn steps_by_mapping(project: &Project) -> StepsByMapping<'_> {
    let mut steps = StepsByMapping::new();
    for workflow in &project.workflows {
        for step in workflow.steps.iter().filter(|step| step.lifecycle != Lifecycle::Off) {
            let uses = project.step_directions(workflow, step).into_iter();
            steps.entry(&step.mapping).or_default().extend(uses.map(|direction| StepUse {
                workflow,
                step,
                direction,
            }));
        }
    }
    steps
}

/// A mapping with its classes and steps.
pub(super) struct View<'a> {
    pub project: &'a Project,
    pub mapping: &'a Mapping,
    pub steps: &'a [StepUse<'a>],
    left: Option<ClassRef<'a>>,
    right: Option<ClassRef<'a>>,
}

impl<'a> View<'a> {
    pub fn new(project: &'a Project, mapping: &'a Mapping, steps: &'a StepsByMapping<'a>) -> Self {
        Self {
            project,
            mapping,
            steps: steps.get(mapping.name.as_str()).map_or(&[], Vec::as_slice),
            left: project.central.schema.class(&mapping.left),
            right: project.target.schema.class(&mapping.right),
        }
    }

    pub const fn class(&self, side: Side) -> Option<ClassRef<'a>> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    pub fn property(&self, side: Side, name: &str) -> Option<PropertyRef<'a>> {
        self.class(side)?.property(name)
    }

    /// The mapping, or a rule of it, as a place.
    pub fn place(&self, rule: Option<&str>) -> Place {
        Place::Mapping { mapping: self.mapping.name.clone(), rule: rule.map(str::to_owned) }
    }

    /// Steps that run the mapping in `direction`.
    pub fn steps_in(&self, direction: Direction) -> impl Iterator<Item = &StepUse<'a>> {
        let permitted = self.mapping.direction.permits(direction);
        self.steps.iter().filter(move |one| permitted && one.direction == direction)
    }

    pub fn runs_in(&self, direction: Direction) -> bool {
        self.steps_in(direction).next().is_some()
    }

    /// Rules that are not switched off.
    pub fn rules(&self) -> Vec<RuleView<'_, 'a>> {
        let rules = self.mapping.rules.iter().filter(|rule| rule.lifecycle != Lifecycle::Off);
        rules.map(|rule| RuleView::new(self, rule)).collect()
    }
}

/// A rule with its properties and the directions in which it can write.
#[derive(Clone, Copy)]
pub(super) struct RuleView<'v, 'a> {
    pub view: &'v View<'a>,
    pub rule: &'a PropertyRule,
    /// R3: its own mapping direction, or that of the mapping.
    pub direction: MappingDirection,
    left: Option<PropertyRef<'a>>,
    right: Option<PropertyRef<'a>>,
}

impl<'v, 'a> RuleView<'v, 'a> {
    fn new(view: &'v View<'a>, rule: &'a PropertyRule) -> Self {
        let direction = match rule.direction {
            MappingDirection::FromMapping => view.mapping.direction,
            own => own,
        };
        let (left, right) = (view.property(Side::Left, &rule.left), view.property(Side::Right, &rule.right));
        Self { view, rule, direction, left, right }
    }

    pub fn place(&self) -> Place {
        self.view.place(Some(&self.rule.name))
    }

    pub const fn property(&self, side: Side) -> Option<PropertyRef<'a>> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    /// What the rule writes in `direction`.
    pub const fn written(&self, direction: Direction) -> Option<PropertyRef<'a>> {
        self.property(direction.destination())
    }

    /// What the rule reads in `direction`, apart from a trusted source.
    pub const fn read(&self, direction: Direction) -> Option<PropertyRef<'a>> {
        self.property(direction.source())
    }

    /// Name of the property on `side`.
    pub fn name(&self, side: Side) -> &'a str {
        match side {
            Side::Left => &self.rule.left,
            Side::Right => &self.rule.right,
        }
    }

    /// The rule can write in `direction` on some occasion: in a run, on insert (R4), as write back (R21). What gives an
    /// option writes nothing.
    pub const fn writes(&self, direction: Direction) -> bool {
        !self.rule.flags.operation_option
            && (self.direction.permits(direction)
                || self.rule.ignore_direction_on_insert
                || (self.rule.flags.write_back && self.direction.permits(direction.reversed())))
    }

    /// The rule can give an option of an operation in `direction` (R21).
    pub const fn gives_option(&self, direction: Direction) -> bool {
        self.rule.flags.operation_option
            && (self.direction.permits(direction) || self.rule.ignore_direction_on_insert)
    }

    /// The directions in which the rule can write.
    pub fn directions(&self) -> impl Iterator<Item = Direction> {
        let one = *self;
        DIRECTIONS.into_iter().filter(move |direction| one.writes(*direction))
    }

    /// R9 as far as it takes effect: runs in the opposite direction write through the rule.
    pub fn is_forced(&self) -> bool {
        self.rule.force_against_direction
            && self.rule.kind == RuleKind::Value
            && self.direction.one_way().is_some()
    }

    /// R11 as far as it takes effect.
    pub const fn is_corrected(&self) -> bool {
        self.rule.detect_rogue_modifications
            && self.rule.correct_rogue_modifications
            && !self.rule.force_against_direction
            && self.direction.one_way().is_some()
    }

    /// R10 or R11 as far as they take effect.
    pub const fn is_watched(&self) -> bool {
        self.rule.detect_rogue_modifications
            && !self.rule.force_against_direction
            && self.direction.one_way().is_some()
    }

    /// R18: the rule's own formula in `direction`.
    pub const fn formula(&self, direction: Direction) -> Option<&'a Formula> {
        match direction {
            Direction::ToTarget => self.rule.transformation.to_target.as_ref(),
            Direction::ToCentral => self.rule.transformation.to_central.as_ref(),
        }
    }
}

/// `to the target system` or `to the central system`.
pub(super) const fn towards(direction: Direction) -> &'static str {
    match direction {
        Direction::ToTarget => "to the target system",
        Direction::ToCentral => "to the central system",
    }
}
