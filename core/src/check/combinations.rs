//! Matching rules that combine several pairs with AND or OR (M2): flagged as slow, with the virtual property that
//! does the same as the repair, where it means exactly the same.
//!
//! The virtual properties are composite keys of the parts. A pair does not match by an empty text (M3), which a
//! composite key would: where texts are among the parts it is an expression that is NULL then.

use super::{Findings, Repair, Severity, view::View};
use crate::{
    expr,
    mapping::{comparable, kept},
    project::{
        ClassRef, Mapping, MatchExpression, MatchingRule, Project, PropertyRef, SchemaClass, Side,
        VirtualKind, VirtualProperty,
    },
    value::ValueType,
};

pub(super) fn check(view: &View<'_>, rule: &MatchingRule, findings: &mut Findings) {
    let place = view.place(Some(&rule.name));
    if has_any(&rule.on) {
        findings.add(
            Severity::Warning,
            "SW-C111",
            place,
            "a matching rule with OR compares every object with every other and is slow".to_owned(),
            Some(
                "make an alternative rule, or a virtual property that both sides share; which of them is up to you: an \
                 alternative is only tried for objects that the rules above did not find",
            ),
        );
        return;
    }
    let count = rule.on.pairs().len();
    if count < 2 {
        return;
    }
    let possible = combination(view.project, view.mapping, rule);
    let mut text =
        format!("the rule compares {count} pairs of properties for every object, which is slower than one");
    if let Err(why) = &possible {
        text.push_str(&format!("; a composite property would not mean the same: {why}"));
    }
    let fix = match &possible {
        Ok(_) => "make a virtual property on each side that holds all of them, and match by it",
        Err(_) => "leave it as it is: the rule is right, only slower",
    };
    let repair = possible
        .is_ok()
        .then(|| Repair::CombineMatching { mapping: view.mapping.name.clone(), rule: rule.name.clone() });
    findings.add_repairable(Severity::Info, "SW-C127", place, text, fix, repair);
}

/// True if the expression has alternatives.
pub(super) fn has_any(expression: &MatchExpression) -> bool {
    match expression {
        MatchExpression::Pair(..) => false,
        MatchExpression::All(parts) => parts.iter().any(has_any),
        MatchExpression::Any(parts) => parts.len() > 1 || parts.iter().any(has_any),
    }
}

/// True if there is an empty part in it, which nothing fulfils.
fn has_nothing(expression: &MatchExpression) -> bool {
    match expression {
        MatchExpression::Pair(..) => false,
        MatchExpression::All(parts) | MatchExpression::Any(parts) => {
            parts.is_empty() || parts.iter().any(has_nothing)
        }
    }
}

/// The virtual properties of both sides that match as the pairs of a rule do.
pub(super) fn combination(
    project: &Project,
    mapping: &Mapping,
    rule: &MatchingRule,
) -> Result<[VirtualProperty; 2], String> {
    if has_any(&rule.on) || has_nothing(&rule.on) || rule.on.pairs().len() < 2 {
        return Err("only several pairs with AND can be combined".to_owned());
    }
    let classes = [Side::Left, Side::Right].map(|side| class_of(project, mapping, side));
    let [Some(left), Some(right)] = classes else { return Err("a class is not in the schema".to_owned()) };
    let mut pairs: Vec<[PropertyRef<'_>; 2]> = Vec::new();
    for pair in rule.on.pairs() {
        let found = (left.property(pair.left), right.property(pair.right));
        let (Some(left), Some(right)) = found else {
            return Err("a property is not in its class".to_owned());
        };
        means_the_same(left, right)?;
        pairs.push([left, right]);
    }
    let texts = pairs.iter().flatten().any(|property| property.value_type() == ValueType::String);
    let parts = |side: usize| pairs.iter().filter_map(|pair| pair.get(side).copied()).collect::<Vec<_>>();
    Ok([combined(left, &parts(0), texts), combined(right, &parts(1), texts)])
}

fn class_of<'a>(project: &'a Project, mapping: &'a Mapping, side: Side) -> Option<ClassRef<'a>> {
    project.system(side).schema.class(match side {
        Side::Left => &mapping.left,
        Side::Right => &mapping.right,
    })
}

/// Whether two properties match if, and only if, their written forms are equal; else why not.
fn means_the_same(left: PropertyRef<'_>, right: PropertyRef<'_>) -> Result<(), String> {
    use ValueType as T;
    let both = || format!("{} and {}", left.name(), right.name());
    if let Some(one) = [left, right].into_iter().find(|one| one.is_multi_valued() || !is_readable(*one)) {
        return Err(format!("{} has no single value that could be read", one.name()));
    }
    match (left.value_type(), right.value_type()) {
        (T::Float | T::Binary | T::Decimal(..), _) | (_, T::Float | T::Binary | T::Decimal(..)) => {
            return Err(format!("{} are compared as values, not as texts", both()));
        }
        (T::Integer, T::String) | (T::String, T::Integer) => {}
        (one, other) if one == other => {}
        _ => return Err(format!("{} have different types", both())),
    }
    if form(left) != form(right) {
        return Err(format!("the columns of {} keep values differently", both()));
    }
    let spelled = |property: PropertyRef<'_>| {
        let value = expr::property(Side::Left, property.name());
        comparable(value.clone(), property) != value
    };
    match [left, right].into_iter().find(|one| spelled(*one)) {
        Some(one) => Err(format!("the database has spellings of its own for {}", one.name())),
        None => Ok(()),
    }
}

