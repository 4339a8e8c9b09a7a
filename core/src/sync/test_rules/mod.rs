//! Testing rules on one pair of objects, or on an object that is to be created (T): which rules run and why,
//! what they give, and what a run would do.
//!
//! The compiled mapping, the plan and the planner are those of simulations and runs; here they work on one
//! row. Nothing is ever written.

mod explain;
mod json;
mod objects;
mod tables;
mod verdict;

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use datafusion::prelude::SessionContext;
use miette::Diagnostic;
use thiserror::Error;
use tokio::runtime::Runtime;

use self::objects::TestRow;
use super::{
    effective::{effective_project, effective_project_with_set},
    ended::connector_error,
    pairs::StepPairs,
    passes::{Passes, PlannedPass, corrects},
    reconcile::session,
    source::SystemTables,
};
use crate::{
    connect::{ConnectError, OpenMode},
    expr::VariablesError,
    journal::{Change, Journal, JournalError, Message},
    mapping::{CompiledMapping, MappingError, Occasion, compile},
    progress::CancelToken,
    project::{CollisionDetection, Direction, Mapping, Project, Side, StartUpConfiguration, Step, Workflow},
    value::Value,
};

/// What is to be tested.
#[derive(Debug, Clone)]
pub struct RuleTest {
    /// Name of the mapping.
    pub mapping: String,
    /// Direction of synchronization.
    pub direction: Direction,
    /// The objects.
    pub objects: TestObjects,
    /// Values that the objects are to have for the test.
    pub values: Vec<TestValue>,
    /// Variables that the mapping is to have.
    pub variables: TestVariables,
}

/// Which variables a mapping has in a test (F6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TestVariables {
    /// Those of the project, without any set.
    #[default]
    OfProject,
    /// Also those of the variable set of this name.
    Set(String),
    /// Those that a start up configuration has. The test then has the methods and conditions of its workflow.
    StartUp(String),
}

/// The objects of a test.
#[derive(Debug, Clone)]
pub enum TestObjects {
    /// The pair, or the lone object, one of whose sides has this key or display value.
    Match(String),
    /// A new object of the system that is read, with the values of the test and no others.
    New,
}

/// A value that a property is to have for the test.
#[derive(Debug, Clone)]
pub struct TestValue {
    /// The side.
    pub side: Side,
    /// The property.
    pub property: String,
    /// The value in its written form; `None` for NULL.
    pub text: Option<String>,
}

/// What the test shows.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Name of the mapping.
    pub mapping: String,
    /// Direction of synchronization.
    pub direction: Direction,
    /// The variable set whose values the mapping has; `None` without one.
    pub variable_set: Option<String>,
    /// The central object, by display value and key.
    pub left: Option<ObjectName>,
    /// The target object.
    pub right: Option<ObjectName>,
    /// The matching rules in order.
    pub matching: Vec<MatchTest>,
    /// The property mapping rules in order, once per occasion on which they take part.
    pub rules: Vec<RuleResult>,
    /// What a run would do, as in its change list: the step's own changes, then corrections and forced rules.
    pub changes: Vec<Change>,
    /// What a run would say.
    pub messages: Vec<Message>,
    /// Why a run would do nothing with the objects; `None` if it would do something.
    pub why_nothing: Option<String>,
}

/// How an object is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// Display value.
    pub display: String,
    /// Key in its written form.
    pub key: String,
}

/// What a matching rule says of the two objects.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchTest {
    /// The rule.
    pub rule: String,
    /// Whether they match.
    pub outcome: MatchOutcome,
    /// Values of the central object, in the order of the pairs of the rule.
    pub left: Vec<Value>,
    /// Values of the target object.
    pub right: Vec<Value>,
}

/// Whether two objects match by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOutcome {
    /// They do.
    Match,
    /// They do not.
    NoMatch,
    /// A value is empty, so that the rule is skipped (M3), or there is only one object.
    Skipped,
}

/// What a property mapping rule does on one occasion.
#[derive(Debug, Clone)]
pub struct RuleResult {
    /// The rule.
    pub rule: String,
    /// What it ran for.
    pub occasion: Occasion,
    /// The side that it writes.
    pub side: Side,
    /// The property that it writes.
    pub property: String,
    /// Why it did not run; `None` if it ran.
    pub not_run: Option<String>,
    /// The value in the source.
    pub source: Value,
    /// What the property holds.
    pub old: Value,
    /// What the rule gives.
    pub new: Value,
    /// The rule gives something else than the property holds.
    pub differs: bool,
    /// Another rule for the same property wins (R23).
    pub overruled_by: Option<String>,
    /// Types of source and property, where they differ.
    pub conversion: Option<String>,
    /// What went wrong with the value: code and text.
    pub failure: Option<(String, String)>,
    /// Values are never shown.
    pub secret: bool,
}

