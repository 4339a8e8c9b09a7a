//! Concurrence behaviour (R5): which rules run for objects that are busy.
//!
//! Rules that do not apply to busy objects get one more condition. What they would have written is kept as an
//! expression, so that the log can tell whom it concerns.

use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};

use super::{CompiledMapping, Target, marks::BUSY_COLUMN};
use crate::{
    expr::property,
    project::{ConcurrenceBehaviour, Mapping, Side},
};

/// What is left alone of busy objects.
#[derive(Debug, Clone)]
pub struct BusyRules {
    /// True of pairs for which a rule was held back that would have written something; never NULL.
    pub held_back: Expr,
    /// No rule of the mapping applies to busy objects: they are left out as a whole.
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
}

impl CompiledMapping {
    /// Holds rules back from busy objects unless they apply to them (R5).
    ///
    /// Classes then have the column [`BUSY_COLUMN`]; objects that are not busy are processed as before.
    pub fn leave_busy_alone(&mut self, mapping: &Mapping) {
        let before = self.updates.clone();
        hold_back(&mut self.updates, mapping);
        hold_back(&mut self.inserts, mapping);
        let held_back = before.iter().zip(&self.updates).map(|(before, now)| {
            let other_rule = binary_expr(before.rule(), Operator::IsDistinctFrom, now.rule());
            before.needs_attention().and(other_rule)
        });
        let held_back = held_back.fold(lit(false), Expr::or).is_true();
        let arms = || self.updates.iter().chain(&self.inserts).flat_map(|target| &target.arms);
        let none_applies = !arms().any(|arm| applies(mapping, arm.rule));
        let all_apply = !none_applies && arms().all(|arm| applies(mapping, arm.rule));
        self.busy = Some(BusyRules { held_back, none_applies, all_apply });
        self.left.marks_busy = true;
        self.right.marks_busy = true;
    }
}

/// Gives the rules of `targets` that do not apply to busy objects the condition that none is.
fn hold_back(targets: &mut [Target], mapping: &Mapping) {
    let free = Expr::Not(Box::new(BusyRules::is_busy()));
    for arm in targets.iter_mut().flat_map(|target| &mut target.arms) {
        if !applies(mapping, arm.rule) {
            arm.applies =
                if arm.applies == lit(true) { free.clone() } else { arm.applies.clone().and(free.clone()) };
        }
    }
}

fn applies(mapping: &Mapping, rule: u16) -> bool {
    let rule = mapping.rules.get(usize::from(rule));
    rule.is_some_and(|rule| rule.concurrence == ConcurrenceBehaviour::Apply)
}
