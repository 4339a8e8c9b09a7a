//! What the rules of an occasion make of the written columns, step by step, for scripts that read them.
//!
//! A script sees the object as the rules further up make it, and these may run scripts, too. Were every expression put
//! into the ones that read it, they would grow exponentially. So each step has a name by which later ones know it, and
//! one function of the query engine ([`super::function`]) works all of them out, each once.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use datafusion::{
    common::{
        Column, TableReference,
        tree_node::{Transformed, TreeNode as _},
    },
    error::Result as DataFusionResult,
    functions::core::expr_fn::get_field,
    logical_expr::{Expr, ScalarUDF, lit},
};

use super::{
    super::{Arm, FailureKind, Target, ValueFailure, choose, choose_boolean},
    Named,
    function::ChainFunction,
};
use crate::{
    expr::{property, qualifier},
    mapping::{Context, MappingError, WriteAs},
    project::{ConcurrenceBehaviour, Side},
};

/// Relation of the columns that stand for steps until [`Chain::finish`].
const STEPS: &str = "__steps";
/// Name of the column among them that is true where an object is busy.
const BUSY: &str = "busy";

pub(super) fn step_column(name: &str) -> Column {
    Column::new(Some(TableReference::bare(STEPS)), name)
}

/// Whether a column stands for a step.
pub(super) fn is_step(column: &Column) -> bool {
    column.relation.as_ref().is_some_and(|relation| relation.table() == STEPS)
}

/// True where an object is busy (R5), as [`super::with_busy`] says later.
pub(super) fn busy() -> Column {
    step_column(BUSY)
}

/// Steps in the order in which they are worked out.
pub(in crate::mapping::rules) struct Chain<'a> {
    pub(super) context: &'a Context<'a>,
    side: Side,
    steps: Vec<Step>,
    made: BTreeMap<String, Made>,
    /// What those say that read a value, by the number of what failed.
    failures: Vec<FailureKind>,
    pub(super) named: Vec<Named>,
}

pub(super) struct Step {
    pub name: String,
    pub expression: Expr,
    /// Properties of the objects that it depends on.
    reads: BTreeSet<(Side, String)>,
}

/// A column as the rules so far make it.
#[derive(Default)]
struct Made {
    value: Option<Expr>,
    /// Where it cannot be told, by the number of what failed.
    failed: BTreeMap<usize, Expr>,
}

/// Something that can fail, with its number.
pub(super) struct Failing {
    number: usize,
    pub failure: ValueFailure,
}

impl<'a> Chain<'a> {
    pub(in crate::mapping::rules) const fn new(context: &'a Context<'a>, side: Side) -> Self {
        Self {
            context,
            side,
            steps: Vec::new(),
            made: BTreeMap::new(),
            failures: Vec::new(),
            named: Vec::new(),
        }
    }

    /// Adds a step, and gives the expression by which later ones and arms know its value.
    pub(super) fn step(&mut self, expression: Expr) -> Expr {
        let name = format!("s{}", self.steps.len());
        let column = step_column(&name);
        let reads = self.reads_of(&expression);
        self.steps.push(Step { name, expression, reads });
        Expr::Column(column)
    }

    /// The column as the rules so far make it.
    pub(super) fn value(&self, name: &str) -> Expr {
        let made = self.made.get(name).and_then(|made| made.value.clone());
        made.unwrap_or_else(|| property(self.side, name))
    }

