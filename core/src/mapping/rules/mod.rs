//! Property mapping rules as expressions (R).
//!
//! All rules that can write one property become the *arms* of one [`Target`]; of the arms whose rule applies
//! the last one wins (R23). An arm applies where all its gates hold: condition, do not overwrite and so on.

mod arm;
mod dates;
mod members;
mod options;
mod participation;
pub(super) mod scripted;
mod value;

use std::collections::{BTreeSet, HashSet};

use arrow::datatypes::DataType;
use datafusion::{
    common::{ScalarValue, tree_node::TreeNode as _},
    logical_expr::{Expr, Operator, cast, lit, when},
};

pub(super) use self::participation::{Circumstances, participates};
pub use self::participation::{NotRun, Occasion};
use self::scripted::Chain;
use super::{Context, MappingError, WriteAs, class::secrets as secret_properties, write_as::write_as};
use crate::{
    expr,
    project::{ClassRef, Mapping, PropertyRef, Side},
    value::{ValueType, list_type},
};

/// A property of the written side and the rules that can write it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The side that is written.
    pub side: Side,
    /// The property, a column or a virtual property.
    pub property: String,
    /// Type of its values.
    pub value_type: ValueType,
    /// It holds a list of values.
    pub multi_valued: bool,
    /// Its values are never shown.
    pub secret: bool,
    /// How its value gets into the database.
    pub write_as: WriteAs,
    /// What it holds now.
    pub old: Expr,
    /// The rules, in order; the last one that applies wins.
    pub arms: Vec<Arm>,
}

/// One rule that can write a property.
#[derive(Debug, Clone)]
pub struct Arm {
    /// Position of the rule in the mapping.
    pub rule: u16,
    /// What must hold for the rule to run.
    pub gates: Vec<Gate>,
    /// The value in the source.
    pub source: Expr,
    /// The value in the type of the property; NULL where it cannot be made.
    pub value: Expr,
    /// True where the value differs from what the property holds; never NULL.
    pub differs: Expr,
    /// What can go wrong with the value.
    pub failures: Vec<ValueFailure>,
    /// The value is written where it differs; otherwise the difference is only told (R10).
    pub writes: bool,
    /// The value is also sent, if it does not differ, when the password of the object changed (R21).
    pub on_password_change: bool,
    /// Of a list of members that differs the whole is sent, not the difference (R15).
    pub sends_whole: bool,
    /// Properties of the written object that decide whether the rule runs, or what it gives.
    pub reads_back: BTreeSet<String>,
}

/// What must hold for a rule to run.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Which setting it comes from.
    pub kind: GateKind,
    /// True where it holds; never NULL.
    pub holds: Expr,
}

/// Which setting can keep a rule from running for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateKind {
    /// R5: no object is busy; only where collision detection found some that are.
    Busy,
    /// R8.
    Condition,
    /// R7: the property is empty.
    DoNotOverwrite,
    /// R18: the source is not empty.
    KeepWhenEmpty,
    /// S9: the write part of the virtual property changes the column.
    Script,
}

/// What can go wrong with the value of a rule; the object is left out then.
#[derive(Debug, Clone)]
pub struct ValueFailure {
    /// What went wrong.
    pub kind: FailureKind,
    /// True where it did; never NULL.
    pub holds: Expr,
}

/// What went wrong with a value.
#[derive(Debug, Clone)]
pub enum FailureKind {
    /// It has no meaning in the type of the property.
    Conversion,
    /// A property for a single value would get several (R18).
    SeveralValues,
    /// The value list has no entry for it (R21).
    Lookup,
    /// The validation refuses it (R20); what the rule says about it.
    Validation(String),
    /// A script failed on the object (E5); the text of its error.
    Script(Box<Expr>),
    /// A script reads what this rule gives, and that went wrong.
    RuleAbove(String),
}

