//! Objects that the next run would not find again, because what this one writes keeps them from being matched, or puts
//! them outside of their class: every run would insert them once more (DESIGN, engine semantics 1).

use arrow::{
    array::{Array as _, BooleanArray},
    compute::{filter_record_batch, not, or},
};
use datafusion::error::Result as DataFusionResult;

use super::{changes::Planner, settle::Settled};
use crate::{
    expr::properties_of,
    journal::{Message, MessageLevel},
    mapping::{CompiledClass, CompiledMapping, CompiledMatch, Occasion, Target, UNMATCHABLE_COLUMN},
    project::{Method, SchemaProperty},
    value::value_at,
};

/// Code of what is told of objects that would not be found again.
const LOST: &str = "SW-R120";

impl Planner<'_> {
    /// Leaves out objects that no matching rule would pair again: the next run would take them for lone ones, insert
    /// them once more and delete what this run has written.
    pub(super) fn without_lost(
        &mut self,
        settled: Settled,
        targets: &[Target],
        occasion: Occasion,
    ) -> DataFusionResult<Settled> {
        let mapping = self.mapping;
        if mapping.remember_pairs || settled.after.num_rows() == 0 {
            return Ok(settled);
        }
        if !can_lose(mapping, targets, occasion) {
            return Ok(settled);
        }
        let mut found = BooleanArray::from(vec![false; settled.after.num_rows()]);
        for rule in &mapping.matching {
            found = or(&found, &self.evaluator.holds(&rule.holds(), &settled.after)?)?;
        }
        let lost = not(&found)?;
        self.tell_lost(
            &settled,
            &lost,
            "no matching rule would pair the two objects again once this is written, so every run would write another \
             one; the object is left out. Its matching properties are empty, or rules write other values into them: \
             map them as they are, or remember pairs; if the database fills them in, say so in the schema",
        )?;
        settled.filtered(&found)
    }

    /// Leaves out objects that would be outside of their class, by its filter or by the scope: the next run would not
    /// read them, and insert them once more.
    pub(super) fn without_outsiders(
        &mut self,
        settled: Settled,
        targets: &[Target],
        occasion: Occasion,
    ) -> DataFusionResult<Settled> {
        let class = self.mapping.destination();
        let Some(belongs) = &class.belongs else { return Ok(settled) };
        let columns = properties_of(belongs, class.side);
        let columns = || columns.iter();
        let decides = match occasion {
            Occasion::Insert => columns().all(|name| is_known(class, name, targets)),
            // An object that leaves its class is in nobody's way if nothing is inserted in its place; one that leaves
            // the class of the system that is read would be missing there.
            _ => {
                (self.mapping.is_reversed || inserts(self.mapping))
                    && columns().any(|name| is_written(name, targets))
                    && columns().all(|name| is_written(name, targets) || !is_written_through(name, targets))
            }
        };
        if !decides || settled.after.num_rows() == 0 {
            return Ok(settled);
        }
        let inside = self.evaluator.holds(belongs, &settled.after)?;
        let consequence = if self.mapping.is_reversed {
            "take its counterpart for superfluous"
        } else {
            "insert another one"
        };
        let text = format!(
            "the filter of the class {} and the scope of its system do not hold for the object as it would be, so the \
             next run would not find it and would {consequence}; the object is left out. Map what the filter asks for, \
             or write it as a fixed value; if the database fills it in, say so in the schema",
            class.name
        );
        self.tell_lost(&settled, &not(&inside)?, &text)?;
        settled.filtered(&inside)
    }

    fn tell_lost(&mut self, settled: &Settled, lost: &BooleanArray, text: &str) -> DataFusionResult<()> {
        if lost.true_count() == 0 {
            return Ok(());
        }
        let names = self.display(&filter_record_batch(&settled.before, lost)?)?;
        self.messages.extend((0..names.len()).map(|row| Message {
            level: MessageLevel::Error,
            code: LOST.to_owned(),
            text: text.to_owned(),
            object: Some(value_at(&names, row).to_string()),
            property: None,
            rule: None,
        }));
        self.situations.skipped += lost.true_count() as u64;
        Ok(())
    }
}

/// Whether what is written can keep objects from being matched again, and everything that decides it is known.
fn can_lose(mapping: &CompiledMapping, targets: &[Target], occasion: Occasion) -> bool {
    let class = mapping.destination();
    let expressions = mapping.matching.iter().flat_map(CompiledMatch::expressions);
    let keys = expressions.flat_map(|expression| properties_of(expression, class.side));
    // A script that fails gives no value.
    let mut columns = keys
        .filter(|name| name != UNMATCHABLE_COLUMN)
        .flat_map(|name| class.made_from(&name, targets, occasion));
    match occasion {
        // What the database fills in, and what virtual properties make of other objects, is seen in the next run only.
        Occasion::Insert => columns.all(|name| is_known(class, &name, targets)),
        _ => columns.any(|name| is_written(&name, targets)),
    }
}

fn is_written(name: &str, targets: &[Target]) -> bool {
    targets.iter().any(|target| target.property == name)
}

/// Whether what a new object has in a column is known before it is written.
fn is_known(class: &CompiledClass, name: &str, targets: &[Target]) -> bool {
    let is_filled = || class.schema_type.property(name).is_none_or(SchemaProperty::is_filled);
    is_written(name, targets) || !is_written_through(name, targets) && !is_filled()
}

/// Whether a column is written through another property, as a part of a composite key or as a reference.
fn is_written_through(name: &str, targets: &[Target]) -> bool {
    let through = |target: &Target| target.write_as.columns(&target.property).contains(&name);
    targets.iter().any(|target| target.property != name && through(target))
}

/// Whether the step inserts objects that are only in the source.
fn inserts(mapping: &CompiledMapping) -> bool {
    !mapping.only_for_updates
        && mapping.methods.only_in_source.iter().any(|(method, _)| *method == Method::Insert)
}
