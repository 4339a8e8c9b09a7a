//! Concurrence behaviour (R5): which rules run for objects that are busy.
//!
//! Rules that do not apply to busy objects get one more gate. What they would have written is kept as an
//! expression, so that the log can tell whom it concerns. Where nobody is busy there is nothing of this.

use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};

use super::{
    Arm, CompiledMapping, Gate, GateKind, OperationOptions, Opposite, Target, marks::BUSY_COLUMN,
    rules::scripted::with_busy,
};
use crate::{
    expr::property,
    project::{ConcurrenceBehaviour, Mapping, Side},
};

/// What is left alone of busy objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusyRules {
    /// No rule of the pass applies to busy objects: they are left out as a whole.
    pub none_applies: bool,
    /// Every rule does: also what concerns an object as a whole is done, such as inserting and deleting it.
    pub all_apply: bool,
}

impl BusyRules {
    /// True of pairs of which one object is busy, and of lone objects that are; never NULL.
    #[must_use]
    pub fn is_busy() -> Expr {
        let busy = |side| property(side, BUSY_COLUMN).is_not_null();
        busy(Side::Left).or(busy(Side::Right))
    }

    /// Why it is busy, the central object first.
    #[must_use]
    pub fn reason() -> Expr {
        let reason = |side| property(side, BUSY_COLUMN);
        datafusion::functions::expr_fn::coalesce(vec![reason(Side::Left), reason(Side::Right)])
    }

    /// True of pairs for which a rule was held back that would have written or told something; never NULL.
    #[must_use]
    pub fn held_back(targets: &[Target]) -> Expr {
        let held_back = targets.iter().map(|now| {
            let free = without_gates(now);
            // A script that reads what a rule would have written may give something else without it.
            let differently = binary_expr(free.value(), Operator::IsDistinctFrom, now.value());
            let other_rule = binary_expr(free.rule(), Operator::IsDistinctFrom, now.rule());
            free.needs_attention().and(other_rule.or(differently))
        });
        held_back.fold(lit(false), Expr::or).is_true()
    }

    /// What the rules of these targets leave alone.
    fn of<'a>(targets: impl Iterator<Item = &'a Target> + Clone) -> Self {
        let applies =
            || targets.clone().flat_map(|target| &target.arms).map(|arm| !arm.gates.iter().any(is_busy));
        let none_applies = !applies().any(|applies| applies);
        Self { none_applies, all_apply: !none_applies && applies().all(|applies| applies) }
    }
}

impl CompiledMapping {
    /// Holds rules back from busy objects unless they apply to them (R5), against the direction, too.
    ///
    /// Classes then have the column [`BUSY_COLUMN`]; objects that are not busy are processed as before. Doing it
    /// twice is doing it once. `mapping` is what this one was compiled from.
    pub fn leave_busy_alone(&mut self, mapping: &Mapping) {
        let Opposite { rogue, forced, write_back } = &mut self.opposite;
        let OperationOptions { inserts, updates, deletes } = &mut self.options;
        let options = [inserts, updates, deletes];
        for targets in
            [&mut self.updates, &mut self.inserts, rogue, forced, write_back].into_iter().chain(options)
        {
            hold_back(targets, mapping);
        }
        self.note_busy_rules();
        self.left.marks_busy = true;
        self.right.marks_busy = true;
    }

    /// Sums up what the rules of the mapping, as they are now, leave alone of busy objects.
    pub(super) fn note_busy_rules(&mut self) {
        self.busy = Some(BusyRules::of(self.updates.iter().chain(&self.inserts)));
    }
}

/// Gives the rules of `targets` that do not apply to busy objects the gate that none is.
fn hold_back(targets: &mut [Target], mapping: &Mapping) {
    let holds = Expr::Not(Box::new(BusyRules::is_busy()));
    for arm in targets.iter_mut().flat_map(|target| &mut target.arms) {
        if !applies(mapping, arm.rule) && !arm.gates.iter().any(is_busy) {
            arm.gates.insert(0, Gate { kind: GateKind::Busy, holds: holds.clone() });
        }
        tell_scripts(arm, &BusyRules::is_busy());
    }
}

/// The target as if nobody were busy.
fn without_gates(target: &Target) -> Target {
    let mut free = target.clone();
    for arm in &mut free.arms {
        arm.gates.retain(|gate| !is_busy(gate));
        tell_scripts(arm, &lit(false));
    }
    free
}

/// Tells scripts, which see what the rules further up write, whether these are held back.
fn tell_scripts(arm: &mut Arm, busy: &Expr) {
    let told = arm.try_map(|expression| with_busy(expression, busy));
    debug_assert!(told.is_ok(), "an argument takes the place of another one: {told:?}");
}

fn is_busy(gate: &Gate) -> bool {
    gate.kind == GateKind::Busy
}

fn applies(mapping: &Mapping, rule: u16) -> bool {
    let rule = mapping.rules.get(usize::from(rule));
    rule.is_some_and(|rule| rule.concurrence == ConcurrenceBehaviour::Apply)
}
