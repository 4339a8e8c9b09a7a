//! Compiling a mapping: rules, matching and classes → expressions and plans of the query engine.
//!
//! There is one evaluator: simulation, run and rule test execute the same [`CompiledMapping`]. Compiling
//! names every property, type and condition that does not fit; it opens no database.

mod busy;
mod class;
mod convert;
mod error;
mod marks;
mod matching;
mod rules;
mod write_as;

use std::collections::BTreeSet;

use datafusion::{
    common::DFSchema,
    logical_expr::{Expr, lit},
    prelude::SessionContext,
};

pub use self::{
    busy::BusyRules,
    class::{CompiledClass, OUTSTANDING_COLUMN, TableSource, class_schema},
    convert::{convert, convertible},
    error::MappingError,
    marks::{BUSY_COLUMN, PAIR_COLUMN},
    matching::CompiledMatch,
    rules::{Arm, Target},
    write_as::WriteAs,
};
use crate::{
    expr,
    project::{
        ClassRef, Condition, Direction, Lifecycle, Mapping, Method, MethodChoice, Project, Side, Step,
    },
};

/// A mapping, ready to be evaluated in one direction for one step.
#[derive(Debug, Clone)]
pub struct CompiledMapping {
    /// Name of the mapping.
    pub name: String,
    /// Direction of synchronization.
    pub direction: Direction,
    /// Class of the central system.
    pub left: CompiledClass,
    /// Class of the target system.
    pub right: CompiledClass,
    /// Object matching rules in order.
    pub matching: Vec<CompiledMatch>,
    /// What updates write, one entry a property.
    pub updates: Vec<Target>,
    /// What inserts write, one entry a property.
    pub inserts: Vec<Target>,
    /// Names of the property mapping rules; [`Arm::rule`] counts in them.
    pub rule_names: Vec<String>,
    /// Processing methods per situation.
    pub methods: CompiledMethods,
    /// Inserting is not permitted (M1).
    pub only_for_updates: bool,
    /// New objects that would be ambiguous are not inserted (M1).
    pub prevent_ambiguous_matches: bool,
    /// Parents are written before their children.
    pub parents_first: bool,
    /// Pairs once matched are remembered (M10).
    pub remember_pairs: bool,
    /// What is left alone of busy objects (R5), see [`CompiledMapping::leave_busy_alone`].
    pub busy: Option<BusyRules>,
}

/// Processing methods of a step, per situation; conditions are expressions over both sides.
#[derive(Debug, Clone, Default)]
pub struct CompiledMethods {
    /// Objects on both sides that differ.
    pub both_differ: Vec<(Method, Expr)>,
    /// Objects only in the system that is read.
    pub only_in_source: Vec<(Method, Expr)>,
    /// Objects only in the system that is written.
    pub only_in_destination: Vec<(Method, Expr)>,
    /// Objects that were outstanding and are present again.
    pub outstanding_returned: Vec<(Method, Expr)>,
}

impl CompiledMapping {
    /// The class on `side`.
    #[must_use]
    pub const fn class(&self, side: Side) -> &CompiledClass {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// The class that is written.
    #[must_use]
    pub const fn destination(&self) -> &CompiledClass {
        self.class(self.direction.destination())
    }

    /// The class that is read as the truth.
    #[must_use]
    pub const fn source(&self) -> &CompiledClass {
        self.class(self.direction.source())
    }
}

/// What compiling needs to know besides the mapping.
pub(crate) struct Context<'a> {
    pub session: &'a SessionContext,
    pub left: ClassRef<'a>,
    pub right: ClassRef<'a>,
    /// All properties of both classes.
    pub schema: DFSchema,
    pub mapping: &'a Mapping,
    pub direction: Direction,
    /// Proposed rules take part (R22).
    pub with_proposed: bool,
}

impl<'a> Context<'a> {
    pub(crate) const fn class(&self, side: Side) -> ClassRef<'a> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    pub(crate) const fn takes_part(&self, lifecycle: Lifecycle) -> bool {
        match lifecycle {
            Lifecycle::Active => true,
            Lifecycle::Proposed => self.with_proposed,
            Lifecycle::Off => false,
        }
    }

    /// A condition as an expression that is never NULL; `place` names it in errors.
    pub(crate) fn condition(&self, condition: Option<&Condition>, place: &str) -> Result<Expr, MappingError> {
        match condition {
            None => Ok(lit(true)),
            Some(Condition::Expression(text)) => {
                let expression = expr::parse(self.session, &self.schema, text)
                    .map_err(|source| self.bad_expression(place, source))?;
                Ok(expression.is_true())
            }
            Some(Condition::Script(_)) => Err(MappingError::NotYet {
                mapping: self.mapping.name.clone(),
                place: place.to_owned(),
                what: "a script as condition".to_owned(),
            }),
        }
    }

    pub(crate) fn bad_expression(&self, place: &str, source: expr::ExprError) -> MappingError {
        MappingError::Expression { mapping: self.mapping.name.clone(), place: place.to_owned(), source }
    }
}

