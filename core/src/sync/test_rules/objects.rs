//! The objects of a test as one row: found in the systems, with the values that the test wants.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{ArrayRef, BooleanArray, RecordBatch, new_null_array},
    compute::{concat_batches, filter_record_batch},
    datatypes::{DataType, SchemaRef},
};
use datafusion::{
    common::{Column, DFSchemaRef, TableReference},
    datasource::provider_as_source,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
};

use super::{
    super::{
        evaluate::Evaluator,
        reconcile::{Reconciled, both_sides, reconcile, with_flag},
    },
    Bench, ObjectName, RuleTest, RuleTestError, TestObjects, TestValue,
    tables::{TEST_ROW, TestTables, has_key, test_row},
};
use crate::{
    connect::ROW_COLUMN,
    expr::{property, qualifier},
    mapping::{CompiledMethods, Opposite, TableSource as _},
    project::Side,
    value::{Value, column_of, parse_value, value_at},
};

/// One row: both objects, or one of them.
pub(super) struct TestRow {
    pub schema: DFSchemaRef,
    pub row: RecordBatch,
    pub has: [bool; 2],
}

impl TestRow {
    pub fn has(&self, side: Side) -> bool {
        let [left, right] = self.has;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// The row as a pass leaves it; `rows` are what it changes.
    pub fn left_as(&self, rows: &[RecordBatch]) -> Self {
        let row = rows.iter().rfind(|batch| batch.num_rows() > 0);
        let row = row.map_or_else(|| self.row.clone(), |batch| batch.slice(0, 1));
        Self { schema: Arc::clone(&self.schema), row, has: self.has }
    }

    /// The row as if reconciliation had found it.
    pub fn reconciled(&self) -> Reconciled {
        let rows = vec![self.row.clone()];
        let (pairs, attention, left_only, right_only) = match self.has {
            [true, true] => (1, rows, Vec::new(), Vec::new()),
            [true, false] => (0, Vec::new(), rows, Vec::new()),
            _ => (0, Vec::new(), Vec::new(), rows),
        };
        Reconciled { pairs, attention, left_only, right_only, ..Reconciled::none(&self.schema) }
    }
}

impl Bench<'_> {
    /// The row that `test` is about.
    pub(super) fn row(&self, test: &RuleTest) -> Result<TestRow, RuleTestError> {
        for value in &test.values {
            self.known(value)?;
        }
        let source = self.compiled.direction.source();
        let found = match &test.objects {
            TestObjects::Match(key) => {
                let found = self.find(key)?;
                if test.values.is_empty() {
                    return Ok(found);
                }
                Some(found)
            }
            TestObjects::New => None,
        };
        let has = [Side::Left, Side::Right]
            .map(|side| found.as_ref().map_or(side == source, |found| found.has(side)));
        let halves = [Side::Left, Side::Right].map(|side| {
            let key = found.as_ref().filter(|found| found.has(side)).map(|found| self.key(found, side));
            let wanted = found.as_ref().map_or(side == source, |found| found.has(side));
            self.half(side, wanted, key.transpose()?.as_deref(), &test.values)
        });
        let [left, right] = halves;
        join(&left?, &right?, has)
    }

    fn known(&self, value: &TestValue) -> Result<(), RuleTestError> {
        let class = self.project.system(value.side).schema.class(&self.compiled.class(value.side).name);
        if class.is_some_and(|class| class.property(&value.property).is_some()) {
            return Ok(());
        }
        Err(RuleTestError::BadValue {
            property: value.property.clone(),
            why: format!("{} has no such property", self.compiled.class(value.side).name),
        })
    }

