//! Compiling a mapping: rules, matching and classes → expressions and plans of the query engine.
//!
//! There is one evaluator: simulation, run and rule test execute the same [`CompiledMapping`]. Compiling
//! names every property, type and condition that does not fit; it opens no database.

mod actions;
mod busy;
mod class;
mod context;
mod convert;
mod elements;
mod error;
mod exclusions;
mod functions;
mod kept;
mod letters;
mod lookup;
mod marks;
mod matching;
mod path;
mod property;
mod rules;
mod spelling;
mod write_as;

use std::{cell::OnceCell, collections::BTreeSet};

use datafusion::{
    logical_expr::{Expr, when},
    prelude::SessionContext,
};

pub(crate) use self::{
    class::{literal_value, order as computing_order, own_schema},
    context::Context,
    write_as::is_writable,
};

pub use self::{
    actions::{Assigned, CompiledAction},
    busy::BusyRules,
    class::{
        CompiledClass, OUTSTANDING_COLUMN, Reached, TableSource, UNMATCHABLE_COLUMN, UNREAD_COLUMN,
        class_schema, refused_name,
    },
    context::{CompiledCondition, scripts_of},
    convert::{convert, convertible},
    error::MappingError,
    kept::{comparable, kept},
    lookup::compile_lookup,
    marks::{BUSY_COLUMN, PAIR_COLUMN, WANTED_COLUMN},
    matching::CompiledMatch,
    path::Hop,
    property::{CompiledProperty, compile_property},
    rules::{Arm, FailureKind, Gate, GateKind, NotRun, Occasion, Target, ValueFailure},
    write_as::{MemberTable, WriteAs},
};
use crate::{
    connect::ROW_COLUMN,
    expr::{self, OperationKind},
    project::{
        ClassRef, Direction, Mapping, MappingDirection, Method, MethodChoice, Project, PropertyRule, Side,
        Step,
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
    /// What rules send as options of operations, beside the data (R21).
    pub options: OperationOptions,
    /// What rules of the opposite direction write, or tell, on the side that is read (R9–R11, R21).
    pub opposite: Opposite,
    /// What must find nothing to do once the rules of a reversed mapping have written.
    pub rest: Rest,
    /// Source objects that are not processed (R19); never NULL.
    pub excluded: Option<Expr>,
    /// Scripts before and after objects are written (E5).
    pub actions: Vec<CompiledAction>,
    /// Names of the property mapping rules, and of the actions behind them; [`Arm::rule`] counts in them.
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
    /// Only some objects of the central system are looked at: those with [`WANTED_COLUMN`].
    pub only_wanted: bool,
    /// It writes against the direction of its run, to pairs of the step ([`Self::reversed`]).
    pub(crate) is_reversed: bool,
    /// The passwords of the objects changed: rules that are sent then send what is equal, too (R21).
    pub password_change: bool,
    /// The step is a data import (D5): scripts of data operations know it, too.
    pub(crate) data_import: bool,
    /// Where the mapping may write.
    mapping_direction: MappingDirection,
    /// Proposed rules take part (R22).
    with_proposed: bool,
}

/// What rules send as options of operations (R21), one entry an option. Options never differ and are in none of the
/// other lists.
#[derive(Debug, Clone, Default)]
pub struct OperationOptions {
    /// When objects are inserted.
    pub inserts: Vec<Target>,
    /// When they are updated.
    pub updates: Vec<Target>,
    /// When they are deleted.
    pub deletes: Vec<Target>,
}

impl OperationOptions {
    /// Those of a processing method.
    #[must_use]
    pub fn of(&self, method: Method) -> &[Target] {
        match method {
            Method::Insert => &self.inserts,
            Method::Update => &self.updates,
            Method::Delete => &self.deletes,
            Method::Ignore | Method::MarkOutstanding | Method::ResetOutstanding => &[],
        }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Target> {
        self.inserts.iter().chain(&self.updates).chain(&self.deletes)
    }

    /// True if an option is called that, as in change lists.
    #[must_use]
    pub fn contain(&self, property: &str) -> bool {
        self.all().any(|target| target.property == property)
    }
}

/// What rules of the opposite direction do on the side that is read.
#[derive(Debug, Clone, Default)]
pub struct Opposite {
    /// Rogue modifications: told, or corrected together with the step's own changes (R10, R11).
    pub rogue: Vec<Target>,
    /// Forced rules: written once the step has saved its objects (R9).
    pub forced: Vec<Target>,
    /// Normalised values of objects that the step has written are read back (R21).
    pub write_back: Vec<Target>,
}

/// The other rules of a step whose rules of the opposite direction a reversed mapping has: none of them may undo,
/// in the next run, what those write.
#[derive(Debug, Clone, Default)]
pub struct Rest {
    /// Forced rules: they write after the others.
    pub forced: Vec<Target>,
    /// What the step writes, in either direction.
    pub all: Vec<Target>,
}

/// Processing methods of a step, per situation; conditions are expressions over both sides.
#[derive(Debug, Clone, Default)]
pub struct CompiledMethods {
    /// Objects on both sides that differ.
    pub both_differ: Vec<(Method, Option<CompiledCondition>)>,
    /// Objects only in the system that is read.
    pub only_in_source: Vec<(Method, Option<CompiledCondition>)>,
    /// Objects only in the system that is written.
    pub only_in_destination: Vec<(Method, Option<CompiledCondition>)>,
    /// Objects that were outstanding and are present again.
    pub outstanding_returned: Vec<(Method, Option<CompiledCondition>)>,
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

    /// How people know the objects: by the side that is there, the written one first.
    #[must_use]
    pub fn display(&self) -> Expr {
        let (source, destination) = (self.source(), self.destination());
        let is_there = expr::property(destination.side, ROW_COLUMN).is_not_null();
        // Building a CASE fails only without branches, and here is one.
        when(is_there, destination.display()).otherwise(source.display()).unwrap_or_else(|_| source.display())
    }

    /// What rules write on an occasion.
    #[must_use]
    pub fn targets_on(&self, occasion: Occasion) -> &[Target] {
        match occasion {
            Occasion::Update => &self.updates,
            Occasion::Insert => &self.inserts,
            Occasion::Rogue => &self.opposite.rogue,
            Occasion::Forced => &self.opposite.forced,
            Occasion::WriteBack => &self.opposite.write_back,
            Occasion::Option(OperationKind::Insert) => &self.options.inserts,
            Occasion::Option(OperationKind::Update) => &self.options.updates,
            Occasion::Option(OperationKind::Delete) => &self.options.deletes,
        }
    }

    /// Why a rule of the mapping does not take part on an occasion; `None` if it does.
    #[must_use]
    pub fn why_not(&self, rule: &PropertyRule, occasion: Occasion) -> Option<&'static str> {
        let circumstances = rules::Circumstances {
            mapping_direction: self.mapping_direction,
            run: self.direction,
            with_proposed: self.with_proposed,
        };
        rules::participates(circumstances, rule, occasion).err().map(NotRun::text)
    }

    /// Rules that send a list of members whole, by their positions in [`CompiledMapping::rule_names`] (R15). A list
    /// in a column always is.
    #[must_use]
    pub fn rules_that_send_whole(&self) -> Vec<u16> {
        let members = self.targets().filter(|target| matches!(target.write_as, WriteAs::Members(_)));
        let arms = members.flat_map(|target| target.arms.iter().filter(|arm| arm.sends_whole));
        arms.map(|arm| arm.rule).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Everything that any rule can write, on both sides.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let Opposite { rogue, forced, write_back } = &self.opposite;
        self.updates.iter().chain(&self.inserts).chain(rogue).chain(forced).chain(write_back)
    }

    /// What a run of the step can write to pairs, in either direction.
    fn written_to_pairs(&self) -> Vec<Target> {
        let updates = self.methods.both_differ.iter().any(|(method, _)| *method == Method::Update);
        let updates = self.updates.iter().filter(|_| updates);
        updates.chain(&self.opposite.rogue).chain(&self.opposite.forced).cloned().collect()
    }

    /// The same mapping in the opposite direction, where it updates these properties of pairs and nothing else.
    #[must_use]
    pub fn reversed(&self, updates: Vec<Target>) -> Self {
        let mut reversed = Self {
            direction: self.direction.reversed(),
            is_reversed: true,
            updates,
            inserts: Vec::new(),
            options: OperationOptions::default(),
            opposite: Opposite::default(),
            rest: Rest { forced: self.opposite.forced.clone(), all: self.written_to_pairs() },
            methods: CompiledMethods {
                both_differ: vec![(Method::Update, None)],
                ..CompiledMethods::default()
            },
            ..self.clone()
        };
        if reversed.busy.is_some() {
            reversed.note_busy_rules();
        }
        reversed
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
    let data_import = step.is_some_and(|step| step.data_import);
    let context = Context {
        session,
        left,
        right,
        schema,
        mapping,
        direction,
        with_proposed,
        data_import,
        project,
        scripts: OnceCell::new(),
    };
    let matching = matching::compile(&context)?;
    let updates = rules::targets(&context, Occasion::Update)?;
    let inserts = rules::targets(&context, Occasion::Insert)?;
    let option_of = |kind| rules::targets(&context, Occasion::Option(kind));
    let options = OperationOptions {
        inserts: option_of(OperationKind::Insert)?,
        updates: option_of(OperationKind::Update)?,
        deletes: option_of(OperationKind::Delete)?,
    };
    let opposite = Opposite {
        rogue: rules::targets(&context, Occasion::Rogue)?,
        forced: rules::targets(&context, Occasion::Forced)?,
        write_back: rules::targets(&context, Occasion::WriteBack)?,
    };
    let excluded = exclusions::excluded(&context)?;
    let methods = methods(&context, step)?;
    let actions = actions::compile(&context)?;
    let mut compiled = CompiledMapping {
        name: mapping.name.clone(),
        direction,
        left: CompiledClass::new(project, left, Side::Left),
        right: CompiledClass::new(project, right, Side::Right),
        matching,
        updates,
        inserts,
        options,
        opposite,
        rest: Rest::default(),
        excluded,
        actions,
        rule_names: mapping
            .rules
            .iter()
            .map(|rule| rule.name.clone())
            .chain(mapping.actions.iter().map(actions::name))
            .collect(),
        methods,
        only_for_updates: mapping.only_for_updates,
        prevent_ambiguous_matches: mapping.prevent_ambiguous_matches,
        parents_first: mapping.hierarchy == crate::project::Hierarchy::ParentsFirst,
        remember_pairs: mapping.remember_pairs,
        busy: None,
        only_wanted: false,
        is_reversed: false,
        password_change: false,
        data_import,
        mapping_direction: mapping.direction,
        with_proposed,
    };
    compiled.make_room_for_actions();
    for side in [Side::Left, Side::Right] {
        let needs = class::Needs {
            used: used_properties(&compiled, side),
            matched: matched_properties(&compiled.matching, side),
            written: written_properties(&compiled, side),
        };
        let class = match side {
            Side::Left => &mut compiled.left,
            Side::Right => &mut compiled.right,
        };
        class.use_properties(&context, &needs)?;
    }
    let scripted = [Side::Left, Side::Right].map(|side| compiled.class(side).is_matched_by_script());
    compiled.matching.iter_mut().for_each(|rule| rule.only_known(scripted));
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
                let condition = choice.condition.as_ref();
                let condition =
                    condition.map(|condition| context.condition(condition, &place)).transpose()?;
                Ok((choice.method, condition))
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

/// The properties of `side` by which objects are matched.
fn matched_properties(matching: &[CompiledMatch], side: Side) -> BTreeSet<String> {
    let expressions = matching.iter().flat_map(CompiledMatch::expressions);
    expressions.flat_map(|expression| expr::properties_of(expression, side)).collect()
}

/// The properties of `side` that anything in the mapping writes, with their columns.
fn written_properties(compiled: &CompiledMapping, side: Side) -> BTreeSet<String> {
    let targets = compiled.targets().filter(|target| target.side == side);
    let names = targets.flat_map(|target| {
        let columns = target.write_as.columns(&target.property).into_iter().map(str::to_owned);
        columns.chain([target.property.clone()])
    });
    names.collect()
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
        .filter_map(|(_, condition)| condition.as_ref())
        .flat_map(|condition| std::iter::once(&condition.holds).chain(&condition.error))
        .chain(compiled.matching.iter().flat_map(CompiledMatch::expressions))
        .chain(compiled.targets().chain(compiled.options.all()).flat_map(Target::expressions))
        .chain(&compiled.excluded);
    for expression in expressions {
        used.extend(expr::properties_of(expression, side));
    }
    used.extend(actions::used(compiled, side));
    used
}