/// Compiles the mapping of a step for `direction`.
///
/// `with_proposed` lets proposed rules take part, as in simulations and tests (R22).
///
/// # Errors
///
/// [`MappingError`] with the mapping and the place in it.
pub fn compile(
    session: &SessionContext,
    project: &Project,
    mapping: &Mapping,
    step: Option<&Step>,
    direction: Direction,
    with_proposed: bool,
) -> Result<CompiledMapping, MappingError> {
    let left = class_of(project, mapping, Side::Left)?;
    let right = class_of(project, mapping, Side::Right)?;
    let schema = class_schema(left, Side::Left)
        .join(&class_schema(right, Side::Right))
        .map_err(|error| MappingError::engine(&mapping.name, &error))?;
    let context = Context { session, left, right, schema, mapping, direction, with_proposed };
    let matching = matching::compile(&context)?;
    let updates = rules::targets(&context, rules::Occasion::Update)?;
    let inserts = rules::targets(&context, rules::Occasion::Insert)?;
    let methods = methods(&context, step)?;
    let mut compiled = CompiledMapping {
        name: mapping.name.clone(),
        direction,
        left: CompiledClass::new(project, left, Side::Left),
        right: CompiledClass::new(project, right, Side::Right),
        matching,
        updates,
        inserts,
        rule_names: mapping.rules.iter().map(|rule| rule.name.clone()).collect(),
        methods,
        only_for_updates: mapping.only_for_updates,
        prevent_ambiguous_matches: mapping.prevent_ambiguous_matches,
        parents_first: mapping.hierarchy == crate::project::Hierarchy::ParentsFirst,
        remember_pairs: mapping.remember_pairs,
        busy: None,
    };
    for side in [Side::Left, Side::Right] {
        let used = used_properties(&compiled, side);
        let class = match side {
            Side::Left => &mut compiled.left,
            Side::Right => &mut compiled.right,
        };
        class.use_properties(&context, &used)?;
    }
    Ok(compiled)
}

fn class_of<'a>(
    project: &'a Project,
    mapping: &'a Mapping,
    side: Side,
) -> Result<ClassRef<'a>, MappingError> {
    let name = match side {
        Side::Left => &mapping.left,
        Side::Right => &mapping.right,
    };
    project.system(side).schema.class(name).ok_or_else(|| MappingError::UnknownClass {
        mapping: mapping.name.clone(),
        side: side.system_name(),
        class: name.clone(),
    })
}

fn methods(context: &Context<'_>, step: Option<&Step>) -> Result<CompiledMethods, MappingError> {
    let Some(step) = step else { return Ok(CompiledMethods::default()) };
    let compile = |choices: &[MethodChoice]| {
        choices
            .iter()
            .map(|choice| {
                let place = format!("step {}, condition of {}", step.name, choice.method.id());
                Ok((choice.method, context.condition(choice.condition.as_ref(), &place)?))
            })
            .collect::<Result<Vec<_>, MappingError>>()
    };
    Ok(CompiledMethods {
        both_differ: compile(&step.methods.both_differ)?,
        only_in_source: compile(&step.methods.only_in_source)?,
        only_in_destination: compile(&step.methods.only_in_destination)?,
        outstanding_returned: compile(&step.methods.outstanding_returned)?,
    })
}

/// The properties of `side` that matching, rules, conditions, keys and the display template need.
fn used_properties(compiled: &CompiledMapping, side: Side) -> BTreeSet<String> {
    let class = compiled.class(side);
    let mut used: BTreeSet<String> = class.key.iter().cloned().collect();
    used.extend(class.display_properties());
    let methods = &compiled.methods;
    let conditions = [
        &methods.both_differ,
        &methods.only_in_source,
        &methods.only_in_destination,
        &methods.outstanding_returned,
    ];
    let expressions = conditions
        .into_iter()
        .flatten()
        .map(|(_, condition)| condition)
        .chain(compiled.matching.iter().flat_map(CompiledMatch::expressions))
        .chain(compiled.updates.iter().chain(&compiled.inserts).flat_map(Target::expressions));
    for expression in expressions {
        used.extend(expr::properties_of(expression, side));
    }
    used
}