    /// Looks for the pair or lone object with that key or display value.
    fn find(&self, key: &str) -> Result<TestRow, RuleTestError> {
        let [left, right] = [Side::Left, Side::Right].map(|side| {
            let class = self.compiled.class(side);
            let there = property(side, ROW_COLUMN).is_not_null();
            there.and(class.key_text().eq(lit(key)).or(class.display().eq(lit(key)))).is_true()
        });
        let wanted = left.or(right);
        // What is wanted leaves the stream, nothing else.
        let mut probe = self.compiled.clone();
        probe.updates.clear();
        probe.opposite = Opposite::default();
        probe.busy = None;
        probe.methods = CompiledMethods::default();
        probe.excluded = Some(wanted.clone());
        let found = self.runtime.block_on(reconcile(&self.session, &probe, &self.tables))?;
        let evaluator = Evaluator::new(&self.session, &found.schema);
        let parts = [
            (&found.attention, [true, true]),
            (&found.left_only, [true, false]),
            (&found.right_only, [false, true]),
        ];
        let mut rows = Vec::new();
        for (batches, has) in parts {
            let batch = evaluator.together(batches)?;
            let mask: BooleanArray = evaluator.holds(&wanted, &batch)?;
            let batch = filter_record_batch(&batch, &mask)?;
            rows.extend((0..batch.num_rows()).map(|row| TestRow {
                schema: Arc::clone(&found.schema),
                row: batch.slice(row, 1),
                has,
            }));
        }
        let named = |name: &String| name == key || name.contains(&format!("[{key}]"));
        let ambiguous = found
            .ambiguous
            .iter()
            .filter(|group| group.left.iter().chain(&group.right).any(named))
            .flat_map(|group| group.left.iter().chain(&group.right).cloned());
        let mut objects: Vec<String> = ambiguous.collect();
        match (rows.len(), objects.is_empty()) {
            (1, true) => rows.pop().ok_or_else(|| self.not_found(key)),
            (0, true) => Err(self.not_found(key)),
            _ => {
                for row in &rows {
                    for side in [Side::Left, Side::Right] {
                        objects.extend(
                            self.name(row, side)?.map(|name| format!("{} [{}]", name.display, name.key)),
                        );
                    }
                }
                objects.dedup();
                Err(RuleTestError::Several { key: key.to_owned(), objects })
            }
        }
    }

    fn not_found(&self, key: &str) -> RuleTestError {
        RuleTestError::NotFound { mapping: self.mapping.name.clone(), key: key.to_owned() }
    }

    fn key(&self, row: &TestRow, side: Side) -> Result<Vec<(String, Value)>, RuleTestError> {
        let evaluator = Evaluator::new(&self.session, &row.schema);
        self.compiled
            .class(side)
            .key
            .iter()
            .map(|name| {
                let value = evaluator.values(&property(side, name), &row.row)?;
                Ok((name.clone(), value_at(&value, 0)))
            })
            .collect()
    }

    /// One side of the row, read through the class with the values of the test; a row of NULLs if there is no
    /// object on this side.
    fn half(
        &self,
        side: Side,
        wanted: bool,
        key: Option<&[(String, Value)]>,
        values: &[TestValue],
    ) -> Result<RecordBatch, RuleTestError> {
        let class = self.compiled.class(side);
        let mut tables = TestTables::new(&self.tables);
        let values: Vec<&TestValue> = values.iter().filter(|value| value.side == side).collect();
        if wanted {
            let mut columns: HashMap<&str, Value> = HashMap::new();
            for value in &values {
                if let Some(column) = class.schema_type.property(&value.property) {
                    columns.insert(&value.property, parsed(value, column.value_type)?);
                }
            }
            let real = self.tables.table(side, &class.schema_type);
            let schema: SchemaRef = real.schema();
            let present = match key {
                Some(key) => {
                    let same = has_key(&class.schema_type, key).unwrap_or_else(|| lit(false));
                    let plan = LogicalPlanBuilder::scan("object", provider_as_source(real), None)?
                        .filter(same)?
                        .build()?;
                    Some(self.collect(plan)?)
                }
                None => None,
            };
            let present = present.filter(|batch| batch.num_rows() == 1);
            let row = test_row(&schema, &class.schema_type, present.as_ref(), &columns)?;
            tables.replace(side, &class.schema_type, key, row)?;
        } else if let Some(value) = values.first() {
            return Err(RuleTestError::BadValue {
                property: value.property.clone(),
                why: format!("there is no object of the {}", side.system_name()),
            });
        }
        let plan = class.plan(&self.session, &tables)?;
        let number = Expr::Column(Column::new(Some(TableReference::bare(qualifier(side))), ROW_COLUMN));
        let plan = LogicalPlanBuilder::from(plan).filter(number.eq(lit(TEST_ROW)))?.build()?;
        let found = self.collect(plan)?;
        match (wanted, found.num_rows()) {
            (true, 1) => self.with_virtual(side, &found, &values),
            (true, _) => Err(RuleTestError::NotInClass { class: class.name.clone() }),
            (false, _) => {
                let columns = found
                    .schema()
                    .fields()
                    .iter()
                    .map(|field| new_null_array(field.data_type(), 1))
                    .collect();
                let schema = super::super::held::nullable(&found.schema());
                Ok(RecordBatch::try_new(schema, columns)?)
            }
        }
    }

