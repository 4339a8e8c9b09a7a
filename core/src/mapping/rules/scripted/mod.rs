//! Rules on virtual properties with a write part: what they write are the columns that its script assigns (S9, E5).
//!
//! The script runs where the rule does and the property differs, on the object as the rules further up make it. Each
//! column that it changes gets an arm of the rule; so conflicts, change lists and coming to rest are those of rules
//! on columns.

mod chain;
mod function;

use datafusion::{
    common::{
        Column, ScalarValue, TableReference,
        tree_node::{Transformed, TreeNode as _},
    },
    functions::core::expr_fn::get_field,
    logical_expr::{Expr, lit},
};

pub(super) use self::chain::Chain;
pub(in crate::mapping) use self::function::with_busy;
use super::{
    Arm, Gate, GateKind, Occasion, ValueFailure,
    arm::{distinct, script_failure},
    choose, choose_boolean, null_of,
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
pub(in crate::mapping) const fn is_written_by_script(property: PropertyRef<'_>) -> bool {
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

/// What a rule on such a property writes; the chain has what the rules further up make of the object.
pub(super) fn columns<'a>(
    chain: &mut Chain<'a>,
    (side, occasion): (Side, Occasion),
    property: PropertyRef<'a>,
    arm: &Arm,
    place: &str,
) -> Result<Vec<ScriptedColumn<'a>>, MappingError> {
    let PropertyRef::Virtual(property) = property else { return Ok(Vec::new()) };
    let context = chain.context;
    let part = WritePart::new(context, side, property, place)?;
    if part.read.is_none() && needs_reading(arm, side, &property.name) {
        return Err(MappingError::NotReadable {
            mapping: context.mapping.name.clone(),
            place: place.to_owned(),
            property: property.name.clone(),
        });
    }
    part.arms(chain, occasion, arm)
}

/// Columns that the script at a place names.
struct Named {
    place: String,
    names: Vec<String>,
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
        chain: &mut Chain<'a>,
        occasion: Occasion,
        arm: &Arm,
    ) -> Result<Vec<ScriptedColumn<'a>>, MappingError> {
        let mapping = &chain.context.mapping.name;
        let names = self.names().map(str::to_owned).collect();
        chain.named.push(Named { place: self.script.place().to_owned(), names });
        let mut failing = chain.inherited(self.read_names());
        let read = self.read.as_ref().map(|read| {
            let both = read.both(self.property, |name| chain.value(name));
            read.value_and_error(&chain.step(both))
        });
        let nothing = null_of(&column_type(self.property.value_type, self.property.multi_valued));
        let now = read.as_ref().map_or(nothing, |(value, _)| chain.step(value.clone()));
        let over = |expression: &Expr| {
            self.replaced(expression, &now).map_err(|error| MappingError::engine(mapping, &error))
        };
        let mut gates = Vec::with_capacity(arm.gates.len() + 1);
        for gate in &arm.gates {
            gates.push(Gate { kind: gate.kind, holds: chain.step(over(&gate.holds)?) });
        }
        // Where the rule does not run, nothing of it is worked out: it may not be possible there.
        let open =
            chain.step(gates.iter().map(|gate| gate.holds.clone()).reduce(Expr::and).unwrap_or(lit(true)));
        for ValueFailure { kind, holds } in &arm.failures {
            let holds = choose_boolean(open.clone(), over(holds)?, lit(false));
            failing.push(chain.failing(arm.rule, ValueFailure { kind: kind.clone(), holds }));
        }
        // Of a new object there is nothing to read yet.
        if let Some((_, error)) = read.filter(|_| occasion != Occasion::Insert) {
            failing.push(chain.failing(arm.rule, script_failure(error)));
        }
        let differs = if self.read.is_some() { over(&arm.differs)? } else { lit(true) };
        let value = over(&arm.value)?;
        let failed = chain.step(any(failing.iter().map(|failing| failing.failure.holds.clone())));
        let differs = choose_boolean(open.clone(), differs, lit(false));
        let runs = open.and(differs).and(Expr::Not(Box::new(failed.clone()))).and(chain.is_free(arm.rule));
        let runs = chain.step(runs);
        let value = choose(runs.clone(), value, lit(ScalarValue::Null));
        let call = call(&self.script, &self.columns, runs.clone(), value, |name| chain.value(&name.property));
        let call = chain.step(call);
        let error = chain.failing(arm.rule, script_failure(get_field(call.clone(), "error")));
        let error_holds = error.failure.holds.clone();
        failing.push(error);
        let mut reads = chain.reads_of(&runs);
        for name in self.read_names() {
            reads.extend(chain.reads_of(&chain.value(name)));
        }
        let frame = Arm {
            rule: arm.rule,
            gates,
            source: arm.source.clone(),
            differs: lit(false),
            value: lit(false),
            failures: failing.iter().map(|failing| failing.failure.clone()).collect(),
            writes: true,
            on_password_change: arm.on_password_change,
            sends_whole: false,
            reads_back: reads
                .iter()
                .filter(|(side, _)| *side == self.side)
                .map(|(_, name)| name.clone())
                .collect(),
        };
        let columns: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let written = chain.step(written(&call, at, column));
                let changes = differ(&written, &chain.value(&column.name), column);
                let holds = failed.clone().or(error_holds.clone()).or(runs.clone().and(changes));
                let mut arm = frame.clone();
                arm.gates.push(Gate { kind: GateKind::Script, holds: chain.step(holds) });
                arm.differs = chain.step(differ(&written, &property(self.side, &column.name), column));
                arm.value = written;
                ScriptedColumn { column, arm, secret: self.secret }
            })
            .collect();
        for one in &columns {
            chain.make(&one.column.name, &one.arm, &failing);
        }
        Ok(columns)
    }

    /// The columns that the scripts of the property name.
    fn names(&self) -> impl Iterator<Item = &str> {
        let scripts = [Some(&self.script), self.read.as_ref().map(ReadScript::script)];
        scripts.into_iter().flatten().flat_map(CompiledScript::names).map(|name| name.property.as_str())
    }

    /// Those whose values they read, and not only replace.
    fn read_names(&self) -> impl Iterator<Item = &str> {
        let scripts = [Some(&self.script), self.read.as_ref().map(ReadScript::script)];
        scripts.into_iter().flatten().flat_map(CompiledScript::read).map(|name| name.property.as_str())
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
