//! Why rules run or not, and what they give (T, R): read off the compiled mapping, one row at a time.

use arrow::{
    array::{Array as _, AsArray as _, RecordBatch},
    datatypes::UInt16Type,
};
use datafusion::logical_expr::Expr;

use super::{
    super::{
        evaluate::Evaluator,
        failed_values::{MASK, describe},
        raising::RAISING,
    },
    Bench, MatchOutcome, MatchTest, RuleResult, RuleTestError,
    objects::TestRow,
};
use crate::{
    expr::{OperationKind, property},
    mapping::{Arm, FailureKind, GateKind, Occasion, Target},
    project::{PropertyRef, PropertyRule, Side},
    value::{Value, value_at},
};

/// Why a rule that runs once a new object is saved shows no values.
const AFTER_SAVING: &str = "runs once the new object is saved, with what the database then holds";

/// Expressions on one row.
struct OneRow<'a> {
    evaluator: Evaluator<'a>,
    row: &'a RecordBatch,
}

impl OneRow<'_> {
    fn value(&self, expression: &Expr) -> Result<Value, RuleTestError> {
        Ok(value_at(&self.evaluator.values(expression, self.row)?, 0))
    }

    /// Position of the rule that `expression` names.
    fn rule(&self, expression: &Expr) -> Result<Option<u16>, RuleTestError> {
        let rules = self.evaluator.values(expression, self.row)?;
        let rules = rules.as_primitive::<UInt16Type>();
        Ok((!rules.is_empty() && rules.is_valid(0)).then(|| rules.value(0)))
    }

    fn holds(&self, expression: &Expr) -> Result<bool, RuleTestError> {
        Ok(self.evaluator.holds(expression, self.row)?.true_count() > 0)
    }
}