    /// What can go wrong with the values that rules so far give to these columns: who reads them fails as well.
    pub(super) fn inherited<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) -> Vec<Failing> {
        let mut all: BTreeMap<usize, Vec<Expr>> = BTreeMap::new();
        let made: BTreeSet<&str> = names.into_iter().collect();
        for (number, holds) in
            made.into_iter().filter_map(|name| self.made.get(name)).flat_map(|made| &made.failed)
        {
            all.entry(*number).or_default().push(holds.clone());
        }
        let mut failing = Vec::with_capacity(all.len());
        for (number, mut holds) in all {
            let Some(kind) = self.failures.get(number).cloned() else { continue };
            let holds = match holds.len() {
                1 => holds.remove(0),
                _ => self.step(holds.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false))),
            };
            failing.push(Failing { number, failure: ValueFailure { kind, holds } });
        }
        failing
    }

    /// Notes what can go wrong with a value of a rule, and how others tell of it that read the value.
    pub(super) fn failing(&mut self, rule: u16, failure: ValueFailure) -> Failing {
        let holds = self.step(failure.holds);
        let number = self.failures.len();
        let (kind, told) = match failure.kind {
            FailureKind::Script(error) => {
                let kind = FailureKind::Script(Box::new(self.step(*error)));
                (kind.clone(), kind)
            }
            kind => {
                let name = self.context.mapping.rules.get(usize::from(rule)).map(|rule| rule.name.clone());
                (kind, FailureKind::RuleAbove(name.unwrap_or_default()))
            }
        };
        self.failures.push(told);
        Failing { number, failure: ValueFailure { kind, holds } }
    }

    /// Notes what a rule makes of a column.
    pub(super) fn make(&mut self, column: &str, arm: &Arm, failing: &[Failing]) {
        let applies = self.step(arm.applies().and(self.is_free(arm.rule)));
        let now = property(self.side, column);
        let given = if arm.writes { choose(arm.differs.clone(), arm.value.clone(), now) } else { now };
        let value = choose(applies.clone(), given, self.value(column));
        let value = self.step(value);
        let before = self.made.remove(column).unwrap_or_default().failed;
        let other = Expr::Not(Box::new(applies.clone()));
        let mut failed: BTreeMap<usize, Expr> =
            before.into_iter().map(|(number, holds)| (number, holds.and(other.clone()))).collect();
        for Failing { number, failure } in failing {
            let own = applies.clone().and(failure.holds.clone());
            let both = failed.remove(number).map_or_else(|| own.clone(), |before| before.or(own.clone()));
            failed.insert(*number, both);
        }
        let failed = failed.into_iter().map(|(number, holds)| (number, self.step(holds))).collect();
        self.made.insert(column.to_owned(), Made { value: Some(value), failed });
    }

    /// The same for a rule that runs no script.
    pub(in crate::mapping::rules) fn make_plainly(&mut self, column: &str, arm: &Arm) {
        let mut failing = Vec::with_capacity(arm.failures.len());
        for ValueFailure { kind, holds } in &arm.failures {
            // Where the rule does not run, nothing of it is worked out: it may not be possible there.
            let holds = choose_boolean(arm.applies(), holds.clone(), lit(false));
            failing.push(self.failing(arm.rule, ValueFailure { kind: kind.clone(), holds }));
        }
        self.make(column, arm, &failing);
    }

    /// True where a rule is not held back because of busy objects (R5).
    pub(super) fn is_free(&self, rule: u16) -> Expr {
        let rule = self.context.mapping.rules.get(usize::from(rule));
        if rule.is_some_and(|rule| rule.concurrence == ConcurrenceBehaviour::Apply) {
            return lit(true);
        }
        Expr::Not(Box::new(Expr::Column(busy())))
    }

    /// Properties of the objects that an expression over properties and steps depends on.
    pub(in crate::mapping::rules) fn reads_of(&self, expression: &Expr) -> BTreeSet<(Side, String)> {
        let mut reads = BTreeSet::new();
        for column in expression.column_refs() {
            match self.step_of(column) {
                Some(step) => reads.extend(step.reads.iter().cloned()),
                None => reads.extend(side_of(column).map(|side| (side, column.name.clone()))),
            }
        }
        reads
    }

    fn step_of(&self, column: &Column) -> Option<&Step> {
        if column.relation.as_ref()?.table() != STEPS {
            return None;
        }
        self.steps.iter().find(|step| step.name == column.name)
    }

    /// Scripts know columns, and what rules write into columns through other properties is known only when it is
    /// written: refuses scripts that name such columns.
    pub(in crate::mapping::rules) fn refuse_columns_of_others(
        &self,
        targets: &[Target],
    ) -> Result<(), MappingError> {
        let through = |name: &str| {
            let mut others = targets.iter().filter(|target| !matches!(target.write_as, WriteAs::Column));
            others.find(|target| target.write_as.columns(&target.property).contains(&name))
        };
        for Named { place, names } in &self.named {
            if let Some((name, other)) = names.iter().find_map(|name| Some((name, through(name)?))) {
                return Err(MappingError::NameInScript {
                    mapping: self.context.mapping.name.clone(),
                    place: place.clone(),
                    name: format!("${name}$"),
                    why: format!(
                        "rules write that column through {}, and what they write is known only when it is written",
                        other.property
                    ),
                });
            }
        }
        Ok(())
    }

    /// Puts what the steps give in place of them.
    pub(in crate::mapping::rules) fn finish(self, targets: &mut [Target]) -> DataFusionResult<()> {
        let mut outputs = BTreeSet::new();
        let arms = || targets.iter().flat_map(|target| &target.arms);
        for expression in arms().flat_map(Arm::all_expressions) {
            outputs.extend(
                expression
                    .column_refs()
                    .into_iter()
                    .filter_map(|column| self.step_of(column))
                    .map(|step| step.name.clone()),
            );
        }
        let needed = self.needed(&outputs);
        let steps: Vec<Step> = self.steps.into_iter().filter(|step| needed.contains(&step.name)).collect();
        let function = ChainFunction::new(self.context, &steps, &outputs)?;
        let arguments =
            [lit(false)].into_iter().chain(function.inputs().iter().cloned().map(Expr::Column)).collect();
        let call = ScalarUDF::from(function).call(arguments);
        let worked_out = |part: Expr| match part {
            Expr::Column(column) if is_step(&column) => {
                Ok(Transformed::yes(get_field(call.clone(), column.name)))
            }
            other => Ok(Transformed::no(other)),
        };
        targets.iter_mut().flat_map(|target| &mut target.arms).try_for_each(|arm| {
            arm.try_map(|expression| expression.transform(worked_out).map(|transformed| transformed.data))
        })
    }

    /// The steps that these need, with them.
    fn needed(&self, outputs: &BTreeSet<String>) -> HashSet<String> {
        let mut needed: HashSet<String> = outputs.iter().cloned().collect();
        for step in self.steps.iter().rev() {
            if needed.contains(&step.name) {
                let columns = step.expression.column_refs();
                needed.extend(
                    columns
                        .into_iter()
                        .filter_map(|column| self.step_of(column))
                        .map(|step| step.name.clone()),
                );
            }
        }
        needed
    }
}

fn side_of(column: &Column) -> Option<Side> {
    let relation = column.relation.as_ref()?.table();
    [Side::Left, Side::Right].into_iter().find(|side| qualifier(*side) == relation)
}
