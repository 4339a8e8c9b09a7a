//! Random projects whose parts fit together, mostly: tables, classes, mappings, conditions, scopes that name
//! each other's columns, with a share of mistakes.

use proptest::prelude::*;
use syncwright_core::{
    project::{
        AutoFill, BaseObject, ColumnGroup, Condition, DataOperation, Direction, ForeignKey, Lifecycle,
        Mapping, MappingDirection, MatchExpression, MethodChoice, OperationStrategy, Project, PropertyRule,
        Schema, SchemaClass, SchemaProperty, SchemaType, System, TargetSystemTable, TargetSystemType,
        VirtualKind, VirtualProperty, Workflow, from_text,
    },
    value::ValueType,
};

use super::list;
use crate::fixture;

/// Choices, one after the other; zeros once they are used up, so that shrinking gives simple projects.
pub struct Tape(std::vec::IntoIter<u16>);

impl Tape {
    /// A number below `below`.
    pub fn pick(&mut self, below: usize) -> usize {
        usize::from(self.0.next().unwrap_or_default()) % below.max(1)
    }

    /// True once in `of` times.
    pub fn rarely(&mut self, of: usize) -> bool {
        self.pick(of) == of - 1
    }

    fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.pick(from.len());
        &from[at]
    }
}

/// A tape of choices.
pub fn tape() -> impl Strategy<Value = Tape> {
    proptest::collection::vec(any::<u16>(), 0..600).prop_map(|choices| Tape(choices.into_iter()))
}

/// Needed, because the generator itself cannot be printed.
impl std::fmt::Debug for Tape {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.0.as_slice()).finish()
    }
}

