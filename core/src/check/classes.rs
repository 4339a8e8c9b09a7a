//! Schema classes, virtual properties and scopes: what they name must be there, also where no mapping uses
//! them (S8, S9, F4).

use std::collections::HashMap;

use arrow::datatypes::{Field, Schema as ArrowSchema};
use datafusion::common::{DFSchema, TableReference};

use super::{Findings, Place, Severity, mappings::SESSION, virtual_properties::problem};
use crate::{
    expr::{self, SpecialNames},
    project::{Lifecycle, MappingDirection, Project, SchemaClass, SchemaType, Side},
};

/// Types of one schema by name; schemas can have thousands.
pub(super) struct Types<'a>(HashMap<&'a str, &'a SchemaType>);

impl<'a> Types<'a> {
    fn new(project: &'a Project, side: Side) -> Self {
        let types = project.system(side).schema.types.iter();
        Self(types.map(|one| (one.name.as_str(), one)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&'a SchemaType> {
        self.0.get(name).copied()
    }
}

pub(super) fn check(project: &Project, findings: &mut Findings) {
    for side in [Side::Left, Side::Right] {
        let system = project.system(side);
        let types = Types::new(project, side);
        let used = used_properties(project, side);
        for class in &system.schema.classes {
            // Classes without a type are told by their names.
            if let Some(schema_type) = types.get(&class.schema_type) {
                check_class(side, class, schema_type, &types, &used, findings);
            }
        }
        for (what, scope) in [("scope", &system.scope), ("reference scope", &system.reference_scope)] {
            for (name, filter) in scope {
                check_scope(side, what, name, filter, types.get(name), findings);
            }
        }
    }
}

/// Properties that rules of mappings name, by class: compiling the mappings tells what is wrong with them.
fn used_properties(project: &Project, side: Side) -> HashMap<&str, Vec<&str>> {
    let mut used: HashMap<&str, Vec<&str>> = HashMap::new();
    let compiled =
        |lifecycle, direction| lifecycle != Lifecycle::Off && direction != MappingDirection::DoNotMap;
    for mapping in project.mappings.iter().filter(|one| compiled(one.lifecycle, one.direction)) {
        let class = match side {
            Side::Left => &mapping.left,
            Side::Right => &mapping.right,
        };
        let names = used.entry(class).or_default();
        for rule in mapping.rules.iter().filter(|rule| rule.lifecycle != Lifecycle::Off) {
            names.push(match side {
                Side::Left => &rule.left,
                Side::Right => &rule.right,
            });
        }
        for pair in mapping.matching.iter().flat_map(|rule| rule.on.pairs()) {
            names.push(match side {
                Side::Left => pair.left,
                Side::Right => pair.right,
            });
        }
    }
    used
}

fn check_class(
    side: Side,
    class: &SchemaClass,
    schema_type: &SchemaType,
    types: &Types<'_>,
    used: &HashMap<&str, Vec<&str>>,
    findings: &mut Findings,
) {
    let place = Place::System { side, schema_type: Some(class.name.clone()) };
    let in_mappings = used.get(class.name.as_str());
    if let Some(filter) = class.filter.as_ref().filter(|_| in_mappings.is_none())
        && let Err(error) = parse_filter(schema_type, filter)
    {
        findings.add(
            Severity::Warning,
            "SW-C180",
            place.clone(),
            format!("the filter of the class cannot be used: {}", error.text),
            Some(error.help.as_deref().unwrap_or("correct the filter, or update the schema")),
        );
    }
    for property in &class.virtual_properties {
        if in_mappings.is_some_and(|names| names.contains(&property.name.as_str())) {
            continue;
        }
        if let Some(text) = problem(class, schema_type, types, property) {
            findings.add(
                Severity::Warning,
                "SW-C180",
                place.clone(),
                format!("the virtual property {} cannot be used: {text}", property.name),
                Some("name something else, or update the schema if the database has it"),
            );
        }
    }
}

fn check_scope(
    side: Side,
    what: &str,
    name: &str,
    filter: &str,
    schema_type: Option<&SchemaType>,
    findings: &mut Findings,
) {
    let text = match schema_type.map(|schema_type| parse_filter(schema_type, filter)) {
        Some(Ok(_)) => return,
        Some(Err(error)) => format!("the {what} of {name} cannot be used: {}", error.text),
        None => format!(
            "the {what} is of {name:?}, which the schema does not have; without it a run sees everything"
        ),
    };
    findings.add(
        Severity::Error,
        "SW-C183",
        Place::System { side, schema_type: Some(name.to_owned()) },
        text,
        Some("correct the scope, remove it, or update the schema"),
    );
}

/// Parses the filter of a class or scope, as runs do: over the columns of the type, with its key and display
/// property as `__UID__` and `__NAME__` of ICF filters.
pub(super) fn parse_filter(
    schema_type: &SchemaType,
    text: &str,
) -> Result<datafusion::logical_expr::Expr, expr::ExprError> {
    let fields = schema_type
        .properties
        .iter()
        .map(|one| Field::new(&one.name, one.value_type.arrow(), true))
        .collect();
    expr::parse_condition(&SESSION, &base(fields), &SpecialNames::of(schema_type), text)
}

fn base(fields: Vec<Field>) -> DFSchema {
    DFSchema::try_from_qualified_schema(TableReference::bare("base"), &ArrowSchema::new(fields))
        .unwrap_or_else(|_| DFSchema::empty())
}
