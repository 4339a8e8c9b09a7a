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
    super::{Target, path::Way},
    CompiledClass,
    virtual_value::Values,
};
use crate::expr;

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

    fn of_the_side(&self, value: Expr) -> DataFusionResult<Expr> {
        let named = |part| match part {
            Expr::Column(column) => Ok(Transformed::yes(expr::property(self.side, &column.name))),
            other => Ok(Transformed::no(other)),
        };
        value.transform(named).data()
    }

    /// What virtual properties are made of that follow from what `targets` write, as expressions over columns.
    pub fn follows<'c>(&'c self, targets: &'c [Target]) -> impl Iterator<Item = (&'c String, &'c Expr)> {
        let is_own = targets.iter().any(|target| target.side == self.side);
        let is_written = |name: &String| targets.iter().any(|target| target.property == *name);
        self.made_of.iter().filter(move |(name, _)| is_own && !is_written(name))
    }

    /// The columns that a property of the object is made of: those of a virtual one that follows from them, else itself.
    pub fn made_from(&self, name: &str, targets: &[Target]) -> BTreeSet<String> {
        let value = self.follows(targets).find(|(own, _)| *own == name).map(|(_, value)| value);
        value.map_or_else(|| BTreeSet::from([name.to_owned()]), |value| expr::properties_of(value, self.side))
    }
}
