//! Rules on virtual properties with a write part: what they write are the columns that its script assigns (S9, E5).
//!
//! The script runs where the rule does and the property differs, on the object as the rules further up make it. Each
//! column that it changes gets an arm of the rule; so conflicts, change lists and coming to rest are those of rules
//! on columns.

use std::collections::BTreeSet;

use datafusion::{
    common::{
        Column, TableReference,
        tree_node::{Transformed, TreeNode as _},
    },
    functions::core::expr_fn::get_field,
    logical_expr::{Expr, lit, when},
};

use super::{
    Arm, Gate, GateKind, Occasion, Target, ValueFailure,
    arm::{distinct, script_failure},
    null_of,
};
use crate::{
    expr::{properties_of, property, qualifier},
    mapping::{
        Context, MappingError, class::ReadScript, class::check_names, class::names_secrets, comparable, kept,
        write_as::column_refused,
    },
    project::{ClassRef, PropertyRef, SchemaProperty, Side, VirtualKind, VirtualProperty},
    script::{CompiledScript, ScriptKind, written_field},
    value::{ValueType, column_type},
};

/// A column that a rule writes by a script, and how.
pub(super) struct ScriptedColumn<'a> {
    pub column: &'a SchemaProperty,
    pub arm: Arm,
    /// The script names sensitive columns.
    pub secret: bool,
}

/// The write part of a virtual property.
struct WritePart<'a> {
    side: Side,
    property: &'a VirtualProperty,
    read: Option<ReadScript>,
    script: CompiledScript,
    columns: Vec<&'a SchemaProperty>,
    secret: bool,
}

/// True if writing the property runs a script.
pub(super) const fn is_written_by_script(property: PropertyRef<'_>) -> bool {
    matches!(
        property,
        PropertyRef::Virtual(VirtualProperty { kind: VirtualKind::Script { write: Some(_), .. }, .. })
    )
}

/// True if the property is written and read by scripts.
pub(super) const fn is_read_and_written_by_script(property: PropertyRef<'_>) -> bool {
    matches!(
        property,
        PropertyRef::Virtual(VirtualProperty {
            kind: VirtualKind::Script { write: Some(_), read: Some(_) },
            ..
        })
    )
}

/// What a rule on such a property writes; `targets` are the rules further up.
pub(super) fn columns<'a>(
    context: &Context<'a>,
    (side, occasion): (Side, Occasion),
    property: PropertyRef<'a>,
    arm: &Arm,
    targets: &[Target],
    place: &str,
) -> Result<Vec<ScriptedColumn<'a>>, MappingError> {
    let PropertyRef::Virtual(property) = property else { return Ok(Vec::new()) };
    let part = WritePart::new(context, side, property, place)?;
    if part.read.is_none() && needs_reading(arm, side, &property.name) {
        return Err(MappingError::NotReadable {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            property: property.name.clone(),
        });
    }
    part.arms(context, occasion, arm, targets)
}

/// Whether more depends on what the property holds than if it differs.
fn needs_reading(arm: &Arm, side: Side, name: &str) -> bool {
    let gates = arm.gates.iter().map(|gate| &gate.holds);
    let failures = arm.failures.iter().map(|failure| &failure.holds);
    let mut all = gates.chain(failures).chain([&arm.value, &arm.source]);
    !arm.writes || all.any(|expression| properties_of(expression, side).contains(name))
}

impl<'a> WritePart<'a> {
    fn new(
        context: &Context<'a>,
        side: Side,
        property: &'a VirtualProperty,
        place: &str,
    ) -> Result<Self, MappingError> {
        let VirtualKind::Script { read, write } = &property.kind else {
            return Err(refused(context, place, &property.name, "it is no script".to_owned()));
        };
        let class = context.class(side);
        let place = format!("{place}, {}", property.name);
        let read =
            read.as_ref().map(|_| ReadScript::new(context, side, property, &format!("{place}, read part")));
        let text = write.as_deref().unwrap_or_default();
        let write_place = format!("{place}, write part");
        let script = context.compile_script(text, ScriptKind::Write, &write_place)?;
        check_names(context, side, class, &script, &write_place)?;
        let columns = assigned_columns(context, class, &script, &write_place)?;
        if columns.is_empty() {
            let why = "its write part assigns nothing; assign columns, as in $Name$ = value".to_owned();
            return Err(refused(context, &place, &property.name, why));
        }
        let secret = names_secrets(class, &script);
        Ok(Self { side, property, read: read.transpose()?, script, columns, secret })
    }