    /// Values of virtual properties take the place of what the class computes.
    fn with_virtual(
        &self,
        side: Side,
        found: &RecordBatch,
        values: &[&TestValue],
    ) -> Result<RecordBatch, RuleTestError> {
        let class = self.project.system(side).schema.class(&self.compiled.class(side).name);
        let mut columns = found.columns().to_vec();
        for value in values {
            if self.compiled.class(side).schema_type.property(&value.property).is_some() {
                continue;
            }
            let (Some(property), Ok(position)) = (
                class.and_then(|class| class.property(&value.property)),
                found.schema().index_of(&value.property),
            ) else {
                continue;
            };
            let wanted = if property.is_multi_valued() {
                let elements = value.text.iter().flat_map(|text| text.split(';')).map(str::trim);
                let elements = elements.filter(|text| !text.is_empty()).map(|text| {
                    parsed(
                        &TestValue { text: Some(text.to_owned()), ..(*value).clone() },
                        property.value_type(),
                    )
                });
                Value::List(elements.collect::<Result<_, _>>()?)
            } else {
                parsed(value, property.value_type())?
            };
            let column: ArrayRef =
                column_of(property.value_type(), property.is_multi_valued(), std::iter::once(&wanted));
            if let Some(slot) = columns.get_mut(position) {
                *slot = column;
            }
        }
        let schema = super::super::held::nullable(&found.schema());
        Ok(RecordBatch::try_new(schema, columns)?)
    }

    fn collect(&self, plan: datafusion::logical_expr::LogicalPlan) -> Result<RecordBatch, RuleTestError> {
        let schema: SchemaRef = Arc::clone(plan.schema().inner());
        let batches = self
            .runtime
            .block_on(async { self.session.execute_logical_plan(plan).await?.collect().await })?;
        let schema = batches.first().map_or(schema, RecordBatch::schema);
        Ok(concat_batches(&schema, &batches)?)
    }

    /// How the object of a side is known.
    pub(super) fn name(&self, row: &TestRow, side: Side) -> Result<Option<ObjectName>, RuleTestError> {
        if !row.has(side) {
            return Ok(None);
        }
        let evaluator = Evaluator::new(&self.session, &row.schema);
        let class = self.compiled.class(side);
        let text = |expression: &Expr| -> Result<String, RuleTestError> {
            Ok(value_at(&evaluator.values(expression, &row.row)?, 0).to_string())
        };
        Ok(Some(ObjectName { display: text(&class.display())?, key: text(&class.key_text())? }))
    }
}

fn join(left: &RecordBatch, right: &RecordBatch, has: [bool; 2]) -> Result<TestRow, RuleTestError> {
    let schema = with_flag(&both_sides(&left.schema(), &right.schema())?)?;
    let flag = new_null_array(&DataType::Boolean, 1);
    let columns = left.columns().iter().chain(right.columns()).cloned().chain([flag]).collect();
    let row = RecordBatch::try_new(Arc::clone(schema.inner()), columns)?;
    Ok(TestRow { schema, row, has })
}

fn parsed(value: &TestValue, value_type: crate::value::ValueType) -> Result<Value, RuleTestError> {
    let Some(text) = &value.text else { return Ok(Value::Null) };
    parse_value(value_type, text).ok_or_else(|| RuleTestError::BadValue {
        property: value.property.clone(),
        why: format!("“{text}” is no {}", value_type.label()),
    })
}
