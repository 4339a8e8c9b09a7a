//! The plan that reads a class.

use datafusion::{
    common::{Column, TableReference},
    datasource::provider_as_source,
    error::{DataFusionError, Result as DataFusionResult},
    logical_expr::{Expr, JoinType, LogicalPlan, LogicalPlanBuilder, lit},
    prelude::SessionContext,
};

use super::{
    BASE, CompiledClass, OUTSTANDING_COLUMN, TableSource, base,
    virtual_value::{Reader, Values},
};
use crate::{connect::ROW_COLUMN, expr::qualifier, mapping::marks};

impl CompiledClass {
    /// The plan that reads the needed properties of the class, its row number, its label, and what
    /// else the journal knows of its objects.
    ///
    /// # Errors
    ///
    /// What the engine reports; compiling the mapping has found whatever the project is to blame for.
    pub fn plan(&self, session: &SessionContext, source: &dyn TableSource) -> DataFusionResult<LogicalPlan> {
        let table = provider_as_source(source.objects(self.side, &self.schema_type));
        let mut plan = LogicalPlanBuilder::scan(TableReference::bare(BASE), table, None)?;
        for filter in &self.filters {
            let condition =
                self.filter(session, filter).map_err(|error| DataFusionError::Plan(error.text))?;
            plan = plan.filter(condition)?;
        }
        let reader = Reader { session, source, class: self };
        let mut columns = vec![base(ROW_COLUMN)];
        let mut values = Values::default();
        for (number, name) in self.computed.iter().enumerate() {
            let computed = self.virtual_properties.iter().find(|computed| computed.property.name == *name);
            let Some(computed) = computed else { continue };
            let (joined, value) = reader.value(plan, computed, &values, number)?;
            plan = joined;
            values.add(name, value);
        }
        columns.extend(self.used.iter().map(|name| values.of(name).alias(name)));
        self.add_errors(&mut columns);
        let (plan, label) = self.labelled(plan, source)?;
        columns.push(label.alias(OUTSTANDING_COLUMN));
        let plan = marks::join(self, source, plan, &mut columns)?;
        plan.project(columns)?.alias(TableReference::bare(qualifier(self.side)))?.build()
    }

    /// Whether an object is labelled as outstanding, and the plan with the labels joined.
    fn labelled(
        &self,
        plan: LogicalPlanBuilder,
        source: &dyn TableSource,
    ) -> DataFusionResult<(LogicalPlanBuilder, Expr)> {
        let Some(labels) = source.labels(self.side, &self.schema_type) else {
            return Ok((plan, lit(false)));
        };
        let alias = TableReference::bare("labels");
        let labels = LogicalPlanBuilder::scan(alias.clone(), provider_as_source(labels), None)?.build()?;
        let label = |name: &str| Expr::Column(Column::new(Some(alias.clone()), name));
        let own = self.key.iter().map(|key| base(key)).collect::<Vec<_>>();
        let labelled = self.key.iter().map(|key| label(key)).collect::<Vec<_>>();
        let plan = plan.join_with_expr_keys(labels, JoinType::Left, (own, labelled), None)?;
        Ok((plan, label(OUTSTANDING_COLUMN).is_true()))
    }
}
