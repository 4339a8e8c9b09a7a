//! Looking through a project for what it uses of its schemas.

use std::{collections::BTreeSet, sync::LazyLock};

use arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use datafusion::{
    common::{DFSchema, TableReference},
    logical_expr::Expr,
    prelude::SessionContext,
};

use super::{Need, Usage, UsedBy, settings::pattern};
use crate::{
    expr::{self, qualifier},
    project::{
        ClassRef, Condition, EmptySource, Formula, LookupSource, Mapping, Methods, Project, PropertyRef,
        PropertyRule, Schema, SchemaType, Side, System, Transformation, VirtualKind, VirtualProperty,
        Workflow,
    },
    value::column_type,
};

/// Making a session registers every function of the engine; once is enough.
static SESSION: LazyLock<SessionContext> = LazyLock::new(expr::session);

/// The name that the properties of a type have in filters and expressions of classes, as in `mapping`.
const BASE: &str = "base";

pub(super) fn collect(project: &Project) -> Usage {
    let mut usage = Usage::default();
    for side in [Side::Left, Side::Right] {
        system(&mut usage, side, project.system(side));
    }
    for mapping in &project.mappings {
        Walk::new(project, mapping).collect(&mut usage);
    }
    for workflow in &project.workflows {
        steps(&mut usage, project, workflow);
    }
    central_tables(&mut usage, project);
    usage
}

/// Classes and scopes of a system.
fn system(usage: &mut Usage, side: Side, system: &System) {
    for class in &system.schema.classes {
        let user = UsedBy::Class { class: class.name.clone() };
        usage.add(side, &class.schema_type, &user, Need::Type);
        let Some(schema_type) = system.schema.schema_type(&class.schema_type) else { continue };
        if let Some(filter) = &class.filter {
            add_all(usage, side, &schema_type.name, &user, in_base(schema_type, filter));
        }
        for property in &class.virtual_properties {
            let user = UsedBy::VirtualProperty { class: class.name.clone(), property: property.name.clone() };
            add_virtual(usage, side, &system.schema, schema_type, property, &user);
        }
    }
    let scopes = system
        .scope
        .iter()
        .map(|(name, filter)| (UsedBy::Scope { schema_type: name.clone() }, name, filter))
        .chain(
            system
                .reference_scope
                .iter()
                .map(|(name, filter)| (UsedBy::ReferenceScope { schema_type: name.clone() }, name, filter)),
        );
    for (user, name, filter) in scopes {
        usage.add(side, name, &user, Need::Type);
        if let Some(schema_type) = system.schema.schema_type(name) {
            add_all(usage, side, name, &user, in_base(schema_type, filter));
        }
    }
}

/// Base objects and target system types name tables of the central system.
fn central_tables(usage: &mut Usage, project: &Project) {
    for object in &project.base_objects {
        let user = UsedBy::BaseObject { name: object.name.clone() };
        usage.add(Side::Left, &object.schema_type, &user, Need::Type);
    }
    for kind in &project.target_system_types {
        let user = UsedBy::TargetSystemType { name: kind.name.clone() };
        for table in &kind.tables {
            usage.add(Side::Left, &table.schema_type, &user, Need::Type);
            if let Some(marker) = &table.changed_marker {
                usage.add(Side::Left, &table.schema_type, &user, Need::Property(marker.clone()));
            }
            for text in [&table.merge_condition, &table.root_object_path].into_iter().flatten() {
                usage.add(Side::Left, &table.schema_type, &user, Need::Text(text.clone()));
            }
        }
    }
}

/// Steps by mapping, and what their conditions name.
fn steps(usage: &mut Usage, project: &Project, workflow: &Workflow) {
    for step in &workflow.steps {
        let user = UsedBy::Step { workflow: workflow.name.clone(), step: step.name.clone() };
        usage.steps.entry(step.mapping.clone()).or_default().insert(user.clone());
        let Some(mapping) = project.mapping(&step.mapping) else { continue };
        let Methods { both_differ, only_in_source, only_in_destination, outstanding_returned } =
            &step.methods;
        let choices = [both_differ, only_in_source, only_in_destination, outstanding_returned];
        let walk = Walk::new(project, mapping);
        for condition in choices.into_iter().flatten().filter_map(|choice| choice.condition.as_ref()) {
            walk.condition(usage, condition, &user);
        }
    }
}

fn add_all(usage: &mut Usage, side: Side, schema_type: &str, user: &UsedBy, needs: Vec<Need>) {
    for need in needs {
        usage.add(side, schema_type, user, need);
    }
}

/// Fields of a schema; duplicate names are the only thing that can go wrong, and then nothing can be parsed.
fn qualified<'a>(name: &str, fields: impl Iterator<Item = (&'a str, DataType)>) -> DFSchema {
    let fields: Vec<Field> = fields.map(|(name, kind)| Field::new(name, kind, true)).collect();
    DFSchema::try_from_qualified_schema(TableReference::bare(name), &ArrowSchema::new(fields))
        .unwrap_or_else(|_| DFSchema::empty())
}