impl Arm {
    /// True where the rule runs; never NULL.
    #[must_use]
    pub fn applies(&self) -> Expr {
        self.gates.iter().map(|gate| gate.holds.clone()).reduce(Expr::and).unwrap_or_else(|| lit(true))
    }

    /// True where the value cannot be made or is refused.
    #[must_use]
    pub fn failed(&self) -> Expr {
        self.failures
            .iter()
            .map(|failure| failure.holds.clone())
            .reduce(Expr::or)
            .unwrap_or_else(|| lit(false))
    }

    fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let gates = self.gates.iter().map(|gate| &gate.holds);
        let failures = self.failures.iter().map(|failure| &failure.holds);

        gates.chain(failures).chain([&self.source, &self.value, &self.differs])
    }

    /// The same with the texts of errors.
    fn all_expressions(&self) -> impl Iterator<Item = &Expr> {
        let texts = self.failures.iter().filter_map(|failure| match &failure.kind {
            FailureKind::Script(text) => Some(text.as_ref()),
            _ => None,
        });
        self.expressions().chain(texts)
    }

    /// Puts other expressions in place of all of them.
    pub(super) fn try_map<E>(&mut self, other: impl Fn(Expr) -> Result<Expr, E>) -> Result<(), E> {
        for gate in &mut self.gates {
            gate.holds = other(gate.holds.clone())?;
        }
        for failure in &mut self.failures {
            failure.holds = other(failure.holds.clone())?;
            if let FailureKind::Script(text) = &mut failure.kind {
                **text = other(text.as_ref().clone())?;
            }
        }
        for expression in [&mut self.source, &mut self.value, &mut self.differs] {
            *expression = other(expression.clone())?;
        }
        Ok(())
    }
}

impl Target {
    /// All expressions in it, for finding the properties that it needs.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.old).chain(self.arms.iter().flat_map(Arm::expressions))
    }

    /// The Arrow type of its values.
    #[must_use]
    pub fn arrow(&self) -> DataType {
        if self.multi_valued { list_type(self.value_type) } else { self.value_type.arrow() }
    }

    /// True where an update must write the property, tell a difference, or cannot make the value.
    #[must_use]
    pub fn needs_attention(&self) -> Expr {
        self.winner_holds(|arm| {
            if arm.failures.is_empty() { arm.differs.clone() } else { arm.differs.clone().or(arm.failed()) }
        })
    }

    /// True where the property differs from what its rule gives.
    #[must_use]
    pub fn differs(&self) -> Expr {
        self.winner_holds(|arm| arm.differs.clone())
    }

    /// True where the rule that gives the value also sends it when the password changed (R21).
    #[must_use]
    pub fn on_password_change(&self) -> Expr {
        self.winner(|arm| lit(arm.on_password_change), lit(false))
    }

    /// True where the rule that gives the value also writes it (R11).
    #[must_use]
    pub fn writes(&self) -> Expr {
        self.winner(|arm| lit(arm.writes), lit(false))
    }

    /// The new value.
    #[must_use]
    pub fn value(&self) -> Expr {
        let nothing = null_of(&self.arrow());
        match self.arrow() {
            DataType::Boolean => self.chosen(|arm| arm.value.clone(), nothing, choose_boolean),
            _ => self.winner(|arm| arm.value.clone(), nothing),
        }
    }

    /// Position of the rule that gives the value; NULL if none applies.
    #[must_use]
    pub fn rule(&self) -> Expr {
        self.winner(|arm| lit(arm.rule), null_of(&DataType::UInt16))
    }

    /// True where the rule that gives the value cannot make it.
    #[must_use]
    pub fn failed(&self) -> Expr {
        self.winner_holds(Arm::failed)
    }

    /// `part` of the arm that wins, `otherwise` where no rule applies.
    fn winner(&self, part: impl Fn(&Arm) -> Expr, otherwise: Expr) -> Expr {
        self.chosen(part, otherwise, choose)
    }

    /// The same of something that holds or not; it does not where no rule applies.
    fn winner_holds(&self, part: impl Fn(&Arm) -> Expr) -> Expr {
        self.chosen(part, lit(false), choose_boolean)
    }

    fn chosen(
        &self,
        part: impl Fn(&Arm) -> Expr,
        otherwise: Expr,
        choose: fn(Expr, Expr, Expr) -> Expr,
    ) -> Expr {
        self.arms.iter().fold(otherwise, |before, arm| {
            if arm.gates.is_empty() { part(arm) } else { choose(arm.applies(), part(arm), before) }
        })
    }
}

