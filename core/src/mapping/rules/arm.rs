//! One rule as an arm: its gates, its value, and what can go wrong with it (R7, R8, R13, R20).

use std::collections::BTreeSet;

use datafusion::{
    functions::expr_fn::lower,
    logical_expr::{Expr, Operator, binary_expr, lit},
};

use super::{
    Arm, FailureKind, Gate, GateKind, Occasion, ValueFailure,
    members::{MemberRule, members_differ, merged},
    null_of,
    scripted::is_read_and_written_by_script,
    value::{Made, is_empty, make},
};
use crate::{
    expr,
    mapping::{CompiledCondition, Context, MappingError, comparable, kept, write_as::as_read},
    project::{Direction, PropertyRef, PropertyRule, Side, SortOrder},
    value::list_type,
};

/// Everything that an arm is made from.
pub(super) struct Builder<'a> {
    pub context: &'a Context<'a>,
    pub rule: &'a PropertyRule,
    /// Direction in which the rule writes here.
    pub direction: Direction,
    pub occasion: Occasion,
    /// The property that is read.
    pub source: PropertyRef<'a>,
    /// The property that is written.
    pub property: PropertyRef<'a>,
}

impl Builder<'_> {
    pub fn place(&self) -> String {
        format!("rule {}", self.rule.name)
    }

    pub const fn written_side(&self) -> Side {
        self.direction.destination()
    }

    /// What the written property holds now; nothing in a new object.
    fn old(&self) -> Expr {
        match self.occasion {
            // What rules have written is seen where a script reads it.
            Occasion::Insert if !is_read_and_written_by_script(self.property) => self.nothing(),
            // Nobody keeps an option.
            Occasion::Option(_) => self.nothing(),
            _ => expr::property(self.written_side(), self.property.name()),
        }
    }

    fn nothing(&self) -> Expr {
        let value_type = self.property.value_type();
        null_of(&if self.property.is_multi_valued() { list_type(value_type) } else { value_type.arrow() })
    }

    /// The arm of rule number `position`.
    pub fn build(&self, position: usize, writes: bool) -> Result<Arm, MappingError> {
        let Made { source, value, mut failures, keep } = make(self)?;
        let value = self.as_read_back(value, &mut failures);
        let old = self.old();
        let mut gates = self.gates(&old, &mut failures)?;
        gates.extend(keep);
        let reads_back = self.reads_back(&value, &gates, &failures);
        let value = if self.property.is_multi_valued() { value } else { kept(value, self.property) };
        let (value, differs) = if self.property.is_multi_valued() {
            let rule = MemberRule::new(self.context, self.rule, self.property, &self.place())?;
            (merged(value.clone(), old.clone(), &rule), members_differ(value, old, &rule))
        } else if self.rule.ignore_case && self.property.value_type().is_text() {
            (value.clone(), distinct(lower(value), lower(old)))
        } else {
            let differs = distinct(comparable(value.clone(), self.property), comparable(old, self.property));
            (value, differs)
        };
        failures.extend(self.validation(&value)?);
        Ok(Arm {
            rule: u16::try_from(position).unwrap_or(u16::MAX),
            gates,
            source,
            value,
            differs,
            failures,
            writes,
            on_password_change: self.rule.flags.send_on_password_change,
            sends_whole: self.rule.no_merge_mode,
            reads_back,
        })
    }

    /// What the property itself holds decides nothing in “do not overwrite”: once written it is not empty.
    fn reads_back(&self, value: &Expr, gates: &[Gate], failures: &[ValueFailure]) -> BTreeSet<String> {
        let gates = gates.iter().filter(|gate| gate.kind != GateKind::DoNotOverwrite).map(|gate| &gate.holds);
        let failures = failures.iter().map(|failure| &failure.holds);
        gates
            .chain(failures)
            .chain([value])
            .flat_map(|expression| expr::properties_of(expression, self.written_side()))
            .collect()
    }

    /// Equal objects would differ in every run if a value were compared in another form than it is read in.
    fn as_read_back(&self, value: Expr, failures: &mut Vec<ValueFailure>) -> Expr {
        let class = self.context.class(self.written_side());
        let Some(read_back) = as_read(class, self.property, &value) else { return value };
        let holds = value.is_not_null().and(read_back.clone().is_null());
        failures.push(ValueFailure { kind: FailureKind::Conversion, holds });
        read_back
    }

    fn gates(&self, old: &Expr, failures: &mut Vec<ValueFailure>) -> Result<Vec<Gate>, MappingError> {
        let mut gates = Vec::new();
        if let Some(condition) = &self.rule.condition {
            let place = format!("{}, condition", self.place());
            let CompiledCondition { mut holds, error } = self.context.condition(condition, &place)?;
            if let Some(error) = error {
                // Nobody knows whether the rule is to run: that is an error on the object, not a no.
                holds = holds.or(error.clone().is_not_null());
                failures.insert(0, script_failure(error));
            }
            gates.push(Gate { kind: GateKind::Condition, holds });
        }
        // What is read back belongs over the value that it was made of.
        let is_there = !matches!(self.occasion, Occasion::Insert | Occasion::WriteBack | Occasion::Option(_));
        if self.rule.do_not_overwrite && is_there {
            let holds = is_empty(old.clone(), self.property.value_type(), self.property.is_multi_valued());
            gates.push(Gate { kind: GateKind::DoNotOverwrite, holds });
        }
        Ok(gates)
    }

    /// R20. NULL passes, as in a check constraint.
    fn validation(&self, value: &Expr) -> Result<Vec<ValueFailure>, MappingError> {
        let Some(validation) = &self.rule.validation else { return Ok(Vec::new()) };
        let place = format!("{}, validation", self.place());
        let data_type = if self.property.is_multi_valued() {
            list_type(self.property.value_type())
        } else {
            self.property.value_type().arrow()
        };
        let CompiledCondition { holds, error } =
            self.context.condition_on_value(&validation.accept, value, &data_type, &place)?;
        let kind = FailureKind::Validation(validation.message.clone());
        let refused = ValueFailure { kind, holds: holds.is_false() };
        Ok(error.map(script_failure).into_iter().chain([refused]).collect())
    }
}

/// A script that failed on the object.
pub(super) fn script_failure(error: Expr) -> ValueFailure {
    ValueFailure { holds: error.clone().is_not_null(), kind: FailureKind::Script(Box::new(error)) }
}

pub(super) fn distinct(left: Expr, right: Expr) -> Expr {
    if left == right {
        return lit(false);
    }
    binary_expr(left, Operator::IsDistinctFrom, right)
}

/// R12: whether the order of the values of a list counts.
pub(super) const fn order_counts(rule: &PropertyRule, property: PropertyRef<'_>) -> bool {
    match rule.sort_order {
        // Rows of a table have no order that could be respected.
        SortOrder::Respect | SortOrder::Automatic => property.is_ordered(),
        SortOrder::Ignore => false,
    }
}
