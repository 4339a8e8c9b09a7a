//! What a mapping view shows, worked out once per revision and filter.

use std::collections::{HashMap, HashSet};

use syncwright_core::{
    mapping::convertible,
    project::{
        AutoFill, Direction, Generated, Mapping, MappingDirection, Project, PropertyRef, PropertyRule,
        SchemaType, Side, VirtualKind, VirtualProperty,
    },
    value::ValueType,
};

/// A property in a tree.
#[derive(Debug, Clone)]
pub struct Property {
    /// Name.
    pub name: String,
    /// Type, in words.
    pub kind: String,
    /// Part of the key.
    pub key: bool,
    /// The database wants a value.
    pub required: bool,
    /// Computed by the project.
    pub computed: bool,
    /// Its values are not shown.
    pub secret: bool,
    /// Type of a value.
    pub value_type: ValueType,
    /// It holds a list of values.
    pub list: bool,
    /// A rule uses it.
    pub mapped: bool,
    /// New objects need a value and no rule gives one.
    pub missing: bool,
}

/// What is known of a property, visible or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Type, in words.
    pub kind: String,
    /// Type of a value.
    pub value_type: ValueType,
    /// It holds a list of values.
    pub list: bool,
}

/// How the values of one property become those of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Both types with an arrow between them.
    pub words: String,
    /// Values of the one type can become values of the other.
    pub works: bool,
}

/// A row of the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// The caption above the object matching rules.
    MatchingCaption,
    /// An object matching rule.
    Matching(usize),
    /// The caption above the property mapping rules.
    RulesCaption,
    /// A property mapping rule.
    Rule(usize),
}

/// What a mapping view shows.
#[derive(Debug, Default)]
pub struct Model {
    /// The visible properties of both trees.
    pub trees: [Vec<Property>; 2],
    /// Row of a visible property by its name.
    pub rows: [HashMap<String, usize>; 2],
    /// All properties of both classes, visible or not.
    pub known: [HashMap<String, Known>; 2],
    /// Names of all properties of both classes, in the order of the schema.
    pub all: [Vec<String>; 2],
    /// The rows of the middle.
    pub items: Vec<Item>,
    /// Required target properties that no rule gives a value.
    pub required_unmapped: usize,
}

impl Model {
    /// Works out what to show.
    #[must_use]
    pub fn new(project: &Project, mapping: &Mapping, filters: &[String; 2], unmapped_only: bool) -> Self {
        let mut model = Self::default();
        for (index, side) in [Side::Left, Side::Right].into_iter().enumerate() {
            let properties = properties(project, mapping, side);
            model.all[index] = properties.iter().map(|property| property.name.clone()).collect();
            model.known[index] = properties.iter().map(known).collect();
            if side == Side::Right {
                model.required_unmapped = properties.iter().filter(|property| property.missing).count();
            }
            let filter = filters[index].to_lowercase();
            model.trees[index] = properties
                .into_iter()
                .filter(|property| !(unmapped_only && property.mapped))
                .filter(|property| filter.is_empty() || property.name.to_lowercase().contains(&filter))
                .collect();
            model.rows[index] = model.trees[index]
                .iter()
                .enumerate()
                .map(|(row, property)| (property.name.clone(), row))
                .collect();
        }
        model.items.push(Item::MatchingCaption);
        model.items.extend((0..mapping.matching.len()).map(Item::Matching));
        model.items.push(Item::RulesCaption);
        model.items.extend((0..mapping.rules.len()).map(Item::Rule));
        model
    }

    /// The conversion that a rule needs in a direction; nothing if both types are the same, or one is not known.
    #[must_use]
    pub fn conversion(&self, rule: &PropertyRule, direction: MappingDirection) -> Option<Conversion> {
        let (left, right) = (self.known[0].get(&rule.left)?, self.known[1].get(&rule.right)?);
        if (&left.kind, left.list) == (&right.kind, right.list) {
            return None;
        }
        let spelled =
            |known: &Known| if known.list { format!("{}[]", known.kind) } else { known.kind.clone() };
        let [to_target, to_central] =
            [Direction::ToTarget, Direction::ToCentral].map(|way| direction.permits(way));
        let arrow = match (to_target, to_central) {
            (true, false) => "→",
            (false, true) => "←",
            _ => "⇄",
        };
        // What a formula or a value list gives has a type of its own.
        let changed =
            |formula: bool| formula || !rule.flags.lookup.is_empty() || rule.flags.lookup_source.is_some();
        let works = |wanted: bool, formula: bool, from: &Known, to: &Known| {
            !wanted || changed(formula) || convertible(from.value_type, to.value_type)
        };
        let transformation = &rule.transformation;
        Some(Conversion {
            words: format!("{} {arrow} {}", spelled(left), spelled(right)),
            works: works(to_target, transformation.to_target.is_some(), left, right)
                && works(to_central, transformation.to_central.is_some(), right, left),
        })
    }
}