/// `value` where the condition holds, otherwise the other one.
fn choose(condition: Expr, value: Expr, other: Expr) -> Expr {
    // Building a CASE fails only without branches, and here is one.
    when(condition, value).otherwise(other.clone()).unwrap_or(other)
}

/// The same of booleans. A CASE of booleans becomes AND and OR, which are worked out for all objects, also for those for
/// which the condition is to keep a division by zero away.
fn choose_boolean(condition: Expr, value: Expr, other: Expr) -> Expr {
    if !may_raise(&value) && !may_raise(&other) {
        return choose(condition, value, other);
    }
    let number = |boolean: Expr| cast(boolean, DataType::Int8);
    cast(choose(condition, number(value), number(other)), DataType::Boolean)
}

/// Whether an expression may fail on an object instead of giving a value.
fn may_raise(expression: &Expr) -> bool {
    let raises = |part: &Expr| {
        Ok(match part {
            Expr::BinaryExpr(binary) => matches!(binary.op, Operator::Divide | Operator::Modulo),
            Expr::Cast(_) | Expr::ScalarFunction(_) => true,
            _ => false,
        })
    };
    expression.exists(raises).unwrap_or(true)
}

/// A NULL of that type.
pub(super) fn null_of(data_type: &DataType) -> Expr {
    match ScalarValue::try_from(data_type) {
        Ok(null) => lit(null),
        Err(_) => cast(lit(ScalarValue::Null), data_type.clone()),
    }
}

/// What the rules of the mapping write on this occasion, in the order of the properties of the written class.
pub(super) fn targets(context: &Context<'_>, occasion: Occasion) -> Result<Vec<Target>, MappingError> {
    let direction = occasion.direction(context.direction);
    let side = direction.destination();
    let class = context.class(side);
    let mut targets: Vec<Target> = Vec::new();
    let circumstances = Circumstances {
        mapping_direction: context.mapping.direction,
        run: context.direction,
        with_proposed: context.with_proposed,
    };
    let secrets = [Side::Left, Side::Right].map(|side| {
        secret_properties(context.session, &context.project.system(side).schema, context.class(side))
    });
    let [of_left, of_right] = &secrets;
    let own_secrets = if side == Side::Left { of_left } else { of_right };
    let mut chain = runs_scripts(context.mapping, class, side).then(|| Chain::new(context, side));
    for (position, rule) in context.mapping.rules.iter().enumerate() {
        if participates(circumstances, rule, occasion).is_err() {
            continue;
        }
        let place = format!("rule {}", rule.name);
        let (source_name, name) = match side {
            Side::Left => (&rule.right, &rule.left),
            Side::Right => (&rule.left, &rule.right),
        };
        let source_name = value::trusted_source(context, rule, direction).unwrap_or(source_name);
        let property = find(context, class, name, &place)?;
        let source = find(context, context.class(side.other()), source_name, &place)?;
        let writes = occasion != Occasion::Rogue || rule.correct_rogue_modifications;
        let is_option = matches!(occasion, Occasion::Option(_));
        let arm =
            arm::Builder { context, rule, direction, occasion, source, property }.build(position, writes)?;
        if let Some(chain) =
            chain.as_mut().filter(|_| writes && !is_option && scripted::is_written_by_script(property))
        {
            for one in scripted::columns(chain, (side, occasion), property, &arm, &place)? {
                let column = PropertyRef::Column(one.column);
                let secret = own_secrets.contains(name.as_str())
                    || column.is_secret()
                    || one.secret
                    || shows_secrets(&secrets, &one.arm, Some(chain));
                add(&mut targets, side, column, WriteAs::Column, one.arm, secret);
            }
            continue;
        }
        let secret = own_secrets.contains(name.as_str()) || shows_secrets(&secrets, &arm, None);
        if is_option {
            options::add(context, &mut targets, property, arm, secret)?;
            continue;
        }
        // What is only compared need not be writable.
        let write_as = if writes {
            write_as(context, side, class, property, &place)?
        } else {
            write_as(context, side, class, property, &place).unwrap_or(WriteAs::Column)
        };
        if let (Some(chain), PropertyRef::Column(_)) = (&mut chain, property) {
            chain.make_plainly(name, &arm);
        }
        add(&mut targets, side, property, write_as, arm, secret);
    }
    if let Some(chain) = chain {
        chain.refuse_columns_of_others(&targets)?;
        chain.finish(&mut targets).map_err(|error| MappingError::engine(&context.mapping.name, &error))?;
    }
    let order: Vec<&str> = class.properties().map(PropertyRef::name).collect();
    targets.sort_by_key(|target| order.iter().position(|name| *name == target.property));
    Ok(targets)
}