impl Bench<'_> {
    fn one_row<'b>(&'b self, row: &'b TestRow) -> OneRow<'b> {
        OneRow { evaluator: Evaluator::new(&self.session, &row.schema), row: &row.row }
    }

    /// What every matching rule says.
    pub(super) fn matching(&self, row: &TestRow) -> Result<Vec<MatchTest>, RuleTestError> {
        let one = self.one_row(row);
        let rules = self.mapping.matching.iter().zip(&self.compiled.matching);
        rules
            .map(|(rule, compiled)| {
                let pairs = rule.on.pairs();
                let values = |side: Side, name: &str| {
                    let value = one.value(&property(side, name))?;
                    let shown = value.is_null() || !self.is_secret(side, name);
                    Ok::<_, RuleTestError>(if shown { value } else { Value::String(MASK.to_owned()) })
                };
                let left =
                    pairs.iter().map(|pair| values(Side::Left, pair.left)).collect::<Result<Vec<_>, _>>()?;
                let right = pairs
                    .iter()
                    .map(|pair| values(Side::Right, pair.right))
                    .collect::<Result<Vec<_>, _>>()?;
                let both = row.has(Side::Left) && row.has(Side::Right);
                let outcome = if !both || one.value(&compiled.holds())?.is_null() {
                    MatchOutcome::Skipped
                } else if one.holds(&compiled.holds())? {
                    MatchOutcome::Match
                } else {
                    MatchOutcome::NoMatch
                };
                Ok(MatchTest { rule: rule.name.clone(), outcome, left, right })
            })
            .collect()
    }

    /// What every rule does: for the pair or the new object, then against the direction; those rules see the pair as the
    /// rules of the direction leave it, and forced ones as corrections then leave it.
    pub(super) fn rules(
        &self,
        row: &TestRow,
        [left, corrected]: &[TestRow; 2],
    ) -> Result<Vec<RuleResult>, RuleTestError> {
        let source = self.compiled.direction.source();
        let both = row.has(Side::Left) && row.has(Side::Right);
        let occasions: &[Occasion] = match (both, row.has(source)) {
            (true, _) => &[
                Occasion::Update,
                Occasion::Option(OperationKind::Update),
                Occasion::Rogue,
                Occasion::Forced,
                Occasion::WriteBack,
            ],
            (false, true) => &[
                Occasion::Insert,
                Occasion::Option(OperationKind::Insert),
                Occasion::Forced,
                Occasion::WriteBack,
            ],
            // An object that is only in the written system is deleted, marked or left alone: no rule runs.
            (false, false) => &[],
        };
        let mut results = Vec::new();
        for (position, rule) in self.mapping.rules.iter().enumerate() {
            for occasion in occasions {
                let (row, why_not) = match (occasion, self.compiled.why_not(rule, *occasion)) {
                    // What the database makes of a new object is known once it is there.
                    (Occasion::Forced | Occasion::WriteBack, None) if !both => (row, Some(AFTER_SAVING)),
                    (Occasion::Forced | Occasion::WriteBack, why_not) => (corrected, why_not),
                    (Occasion::Rogue, why_not) => (left, why_not),
                    (_, why_not) => (row, why_not),
                };
                let own_occasion = match occasion {
                    Occasion::Update | Occasion::Insert => !rule.flags.operation_option,
                    Occasion::Option(_) => rule.flags.operation_option,
                    Occasion::Rogue | Occasion::Forced | Occasion::WriteBack => false,
                };
                if why_not.is_some_and(|why| why != AFTER_SAVING) && !own_occasion {
                    continue;
                }
                results.extend(self.rule(&self.one_row(row), rule, position, *occasion, why_not)?);
            }
        }
        Ok(results)
    }

    /// What a rule does on an occasion; several results if the script of its property writes several columns.
    fn rule(
        &self,
        one: &OneRow<'_>,
        rule: &PropertyRule,
        position: usize,
        occasion: Occasion,
        why_not: Option<&'static str>,
    ) -> Result<Vec<RuleResult>, RuleTestError> {
        let side = occasion.direction(self.compiled.direction).destination();
        let (read, written) = match side {
            Side::Left => (&rule.right, &rule.left),
            Side::Right => (&rule.left, &rule.right),
        };
        let result = RuleResult {
            rule: rule.name.clone(),
            occasion,
            side,
            property: written.clone(),
            not_run: why_not.map(str::to_owned),
            source: Value::Null,
            old: Value::Null,
            new: Value::Null,
            differs: false,
            overruled_by: None,
            conversion: self.conversion(side, read, written),
            failure: None,
            secret: false,
        };
        let arms = self.compiled.targets_on(occasion).iter().filter_map(|target| {
            target.arms.iter().find(|arm| usize::from(arm.rule) == position).map(|arm| (target, arm))
        });
        let mut results = Vec::new();
        for (target, arm) in arms.filter(|_| why_not.is_none()) {
            let mut own = RuleResult { property: target.property.clone(), ..result.clone() };
            if let Err(error) = self.arm(one, target, arm, &mut own) {
                own.failure = Some(raised(target, error)?);
            }
            results.push(own);
        }
        if results.is_empty() {
            results.push(result);
        }
        Ok(results)
    }

    fn arm(
        &self,
        one: &OneRow<'_>,
        target: &Target,
        arm: &Arm,
        result: &mut RuleResult,
    ) -> Result<(), RuleTestError> {
        result.secret = target.secret;
        result.source = one.value(&arm.source)?;
        result.old = one.value(&target.old)?;
        for gate in &arm.gates {
            if !one.holds(&gate.holds)? {
                result.not_run = Some(closed(gate.kind).to_owned());
                return Ok(());
            }
        }
        let winner = one.rule(&target.rule())?;
        if let Some(winner) = winner.filter(|winner| *winner != arm.rule) {
            result.overruled_by = self.compiled.rule_names.get(usize::from(winner)).cloned();
        }
        let is_overruled = result.overruled_by.is_some();
        match one.value(&arm.value) {
            Ok(new) => result.new = new,
            // Nobody needs what it would give.
            Err(RuleTestError::Engine { .. }) if is_overruled => return Ok(()),
            Err(error) => return Err(error),
        }
        result.differs = one.holds(&arm.differs)?;
        if is_overruled {
            return Ok(());
        }
        for failure in &arm.failures {
            if one.holds(&failure.holds)? {
                let about = match &failure.kind {
                    FailureKind::Validation(_) => &arm.value,
                    FailureKind::Script(error) => error.as_ref(),
                    _ => &arm.source,
                };
                let (code, text) = describe(&failure.kind, target, &one.value(about)?);
                result.failure = Some((code.to_owned(), text));
                break;
            }
        }
        Ok(())
    }

    fn is_secret(&self, side: Side, name: &str) -> bool {
        let class = self.project.system(side).schema.class(&self.compiled.class(side).name);
        class.and_then(|class| class.property(name)).is_some_and(PropertyRef::is_secret)
    }

    fn conversion(&self, side: Side, read: &str, written: &str) -> Option<String> {
        let of = |side: Side, name: &str| {
            let class = self.project.system(side).schema.class(&self.compiled.class(side).name)?;
            class.property(name).map(|property| (property.value_type(), property.is_multi_valued()))
        };
        let (from, to) = (of(side.other(), read)?, of(side, written)?);
        let label = |(value_type, list): (crate::value::ValueType, bool)| {
            let label = value_type.label();
            if list { format!("list of {label}") } else { label }
        };
        (from != to).then(|| format!("{} → {}", label(from), label(to)))
    }
}

/// An expression that fails on the object is no error of the test.
fn raised(target: &Target, error: RuleTestError) -> Result<(String, String), RuleTestError> {
    match error {
        RuleTestError::Engine { .. } if target.secret => {
            Ok((RAISING.to_owned(), "the expression fails on the object".to_owned()))
        }
        RuleTestError::Engine { text } => Ok((RAISING.to_owned(), text)),
        other => Err(other),
    }
}

const fn closed(kind: GateKind) -> &'static str {
    match kind {
        GateKind::Busy => "the object is busy, and the rule does not apply to busy objects",
        GateKind::Condition => "its condition does not hold",
        GateKind::DoNotOverwrite => "the property is not empty, and the rule does not overwrite",
        GateKind::Script => "the script that writes the property does not change this column",
        GateKind::KeepWhenEmpty => "the source is empty, and the property keeps what it holds",
    }
}
