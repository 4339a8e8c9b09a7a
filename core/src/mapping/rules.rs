//! Property mapping rules as expressions (R3, R4, R7, R8, R13, R22, R23).
//!
//! All rules that can write one property of the destination become the *arms* of one [`Target`]; of the
//! arms whose rule applies the last one wins (R23).

use arrow::datatypes::DataType;
use datafusion::{
    common::ScalarValue,
    functions::expr_fn::lower,
    logical_expr::{Expr, Operator, binary_expr, cast, lit, when},
};

use super::{Context, MappingError, WriteAs, comparable, convert, convertible, kept, write_as::write_as};
use crate::{
    expr,
    project::{ClassRef, MappingDirection, PropertyRef, PropertyRule, RuleKind, Side},
    value::ValueType,
};

/// A property of the destination and the rules that can write it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The property, a column or a virtual property.
    pub property: String,
    /// Its type.
    pub value_type: ValueType,
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
    /// True where the rule applies; never NULL.
    pub applies: Expr,
    /// The value in the source.
    pub source: Expr,
    /// The value in the type of the destination; NULL where it cannot be converted.
    pub value: Expr,
    /// True where the value differs from what the destination holds; never NULL.
    pub differs: Expr,
    /// Converting can fail.
    pub converts: bool,
}

/// What the rules run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Both objects are there.
    Update,
    /// The destination's object is being created.
    Insert,
}

impl Target {
    /// All expressions in it, for finding the properties that it needs.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.old).chain(self.arms.iter().flat_map(|arm| [&arm.applies, &arm.source]))
    }

    /// True where an update must write the property, or where its rule cannot convert the value.
    #[must_use]
    pub fn needs_attention(&self) -> Expr {
        self.winner(
            |arm| if arm.converts { arm.differs.clone().or(failed(arm)) } else { arm.differs.clone() },
            lit(false),
        )
    }

    /// True where an update must write the property.
    #[must_use]
    pub fn differs(&self) -> Expr {
        self.winner(|arm| arm.differs.clone(), lit(false))
    }

    /// The new value.
    #[must_use]
    pub fn value(&self) -> Expr {
        self.winner(|arm| arm.value.clone(), null_of(&self.value_type.arrow()))
    }

    /// Position of the rule that gives the value; NULL if none applies.
    #[must_use]
    pub fn rule(&self) -> Expr {
        self.winner(|arm| lit(arm.rule), null_of(&DataType::UInt16))
    }

    /// True where the rule that gives the value cannot convert it.
    #[must_use]
    pub fn conversion_failed(&self) -> Expr {
        self.winner(|arm| if arm.converts { failed(arm) } else { lit(false) }, lit(false))
    }

    /// `part` of the arm that wins, `otherwise` where no rule applies.
    fn winner(&self, part: impl Fn(&Arm) -> Expr, otherwise: Expr) -> Expr {
        self.arms.iter().fold(otherwise, |before, arm| {
            if arm.applies == lit(true) {
                return part(arm);
            }
            // Building a CASE fails only without branches, and here is always one.
            when(arm.applies.clone(), part(arm)).otherwise(before.clone()).unwrap_or(before)
        })
    }
}

fn failed(arm: &Arm) -> Expr {
    arm.source.clone().is_not_null().and(arm.value.clone().is_null())
}

fn null_of(data_type: &DataType) -> Expr {
    match ScalarValue::try_from(data_type) {
        Ok(null) => lit(null),
        Err(_) => cast(lit(ScalarValue::Null), data_type.clone()),
    }
}

/// What the rules of the mapping write on this occasion, in the order of the destination's properties.
pub(super) fn targets(context: &Context<'_>, occasion: Occasion) -> Result<Vec<Target>, MappingError> {
    let side = context.direction.destination();
    let class = context.class(side);
    let mut targets: Vec<Target> = Vec::new();
    for (position, rule) in context.mapping.rules.iter().enumerate() {
        if !runs(context, rule, occasion) {
            continue;
        }
        let place = format!("rule {}", rule.name);
        if rule.kind == RuleKind::MultiReference {
            return Err(MappingError::NotYet {
                mapping: context.mapping.name.clone(),
                place,
                what: "a multi-reference rule".to_owned(),
            });
        }
        let (source_name, name) = match side {
            Side::Left => (&rule.right, &rule.left),
            Side::Right => (&rule.left, &rule.right),
        };
        let property = find(context, class, name, &place)?;
        let source = find(context, context.class(side.other()), source_name, &place)?;
        let arm = arm(context, rule, position, source, property, occasion)?;
        match targets.iter_mut().find(|target| target.property == *name) {
            Some(target) => target.arms.push(arm),
            None => targets.push(Target {
                property: name.clone(),
                value_type: property.value_type(),
                secret: property.is_secret(),
                write_as: write_as(context, class, property, &place)?,
                old: expr::property(side, name),
                arms: vec![arm],
            }),
        }
    }
    let order: Vec<&str> = class.properties().map(PropertyRef::name).collect();
    targets.sort_by_key(|target| order.iter().position(|name| *name == target.property));
    Ok(targets)
}

/// R3, R4, R22: whether the rule runs at all in this direction and on this occasion.
fn runs(context: &Context<'_>, rule: &PropertyRule, occasion: Occasion) -> bool {
    if !context.takes_part(rule.lifecycle) {
        return false;
    }
    if occasion == Occasion::Insert && rule.ignore_direction_on_insert {
        return true;
    }
    let direction = match rule.direction {
        MappingDirection::FromMapping => context.mapping.direction,
        own => own,
    };
    direction.permits(context.direction)
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

fn arm(
    context: &Context<'_>,
    rule: &PropertyRule,
    position: usize,
    source: PropertyRef<'_>,
    property: PropertyRef<'_>,
    occasion: Occasion,
) -> Result<Arm, MappingError> {
    let side = context.direction.destination();
    let (from, to) = (source.value_type(), property.value_type());
    if !convertible(from, to) {
        return Err(MappingError::NotConvertible {
            mapping: context.mapping.name.clone(),
            place: format!("rule {}", rule.name),
            from: from.label(),
            to: to.label(),
        });
    }
    let old = expr::property(side, property.name());
    let source = expr::property(side.other(), source.name());
    let value = kept(convert(source.clone(), from, to), property);
    let mut applies =
        context.condition(rule.condition.as_ref(), &format!("rule {}, condition", rule.name))?;
    if rule.do_not_overwrite && occasion == Occasion::Update {
        let empty = if to.is_text() {
            old.clone().is_null().or(old.clone().eq(lit("")))
        } else {
            old.clone().is_null()
        };
        applies = if applies == lit(true) { empty.is_true() } else { applies.and(empty.is_true()) };
    }
    let differs = if rule.ignore_case && to.is_text() {
        distinct(lower(value.clone()), lower(old))
    } else {
        distinct(comparable(value.clone(), property), comparable(old, property))
    };
    Ok(Arm {
        rule: u16::try_from(position).unwrap_or(u16::MAX),
        applies,
        source,
        value,
        differs,
        converts: from != to,
    })
}

fn distinct(left: Expr, right: Expr) -> Expr {
    binary_expr(left, Operator::IsDistinctFrom, right)
}