fn known(property: &Property) -> (String, Known) {
    let Property { name, kind, value_type, list, .. } = property;
    (name.clone(), Known { kind: kind.clone(), value_type: *value_type, list: *list })
}

fn properties(project: &Project, mapping: &Mapping, side: Side) -> Vec<Property> {
    let class_name = if side == Side::Left { &mapping.left } else { &mapping.right };
    let Some(class) = project.system(side).schema.class(class_name) else { return Vec::new() };
    let of_side =
        |left: &str, right: &str| if side == Side::Left { left.to_owned() } else { right.to_owned() };
    let used: HashSet<String> = mapping
        .rules
        .iter()
        .map(|rule| of_side(&rule.left, &rule.right))
        .chain(mapping.matching.iter().flat_map(|rule| {
            rule.on.pairs().into_iter().map(|pair| of_side(pair.left, pair.right)).collect::<Vec<_>>()
        }))
        .collect();
    // Nothing is inserted against the mapping's direction, so nothing can be missing there.
    let inserts = mapping.direction.permits(Direction::ToTarget) && !mapping.only_for_updates;
    class
        .properties()
        .map(|property| {
            let name = property.name().to_owned();
            let (required, computed, filled) = match property {
                PropertyRef::Column(column) => (
                    column.mandatory,
                    false,
                    column.generated != Generated::No
                        || column.default_value.is_some()
                        || column.auto_fill != AutoFill::None,
                ),
                PropertyRef::Virtual(property) => (property.mandatory, true, false),
            };
            let through_virtual = class.properties().any(|other| {
                matches!(other, PropertyRef::Virtual(computed)
                    if used.contains(&computed.name) && writes(class.schema_type, computed, &name))
            });
            Property {
                kind: property.value_type().label(),
                value_type: property.value_type(),
                list: property.is_multi_valued(),
                key: class.schema_type.is_key(&name),
                required,
                computed,
                secret: property.is_secret(),
                mapped: used.contains(&name),
                missing: side == Side::Right
                    && inserts
                    && required
                    && !filled
                    && !through_virtual
                    && !used.contains(&name),
                name,
            }
        })
        .collect()
}

/// True if writing the virtual property writes `column`.
fn writes(schema_type: &SchemaType, computed: &VirtualProperty, column: &str) -> bool {
    let columns: &[String] = match &computed.kind {
        VirtualKind::KeyResolution { reference, .. } => reference,
        VirtualKind::ReferencedProperty { path, .. } => path.first().map_or(&[], Vec::as_slice),
        VirtualKind::CompositeKey(columns) => columns,
        VirtualKind::ColumnGroup(name) => {
            let mut groups = schema_type.column_groups.iter();
            groups.find(|group| group.name == *name).map_or(&[], |group| group.properties.as_slice())
        }
        _ => &[],
    };
    columns.iter().any(|name| name == column)
}

#[cfg(test)]
mod tests {
    use syncwright_core::project::{Formula, from_text};

    use super::*;

    #[test]
    fn conversions_are_told_where_types_differ() {
        let mut project = from_text("small.ron", include_str!("../../../tests/src/small.ron")).unwrap();
        project.target.schema.types[0].properties[1].value_type = ValueType::Binary;
        let mapping = project.mappings[0].clone();
        let model = Model::new(&project, &mapping, &Default::default(), false);
        let conversion = |rule: &PropertyRule, direction| model.conversion(rule, direction);
        let number = conversion(&mapping.rules[0], MappingDirection::ToCentral).unwrap();
        assert!(number.works && number.words.contains('←'), "{number:?}");
        let mut first_name = mapping.rules[1].clone();
        assert!(!conversion(&first_name, MappingDirection::Both).unwrap().works, "text from binary");
        first_name.transformation.to_central = Some(Formula::Expression("'x'".to_owned()));
        assert!(conversion(&first_name, MappingDirection::ToCentral).unwrap().works);
        assert!(!conversion(&first_name, MappingDirection::Both).unwrap().works, "the other way has none");
        assert_eq!(conversion(&mapping.rules[2], MappingDirection::Both), None);
    }
}