const EMPTY: &str = "(format: 1, name: \"random\", active: true,
    central: (connection: (system_identifier: \"L\", provider: Sqlite(file: \"l.db\"))),
    target: (connection: (system_identifier: \"R\", provider: Sqlite(file: \"r.db\"))))";

/// A project.
pub fn project(tape: &mut Tape) -> Project {
    let mut project = from_text("empty", EMPTY).unwrap();
    fill_system(&mut project.central, "l", tape);
    fill_system(&mut project.target, "r", tape);
    for number in 0..tape.pick(4) {
        let mapping = mapping(&project, number, tape);
        project.mappings.push(mapping);
    }
    if !project.mappings.is_empty() {
        project.workflows.push(workflow(&project.mappings, tape));
    }
    if tape.rarely(4) {
        let schema_type = format!("l{}", tape.pick(6));
        project.base_objects.push(BaseObject {
            name: "base".to_owned(),
            schema_type,
            object: None,
            server: None,
            variable_set: None,
            start_ups: Vec::new(),
        });
    }
    if tape.rarely(4) {
        project.target_system_types.push(target_system_type(tape));
    }
    project
}

fn target_system_type(tape: &mut Tape) -> TargetSystemType {
    TargetSystemType {
        name: "custom".to_owned(),
        description: String::new(),
        display_name: String::new(),
        cross_boundary_inheritance: false,
        show_in_compliance_wizard: false,
        compliance_text: String::new(),
        alternative_connectors: Vec::new(),
        tables: vec![TargetSystemTable {
            schema_type: format!("l{}", tape.pick(6)),
            publishable: false,
            merge_mode: false,
            merge_condition: tape.rarely(3).then(|| "i.c1 = 1".to_owned()),
            changed_marker: tape.rarely(2).then(|| "c2".to_owned()),
            root_object_path: None,
        }],
    }
}

fn fill_system(system: &mut System, prefix: &str, tape: &mut Tape) {
    system.schema = schema(prefix, tape);
    for number in 0..tape.pick(3) {
        let class = class(&system.schema, number, tape);
        system.schema.classes.push(class);
    }
    if tape.rarely(3) {
        let name = tape.choose(&system.schema.types).name.clone();
        system.scope.insert(name, filter(tape));
    }
}

fn schema(prefix: &str, tape: &mut Tape) -> Schema {
    let tables = 1 + tape.pick(6);
    let mut schema = Schema::default();
    for number in 0..tables {
        schema.types.push(table(&format!("{prefix}{number}"), tape));
    }
    for at in 0..tables {
        relations(&mut schema, at, tape);
    }
    if tape.rarely(12) {
        // A mistake: the same table twice.
        let twin = schema.types[0].clone();
        schema.types.push(twin);
    }
    schema
}

fn table(name: &str, tape: &mut Tape) -> SchemaType {
    let mut id = SchemaProperty::new("id", ValueType::Integer);
    id.mandatory = true;
    id.native_type = "INTEGER".to_owned();
    let mut properties = vec![id];
    properties.extend((0..1 + tape.pick(6)).map(|number| property(&format!("c{number}"), tape)));
    if tape.rarely(20) {
        properties.push(SchemaProperty::new("c0", ValueType::String));
    }
    let key = if tape.rarely(12) { Vec::new() } else { list(&["id"]) };
    let mut table = SchemaType { name: name.to_owned(), properties, key, ..SchemaType::default() };
    if tape.rarely(4) {
        table.unique_keys.push(list(&["c0"]));
    }
    if tape.rarely(4) {
        let templates = ["%c0% (%id%)", "%c1%", "%gone%", "100%% %c0%", "%open"];
        table.display_template = Some((*tape.choose(&templates)).to_owned());
    }
    if tape.rarely(8) {
        table.column_groups.push(ColumnGroup { name: "Pair".to_owned(), properties: list(&["id", "c0"]) });
    }
    if tape.rarely(10) {
        let strategies = [
            OperationStrategy::Pattern("call('%c0%')".to_owned()),
            OperationStrategy::Script("$c0$".to_owned()),
        ];
        let strategy = tape.choose(&strategies).clone();
        table.operations.insert = Some(DataOperation { strategy, required_keys: list(&["id"]) });
    }
    table.view = tape.rarely(10);
    table
}

fn property(name: &str, tape: &mut Tape) -> SchemaProperty {
    let kinds = [
        (ValueType::String, "TEXT"),
        (ValueType::Integer, "INTEGER"),
        (ValueType::Guid, "GUID"),
        (ValueType::Date, "DATE"),
    ];
    let (value_type, native) = *tape.choose(&kinds);
    let mut property = SchemaProperty::new(name, value_type);
    property.native_type = native.to_owned();
    property.mandatory = tape.rarely(4);
    property.default_value = tape.rarely(6).then(|| "1".to_owned());
    property.sensitive = tape.rarely(10);
    property.scope_reference = tape.rarely(12);
    property.revision_counter = tape.rarely(12);
    if tape.rarely(12) {
        property.auto_fill = AutoFill::Guid;
    }
    if tape.rarely(20) {
        property.unusable = Some("no such type".to_owned());
    }
    property
}

fn relations(schema: &mut Schema, at: usize, tape: &mut Tape) {
    let names: Vec<String> = schema.types.iter().map(|one| one.name.clone()).collect();
    let columns: Vec<String> =
        schema.types[at].properties.iter().skip(1).map(|one| one.name.clone()).collect();
    for column in columns {
        if tape.rarely(4) {
            let references =
                if tape.rarely(12) { "elsewhere".to_owned() } else { tape.choose(&names).clone() };
            let declared = tape.rarely(3);
            schema.types[at].foreign_keys.push(ForeignKey {
                properties: vec![column],
                references,
                referenced_properties: list(&["id"]),
                integrity_ensured: !declared,
                declared,
            });
        }
    }
}

fn filter(tape: &mut Tape) -> String {
    let filters = ["c0 IS NOT NULL", "id > 3", "c1 = c0", "c0 = = 1", "nobody IS NULL"];
    (*tape.choose(&filters)).to_owned()
}

fn class(schema: &Schema, number: usize, tape: &mut Tape) -> SchemaClass {
    let over = tape.choose(&schema.types);
    let mut class = SchemaClass {
        name: format!("K{number}"),
        schema_type: if tape.rarely(15) { "nowhere".to_owned() } else { over.name.clone() },
        display_name: String::new(),
        filter: tape.rarely(2).then(|| filter(tape)),
        virtual_properties: Vec::new(),
    };
    for number in 0..tape.pick(3) {
        let name = if tape.rarely(10) { "c1".to_owned() } else { format!("v{number}") };
        let kind = virtual_kind(over, tape);
        class.virtual_properties.push(VirtualProperty {
            name,
            value_type: ValueType::String,
            multi_valued: false,
            mandatory: false,
            secret: false,
            kind,
        });
    }
    class
}

fn virtual_kind(over: &SchemaType, tape: &mut Tape) -> VirtualKind {
    let reference = over.foreign_keys.first().map(|relation| relation.properties.clone());
    match tape.pick(8) {
        0 => VirtualKind::Pattern("%c0%-%c1%".to_owned()),
        1 => VirtualKind::Expression("c0".to_owned()),
        2 => VirtualKind::KeyResolution {
            reference: reference.unwrap_or_else(|| list(&["c0"])),
            property: format!("c{}", tape.pick(3)),
        },
        3 => VirtualKind::Script { read: Some("$c0$".to_owned()), write: None },
        4 => VirtualKind::CompositeKey(list(&["id", "c0"])),
        5 => VirtualKind::ColumnGroup("Pair".to_owned()),
        6 => VirtualKind::ReferencedProperty {
            path: vec![reference.unwrap_or_else(|| list(&["c0"]))],
            property: "c0".to_owned(),
        },
        _ => VirtualKind::Pattern("%nobody%".to_owned()),
    }
}

/// A class or type of a system.
fn class_name(system: &System, tape: &mut Tape) -> String {
    let names: Vec<&String> = system
        .schema
        .classes
        .iter()
        .map(|class| &class.name)
        .chain(system.schema.types.iter().map(|one| &one.name))
        .collect();
    (*tape.choose(&names)).clone()
}

/// A property that the class may have.
fn property_name(tape: &mut Tape) -> String {
    match tape.pick(9) {
        0 => "id".to_owned(),
        7 => "v0".to_owned(),
        8 => "gone".to_owned(),
        number => format!("c{}", number - 1),
    }
}

fn condition(tape: &mut Tape) -> Option<Condition> {
    let conditions = [
        "Left.c0 IS NOT NULL",
        "Right.c1 IS NULL AND Left.id = Right.id",
        // Both sides have it.
        "c0 IS NULL",
        "Left.c2 = = 1",
        "Left.v0 = 'x'",
        "Right.nobody IS NULL",
    ];
    match tape.pick(5) {
        0 => Some(Condition::Expression((*tape.choose(&conditions)).to_owned())),
        1 if tape.rarely(4) => Some(Condition::Script("$Left::c3$".to_owned())),
        _ => None,
    }
}

fn mapping(project: &Project, number: usize, tape: &mut Tape) -> Mapping {
    let left = class_name(&project.central, tape);
    let right = class_name(&project.target, tape);
    let pair = |tape: &mut Tape| MatchExpression::Pair(property_name(tape), property_name(tape));
    let on = if tape.rarely(4) { MatchExpression::All(vec![pair(tape), pair(tape)]) } else { pair(tape) };
    let rules = (0..tape.pick(5))
        .map(|number| {
            let name = format!("rule {number}");
            let mut rule = PropertyRule::new(name, property_name(tape), property_name(tape));
            rule.condition = condition(tape);
            rule.do_not_overwrite = tape.rarely(6);
            rule
        })
        .collect();
    let mut mapping = fixture::mapping(&left, &right, vec![fixture::by("match", on)], rules);
    mapping.name = format!("mapping {number}");
    let directions = [MappingDirection::Both, MappingDirection::ToTarget, MappingDirection::ToCentral];
    mapping.direction = *tape.choose(&directions);
    if tape.rarely(8) {
        mapping.lifecycle = Lifecycle::Off;
    }
    mapping
}

fn workflow(mappings: &[Mapping], tape: &mut Tape) -> Workflow {
    let steps = mappings
        .iter()
        .map(|mapping| {
            let mut step = fixture::step(&mapping.name);
            let method = step.methods.both_differ[0].method;
            step.methods.both_differ = vec![MethodChoice { method, condition: condition(tape) }];
            step
        })
        .collect();
    Workflow {
        name: "all".to_owned(),
        display_name: String::new(),
        description: String::new(),
        direction: if tape.rarely(2) { Direction::ToTarget } else { Direction::ToCentral },
        continue_on_error: true,
        dependency_resolution: syncwright_core::project::DependencyResolution::Automatic,
        steps,
    }
}

/// What a database could have become since the project read its schema: catalog facts only.
pub fn changed_database(schema: &Schema, tape: &mut Tape) -> Schema {
    let mut types: Vec<SchemaType> = Vec::new();
    for known in &schema.types {
        if tape.rarely(6) || types.iter().any(|one| one.name == known.name) {
            continue;
        }
        types.push(changed_table(known, tape));
    }
    for number in 0..tape.pick(3) {
        let mut table = catalog_facts(&table(&format!("new{number}"), tape));
        drop_twins(&mut table);
        types.push(table);
    }
    Schema { types, ..Schema::default() }
}

fn changed_table(known: &SchemaType, tape: &mut Tape) -> SchemaType {
    let mut table = catalog_facts(known);
    table.properties.retain(|property| property.name == "id" || !tape.rarely(8));
    drop_twins(&mut table);
    for property in &mut table.properties {
        match tape.pick(8) {
            1 => property.native_type = "VARCHAR(20)".to_owned(),
            2 => property.mandatory = !property.mandatory,
            3 => property.max_length = Some(20),
            4 => {
                property.value_type = ValueType::String;
                property.native_type = "TEXT".to_owned();
            }
            _ => {}
        }
    }
    if tape.rarely(4) {
        table.properties.push(catalog_property(&property("added", tape)));
    }
    if tape.rarely(6) {
        table.properties.reverse();
    }
    if tape.rarely(6) {
        table.key = Vec::new();
    }
    let names: Vec<String> = table.properties.iter().map(|one| one.name.clone()).collect();
    table.foreign_keys.retain(|relation| relation.properties.iter().all(|name| names.contains(name)));
    table.unique_keys.retain(|key| key.iter().all(|name| names.contains(name)));
    table
}

/// No database has two columns of one name.
fn drop_twins(table: &mut SchemaType) {
    let mut seen = std::collections::HashSet::new();
    table.properties.retain(|property| seen.insert(property.name.clone()));
}

fn catalog_facts(known: &SchemaType) -> SchemaType {
    SchemaType {
        name: known.name.clone(),
        view: known.view,
        properties: known.properties.iter().map(catalog_property).collect(),
        key: known.key.clone(),
        unique_keys: known.unique_keys.clone(),
        foreign_keys: known.foreign_keys.iter().filter(|relation| !relation.declared).cloned().collect(),
        ..SchemaType::default()
    }
}

fn catalog_property(known: &SchemaProperty) -> SchemaProperty {
    SchemaProperty {
        native_type: known.native_type.clone(),
        mandatory: known.mandatory,
        max_length: known.max_length,
        default_value: known.default_value.clone(),
        unusable: known.unusable.clone(),
        ..SchemaProperty::new(known.name.clone(), known.value_type)
    }
}