/// What an expression over the columns of a type needs.
fn in_base(schema_type: &SchemaType, text: &str) -> Vec<Need> {
    let columns =
        schema_type.properties.iter().map(|property| (property.name.as_str(), property.value_type.arrow()));
    match expr::parse(&SESSION, &qualified(BASE, columns), text) {
        Ok(expression) => {
            let names: BTreeSet<String> =
                expression.column_refs().into_iter().map(|column| column.name.clone()).collect();
            names.into_iter().map(Need::Property).collect()
        }
        Err(_) => vec![Need::Text(text.to_owned())],
    }
}

/// What a virtual property needs, of its own type and of others.
fn add_virtual(
    usage: &mut Usage,
    side: Side,
    schema: &Schema,
    own: &SchemaType,
    property: &VirtualProperty,
    user: &UsedBy,
) {
    use VirtualKind as K;
    let named = |names: &[String]| names.iter().cloned().map(Need::Property).collect::<Vec<_>>();
    // A column of the same name makes the class ambiguous; the check must go on telling so.
    let mut needs = vec![Need::Property(property.name.clone())];
    match &property.kind {
        K::Fixed(_) => {}
        K::Pattern(text) => needs.extend(pattern(own, text)),
        K::Expression(text) => needs.extend(in_base(own, text)),
        K::Script { read, write } => {
            needs.extend([read, write].into_iter().flatten().cloned().map(Need::Text));
        }
        K::CompositeKey(names) => needs.extend(named(names)),
        K::Convert { property, .. } => needs.push(Need::Property(property.clone())),
        K::ColumnGroup(name) => {
            let groups = own.column_groups.iter().filter(|group| group.name == *name);
            needs.extend(groups.flat_map(|group| named(&group.properties)));
        }
        K::KeyResolution { reference, property } => {
            needs.extend(named(reference));
            follow(usage, side, schema, own, std::slice::from_ref(reference), property, user);
        }
        K::ReferencedProperty { path, property } => {
            needs.extend(path.first().map(|first| named(first)).unwrap_or_default());
            follow(usage, side, schema, own, path, property, user);
        }
        K::Members { schema_type, own_reference, member_reference, property } => {
            usage.add(side, schema_type, user, Need::Type);
            add_all(usage, side, schema_type, user, named(own_reference));
            add_all(usage, side, schema_type, user, named(member_reference));
            match schema.schema_type(schema_type) {
                Some(members) if !member_reference.is_empty() => {
                    follow(
                        usage,
                        side,
                        schema,
                        members,
                        std::slice::from_ref(member_reference),
                        property,
                        user,
                    );
                }
                _ => usage.add(side, schema_type, user, Need::Property(property.clone())),
            }
        }
    }
    for need in needs.into_iter().filter(|need| exists(own, need)) {
        usage.add(side, &own.name, user, need);
    }
}

/// What is not in the type cannot be kept or removed; texts always count.
fn exists(own: &SchemaType, need: &Need) -> bool {
    match need {
        Need::Property(name) => own.property(name).is_some(),
        Need::Type | Need::Text(_) => true,
    }
}

/// Follows references from type to type; notes the referring and the final properties.
fn follow(
    usage: &mut Usage,
    side: Side,
    schema: &Schema,
    own: &SchemaType,
    path: &[Vec<String>],
    property: &str,
    user: &UsedBy,
) {
    let mut at = own;
    for reference in path {
        for name in reference {
            usage.add(side, &at.name, user, Need::Property(name.clone()));
        }
        let relation = at.foreign_keys.iter().find(|relation| relation.properties == *reference);
        let Some(relation) = relation else { return };
        for name in &relation.referenced_properties {
            usage.add(side, &relation.references, user, Need::Property(name.clone()));
        }
        let Some(next) = schema.schema_type(&relation.references) else { return };
        at = next;
    }
    usage.add(side, &at.name, user, Need::Property(property.to_owned()));
}

/// A mapping while it is looked through.
struct Walk<'a> {
    project: &'a Project,
    mapping: &'a Mapping,
    left: Option<ClassRef<'a>>,
    right: Option<ClassRef<'a>>,
    /// Properties of both classes; `None` if one of them is not there.
    schema: Option<DFSchema>,
}