/// Why a test is not possible.
#[derive(Debug, Error, Diagnostic)]
pub enum RuleTestError {
    /// The project has no such mapping.
    #[error("there is no mapping {name:?}")]
    #[diagnostic(code("SW-R201"), help("the mappings are: {}", known.join(", ")))]
    UnknownMapping {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The project has no such start up configuration.
    #[error("there is no start up configuration {name:?}")]
    #[diagnostic(code("SW-R207"), help("the start up configurations are: {}", known.join(", ")))]
    UnknownStartUp {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No object has the key.
    #[error("no object of {mapping} has the key or display value {key:?}")]
    #[diagnostic(
        code("SW-R202"),
        help("write the key of one of the two objects; parts of a key stand with “, ” between them")
    )]
    NotFound {
        /// The mapping.
        mapping: String,
        /// What was asked for.
        key: String,
    },
    /// Several objects have it, or they are candidates of one another.
    #[error("{key:?} is not one pair: {}", objects.join(" · "))]
    #[diagnostic(
        code("SW-R203"),
        help("write the key of one of them; ambiguous objects are not processed at all (M4)")
    )]
    Several {
        /// What was asked for.
        key: String,
        /// What there is.
        objects: Vec<String>,
    },
    /// A value for the test cannot be used.
    #[error("{property} cannot be set for the test: {why}")]
    #[diagnostic(
        code("SW-R204"),
        help("write left.Property=VALUE or right.Property=VALUE; nothing behind = is NULL")
    )]
    BadValue {
        /// The property.
        property: String,
        /// Why.
        why: String,
    },
    /// The object does not belong to the class.
    #[error("with these values the object does not belong to {class}: its filter or scope leaves it out")]
    #[diagnostic(code("SW-R205"), help("set the values that the filter asks for"))]
    NotInClass {
        /// The class.
        class: String,
    },
    /// The mapping cannot be compiled.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Mapping(#[from] MappingError),
    /// A variable cannot be replaced.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Variables(#[from] VariablesError),
    /// A system cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Connect(#[from] ConnectError),
    /// The journal cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Journal(#[from] JournalError),
    /// The query engine does not go on.
    #[error("the query engine does not go on: {text}")]
    #[diagnostic(code("SW-R206"), help("please report this together with the project"))]
    Engine {
        /// What it says.
        text: String,
    },
}

impl RuleTestError {
    /// Exit code of the command line.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Connect(_) | Self::Journal(_) | Self::Engine { .. } => 4,
            _ => 2,
        }
    }
}

impl From<datafusion::error::DataFusionError> for RuleTestError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        match connector_error(&error) {
            Some(error) => Self::Connect(error.clone()),
            None => Self::Engine { text: error.strip_backtrace() },
        }
    }
}

impl From<arrow::error::ArrowError> for RuleTestError {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Engine { text: error.to_string() }
    }
}

/// Tests the rules of a mapping on live data; writes nothing.
///
/// `folder` is the folder of the project file; relative paths in connections count from it.
///
/// # Errors
///
/// [`RuleTestError`]; what a rule cannot do with the objects is no error but part of the explanation.
pub fn test_rules(
    project: &Project,
    folder: &Path,
    test: &RuleTest,
    cancel: &CancelToken,
) -> Result<Explanation, RuleTestError> {
    let start_up = start_up_of(project, &test.variables)?;
    let variable_set = match &test.variables {
        TestVariables::Set(set) => Some(set.clone()),
        _ => start_up.and_then(|start_up| start_up.variable_set.clone()),
    };
    let project = &match &test.variables {
        TestVariables::Set(set) => effective_project_with_set(project, set)?,
        _ => effective_project(project, start_up)?,
    };
    let mapping = project.mapping(&test.mapping).ok_or_else(|| RuleTestError::UnknownMapping {
        name: test.mapping.clone(),
        known: project.mappings.iter().map(|mapping| mapping.name.clone()).collect(),
    })?;
    let asked = Asked { test, start_up: start_up.map(|start_up| start_up.name.as_str()), variable_set };
    let bench = Bench::new(project, folder, mapping, asked, cancel)?;
    let row = bench.row(test)?;
    bench.explain(&row)
}

/// The start up configuration that the test is to be like.
fn start_up_of<'a>(
    project: &'a Project,
    variables: &TestVariables,
) -> Result<Option<&'a StartUpConfiguration>, RuleTestError> {
    let TestVariables::StartUp(name) = variables else { return Ok(None) };
    let unknown = || RuleTestError::UnknownStartUp {
        name: name.clone(),
        known: project.start_ups.iter().map(|start_up| start_up.name.clone()).collect(),
    };
    project.start_up(name).map(Some).ok_or_else(unknown)
}

