//! Finding things in a project by name.

use super::column_group;
use super::{
    Direction, Mapping, Project, Schema, SchemaClass, SchemaType, Side, StartUpConfiguration, Step, System,
    VirtualKind, VirtualProperty, Workflow,
};
use crate::value::ValueType;

impl Project {
    /// The display name, or the name if there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.display_name.is_empty() { &self.name } else { &self.display_name }
    }

    /// The system on `side`.
    #[must_use]
    pub const fn system(&self, side: Side) -> &System {
        match side {
            Side::Left => &self.central,
            Side::Right => &self.target,
        }
    }

    /// The mapping of that name.
    #[must_use]
    pub fn mapping(&self, name: &str) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| mapping.name == name)
    }

    /// The workflow of that name.
    #[must_use]
    pub fn workflow(&self, name: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.name == name)
    }

    /// The start up configuration of that name.
    #[must_use]
    pub fn start_up(&self, name: &str) -> Option<&StartUpConfiguration> {
        self.start_ups.iter().find(|start_up| start_up.name == name)
    }

    /// Direction of a run of `start_up`: its own, else its workflow's (D1).
    #[must_use]
    pub fn run_direction(&self, start_up: &StartUpConfiguration) -> Option<Direction> {
        start_up.direction.or_else(|| self.workflow(&start_up.workflow).map(|workflow| workflow.direction))
    }

    /// Directions in which a step may run: its own, else those in which start up configurations run its workflow (D1).
    #[must_use]
    pub fn step_directions(&self, workflow: &Workflow, step: &Step) -> Vec<Direction> {
        if let Some(own) = step.direction {
            return vec![own];
        }
        let started = self.start_ups.iter().filter(|one| one.workflow == workflow.name);
        let mut directions: Vec<Direction> = Vec::new();
        for direction in started.map(|one| one.direction.unwrap_or(workflow.direction)) {
            if !directions.contains(&direction) {
                directions.push(direction);
            }
        }
        if directions.is_empty() {
            directions.push(workflow.direction);
        }
        directions
    }
}

impl Step {
    /// Whether it takes part in a run of this direction: one without a direction of its own takes that of the run (D1).
    #[must_use]
    pub fn runs_in(&self, direction: Direction) -> bool {
        self.direction.is_none_or(|own| own == direction)
    }
}

impl Workflow {
    /// Direction of a step: its own, else the workflow's; a start up configuration may say otherwise for the latter.
    #[must_use]
    pub fn step_direction(&self, step: &Step) -> Direction {
        step.direction.unwrap_or(self.direction)
    }
}

/// A schema class with the type that it narrows.
#[derive(Debug, Clone, Copy)]
pub struct ClassRef<'a> {
    /// Name of the class, or of the type if it has no class of its own.
    pub name: &'a str,
    /// The schema type.
    pub schema_type: &'a SchemaType,
    /// The class; `None` if the type itself serves as class.
    pub class: Option<&'a SchemaClass>,
}

/// A property of a class: a column or a virtual property.
#[derive(Debug, Clone, Copy)]
pub enum PropertyRef<'a> {
    /// A column of the schema type.
    Column(&'a super::SchemaProperty),
    /// A virtual property of the class.
    Virtual(&'a VirtualProperty),
}

impl<'a> PropertyRef<'a> {
    /// Name of the property.
    #[must_use]
    pub fn name(self) -> &'a str {
        match self {
            Self::Column(property) => &property.name,
            Self::Virtual(property) => &property.name,
        }
    }

    /// Type of its values.
    #[must_use]
    pub const fn value_type(self) -> ValueType {
        match self {
            Self::Column(property) => property.value_type,
            Self::Virtual(property) => property.value_type,
        }
    }

    /// True if it holds a list of values (S9).
    #[must_use]
    pub const fn is_multi_valued(self) -> bool {
        match self {
            Self::Column(_) => false,
            Self::Virtual(property) => {
                property.multi_valued || matches!(property.kind, VirtualKind::Members { .. })
            }
        }
    }

    /// True if its values are never shown (W13, W15).
    #[must_use]
    pub const fn is_secret(self) -> bool {
        match self {
            Self::Column(property) => property.sensitive,
            Self::Virtual(property) => property.secret,
        }
    }
}

impl PropertyRef<'_> {
    /// True if the order of its values means something; members of a table have none (R12).
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        !matches!(self, Self::Virtual(VirtualProperty { kind: VirtualKind::Members { .. }, .. }))
    }
}

impl<'a> ClassRef<'a> {
    /// The property of that name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<PropertyRef<'a>> {
        self.properties().find(|property| property.name() == name)
    }

    /// All properties: columns first, then virtual ones, at last the column groups (W11).
    pub fn properties(&self) -> impl Iterator<Item = PropertyRef<'a>> + use<'a> {
        let columns = self.schema_type.properties.iter().map(PropertyRef::Column);
        let declared = self.class.map_or(&[][..], |class| &class.virtual_properties);
        let groups = self
            .schema_type
            .column_groups
            .iter()
            .map(|group| column_group::property(self.schema_type, group))
            .filter(|group| declared.iter().all(|property| property.name != group.name));
        columns.chain(declared.iter().map(PropertyRef::Virtual)).chain(groups.map(PropertyRef::Virtual))
    }
}

impl Schema {
    /// The schema type of that name.
    #[must_use]
    pub fn schema_type(&self, name: &str) -> Option<&SchemaType> {
        self.types.iter().find(|schema_type| schema_type.name == name)
    }

    /// The class of that name, or the type of that name as its own class.
    #[must_use]
    pub fn class<'a>(&'a self, name: &'a str) -> Option<ClassRef<'a>> {
        if let Some(class) = self.classes.iter().find(|class| class.name == name) {
            let schema_type = self.schema_type(&class.schema_type)?;
            return Some(ClassRef { name: &class.name, schema_type, class: Some(class) });
        }
        self.schema_type(name).map(|schema_type| ClassRef {
            name: &schema_type.name,
            schema_type,
            class: None,
        })
    }
}