impl<'a> Walk<'a> {
    fn new(project: &'a Project, mapping: &'a Mapping) -> Self {
        let left = project.central.schema.class(&mapping.left);
        let right = project.target.schema.class(&mapping.right);
        let fields = |class: ClassRef<'a>, side: Side| {
            let properties = class.properties().map(|property| {
                (property.name(), column_type(property.value_type(), property.is_multi_valued()))
            });
            qualified(qualifier(side), properties)
        };
        let schema = match (left, right) {
            (Some(left), Some(right)) => fields(left, Side::Left).join(&fields(right, Side::Right)).ok(),
            _ => None,
        };
        Self { project, mapping, left, right, schema }
    }

    const fn class(&self, side: Side) -> Option<ClassRef<'a>> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    fn collect(&self, usage: &mut Usage) {
        let mapping = self.mapping;
        let user = UsedBy::Mapping { mapping: mapping.name.clone() };
        for side in [Side::Left, Side::Right] {
            if let Some(class) = self.class(side) {
                usage.add(side, &class.schema_type.name, &user, Need::Type);
                usage.set_mapped(side, &class.schema_type.name);
            }
        }
        for rule in &mapping.matching {
            let user = UsedBy::MatchingRule { mapping: mapping.name.clone(), rule: rule.name.clone() };
            for pair in rule.on.pairs() {
                self.property(usage, Side::Left, pair.left, &user);
                self.property(usage, Side::Right, pair.right, &user);
            }
        }
        for rule in &mapping.rules {
            self.rule(usage, rule);
        }
        for action in &mapping.actions {
            self.text(usage, &action.script, &user);
        }
        for exclusion in mapping.exclusions.reading.iter().chain(&mapping.exclusions.writing) {
            self.on_both_sides(usage, &exclusion.property, &user);
        }
    }

    fn rule(&self, usage: &mut Usage, rule: &PropertyRule) {
        let user = UsedBy::Rule { mapping: self.mapping.name.clone(), rule: rule.name.clone() };
        self.property(usage, Side::Left, &rule.left, &user);
        self.property(usage, Side::Right, &rule.right, &user);
        let validation = rule.validation.as_ref().map(|validation| &validation.accept);
        for condition in rule.condition.iter().chain(validation) {
            self.condition(usage, condition, &user);
        }
        let Transformation { to_target, to_central, when_empty, .. } = &rule.transformation;
        let default = match when_empty {
            EmptySource::UseDefault(formula) => Some(formula),
            EmptySource::WriteEmpty | EmptySource::Keep => None,
        };
        for formula in [to_target.as_ref(), to_central.as_ref(), default].into_iter().flatten() {
            match formula {
                Formula::Expression(text) => self.expression(usage, text, &user),
                Formula::Pattern(text) | Formula::Script(text) => self.text(usage, text, &user),
            }
        }
        if let Some(source) = &rule.flags.trusted_source {
            self.on_both_sides(usage, source, &user);
        }
        if let Some(source) = &rule.flags.lookup_source {
            self.lookup_source(usage, source, &user);
        }
    }

    /// The class that a value list comes from need not be one of the mapping.
    fn lookup_source(&self, usage: &mut Usage, source: &LookupSource, user: &UsedBy) {
        let LookupSource { side, class, code, decode, condition } = source;
        let schema = &self.project.system(*side).schema;
        let Some(class) = schema.class(class) else { return };
        let own = class.schema_type;
        usage.add(*side, &own.name, user, Need::Type);
        for name in [code, decode] {
            match class.property(name) {
                Some(PropertyRef::Virtual(property)) => {
                    add_virtual(usage, *side, schema, own, property, user);
                }
                _ => usage.add(*side, &own.name, user, Need::Property(name.clone())),
            }
        }
        if let Some(condition) = condition {
            add_all(usage, *side, &own.name, user, in_base(own, condition));
        }
    }

    fn condition(&self, usage: &mut Usage, condition: &Condition, user: &UsedBy) {
        match condition {
            Condition::Expression(text) => self.expression(usage, text, user),
            Condition::Script(text) => self.text(usage, text, user),
        }
    }

    fn expression(&self, usage: &mut Usage, text: &str, user: &UsedBy) {
        let parsed = self.schema.as_ref().and_then(|schema| expr::parse(&SESSION, schema, text).ok());
        match parsed {
            Some(expression) => self.columns(usage, &expression, user),
            None => self.text(usage, text, user),
        }
    }

    fn columns(&self, usage: &mut Usage, expression: &Expr, user: &UsedBy) {
        for side in [Side::Left, Side::Right] {
            for name in expr::properties_of(expression, side) {
                self.property(usage, side, &name, user);
            }
        }
    }

    /// A text that may name any property of both classes.
    fn text(&self, usage: &mut Usage, text: &str, user: &UsedBy) {
        for side in [Side::Left, Side::Right] {
            if let Some(class) = self.class(side) {
                usage.add(side, &class.schema_type.name, user, Need::Text(text.to_owned()));
            }
        }
    }

    fn on_both_sides(&self, usage: &mut Usage, name: &str, user: &UsedBy) {
        for side in [Side::Left, Side::Right] {
            self.property(usage, side, name, user);
        }
    }

    /// A property of a class: the column, or what the virtual property is made of.
    fn property(&self, usage: &mut Usage, side: Side, name: &str, user: &UsedBy) {
        let Some(own) = self.class(side) else { return };
        let schema_type = own.schema_type;
        if schema_type.property(name).is_some() {
            usage.add(side, &schema_type.name, user, Need::Property(name.to_owned()));
        }
        let computed = own.properties().find_map(|property| match property {
            PropertyRef::Virtual(property) if property.name == name => Some(property),
            _ => None,
        });
        if let Some(property) = computed {
            let schema = &self.project.system(side).schema;
            add_virtual(usage, side, schema, schema_type, property, user);
        }
    }
}
