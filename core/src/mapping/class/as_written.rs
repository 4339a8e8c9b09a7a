//! What virtual properties are once the columns are written that they are made of.
//!
//! A system computes them when it is read. Whoever wants to know before that whether the next run pairs two objects
//! again needs them as expressions over columns.

use std::collections::BTreeMap;

use datafusion::{
    common::tree_node::{Transformed, TransformedResult as _, TreeNode as _},
    error::Result as DataFusionResult,
    logical_expr::{Expr, lit},
    prelude::SessionContext,
};

use super::{
    super::{Target, path::Way},
    CompiledClass, UNMATCHABLE_COLUMN,
    virtual_value::Values,
};
use crate::expr::{self, qualifier};

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

    /// A condition of matching as it will be once `targets` are written: virtual properties are what their columns make
    /// of them, if no target writes them themselves.
    ///
    /// # Errors
    ///
    /// What the engine reports; not expected.
    pub fn as_written(&self, condition: Expr, targets: &[Target]) -> DataFusionResult<Expr> {
        let is_written = |name: &str| targets.iter().any(|target| target.property == name);
        let in_place = |part| {
            let Expr::Column(column) = &part else { return Ok(Transformed::no(part)) };
            let is_own = column.relation.as_ref().is_some_and(|side| side.table() == qualifier(self.side));
            let made = match column.name.as_str() {
                _ if !is_own => None,
                // Where a script will fail it gives no value.
                UNMATCHABLE_COLUMN => Some(lit(false)),
                name => self.made_of.get(name).filter(|_| !is_written(name)).cloned(),
            };
            Ok(made.map_or_else(|| Transformed::no(part), Transformed::yes))
        };
        condition.transform(in_place).data()
    }
}