    fn arms(
        &self,
        context: &Context<'a>,
        occasion: Occasion,
        arm: &Arm,
        targets: &[Target],
    ) -> Result<Vec<ScriptedColumn<'a>>, MappingError> {
        let engine =
            |error: &datafusion::error::DataFusionError| MappingError::engine(&context.mapping.name, error);
        let made = |name: &str| as_made(targets, self.side, name);
        let read = self.read.as_ref().map(|read| read.call(self.property, made));
        let nothing = null_of(&column_type(self.property.value_type, self.property.multi_valued));
        let now = read.as_ref().map_or(nothing, |(value, _)| value.clone());
        let over = |expression: &Expr| self.replaced(expression, &now).map_err(|error| engine(&error));
        let mut gates = Vec::with_capacity(arm.gates.len() + 1);
        for gate in &arm.gates {
            gates.push(Gate { kind: gate.kind, holds: over(&gate.holds)? });
        }
        let mut failures = Vec::with_capacity(arm.failures.len() + 2);
        for failure in &arm.failures {
            failures.push(ValueFailure { kind: failure.kind.clone(), holds: over(&failure.holds)? });
        }
        // Of a new object there is nothing to read yet.
        if let Some((_, error)) = read.filter(|_| occasion != Occasion::Insert) {
            failures.push(script_failure(error));
        }
        let differs = if self.read.is_some() { over(&arm.differs)? } else { lit(true) };
        let value = over(&arm.value)?;
        let failed = any(failures.iter().map(|failure| failure.holds.clone()));
        let runs = gates.iter().map(|gate| gate.holds.clone()).fold(differs, Expr::and);
        let runs = runs.and(Expr::Not(Box::new(failed.clone())));
        let call = call(&self.script, &self.columns, runs.clone(), value, |name| made(&name.property));
        let error = get_field(call.clone(), "error");
        failures.push(script_failure(error.clone()));
        let reads_back: BTreeSet<String> = properties_of(&call, self.side);
        Ok(self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let written = written(&call, at, column);
                let changes = differ(&written, &made(&column.name), column);
                let holds = failed.clone().or(error.clone().is_not_null()).or(runs.clone().and(changes));
                let mut gates = gates.clone();
                gates.push(Gate { kind: GateKind::Script, holds });
                let arm = Arm {
                    rule: arm.rule,
                    gates,
                    source: arm.source.clone(),
                    differs: differ(&written, &property(self.side, &column.name), column),
                    value: written,
                    failures: failures.clone(),
                    writes: true,
                    reads_back: reads_back.clone(),
                };
                ScriptedColumn { column, arm, secret: self.secret }
            })
            .collect())
    }

    /// The expression with what is read from the object as the rules further up make it.
    fn replaced(&self, expression: &Expr, now: &Expr) -> datafusion::error::Result<Expr> {
        let own = Column::new(Some(TableReference::bare(qualifier(self.side))), &self.property.name);
        let replace = |part: Expr| match part {
            Expr::Column(column) if column == own => Ok(Transformed::yes(now.clone())),
            other => Ok(Transformed::no(other)),
        };
        expression.clone().transform(replace).map(|transformed| transformed.data)
    }
}

/// A column as the rules in `targets` make it.
pub(super) fn as_made(targets: &[Target], side: Side, name: &str) -> Expr {
    let now = property(side, name);
    let Some(target) = targets.iter().find(|target| target.property == name) else { return now };
    target.winner(
        |arm| {
            if !arm.writes {
                return now.clone();
            }
            // Building a CASE fails only without branches, and here is one.
            when(arm.differs.clone(), arm.value.clone())
                .otherwise(now.clone())
                .unwrap_or_else(|_| now.clone())
        },
        now.clone(),
    )
}

/// The columns that a script assigns.
pub(in crate::mapping) fn assigned_columns<'a>(
    context: &Context<'a>,
    class: ClassRef<'a>,
    script: &CompiledScript,
    place: &str,
) -> Result<Vec<&'a SchemaProperty>, MappingError> {
    let column = |name: &crate::script::ScriptName| {
        let column = class.schema_type.property(&name.property);
        let column = column.ok_or_else(|| MappingError::NameInScript {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            name: name.notation(),
            why: format!("{} has no such column that could be assigned", class.schema_type.name),
        })?;
        if class.schema_type.view {
            return Err(refused(context, place, &column.name, "its table is a view".to_owned()));
        }
        match column_refused(column) {
            Some(why) => Err(refused(context, place, &column.name, why)),
            None => Ok(column),
        }
    };
    script.assigned().iter().map(column).collect()
}

/// The call of a script that assigns these columns; where it fails, or does not run, there are no values.
pub(in crate::mapping) fn call(
    script: &CompiledScript,
    columns: &[&SchemaProperty],
    runs: Expr,
    value: Expr,
    argument: impl Fn(&crate::script::ScriptName) -> Expr,
) -> Expr {
    let types: Vec<ValueType> = columns.iter().map(|column| column.value_type).collect();
    let arguments = [runs.is_true(), value].into_iter().chain(script.names().iter().map(argument)).collect();
    script.write_function(&types).call(arguments)
}

/// What a script assigns to the column at this position, as the column keeps it.
pub(in crate::mapping) fn written(call: &Expr, position: usize, column: &SchemaProperty) -> Expr {
    kept(get_field(call.clone(), written_field(position)), PropertyRef::Column(column))
}

/// Where two values of a column are not the same.
pub(in crate::mapping) fn differ(one: &Expr, other: &Expr, column: &SchemaProperty) -> Expr {
    let comparable = |value: &Expr| comparable(value.clone(), PropertyRef::Column(column));
    distinct(comparable(one), comparable(other))
}

fn any(conditions: impl Iterator<Item = Expr>) -> Expr {
    conditions.reduce(Expr::or).unwrap_or_else(|| lit(false))
}

fn refused(context: &Context<'_>, place: &str, property: &str, why: String) -> MappingError {
    MappingError::NotWritable {
        mapping: context.mapping.name.clone(),
        place: place.to_owned(),
        property: property.to_owned(),
        why,
    }
}
