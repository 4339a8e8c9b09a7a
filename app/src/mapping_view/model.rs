//! What a mapping view shows, worked out once per revision and filter.

use std::collections::{HashMap, HashSet};

use syncwright_core::project::{
    AutoFill, Direction, Generated, Mapping, Project, PropertyRef, SchemaType, Side, VirtualKind,
    VirtualProperty,
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
    /// A rule uses it.
    pub mapped: bool,
    /// New objects need a value and no rule gives one.
    pub missing: bool,
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
    pub known: [HashSet<String>; 2],
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
            model.known[index] = properties.iter().map(|property| property.name.clone()).collect();
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
