//! What virtual properties are once the columns are written that they are made of.
//!
//! They are computed when a system is read. Whoever wants to know before that what the next run will find needs them
//! as expressions over columns.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::{
    common::tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    error::Result as DataFusionResult,
    logical_expr::Expr,
    prelude::SessionContext,
};

use super::{
    super::{Occasion, Target, path::Way},
    CompiledClass,
    virtual_value::Values,
};
use crate::{expr, project::SchemaProperty};

impl CompiledClass {
    /// Those of the virtual properties that are made of columns of the object alone, as expressions over them; each name
    /// comes behind those of the properties that it reads.
    pub(super) fn made_of_columns(
        &self,
        session: &SessionContext,
        names: &[String],
    ) -> DataFusionResult<BTreeMap<String, Expr>> {
        let mut values = Values::default();
        let mut made = BTreeMap::new();
        for name in names {
            let known = self.virtual_properties.iter().find(|one| one.property.name == *name);
            let Some((computed, Ok(Way::Own(columns)))) = known.map(|one| (one, &one.way)) else { continue };
            let value = self.own_value(session, computed, columns, &values)?;
            // It may read one that is looked up in other tables.
            let is_column = |name: &str| self.schema_type.property(name).is_some();
            if value.column_refs().iter().all(|column| is_column(&column.name)) {
                values.add(name, value.clone());
                made.insert(name.clone(), self.of_the_side(value)?);
            }
        }
        Ok(made)
    }

    pub(super) fn of_the_side(&self, value: Expr) -> DataFusionResult<Expr> {
        let named = |part| match part {
            Expr::Column(column) => Ok(Transformed::yes(expr::property(self.side, &column.name))),
            other => Ok(Transformed::no(other)),
        };
        value.transform(named).data()
    }

    /// What virtual properties are made of that follow from what `targets` write, as expressions over columns.
    ///
    /// What is written into columns through other properties is known only when it is written, and so is, of new
    /// objects, what the database fills in.
    pub fn follows<'c>(
        &'c self,
        targets: &'c [Target],
        occasion: Occasion,
    ) -> impl Iterator<Item = (&'c String, &'c Expr)> {
        let own = move || targets.iter().filter(|target| target.side == self.side);
        // What is only told is not written; what actions assign has no arms.
        let writes = |target: &&Target| target.arms.is_empty() || target.arms.iter().any(|arm| arm.writes);
        let is_written = move |name: &str| own().filter(writes).any(|target| target.property == name);
        let is_unknown = move |name: &str| {
            let through = |target: &Target| {
                target.property != name && target.write_as.columns(&target.property).contains(&name)
            };
            let column = self.schema_type.property(name);
            let is_filled = || occasion == Occasion::Insert && column.is_some_and(SchemaProperty::is_filled);
            own().any(through) || !is_written(name) && is_filled()
        };
        self.made_of.iter().filter(move |(name, value)| {
            own().next().is_some()
                && !is_written(name)
                && !expr::properties_of(value, self.side).iter().any(|column| is_unknown(column))
        })
    }

    /// The columns that a property of the object is made of: those of a virtual one that follows from them, else itself.
    pub fn made_from(&self, name: &str, targets: &[Target], occasion: Occasion) -> BTreeSet<String> {
        let value = self.follows(targets, occasion).find(|(own, _)| *own == name).map(|(_, value)| value);
        value.map_or_else(|| BTreeSet::from([name.to_owned()]), |value| expr::properties_of(value, self.side))
    }
}