/// Whether writing a property of the class on `side` by one of the rules takes a script.
fn runs_scripts(mapping: &Mapping, class: ClassRef<'_>, side: Side) -> bool {
    let mut names =
        mapping.rules.iter().map(|rule| if side == Side::Left { &rule.left } else { &rule.right });
    names.any(|name| class.property(name).is_some_and(scripted::is_written_by_script))
}

/// Adds a rule to what can write its property.
fn add(
    targets: &mut Vec<Target>,
    side: Side,
    property: PropertyRef<'_>,
    write_as: WriteAs,
    arm: Arm,
    secret: bool,
) {
    match targets.iter_mut().find(|target| target.property == property.name()) {
        Some(target) => {
            target.secret |= secret;
            target.arms.push(arm);
        }
        None => targets.push(Target {
            side,
            property: property.name().to_owned(),
            value_type: property.value_type(),
            multi_valued: property.is_multi_valued(),
            secret,
            write_as,
            old: expr::property(side, property.name()),
            arms: vec![arm],
        }),
    }
}

/// Whether the value of a rule, or what is said of it, is made of a sensitive property.
fn shows_secrets(secrets: &[HashSet<&str>; 2], arm: &Arm, chain: Option<&Chain<'_>>) -> bool {
    // Most systems have none.
    if secrets.iter().all(HashSet::is_empty) {
        return false;
    }
    let failures = arm.failures.iter().map(|failure| &failure.holds);
    let mut expressions = failures.chain([&arm.source, &arm.value]);
    let [left, right] = secrets;
    let is_secret = |side: Side, name: &str| match side {
        Side::Left => left.contains(name),
        Side::Right => right.contains(name),
    };
    let reads = |expression: &Expr| match chain {
        Some(chain) => chain.reads_of(expression).iter().any(|(side, name)| is_secret(*side, name)),
        None => [Side::Left, Side::Right]
            .into_iter()
            .any(|side| expr::properties_of(expression, side).iter().any(|name| is_secret(side, name))),
    };
    expressions.any(reads)
}

fn find<'a>(
    context: &Context<'a>,
    class: ClassRef<'a>,
    name: &str,
    place: &str,
) -> Result<PropertyRef<'a>, MappingError> {
    class.property(name).ok_or_else(|| MappingError::UnknownProperty {
        mapping: context.mapping.name.clone(),
        place: place.to_owned(),
        class: class.name.to_owned(),
        property: name.to_owned(),
    })
}