/// What a bench is made for.
struct Asked<'a> {
    test: &'a RuleTest,
    start_up: Option<&'a str>,
    variable_set: Option<String>,
}

/// What a test works with.
struct Bench<'a> {
    project: &'a Project,
    mapping: &'a Mapping,
    variable_set: Option<String>,
    /// Its methods and conditions are those of the test.
    step: Option<&'a Step>,
    compiled: CompiledMapping,
    tables: SystemTables<'a>,
    session: SessionContext,
    runtime: Runtime,
}

impl<'a> Bench<'a> {
    fn new(
        project: &'a Project,
        folder: &'a Path,
        mapping: &'a Mapping,
        Asked { test, start_up, variable_set }: Asked<'_>,
        cancel: &CancelToken,
    ) -> Result<Self, RuleTestError> {
        let session = session(1);
        let step = step_of(project, mapping, test.direction, start_up);
        let mut compiled =
            compile(&session, project, mapping, step.map(|(_, step)| step), test.direction, true)?;
        let mut journal = Journal::open_with(project, folder, OpenMode::Read, cancel)?;
        let mut tables = SystemTables::new(project, folder, cancel, &Arc::new(AtomicU64::new(0)));
        for side in [Side::Left, Side::Right] {
            tables.read_labels(&mut journal, side, &compiled.class(side).schema_type)?;
        }
        if step.is_some_and(|(workflow, _)| detects_collisions(project, workflow, start_up)) {
            tables.leave_busy_alone(&mut journal, &mut compiled, Some(mapping))?;
        }
        let pairs = StepPairs::read(&mut journal, &compiled)?;
        tables.take_pairs(pairs.as_ref().map(StepPairs::tables).unwrap_or_default());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| RuleTestError::Engine { text: error.to_string() })?;
        let step = step.map(|(_, step)| step);
        Ok(Self { project, mapping, variable_set, step, compiled, tables, session, runtime })
    }

    fn explain(&self, row: &TestRow) -> Result<Explanation, RuleTestError> {
        let passes = Passes {
            session: &self.session,
            mapping: &self.compiled,
            destination_identifier: &self
                .project
                .system(self.compiled.direction.destination())
                .connection
                .system_identifier,
            corrects: corrects(self.project, self.step, self.compiled.direction),
            previews_forced: true,
        };
        let mut found = row.reconciled();
        let planned = passes.plan(&mut found)?;
        let left = passes.as_left(&found)?.map(|rows| row.left_as(&rows));
        let situations = planned.first().map(|own| own.planned.situations).unwrap_or_default();
        let mut messages = Vec::new();
        let mut all = Vec::new();
        // What a run does not even look at, it does not write either.
        let runs = self.never().is_none();
        for PlannedPass { planned, .. } in planned {
            all.extend(planned.changes.iter().filter(|_| runs));
            messages.extend(planned.messages);
        }
        let why_nothing = if all.is_empty() { self.why_nothing(&situations) } else { None };
        Ok(Explanation {
            mapping: self.mapping.name.clone(),
            direction: self.compiled.direction,
            variable_set: self.variable_set.clone(),
            left: self.name(row, Side::Left)?,
            right: self.name(row, Side::Right)?,
            matching: self.matching(row)?,
            rules: self.rules(row, &left)?,
            changes: all,
            messages,
            why_nothing,
        })
    }
}

/// The first step that runs the mapping in this direction, in the workflow of the start up configuration if there is
/// one: its methods and conditions are those of the test.
fn step_of<'a>(
    project: &'a Project,
    mapping: &Mapping,
    direction: Direction,
    start_up: Option<&str>,
) -> Option<(&'a Workflow, &'a Step)> {
    let only = start_up.and_then(|name| project.start_up(name)).map(|start_up| &start_up.workflow);
    let workflows = project.workflows.iter().filter(|one| only.is_none_or(|only| one.name == *only));
    workflows.into_iter().find_map(|workflow| {
        workflow
            .steps
            .iter()
            .find(|step| {
                step.mapping == mapping.name && project.step_directions(workflow, step).contains(&direction)
            })
            .map(|step| (workflow, step))
    })
}

/// Whether the start up configuration, or without one any of the workflow, looks for busy objects before mapping (R5).
fn detects_collisions(project: &Project, workflow: &Workflow, start_up: Option<&str>) -> bool {
    let meant = project.start_ups.iter().filter(|one| start_up.is_none_or(|name| one.name == name));
    meant.into_iter().any(|start_up| {
        start_up.workflow == workflow.name
            && start_up.collision_detection == CollisionDetection::BeforeMapping
    })
}