fn is_readable(property: PropertyRef<'_>) -> bool {
    match property {
        PropertyRef::Column(column) => column.unusable.is_none(),
        PropertyRef::Virtual(one) => !matches!(one.kind, VirtualKind::Script { read: None, .. }),
    }
}

/// What a column does to values, if anything; the other side's values are compared in that form, too.
fn form(property: PropertyRef<'_>) -> Option<String> {
    let value = expr::property(Side::Left, "value");
    match property {
        PropertyRef::Column(column) if kept(value.clone(), property) != value => {
            Some(format!("{:?} {:?}", column.keeps, column.max_length))
        }
        _ => None,
    }
}

fn combined(class: ClassRef<'_>, parts: &[PropertyRef<'_>], texts: bool) -> VirtualProperty {
    let names = || parts.iter().map(|part| part.name());
    let kind = if texts {
        VirtualKind::Expression(
            parts.iter().map(|part| written(*part)).collect::<Vec<_>>().join(" || '|' || "),
        )
    } else {
        VirtualKind::CompositeKey(names().map(str::to_owned).collect())
    };
    let wanted: String = std::iter::once("vrt".to_owned()).chain(names().map(capitalized)).collect();
    let is_free = |name: &String| class.property(name).is_none();
    let numbered = (2_u32..).map(|number| format!("{wanted}{number}"));
    let name = std::iter::once(wanted.clone()).chain(numbered).find(is_free).unwrap_or_default();
    VirtualProperty {
        name,
        value_type: ValueType::String,
        multi_valued: false,
        mandatory: false,
        secret: parts.iter().any(|part| part.is_secret()),
        kind,
    }
}

/// The written form of a part, with the separator and its escape replaced; NULL where the part is empty.
fn written(part: PropertyRef<'_>) -> String {
    let name = format!("\"{}\"", part.name().replace('"', "\"\""));
    match part.value_type() {
        ValueType::String => format!("replace(replace(nullif({name}, ''), '~', '~0'), '|', '~1')"),
        _ => format!("CAST({name} AS VARCHAR)"),
    }
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let first = letters.next();
    first.into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Puts the virtual properties into the classes of the mapping, and matches by them.
pub(super) fn combine(project: &mut Project, mapping: usize, rule: usize) -> bool {
    let found = project.mappings.get(mapping).and_then(|one| Some((one, one.matching.get(rule)?)));
    let Some((one, by)) = found else { return false };
    let Ok([left, right]) = combination(project, one, by) else { return false };
    let on = MatchExpression::Pair(left.name.clone(), right.name.clone());
    for (side, property) in [(Side::Left, left), (Side::Right, right)] {
        add(project, mapping, side, property);
    }
    if let Some(rule) = project.mappings.get_mut(mapping).and_then(|one| one.matching.get_mut(rule)) {
        rule.on = on;
    }
    true
}

/// A type that is mapped itself becomes a class of its own name, which means the same.
fn add(project: &mut Project, mapping: usize, side: Side, property: VirtualProperty) {
    let Some(name) = project.mappings.get(mapping).map(|one| match side {
        Side::Left => one.left.clone(),
        Side::Right => one.right.clone(),
    }) else {
        return;
    };
    let schema = match side {
        Side::Left => &mut project.central.schema,
        Side::Right => &mut project.target.schema,
    };
    match schema.classes.iter_mut().find(|class| class.name == name) {
        Some(class) => class.virtual_properties.push(property),
        None => schema.classes.push(SchemaClass {
            schema_type: name.clone(),
            name,
            display_name: String::new(),
            filter: None,
            virtual_properties: vec![property],
        }),
    }
}
